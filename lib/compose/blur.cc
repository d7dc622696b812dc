// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/blur.h"

#include "lib/compose/arguments.h"
#include "lib/compose/float_rows.h"
#include "lib/compose/gaussian.h"

namespace limen::inline LIMEN_ABI {

Result<void> blur(const ImageView& picture, double sigma, const Execution& execution) {
  return contain_exceptions([&]() -> Result<void> {
    LIMEN_TRY(compose::check_view(picture, "blur", "the picture"));
    if (sigma == 0) return {};
    LIMEN_TRY(compose::check_range(sigma, 0.3, 1000, "blur", "sigma"));
    const compose::AnyWorkspace workspace(execution);
    return compose::with_sample(picture.format.sample, [&](auto sample) {
      using Sample = decltype(sample);
      return compose::with_channels(picture.format.channels(), [&](auto channels) {
        constexpr int kChannels = decltype(channels)::value;
        const auto width = static_cast<std::size_t>(picture.size.width);
        const compose::GaussianRows rows{.size = picture.size,
                                         .channels = kChannels,
                                         .load =
                                             [&](std::int32_t y, float* row) {
                                               compose::premultiplied_floats<Sample, kChannels>(
                                                   picture.row_as<Sample>(y), row, width);
                                             },
                                         .store =
                                             [&](std::int32_t y, const float* row) {
                                               compose::straight_samples<Sample, kChannels>(
                                                   row, picture.row_as<Sample>(y), width);
                                             }};
        return compose::gaussian(rows, sigma, compose::reach_for<Sample>(), *workspace.get(),
                                 execution);
      });
    });
  });
}

}  // namespace limen::inline LIMEN_ABI
