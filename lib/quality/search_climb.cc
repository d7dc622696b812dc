// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_climb.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace limen::inline LIMEN_ABI::search {

namespace {

// The least loss that is told from none, and the most that is told from more.
constexpr double kLeastLoss = 0.01;
constexpr double kMostLoss = 1e6;
// How much steeper or flatter than the mean curve a picture's is taken to be at the most.
constexpr double kFlattest = 0.5;
constexpr double kSteepest = 2.0;
// A log loss so near to the goal's is a near miss: a tenth of a point at 85.
constexpr double kHair = 0.007;
// Worst blocks waver more than means: where they alone decide, half a point at 77.
constexpr double kBlockHair = 0.02;
// No hair is more than this part of what a setting makes.
constexpr double kHairOfStep = 0.35;
// From so many looks on, every other one goes to the middle.
constexpr std::size_t kPatience = 6;

double log_loss(Score score) {
  return std::log(std::clamp(100 - score.value, kLeastLoss, kMostLoss));
}

using Losses = std::vector<std::pair<int, double>>;

Losses score_losses(const std::vector<Rung>& seen) {
  Losses losses;
  for (const Rung& rung : seen) losses.emplace_back(rung.setting, log_loss(rung.seen.score));
  std::sort(losses.begin(), losses.end());
  return losses;
}

const Rung* find_rung(const std::vector<Rung>& seen, int setting) {
  const auto at = std::find_if(seen.begin(), seen.end(),
                               [setting](const Rung& rung) { return rung.setting == setting; });
  return at != seen.end() ? &*at : nullptr;
}

// `step`: how much is lost from this setting to the next. Where settings lie close, only a small
// part of that is a hair.
bool is_near_miss(const Goal& goal, const std::vector<Rung>& seen, int setting, double step) {
  const Rung* rung = find_rung(seen, setting);
  if (rung == nullptr) return false;
  const double score = log_loss(rung->seen.score) - log_loss(goal.score);
  const double block = log_loss(rung->seen.worst_block) - log_loss(goal.worst_block);
  return std::max(score, block) < std::min(kHair, kHairOfStep * step) ||
         (score <= 0 && block < std::min(kBlockHair, step));
}

Losses block_losses(const std::vector<Rung>& seen) {
  Losses losses;
  for (const Rung& rung : seen) losses.emplace_back(rung.setting, log_loss(rung.seen.worst_block));
  std::sort(losses.begin(), losses.end());
  return losses;
}

}  // namespace

Forecast::Forecast(std::vector<double> mean_curve, Offsets guess)
    : curve_(std::move(mean_curve)), guess_(guess) {
  constexpr double kLeastStep = 1e-4;
  for (std::size_t i = 1; i < curve_.size(); ++i) {
    curve_[i] = std::min(curve_[i], curve_[i - 1] - kLeastStep);
  }
}

double Forecast::step_to(int setting) const {
  constexpr int kSteps = 3;
  const int from = std::max(0, setting - kSteps);
  return (curve_[static_cast<std::size_t>(from)] - curve_[static_cast<std::size_t>(setting)]) /
         (setting - from);
}

// The setting, in fractions, at which the mean curve has this height; beyond its ends by one.
double Forecast::setting_at(double height) const {
  const auto at = std::lower_bound(curve_.begin(), curve_.end(), height, std::greater<>());
  if (at == curve_.begin()) return height > curve_.front() ? -1 : 0;
  if (at == curve_.end()) return count();
  const double below = *(at - 1);
  return static_cast<double>(at - curve_.begin()) - (height - *at) / (below - *at);
}

// How high the mean curve is where the loss comes down to the goal. `losses`: settings seen,
// ascending, and their log losses.
double Forecast::crossing_height(double goal, double guess,
                                 const std::vector<std::pair<int, double>>& losses) const {
  const auto curve = [&](int setting) { return curve_[static_cast<std::size_t>(setting)]; };
  if (losses.empty()) return goal - guess;
  // The neighbours of the crossing as the bracket has it: the lowest that reaches the goal with
  // nothing above it that does not, and the one before.
  std::size_t above = losses.size();
  while (above > 0 && losses[above - 1].second <= goal) --above;
  std::size_t first = above > 0 ? above - 1 : 0;
  std::size_t second = first + 1;
  if (second == losses.size() && first > 0) {
    --first;
    --second;
  }
  if (second == losses.size()) {
    return curve(losses[first].first) + goal - losses[first].second;
  }
  const auto [low, low_loss] = losses[first];
  const auto [high, high_loss] = losses[second];
  const double run = curve(low) - curve(high);
  double slope = (low_loss - high_loss) / run;
  const bool is_between = low_loss > goal && high_loss <= goal;
  if (!is_between) slope = std::clamp(slope, kFlattest, kSteepest);
  // From the one that is nearer to the goal.
  const bool from_low = std::abs(low_loss - goal) < std::abs(high_loss - goal);
  const double from = from_low ? curve(low) : curve(high);
  const double loss = from_low ? low_loss : high_loss;
  return from + (goal - loss) / slope;
}

int Forecast::next(const Goal& goal, const std::vector<Rung>& seen, int failed, int passed) const {
  const int middle = failed + (passed - failed) / 2;
  if (seen.size() >= kPatience && seen.size() % 2 == 0) return middle;
  // The forecast has come down upon the same side twice: it creeps.
  const bool is_bracketed = failed >= 0 && find_rung(seen, passed) != nullptr;
  if (is_bracketed && seen.size() >= 3 && seen.back().passes == seen[seen.size() - 2].passes) {
    return middle;
  }
  // The answer is above the crossing by a half on the mean; seen from it or from the setting below,
  // one more look is enough.
  return std::clamp(static_cast<int>(std::floor(crossing(goal, seen) + 0.5)), failed + 1,
                    passed - 1);
}

double Forecast::crossing(const Goal& goal, const std::vector<Rung>& seen) const {
  return std::max(
      setting_at(crossing_height(log_loss(goal.score), guess_.score, score_losses(seen))),
      setting_at(
          crossing_height(log_loss(goal.worst_block), guess_.worst_block, block_losses(seen))));
}

Forecast Forecast::met_at(const Goal& goal, int setting) const {
  const double height = curve_[static_cast<std::size_t>(setting)];
  return Forecast(curve_, {log_loss(goal.score) - height, log_loss(goal.worst_block) - height});
}

std::vector<double> Forecast::curve_through(const std::vector<Rung>& seen,
                                            const Offsets& offsets) const {
  std::vector<double> bent = curve_;
  const Losses losses = score_losses(seen);
  if (losses.empty()) return bent;
  const auto excess = [&](const Losses::value_type& loss) {
    return loss.second - offsets.score - curve_[static_cast<std::size_t>(loss.first)];
  };
  std::size_t above = 0;  // the first that was seen at this setting or higher
  for (int setting = 0; setting < count(); ++setting) {
    while (above < losses.size() && losses[above].first < setting) ++above;
    double bend = excess(losses[std::min(above, losses.size() - 1)]);
    if (above > 0 && above < losses.size()) {
      const auto& low = losses[above - 1];
      const double part = static_cast<double>(setting - low.first) /
                          static_cast<double>(losses[above].first - low.first);
      bend = excess(low) + part * (bend - excess(low));
    }
    bent[static_cast<std::size_t>(setting)] += bend;
  }
  return bent;
}

Offsets Forecast::offsets(const Goal& goal, const std::vector<Rung>& seen) const {
  const double score = log_loss(goal.score);
  const double block = log_loss(goal.worst_block);
  return {score - crossing_height(score, guess_.score, score_losses(seen)),
          block - crossing_height(block, guess_.worst_block, block_losses(seen))};
}

Result<Climb> climb(const Goal& goal, const Forecast& forecast, int end, const Look& look,
                    const IsHopeless& is_hopeless) {
  Climb climb;
  int failed = -1;
  int passed = std::min(end, forecast.count());
  const auto look_at = [&](int setting) -> Result<std::optional<Rung>> {
    LIMEN_ASSIGN(const std::optional<Rung> rung, look(setting));
    if (!rung) return rung;
    climb.seen.push_back(*rung);
    if (rung->passes) {
      passed = setting;
      climb.lowest = rung;
    }
    return rung;
  };
  while (true) {
    while (passed - failed > 1) {
      LIMEN_ASSIGN(const std::optional<Rung> rung,
                   look_at(forecast.next(goal, climb.seen, failed, passed)));
      if (!rung) return climb;
      if (rung->passes) continue;
      failed = rung->setting;
      climb.is_hopeless = is_hopeless != nullptr && is_hopeless(failed);
      if (climb.is_hopeless) return climb;
    }
    // Curves waver: below a setting that failed by a hair another may pass.
    if (failed < 1 || !is_near_miss(goal, climb.seen, failed, forecast.step_to(failed)) ||
        find_rung(climb.seen, failed - 1) != nullptr) {
      break;
    }
    const int below = failed - 1;
    LIMEN_ASSIGN(const std::optional<Rung> rung, look_at(below));
    if (!rung || !rung->passes) break;
    failed = -1;
    for (const Rung& other : climb.seen) {
      if (!other.passes && other.setting < below) failed = std::max(failed, other.setting);
    }
  }
  climb.is_closed = true;
  return climb;
}

}  // namespace limen::inline LIMEN_ABI::search
