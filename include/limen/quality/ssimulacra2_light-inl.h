// SPDX-License-Identifier: Apache-2.0

// Rows of SSIMULACRA 2.1 from bytes by linear light to XYB, and to half their size.

#if defined(LIMEN_QUALITY_SSIMULACRA2_LIGHT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_LIGHT_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_LIGHT_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_LIGHT_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <cmath>
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

// Bytes are looked up sixteen at a time where a vector holds all pieces.
constexpr bool kReadsBytes = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL;
// Pixels at once.
constexpr std::size_t kBytesAtOnce = 64;

// kBytesAtOnce pixels of RGB to linear light, at out[0..2] + x.
HWY_INLINE void LinearFromBytes(const std::uint8_t* HWY_RESTRICT in,
                                const terms::LinearPieces& pieces, std::size_t x,
                                float* const out[3]) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  const F32 d;
  const hn::RebindToSigned<F32> di;
  const hn::Rebind<std::uint8_t, F32> du8;
  const hn::ScalableTag<std::uint8_t> d_bytes;
  alignas(64) std::uint8_t planes[3][kBytesAtOnce];
  auto red = hn::Undefined(d_bytes), green = red, blue = red;
  hn::LoadInterleaved3(d_bytes, in, red, green, blue);
  hn::Store(red, d_bytes, planes[0]);
  hn::Store(green, d_bytes, planes[1]);
  hn::Store(blue, d_bytes, planes[2]);
  const VF c0 = hn::LoadU(d, pieces.coefficients[0]);
  const VF c1 = hn::LoadU(d, pieces.coefficients[1]);
  const VF c2 = hn::LoadU(d, pieces.coefficients[2]);
  const VF c3 = hn::LoadU(d, pieces.coefficients[3]);
  const VF c4 = hn::LoadU(d, pieces.coefficients[4]);
  const VF first = hn::LoadU(d, pieces.first);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < kBytesAtOnce; i += hn::Lanes(d)) {
      const auto level = hn::PromoteTo(di, hn::Load(du8, planes[c] + i));
      const auto piece = hn::ShiftRight<4>(level);
      const auto within = hn::And(level, hn::Set(di, 15));
      const auto of_piece = hn::IndicesFromVec(d, piece);
      const VF at = hn::Sub(hn::ConvertTo(d, within), hn::Set(d, 7.5f));
      VF value = hn::TableLookupLanes(c4, of_piece);
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c3, of_piece));
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c2, of_piece));
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c1, of_piece));
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c0, of_piece));
      const VF low = hn::TableLookupLanes(first, hn::IndicesFromVec(d, within));
      const auto is_low = hn::RebindMask(d, hn::Eq(piece, hn::Zero(di)));
      hn::StoreU(hn::IfThenElse(is_low, low, value), d, out[c] + x + i);
    }
  }
#else
  (void)in, (void)pieces, (void)x, (void)out;
#endif
}

// 1 / cbrt(x) for x in 0.003 to 1.1, to 3e-5: a guess from the exponent, times a quadratic minimax
// fit of (1 - c)^(-1/3) over the c = 1 - x y^3 that the guess y leaves (0.123 to 0.264).
HWY_INLINE VF InverseCubeRoot(F32 d, VF x) {
  const hn::RebindToSigned<F32> di;
  const auto exponent = hn::ConvertTo(d, hn::BitCast(di, x));
  // 4/3 of a float's bias in bits, less a term by which the guess is always low; a 256th of it all,
  // above 2^23, where a float's lowest bits are an integer.
  const auto guess = hn::NegMulAdd(exponent, hn::Set(d, 1.0f / 3 / 256),
                                   hn::Set(d, 1419000000.0f / 256 + 8388608.0f));
  const VF y = hn::BitCast(d, hn::ShiftLeft<8>(hn::BitCast(di, guess)));
  const VF c = hn::NegMulAdd(x, hn::Mul(y, hn::Mul(y, y)), hn::Set(d, 1.0f));
  const VF slope = hn::MulAdd(c, hn::Set(d, 0.36795424f), hn::Set(d, 0.30292765f));
  return hn::Mul(y, hn::MulAdd(c, slope, hn::Set(d, 1.00192257f)));
}

// The cube root of x to about 1 ulp, with y near its inverse and y2 = y * y: x y^2 (1 - c)^(-2/3)
// with c as above, of which two terms are enough.
HWY_INLINE VF CubeRoot(F32 d, VF x, VF y, VF y2) {
  const VF root = hn::Mul(x, y2);
  const VF c = hn::NegMulAdd(root, y, hn::Set(d, 1.0f));
  return hn::MulAdd(hn::Mul(root, c), hn::Set(d, 2.0f / 3), root);
}

HWY_INLINE VF Mix(F32 d, int row, VF r, VF g, VF b) {
  const auto& m = terms::kAbsorbance[static_cast<std::size_t>(row)];
  VF sum = hn::Set(d, static_cast<float>(terms::kAbsorbanceBias));
  sum = hn::MulAdd(r, hn::Set(d, static_cast<float>(m[0])), sum);
  sum = hn::MulAdd(g, hn::Set(d, static_cast<float>(m[1])), sum);
  return hn::MulAdd(b, hn::Set(d, static_cast<float>(m[2])), sum);
}

// The cones L and M differ in what they take of red and green alone.
constexpr double kConeStep = 0.07;
static_assert([] {
  const auto& l = terms::kAbsorbance[0];
  const auto& m = terms::kAbsorbance[1];
  const auto is_near = [](double a, double b) { return a - b < 1e-12 && b - a < 1e-12; };
  return is_near(l[0] - m[0], kConeStep) && is_near(m[1] - l[1], kConeStep) && l[2] == m[2];
}());
// (1 - cbrt(1 - kConeStep u)) / 2 / u for u from -1.6 to 3.3: near minimax.
constexpr float kShare[] = {0.01166664486f, 0.0002719793496f, 1.06256018e-05f, 6.023421504e-07f};

// Columns `begin` to `end` - 1 of linear light, 0 to 1, to the metric's channels that `kChannels`
// has a bit for, less `minus` where there is one. Whole vectors are read and written. `ahead`: from
// the rows of `minus` to those that are fetched meanwhile.
template <unsigned kChannels, bool kMinus>
HWY_INLINE void XybRow(const float* const linear[3], std::size_t begin, std::size_t end,
                       const float* const minus[3], std::size_t ahead, float* const out[3]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const float root = static_cast<float>(std::cbrt(terms::kAbsorbanceBias));
  const VF y_offset = hn::Set(d, static_cast<float>(terms::kOffsetY) - root);
  const auto put = [&](int c, std::size_t x, VF v) HWY_ATTR {
    if constexpr (kMinus) {
      hwy::Prefetch(minus[c] + x + ahead);
      v = hn::Sub(v, hn::LoadU(d, minus[c] + x));
    }
    hn::StoreU(v, d, out[c] + x);
  };
  for (std::size_t x = begin; x < end; x += lanes) {
    const VF r = hn::LoadU(d, linear[0] + x);
    const VF g = hn::LoadU(d, linear[1] + x);
    const VF b = hn::LoadU(d, linear[2] + x);
    // L and M differ by 0.07 (R - G), so with u = (R - G) / L the mean of their roots is that of L
    // less a share (1 - cbrt(1 - 0.07 u)) / 2 of it, which is a polynomial to 2e-7.
    const VF cone = Mix(d, 0, r, g, b);
    const VF inverse = InverseCubeRoot(d, cone);
    const VF inverse2 = hn::Mul(inverse, inverse);
    const VF l = CubeRoot(d, cone, inverse, inverse2);
    const VF u = hn::Mul(hn::Sub(r, g), hn::Mul(inverse, inverse2));
    VF share = hn::MulAdd(u, hn::Set(d, kShare[3]), hn::Set(d, kShare[2]));
    share = hn::MulAdd(u, share, hn::Set(d, kShare[1]));
    share = hn::Mul(u, hn::MulAdd(u, share, hn::Set(d, kShare[0])));
    const VF difference = hn::Mul(l, share);
    const VF luma = hn::Add(hn::Sub(l, difference), y_offset);
    if constexpr ((kChannels & 1) != 0) {
      put(0, x,
          hn::MulAdd(difference, hn::Set(d, static_cast<float>(terms::kScaleX)),
                     hn::Set(d, static_cast<float>(terms::kOffsetX))));
    }
    if constexpr ((kChannels & 2) != 0) put(1, x, luma);
    if constexpr ((kChannels & 4) != 0) {
      // (S - root) - Y with Y = luma - kOffsetY.
      const VF third = Mix(d, 2, r, g, b);
      const VF y = InverseCubeRoot(d, third);
      const VF s = CubeRoot(d, third, y, hn::Mul(y, y));
      const float offset = static_cast<float>(terms::kOffsetB + terms::kOffsetY) - root;
      put(2, x, hn::Add(hn::Sub(s, luma), hn::Set(d, offset)));
    }
  }
}

constexpr unsigned NeededChannels(int scale) {
  unsigned mask = 0;
  for (int c = 0; c < 3; ++c) {
    if (terms::needs_channel(c, scale)) mask |= 1u << c;
  }
  return mask;
}

// XybRow for the channels that a scale needs.
template <bool kMinus, int kScale = 0>
HWY_INLINE void XybRowOf(int scale, const float* const linear[3], std::size_t begin,
                         std::size_t end, const float* const minus[3], std::size_t ahead,
                         float* const out[3]) {
  if constexpr (kScale < terms::kScales) {
    if (scale == kScale) {
      XybRow<NeededChannels(kScale), kMinus>(linear, begin, end, minus, ahead, out);
    } else {
      XybRowOf<kMinus, kScale + 1>(scale, linear, begin, end, minus, ahead, out);
    }
  }
}

// Means of 2x2; `below` is the row itself under an odd height. The even number of columns that is
// read may include one beyond the width, which the caller has set to the last one's value.
HWY_INLINE void HalveRow(const float* above, const float* below, std::size_t out_width,
                         float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF quarter = hn::Set(d, 0.25f);
  for (std::size_t x = 0; x < out_width; x += lanes) {
    const float* const a = above + 2 * x;
    const float* const b = below + 2 * x;
    const VF first = hn::Add(hn::LoadU(d, a), hn::LoadU(d, b));
    const VF second = hn::Add(hn::LoadU(d, a + lanes), hn::LoadU(d, b + lanes));
    VF even, odd;
#if HWY_TARGET == HWY_SCALAR
    even = first;
    odd = second;
#else
    even = hn::ConcatEven(d, second, first);
    odd = hn::ConcatOdd(d, second, first);
#endif
    hn::StoreU(hn::Mul(hn::Add(even, odd), quarter), d, out + x);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
