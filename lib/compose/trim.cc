// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/trim.h"

#include <algorithm>
#include <cstdlib>

#include "lib/compose/arguments.h"
#include "lib/compose/samples.h"

namespace limen::inline LIMEN_ABI {

namespace {

template <class Sample, int Channels, bool Alpha>
class Border {
 public:
  Border(const ConstImageView& picture, int tolerance)
      : picture_(picture),
        corner_(picture.row_as<Sample>(0)),
        tolerance_(tolerance * static_cast<int>(compose::kMost<Sample> / 255)) {}

  // First column of `first` to `past - 1` in row y that differs, or `past`.
  std::int32_t first_different(std::int32_t y, std::int32_t first, std::int32_t past) const {
    const Sample* row = picture_.row_as<Sample>(y);
    while (first < past && !differs(row + std::ptrdiff_t{first} * Channels)) ++first;
    return first;
  }
  // One past the last such column, or `first`.
  std::int32_t past_different(std::int32_t y, std::int32_t first, std::int32_t past) const {
    const Sample* row = picture_.row_as<Sample>(y);
    while (first < past && !differs(row + std::ptrdiff_t{past - 1} * Channels)) --past;
    return past;
  }

 private:
  bool differs(const Sample* pixel) const {
    const auto far = [&](int c) { return std::abs(pixel[c] - corner_[c]) > tolerance_; };
    if constexpr (Alpha) {
      // The colour of a pixel that cannot be seen says nothing; its alpha does.
      if (pixel[Channels - 1] == 0 || corner_[Channels - 1] == 0) return far(Channels - 1);
    }
    for (int c = 0; c < Channels; ++c) {
      if (far(c)) return true;
    }
    return false;
  }

  const ConstImageView& picture_;
  const Sample* corner_;
  int tolerance_;
};

template <class AnyBorder>
Rect window_of(const AnyBorder& border, Size size) {
  std::int32_t top = 0;
  while (top < size.height && border.first_different(top, 0, size.width) == size.width) ++top;
  if (top == size.height) return whole(size);
  std::int32_t bottom = size.height;
  while (border.first_different(bottom - 1, 0, size.width) == size.width) --bottom;
  std::int32_t left = size.width;
  std::int32_t right = 0;
  for (std::int32_t y = top; y < bottom; ++y) {
    left = border.first_different(y, 0, left);
    right = border.past_different(y, right, size.width);
  }
  return {left, top, right - left, bottom - top};
}

}  // namespace

Result<Rect> find_trim(const ConstImageView& picture, int tolerance) {
  return contain_exceptions([&]() -> Result<Rect> {
    LIMEN_TRY(
        compose::check_view(picture, "trim", "the picture", {.cmyk = true, .premultiplied = true}));
    LIMEN_TRY(compose::check_range(tolerance, 0, 255, "trim", "tolerance"));
    return compose::with_sample(picture.format.sample, [&](auto sample) {
      using Sample = decltype(sample);
      return compose::with_channels(picture.format.channels(), [&](auto channels) -> Rect {
        constexpr int kChannels = decltype(channels)::value;
        if constexpr (kChannels % 2 == 0) {
          if (picture.format.has_alpha()) {
            return window_of(Border<Sample, kChannels, true>(picture, tolerance), picture.size);
          }
        }
        return window_of(Border<Sample, kChannels, false>(picture, tolerance), picture.size);
      });
    });
  });
}

}  // namespace limen::inline LIMEN_ABI
