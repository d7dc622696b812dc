// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finding the lowest setting of a ladder that passes, with as few looks as may be. Knows nothing of
// pictures: a look is a function.

#include <functional>
#include <optional>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/result.h"
#include "limen/quality/score.h"

namespace limen::inline LIMEN_ABI::search {

/// What a candidate must reach.
struct Goal {
  Score score;
  Score worst_block;

  bool is_met(const Comparison& seen) const {
    return seen.score >= score && seen.worst_block >= worst_block;
  }
};

/// A setting that has been looked at.
struct Rung {
  int setting = 0;
  Comparison seen;  ///< the score no better than the guard believes it (lib/quality/guard.h)
  bool passes = false;
  Score scored{};  ///< by the metric alone
};

/// How far a picture lies from the mean curve, in the natural logarithm of the loss 100 - score.
struct Offsets {
  double score = 0;
  double worst_block = 0;

  friend Offsets operator+(const Offsets& a, const Offsets& b) {
    return {a.score + b.score, a.worst_block + b.worst_block};
  }
  friend Offsets operator-(const Offsets& a, const Offsets& b) {
    return {a.score - b.score, a.worst_block - b.worst_block};
  }
};

/// Foretells which setting is the lowest to pass: the logarithm of the loss is taken to run
/// parallel to a mean curve, at a distance guessed before the first look and measured from then on.
class Forecast {
 public:
  /// `mean_curve`: the logarithm of the mean loss at each setting. Made to fall strictly where it
  /// does not.
  Forecast(std::vector<double> mean_curve, Offsets guess);

  int count() const { return static_cast<int>(curve_.size()); }
  /// How far the mean curve falls with each of the settings that lead to this one, which is above
  /// 0.
  double step_to(int setting) const;

  /// The setting to look at next, above `failed` and below `passed`, which are at least 2 apart.
  int next(const Goal& goal, const std::vector<Rung>& seen, int failed, int passed) const;

  /// The setting, in fractions, at which the goal is met, by what was seen: -1 and count() stand
  /// for beyond the ends.
  double crossing(const Goal& goal, const std::vector<Rung>& seen) const;

  /// The same forecast, but that it takes the goal to be met at this setting until it sees better.
  Forecast met_at(const Goal& goal, int setting) const;

  /// The mean curve bent such that at these offsets it runs through the scores seen: what a sample
  /// shows of the picture's own curve, which of a picture that was a JPEG has a peak.
  std::vector<double> curve_through(const std::vector<Rung>& seen, const Offsets& offsets) const;

  /// How far from the mean curve the picture is where it meets the goal, by what was seen.
  Offsets offsets(const Goal& goal, const std::vector<Rung>& seen) const;

 private:
  double crossing_height(double goal, double guess,
                         const std::vector<std::pair<int, double>>& losses) const;
  double setting_at(double height) const;

  std::vector<double> curve_;
  Offsets guess_;
};

struct Climb {
  std::optional<Rung> lowest;  ///< the lowest that was seen to pass
  /// The setting below `lowest` was seen to fail, or there is none. Where nothing passed: the
  /// highest setting below `end` was seen to fail.
  bool is_closed = false;
  bool is_hopeless = false;  ///< ended by IsHopeless
  std::vector<Rung> seen;    ///< in the order in which it was looked at
};

/// Looks at a setting; nothing where no more may be looked at.
using Look = std::function<Result<std::optional<Rung>>(int setting)>;
/// Told of each setting that failed; true ends the climb: whatever passes above it cannot win.
using IsHopeless = std::function<bool(int failed)>;

/// Climbs settings 0 to end - 1: all, or those that could be of use. Each look halves the doubt at
/// least now and then, so a curve that falls in places, on which the forecast errs, ends in a pair
/// of neighbours all the same, if not in the lowest such pair.
Result<Climb> climb(const Goal& goal, const Forecast& forecast, int end, const Look& look,
                    const IsHopeless& is_hopeless = nullptr);

}  // namespace limen::inline LIMEN_ABI::search
