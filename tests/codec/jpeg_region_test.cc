// SPDX-License-Identifier: Apache-2.0

// A window, decoded alone, is what it is in the whole picture: for every sampling, process and
// scale.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "limen/codec/decode.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

// Sizes that a scale is chosen for, from the options alone.
DecodeOptions at_scale(Size stored, int eighths) {
  DecodeOptions options;
  options.accuracy = eighths == 8 ? ShrinkAccuracy::exact : ShrinkAccuracy::coarse;
  options.at_least = Size{(stored.width * eighths + 7) / 8, (stored.height * eighths + 7) / 8};
  return options;
}

bool equal_rows(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

std::string text_of(const Rect& r) {
  return std::to_string(r.width) + "x" + std::to_string(r.height) + "+" + std::to_string(r.x) +
         "+" + std::to_string(r.y);
}

Rect random_window(Random& random, Size size) {
  const auto side = [&](std::int32_t most) {
    // Small windows and large ones, and the picture's edges more often than by chance.
    const std::uint32_t kind = random.below(4);
    const auto bound = static_cast<std::uint32_t>(most);
    std::int32_t length = 1 + static_cast<std::int32_t>(random.below(kind == 0 ? 3 : bound));
    length = std::min(length, most);
    std::int32_t at =
        static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(most - length + 1)));
    if (random.below(5) == 0) at = 0;
    if (random.below(5) == 0) at = most - length;
    return std::pair(at, length);
  };
  const auto [x, width] = side(size.width);
  const auto [y, height] = side(size.height);
  return {x, y, width, height};
}

// Compares `count` random windows with the whole picture at each scale; planes too where there are.
void compare_windows(const std::string& name, const Bytes& file, int count) {
  const auto info = probe(file);
  ASSERT_TRUE(info) << name << ": " << info.error().message;
  Random random(7);
  for (const int eighths : {8, 4, 2, 1}) {
    const DecodeOptions options = at_scale(info->size, eighths);
    const auto full = decode(file, options);
    ASSERT_TRUE(full) << name << ": " << full.error().message;
    if (full->scale_eighths != eighths) {
      // A smaller scale gives the same size, as happens to sides of a few pixels.
      ASSERT_LE(std::min(info->size.width, info->size.height), 8) << name;
      continue;
    }
    ASSERT_EQ(full->image.size(), size_of(full->region));
    const bool is_planar = has_planar_decode(*info);
    std::optional<DecodedPlanar> planes;
    if (is_planar) {
      auto decoded = decode_planar(file, options);
      ASSERT_TRUE(decoded) << name << ": " << decoded.error().message;
      planes = *std::move(decoded);
      ASSERT_EQ(planes->image.size(), full->image.size());
    }
    for (int i = 0; i < count; ++i) {
      DecodeOptions windowed = options;
      windowed.region = random_window(random, info->size);
      const std::string what =
          name + " at " + std::to_string(eighths) + "/8, " + text_of(*windowed.region);
      const auto part = decode(file, windowed);
      ASSERT_TRUE(part) << what << ": " << part.error().message;
      ASSERT_TRUE(lies_inside(part->region, full->image.size())) << what;
      ASSERT_EQ(part->image.size(), size_of(part->region)) << what;
      ASSERT_LE(part->region.x * 8, windowed.region->x * eighths) << what;
      ASSERT_GE((part->region.x + part->region.width) * 8,
                (windowed.region->x + windowed.region->width) * eighths)
          << what;
      ASSERT_LE(part->region.y * 8, windowed.region->y * eighths) << what;
      ASSERT_GE((part->region.y + part->region.height) * 8,
                (windowed.region->y + windowed.region->height) * eighths)
          << what;
      ASSERT_TRUE(equal_rows(part->image.view(), subview(full->image.const_view(), part->region)))
          << what;
      if (!is_planar) continue;
      const auto part_planes = decode_planar(file, windowed);
      ASSERT_TRUE(part_planes) << what << ": " << part_planes.error().message;
      const PlanarImage& image = part_planes->image;
      ASSERT_EQ(image.subsampling, planes->image.subsampling) << what;
      const Size step = image.has_chroma() ? chroma_size({4, 4}, image.subsampling) : Size{4, 4};
      const Rect luma = part_planes->region;
      ASSERT_EQ(luma.x % (4 / step.width), 0) << what;
      ASSERT_EQ(luma.y % (4 / step.height), 0) << what;
      ASSERT_TRUE(lies_inside(luma, full->image.size())) << what;
      ASSERT_LE(luma.x, part->region.x) << what;
      ASSERT_GE(luma.x + luma.width, part->region.x + part->region.width) << what;
      for (std::size_t c = 0; c < (image.has_chroma() ? 3u : 1u); ++c) {
        Rect window = luma;
        if (c > 0) {
          window.x = luma.x * step.width / 4;
          window.y = luma.y * step.height / 4;
          const Size size = chroma_size(size_of(luma), image.subsampling);
          window.width = size.width;
          window.height = size.height;
        }
        ASSERT_TRUE(lies_inside(window, planes->image.planes[c].size())) << what;
        ASSERT_TRUE(
            equal_rows(image.planes[c].view(), subview(planes->image.planes[c].view(), window)))
            << what << ", plane " << c;
      }
    }
  }
}

Bytes picture_in(const JpegFixture& fixture, Size size) {
  const PixelFormat format = fixture.pixels == JCS_GRAYSCALE ? gray8
                             : fixture.pixels == JCS_CMYK    ? cmyk8
                                                             : rgb8;
  return make_jpeg(noise(size, format).view(), fixture);
}

TEST(JpegRegion, RandomWindowsOfEveryVariety) {
  for (const JpegFixture& fixture : jpeg_varieties()) {
    for (const Size size : {Size{157, 131}, Size{64, 96}}) {
      compare_windows(fixture.name, picture_in(fixture, size), 24);
    }
  }
}

TEST(JpegRegion, TinyAndThinPictures) {
  for (const JpegFixture& fixture : jpeg_varieties()) {
    for (const Size size : {Size{1, 1}, Size{2, 3}, Size{5, 40}, Size{40, 5}, Size{17, 17}}) {
      compare_windows(fixture.name, picture_in(fixture, size), 6);
    }
  }
}

// A progressive file that stops before its last scans: libjpeg smooths over block borders.
TEST(JpegRegion, WindowsOfAnUnfinishedProgressiveFile) {
  JpegFixture fixture;
  fixture.is_progressive = true;
  const Bytes file = make_jpeg(scene({150, 120}, rgb8).view(), fixture);
  std::size_t scans = 0;
  for (std::size_t at = 2; at + 1 < file.size(); ++at) {
    if (byte_of(file, at) != 0xFF || byte_of(file, at + 1) != 0xDA) continue;
    if (++scans < 2) continue;
    Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(at));
    cut.push_back(std::byte{0xFF});
    cut.push_back(std::byte{0xD9});
    compare_windows("progressive without scans from " + std::to_string(scans) + " on", cut, 12);
  }
  EXPECT_GE(scans, 6u);
}

TEST(JpegRegion, WindowsOfRealFiles) {
  LIMEN_NEEDS_DATA();
  int compared = 0;
  for (Row& row : read_table("conformance/manifest.tsv")) {
    if (row["rgba8_sha256_agreed"].empty()) continue;
    const Bytes file = read_file(data_folder() / "conformance" / row["file"]);
    if (byte_of(file, 0) != 0xFF || file.size() > 100'000) continue;
    compare_windows(row["file"], file, 4);
    ++compared;
  }
  EXPECT_GE(compared, 40);
}

TEST(JpegRegion, OutsideIsRefused) {
  const Bytes file = make_jpeg(scene({20, 10}, rgb8).view(), {});
  for (const Rect rect : {Rect{0, 0, 21, 10}, Rect{-1, 0, 5, 5}, Rect{0, 0, 0, 5},
                          Rect{20, 0, 1, 1}, Rect{1, 1, 2147483647, 1}, Rect{0, 9, 1, 2}}) {
    DecodeOptions options;
    options.region = rect;
    const auto decoded = decode(file, options);
    ASSERT_FALSE(decoded) << text_of(rect);
    EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument);
    const auto planar = decode_planar(file, options);
    ASSERT_FALSE(planar);
    EXPECT_EQ(planar.error().code, ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace limen::test
