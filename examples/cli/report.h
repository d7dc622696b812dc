// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/quality/score.h"
#include "optimize.h"

namespace cli {

/// The part of the report in which a person swaps a picture and its result in place: HTML that
/// holds both, pixel for pixel, and the heat map. Of a large picture it is the window around the
/// worst block, with an overview of the whole. Errors: those of decode(), map_errors() and
/// encode().
limen::Result<std::string> report_pictures(limen::ByteView before, limen::ByteView after,
                                           const limen::Limits& limits,
                                           const limen::Execution& execution);

/// The report: one page of HTML that needs nothing else, with a table of all files and an article
/// for each. `target` absent: none is a score. From some 100 MB on pictures are left out, which the
/// page says.
std::string report_page(const std::vector<std::optional<Optimized>>& files,
                        std::optional<limen::Score> target);

}  // namespace cli
