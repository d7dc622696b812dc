// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include "lib/compose/arguments.h"
#include "lib/compose/samples.h"
#include "limen/color/transfer.h"
#include "limen/compose/adjust.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::kMost;

// How much alpha each value of each channel has: whole numbers, so nothing depends on the order,
// and the transfer function is computed once a value instead of once a sample.
template <class Sample>
struct Histogram {
  std::vector<std::uint64_t> alpha_of[3];
  std::uint64_t alpha = 0;
};

template <class Sample>
Histogram<Sample> histogram_of(const ConstImageView& picture) {
  const int channels = picture.format.channels();
  const int colors = channels >= 3 ? 3 : 1;
  Histogram<Sample> histogram;
  for (int c = 0; c < colors; ++c) histogram.alpha_of[c].resize(std::size_t{kMost<Sample>} + 1);
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    const Sample* pixel = picture.row_as<Sample>(y);
    for (std::int32_t x = 0; x < picture.size.width; ++x, pixel += channels) {
      const std::uint64_t alpha = picture.format.has_alpha() ? pixel[channels - 1] : kMost<Sample>;
      histogram.alpha += alpha;
      for (int c = 0; c < colors; ++c) histogram.alpha_of[c][pixel[c]] += alpha;
    }
  }
  return histogram;
}

template <class Sample>
std::uint8_t mean_of(const std::vector<std::uint64_t>& alpha_of, std::uint64_t total) {
  constexpr double kFull = kMost<Sample>;
  double sum = 0;
  for (std::size_t value = 0; value < alpha_of.size(); ++value) {
    if (alpha_of[value] == 0) continue;
    sum +=
        linear_from_srgb(static_cast<double>(value) / kFull) * static_cast<double>(alpha_of[value]);
  }
  return static_cast<std::uint8_t>(
      std::lround(srgb_from_linear(sum / static_cast<double>(total)) * 255));
}

}  // namespace

Result<Color> average_color(const ConstImageView& picture) {
  return contain_exceptions([&]() -> Result<Color> {
    LIMEN_TRY(compose::check_view(picture, "average color", "the picture"));
    return compose::with_sample(picture.format.sample, [&](auto sample) -> Color {
      using Sample = decltype(sample);
      const Histogram<Sample> histogram = histogram_of<Sample>(picture);
      if (histogram.alpha == 0) return Color{0, 0, 0, 0};
      Color mean;
      mean.red = mean_of<Sample>(histogram.alpha_of[0], histogram.alpha);
      const bool gray = picture.format.channels() < 3;
      mean.green = gray ? mean.red : mean_of<Sample>(histogram.alpha_of[1], histogram.alpha);
      mean.blue = gray ? mean.red : mean_of<Sample>(histogram.alpha_of[2], histogram.alpha);
      mean.alpha = static_cast<std::uint8_t>(
          std::lround(static_cast<double>(histogram.alpha) /
                      (static_cast<double>(area(picture.size)) * kMost<Sample>)*255));
      return mean;
    });
  });
}

}  // namespace limen::inline LIMEN_ABI
