// SPDX-License-Identifier: Apache-2.0
#include "unit.h"

#include <hwy/highway.h>

#include "limen/core/image_view.h"
#include "limen/resample/resize.h"

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

Outcome JOIN(run_, UNIT)(const std::vector<std::uint8_t>& source) {
  Outcome outcome;
  outcome.target = hwy::TargetName(HWY_STATIC_TARGET);
  outcome.as_expected = (HWY_STATIC_TARGET == HWY_AVX2) == UNIT_IS_WIDE;
  outcome.pixels.resize(3 * 77 * 45);
  const limen::ConstImageView from(reinterpret_cast<const std::byte*>(source.data()),
                                   {kWidth, kHeight}, 3 * kWidth, limen::rgb8);
  const limen::ImageView to{
      reinterpret_cast<std::byte*>(outcome.pixels.data()), {77, 45}, 3 * 77, limen::rgb8};
  if (const auto done = limen::resize(from, to); !done) outcome.error = done.error().message;
  return outcome;
}
