// SPDX-License-Identifier: Apache-2.0
#pragma once

// What sharp_chroma.h does with two rows of a picture, which have one row of chroma. All of it is
// integer arithmetic: each result is the same on every instruction set.
//
// Pixels are in squares of 2x2, one square a column: what belongs to a square's upper left pixel
// makes a row of its own, then its upper right, lower left and lower right. Colours are red, green
// and blue, of 10 bits; chroma is a colour less a gray.

#include <array>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI::webp {

constexpr std::size_t kCorners = 4;
constexpr std::size_t kColors = 3;
/// Rows are filled up to a multiple of this many columns, of no meaning.
constexpr std::size_t kSharpGroup = 32;

/// BT.2020's transfer function by straight pieces.
struct SharpTables {
  /// 10 bits to linear light of 16.
  std::array<std::uint16_t, 1024> linear{};
  /// And back, by the upper 9 of 16 bits: the value that a piece starts with in the lower 10 bits,
  /// above them what it rises by until the next.
  std::array<std::uint16_t, 512> pieces{};
};

/// Two rows of a picture: what they should look like, and what is coded.
struct SharpPair {
  std::uint16_t* wanted_luma = nullptr;   ///< by corners
  std::int16_t* wanted_chroma = nullptr;  ///< by colours
  std::uint16_t* luma = nullptr;
  std::int16_t* chroma = nullptr;
};

/// Samples of 16 bits that a SharpPair takes a column.
constexpr std::size_t kSharpPairRows = 2 * (kCorners + kColors);

/// What works on a pair takes, for pairs of one width.
struct SharpRows {
  const SharpTables* tables = nullptr;
  std::size_t columns = 0;
  std::size_t stride = 0;  ///< columns filled up
  /// By corners, their colours: a pair's pixels before start_sharp_pair(), which changes them.
  std::uint16_t* colors = nullptr;
  std::uint16_t* pieces = nullptr;     ///< kCorners + kColors rows
  std::uint16_t* fractions = nullptr;  ///< as many
  std::int32_t* blend = nullptr;       ///< a row with kSharpMargin before and behind it
};

constexpr std::size_t kSharpMargin = 16;

/// One row of a pair to `rows.colors`, the upper or the lower. RGB, and with 4 `channels` something
/// behind it. Of an odd `width` the last pixel counts twice.
void split_sharp_row(const std::uint8_t* pixels, std::size_t width, std::size_t channels,
                     bool is_lower, const SharpRows& rows);

/// From `rows.colors`: what is wanted, and with it what is coded first.
void start_sharp_pair(const SharpRows& rows, const SharpPair& pair);

/// Moves what is coded by what the wanted differs from the shown. `above` and `below`: chroma of
/// the pairs beside it, or of itself at the picture's edge. Returns the sum over pixels by which
/// luma differed.
std::uint64_t refine_sharp_pair(const SharpRows& rows, const std::int16_t* above,
                                const std::int16_t* below, const SharpPair& pair);

/// Where the samples of a pair go; rows of luma have 2 * rows.stride samples, of chroma
/// rows.stride.
struct SharpSamples {
  std::uint8_t* upper = nullptr;
  std::uint8_t* lower = nullptr;
  std::uint8_t* cb = nullptr;
  std::uint8_t* cr = nullptr;
};

/// BT.601 in limited range by the pair's luma and chroma.
void store_sharp_pair(const SharpRows& rows, const SharpPair& pair, const SharpSamples& out);

}  // namespace limen::inline LIMEN_ABI::webp
