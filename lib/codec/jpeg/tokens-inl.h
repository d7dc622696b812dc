// SPDX-License-Identifier: Apache-2.0

// Little here is vectors; compiled for each instruction set for its instructions on single bits.

#if defined(LIMEN_LIB_CODEC_JPEG_TOKENS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_TOKENS_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_TOKENS_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_TOKENS_INL_H_
#endif

#include <hwy/highway.h>

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/tokens.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A level's token but for the run before it and the table: T.81, F.1.2.1.1. A negative level's bits
// are those of its magnitude turned round. Levels are taken modulo 4096.
constexpr std::size_t kLevels = 4096;
constexpr std::array<Token, kLevels> level_tokens() {
  std::array<Token, kLevels> tokens{};
  for (std::size_t i = 0; i < kLevels; ++i) {
    const int level = static_cast<int>(i < kLevels / 2 ? i : i - kLevels);
    const auto magnitude = static_cast<std::uint32_t>(level < 0 ? -level : level);
    int size = 0;
    while (magnitude >> size != 0) ++size;
    const std::uint32_t bits = (level < 0 ? ~magnitude : magnitude) & ((1u << size) - 1);
    tokens[i] = make_token(static_cast<std::size_t>(size), bits, size);
  }
  return tokens;
}
constexpr std::array<Token, kLevels> kLevelTokens = level_tokens();

HWY_INLINE Token level_token(int level) {
  return kLevelTokens[static_cast<std::size_t>(level) % kLevels];
}

constexpr int kRunShift = kTokenSymbolShift + 4;
constexpr Token kSixteenZeros = make_token(0xF0, 0, 0);

// Whether sixteen zeros or more stand before one of those. Each covers the fifteen below it; what
// they cover with index 0 must be one run of ones.
HWY_INLINE bool has_long_run(std::uint64_t coded) {
  std::uint64_t covered = coded | coded >> 1;
  covered |= covered >> 2;
  covered |= covered >> 4;
  covered |= covered >> 8;
  covered |= 1;
  return (covered & (covered + 1)) != 0;
}

// Tokens of the coefficients that `coded` names, without their lowest `low` bits. `levels` is one
// block's in its group, `table` that of its codes; the first run of zeros begins behind `last`.
HWY_INLINE Token* tokenize_coefficients(const std::int16_t* HWY_RESTRICT levels,
                                        std::uint64_t coded, std::size_t last, int low, Token table,
                                        Token* HWY_RESTRICT to) {
  const auto token_at = [&](std::size_t k) HWY_ATTR {
    const int level = levels[k * kBlockGroup];
    const int towards_zero = (level + ((level >> 15) & ((1 << low) - 1))) >> low;
    const auto run = static_cast<Token>(k - last - 1);
    last = k;
    return level_token(towards_zero) + (run << kRunShift) + table;
  };
  if (HWY_UNLIKELY(has_long_run(coded >> last))) {
    for (; coded != 0; coded &= coded - 1) {
      const auto k = static_cast<std::size_t>(std::countr_zero(coded));
      for (; k - last > 16; last += 16) *to++ = kSixteenZeros + table;
      *to++ = token_at(k);
    }
    return to;
  }
  // Four at a time, so that the loop's end is rarely mispredicted. Behind the last one stands what
  // the next token overwrites.
  Token* const end = to + std::popcount(coded);
  for (; to < end; to += 4) {
    for (int i = 0; i < 4; ++i) {
      to[i] = token_at(static_cast<std::size_t>(std::countr_zero(coded)));
      coded &= coded - 1;
    }
  }
  return end;
}

// `use(component, group, block)` for each block, MCU by MCU; `fill(component)` for those that only
// fill up an MCU: they have the DC of the block before and nothing else.
template <class Use, class Fill>
HWY_INLINE void for_each_block(McuRow& row, std::int32_t first, std::int32_t end, const Use& use,
                               const Fill& fill) {
  for (std::int32_t mcu = first; mcu < end; ++mcu) {
    for (std::size_t c = 0; c < row.count; ++c) {
      McuBlocks& component = row.components[c];
      for (int y = 0; y < component.down; ++y) {
        const LevelGroup* const groups = component.rows[static_cast<std::size_t>(y)];
        for (int x = 0; x < component.across; ++x) {
          const std::int32_t column = mcu * component.across + x;
          if (HWY_UNLIKELY(groups == nullptr || column >= component.columns)) {
            fill(component);
          } else {
            const auto at = static_cast<std::size_t>(column);
            use(component, groups[at / kBlockGroup], at % kBlockGroup);
          }
        }
      }
    }
  }
}

// The difference from the DC of the block before, without the lowest `low` bits.
HWY_INLINE Token dc_token(McuRow& row, McuBlocks& component, int dc, int low) {
  const int difference = (dc >> low) - (component.last_dc >> low);
  component.last_dc = dc;
  if (HWY_UNLIKELY(difference > kMostDcDifference || difference < -kMostDcDifference)) {
    row.is_codable = false;
  }
  return level_token(difference) + component.dc_table;
}

Token* TokenizeMcus(McuRow& row, std::int32_t first, std::int32_t end, Token* to) {
  for_each_block(
      row, first, end,
      [&](McuBlocks& component, const LevelGroup& group, std::size_t block) HWY_ATTR {
        const std::int16_t* const levels = group.levels.data() + block;
        const std::uint64_t coded = group.at_least[0][block];
        *to++ = dc_token(row, component, levels[0], 0);
        to = tokenize_coefficients(levels, coded, 0, 0, component.ac_table, to);
        *to = component.ac_table;  // the end of the block, unless its last coefficient was said
        to += ~coded >> 63;
      },
      [&](const McuBlocks& component) HWY_ATTR {
        *to++ = component.dc_table;
        *to++ = component.ac_table;
      });
  return to;
}

void CountTokens(const Token* HWY_RESTRICT tokens, std::size_t count, TokenCounts& counts) {
  // Two lists, so that equal neighbours need not wait for each other.
  std::array<std::uint32_t, kTokenKinds> others{};
  std::uint64_t bits = 0;
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    const Token a = tokens[i], b = tokens[i + 1];
    ++counts.of_kind[a >> kTokenSymbolShift];
    ++others[b >> kTokenSymbolShift];
    bits += (a >> kTokenCountShift & 0x1F) + (b >> kTokenCountShift & 0x1F);
  }
  if (i < count) {
    ++counts.of_kind[tokens[i] >> kTokenSymbolShift];
    bits += tokens[i] >> kTokenCountShift & 0x1F;
  }
  for (std::size_t k = 0; k < kTokenKinds; ++k) counts.of_kind[k] += others[k];
  counts.bits += bits;
}

// A token's code and its bits, at most 32.
struct Coded {
  std::uint64_t bits;
  int count;
};
HWY_INLINE Coded code_of(Token token, const TokenCodes& codes) {
  const std::uint32_t code = codes.of_kind[token >> kTokenSymbolShift];
  const int count = static_cast<int>(token >> kTokenCountShift & 0x1F);
  return {std::uint64_t{code >> 8} << count | (token & 0xFFFF),
          static_cast<int>(code & 0xFF) + count};
}

// At most 56 bits.
HWY_INLINE void put(const Coded& coded, BitBuffer::State& state) {
  state.held |= coded.bits << (64 - state.count - coded.count);
  state.count += coded.count;
  for (int i = 0; i < 8; ++i) state.next[i] = static_cast<std::byte>(state.held >> (56 - 8 * i));
  state.next += state.count / 8;
  state.held <<= state.count & ~7;
  state.count %= 8;
}

void WriteTokens(const Token* HWY_RESTRICT tokens, std::size_t count, const TokenCodes& codes,
                 BitBuffer::State& to) {
  BitBuffer::State state = to;  // kept in registers
  std::size_t i = 0;
  for (; i + 2 <= count; i += 2) {
    const Coded a = code_of(tokens[i], codes), b = code_of(tokens[i + 1], codes);
    const Coded both = {a.bits << b.count | b.bits, a.count + b.count};
    if (HWY_LIKELY(both.count <= 56)) {
      put(both, state);
    } else {
      put(a, state);
      put(b, state);
    }
  }
  if (i < count) put(code_of(tokens[i], codes), state);
  to = state;
}

std::size_t StuffedSize(const std::uint8_t* HWY_RESTRICT bytes, std::size_t count) {
  std::size_t size = count;
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto ones = hn::Set(d, 0xFF);
  for (; i + lanes <= count; i += lanes) {
    size += hn::CountTrue(d, hn::Eq(hn::LoadU(d, bytes + i), ones));
  }
#endif
  for (; i < count; ++i) size += bytes[i] == 0xFF ? 1 : 0;
  return size;
}

std::uint8_t* StuffBytes(const std::uint8_t* HWY_RESTRICT bytes, std::size_t count,
                         std::uint8_t* HWY_RESTRICT to) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::CappedTag<std::uint8_t, 32> d;
  const std::size_t lanes = hn::Lanes(d);
  const auto ones = hn::Set(d, 0xFF);
  while (i + lanes <= count) {
    const auto v = hn::LoadU(d, bytes + i);
    hn::StoreU(v, d, to);
    const auto found = hn::FindFirstTrue(d, hn::Eq(v, ones));
    if (HWY_LIKELY(found < 0)) {
      i += lanes;
      to += lanes;
    } else {
      // Up to the byte of ones; the rest is done again, one place further on.
      i += static_cast<std::size_t>(found) + 1;
      to += found + 1;
      *to++ = 0;
    }
  }
#endif
  for (; i < count; ++i) {
    *to++ = bytes[i];
    if (bytes[i] == 0xFF) *to++ = 0;
  }
  return to;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
