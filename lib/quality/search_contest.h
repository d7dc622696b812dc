// SPDX-License-Identifier: Apache-2.0
#pragma once

// Formats and chroma modes against each other.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "lib/quality/search_ladder.h"
#include "lib/quality/search_sizes.h"

namespace limen::inline LIMEN_ABI::search {

/// How far a codec's estimate of a file's size may be off, beside another of its estimates: closer
/// sizes are told apart by the files.
inline constexpr double kEstimateError = 0.01;

/// The same of what a codec tells by a part of the picture: between chroma modes photographs are
/// off by .24 % in the median and .8 % at the most, screenshots by 2.8 %.
inline constexpr double kComparisonError = 0.01;

inline std::uint64_t allowance(std::uint64_t bytes, double error = kEstimateError) {
  return static_cast<std::uint64_t>(error * static_cast<double>(bytes));
}

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
  /// What is known of a file.
  struct Made {
    int setting = 0;
    std::uint64_t bytes = 0;
  };
  /// A ladder and what is foretold of it.
  struct Mode {
    EncodeOptions options;
    std::optional<Shaping> shaping;
    std::unique_ptr<Ladder> ladder;  ///< null: not started yet, and there is a sample
    std::shared_ptr<Ladder> sample;  ///< the same of a sample; null: none
    std::vector<double> curve;
    Offsets guess;
    Offsets sampled;            ///< what the sample made of it
    std::optional<Made> rough;  ///< the file nearest to `likely` that little effort made
    int likely = 0;             ///< the answer
    double scale = 1;           ///< the picture's size beside the sample's
  };
  /// A format's mode, and how a JPEG's levels are chosen: absent, as encode() does.
  struct Way {
    EncodeOptions options;
    std::optional<Shaping> shaping;
  };
  /// What a search among JPEGs of limen's own quantiser is about.
  struct OwnJpegs {
    std::optional<Shaping> shaping;  ///< absent: libjpeg's quantiser alone
    bool may_be_drawn = false;       ///< where tables made for photographs may lose
  };
  /// A ladder and where the largest file that fits may be.
  struct Fitting {
    std::unique_ptr<Ladder> ladder;
    std::vector<double> curve;
    int first = 0;
  };
  /// What a mode's files must not be larger than, and how they are told.
  struct Beside {
    std::uint64_t bytes = 0;
    SizeOf size_of;
  };

  bool accepts(Format format) const;
  std::size_t rank_of(const Contender& contender) const;
  std::vector<EncodeOptions> modes_of(Format format) const;

  Result<OwnJpegs> own_jpegs();
  Result<void> climb_jpeg();
  Result<void> climb_rounded(const std::optional<Shaping>& shaping);
  Result<void> climb_weighed(const Shaping& shaping);
  Result<void> climb_weighed(Mode& mode, const Shaping& shaping);
  Result<bool> may_libjpeg_win();
  Result<bool> is_one_enough(std::vector<Mode>& modes, LevelChoice choice);
  Result<void> sort_by_looks(std::vector<Mode>& modes);
  Result<Beside> beside_best(Mode& mode);
  Result<void> climb_files(Format format);
  int end_beside_other_halving(const Mode& mode, const Forecast& forecast) const;
  Offsets offsets_by_features(const Ladder& ladder);
  Result<Mode> start_mode(const EncodeOptions& options, const std::optional<Shaping>& shaping = {});
  Result<void> start_ladder(Mode& mode);
  Result<void> start_sampling();
  Result<Offsets> sample_mode(Mode& mode, const Offsets& by_features);
  bool is_rough_worth(const EncodeOptions& options);
  Result<void> look_roughly(Mode& mode);
  void start_aside();
  double mean_answer_height(const Mode& mode, double doubt) const;
  Result<void> sample_jpeg(ChromaSubsampling chroma);
  void learn_error(const Mode& jpeg, const Offsets& error);
  Result<Offsets> sample_error(const EncodeOptions& options);
  Result<std::optional<std::uint64_t>> expected_size(Mode& mode, int setting);
  Result<std::optional<std::uint64_t>> promised_size(Mode& mode);
  Result<void> sort_by_promise(std::vector<Mode>& modes);
  Result<int> end_of_use(Mode& mode, const Forecast& forecast);
  Result<Climb> climb_one(Ladder& ladder, const Forecast& forecast, int end);
  Result<void> settle(std::unique_ptr<Ladder> ladder, const Climb& climb);
  Result<void> enter(Contender contender);

  /// The best so far is a JPEG, or another lossy file.
  bool has_jpeg() const { return best_ && best_->ladder != nullptr; }
  bool is_exact(const Contender& contender) const;
  Result<std::uint64_t> size_of(Contender& contender, bool exact);
  Result<std::optional<bool>> is_plainly_smaller(Contender& a, Contender& b);
  Result<bool> is_smaller(Contender& a, Contender& b);

  Result<std::vector<Way>> ways_of(Format format);
  Result<Fitting> start_fitting(std::uint64_t bytes, const EncodeOptions& mode,
                                const std::optional<Shaping>& shaping);
  Result<Fitting> start_weighed_fitting(std::uint64_t bytes, const EncodeOptions& mode,
                                        const Shaping& shaping);
  Result<std::optional<Contender>> fit_into(std::uint64_t bytes, const Way& way, bool has_other);

  bool may_be_lossless(std::uint64_t bytes);
  Result<bool> is_worth_lossless();
  Result<bool> is_settled_by_lossless(Mode& mode);
  Result<void> enter_lossless();
  Result<void> encode_lossless(std::vector<Contender>& files);
  Result<Found> found(Contender contender, bool reached);

  Session& session_;
  std::span<const Format> formats_;
  std::optional<Contender> best_;  ///< the smallest so far that reaches the goal
  bool is_lossless_entered_ = false;
  std::optional<double> least_lossless_;
  std::optional<Features> features_;
  bool is_sampled_ = false;
  std::optional<Image> sample_;
  std::unique_ptr<Subject> sample_subject_;
  Offsets sample_shift_;  ///< how far the last mode's sample was from what features told
  std::unique_ptr<Session> sampling_;   ///< of sample_; null where there is none
  std::shared_ptr<Ladder> own_sample_;  ///< of the best so far, if that is by limen's quantiser
  std::unique_ptr<Session> aside_;      ///< of looks at the picture that are told to nobody
  std::optional<bool> is_drawn_;        ///< by a machine, as far as AVIF's rough looks go
  std::optional<Mode> jpeg_;            ///< for what it says of samples
  ChromaSubsampling jpeg_chroma_ = ChromaSubsampling::automatic;  ///< of a JPEG that was climbed
  std::optional<Offsets> sample_error_;                           ///< of JPEG's
  std::unique_ptr<Ladder> closest_;  ///< the one whose best score is the highest, none reaching it
};

}  // namespace limen::inline LIMEN_ABI::search
