// SPDX-License-Identifier: Apache-2.0

// The maps of SSIMULACRA 2.1.
//
// The candidate is seen as the original plus a difference d. With E the blur, the metric's SSIM map
//
//   1 - (1 - (mu1 - mu2)^2) * (2 cov(1, 2) + C2) / (var(1) + var(2) + C2)
//
// is m^2 + (1 - m^2) * v / s, where m = E d, v = E d^2 - m^2 and s = 2 var(1) + 2 cov(1, d) + v +
// C2, since var, cov and so v are the same bilinear form, at the zero-padded borders too. Nothing
// large cancels in that, so floats suffice, and three blurs serve SSIM and edge maps alike.

#if defined(LIMEN_QUALITY_SSIMULACRA2_MAPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_MAPS_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_MAPS_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_MAPS_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/quality/ssimulacra2_blur-inl.h"
#include "limen/quality/ssimulacra2_terms.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace terms = ssimulacra2_terms;

using F32 = hn::ScalableTag<float>;
using VF = hn::Vec<F32>;

// Half a float each, since large pictures wait for memory: above, the deviation of a value from its
// blur, to 8 bits; below, the spread, which is twice the local variance plus C2, to 13 bits: four
// bits of exponent and twelve of mantissa. Both round to nearest, so their errors are as often up
// as down and cancel over the pixels of a map.
constexpr std::uint32_t kLeastSpread = (127u - 11) << 23;  // of the bits that stand for 2^-11
constexpr float kMostSpread = 31.99f;
static_assert(terms::kC2 > 1.0f / 2048 + 1.0f / 4096);

HWY_INLINE hn::Vec<hn::RebindToUnsigned<F32>> PackDetails(F32 d, VF deviation, VF spread) {
  const hn::RebindToUnsigned<F32> du;
  const auto above =
      hn::And(hn::Add(hn::BitCast(du, deviation), hn::Set(du, 0x8000u)), hn::Set(du, 0xFFFF0000u));
  // By rounding alone no variance comes below zero by more than half of C2.
  const VF held = hn::Min(hn::Max(spread, hn::Set(d, 1.0f / 2048)), hn::Set(d, kMostSpread));
  const auto below =
      hn::ShiftRight<11>(hn::Sub(hn::BitCast(du, held), hn::Set(du, kLeastSpread - (1u << 10))));
  return hn::Or(above, below);
}

HWY_INLINE VF DeviationOf(F32 d, hn::Vec<hn::RebindToUnsigned<F32>> details) {
  const hn::RebindToUnsigned<F32> du;
  return hn::BitCast(d, hn::And(details, hn::Set(du, 0xFFFF0000u)));
}

HWY_INLINE VF SpreadOf(F32 d, hn::Vec<hn::RebindToUnsigned<F32>> details) {
  const hn::RebindToUnsigned<F32> du;
  const auto bits = hn::ShiftLeft<11>(hn::And(details, hn::Set(du, 0xFFFFu)));
  return hn::BitCast(d, hn::Add(bits, hn::Set(du, kLeastSpread)));
}

HWY_INLINE void FinishOriginalRow(const float* HWY_RESTRICT value, const float* HWY_RESTRICT values,
                                  const float* HWY_RESTRICT squares, std::size_t width,
                                  std::uint32_t* HWY_RESTRICT details) {
  const F32 d;
  const hn::RebindToUnsigned<F32> du;
  const std::size_t lanes = hn::Lanes(d);
  const VF c2 = hn::Set(d, terms::kC2);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF mu = BlurAcross(d, values + x);
    const VF variance = hn::NegMulAdd(mu, mu, BlurAcross(d, squares + x));
    const VF deviation = hn::Sub(hn::LoadU(d, value + x), mu);
    const VF spread = hn::MulAdd(variance, hn::Set(d, 2.0f), c2);
    hn::StoreU(PackDetails(d, deviation, spread), du, details + x);
  }
}

struct CompareRowInput {
  const float* values;
  const std::uint32_t* details;
  const float* differences;
  BlurredRow blurred;
  std::size_t ahead;  // from this row of the original to the one to be fetched meanwhile
};

HWY_INLINE VF FourthPower(VF v) {
  const VF square = hn::Mul(v, v);
  return hn::Mul(square, square);
}

constexpr bool Has(unsigned terms_mask, terms::Term term) { return (terms_mask >> term & 1) != 0; }

// The kept terms of a channel at a scale, a bit each.
constexpr unsigned KeptMask(int channel, int scale) {
  unsigned mask = 0;
  for (int term = 0; term < terms::kTerms; ++term) {
    if (terms::is_kept(channel, scale, static_cast<terms::Term>(term))) mask |= 1u << term;
  }
  return mask;
}

// Adds columns `begin` to `end` - 1 of one row of the maps that `kMask` names to columns[term].
template <unsigned kMask>
void CompareRow(const CompareRowInput& input, std::size_t begin, std::size_t end,
                float* const* columns) {
  constexpr bool kSsim = Has(kMask, terms::ssim_1) || Has(kMask, terms::ssim_4);
  constexpr bool kArtifact = Has(kMask, terms::artifact_1) || Has(kMask, terms::artifact_4);
  constexpr bool kDetail = Has(kMask, terms::detail_1) || Has(kMask, terms::detail_4);
  constexpr bool kEdges = kArtifact || kDetail;
  const F32 d;
  const hn::RebindToUnsigned<F32> du;
  const std::size_t lanes = hn::Lanes(d);
  const VF one = hn::Set(d, 1.0f);
  const VF zero = hn::Zero(d);
  const CompareRowInput in = input;  // of its own, so that no store can change it
  for (std::size_t x = begin; x < end; x += lanes) {
    const auto add = [&](terms::Term term, VF v) HWY_ATTR {
      float* column = columns[term] + x;
      hn::StoreU(hn::Add(hn::LoadU(d, column), v), d, column);
    };
    const VF mean = BlurAcross(d, in.blurred.differences + x);
    const auto details = hn::LoadU(du, in.details + x);
    hwy::Prefetch(in.details + x + in.ahead);
    const VF deviation = DeviationOf(d, details);
    const VF was = hn::Abs(deviation);
    // One division serves both maps.
    const VF edge_base = hn::Add(one, was);
    VF by_edge_base = zero;
    if constexpr (kSsim) {
      const VF value = hn::LoadU(d, in.values + x);
      const VF mean_square = hn::Mul(mean, mean);
      const VF covariance =
          hn::NegMulAdd(hn::Sub(value, deviation), mean, BlurAcross(d, in.blurred.products + x));
      const VF variance = hn::Sub(BlurAcross(d, in.blurred.squares + x), mean_square);
      const VF spread =
          hn::Add(hn::MulAdd(covariance, hn::Set(d, 2.0f), SpreadOf(d, details)), variance);
      VF ratio;
      if constexpr (kEdges) {
        const VF inverse = hn::Div(one, hn::Mul(spread, edge_base));
        ratio = hn::Mul(variance, hn::Mul(inverse, edge_base));
        by_edge_base = hn::Mul(inverse, spread);
      } else {
        ratio = hn::Div(variance, spread);
      }
      VF error = hn::MulAdd(hn::Sub(one, mean_square), ratio, mean_square);
      error = hn::Max(error, zero);
      if constexpr (Has(kMask, terms::ssim_1)) add(terms::ssim_1, error);
      if constexpr (Has(kMask, terms::ssim_4)) add(terms::ssim_4, FourthPower(error));
    } else {
      by_edge_base = hn::Div(one, edge_base);
    }
    if constexpr (kEdges) {
      const VF difference = hn::LoadU(d, in.differences + x);
      const VF is = hn::Abs(hn::Add(deviation, hn::Sub(difference, mean)));
      const VF change = hn::Mul(hn::Sub(is, was), by_edge_base);
      const VF artifact = hn::Max(change, zero);
      const VF detail = hn::Max(hn::Neg(change), zero);
      if constexpr (Has(kMask, terms::artifact_1)) add(terms::artifact_1, artifact);
      if constexpr (Has(kMask, terms::artifact_4)) add(terms::artifact_4, FourthPower(artifact));
      if constexpr (Has(kMask, terms::detail_1)) add(terms::detail_1, detail);
      if constexpr (Has(kMask, terms::detail_4)) add(terms::detail_4, FourthPower(detail));
    }
  }
}

using CompareRowFunction = void (*)(const CompareRowInput&, std::size_t, std::size_t,
                                    float* const*);

template <int kChannel, int kScale>
CompareRowFunction CompareRowAt() {
  if constexpr (KeptMask(kChannel, kScale) == 0) {
    return nullptr;
  } else {
    return CompareRow<KeptMask(kChannel, kScale)>;
  }
}

template <int kChannel>
CompareRowFunction CompareRowOf(int scale) {
  const CompareRowFunction by_scale[] = {CompareRowAt<kChannel, 0>(), CompareRowAt<kChannel, 1>(),
                                         CompareRowAt<kChannel, 2>(), CompareRowAt<kChannel, 3>(),
                                         CompareRowAt<kChannel, 4>(), CompareRowAt<kChannel, 5>()};
  static_assert(sizeof(by_scale) / sizeof(by_scale[0]) == terms::kScales);
  return by_scale[scale];
}

// Sums of `side` columns each, one a cell; the columns start again at zero.
inline void ReduceColumns(float* columns, std::size_t width, std::size_t side, float* cells) {
  for (std::size_t x = 0; x < width; x += side) {
    const std::size_t end = std::min(x + side, width);
    float sums[4] = {0, 0, 0, 0};
    std::size_t i = x;
    for (; i + 4 <= end; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) sums[k] += columns[i + k];
    }
    for (; i < end; ++i) sums[0] += columns[i];
    *cells++ = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  std::fill(columns, columns + width, 0.0f);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
