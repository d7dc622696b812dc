// SPDX-License-Identifier: Apache-2.0

// Trials of the formats that must make the file to show it.

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "limen/codec/decode.h"
#include "limen/codec/trial.h"
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

EncodeOptions options_for(Format format, ChromaSubsampling chroma, int bit_depth = 8) {
  return {.format = format, .effort = 0, .chroma = chroma, .bit_depth = bit_depth};
}

void expect_exact(const ConstImageView& picture, EncodeOptions options) {
  const auto trials = start_trials(picture, options);
  ASSERT_TRUE(trials.has_value()) << trials.error().message;
  EXPECT_TRUE((*trials)->shows_files());
  for (const int setting : {0, (*trials)->count() / 2, (*trials)->count() - 1}) {
    const auto shown = (*trials)->show(setting);
    ASSERT_TRUE(shown.has_value()) << shown.error().message;
    const auto file = (*trials)->finish(setting);
    ASSERT_TRUE(file.has_value());
    options.mode = (*trials)->quality_of(setting);
    EXPECT_EQ(*file, *encode(picture, options));
    const auto decoded = decode(*file, {.keep_16_bit = options.bit_depth > 8});
    ASSERT_TRUE(decoded.has_value());
    EXPECT_TRUE(same_pixels(*shown, decoded->image.view())) << setting;
  }
}

TEST(ReencodeTrials, ShowWhatADecoderShows) {
  for (const PixelFormat format : {rgb8, rgba8, gray8, gray_alpha8, rgb16, rgba16}) {
    const Image picture = scene({61, 40}, format);
    for (const bool is_sharp : {false, true}) {
      EncodeOptions options = options_for(Format::webp, ChromaSubsampling::automatic);
      options.sharp_yuv = is_sharp;
      expect_exact(picture.view(), options);
    }
    for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
      for (const int bit_depth : {8, 10}) {
        expect_exact(picture.view(), options_for(Format::avif, chroma, bit_depth));
      }
    }
  }
}

TEST(ReencodeTrials, FinishOnlyWhatWasNotShown) {
  const Image picture = scene({61, 40}, rgb8);
  const auto trials =
      *start_trials(picture.view(), options_for(Format::webp, ChromaSubsampling::automatic));
  // More settings than are kept, in and out of order, each still what encode() gives.
  for (const int setting : {50, 51, 52, 53, 50, 53, 20, 51}) {
    if (setting % 2 == 0) {
      ASSERT_TRUE(trials->show(setting).has_value());
    }
    EncodeOptions options = options_for(Format::webp, ChromaSubsampling::automatic);
    options.mode = trials->quality_of(setting);
    EXPECT_EQ(*trials->finish(setting), *encode(picture.view(), options)) << setting;
  }
  // Cancelled work does not count as done; what is kept is given out all the same.
  CancelToken token;
  token.cancel();
  EXPECT_EQ(trials->finish(70, {.cancel = &token}).error().code, ErrorCode::cancelled);
  EXPECT_EQ(trials->show(71, {.cancel = &token}).error().code, ErrorCode::cancelled);
  EXPECT_TRUE(trials->finish(51, {.cancel = &token}).has_value());
  EXPECT_TRUE(trials->finish(70).has_value());
  EXPECT_TRUE(trials->show(71).has_value());
}

TEST(ReencodeTrials, AnAvifSettingIsAQuantizer) {
  const Image picture = scene({16, 16}, rgb8);
  const auto trials =
      *start_trials(picture.view(), options_for(Format::avif, ChromaSubsampling::yuv420));
  EXPECT_EQ(trials->count(), 64);
  for (int setting = 0; setting < trials->count(); ++setting) {
    EXPECT_EQ(trials->setting_of(trials->quality_of(setting)), setting);
  }
  // Qualities that share a quantizer make the same file and are one setting.
  int shared = 0;
  for (int quality = 0; quality < 100; quality += 7) {
    const Quality low{static_cast<float>(quality)};
    const Quality high{static_cast<float>(quality + 1)};
    EncodeOptions options = options_for(Format::avif, ChromaSubsampling::yuv420);
    options.mode = low;
    const Bytes low_file = *encode(picture.view(), options);
    options.mode = high;
    const bool is_same = low_file == *encode(picture.view(), options);
    if (trials->setting_of(low) == trials->setting_of(high)) {
      EXPECT_TRUE(is_same) << quality;
      ++shared;
    } else {
      EXPECT_EQ(trials->setting_of(low) + 1, trials->setting_of(high));
    }
  }
  EXPECT_GT(shared, 0);
}

TEST(ReencodeTrials, WebpQualitiesAreHalvedWithMuchEffort) {
  const Image picture = scene({61, 40}, rgb8);
  EncodeOptions options = options_for(Format::webp, ChromaSubsampling::automatic);
  EXPECT_EQ((*start_trials(picture.view(), options))->count(), 101);
  options.effort = 7;
  const auto trials = *start_trials(picture.view(), options);
  ASSERT_EQ(trials->count(), 201);
  std::size_t different = 0;
  for (int setting = 0; setting < trials->count(); ++setting) {
    EXPECT_EQ(trials->quality_of(setting).value, 0.5f * static_cast<float>(setting));
    EXPECT_EQ(trials->setting_of(trials->quality_of(setting)), setting);
  }
  for (int setting = 171; setting < 191; setting += 2) {
    options.mode = trials->quality_of(setting);
    const Bytes file = *trials->finish(setting);
    EXPECT_EQ(file, *encode(picture.view(), options)) << setting;
    different += file != *trials->finish(setting - 1) && file != *trials->finish(setting + 1);
  }
  EXPECT_GT(different, 2u);
}

TEST(ReencodeTrials, RefuseWhatMakesNoSense) {
  const Image picture = scene({40, 30}, rgb8);
  for (const Format format : {Format::webp, Format::avif}) {
    const auto trials =
        *start_trials(picture.view(), options_for(format, ChromaSubsampling::yuv420));
    for (const int setting : {-1, trials->count()}) {
      EXPECT_EQ(trials->show(setting).error().code, ErrorCode::invalid_argument);
      EXPECT_EQ(trials->finish(setting).error().code, ErrorCode::invalid_argument);
    }
    EXPECT_EQ(trials->setting_of(Quality{0}), 0);
    EXPECT_EQ(trials->setting_of(Quality{100}), trials->count() - 1);
    Workspace small(10'000);
    EXPECT_EQ(trials->show(3, {.workspace = &small}).error().code, ErrorCode::limit_exceeded);
  }
  EXPECT_EQ(start_trials(picture.view(), options_for(Format::avif, ChromaSubsampling::automatic))
                .error()
                .code,
            ErrorCode::unsupported);
  EXPECT_EQ(start_trials(picture.view(), {.format = Format::png}).error().code,
            ErrorCode::unsupported);
  EXPECT_TRUE(start_trials(scene({16, 16}, gray8).view(), {.format = Format::avif}).has_value());
}

TEST(ReencodeTrials, CarryMetadataIntoTheFile) {
  const Image picture = scene({40, 30}, rgb8);
  for (const Format format : {Format::webp, Format::avif}) {
    EncodeOptions options = options_for(format, ChromaSubsampling::yuv420);
    options.metadata.xmp = Bytes(300, std::byte{'x'});
    const auto trials = *start_trials(picture.view(), options);
    ASSERT_TRUE(trials->show(20).has_value());
    const auto decoded = decode(*trials->finish(20), {.read_metadata = true});
    EXPECT_EQ(decoded->metadata.xmp, options.metadata.xmp);
  }
}

}  // namespace
}  // namespace limen::test
