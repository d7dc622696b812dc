// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_graphic.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace limen::inline LIMEN_ABI::search {

namespace {

constexpr std::int32_t kBlock = 8;
constexpr std::uint64_t kMostBlocks = 2'048;
// Levels between a block's darkest sample and its lightest.
constexpr int kContrast = 64;
// Pixels that are what is left of them and what is above, in a block that was drawn: of 64.
constexpr int kRepeats = 16;

// Of a block that has pixels left of it and above.
struct Block {
  const ConstImageView& picture;
  std::int32_t left;
  std::int32_t top;

  const std::uint8_t* row(std::int32_t y) const {
    return picture.row_as<std::uint8_t>(top + y) +
           static_cast<std::size_t>(left) * static_cast<std::size_t>(picture.format.channels());
  }
};

bool has_contrast(const Block& block) {
  const auto samples = static_cast<std::size_t>(kBlock * block.picture.format.channels());
  std::uint8_t least = 255;
  std::uint8_t most = 0;
  for (std::int32_t y = 0; y < kBlock; ++y) {
    const std::uint8_t* const row = block.row(y);
    for (std::size_t i = 0; i < samples; ++i) {
      least = std::min(least, row[i]);
      most = std::max(most, row[i]);
    }
  }
  return most - least >= kContrast;
}

int count_repeats(const Block& block) {
  const std::ptrdiff_t channels = block.picture.format.channels();
  int repeats = 0;
  for (std::int32_t y = 0; y < kBlock; ++y) {
    const std::uint8_t* at = block.row(y);
    const std::uint8_t* up = block.row(y - 1);
    for (std::int32_t x = 0; x < kBlock; ++x, at += channels, up += channels) {
      bool is_same = true;
      for (std::ptrdiff_t c = 0; c < channels; ++c) {
        is_same = is_same && at[c] == at[c - channels] && at[c] == up[c];
      }
      repeats += is_same ? 1 : 0;
    }
  }
  return repeats;
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
      const Block block{picture, x, y};
      if (!has_contrast(block)) continue;
      ++busy;
      drawn += count_repeats(block) >= kRepeats ? 1 : 0;
    }
    // Each row of blocks starts elsewhere, so that no column is left out.
    shift = (shift + kBlock) % step;
  }
  return busy > 0 ? static_cast<double>(drawn) / busy : 0;
}

}  // namespace limen::inline LIMEN_ABI::search
