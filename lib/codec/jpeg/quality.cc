// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <numeric>
#include <optional>
#include <span>

#include "lib/codec/jpeg/header.h"
#include "lib/codec/jpeg/quant_table.h"

namespace limen::inline LIMEN_ABI {

namespace {

using Table = QuantTable;

constexpr std::array<int, 2> kLargest = {255, 32767};

// `sum` and how far two tables are apart: relative, so that coarse high frequencies do not outweigh
// the rest. Stops adding once it is above `enough`.
double add_distance(double sum, const Table& zigzag, const Table& base, const Table& places,
                    int quality, int largest, double enough) {
  double distance = 0;
  for (std::size_t i = 0; i < 64 && sum + distance <= enough; ++i) {
    const int a = zigzag[i];
    const int b = scaled_step(base[places[i]], quality, largest);
    distance += static_cast<double>(std::abs(a - b)) / (a + b);
  }
  return sum + distance;
}

// Both of a file's tables, or luminance's alone, beside those of each quality.
class Distances {
 public:
  Distances(const Table& luminance, const Table* chrominance)
      : luminance_(luminance), chrominance_(chrominance) {}

  // Above `enough` it may be farther.
  double at(int quality, int largest, double enough) const {
    double sum = add_distance(0, luminance_, luminance_base_, places_, quality, largest, enough);
    if (chrominance_ != nullptr) {
      sum = add_distance(sum, *chrominance_, chrominance_base_, places_, quality, largest, enough);
    }
    return sum;
  }

  // That of a table with as large a sum, by libjpeg's scale: 200 - 2q per cent, or 5000 / q.
  int guess() const {
    const auto sum = [](const Table& table) {
      return std::accumulate(table.begin(), table.end(), 0);
    };
    const int scale = std::max(100 * sum(luminance_) / sum(luminance_base_), 1);
    return std::clamp(scale <= 100 ? (200 - scale) / 2 : 5000 / scale, 1, 100);
  }

 private:
  const Table& luminance_;
  const Table* chrominance_;
  const Table& luminance_base_ = luminance_table();
  const Table& chrominance_base_ = chrominance_table();
  Table places_ = zigzag_places();
};

}  // namespace

std::optional<int> estimate_quality(const JpegHeader& header) {
  const auto table_of = [&](std::size_t component) -> const JpegQuantTable* {
    const auto slot = static_cast<std::size_t>(header.components[component].table);
    if (slot >= header.quant_tables.size() || !header.quant_tables[slot].is_defined) return nullptr;
    return &header.quant_tables[slot];
  };
  const JpegQuantTable* luminance = table_of(0);
  if (luminance == nullptr) return std::nullopt;
  const JpegQuantTable* chrominance = nullptr;
  // RGB and CMYK use the luminance table throughout.
  const ColorModel model = color_model(header);
  if (model == ColorModel::ycbcr || model == ColorModel::ycck) {
    chrominance = table_of(1);
    if (chrominance == nullptr) return std::nullopt;
  }
  const auto has_wide_steps = [](const JpegQuantTable* table) {
    return table != nullptr &&
           std::ranges::any_of(table->values, [](int step) { return step > 255; });
  };
  // Tables of bytes hold 255 at the most, which is nearer to them; 16-bit ones libjpeg limits to
  // 32767.
  const std::size_t limits = has_wide_steps(luminance) || has_wide_steps(chrominance) ? 2 : 1;
  const Distances distances(luminance->values,
                            chrominance == nullptr ? nullptr : &chrominance->values);
  // Most tables are those of a quality. Tables of several are the same only where these lie side by
  // side, for no step grows with the quality.
  int best = distances.guess();
  if (limits == 1 && distances.at(best, kLargest[0], 0) == 0) {
    while (best > 1 && distances.at(best - 1, kLargest[0], 0) == 0) --best;
    return best;
  }
  double least = std::numeric_limits<double>::infinity();
  // From above, where files mostly are, so that what is farther off is soon seen to be.
  for (int quality = 100; quality >= 1; --quality) {
    for (const int largest : std::span(kLargest).first(limits)) {
      const double sum = distances.at(quality, largest, least);
      if (sum <= least) {  // the lower of two that are equally near
        least = sum;
        best = quality;
      }
    }
  }
  return best;
}

}  // namespace limen::inline LIMEN_ABI
