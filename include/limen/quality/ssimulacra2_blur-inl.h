// SPDX-License-Identifier: Apache-2.0

// The blur of SSIMULACRA 2.1.
//
// It goes down first: d, d * d and d * o of nine rows are weighted and summed as they are made, so
// that of the candidate only nine rows of d are kept. ssimulacra2_maps-inl.h has the names.

#if defined(LIMEN_QUALITY_SSIMULACRA2_BLUR_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_BLUR_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_BLUR_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_BLUR_INL_H_
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "limen/core/abi.h"
#include "limen/quality/ssimulacra2_scale.h"
#include "limen/quality/ssimulacra2_terms.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace terms = ssimulacra2_terms;

using F32 = hn::ScalableTag<float>;
using VF = hn::Vec<F32>;

// Nine taps around `in + x`; `in` has zeros for kTapRadius floats on both sides.
HWY_INLINE VF BlurAcross(F32 d, const float* HWY_RESTRICT in) {
  VF sum = hn::Mul(hn::LoadU(d, in), hn::Set(d, terms::kTaps[0]));
  for (int k = 1; k <= terms::kTapRadius; ++k) {
    sum = hn::MulAdd(hn::Add(hn::LoadU(d, in - k), hn::LoadU(d, in + k)),
                     hn::Set(d, terms::kTaps[static_cast<std::size_t>(k)]), sum);
  }
  return sum;
}

HWY_INLINE VF Tap(F32 d, std::size_t row) {
  return hn::Set(
      d, terms::kTaps[row < terms::kTapRadius ? terms::kTapRadius - row : row - terms::kTapRadius]);
}

// Ten rows of values: the blur down of them and of their squares, for the fifth row and the sixth.
HWY_INLINE void BlurOriginalDown(const float* const rows[terms::kWindow + 1], std::size_t width,
                                 float* const upper[2], float* const lower[2]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    VF value = hn::LoadU(d, rows[0] + x);
    VF sum0 = hn::Mul(value, Tap(d, 0));
    VF square0 = hn::Mul(sum0, value);
    VF sum1 = hn::Zero(d), square1 = sum1;
    for (std::size_t k = 1; k < terms::kWindow; ++k) {
      value = hn::LoadU(d, rows[k] + x);
      const VF weighted0 = hn::Mul(value, Tap(d, k));
      const VF weighted1 = hn::Mul(value, Tap(d, k - 1));
      sum0 = hn::Add(sum0, weighted0);
      sum1 = hn::Add(sum1, weighted1);
      square0 = hn::MulAdd(weighted0, value, square0);
      square1 = hn::MulAdd(weighted1, value, square1);
    }
    value = hn::LoadU(d, rows[terms::kWindow] + x);
    const VF weighted = hn::Mul(value, Tap(d, terms::kWindow - 1));
    hn::StoreU(sum0, d, upper[0] + x);
    hn::StoreU(square0, d, upper[1] + x);
    hn::StoreU(hn::Add(sum1, weighted), d, lower[0] + x);
    hn::StoreU(hn::MulAdd(weighted, value, square1), d, lower[1] + x);
  }
}

// Rows that are blurred down at once: most of that work is to load what does not fit into the
// first-level cache, and each row is loaded for all of them. Each takes three registers.
#if HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2
constexpr std::size_t kRowsAtOnce = 2;
#else
constexpr std::size_t kRowsAtOnce = 4;
#endif
static_assert(kRowsAtOnce <= terms::kMostRowsAtOnce);
constexpr std::size_t kRowsReached = terms::kWindow - 1 + kRowsAtOnce;

// One row's blur down of the differences, of their products with the original, of their squares.
struct BlurredRow {
  float* differences;
  float* products;
  float* squares;
};

// kRowsReached rows of differences and of the original, to blurs down of the kRowsAtOnce rows in
// their middle.
HWY_INLINE void BlurDifferencesDown(const float* const (&differences)[kRowsReached],
                                    const float* const (&originals)[kRowsReached],
                                    std::size_t begin, std::size_t end,
                                    const BlurredRow (&blurred)[terms::kMostRowsAtOnce]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = begin; x < end; x += lanes) {
    VF sum0 = hn::Zero(d), product0 = sum0, square0 = sum0;
    VF sum1 = sum0, product1 = sum0, square1 = sum0;
    VF sum2 = sum0, product2 = sum0, square2 = sum0;
    VF sum3 = sum0, product3 = sum0, square3 = sum0;
    HWY_UNROLL(12)
    for (std::size_t k = 0; k < kRowsReached; ++k) {
      const VF difference = hn::LoadU(d, differences[k] + x);
      const VF product = hn::Mul(difference, hn::LoadU(d, originals[k] + x));
      const VF square = hn::Mul(difference, difference);
      const auto add = [&](std::size_t row, VF& of_sum, VF& of_product, VF& of_square) HWY_ATTR {
        if (row >= kRowsAtOnce || k < row || k - row >= terms::kWindow) return;
        const VF tap = Tap(d, k - row);
        if (k == row) {
          of_sum = hn::Mul(difference, tap);
          of_product = hn::Mul(product, tap);
          of_square = hn::Mul(square, tap);
          return;
        }
        of_sum = hn::MulAdd(difference, tap, of_sum);
        of_product = hn::MulAdd(product, tap, of_product);
        of_square = hn::MulAdd(square, tap, of_square);
      };
      add(0, sum0, product0, square0);
      add(1, sum1, product1, square1);
      add(2, sum2, product2, square2);
      add(3, sum3, product3, square3);
    }
    const auto store = [&](std::size_t row, VF of_sum, VF of_product, VF of_square) HWY_ATTR {
      if (row >= kRowsAtOnce) return;
      hn::StoreU(of_sum, d, blurred[row].differences + x);
      hn::StoreU(of_product, d, blurred[row].products + x);
      hn::StoreU(of_square, d, blurred[row].squares + x);
    };
    store(0, sum0, product0, square0);
    store(1, sum1, product1, square1);
    store(2, sum2, product2, square2);
    store(3, sum3, product3, square3);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
