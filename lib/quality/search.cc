// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/search.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "lib/quality/search_contest.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Bytes that a call without a Workspace may hold: a search takes some 40 a pixel.
constexpr std::uint64_t kOwnMemory = 1'000'000'000;

Result<void> check_options(const SearchOptions& options) {
  // Written so that NaN fails.
  if (const auto score = target_score(options.target);
      score && !(score->value > 0 && score->value <= 100)) {
    return invalid_argument("a target score of " + std::to_string(score->value) +
                            " is outside 0 to 100");
  }
  if (const auto* target = std::get_if<TargetBytes>(&options.target);
      target != nullptr && target->bytes == 0) {
    return invalid_argument("a target of 0 bytes");
  }
  if (options.worst_block && !(options.worst_block->value <= 100)) {
    return invalid_argument("a worst block of " + std::to_string(options.worst_block->value) +
                            " is above 100");
  }
  if (options.time_budget.count() < 0) return invalid_argument("a time budget below 0");
  return {};
}

Result<void> check_picture(const ConstImageView& image) {
  if (is_empty(image.size) || image.data == nullptr) {
    return invalid_argument("there are no pixels to search with");
  }
  if (image.format.sample == SampleType::f32 || image.format.layout == Layout::cmyk) {
    return invalid_argument("the search takes gray or RGB of 8 or 16 bits");
  }
  if (image.format.has_alpha() && image.format.alpha == AlphaMode::premultiplied) {
    return invalid_argument("the search takes straight alpha");
  }
  return {};
}

std::vector<Format> formats_of(const SearchOptions& options) {
  if (options.formats.empty()) return {options.encode.format};
  std::vector<Format> formats;
  for (const Format format : options.formats) {
    if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
      formats.push_back(format);
    }
  }
  return formats;
}

search::Goal goal_of(const SearchOptions& options) {
  constexpr Score kAny{-std::numeric_limits<double>::infinity()};
  const std::optional<Score> score = target_score(options.target);
  if (!score) return {kAny, kAny};
  const std::optional<Score> block =
      options.worst_block ? options.worst_block : default_worst_block(options.target);
  return {*score, block.value_or(kAny)};
}

Result<Found> search_within(const ConstImageView& image, const SearchOptions& options,
                            const Execution& execution) {
  const std::vector<Format> formats = formats_of(options);
  search::Subject subject(image, options.encode.matte);
  search::Session session{.options = options,
                          .goal = goal_of(options),
                          .execution = execution,
                          .subject = subject,
                          .started = std::chrono::steady_clock::now(),
                          .trials = {}};
  search::Contest contest(session, formats);
  if (const auto* target = std::get_if<TargetBytes>(&options.target)) {
    return contest.find_finest(target->bytes);
  }
  return contest.find_smallest();
}

}  // namespace

Result<Found> find_smallest(const ConstImageView& image, const SearchOptions& options,
                            const Execution& execution) {
  return contain_exceptions([&]() -> Result<Found> {
    LIMEN_TRY(check_options(options));
    LIMEN_TRY(check_picture(image));
    if (execution.workspace != nullptr) return search_within(image, options, execution);
    Workspace own(kOwnMemory);
    if (own.limit() != kOwnMemory) return out_of_memory();
    Execution within = execution;
    within.workspace = &own;
    return search_within(image, options, within);
  });
}

}  // namespace limen::inline LIMEN_ABI
