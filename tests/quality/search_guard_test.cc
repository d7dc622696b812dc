// SPDX-License-Identifier: Apache-2.0

// What the search makes of limen's own quantiser, seen by the guard.

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "lib/quality/guard.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

struct Judged {
  Score score;
  Damage damage;
};

Judged judge(const Image& picture, const Bytes& file) {
  const auto shown = decode(file);
  EXPECT_TRUE(shown.has_value());
  const auto guard = Guard::prepare(picture.const_view(), {});
  auto damage = guard->damage(shown->image.const_view(), {});
  EXPECT_TRUE(damage.has_value());
  return {ssimulacra2(picture.const_view(), shown->image.const_view())->score, *std::move(damage)};
}

// How far over its bound libjpeg's own file of about the same loss goes.
double usual_times_of(const Image& picture, const Found& found) {
  EncodeOptions options{.format = Format::jpeg, .mode = std::get<Quality>(found.mode)};
  options.chroma = found.chroma;
  const Judged plain = judge(picture, *encode(picture.const_view(), options));
  return usual_times(plain.damage, plain.score);
}

void expect_guarded(const Image& picture, const std::string& what) {
  for (const int effort : {2, 4, 6}) {
    for (const double target : {75.0, 85.0, 90.0}) {
      SearchOptions options;
      options.target = TargetScore{{target}};
      options.encode.effort = effort;
      const auto found = find_smallest(picture.const_view(), options);
      ASSERT_TRUE(found.has_value()) << what;
      if (!found->reached || found->quantizer != JpegQuantizer::limen) continue;
      const Damage damage = judge(picture, found->bytes).damage;
      // libjpeg's file is of a setting near this one, not of this one.
      constexpr double kNear = 0.5;
      EXPECT_GE(guarded_score(damage, usual_times_of(picture, *found)).value, target - kNear)
          << what << " at " << target << ", effort " << effort;
    }
  }
}

TEST(GuardedSearch, NoPictureIsDamagedBeyondWhatIsUsual) {
  for (const PixelFormat format : {rgb8, gray8}) {
    expect_guarded(scene({200, 150}, format), "scene");
    expect_guarded(zone_plate({160, 160}, format), "zone plate");
    expect_guarded(noise({120, 90}, format), "noise");
  }
}

TEST(GuardedSearch, NoPhotographIsDamagedBeyondWhatIsUsual) {
  LIMEN_NEEDS_DATA();
  for (const char* const name : {"product_misc/coins.png", "product_misc/page.png"}) {
    const auto decoded = decode(read_file(data_folder() / "photos" / name));
    ASSERT_TRUE(decoded.has_value());
    expect_guarded(decoded->image, name);
  }
}

// Where the guard believes less than the metric says, what is told is still the metric's.
TEST(GuardedSearch, TheScoreToldIsTheMetrics) {
  const Image picture = scene({400, 320}, rgb8);
  for (const int effort : {2, 4}) {
    SearchOptions options;
    options.encode.effort = effort;
    const auto found = find_smallest(picture.const_view(), options);
    ASSERT_TRUE(found.has_value());
    EXPECT_NEAR(found->score.value, judge(picture, found->bytes).score.value, 1e-9);
  }
}

}  // namespace
}  // namespace limen::test
