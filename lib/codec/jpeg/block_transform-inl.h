// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_BLOCK_TRANSFORM_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/dct-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET != HWY_SCALAR
// Reads 128 bytes as a matrix of powers of two and writes it transposed: interleaving the halves
// moves the highest bit of each byte's place to the lowest, once a step.
HWY_INLINE void interleave_halves(const std::uint8_t* HWY_RESTRICT in,
                                  std::uint8_t* HWY_RESTRICT out) {
  constexpr int kSteps = 4;  // seven would be none
  const hn::FixedTag<std::uint8_t, 16> d;
  using V = hn::Vec<decltype(d)>;
  const auto load = [&](std::size_t i) HWY_ATTR { return hn::LoadU(d, in + 16 * i); };
  V a0 = load(0), a1 = load(1), a2 = load(2), a3 = load(3);
  V a4 = load(4), a5 = load(5), a6 = load(6), a7 = load(7);
  for (int step = 0; step < kSteps; ++step) {
    const V b0 = hn::InterleaveLower(d, a0, a4), b1 = hn::InterleaveUpper(d, a0, a4);
    const V b2 = hn::InterleaveLower(d, a1, a5), b3 = hn::InterleaveUpper(d, a1, a5);
    const V b4 = hn::InterleaveLower(d, a2, a6), b5 = hn::InterleaveUpper(d, a2, a6);
    const V b6 = hn::InterleaveLower(d, a3, a7), b7 = hn::InterleaveUpper(d, a3, a7);
    a0 = b0, a1 = b1, a2 = b2, a3 = b3, a4 = b4, a5 = b5, a6 = b6, a7 = b7;
  }
  const auto store = [&](V v, std::size_t i) HWY_ATTR { hn::StoreU(v, d, out + 16 * i); };
  store(a0, 0), store(a1, 1), store(a2, 2), store(a3, 3);
  store(a4, 4), store(a5, 5), store(a6, 6), store(a7, 7);
}
#endif

// A group's row of samples, sample c of block b at [8 b + c], to [16 c + b].
HWY_INLINE void columns_from_row(const std::uint8_t* HWY_RESTRICT row,
                                 std::uint8_t* HWY_RESTRICT columns) {
  static_assert(kBlockGroup == 16);
#if HWY_TARGET == HWY_SCALAR
  for (std::size_t i = 0; i < kGroupWidth; ++i) columns[i % 8 * 16 + i / 8] = row[i];
#else
  interleave_halves(row, columns);
#endif
}

// One group's coefficients. The rows begin where it does.
HWY_INLINE void forward_group(const std::array<const std::uint8_t*, 8>& rows, std::size_t at,
                              std::int16_t* HWY_RESTRICT coefficients) {
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::uint8_t columns[kGroupWidth];
  const V16 middle = hn::Set(d, 128);
  for (std::size_t r = 0; r < 8; ++r) {
    columns_from_row(rows[r] + at, columns);
    std::int16_t* const to = coefficients + r * kGroupWidth;
    for (std::size_t i = 0; i < kGroupWidth; i += lanes) {
      hn::Store(hn::Sub(hn::PromoteTo(d, hn::Load(d8, columns + i)), middle), d, to + i);
    }
    for (std::size_t b = 0; b < kBlockGroup; b += lanes) forward8<true>(to + b, kBlockGroup);
  }
  for (std::size_t i = 0; i < 8 * kBlockGroup; i += lanes) {
    forward8<false>(coefficients + i, 8 * kBlockGroup);
  }
}

void ForwardDct(const std::array<const std::uint8_t*, 8>& rows, std::size_t groups,
                std::int16_t* HWY_RESTRICT coefficients) {
  for (std::size_t g = 0; g < groups; ++g, coefficients += kGroupCoefficients) {
    forward_group(rows, g * kGroupWidth, coefficients);
  }
}

// |level| of the coefficients at `from`, all of frequency k.
HWY_INLINE V16 quantized_magnitude(V16 v, const Quantizer& quantizer, std::size_t k) {
  const hn::RebindToUnsigned<I16> d;
  const auto sum = hn::Add(hn::BitCast(d, hn::Abs(v)), hn::Set(d, quantizer.half[k]));
  const auto quotient = hn::MulHigh(sum, hn::Set(d, quantizer.reciprocal[k]));
  return hn::BitCast(I16(), hn::ShiftRightSame(quotient, quantizer.shift[k]));
}

HWY_INLINE V16 with_sign_of(V16 magnitude, V16 v) {
  const V16 sign = hn::ShiftRight<15>(v);
  return hn::Sub(hn::Xor(magnitude, sign), sign);
}

void Reconstruct(const std::int16_t* HWY_RESTRICT coefficients, const Quantizer& quantizer,
                 std::size_t groups, std::uint8_t* HWY_RESTRICT samples, std::size_t stride) {
  const I16 d;
  const std::size_t lanes = hn::Lanes(d);
  HWY_ALIGN std::int16_t work[kGroupCoefficients];
  for (std::size_t g = 0; g < groups; ++g, coefficients += kGroupCoefficients) {
    for (std::size_t c = 0; c < 8; ++c) {
      for (std::size_t b = c * kBlockGroup; b < (c + 1) * kBlockGroup; b += lanes) {
        const auto load = [&](std::size_t i) HWY_ATTR {
          const std::size_t k = 8 * i + c;
          const V16 v = hn::Load(d, coefficients + 8 * i * kBlockGroup + b);
          const V16 level = quantized_magnitude(v, quantizer, k);
          const V16 back = hn::Mul(level, hn::Set(d, static_cast<std::int16_t>(quantizer.step[k])));
          return with_sign_of(back, v);
        };
        inverse8<true>(load, [&](std::size_t i, V16 v)
                                 HWY_ATTR { hn::Store(v, d, work + 8 * i * kBlockGroup + b); });
      }
    }
    restore_rows(work, samples + g * kGroupWidth, stride);
  }
}

constexpr QuantTable kZigzagPlaces = zigzag_places();

// AC levels without their signs where only magnitudes are asked for; DC always has its own.
template <int kThresholds, bool kWithSigns>
HWY_INLINE void quantize_group(const std::int16_t* HWY_RESTRICT coefficients,
                               const Quantizer& quantizer, LevelGroup& group) {
  const I16 d;
  const std::size_t lanes = hn::Lanes(d);
  alignas(64) std::int16_t words[kThresholds][4][kBlockGroup];
  alignas(64) std::int16_t largest[kBlockGroup];
  for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
    V16 most = hn::Zero(d);
    for (std::size_t word = 0; word < 4; ++word) {
      V16 bits1 = hn::Zero(d), bits2 = hn::Zero(d), bits4 = hn::Zero(d);
      for (std::size_t i = 0; i < 16; ++i) {
        const std::size_t z = 16 * word + i;
        const std::size_t k = kZigzagPlaces[z];
        const V16 v = hn::Load(d, coefficients + k * kBlockGroup + b);
        V16 level = quantized_magnitude(v, quantizer, k);
        hn::Store(kWithSigns || z == 0 ? with_sign_of(level, v) : level, d,
                  group.levels.data() + z * kBlockGroup + b);
        if (z == 0) continue;
        if constexpr (kWithSigns) most = hn::Max(most, level);
        const V16 bit = hn::Set(d, static_cast<std::int16_t>(1u << i));
        const auto where_above = [&](int least) HWY_ATTR {
          const auto above = hn::Gt(level, hn::Set(d, static_cast<std::int16_t>(least)));
          return hn::And(hn::VecFromMask(d, above), bit);
        };
        bits1 = hn::Or(bits1, where_above(0));
        if constexpr (kThresholds > 1) bits2 = hn::Or(bits2, where_above(1));
        if constexpr (kThresholds > 2) bits4 = hn::Or(bits4, where_above(3));
      }
      hn::Store(bits1, d, words[0][word] + b);
      if constexpr (kThresholds > 1) hn::Store(bits2, d, words[1][word] + b);
      if constexpr (kThresholds > 2) hn::Store(bits4, d, words[2][word] + b);
    }
    hn::Store(most, d, largest + b);
  }
  for (std::size_t t = 0; t < kThresholds; ++t) {
    for (std::size_t b = 0; b < kBlockGroup; ++b) {
      const auto word = [&](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<std::uint16_t>(words[t][i][b])) << (16 * i);
      };
      group.at_least[t][b] = word(0) | word(1) | word(2) | word(3);
    }
  }
  if constexpr (kWithSigns) group.largest = *std::max_element(largest, largest + kBlockGroup);
}

HWY_INLINE void quantize_for_file(const std::int16_t* HWY_RESTRICT coefficients,
                                  const Quantizer& quantizer, LevelBits bits, LevelGroup& group) {
  switch (bits) {
    case LevelBits::nonzero:
      quantize_group<1, true>(coefficients, quantizer, group);
      break;
    case LevelBits::two_bits:
      quantize_group<2, true>(coefficients, quantizer, group);
      break;
    case LevelBits::three_bits:
      quantize_group<3, true>(coefficients, quantizer, group);
      break;
  }
}

void Quantize(const std::int16_t* HWY_RESTRICT coefficients, const Quantizer& quantizer,
              std::size_t groups, LevelBits bits, LevelGroup* HWY_RESTRICT levels) {
  for (std::size_t g = 0; g < groups; ++g, coefficients += kGroupCoefficients) {
    quantize_for_file(coefficients, quantizer, bits, levels[g]);
  }
}

void QuantizedDct(const std::array<const std::uint8_t*, 8>& rows, std::size_t groups,
                  const Quantizer& quantizer, LevelBits bits, LevelGroup* HWY_RESTRICT levels) {
  alignas(64) std::int16_t work[kGroupCoefficients];
  for (std::size_t g = 0; g < groups; ++g) {
    forward_group(rows, g * kGroupWidth, work);
    quantize_for_file(work, quantizer, bits, levels[g]);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
