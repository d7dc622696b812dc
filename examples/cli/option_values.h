// SPDX-License-Identifier: Apache-2.0
#pragma once

// Values of options as people type them. What cannot be read throws UsageError, which names the
// option.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limen/codec/metadata.h"
#include "limen/core/color.h"
#include "limen/core/format.h"
#include "limen/pipeline/recipe.h"
#include "session.h"

namespace cli {

/// One of a table's names.
template <class Value>
Value look_up(const std::map<std::string, Value>& table, const std::string& text,
              const std::string& option) {
  const auto found = table.find(text);
  if (found != table.end()) return found->second;
  std::string known;
  for (const auto& [name, value] : table) known += (known.empty() ? "" : ", ") + name;
  throw UsageError(option + ": '" + text + "' is none of " + known);
}

/// A finite number.
double parse_number(std::string_view text, const std::string& option);
std::int32_t to_int(double value, const std::string& option);

/// "12%" is a fraction, "12" pixels.
limen::Length parse_length(std::string_view text, const std::string& option);

/// RGB, RRGGBB or RRGGBBAA in hex, with or without '#'; white, black, transparent.
limen::Color parse_color(std::string text, const std::string& option);

/// "jpeg", "jpg", "png", "webp", "avif" in any case, with or without a leading dot; else nothing.
std::optional<limen::Format> parse_format(std::string_view text);

/// A list of those, each once.
std::vector<limen::Format> parse_formats(const std::vector<std::string>& names,
                                         const std::string& option);

/// "invisible", "flicker-proof", "score:87", "82" (a Quality) or "lossless". What is out of range
/// is validate()'s affair.
limen::Fidelity parse_fidelity(const std::string& text, const std::string& option);

/// "none", "copyright" or "keep".
limen::MetadataPolicy parse_metadata_policy(const std::string& text, const std::string& option);

/// The extension that files of a format get: "jpg", "png", "webp", "avif".
std::string_view extension(limen::Format format);

/// Numbers separated by commas.
std::vector<double> parse_numbers(const std::string& text, const std::string& option);

}  // namespace cli
