// SPDX-License-Identifier: Apache-2.0

// A ladder's answer refined along the score's gradient.

#include <optional>
#include <utility>
#include <vector>

#include "lib/quality/refine.h"
#include "lib/quality/search_ladder.h"
#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI::search {

Result<Rung> Ladder::refine(const Rung& lowest) {
  if (weights_.empty()) return lowest;
  LIMEN_ASSIGN(const std::uint64_t bytes, make_file(lowest.setting));
  const auto rungs = rungs_;
  const auto told_before = told_;
  struct Passed {
    Rung rung;
    std::size_t trial;
  };
  std::vector<Passed> passed;
  const Judge judge = [&](int setting, const ConstImageView& shown) -> Result<bool> {
    // The same setting is another file now.
    rungs_.erase(setting);
    told_.erase(setting);
    LIMEN_ASSIGN(const Rung rung, this->judge(setting, shown));
    tell(setting);
    if (!rung.passes) return false;
    passed.push_back({rung, session_->trials.size() - 1});
    ++session_->encodes;
    return true;
  };
  const Refining task = {.original = original_->picture,
                         .chroma = options_.chroma,
                         .weights = weights_,
                         .target = session_->goal.score,
                         .first = lowest.setting,
                         .has_time = [this] { return session_->has_time(); }};
  auto refined = limen::refine(*shaped_, task, judge, session_->execution);
  // What does not fit into memory is left as it is.
  if (!refined && refined.error().code != ErrorCode::limit_exceeded) return refined.error();
  bool is_better = refined && *refined && (*refined)->file.size() < bytes;
  if (is_better) {
    LIMEN_ASSIGN(is_better, meets_goal((*refined)->file));
  }
  if (!is_better) {
    rungs_ = rungs;
    told_ = told_before;
    LIMEN_TRY(shaped_->move_aims({}));
    LIMEN_TRY(shaped_->weigh(weights_));
    return lowest;
  }
  const Passed& found = passed[(*refined)->which];
  session_->trials[found.trial].bytes = (*refined)->file.size();
  rungs_ = {{found.rung.setting, found.rung}};
  told_ = {{found.rung.setting, found.trial}};
  files_.clear();
  files_.emplace(found.rung.setting, std::move((*refined)->file));
  return found.rung;
}

// By the pixels that a decoder makes of the file itself: the setting below was seen of another.
Result<bool> Ladder::meets_goal(const Bytes& file) const {
  DecodeOptions options;
  options.limits.input_bytes = file.size();
  options.limits.metadata_bytes = file.size();
  options.limits.pixels = area(original_->picture.size);
  const auto decoded = decode(file, options, session_->execution);
  if (!decoded) {
    if (decoded.error().code == ErrorCode::limit_exceeded) return false;
    return decoded.error();
  }
  LIMEN_ASSIGN(const Comparison seen,
               original_->metric.compare(decoded->image.const_view(), session_->execution));
  return session_->goal.is_met(seen);
}

}  // namespace limen::inline LIMEN_ABI::search
