// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_sample.h"

#include <cmath>
#include <vector>

namespace limen::inline LIMEN_ABI::search {

namespace {

// A multiple of every codec's block, and the side of the metric's blocks.
constexpr std::int32_t kTile = 64;
constexpr std::uint64_t kLeastPixels = 65'536;
constexpr std::uint64_t kMiddlingPixels = 200'000;
constexpr std::uint64_t kLargePixels = 4'000'000;

}  // namespace

Result<std::optional<Image>> sample_of(const ConstImageView& picture, const Execution& execution) {
  const Size size = picture.size;
  if (area(size) < kLeastPixels) return std::optional<Image>();
  const std::int32_t part = area(size) < kMiddlingPixels ? 4 : area(size) < kLargePixels ? 8 : 16;
  const std::int32_t across = size.width / kTile;
  const std::int32_t down = size.height / kTile;
  std::vector<Rect> tiles;
  for (std::int32_t y = 0; y < down; ++y) {
    for (std::int32_t x = 0; x < across; ++x) {
      // Knight's moves, so that no column and no row is left out for long.
      if ((x + y * 3 + y / part) % part == 0) tiles.push_back({x * kTile, y * kTile, kTile, kTile});
    }
  }
  // As square as may be; what does not fill the last row is left out.
  const auto columns = static_cast<std::size_t>(std::sqrt(static_cast<double>(tiles.size())));
  if (columns < 2) return std::optional<Image>();
  const std::size_t rows = tiles.size() / columns;
  const Size whole{static_cast<std::int32_t>(columns) * kTile,
                   static_cast<std::int32_t>(rows) * kTile};
  LIMEN_ASSIGN(Image sample, Image::create(whole, picture.format, execution.workspace));
  for (std::size_t i = 0; i < columns * rows; ++i) {
    const Rect at{static_cast<std::int32_t>(i % columns) * kTile,
                  static_cast<std::int32_t>(i / columns) * kTile, kTile, kTile};
    copy_pixels(subview(picture, tiles[i]), subview(sample.view(), at));
  }
  return std::optional(std::move(sample));
}

}  // namespace limen::inline LIMEN_ABI::search
