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
#include "limen/core/workspace.h"
#include "limen/pipeline/accept.h"

namespace limen::inline LIMEN_ABI {

namespace {

// A file that shows the finished picture itself.
SearchReport without_loss() {
  SearchReport report;
  report.score = report.worst_block = {100};
  report.reached = report.certified = true;
  return report;
}

class Finisher {
 public:
  Finisher(Canvas& canvas, const Source& source, const Task& task, Variant& variant,
           const Execution& execution)
      : canvas_(canvas),
        source_(source),
        recipe_(task.recipe),
        plan_(task.plan),
        variant_(variant),
        execution_(execution) {}

  Result<void> run() {
    FilteredMetadata metadata = filter_metadata(source_.metadata, recipe_.metadata);
    variant_.dropped_metadata = std::move(metadata.dropped);
    metadata_ = std::move(metadata.kept);
    metadata_.icc = plan_.keeps_profile ? source_.info.color.icc : Bytes();
    if (plan_.searches) return unsupported("recipe: the search for a quality is not built yet");
    LIMEN_TRY(code());
    return describe();
  }

 private:
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
    LIMEN_ASSIGN(variant_.bytes, encode(canvas_.view(), options, execution_));
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

  Result<void> describe() {
    variant_.mime_type = mime_type(variant_.format);
    variant_.bit_depth = output_depth(variant_.format, source_.info, recipe_);
    variant_.has_alpha = canvas_.format().has_alpha() && variant_.format != Format::jpeg;
    Limits any;  // it is our own file
    any.input_bytes = any.metadata_bytes = std::numeric_limits<std::uint64_t>::max();
    LIMEN_ASSIGN(const ImageInfo info, probe(variant_.bytes, any));
    if (info.model == ColorModel::ycbcr) variant_.chroma = info.subsampling;
    return {};
  }

  Canvas& canvas_;
  const Source& source_;
  const Recipe& recipe_;
  const Plan& plan_;
  Variant& variant_;
  const Execution& execution_;
  Metadata metadata_;
};

}  // namespace

Result<void> finish(Canvas& canvas, const Source& source, const Task& task, const Limits&,
                    Variant& variant, const Execution& execution) {
  return Finisher(canvas, source, task, variant, execution).run();
}

}  // namespace limen::inline LIMEN_ABI
