// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/refine.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "lib/codec/jpeg/shaped_tables.h"
#include "lib/quality/aims.h"
#include "lib/quality/gradient.h"

namespace limen::inline LIMEN_ABI {

namespace {

// How fast the logarithm of the loss falls from a setting to the next, and over the logarithm of
// all weights: less than that, so that one does not overshoot.
constexpr double kFallBySetting = 0.007;
constexpr double kFallByWeight = 0.4;
// How much they change at the least where a file fails, times how often one has; and the farthest
// that they go, as logarithms.
constexpr double kLeastChange = 0.02;
constexpr double kLightest = -0.7;
constexpr double kHeaviest = 0.12;

// Settings to go for all strides together, to begin with.
constexpr int kFirstGain = 16;
// Strides: the share of the first, of each beside the one before, of the last.
constexpr float kFirstShare = 0.05f;
constexpr float kShorter = 0.6f;
constexpr float kLeastShare = 0.002f;

// After so many strides it shows how much all together will gain, as a multiple of what they have.
constexpr int kProbing = 3;
constexpr double kAllGain = 1.2;
// Another setting is worth starting anew by so much: finer, coarser.
constexpr int kFiner = 3;
constexpr int kCoarser = 5;
// There, how much of the moves is kept, the next stride's share, and strides before weights follow.
constexpr float kKept = 0.8f;
constexpr float kShareAgain = 0.03f;
constexpr int kPause = 3;

// From this stride on files are judged; the last one; by how much to aim above the target.
constexpr int kSettling = 8;
constexpr int kLast = 16;
constexpr double kAbove = 0.0015;
// A score so little above the target is as good as the target.
constexpr double kSurplus = 0.04;
// How much more to ask for, as a logarithm of the loss, each time that the judge is not content
// with the score alone.
constexpr double kBeyond = 0.02;
// The gradient's score and the metric's are as near as this.
constexpr double kDoubt = 0.01;

double log_loss(double score) {
  return binary_logarithm(std::max(100 - score, 0.01)) * 0.6931471805599453;
}

// One way from the trials as they are to a smaller file.
class Walk {
 public:
  Walk(ShapedTrials& trials, const Refining& task, const Judge& judge, const Execution& execution,
       ScoreGradient gradient, Aims aims)
      : trials_(trials),
        task_(task),
        judge_(judge),
        execution_(execution),
        gradient_(std::move(gradient)),
        aims_(std::move(aims)),
        weights_(task.weights.size()),
        setting_(held(task.first - kFirstGain)) {}

  Result<std::optional<Refined>> run() {
    for (; stride_ <= kLast && task_.has_time(); ++stride_) {
      LIMEN_ASSIGN(const ConstImageView shown, trials_.show(setting_, execution_));
      LIMEN_ASSIGN(const ScoreGradient::Reading reading, gradient_.read(shown, execution_));
      // How far the loss is from the target's.
      double lacks = log_loss(reading.score.value) - log_loss(task_.target.value);
      if (stride_ >= kSettling) {
        LIMEN_ASSIGN(const bool is_done, settle(shown, reading.score));
        if (is_done) break;
      }
      lacks += beyond_;
      aims_.follow(reading.by_sample, shown, task_.weights, trials_.steps(setting_),
                   {.share = share_});
      share_ = std::max(share_ * kShorter, kLeastShare);
      choose_next(lacks);
      LIMEN_TRY(weigh());
      LIMEN_TRY(trials_.move_aims(aims_.moves()));
    }
    return std::move(best_);
  }

 private:
  int held(int setting) const { return std::clamp(setting, 0, trials_.count() - 1); }

  // Whether this file is the answer.
  Result<bool> settle(const ConstImageView& shown, Score score) {
    if (score.value < task_.target.value - kDoubt) return false;
    LIMEN_ASSIGN(const bool passes, judge_(setting_, shown));
    if (!passes) {
      beyond_ += score.value < task_.target.value + kSurplus ? kAbove : kBeyond;
      return false;
    }
    LIMEN_ASSIGN(Bytes file, trials_.finish(setting_, execution_));
    if (!best_ || file.size() < best_->file.size()) {
      best_ = Refined{passes_, setting_, std::move(file)};
    }
    ++passes_;
    return beyond_ > 0 || score.value < task_.target.value + kSurplus;
  }

  void choose_next(double lacks) {
    if (stride_ == 0) first_lack_ = lacks;
    if (stride_ == kProbing) {
      const double to_come = first_lack_ - kAllGain * (first_lack_ - lacks);
      const int change = static_cast<int>(std::lround(to_come / kFallBySetting));
      if (change > kFiner || change < -kCoarser) go_to(setting_ + change);
    } else if (stride_ > kProbing && stride_ >= weighs_from_) {
      choose_weight(lacks);
    }
    before_ = lacks;
  }

  void go_to(int setting) {
    setting_ = held(setting);
    aims_.fade(kKept);
    share_ = std::max(share_, kShareAgain);
    weight_ = 0;
    failed_ = passed_ = std::nullopt;
    weighs_from_ = stride_ + (stride_ < kSettling ? kPause : 2);
  }

  // Tables of another setting choose all levels anew, and what was followed so far loses its
  // meaning with them; so in the end it is by all weights that a file becomes smaller or larger.
  void choose_weight(double lacks) {
    (lacks > 0 ? failed_ : passed_) = Weighed{weight_, lacks};
    // What passed a while ago with hardly more may not do so now.
    if (lacks > 0 && passed_ && passed_->weight < weight_ + kLeastChange / 2) passed_.reset();
    const bool is_last = stride_ + 1 >= kSettling;
    if (is_last && failed_ && passed_ && failed_->weight < passed_->weight) {
      const double run = passed_->weight - failed_->weight;
      const double part = (failed_->lacks + kAbove) / (failed_->lacks - passed_->lacks);
      weight_ = failed_->weight + run * std::clamp(part, 0.1, 0.9);
      return;
    }
    const double to_come = is_last ? -kAbove : 0.5 * std::max(0.0, before_ - lacks);
    double change = (lacks - to_come) / kFallByWeight;
    if (is_last && lacks > 0) change = std::max(change, kLeastChange * ++misses_);
    weight_ += change;
    if (weight_ > kHeaviest && lacks > 0) {
      go_to(setting_ + static_cast<int>(std::ceil(lacks / kFallBySetting)) + 1);
    }
    weight_ = std::max(weight_, kLightest);
  }

  Result<void> weigh() {
    const auto factor = static_cast<float>(exponential(weight_));
    for (std::size_t i = 0; i < weights_.size(); ++i) weights_[i] = factor * task_.weights[i];
    return trials_.weigh(weights_);
  }

  // What was seen at a weight.
  struct Weighed {
    double weight = 0;
    double lacks = 0;
  };

  ShapedTrials& trials_;
  const Refining& task_;
  const Judge& judge_;
  const Execution& execution_;
  ScoreGradient gradient_;
  Aims aims_;
  std::vector<float> weights_;  ///< as the trials are told now
  int setting_;
  int stride_ = 0;
  float share_ = kFirstShare;
  double first_lack_ = 0;  ///< of the loss's logarithm, to the target's
  double before_ = 0;      ///< at the last stride
  double weight_ = 0;      ///< the logarithm of all weights
  int weighs_from_ = 0;
  std::size_t passes_ = 0;
  int misses_ = 0;
  double beyond_ = 0;              ///< the target, since the judge asked for more
  std::optional<Weighed> failed_;  ///< the last that did
  std::optional<Weighed> passed_;
  std::optional<Refined> best_;
};

}  // namespace

Result<std::optional<Refined>> refine(ShapedTrials& trials, const Refining& task,
                                      const Judge& judge, const Execution& execution) {
  LIMEN_ASSIGN(ScoreGradient gradient, ScoreGradient::prepare(task.original, execution));
  LIMEN_ASSIGN(Aims aims, Aims::create(task.original, task.chroma, execution.workspace));
  return Walk(trials, task, judge, execution, std::move(gradient), std::move(aims)).run();
}

}  // namespace limen::inline LIMEN_ABI
