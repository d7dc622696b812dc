// SPDX-License-Identifier: Apache-2.0
#pragma once

// ICC profiles that the tests make for themselves, and what Little CMS says of them in floating
// point, without limen and without Little CMS' optimisations.

#include <gtest/gtest.h>
#include <lcms2.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "limen/color/color_space.h"
#include "limen/core/image.h"
#include "tests/pictures.h"

namespace limen::test {

inline constexpr Chromaticities kDisplayP3{0.3127, 0.3290, 0.680, 0.320,
                                           0.265,  0.690,  0.150, 0.060};
inline constexpr Chromaticities kAdobeRgb{0.3127, 0.3290, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06};
inline constexpr Chromaticities kBt709{0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06};
inline constexpr Chromaticities kProPhoto{0.3457, 0.3585, 0.7347, 0.2653,
                                          0.1596, 0.8404, 0.0366, 0.0001};

inline Bytes saved(cmsHPROFILE profile, const wchar_t* description = nullptr) {
  EXPECT_NE(profile, nullptr);
  if (description != nullptr) {
    cmsMLU* text = cmsMLUalloc(nullptr, 1);
    cmsMLUsetWide(text, "en", "US", description);
    cmsWriteTag(profile, cmsSigProfileDescriptionTag, text);
    cmsMLUfree(text);
  }
  cmsUInt32Number size = 0;
  EXPECT_TRUE(cmsSaveProfileToMem(profile, nullptr, &size));
  Bytes bytes(size);
  EXPECT_TRUE(cmsSaveProfileToMem(profile, bytes.data(), &size));
  cmsCloseProfile(profile);
  return bytes;
}

inline cmsToneCurve* srgb_tone_curve() {
  const std::array<double, 5> p = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  return cmsBuildParametricToneCurve(nullptr, 4, p.data());
}

/// `gamma` 0 stands for sRGB's curve.
inline Bytes rgb_profile(const Chromaticities& c, double gamma, const wchar_t* description,
                         double version = 4.3) {
  const cmsCIExyY white = {c.white_x, c.white_y, 1};
  const cmsCIExyYTRIPLE primaries = {
      {c.red_x, c.red_y, 1}, {c.green_x, c.green_y, 1}, {c.blue_x, c.blue_y, 1}};
  cmsToneCurve* curve = gamma == 0 ? srgb_tone_curve() : cmsBuildGamma(nullptr, gamma);
  std::array<cmsToneCurve*, 3> curves = {curve, curve, curve};
  cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves.data());
  cmsFreeToneCurve(curve);
  cmsSetProfileVersion(profile, version);
  return saved(profile, description);
}

inline Bytes gray_profile(double gamma) {
  cmsToneCurve* curve = gamma == 0 ? srgb_tone_curve() : cmsBuildGamma(nullptr, gamma);
  cmsHPROFILE profile = cmsCreateGrayProfile(cmsD50_xyY(), curve);
  cmsFreeToneCurve(curve);
  return saved(profile, L"gray");
}

/// A printer with inks that are none too pure, as a table of 9^4 nodes.
inline Bytes cmyk_profile() {
  cmsHPROFILE profile = cmsCreateProfilePlaceholder(nullptr);
  cmsSetProfileVersion(profile, 2.1);
  cmsSetDeviceClass(profile, cmsSigOutputClass);
  cmsSetColorSpace(profile, cmsSigCmykData);
  cmsSetPCS(profile, cmsSigLabData);
  cmsWriteTag(profile, cmsSigMediaWhitePointTag, cmsD50_XYZ());
  cmsPipeline* pipeline = cmsPipelineAlloc(nullptr, 4, 3);
  cmsStage* table = cmsStageAllocCLut16bit(nullptr, 9, 4, 3, nullptr);
  const auto node = [](const cmsUInt16Number in[], cmsUInt16Number out[], void*) -> cmsInt32Number {
    const double c = in[0] / 65535.0, m = in[1] / 65535.0, y = in[2] / 65535.0, k = in[3] / 65535.0;
    const double dark = 1 - 0.92 * k;
    const cmsCIEXYZ light = {
        0.9642 * dark * (1 - 0.80 * c) * (1 - 0.55 * m) * (1 - 0.05 * y) + 0.003,
        1.0 * dark * (1 - 0.60 * c) * (1 - 0.80 * m) * (1 - 0.08 * y) + 0.003,
        0.8249 * dark * (1 - 0.25 * c) * (1 - 0.60 * m) * (1 - 0.90 * y) + 0.003};
    cmsCIELab lab;
    cmsXYZ2Lab(nullptr, &lab, &light);
    cmsFloat2LabEncodedV2(out, &lab);
    return 1;
  };
  EXPECT_TRUE(cmsStageSampleCLut16bit(table, node, nullptr, 0));
  std::array<cmsToneCurve*, 4> linear;
  linear.fill(cmsBuildGamma(nullptr, 1));
  cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, 4, linear.data()));
  cmsPipelineInsertStage(pipeline, cmsAT_END, table);
  cmsPipelineInsertStage(pipeline, cmsAT_END, cmsStageAllocToneCurves(nullptr, 3, linear.data()));
  EXPECT_TRUE(cmsWriteTag(profile, cmsSigAToB0Tag, pipeline));
  cmsPipelineFree(pipeline);
  cmsFreeToneCurve(linear[0]);
  return saved(profile, L"A printer");
}

/// What Little CMS makes of the picture in sRGB, samples of 0 to 1, three a pixel (gray: three
/// equal up to its rounding): perceptual intent, black point compensation, its exact floating-point
/// path.
inline std::vector<double> lcms_oracle(const Bytes& icc, const ConstImageView& picture) {
  const int channels = picture.format.channels();
  const int colors = channels - (picture.format.has_alpha() ? 1 : 0);
  cmsHPROFILE source = cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size()));
  EXPECT_NE(source, nullptr);
  cmsHPROFILE target = cmsCreate_sRGBProfile();
  const cmsUInt32Number type = colors == 1   ? TYPE_GRAY_DBL
                               : colors == 3 ? TYPE_RGB_DBL
                                             : TYPE_CMYK_DBL;
  cmsHTRANSFORM transform =
      cmsCreateTransform(source, type, target, TYPE_RGB_DBL, INTENT_PERCEPTUAL,
                         cmsFLAGS_BLACKPOINTCOMPENSATION | cmsFLAGS_NOOPTIMIZE | cmsFLAGS_NOCACHE);
  EXPECT_NE(transform, nullptr);
  std::vector<double> in;
  // Doubles of inks are per cent in Little CMS.
  const double scale = colors == 4 ? 100 : 1;
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    for (std::int32_t x = 0; x < picture.size.width; ++x) {
      for (int c = 0; c < colors; ++c) in.push_back(scale * get_sample(picture, x, y, c));
    }
  }
  std::vector<double> out(static_cast<std::size_t>(area(picture.size)) * 3);
  cmsDoTransform(transform, in.data(), out.data(),
                 static_cast<cmsUInt32Number>(area(picture.size)));
  cmsDeleteTransform(transform);
  cmsCloseProfile(target);
  cmsCloseProfile(source);
  for (double& v : out) v = std::clamp(v, 0.0, 1.0);
  return out;
}

/// The largest difference between a converted picture and the oracle, of 0 to 1.
inline double largest_difference(const ConstImageView& picture, const std::vector<double>& oracle) {
  const int colors = picture.format.channels() < 3 ? 1 : 3;
  double worst = 0;
  std::size_t i = 0;
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    for (std::int32_t x = 0; x < picture.size.width; ++x, i += 3) {
      for (int c = 0; c < colors; ++c) {
        worst = std::max(worst, std::fabs(get_sample(picture, x, y, c) -
                                          oracle[i + static_cast<std::size_t>(c)]));
      }
    }
  }
  return worst;
}

}  // namespace limen::test
