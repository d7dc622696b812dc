// SPDX-License-Identifier: Apache-2.0
#pragma once

// Formats and chroma modes against each other.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/quality/search_ladder.h"

namespace limen::inline LIMEN_ABI::search {

/// A file that may be the answer: a setting of a ladder, or a lossless file.
struct Contender {
  std::unique_ptr<Ladder> ladder;  ///< null: lossless
  int setting = 0;
  Format format = Format::png;
  Bytes lossless;
  bool is_certified = false;
};

/// The search for the smallest file that meets a session's goal, or for the finest of a size.
class Contest {
 public:
  Contest(Session& session, std::span<const Format> formats)
      : session_(session), formats_(formats) {}

  /// For a target score.
  Result<Found> find_smallest();
  /// For a target of bytes.
  Result<Found> find_finest(std::uint64_t bytes);

 private:
  bool accepts(Format format) const;
  std::size_t rank_of(const Contender& contender) const;
  std::vector<EncodeOptions> modes_of(Format format) const;

  Result<void> climb_jpeg();
  Result<void> climb_files(Format format);
  Result<Offsets> guess_for(const Ladder& ladder);
  Result<Climb> climb_one(Ladder& ladder, const Forecast& forecast, int end);
  Result<int> end_of_use(Ladder& ladder, int first);
  Result<void> settle(std::unique_ptr<Ladder> ladder, const Climb& climb);
  Result<void> enter(Contender contender);

  bool is_exact(const Contender& contender) const;
  Result<std::uint64_t> size_of(Contender& contender, bool exact);
  Result<bool> is_smaller(Contender& a, Contender& b);

  Result<std::optional<Contender>> fit_into(std::uint64_t bytes, const EncodeOptions& mode);

  Result<bool> is_worth_lossless(std::uint64_t beside);
  Result<void> encode_lossless(std::vector<Contender>& files);
  Result<Found> found(Contender contender, bool reached);

  Session& session_;
  std::span<const Format> formats_;
  std::optional<Contender> best_;    ///< the smallest so far that reaches the goal
  std::unique_ptr<Ladder> closest_;  ///< the one whose best score is the highest, none reaching it
};

}  // namespace limen::inline LIMEN_ABI::search
