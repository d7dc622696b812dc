// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/adjust.h"

#include <algorithm>
#include <cmath>

#include "lib/compose/arguments.h"
#include "lib/compose/samples.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::kMost;

// Tone values between the steps keep this many bits more than a sample, so that one rounding at the
// end is all there is.
constexpr int kToneBits = 8;
constexpr int kSaturationBits = 16;
constexpr int kLumaBits = 16;

Result<void> check_adjustments(const Adjustments& adjustments) {
  LIMEN_TRY(compose::check_range(adjustments.brightness, -1, 1, "adjust", "brightness"));
  LIMEN_TRY(compose::check_range(adjustments.contrast, 0, 10, "adjust", "contrast"));
  LIMEN_TRY(compose::check_range(adjustments.gamma, 0.1, 10, "adjust", "gamma"));
  return compose::check_range(adjustments.saturation, 0, 10, "adjust", "saturation");
}

// Brightness, contrast and gamma of a value of 0 to 1.
double tone(double value, const Adjustments& adjustments) {
  value += adjustments.brightness;
  value = (value - 0.5) * adjustments.contrast + 0.5;
  value = std::clamp(value, 0.0, 1.0);
  return adjustments.gamma == 1 ? value : std::pow(value, 1 / adjustments.gamma);
}

template <class Sample>
void fill_tones(const Adjustments& adjustments, std::int32_t* tones) {
  constexpr double kFull = kMost<Sample>;
  const bool neutral =
      adjustments.brightness == 0 && adjustments.contrast == 1 && adjustments.gamma == 1;
  for (std::uint32_t value = 0; value <= kMost<Sample>; ++value) {
    tones[value] = neutral ? static_cast<std::int32_t>(value << kToneBits)
                           : static_cast<std::int32_t>(std::lround(
                                 tone(value / kFull, adjustments) * kFull * (1 << kToneBits)));
  }
}

template <class Sample>
Sample sample_of_tone(std::int32_t value) {
  return static_cast<Sample>((value + (1 << (kToneBits - 1))) >> kToneBits);
}

// luma + (value - luma) * saturation, in 64 bits: 24 of a 16-bit tone, 16 of the luma weights and
// 20 of a saturation up to 10.
template <class Sample>
void saturate_pixel(Sample* pixel, const std::int32_t* tones, std::int64_t saturation) {
  constexpr int kBits = kToneBits + kLumaBits + kSaturationBits;
  std::int64_t value[3];
  for (int c = 0; c < 3; ++c) value[c] = tones[pixel[c]];
  const std::int64_t luma =
      compose::kLumaRed * value[0] + compose::kLumaGreen * value[1] + compose::kLumaBlue * value[2];
  const std::int64_t gray = luma * ((std::int64_t{1} << kSaturationBits) - saturation);
  for (int c = 0; c < 3; ++c) {
    const std::int64_t mixed = gray + (value[c] << kLumaBits) * saturation;
    const std::int64_t rounded = (mixed + (std::int64_t{1} << (kBits - 1))) >> kBits;
    pixel[c] = static_cast<Sample>(std::clamp<std::int64_t>(rounded, 0, kMost<Sample>));
  }
}

template <class Sample>
Result<void> adjust_samples(const ImageView& picture, const Adjustments& adjustments,
                            Workspace& workspace, const Execution& execution) {
  LIMEN_ASSIGN(Buffer buffer,
               workspace.allocate((std::uint64_t{kMost<Sample>} + 1) * sizeof(std::int32_t)));
  auto* tones = reinterpret_cast<std::int32_t*>(buffer.data());
  fill_tones<Sample>(adjustments, tones);
  const int channels = picture.format.channels();
  const int colors = channels >= 3 ? 3 : 1;
  const bool mixes = colors == 3 && (adjustments.greyscale || adjustments.saturation != 1);
  const std::int64_t saturation =
      adjustments.greyscale ? 0 : std::llround(adjustments.saturation * (1 << kSaturationBits));
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    if (compose::should_stop(execution, y)) return cancelled();
    Sample* pixel = picture.row_as<Sample>(y);
    for (std::int32_t x = 0; x < picture.size.width; ++x, pixel += channels) {
      if (mixes) {
        saturate_pixel(pixel, tones, saturation);
      } else {
        for (int c = 0; c < colors; ++c) pixel[c] = sample_of_tone<Sample>(tones[pixel[c]]);
      }
    }
  }
  return {};
}

}  // namespace

Result<void> adjust(const ImageView& picture, const Adjustments& adjustments,
                    const Execution& execution) {
  return contain_exceptions([&]() -> Result<void> {
    LIMEN_TRY(compose::check_view(picture, "adjust", "the picture"));
    LIMEN_TRY(check_adjustments(adjustments));
    if (adjustments == Adjustments{}) return {};
    const compose::AnyWorkspace workspace(execution);
    return compose::with_sample(picture.format.sample, [&](auto sample) {
      return adjust_samples<decltype(sample)>(picture, adjustments, *workspace.get(), execution);
    });
  });
}

}  // namespace limen::inline LIMEN_ABI
