// SPDX-License-Identifier: Apache-2.0
#include "option_values.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

namespace cli {

namespace {

const std::map<std::string, limen::MetadataPolicy> kPolicies = {
    {"none", limen::MetadataPolicy::none},
    {"copyright", limen::MetadataPolicy::copyright},
    {"keep", limen::MetadataPolicy::keep}};

}  // namespace

double parse_number(std::string_view text, const std::string& option) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    throw UsageError(option + ": '" + std::string(text) + "' is not a number");
  }
  return value;
}

std::int32_t to_int(double value, const std::string& option) {
  if (value != std::floor(value) || std::fabs(value) > 1e9) {
    throw UsageError(option + ": takes whole numbers");
  }
  return static_cast<std::int32_t>(value);
}

limen::Length parse_length(std::string_view text, const std::string& option) {
  if (text.ends_with('%')) {
    text.remove_suffix(1);
    return {parse_number(text, option) / 100, limen::Length::Unit::fraction};
  }
  return {parse_number(text, option), limen::Length::Unit::pixels};
}

limen::Color parse_color(std::string text, const std::string& option) {
  if (text == "transparent") return {0, 0, 0, 0};
  if (text == "white") return {255, 255, 255};
  if (text == "black") return {0, 0, 0};
  if (!text.empty() && text.front() == '#') text.erase(0, 1);
  if (text.size() == 3) text = {text[0], text[0], text[1], text[1], text[2], text[2]};
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size() ||
      (text.size() != 6 && text.size() != 8)) {
    throw UsageError(option + ": takes RGB, RRGGBB or RRGGBBAA in hex, white, black, transparent");
  }
  if (text.size() == 6) value = value << 8 | 0xFF;
  return {static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
          static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)};
}

std::vector<double> parse_numbers(const std::string& text, const std::string& option) {
  std::vector<double> numbers;
  std::string_view rest = text;
  for (;;) {
    const std::size_t comma = rest.find(',');
    numbers.push_back(parse_number(rest.substr(0, comma), option));
    if (comma == std::string_view::npos) return numbers;
    rest.remove_prefix(comma + 1);
  }
}

std::optional<limen::Format> parse_format(std::string_view text) {
  if (text.starts_with('.')) text.remove_prefix(1);
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  if (lower == "jpg") return limen::Format::jpeg;
  for (const auto format :
       {limen::Format::jpeg, limen::Format::png, limen::Format::webp, limen::Format::avif}) {
    if (lower == name(format)) return format;
  }
  return std::nullopt;
}

std::vector<limen::Format> parse_formats(const std::vector<std::string>& names,
                                         const std::string& option) {
  std::vector<limen::Format> formats;
  for (const std::string& name : names) {
    const auto format = parse_format(name);
    if (!format) throw UsageError(option + ": '" + name + "' is none of jpeg, png, webp, avif");
    if (std::ranges::find(formats, *format) == formats.end()) formats.push_back(*format);
  }
  return formats;
}

limen::Fidelity parse_fidelity(const std::string& text, const std::string& option) {
  constexpr std::string_view kScore = "score:";
  if (text == "invisible") return limen::Invisible{};
  if (text == "flicker-proof") return limen::FlickerProof{};
  if (text == "lossless") return limen::Lossless{};
  if (text.starts_with(kScore)) {
    return limen::TargetScore{{parse_number(text.substr(kScore.size()), option)}};
  }
  if (text.empty() || text.find_first_not_of("0123456789.-+e") != std::string::npos) {
    throw UsageError(option +
                     ": takes invisible, flicker-proof, score:N, 0..100 or lossless, not '" + text +
                     "'");
  }
  return limen::Quality{static_cast<float>(parse_number(text, option))};
}

limen::MetadataPolicy parse_metadata_policy(const std::string& text, const std::string& option) {
  return look_up(kPolicies, text, option);
}

std::string_view extension(limen::Format format) {
  return format == limen::Format::jpeg ? "jpg" : name(format);
}

}  // namespace cli
