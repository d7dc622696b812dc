// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/refine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/data.h"
#include "tests/pictures.h"
#include "tests/quality/on_target.h"

namespace limen::test {
namespace {

// Waves of every size and direction, each as strong as it is long, as photographs have them.
Image textured(Size size, PixelFormat format) {
  Random random(9);
  struct Wave {
    double x, y, phase, strength;
  };
  std::vector<Wave> waves;
  for (int i = 0; i < 60; ++i) {
    const double length = 3 * std::pow(1.08, i);
    const double angle = 7 * random.unit();
    waves.push_back({6.28 * std::cos(angle) / length, 6.28 * std::sin(angle) / length,
                     7 * random.unit(), 0.0035 * std::pow(length, 0.6)});
  }
  return make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
    double value = 0.45;
    for (const Wave& wave : waves) {
      // Edges here and there: a wave is cut off where a longer one is low.
      const double at = wave.x * x + wave.y * y + wave.phase;
      value += wave.strength * std::sin(at + 0.2 * c) * (std::sin(0.21 * at + c) > -0.3 ? 1 : 0.2);
    }
    return std::clamp(value, 0.0, 1.0);
  });
}

// A picture on its way to a score, by levels that are chosen once and by refined ones.
class Case {
 public:
  Case(Size size, PixelFormat format, ChromaSubsampling chroma, double target)
      : image_(textured(size, format)), chroma_(chroma), target_(target) {
    auto metric = Ssimulacra2::prepare(image_.view());
    EXPECT_TRUE(metric.has_value());
    metric_ = std::move(*metric);
    EncodeOptions options;
    options.chroma = chroma;
    auto trials = start_shaped_jpeg_trials(image_.view(), options, {}, {});
    EXPECT_TRUE(trials.has_value());
    trials_ = std::move(*trials);
    weights_.assign(static_cast<std::size_t>(area(trials_->blocks())), 1);
    EXPECT_TRUE(trials_->weigh(weights_).has_value());
  }

  double score(const ConstImageView& shown) const { return metric_.compare(shown)->score.value; }

  // The coarsest setting that passes, by halving.
  int coarsest() {
    int failed = -1, passed = trials_->count() - 1;
    while (passed - failed > 1) {
      const int middle = (failed + passed) / 2;
      const auto shown = trials_->show(middle);
      EXPECT_TRUE(shown.has_value());
      (score(*shown) >= target_ ? passed : failed) = middle;
    }
    return passed;
  }

  Result<std::optional<Refined>> refined(int first, const Execution& execution = {}) {
    const Refining task = {image_.view(),  chroma_, weights_,
                           Score{target_}, first,   [this] { return steps_left-- > 0; }};
    const Judge judge = [this](int, const ConstImageView& shown) -> Result<bool> {
      ++judged;
      return score(shown) >= target_;
    };
    return refine(*trials_, task, judge, execution);
  }

  const Image& image() const { return image_; }
  ShapedTrials& trials() { return *trials_; }
  int judged = 0;
  int steps_left = 1000;

 private:
  Image image_;
  ChromaSubsampling chroma_;
  double target_;
  Ssimulacra2 metric_;
  std::unique_ptr<ShapedTrials> trials_;
  std::vector<float> weights_;
};

TEST(Refine, FilesAreSmallerAndReachTheTarget) {
  struct Kind {
    PixelFormat format;
    ChromaSubsampling chroma;
  };
  for (const Kind& kind :
       {Kind{rgb8, ChromaSubsampling::yuv420}, Kind{rgb8, ChromaSubsampling::yuv444},
        Kind{gray8, ChromaSubsampling::gray}}) {
    Case plain({333, 250}, kind.format, kind.chroma, 80);
    const int first = plain.coarsest();
    const auto before = plain.trials().finish(first);
    ASSERT_TRUE(before.has_value());
    const auto refined = plain.refined(first);
    ASSERT_TRUE(refined.has_value()) << refined.error().message;
    ASSERT_TRUE(refined->has_value());
    EXPECT_LT((*refined)->file.size(), 0.97 * static_cast<double>(before->size()));
    EXPECT_LT((*refined)->setting, first);
    const auto decoded = decode((*refined)->file);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_GE(plain.score(decoded->image.view()), 80);
    EXPECT_GT(plain.judged, 0);
  }
}

TEST(Refine, GivesTheSameBytesEverywhere) {
  std::optional<Bytes> first;
  for (const std::string& target : targets()) {
    const OnTarget on(target);
    Case here({149, 98}, rgb8, ChromaSubsampling::yuv420, 82);
    const auto refined = here.refined(330);
    ASSERT_TRUE(refined.has_value());
    ASSERT_TRUE(refined->has_value()) << target;
    if (!first) first = (*refined)->file;
    EXPECT_EQ((*refined)->file, *first) << target;
  }
}

TEST(Refine, TheSearchTakesWhatIsSmaller) {
  LIMEN_NEEDS_DATA();
  for (const char* name : {"kodak/kodim03.png", "kodak/kodim05.png"}) {
    const auto photo = decode(read_file(data_folder() / "photos" / name));
    ASSERT_TRUE(photo.has_value());
    const ConstImageView picture = subview(photo->image.view(), {200, 100, 384, 320});
    SearchOptions options;
    options.encode.effort = 7;
    const auto plain = find_smallest(picture, options);
    options.encode.effort = 8;
    const auto best = find_smallest(picture, options);
    ASSERT_TRUE(plain.has_value() && best.has_value());
    EXPECT_LT(best->bytes.size(), 0.98 * static_cast<double>(plain->bytes.size())) << name;
    EXPECT_TRUE(best->reached);
    const auto decoded = decode(best->bytes);
    ASSERT_TRUE(decoded.has_value());
    EXPECT_NEAR(ssimulacra2(picture, decoded->image.view())->score.value, best->score.value, 0.001);
    EXPECT_GE(best->score.value, 85);
    const Trial* chosen = nullptr;
    for (const Trial& trial : best->trials) {
      if (trial.bytes == best->bytes.size()) chosen = &trial;
    }
    ASSERT_NE(chosen, nullptr);
    EXPECT_TRUE(chosen->passes);
    EXPECT_EQ(chosen->mode, best->mode);
    EXPECT_EQ(chosen->score.value, best->score.value);
  }
}

TEST(Refine, EndsWithTheTimeAndWhenCancelled) {
  Case late({64, 64}, rgb8, ChromaSubsampling::yuv420, 80);
  late.steps_left = 4;
  const auto nothing = late.refined(300);
  ASSERT_TRUE(nothing.has_value());
  EXPECT_FALSE(nothing->has_value());
  EXPECT_EQ(late.judged, 0);
  late.steps_left = 1000;
  CancelToken cancel;
  cancel.cancel();
  Execution execution;
  execution.cancel = &cancel;
  const auto stopped = late.refined(300, execution);
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace limen::test
