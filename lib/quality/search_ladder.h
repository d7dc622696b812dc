// SPDX-License-Identifier: Apache-2.0
#pragma once

// The settings of one format and chroma, looked at one by one.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

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

  /// Whether another trial may start: the first always may.
  bool has_time() const;
};

class Ladder {
 public:
  static Result<std::unique_ptr<Ladder>> start(Session& session, const EncodeOptions& options);

  int count() const { return trials_->count(); }
  const EncodeOptions& options() const { return options_; }
  Quality quality_of(int setting) const { return trials_->quality_of(setting); }
  int setting_of(Quality quality) const { return trials_->setting_of(quality); }
  bool shows_files() const { return trials_->shows_files(); }
  const Original& original() const { return *original_; }
  const LadderModel& model() const { return *model_; }
  /// The logarithm of the mean loss at each setting.
  std::vector<double> curve() const;

  /// Shows and scores a setting, once. Nothing where time is up.
  Result<std::optional<Rung>> look(int setting);
  /// The same whatever the time, for a setting already chosen; `passes` is told of it.
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
  Result<Rung> see(int setting);
  Trial* told(int setting);

  Session* session_ = nullptr;
  EncodeOptions options_;
  const Original* original_ = nullptr;
  const LadderModel* model_ = nullptr;
  std::unique_ptr<Trials> trials_;
  std::map<int, Rung> rungs_;
  std::map<int, std::uint64_t> estimates_;
  std::map<int, std::uint64_t> compared_;
  std::map<int, Bytes> files_;
  std::map<int, std::size_t> told_;
};

}  // namespace limen::inline LIMEN_ABI::search
