// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/finish.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "lib/pipeline/accepted.h"
#include "lib/pipeline/samples.h"
#include "lib/pipeline/stopwatch.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/codec/metadata.h"
#include "limen/codec/rewrite.h"
#include "limen/color/ycbcr.h"
#include "limen/compose/extend.h"
#include "limen/core/workspace.h"
#include "limen/pipeline/accept.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::inline LIMEN_ABI {

namespace {

// A file that shows the finished picture itself.
SearchReport without_loss() {
  SearchReport report;
  report.score = report.worst_block = {100};
  report.reached = report.certified = true;
  return report;
}

// A lossy file is coded anew in its own format only where that saves one part in so many: else what
// was found invisible once would be found a little smaller each time, and after some times be seen.
// limen's own quantiser finds more of that in its own files. docs/quality.md has the figures.
constexpr std::size_t kWorthAGeneration = 8;
constexpr std::size_t kWorthAnOwnGeneration = 4;

class Finisher {
 public:
  Finisher(Canvas& canvas, const Source& source, const Task& task, const Limits& limits,
           Variant& variant, const Execution& execution)
      : canvas_(canvas),
        source_(source),
        recipe_(task.recipe),
        plan_(task.plan),
        limits_(limits),
        variant_(variant),
        execution_(execution) {}

  Result<void> run() {
    FilteredMetadata metadata = filter_metadata(source_.metadata, recipe_.metadata);
    variant_.dropped_metadata = std::move(metadata.dropped);
    metadata_ = std::move(metadata.kept);
    metadata_.icc = plan_.keeps_profile ? source_.info.color.icc : Bytes();
    LIMEN_TRY(rewrite_source());
    // Nothing can be finer than the source's own picture, so where that fits nothing needs a look.
    const auto* target = std::get_if<TargetBytes>(&recipe_.fidelity);
    if (!own_ || target == nullptr || own_->size() > target->bytes) {
      LIMEN_TRY(plan_.searches ? search() : code());
    }
    if (is_source_better()) LIMEN_TRY(keep_source());
    if (variant_.search && !variant_.search->reached) {
      variant_.notes.emplace_back("the target was not reached: this is the best that was found");
    }
    return describe();
  }

 private:
  // The source's own picture under the new metadata, where that is to be had.
  Result<void> rewrite_source() {
    if (!plan_.may_keep_source || !source_.damage.empty()) return {};
    const Stopwatch watch(variant_.times.encode);
    auto rewritten = rewrite(
        source_.file, {.metadata = metadata_, .orientation = plan_.orientation, .limits = limits_},
        execution_);
    if (rewritten) {
      LIMEN_ASSIGN(own_memory_, execution_.workspace->reserve(rewritten->size()));
      own_ = *std::move(rewritten);
      return {};
    }
    // A turn that would lose pixels; a file that decoders understand for all its faults.
    const ErrorCode code = rewritten.error().code;
    const bool is_no_fault = code == ErrorCode::unsupported || code == ErrorCode::malformed ||
                             code == ErrorCode::truncated;
    if (is_no_fault) return {};
    return std::move(rewritten).error();
  }

  EncodeOptions encode_options() const {
    EncodeOptions options;
    options.format = plan_.format;
    options.effort = recipe_.effort;
    options.chroma = recipe_.chroma;
    options.progressive = recipe_.progressive;
    options.matte = plan_.matte;
    options.metadata = metadata_;
    return options;
  }

  // As the recipe says, or as PNG does.
  Result<void> code() {
    const Stopwatch watch(variant_.times.encode);
    EncodeOptions options = encode_options();
    options.bit_depth = plan_.bit_depth == 10 ? 10 : 8;
    options.mode = plan_.format == Format::png ? Lossless{} : mode_of(recipe_.fidelity);
    if (canvas_.is_planar()) {
      const bool is_webp = plan_.format == Format::webp;
      change_range(canvas_.planes(), is_webp ? YcbcrRange::limited : YcbcrRange::full);
      options.chroma = ChromaSubsampling::automatic;  // as the planes have it
      LIMEN_ASSIGN(variant_.bytes, encode_planar(canvas_.planes(), options, execution_));
    } else {
      LIMEN_ASSIGN(variant_.bytes, encode(canvas_.view(), options, execution_));
    }
    variant_.format = plan_.format;
    variant_.mode = options.mode;
    const bool rounds = plan_.bit_depth == 10;  // 16 bits to 10
    if (std::holds_alternative<Lossless>(options.mode) && !rounds) {
      variant_.search = without_loss();
      variant_.search->encodes = 1;
      if (const auto* target = std::get_if<TargetBytes>(&recipe_.fidelity)) {
        variant_.search->reached = variant_.bytes.size() <= target->bytes;
        variant_.search->certified = variant_.search->reached;
      }
    }
    return {};
  }

  Result<void> search() {
    const Stopwatch watch(variant_.times.search);
    SearchOptions options;
    options.target = *target_of(recipe_.fidelity);
    options.formats = plan_.formats;
    options.worst_block = recipe_.worst_block;
    if (is_opaque(canvas_.view())) {
      LIMEN_ASSIGN(Image opaque, flatten(canvas_.view(), Color{255, 255, 255}, execution_));
      canvas_.replace(std::move(opaque));
    } else if (canvas_.format().has_alpha() && !lacks_alpha(options.formats)) {
      // Whoever accepts a format that holds transparency means to see it.
      std::erase(options.formats, Format::jpeg);
    }
    options.encode = encode_options();
    options.encode.format = options.formats.front();
    const bool has_avif = std::find(options.formats.begin(), options.formats.end(), Format::avif) !=
                          options.formats.end();
    options.encode.bit_depth = has_avif && plan_.bit_depth > 8 ? 10 : 8;
    LIMEN_ASSIGN(Found found, find_smallest(canvas_.view(), options, execution_));
    variant_.bytes = std::move(found.bytes);
    variant_.format = found.format;
    variant_.sharp_yuv = found.sharp_yuv;
    variant_.mode =
        std::visit([](auto mode) -> std::variant<Quality, Lossless, NearLossless> { return mode; },
                   found.mode);
    variant_.search = SearchReport{found.score,   found.worst_block,       found.worst_block_at,
                                   found.reached, found.certified,         found.evaluations,
                                   found.encodes, std::move(found.trials), found.quantizer};
    return {};
  }

  // Smaller, or to the target where nothing else gets there, or coarser quantised already, or
  // lossy itself and not much larger than what would be another generation of loss.
  bool is_source_better() const {
    if (!own_) return false;
    if (variant_.bytes.empty() || own_->size() <= variant_.bytes.size()) return true;
    const bool asks_for_bytes = std::holds_alternative<TargetBytes>(recipe_.fidelity);
    if (!plan_.searches || asks_for_bytes) return false;
    if (!variant_.search->reached) return true;
    const auto* quality = std::get_if<Quality>(&*variant_.mode);
    if (quality == nullptr || variant_.format != source_.info.format) return false;
    const bool is_own = variant_.search->quantizer == JpegQuantizer::limen;
    const std::size_t part = is_own ? kWorthAnOwnGeneration : kWorthAGeneration;
    if (!source_.info.is_lossless && variant_.bytes.size() > own_->size() - own_->size() / part) {
      return true;
    }
    // Qualities say nothing of each other across quantisers.
    const std::optional<int> own_quality = source_.info.jpeg_quality;
    return !is_own && own_quality && variant_.format == Format::jpeg &&
           quality->value > static_cast<float>(*own_quality);
  }

  Result<void> keep_source() {
    SearchReport report = without_loss();
    if (variant_.search) {  // what it took to know
      report.evaluations = variant_.search->evaluations;
      report.encodes = variant_.search->encodes;
      report.trials = std::move(variant_.search->trials);
    }
    if (plan_.orientation != Orientation::top_left) LIMEN_TRY(compare_turned(report));
    if (const auto* target = std::get_if<TargetBytes>(&recipe_.fidelity)) {
      report.reached = report.certified = own_->size() <= target->bytes;
    }
    variant_.search = std::move(report);
    variant_.bytes = *std::move(own_);
    variant_.format = source_.info.format;
    variant_.kept_source = true;
    variant_.sharp_yuv = false;
    variant_.mode.reset();
    if (source_.info.is_lossless) {
      variant_.mode = Lossless{};
    } else if (source_.info.jpeg_quality) {
      variant_.mode = Quality{static_cast<float>(*source_.info.jpeg_quality)};
    }
    return {};
  }

  // Turned coefficients are the same coefficients, but a decoder rounds otherwise on its way to
  // their pixels than where pixels are turned.
  Result<void> compare_turned(SearchReport& report) {
    const Stopwatch watch(variant_.times.search);
    LIMEN_ASSIGN(const Decoded shown, decode(*own_, {.limits = limits_}, execution_));
    LIMEN_ASSIGN(const Comparison seen,
                 ssimulacra2(canvas_.view(), shown.image.const_view(), execution_));
    report.score = seen.score;
    report.worst_block = seen.worst_block;
    report.worst_block_at = seen.worst_block_at;
    ++report.evaluations;
    return {};
  }

  Result<void> describe() {
    variant_.mime_type = mime_type(variant_.format);
    variant_.bit_depth = output_depth(variant_.format, source_.info, recipe_);
    Limits any;  // it is our own file
    any.input_bytes = any.metadata_bytes = std::numeric_limits<std::uint64_t>::max();
    LIMEN_ASSIGN(const ImageInfo info, probe(variant_.bytes, any));
    variant_.has_alpha = info.has_alpha;
    if (info.model == ColorModel::ycbcr) variant_.chroma = info.subsampling;
    variant_.progressive = info.format == Format::jpeg && info.is_progressive;
    return {};
  }

  Canvas& canvas_;
  const Source& source_;
  const Recipe& recipe_;
  const Plan& plan_;
  const Limits& limits_;
  Variant& variant_;
  const Execution& execution_;
  Metadata metadata_;
  std::optional<Bytes> own_;  ///< the source rewritten
  MemoryReservation own_memory_;
};

}  // namespace

Result<void> finish(Canvas& canvas, const Source& source, const Task& task, const Limits& limits,
                    Variant& variant, const Execution& execution) {
  return Finisher(canvas, source, task, limits, variant, execution).run();
}

}  // namespace limen::inline LIMEN_ABI
