// SPDX-License-Identifier: Apache-2.0

// The suite must notice a wrong weight: each weight of a plan is changed in turn by a little, and
// the comparison with the oracle that the accuracy tests use must fail. Header-only, to reach the
// plan.

#define LIMEN_HEADER_ONLY
#include <gtest/gtest.h>

#include "limen/core/image.h"
#include "limen/resample/resize.h"
#include "tests/pictures.h"
#include "tests/reference/resize_reference.h"

namespace limen {
namespace {

class Corruption : public testing::TestWithParam<Size> {
 protected:
  void SetUp() override {
    source_ = test::noise({29, 23}, rgb8);
    auto target = Image::create(GetParam(), rgb8);
    ASSERT_TRUE(target.has_value());
    target_ = *std::move(target);
    reference_ = test::resize_reference(source_.view(), GetParam());
    job_ = {.source = source_.const_view(),
            .target = target_.view(),
            .horizontal = resample::make_axis(29, GetParam().width, Filter::lanczos3),
            .vertical = resample::make_axis(23, GetParam().height, Filter::lanczos3),
            .execution = &execution_,
            .workspace = &workspace_};
    auto plan = resample::plan_fixed(job_);
    ASSERT_TRUE(plan.has_value());
    plan_ = *std::move(plan);
  }

  // Whether the accuracy test's bound holds.
  bool passes() {
    resample::Bands all(resample::Cut::strips, job_.vertical, 1);
    EXPECT_TRUE(resample::run_fixed(job_, plan_, all).has_value());
    return test::deviation(target_.const_view(), reference_).largest <= 1.0;
  }

  void corrupt_each(resample::FixedAxis& axis) {
    for (std::int32_t i = 0; i < axis.outputs; ++i) {
      for (std::int32_t k = 0; k < 2 * axis.pairs[static_cast<std::size_t>(i)]; ++k) {
        auto& weight = axis.weights[(static_cast<std::size_t>(i) * axis.pair_stride) * 2 +
                                    static_cast<std::size_t>(k)];
        const auto kept = weight;
        if (kept == 0) continue;  // may stand for a sample outside the picture
        // By a 64th of the whole.
        const int change = (1 << axis.bits[static_cast<std::size_t>(i)]) / 64;
        weight = static_cast<std::int16_t>(kept > 0 ? kept - change : kept + change);
        ASSERT_NE(weight, kept);
        EXPECT_FALSE(passes()) << "output " << i << " weight " << k;
        weight = kept;
      }
    }
    EXPECT_TRUE(passes());
  }

  Workspace workspace_;
  Execution execution_;
  Image source_;
  Image target_;
  test::Reference reference_;
  resample::Job job_;
  resample::FixedPlan plan_;
};

TEST_P(Corruption, OfAHorizontalWeightIsNoticed) {
  ASSERT_TRUE(passes());
  corrupt_each(plan_.horizontal);
}

TEST_P(Corruption, OfAVerticalWeightIsNoticed) {
  ASSERT_TRUE(passes());
  corrupt_each(plan_.vertical);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Corruption,
                         testing::Values(Size{13, 11}, Size{40, 31}, Size{20, 40}));

}  // namespace
}  // namespace limen
