// SPDX-License-Identifier: Apache-2.0

// Searches that make JPEGs of limen's own quantiser: effort 2 and up.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "lib/quality/search_graphic.h"
#include "limen/codec/decode.h"
#include "limen/compose/extend.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

constexpr Size kSmall{120, 90};
constexpr Size kSampled{400, 320};  // of which a sample is tried beforehand
constexpr int kFast = 2;
constexpr int kDefault = 4;
constexpr int kBest = 8;

SearchOptions options_for(int effort, Target target = Invisible{}) {
  SearchOptions options;
  options.target = target;
  options.encode.format = Format::jpeg;
  options.encode.effort = effort;
  return options;
}

Found found(const ConstImageView& picture, const SearchOptions& options) {
  auto result = find_smallest(picture, options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *std::move(result) : Found{};
}

Image drawing(Size size) {
  return make_picture(size, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    const bool is_ink = (x / 3 * 7 + y / 5 * 3) % 11 < 3 && y % 10 < 7;
    return is_ink ? 0.1 * c : x / 60 % 2 == 0 ? 1.0 : 0.85;
  });
}

// Scored by a metric of its own.
Comparison compared(const ConstImageView& picture, const Bytes& file) {
  const auto decoded = decode(file);
  EXPECT_TRUE(decoded.has_value());
  const Image flat = *flatten(picture, Color{255, 255, 255});
  return *(*Ssimulacra2::prepare(flat.const_view())).compare(decoded->image.view());
}

// The trial below the answer's, of the same ladder.
const Trial* next_lower(const Found& answer) {
  const float own = std::get<Quality>(answer.mode).value;
  const Trial* below = nullptr;
  for (const Trial& trial : answer.trials) {
    const auto* quality = std::get_if<Quality>(&trial.mode);
    if (quality == nullptr || trial.quantizer != answer.quantizer) continue;
    if (trial.chroma != answer.chroma || quality->value >= own) continue;
    if (below == nullptr || quality->value > std::get<Quality>(below->mode).value) below = &trial;
  }
  return below;
}

void expect_sound(const ConstImageView& picture, const SearchOptions& options, const Found& answer,
                  const std::string& what) {
  const Comparison seen = compared(picture, answer.bytes);
  EXPECT_NEAR(seen.score.value, answer.score.value, 0.2) << what;
  EXPECT_NEAR(seen.worst_block.value, answer.worst_block.value, 0.3) << what;
  if (!answer.reached) {
    EXPECT_FALSE(answer.certified) << what;
    return;
  }
  EXPECT_TRUE(answer.certified) << what;
  EXPECT_GE(answer.score, *target_score(options.target)) << what;
  EXPECT_GE(answer.worst_block, *default_worst_block(options.target)) << what;
  // What was refined along the gradient has no neighbours: those of the file that it started from
  // were looked at.
  if (options.encode.effort >= kBest) return;
  // Settings are 1 % of the tables' scale apart, 3 % for low efforts: what is next to the answer
  // was looked at and fails.
  const Trial* below = next_lower(answer);
  const double quality = static_cast<double>(std::get<Quality>(answer.mode).value);
  if (below == nullptr) return;
  EXPECT_FALSE(below->passes) << what;
  const double lower = static_cast<double>(std::get<Quality>(below->mode).value);
  const auto scale = [](double q) { return q < 50 ? 50 / q : (100 - q) / 50; };
  if (answer.quantizer == JpegQuantizer::limen) {
    const double step = options.encode.effort < kDefault ? 1.03 : 1.01;
    EXPECT_NEAR(scale(lower) / scale(quality), step, 0.002) << what;
  } else {
    EXPECT_EQ(lower, quality - 1) << what;
  }
}

TEST(ShapedSearch, CertifiesWhatItFinds) {
  for (const Size size : {kSmall, kSampled}) {
    for (const PixelFormat format : {rgb8, gray8, rgba8}) {
      const Image picture = scene(size, format);
      for (const int effort : {kFast, 3, kDefault, 7, kBest}) {
        for (const Target& target : {Target{Invisible{}}, Target{FlickerProof{}}}) {
          const std::string what = std::to_string(size.width) + " columns, effort " +
                                   std::to_string(effort) + ", " +
                                   std::to_string(format.channels()) + " channels";
          const SearchOptions options = options_for(effort, target);
          const Found answer = found(picture.view(), options);
          EXPECT_TRUE(answer.reached) << what;
          // Of a small one libjpeg's file may be the smaller, for having a table less.
          if (size == kSampled) {
            EXPECT_EQ(answer.quantizer, JpegQuantizer::limen) << what;
          }
          expect_sound(picture.view(), options, answer, what);
          EXPECT_EQ(probe(answer.bytes)->subsampling,
                    format == gray8 ? ChromaSubsampling::gray : answer.chroma);
        }
      }
    }
  }
}

TEST(ShapedSearch, IsSmallerThanByLibjpeg) {
  const Image picture = scene(kSampled, rgb8);
  const Found plain = found(picture.view(), options_for(1));
  const Found fast = found(picture.view(), options_for(kFast));
  const Found weighed = found(picture.view(), options_for(kDefault));
  EXPECT_EQ(plain.quantizer, JpegQuantizer::libjpeg);
  EXPECT_LT(fast.bytes.size(), plain.bytes.size());
  EXPECT_LT(weighed.bytes.size(), plain.bytes.size());
}

TEST(ShapedSearch, DrawingsAreNeverLargerThanByLibjpeg) {
  for (const Size size : {kSmall, kSampled}) {
    const Image picture = drawing(size);
    EXPECT_GT(search::drawn_share(picture.const_view()), 0.5);
    for (const int effort : {kFast, kDefault}) {
      SearchOptions options = options_for(effort);
      // Scans of the same kind, that quantisers alone are compared.
      options.encode.progressive = false;
      const Found answer = found(picture.view(), options);
      expect_sound(picture.view(), options, answer, "a drawing");
      options.encode.effort = 1;
      EXPECT_LE(answer.bytes.size(), found(picture.view(), options).bytes.size());
    }
  }
  EXPECT_LT(search::drawn_share(scene(kSampled, rgb8).const_view()), 0.1);
  EXPECT_EQ(search::drawn_share(scene({5, 5}, gray8).const_view()), 0);
}

// Broad waves, of which a file says little in each scan: a small one by one scan.
Image waves(Size size) {
  return make_picture(size, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    return 0.5 + 0.25 * std::sin(0.02 * x + 0.013 * y + c) +
           0.15 * std::sin(0.05 * y - 0.03 * x) * std::cos(0.004 * x * c);
  });
}

TEST(ShapedSearch, ScansAreToldAndOneOnlyWhereAllowedToBe) {
  for (const int effort : {1, kFast, kDefault, 6}) {
    SearchOptions options = options_for(effort);
    options.encode.progressive = false;
    EXPECT_FALSE(found(scene(kSampled, rgb8).view(), options).progressive);
    options.encode.progressive = true;
    const Found large = found(scene(kSampled, rgb8).view(), options);
    EXPECT_EQ(large.progressive, effort >= kFast);
    EXPECT_EQ(probe(large.bytes)->is_progressive, large.progressive);
    const Found small = found(scene({40, 30}, rgb8).view(), options);
    EXPECT_FALSE(small.progressive);
    EXPECT_FALSE(probe(small.bytes)->is_progressive);
  }
}

// As libjpeg's quantiser with one scan, which effort 1 has, is the least of its kinds for some.
TEST(ShapedSearch, NothingIsLargerThanByLibjpeg) {
  int own = 0, plain = 0;
  for (const Size size : {Size{24, 20}, kSmall, kSampled, Size{700, 400}}) {
    for (const Image& picture : {waves(size), scene(size, rgb8), noise(size, gray8)}) {
      for (const Target& target : {Target{Invisible{}}, Target{FlickerProof{}}}) {
        const Found beside = found(picture.view(), options_for(1, target));
        if (!beside.reached) continue;
        for (const int effort : {kFast, kDefault}) {
          const Found answer = found(picture.view(), options_for(effort, target));
          EXPECT_TRUE(answer.reached);
          EXPECT_LE(answer.bytes.size(), beside.bytes.size())
              << size.width << "x" << size.height << " at effort " << effort;
          ++(answer.quantizer == JpegQuantizer::limen ? own : plain);
        }
      }
    }
  }
  EXPECT_GT(own, 10);
  EXPECT_GT(plain, 2);
}

TEST(ShapedSearch, FindsTheFinestThatFits) {
  for (const Image& picture : {scene(kSmall, rgb8), scene(kSampled, gray8), drawing(kSmall)}) {
    double score = 0;
    for (const int effort : {1, kFast, kDefault, 9}) {
      const SearchOptions options = options_for(effort, TargetBytes{4000});
      const Found answer = found(picture.view(), options);
      EXPECT_TRUE(answer.reached);
      EXPECT_TRUE(answer.certified);
      EXPECT_LE(answer.bytes.size(), 4000u);
      const Comparison seen = compared(picture.view(), answer.bytes);
      EXPECT_NEAR(seen.score.value, answer.score.value, 0.2);
      if (effort <= kFast) {
        EXPECT_GE(answer.score.value, score);
        score = answer.score.value;
      }
      const Found none = found(picture.view(), options_for(effort, TargetBytes{10}));
      EXPECT_FALSE(none.reached);
      EXPECT_GT(none.bytes.size(), 10u);
      EXPECT_TRUE(found(picture.view(), options_for(effort, TargetBytes{10'000'000})).certified);
    }
  }
}

TEST(ShapedSearch, OddPicturesHaveAnswers) {
  const auto flat = [](Size size, PixelFormat format, double value) {
    return make_picture(size, format, [=](auto, auto, auto) { return value; });
  };
  const Image pictures[] = {
      flat({1, 1}, rgb8, 0.3),       flat({1, 1}, gray8, 1),     flat({200, 3}, rgb8, 0.5),
      flat({300, 300}, rgb8, 0.2),   flat({64, 64}, rgba8, 0.5), flat({33, 70}, gray_alpha8, 0.1),
      scene({3, 5}, rgb8),           scene({40, 30}, rgb16),     scene({40, 30}, rgba16),
      scene({40, 30}, gray_alpha16), scene({9, 200}, gray8),     noise({40, 30}, rgb8)};
  for (const Image& picture : pictures) {
    const std::string what = std::to_string(picture.size().width) + "x" +
                             std::to_string(picture.size().height) + " of " +
                             std::to_string(picture.format().bytes_per_pixel()) + " bytes";
    for (const int effort : {kFast, kDefault, kBest}) {
      const SearchOptions options = options_for(effort);
      const Found answer = found(picture.view(), options);
      EXPECT_TRUE(std::isfinite(answer.score.value)) << what;
      EXPECT_TRUE(lies_inside(answer.worst_block_at, picture.size())) << what;
      if (picture.format().sample == SampleType::u8) {
        expect_sound(picture.view(), options, answer, what);
      }
      EXPECT_FALSE(found(picture.view(), options_for(effort, TargetBytes{600})).bytes.empty());
    }
  }
}

TEST(ShapedSearch, HonoursTimeAndCancelAndMemory) {
  for (const Size size : {kSmall, kSampled}) {
    const Image picture = scene(size, rgb8);
    for (const int effort : {kFast, kDefault, 9}) {
      SearchOptions options = options_for(effort);
      options.time_budget = std::chrono::nanoseconds(1);
      const Found hasty = found(picture.view(), options);
      EXPECT_EQ(hasty.trials.size(), 1u);
      EXPECT_FALSE(hasty.certified);
      EXPECT_NEAR(compared(picture.view(), hasty.bytes).score.value, hasty.score.value, 0.2);
      options.target = TargetBytes{100};
      EXPECT_FALSE(found(picture.view(), options).bytes.empty());
      CancelToken token;
      token.cancel();
      const auto cancelled = find_smallest(picture.view(), options_for(effort), {.cancel = &token});
      ASSERT_FALSE(cancelled.has_value());
      EXPECT_EQ(cancelled.error().code, ErrorCode::cancelled);
      Workspace small(30'000);
      const auto cramped =
          find_smallest(picture.view(), options_for(effort), {.workspace = &small});
      ASSERT_FALSE(cramped.has_value());
      EXPECT_EQ(cramped.error().code, ErrorCode::limit_exceeded);
      EXPECT_EQ(small.bytes_in_use(), 0u);
    }
  }
}

// However far a search gets, its file is what it says.
TEST(ShapedSearch, AnyBudgetGivesTheBestSoFar) {
  const Image picture = scene(kSampled, rgb8);
  const Found whole = found(picture.view(), options_for(9));
  for (const int microseconds : {100, 2'000, 6'000, 20'000, 60'000, 200'000}) {
    SearchOptions options = options_for(9);
    options.time_budget = std::chrono::microseconds(microseconds);
    const Found answer = found(picture.view(), options);
    const Comparison seen = compared(picture.view(), answer.bytes);
    EXPECT_NEAR(seen.score.value, answer.score.value, 0.001) << microseconds;
    EXPECT_EQ(answer.reached, answer.score.value >= 85 && answer.worst_block.value >= 77.5);
    EXPECT_TRUE(answer.reached || !answer.certified) << microseconds;
    // None of what was seen to pass is smaller.
    for (const Trial& trial : answer.trials) {
      EXPECT_TRUE(!trial.passes || trial.bytes == 0 || trial.bytes >= answer.bytes.size());
    }
    if (answer.reached) {
      EXPECT_GE(answer.bytes.size(), whole.bytes.size());
    }
  }
}

TEST(ShapedSearch, TakesNoInks) {
  const Image inks = scene(kSmall, cmyk8);
  for (const int effort : {1, kDefault, kBest}) {
    const auto refused = find_smallest(inks.view(), options_for(effort));
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  }
}

TEST(ShapedSearch, QuantizersHaveNames) {
  EXPECT_EQ(name(JpegQuantizer::libjpeg), "libjpeg");
  EXPECT_EQ(name(JpegQuantizer::limen), "limen");
}

TEST(ShapedSearch, RealPicturesAreSmallerThanByLibjpeg) {
  LIMEN_NEEDS_DATA();
  int count = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const Bytes file = read_file(data_folder() / "photos" / row.at("file"));
    if (area(probe(file)->size) > 240'000) continue;
    ++count;
    const auto decoded = decode(file);
    const ConstImageView picture = decoded->image.view();
    const Found plain = found(picture, options_for(1));
    for (const int effort : {kFast, kDefault}) {
      SearchOptions options = options_for(effort);
      options.encode.progressive = false;  // as the other's scans
      const Found answer = found(picture, options);
      expect_sound(picture, options, answer, row.at("file"));
      EXPECT_LE(answer.bytes.size(), plain.bytes.size()) << row.at("file");
    }
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace limen::test
