// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/trial.h"
#include "limen/compose/extend.h"
#include "limen/core/simd_target.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

bool same_pixels(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

// Without printing either.
bool is_file(const Result<Bytes>& finished, const Bytes& file) {
  return finished.has_value() && *finished == file;
}

// What the trial shows is what a decoder makes of the file, and finishing gives that file.
void expect_exact(const ConstImageView& picture, ChromaSubsampling chroma, int first, int step,
                  const std::string& what) {
  // Scans change no pixel: the plain ones are the quickest to write.
  const EncodeOptions options{.effort = 0, .chroma = chroma, .progressive = false};
  auto trials = start_trials(picture, options);
  ASSERT_TRUE(trials.has_value()) << what << ": " << trials.error().message;
  for (int setting = first; setting < (*trials)->count(); setting += step) {
    const auto shown = (*trials)->show(setting);
    ASSERT_TRUE(shown.has_value());
    EncodeOptions plain = options;
    plain.mode = (*trials)->quality_of(setting);
    const auto file = encode(picture, plain);
    ASSERT_TRUE(file.has_value());
    EXPECT_TRUE(is_file((*trials)->finish(setting), *file))
        << what << " " << name(chroma) << " at quality " << setting + 1;
    const auto decoded = decode(*file);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(same_pixels(*shown, decoded->image.view()))
        << what << " " << name(chroma) << " at quality " << setting + 1;
  }
}

TEST(JpegTrials, ShowWhatADecoderShowsAtEverySmallSize) {
  for (std::int32_t height = 1; height <= 33; ++height) {
    for (std::int32_t width = 1; width <= 33; ++width) {
      const Size size{width, height};
      const Image picture = noise(size, rgb8, static_cast<std::uint64_t>(width * 64 + height));
      const std::string what = std::to_string(width) + "x" + std::to_string(height);
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        expect_exact(picture.view(), chroma, (width + height) % 24, 25, what);
      }
    }
  }
}

TEST(JpegTrials, ShowWhatADecoderShowsAtEveryQualityOnEveryTarget) {
  const Size size{301, 157};
  const Image pictures[] = {noise(size, rgb8), zone_plate(size, rgb8), hard_edges(size, rgb8),
                            scene(size, rgb8), scene(size, gray8)};
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    for (const Image& picture : pictures) {
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        expect_exact(picture.view(), chroma, 0, 1, target);
      }
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

TEST(JpegTrials, KnowTheirSettings) {
  const Image picture = scene({40, 30}, rgb8);
  const auto trials =
      start_trials(picture.view(), {.mode = Quality{30}, .chroma = ChromaSubsampling::yuv420});
  ASSERT_TRUE(trials.has_value());
  EXPECT_EQ((*trials)->count(), 100);
  EXPECT_EQ((*trials)->quality_of(76), Quality{77});
  EXPECT_EQ((*trials)->setting_of(Quality{77}), 76);
  EXPECT_EQ((*trials)->setting_of(Quality{0}), 0);
}

TEST(JpegTrials, FinishIsWhatEncodeGives) {
  Metadata metadata;
  metadata.exif = Bytes(600, std::byte{'e'});
  metadata.icc = Bytes(70'000, std::byte{'i'});
  metadata.xmp = Bytes(300, std::byte{'x'});
  for (const Size size : {Size{1, 1}, Size{7, 5}, Size{8, 8}, Size{16, 16}, Size{17, 33},
                          Size{90, 70}, Size{301, 157}}) {
    for (const PixelFormat format : {gray8, rgb8}) {
      const Image picture = scene(size, format);
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        for (const int effort : {0, 1, 2, 4, 9}) {
          for (const bool progressive : {false, true}) {
            EncodeOptions options{.effort = effort, .chroma = chroma, .progressive = progressive};
            if (effort == 4) options.metadata = metadata;
            const auto trials = start_trials(picture.view(), options);
            ASSERT_TRUE(trials.has_value());
            for (const int setting : {0, 39, 76, 99}) {
              options.mode = (*trials)->quality_of(setting);
              const auto file = encode(picture.view(), options);
              ASSERT_TRUE(file.has_value());
              EXPECT_TRUE(is_file((*trials)->finish(setting), *file))
                  << size.width << "x" << size.height << " effort " << effort << " setting "
                  << setting;
            }
          }
        }
      }
    }
  }
}

TEST(JpegTrials, FinishMayHaveTheSmallerScans) {
  int progressive = 0, sequential = 0;
  for (const Size size : {Size{1, 1}, Size{40, 30}, Size{400, 320}, Size{700, 500}}) {
    for (const PixelFormat format : {gray8, rgb8}) {
      const Image picture = scene(size, format);
      for (const auto& [effort, chroma] :
           {std::pair{3, ChromaSubsampling::yuv420}, std::pair{3, ChromaSubsampling::yuv444},
            std::pair{2, ChromaSubsampling::yuv420}}) {
        EncodeOptions options{.effort = effort, .chroma = chroma};
        const auto trials = start_trials(picture.view(), options);
        ASSERT_TRUE(trials.has_value());
        (*trials)->allow_sequential();
        for (const int setting : {20, 60, 85}) {
          options.mode = (*trials)->quality_of(setting);
          options.progressive = true;
          const auto usual = encode(picture.view(), options);
          options.progressive = false;
          const auto one = encode(picture.view(), options);
          ASSERT_TRUE(usual.has_value() && one.has_value());
          const bool is_one = one->size() < usual->size();
          EXPECT_TRUE(is_file((*trials)->finish(setting), is_one ? *one : *usual));
          ++(is_one ? sequential : progressive);
          const auto estimate = (*trials)->estimate_bytes(setting);
          ASSERT_TRUE(estimate.has_value() && estimate->has_value());
          const auto bytes = static_cast<double>((is_one ? *one : *usual).size());
          EXPECT_NEAR(static_cast<double>(**estimate), bytes, 0.01 * bytes + 16);
        }
      }
    }
  }
  EXPECT_GT(progressive, 5);
  EXPECT_GT(sequential, 5);
}

TEST(JpegTrials, FinishIsWhatEncodeGivesAtEverySmallSize) {
  for (std::int32_t height = 1; height <= 33; ++height) {
    for (std::int32_t width = 1; width <= 33; ++width) {
      const Size size{width, height};
      const Image picture = noise(size, (width + height) % 3 == 0 ? gray8 : rgb8,
                                  static_cast<std::uint64_t>(width * 64 + height));
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        EncodeOptions options{.effort = 2 + width % 2, .chroma = chroma};
        const auto trials = start_trials(picture.view(), options);
        ASSERT_TRUE(trials.has_value());
        const int setting = (7 * width + 3 * height) % 100;
        options.mode = (*trials)->quality_of(setting);
        const auto file = encode(picture.view(), options);
        ASSERT_TRUE(file.has_value());
        EXPECT_TRUE(is_file((*trials)->finish(setting), *file))
            << width << "x" << height << " " << name(chroma) << " setting " << setting;
      }
    }
  }
}

TEST(JpegTrials, FinishKeepsToItsLimits) {
  const Image picture = scene({400, 300}, rgb8);
  Metadata metadata;
  metadata.exif = Bytes(70'000, std::byte{'e'});
  const EncodeOptions options{.chroma = ChromaSubsampling::yuv420, .metadata = metadata};
  const auto trials = start_trials(picture.view(), options);
  ASSERT_TRUE(trials.has_value());
  EXPECT_EQ((*trials)->finish(-1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ((*trials)->finish(100).error().code, ErrorCode::invalid_argument);
  // No segment holds that much EXIF.
  EXPECT_EQ((*trials)->finish(50).error().code, ErrorCode::unsupported);
  const auto bare = start_trials(picture.view(), {.chroma = ChromaSubsampling::yuv420});
  ASSERT_TRUE(bare.has_value());
  Workspace small(20'000);
  EXPECT_EQ((*bare)->finish(50, {.workspace = &small}).error().code, ErrorCode::limit_exceeded);
  CancelToken token;
  token.cancel();
  EXPECT_EQ((*bare)->finish(50, {.cancel = &token}).error().code, ErrorCode::cancelled);
  Workspace enough;
  const auto file = (*bare)->finish(50, {.workspace = &enough});
  EXPECT_TRUE(file.has_value());
  EXPECT_GT(enough.peak_bytes(), 400u * 300u * 3u);
  EXPECT_EQ(enough.bytes_in_use(), 0u);
}

// Bytes of a file without those that only keep bytes of ones in its scans from being markers.
double bytes_without_stuffing(const Bytes& file) {
  std::size_t stuffed = 0;
  for (std::size_t i = 0; i + 1 < file.size(); ++i) {
    stuffed += file[i] == std::byte{0xFF} && file[i + 1] == std::byte{0} ? 1 : 0;
  }
  return static_cast<double>(file.size() - stuffed);
}

// The estimate is made of the very symbols of the file, so only the stuffing is guessed: as .35 %.
void expect_near(Trials& trials, int setting, const std::string& what) {
  const auto file = trials.finish(setting);
  const auto estimate = trials.estimate_bytes(setting);
  ASSERT_TRUE(file.has_value() && estimate.has_value() && estimate->has_value());
  const double unstuffed = bytes_without_stuffing(*file);
  const auto guessed = static_cast<double>(**estimate);
  EXPECT_GE(guessed, unstuffed - 2) << what << " at setting " << setting;
  EXPECT_LE(guessed, unstuffed * 1.0035 + 16) << what << " at setting " << setting;
}

TEST(JpegTrials, EstimateTheSizeOfTheFile) {
  Metadata metadata;
  metadata.exif = Bytes(600, std::byte{'e'});
  metadata.icc = Bytes(70'000, std::byte{'i'});
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    for (const Size size :
         {Size{1, 1}, Size{7, 5}, Size{16, 16}, Size{17, 33}, Size{301, 157}, Size{520, 390}}) {
      for (const PixelFormat format : {gray8, rgb8}) {
        const Image pictures[] = {scene(size, format), hard_edges(size, format),
                                  noise(size, format)};
        for (const Image& picture : pictures) {
          for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
            for (const auto& [effort, progressive] : {std::pair{0, false}, std::pair{1, false},
                                                      std::pair{2, true}, std::pair{4, true}}) {
              EncodeOptions options{.effort = effort, .chroma = chroma, .progressive = progressive};
              if (effort == 1) options.metadata = metadata;
              const auto trials = start_trials(picture.view(), options);
              ASSERT_TRUE(trials.has_value());
              const std::string what =
                  std::to_string(size.width) + "x" + std::to_string(size.height) + " " +
                  std::string(name(chroma)) + " effort " + std::to_string(effort) + " on " + target;
              for (const int setting : {0, 39, 84, 99}) expect_near(**trials, setting, what);
            }
          }
        }
      }
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

TEST(JpegTrials, FinishAndEstimateRealPictures) {
  LIMEN_NEEDS_DATA();
  std::vector<double> errors;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const auto decoded = decode(read_file(data_folder() / "photos" / row.at("file")));
    ASSERT_TRUE(decoded.has_value()) << row.at("file");
    const ConstImageView picture = decoded->image.const_view();
    if (picture.format != rgb8 || area(picture.size) > 5'000'000) continue;
    for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
      // Sequential, brief progression, libjpeg's progression.
      for (const int effort : {1, 2, 3}) {
        const EncodeOptions options{.mode = Quality{85}, .effort = effort, .chroma = chroma};
        const auto trials = start_trials(picture, options);
        ASSERT_TRUE(trials.has_value());
        const auto file = encode(picture, options);
        ASSERT_TRUE(file.has_value());
        EXPECT_TRUE(is_file((*trials)->finish(84), *file)) << row.at("file");
        const auto estimate = (*trials)->estimate_bytes(84);
        ASSERT_TRUE(estimate.has_value() && estimate->has_value());
        const auto bytes = static_cast<double>(file->size());
        errors.push_back(std::abs(static_cast<double>(**estimate) - bytes) / bytes);
        // Where very many refinements are ones, stuffing alone is some per cent.
        EXPECT_LT(errors.back(), 0.06) << row.at("file");
        expect_near(**trials, 84, row.at("file"));
      }
    }
  }
  ASSERT_GT(errors.size(), 20u);
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2),
                   errors.end());
  EXPECT_LT(errors[errors.size() / 2], 0.002);
}

TEST(JpegTrials, APartOfThePictureTellsWhichFileIsTheSmaller) {
  for (const Size size : {Size{5, 3}, Size{300, 100}, Size{520, 700}}) {
    const Image picture = scene(size, rgb8);
    for (const bool progressive : {false, true}) {
      double whole[2] = {}, part[2] = {};
      for (int mode = 0; mode < 2; ++mode) {
        const auto chroma = mode == 0 ? ChromaSubsampling::yuv420 : ChromaSubsampling::yuv444;
        const auto trials =
            start_trials(picture.view(), {.chroma = chroma, .progressive = progressive});
        ASSERT_TRUE(trials.has_value());
        const auto estimate = (*trials)->estimate_bytes(mode == 0 ? 90 : 86);
        const auto compared = (*trials)->compare_bytes(mode == 0 ? 90 : 86);
        ASSERT_TRUE(estimate.has_value() && compared.has_value());
        whole[mode] = static_cast<double>(**estimate);
        part[mode] = static_cast<double>(**compared);
      }
      // Below 256 lines the part is the whole.
      if (size.height < 256) {
        EXPECT_EQ(part[0], whole[0]);
      }
      EXPECT_NEAR(part[1] / part[0] / (whole[1] / whole[0]), 1, 0.03) << size.height;
    }
  }
}

TEST(JpegTrials, RefuseWhatTheyCannotShow) {
  const Image picture = scene({40, 30}, rgb8);
  const EncodeOptions options{.chroma = ChromaSubsampling::yuv420};
  const auto trials = start_trials(picture.view(), options);
  EXPECT_EQ((*trials)->show(-1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ((*trials)->show(100).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ((*trials)->estimate_bytes(100).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(start_trials(picture.view(), {}).error().code, ErrorCode::unsupported);
  EXPECT_EQ(start_trials(scene({4, 4}, rgba8).view(), options).error().code,
            ErrorCode::unsupported);
  CancelToken token;
  token.cancel();
  EXPECT_EQ((*trials)->show(50, {.cancel = &token}).error().code, ErrorCode::cancelled);
  EXPECT_EQ((*trials)->estimate_bytes(50, {.cancel = &token}).error().code, ErrorCode::cancelled);
  Workspace small(20'000);
  EXPECT_EQ(
      start_trials(scene({400, 300}, rgb8).view(), options, {.workspace = &small}).error().code,
      ErrorCode::limit_exceeded);
}

// All pictures at some qualities, from another first one each; with LIMEN_TEST_WHOLE set, at all of
// them, which takes some minutes.
TEST(JpegTrials, ShowWhatADecoderShowsOfRealPictures) {
  LIMEN_NEEDS_DATA();
  const bool is_whole = std::getenv("LIMEN_TEST_WHOLE") != nullptr;
  const int step = is_whole ? 1 : 33;
  int count = 0;
  int compared = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const auto decoded = decode(read_file(data_folder() / "photos" / row.at("file")));
    ASSERT_TRUE(decoded.has_value()) << row.at("file");
    ConstImageView picture = decoded->image.const_view();
    Image opaque;
    if (picture.format.has_alpha()) {
      auto flat = flatten(picture, {255, 255, 255});
      ASSERT_TRUE(flat.has_value()) << row.at("file");
      opaque = *std::move(flat);
      picture = opaque.const_view();
    }
    ASSERT_EQ(picture.format.sample, SampleType::u8) << row.at("file");
    ++count;
    for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
      const int first = is_whole ? 0 : count % step;
      expect_exact(picture, chroma, first, step, row.at("file"));
      compared += (100 - first + step - 1) / step;
    }
    if (is_whole) std::cout << row.at("file") << ": " << compared << " files so far" << std::endl;
  }
  EXPECT_GT(count, 30);
  RecordProperty("pictures", count);
  RecordProperty("files", compared);
}

}  // namespace
}  // namespace limen::test
