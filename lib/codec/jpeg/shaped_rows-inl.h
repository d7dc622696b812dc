// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_SHAPED_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_SHAPED_ROWS_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_SHAPED_ROWS_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_SHAPED_ROWS_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/shaped_rows.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A group of blocks is a whole number of these, whatever the instruction set.
using F32 = hn::CappedTag<float, kBlockGroup>;
using VF = hn::Vec<F32>;
using Signed32 = hn::RebindToSigned<F32>;

HWY_INLINE VF scaled(VF v, float factor) { return hn::Mul(v, hn::Set(F32(), factor)); }

void SplitFloats(const std::uint8_t* HWY_RESTRICT rgb, std::size_t count, float* HWY_RESTRICT y,
                 float* HWY_RESTRICT cb, float* HWY_RESTRICT cr) {
  const F32 d;
  const hn::Rebind<std::uint8_t, F32> d8;
  const Signed32 d32;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < count; x += lanes) {
    hn::Vec<decltype(d8)> r8, g8, b8;
    hn::LoadInterleaved3(d8, rgb + 3 * x, r8, g8, b8);
    const auto widen = [&](auto v) HWY_ATTR { return hn::ConvertTo(d, hn::PromoteTo(d32, v)); };
    const VF red = widen(r8), green = widen(g8), blue = widen(b8);
    // T.871, section 7: weights of BT.601, chroma by what is left of blue and red.
    const VF luma =
        hn::Add(hn::Add(scaled(red, 0.299f), scaled(green, 0.587f)), scaled(blue, 0.114f));
    hn::StoreU(hn::Sub(luma, hn::Set(d, 128.f)), d, y + x);
    hn::StoreU(scaled(hn::Sub(blue, luma), static_cast<float>(1 / 1.772)), d, cb + x);
    hn::StoreU(scaled(hn::Sub(red, luma), static_cast<float>(1 / 1.402)), d, cr + x);
  }
}

void HalveFloats(const float* HWY_RESTRICT upper, const float* HWY_RESTRICT lower,
                 std::size_t count, float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < count; x += lanes) {
    VF left, right, left_below, right_below;
    hn::LoadInterleaved2(d, upper + 2 * x, left, right);
    hn::LoadInterleaved2(d, lower + 2 * x, left_below, right_below);
    const VF sum = hn::Add(hn::Add(left, right), hn::Add(left_below, right_below));
    hn::StoreU(scaled(sum, 0.25f), d, out + x);
  }
}

// cos(i pi / 16) / 2.
constexpr float kCosine1 = 0.49039264020161522456f;
constexpr float kCosine2 = 0.46193976625564337806f;
constexpr float kCosine3 = 0.41573480615127261854f;
constexpr float kCosine4 = 0.35355339059327376220f;
constexpr float kCosine5 = 0.27778511650980111237f;
constexpr float kCosine6 = 0.19134171618254488586f;
constexpr float kCosine7 = 0.09754516100806413392f;

HWY_INLINE VF odd_sum(VF a, float wa, VF b, float wb, VF c, float wc, VF d, float wd) {
  return hn::Add(hn::Add(scaled(a, wa), scaled(b, wb)), hn::Add(scaled(c, wc), scaled(d, wd)));
}

// Eight samples `step` apart to their orthonormal DCT, by its definition (T.81, A.3.3) but for what
// mirrored samples share.
HWY_INLINE void transform8(float* HWY_RESTRICT data, std::size_t step) {
  const F32 d;
  const auto load = [&](std::size_t i) HWY_ATTR { return hn::Load(d, data + i * step); };
  const auto store = [&](std::size_t i, VF v) HWY_ATTR { hn::Store(v, d, data + i * step); };
  const VF in0 = load(0), in1 = load(1), in2 = load(2), in3 = load(3);
  const VF in4 = load(4), in5 = load(5), in6 = load(6), in7 = load(7);
  const VF s07 = hn::Add(in0, in7), s16 = hn::Add(in1, in6);
  const VF s25 = hn::Add(in2, in5), s34 = hn::Add(in3, in4);
  const VF even0 = hn::Add(s07, s34), even3 = hn::Sub(s07, s34);
  const VF even1 = hn::Add(s16, s25), even2 = hn::Sub(s16, s25);
  store(0, scaled(hn::Add(even0, even1), kCosine4));
  store(4, scaled(hn::Sub(even0, even1), kCosine4));
  store(2, hn::Add(scaled(even3, kCosine2), scaled(even2, kCosine6)));
  store(6, hn::Sub(scaled(even3, kCosine6), scaled(even2, kCosine2)));
  const VF d07 = hn::Sub(in0, in7), d16 = hn::Sub(in1, in6);
  const VF d25 = hn::Sub(in2, in5), d34 = hn::Sub(in3, in4);
  store(1, odd_sum(d07, kCosine1, d16, kCosine3, d25, kCosine5, d34, kCosine7));
  store(3, odd_sum(d07, kCosine3, d16, -kCosine7, d25, -kCosine1, d34, -kCosine5));
  store(5, odd_sum(d07, kCosine5, d16, -kCosine1, d25, kCosine7, d34, kCosine3));
  store(7, odd_sum(d07, kCosine7, d16, -kCosine5, d25, kCosine3, d34, -kCosine1));
}

void TransformFloats(const std::array<const float*, 8>& rows, std::size_t groups,
                     float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t g = 0; g < groups; ++g, out += kGroupCoefficients) {
    for (std::size_t r = 0; r < 8; ++r) {
      // Columns of the same number side by side.
      const float* HWY_RESTRICT const from = rows[r] + g * kGroupWidth;
      float* HWY_RESTRICT const to = out + r * kGroupWidth;
      for (std::size_t c = 0; c < 8; ++c) {
        for (std::size_t b = 0; b < kBlockGroup; ++b) to[c * kBlockGroup + b] = from[8 * b + c];
      }
      for (std::size_t b = 0; b < kBlockGroup; b += lanes) transform8(to + b, kBlockGroup);
    }
    for (std::size_t i = 0; i < 8 * kBlockGroup; i += lanes) transform8(out + i, 8 * kBlockGroup);
  }
}

void SumErrors(const float* HWY_RESTRICT coefficients, const FloatQuantizer& quantizer,
               const std::int16_t* HWY_RESTRICT chosen, std::size_t groups,
               float* HWY_RESTRICT errors) {
  const F32 d;
  const hn::Rebind<std::int16_t, F32> d16;
  const Signed32 d32;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t g = 0; g < groups; ++g) {
    for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
      VF sum = hn::Zero(d);
      for (std::size_t k = 0; k < 64; ++k) {
        const std::size_t at = g * kGroupCoefficients + k * kBlockGroup + b;
        const VF back = hn::ConvertTo(d, hn::PromoteTo(d32, hn::Load(d16, chosen + at)));
        const VF error = scaled(hn::Sub(hn::Load(d, coefficients + at), scaled(back, 0.125f)),
                                quantizer.inverse[k]);
        sum = hn::Add(sum, hn::Mul(error, error));
      }
      hn::StoreU(sum, d, errors + g * kBlockGroup + b);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
