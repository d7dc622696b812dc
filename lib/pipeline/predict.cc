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

// What lives beside most steps: tables, and the ends of rows.
constexpr std::uint64_t kTables = 65'536;

// What a variant's steps hold in turn; the most that any of them holds is what is asked for.
class Prediction {
 public:
  Prediction(const ImageInfo& info, const Recipe& normal, const Plan& plan, Layout layout)
      : info_(info),
        normal_(normal),
        plan_(plan),
        sample_(plan.path == PixelPath::interleaved_16 ? SampleType::u16 : SampleType::u8),
        is_planar_(plan.path == PixelPath::planar_8),
        stored_channels_(channel_count(layout)),
        srgb_channels_(layout == Layout::cmyk ? 3 : stored_channels_),
        channels_(stored_channels_) {}

  std::uint64_t peak() {
    decode();
    if (is_planar_) {
      resize_planes();
      if (plan_.encodes_planes) return peak_;
    } else {
      resize();
    }
    finish();
    if (plan_.searches) search();
    return peak_;
  }

 private:
  void hold(std::uint64_t bytes) { peak_ = std::max(peak_, bytes); }

  std::uint64_t bytes_of(Size size, int channels) const {
    return image_bytes(size, sample_, channels);
  }

  std::int32_t reduced(std::int32_t side) const {
    // A scaled window grows to whole pixels: one more a side.
    return static_cast<std::int32_t>((std::int64_t{side} * plan_.scale_eighths + 7) / 8) +
           (plan_.scale_eighths < 8 ? 1 : 0);
  }

  // The decoder, and what it leaves: upright, and in sRGB where that comes first.
  void decode() {
    peak_ = predicted_decode_bytes(info_, decode_options(plan_, normal_, Limits{}));
    const Size window = plan_.region ? size_of(*plan_.region) : plan_.stored;
    decoded_ = {reduced(window.width), reduced(window.height)};
    // Windows of planes grow to whole chroma samples; a reducing decoder may bring chroma to luma's
    // size.
    const std::uint64_t source =
        is_planar_
            ? planes_bytes({decoded_.width + 6, decoded_.height + 6},
                           plan_.scale_eighths < 8 ? ChromaSubsampling::yuv444 : info_.subsampling)
            : bytes_of(decoded_, stored_channels_);
    const std::uint64_t upright =
        is_planar_ ? 0 : bytes_of(upright_size(decoded_, plan_.orientation), stored_channels_);
    if (plan_.orientation != Orientation::top_left) hold(source + upright);
    shared_ = std::max(source, upright);
    if (!plan_.converts_before_resize) return;
    channels_ = srgb_channels_;
    hold(shared_ + bytes_of(decoded_, channels_) + kTables);
    shared_ = std::max(bytes_of(decoded_, channels_), bytes_of(transposed(decoded_), channels_));
  }

  void resize_planes() {
    const Size resized = plan_.fitted.resized;
    const std::uint64_t planes = planes_bytes(resized, plan_.planes);
    const std::uint64_t plane = bytes_of(resized, 1) + bytes_of(transposed(resized), 1);
    hold(shared_ + planes + std::max(plane, resize_bytes(normal_, plan_.fitted, 1)));
    if (!plan_.encodes_planes) {
      hold(shared_ + planes + bytes_of(resized, 3));
    } else if (!normal_.marks.empty()) {
      hold(shared_ + planes + 2 * bytes_of(plan_.output, 3));
    }
  }

  void resize() {
    std::uint64_t held = shared_;
    if (plan_.rotate != 0 || plan_.turn != Orientation::top_left) {
      const Size turned = plan_.scale_eighths < 8 ? decoded_ : plan_.turned;
      held += bytes_of(turned, plan_.rotate != 0 ? std::min(4, channels_ + 3) : channels_);
      if (plan_.rotate != 0) held += kTables;
    }
    hold(held + bytes_of(plan_.fitted.resized, channels_) +
         resize_bytes(normal_, plan_.fitted, channels_));
  }

  // Retouching, colour, and the steps that give the picture its form.
  void finish() {
    const std::uint64_t resized = bytes_of(plan_.fitted.resized, channels_);
    hold(shared_ + resized + retouch_bytes(normal_, plan_.fitted.resized, channels_));
    if (plan_.color.action != ColorAction::none && !plan_.converts_before_resize) {
      hold(shared_ + 2 * resized + kTables);
    }
    // From here on everything may become RGBA, and a step's input and output live together.
    if (changes_form()) hold(shared_ + resized + 2 * bytes_of(plan_.output, 4) + kTables);
    if (plan_.may_keep_source && plan_.orientation != Orientation::top_left) {
      hold(shared_ + 2 * area(plan_.output) * 3 * 2);  // coefficients before and after the turn
    }
  }

  bool changes_form() const {
    return plan_.output != plan_.fitted.resized || !normal_.marks.empty() || normal_.radius > 0 ||
           plan_.flattens || (sample_ == SampleType::u16 && plan_.bit_depth == 8);
  }

  void search() {
    const bool has_alpha = !plan_.flattens && (srgb_channels_ % 2 == 0 || opens_up(normal_, plan_));
    const bool may_have_color = srgb_channels_ >= 3 || changes_form();
    const int channels = (may_have_color ? 3 : 1) + (has_alpha ? 1 : 0);
    // Alpha that hides nothing is dropped into a copy.
    const std::uint64_t finished = bytes_of(plan_.output, channels) * (has_alpha ? 2 : 1);
    hold(shared_ + finished + search_bytes(normal_, plan_, sample_, channels));
  }

  const ImageInfo& info_;
  const Recipe& normal_;
  const Plan& plan_;
  const SampleType sample_;
  const bool is_planar_;
  const int stored_channels_;
  const int srgb_channels_;
  int channels_;  // of the source as it is resized
  Size decoded_;
  std::uint64_t shared_ = 0;  // lives until the last variant is made
  std::uint64_t peak_ = 0;
};

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
  return Prediction(info, normal, plan, layout).peak();
}

}  // namespace limen::inline LIMEN_ABI
