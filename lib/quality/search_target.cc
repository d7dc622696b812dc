// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/search.h"

namespace limen::inline LIMEN_ABI {

namespace {

// How much more of the scale's hundred the worst block may lose than the whole picture:
// docs/quality.md.
constexpr double kBlockLoss = 1.5;

}  // namespace

std::string_view name(JpegQuantizer quantizer) {
  return quantizer == JpegQuantizer::limen ? "limen" : "libjpeg";
}

std::optional<Score> target_score(const Target& target) {
  if (std::holds_alternative<Invisible>(target)) return Score{85};
  if (std::holds_alternative<FlickerProof>(target)) return Score{90};
  if (const auto* own = std::get_if<TargetScore>(&target)) return own->score;
  return std::nullopt;
}

std::optional<Score> default_worst_block(const Target& target) {
  const std::optional<Score> score = target_score(target);
  if (!score) return std::nullopt;
  return Score{100 - kBlockLoss * (100 - score->value)};
}

}  // namespace limen::inline LIMEN_ABI
