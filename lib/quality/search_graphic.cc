// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_graphic.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace limen::inline LIMEN_ABI::search {

namespace {

constexpr std::int32_t kBlock = 8;
constexpr std::uint64_t kMostBlocks = 16'384;
// Levels between a block's darkest sample and its lightest.
constexpr int kContrast = 64;
// Pixels that are what is left of them and what is above, in a block that was drawn: of 64.
constexpr int kRepeats = 16;

struct Seen {
  int range = 0;
  int repeats = 0;
};

// A block that has pixels left of it and above.
Seen look(const ConstImageView& picture, std::int32_t left, std::int32_t top) {
  const auto channels = static_cast<std::size_t>(picture.format.channels());
  const std::size_t first = static_cast<std::size_t>(left) * channels;
  int least = 255;
  int most = 0;
  Seen seen;
  for (std::int32_t y = 0; y < kBlock; ++y) {
    const std::uint8_t* at = picture.row_as<std::uint8_t>(top + y) + first;
    const std::uint8_t* up = picture.row_as<std::uint8_t>(top + y - 1) + first;
    for (std::int32_t x = 0; x < kBlock; ++x, at += channels, up += channels) {
      const auto [low, high] = std::minmax_element(at, at + channels);
      least = std::min<int>(least, *low);
      most = std::max<int>(most, *high);
      const bool repeats =
          std::memcmp(at, at - channels, channels) == 0 && std::memcmp(at, up, channels) == 0;
      seen.repeats += repeats ? 1 : 0;
    }
  }
  seen.range = most - least;
  return seen;
}

}  // namespace

double drawn_share(const ConstImageView& picture) {
  std::int32_t step = kBlock;
  while (area(picture.size) / static_cast<std::uint64_t>(step * step) > kMostBlocks) step *= 2;
  int busy = 0;
  int drawn = 0;
  std::int32_t shift = 0;
  for (std::int32_t y = kBlock; y + kBlock <= picture.size.height; y += step) {
    for (std::int32_t x = kBlock + shift; x + kBlock <= picture.size.width; x += step) {
      const Seen seen = look(picture, x, y);
      if (seen.range < kContrast) continue;
      ++busy;
      drawn += seen.repeats >= kRepeats ? 1 : 0;
    }
    // Each row of blocks starts elsewhere, so that no column is left out.
    shift = (shift + kBlock) % step;
  }
  return busy > 0 ? static_cast<double>(drawn) / busy : 0;
}

}  // namespace limen::inline LIMEN_ABI::search
