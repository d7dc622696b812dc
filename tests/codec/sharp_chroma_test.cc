// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/webp/sharp_chroma.h"

#include <gtest/gtest.h>
#include <webp/encode.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "lib/codec/webp/picture.h"
#include "limen/codec/decode.h"
#include "limen/core/simd_target.h"
#include "tests/data.h"
#include "tests/pictures.h"
#include "tests/reference/sharp_chroma.h"

namespace limen::test {
namespace {

using webp::halve_chroma_sharply;
using webp::HalvedPlanes;
using webp::LossyPicture;
using webp::OwnedPicture;

// Colours that clip on both sides of an edge, which is what the sharp way is for.
Image red_and_blue(Size size) {
  return make_picture(size, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    const bool is_red = (x / 3 + y / 5) % 2 == 0;
    return c == (is_red ? 0 : 2) ? 1.0 : 0.0;
  });
}

Image gradient(Size size) {
  return make_picture(size, rgb8, [size](std::int32_t x, std::int32_t y, int c) {
    const double across = static_cast<double>(x) / size.width;
    const double down = static_cast<double>(y) / size.height;
    return c == 0 ? across : c == 1 ? down : 1 - across * down;
  });
}

std::vector<Image> pictures(Size size) {
  std::vector<Image> all;
  all.push_back(noise(size, rgb8, static_cast<std::uint64_t>(size.width)));
  all.push_back(zone_plate(size, rgb8));
  all.push_back(red_and_blue(size));
  all.push_back(gradient(size));
  all.push_back(make_picture(size, rgb8, [](auto, auto, int c) { return c / 4.0; }));
  return all;
}

// Every width and height up to some vectors, and both kinds of ends beyond.
std::vector<Size> sizes() {
  std::vector<Size> all;
  for (std::int32_t side = 4; side <= 40; ++side) all.push_back({side, 44 - side});
  for (std::int32_t width : {63, 64, 65, 66, 127, 128, 129, 130, 257}) all.push_back({width, 7});
  all.push_back({4, 301});
  all.push_back({151, 200});
  return all;
}

struct Conversion {
  Result<void> result;
  Halved planes;
};

Conversion convert(
    const ConstImageView& image, Workspace* workspace = nullptr,
    const std::function<bool()>& is_cancelled = [] { return false; }) {
  const auto width = static_cast<std::size_t>(image.size.width);
  const auto height = static_cast<std::size_t>(image.size.height);
  const std::size_t columns = (width + 1) / 2, rows = (height + 1) / 2;
  Halved out;
  out.y.resize(width * height);
  out.cb.resize(columns * rows);
  out.cr.resize(columns * rows);
  const HalvedPlanes planes = {.y = out.y.data(),
                               .cb = out.cb.data(),
                               .cr = out.cr.data(),
                               .y_stride = static_cast<std::ptrdiff_t>(width),
                               .chroma_stride = static_cast<std::ptrdiff_t>(columns)};
  Result<void> result = halve_chroma_sharply(image, planes, workspace, is_cancelled);
  return {std::move(result), std::move(out)};
}

bool same_planes(const Halved& a, const Halved& b) {
  return a.y == b.y && a.cb == b.cb && a.cr == b.cr;
}

TEST(SharpChroma, IsTheReferenceOnEveryTarget) {
  bool is_met[5] = {};
  for (const Size size : sizes()) {
    for (const Image& image : pictures(size)) {
      const Halved wanted = SharpChroma(image.view()).convert();
      is_met[wanted.rounds] = true;
      for (const std::string& target : simd_targets()) {
        ASSERT_TRUE(force_simd_target(target).has_value());
        const Conversion got = convert(image.view());
        ASSERT_TRUE(got.result) << got.result.error().message;
        ASSERT_TRUE(same_planes(got.planes, wanted))
            << target << ' ' << size.width << 'x' << size.height;
      }
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
  EXPECT_TRUE(is_met[2] && is_met[3] && is_met[4]) << "not every number of rounds was met";
}

TEST(SharpChroma, TakesWhateverHas8Or16Bits) {
  for (const PixelFormat format : {gray8, gray_alpha8, rgba8, rgb16, rgba16, gray16}) {
    for (const Size size : {Size{4, 4}, Size{45, 39}, Size{130, 21}}) {
      const Image image = noise(size, format);
      const Conversion got = convert(image.view());
      ASSERT_TRUE(got.result);
      EXPECT_TRUE(same_planes(got.planes, SharpChroma(image.view()).convert()))
          << format.channels() << ' ' << size.width;
    }
  }
}

// What libwebp's own function makes of the same pixels in 8 bits.
OwnedPicture libwebp_picture(const ConstImageView& image) {
  OwnedPicture picture = *webp::empty_picture(image.size);
  picture->use_argb = 1;
  if (WebPPictureAlloc(picture.get()) == 0) std::abort();
  const int channels = image.format.channels();
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    for (std::int32_t x = 0; x < image.size.width; ++x) {
      const auto sample = [&](int channel) {
        return static_cast<std::uint32_t>(std::lround(255 * get_sample(image, x, y, channel)));
      };
      const std::uint32_t alpha = image.format.has_alpha() ? sample(channels - 1) : 255u;
      picture->argb[static_cast<std::ptrdiff_t>(y) * picture->argb_stride + x] =
          alpha << 24 | sample(0) << 16 | sample(channels < 3 ? 0 : 1) << 8 |
          sample(channels < 3 ? 0 : 2);
    }
  }
  EXPECT_NE(WebPPictureSharpARGBToYUVA(picture.get()), 0);
  return picture;
}

// 1.2.3 brought what is described here, and 1.2.4 and 1.6.0 were seen to have it.
bool is_known_libwebp() {
  const int version = WebPGetEncoderVersion();
  return version >= 0x010203 && version <= 0x010600;
}

double mean_difference(const std::uint8_t* a, int a_stride, const std::uint8_t* b, int b_stride,
                       int width, int height) {
  double sum = 0;
  for (std::ptrdiff_t y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) sum += std::abs(a[y * a_stride + x] - b[y * b_stride + x]);
  }
  return sum / width / height;
}

// In the mean, from what another version makes.
constexpr double kMostByOthers = 3;

void expect_libwebps(const ConstImageView& image, const std::string& name) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  const auto converted = LossyPicture::convert(image, true, execution);
  ASSERT_TRUE(converted) << converted.error().message;
  const OwnedPicture got = *converted->lend();
  const OwnedPicture wanted = libwebp_picture(image);
  ASSERT_EQ(got->colorspace, wanted->colorspace) << name;
  ASSERT_EQ(got->a == nullptr, wanted->a == nullptr) << name;
  const int width = wanted->width, height = wanted->height;
  const auto compare = [&](auto plane, int a_stride, int b_stride, int w, int h, double most) {
    EXPECT_LE(mean_difference((*got).*plane, a_stride, (*wanted).*plane, b_stride, w, h), most)
        << name << ' ' << width << 'x' << height;
  };
  const double most = is_known_libwebp() || std::min(width, height) < 4 ? 0 : kMostByOthers;
  compare(&WebPPicture::y, got->y_stride, wanted->y_stride, width, height, most);
  for (const auto plane : {&WebPPicture::u, &WebPPicture::v}) {
    compare(plane, got->uv_stride, wanted->uv_stride, (width + 1) / 2, (height + 1) / 2, most);
  }
  if (wanted->a != nullptr) {
    compare(&WebPPicture::a, got->a_stride, wanted->a_stride, width, height, 0);
  }
}

TEST(SharpChroma, IsLibwebps) {
  RecordProperty("libwebp", WebPGetEncoderVersion());
  for (std::int32_t width = 1; width <= 9; ++width) {
    for (std::int32_t height = 1; height <= 9; ++height) {
      for (const Image& image : pictures({width, height})) expect_libwebps(image.view(), "small");
    }
  }
  for (const Size size : sizes()) {
    for (const Image& image : pictures(size)) expect_libwebps(image.view(), "synthetic");
  }
  for (const Image& image : pictures({611, 403})) expect_libwebps(image.view(), "larger");
}

// Alpha is kept, and does not weigh chroma.
TEST(SharpChroma, IsLibwebpsWithAlpha) {
  for (const PixelFormat format : {rgba8, rgba16}) {
    for (const Size size : {Size{3, 9}, Size{4, 4}, Size{77, 50}}) {
      expect_libwebps(noise(size, format).view(), "noise");
      // No more than the last pixel is transparent; or none.
      for (const double last : {0.5, 1.0}) {
        const Image image = make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
          if (c < 3) return (x * 7 + y * 3 + c * 50) % 100 / 100.0;
          return x == size.width - 1 && y == size.height - 1 ? last : 1.0;
        });
        expect_libwebps(image.view(), "one pixel");
      }
    }
  }
}

TEST(SharpChroma, IsLibwebpsOnPhotographs) {
  LIMEN_NEEDS_DATA();
  int compared = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const Bytes file = read_file(data_folder() / "photos" / row.at("file"));
    const auto info = probe(file);
    ASSERT_TRUE(info) << row.at("file");
    if (area(info->size) > 7'000'000) continue;  // for time
    const auto photo = decode(file);
    ASSERT_TRUE(photo) << photo.error().message;
    expect_libwebps(photo->image.view(), row.at("file"));
    ++compared;
  }
  EXPECT_GT(compared, 20);
}

TEST(SharpChroma, MayBeCancelledBeforeEachPairOfRows) {
  const Image image = red_and_blue({64, 33});
  constexpr int kPairs = 17;
  const int rounds = SharpChroma(image.view()).convert().rounds;
  int polls = 0;
  ASSERT_TRUE(convert(image.view(), nullptr, [&] {
                ++polls;
                return false;
              }).result);
  EXPECT_EQ(polls, kPairs * (1 + rounds + 1));
  for (int last = 1; last <= kPairs * (rounds + 2); ++last) {
    polls = 0;
    const Conversion stopped = convert(image.view(), nullptr, [&] { return ++polls == last; });
    ASSERT_FALSE(stopped.result);
    EXPECT_EQ(stopped.result.error().code, ErrorCode::cancelled);
    EXPECT_EQ(polls, last);
  }
}

TEST(SharpChroma, KeepsToTheLimitOfMemory) {
  const Image image = red_and_blue({640, 400});
  Workspace workspace;
  ASSERT_TRUE(convert(image.view(), &workspace).result);
  const std::uint64_t taken = workspace.peak_bytes();
  EXPECT_GE(taken, 7 * area(image.size()));
  EXPECT_LE(taken, 8 * area(image.size()));
  EXPECT_EQ(workspace.bytes_in_use(), 0u);
  Workspace less(taken - 1);
  const Conversion refused = convert(image.view(), &less);
  ASSERT_FALSE(refused.result);
  EXPECT_EQ(refused.result.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(less.peak_bytes(), 0u);
  Workspace enough(taken);
  EXPECT_TRUE(convert(image.view(), &enough).result);
}

}  // namespace
}  // namespace limen::test
