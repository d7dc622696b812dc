// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_LEVEL_CHOICE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_LEVEL_CHOICE_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_LEVEL_CHOICE_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_LEVEL_CHOICE_INL_H_
#endif

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "lib/codec/jpeg/shaped_rows-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using Signed16 = hn::Rebind<std::int16_t, F32>;

constexpr QuantTable kPlaces = zigzag_places();

// Magnitudes in steps by zigzag index, and which AC coefficients are nearest to zero or not.
struct Magnitudes {
  alignas(64) std::array<float, kGroupCoefficients> of;
  std::array<std::uint64_t, kBlockGroup> coded;
};

// Rounds one group, of AC what is `least` or more. `magnitudes`: null where nobody asks.
template <bool kKeeps>
HWY_INLINE void round_group(const float* HWY_RESTRICT coefficients, const float* HWY_RESTRICT moves,
                            const FloatQuantizer& quantizer, float least,
                            Magnitudes* HWY_RESTRICT magnitudes, std::int16_t* HWY_RESTRICT out) {
  const F32 d;
  const Signed32 d32;
  const Signed16 d16;
  const std::size_t lanes = hn::Lanes(d);
  // No DCT of 8-bit samples has more, and nothing larger has a code.
  const VF most = hn::Set(d, 1023.f);
  const VF half = hn::Set(d, 0.5f);
  alignas(64) std::array<std::array<std::int16_t, kBlockGroup>, 4> words;
  for (std::size_t b = 0; b < kBlockGroup; b += lanes) {
    for (std::size_t word = 0; word < 4; ++word) {
      auto bits = hn::Zero(d16);
      for (std::size_t i = 0; i < 16; ++i) {
        const std::size_t z = 16 * word + i;
        const std::size_t at = kPlaces[z] * kBlockGroup + b;
        VF aim = hn::Load(d, coefficients + at);
        if (moves != nullptr) aim = hn::Add(aim, hn::Load(d, moves + at));
        const VF magnitude = scaled(hn::Min(hn::Abs(aim), most), quantizer.inverse[kPlaces[z]]);
        auto level = hn::ConvertTo(d32, hn::Add(magnitude, half));
        if (!kKeeps && z > 0) {
          const auto is_zero = hn::Lt(magnitude, hn::Set(d, least));
          level = hn::IfThenZeroElse(hn::RebindMask(d32, is_zero), level);
        }
        const auto negative = hn::ShiftRight<31>(hn::BitCast(d32, aim));
        const auto narrow = hn::DemoteTo(d16, level);
        const auto back = hn::Mul(narrow, hn::Set(d16, quantizer.eight_steps[kPlaces[z]]));
        const auto sign = hn::DemoteTo(d16, negative);
        hn::Store(hn::Sub(hn::Xor(back, sign), sign), d16, out + at);
        if constexpr (kKeeps) {
          hn::Store(magnitude, d, magnitudes->of.data() + z * kBlockGroup + b);
          if (z == 0) continue;
          const auto bit = hn::Set(d16, static_cast<std::int16_t>(1u << i));
          const auto is_coded = hn::Gt(narrow, hn::Zero(d16));
          bits = hn::Or(bits, hn::And(hn::VecFromMask(d16, is_coded), bit));
        }
      }
      if constexpr (kKeeps) hn::Store(bits, d16, words[word].data() + b);
    }
  }
  if constexpr (kKeeps) {
    for (std::size_t b = 0; b < kBlockGroup; ++b) {
      const auto word = [&](std::size_t i) {
        return static_cast<std::uint64_t>(static_cast<std::uint16_t>(words[i][b])) << (16 * i);
      };
      magnitudes->coded[b] = word(0) | word(1) | word(2) | word(3);
    }
  }
}

void RoundLevels(const AimedRow& row, const FloatQuantizer& quantizer, float least,
                 std::int16_t* HWY_RESTRICT out) {
  for (std::size_t first = 0; first < row.blocks; first += kBlockGroup) {
    const std::size_t at = first * 64;
    round_group<false>(row.coefficients + at, row.moves == nullptr ? nullptr : row.moves + at,
                       quantizer, least, nullptr, out + at);
  }
}

// The shortest way through one block: a state is a coefficient that is the last so far not to be
// zero; to get from one to another costs the code of the level there and of the zeros between, and
// saves the error that zero would make there. `magnitudes`, `out`: the block's in its group.
HWY_INLINE void weigh_block(const float* HWY_RESTRICT magnitudes, std::uint64_t coded,
                            const FloatQuantizer& quantizer, const LevelCosts& costs, float gain,
                            std::int16_t* HWY_RESTRICT out) {
  // State 0 is DC, before all; a mark in the last one's place is written but never read.
  std::array<float, 65> least;
  std::array<int, 65> places;
  std::array<int, 65> before;
  std::array<int, 65> levels;
  least[0] = 0;
  places[0] = 0;
  int count = 0;
  int first = 0;  // nothing before it can be last: it is never zero itself
  for (; coded != 0; coded &= coded - 1) {
    const int place = std::countr_zero(coded);
    const float x = magnitudes[static_cast<std::size_t>(place) * kBlockGroup];
    const int nearest = static_cast<int>(x + 0.5f);
    float best = std::numeric_limits<float>::max();
    int from = 0;
    int chosen = 0;
    const auto try_level = [&](int level) HWY_ATTR {
      const auto v = static_cast<float>(level);
      const float saved = gain * (v * (v - 2 * x));
      const auto size = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(level)));
      const float* HWY_RESTRICT const bits = costs.level[size].data() + place - 1;
      for (int i = count; i >= first; --i) {
        const auto at = static_cast<std::size_t>(i);
        const float cost = (least[at] + bits[-places[at]]) + saved;
        if (cost < best) {
          best = cost;
          from = i;
          chosen = level;
        }
      }
    };
    try_level(nearest);
    // Of levels with codes of one length the nearest is the best.
    if (nearest > 1 && (nearest & (nearest - 1)) == 0) try_level(nearest - 1);
    ++count;
    const auto at = static_cast<std::size_t>(count);
    least[at] = best;
    places[at] = place;
    before[at] = from;
    levels[at] = chosen;
    if (nearest > 2) first = count;
  }
  // Where the block ends.
  float best = std::numeric_limits<float>::max();
  int last = 0;
  for (int i = count; i >= first; --i) {
    const auto at = static_cast<std::size_t>(i);
    const float cost = places[at] == 63 ? least[at] : least[at] + costs.end;
    if (cost < best) {
      best = cost;
      last = i;
    }
  }
  for (int i = count; i > 0; --i) {
    const auto at = static_cast<std::size_t>(i);
    const std::size_t k = kPlaces[static_cast<std::size_t>(places[at])];
    std::int16_t& rounded = out[k * kBlockGroup];
    if (i == last) {
      const int back = levels[at] * quantizer.eight_steps[k];
      rounded = static_cast<std::int16_t>(rounded < 0 ? -back : back);
      last = before[at];
    } else {
      rounded = 0;
    }
  }
}

void WeighLevels(const AimedRow& row, const FloatQuantizer& quantizer, const LevelCosts& costs,
                 const float* HWY_RESTRICT gains, std::int16_t* HWY_RESTRICT out) {
  Magnitudes magnitudes;
  for (std::size_t first = 0; first < row.blocks; first += kBlockGroup) {
    const std::size_t at = first * 64;
    round_group<true>(row.coefficients + at, row.moves == nullptr ? nullptr : row.moves + at,
                      quantizer, 0, &magnitudes, out + at);
    const std::size_t count = std::min(kBlockGroup, row.blocks - first);
    for (std::size_t b = 0; b < count; ++b) {
      if (magnitudes.coded[b] == 0) continue;
      weigh_block(magnitudes.of.data() + b, magnitudes.coded[b], quantizer, costs, gains[first + b],
                  out + at + b);
    }
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
