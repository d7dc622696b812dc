// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/query_values.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace limen::inline LIMEN_ABI {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct NamedColor {
  std::string_view name;
  Color color;
};

// The basic colour keywords of CSS (CSS Color 3, 4.1), orange of CSS 2.1, and the other grey.
constexpr std::array kColors = {
    NamedColor{"aqua", {0, 255, 255}},       NamedColor{"black", {0, 0, 0}},
    NamedColor{"blue", {0, 0, 255}},         NamedColor{"fuchsia", {255, 0, 255}},
    NamedColor{"gray", {128, 128, 128}},     NamedColor{"green", {0, 128, 0}},
    NamedColor{"grey", {128, 128, 128}},     NamedColor{"lime", {0, 255, 0}},
    NamedColor{"maroon", {128, 0, 0}},       NamedColor{"navy", {0, 0, 128}},
    NamedColor{"olive", {128, 128, 0}},      NamedColor{"orange", {255, 165, 0}},
    NamedColor{"purple", {128, 0, 128}},     NamedColor{"red", {255, 0, 0}},
    NamedColor{"silver", {192, 192, 192}},   NamedColor{"teal", {0, 128, 128}},
    NamedColor{"transparent", {0, 0, 0, 0}}, NamedColor{"white", {255, 255, 255}},
    NamedColor{"yellow", {255, 255, 0}},
};

struct NamedPoint {
  std::string_view name;
  Compass compass;
};

constexpr std::array kPoints = {
    NamedPoint{"center", Compass::center}, NamedPoint{"centre", Compass::center},
    NamedPoint{"north", Compass::north},   NamedPoint{"northeast", Compass::northeast},
    NamedPoint{"east", Compass::east},     NamedPoint{"southeast", Compass::southeast},
    NamedPoint{"south", Compass::south},   NamedPoint{"southwest", Compass::southwest},
    NamedPoint{"west", Compass::west},     NamedPoint{"northwest", Compass::northwest},
};

std::optional<Color> parse_hex_color(std::string_view digits) {
  std::array<int, 8> nibbles{};
  if (digits.size() != 3 && digits.size() != 6 && digits.size() != 8) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    nibbles[i] = hex_digit(digits[i]);
    if (nibbles[i] < 0) return std::nullopt;
  }
  const auto channel = [&](std::size_t index) {
    return digits.size() == 3
               ? static_cast<std::uint8_t>(nibbles[index] * 17)
               : static_cast<std::uint8_t>(nibbles[2 * index] * 16 + nibbles[2 * index + 1]);
  };
  Color color{channel(0), channel(1), channel(2)};
  if (digits.size() == 8) color.alpha = channel(3);
  return color;
}

}  // namespace

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return decoded;
}

std::optional<std::int32_t> parse_whole(std::string_view text, std::int32_t low,
                                        std::int32_t high) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int32_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || value < low || value > high) return std::nullopt;
  return value;
}

std::optional<double> parse_decimal(std::string_view text, double low, double high) {
  // Checked by hand first: from_chars would also take "nan", "inf" and exponents. No locale, ever.
  std::string_view digits = text;
  if (!digits.empty() && digits.front() == '-') digits.remove_prefix(1);
  const auto points = std::count(digits.begin(), digits.end(), '.');
  const auto figures = std::count_if(digits.begin(), digits.end(), is_digit);
  if (points > 1 || figures == 0 || figures > 30 ||
      points + figures != static_cast<std::ptrdiff_t>(digits.size())) {
    return std::nullopt;
  }
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (!(value >= low && value <= high)) return std::nullopt;
  return value == 0 ? 0 : value;  // no negative zero
}

std::optional<std::pair<std::string_view, std::string_view>> split_pair(std::string_view text) {
  const std::size_t comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const std::string_view second = text.substr(comma + 1);
  if (second.find(',') != std::string_view::npos) return std::nullopt;
  return std::pair{text.substr(0, comma), second};
}

std::optional<Compass> parse_compass(std::string_view text) {
  for (const NamedPoint& point : kPoints) {
    if (text == point.name) return point.compass;
  }
  return std::nullopt;
}

std::optional<Color> parse_color(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const NamedColor& named : kColors) {
    if (lower == named.name) return named.color;
  }
  return parse_hex_color(!lower.empty() && lower[0] == '#' ? std::string_view(lower).substr(1)
                                                           : std::string_view(lower));
}

}  // namespace limen::inline LIMEN_ABI
