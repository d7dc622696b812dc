// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a recipe says of the file, in the words of the layers below.

#include <optional>
#include <variant>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/core/abi.h"
#include "limen/core/format.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/recipe.h"
#include "limen/quality/search.h"

namespace limen::inline LIMEN_ABI {

/// The formats that a recipe names, in its order; empty: the source's.
inline std::vector<Format> named_formats(const Recipe& recipe) {
  return recipe.format ? std::vector<Format>{*recipe.format} : recipe.formats;
}

/// True where no format that may come out holds transparency.
inline bool lacks_alpha(const std::vector<Format>& formats) {
  return formats == std::vector{Format::jpeg};
}

/// What a fidelity has searched for; nothing where it names the coding itself.
inline std::optional<Target> target_of(const Fidelity& fidelity) {
  if (const auto* target = std::get_if<TargetScore>(&fidelity)) return *target;
  if (const auto* target = std::get_if<TargetBytes>(&fidelity)) return *target;
  if (std::holds_alternative<Invisible>(fidelity)) return Invisible{};
  if (std::holds_alternative<FlickerProof>(fidelity)) return FlickerProof{};
  return std::nullopt;
}

/// What a fidelity that does not search is to encode(); of one that does, Lossless.
inline std::variant<Quality, Lossless, NearLossless> mode_of(const Fidelity& fidelity) {
  if (const auto* quality = std::get_if<Quality>(&fidelity)) return *quality;
  if (const auto* near = std::get_if<NearLossless>(&fidelity)) return *near;
  return Lossless{};
}

/// True where a source of this format could come out as it is coded: its coding is not prescribed
/// (PNG's never is), and rewrite() knows the format.
inline bool may_keep(Format format, const Fidelity& fidelity) {
  const bool prescribes =
      std::holds_alternative<Quality>(fidelity) || std::holds_alternative<NearLossless>(fidelity);
  return format == Format::png || (format != Format::avif && !prescribes);
}

/// Plan::formats. `may_be_transparent`: after the last step, as far as headers tell.
std::vector<Format> formats_in_question(const ImageInfo& info, const Recipe& normal,
                                        bool may_be_transparent);

/// The depth of samples that a source of this depth gets in a format.
int output_depth(Format format, const ImageInfo& info, const Recipe& normal);

/// Plan::may_keep_source of a plan that is otherwise complete.
bool may_keep_source(const ImageInfo& info, const Recipe& normal, const Plan& plan);

}  // namespace limen::inline LIMEN_ABI
