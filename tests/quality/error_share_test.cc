// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/error_share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "limen/quality/ssimulacra2.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

// A candidate with an error of some levels in a rectangle.
Image with_error(const Image& original, Rect at, int levels) {
  Image candidate = *Image::create(original.size(), original.format());
  copy_pixels(original.const_view(), candidate.view());
  const int channels = original.format().channels();
  for (std::int32_t y = at.y; y < at.y + at.height; ++y) {
    auto* row = candidate.view().row_as<std::uint8_t>(y);
    for (std::int32_t x = at.x; x < at.x + at.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        const double error = levels * std::sin(2.1 * x + 1.3 * y);
        auto& value = row[channels * x + c];
        value = static_cast<std::uint8_t>(std::clamp(value + std::lround(error), 0l, 255l));
      }
    }
  }
  return candidate;
}

TEST(ErrorShare, LiesWhereTheErrorIs) {
  for (const PixelFormat format : {gray8, rgb8}) {
    const Image original = scene({165, 150}, format);
    const Image candidate = with_error(original, {64, 64, 32, 32}, 9);
    const auto shares = share_loss(original.const_view(), candidate.const_view(), {});
    ASSERT_TRUE(shares.has_value());
    ASSERT_EQ(shares->size(), 21u * 19);
    double all = 0, inside = 0;
    for (std::size_t y = 0; y < 19; ++y) {
      for (std::size_t x = 0; x < 21; ++x) {
        const double share = static_cast<double>((*shares)[21 * y + x]);
        EXPECT_GE(share, 0);
        all += share;
        if (x >= 8 && x < 12 && y >= 8 && y < 12) inside += share;
      }
    }
    EXPECT_GT(inside, 0);
    EXPECT_EQ(inside, all);
  }
}

TEST(ErrorShare, WhatCostsMoreScoreHasTheLargerShare) {
  // The same error in the smooth half of a picture and in its noise, which hides it.
  Image original = noise({256, 128}, rgb8);
  const Image smooth = scene({128, 128}, rgb8);
  copy_pixels(smooth.const_view(), subview(original.view(), {0, 0, 128, 128}));
  const auto metric = *Ssimulacra2::prepare(original.view());
  const Rect halves[] = {{0, 0, 128, 128}, {128, 0, 128, 128}};
  double lost[2], share[2];
  const Image both = with_error(original, {0, 0, 256, 128}, 6);
  const auto shares = share_loss(original.const_view(), both.const_view(), {});
  ASSERT_TRUE(shares.has_value());
  for (std::size_t half = 0; half < 2; ++half) {
    const Image candidate = with_error(original, halves[half], 6);
    lost[half] = 100 - metric.compare(candidate.view())->score.value;
    share[half] = 0;
    for (std::size_t i = 0; i < shares->size(); ++i) {
      if (i % 32 / 16 == half) share[half] += static_cast<double>((*shares)[i]);
    }
  }
  EXPECT_GT(lost[0], lost[1] + 3);
  EXPECT_GT(share[0], 2 * share[1]);
}

TEST(ErrorShare, StripsOfALargePictureAgreeWithTheWhole) {
  // 2.6 megapixels of one pattern: two strips, each of which is as a part of it by itself.
  const Image part = scene({4096, 320}, gray8);
  const auto doubled = [&](const Image& half) {
    Image whole = *Image::create({4096, 640}, gray8);
    copy_pixels(half.const_view(), subview(whole.view(), {0, 0, 4096, 320}));
    copy_pixels(half.const_view(), subview(whole.view(), {0, 320, 4096, 320}));
    return whole;
  };
  const Image worse = with_error(part, {0, 0, 4096, 320}, 5);
  const auto alone = share_loss(part.const_view(), worse.const_view(), {});
  const Image original = doubled(part);
  const Image candidate = doubled(worse);
  const auto whole = share_loss(original.const_view(), candidate.const_view(), {});
  ASSERT_TRUE(alone.has_value() && whole.has_value());
  ASSERT_EQ(whole->size(), 2 * alone->size());
  const double sum = std::accumulate(alone->begin(), alone->end(), 0.0);
  EXPECT_NEAR(std::accumulate(whole->begin(), whole->end(), 0.0), sum, 0.1 * sum);
}

TEST(ErrorShare, BlocksWhoseErrorsAreSeenWeighMore) {
  std::vector<float> shares(40, 1.0f);
  const std::vector<float> errors(40, 2.0f);
  std::fill(shares.begin() + 20, shares.end(), 4.0f);
  const std::vector<float> weights = block_weights(shares, errors);
  ASSERT_EQ(weights.size(), 40u);
  EXPECT_LT(weights.front(), 1);
  EXPECT_GT(weights.back(), 1);
  // The same share of half the error matters the more.
  std::vector<float> halved = errors;
  std::fill(halved.begin() + 20, halved.end(), 1.0f);
  const std::vector<float> steeper = block_weights(shares, halved);
  EXPECT_GT(steeper.back() / steeper.front(), weights.back() / weights.front());
  // Bounds.
  shares.assign(40, 0.0f);
  shares[7] = 1e9f;
  for (const float weight : block_weights(shares, errors)) {
    EXPECT_GE(weight, 1.0f / 16);
    EXPECT_LE(weight, 16.0f);
  }
}

TEST(ErrorShare, KnowsNothingWhereNothingIsLost) {
  const Image picture = scene({40, 24}, rgb8);
  const auto shares = share_loss(picture.const_view(), picture.const_view(), {});
  ASSERT_TRUE(shares.has_value());
  const std::vector<float> errors(shares->size(), 0.0f);
  for (const float weight : block_weights(*shares, errors)) EXPECT_EQ(weight, 1);
}

TEST(ErrorShare, CanBeCancelledAndKeepsToItsMemory) {
  const Image picture = scene({400, 320}, rgb8);
  CancelToken token;
  token.cancel();
  const auto cancelled = share_loss(picture.const_view(), picture.const_view(), {.cancel = &token});
  ASSERT_FALSE(cancelled.has_value());
  EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
  Workspace small(100'000);
  const auto cramped =
      share_loss(picture.const_view(), picture.const_view(), {.workspace = &small});
  ASSERT_FALSE(cramped.has_value());
  EXPECT_EQ(cramped.error().code, ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace limen::test
