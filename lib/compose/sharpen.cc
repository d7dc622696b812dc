// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/sharpen.h"

#include <algorithm>
#include <cmath>

#include "lib/compose/arguments.h"
#include "lib/compose/float_rows.h"
#include "lib/compose/gaussian.h"
#include "lib/compose/samples.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::kMost;

// BT.709 luma of one pixel's encoded samples, in their range, not rounded to them.
template <class Sample, int Channels>
float exact_luma(const Sample* pixel) {
  if constexpr (Channels < 3) {
    return static_cast<float>(pixel[0]);
  } else {
    const std::uint32_t sum = compose::kLumaRed * pixel[0] + compose::kLumaGreen * pixel[1] +
                              compose::kLumaBlue * pixel[2];
    constexpr float kUnit = 1.0f / 65536;
    // A signed value of 64 bits is what processors without AVX-512 convert fastest.
    return static_cast<float>(static_cast<std::int64_t>(sum)) * kUnit;
  }
}

// floor(value + 0.5) for values far from the ends of int.
std::int32_t round_half_up(float value) {
  const float raised = value + 0.5f;
  const auto truncated = static_cast<std::int32_t>(raised);
  return truncated - (static_cast<float>(truncated) > raised ? 1 : 0);
}

// Luma, and where there is alpha both luma times alpha and alpha, so that what nobody sees does not
// shine into its surroundings.
template <class Sample, int Channels>
void load_luma(const Sample* from, float* to, std::size_t pixels) {
  for (std::size_t x = 0; x < pixels; ++x, from += Channels) {
    const float luma = exact_luma<Sample, Channels>(from);
    if constexpr (Channels % 2 == 1) {
      to[x] = luma;
    } else {
      const float share = from[Channels - 1] / static_cast<float>(kMost<Sample>);
      to[2 * x] = luma * share;
      to[2 * x + 1] = share;
    }
  }
}

template <class Sample, int Channels>
void add_difference(const float* blurred, Sample* picture, std::size_t pixels, float amount,
                    float threshold) {
  constexpr int kColors = Channels >= 3 ? 3 : 1;
  for (std::size_t x = 0; x < pixels; ++x, picture += Channels) {
    const float luma = exact_luma<Sample, Channels>(picture);
    float around;
    if constexpr (Channels % 2 == 0) {
      if (picture[Channels - 1] == 0) continue;
      // The pixel itself is not transparent, so its weight is above 0 unless it is lost in
      // rounding.
      around = blurred[2 * x + 1] > 0 ? blurred[2 * x] / blurred[2 * x + 1] : luma;
    } else {
      around = blurred[x];
    }
    const float difference = luma - around;
    if (std::fabs(difference) < threshold) continue;
    // The samples are whole, so that one rounding serves all channels.
    const std::int32_t change = round_half_up(amount * difference);
    for (int c = 0; c < kColors; ++c) {
      picture[c] =
          static_cast<Sample>(std::clamp<std::int32_t>(picture[c] + change, 0, kMost<Sample>));
    }
  }
}

Result<void> check_options(const SharpenOptions& options) {
  LIMEN_TRY(compose::check_range(options.sigma, 0.3, 100, "sharpen", "sigma"));
  LIMEN_TRY(compose::check_range(options.amount, 0, 10, "sharpen", "amount"));
  return compose::check_range(options.threshold, 0, 1, "sharpen", "threshold");
}

}  // namespace

Result<void> sharpen(const ImageView& picture, const SharpenOptions& options,
                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<void> {
    LIMEN_TRY(compose::check_view(picture, "sharpen", "the picture"));
    LIMEN_TRY(check_options(options));
    if (options.amount == 0) return {};
    const compose::AnyWorkspace workspace(execution);
    return compose::with_sample(picture.format.sample, [&](auto sample) {
      using Sample = decltype(sample);
      const auto amount = static_cast<float>(options.amount);
      const auto threshold = static_cast<float>(options.threshold * kMost<Sample>);
      return compose::with_channels(picture.format.channels(), [&](auto channels) {
        constexpr int kChannels = decltype(channels)::value;
        const auto width = static_cast<std::size_t>(picture.size.width);
        const compose::GaussianRows rows{
            .size = picture.size,
            .channels = picture.format.has_alpha() ? 2 : 1,
            .load =
                [&](std::int32_t y, float* row) {
                  load_luma<Sample, kChannels>(picture.row_as<Sample>(y), row, width);
                },
            .store =
                [&](std::int32_t y, const float* row) {
                  add_difference<Sample, kChannels>(row, picture.row_as<Sample>(y), width, amount,
                                                    threshold);
                }};
        return compose::gaussian(rows, options.sigma, compose::reach_for<Sample>(),
                                 *workspace.get(), execution);
      });
    });
  });
}

}  // namespace limen::inline LIMEN_ABI
