// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/ssimulacra2.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tests/pictures.h"
#include "tests/quality/on_target.h"
#include "tests/reference/ssimulacra2_reference.h"

namespace limen::test {
namespace {

// The picture with noise added: `strength` of the range.
Image disturbed(const ConstImageView& picture, double strength, std::uint64_t seed = 7) {
  Random random(seed);
  return make_picture(picture.size, picture.format, [&](auto x, auto y, int c) {
    const double v = get_sample(picture, x, y, c) + strength * (random.unit() - 0.5);
    return std::min(1.0, std::max(0.0, v));
  });
}

double score(const ConstImageView& original, const ConstImageView& candidate) {
  const auto result = ssimulacra2(original, candidate);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? result->score.value : -1e9;
}

TEST(Ssimulacra2, EqualsTheDefinitionOnMadePictures) {
  const Size sizes[] = {{1, 1},  {7, 5},   {8, 8},   {9, 17},  {16, 16},   {15, 33},
                        {31, 9}, {33, 64}, {65, 67}, {127, 3}, {130, 131}, {257, 100}};
  for (const Size size : sizes) {
    for (const PixelFormat format : {rgb8, rgba8, gray8, gray_alpha8, rgb16, rgba16}) {
      const Image original = scene(size, format);
      for (const double strength : {0.02, 0.1, 0.5}) {
        const Image candidate = disturbed(original.view(), strength);
        const double expected = ssimulacra2_reference(original.view(), candidate.view());
        for (const std::string& target : targets()) {
          const OnTarget on(target);
          EXPECT_NEAR(score(original.view(), candidate.view()), expected, 0.02)
              << size.width << "x" << size.height << " channels " << format.channels() << " noise "
              << strength << " on " << target;
        }
      }
    }
  }
}

// Blocks whose scores differ by less than rounding may be taken for one another, so the place is
// judged by what the oracle says of it.
void expect_worst_block(const ConstImageView& original, const ConstImageView& candidate,
                        const std::string& what) {
  const auto blocks = local_scores(original, candidate, 64, 32);
  const auto worst = std::min_element(blocks.begin(), blocks.end(),
                                      [](auto& a, auto& b) { return a.score < b.score; });
  const double tolerance = 0.01 + 1e-4 * std::abs(worst->score);
  const auto found = ssimulacra2(original, candidate);
  ASSERT_TRUE(found.has_value()) << what;
  EXPECT_NEAR(found->worst_block.value, worst->score, tolerance) << what;
  ASSERT_TRUE(lies_inside(found->worst_block_at, original.size)) << what;
  const auto same = std::find_if(blocks.begin(), blocks.end(), [&](const LocalScore& block) {
    const Rect& at = found->worst_block_at;
    return block.window.x == at.x && block.window.y == at.y &&
           std::min(64, original.size.width - at.x) == at.width &&
           std::min(64, original.size.height - at.y) == at.height;
  });
  ASSERT_NE(same, blocks.end()) << what;
  EXPECT_NEAR(same->score, worst->score, tolerance) << what;
}

TEST(Ssimulacra2, WorstBlockEqualsItsDefinition) {
  const Size sizes[] = {{1, 1},   {7, 5},    {8, 8},   {9, 17},    {63, 65},  {64, 64},
                        {65, 64}, {127, 33}, {16, 80}, {200, 130}, {150, 257}};
  for (const Size size : sizes) {
    for (const PixelFormat format : {rgb8, rgba8, gray16}) {
      const Image original = scene(size, format);
      // Noise that grows towards the lower right: no two blocks are alike.
      Random random(3);
      const Image candidate = make_picture(size, format, [&](int x, int y, int c) {
        const double strength = 0.3 * (x + 2.0 * y) / (size.width + 2.0 * size.height);
        const double v = get_sample(original.view(), x, y, c) + strength * (random.unit() - 0.5);
        return std::min(1.0, std::max(0.0, v));
      });
      for (const std::string& target : targets()) {
        const OnTarget on(target);
        expect_worst_block(original.view(), candidate.view(),
                           std::to_string(size.width) + "x" + std::to_string(size.height) +
                               " channels " + std::to_string(format.channels()) + " on " + target);
      }
    }
  }
}

TEST(Ssimulacra2, DamageInOnePlaceIsFoundThere) {
  const Size size{400, 300};
  const Image original = make_picture(size, rgb8, [](int x, int, int) { return 0.4 + x * 0.0005; });
  const Point spots[] = {{0, 0}, {390, 290}, {0, 290}, {200, 150}, {333, 40}};
  for (const Point spot : spots) {
    Random random(5);
    const Image candidate = make_picture(size, rgb8, [&](int x, int y, int c) {
      const double noise = random.unit() - 0.5;
      const bool inside = std::abs(x - spot.x) < 10 && std::abs(y - spot.y) < 10;
      return get_sample(original.view(), x, y, c) + (inside ? 0.3 * noise : 0.0);
    });
    const auto found = ssimulacra2(original.view(), candidate.view());
    ASSERT_TRUE(found.has_value());
    EXPECT_LT(found->worst_block.value, found->score.value - 10);
    const Rect& at = found->worst_block_at;
    EXPECT_TRUE(spot.x >= at.x && spot.x < at.x + at.width && spot.y >= at.y &&
                spot.y < at.y + at.height)
        << "damage at " << spot.x << "," << spot.y << " found at " << at.x << "," << at.y;
    expect_worst_block(original.view(), candidate.view(), "one spot");
  }
}

TEST(Ssimulacra2, ADamagedPictureOfOneBlockIsItsOwnWorstBlock) {
  for (const Size size : {Size{1, 1}, Size{20, 3}, Size{64, 64}, Size{50, 63}}) {
    const Image original = scene(size, rgb8);
    const auto found = ssimulacra2(original.view(), disturbed(original.view(), 0.2).view());
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(found->worst_block.value, found->score.value, 1e-9);
    EXPECT_EQ(found->worst_block_at, whole(size));
  }
}

TEST(Ssimulacra2, FlatAndHardPicturesToo) {
  const Size size{97, 61};
  const auto flat = [&](double v) {
    return make_picture(size, rgb8, [v](auto, auto, auto) { return v; });
  };
  const Image pictures[] = {
      flat(0),          flat(1), flat(0.5), hard_edges(size, rgb8), zone_plate(size, rgb8),
      noise(size, rgb8)};
  for (const Image& original : pictures) {
    for (const double strength : {0.01, 0.05, 1.0}) {
      const Image candidate = disturbed(original.view(), strength);
      const double expected = ssimulacra2_reference(original.view(), candidate.view());
      EXPECT_NEAR(score(original.view(), candidate.view()), expected,
                  0.02 + 1e-4 * std::abs(expected));
      expect_worst_block(original.view(), candidate.view(), "flat or hard");
    }
  }
}

TEST(Ssimulacra2, IdenticalIsAHundredAndWorseIsLower) {
  for (const PixelFormat format : {rgb8, gray16, rgba8}) {
    const Image original = scene({120, 90}, format);
    EXPECT_EQ(score(original.view(), original.view()), 100.0);
    EXPECT_EQ(ssimulacra2(original.view(), original.view())->worst_block.value, 100.0);
    double last = 100;
    for (const double strength : {0.02, 0.05, 0.1, 0.3, 1.0}) {
      const double now = score(original.view(), disturbed(original.view(), strength).view());
      EXPECT_LT(now, last);
      EXPECT_TRUE(std::isfinite(now));
      last = now;
    }
  }
}

TEST(Ssimulacra2, TargetsAgree) {
  const Image original = scene({413, 239}, rgb8);
  const Image candidate = disturbed(original.view(), 0.08);
  double least = 1e9, most = -1e9, least_block = 1e9, most_block = -1e9;
  for (const std::string& target : targets()) {
    const OnTarget on(target);
    const auto now = ssimulacra2(original.view(), candidate.view());
    least = std::min(least, now->score.value);
    most = std::max(most, now->score.value);
    least_block = std::min(least_block, now->worst_block.value);
    most_block = std::max(most_block, now->worst_block.value);
  }
  EXPECT_LE(most - least, 0.001);
  EXPECT_LE(most_block - least_block, 0.01);
}

TEST(Ssimulacra2, TransparencyIsSeenOnDarkAndLight) {
  const Size size{64, 64};
  // A white disc on transparency: its fading shows on dark alone.
  const auto disc = [&](double white) {
    return make_picture(size, rgba8, [=](int x, int y, int c) {
      const bool inside = std::hypot(x - 32, y - 32) < 20;
      return c == 3 ? (inside ? 0.9 : 0.0) : white;
    });
  };
  const Image original = disc(0.9), faded = disc(0.8);
  EXPECT_LT(score(original.view(), faded.view()), 90);
  // What is invisible does not count, whatever its colour.
  const auto hidden = [&](double v) {
    return make_picture(size, rgba8, [v](auto, auto, int c) { return c == 3 ? 0.0 : v; });
  };
  EXPECT_EQ(score(hidden(0.1).view(), hidden(0.9).view()), 100.0);
  // An opaque picture with an alpha channel is the picture without it.
  const Image plain = scene(size, rgb8), noisy = disturbed(plain.view(), 0.1);
  const auto with_alpha = [&](const Image& picture) {
    return make_picture(size, rgba8, [&](int x, int y, int c) {
      return c == 3 ? 1.0 : get_sample(picture.view(), x, y, c);
    });
  };
  EXPECT_EQ(score(plain.view(), noisy.view()), score(plain.view(), with_alpha(noisy).view()));
  EXPECT_EQ(score(plain.view(), noisy.view()), score(with_alpha(plain).view(), noisy.view()));
}

TEST(Ssimulacra2, MisuseIsNamed) {
  const Image a = scene({20, 20}, rgb8), b = scene({20, 21}, rgb8);
  const auto mismatched = ssimulacra2(a.view(), b.view());
  ASSERT_FALSE(mismatched.has_value());
  EXPECT_EQ(mismatched.error().code, ErrorCode::invalid_argument);
  EXPECT_NE(mismatched.error().message.find("20x21"), std::string::npos);
  const Image floats = scene({20, 20}, rgb_f32);
  EXPECT_EQ(ssimulacra2(floats.view(), floats.view()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(ssimulacra2({}, {}).error().code, ErrorCode::invalid_argument);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(ssimulacra2(a.view(), a.view(), {.cancel = &token}).error().code, ErrorCode::cancelled);
  Workspace small(10'000);
  EXPECT_EQ(ssimulacra2(a.view(), a.view(), {.workspace = &small}).error().code,
            ErrorCode::limit_exceeded);
}

TEST(Ssimulacra2, ComparingAgainTakesNoNewMemory) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  const Image original = scene({200, 150}, rgb8);
  const Image candidate = disturbed(original.view(), 0.1);
  const auto prepared = Ssimulacra2::prepare(original.view(), execution);
  ASSERT_TRUE(prepared.has_value());
  const std::uint64_t held = workspace.bytes_in_use();
  const auto first = prepared->compare(candidate.view(), execution);
  const auto second = prepared->compare(candidate.view(), execution);
  EXPECT_EQ(first->score, second->score);
  EXPECT_EQ(first->worst_block_at, second->worst_block_at);
  EXPECT_EQ(workspace.bytes_in_use(), held);
}

}  // namespace
}  // namespace limen::test
