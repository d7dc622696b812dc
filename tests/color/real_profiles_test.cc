// SPDX-License-Identifier: Apache-2.0

// Profiles that real files carry, against what Little CMS makes of them.

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <string>

#include "limen/codec/decode.h"
#include "limen/color/icc.h"
#include "tests/color/profiles.h"
#include "tests/data.h"

namespace limen {
namespace {

bool can_oracle_read(const Bytes& icc) {
  cmsHPROFILE profile = cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size()));
  if (profile != nullptr) cmsCloseProfile(profile);
  return profile != nullptr;
}

TEST(RealProfiles, PicturesAsLittleCmsShowsThem) {
  LIMEN_NEEDS_DATA();
  std::set<std::string> actions;
  int compared = 0;
  for (const test::Row& row : test::read_table("conformance/manifest.tsv")) {
    if (row.at("has_icc") != "1") continue;
    const auto path = test::data_folder() / "conformance" / row.at("file");
    const Bytes bytes = test::read_file(path);
    const auto info = probe(bytes);
    if (!info || info->color.icc.empty() || area(info->size) > 2'000'000) continue;
    const auto decoded = decode(bytes, {.keep_16_bit = true});
    if (!decoded) continue;
    // The profile alone, whatever else the file says.
    ColorDescription description;
    description.icc = info->color.icc;
    const ConstImageView picture = decoded->image.view();
    const auto plan = plan_srgb(description, picture.format.layout);
    ASSERT_TRUE(plan.has_value()) << path;
    const auto result = to_srgb(picture, description);
    ASSERT_TRUE(result.has_value()) << path;
    actions.insert(std::string(name(plan->action)));
    if (!plan->note.empty() || plan->action == ColorAction::approximate_cmyk) continue;
    ASSERT_TRUE(can_oracle_read(description.icc)) << path;
    const double off =
        test::largest_difference(result->view(), test::lcms_oracle(description.icc, picture));
    // A profile that is sRGB in all but rounding is left out: three quarters of a step at the most.
    const double step = picture.format.sample == SampleType::u8 || plan->action == ColorAction::none
                            ? 1.0 / 255
                            : 1.0 / 65535;
    EXPECT_LT(off, step) << path << " " << plan->source;
    ++compared;
  }
  EXPECT_GT(compared, 20);
  EXPECT_TRUE(actions.contains("icc"));
  EXPECT_TRUE(actions.contains("none"));
}

}  // namespace
}  // namespace limen
