// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "limen/color/color_space.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// What has to be done to turn a picture's samples into sRGB.
enum class ColorAction : std::uint8_t {
  none,              ///< sRGB or untagged already
  icc,               ///< from the file's ICC profile, by Little CMS, perceptual intent with black point
  cicp,              ///< primaries and transfer by number, no HDR
  gamma,             ///< PNG's gAMA and cHRM
  tone_map,          ///< PQ or HLG to SDR
  approximate_cmyk,  ///< CMYK without a profile: a simple model, flagged as approximate
};

constexpr std::string_view name(ColorAction action) {
  switch (action) {
    case ColorAction::none:
      return "none";
    case ColorAction::icc:
      return "icc";
    case ColorAction::cicp:
      return "cicp";
    case ColorAction::gamma:
      return "gamma";
    case ColorAction::tone_map:
      return "tone_map";
    case ColorAction::approximate_cmyk:
      return "approximate_cmyk";
  }
  return "none";
}

/// Decided from the description alone, before a pixel is seen, so that plan() can tell.
struct ColorPlan {
  ColorAction action = ColorAction::none;
  std::string source;           ///< "Display P3", the profile's own description, …, for reports
  bool before_resize = false;   ///< true where converting after the reduction would be wrong (CMYK)
  std::string note;             ///< e.g. "profile is damaged: treated as sRGB"; else empty
};

/// Decides. A profile that Little CMS cannot read, or that does not fit `layout`, is ignored with a
/// note, as browsers do; PQ and HLG that cannot be tone-mapped are `unsupported`.
LIMEN_API Result<ColorPlan> plan_srgb(const ColorDescription& description, Layout layout);

/// `source` in sRGB: gray stays gray, CMYK becomes RGB, alpha passes through untouched (straight
/// alpha in and out), u8 stays u8 and u16 stays u16. With ColorAction::none the pixels are copied.
/// Memory: the result and one row. Errors: unsupported, limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Image> to_srgb(const ConstImageView& source, const ColorDescription& description,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
