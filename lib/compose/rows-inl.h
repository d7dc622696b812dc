// SPDX-License-Identifier: Apache-2.0

// The row kernels that rows.h declares. Included once for each instruction set; see rows.cc.

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

#if defined(LIMEN_COMPOSE_ROWS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_COMPOSE_ROWS_INL_
#undef LIMEN_COMPOSE_ROWS_INL_
#else
#define LIMEN_COMPOSE_ROWS_INL_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace compose {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Sixteen floats at the most, so that kRowSlack is enough on every target.
using Floats = hn::CappedTag<float, 16>;

// Mul, then Add: a fused multiply-add would round differently from targets that have none.
HWY_INLINE hn::Vec<Floats> plus_product(hn::Vec<Floats> sum, hn::Vec<Floats> a, hn::Vec<Floats> b) {
  return hn::Add(sum, hn::Mul(a, b));
}

void weighted_sum(const float* const* HWY_RESTRICT rows, const float* HWY_RESTRICT weights,
                  std::size_t taps, std::size_t count, float* out) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  // Four independent sums hide the latency of the additions.
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    auto weight = hn::Set(d, weights[0]);
    const float* row = rows[0] + i;
    auto a = hn::Mul(hn::LoadU(d, row), weight);
    auto b = hn::Mul(hn::LoadU(d, row + lanes), weight);
    auto c = hn::Mul(hn::LoadU(d, row + 2 * lanes), weight);
    auto e = hn::Mul(hn::LoadU(d, row + 3 * lanes), weight);
    for (std::size_t t = 1; t < taps; ++t) {
      weight = hn::Set(d, weights[t]);
      row = rows[t] + i;
      a = plus_product(a, hn::LoadU(d, row), weight);
      b = plus_product(b, hn::LoadU(d, row + lanes), weight);
      c = plus_product(c, hn::LoadU(d, row + 2 * lanes), weight);
      e = plus_product(e, hn::LoadU(d, row + 3 * lanes), weight);
    }
    hn::StoreU(a, d, out + i);
    hn::StoreU(b, d, out + i + lanes);
    hn::StoreU(c, d, out + i + 2 * lanes);
    hn::StoreU(e, d, out + i + 3 * lanes);
  }
  for (; i < count; i += lanes) {
    auto a = hn::Mul(hn::LoadU(d, rows[0] + i), hn::Set(d, weights[0]));
    for (std::size_t t = 1; t < taps; ++t) {
      a = plus_product(a, hn::LoadU(d, rows[t] + i), hn::Set(d, weights[t]));
    }
    hn::StoreU(a, d, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // the toggled guard
