// SPDX-License-Identifier: Apache-2.0
#pragma once

// How single values of a query are read: numbers, pairs, colours, compass points.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "limen/compose/placement.h"
#include "limen/core/abi.h"
#include "limen/core/color.h"

namespace limen::inline LIMEN_ABI {

/// "%23fff" -> "#fff", '+' -> ' '. Nothing for a '%' that two hexadecimal digits do not follow.
std::optional<std::string> percent_decoded(std::string_view text);

/// A whole number of digits alone, within the bounds.
std::optional<std::int32_t> parse_whole(std::string_view text, std::int32_t low, std::int32_t high);

/// A decimal number, "-1.5", ".5" or "3", no exponent, no NaN, within the bounds.
std::optional<double> parse_decimal(std::string_view text, double low, double high);

/// "a,b" in two; nothing where there is not exactly one comma.
std::optional<std::pair<std::string_view, std::string_view>> split_pair(std::string_view text);

/// "north", "southeast", "center", "centre", …
std::optional<Compass> parse_compass(std::string_view text);

/// "#rgb", "rrggbb", "rrggbbaa", a basic colour keyword of CSS, "transparent"; any case.
std::optional<Color> parse_color(std::string_view text);

}  // namespace limen::inline LIMEN_ABI
