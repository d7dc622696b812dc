// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <variant>

#include "curve.h"
#include "describe.h"
#include "optimize.h"

namespace cli {

namespace {

using Row = std::array<std::string, 8>;

// Columns that a name takes on a terminal, one a character: UTF-8's continuation bytes take none.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string quality_of(const limen::Variant& variant) {
  if (variant.kept_source) return "kept";
  if (!variant.mode) return "-";
  if (std::holds_alternative<limen::Lossless>(*variant.mode)) return "lossless";
  const auto* quality = std::get_if<limen::Quality>(&*variant.mode);
  if (quality == nullptr) return "near-lossless";
  return quality_text(*quality,
                      variant.search ? variant.search->quantizer : limen::JpegQuantizer::libjpeg);
}

Row row_of(const Optimized& file) {
  const limen::Variant& variant = file.variant;
  Row row = {on_one_line(file.file),
             bytes_for_people(file.before),
             bytes_for_people(file.after),
             saved_for_people(file.before, file.after),
             curve_name(variant.format, variant.chroma),
             quality_of(variant),
             "-",
             "-"};
  if (variant.search) {
    row[6] = rounded_down(variant.search->score) + (variant.search->reached ? "" : " missed");
    row[7] = std::to_string(variant.search->evaluations);
  }
  return row;
}

}  // namespace

OptimizeTotals totals_of(const std::vector<std::optional<Optimized>>& files) {
  OptimizeTotals totals;
  for (const auto& file : files) {
    if (!file) {
      ++totals.failed;
      continue;
    }
    ++totals.files;
    totals.before += file->before;
    totals.after += file->after;
    if (file->variant.search && !file->variant.search->reached) ++totals.missed;
  }
  return totals;
}

std::string coding_of(const limen::Variant& variant) {
  const std::string quality = quality_of(variant);
  const bool is_number = quality.find_first_not_of("~0123456789.") == std::string::npos;
  return curve_name(variant.format, variant.chroma) + (is_number ? ", quality " : ", ") + quality;
}

std::string bytes_for_people(std::uint64_t bytes) {
  char text[32];
  const double value = static_cast<double>(bytes);
  if (bytes < 1000) {
    std::snprintf(text, sizeof text, "%.0f B", value);
  } else if (bytes < 999'950) {
    std::snprintf(text, sizeof text, "%.1f kB", value / 1e3);
  } else {
    std::snprintf(text, sizeof text, "%.2f MB", value / 1e6);
  }
  return text;
}

std::string saved_for_people(std::uint64_t before, std::uint64_t after) {
  if (before == 0) return "-";
  char text[32];
  const double saved = 100 * (1 - static_cast<double>(after) / static_cast<double>(before));
  std::snprintf(text, sizeof text, "%.1f %%", saved);
  return text;
}

std::string optimize_table(const std::vector<std::optional<Optimized>>& files) {
  std::vector<Row> rows = {
      {"file", "before", "after", "saved", "format", "quality", "score", "evaluations"}};
  for (const auto& file : files) {
    if (file) rows.push_back(row_of(*file));
  }
  const OptimizeTotals totals = totals_of(files);
  rows.push_back({std::to_string(totals.files) + (totals.files == 1 ? " file" : " files"),
                  bytes_for_people(totals.before), bytes_for_people(totals.after),
                  saved_for_people(totals.before, totals.after), "", "", "", ""});
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - columns(row[i]), ' ');
      const bool to_the_left = i == 0 || i == 4;
      line += (i == 0 ? "" : "  ") + (to_the_left ? row[i] + padding : padding + row[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace cli
