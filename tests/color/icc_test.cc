// SPDX-License-Identifier: Apache-2.0
#include "limen/color/icc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/color/profiles.h"

namespace limen {
namespace {

using test::noise;
using testing::HasSubstr;
using testing::IsEmpty;

ColorDescription with_icc(Bytes icc) {
  ColorDescription description;
  description.icc = std::move(icc);
  return description;
}

bool same_pixels(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || !(a.format == b.format)) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

// Noise visits saturated colours and black more than any photograph.
void expect_as_lcms(const Bytes& icc, Layout layout) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    const Image picture = noise({101, 67}, {sample, layout});
    const auto description = with_icc(icc);
    const auto plan = plan_srgb(description, layout);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::icc);
    EXPECT_THAT(plan->note, IsEmpty());
    EXPECT_EQ(plan->before_resize, layout == Layout::cmyk);
    const auto result = to_srgb(picture.view(), description);
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_EQ(result->format().layout, layout == Layout::cmyk ? Layout::rgb : layout);
    EXPECT_EQ(result->format().sample, sample);
    const double off =
        test::largest_difference(result->view(), test::lcms_oracle(icc, picture.view()));
    EXPECT_LT(off, sample == SampleType::u8 ? 1.0 / 255 : 1.0 / 65535);
    if (has_alpha(layout)) {
      const int alpha = result->format().channels() - 1;
      for (std::int32_t y = 0; y < 67; ++y) {
        for (std::int32_t x = 0; x < 101; ++x) {
          ASSERT_EQ(test::get_sample(result->view(), x, y, alpha),
                    test::get_sample(picture.view(), x, y, alpha));
        }
      }
    }
  }
}

TEST(Icc, DisplayP3AsLittleCms) {
  expect_as_lcms(test::rgb_profile(test::kDisplayP3, 0, L"Display P3"), Layout::rgb);
  expect_as_lcms(test::rgb_profile(test::kDisplayP3, 0, L"Display P3", 2.1), Layout::rgba);
}

TEST(Icc, AdobeRgbAsLittleCms) {
  expect_as_lcms(test::rgb_profile(test::kAdobeRgb, 563 / 256.0, L"Adobe RGB (1998)", 2.1),
                 Layout::rgb);
}

TEST(Icc, ProPhotoAndLinearAsLittleCms) {
  expect_as_lcms(test::rgb_profile(test::kProPhoto, 1.8, L"ProPhoto"), Layout::rgba);
  expect_as_lcms(test::rgb_profile(test::kBt709, 1.0, L"linear"), Layout::rgb);
}

TEST(Icc, GrayStaysGrayAsLittleCms) {
  expect_as_lcms(test::gray_profile(1.8), Layout::gray);
  expect_as_lcms(test::gray_profile(2.2), Layout::gray_alpha);
}

TEST(Icc, CmykTablesAsLittleCms) { expect_as_lcms(test::cmyk_profile(), Layout::cmyk); }

TEST(Icc, CmykBlackIsBlackAndPaperWhite) {
  Image picture = test::make_picture({2, 1}, cmyk8, [](auto x, auto, auto) { return x; });
  const auto result = to_srgb(picture.view(), with_icc(test::cmyk_profile()));
  ASSERT_TRUE(result.has_value());
  for (int c = 0; c < 3; ++c) {
    EXPECT_GT(test::get_sample(result->view(), 0, 0, c), 0.98) << c;
    EXPECT_LT(test::get_sample(result->view(), 1, 0, c), 0.08) << c;
  }
}

TEST(Icc, DescriptionIsReported) {
  const auto plan =
      plan_srgb(with_icc(test::rgb_profile(test::kDisplayP3, 0, L"P3 \u00fc\n")), Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->source, "P3 \xC3\xBC");
}

TEST(Icc, ProfileThatIsSrgbNeedsNothing) {
  for (const double version : {2.1, 4.3}) {
    const auto description = with_icc(test::rgb_profile(test::kBt709, 0, L"my sRGB", version));
    for (const Layout layout : {Layout::rgb, Layout::rgba}) {
      const auto plan = plan_srgb(description, layout);
      ASSERT_TRUE(plan.has_value());
      EXPECT_EQ(plan->action, ColorAction::none);
      EXPECT_EQ(plan->source, "my sRGB");
      EXPECT_THAT(plan->note, IsEmpty());
    }
  }
  const auto gray = plan_srgb(with_icc(test::gray_profile(0)), Layout::gray);
  ASSERT_TRUE(gray.has_value());
  EXPECT_EQ(gray->action, ColorAction::none);
  // A gamma of 2.2 is not sRGB's curve.
  const auto pure = plan_srgb(with_icc(test::rgb_profile(test::kBt709, 2.2, L"sRGB")), Layout::rgb);
  ASSERT_TRUE(pure.has_value());
  EXPECT_EQ(pure->action, ColorAction::icc);
}

TEST(Icc, UntaggedIsCopied) {
  for (const Layout layout : {Layout::gray, Layout::gray_alpha, Layout::rgb, Layout::rgba}) {
    const Image picture = noise({33, 9}, {SampleType::u16, layout});
    const auto plan = plan_srgb({}, layout);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::none);
    const auto result = to_srgb(picture.view(), {});
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(same_pixels(result->view(), picture.view()));
  }
}

TEST(Icc, ProfileForAnotherLayoutIsIgnoredWithANote) {
  const Bytes p3 = test::rgb_profile(test::kDisplayP3, 0, L"P3");
  struct Case {
    Bytes icc;
    Layout layout;
    const char* says;
  };
  for (const Case& c : {Case{p3, Layout::gray, "RGB, the picture is gray"},
                        Case{test::gray_profile(2.2), Layout::rgb, "gray, the picture is RGB"},
                        Case{test::cmyk_profile(), Layout::rgba, "CMYK, the picture is RGB"}}) {
    const auto plan = plan_srgb(with_icc(c.icc), c.layout);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::none);
    EXPECT_THAT(plan->note, HasSubstr(c.says));
    const Image picture = noise({5, 5}, {SampleType::u8, c.layout});
    const auto result = to_srgb(picture.view(), with_icc(c.icc));
    ASSERT_TRUE(result.has_value());
    EXPECT_TRUE(same_pixels(result->view(), picture.view()));
  }
  const auto cmyk = plan_srgb(with_icc(p3), Layout::cmyk);
  ASSERT_TRUE(cmyk.has_value());
  EXPECT_EQ(cmyk->action, ColorAction::approximate_cmyk);
  EXPECT_THAT(cmyk->note, HasSubstr("the profile is for RGB"));
}

TEST(Icc, CmykWithoutProfileIsApproximate) {
  const auto plan = plan_srgb({}, Layout::cmyk);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->action, ColorAction::approximate_cmyk);
  EXPECT_TRUE(plan->before_resize);
  EXPECT_THAT(plan->note, HasSubstr("simple model"));
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    const Image picture = noise({40, 20}, {sample, Layout::cmyk});
    const auto result = to_srgb(picture.view(), {});
    ASSERT_TRUE(result.has_value());
    const double step = sample == SampleType::u8 ? 255 : 65535;
    for (std::int32_t y = 0; y < 20; ++y) {
      for (std::int32_t x = 0; x < 40; ++x) {
        for (int c = 0; c < 3; ++c) {
          const double exact = (1 - test::get_sample(picture.view(), x, y, c)) *
                               (1 - test::get_sample(picture.view(), x, y, 3));
          ASSERT_NEAR(test::get_sample(result->view(), x, y, c) * step, exact * step, 0.5 + 1e-6);
        }
      }
    }
  }
}

// Every way of damaging a profile ends in a plan and a picture, or in the same without the profile.
TEST(Icc, DamagedProfiles) {
  const Image rgb = noise({4, 4}, rgb8);
  const Image cmyk = noise({4, 4}, cmyk8);
  test::Random random(11);
  int ignored = 0;
  for (const bool is_cmyk : {false, true}) {
    const Bytes whole =
        is_cmyk ? test::cmyk_profile() : test::rgb_profile(test::kAdobeRgb, 2.2, L"Adobe");
    const ConstImageView picture = is_cmyk ? cmyk.view() : rgb.view();
    for (int i = 0; i < 300; ++i) {
      Bytes bytes = whole;
      if (i % 3 == 0) {
        bytes.resize(random.below(static_cast<std::uint32_t>(bytes.size())));
      } else {
        // The header and the tag table are where damage goes furthest.
        const std::uint32_t reach = i % 3 == 1 ? 400 : static_cast<std::uint32_t>(bytes.size());
        for (int k = 0; k < 1 + i % 7; ++k) {
          bytes[random.below(std::min(reach, static_cast<std::uint32_t>(bytes.size())))] =
              static_cast<std::byte>(random.below(256));
        }
      }
      const auto description = with_icc(bytes);
      const auto plan = plan_srgb(description, picture.format.layout);
      ASSERT_TRUE(plan.has_value());
      if (plan->action != ColorAction::icc && !bytes.empty()) {
        ++ignored;
        EXPECT_TRUE(!plan->note.empty() || plan->action == ColorAction::none);
      }
      const auto result = to_srgb(picture, description);
      ASSERT_TRUE(result.has_value()) << result.error().message;
    }
  }
  EXPECT_GT(ignored, 100);
  const auto plan = plan_srgb(with_icc(Bytes(200, std::byte{'x'})), Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->action, ColorAction::none);
  EXPECT_THAT(plan->note, HasSubstr("damaged"));
}

void put32(Bytes& bytes, std::size_t at, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) {
    bytes[at + static_cast<std::size_t>(i)] = static_cast<std::byte>(value >> (24 - 8 * i));
  }
}

// A hand-made CMYK profile whose table says it has 255 nodes along each of four inks: 12 billion.
TEST(Icc, TableBombIsIgnored) {
  for (const unsigned nodes : {60u, 90u, 255u}) {
    Bytes bomb = test::cmyk_profile();
    std::size_t at = 0;
    for (std::size_t i = 128; i + 4 < bomb.size() && at == 0; ++i) {
      if (std::memcmp(&bomb[i], "mft2", 4) == 0) at = i;
    }
    ASSERT_NE(at, 0u);
    bomb[at + 10] = static_cast<std::byte>(nodes);
    Workspace workspace(48'000'000);
    const auto plan = plan_srgb(with_icc(bomb), Layout::cmyk);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::approximate_cmyk);
    EXPECT_THAT(plan->note, HasSubstr("damaged"));
    const Image picture = noise({4, 4}, cmyk8);
    const auto result = to_srgb(picture.view(), with_icc(bomb), {.workspace = &workspace});
    ASSERT_TRUE(result.has_value()) << result.error().message;
    EXPECT_LE(workspace.peak_bytes(), 34'000'000u);
  }
}

// A count of multi-process elements costs time that no size bounds, so none of them is used.
TEST(Icc, MultiProcessElementsAreNotUsed) {
  const std::size_t elements = 20'000;
  Bytes bomb = test::rgb_profile(test::kAdobeRgb, 2.2, L"Adobe");
  // The tag table is rebuilt with one more entry, so offsets move by 12.
  const auto get32 = [&](std::size_t at) {
    std::uint32_t v = 0;
    for (std::size_t i = 0; i < 4; ++i) v = v << 8 | static_cast<std::uint32_t>(bomb[at + i]);
    return v;
  };
  const std::uint32_t tags = get32(128);
  for (std::uint32_t i = 0; i < tags; ++i) put32(bomb, 136 + 12 * i, get32(136 + 12 * i) + 12);
  const std::size_t entry = 132 + 12 * tags;
  bomb.insert(bomb.begin() + static_cast<std::ptrdiff_t>(entry), 12, std::byte{0});
  while (bomb.size() % 4 != 0) bomb.push_back(std::byte{0});
  const std::size_t tag = bomb.size();
  bomb.resize(tag + 16 + 8 * elements + 12 + 48);
  std::memcpy(&bomb[tag], "mpet", 4);
  put32(bomb, tag + 8, 3u << 16 | 3u);
  put32(bomb, tag + 12, static_cast<std::uint32_t>(elements));
  const std::size_t matrix = 16 + 8 * elements;
  for (std::size_t i = 0; i < elements; ++i) {
    put32(bomb, tag + 16 + 8 * i, static_cast<std::uint32_t>(matrix));
    put32(bomb, tag + 20 + 8 * i, 60);
  }
  std::memcpy(&bomb[tag + matrix], "matf", 4);
  put32(bomb, tag + matrix + 8, 3u << 16 | 3u);
  for (const std::size_t i : {0u, 4u, 8u}) put32(bomb, tag + matrix + 12 + 4 * i, 0x3F800000);
  std::memcpy(&bomb[entry], "D2B0", 4);
  put32(bomb, entry + 4, static_cast<std::uint32_t>(tag));
  put32(bomb, entry + 8, static_cast<std::uint32_t>(bomb.size() - tag));
  put32(bomb, 128, tags + 1);
  put32(bomb, 0, static_cast<std::uint32_t>(bomb.size()));

  const Image picture = noise({30, 30}, rgb8);
  const auto result = to_srgb(picture.view(), with_icc(bomb));
  ASSERT_TRUE(result.has_value());
  const auto plain =
      to_srgb(picture.view(), with_icc(test::rgb_profile(test::kAdobeRgb, 2.2, L"Adobe")));
  ASSERT_TRUE(plain.has_value());
  EXPECT_TRUE(same_pixels(result->view(), plain->view()));
}

TEST(Icc, MemoryIsCountedAndLimited) {
  const auto description = with_icc(test::cmyk_profile());
  const Image picture = noise({64, 64}, cmyk8);
  Workspace roomy(16'000'000);
  const auto result = to_srgb(picture.view(), description, {.workspace = &roomy});
  ASSERT_TRUE(result.has_value());
  EXPECT_GE(roomy.peak_bytes(), 1u << 20);
  // The profile's memory is given back; the picture's stays.
  EXPECT_LT(roomy.bytes_in_use(), 20'000u);
  Workspace tight(500'000);
  const auto refused = to_srgb(picture.view(), description, {.workspace = &tight});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(refused.error().limit, Limit::working_memory);
  EXPECT_EQ(tight.bytes_in_use(), 0u);
}

TEST(Icc, CancelAndBadArguments) {
  const auto description = with_icc(test::rgb_profile(test::kDisplayP3, 0, L"P3"));
  const Image picture = noise({8, 8}, rgb8);
  CancelToken cancel;
  cancel.cancel();
  const auto stopped = to_srgb(picture.view(), description, {.cancel = &cancel});
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  const auto empty = to_srgb(ConstImageView{}, description);
  ASSERT_FALSE(empty.has_value());
  EXPECT_EQ(empty.error().code, ErrorCode::invalid_argument);
  Image multiplied = noise({8, 8}, rgba8);
  multiplied.relabel({SampleType::u8, Layout::rgba, AlphaMode::premultiplied});
  for (const Image& bad : {noise({8, 8}, rgb_f32), std::move(multiplied)}) {
    const auto refused = to_srgb(bad.view(), description);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
}

TEST(Cicp, AsTheSameIccProfile) {
  struct Case {
    std::uint16_t primaries, transfer;
    Chromaticities chromaticities;
    double gamma;
  };
  const Chromaticities bt2020{0.3127, 0.3290, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046};
  for (const Case& c :
       {Case{12, 13, test::kDisplayP3, 0}, Case{9, 14, bt2020, 0}, Case{9, 8, bt2020, 1},
        Case{1, 4, test::kBt709, 2.2}, Case{12, 5, test::kDisplayP3, 2.8}}) {
    for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
      ColorDescription description;
      description.cicp = Cicp{c.primaries, c.transfer, 0, true};
      const auto plan = plan_srgb(description, Layout::rgb);
      ASSERT_TRUE(plan.has_value());
      EXPECT_EQ(plan->action, ColorAction::cicp);
      const Image picture = noise({50, 50}, {sample, Layout::rgb});
      const auto result = to_srgb(picture.view(), description);
      ASSERT_TRUE(result.has_value());
      const Bytes icc = test::rgb_profile(c.chromaticities, c.gamma, L"made");
      // A saved profile has 16-bit fractions, so the 16-bit results differ by a little.
      EXPECT_LT(test::largest_difference(result->view(), test::lcms_oracle(icc, picture.view())),
                sample == SampleType::u8 ? 1.0 / 255 : 40.0 / 65535)
          << plan->source;
    }
  }
}

TEST(Cicp, WhatNeedsNothing) {
  for (const auto& [primaries, transfer] :
       {std::pair{1, 13}, {1, 1}, {2, 13}, {1, 2}, {2, 2}, {1, 6}, {1, 14}}) {
    ColorDescription description;
    description.cicp =
        Cicp{static_cast<std::uint16_t>(primaries), static_cast<std::uint16_t>(transfer), 6, true};
    const auto plan = plan_srgb(description, Layout::rgb);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::none) << primaries << "/" << transfer;
    EXPECT_THAT(plan->note, IsEmpty());
  }
  // Gray has no primaries.
  ColorDescription wide;
  wide.cicp = Cicp{9, 13, 9, true};
  const auto gray = plan_srgb(wide, Layout::gray);
  ASSERT_TRUE(gray.has_value());
  EXPECT_EQ(gray->action, ColorAction::none);
}

TEST(Cicp, OrderAndUnknownNumbers) {
  // Before ICC, but not when it says nothing.
  ColorDescription description = with_icc(test::rgb_profile(test::kAdobeRgb, 2.2, L"Adobe"));
  description.cicp = Cicp{12, 13, 0, true};
  auto plan = plan_srgb(description, Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->source, "Display P3");
  description.cicp = Cicp{2, 2, 6, true};
  plan = plan_srgb(description, Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->source, "Adobe");
  description.cicp = Cicp{200, 13, 0, true};
  plan = plan_srgb(description, Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->action, ColorAction::none);
  EXPECT_THAT(plan->note, HasSubstr("200/13"));
}

TEST(Cicp, HdrIsToneMappedOrUnsupported) {
  ColorDescription description;
  for (const std::uint16_t transfer : {16, 18}) {
    description.cicp = Cicp{9, transfer, 9, true};
    const auto plan = plan_srgb(description, Layout::rgb);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::tone_map);
    EXPECT_EQ(plan->source, transfer == 16 ? "BT.2020 PQ" : "BT.2020 HLG");
    description.cicp->primaries = 99;
    const auto refused = plan_srgb(description, Layout::rgb);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  }
}

TEST(Gamma, AsTheSameIccProfile) {
  for (const SampleType sample : {SampleType::u8, SampleType::u16}) {
    ColorDescription description;
    description.gamma = 1 / 1.8;
    description.chromaticities = test::kAdobeRgb;
    const auto plan = plan_srgb(description, Layout::rgba);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::gamma);
    const Image picture = noise({50, 50}, {sample, Layout::rgba});
    const auto result = to_srgb(picture.view(), description);
    ASSERT_TRUE(result.has_value());
    const Bytes icc = test::rgb_profile(test::kAdobeRgb, 1.8, L"made");
    EXPECT_LT(test::largest_difference(result->view(), test::lcms_oracle(icc, picture.view())),
              sample == SampleType::u8 ? 1.0 / 255 : 40.0 / 65535);
  }
}

TEST(Gamma, SrgbInNumbersNeedsNothing) {
  ColorDescription description;
  description.gamma = 0.45455;
  description.chromaticities = test::kBt709;
  auto plan = plan_srgb(description, Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->action, ColorAction::none);
  description.gamma = 1.0;
  description.is_srgb = true;  // the sRGB chunk comes before gAMA
  plan = plan_srgb(description, Layout::rgb);
  ASSERT_TRUE(plan.has_value());
  EXPECT_EQ(plan->action, ColorAction::none);
}

TEST(Gamma, NonsenseIsIgnoredWithANote) {
  for (const double gamma : {0.0, -1.0, 1e-9, 1e9, std::nan("")}) {
    ColorDescription description;
    description.gamma = gamma;
    const auto plan = plan_srgb(description, Layout::rgb);
    ASSERT_TRUE(plan.has_value());
    EXPECT_EQ(plan->action, ColorAction::none) << gamma;
    EXPECT_THAT(plan->note, HasSubstr("ignored")) << gamma;
  }
  for (const Chromaticities& chromaticities :
       {Chromaticities{}, Chromaticities{0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3},
        Chromaticities{0.3127, 0, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06},
        Chromaticities{21474.8, 21474.8, 0.64, 0, 21474.8, 0.6, 0.15, -21474.8}}) {
    ColorDescription description;
    description.chromaticities = chromaticities;
    const auto plan = plan_srgb(description, Layout::rgb);
    ASSERT_TRUE(plan.has_value());
    const Image picture = noise({3, 3}, rgb16);
    ASSERT_TRUE(to_srgb(picture.view(), description).has_value());
  }
}

}  // namespace
}  // namespace limen
