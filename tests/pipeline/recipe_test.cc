// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <string>
#include <type_traits>
#include <vector>

namespace limen {
namespace {

using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Change = std::function<void(Recipe&)>;

Recipe changed(const Change& change) {
  Recipe recipe;
  change(recipe);
  return recipe;
}

Mark logo() {
  Mark mark;
  mark.name = "logo";
  return mark;
}

struct Refusal {
  Change change;
  ErrorCode code;
  std::string says;
};

TEST(Recipe, RefusesWhatNoSourceCouldMakeSenseOf) {
  const auto with_mark = [](std::function<void(Mark&)> change) {
    return [change](Recipe& r) {
      r.marks.push_back(logo());
      change(r.marks.back());
    };
  };
  constexpr ErrorCode kInvalid = ErrorCode::invalid_argument;
  const std::vector<Refusal> refusals = {
      {[](Recipe& r) { r.width = -1; }, kInvalid, "width -1"},
      {[](Recipe& r) { r.height = std::numeric_limits<std::int32_t>::min(); }, kInvalid, "height"},
      {[](Recipe& r) { r.width = std::numeric_limits<std::int32_t>::max(); }, kInvalid,
       "width 2147483647"},
      {[](Recipe& r) { r.dpr = 0; }, kInvalid, "dpr 0"},
      {[](Recipe& r) { r.dpr = -1; }, kInvalid, "dpr"},
      {[](Recipe& r) { r.dpr = kNaN; }, kInvalid, "dpr nan"},
      {[](Recipe& r) { r.dpr = 10.5; }, kInvalid, "above 0 to 10"},
      {[](Recipe& r) { r.rotate = kNaN; }, kInvalid, "rotate nan"},
      {[](Recipe& r) { r.rotate = kInfinity; }, kInvalid, "rotate inf"},
      {[](Recipe& r) {
         r.crop = crop_box({-1, 0, 5, 5});
       },
       kInvalid, "crop from -1,0"},
      {[](Recipe& r) {
         r.crop = crop_box({5, 5, 0, 5});
       },
       kInvalid, "crop to"},
      {[](Recipe& r) {
         r.crop = CropBox{{5, 5}, Point{6, 4}};
       },
       kInvalid, "crop to 6,4"},
      {[](Recipe& r) { r.trim = 256; }, kInvalid, "trim 256"},
      {[](Recipe& r) { r.trim = -1; }, kInvalid, "trim"},
      {[](Recipe& r) {
         r.gravity = Focus{1.5, 0};
       },
       kInvalid, "gravity x"},
      {[](Recipe& r) {
         r.gravity = Focus{0, kNaN};
       },
       kInvalid, "gravity y nan"},
      {[](Recipe& r) {
         r.gravity = Focus{-1, 0, FocusUnit::source_pixels};
       },
       kInvalid, "gravity"},
      {[](Recipe& r) { r.blur = 0.1; }, kInvalid, "blur 0.1"},
      {[](Recipe& r) { r.blur = -2; }, kInvalid, "blur"},
      {[](Recipe& r) { r.blur = kNaN; }, kInvalid, "blur"},
      {[](Recipe& r) { r.sharpen = SharpenOptions{.sigma = 0}; }, kInvalid, "sharpen sigma"},
      {[](Recipe& r) { r.sharpen = SharpenOptions{.amount = 11}; }, kInvalid, "sharpen amount"},
      {[](Recipe& r) { r.sharpen = SharpenOptions{.threshold = 2}; }, kInvalid, "threshold"},
      {[](Recipe& r) { r.adjust.gamma = 0; }, kInvalid, "gamma"},
      {[](Recipe& r) { r.adjust.contrast = kNaN; }, kInvalid, "contrast"},
      {[](Recipe& r) { r.adjust.brightness = 1.1; }, kInvalid, "brightness"},
      {[](Recipe& r) { r.adjust.saturation = -0.1; }, kInvalid, "saturation"},
      {[](Recipe& r) { r.radius = -1; }, kInvalid, "radius -1"},
      {[](Recipe& r) { r.radius = kInfinity; }, kInvalid, "radius"},
      {[](Recipe& r) { r.effort = 10; }, kInvalid, "effort 10"},
      {[](Recipe& r) { r.fidelity = Quality{101}; }, kInvalid, "quality 101"},
      {[](Recipe& r) { r.fidelity = Quality{-1}; }, kInvalid, "quality"},
      {[](Recipe& r) { r.fidelity = Quality{std::nanf("")}; }, kInvalid, "quality"},
      {[](Recipe& r) { r.fidelity = NearLossless{101}; }, kInvalid, "near-lossless level"},
      {[](Recipe& r) { r.chroma = ChromaSubsampling::yuv411; }, kInvalid, "chroma"},
      {[](Recipe& r) { r.fit = static_cast<Fit>(9); }, kInvalid, "fit 9"},
      {[](Recipe& r) { r.filter = static_cast<Filter>(99); }, kInvalid, "filter 99"},
      {[](Recipe& r) { r.format = static_cast<Format>(7); }, kInvalid, "format 7"},
      {with_mark([](Mark& m) { m.name = ""; }), kInvalid, "mark 0: name"},
      {with_mark([](Mark& m) { m.scale = 0; }), kInvalid, "mark 0: scale"},
      {with_mark([](Mark& m) { m.scale = kNaN; }), kInvalid, "mark 0: scale"},
      {with_mark([](Mark& m) { m.of_output = 1.5; }), kInvalid, "mark 0: of_output"},
      {with_mark([](Mark& m) { m.pad_x = {-1}; }), kInvalid, "mark 0: pad_x"},
      {with_mark([](Mark& m) {
         m.pad_y = {1.1, Length::Unit::fraction};
       }),
       kInvalid, "pad_y"},
      {with_mark([](Mark& m) { m.opacity = 1.1; }), kInvalid, "mark 0: opacity"},
      {with_mark([](Mark& m) { m.offset.x = 2'000'000; }), kInvalid, "mark 0: offset"},
      {with_mark([](Mark& m) {
         m.gravity = FocalPoint{2, 0};
       }),
       kInvalid, "mark 0: gravity"},
      {[](Recipe& r) {
         r.format = Format::jpeg;
         r.fidelity = Lossless{};
       },
       ErrorCode::unsupported, "lossless"},
      {[](Recipe& r) {
         r.format = Format::avif;
         r.fidelity = NearLossless{};
       },
       ErrorCode::unsupported, "near-lossless"},
      {[](Recipe& r) {
         r.formats = {Format::png, Format::avif};
         r.fidelity = NearLossless{};
       },
       ErrorCode::unsupported, "near-lossless"},
      {[](Recipe& r) {
         r.formats = {Format::jpeg};
         r.fidelity = Lossless{};
       },
       ErrorCode::unsupported, "lossless"},
      {[](Recipe& r) {
         r.format = Format::png;
         r.formats = {Format::png};
       },
       kInvalid, "format and formats"},
      {[](Recipe& r) {
         r.formats = {Format::png, Format::webp, Format::png};
       },
       kInvalid, "formats png twice"},
      {[](Recipe& r) { r.formats = {static_cast<Format>(4)}; }, kInvalid, "formats 4"},
      {[](Recipe& r) { r.fidelity = TargetScore{{0}}; }, kInvalid, "target score 0"},
      {[](Recipe& r) { r.fidelity = TargetScore{{-3}}; }, kInvalid, "target score -3"},
      {[](Recipe& r) { r.fidelity = TargetScore{{100.5}}; }, kInvalid, "target score 100.5"},
      {[](Recipe& r) { r.fidelity = TargetScore{{kNaN}}; }, kInvalid, "target score nan"},
      {[](Recipe& r) { r.fidelity = TargetBytes{0}; }, kInvalid, "target bytes 0"},
      {[](Recipe& r) { r.worst_block = Score{100.1}; }, kInvalid, "worst block 100.1"},
      {[](Recipe& r) { r.worst_block = Score{kNaN}; }, kInvalid, "worst block nan"},
      {[](Recipe& r) { r.worst_block = Score{-kInfinity}; }, kInvalid, "worst block -inf"},
  };
  for (const Refusal& refusal : refusals) {
    const Recipe recipe = changed(refusal.change);
    const auto checked = validate(recipe);
    ASSERT_FALSE(checked.has_value()) << refusal.says;
    EXPECT_EQ(checked.error().code, refusal.code) << checked.error().message;
    EXPECT_THAT(checked.error().message, HasSubstr(refusal.says));
    EXPECT_FALSE(canonical(recipe).has_value()) << refusal.says;
    EXPECT_FALSE(normalized(recipe).has_value()) << refusal.says;
  }
  EXPECT_TRUE(validate(Recipe{}).has_value());
}

// Nothing is taken for what it is not: a knob is no score, a number neither.
static_assert(!std::is_convertible_v<Quality, Score> && !std::is_convertible_v<Score, Quality>);
static_assert(!std::is_constructible_v<Target, Quality>);

TEST(Recipe, TellsWhatHasToBeSearchedFor) {
  for (const Fidelity& fidelity : {Fidelity(Invisible{}), Fidelity(FlickerProof{}),
                                   Fidelity(TargetScore{{70}}), Fidelity(TargetBytes{9'000})}) {
    EXPECT_TRUE(searches(fidelity));
  }
  for (const Fidelity& fidelity :
       {Fidelity(Quality{70}), Fidelity(Lossless{}), Fidelity(NearLossless{})}) {
    EXPECT_FALSE(searches(fidelity));
  }
}

}  // namespace
}  // namespace limen
