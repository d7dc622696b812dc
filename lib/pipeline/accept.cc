// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/accept.h"

#include <algorithm>
#include <cstddef>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Takes the part before the next `separator` off the front of `rest`; quoted separators do not
// count.
std::string_view take(std::string_view& rest, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (quoted && rest[end] == '\\') {
      ++end;
    } else if (rest[end] == '"') {
      quoted = !quoted;
    } else if (!quoted && rest[end] == separator) {
      break;
    }
  }
  end = std::min(end, rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return trimmed(part);
}

// A quality value in thousandths (RFC 9110, 12.4.2: up to three digits after the point); 0 where it
// is none.
int parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  int thousandths = text[0] == '1' ? 1000 : 0;
  if (text.size() == 1) return thousandths;
  if (text[1] != '.') return 0;
  int place = 100;
  for (const char digit : text.substr(2)) {
    if (digit < '0' || digit > '9') return 0;
    thousandths += (digit - '0') * place;
    place /= 10;
  }
  return thousandths <= 1000 ? thousandths : 0;
}

// How well a media range names `format`: 3 by name, 2 image/*, 1 */*, 0 not at all.
int specificity(std::string_view range, Format format) {
  if (same(range, mime_type(format))) return 3;
  if (format == Format::jpeg && same(range, "image/jpg")) return 3;  // a common misspelling
  const bool universal = format == Format::jpeg || format == Format::png;
  if (!universal) return 0;
  if (same(range, "image/*")) return 2;
  return range == "*/*" || range == "*" ? 1 : 0;
}

// The quality value that the header gives to `format`, in thousandths.
int acceptance(std::string_view accept, Format format) {
  if (trimmed(accept).empty()) return specificity("*/*", format) > 0 ? 1000 : 0;
  int best_specificity = 0;
  int quality = 0;
  while (!accept.empty()) {
    std::string_view element = take(accept, ',');
    const int specific = specificity(take(element, ';'), format);
    if (specific <= best_specificity) continue;
    best_specificity = specific;
    quality = 1000;
    while (!element.empty()) {
      std::string_view parameter = take(element, ';');
      const std::string_view key = take(parameter, '=');
      if (same(key, "q")) quality = parse_quality(trimmed(parameter));
    }
  }
  return quality;
}

}  // namespace

std::optional<Format> pick_format(std::string_view accept, std::span<const Format> allowed) {
  std::optional<Format> best;
  int best_quality = 0;
  for (const Format format : allowed) {
    const int quality = acceptance(accept, format);
    if (quality > best_quality) {
      best = format;
      best_quality = quality;
    }
  }
  return best;
}

}  // namespace limen::inline LIMEN_ABI
