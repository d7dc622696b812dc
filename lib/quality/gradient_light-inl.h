// SPDX-License-Identifier: Apache-2.0

// Rows of the gradient's picture from bytes by linear light to XYB, and of derivatives back. No
// fused step, as in gradient-inl.h.

#if defined(LIMEN_QUALITY_GRADIENT_LIGHT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_GRADIENT_LIGHT_INL_H_
#undef LIMEN_QUALITY_GRADIENT_LIGHT_INL_H_
#else
#define LIMEN_QUALITY_GRADIENT_LIGHT_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "lib/quality/gradient_task.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace terms = ssimulacra2_terms;

using F32 = hn::CappedTag<float, gradient::kVector>;
using VF = hn::Vec<F32>;

// 1 / cbrt(x) for x in 0.003 to 1.1: a guess from the exponent to 4 %, then two steps of the
// series of (1 - c)^(-1/3) over the c = 1 - x y^3 that is left.
HWY_INLINE VF InverseCubeRoot(F32 d, VF x) {
  const hn::RebindToSigned<F32> di;
  const VF bits = hn::ConvertTo(d, hn::BitCast(di, x));
  // 4/3 of a float's bias in bits, less what makes the guess's error even.
  const VF guess = hn::Sub(hn::Set(d, 1419967232.0f), hn::Mul(bits, hn::Set(d, 1.0f / 3)));
  VF y = hn::BitCast(d, hn::ConvertTo(di, guess));
  const VF one = hn::Set(d, 1.0f);
  const VF third = hn::Set(d, 1.0f / 3);
  const VF second = hn::Set(d, 2.0f / 9);
  for (int i = 0; i < 2; ++i) {
    const VF c = hn::Sub(one, hn::Mul(hn::Mul(x, y), hn::Mul(y, y)));
    VF series = hn::Add(second, hn::Mul(c, hn::Set(d, 14.0f / 81)));
    series = hn::Add(third, hn::Mul(c, series));
    y = hn::Add(y, hn::Mul(y, hn::Mul(c, series)));
  }
  return y;
}

HWY_INLINE VF Absorbed(F32 d, std::size_t row, VF r, VF g, VF b) {
  const auto& m = terms::kAbsorbance[row];
  const VF red = hn::Mul(r, hn::Set(d, static_cast<float>(m[0])));
  const VF green = hn::Mul(g, hn::Set(d, static_cast<float>(m[1])));
  const VF blue = hn::Mul(b, hn::Set(d, static_cast<float>(m[2])));
  const VF bias = hn::Set(d, static_cast<float>(terms::kAbsorbanceBias));
  return hn::Add(hn::Add(red, green), hn::Add(blue, bias));
}

HWY_INLINE VF CubeRoot(F32 d, VF x) {
  const VF y = InverseCubeRoot(d, x);
  return hn::Mul(x, hn::Mul(y, y));
}

// Row y of a picture in linear light.
inline void ReadLinear(const gradient::Task& task, std::int32_t y) {
  const gradient::ScaleTask& scale = task.scales[0];
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  float* const red = scale.linear[0] + at;
  float* const green = scale.linear[1] + at;
  float* const blue = scale.linear[2] + at;
  const std::uint8_t* const in = task.picture.row_as<std::uint8_t>(y);
  if (task.picture.format.layout == Layout::gray) {
    for (std::size_t x = 0; x < width; ++x) {
      red[x] = green[x] = blue[x] = task.linear_of_byte[in[x]];
    }
  } else {
    for (std::size_t x = 0; x < width; ++x) {
      red[x] = task.linear_of_byte[in[3 * x]];
      green[x] = task.linear_of_byte[in[3 * x + 1]];
      blue[x] = task.linear_of_byte[in[3 * x + 2]];
    }
  }
}

// Means of 2x2 of rows whose last column has been repeated.
HWY_INLINE void HalveRow(const float* above, const float* below, std::int32_t out_width,
                         float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF quarter = hn::Set(d, 0.25f);
  for (std::size_t x = 0; x < static_cast<std::size_t>(out_width); x += lanes) {
    VF even0, odd0, even1, odd1;
    hn::LoadInterleaved2(d, above + 2 * x, even0, odd0);
    hn::LoadInterleaved2(d, below + 2 * x, even1, odd1);
    const VF sum = hn::Add(hn::Add(even0, even1), hn::Add(odd0, odd1));
    hn::StoreU(hn::Mul(sum, quarter), d, out + x);
  }
}

// One row of XYB of a scale: `minus` less the original, whose rows then follow the values'.
HWY_INLINE void XybRow(const gradient::ScaleTask& scale, std::int32_t y, bool of_original) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  const auto& channels = scale.channels;
  const VF half = hn::Set(d, 0.5f);
  const auto root = static_cast<float>(std::cbrt(terms::kAbsorbanceBias));
  const auto put = [&](std::size_t c, std::size_t x, VF value) HWY_ATTR {
    if (of_original) {
      hn::StoreU(value, d, channels[c].values + x);
    } else {
      value = hn::Sub(value, hn::LoadU(d, channels[c].values + x));
      hn::StoreU(value, d, channels[c].differences + x);
    }
  };
  for (std::size_t x = at; x < at + width; x += hn::Lanes(d)) {
    const VF r = hn::LoadU(d, scale.linear[0] + x);
    const VF g = hn::LoadU(d, scale.linear[1] + x);
    const VF b = hn::LoadU(d, scale.linear[2] + x);
    const VF l = CubeRoot(d, Absorbed(d, 0, r, g, b));
    const VF m = CubeRoot(d, Absorbed(d, 1, r, g, b));
    const VF luma = hn::Mul(hn::Add(l, m), half);
    if (channels[0].is_used()) {
      const VF scaled = hn::Mul(hn::Sub(l, m), hn::Set(d, static_cast<float>(terms::kScaleX / 2)));
      put(0, x, hn::Add(scaled, hn::Set(d, static_cast<float>(terms::kOffsetX))));
    }
    if (channels[1].is_used()) {
      put(1, x, hn::Add(luma, hn::Set(d, static_cast<float>(terms::kOffsetY) - root)));
    }
    if (channels[2].is_used()) {
      const VF s = CubeRoot(d, Absorbed(d, 2, r, g, b));
      put(2, x, hn::Add(hn::Sub(s, luma), hn::Set(d, static_cast<float>(terms::kOffsetB))));
    }
  }
  for (const gradient::ChannelTask& channel : channels) {
    if (!channel.is_used()) continue;
    float* const out = (of_original ? channel.values : channel.differences) + at;
    std::fill(out + width, out + scale.stride, 0.0f);
  }
}

// The derivative of a cube root of x, times `by`.
HWY_INLINE VF ThroughCubeRoot(F32 d, VF x, VF by) {
  const VF y = InverseCubeRoot(d, x);
  return hn::Mul(hn::Mul(by, hn::Mul(y, y)), hn::Set(d, 1.0f / 3));
}

// Adds one cone's part to the derivatives by light.
HWY_INLINE void AddAbsorbed(F32 d, std::size_t row, VF by_cone, VF (&by_light)[3]) {
  for (std::size_t c = 0; c < 3; ++c) {
    const VF share = hn::Set(d, static_cast<float>(terms::kAbsorbance[row][c]));
    by_light[c] = hn::Add(by_light[c], hn::Mul(by_cone, share));
  }
}

// One row of derivatives, from XYB to linear light, which they replace. `coarser`: what the scale
// below adds, null where there is none.
HWY_INLINE void BackToLight(const gradient::ScaleTask& scale, std::int32_t y,
                            const float* const* coarser) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  const auto& channels = scale.channels;
  const auto by_channel = [&](std::size_t c, std::size_t x) HWY_ATTR {
    return channels[c].is_used() ? hn::LoadU(d, channels[c].shifts + at + x) : hn::Zero(d);
  };
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    const VF r = hn::LoadU(d, scale.linear[0] + at + x);
    const VF g = hn::LoadU(d, scale.linear[1] + at + x);
    const VF b = hn::LoadU(d, scale.linear[2] + at + x);
    const VF by_x = hn::Mul(by_channel(0, x), hn::Set(d, static_cast<float>(terms::kScaleX / 2)));
    const VF by_s = by_channel(2, x);
    const VF by_luma = hn::Mul(hn::Sub(by_channel(1, x), by_s), hn::Set(d, 0.5f));
    VF by_light[3];
    for (std::size_t c = 0; c < 3; ++c) {
      by_light[c] = coarser != nullptr ? hn::LoadU(d, coarser[c] + x) : hn::Zero(d);
    }
    AddAbsorbed(d, 0, ThroughCubeRoot(d, Absorbed(d, 0, r, g, b), hn::Add(by_luma, by_x)),
                by_light);
    AddAbsorbed(d, 1, ThroughCubeRoot(d, Absorbed(d, 1, r, g, b), hn::Sub(by_luma, by_x)),
                by_light);
    if (channels[2].is_used()) {
      AddAbsorbed(d, 2, ThroughCubeRoot(d, Absorbed(d, 2, r, g, b), by_s), by_light);
    }
    for (std::size_t c = 0; c < 3; ++c) hn::StoreU(by_light[c], d, scale.linear[c] + at + x);
  }
}

// Row y of the derivatives by a coarser scale's light, each value spread over the two columns that
// it is a mean of; times what rows and columns that count twice add.
HWY_INLINE void SpreadRow(const gradient::ScaleTask& finer, const gradient::ScaleTask& coarser,
                          std::int32_t y, float* const* out) {
  const F32 d;
  const bool counts_twice = 2 * y + 1 == finer.size.height;
  const VF share = hn::Set(d, counts_twice ? 0.5f : 0.25f);
  const auto width = static_cast<std::size_t>(coarser.size.width);
  for (std::size_t c = 0; c < 3; ++c) {
    const float* const in = coarser.linear[c] + static_cast<std::size_t>(y) * coarser.stride;
    // Nothing reaches beyond the row: a vector may be wider than what the row's end has room for.
    for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
      const VF value = hn::Mul(hn::LoadU(d, in + x), share);
      hn::StoreInterleaved2(value, value, d, out[c] + 2 * x);
    }
    if (finer.size.width % 2 != 0) out[c][finer.size.width - 1] *= 2;
  }
}

// One row from linear light to Y, Cb and Cr.
HWY_INLINE void BackToSamples(const gradient::Task& task, std::int32_t y, float* const* slopes) {
  const F32 d;
  const gradient::ScaleTask& scale = task.scales[0];
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::uint8_t* const in = task.picture.row_as<std::uint8_t>(y);
  const std::size_t step = task.picture.format.layout == Layout::gray ? 1 : 3;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t x = 0; x < width; ++x) {
      slopes[c][x] = task.slope_of_byte[in[step * x + (step == 3 ? c : 0)]];
    }
  }
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    VF by[3];
    for (std::size_t c = 0; c < 3; ++c) {
      by[c] = hn::Mul(hn::LoadU(d, scale.linear[c] + at + x), hn::LoadU(d, slopes[c] + x));
    }
    // JFIF: R = Y + 1.402 Cr, G = Y - 0.344136 Cb - 0.714136 Cr, B = Y + 1.772 Cb.
    const VF luma = hn::Add(hn::Add(by[0], by[1]), by[2]);
    const VF cb =
        hn::Sub(hn::Mul(by[2], hn::Set(d, 1.772f)), hn::Mul(by[1], hn::Set(d, 0.344136286f)));
    const VF cr =
        hn::Sub(hn::Mul(by[0], hn::Set(d, 1.402f)), hn::Mul(by[1], hn::Set(d, 0.714136286f)));
    hn::StoreU(luma, d, scale.linear[0] + at + x);
    hn::StoreU(cb, d, scale.linear[1] + at + x);
    hn::StoreU(cr, d, scale.linear[2] + at + x);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
