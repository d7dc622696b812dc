// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "lib/codec/jpeg/coefficients.h"
#include "lib/codec/jpeg/scan_coder.h"
#include "limen/core/execution.h"

namespace limen::inline LIMEN_ABI {

/// Where the brief progression cuts luma's band: behind this index.
inline constexpr int kBriefCut = 8;

/// One AC scan of a progressive file.
struct ScriptedScan {
  std::size_t component = 0;
  int first = 1;
  int last = 63;  ///< zigzag indices
  int low = 0;    ///< the lowest bit that it says
  bool is_refining = false;

  AcScan start() const {
    AcScan scan;
    scan.first = first;
    scan.last = last;
    scan.low = low;
    scan.is_refining = is_refining;
    return scan;
  }
};

/// A file's AC scans in their order. DC but for its lowest bit stands before them all, that bit
/// behind the first `before_dc_bits` of them.
struct ScanScript {
  std::vector<ScriptedScan> scans;
  std::size_t before_dc_bits = 0;
  double saved_bytes = 0;  ///< beside libjpeg's, as counted; 0 for those
};

/// libjpeg's standard progression, for any colours.
ScanScript standard_script(std::size_t components);

/// Luma in two parts, chroma in one each, and no bit put off, DC's neither: whoever writes or reads
/// it looks at each coefficient once. .2 to .8 % larger than the standard one, and 2 % smaller than
/// one sequential scan (photographs of 400 pixels).
ScanScript brief_script(std::size_t components);

/// The one that takes the fewest bytes, or nearly: of each component the best of some cuts of its
/// band, and in each part the best way of putting off its lowest bits; counted in a part of a large
/// picture. Reads the picture's levels. `execution.workspace` is not null. Errors: limit_exceeded,
/// cancelled, out_of_memory; internal for levels without a code.
Result<ScanScript> search_script(const QuantizedPicture& picture, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
