// SPDX-License-Identifier: Apache-2.0

// Which form pixels take on their way: Plan::path and what belongs to it.

#include <algorithm>
#include <cmath>

#include "lib/pipeline/geometry.h"
#include "lib/pipeline/planning.h"
#include "limen/compose/orient.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Chroma that is subsampled wants an interpolation where luma is hardly reduced; these have none.
bool interpolates(Filter filter) { return support(filter) >= 1; }

bool enlarges(const Fitted& fitted) {
  return fitted.resized.width > fitted.source.width || fitted.resized.height > fitted.source.height;
}

bool reduces(const Fitted& fitted) {
  return !enlarges(fitted) && (fitted.resized.width < fitted.source.width ||
                               fitted.resized.height < fitted.source.height);
}

// Nothing asks for the pixels of a full-size RGB picture.
bool can_resample_planes(const ImageInfo& info, const Recipe& normal, const Plan& plan) {
  return has_planar_decode(info) && info.model == ColorModel::ycbcr && !info.has_alpha &&
         info.frames == 1 && !plan.converts_before_resize && !plan.trims && plan.rotate == 0 &&
         !normal.linear_light && interpolates(normal.filter) && !enlarges(plan.fitted);
}

// Chroma of the file that encode() would write from RGB: EncodeOptions::chroma has the rule.
ChromaSubsampling coded_chroma(const Recipe& normal, Format format) {
  if (format == Format::webp) return ChromaSubsampling::yuv420;
  if (normal.chroma != ChromaSubsampling::automatic) return normal.chroma;
  return std::get<Quality>(normal.fidelity).value >= 90 ? ChromaSubsampling::yuv444
                                                        : ChromaSubsampling::yuv420;
}

bool leaves_all_but_marks(const Recipe& normal) {
  return !normal.sharpen && normal.blur == 0 && normal.adjust == Adjustments{} &&
         normal.radius == 0;
}

// From the resampler straight to the encoder.
bool can_encode_planes(const ImageInfo& info, const Recipe& normal, const Plan& plan) {
  const bool takes_planes = plan.format == Format::jpeg || plan.format == Format::webp;
  const bool is_named = std::holds_alternative<Quality>(normal.fidelity);
  if (!takes_planes || !is_named) return false;
  // Marks alone are laid on planes, part by part: of JPEG's range, and of these two subsamplings.
  const ChromaSubsampling coded = coded_chroma(normal, plan.format);
  const bool takes_marks = info.format == Format::jpeg && (coded == ChromaSubsampling::yuv420 ||
                                                           coded == ChromaSubsampling::yuv444);
  return leaves_all_but_marks(normal) && (normal.marks.empty() || takes_marks) && !plan.flattens &&
         plan.output == plan.fitted.resized && plan.color.action == ColorAction::none &&
         coded != ChromaSubsampling::gray;
}

}  // namespace

bool leaves_looks(const Recipe& normal) {
  return leaves_all_but_marks(normal) && normal.marks.empty();
}

void decide_path(const ImageInfo& info, const Recipe& normal, Plan& plan) {
  if (info.bit_depth > 8) {
    plan.path = PixelPath::interleaved_16;
    return;
  }
  if (!can_resample_planes(info, normal, plan)) return;
  if (can_encode_planes(info, normal, plan)) {
    plan.path = PixelPath::planar_8;
    plan.encodes_planes = true;
    plan.planes = coded_chroma(normal, plan.format);
    return;
  }
  // Planes are rounded once before they become RGB and once after, which no codec's quantiser
  // notices. A search would: what it takes for the original would have some noise more to keep. And
  // whoever asks for every sample gets samples rounded once. Only JPEG's YCbCr becomes RGB as its
  // decoder would make it.
  const bool is_named =
      std::holds_alternative<Quality>(normal.fidelity) && plan.format != Format::png;
  if (is_named && info.format == Format::jpeg && reduces(plan.fitted)) {
    plan.path = PixelPath::planar_8;
    plan.planes = ChromaSubsampling::yuv444;
  }
}

RectF stored_window(const RectF& window, const Plan& plan) {
  RectF at = turned_window(window, plan.turned.width, plan.turned.height, inverse(plan.turn));
  at.x += plan.crop.x;
  at.y += plan.crop.y;
  return turned_window(at, plan.upright.width, plan.upright.height, inverse(plan.orientation));
}

void narrow_region(const Recipe& normal, Plan& plan) {
  if (plan.path != PixelPath::planar_8) return;
  const RectF window = stored_window(plan.fitted.source, plan);
  const bool swaps = swaps_sides(combine(plan.orientation, plan.turn));
  const Size resized = swaps ? transposed(plan.fitted.resized) : plan.fitted.resized;
  // Stored pixels that a filter reads beyond the window: its support in samples of the coarsest
  // chroma there is, a quarter of the sides as the decoder brings them and half of them as coded,
  // what such a sample overhangs the last pixel by, and some more for rounding outwards.
  const auto reach = [&](double read, std::int32_t made) {
    const double step = 2 * read / made;
    const double grain = 4 * 8.0 / plan.scale_eighths;
    return support(normal.filter) * std::max(step, grain) + step + 2 * grain;
  };
  const double across = reach(window.width, resized.width);
  const double up = reach(window.height, resized.height);
  const auto bound = [](double at, std::int32_t least, std::int32_t most) {
    return static_cast<std::int32_t>(
        std::clamp(at, static_cast<double>(least), static_cast<double>(most)));
  };
  const Rect all = plan.region.value_or(whole(plan.stored));
  const std::int32_t right = all.x + all.width;
  const std::int32_t bottom = all.y + all.height;
  Rect region;
  region.x = bound(std::floor(window.x - across), all.x, right);
  region.y = bound(std::floor(window.y - up), all.y, bottom);
  region.width = bound(std::ceil(window.x + window.width + across), region.x, right) - region.x;
  region.height = bottom - region.y;
  if (region != whole(plan.stored)) plan.region = region;
}

}  // namespace limen::inline LIMEN_ABI
