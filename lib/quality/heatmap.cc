// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/heatmap.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "limen/core/cancel.h"
#include "limen/quality/ssimulacra2_blocks.h"

namespace limen::inline LIMEN_ABI {

namespace {

struct Tint {
  std::array<float, 3> rgb{};  // 0 to 255
  float opacity = 0;
};

struct Stop {
  float score = 0;
  Tint tint;
};

// Yellow to dark red grows darker all the way, so that its order is seen without colour vision too.
constexpr std::array<Stop, 4> kStops = {{
    {90, {{255, 230, 60}, 0.0f}},
    {70, {{255, 215, 0}, 0.65f}},
    {50, {{225, 30, 20}, 0.75f}},
    {30, {{100, 0, 10}, 0.85f}},
}};
constexpr std::array<std::uint8_t, 3> kFrame = {0, 70, 220};
constexpr std::int32_t kFrameWidth = 2;

Tint tint_of(Score score) {
  const auto value = static_cast<float>(score.value);
  // Also for a score that is no number.
  if (!(value < kStops.front().score)) return {};
  if (value <= kStops.back().score) return kStops.back().tint;
  std::size_t i = 1;
  while (value <= kStops[i].score) ++i;
  const Stop& above = kStops[i - 1];
  const Stop& below = kStops[i];
  const float t = (above.score - value) / (above.score - below.score);
  Tint tint;
  for (std::size_t c = 0; c < 3; ++c) {
    tint.rgb[c] = above.tint.rgb[c] + t * (below.tint.rgb[c] - above.tint.rgb[c]);
  }
  tint.opacity = above.tint.opacity + t * (below.tint.opacity - above.tint.opacity);
  return tint;
}

// The pixel's luma (ITU-R BT.601), laid on white where transparent, brought to 150 to 250.
template <class Sample>
float pale_gray(const Sample* pixel, PixelFormat format) {
  constexpr float kMost = sizeof(Sample) == 1 ? 255.0f : 65535.0f;
  const int colors = format.channels() - (format.has_alpha() ? 1 : 0);
  const auto at = [&](int c) { return static_cast<float>(pixel[c]) / kMost; };
  const float luma = colors == 1 ? at(0) : 0.299f * at(0) + 0.587f * at(1) + 0.114f * at(2);
  const float alpha = format.has_alpha() ? at(colors) : 1.0f;
  return 150.0f + 100.0f * (alpha * luma + (1 - alpha));
}

template <class Sample>
void paint_row(const ErrorMap& map, const ConstImageView& original, std::int32_t y,
               std::uint8_t* out) {
  const Sample* pixel = original.row_as<Sample>(y);
  const Score* scores = map.scores.data() + static_cast<std::size_t>(y / ErrorMap::kCell) *
                                                static_cast<std::size_t>(map.cells.width);
  Tint tint;
  for (std::int32_t x = 0; x < original.size.width; ++x) {
    if (x % ErrorMap::kCell == 0) tint = tint_of(scores[x / ErrorMap::kCell]);
    const float gray = pale_gray(pixel, original.format);
    for (std::size_t c = 0; c < 3; ++c) {
      *out++ = static_cast<std::uint8_t>(std::lround(gray + tint.opacity * (tint.rgb[c] - gray)));
    }
    pixel += original.format.channels();
  }
}

void paint_frame(const Rect& at, const ImageView& out) {
  for (std::int32_t y = 0; y < at.height; ++y) {
    std::uint8_t* row = out.row_as<std::uint8_t>(at.y + y) + 3 * static_cast<std::size_t>(at.x);
    for (std::int32_t x = 0; x < at.width; ++x) {
      const std::int32_t depth = std::min({x, y, at.width - 1 - x, at.height - 1 - y});
      if (depth < kFrameWidth) std::copy(kFrame.begin(), kFrame.end(), row + std::ptrdiff_t{3} * x);
    }
  }
}

Result<void> check(const ErrorMap& map, const ConstImageView& original) {
  if (original.data == nullptr || is_empty(original.size)) {
    return invalid_argument("there are no pixels to draw a heat map on");
  }
  if (original.format.sample == SampleType::f32 || original.format.layout == Layout::cmyk) {
    return invalid_argument("a heat map is drawn on gray or RGB of 8 or 16 bits");
  }
  static_assert(ErrorMap::kCell == ssimulacra2_terms::kCellSide);
  if (map.cells != ssimulacra2_terms::cell_grid(original.size) ||
      map.scores.size() != area(map.cells) ||
      !lies_inside(map.comparison.worst_block_at, original.size)) {
    return invalid_argument("an error map of " + std::to_string(map.cells.width) + "x" +
                            std::to_string(map.cells.height) + " cells is not of a picture of " +
                            std::to_string(original.size.width) + "x" +
                            std::to_string(original.size.height));
  }
  return {};
}

}  // namespace

Result<ErrorMap> map_errors(const Ssimulacra2& original, const ConstImageView& candidate,
                            const Execution& execution) {
  return contain_exceptions([&]() -> Result<ErrorMap> {
    ErrorMap map;
    map.cells = ssimulacra2_terms::cell_grid(original.size());
    LIMEN_ASSIGN(map.comparison, original.compare_cells(candidate, &map.scores, execution));
    return map;
  });
}

Result<Image> heatmap(const ErrorMap& map, const ConstImageView& original,
                      const Execution& execution) {
  return contain_exceptions([&]() -> Result<Image> {
    LIMEN_TRY(check(map, original));
    LIMEN_ASSIGN(Image image, Image::create(original.size, rgb8, execution.workspace));
    for (std::int32_t y = 0; y < original.size.height; ++y) {
      if (y % ErrorMap::kCell == 0 && execution.is_cancelled()) return cancelled();
      auto* const out = image.view().row_as<std::uint8_t>(y);
      if (original.format.sample == SampleType::u8) {
        paint_row<std::uint8_t>(map, original, y, out);
      } else {
        paint_row<std::uint16_t>(map, original, y, out);
      }
    }
    if (tint_of(map.comparison.worst_block).opacity > 0) {
      paint_frame(map.comparison.worst_block_at, image.view());
    }
    return image;
  });
}

}  // namespace limen::inline LIMEN_ABI
