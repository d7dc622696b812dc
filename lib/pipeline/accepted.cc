// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/accepted.h"

#include <algorithm>

#include "lib/pipeline/planning.h"

namespace limen::inline LIMEN_ABI {

namespace {

// No step changes a pixel, nor where it is, but for standing upright.
bool leaves_pixels(const Recipe& normal, const Plan& plan) {
  const bool leaves_shape = plan.crop == whole(plan.upright) && !plan.trims && plan.rotate == 0 &&
                            plan.turn == Orientation::top_left &&
                            plan.fitted.source == to_rect_f(whole(plan.turned)) &&
                            plan.fitted.resized == plan.turned && plan.output == plan.turned;
  return leaves_shape && leaves_looks(normal) && plan.color.action == ColorAction::none &&
         !plan.flattens;
}

// What the recipe says of the coding, where it says anything, is so already.
bool is_coded_as_wished(const ImageInfo& info, const Recipe& normal) {
  if (info.format != Format::jpeg) return true;
  // Browsers show no arithmetic-coded JPEG.
  if (info.is_arithmetic || (info.is_progressive && !normal.progressive)) return false;
  return normal.chroma == ChromaSubsampling::automatic || info.model != ColorModel::ycbcr ||
         info.subsampling == normal.chroma;
}

}  // namespace

std::vector<Format> formats_in_question(const ImageInfo& info, const Recipe& normal,
                                        bool may_be_transparent) {
  if (normal.format) return {*normal.format};
  if (normal.formats.empty()) return {info.format};
  if (searches(normal.fidelity)) return normal.formats;
  std::vector<Format> fitting = normal.formats;
  if (may_be_transparent && fitting != std::vector{Format::jpeg}) {
    std::erase(fitting, Format::jpeg);
  }
  const bool lists_source = std::find(fitting.begin(), fitting.end(), info.format) != fitting.end();
  return {lists_source ? info.format : fitting.front()};
}

int output_depth(Format format, const ImageInfo& info, const Recipe& normal) {
  if (info.bit_depth <= 8 || normal.depth != OutputDepth::automatic) return 8;
  if (format == Format::png) return 16;
  return format == Format::avif ? 10 : 8;
}

bool may_keep_source(const ImageInfo& info, const Recipe& normal, const Plan& plan) {
  const bool is_accepted =
      std::find(plan.formats.begin(), plan.formats.end(), info.format) != plan.formats.end();
  const bool can_stand_upright =
      info.orientation == Orientation::top_left || info.format == Format::jpeg;
  const bool keeps_depth = info.bit_depth <= output_depth(info.format, info, normal);
  return !normal.always_encode && is_accepted && may_keep(info.format, normal.fidelity) &&
         info.frames == 1 && can_stand_upright && keeps_depth && is_coded_as_wished(info, normal) &&
         leaves_pixels(normal, plan);
}

}  // namespace limen::inline LIMEN_ABI
