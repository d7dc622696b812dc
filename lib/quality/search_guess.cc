// SPDX-License-Identifier: Apache-2.0

// Where a contest looks first, and what it expects there.

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "lib/quality/search_contest.h"
#include "lib/quality/search_graphic.h"
#include "lib/quality/search_sample.h"
#include "lib/quality/search_sizes.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

// Looks at a sample: of settings that are shown without their file, of files, and of JPEGs by
// limen's own quantiser, whose settings lie close.
constexpr std::size_t kMostSampled = 5;
constexpr std::size_t kMostSampledFiles = 2;
constexpr std::size_t kMostSampledFine = 3;
// So near to what was looked at, the curve is known: in settings, of which files are dear, and in
// the mean curve's height where settings lie close.
constexpr int kNearEnough = 1;
constexpr int kNearEnoughOfFiles = 2;
constexpr int kNearEnoughOfFine = 2;
constexpr double kNearInHeight = 0.1;
// The least share of JPEG's error that is worth a look at a JPEG of the whole picture: WebP takes
// less.
constexpr double kWorthALook = 0.5;

// AVIF's rough looks: with an effort that takes a seventh of the usual one's time and foretells
// what that loses to .015 in the log, a quarter of a setting. From which effort on they pay.
constexpr int kRoughEffort = 1;
constexpr int kLeastEffortAboveRough = 3;
constexpr std::size_t kMostRough = 3;
// Not of pictures of which this share was drawn: little effort has none of AV1's tools for screens.
constexpr double kDrawn = 0.25;
// By how much of a setting the crossing may be off, seen roughly.
constexpr double kRoughDoubt = 0.35;
// The same by a WebP's sample.
constexpr double kSampleDoubt = 0.5;
// How small plain chroma's file is to promise to be beside sharp's to be tried first: what it loses
// it may never make up for.
constexpr double kPlainPromise = 0.99;

// What rough looks at a picture are made with, samples of it too.
EncodeOptions rough_options(EncodeOptions options) {
  options.metadata = {};
  options.effort = std::min(options.effort, kRoughEffort);
  return options;
}

// Whether a setting that was seen is so near to the next one that that need not be.
using IsNear = std::function<bool(int seen, int next)>;

// Looks where the forecast, and then what was seen, takes the answer to be.
Result<std::vector<Rung>> look_around(Ladder& ladder, const Goal& goal, const Forecast& forecast,
                                      std::size_t most, const IsNear& is_near) {
  std::vector<Rung> seen;
  while (seen.size() < most) {
    const int next = forecast.next(goal, seen, -1, forecast.count());
    const bool is_known = std::any_of(
        seen.begin(), seen.end(), [&](const Rung& rung) { return is_near(rung.setting, next); });
    if (is_known) break;
    LIMEN_ASSIGN(const auto rung, ladder.look(next));
    if (!rung) break;
    seen.push_back(*rung);
  }
  return seen;
}

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
  const bool is_rough = is_rough_worth(options);
  if (sampling_ != nullptr && session_.has_time()) {
    const EncodeOptions tried = is_rough ? rough_options(options) : options_for_sample(options);
    LIMEN_ASSIGN(mode.sample, Ladder::start(*sampling_, tried, shaping));
  }
  // Of limen's own JPEGs the sample tells which chroma mode is worth the memory of a whole picture.
  if (mode.sample == nullptr || !shaping) LIMEN_TRY(start_ladder(mode));
  const Ladder& known = mode.ladder != nullptr ? *mode.ladder : *mode.sample;
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
  if (is_rough) LIMEN_TRY(look_roughly(mode));
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
  Ladder& sample = *mode.sample;
  const bool is_fine = sample.quantizer() == JpegQuantizer::limen;
  const bool is_rough = is_rough_worth(mode.options);
  const std::size_t most = is_fine                             ? kMostSampledFine
                           : sample.shows_files() && !is_rough ? kMostSampledFiles
                                                               : kMostSampled;
  const int near = is_fine                             ? kNearEnoughOfFine
                   : sample.shows_files() && !is_rough ? kNearEnoughOfFiles
                                                       : kNearEnough;
  const std::vector<double> curve = sample.curve();
  const Forecast forecast(curve, by_features);
  const auto height = [&](int setting) { return curve[static_cast<std::size_t>(setting)]; };
  LIMEN_ASSIGN(const auto seen,
               look_around(sample, session_.goal, forecast, most, [&](int setting, int next) {
                 return std::abs(setting - next) <= near ||
                        (is_fine && std::abs(height(setting) - height(next)) < kNearInHeight);
               }));
  const Offsets offsets = forecast.offsets(session_.goal, seen);
  // Weighed levels are climbed on a curve of their own.
  if (!is_fine) {
    const std::vector<double> bent = forecast.curve_through(seen, offsets);
    for (std::size_t i = 0; i < bent.size(); ++i) mode.curve[i] += bent[i] - curve[i];
  }
  return offsets + beside_sample(sample.model(), session_.goal.score);
}

// Whether AVIFs made with little effort foretell those of more.
bool Contest::is_rough_worth(const EncodeOptions& options) {
  if (options.format != Format::avif || options.effort < kLeastEffortAboveRough) return false;
  const ConstImageView& picture = session_.subject.picture();
  if (!is_drawn_) {
    is_drawn_ = picture.format.sample == SampleType::u8 && drawn_share(picture) >= kDrawn;
  }
  return !*is_drawn_;
}

// What less effort makes of the whole picture.
Result<void> Contest::look_roughly(Mode& mode) {
  if (session_.is_late()) return {};
  start_aside();
  LIMEN_ASSIGN(const auto rough, Ladder::start(*aside_, rough_options(mode.options)));
  const std::vector<double> usual = mode.ladder->curve();
  std::vector<double> curve = rough->curve();
  for (std::size_t i = 0; i < curve.size(); ++i) curve[i] += mode.curve[i] - usual[i];
  const Forecast forecast(std::move(curve), mode.guess);
  LIMEN_ASSIGN(const auto seen,
               look_around(*rough, session_.goal, forecast, kMostRough, [&](int setting, int next) {
                 return std::abs(setting - next) <= kNearEnoughOfFiles;
               }));
  if (seen.empty()) return {};
  mode.guess = forecast.offsets(session_.goal, seen);
  const int near = *rough->file_near(forecast.next(session_.goal, seen, -1, forecast.count()));
  mode.rough = Made{near, *rough->file_bytes(near)};
  return {};
}

void Contest::start_aside() {
  if (aside_ != nullptr) return;
  aside_ = std::make_unique<Session>(Session{.options = session_.options,
                                             .goal = session_.goal,
                                             .execution = session_.execution,
                                             .subject = session_.subject,
                                             .started = session_.started,
                                             .trials = {}});
}

// Tells where samples are best looked at, at a fraction of what another format's file takes: once
// for all formats.
Result<void> Contest::sample_jpeg(ChromaSubsampling chroma) {
  LIMEN_TRY(start_sampling());
  const bool is_known = jpeg_ || sample_error_;
  const bool is_opaque = !session_.subject.picture().format.has_alpha();
  if (is_known || sampling_ == nullptr || !is_opaque || session_.is_late()) return {};
  EncodeOptions options = modes_of(Format::jpeg).front();
  if (options.chroma != ChromaSubsampling::automatic) options.chroma = chroma;
  options = options_for_sample(options);
  jpeg_.emplace(Mode{});  // clang 14 does not see that it is default-constructible
  jpeg_->options = options;
  LIMEN_ASSIGN(jpeg_->sample, Ladder::start(*sampling_, options));
  jpeg_->curve = jpeg_->sample->curve();
  const Offsets own = offsets_by_features(*jpeg_->sample);
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
  const ChromaSubsampling chroma = jpeg_ ? jpeg_->options.chroma : jpeg_chroma_;
  const Offsets share = share_of_jpeg_error(options, chroma);
  if (!sample_error_ && jpeg_ && share.score > kWorthALook && !session_.is_late()) {
    start_aside();
    LIMEN_ASSIGN(jpeg_->ladder, Ladder::start(*aside_, jpeg_->options));
    const Forecast forecast(jpeg_->curve, jpeg_->guess);
    LIMEN_ASSIGN(const auto rung,
                 jpeg_->ladder->look(forecast.next(session_.goal, {}, -1, forecast.count())));
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

// How high the mode's curve is at its answer, on the mean of what that may be: what was foretold
// of the crossing errs by up to `doubt` of a setting, and the answer is the setting above it.
double Contest::mean_answer_height(const Mode& mode, double doubt) const {
  const Forecast forecast(mode.curve, mode.guess);
  const double crossing = forecast.crossing(session_.goal, {});
  const double near = std::floor(crossing + 0.5);
  const double above = std::clamp(0.5 + (crossing - near) / (2 * doubt), 0.0, 1.0);
  const auto height = [&](double setting) {
    const double within = std::clamp(setting, 0.0, static_cast<double>(forecast.count() - 1));
    return mode.curve[static_cast<std::size_t>(within)];
  };
  return height(near) + above * (height(near + 1) - height(near));
}

// About what the file of the likely answer takes, nothing where that cannot be told beforehand.
Result<std::optional<std::uint64_t>> Contest::promised_size(Mode& mode) {
  const Ladder& any = mode.ladder != nullptr ? *mode.ladder : *mode.sample;
  if (!any.shows_files()) return expected_size(mode, mode.likely);
  const auto height = [&](int setting) { return mode.curve[static_cast<std::size_t>(setting)]; };
  const auto promise = [&](const Made& made, double answer, double scale) {
    const double growth = std::exp(kSizeGrowth * (height(made.setting) - answer));
    return static_cast<std::uint64_t>(static_cast<double>(made.bytes) * scale * growth);
  };
  if (mode.rough) {
    return std::optional(promise(*mode.rough, mean_answer_height(mode, kRoughDoubt), 1));
  }
  const std::optional<int> near =
      mode.sample != nullptr ? mode.sample->file_near(mode.likely) : std::nullopt;
  if (!near) return std::optional<std::uint64_t>();
  const Made made{*near, *mode.sample->file_bytes(*near)};
  const double answer = mode.options.format == Format::webp ? mean_answer_height(mode, kSampleDoubt)
                                                            : height(mode.likely);
  return std::optional(promise(made, answer, mode.scale));
}

// Those that promise the smaller file first.
Result<void> Contest::sort_by_promise(std::vector<Mode>& modes) {
  if (modes.size() < 2) return {};
  LIMEN_ASSIGN(const auto first, promised_size(modes[0]));
  LIMEN_ASSIGN(const auto second, promised_size(modes[1]));
  if (!first || !second) return {};
  const double least = modes[1].options.format == Format::webp ? kPlainPromise : 1;
  if (static_cast<double>(*second) < least * static_cast<double>(*first)) {
    std::swap(modes[0], modes[1]);
  }
  return {};
}

}  // namespace limen::inline LIMEN_ABI::search
