// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_sizes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace limen::inline LIMEN_ABI::search {

namespace {

// How much the logarithm of a file's size grows where that of the mean loss falls by one, as seen
// on photographs, and how far a picture's may be from it.
constexpr double kLeastGrowth = 0.2;
constexpr double kMostGrowth = 5.0;
// From so many sizes on, every other one is that of the middle.
constexpr std::size_t kPatience = 5;

struct Sized {
  int setting = 0;
  double log_size = 0;
};

}  // namespace

Result<Fit> largest_fit(const std::vector<double>& curve, std::uint64_t bytes, int first,
                        const SizeOf& size_of) {
  Fit fit;
  int over = static_cast<int>(curve.size());
  std::optional<Sized> below;
  std::optional<Sized> above;
  const double wanted = std::log(static_cast<double>(std::max<std::uint64_t>(bytes, 1)));
  const auto height = [&](int setting) { return curve[static_cast<std::size_t>(setting)]; };
  // The highest setting whose curve stands for no more than the wanted size, as seen from `from`.
  const auto aim = [&](const Sized& from, double growth) {
    const double lowest = height(from.setting) - (wanted - from.log_size) / growth;
    const auto end = std::partition_point(curve.begin(), curve.end(),
                                          [lowest](double value) { return value >= lowest; });
    return static_cast<int>(end - curve.begin()) - 1;
  };
  for (std::size_t looks = 0; over - fit.setting > 1; ++looks) {
    int next = first;
    if (looks >= kPatience && looks % 2 == 1) {
      next = fit.setting + (over - fit.setting) / 2;
    } else if (below && above) {
      const double run = height(below->setting) - height(above->setting);
      const double growth = run > 0 ? (above->log_size - below->log_size) / run : kSizeGrowth;
      next = aim(*below, std::clamp(growth, kLeastGrowth, kMostGrowth));
    } else if (below || above) {
      next = aim(below ? *below : *above, kSizeGrowth);
    }
    next = std::clamp(next, fit.setting + 1, over - 1);
    LIMEN_ASSIGN(const std::optional<std::uint64_t> size, size_of(next));
    if (!size) return fit;
    const Sized sized{next, std::log(static_cast<double>(std::max<std::uint64_t>(*size, 1)))};
    if (*size <= bytes) {
      fit.setting = next;
      below = sized;
    } else {
      over = next;
      above = sized;
    }
  }
  fit.is_closed = true;
  return fit;
}

}  // namespace limen::inline LIMEN_ABI::search
