// SPDX-License-Identifier: Apache-2.0
#pragma once

// The settings of one format and chroma, looked at one by one.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "lib/codec/jpeg/shaped.h"
#include "lib/quality/guard.h"
#include "lib/quality/search_climb.h"
#include "lib/quality/search_model.h"
#include "lib/quality/search_subject.h"
#include "limen/codec/trial.h"
#include "limen/quality/search.h"

namespace limen::inline LIMEN_ABI::search {

/// What all ladders of a search share.
struct Session {
  const SearchOptions& options;
  Goal goal;
  const Execution& execution;
  Subject& subject;
  std::chrono::steady_clock::time_point started;
  int evaluations = 0;
  int encodes = 0;
  std::vector<Trial> trials;

  /// Whether the time budget is spent.
  bool is_late() const;
  /// Whether another trial may start: the first always may.
  bool has_time() const;
};

/// A look that tells how much each block of 8 by 8 pixels matters.
struct CloseLook {
  Rung rung;
  std::vector<float> weights;  ///< block_weights(); empty: the picture is too small to tell
};

/// The effort from which on a JPEG's levels are weighed.
inline constexpr int kLeastWeighedEffort = 4;

class Ladder {
 public:
  /// `shaping`: a JPEG by limen's own quantiser; absent: as encode() makes it.
  static Result<std::unique_ptr<Ladder>> start(Session& session, const EncodeOptions& options,
                                               const std::optional<Shaping>& shaping = {});

  int count() const { return (trials_->count() - 1) / stride_ + 1; }
  const EncodeOptions& options() const { return options_; }
  Quality quality_of(int setting) const { return trials_->quality_of(at(setting)); }
  bool shows_files() const { return trials_->shows_files(); }
  JpegQuantizer quantizer() const {
    return shaped_ != nullptr ? JpegQuantizer::limen : JpegQuantizer::libjpeg;
  }
  const Original& original() const { return *original_; }
  const LadderModel& model() const { return *model_; }
  /// The logarithm of the mean loss at each setting.
  std::vector<double> curve() const;

  /// Shows and scores a setting, once. Nothing where time is up.
  Result<std::optional<Rung>> look(int setting);
  /// look() without a trial to be told of, unless score() makes it the answer.
  Result<Rung> peek(int setting);
  /// peek() of a ladder with a shaping: what it takes to weigh another one. Nothing where time is
  /// up.
  Result<std::optional<CloseLook>> look_closely(int setting);
  /// ShapedTrials::weigh(), before anything is looked at.
  Result<void> weigh(const CloseLook& look);
  /// Of a ladder with a shaping that may have the answer, before its first look: from now on what
  /// is looked at is guarded.
  Result<void> guard();
  /// Whether the guard has disbelieved a score that would have done.
  bool is_held() const { return usual_times_.has_value(); }
  /// Of a guarded ladder, before its first look: looks at a setting and raises the weights, which
  /// it was weighed by, of the blocks that are harmed there. What is seen is not kept where any is.
  Result<std::optional<Rung>> raise(int setting, const CloseLook& look);
  /// Of a ladder that was weighed and climbed up to `lowest`: follows the score's gradient to a
  /// smaller file that passes too (lib/quality/refine.h). What was seen of that one, which is then
  /// all that is kept of the ladder; of `lowest`, and its file, where there is none.
  Result<Rung> refine(const Rung& lowest);
  /// look() whatever the time, for a setting already chosen; `passes` is told of it.
  Result<void> score(int setting, bool passes);

  /// What the codec says of a file's size without making it; nothing where it cannot.
  Result<std::optional<std::uint64_t>> estimate(int setting);
  /// Trials::compare_bytes().
  Result<std::optional<std::uint64_t>> compare(int setting);
  /// The size of a file that has been made and kept.
  std::optional<std::uint64_t> file_bytes(int setting) const;
  /// Makes and keeps a file, and tells its size.
  Result<std::uint64_t> make_file(int setting);
  /// The setting nearest to this one whose file is kept.
  std::optional<int> file_near(int setting) const;
  /// A setting whose file is kept, the lowest.
  std::optional<int> any_file() const;
  /// The file, which is forgotten here.
  Result<Bytes> take_file(int setting);
  /// Frees the memory of files other than this one.
  void keep_only(int setting);

  /// What was seen of a setting that has been looked at.
  const Rung& rung(int setting) const { return rungs_.at(setting); }
  /// The best score among what was looked at; null: nothing was.
  const Rung* best() const;

 private:
  Ladder() = default;
  /// What the codec numbers a setting.
  int at(int setting) const { return trials_->count() - 1 - (count() - 1 - setting) * stride_; }
  Result<Rung> see(int setting);
  Result<Rung> judge(int setting, const ConstImageView& shown, bool is_raising = false);
  Result<void> ask_libjpeg(int setting);
  Result<bool> meets_goal(const Bytes& file) const;
  Rung note(int setting, const Comparison& seen, const Comparison& believed);
  void tell(int setting);
  Trial* told(int setting);

  Session* session_ = nullptr;
  EncodeOptions options_;
  const Original* original_ = nullptr;
  const LadderModel* model_ = nullptr;
  std::unique_ptr<Trials> trials_;
  ShapedTrials* shaped_ = nullptr;     ///< the same, of a ladder with a shaping
  int stride_ = 1;                     ///< of the codec's settings, so many are one here
  std::optional<Guard> guard_;         ///< once asked for
  std::optional<double> usual_times_;  ///< once libjpeg has been asked
  Damage damage_;                      ///< of what was judged last
  std::vector<float> weights_;         ///< what the trials were weighed by last
  std::map<int, Rung> rungs_;
  std::map<int, std::uint64_t> estimates_;
  std::map<int, std::uint64_t> compared_;
  std::map<int, Bytes> files_;
  std::map<int, std::size_t> told_;
};

}  // namespace limen::inline LIMEN_ABI::search
