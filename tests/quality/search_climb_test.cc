// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_climb.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>

#include "lib/quality/search_sizes.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

using search::Climb;
using search::Goal;
using search::Rung;

constexpr Goal kGoal{Score{85}, Score{65}};

// A ladder whose scores are written down.
struct Script {
  std::string name;
  std::vector<double> scores;
  std::vector<double> blocks;  // empty: as the scores

  Comparison at(int setting) const {
    const auto i = static_cast<std::size_t>(setting);
    return {Score{scores[i]}, Score{blocks.empty() ? scores[i] : blocks[i]}, {}};
  }
  bool passes(int setting) const { return kGoal.is_met(at(setting)); }
  int count() const { return static_cast<int>(scores.size()); }
};

Script scripted(const std::string& name, int count, const std::function<double(int)>& score) {
  Script script{name, {}, {}};
  for (int i = 0; i < count; ++i) script.scores.push_back(score(i));
  return script;
}

// A mean curve that knows the count alone.
std::vector<double> plain_curve(int count) {
  std::vector<double> curve;
  for (int i = 0; i < count; ++i) {
    curve.push_back(std::log(100.0 - 99.0 * (i + 1) / (count + 1)));
  }
  return curve;
}

struct Climbed {
  Climb climb;
  int looks = 0;
};

Climbed climbed(const Script& script, search::Offsets guess = {}, int end = 1 << 20) {
  Climbed result;
  const search::Forecast forecast(plain_curve(script.count()), guess);
  std::vector<bool> seen(script.scores.size());
  auto climb = search::climb(kGoal, forecast, end, [&](int setting) -> Result<std::optional<Rung>> {
    EXPECT_GE(setting, 0) << script.name;
    EXPECT_LT(setting, script.count()) << script.name;
    EXPECT_FALSE(seen[static_cast<std::size_t>(setting)]) << script.name << ": looked at twice";
    seen[static_cast<std::size_t>(setting)] = true;
    ++result.looks;
    return std::optional(Rung{setting, script.at(setting), script.passes(setting)});
  });
  EXPECT_TRUE(climb.has_value());
  result.climb = *climb;
  return result;
}

std::vector<Script> monotone_scripts() {
  std::vector<Script> scripts;
  for (const int count : {1, 2, 3, 10, 64, 100, 101, 1000}) {
    const std::string of = " of " + std::to_string(count);
    scripts.push_back(scripted("always reached" + of, count, [](int) { return 99.0; }));
    scripts.push_back(scripted("never reached" + of, count, [](int) { return 30.0; }));
    scripts.push_back(scripted("far below" + of, count, [](int) { return -400.0; }));
    for (const int first : {0, 1, count / 3, count / 2, count - 2, count - 1}) {
      if (first < 0) continue;
      scripts.push_back(scripted("step at " + std::to_string(first) + of, count,
                                 [first](int i) { return i < first ? 10.0 : 95.0; }));
      scripts.push_back(scripted("line through " + std::to_string(first) + of, count,
                                 [first](int i) { return 85 + 0.3 * (i - first); }));
      scripts.push_back(
          scripted("steep through " + std::to_string(first) + of, count,
                   [first](int i) { return std::min(100.0, 85 + 9.0 * (i - first)); }));
      scripts.push_back(scripted("plateaus around " + std::to_string(first) + of, count,
                                 [first](int i) { return 85.0 + std::floor((i - first) / 4.0); }));
    }
  }
  return scripts;
}

TEST(SearchClimb, FindsTheLowestOfEveryRisingCurve) {
  for (const Script& script : monotone_scripts()) {
    int lowest = 0;
    while (lowest < script.count() && !script.passes(lowest)) ++lowest;
    for (const double guess : {-3.0, -0.5, 0.0, 0.5, 3.0}) {
      const Climbed result = climbed(script, {guess, guess});
      EXPECT_TRUE(result.climb.is_closed) << script.name;
      ASSERT_EQ(result.climb.lowest.has_value(), lowest < script.count()) << script.name;
      if (result.climb.lowest) {
        EXPECT_EQ(result.climb.lowest->setting, lowest) << script.name;
      }
      EXPECT_LE(result.looks, 2 * std::log2(script.count() + 1) + 7) << script.name;
    }
  }
}

TEST(SearchClimb, ACurveThatFallsEndsInAPairOfNeighbours) {
  Random random(5);
  for (int round = 0; round < 500; ++round) {
    const int count = 1 + static_cast<int>(random.below(120));
    Script script = scripted("noise " + std::to_string(round), count, [&](int i) {
      return 60 + 38.0 * i / count + 25 * (random.unit() - 0.5);
    });
    for (const double score : script.scores) script.blocks.push_back(score - 40 * random.unit());
    const Climbed result = climbed(script, {random.unit() - 0.5, random.unit() - 0.5});
    EXPECT_TRUE(result.climb.is_closed);
    if (result.climb.lowest) {
      const int at = result.climb.lowest->setting;
      EXPECT_TRUE(script.passes(at));
      if (at > 0) {
        EXPECT_FALSE(script.passes(at - 1)) << script.name;
      }
    } else {
      EXPECT_FALSE(script.passes(count - 1)) << script.name;
    }
  }
}

TEST(SearchClimb, TheWorstBlockBindsToo) {
  Script script = scripted("blocks", 100, [](int i) { return 80 + 0.2 * i; });
  for (int i = 0; i < 100; ++i) script.blocks.push_back(0.8 * i);
  const Climbed result = climbed(script);
  ASSERT_TRUE(result.climb.lowest.has_value());
  EXPECT_EQ(result.climb.lowest->setting, 82);  // the score alone: 25
}

TEST(SearchClimb, LooksBelowANearMiss) {
  const auto wavering = [](double miss, double below) {
    return scripted("wavering", 100, [=](int i) {
      if (i == 60) return 85 - miss;
      if (i == 59) return below;
      return 85.5 + 0.7 * (i - 61);
    });
  };
  const Climbed found = climbed(wavering(0.05, 85.1));
  ASSERT_TRUE(found.climb.lowest.has_value());
  EXPECT_EQ(found.climb.lowest->setting, 59);
  EXPECT_TRUE(found.climb.is_closed);
  EXPECT_EQ(climbed(wavering(0.05, 84.2)).climb.lowest->setting, 61);
}

TEST(SearchClimb, AGoodGuessNeedsTwoLooks) {
  // A picture parallel to the mean curve, at a distance that was guessed.
  const std::vector<double> curve = plain_curve(100);
  const auto script = scripted("parallel", 100, [&](int i) {
    return 100 - std::exp(curve[static_cast<std::size_t>(i)] + 0.4);
  });
  EXPECT_EQ(climbed(script, {0.4, 0.4}).looks, 2);
  // And three where the guess was wrong.
  EXPECT_LE(climbed(script, {0, 0}).looks, 3);
  EXPECT_LE(climbed(script, {1, 1}).looks, 3);
}

TEST(SearchClimb, ForecastsWhereTheGoalIsMet) {
  const std::vector<double> curve = plain_curve(100);
  // What the goal's loss would be met by is half way between two settings of the mean curve.
  const double between = (curve[60] + curve[61]) / 2;
  const double guess = std::log(100 - kGoal.score.value) - between;
  const search::Forecast forecast(curve, {guess, -10});
  EXPECT_NEAR(forecast.crossing(kGoal, {}), 60.5, 1e-6);
  // The later of the two decides.
  const double block = std::log(100 - kGoal.worst_block.value) - curve[70];
  EXPECT_NEAR(search::Forecast(curve, {guess, block}).crossing(kGoal, {}), 70, 1e-6);
  const search::Forecast moved = forecast.met_at(kGoal, 42);
  EXPECT_NEAR(moved.crossing(kGoal, {}), 42, 1e-6);
  EXPECT_EQ(moved.next(kGoal, {}, -1, 100), 42);
  EXPECT_EQ(moved.next(kGoal, {}, -1, 43), 42);
}

TEST(SearchClimb, ACurveIsBentToWhatWasSeen) {
  const std::vector<double> curve = plain_curve(100);
  const auto rung = [&](int setting, double excess) {
    const double loss = std::exp(curve[static_cast<std::size_t>(setting)] + excess);
    return Rung{setting, {Score{100 - loss}, Score{100 - loss}, {}}};
  };
  const search::Forecast forecast(curve, {});
  // As the offset says, then above it, in the order in which they were seen.
  const auto bent = forecast.curve_through({rung(60, 0.5), rung(40, 0.3)}, {0.3, 0.3});
  ASSERT_EQ(bent.size(), curve.size());
  const std::pair<int, double> bends[] = {{0, 0}, {40, 0}, {50, 0.1}, {60, 0.2}, {99, 0.2}};
  for (const auto& [setting, bend] : bends) {
    const auto at = static_cast<std::size_t>(setting);
    EXPECT_NEAR(bent[at] - curve[at], bend, 1e-9) << setting;
  }
  EXPECT_EQ(forecast.curve_through({}, {1, 1}), curve);
}

TEST(SearchClimb, EndsEarlyWhereItIsTold) {
  const auto script = scripted("line", 100, [](int i) { return 50.0 + 0.5 * i; });

  // Settings from 40 on are of no use: nothing passes below.
  const Climbed bounded = climbed(script, {}, 40);
  EXPECT_FALSE(bounded.climb.lowest.has_value());
  EXPECT_TRUE(bounded.climb.is_closed);
  EXPECT_EQ(bounded.looks, 1);

  const search::Forecast forecast(plain_curve(100), {});
  const auto look = [&](int setting) -> Result<std::optional<Rung>> {
    return std::optional(Rung{setting, script.at(setting), script.passes(setting)});
  };
  const auto hopeless = search::climb(kGoal, forecast, 100, look, [](int) { return true; });
  EXPECT_TRUE(hopeless->is_hopeless);

  // Time runs out after one look.
  int looks = 0;
  const auto late =
      search::climb(kGoal, forecast, 100, [&](int setting) -> Result<std::optional<Rung>> {
        if (looks++ > 0) return std::optional<Rung>();
        return look(setting);
      });
  EXPECT_FALSE(late->is_closed);

  const auto broken = search::climb(kGoal, forecast, 100,
                                    [](int) -> Result<std::optional<Rung>> { return cancelled(); });
  EXPECT_EQ(broken.error().code, ErrorCode::cancelled);
}

TEST(SearchSizes, FindTheLargestThatFits) {
  for (const int count : {1, 2, 64, 100, 1000}) {
    const std::vector<double> curve = plain_curve(count);
    for (const double growth : {0.1, 1.0, 4.0}) {
      const auto size = [&](int setting) {
        return static_cast<std::uint64_t>(
            1000 * std::exp(growth * (curve.front() - curve[static_cast<std::size_t>(setting)])));
      };
      for (const std::uint64_t wanted : {1, 999, 1000, 1500, 3000, 20'000, 100'000'000}) {
        for (const int first : {0, count / 2, count - 1}) {
          int expected = -1;
          while (expected + 1 < count && size(expected + 1) <= wanted) ++expected;
          int looks = 0;
          const auto fit = search::largest_fit(
              curve, wanted, first, [&](int setting) -> Result<std::optional<std::uint64_t>> {
                ++looks;
                return std::optional(size(setting));
              });
          ASSERT_TRUE(fit.has_value());
          EXPECT_EQ(fit->setting, expected) << count << " " << growth << " " << wanted;
          EXPECT_TRUE(fit->is_closed);
          EXPECT_LE(looks, 2 * std::log2(count + 1) + 6);
        }
      }
    }
  }
}

}  // namespace
}  // namespace limen::test
