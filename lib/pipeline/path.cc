// SPDX-License-Identifier: Apache-2.0

// Which form pixels take on their way: Plan::path and what belongs to it.

#include <algorithm>

#include "lib/pipeline/planning.h"

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

}  // namespace limen::inline LIMEN_ABI
