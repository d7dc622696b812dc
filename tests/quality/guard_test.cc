// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/guard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/trial.h"
#include "limen/core/simd_target.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/data.h"
#include "tests/pictures.h"
#include "tests/reference/guard_reference.h"

namespace limen {
namespace {

using test::GuardReference;

constexpr PixelFormat kRgb{.sample = SampleType::u8, .layout = Layout::rgb};
constexpr PixelFormat kGray{.sample = SampleType::u8, .layout = Layout::gray};

// What a JPEG of some quality shows.
Image damaged(const Image& picture, int quality) {
  EncodeOptions options{.format = Format::jpeg, .mode = Quality{static_cast<float>(quality)}};
  auto file = encode(picture.const_view(), options);
  EXPECT_TRUE(file.has_value());
  auto decoded = decode(*file);
  EXPECT_TRUE(decoded.has_value());
  return std::move(decoded->image);
}

Damage damage_of(const Image& original, const Image& candidate) {
  const auto guard = Guard::prepare(original.const_view(), {});
  EXPECT_TRUE(guard.has_value());
  auto damage = guard->damage(candidate.const_view(), {});
  EXPECT_TRUE(damage.has_value());
  return *std::move(damage);
}

TEST(Guard, IsItsDefinition) {
  for (const PixelFormat format : {kRgb, kGray}) {
    for (const Size size : {Size{1, 1}, Size{8, 8}, Size{37, 29}, Size{150, 17}, Size{264, 24}}) {
      const Image picture = test::scene(size, format);
      const Image candidate = damaged(picture, 60);
      const Damage damage = damage_of(picture, candidate);
      const auto expected = GuardReference(picture.const_view(), candidate.const_view()).blocks();
      ASSERT_EQ(damage.blocks.size(), expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i) {
        EXPECT_NEAR(damage.blocks[i], expected[i], 2e-5 + 2e-5 * expected[i])
            << size.width << "x" << size.height << " block " << i;
      }
      EXPECT_NEAR(damage.whole, GuardReference::whole(expected), 1e-4);
    }
  }
}

TEST(Guard, SeesNothingWhereNothingIs) {
  const Image picture = test::scene({50, 40}, kRgb);
  const Damage damage = damage_of(picture, picture);
  EXPECT_EQ(damage.whole, 0);
  EXPECT_EQ(*std::max_element(damage.blocks.begin(), damage.blocks.end()), 0);
}

TEST(Guard, IsTheSameOnEveryInstructionSet) {
  const Image picture = test::scene({301, 70}, kRgb);
  const Image candidate = damaged(picture, 70);
  const Damage here = damage_of(picture, candidate);
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    const Damage damage = damage_of(picture, candidate);
    EXPECT_EQ(damage.blocks, here.blocks) << target;
    EXPECT_EQ(damage.whole, here.whole) << target;
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

TEST(Guard, TextureHidesWhatFlatAreasShow) {
  const Size size{64, 32};
  test::Random random(3);
  // The left half flat, the right one grained, the same error all over.
  const auto value = [&](std::int32_t x, std::int32_t, int) {
    return x < 32 ? 0.5 : 0.3 + 0.4 * random.unit();
  };
  const Image picture = test::make_picture(size, kGray, value);
  Image candidate = test::make_picture(size, kGray, [&](std::int32_t x, std::int32_t y, int) {
    const double sample = test::get_sample(picture.const_view(), x, y, 0);
    return sample + ((x + y) % 2 == 0 ? 4 : -4) / 255.0;
  });
  const Damage damage = damage_of(picture, candidate);
  EXPECT_GT(damage.blocks[0], 2 * damage.blocks[7]);
}

TEST(Guard, RefusesWhatItDoesNotKnow) {
  const Image picture = test::scene({20, 20}, kRgb);
  const auto guard = Guard::prepare(picture.const_view(), {});
  ASSERT_TRUE(guard.has_value());
  const Image other = test::scene({20, 21}, kRgb);
  EXPECT_EQ(guard->damage(other.const_view(), {}).error().code, ErrorCode::invalid_argument);
  const Image gray = test::scene({20, 20}, kGray);
  EXPECT_EQ(guard->damage(gray.const_view(), {}).error().code, ErrorCode::invalid_argument);
  const Image wide = test::scene({20, 20}, {.sample = SampleType::u16, .layout = Layout::rgb});
  EXPECT_EQ(Guard::prepare(wide.const_view(), {}).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(Guard::prepare({}, {}).error().code, ErrorCode::invalid_argument);
}

TEST(Guard, StopsWhenCancelledAndKeepsToItsMemory) {
  const Image picture = test::scene({200, 200}, kRgb);
  CancelToken cancel;
  cancel.cancel();
  Execution stopped;
  stopped.cancel = &cancel;
  EXPECT_EQ(Guard::prepare(picture.const_view(), stopped).error().code, ErrorCode::cancelled);
  Workspace small(1000);
  Execution little;
  little.workspace = &small;
  EXPECT_EQ(Guard::prepare(picture.const_view(), little).error().code, ErrorCode::limit_exceeded);
  const auto guard = Guard::prepare(picture.const_view(), {});
  EXPECT_EQ(guard->damage(picture.const_view(), stopped).error().code, ErrorCode::cancelled);
}

TEST(Guard, RaisesTheWeightsOfWhatIsWorseThanUsual) {
  const Score score{85};
  const auto usual = static_cast<float>(usual_damage(score));
  const Damage damage{.blocks = {0, usual, 1.5f * usual, 100 * usual}, .whole = 0};
  std::vector<float> weights{2, 3, 4, 5};
  EXPECT_EQ(raise_weights(damage, score, weights), 2u);
  EXPECT_EQ(weights[0], 2);
  EXPECT_EQ(weights[1], 3);
  EXPECT_NEAR(weights[2], 9, 1e-5);
  EXPECT_EQ(weights[3], 5 * kMostRaise);
  EXPECT_GT(usual_damage(Score{80}), usual_damage(Score{90}));
  EXPECT_GT(usual_damage(Score{100}), 0);
}

TEST(Guard, BelievesAScoreByTheWholePicturesDamage) {
  EXPECT_EQ(guarded_score({.blocks = {}, .whole = 0}).value, 100);
  double last = 100;
  for (const double whole : {0.3, 0.6, 1.0, 1.4, 5.0}) {
    const double score = guarded_score({.blocks = {}, .whole = whole}).value;
    EXPECT_LT(score, last);
    last = score;
  }
  EXPECT_NEAR(guarded_score({.blocks = {}, .whole = 1.01}).value, 85, 1e-9);
}

// The bound is what libjpeg-turbo's files keep to: but for a block in a hundred in the mean, and in
// no photograph many.
TEST(Guard, LeavesFilesOfLibjpegAlone) {
  LIMEN_NEEDS_DATA();
  double shares = 0;
  int photographs = 0;
  for (const auto& row : test::read_table("photos/manifest.tsv")) {
    const std::string& name = row.at("file");
    if (name.rfind("kodak/", 0) != 0) continue;
    const Image picture =
        std::move(decode(test::read_file(test::data_folder() / "photos" / name))->image);
    const auto metric = Ssimulacra2::prepare(picture.const_view());
    ASSERT_TRUE(metric.has_value());
    EncodeOptions options{.format = Format::jpeg, .mode = Quality{80}};
    options.chroma = ChromaSubsampling::yuv444;
    const auto trials = start_trials(picture.const_view(), options);
    ASSERT_TRUE(trials.has_value());
    int failed = 50;
    int passed = 99;
    while (passed - failed > 1) {
      const int middle = (failed + passed) / 2;
      const auto shown = (*trials)->show(middle);
      (metric->compare(*shown)->score.value >= 85 ? passed : failed) = middle;
    }
    const auto guard = Guard::prepare(picture.const_view(), {});
    const Damage damage = *guard->damage(*(*trials)->show(passed), {});
    std::vector<float> weights(damage.blocks.size(), 1);
    const double share = static_cast<double>(raise_weights(damage, Score{85}, weights)) /
                         static_cast<double>(weights.size());
    EXPECT_LT(share, 0.1) << name;
    EXPECT_GT(guarded_score(damage).value, 85) << name;
    shares += share;
    ++photographs;
  }
  ASSERT_GT(photographs, 0);
  EXPECT_LT(shares / photographs, 0.03);
  EXPECT_GT(shares, 0);
}

}  // namespace
}  // namespace limen
