// SPDX-License-Identifier: Apache-2.0

// Masks and damage of a row of blocks. Each lane is a block, so that no sum crosses lanes and all
// instruction sets add in the same order.

#if defined(LIMEN_LIB_QUALITY_GUARD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_QUALITY_GUARD_INL_H_
#undef LIMEN_LIB_QUALITY_GUARD_INL_H_
#else
#define LIMEN_LIB_QUALITY_GUARD_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/quality/guard_blocks.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace terms = guard_terms;

using Lanes = HWY_CAPPED(float, terms::kGroup);
using V = hn::Vec<Lanes>;

// Of a group of blocks: what is at place k of block b at [k * kGroup + b].
using Plane = std::array<float, 64 * terms::kGroup>;
struct Planes {
  alignas(64) std::array<Plane, 3> of;
};

// The picture, or how much the candidate is above it. Beyond the right edge its last column
// repeats.
void Gather(const terms::BlockRow& row, std::size_t group, bool is_difference, Planes& planes) {
  const std::size_t channels = row.is_gray ? 1 : 3;
  const std::size_t first = group * terms::kGroupWidth;
  for (std::size_t y = 0; y < 8; ++y) {
    const std::uint8_t* const original = row.original[y];
    const std::uint8_t* const candidate = is_difference ? row.candidate[y] : nullptr;
    for (std::size_t b = 0; b < terms::kGroup; ++b) {
      for (std::size_t x = 0; x < 8; ++x) {
        const std::size_t at = std::min(first + 8 * b + x, row.width - 1) * channels;
        const std::size_t to = (8 * y + x) * terms::kGroup + b;
        for (std::size_t c = 0; c < channels; ++c) {
          const int value = original[at + c];
          planes.of[c][to] =
              static_cast<float>(candidate != nullptr ? candidate[at + c] - value : value);
        }
      }
    }
  }
}

// In place, a vector of blocks from `b` on: RGB to Y, Cb and Cr by BT.601 (T.871).
HWY_INLINE void Convert(Planes& planes, std::size_t b) {
  const Lanes d;
  for (std::size_t i = b; i < planes.of[0].size(); i += terms::kGroup) {
    const V red = hn::Load(d, planes.of[0].data() + i);
    const V green = hn::Load(d, planes.of[1].data() + i);
    const V blue = hn::Load(d, planes.of[2].data() + i);
    const V luma = hn::Add(hn::Add(hn::Mul(red, hn::Set(d, 0.299f)),  //
                                   hn::Mul(green, hn::Set(d, 0.587f))),
                           hn::Mul(blue, hn::Set(d, 0.114f)));
    hn::Store(luma, d, planes.of[0].data() + i);
    hn::Store(hn::Mul(hn::Sub(blue, luma), hn::Set(d, 1 / 1.772f)), d, planes.of[1].data() + i);
    hn::Store(hn::Mul(hn::Sub(red, luma), hn::Set(d, 1 / 1.402f)), d, planes.of[2].data() + i);
  }
}

// The orthonormal DCT of eight values `step` apart, in place: cosines of multiples of pi / 16,
// halved.
HWY_INLINE void Transform8(float* HWY_RESTRICT data, std::size_t step) {
  const Lanes d;
  const auto load = [&](std::size_t i) HWY_ATTR { return hn::Load(d, data + i * step); };
  const auto store = [&](std::size_t i, V v) HWY_ATTR { hn::Store(v, d, data + i * step); };
  const auto times = [&](V v, float by) HWY_ATTR { return hn::Mul(v, hn::Set(d, by)); };
  constexpr float k1 = 0.49039264f, k2 = 0.46193977f, k3 = 0.41573481f, k4 = 0.35355339f;
  constexpr float k5 = 0.27778512f, k6 = 0.19134172f, k7 = 0.09754516f;
  const V in0 = load(0), in1 = load(1), in2 = load(2), in3 = load(3);
  const V in4 = load(4), in5 = load(5), in6 = load(6), in7 = load(7);
  const V s0 = hn::Add(in0, in7), s1 = hn::Add(in1, in6), s2 = hn::Add(in2, in5);
  const V s3 = hn::Add(in3, in4);
  const V d0 = hn::Sub(in0, in7), d1 = hn::Sub(in1, in6), d2 = hn::Sub(in2, in5);
  const V d3 = hn::Sub(in3, in4);
  const V e0 = hn::Add(s0, s3), e1 = hn::Add(s1, s2);
  const V e2 = hn::Sub(s1, s2), e3 = hn::Sub(s0, s3);
  const auto sum = [&](float a, float b, float c, float e) HWY_ATTR {
    return hn::Add(hn::Add(times(d0, a), times(d1, b)), hn::Add(times(d2, c), times(d3, e)));
  };
  store(0, times(hn::Add(e0, e1), k4));
  store(4, times(hn::Sub(e0, e1), k4));
  store(2, hn::Add(times(e3, k2), times(e2, k6)));
  store(6, hn::Sub(times(e3, k6), times(e2, k2)));
  store(1, sum(k1, k3, k5, k7));
  store(3, sum(k3, -k7, -k1, -k5));
  store(5, sum(k5, -k1, k7, k3));
  store(7, sum(k7, -k5, k3, -k1));
}

HWY_INLINE void Transform4(float* HWY_RESTRICT data, std::size_t step) {
  const Lanes d;
  const auto load = [&](std::size_t i) HWY_ATTR { return hn::Load(d, data + i * step); };
  const auto times = [&](V v, float by) HWY_ATTR { return hn::Mul(v, hn::Set(d, by)); };
  constexpr float k1 = 0.65328148f, k3 = 0.27059805f;
  const V in0 = load(0), in1 = load(1), in2 = load(2), in3 = load(3);
  const V s0 = hn::Add(in0, in3), s1 = hn::Add(in1, in2);
  const V d0 = hn::Sub(in0, in3), d1 = hn::Sub(in1, in2);
  hn::Store(times(hn::Add(s0, s1), 0.5f), d, data);
  hn::Store(times(hn::Sub(s0, s1), 0.5f), d, data + 2 * step);
  hn::Store(hn::Add(times(d0, k1), times(d1, k3)), d, data + step);
  hn::Store(hn::Sub(times(d0, k3), times(d1, k1)), d, data + 3 * step);
}

// Sum of squares of coefficients, each times its sensitivity.
template <std::size_t kCount>
HWY_INLINE V SeenEnergy(const float* coefficients, const std::array<float, kCount>& sight) {
  const Lanes d;
  V sum = hn::Zero(d);
  for (std::size_t k = 0; k < kCount; ++k) {
    const V seen = hn::Mul(hn::Load(d, coefficients + k * terms::kGroup), hn::Set(d, sight[k]));
    sum = hn::Add(sum, hn::Mul(seen, seen));
  }
  return sum;
}

HWY_INLINE V LumaEnergy(float* luma, const terms::Sight& sight) {
  for (std::size_t x = 0; x < 8; ++x) Transform8(luma + x * terms::kGroup, 8 * terms::kGroup);
  for (std::size_t y = 0; y < 8; ++y) Transform8(luma + 8 * y * terms::kGroup, terms::kGroup);
  return SeenEnergy(luma, sight.luma);
}

HWY_INLINE V ChromaEnergy(const float* chroma, const terms::Sight& sight) {
  const Lanes d;
  alignas(64) std::array<float, 16 * terms::kGroup> halved;  // a vector of each line
  for (std::size_t y = 0; y < 4; ++y) {
    for (std::size_t x = 0; x < 4; ++x) {
      const float* const from = chroma + (16 * y + 2 * x) * terms::kGroup;
      const V upper = hn::Add(hn::Load(d, from), hn::Load(d, from + terms::kGroup));
      const V lower =
          hn::Add(hn::Load(d, from + 8 * terms::kGroup), hn::Load(d, from + 9 * terms::kGroup));
      hn::Store(hn::Mul(hn::Add(upper, lower), hn::Set(d, 0.25f)), d,
                halved.data() + (4 * y + x) * terms::kGroup);
    }
  }
  for (std::size_t x = 0; x < 4; ++x) {
    Transform4(halved.data() + x * terms::kGroup, 4 * terms::kGroup);
  }
  for (std::size_t y = 0; y < 4; ++y) {
    Transform4(halved.data() + 4 * y * terms::kGroup, terms::kGroup);
  }
  return SeenEnergy(halved.data(), sight.chroma);
}

// What the original's own detail leaves to be seen: of the four quarters' variances the lowest
// three count, so that a block with an edge and a flat part, where noise shows, is not taken for
// texture.
HWY_INLINE V MaskOf(const float* luma, const terms::Masking& masking) {
  const Lanes d;
  const V sixteenth = hn::Set(d, 1.0f / 16);
  alignas(64) std::array<float, 4 * terms::kGroup> variances;
  V mean = hn::Zero(d);
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    const float* const from = luma + (32 * (quarter / 2) + 4 * (quarter % 2)) * terms::kGroup;
    const auto sample = [&](std::size_t i) HWY_ATTR {
      return hn::Load(d, from + (8 * (i / 4) + i % 4) * terms::kGroup);
    };
    V sum = hn::Zero(d);
    for (std::size_t i = 0; i < 16; ++i) sum = hn::Add(sum, sample(i));
    const V own = hn::Mul(sum, sixteenth);
    V squares = hn::Zero(d);
    for (std::size_t i = 0; i < 16; ++i) {
      const V off = hn::Sub(sample(i), own);
      squares = hn::Add(squares, hn::Mul(off, off));
    }
    hn::Store(hn::Mul(squares, sixteenth), d, variances.data() + quarter * terms::kGroup);
    mean = hn::Add(mean, hn::Mul(own, hn::Set(d, 0.25f)));
  }
  const auto variance = [&](std::size_t quarter) HWY_ATTR {
    return hn::Load(d, variances.data() + quarter * terms::kGroup);
  };
  const V low01 = hn::Min(variance(0), variance(1)), high01 = hn::Max(variance(0), variance(1));
  const V low23 = hn::Min(variance(2), variance(3)), high23 = hn::Max(variance(2), variance(3));
  const V between = hn::Max(low01, low23), beneath = hn::Min(high01, high23);
  const V least = hn::Min(low01, low23);
  const V detail =
      hn::Add(hn::Add(hn::Mul(least, hn::Set(d, masking.share[0])),
                      hn::Mul(hn::Min(between, beneath), hn::Set(d, masking.share[1]))),
              hn::Mul(hn::Max(between, beneath), hn::Set(d, masking.share[2])));
  const V light = hn::Mul(hn::Add(mean, hn::Set(d, masking.dark)), hn::Set(d, masking.light_scale));
  const V hidden = hn::Add(hn::Set(d, 1.0f), hn::Mul(detail, hn::Set(d, masking.detail_scale)));
  return hn::Mul(hn::Sqrt(hn::Sqrt(hn::Div(hn::Sqrt(light), hidden))), hn::Set(d, masking.unit));
}

HWY_ATTR void MaskRow(const terms::BlockRow& row, const terms::Masking& masking, float* masks) {
  const Lanes d;
  Planes planes;
  for (std::size_t group = 0; group < terms::group_count(row.width); ++group) {
    Gather(row, group, false, planes);
    for (std::size_t b = 0; b < terms::kGroup; b += hn::Lanes(d)) {
      if (!row.is_gray) Convert(planes, b);
      hn::Store(MaskOf(planes.of[0].data() + b, masking), d, masks + group * terms::kGroup + b);
    }
  }
}

HWY_ATTR void DamageRow(const terms::BlockRow& row, const terms::Sight& sight, const float* masks,
                        float* damage) {
  const Lanes d;
  Planes planes;
  for (std::size_t group = 0; group < terms::group_count(row.width); ++group) {
    Gather(row, group, true, planes);
    for (std::size_t b = 0; b < terms::kGroup; b += hn::Lanes(d)) {
      if (!row.is_gray) Convert(planes, b);
      V energy = LumaEnergy(planes.of[0].data() + b, sight);
      if (!row.is_gray) {
        energy = hn::Add(energy, hn::Add(ChromaEnergy(planes.of[1].data() + b, sight),
                                         ChromaEnergy(planes.of[2].data() + b, sight)));
      }
      const std::size_t at = group * terms::kGroup + b;
      hn::Store(hn::Mul(hn::Sqrt(energy), hn::Load(d, masks + at)), d, damage + at);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif
