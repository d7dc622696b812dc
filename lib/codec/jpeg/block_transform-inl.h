// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>

#include "lib/codec/jpeg/block_transform.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// Whole groups are a multiple of every instruction set's vector of 32-bit lanes.
using I32 = hn::CappedTag<std::int32_t, kBlockGroup>;
using I16 = hn::Rebind<std::int16_t, I32>;
using U8 = hn::Rebind<std::uint8_t, I32>;
using F32 = hn::RebindToFloat<I32>;
using V = hn::Vec<I32>;

// The DCT of Loeffler, Ligtenberg and Moschytz (ICASSP 1989) in 13-bit fixed point with two extra
// bits between the passes: the arithmetic of libjpeg's "islow", whose results it must equal.
constexpr int kConstBits = 13;
constexpr int kPassBits = 2;
constexpr std::int32_t k0_298631336 = 2446;
constexpr std::int32_t k0_390180644 = 3196;
constexpr std::int32_t k0_541196100 = 4433;
constexpr std::int32_t k0_765366865 = 6270;
constexpr std::int32_t k0_899976223 = 7373;
constexpr std::int32_t k1_175875602 = 9633;
constexpr std::int32_t k1_501321110 = 12299;
constexpr std::int32_t k1_847759065 = 15137;
constexpr std::int32_t k1_961570560 = 16069;
constexpr std::int32_t k2_053119869 = 16819;
constexpr std::int32_t k2_562915447 = 20995;
constexpr std::int32_t k3_072711026 = 25172;

HWY_INLINE V Times(V v, std::int32_t constant) { return hn::Mul(v, hn::Set(I32(), constant)); }

template <int kBits>
HWY_INLINE V Descale(V v) {
  return hn::ShiftRight<kBits>(hn::Add(v, hn::Set(I32(), 1 << (kBits - 1))));
}

// What the odd halves of both directions share: four inputs rotated into four outputs.
HWY_INLINE void RotateOdd(V& a, V& b, V& c, V& d) {
  const V z1 = Times(hn::Add(a, d), -k0_899976223);
  const V z2 = Times(hn::Add(b, c), -k2_562915447);
  V z3 = hn::Add(a, c);
  V z4 = hn::Add(b, d);
  const V z5 = Times(hn::Add(z3, z4), k1_175875602);
  z3 = hn::Add(Times(z3, -k1_961570560), z5);
  z4 = hn::Add(Times(z4, -k0_390180644), z5);
  a = hn::Add(Times(a, k0_298631336), hn::Add(z1, z3));
  b = hn::Add(Times(b, k2_053119869), hn::Add(z2, z4));
  c = hn::Add(Times(c, k3_072711026), hn::Add(z2, z3));
  d = hn::Add(Times(d, k1_501321110), hn::Add(z1, z4));
}

// Eight samples `step` apart in `data`. The first pass keeps kPassBits more, the second drops them.
template <bool kFirstPass>
HWY_INLINE void Forward8(std::int32_t* HWY_RESTRICT data, std::size_t step) {
  const I32 d;
  constexpr int kShift = kFirstPass ? kConstBits - kPassBits : kConstBits + kPassBits;
  V in[8];
  for (std::size_t i = 0; i < 8; ++i) in[i] = hn::Load(d, data + i * step);
  const V s07 = hn::Add(in[0], in[7]), s16 = hn::Add(in[1], in[6]);
  const V s25 = hn::Add(in[2], in[5]), s34 = hn::Add(in[3], in[4]);
  const V even0 = hn::Add(s07, s34), even3 = hn::Sub(s07, s34);
  const V even1 = hn::Add(s16, s25), even2 = hn::Sub(s16, s25);
  const auto store = [&](std::size_t i, V v) { hn::Store(v, d, data + i * step); };
  if constexpr (kFirstPass) {
    store(0, hn::ShiftLeft<kPassBits>(hn::Add(even0, even1)));
    store(4, hn::ShiftLeft<kPassBits>(hn::Sub(even0, even1)));
  } else {
    store(0, Descale<kPassBits>(hn::Add(even0, even1)));
    store(4, Descale<kPassBits>(hn::Sub(even0, even1)));
  }
  const V z = Times(hn::Add(even2, even3), k0_541196100);
  store(2, Descale<kShift>(hn::Add(z, Times(even3, k0_765366865))));
  store(6, Descale<kShift>(hn::Add(z, Times(even2, -k1_847759065))));
  V a = hn::Sub(in[3], in[4]), b = hn::Sub(in[2], in[5]);
  V c = hn::Sub(in[1], in[6]), e = hn::Sub(in[0], in[7]);
  RotateOdd(a, b, c, e);
  store(7, Descale<kShift>(a));
  store(5, Descale<kShift>(b));
  store(3, Descale<kShift>(c));
  store(1, Descale<kShift>(e));
}

template <bool kFirstPass>
HWY_INLINE void Inverse8(std::int32_t* HWY_RESTRICT data, std::size_t step) {
  const I32 d;
  constexpr int kShift = kFirstPass ? kConstBits - kPassBits : kConstBits + kPassBits + 3;
  V in[8];
  for (std::size_t i = 0; i < 8; ++i) in[i] = hn::Load(d, data + i * step);
  const V z = Times(hn::Add(in[2], in[6]), k0_541196100);
  const V t2 = hn::Add(z, Times(in[6], -k1_847759065));
  const V t3 = hn::Add(z, Times(in[2], k0_765366865));
  const V t0 = hn::ShiftLeft<kConstBits>(hn::Add(in[0], in[4]));
  const V t1 = hn::ShiftLeft<kConstBits>(hn::Sub(in[0], in[4]));
  const V even0 = hn::Add(t0, t3), even3 = hn::Sub(t0, t3);
  const V even1 = hn::Add(t1, t2), even2 = hn::Sub(t1, t2);
  V a = in[7], b = in[5], c = in[3], e = in[1];
  RotateOdd(a, b, c, e);
  const auto store = [&](std::size_t i, V v) { hn::Store(Descale<kShift>(v), d, data + i * step); };
  store(0, hn::Add(even0, e));
  store(7, hn::Sub(even0, e));
  store(1, hn::Add(even1, c));
  store(6, hn::Sub(even1, c));
  store(2, hn::Add(even2, b));
  store(5, hn::Sub(even2, b));
  store(3, hn::Add(even3, a));
  store(4, hn::Sub(even3, a));
}

void ForwardDct(const ConstImageView& plane, std::int16_t* HWY_RESTRICT coefficients) {
  const I32 d;
  const I16 d16;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int32_t group[kGroupCoefficients];
  const std::size_t groups = group_count(plane.size.width);
  for (std::int32_t y = 0; y < plane.size.height; y += 8) {
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::int32_t r = 0; r < 8; ++r) {
        const std::uint8_t* row =
            plane.row_as<std::uint8_t>(std::min(y + r, plane.size.height - 1));
        for (std::size_t i = 0; i < 8 * kBlockGroup; ++i) {
          const std::size_t x =
              std::min(g * 8 * kBlockGroup + i, static_cast<std::size_t>(plane.size.width) - 1);
          group[(static_cast<std::size_t>(r) * 8 + i % 8) * kBlockGroup + i / 8] = row[x] - 128;
        }
      }
      for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
        for (std::size_t r = 0; r < 8; ++r) {
          Forward8<true>(group + r * 8 * kBlockGroup + b, kBlockGroup);
        }
        for (std::size_t c = 0; c < 8; ++c) {
          Forward8<false>(group + c * kBlockGroup + b, 8 * kBlockGroup);
        }
      }
      for (std::size_t i = 0; i < kGroupCoefficients; i += lanes) {
        hn::StoreU(hn::DemoteTo(d16, hn::Load(d, group + i)), d16, coefficients + i);
      }
      coefficients += kGroupCoefficients;
    }
  }
}

void Reconstruct(const std::int16_t* HWY_RESTRICT coefficients, const QuantTable& table,
                 const ImageView& plane) {
  const I32 d;
  const I16 d16;
  const U8 d8;
  const F32 df;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int32_t group[kGroupCoefficients];
  HWY_ALIGN std::uint8_t pixels[kGroupCoefficients];
  const std::size_t groups = group_count(plane.size.width);
  const V middle = hn::Set(d, 128);
  for (std::int32_t y = 0; y < plane.size.height; y += 8) {
    for (std::size_t g = 0; g < groups; ++g) {
      for (std::size_t k = 0; k < 64; ++k) {
        // round(|v| / (8 q)), halves up. The half that is added makes the float quotient stay
        // further from a whole number than its error.
        const std::int32_t divisor = 8 * table[k];
        const auto offset = hn::Set(df, static_cast<float>(divisor / 2) + 0.5f);
        const auto reciprocal = hn::Set(df, 1.0f / static_cast<float>(divisor));
        const V step = hn::Set(d, table[k]);
        for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
          const V v = hn::PromoteTo(d, hn::LoadU(d16, coefficients + k * kBlockGroup + b));
          const auto magnitude = hn::ConvertTo(df, hn::Abs(v));
          const V level = hn::ConvertTo(d, hn::Mul(hn::Add(magnitude, offset), reciprocal));
          const V back = hn::Mul(level, step);
          hn::Store(hn::IfThenElse(hn::Lt(v, hn::Zero(d)), hn::Neg(back), back), d,
                    group + k * kBlockGroup + b);
        }
      }
      for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
        for (std::size_t c = 0; c < 8; ++c) {
          Inverse8<true>(group + c * kBlockGroup + b, 8 * kBlockGroup);
        }
        for (std::size_t r = 0; r < 8; ++r) {
          Inverse8<false>(group + r * 8 * kBlockGroup + b, kBlockGroup);
        }
      }
      for (std::size_t i = 0; i < kGroupCoefficients; i += lanes) {
        hn::StoreU(hn::DemoteTo(d8, hn::Add(hn::Load(d, group + i), middle)), d8, pixels + i);
      }
      const std::int32_t rows = std::min(8, plane.size.height - y);
      const std::size_t left = g * 8 * kBlockGroup;
      const std::size_t columns =
          std::min(8 * kBlockGroup, static_cast<std::size_t>(plane.size.width) - left);
      for (std::int32_t r = 0; r < rows; ++r) {
        std::uint8_t* row = plane.row_as<std::uint8_t>(y + r) + left;
        const std::uint8_t* from = pixels + static_cast<std::size_t>(r) * 8 * kBlockGroup;
        for (std::size_t i = 0; i < columns; ++i) row[i] = from[(i % 8) * kBlockGroup + i / 8];
      }
      coefficients += kGroupCoefficients;
    }
  }
}

// Chroma of one row, columns first to last of the subsampled row but its ends.
void UpsampleRow(const std::uint8_t* HWY_RESTRICT near, const std::uint8_t* HWY_RESTRICT far,
                 std::int32_t width, std::uint8_t* HWY_RESTRICT out) {
  const std::int32_t count = (width + 1) / 2;
  if (count <= 2) {
    for (std::int32_t x = 0; x < width; ++x) out[x] = near[x / 2];
    return;
  }
  const auto column = [&](std::int32_t x) { return 3 * near[x] + far[x]; };
  const auto pair = [&](std::int32_t x) {
    const int here = 3 * column(x);
    out[2 * x] = static_cast<std::uint8_t>((here + column(x - 1) + 8) >> 4);
    out[2 * x + 1] = static_cast<std::uint8_t>((here + column(x + 1) + 7) >> 4);
  };
  out[0] = static_cast<std::uint8_t>((4 * column(0) + 8) >> 4);
  out[1] = static_cast<std::uint8_t>((3 * column(0) + column(1) + 7) >> 4);
  std::int32_t x = 1;
  const hn::ScalableTag<std::int16_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> d8;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto columns = [&](std::int32_t at) {
    const auto n = hn::PromoteTo(d, hn::LoadU(d8, near + at));
    return hn::Add(hn::Add(n, hn::Add(n, n)), hn::PromoteTo(d, hn::LoadU(d8, far + at)));
  };
  for (; x + lanes < count; x += lanes) {
    const auto middle = columns(x);
    const auto here = hn::Add(middle, hn::Add(middle, middle));
    const auto left = hn::ShiftRight<4>(hn::Add(hn::Add(here, columns(x - 1)), hn::Set(d, 8)));
    const auto right = hn::ShiftRight<4>(hn::Add(hn::Add(here, columns(x + 1)), hn::Set(d, 7)));
    hn::StoreInterleaved2(hn::DemoteTo(d8, left), hn::DemoteTo(d8, right), d8, out + 2 * x);
  }
  for (; x + 1 < count; ++x) pair(x);
  const int last = column(count - 1);
  out[2 * count - 2] = static_cast<std::uint8_t>((3 * last + column(count - 2) + 8) >> 4);
  out[2 * count - 1] = static_cast<std::uint8_t>((4 * last + 7) >> 4);
}

// BT.601 in 16-bit fixed point, rounded as libjpeg does: JFIF 1.02's figures.
void RgbRow(const std::uint8_t* HWY_RESTRICT y, const std::uint8_t* HWY_RESTRICT cb,
            const std::uint8_t* HWY_RESTRICT cr, std::int32_t width,
            std::uint8_t* HWY_RESTRICT out) {
  constexpr std::int32_t kHalf = 1 << 15;
  constexpr std::int32_t kRedCr = 91881;    // 1.40200
  constexpr std::int32_t kBlueCb = 116130;  // 1.77200
  constexpr std::int32_t kGreenCr = 46802;  // 0.71414
  constexpr std::int32_t kGreenCb = 22554;  // 0.34414
  const hn::ScalableTag<std::int32_t> d;
  const hn::Rebind<std::uint8_t, decltype(d)> d8;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto half = hn::Set(d, kHalf);
  const auto center = hn::Set(d, 128);
  std::int32_t x = 0;
  for (; x + lanes <= width; x += lanes) {
    const auto luma = hn::PromoteTo(d, hn::LoadU(d8, y + x));
    const auto b = hn::Sub(hn::PromoteTo(d, hn::LoadU(d8, cb + x)), center);
    const auto r = hn::Sub(hn::PromoteTo(d, hn::LoadU(d8, cr + x)), center);
    const auto times = [&](auto v, std::int32_t k) { return hn::Mul(v, hn::Set(d, k)); };
    const auto red = hn::Add(luma, hn::ShiftRight<16>(hn::Add(times(r, kRedCr), half)));
    const auto blue = hn::Add(luma, hn::ShiftRight<16>(hn::Add(times(b, kBlueCb), half)));
    const auto green = hn::Add(
        luma, hn::ShiftRight<16>(hn::Add(hn::Add(times(b, -kGreenCb), half), times(r, -kGreenCr))));
    hn::StoreInterleaved3(hn::DemoteTo(d8, red), hn::DemoteTo(d8, green), hn::DemoteTo(d8, blue),
                          d8, out + 3 * x);
  }
  const auto clamp = [](std::int32_t v) {
    return static_cast<std::uint8_t>(std::min(255, std::max(0, v)));
  };
  for (; x < width; ++x) {
    const std::int32_t b = cb[x] - 128, r = cr[x] - 128;
    out[3 * x] = clamp(y[x] + ((kRedCr * r + kHalf) >> 16));
    out[3 * x + 1] = clamp(y[x] + ((-kGreenCb * b + kHalf - kGreenCr * r) >> 16));
    out[3 * x + 2] = clamp(y[x] + ((kBlueCb * b + kHalf) >> 16));
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
