// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "lib/pipeline/planning.h"

namespace limen::inline LIMEN_ABI {

namespace {

// As Image::create() takes it. Sizes are within Limits, so nothing overflows.
std::uint64_t image_bytes(Size size, SampleType sample, int channels) {
  const std::uint64_t row = (static_cast<std::uint64_t>(size.width) * bytes_per_sample(sample) *
                                 static_cast<std::uint64_t>(channels) +
                             63) &
                            ~std::uint64_t{63};
  return row * static_cast<std::uint64_t>(size.height) + 64;
}

std::uint64_t planes_bytes(Size luma, ChromaSubsampling subsampling) {
  return image_bytes(luma, SampleType::u8, 1) +
         2 * image_bytes(chroma_size(luma, subsampling), SampleType::u8, 1);
}

// Weights and a ring of rows: taps along each side, four bytes a weight, f32 rows at the most.
std::uint64_t resize_bytes(const Recipe& normal, const Fitted& fitted, int channels) {
  const auto taps = [&](double from, double to) {
    return 2 * (support(normal.filter) * std::max(1.0, from / to)) + 16;
  };
  const double taps_x = taps(fitted.source.width, fitted.resized.width);
  const double taps_y = taps(fitted.source.height, fitted.resized.height);
  const double weights = 8 * (taps_x * fitted.resized.width + taps_y * fitted.resized.height);
  const double longest = std::max<double>(fitted.source.width, fitted.resized.width);
  return static_cast<std::uint64_t>(weights + taps_y * longest * channels * 4) + 65'536;
}

// Blur and sharpening keep rows of floats, as many as the Gaussian is wide, and for a wide one the
// picture on a coarser grid; adjusting keeps a table.
std::uint64_t retouch_bytes(const Recipe& normal, Size size, int channels) {
  const auto gaussian = [&](double sigma) {
    const double row = 4.0 * size.width * channels;
    const double coarse = sigma < 8 ? 0 : row * size.height / 4;
    return static_cast<std::uint64_t>(row * (12 * std::min(sigma, 8.0) + 32) + coarse);
  };
  std::uint64_t bytes = 0;
  if (normal.blur > 0) bytes = gaussian(normal.blur);
  if (normal.sharpen) bytes = std::max(bytes, gaussian(normal.sharpen->sigma));
  return bytes + (normal.adjust != Adjustments{} ? 600'000 : 0);
}

// What find_smallest() holds beside the finished picture, its encoders' own memory left out: the
// metric of each version of the picture that is compared (8 bits, and more), the map of what is
// being compared, and what JPEG's trials of both chroma modes or the last file that was shown take.
std::uint64_t search_bytes(const Recipe& normal, const Plan& plan, SampleType sample,
                           int channels) {
  const auto accepts = [&](Format format) {
    return std::find(plan.formats.begin(), plan.formats.end(), format) != plan.formats.end();
  };
  const bool is_gray = channels < 3;
  const bool is_deep = sample == SampleType::u16 && plan.bit_depth > 8;
  const bool needs_8_bits = accepts(Format::jpeg) || accepts(Format::webp);
  const std::uint64_t versions = is_deep && needs_8_bits ? 2 : 1;
  const std::uint64_t grounds = channels % 2 == 0 ? 2 : 1;  // that alpha is laid on
  // Rows of floats with margins.
  const std::uint64_t pixels = (static_cast<std::uint64_t>(plan.output.width) + 64) *
                               (static_cast<std::uint64_t>(plan.output.height) + 16);
  std::uint64_t a_pixel = versions * grounds * 22 + 6;
  if (accepts(Format::jpeg)) {
    const bool has_one_mode = is_gray || normal.chroma != ChromaSubsampling::automatic;
    a_pixel += is_gray ? 5 : has_one_mode ? 13 : 21;
  }
  std::uint64_t bytes = a_pixel * pixels;
  if (is_deep && needs_8_bits) bytes += image_bytes(plan.output, SampleType::u8, channels);
  if (accepts(Format::webp) || accepts(Format::avif)) {
    // The decoder's own memory is less than the picture's.
    bytes += 2 * image_bytes(plan.output, is_deep ? SampleType::u16 : SampleType::u8, 4);
  }
  return bytes + 512 * static_cast<std::uint64_t>(plan.output.width) + 300'000;
}

}  // namespace

DecodeOptions decode_options(const Plan& plan, const Recipe& normal, const Limits& limits) {
  DecodeOptions options;
  options.limits = limits;
  options.region = plan.region;
  options.keep_16_bit = plan.path == PixelPath::interleaved_16;
  options.read_metadata = true;
  options.at_least = plan.at_least;
  options.accuracy = plan.at_least ? normal.shrink : ShrinkAccuracy::exact;
  return options;
}

std::uint64_t predicted_peak_bytes(const ImageInfo& info, const Recipe& normal, const Plan& plan,
                                   Layout layout) {
  const SampleType sample =
      plan.path == PixelPath::interleaved_16 ? SampleType::u16 : SampleType::u8;
  const int stored_channels = channel_count(layout);
  const int srgb_channels = layout == Layout::cmyk ? 3 : stored_channels;

  const DecodeOptions options = decode_options(plan, normal, Limits{});
  const Size window = plan.region ? size_of(*plan.region) : plan.stored;
  const auto reduced = [&](std::int32_t side) {
    // A scaled window grows to whole pixels: one more a side.
    return static_cast<std::int32_t>((std::int64_t{side} * plan.scale_eighths + 7) / 8) +
           (plan.scale_eighths < 8 ? 1 : 0);
  };
  const Size decoded{reduced(window.width), reduced(window.height)};
  const bool is_planar = plan.path == PixelPath::planar_8;
  // Windows of planes grow to whole chroma samples; a reducing decoder may bring chroma to luma's
  // size.
  const std::uint64_t source =
      is_planar
          ? planes_bytes({decoded.width + 6, decoded.height + 6},
                         plan.scale_eighths < 8 ? ChromaSubsampling::yuv444 : info.subsampling)
          : image_bytes(decoded, sample, stored_channels);
  const std::uint64_t upright =
      is_planar ? 0 : image_bytes(upright_size(decoded, plan.orientation), sample, stored_channels);

  std::uint64_t peak = predicted_decode_bytes(info, options);
  const auto hold = [&](std::uint64_t bytes) { peak = std::max(peak, bytes); };
  if (plan.orientation != Orientation::top_left) hold(source + upright);

  std::uint64_t shared = std::max(source, upright);  // lives until the last variant is made
  int channels = stored_channels;
  if (plan.converts_before_resize) {
    channels = srgb_channels;
    hold(shared + image_bytes(decoded, sample, channels) + 65'536);
    shared = std::max(image_bytes(decoded, sample, channels),
                      image_bytes(transposed(decoded), sample, channels));
  }
  if (is_planar) {
    const std::uint64_t planes = planes_bytes(plan.fitted.resized, plan.planes);
    const std::uint64_t plane = image_bytes(plan.fitted.resized, sample, 1) +
                                image_bytes(transposed(plan.fitted.resized), sample, 1);
    hold(shared + planes + std::max(plane, resize_bytes(normal, plan.fitted, 1)));
    if (plan.encodes_planes) {
      if (!normal.marks.empty()) hold(shared + planes + 2 * image_bytes(plan.output, sample, 3));
      return peak;
    }
    hold(shared + planes + image_bytes(plan.fitted.resized, sample, 3));
  }
  std::uint64_t held = shared;
  if (!is_planar && (plan.rotate != 0 || plan.turn != Orientation::top_left)) {
    const Size turned = plan.scale_eighths < 8 ? decoded : plan.turned;
    const int turned_channels = plan.rotate != 0 ? std::min(4, channels + 3) : channels;
    held += image_bytes(turned, sample, turned_channels);
    if (plan.rotate != 0) held += 65'536;
  }
  hold(held);
  const std::uint64_t resized = image_bytes(plan.fitted.resized, sample, channels);
  if (!is_planar) hold(held + resized + resize_bytes(normal, plan.fitted, channels));
  hold(shared + resized + retouch_bytes(normal, plan.fitted.resized, channels));
  if (plan.color.action != ColorAction::none && !plan.converts_before_resize) {
    hold(shared + 2 * resized + 65'536);
  }
  // From here on everything may become RGBA, and a step's input and output live together.
  const bool changes_form = plan.output != plan.fitted.resized || !normal.marks.empty() ||
                            normal.radius > 0 || plan.flattens ||
                            (sample == SampleType::u16 && plan.bit_depth == 8);
  if (changes_form) hold(shared + resized + 2 * image_bytes(plan.output, sample, 4) + 65'536);
  if (plan.may_keep_source && plan.orientation != Orientation::top_left) {
    hold(shared + 2 * area(plan.output) * 3 * 2);  // coefficients before and after the turn
  }
  if (plan.searches) {
    const bool has_alpha = !plan.flattens && (srgb_channels % 2 == 0 || opens_up(normal, plan));
    const bool may_have_color = srgb_channels >= 3 || changes_form;
    const int finished_channels = (may_have_color ? 3 : 1) + (has_alpha ? 1 : 0);
    // Alpha that hides nothing is dropped into a copy.
    const std::uint64_t finished = image_bytes(plan.output, sample, finished_channels);
    hold(shared + finished * (has_alpha ? 2 : 1) +
         search_bytes(normal, plan, sample, finished_channels));
  }
  return peak;
}

}  // namespace limen::inline LIMEN_ABI
