// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limen/pipeline/transform.h"
#include "limen/quality/score.h"
#include "limen/quality/search.h"

namespace cli {

/// "JPEG 4:2:0", "WebP", "AVIF 4:4:4": a curve's name.
std::string curve_name(limen::Format format, limen::ChromaSubsampling chroma);

/// "87", or "~87.3" where limen's own quantiser made a JPEG of about the loss of that quality.
std::string quality_text(limen::Quality quality, limen::JpegQuantizer quantizer);

/// The trials that a search made as an SVG: score over quality, a curve for each format and chroma
/// subsampling, a line at the target, a ring around what was chosen. Filled points reach the
/// target; hovering over a point tells its figures. Empty where there was no lossy trial.
std::string score_curve(const limen::Variant& chosen, std::optional<limen::Score> target);

}  // namespace cli
