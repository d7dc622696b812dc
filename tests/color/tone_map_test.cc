// SPDX-License-Identifier: Apache-2.0
#include "limen/color/tone_map.h"

#include <gtest/gtest.h>

#include <array>

#include "limen/color/icc.h"
#include "limen/color/transfer.h"
#include "tests/color/profiles.h"

namespace limen {
namespace {

using test::get_sample;
using Vector = std::array<double, 3>;

constexpr Cicp kPq{9, 16, 9, true};
constexpr Cicp kHlg{9, 18, 9, true};

// BT.2020 to BT.709 in linear light: the matrices of both standards' primaries, to six digits.
Vector bt709_from_bt2020(const Vector& v) {
  return {1.660491 * v[0] - 0.587641 * v[1] - 0.072850 * v[2],
          -0.124550 * v[0] + 1.132900 * v[1] - 0.008349 * v[2],
          -0.018151 * v[0] - 0.100579 * v[1] + 1.118730 * v[2]};
}

// A pixel the slow way, written from the steps that tone_map.h lists.
Vector oracle(const Vector& code, bool hlg) {
  Vector nits{};
  if (hlg) {
    Vector scene{};
    for (std::size_t c = 0; c < 3; ++c) scene[c] = scene_from_hlg(code[c]);
    const double luminance = 0.262700 * scene[0] + 0.677998 * scene[1] + 0.059302 * scene[2];
    for (std::size_t c = 0; c < 3; ++c) nits[c] = 1000 * std::pow(luminance, 0.2) * scene[c];
  } else {
    for (std::size_t c = 0; c < 3; ++c) nits[c] = nits_from_pq(code[c]);
  }
  const double peak = std::max({nits[0], nits[1], nits[2]});
  if (peak <= 0) return {0, 0, 0};
  Vector light = nits;
  for (double& v : light) v *= eetf_nits(peak) / peak / 203;
  Vector rgb = bt709_from_bt2020(light);
  const double gray = 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
  // The largest share of colour that stays inside, by bisection.
  double low = 0;
  double high = 1;
  const auto inside = [&](double keep) {
    return std::all_of(rgb.begin(), rgb.end(), [&](double v) {
      const double mixed = gray + keep * (v - gray);
      return mixed >= -1e-12 && mixed <= 1 + 1e-12;
    });
  };
  if (!inside(1)) {
    for (int i = 0; i < 60; ++i) (inside((low + high) / 2) ? low : high) = (low + high) / 2;
  } else {
    low = 1;
  }
  for (double& v : rgb) {
    v = srgb_from_linear(std::clamp(gray + low * (v - gray), 0.0, 1.0));
  }
  return rgb;
}

TEST(ToneMap, PqKnownValues) {
  EXPECT_NEAR(nits_from_pq(1.0), 10000, 1e-6);
  EXPECT_NEAR(nits_from_pq(0.0), 0, 1e-9);
  // BT.2408-7, table 1: 203 cd/m2 is 58 % PQ; and 100 cd/m2 51 %.
  EXPECT_NEAR(pq_from_nits(203), 0.58, 0.005);
  EXPECT_NEAR(pq_from_nits(100), 0.508078, 1e-6);
  for (double nits = 0.001; nits < 10000; nits *= 1.7) {
    EXPECT_NEAR(nits_from_pq(pq_from_nits(nits)) / nits, 1, 1e-9);
  }
}

TEST(ToneMap, HlgKnownValues) {
  EXPECT_NEAR(scene_from_hlg(0.5), 1.0 / 12, 1e-12);
  EXPECT_NEAR(scene_from_hlg(1.0), 1, 1e-7);
  // BT.2408-7, table 1: diffuse white is 75 % HLG, 203 cd/m2 on a display of 1000.
  EXPECT_NEAR(1000 * std::pow(scene_from_hlg(0.75), 1.2), 203, 0.5);
}

TEST(ToneMap, EetfIsIncreasingBelowTheKneeTheIdentityAndEndsAtThePeak) {
  double previous = -1;
  for (int i = 0; i <= 2000; ++i) {
    const double nits = nits_from_pq(pq_from_nits(1000) * i / 2000.0);
    const double mapped = eetf_nits(nits);
    EXPECT_GE(mapped, previous);
    EXPECT_LE(mapped, nits + 1e-9);
    previous = mapped;
  }
  EXPECT_EQ(eetf_nits(50), 50);
  EXPECT_EQ(eetf_nits(85), 85);
  EXPECT_NEAR(eetf_nits(1000), 203, 1e-6);
  EXPECT_NEAR(eetf_nits(5000), 203, 1e-6);
  EXPECT_NEAR(eetf_nits(203) / 203, 0.783, 0.001);
}

TEST(ToneMap, EqualsTheOracle) {
  for (const Cicp& cicp : {kPq, kHlg}) {
    for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
      const Image picture = test::noise({80, 50}, {sample, Layout::rgb}, 5);
      const auto result = tone_map_to_srgb(picture.view(), cicp);
      ASSERT_TRUE(result.has_value());
      double worst = 0;
      for (std::int32_t y = 0; y < 50; ++y) {
        for (std::int32_t x = 0; x < 80; ++x) {
          const Vector expected =
              oracle({get_sample(picture.view(), x, y, 0), get_sample(picture.view(), x, y, 1),
                      get_sample(picture.view(), x, y, 2)},
                     cicp.transfer == 18);
          for (int c = 0; c < 3; ++c) {
            worst = std::max(worst, std::fabs(get_sample(result->view(), x, y, c) -
                                              expected[static_cast<std::size_t>(c)]));
          }
        }
      }
      // The matrix in the oracle has six digits, and sRGB is steep near black.
      EXPECT_LT(worst, 0.5 / (sample == SampleType::u8 ? 255 : 65535) + 0.0001);
    }
  }
}

TEST(ToneMap, NeutralStaysNeutralAndMonotoneAndSaysWhite) {
  for (const Cicp& cicp : {kPq, kHlg}) {
    for (const Layout layout : {Layout::rgb, Layout::gray}) {
      const Image ramp = test::make_picture({4096, 1}, {SampleType::u16, layout},
                                            [](auto x, auto, auto) { return x / 4095.0; });
      const auto result = tone_map_to_srgb(ramp.view(), cicp);
      ASSERT_TRUE(result.has_value());
      double previous = 0;
      for (std::int32_t x = 0; x < 4096; ++x) {
        const double v = get_sample(result->view(), x, 0, 0);
        ASSERT_GE(v, previous) << x;
        previous = v;
        for (int c = 1; c < result->format().channels(); ++c) {
          ASSERT_EQ(get_sample(result->view(), x, 0, c), v);
        }
      }
      EXPECT_EQ(get_sample(result->view(), 0, 0, 0), 0.0);
      EXPECT_EQ(previous, 1.0);
    }
  }
  // Diffuse white: 0.78 of the light, 0.90 encoded.
  const Image white =
      test::make_picture({1, 1}, rgb16, [](auto, auto, auto) { return pq_from_nits(203); });
  const auto mapped = tone_map_to_srgb(white.view(), kPq);
  ASSERT_TRUE(mapped.has_value());
  EXPECT_NEAR(get_sample(mapped->view(), 0, 0, 1), 0.90, 0.01);
}

TEST(ToneMap, AlphaPassesAndToSrgbCallsIt) {
  for (const Layout layout : {Layout::rgba, Layout::gray_alpha}) {
    const Image picture = test::noise({20, 20}, {SampleType::u8, layout});
    ColorDescription description;
    description.cicp = kPq;
    const auto a = to_srgb(picture.view(), description);
    const auto b = tone_map_to_srgb(picture.view(), kPq);
    ASSERT_TRUE(a.has_value() && b.has_value());
    const int channels = picture.format().channels();
    for (std::int32_t y = 0; y < 20; ++y) {
      for (std::int32_t x = 0; x < 20; ++x) {
        ASSERT_EQ(get_sample(b->view(), x, y, channels - 1),
                  get_sample(picture.view(), x, y, channels - 1));
        for (int c = 0; c < channels; ++c) {
          ASSERT_EQ(get_sample(a->view(), x, y, c), get_sample(b->view(), x, y, c));
        }
      }
    }
  }
}

TEST(ToneMap, OutOfGamutKeepsItsLuminance) {
  // Pure BT.2020 green at 50 cd/m2 lies outside BT.709.
  const Image green = test::make_picture(
      {1, 1}, rgb16, [](auto, auto, int c) { return c == 1 ? pq_from_nits(50) : 0.0; });
  const auto result = tone_map_to_srgb(green.view(), kPq);
  ASSERT_TRUE(result.has_value());
  Vector linear{};
  for (int c = 0; c < 3; ++c) {
    linear[static_cast<std::size_t>(c)] = linear_from_srgb(get_sample(result->view(), 0, 0, c));
  }
  EXPECT_NEAR(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2], 0.678 * 50 / 203, 1e-3);
  EXPECT_EQ(std::min({linear[0], linear[1], linear[2]}), 0.0);
}

TEST(ToneMap, Refusals) {
  const Image rgb = test::noise({2, 2}, rgb8);
  const auto sdr = tone_map_to_srgb(rgb.view(), Cicp{9, 13, 0, true});
  ASSERT_FALSE(sdr.has_value());
  EXPECT_EQ(sdr.error().code, ErrorCode::unsupported);
  const auto primaries = tone_map_to_srgb(rgb.view(), Cicp{10, 16, 0, true});
  ASSERT_FALSE(primaries.has_value());
  EXPECT_EQ(primaries.error().code, ErrorCode::unsupported);
  const Image ink = test::noise({2, 2}, cmyk8);
  const auto cmyk = tone_map_to_srgb(ink.view(), kPq);
  ASSERT_FALSE(cmyk.has_value());
  EXPECT_EQ(cmyk.error().code, ErrorCode::invalid_argument);
  CancelToken cancel;
  cancel.cancel();
  const auto stopped = tone_map_to_srgb(rgb.view(), kPq, {.cancel = &cancel});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  Workspace tight(100);
  const auto refused = tone_map_to_srgb(rgb.view(), kPq, {.workspace = &tight});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().limit, Limit::working_memory);
}

}  // namespace
}  // namespace limen
