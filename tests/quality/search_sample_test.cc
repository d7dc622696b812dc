// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_sample.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <set>
#include <utility>

#include "lib/quality/search_features.h"
#include "lib/quality/search_lossless.h"
#include "limen/codec/encode.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

// A picture whose pixels tell where they are: two bytes of column, two of row, low ones last.
Image addresses(Size size) {
  Image image = *Image::create(size, rgba8);
  for (std::int32_t y = 0; y < size.height; ++y) {
    auto* row = image.view().row_as<std::uint8_t>(y);
    for (std::int32_t x = 0; x < size.width; ++x, row += 4) {
      row[0] = static_cast<std::uint8_t>(x >> 8);
      row[1] = static_cast<std::uint8_t>(x);
      row[2] = static_cast<std::uint8_t>(y >> 8);
      row[3] = static_cast<std::uint8_t>(y);
    }
  }
  return image;
}

TEST(SearchSample, IsOfWholeTilesFromAllOver) {
  for (const Size size : {Size{640, 400}, Size{1000, 1000}, Size{3000, 70}, Size{2600, 2000}}) {
    const Image picture = addresses(size);
    const auto result = search::sample_of(picture.const_view(), {});
    ASSERT_TRUE(result.has_value() && result->has_value());
    const ConstImageView sample = (*result)->const_view();
    EXPECT_EQ(sample.size.width % 64, 0);
    EXPECT_EQ(sample.size.height % 64, 0);
    EXPECT_LE(area(sample.size), area(size) / 7);
    EXPECT_GE(area(sample.size), area(size) / 40);
    std::set<std::pair<int, int>> tiles;
    for (std::int32_t y = 0; y < sample.size.height; ++y) {
      const auto* at = sample.row_as<std::uint8_t>(y);
      for (std::int32_t x = 0; x < sample.size.width; ++x, at += 4) {
        const int from_x = at[0] * 256 + at[1];
        const int from_y = at[2] * 256 + at[3];
        ASSERT_EQ(from_x % 64, x % 64);
        ASSERT_EQ(from_y % 64, y % 64);
        tiles.emplace(from_x / 64, from_y / 64);
      }
    }
    EXPECT_EQ(tiles.size() * 64 * 64, area(sample.size)) << "a tile came twice";
    std::set<int> columns;
    for (const auto& [column, row] : tiles) columns.insert(column * 4 / (size.width / 64));
    EXPECT_EQ(columns.size(), 4u) << "a quarter of the picture has no tile";
  }
}

TEST(SearchSample, SmallAndThinPicturesHaveNone) {
  for (const Size size : {Size{1, 1}, Size{200, 200}, Size{60, 10'000}, Size{10'000, 60}}) {
    const auto sample = search::sample_of(addresses(size).const_view(), {});
    ASSERT_TRUE(sample.has_value());
    EXPECT_FALSE(sample->has_value());
  }
}

TEST(SearchFeatures, TellPicturesApart) {
  const Size size{300, 200};
  const auto flat =
      search::measure(make_picture(size, rgb8, [](auto, auto, auto) { return 0.5; }).const_view());
  const auto rough = search::measure(noise(size, rgb8).const_view());
  const auto smooth = search::measure(scene(size, rgb8).const_view());
  EXPECT_DOUBLE_EQ(flat[search::kOne], 1);
  EXPECT_DOUBLE_EQ(flat[search::kFlatShare], 1);
  EXPECT_NEAR(flat[search::kLuma], 128 / 255.0, 1e-5);
  EXPECT_NEAR(flat[search::kLogSteps], std::log(0.1), 1e-3);
  EXPECT_DOUBLE_EQ(rough[search::kFlatShare], 0);
  for (const auto feature : {search::kLogSteps, search::kLogEdges, search::kLogChroma,
                             search::kLogHigh, search::kMeanLogHigh, search::kLogCurvature}) {
    EXPECT_LT(flat[feature], smooth[feature]);
    EXPECT_LT(smooth[feature], rough[feature]);
  }
  // Depth, layout and alpha that hides nothing change next to nothing.
  const auto deep = search::measure(scene(size, rgb16).const_view());
  const auto gray = search::measure(scene(size, gray8).const_view());
  const auto gray_rgb = search::measure(
      make_picture(size, rgb8, [&, picture = scene(size, gray8)](auto x, auto y, int) {
        return get_sample(picture.view(), x, y, 0);
      }).const_view());
  for (std::size_t i = 0; i < search::kFeatures; ++i) {
    EXPECT_NEAR(deep[i], smooth[i], 0.1) << i;
    EXPECT_NEAR(gray[i], gray_rgb[i], 1e-4) << i;
  }
  for (const Size odd : {Size{1, 1}, Size{1, 9}, Size{8, 8}, Size{7, 300}}) {
    for (const double value : search::measure(scene(odd, rgba8).const_view())) {
      EXPECT_TRUE(std::isfinite(value));
    }
  }
}

TEST(SearchLossless, EntropyBoundsWhatACoderTakes) {
  const Size size{256, 200};
  const Image pictures[] = {noise(size, rgb8), scene(size, rgb8), scene(size, gray8),
                            hard_edges(size, rgb8), scene(size, rgba8)};
  for (const Image& picture : pictures) {
    const auto file = encode(picture.view(), {.format = Format::webp, .mode = Lossless{}});
    ASSERT_TRUE(file.has_value());
    const auto entropy = static_cast<double>(search::lossless_entropy_bytes(picture.const_view()));
    EXPECT_LT(static_cast<double>(file->size()), 1.3 * entropy + 200);
  }
  const Image flat = make_picture(size, rgb8, [](auto, auto, auto) { return 0.5; });
  EXPECT_LT(search::lossless_entropy_bytes(flat.const_view()), 100u);
  EXPECT_NEAR(static_cast<double>(search::lossless_entropy_bytes(noise(size, gray8).const_view())),
              256 * 200, 3000);
}

}  // namespace
}  // namespace limen::test
