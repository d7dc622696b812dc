// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_contest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "lib/quality/search_sizes.h"
#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

// WebP's ways to halve chroma: both are thought of from this effort on and below this score, where
// photographs are 1.6 % larger by the sharp way alone (at 85), else that alone (0.3 % at 90).
constexpr int kEffortForBoth = 4;
constexpr double kScoreForSharp = 88;
// From this effort on at every score, and what may just be smaller is worth a file.
constexpr int kEffortForDoubt = 5;

// By how many settings the other way may be foretold to miss what would be smaller and be tried: a
// sample errs by .6 in the mean, and at 90 promises a whole one too little of plain chroma.
constexpr double kQuickDoubt = 0;
constexpr double kDoubt = 1.1;

// From this effort on a mode that promises the larger file is climbed all the same.
constexpr int kEffortForAll = 7;

}  // namespace

bool Contest::accepts(Format format) const {
  return std::find(formats_.begin(), formats_.end(), format) != formats_.end();
}

std::size_t Contest::rank_of(const Contender& contender) const {
  const auto at = std::find(formats_.begin(), formats_.end(), contender.format);
  return static_cast<std::size_t>(at - formats_.begin());
}

// The chroma modes to try, in that order: how finely it is sampled, or how WebP halves it.
std::vector<EncodeOptions> Contest::modes_of(Format format) const {
  EncodeOptions options = session_.options.encode;
  options.format = format;
  options.mode = Quality{};
  if (format != Format::avif) options.bit_depth = 8;
  if (format != Format::webp) options.sharp_yuv = false;
  const Layout layout = session_.subject.layout_for(format);
  if (channel_count(layout) <= 2) {
    options.chroma = ChromaSubsampling::automatic;
    options.sharp_yuv = false;
    return {options};
  }
  if (format == Format::webp) {
    options.chroma = ChromaSubsampling::yuv420;
    if (options.sharp_yuv) return {options};
    const bool needs_both =
        options.effort >= kEffortForDoubt ||
        (options.effort >= kEffortForBoth && session_.goal.score.value < kScoreForSharp);
    std::vector<EncodeOptions> modes(needs_both ? 2 : 1, options);
    modes[0].sharp_yuv = true;
    if (needs_both) modes[1].sharp_yuv = false;
    return modes;
  }
  if (options.chroma != ChromaSubsampling::automatic) return {options};
  std::vector<EncodeOptions> modes(2, options);
  modes[0].chroma = ChromaSubsampling::yuv420;
  modes[1].chroma = ChromaSubsampling::yuv444;
  return modes;
}

Result<Found> Contest::find_smallest() {
  if (accepts(Format::jpeg)) LIMEN_TRY(climb_jpeg());
  for (const Format format : {Format::webp, Format::avif}) {
    if (accepts(format)) LIMEN_TRY(climb_files(format));
  }
  LIMEN_ASSIGN(const bool is_worth, is_worth_lossless());
  if (is_worth) LIMEN_TRY(enter_lossless());
  if (best_) return found(*std::exchange(best_, std::nullopt), true);
  Contender contender;
  contender.setting = closest_->best()->setting;
  contender.format = closest_->options().format;
  contender.ladder = std::move(closest_);
  return found(std::move(contender), false);
}

// Formats whose trials are files: each look tells a size, and costs one.
Result<void> Contest::climb_files(Format format) {
  const std::vector<EncodeOptions> all = modes_of(format);
  const bool is_rough = is_rough_worth(all.front());
  if (!is_rough) {
    LIMEN_TRY(sample_jpeg(format == Format::avif ? ChromaSubsampling::yuv444
                                                 : ChromaSubsampling::yuv420));
  }
  std::vector<Mode> modes;
  for (const EncodeOptions& options : all) {
    LIMEN_ASSIGN(Mode mode, start_mode(options));
    modes.push_back(std::move(mode));
    LIMEN_ASSIGN(const bool is_settled, is_settled_by_lossless(modes.back()));
    if (is_settled) return {};
  }
  const bool is_webp = format == Format::webp;
  // Few pictures reach such a score by plain chroma.
  if (!is_webp || session_.goal.score.value < kScoreForSharp) LIMEN_TRY(sort_by_promise(modes));
  Offsets shift;
  if (!is_rough) {
    LIMEN_ASSIGN(shift, sample_error(modes.front().ladder->options()));
  }
  for (Mode& mode : modes) {
    const bool is_sampled = mode.sample != nullptr || mode.rough;
    const bool is_sharp = mode.ladder->options().sharp_yuv.value_or(false);
    Forecast forecast(mode.curve, mode.guess + shift);
    const int count = mode.ladder->count();
    const int end = is_webp ? end_beside_other_halving(mode, forecast) : count;
    if (end == 0) break;
    // What loses shows it by the first look.
    if (end < count) forecast = forecast.met_at(session_.goal, end - 1);
    LIMEN_ASSIGN(const Climb climb, climb_one(*mode.ladder, forecast, end));
    // Ways to halve chroma err alike.
    if (is_webp) shift = forecast.offsets(session_.goal, climb.seen) - mode.guess;
    const bool is_enough = climb.lowest || climb.is_hopeless;
    LIMEN_TRY(settle(std::move(mode.ladder), climb));
    // The mode that promised less is not tried where the other reached the target, unless nothing
    // was promised. What sharp chroma does not reach, plain chroma does not.
    if (is_webp ? !is_enough && is_sharp : is_enough && is_sampled) break;
  }
  return {};
}

// Where settings end whose files may be smaller than the best so far, if that is a WebP whose
// chroma is halved the other way; 0 where none of them is expected to pass.
int Contest::end_beside_other_halving(const Mode& mode, const Forecast& forecast) const {
  const int count = mode.ladder->count();
  if (!has_jpeg() || best_->format != Format::webp) return count;
  const EncodeOptions& options = mode.ladder->options();
  if (options.effort >= kEffortForAll || mode.sample == nullptr) return count;
  // At one quality plain chroma takes 4 % less, and a quality is 5 % at the least.
  const bool is_sharp = options.sharp_yuv.value_or(false);
  const int end = is_sharp ? best_->setting : best_->setting + 1;
  const double doubt = options.effort >= kEffortForDoubt ? kDoubt : kQuickDoubt;
  return forecast.crossing(session_.goal, {}) <= end - 1 + doubt ? end : 0;
}

Result<Climb> Contest::climb_one(Ladder& ladder, const Forecast& forecast, int end) {
  std::uint64_t best = std::numeric_limits<std::uint64_t>::max();
  if (best_ && ladder.shows_files()) {
    LIMEN_ASSIGN(best, size_of(*best_, false));
    if (!is_exact(*best_)) best += allowance(best);
  }
  return climb(
      session_.goal, forecast, end,
      [&](int setting) -> Result<std::optional<Rung>> {
        LIMEN_ASSIGN(const auto rung, ladder.look(setting));
        if (rung && rung->passes) ladder.keep_only(setting);
        return rung;
      },
      // What passes is larger than what failed.
      [&](int failed) {
        const auto bytes = ladder.file_bytes(failed);
        return bytes && *bytes >= best;
      });
}

// Takes what a climb ended with.
Result<void> Contest::settle(std::unique_ptr<Ladder> ladder, const Climb& climb) {
  if (climb.lowest && !climb.is_hopeless) {
    Contender contender;
    contender.setting = climb.lowest->setting;
    contender.format = ladder->options().format;
    contender.is_certified = climb.is_closed;
    contender.ladder = std::move(ladder);
    return enter(std::move(contender));
  }
  if (const Rung* own = ladder->best();
      own != nullptr && !best_ &&
      (closest_ == nullptr || own->seen.score > closest_->best()->seen.score)) {
    closest_ = std::move(ladder);
  }
  return {};
}

Result<void> Contest::enter(Contender contender) {
  if (best_) {
    LIMEN_ASSIGN(const bool wins, is_smaller(contender, *best_));
    if (!wins) return {};
  }
  best_ = std::move(contender);
  return {};
}

bool Contest::is_exact(const Contender& contender) const {
  return contender.ladder == nullptr || contender.ladder->file_bytes(contender.setting).has_value();
}

Result<std::uint64_t> Contest::size_of(Contender& contender, bool exact) {
  if (contender.ladder == nullptr) return std::uint64_t{contender.lossless.size()};
  if (const auto bytes = contender.ladder->file_bytes(contender.setting)) return *bytes;
  if (!exact) {
    LIMEN_ASSIGN(const auto estimate, contender.ladder->estimate(contender.setting));
    if (estimate) return *estimate;
  }
  return contender.ladder->make_file(contender.setting);
}

// By a part of the picture, where that is enough.
Result<std::optional<bool>> Contest::is_plainly_smaller(Contender& a, Contender& b) {
  const std::optional<bool> unknown;
  if (a.ladder == nullptr || b.ladder == nullptr || a.format != b.format) return unknown;
  if (a.ladder->quantizer() != b.ladder->quantizer()) return unknown;
  if (is_exact(a) && is_exact(b)) return unknown;
  LIMEN_ASSIGN(const auto size_a, a.ladder->compare(a.setting));
  LIMEN_ASSIGN(const auto size_b, b.ladder->compare(b.setting));
  if (!size_a || !size_b) return unknown;
  if (*size_a > *size_b + allowance(*size_b, kComparisonError)) return std::optional(false);
  if (*size_b > *size_a + allowance(*size_a, kComparisonError)) return std::optional(true);
  return unknown;
}

Result<bool> Contest::is_smaller(Contender& a, Contender& b) {
  LIMEN_ASSIGN(const std::optional<bool> plainly, is_plainly_smaller(a, b));
  if (plainly) return *plainly;
  LIMEN_ASSIGN(std::uint64_t size_a, size_of(a, false));
  LIMEN_ASSIGN(std::uint64_t size_b, size_of(b, false));
  if (!is_exact(a) || !is_exact(b)) {
    if (size_a > size_b + allowance(size_b)) return false;
    if (size_b > size_a + allowance(size_a)) return true;
    LIMEN_ASSIGN(size_a, size_of(a, true));
    LIMEN_ASSIGN(size_b, size_of(b, true));
  }
  return size_a != size_b ? size_a < size_b : rank_of(a) < rank_of(b);
}

Result<Found> Contest::found(Contender contender, bool reached) {
  Found found;
  found.format = contender.format;
  found.reached = reached;
  found.certified = reached && contender.is_certified;
  if (contender.ladder == nullptr) {
    found.mode = Lossless{};
    found.bytes = std::move(contender.lossless);
    found.score = Score{100};
    found.worst_block = Score{100};
    // All blocks are equal: the first.
    constexpr std::int32_t kBlock = 64;
    const Size size = session_.subject.size();
    found.worst_block_at = {0, 0, std::min(size.width, kBlock), std::min(size.height, kBlock)};
  } else {
    const Rung& rung = contender.ladder->rung(contender.setting);
    found.mode = contender.ladder->quality_of(contender.setting);
    found.quantizer = contender.ladder->quantizer();
    found.chroma = contender.ladder->options().chroma;
    found.sharp_yuv = contender.ladder->options().sharp_yuv.value_or(false);
    found.score = rung.scored;
    found.worst_block = rung.seen.worst_block;
    found.worst_block_at = rung.seen.worst_block_at;
    LIMEN_ASSIGN(found.bytes, contender.ladder->take_file(contender.setting));
    if (found.format == Format::jpeg) {
      const std::uint64_t size = found.bytes.size();
      LIMEN_ASSIGN(const ImageInfo info,
                   probe(found.bytes, {.input_bytes = size, .metadata_bytes = size}));
      found.progressive = info.is_progressive;
    }
  }
  found.evaluations = session_.evaluations;
  found.encodes = session_.encodes;
  if (aside_ != nullptr) {
    found.evaluations += aside_->evaluations;
    found.encodes += aside_->encodes;
  }
  if (sampling_ != nullptr) found.encodes += sampling_->encodes;
  found.trials = std::move(session_.trials);
  return found;
}

}  // namespace limen::inline LIMEN_ABI::search
