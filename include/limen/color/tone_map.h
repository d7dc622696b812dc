// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>

#include "limen/color/color_space.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"

// HDR stills, coded by PQ or HLG (ITU-R BT.2100-2), shown on an SDR screen.
//
// The way from a code to sRGB:
// 1. to the light that a reference display would show, in cd/m2. HLG: with the system gamma of 1.2
//    that BT.2100 gives for a display of 1000 cd/m2;
// 2. the largest of R, G and B goes through BT.2390's EETF from a peak of 1000 to one of 203 cd/m2
//    (BT.2408's reference white, which becomes sRGB's white), and all three are scaled alike, so
//    the hue stays;
// 3. from the file's primaries to BT.709's in linear light, white to white;
// 4. a colour outside BT.709 is mixed with the gray of its luminance until it fits;
// 5. sRGB's transfer function.
//
// Light above 1000 cd/m2 is clipped: without metadata about the picture that is the peak to assume,
// and one that depended on the picture's content would change with its crop. Up to some 87 cd/m2
// light is left as it is; 203 cd/m2, diffuse white, lands at 0.78 of sRGB's white (0.90 encoded),
// what is brighter is rolled off into the rest.

namespace limen::inline LIMEN_ABI {

inline constexpr double kReferenceWhiteNits = 203;  ///< BT.2408-7, 2.1
inline constexpr double kToneMapPeakNits = 1000;

/// PQ: a code of 0 to 1 to cd/m2 of 0 to 10000 (SMPTE ST 2084, BT.2100-2 table 4).
inline double nits_from_pq(double code) {
  constexpr double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  constexpr double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
  const double root = std::pow(std::max(0.0, code), 1 / m2);
  return 10000 * std::pow(std::max(0.0, root - c1) / (c2 - c3 * root), 1 / m1);
}

/// The inverse.
inline double pq_from_nits(double nits) {
  constexpr double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  constexpr double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
  const double power = std::pow(std::max(0.0, nits) / 10000, m1);
  return std::pow((c1 + c2 * power) / (1 + c3 * power), m2);
}

/// HLG: a code of 0 to 1 to scene light of 0 to 1 (BT.2100-2 table 5, inverse OETF).
inline double scene_from_hlg(double code) {
  constexpr double a = 0.17883277, b = 1 - 4 * a;
  const double c = 0.5 - a * std::log(4 * a);
  return code <= 0.5 ? code * code / 3 : (std::exp((code - c) / a) + b) / 12;
}

/// BT.2390-10's EETF (5.4.1) with black at 0: cd/m2 of a display with peak `from` to one with peak
/// `to` <= `from`. Increasing; the identity below the knee; `from` becomes `to`.
inline double eetf_nits(double nits, double from = kToneMapPeakNits,
                        double to = kReferenceWhiteNits) {
  const double scale = pq_from_nits(from);
  const double peak = pq_from_nits(to) / scale;
  const double knee = 1.5 * peak - 0.5;
  const double e = std::min(1.0, pq_from_nits(nits) / scale);
  if (e < knee) return nits;
  const double t = (e - knee) / (1 - knee);
  const double t2 = t * t;
  const double t3 = t2 * t;
  const double mapped =
      (2 * t3 - 3 * t2 + 1) * knee + (t3 - 2 * t2 + t) * (1 - knee) + (-2 * t3 + 3 * t2) * peak;
  return nits_from_pq(mapped * scale);
}

/// A PQ or HLG picture in sRGB, as described above. Takes u8 and u16 of gray, gray_alpha, rgb and
/// rgba with straight alpha, which passes through; gives the same format. Neutral pixels stay
/// neutral. Memory: the result, and up to 1 MB of tables. Errors: invalid_argument (format),
/// unsupported (neither PQ nor HLG, or primaries that H.273 does not define as RGB),
/// limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Image> tone_map_to_srgb(const ConstImageView& source, const Cicp& cicp,
                                         const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
