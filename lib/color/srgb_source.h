// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decides what a colour description means for a picture of some layout; plan_srgb() and to_srgb()
// both ask here, so that they cannot disagree.

#include "lib/color/lcms_session.h"
#include "limen/color/color_space.h"
#include "limen/color/icc.h"

namespace limen::inline LIMEN_ABI {

struct SrgbSource {
  ColorPlan plan;
  LcmsProfile profile;  ///< with icc, cicp and gamma
  Cicp cicp;            ///< with tone_map
};

/// Errors: unsupported (HDR that cannot be tone-mapped), and the session's own for want of memory.
Result<SrgbSource> find_srgb_source(LcmsSession& session, const ColorDescription& description,
                                    Layout layout);

/// A transform from `source` to sRGB (gray: to gray with sRGB's curve) on pixels of `format`, or
/// null. Perceptual intent with black point compensation. `flags` are added to Little CMS'.
LcmsTransform make_srgb_transform(LcmsSession& session, cmsHPROFILE source, PixelFormat format,
                                  cmsUInt32Number flags);

}  // namespace limen::inline LIMEN_ABI
