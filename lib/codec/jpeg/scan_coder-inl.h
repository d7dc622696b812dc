// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_SCAN_CODER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_SCAN_CODER_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_SCAN_CODER_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_SCAN_CODER_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/scan_coder.h"
#include "lib/codec/jpeg/tokens-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

constexpr std::uint32_t kLongestRun = 0x7FFF;  // T.81, G.1.2.2
// libjpeg's: it holds back so many corrections, and no further block's then.
constexpr std::uint32_t kMostOpenBits = 1000 - 64 + 1;

// The `count` lower bits, the lowest first.
HWY_INLINE Token* put_bits(std::uint64_t bits, int count, Token* HWY_RESTRICT to) {
  while (count > 0) {
    const int now = std::min(count, 16);
    count -= now;
    const auto part = static_cast<std::uint32_t>(bits >> count) & ((1u << now) - 1);
    *to++ = kBitsAlone | static_cast<Token>(now) << kTokenCountShift | part;
  }
  return to;
}

HWY_INLINE Token* end_run(AcScan& scan, Token* HWY_RESTRICT to) {
  if (scan.open_run == 0) return to;
  const int size = std::bit_width(scan.open_run) - 1;
  *to++ = make_token(static_cast<std::size_t>(size) << 4, scan.open_run & ((1u << size) - 1), size);
  scan.open_run = 0;
  for (std::uint32_t at = 0; at < scan.open_bits; at += 64) {
    const auto count = static_cast<int>(std::min<std::uint32_t>(64, scan.open_bits - at));
    to = put_bits(scan.open_corrections[at / 64] >> (64 - count), count, to);
  }
  scan.open_bits = 0;
  return to;
}

HWY_INLINE Token* first_of_block(AcScan& scan, const LevelGroup& group, std::size_t block,
                                 std::uint64_t band, Token* HWY_RESTRICT to) {
  const std::uint64_t coded = group.at_least[static_cast<std::size_t>(scan.low)][block] & band;
  if (coded != 0) {
    to = end_run(scan, to);
    to = tokenize_coefficients(group.levels.data() + block, coded,
                               static_cast<std::size_t>(scan.first - 1), scan.low, 0, to);
  }
  if ((coded >> scan.last & 1) == 0 && ++scan.open_run == kLongestRun) to = end_run(scan, to);
  return to;
}

// Bit `low` of the magnitudes that `known` names, the last one's lowest.
struct Corrections {
  std::uint64_t bits = 0;
  int count = 0;
};
HWY_INLINE Corrections corrections_of(const std::int16_t* HWY_RESTRICT levels, std::uint64_t known,
                                      int low) {
  Corrections corrections;
  for (; known != 0; known &= known - 1) {
    const int level = levels[static_cast<std::size_t>(std::countr_zero(known)) * kBlockGroup];
    const auto magnitude = static_cast<std::uint32_t>(level < 0 ? -level : level);
    corrections.bits = corrections.bits << 1 | (magnitude >> low & 1);
    ++corrections.count;
  }
  return corrections;
}

// Sixteen zeros are said once a value that is not zero stands behind them, before its own
// correction and with those before it. Returns the zeros that are left, and their corrections.
HWY_INLINE int put_sixteens(const std::int16_t* HWY_RESTRICT levels, int low, int before, int k,
                            std::uint64_t between, Corrections& corrections,
                            Token* HWY_RESTRICT& to) {
  std::uint64_t unsaid = 0;
  int run = 0;
  for (std::uint64_t left = between | std::uint64_t{1} << k; left != 0; left &= left - 1) {
    const int at = std::countr_zero(left);
    run += at - before - 1;
    before = at;
    for (; run > 15; run -= 16) {
      *to++ = kSixteenZeros;
      const Corrections said = corrections_of(levels, unsaid, low);
      to = put_bits(said.bits, said.count, to);
      unsaid = 0;
    }
    if (at != k) unsaid |= std::uint64_t{1} << at;
  }
  corrections = corrections_of(levels, unsaid, low);
  return run;
}

HWY_INLINE void put_off(AcScan& scan, const Corrections& corrections) {
  if (corrections.count == 0) return;
  const std::uint64_t bits = corrections.bits << (64 - corrections.count);
  const std::size_t word = scan.open_bits / 64;
  const int used = static_cast<int>(scan.open_bits % 64);
  scan.open_corrections[word] = (used == 0 ? 0 : scan.open_corrections[word]) | bits >> used;
  scan.open_corrections[word + 1] = bits << 1 << (63 - used);
  scan.open_bits += static_cast<std::uint32_t>(corrections.count);
}

HWY_INLINE Token* refine_block(AcScan& scan, const LevelGroup& group, std::size_t block,
                               std::uint64_t band, Token* HWY_RESTRICT to) {
  const std::int16_t* const levels = group.levels.data() + block;
  const auto low = static_cast<std::size_t>(scan.low);
  // What is known already up to the next fresh one, whose symbol its corrections stand behind.
  std::uint64_t known = group.at_least[low + 1][block] & band;
  std::uint64_t fresh = group.at_least[low][block] & band & ~known;
  int before = scan.first - 1;
  if (fresh != 0) to = end_run(scan, to);
  for (; fresh != 0; fresh &= fresh - 1) {
    const int k = std::countr_zero(fresh);
    const std::uint64_t between = known & ((std::uint64_t{1} << k) - 1);
    known ^= between;
    Corrections corrections = corrections_of(levels, between, scan.low);
    int run = k - before - 1 - corrections.count;
    if (run > 15) run = put_sixteens(levels, scan.low, before, k, between, corrections, to);
    before = k;
    // Sign and corrections, together where a token holds them.
    const std::uint32_t sign = levels[static_cast<std::size_t>(k) * kBlockGroup] < 0 ? 0 : 1;
    const auto symbol = static_cast<std::size_t>(run << 4 | 1);
    if (corrections.count < 16) {
      *to++ = make_token(symbol,
                         sign << corrections.count | static_cast<std::uint32_t>(corrections.bits),
                         corrections.count + 1);
    } else {
      *to++ = make_token(symbol, sign, 1);
      to = put_bits(corrections.bits, corrections.count, to);
    }
  }
  if (before == scan.last) return to;
  put_off(scan, corrections_of(levels, known, scan.low));
  if (++scan.open_run == kLongestRun || scan.open_bits > kMostOpenBits) to = end_run(scan, to);
  return to;
}

Token* TokenizeAc(AcScan& scan, const LevelGroup* HWY_RESTRICT groups, std::size_t first,
                  std::size_t end, Token* to) {
  const std::uint64_t band =
      (~std::uint64_t{0} >> (63 - scan.last)) & (~std::uint64_t{0} << scan.first);
  for (std::size_t b = first; b < end; ++b) {
    const LevelGroup& group = groups[b / kBlockGroup];
    to = scan.is_refining ? refine_block(scan, group, b % kBlockGroup, band, to)
                          : first_of_block(scan, group, b % kBlockGroup, band, to);
  }
  return to;
}

Token* FinishAc(AcScan& scan, Token* to) { return end_run(scan, to); }

DcTokens TokenizeDc(McuRow& row, std::int32_t first, std::int32_t end, int low, DcTokens to) {
  for_each_block(
      row, first, end,
      [&](McuBlocks& component, const LevelGroup& group, std::size_t block) HWY_ATTR {
        const int dc = group.levels[block];
        *to.differences++ = dc_token(row, component, dc, low);
        to.bits = put_bits(static_cast<std::uint64_t>(dc & 1), low, to.bits);
      },
      [&](const McuBlocks& component) HWY_ATTR {
        *to.differences++ = component.dc_table;
        to.bits = put_bits(static_cast<std::uint64_t>(component.last_dc & 1), low, to.bits);
      });
  return to;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
