// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "limen/codec/decode.h"
#include "limen/codec/trial.h"
#include "limen/compose/extend.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

constexpr Size kSize{120, 90};

SearchOptions options_for(Format format, Target target = Invisible{}) {
  SearchOptions options;
  options.target = target;
  options.encode.format = format;
  options.encode.effort = 1;
  return options;
}

Found found(const ConstImageView& picture, const SearchOptions& options) {
  auto result = find_smallest(picture, options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *std::move(result) : Found{};
}

// encode() as the answer says.
Bytes encoded(const ConstImageView& picture, const SearchOptions& options, const Found& answer) {
  EncodeOptions same = options.encode;
  same.format = answer.format;
  same.chroma = answer.chroma;
  same.sharp_yuv = answer.sharp_yuv;
  same.progressive = answer.progressive;
  std::visit([&](auto mode) { same.mode = mode; }, answer.mode);
  const auto file = encode(picture, same);
  EXPECT_TRUE(file.has_value());
  return file ? *file : Bytes{};
}

// Of a file beside what its format can hold of the picture, by a metric of its own.
Comparison compared(const ConstImageView& picture, const Bytes& file,
                    Color matte = {255, 255, 255}) {
  const auto decoded = decode(file, {.keep_16_bit = true});
  EXPECT_TRUE(decoded.has_value());
  Image flat;
  ConstImageView original = picture;
  if (decoded->info.format == Format::jpeg) {
    flat = *flatten(picture, matte);
    original = flat.const_view();
  }
  return *(*Ssimulacra2::prepare(original)).compare(decoded->image.view());
}

// What find_smallest() promises, checked by other means.
void expect_certified(const ConstImageView& picture, const SearchOptions& options,
                      const Found& answer, const std::string& what) {
  EXPECT_EQ(answer.bytes, encoded(picture, options, answer)) << what;
  const double target = target_score(options.target)->value;
  const double block = default_worst_block(options.target)->value;
  const Comparison seen = compared(picture, answer.bytes, options.encode.matte);
  EXPECT_NEAR(seen.score.value, answer.score.value, 0.2) << what;
  if (!answer.reached) {
    EXPECT_FALSE(answer.certified) << what;
    return;
  }
  EXPECT_GE(answer.score.value, target) << what;
  EXPECT_GE(answer.worst_block.value, block) << what;
  EXPECT_TRUE(answer.certified) << what;
  const auto* quality = std::get_if<Quality>(&answer.mode);
  if (quality == nullptr) return;
  // The next lower one fails.
  EncodeOptions encoding = options.encode;
  encoding.format = answer.format;
  encoding.chroma = answer.chroma;
  encoding.sharp_yuv = answer.sharp_yuv;
  Image flat = *flatten(picture, options.encode.matte);
  const bool is_jpeg = answer.format == Format::jpeg;
  if (is_jpeg && picture.format.sample != SampleType::u8) return;
  const auto trials = start_trials(is_jpeg ? flat.const_view() : picture, encoding);
  ASSERT_TRUE(trials.has_value());
  const int setting = (*trials)->setting_of(*quality);
  if (setting == 0) return;
  const auto file = (*trials)->finish(setting - 1);
  ASSERT_TRUE(file.has_value());
  const Comparison lower = compared(picture, *file, options.encode.matte);
  EXPECT_TRUE(lower.score.value < target + 0.1 || lower.worst_block.value < block + 0.1)
      << what << ": quality " << quality->value << " is not the lowest: " << lower.score.value;
}

TEST(Search, TargetsHaveScores) {
  EXPECT_EQ(target_score(Invisible{}), Score{85});
  EXPECT_EQ(target_score(FlickerProof{}), Score{90});
  EXPECT_EQ(target_score(TargetScore{Score{71.5}}), Score{71.5});
  EXPECT_EQ(target_score(TargetBytes{10}), std::nullopt);
  EXPECT_EQ(default_worst_block(TargetBytes{10}), std::nullopt);
  EXPECT_LT(*default_worst_block(Invisible{}), Score{85});
  EXPECT_LT(*default_worst_block(Invisible{}), *default_worst_block(FlickerProof{}));
}

TEST(Search, CertifiesWhatItFindsInEveryFormat) {
  const Image pictures[] = {scene(kSize, rgb8),      zone_plate(kSize, rgb8),
                            hard_edges(kSize, rgb8), scene(kSize, gray8),
                            scene(kSize, rgba8),     scene(kSize, gray_alpha8)};
  for (const Image& picture : pictures) {
    for (const Format format : {Format::jpeg, Format::webp, Format::avif}) {
      for (const Target& target : {Target{Invisible{}}, Target{TargetScore{Score{60}}}}) {
        const SearchOptions options = options_for(format, target);
        expect_certified(picture.view(), options, found(picture.view(), options),
                         std::string(name(format)) + " of " +
                             std::to_string(picture.format().channels()) + " channels");
      }
    }
  }
}

TEST(Search, CertifiesLargerPicturesWhichItSamples) {
  for (const PixelFormat format : {rgb8, rgba8, gray16}) {
    const Image picture = scene({640, 400}, format);
    for (const Format file : {Format::jpeg, Format::webp, Format::avif}) {
      const SearchOptions options = options_for(file);
      expect_certified(picture.view(), options, found(picture.view(), options),
                       std::string(name(file)));
    }
  }
}

TEST(Search, EqualsTheExhaustiveSweepOfJpeg) {
  for (const Size size : {kSize, Size{640, 400}}) {
    const Image picture = scene(size, rgb8, static_cast<std::uint64_t>(size.width));
    for (const double target : {70.0, 85.0, 90.0}) {
      SearchOptions options = options_for(Format::jpeg, TargetScore{Score{target}});
      const double block = default_worst_block(options.target)->value;
      const auto metric = Ssimulacra2::prepare(picture.view());
      std::uint64_t smallest = ~std::uint64_t{0};
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        EncodeOptions encoding = options.encode;
        encoding.chroma = chroma;
        const auto trials = *start_trials(picture.view(), encoding);
        for (int setting = 0; setting < trials->count(); ++setting) {
          const Comparison seen = *metric->compare(*trials->show(setting));
          if (seen.score.value < target || seen.worst_block.value < block) continue;
          smallest = std::min<std::uint64_t>(smallest, trials->finish(setting)->size());
          break;
        }
      }
      const Found answer = found(picture.view(), options);
      EXPECT_TRUE(answer.reached);
      EXPECT_EQ(answer.bytes.size(), smallest) << target;
    }
  }
}

TEST(Search, TellsWhatItLookedAt) {
  const Image picture = scene(kSize, rgb8);
  const Found answer = found(picture.view(), options_for(Format::webp));
  ASSERT_FALSE(answer.trials.empty());
  EXPECT_GE(answer.evaluations, static_cast<int>(answer.trials.size()));
  EXPECT_GE(answer.encodes, answer.evaluations);
  int passing = 0;
  for (const Trial& trial : answer.trials) {
    EXPECT_EQ(trial.format, Format::webp);
    EXPECT_GT(trial.bytes, 0u);
    EXPECT_EQ(trial.passes,
              trial.score.value >= 85 && trial.worst_block >= *default_worst_block(Invisible{}));
    passing += trial.passes ? 1 : 0;
    if (trial.mode == answer.mode) {
      EXPECT_EQ(trial.bytes, answer.bytes.size());
      EXPECT_EQ(trial.score, answer.score);
    }
  }
  EXPECT_GT(passing, 0);
}

TEST(Search, TheWorstBlockCanBeBounded) {
  const Image picture = scene(kSize, rgb8);
  SearchOptions options = options_for(Format::jpeg, TargetScore{Score{60}});
  options.worst_block = Score{-1000};
  const Found loose = found(picture.view(), options);
  options.worst_block = Score{loose.score.value + 8};
  const Found bounded = found(picture.view(), options);
  EXPECT_TRUE(bounded.reached);
  EXPECT_TRUE(bounded.certified);
  EXPECT_GE(bounded.worst_block, *options.worst_block);
  EXPECT_GT(bounded.bytes.size(), loose.bytes.size());
}

TEST(Search, WhatCannotBeReachedIsSaid) {
  const Image picture = noise(kSize, rgb8);
  SearchOptions options = options_for(Format::webp, TargetScore{Score{99.9}});
  options.lossless_fallback = false;
  const Found answer = found(picture.view(), options);
  EXPECT_FALSE(answer.reached);
  EXPECT_FALSE(answer.certified);
  EXPECT_EQ(answer.bytes, encoded(picture.view(), options, answer));
  for (const Trial& trial : answer.trials) EXPECT_LE(trial.score, answer.score);

  options.lossless_fallback = true;
  const Found lossless = found(picture.view(), options);
  EXPECT_TRUE(lossless.reached);
  EXPECT_TRUE(lossless.certified);
  EXPECT_TRUE(std::holds_alternative<Lossless>(lossless.mode));
  EXPECT_EQ(compared(picture.view(), lossless.bytes).score, Score{100});
}

TEST(Search, PicksTheSmallestOfTheFormatsThatAreAccepted) {
  const Image drawing = make_picture(kSize, rgb8, [](std::int32_t x, std::int32_t y, int) {
    return x / 30 % 2 == y / 30 % 2 ? 0.2 : 0.7;
  });
  const Image photo = scene(kSize, rgb8);
  for (const ConstImageView picture : {drawing.const_view(), photo.const_view()}) {
    SearchOptions options = options_for(Format::jpeg);
    std::size_t smallest = ~std::size_t{0};
    for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
      options.formats = {format};
      const Found one = found(picture, options);
      EXPECT_TRUE(one.reached);
      smallest = std::min(smallest, one.bytes.size());
    }
    options.formats = {Format::png, Format::avif, Format::jpeg, Format::webp, Format::jpeg};
    const Found answer = found(picture, options);
    EXPECT_TRUE(answer.reached);
    EXPECT_EQ(answer.bytes.size(), smallest);
  }
}

TEST(Search, FindsTheFinestThatFits) {
  const Image picture = scene(kSize, rgb8);
  for (const Format format : {Format::jpeg, Format::webp, Format::avif}) {
    SearchOptions options = options_for(format, TargetBytes{2500});
    options.encode.chroma = ChromaSubsampling::yuv420;
    options.lossless_fallback = false;
    const Found answer = found(picture.view(), options);
    EXPECT_TRUE(answer.reached) << name(format);
    EXPECT_TRUE(answer.certified) << name(format);
    EXPECT_LE(answer.bytes.size(), 2500u);
    EXPECT_EQ(answer.bytes, encoded(picture.view(), options, answer));
    EXPECT_NEAR(compared(picture.view(), answer.bytes).score.value, answer.score.value, 0.2);
    const auto trials = *start_trials(picture.view(), [&] {
      EncodeOptions encoding = options.encode;
      encoding.format = format;
      encoding.sharp_yuv = answer.sharp_yuv;
      return encoding;
    }());
    const int setting = trials->setting_of(std::get<Quality>(answer.mode));
    ASSERT_LT(setting + 1, trials->count());
    EXPECT_GT(trials->finish(setting + 1)->size(), 2500u) << name(format);

    options.target = TargetBytes{10};
    const Found none = found(picture.view(), options);
    EXPECT_FALSE(none.reached);
    EXPECT_FALSE(none.certified);
    EXPECT_GT(none.bytes.size(), 10u);
    options.target = TargetBytes{1'000'000};
    EXPECT_TRUE(found(picture.view(), options).certified);
  }
  SearchOptions options = options_for(Format::webp, TargetBytes{1'000'000});
  EXPECT_TRUE(std::holds_alternative<Lossless>(found(picture.view(), options).mode));
}

TEST(Search, OddPicturesHaveAnswers) {
  const auto flat = [](Size size, PixelFormat format, double value, double alpha) {
    return make_picture(size, format, [=](auto, auto, int c) {
      return format.has_alpha() && c == format.channels() - 1 ? alpha : value;
    });
  };
  const Image pictures[] = {flat({1, 1}, rgb8, 0.3, 1),    flat({1, 1}, gray8, 1, 1),
                            flat({200, 3}, rgb8, 0.5, 1),  flat({64, 64}, rgba8, 0.5, 0),
                            flat({64, 64}, rgba8, 0.5, 1), flat({33, 70}, gray_alpha8, 0.1, 0.5),
                            scene({3, 5}, rgb8),           scene({40, 30}, rgb16),
                            scene({40, 30}, rgba16),       scene({40, 30}, gray16),
                            scene({40, 30}, gray_alpha16), scene({9, 200}, gray8)};
  for (const Image& picture : pictures) {
    const std::string what = std::to_string(picture.size().width) + "x" +
                             std::to_string(picture.size().height) + " of " +
                             std::to_string(picture.format().bytes_per_pixel()) + " bytes";
    for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
      const SearchOptions options = options_for(format);
      const Found answer = found(picture.view(), options);
      EXPECT_TRUE(std::isfinite(answer.score.value)) << what;
      EXPECT_TRUE(std::isfinite(answer.worst_block.value)) << what;
      EXPECT_TRUE(lies_inside(answer.worst_block_at, picture.size())) << what;
      expect_certified(picture.view(), options, answer, what + " as " + std::string(name(format)));
    }
  }
}

TEST(Search, TenBitsOfAvif) {
  const Image picture = scene(kSize, rgb16);
  SearchOptions options = options_for(Format::avif);
  options.encode.bit_depth = 10;
  const Found answer = found(picture.view(), options);
  EXPECT_TRUE(answer.reached);
  EXPECT_EQ(probe(answer.bytes)->bit_depth, 10);
  expect_certified(picture.view(), options, answer, "10 bits");
}

TEST(Search, JpegIsComparedWithWhatItsMatteMakes) {
  const Image picture = scene(kSize, rgba8);
  SearchOptions options = options_for(Format::jpeg);
  options.encode.matte = {200, 30, 10};
  expect_certified(picture.view(), options, found(picture.view(), options), "matte");
}

TEST(Search, HonoursTimeAndCancelAndMemory) {
  const Image picture = scene(kSize, rgb8);
  SearchOptions options = options_for(Format::webp);
  options.time_budget = std::chrono::nanoseconds(1);
  const Found hasty = found(picture.view(), options);
  EXPECT_EQ(hasty.trials.size(), 1u);
  EXPECT_FALSE(hasty.certified);
  EXPECT_FALSE(hasty.bytes.empty());
  EXPECT_EQ(hasty.bytes, encoded(picture.view(), options, hasty));
  options.target = TargetBytes{100};
  EXPECT_FALSE(found(picture.view(), options).bytes.empty());
  options.time_budget = std::chrono::hours(1);
  EXPECT_TRUE(found(picture.view(), options_for(Format::webp)).certified);

  CancelToken token;
  token.cancel();
  for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
    const auto result = find_smallest(picture.view(), options_for(format), {.cancel = &token});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::cancelled);
    Workspace small(30'000);
    const auto cramped = find_smallest(picture.view(), options_for(format), {.workspace = &small});
    ASSERT_FALSE(cramped.has_value());
    EXPECT_EQ(cramped.error().code, ErrorCode::limit_exceeded) << name(format);
    EXPECT_EQ(small.bytes_in_use(), 0u);
  }
}

TEST(Search, RefusesWhatMakesNoSense) {
  const Image picture = scene({20, 20}, rgb8);
  const auto code = [&](const SearchOptions& options) {
    const auto result = find_smallest(picture.view(), options);
    return result ? ErrorCode::internal : result.error().code;
  };
  for (const double score : {0.0, -3.0, 100.5, std::nan("")}) {
    EXPECT_EQ(code(options_for(Format::jpeg, TargetScore{Score{score}})),
              ErrorCode::invalid_argument);
  }
  EXPECT_EQ(code(options_for(Format::jpeg, TargetBytes{0})), ErrorCode::invalid_argument);
  SearchOptions options = options_for(Format::jpeg);
  options.worst_block = Score{std::nan("")};
  EXPECT_EQ(code(options), ErrorCode::invalid_argument);
  options = options_for(Format::jpeg);
  options.encode.effort = 12;
  EXPECT_EQ(code(options), ErrorCode::invalid_argument);
  options = options_for(Format::jpeg);
  options.time_budget = std::chrono::nanoseconds(-1);
  EXPECT_EQ(code(options), ErrorCode::invalid_argument);
  EXPECT_EQ(find_smallest({}, {}).error().code, ErrorCode::invalid_argument);
  const Image floating = scene({20, 20}, rgb_f32);
  EXPECT_EQ(find_smallest(floating.view(), {}).error().code, ErrorCode::invalid_argument);
  PixelFormat premultiplied = rgba8;
  premultiplied.alpha = AlphaMode::premultiplied;
  EXPECT_EQ(find_smallest(scene({20, 20}, premultiplied).view(), {}).error().code,
            ErrorCode::invalid_argument);
}

TEST(Search, CertifiesRealPictures) {
  LIMEN_NEEDS_DATA();
  int count = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const Bytes file = read_file(data_folder() / "photos" / row.at("file"));
    const auto info = probe(file);
    ASSERT_TRUE(info.has_value());
    if (area(info->size) > 200'000) continue;
    ++count;
    const auto decoded = decode(file);
    for (const Format format : {Format::jpeg, Format::webp, Format::avif}) {
      const SearchOptions options = options_for(format);
      expect_certified(decoded->image.view(), options, found(decoded->image.view(), options),
                       row.at("file") + " as " + std::string(name(format)));
    }
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace limen::test
