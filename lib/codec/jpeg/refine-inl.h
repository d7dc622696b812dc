// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_REFINE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_REFINE_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_REFINE_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_REFINE_INL_H_
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstdint>

#include "lib/codec/jpeg/refine.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

// The zero above `run` others, of those that lie at `from` and above; 64 or more where there is
// none. `older`: no zeros. BMI2 finds it without a branch; processors that have it but no AVX-512
// may take hundreds of cycles for that.
HWY_INLINE int place_of_zero(std::uint64_t older, int from, int run) {
#if HWY_ARCH_X86_64 && HWY_TARGET <= HWY_AVX3 && !defined(HWY_DISABLE_BMI2_FMA)
  const std::uint64_t zeros = ~older & ~(bit_of(from) - 1);
  return std::countr_zero(static_cast<std::uint64_t>(_pdep_u64(bit_of(run), zeros)));
#else
  int at = from + run;
  for (std::uint64_t ahead = older & ~(bit_of(from) - 1);
       ahead != 0 && std::countr_zero(ahead) <= at; ahead &= ahead - 1) {
    ++at;
  }
  return at;
#endif
}

// The bits of coefficients that are known but for their lower ones. They come in pieces, between
// symbols, and are added to the coefficients all at once: how many are in a piece is as good as
// random, and would be mispredicted for each.
struct CorrectionBits {
  std::uint64_t held = 0;
  int count = 0;
};

// `count`: 0 to 63.
HWY_INLINE bool take_corrections(ScanReader& reader, ScanBits& bits, int count,
                                 CorrectionBits& corrections) {
  constexpr int kMost = 32;
  for (; count > kMost; count -= kMost) {
    if (!reader.refill(bits)) return false;
    corrections.held = corrections.held << kMost | bits.peek(kMost);
    corrections.count += kMost;
    bits.drop(kMost);
  }
  if (bits.count() < kMost && !reader.refill(bits)) return false;
  corrections.held = corrections.held << count | bits.held >> 1 >> (63 - count);
  corrections.count += count;
  bits.drop(static_cast<unsigned>(count));
  return true;
}

// `older`: the coefficients, of which as many as there are bits have one. Without a branch, for the
// bits are as good as random too.
HWY_INLINE void correct(std::int16_t* block, std::uint64_t older, int low,
                        const CorrectionBits& corrections) {
  if (corrections.count == 0) return;
  std::uint64_t next = corrections.held << (64 - corrections.count);
  for (int i = 0; i < corrections.count; ++i) {
    std::int16_t& level = level_at(block, std::countr_zero(older));
    const int more = static_cast<int>(next >> 63) << low;
    const int sign = level >> 15;
    level = static_cast<std::int16_t>(level + ((more ^ sign) - sign));
    next <<= 1;
    older &= older - 1;
  }
}

bool RefineBlock(const RefinedBand& band, ScanReader& reader, int& blocks_to_end,
                 std::int16_t* HWY_RESTRICT block, std::uint64_t& coded) {
  const std::uint64_t older =
      coded & (~std::uint64_t{0} >> (63 - band.last)) & ~(bit_of(band.first) - 1);
  std::uint64_t fresh = 0;
  ScanBits bits = reader.bits;
  CorrectionBits corrections;
  int k = band.first;
  while (blocks_to_end == 0 && k <= band.last) {
    if (!reader.refill(bits)) return false;
    const int symbol = take_symbol(bits, *band.table);
    if (symbol < 0) return false;
    const int run = run_of(symbol);
    const int size = size_of_value(symbol);
    if (size == 0 && run < kLongestRun) {
      blocks_to_end = 1 << run;
      if (run > 0) blocks_to_end += take_bits(bits, run);
      break;
    }
    if (size > 1) return false;
    const int value = size == 0 ? 0 : (2 * take_bits(bits, 1) - 1) * (1 << band.low);
    // Past so many zeros, to the zero that becomes a coefficient or is the last of a run.
    const int at = place_of_zero(older, k, run);
    if (at > band.last) return false;
    if (!take_corrections(reader, bits, at - k - run, corrections)) return false;
    level_at(block, at) = static_cast<std::int16_t>(value);
    fresh |= static_cast<std::uint64_t>(size) << at;
    k = at + 1;
  }
  if (blocks_to_end > 0) {
    // Of the rest a bit comes too.
    const int rest = std::popcount(older) - corrections.count;
    if (!take_corrections(reader, bits, rest, corrections)) return false;
    --blocks_to_end;
  }
  reader.bits = bits;
  correct(block, older, band.low, corrections);
  coded |= fresh;
  return true;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
