// SPDX-License-Identifier: Apache-2.0

// The kernels of resize() in f64. Part of resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

#if defined(LIMEN_RESAMPLE_RESIZE_WIDE_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_WIDE_INL_
#undef LIMEN_RESAMPLE_RESIZE_WIDE_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_WIDE_INL_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// The wide kernels: f32 samples, sums in f64. See WideAxis for why any order will do.

/// Each output pixel: the weighted sum of `lanes` (1, 2 or 4) channels. `round`: to whole numbers,
/// so that the next pass is exact too.
HWY_MAYBE_UNUSED void wide_horizontal(const float* samples, int lanes, std::int32_t outputs,
                                      const std::int32_t* first, const std::int32_t* count,
                                      const double* weights, std::int32_t stride, bool round,
                                      float* out) {
  for (std::int32_t x = 0; x < outputs; ++x) {
    const float* from = samples + static_cast<std::size_t>(first[x]) * lanes;
    const double* weight = weights + static_cast<std::size_t>(stride) * x;
    double sums[4] = {};
#if HWY_TARGET != HWY_SCALAR && HWY_HAVE_FLOAT64 && !HWY_HAVE_SCALABLE
    if (lanes == 4) {
      const hn::CappedTag<double, 4> d;
      const hn::Rebind<float, decltype(d)> df;
      constexpr std::size_t kStep = hn::MaxLanes(decltype(d)());
      auto low = hn::Zero(d);
      auto high = hn::Zero(d);
      for (std::int32_t k = 0; k < count[x]; ++k) {
        const auto w = hn::Set(d, weight[k]);
        low = hn::MulAdd(hn::PromoteTo(d, hn::LoadU(df, from + 4 * k)), w, low);
        if constexpr (kStep == 2) {
          high = hn::MulAdd(hn::PromoteTo(d, hn::LoadU(df, from + 4 * k + 2)), w, high);
        }
      }
      hn::StoreU(low, d, sums);
      if constexpr (kStep == 2) hn::StoreU(high, d, sums + 2);
    } else
#endif
    {
      for (std::int32_t k = 0; k < count[x]; ++k) {
        for (int c = 0; c < lanes; ++c) sums[c] += weight[k] * double{from[k * lanes + c]};
      }
    }
    // 1.5 * 2^52: adding it leaves no room for a fraction.
    constexpr double kNoFraction = 6755399441055744.0;
    for (int c = 0; c < lanes; ++c) {
      out[static_cast<std::size_t>(x) * lanes + c] =
          static_cast<float>(round ? (sums[c] + kNoFraction) - kNoFraction : sums[c]);
    }
  }
}

/// sums[i] += weight * samples[i].
HWY_MAYBE_UNUSED void wide_accumulate(const float* samples, double weight, std::size_t count,
                                      double* sums) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR && HWY_HAVE_FLOAT64
  const hn::CappedTag<double, 8> d;
  const hn::Rebind<float, decltype(d)> df;
  const std::size_t step = hn::Lanes(d);
  const auto w = hn::Set(d, weight);
  for (; i + step <= count; i += step) {
    const auto wide = hn::PromoteTo(d, hn::LoadU(df, samples + i));
    hn::StoreU(hn::MulAdd(wide, w, hn::LoadU(d, sums + i)), d, sums + i);
  }
#endif
  for (; i < count; ++i) sums[i] += weight * double{samples[i]};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
