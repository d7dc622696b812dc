// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_ladder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "lib/quality/error_share.h"
#include "lib/quality/guard.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

// Looks, not bytes, are what low efforts are short of: a step is 3 % of the tables' scale there.
constexpr int kQuickStride = 3;

}  // namespace

bool Session::is_late() const {
  if (options.time_budget.count() == 0) return false;
  return std::chrono::steady_clock::now() - started >= options.time_budget;
}

bool Session::has_time() const { return (evaluations == 0 && encodes == 0) || !is_late(); }

Result<std::unique_ptr<Ladder>> Ladder::start(Session& session, const EncodeOptions& options,
                                              const std::optional<Shaping>& shaping) {
  std::unique_ptr<Ladder> ladder(new Ladder);
  ladder->session_ = &session;
  ladder->options_ = options;
  LIMEN_ASSIGN(const ConstImageView picture,
               session.subject.encodable(options.format, session.execution));
  LIMEN_ASSIGN(ladder->original_,
               session.subject.original(options.format, options.bit_depth, session.execution));
  ladder->model_ = &model_of(options, picture.format.layout);
  if (!shaping) {
    LIMEN_ASSIGN(ladder->trials_, start_trials(picture, options, session.execution));
    ladder->trials_->allow_sequential();
    return ladder;
  }
  LIMEN_ASSIGN(auto shaped,
               start_shaped_jpeg_trials(picture, options, *shaping, session.execution));
  if (session.options.encode.effort < kLeastWeighedEffort) ladder->stride_ = kQuickStride;
  ladder->shaped_ = shaped.get();
  ladder->trials_ = std::move(shaped);
  return ladder;
}

std::vector<double> Ladder::curve() const {
  std::vector<double> curve;
  for (int setting = 0; setting < count(); ++setting) {
    const Quality quality = quality_of(setting);
    curve.push_back(mean_log_loss(*model_, quality) + loss_by_effort(options_, quality));
  }
  return curve;
}

Result<std::optional<Rung>> Ladder::look(int setting) {
  if (!rungs_.contains(setting) && !session_->has_time()) return std::optional<Rung>();
  LIMEN_ASSIGN(const Rung rung, see(setting));
  return std::optional(rung);
}

Result<void> Ladder::score(int setting, bool passes) {
  LIMEN_TRY(see(setting));
  tell(setting);
  rungs_.at(setting).passes = passes;
  told(setting)->passes = passes;
  return {};
}

Result<Rung> Ladder::see(int setting) {
  LIMEN_ASSIGN(const Rung rung, peek(setting));
  tell(setting);
  return rung;
}

Result<Rung> Ladder::peek(int setting) {
  if (const auto known = rungs_.find(setting); known != rungs_.end()) return known->second;
  if (session_->execution.is_cancelled()) return cancelled();
  LIMEN_ASSIGN(const ConstImageView shown, trials_->show(at(setting), session_->execution));
  // Kept at once: the trials themselves keep few.
  if (trials_->shows_files()) LIMEN_TRY(make_file(setting));
  return judge(setting, shown);
}

Result<void> Ladder::weigh(const CloseLook& look) {
  if (look.weights.empty()) return {};
  weights_ = look.weights;
  return shaped_->weigh(look.weights);
}

Result<void> Ladder::guard() {
  LIMEN_ASSIGN(guard_, Guard::prepare(original_->picture, session_->execution));
  return {};
}

Result<std::optional<Rung>> Ladder::raise(int setting, const CloseLook& look) {
  if (look.weights.empty()) return this->look(setting);
  if (!session_->has_time()) return std::optional<Rung>();
  if (session_->execution.is_cancelled()) return cancelled();
  LIMEN_ASSIGN(const ConstImageView shown, trials_->show(at(setting), session_->execution));
  LIMEN_ASSIGN(const Rung rung, judge(setting, shown, true));
  std::vector<float> weights = look.weights;
  const double times = usual_times_.value_or(1);
  if (raise_weights(damage_, session_->goal.score, weights, times) == 0) {
    tell(setting);
    return std::optional(rung);
  }
  LIMEN_TRY(shaped_->weigh(weights));
  weights_ = std::move(weights);
  rungs_.clear();
  return std::optional(rung);
}

Result<Rung> Ladder::judge(int setting, const ConstImageView& shown, bool is_raising) {
  LIMEN_ASSIGN(const Comparison seen, original_->metric.compare(shown, session_->execution));
  Comparison believed = seen;
  // What fails by its score alone needs no second opinion.
  if (guard_ && (is_raising || session_->goal.is_met(seen))) {
    LIMEN_ASSIGN(damage_, guard_->damage(shown, session_->execution));
    if (!usual_times_ && guarded_score(damage_) < std::min(seen.score, session_->goal.score)) {
      LIMEN_TRY(ask_libjpeg(setting));
    }
    believed.score = std::min(seen.score, guarded_score(damage_, usual_times_.value_or(1)));
  }
  return note(setting, seen, believed);
}

// What the bound keeps a file to is no less than what libjpeg-turbo does to this very picture.
Result<void> Ladder::ask_libjpeg(int setting) {
  LIMEN_ASSIGN(const auto plain, start_trials(original_->picture, options_, session_->execution));
  const int nearest = plain->setting_of(quality_of(setting));
  LIMEN_ASSIGN(const ConstImageView shown, plain->show(nearest, session_->execution));
  LIMEN_ASSIGN(const Comparison seen, original_->metric.compare(shown, session_->execution));
  LIMEN_ASSIGN(const Damage damage, guard_->damage(shown, session_->execution));
  ++session_->evaluations;
  // Scores differ between instruction sets in their fourth decimal, and weights follow from this.
  constexpr double kGrid = 16;
  usual_times_ = usual_times(damage, Score{std::round(seen.score.value * kGrid) / kGrid});
  return {};
}

Result<std::optional<CloseLook>> Ladder::look_closely(int setting) {
  if (!session_->has_time()) return std::optional<CloseLook>();
  if (session_->execution.is_cancelled()) return cancelled();
  LIMEN_ASSIGN(const ConstImageView shown, trials_->show(at(setting), session_->execution));
  CloseLook look;
  if (const auto known = rungs_.find(setting); known != rungs_.end()) {
    look.rung = known->second;
  } else {
    LIMEN_ASSIGN(look.rung, judge(setting, shown));
  }
  // The gradient has no scale for less.
  constexpr std::int32_t kLeastSide = 8;
  if (std::min(shown.size.width, shown.size.height) < kLeastSide) return std::optional(look);
  LIMEN_ASSIGN(const std::vector<float> shares,
               share_loss(original_->picture, shown, session_->execution));
  std::vector<float> errors(area(shaped_->blocks()));
  LIMEN_TRY(shaped_->read_errors(errors));
  look.weights = block_weights(shares, errors);
  return std::optional(std::move(look));
}

Rung Ladder::note(int setting, const Comparison& seen, const Comparison& believed) {
  ++session_->evaluations;
  const Rung rung{setting, believed, session_->goal.is_met(believed), seen.score};
  rungs_.emplace(setting, rung);
  return rung;
}

void Ladder::tell(int setting) {
  if (told(setting) != nullptr) return;
  const Rung& rung = rungs_.at(setting);
  told_[setting] = session_->trials.size();
  session_->trials.push_back({.format = options_.format,
                              .chroma = options_.chroma,
                              .sharp_yuv = options_.sharp_yuv.value_or(false),
                              .mode = quality_of(setting),
                              .quantizer = quantizer(),
                              .score = rung.scored,
                              .worst_block = rung.seen.worst_block,
                              .bytes = file_bytes(setting).value_or(0),
                              .passes = rung.passes});
}

Result<std::uint64_t> Ladder::make_file(int setting) {
  if (const auto bytes = file_bytes(setting)) return *bytes;
  LIMEN_ASSIGN(Bytes file, trials_->finish(at(setting), session_->execution));
  ++session_->encodes;
  const std::uint64_t bytes = file.size();
  if (Trial* trial = told(setting)) trial->bytes = bytes;
  files_.emplace(setting, std::move(file));
  return bytes;
}

Trial* Ladder::told(int setting) {
  const auto at = told_.find(setting);
  return at != told_.end() ? &session_->trials[at->second] : nullptr;
}

std::optional<std::uint64_t> Ladder::file_bytes(int setting) const {
  const auto file = files_.find(setting);
  if (file == files_.end()) return std::nullopt;
  return file->second.size();
}

std::optional<int> Ladder::file_near(int setting) const {
  std::optional<int> near;
  for (const auto& [other, file] : files_) {
    if (!near || std::abs(other - setting) < std::abs(*near - setting)) near = other;
  }
  return near;
}

std::optional<int> Ladder::any_file() const {
  if (files_.empty()) return std::nullopt;
  return files_.begin()->first;
}

Result<std::optional<std::uint64_t>> Ladder::estimate(int setting) {
  if (const auto bytes = file_bytes(setting)) return bytes;
  if (const auto known = estimates_.find(setting); known != estimates_.end()) {
    return std::optional(known->second);
  }
  LIMEN_ASSIGN(const std::optional<std::uint64_t> estimate,
               trials_->estimate_bytes(at(setting), session_->execution));
  if (estimate) estimates_[setting] = *estimate;
  return estimate;
}

Result<std::optional<std::uint64_t>> Ladder::compare(int setting) {
  if (const auto known = compared_.find(setting); known != compared_.end()) {
    return std::optional(known->second);
  }
  LIMEN_ASSIGN(const std::optional<std::uint64_t> compared,
               trials_->compare_bytes(at(setting), session_->execution));
  if (compared) compared_[setting] = *compared;
  return compared;
}

Result<Bytes> Ladder::take_file(int setting) {
  LIMEN_TRY(make_file(setting));
  Bytes file = std::move(files_.at(setting));
  files_.erase(setting);
  return file;
}

void Ladder::keep_only(int setting) {
  std::erase_if(files_, [setting](const auto& file) { return file.first != setting; });
}

const Rung* Ladder::best() const {
  const Rung* best = nullptr;
  for (const auto& [setting, rung] : rungs_) {
    // Of equals the one that comes first, which is the smaller.
    if (best == nullptr || rung.seen.score > best->seen.score) best = &rung;
  }
  return best;
}

}  // namespace limen::inline LIMEN_ABI::search
