// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/placeholder.h"

#include <utility>

#include "lib/pipeline/base64.h"
#include "limen/codec/encode.h"
#include "limen/color/icc.h"
#include "limen/compose/adjust.h"
#include "limen/compose/blur.h"
#include "limen/compose/orient.h"
#include "limen/compose/placement.h"
#include "limen/resample/resize.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr Size kBox{16, 16};
constexpr double kBlur = 0.8;   // takes the blockiness of a lossy 16-pixel picture away
constexpr float kQuality = 50;  // a blurred picture hides the rest

Result<Placeholder> shrink_to_uri(const ConstImageView& picture, Orientation orientation,
                                  const Execution& execution) {
  Placeholder placeholder;
  placeholder.upright = upright_size(picture.size, orientation);
  LIMEN_ASSIGN(placeholder.average, average_color(picture));
  LIMEN_ASSIGN(const Fitted fitted, fit(picture.size, kBox, Fit::inside, Compass::center, false));
  LIMEN_ASSIGN(Image tiny, Image::create(fitted.resized, picture.format, execution.workspace));
  LIMEN_TRY(resize(picture, tiny.view(), {}, execution));
  if (orientation != Orientation::top_left) {
    LIMEN_ASSIGN(tiny, orient(tiny.const_view(), orientation, execution));
  }
  LIMEN_TRY(blur(tiny.view(), kBlur, execution));
  EncodeOptions options;
  options.format = Format::webp;
  options.mode = Quality{kQuality};
  options.effort = 9;
  options.sharp_yuv = false;  // nor are there edges
  LIMEN_ASSIGN(const Bytes file, encode(tiny.const_view(), options, execution));
  placeholder.size = tiny.size();
  placeholder.data_uri = "data:image/webp;base64," + base64(file);
  return placeholder;
}

Result<Placeholder> decode_and_shrink(ByteView source, const Limits& limits,
                                      const Execution& execution) {
  DecodeOptions options;
  options.limits = limits;
  LIMEN_ASSIGN(Decoded decoded, decode(source, options, execution));
  Image picture = std::move(decoded.image);
  LIMEN_ASSIGN(const ColorPlan colors, plan_srgb(decoded.info.color, picture.format().layout));
  if (colors.action != ColorAction::none) {
    LIMEN_ASSIGN(picture, to_srgb(picture.const_view(), decoded.info.color, execution));
  }
  return shrink_to_uri(picture.const_view(), decoded.info.orientation, execution);
}

}  // namespace

Result<Placeholder> make_placeholder(ByteView source, const Limits& limits,
                                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<Placeholder> {
    if (execution.workspace != nullptr) return decode_and_shrink(source, limits, execution);
    Workspace own(limits.working_memory);
    if (own.limit() != limits.working_memory) return out_of_memory();
    Execution within = execution;
    within.workspace = &own;
    return decode_and_shrink(source, limits, within);
  });
}

Result<Placeholder> make_placeholder(const ConstImageView& picture, const Execution& execution) {
  return contain_exceptions([&]() -> Result<Placeholder> {
    if (picture.data == nullptr || is_empty(picture.size)) {
      return invalid_argument("placeholder: there are no pixels");
    }
    return shrink_to_uri(picture, Orientation::top_left, execution);
  });
}

}  // namespace limen::inline LIMEN_ABI
