// SPDX-License-Identifier: Apache-2.0

// The contest's JPEGs: of libjpeg's quantiser, and of limen's own.

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/quality/search_contest.h"
#include "lib/quality/search_graphic.h"
#include "lib/quality/search_sizes.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

// The efforts from which on a JPEG is limen's own, and refined along the gradient.
constexpr int kLeastOwn = 2;
constexpr int kLeastRefined = 8;
constexpr int kMostEffort = 9;

// How often a sample that errs on sizes is set right.
constexpr int kMostRounds = 3;

// From this share on a picture is taken for one that was drawn, and below it for one that may be.
constexpr double kDrawn = 0.5;
constexpr double kMaybeDrawn = 0.15;

// How much more than the first chroma mode the other must promise not to be tried: samples promise
// too much of 4:2:0, above all near 90. Low efforts take what they get.
struct Doubt {
  double of_halved;  // where 4:2:0 promises less
  double of_full;
};
constexpr Doubt kQuickDoubt{0.02, 0.02};
constexpr Doubt kDoubt{0.05, 0.3};

// How much more than limen's own file a sample must promise of libjpeg's for that not to be tried,
// and from what loss below the target's on, which a worst block has asked for, the other chroma
// mode is asked too: logarithms.
constexpr double kLibjpegsDoubt = 0.05;
constexpr double kFarBeyond = 0.03;

double log_loss(Score score) { return std::log(std::max(100 - score.value, 0.01)); }

}  // namespace

Result<Contest::OwnJpegs> Contest::own_jpegs() {
  const EncodeOptions& options = session_.options.encode;
  // libjpeg's quantiser alone has other subsamplings, and says what is wrong with an effort.
  const bool has_chroma = options.chroma == ChromaSubsampling::automatic ||
                          options.chroma == ChromaSubsampling::yuv420 ||
                          options.chroma == ChromaSubsampling::yuv444;
  if (options.effort < kLeastOwn || options.effort > kMostEffort || !has_chroma) return OwnJpegs{};
  LIMEN_ASSIGN(const ConstImageView picture,
               session_.subject.encodable(Format::jpeg, session_.execution));
  const double drawn = drawn_share(picture);
  const LevelChoice choice =
      options.effort < kLeastWeighedEffort ? LevelChoice::rounded : LevelChoice::weighed;
  return OwnJpegs{.shaping = Shaping{choice, drawn >= kDrawn},
                  .may_be_drawn = drawn >= kMaybeDrawn};
}

Result<void> Contest::climb_jpeg() {
  LIMEN_ASSIGN(const OwnJpegs own, own_jpegs());
  if (!own.shaping) return climb_rounded(std::nullopt);
  if (own.shaping->choice == LevelChoice::rounded) {
    LIMEN_TRY(climb_rounded(own.shaping));
  } else {
    LIMEN_TRY(climb_weighed(*own.shaping));
  }
  if (!session_.has_time()) return {};
  const bool is_held = has_jpeg() && best_->ladder->is_held();
  bool is_worth = own.may_be_drawn || !best_ || is_held;
  if (!is_worth && has_jpeg()) {
    LIMEN_ASSIGN(is_worth, may_libjpeg_win());
  }
  if (!is_worth) return {};
  return climb_rounded(std::nullopt);
}

// Whether a file by libjpeg's quantiser may be smaller than the best so far, which is by limen's:
// told by a look at either's sample.
Result<bool> Contest::may_libjpeg_win() {
  // Of a picture too small to be sampled what is saved may not pay for a table more.
  if (own_sample_ == nullptr || own_sample_->best() == nullptr) return true;
  // What a worst block has asked for beyond the score libjpeg's file may not need.
  const Rung& best = best_->ladder->rung(best_->setting);
  if (log_loss(session_.goal.score) - log_loss(best.scored) > kFarBeyond) return true;
  const Rung own = *own_sample_->best();
  LIMEN_ASSIGN(const auto plain, Ladder::start(*sampling_, own_sample_->options()));
  const double quality = own_sample_->quality_of(own.setting).value;
  const int setting = std::clamp(static_cast<int>(std::lround(quality)), 1, plain->count()) - 1;
  LIMEN_ASSIGN(const auto seen, plain->look(setting));
  LIMEN_ASSIGN(const auto own_bytes, own_sample_->estimate(own.setting));
  LIMEN_ASSIGN(const auto bytes, plain->estimate(setting));
  if (!seen || !own_bytes || !bytes) return false;
  const double growth = log_loss(seen->scored) - log_loss(own.scored);
  const double likely = static_cast<double>(*bytes) * std::exp(kSizeGrowth * growth);
  return likely < static_cast<double>(*own_bytes) * (1 + kLibjpegsDoubt);
}

// Both chroma modes, if there are two: the one that promises the smaller file first, so that the
// other has only to show that it cannot be smaller.
Result<void> Contest::climb_rounded(const std::optional<Shaping>& shaping) {
  std::vector<Mode> modes;
  for (const EncodeOptions& options : modes_of(Format::jpeg)) {
    LIMEN_ASSIGN(Mode mode, start_mode(options, shaping));
    modes.push_back(std::move(mode));
  }
  LIMEN_TRY(sort_by_promise(modes));
  LIMEN_ASSIGN(const bool is_settled, is_settled_by_lossless(modes.front()));
  if (is_settled) return {};
  Offsets shift;
  double scale = 0;
  for (Mode& mode : modes) {
    if (shaping && has_jpeg()) {
      // Samples err alike, but for the worst block of what halved chroma blurs.
      const Forecast shifted(mode.curve, mode.guess + Offsets{shift.score, 0});
      mode.likely = shifted.next(session_.goal, {}, -1, shifted.count());
      LIMEN_ASSIGN(const bool is_enough, is_one_enough(modes, shaping->choice));
      if (is_enough) break;
    }
    LIMEN_TRY(start_ladder(mode));
    const Forecast forecast(mode.curve, mode.guess + shift);
    if (scale > 0) mode.scale = scale;
    if (shaping) LIMEN_TRY(mode.ladder->guard());
    LIMEN_ASSIGN(const int end, end_of_use(mode, forecast));
    LIMEN_ASSIGN(const Climb climb, climb_one(*mode.ladder, forecast, end));
    shift = forecast.offsets(session_.goal, climb.seen) - mode.guess;
    if (mode.sample != nullptr && !climb.seen.empty()) learn_error(mode, shift);
    if (climb.lowest && mode.sample != nullptr && modes.size() == 2) {
      // The same of both modes, or nearly so.
      const int setting = climb.lowest->setting;
      LIMEN_ASSIGN(const auto whole, mode.ladder->compare(setting));
      LIMEN_ASSIGN(const auto part, mode.sample->estimate(setting));
      if (whole && part && *part > 0) {
        scale = static_cast<double>(*whole) / static_cast<double>(*part);
      }
    }
    if (climb.lowest) mode.likely = climb.lowest->setting;
    LIMEN_TRY(settle(std::move(mode.ladder), climb));
    if (shaping && has_jpeg() && best_->ladder->options().chroma == mode.options.chroma) {
      own_sample_ = mode.sample;
    }
  }
  return {};
}

// The chroma mode that promises the smaller file, the other where that one does not get there. A
// look at rounded levels is cheap, one at weighed levels is not.
Result<void> Contest::climb_weighed(const Shaping& shaping) {
  std::vector<Mode> modes;
  const Shaping quick{LevelChoice::rounded, shaping.is_graphic};
  for (const EncodeOptions& options : modes_of(Format::jpeg)) {
    LIMEN_ASSIGN(Mode mode, start_mode(options, quick));
    modes.push_back(std::move(mode));
  }
  LIMEN_TRY(sort_by_promise(modes));
  LIMEN_ASSIGN(const bool is_settled, is_settled_by_lossless(modes.front()));
  if (is_settled) return {};
  LIMEN_ASSIGN(const bool is_enough, is_one_enough(modes, shaping.choice));
  if (!is_enough) LIMEN_TRY(sort_by_looks(modes));
  for (Mode& mode : modes) {
    LIMEN_TRY(climb_weighed(mode, shaping));
    if (!has_jpeg()) continue;
    own_sample_ = mode.sample;
    break;
  }
  return {};
}

// Whether the first of the modes promises so much less than the other that it need not be tried.
Result<bool> Contest::is_one_enough(std::vector<Mode>& modes, LevelChoice choice) {
  if (modes.size() < 2) return true;
  if (modes.front().sample == nullptr) return false;
  LIMEN_ASSIGN(const auto first, promised_size(modes[0]));
  LIMEN_ASSIGN(const auto second, promised_size(modes[1]));
  if (!first || !second) return false;
  const Doubt doubt = choice == LevelChoice::weighed ? kDoubt : kQuickDoubt;
  const bool is_halved = modes.front().options.chroma == ChromaSubsampling::yuv420;
  return *second >= *first + allowance(*first, is_halved ? doubt.of_halved : doubt.of_full);
}

// One look at the whole picture by each of the modes, and the one first that promises the smaller
// file then.
Result<void> Contest::sort_by_looks(std::vector<Mode>& modes) {
  std::vector<std::uint64_t> sizes;
  for (Mode& mode : modes) {
    if (!session_.has_time()) return {};
    LIMEN_TRY(start_ladder(mode));
    LIMEN_ASSIGN(const Rung rung, mode.ladder->peek(mode.likely));
    const Forecast forecast(mode.curve, mode.guess);
    const int count = forecast.count();
    mode.guess = forecast.offsets(session_.goal, {rung});
    mode.likely = Forecast(mode.curve, mode.guess).next(session_.goal, {}, -1, count);
    LIMEN_ASSIGN(const auto size, mode.ladder->compare(mode.likely));
    if (!size) return {};
    sizes.push_back(*size);
  }
  if (sizes[1] < sizes[0]) std::swap(modes[0], modes[1]);
  return {};
}

// One look at rounded levels tells where the picture's loss comes from, which weighs its blocks.
Result<void> Contest::climb_weighed(Mode& mode, const Shaping& shaping) {
  LIMEN_TRY(start_ladder(mode));
  LIMEN_ASSIGN(const std::optional<CloseLook> close, mode.ladder->look_closely(mode.likely));
  if (close && session_.has_time()) {
    const Offsets seen = Forecast(mode.curve, mode.guess).offsets(session_.goal, {close->rung});
    if (mode.sample != nullptr) learn_error(mode, seen - mode.sampled);
    LIMEN_ASSIGN(std::unique_ptr<Ladder> ladder, Ladder::start(session_, mode.options, shaping));
    LIMEN_TRY(ladder->weigh(*close));
    LIMEN_TRY(ladder->guard());
    // A quality's name is that of about the same loss, whether levels are rounded or weighed.
    Forecast forecast(ladder->curve(), seen);
    const int first = forecast.next(session_.goal, {}, -1, ladder->count());
    LIMEN_ASSIGN(const std::optional<Rung> before, ladder->raise(first, *close));
    if (before) {
      forecast = Forecast(ladder->curve(), forecast.offsets(session_.goal, {*before}));
    }
    LIMEN_ASSIGN(Climb climb, climb_one(*ladder, forecast, ladder->count()));
    if (climb.lowest && session_.options.encode.effort >= kLeastRefined) {
      LIMEN_ASSIGN(climb.lowest, ladder->refine(*climb.lowest));
    }
    if (!climb.seen.empty()) return settle(std::move(ladder), climb);
  }
  // Time is up: a rounded file is what there is.
  if (mode.ladder->best() == nullptr) return {};
  const Rung rung = *mode.ladder->best();
  LIMEN_TRY(mode.ladder->score(rung.setting, rung.passes));
  Climb climb;
  climb.seen = {rung};
  if (rung.passes) climb.lowest = rung;
  return settle(std::move(mode.ladder), climb);
}

// The best so far, as it compares with this mode's files.
Result<Contest::Beside> Contest::beside_best(Mode& mode) {
  Beside beside;
  Ladder& ladder = *mode.ladder;
  if (best_->ladder != nullptr && best_->ladder->quantizer() == ladder.quantizer()) {
    LIMEN_ASSIGN(const auto best, best_->ladder->compare(best_->setting));
    if (best) beside.bytes = *best + allowance(*best, kComparisonError);
    beside.size_of = [&ladder](int setting) { return ladder.compare(setting); };
  } else {
    LIMEN_ASSIGN(const std::uint64_t best, size_of(*best_, true));
    beside.bytes = best + allowance(best);
    beside.size_of = [&ladder](int setting) { return ladder.estimate(setting); };
  }
  return beside;
}

// Files of this setting and those above are not smaller than the best so far, of another mode.
Result<int> Contest::end_of_use(Mode& mode, const Forecast& forecast) {
  const int count = mode.ladder->count();
  // Of a small picture all settings are climbed, since on those curves waver.
  if (!best_ || mode.sample == nullptr) return count;
  LIMEN_ASSIGN(const Beside beside, beside_best(mode));
  if (beside.bytes == 0) return count;
  int first = forecast.next(session_.goal, {}, -1, count);
  for (int round = 0; round < kMostRounds; ++round) {
    LIMEN_ASSIGN(const Fit fit, largest_fit(mode.curve, beside.bytes, first, [&](int setting) {
                   return expected_size(mode, setting);
                 }));
    const int end = fit.setting + 1;
    if (!fit.is_closed || end >= count) return count;
    LIMEN_ASSIGN(const auto size, beside.size_of(end));
    if (!size) return count;
    if (*size > beside.bytes) return end;
    // The sample erred: set right by what was just seen.
    LIMEN_ASSIGN(const auto part, expected_size(mode, end));
    mode.scale *=
        static_cast<double>(*size) / static_cast<double>(std::max<std::uint64_t>(*part, 1));
    first = std::min(end + 1, count - 1);
  }
  return count;
}

}  // namespace limen::inline LIMEN_ABI::search
