// SPDX-License-Identifier: Apache-2.0

// encode() and encode_planar() write libjpeg's bytes without libjpeg.

#include <gtest/gtest.h>

#include <string>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/core/simd_target.h"
#include "tests/codec/libjpeg_file.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

constexpr ChromaSubsampling kAll[] = {ChromaSubsampling::yuv444, ChromaSubsampling::yuv422,
                                      ChromaSubsampling::yuv420, ChromaSubsampling::yuv440,
                                      ChromaSubsampling::yuv411, ChromaSubsampling::yuv410,
                                      ChromaSubsampling::gray};

struct Process {
  int effort;
  bool is_progressive;
};
constexpr Process kProcesses[] = {{0, false}, {1, false}, {2, true}, {4, true}};

EncodeOptions options_of(int quality, ChromaSubsampling chroma, Process process) {
  return {.mode = Quality{static_cast<float>(quality)},
          .effort = process.effort,
          .chroma = chroma,
          .progressive = process.is_progressive};
}

void expect_libjpegs(const ConstImageView& image, const EncodeOptions& options,
                     const std::string& what) {
  const auto file = encode(image, options);
  ASSERT_TRUE(file.has_value()) << what << ": " << file.error().message;
  EXPECT_TRUE(*file == LibjpegFile::of(image, options))
      << what << " " << image.size.width << "x" << image.size.height << " " << name(options.chroma)
      << " effort " << options.effort;
}

void expect_libjpegs(const PlanarImage& image, const EncodeOptions& options,
                     const std::string& what) {
  const auto file = encode_planar(image, options);
  ASSERT_TRUE(file.has_value()) << what << ": " << file.error().message;
  EXPECT_TRUE(*file == LibjpegFile::of(image, options))
      << what << " planes " << image.size().width << "x" << image.size().height << " "
      << name(image.subsampling) << " effort " << options.effort;
}

PlanarImage noisy_planes(Size size, ChromaSubsampling subsampling) {
  PlanarImage image;
  image.subsampling = subsampling;
  image.planes[0] = noise(size, gray8, 1);
  if (subsampling != ChromaSubsampling::gray) {
    image.planes[1] = noise(chroma_size(size, subsampling), gray8, 2);
    image.planes[2] = scene(chroma_size(size, subsampling), gray8, 3);
  }
  return image;
}

TEST(JpegBytes, AreLibjpegsAtEverySmallSize) {
  for (std::int32_t height = 1; height <= 35; ++height) {
    for (std::int32_t width = 1; width <= 35; ++width) {
      const Size size{width, height};
      const Image picture = noise(size, (width + height) % 5 == 0 ? gray8 : rgb8,
                                  static_cast<std::uint64_t>(width * 64 + height));
      const auto turn = static_cast<std::size_t>(3 * width + 7 * height);
      const int quality = static_cast<int>(turn * 13 % 100) + 1;
      const Process process = kProcesses[turn % 4];
      const ChromaSubsampling chroma = kAll[turn % 7];
      expect_libjpegs(picture.const_view(), options_of(quality, chroma, process), "noise");
      for (const ChromaSubsampling of_planes : {chroma, ChromaSubsampling::yuv420}) {
        expect_libjpegs(noisy_planes(size, of_planes), options_of(quality, of_planes, process),
                        "noise");
      }
    }
  }
}

TEST(JpegBytes, AreLibjpegsOfAllProcessesOnEveryTarget) {
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    for (const Size size : {Size{300, 131}, Size{128, 64}, Size{259, 90}}) {
      for (const Image& picture : {scene(size, rgb8), noise(size, rgb8), scene(size, gray8)}) {
        for (const ChromaSubsampling chroma : kAll) {
          for (const Process process : kProcesses) {
            for (const int quality : {1, 25, 75, 92, 100}) {
              expect_libjpegs(picture.const_view(), options_of(quality, chroma, process), target);
            }
          }
        }
      }
      for (const ChromaSubsampling chroma : kAll) {
        for (const Process process : kProcesses) {
          expect_libjpegs(noisy_planes(size, chroma), options_of(83, chroma, process), target);
        }
      }
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

// Coefficients as large as samples of 8 bits can make them.
TEST(JpegBytes, AreLibjpegsAtTheEndsOfTheRange) {
  for (const int step : {1, 2, 4, 8, 9}) {
    const Image picture =
        make_picture({160, 120}, rgb8, [step](std::int32_t x, std::int32_t y, int c) {
          return (x / step + y / step + c) % 2 == 0 ? 0.0 : 1.0;
        });
    for (const Process process : kProcesses) {
      for (const ChromaSubsampling chroma : kAll) {
        expect_libjpegs(picture.const_view(), options_of(100, chroma, process),
                        "squares of " + std::to_string(step));
      }
    }
  }
}

TEST(JpegBytes, AreLibjpegsOfRealPlanes) {
  LIMEN_NEEDS_DATA();
  std::size_t compared = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const std::string& file = row.at("file");
    const Bytes bytes = read_file(data_folder() / "photos" / file);
    const auto info = probe(bytes);
    ASSERT_TRUE(info.has_value()) << file;
    if (info->format != Format::jpeg || !has_planar_decode(*info)) continue;
    // Reduced sizes are odd more often than not.
    const auto planes = decode_planar(
        bytes, {.at_least = Size{info->size.width / 2, 1}, .accuracy = ShrinkAccuracy::coarse});
    ASSERT_TRUE(planes.has_value()) << file;
    ++compared;
    for (const Process process : kProcesses) {
      for (const int quality : {50, 80}) {
        expect_libjpegs(planes->image, options_of(quality, planes->image.subsampling, process),
                        file);
      }
    }
  }
  EXPECT_GT(compared, 3u);
}

TEST(JpegBytes, AreLibjpegsOfRealPictures) {
  LIMEN_NEEDS_DATA();
  std::size_t compared = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const std::string& file = row.at("file");
    const auto decoded = decode(read_file(data_folder() / "photos" / file));
    ASSERT_TRUE(decoded.has_value()) << file;
    const ConstImageView picture = decoded->image.const_view();
    if ((picture.format != rgb8 && picture.format != gray8) || area(picture.size) > 5'000'000) {
      continue;
    }
    ++compared;
    const bool is_odd = compared % 2 == 1;
    for (const Process process : kProcesses) {
      for (const int quality : {30, 85, 97}) {
        const auto chroma =
            (quality == 85) == is_odd ? ChromaSubsampling::yuv420 : ChromaSubsampling::yuv444;
        expect_libjpegs(picture, options_of(quality, chroma, process), file);
      }
    }
  }
  EXPECT_GT(compared, 20u);
}

}  // namespace
}  // namespace limen::test
