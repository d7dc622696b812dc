// SPDX-License-Identifier: Apache-2.0

// The contest for the finest file of a size.

#include <algorithm>
#include <utility>

#include "lib/quality/search_contest.h"
#include "lib/quality/search_sizes.h"

namespace limen::inline LIMEN_ABI::search {

Result<Found> Contest::find_finest(std::uint64_t bytes) {
  std::optional<Contender> best;
  const auto is_better = [&](Contender& contender, bool fits) -> Result<bool> {
    if (!best) return true;
    LIMEN_ASSIGN(const std::uint64_t own, size_of(contender, true));
    LIMEN_ASSIGN(const std::uint64_t other, size_of(*best, true));
    if (fits != (other <= bytes)) return fits;
    if (!fits) return own < other;
    return contender.ladder->rung(contender.setting).seen.score >
           best->ladder->rung(best->setting).seen.score;
  };
  for (const Format format : formats_) {
    if (format == Format::png) continue;
    LIMEN_ASSIGN(const std::vector<Way> ways, ways_of(format));
    for (const Way& way : ways) {
      LIMEN_ASSIGN(std::optional<Contender> contender, fit_into(bytes, way, best.has_value()));
      if (!contender) break;
      LIMEN_ASSIGN(const std::uint64_t size, size_of(*contender, true));
      const bool is_top = contender->setting + 1 == contender->ladder->count();
      LIMEN_ASSIGN(const bool wins, is_better(*contender, size <= bytes));
      if (wins) best = std::move(*contender);
      // AVIF: finer chroma only where there are bytes left for it. WebP: the sharp way alone.
      if ((format == Format::avif && !is_top) || format == Format::webp) break;
    }
  }
  const bool fits_lossy = best && *best->ladder->file_bytes(best->setting) <= bytes;
  closest_ = nullptr;
  if (accepts(Format::png) || accepts(Format::webp)) {
    if (!best ||
        (session_.options.lossless_fallback && session_.has_time() && may_be_lossless(bytes))) {
      std::vector<Contender> files;
      LIMEN_TRY(encode_lossless(files));
      std::sort(files.begin(), files.end(), [&](const Contender& a, const Contender& b) {
        return a.lossless.size() != b.lossless.size() ? a.lossless.size() < b.lossless.size()
                                                      : rank_of(a) < rank_of(b);
      });
      const bool fits = files.front().lossless.size() <= bytes;
      session_.trials.back().passes = fits;
      if (fits || !best) return found(std::move(files.front()), fits);
    }
  }
  return found(std::move(*best), fits_lossy);
}

// How each of a format's files may be made, in the order in which that is tried.
Result<std::vector<Contest::Way>> Contest::ways_of(Format format) {
  std::vector<Way> ways;
  const std::vector<EncodeOptions> modes = modes_of(format);
  if (format == Format::jpeg) {
    LIMEN_ASSIGN(const OwnJpegs own, own_jpegs());
    if (own.shaping) {
      for (const EncodeOptions& mode : modes) ways.push_back({mode, own.shaping});
      if (!own.may_be_drawn) return ways;
    }
  }
  for (const EncodeOptions& mode : modes) ways.push_back({mode, std::nullopt});
  return ways;
}

// Whose estimates say where the files must be made.
Result<Contest::Fitting> Contest::start_fitting(std::uint64_t bytes, const EncodeOptions& mode,
                                                const std::optional<Shaping>& shaping) {
  Fitting fitting;
  LIMEN_ASSIGN(fitting.ladder, Ladder::start(session_, mode, shaping));
  Ladder& ladder = *fitting.ladder;
  fitting.curve = ladder.curve();
  const Forecast forecast(fitting.curve, offsets_by_features(ladder));
  fitting.first = forecast.next({Score{85}, Score{0}}, {}, -1, ladder.count());
  LIMEN_ASSIGN(const Fit near, largest_fit(fitting.curve, bytes, fitting.first,
                                           [&](int setting) { return ladder.estimate(setting); }));
  if (near.is_closed) fitting.first = std::max(near.setting, 0);
  return fitting;
}

// The same for weighed levels: rounded ones tell what the weights are.
Result<Contest::Fitting> Contest::start_weighed_fitting(std::uint64_t bytes,
                                                        const EncodeOptions& mode,
                                                        const Shaping& shaping) {
  LIMEN_ASSIGN(Fitting fitting,
               start_fitting(bytes, mode, Shaping{LevelChoice::rounded, shaping.is_graphic}));
  LIMEN_ASSIGN(const std::optional<CloseLook> close, fitting.ladder->look_closely(fitting.first));
  if (!close || !session_.has_time()) return fitting;
  LIMEN_ASSIGN(fitting.ladder, Ladder::start(session_, mode, shaping));
  LIMEN_TRY(fitting.ladder->weigh(*close));
  fitting.curve = fitting.ladder->curve();
  fitting.first = std::min(fitting.first, fitting.ladder->count() - 1);
  return fitting;
}

// The finest setting of one mode that fits, or its coarsest; nothing where time is up, unless there
// is nothing else.
Result<std::optional<Contender>> Contest::fit_into(std::uint64_t bytes, const Way& way,
                                                   bool has_other) {
  const bool is_weighed = way.shaping && way.shaping->choice == LevelChoice::weighed;
  if (has_other && !session_.has_time()) return std::optional<Contender>();
  LIMEN_ASSIGN(Fitting fitting, is_weighed ? start_weighed_fitting(bytes, way.options, *way.shaping)
                                           : start_fitting(bytes, way.options, way.shaping));
  Ladder* const ladder = fitting.ladder.get();
  LIMEN_ASSIGN(const Fit fit, largest_fit(fitting.curve, bytes, fitting.first,
                                          [&](int setting) -> Result<std::optional<std::uint64_t>> {
                                            if (session_.execution.is_cancelled())
                                              return cancelled();
                                            const bool may_stop = has_other || ladder->any_file();
                                            if (may_stop && !session_.has_time()) {
                                              return std::optional<std::uint64_t>();
                                            }
                                            LIMEN_ASSIGN(const std::uint64_t size,
                                                         ladder->make_file(setting));
                                            if (size <= bytes) ladder->keep_only(setting);
                                            return std::optional(size);
                                          }));
  if (fit.setting < 0 && !fit.is_closed) {
    // Time ran out before anything fitted.
    if (!ladder->any_file()) return std::optional<Contender>();
  }
  Contender contender;
  contender.format = way.options.format;
  contender.setting = fit.setting >= 0 ? fit.setting : ladder->any_file().value_or(0);
  contender.is_certified = fit.is_closed && fit.setting >= 0;
  LIMEN_TRY(ladder->score(contender.setting, fit.setting >= 0));
  contender.ladder = std::move(fitting.ladder);
  return std::optional(std::move(contender));
}

}  // namespace limen::inline LIMEN_ABI::search
