// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_lossless.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace limen::inline LIMEN_ABI::search {

namespace {

using Histogram = std::array<std::uint64_t, 256>;

double entropy_bits(const Histogram& histogram) {
  double total = 0;
  double sum = 0;
  for (const std::uint64_t count : histogram) {
    if (count == 0) continue;
    const auto n = static_cast<double>(count);
    total += n;
    sum += n * std::log2(n);
  }
  return total > 0 ? total * std::log2(total) - sum : 0;
}

// Rows that stand for the picture: all of a small one, one in eight of a large one.
std::int32_t row_step(Size size) {
  constexpr std::uint64_t kSmall = 65'536;
  return area(size) <= kSmall ? 1 : 8;
}

template <class Sample>
double bits(const ConstImageView& picture) {
  constexpr int kShift = sizeof(Sample) == 1 ? 0 : 8;
  const int channels = picture.format.channels();
  const int colors = picture.format.has_alpha() ? channels - 1 : channels;
  std::array<Histogram, 4> histograms{};
  const std::int32_t step = row_step(picture.size);
  std::uint64_t rows = 0;
  for (std::int32_t y = 0; y < picture.size.height; y += step, ++rows) {
    const Sample* row = picture.row_as<Sample>(y);
    const Sample* up = y > 0 ? picture.row_as<Sample>(y - 1) : nullptr;
    // Red and blue less green, as both formats' coders can do.
    const auto value = [&](const Sample* from, std::int32_t x, int c) {
      const Sample* at = from + static_cast<std::ptrdiff_t>(x) * channels;
      const int own = at[c] >> kShift;
      return colors == 3 && (c == 0 || c == 2) ? (own - (at[1] >> kShift)) & 255 : own;
    };
    for (std::int32_t x = 0; x < picture.size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        int foretold = 0;
        if (x > 0 && up != nullptr) {
          // The median of left, above and the plane through both (LOCO-I, Weinberger et al. 2000).
          const int left = value(row, x - 1, c);
          const int above = value(up, x, c);
          const int corner = value(up, x - 1, c);
          foretold =
              std::clamp(left + above - corner, std::min(left, above), std::max(left, above));
        } else if (x > 0) {
          foretold = value(row, x - 1, c);
        } else if (up != nullptr) {
          foretold = value(up, x, c);
        }
        ++histograms[static_cast<std::size_t>(c)]
                    [static_cast<std::size_t>((value(row, x, c) - foretold) & 255)];
      }
    }
  }
  double sum = 0;
  for (const Histogram& histogram : histograms) sum += entropy_bits(histogram);
  return sum * picture.size.height / static_cast<double>(rows);
}

}  // namespace

std::uint64_t lossless_entropy_bytes(const ConstImageView& picture) {
  const double sum = picture.format.sample == SampleType::u8 ? bits<std::uint8_t>(picture)
                                                             : bits<std::uint16_t>(picture);
  return static_cast<std::uint64_t>(sum / 8) + 1;
}

}  // namespace limen::inline LIMEN_ABI::search
