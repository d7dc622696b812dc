// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/quality/score.h"

namespace limen::inline LIMEN_ABI {

struct ErrorMap;

/// SSIMULACRA 2.1 (Jon Sneyers, Cloudinary, 2022 to 2023; github.com/cloudinary/ssimulacra2) of
/// many candidates against one original, whose side is computed once.
///
/// The metric is computed as its authors define it, with two differences that together move a score
/// by less than 0.02 (tests/quality measures it): float arithmetic arranged so that nothing
/// cancels, and of the 108 sub-scores only the 25 whose weight reaches 0.003 are made. Instruction
/// sets agree to 0.001.
///
/// Pictures: u8 or u16, gray to rgba, straight alpha, taken as sRGB. Alpha is blended onto the
/// encoded grays 0.1 and 0.9, and the worse score counts. A picture below 8 pixels a side has no
/// scale that the metric defines; limen repeats its edge pixels up to 8. A scale is computed while
/// the one before it is at least 8 pixels a side. Identical pictures score 100.
///
/// The worst block is found by the same formula with its norms taken over one block's pixels of
/// every scale, blocks lying 32 pixels apart and along the right and lower edge. Its score is no
/// part of the published metric.
///
/// Memory: about 14 bytes a pixel for the original (twice that with alpha), and some hundred rows
/// of the picture while preparing or comparing. A prepared original is immutable: many threads may
/// compare against it at once.
class Ssimulacra2 {
 public:
  /// Errors: invalid_argument (format), limit_exceeded, cancelled, out_of_memory.
  LIMEN_API static Result<Ssimulacra2> prepare(const ConstImageView& original,
                                               const Execution& execution = {});

  /// Errors: invalid_argument (the sizes differ, format), limit_exceeded, cancelled, out_of_memory.
  /// A candidate may lack the alpha that the original has, and the reverse. With alpha score and
  /// worst block are each the worse of the two grounds.
  LIMEN_API Result<Comparison> compare(const ConstImageView& candidate,
                                       const Execution& execution = {}) const;

  Size size() const { return size_; }

 private:
  friend struct Ssimulacra2Access;
  friend Result<ErrorMap> map_errors(const Ssimulacra2& original, const ConstImageView& candidate,
                                     const Execution& execution);

  /// compare(), and the scores of all cells of 16 by 16 pixels unless `cells` is null.
  LIMEN_API Result<Comparison> compare_cells(const ConstImageView& candidate,
                                             std::vector<Score>* cells,
                                             const Execution& execution) const;

  /// What of one channel at one scale the comparison needs of the original; null where nothing.
  struct Channel {
    float* values = nullptr;           ///< XYB, rescaled
    std::uint32_t* details = nullptr;  ///< of what is around each value, packed
  };
  struct Ground {
    double gray = 0;  ///< what alpha is blended onto, encoded
    Buffer memory;    ///< of all channels
    std::vector<std::array<Channel, 3>> scales;
  };

  Size size_;
  std::vector<Ground> grounds_;  ///< one; two where the original has alpha
};

/// One candidate, once. Prepare the original where there are more.
LIMEN_API Result<Comparison> ssimulacra2(const ConstImageView& original,
                                         const ConstImageView& candidate,
                                         const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI

#if defined(LIMEN_HEADER_ONLY)
#include "limen/quality/ssimulacra2-inl.h"
// After the kernels.
#include "limen/quality/ssimulacra2-entry.h"
#endif
