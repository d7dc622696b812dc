// SPDX-License-Identifier: Apache-2.0

// Where a contest looks first, and what it expects there.

#include <algorithm>
#include <cmath>
#include <utility>

#include "lib/quality/search_contest.h"
#include "lib/quality/search_sample.h"
#include "lib/quality/search_sizes.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

// Looks at a sample: of settings that are shown without their file, of files, and of JPEGs by
// limen's own quantiser, whose settings lie close.
constexpr std::size_t kMostSampled = 5;
constexpr std::size_t kMostSampledFiles = 2;
constexpr std::size_t kMostSampledFine = 3;
// So near to what was looked at, the curve is known: in settings, of which AVIF's are dear, and in
// the mean curve's height where settings lie close.
constexpr int kNearEnough = 1;
constexpr int kNearEnoughOfAvif = 2;
constexpr int kNearEnoughOfFine = 2;
constexpr double kNearInHeight = 0.1;
// The least share of JPEG's error that is worth a look at a JPEG of the whole picture.
constexpr double kWorthALook = 0.3;

EncodeOptions options_for_sample(EncodeOptions options) {
  options.metadata = {};
  // No pixel of a JPEG depends on its effort, and plain files are the quickest to reckon with.
  if (options.format == Format::jpeg) {
    options.effort = 0;
    options.progressive = false;
  }
  return options;
}

}  // namespace

Offsets Contest::offsets_by_features(const Ladder& ladder) {
  if (!features_) features_ = measure(session_.subject.picture());
  return guess_offsets(ladder.model(), *features_);
}

// What is foretold of a mode: by the picture's features and, if it is not small, by what trials of
// a sample of it show.
Result<Contest::Mode> Contest::start_mode(const EncodeOptions& options,
                                          const std::optional<Shaping>& shaping) {
  Mode mode;
  mode.options = options;
  mode.shaping = shaping;
  LIMEN_TRY(start_sampling());
  if (sampling_ != nullptr && session_.has_time()) {
    LIMEN_ASSIGN(mode.sample, Ladder::start(*sampling_, options_for_sample(options), shaping));
  }
  // Of limen's own JPEGs the sample tells which chroma mode is worth the memory of a whole picture.
  if (mode.sample == nullptr || !shaping) LIMEN_TRY(start_ladder(mode));
  const Ladder& known = mode.sample != nullptr ? *mode.sample : *mode.ladder;
  mode.curve = known.curve();
  mode.guess = offsets_by_features(known);
  if (mode.sample != nullptr) {
    // Formats and modes err alike.
    const Offsets own = mode.guess;
    LIMEN_ASSIGN(mode.guess, sample_mode(mode, own + sample_shift_));
    sample_shift_ = mode.guess - own;
    mode.scale = static_cast<double>(area(session_.subject.size())) /
                 static_cast<double>(area(sample_->size()));
  }
  mode.sampled = mode.guess;
  const Forecast forecast(mode.curve, mode.guess);
  mode.likely = forecast.next(session_.goal, {}, -1, forecast.count());
  return mode;
}

Result<void> Contest::start_ladder(Mode& mode) {
  if (mode.ladder != nullptr) return {};
  LIMEN_ASSIGN(mode.ladder, Ladder::start(session_, mode.options, mode.shaping));
  return {};
}

Result<void> Contest::start_sampling() {
  if (std::exchange(is_sampled_, true)) return {};
  LIMEN_ASSIGN(sample_, sample_of(session_.subject.picture(), session_.execution));
  if (!sample_) return {};
  sample_subject_ = std::make_unique<Subject>(sample_->const_view(), session_.options.encode.matte);
  sampling_ = std::make_unique<Session>(Session{.options = session_.options,
                                                .goal = session_.goal,
                                                .execution = session_.execution,
                                                .subject = *sample_subject_,
                                                .started = session_.started,
                                                .trials = {}});
  return {};
}

Result<Offsets> Contest::sample_mode(Mode& mode, const Offsets& by_features) {
  const Forecast forecast(mode.curve, by_features);
  const bool is_fine = mode.sample->quantizer() == JpegQuantizer::limen;
  const std::size_t most = mode.sample->shows_files() ? kMostSampledFiles
                           : is_fine                  ? kMostSampledFine
                                                      : kMostSampled;
  const int encodes = sampling_->encodes;
  const bool is_avif = mode.sample->options().format == Format::avif;
  const int near = is_avif ? kNearEnoughOfAvif : is_fine ? kNearEnoughOfFine : kNearEnough;
  const auto height = [&](int setting) { return mode.curve[static_cast<std::size_t>(setting)]; };
  std::vector<Rung> seen;
  while (seen.size() < most) {
    const int next = forecast.next(session_.goal, seen, -1, forecast.count());
    const bool is_known = std::any_of(seen.begin(), seen.end(), [&](const Rung& rung) {
      return std::abs(rung.setting - next) <= near ||
             (is_fine && std::abs(height(rung.setting) - height(next)) < kNearInHeight);
    });
    if (is_known) break;
    LIMEN_ASSIGN(const auto rung, mode.sample->look(next));
    if (!rung) break;
    seen.push_back(*rung);
  }
  session_.encodes += sampling_->encodes - encodes;
  const Offsets offsets = forecast.offsets(session_.goal, seen);
  // Weighed levels are climbed on a curve of their own.
  if (!is_fine) mode.curve = forecast.curve_through(seen, offsets);
  return offsets + mode.sample->model().beside_sample;
}

// Tells where samples are best looked at, at a fraction of what another format's file takes: once
// for all formats.
Result<void> Contest::sample_jpeg(ChromaSubsampling chroma) {
  LIMEN_TRY(start_sampling());
  const bool is_known = jpeg_ || sample_error_;
  const bool is_opaque = !session_.subject.picture().format.has_alpha();
  if (is_known || sampling_ == nullptr || !is_opaque || !session_.has_time()) return {};
  aside_ = std::make_unique<Session>(Session{.options = session_.options,
                                             .goal = session_.goal,
                                             .execution = session_.execution,
                                             .subject = session_.subject,
                                             .started = session_.started,
                                             .trials = {}});
  EncodeOptions options = modes_of(Format::jpeg).front();
  if (options.chroma != ChromaSubsampling::automatic) options.chroma = chroma;
  options = options_for_sample(options);
  jpeg_.emplace(Mode{});  // clang 14 does not see that it is default-constructible
  LIMEN_ASSIGN(jpeg_->ladder, Ladder::start(*aside_, options));
  LIMEN_ASSIGN(jpeg_->sample, Ladder::start(*sampling_, options));
  jpeg_->curve = jpeg_->ladder->curve();
  const Offsets own = offsets_by_features(*jpeg_->ladder);
  LIMEN_ASSIGN(jpeg_->guess, sample_mode(*jpeg_, own + sample_shift_));
  sample_shift_ = jpeg_->guess - own;
  return {};
}

// What a JPEG that is climbed tells of its sample, the first of them.
void Contest::learn_error(const Mode& jpeg, const Offsets& error) {
  if (sample_error_) return;
  sample_error_ = error;
  jpeg_chroma_ = jpeg.ladder->options().chroma;
}

// How much farther from the curve the picture's score is than its sample says, as JPEG shows it:
// formats are alike in that, some more than others.
Result<Offsets> Contest::sample_error(const EncodeOptions& options) {
  const ChromaSubsampling chroma = jpeg_ ? jpeg_->ladder->options().chroma : jpeg_chroma_;
  const Offsets share = share_of_jpeg_error(options, chroma);
  if (!sample_error_ && jpeg_ && share.score > kWorthALook && session_.has_time()) {
    const Forecast forecast(jpeg_->curve, jpeg_->guess);
    const int evaluations = aside_->evaluations;
    LIMEN_ASSIGN(const auto rung,
                 jpeg_->ladder->look(forecast.next(session_.goal, {}, -1, forecast.count())));
    session_.evaluations += aside_->evaluations - evaluations;
    sample_error_ = Offsets{};
    if (rung) sample_error_ = forecast.offsets(session_.goal, {*rung}) - jpeg_->guess;
  }
  if (!sample_error_) return Offsets{};
  return Offsets{share.score * sample_error_->score,
                 share.worst_block * sample_error_->worst_block};
}

// About what a setting's file takes: told by the sample's if there is one.
Result<std::optional<std::uint64_t>> Contest::expected_size(Mode& mode, int setting) {
  if (mode.sample == nullptr) return mode.ladder->compare(setting);
  LIMEN_ASSIGN(const auto size, mode.sample->estimate(setting));
  if (!size) return size;
  return std::optional(static_cast<std::uint64_t>(static_cast<double>(*size) * mode.scale));
}

// About what the file of the likely answer takes, nothing where that cannot be told beforehand.
Result<std::optional<std::uint64_t>> Contest::promised_size(Mode& mode) {
  const Ladder& any = mode.ladder != nullptr ? *mode.ladder : *mode.sample;
  if (!any.shows_files()) return expected_size(mode, mode.likely);
  const std::optional<int> near =
      mode.sample != nullptr ? mode.sample->file_near(mode.likely) : std::nullopt;
  if (!near) return std::optional<std::uint64_t>();
  const auto height = [&](int setting) { return mode.curve[static_cast<std::size_t>(setting)]; };
  const double growth = std::exp(kSizeGrowth * (height(*near) - height(mode.likely)));
  const auto bytes = static_cast<double>(*mode.sample->file_bytes(*near));
  return std::optional(static_cast<std::uint64_t>(bytes * mode.scale * growth));
}

// Those that promise the smaller file first.
Result<void> Contest::sort_by_promise(std::vector<Mode>& modes) {
  if (modes.size() < 2) return {};
  LIMEN_ASSIGN(const auto first, promised_size(modes[0]));
  LIMEN_ASSIGN(const auto second, promised_size(modes[1]));
  if (first && second && *second < *first) std::swap(modes[0], modes[1]);
  return {};
}

}  // namespace limen::inline LIMEN_ABI::search
