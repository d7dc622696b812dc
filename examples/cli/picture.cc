// SPDX-License-Identifier: Apache-2.0
#include "picture.h"

#include <utility>

#include "limen/color/icc.h"
#include "limen/compose/orient.h"

namespace cli {

limen::Result<limen::Image> upright_srgb(limen::ByteView file, const limen::DecodeOptions& options,
                                         const limen::Execution& execution) {
  LIMEN_ASSIGN(limen::Decoded decoded, limen::decode(file, options, execution));
  limen::Image image = std::move(decoded.image);
  const auto color = limen::plan_srgb(decoded.info.color, image.format().layout);
  if (!color || color->action != limen::ColorAction::none) {
    LIMEN_ASSIGN(image, limen::to_srgb(image.view(), decoded.info.color, execution));
  }
  if (decoded.info.orientation != limen::Orientation::top_left) {
    LIMEN_ASSIGN(image, limen::orient(image.view(), decoded.info.orientation, execution));
  }
  return image;
}

}  // namespace cli
