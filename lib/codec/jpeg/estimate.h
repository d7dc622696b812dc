// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/codec/jpeg/coefficient_rows.h"
#include "lib/codec/jpeg/coefficients.h"
#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

/// Which lines of a picture an estimate counts.
enum class EstimatePart : std::uint8_t {
  whole,
  quarter,  ///< 16 of 64, the same whatever the chroma and the tables; more of a low picture
};

/// The size of the file of a picture so quantised, by the symbols of its scans: right but for the
/// bytes that bytes of ones are followed by, of which there are about as many as chance has it, for
/// limits on how long some progressive symbols are put off, and for what searched scans save, which
/// is told by some of the rows. Of `options`, effort, progressive
/// and metadata matter. Errors: unsupported (size, metadata), limit_exceeded, cancelled,
/// out_of_memory.
Result<std::uint64_t> estimate_jpeg_bytes(const TransformedPicture& shape, CoefficientRows& rows,
                                          const Quantizers& quantizers,
                                          const EncodeOptions& options, ScanChoice scans,
                                          EstimatePart part, const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
