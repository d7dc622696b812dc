// SPDX-License-Identifier: Apache-2.0

// What the search does for WebP alone: two ways to halve chroma, and lossless files of screens.

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "limen/codec/decode.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

SearchOptions webp_options(int effort, std::optional<bool> sharp_yuv = std::nullopt) {
  SearchOptions options;
  options.encode.format = Format::webp;
  options.encode.effort = effort;
  options.encode.sharp_yuv = sharp_yuv;
  options.lossless_fallback = false;
  return options;
}

Found found(const Image& picture, const SearchOptions& options) {
  auto result = find_smallest(picture.view(), options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *std::move(result) : Found{};
}

void expect_honest(const Image& picture, const SearchOptions& options, const Found& answer) {
  EncodeOptions same = options.encode;
  same.format = answer.format;
  same.chroma = answer.chroma;
  same.sharp_yuv = answer.sharp_yuv;
  std::visit([&](auto mode) { same.mode = mode; }, answer.mode);
  EXPECT_EQ(*encode(picture.view(), same), answer.bytes);
  const auto shown = decode(answer.bytes);
  ASSERT_TRUE(shown.has_value());
  const auto seen = ssimulacra2(picture.view(), shown->image.view());
  ASSERT_TRUE(seen.has_value());
  EXPECT_NEAR(seen->score.value, answer.score.value, 0.01);
  EXPECT_TRUE(answer.reached);
  EXPECT_TRUE(answer.certified);
}

bool is_lossless(const Trial& trial) { return std::holds_alternative<Lossless>(trial.mode); }

// A scene with stripes of colour, whose edges plain chroma blurs.
Image striped_scene(Size size) {
  const Image base = scene(size, rgb8);
  return make_picture(size, rgb8, [&](std::int32_t x, std::int32_t y, int c) {
    const double value = get_sample(base.view(), x, y, c);
    const bool is_stripe = x / 7 % 5 == 0 && y / 40 % 2 == 0;
    return std::clamp(is_stripe ? value + (c == 0 ? 0.25 : -0.15) : value, 0.0, 1.0);
  });
}

TEST(SearchWebP, ChromaIsHalvedTheSharpWayWhereThatIsSmaller) {
  const Image picture = striped_scene({200, 160});
  const Found sharp = found(picture, webp_options(4, true));
  const Found plain = found(picture, webp_options(4, false));
  EXPECT_TRUE(sharp.sharp_yuv);
  EXPECT_FALSE(plain.sharp_yuv);
  expect_honest(picture, webp_options(4), sharp);
  EXPECT_TRUE(!plain.reached || plain.bytes.size() > sharp.bytes.size());
  for (const int effort : {0, 4, 7}) {
    const SearchOptions options = webp_options(effort);
    const Found answer = found(picture, options);
    EXPECT_TRUE(answer.sharp_yuv) << effort << ": " << answer.bytes.size();
    expect_honest(picture, options, answer);
    for (const Trial& trial : answer.trials) {
      if (effort == 0) {
        EXPECT_TRUE(trial.sharp_yuv);
      }
    }
  }
}

// Both ways are seen to the end, so neither alone can do better.
TEST(SearchWebP, HighEffortTakesTheSmallerOfBothWays) {
  for (const Image& picture : {scene({320, 240}, rgb8), striped_scene({320, 240})}) {
    const SearchOptions options = webp_options(7);
    const Found answer = found(picture, options);
    expect_honest(picture, options, answer);
    std::size_t least = ~std::size_t{0};
    for (const bool is_sharp : {false, true}) {
      const Found one = found(picture, webp_options(7, is_sharp));
      if (one.reached) least = std::min(least, one.bytes.size());
    }
    EXPECT_EQ(answer.bytes.size(), least);
  }
}

// With grain, and colours so pale that how chroma is halved hardly matters.
Image pale_scene(Size size) {
  const Image base = scene(size, rgb8);
  const Image grain = noise(size, gray8);
  return make_picture(size, rgb8, [&](std::int32_t x, std::int32_t y, int c) {
    return 0.85 * get_sample(base.view(), x, y, 1) + 0.05 * get_sample(base.view(), x, y, c) +
           0.1 * get_sample(grain.view(), x, y, 0);
  });
}

// From effort 5 on the way that promised less is looked at as well where it comes close.
TEST(SearchWebP, TheOtherWayIsTriedWhereItIsClose) {
  const auto has_both = [](const Found& answer) {
    const auto is_sharp = [](const Trial& trial) { return trial.sharp_yuv; };
    return std::any_of(answer.trials.begin(), answer.trials.end(), is_sharp) &&
           !std::all_of(answer.trials.begin(), answer.trials.end(), is_sharp);
  };
  int tried = 0;
  for (const Image& picture : {scene({320, 240}, rgb8), pale_scene({320, 240})}) {
    for (const double score : {80, 85, 90}) {
      SearchOptions options = webp_options(4);
      options.target = TargetScore{Score{score}};
      const Found quick = found(picture, options);
      options.encode.effort = 5;
      const Found answer = found(picture, options);
      expect_honest(picture, options, answer);
      // libwebp's method is the same.
      EXPECT_LE(answer.bytes.size(), quick.bytes.size());
      if (has_both(answer) && !has_both(quick)) ++tried;
    }
  }
  EXPECT_GT(tried, 0);
}

TEST(SearchWebP, GrayHasNoChromaToHalve) {
  const Image picture = scene({200, 160}, gray8);
  for (const int effort : {4, 7}) {
    const SearchOptions options = webp_options(effort);
    const Found answer = found(picture, options);
    EXPECT_FALSE(answer.sharp_yuv);
    expect_honest(picture, options, answer);
    for (const Trial& trial : answer.trials) EXPECT_FALSE(trial.sharp_yuv);
  }
}

TEST(SearchWebP, ScreensAreTriedWithoutLossFirst) {
  const Image picture = screen({480, 360}, rgb8);
  SearchOptions options = webp_options(4);
  const Found lossy = found(picture, options);
  options.lossless_fallback = true;
  const Found answer = found(picture, options);
  EXPECT_TRUE(std::holds_alternative<Lossless>(answer.mode));
  expect_honest(picture, options, answer);
  EXPECT_LT(answer.bytes.size() * 2, lossy.bytes.size());
  // It is so much smaller that nothing else is looked at, whatever else is accepted.
  ASSERT_EQ(answer.trials.size(), 1u);
  EXPECT_TRUE(is_lossless(answer.trials.front()));
  options.formats = {Format::jpeg, Format::avif, Format::png, Format::webp};
  const Found of_all = found(picture, options);
  EXPECT_EQ(of_all.bytes, answer.bytes);
  EXPECT_TRUE(std::all_of(of_all.trials.begin(), of_all.trials.end(), is_lossless));
}

// Samples are of files, and every look at the whole picture is one that may be the answer.
TEST(SearchWebP, EveryLookIsAtAFile) {
  const Image picture = scene({320, 256}, rgb8);
  for (const double score : {85.0, 90.0}) {
    SearchOptions options = webp_options(4);
    options.target = TargetScore{Score{score}};
    const Found answer = found(picture, options);
    EXPECT_EQ(answer.evaluations, static_cast<int>(answer.trials.size()));
    EXPECT_GT(answer.encodes, answer.evaluations);
  }
}

TEST(SearchWebP, PhotographsAreNotTriedWithoutLoss) {
  const Image picture = make_picture({480, 360}, rgb8, [&](std::int32_t x, std::int32_t y, int c) {
    static const Image smooth = scene({480, 360}, rgb8);
    static Random random(7);
    return std::clamp(get_sample(smooth.view(), x, y, c) + 0.1 * (random.unit() - 0.5), 0.0, 1.0);
  });
  SearchOptions options = webp_options(4);
  options.lossless_fallback = true;
  const Found answer = found(picture, options);
  EXPECT_TRUE(std::holds_alternative<Quality>(answer.mode));
  EXPECT_TRUE(std::none_of(answer.trials.begin(), answer.trials.end(), is_lossless));
}

}  // namespace
}  // namespace limen::test
