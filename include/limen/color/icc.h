// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "limen/color/color_space.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// What has to be done to turn a picture's samples into sRGB.
enum class ColorAction : std::uint8_t {
  none,      ///< sRGB or untagged already
  icc,       ///< from the file's ICC profile, by Little CMS, perceptual intent with black point
  cicp,      ///< primaries and transfer by number, no HDR
  gamma,     ///< PNG's gAMA and cHRM
  tone_map,  ///< PQ or HLG to SDR
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
  std::string source;          ///< "Display P3", the profile's own description, …, for reports
  bool before_resize = false;  ///< true where converting after the reduction would be wrong (CMYK)
  std::string note;            ///< e.g. "profile is damaged: treated as sRGB"; else empty
};

/// Decides. A profile (or a description by numbers) that moves no sample by more than 3/4 of an
/// 8-bit step is sRGB: nothing to do. A profile that Little CMS cannot read, or that does not fit
/// `layout`, is ignored with a note, as browsers do; PQ and HLG that cannot be tone-mapped are
/// `unsupported`.
LIMEN_API Result<ColorPlan> plan_srgb(const ColorDescription& description, Layout layout);

/// `source` in sRGB: gray stays gray, CMYK becomes RGB, alpha passes through untouched (straight
/// alpha in and out), u8 stays u8 and u16 stays u16. With ColorAction::none the pixels are copied.
///
/// icc, cicp and gamma go through Little CMS: perceptual intent with black point compensation,
/// which version 4 of ICC prescribes for that intent in any case (and Little CMS' own sRGB is
/// version 4), so that a printer's black becomes black. Multi-process elements (D2B tags) are not
/// used. Against Little CMS' floating-point result: u8 within 1/255, u16 within 1/65535. CICP
/// transfers of BT.709, BT.601 and BT.2020 are read as sRGB, as browsers do; PNG's gAMA of 0.45455
/// likewise. approximate_cmyk: red = (1 - cyan)(1 - black), and so on. tone_map: tone_map.h.
///
/// Memory: the result, tables of up to 1 MB, and up to 32 MB for a profile (commonly below 2).
/// Errors: invalid_argument (f32, premultiplied alpha, no pixels), unsupported (HDR with unknown
/// primaries), limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Image> to_srgb(const ConstImageView& source, const ColorDescription& description,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
