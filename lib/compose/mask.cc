// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/mask.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "lib/compose/arguments.h"
#include "lib/compose/samples.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::kMost;

// How much of each pixel of the top left corner, x and y from 0 to size() - 1, lies outside a
// quarter circle of `radius` whose centre is `radius` away from both sides. Exact areas.
class Corner {
 public:
  explicit Corner(double radius)
      : radius_(radius), size_(static_cast<std::int32_t>(std::ceil(radius))) {}

  std::int32_t size() const { return size_; }

  // Adds row y to `outside`, which holds size() values.
  void add_row(std::int32_t y, std::vector<double>& outside) const {
    // Distances from the centre; a pixel that the centre divides counts up to there.
    const double far_y = radius_ - y;
    const double near_y = std::max(0.0, far_y - 1);
    for (std::int32_t x = 0; x < size_; ++x) {
      const double far_x = radius_ - x;
      const double near_x = std::max(0.0, far_x - 1);
      if (far_x * far_x + far_y * far_y <= radius_ * radius_) return;  // so are all further ones
      const double all = (far_x - near_x) * (far_y - near_y);
      outside[static_cast<std::size_t>(x)] += all - inside(near_x, far_x, near_y, far_y);
    }
  }

 private:
  // Area of the circle within [near_x, far_x] x [near_y, far_y]: the integral over x of the
  // circle's height, cut at both ends.
  double inside(double near_x, double far_x, double near_y, double far_y) const {
    const double full_until = std::clamp(half_chord(far_y), near_x, far_x);
    const double until = std::clamp(half_chord(near_y), full_until, far_x);
    return (full_until - near_x) * (far_y - near_y) +
           std::max(0.0, area_to(until) - area_to(full_until) - near_y * (until - full_until));
  }
  double half_chord(double distance) const {
    return std::sqrt(std::max(0.0, radius_ * radius_ - distance * distance));
  }
  // Integral of sqrt(r^2 - t^2) for t from 0 to x.
  double area_to(double x) const {
    const double sine = std::min(1.0, x / radius_);
    return 0.5 * (x * half_chord(x) + radius_ * radius_ * std::asin(sine));
  }

  double radius_;
  std::int32_t size_;
};

template <class Sample>
void scale_pixel(Sample* pixel, PixelFormat format, double outside) {
  const auto coverage =
      static_cast<std::uint32_t>(std::lround(std::clamp(1 - outside, 0.0, 1.0) * 65535));
  const int alpha = format.channels() - 1;
  const bool scales_color = format.alpha == AlphaMode::premultiplied;
  for (int c = 0; c < format.channels(); ++c) {
    if (c == alpha || scales_color) {
      // 65535 * 65535 + 32767 fits in 32 bits.
      pixel[c] = static_cast<Sample>((pixel[c] * coverage + 32767) / 65535);
    } else if (coverage == 0) {
      pixel[c] = 0;
    }
  }
}

template <class Sample>
void add_alpha(const Sample* from, int from_channels, Sample* to, std::int32_t width) {
  compose::with_channels(from_channels, [&](auto channels) {
    constexpr int kFrom = decltype(channels)::value;
    constexpr int kTo = kFrom >= 3 ? 4 : 2;
    for (std::int32_t x = 0; x < width; ++x, from += kFrom, to += kTo) {
      compose::convert_pixel<Sample, kFrom, kTo>(from, to);
    }
  });
}

template <class Sample>
Result<void> round_samples(const ConstImageView& source, const ImageView& result, double radius,
                           const Execution& execution) {
  const Corner corner(radius);
  const std::int32_t size = corner.size();
  const std::int32_t width = source.size.width;
  const std::int32_t height = source.size.height;
  const int channels = result.format.channels();
  std::vector<double> outside(static_cast<std::size_t>(size));
  for (std::int32_t y = 0; y < height; ++y) {
    if (compose::should_stop(execution, y)) return cancelled();
    Sample* row = result.row_as<Sample>(y);
    add_alpha(source.row_as<Sample>(y), source.format.channels(), row, width);
    const std::int32_t from_bottom = height - 1 - y;
    if (y >= size && from_bottom >= size) continue;
    std::fill(outside.begin(), outside.end(), 0.0);
    // With an odd side and the largest radius the middle row belongs to corners above and below,
    // the middle column to corners left and right; what they leave out adds up.
    if (y < size) corner.add_row(y, outside);
    if (from_bottom < size) corner.add_row(from_bottom, outside);
    for (std::int32_t x = 0; x < size; ++x) {
      const std::int32_t mirrored = width - 1 - x;
      double out = outside[static_cast<std::size_t>(x)];
      if (mirrored < size) out += outside[static_cast<std::size_t>(mirrored)];
      if (out == 0) continue;
      if (x <= mirrored) scale_pixel(row + std::ptrdiff_t{x} * channels, result.format, out);
      if (x < mirrored) scale_pixel(row + std::ptrdiff_t{mirrored} * channels, result.format, out);
    }
  }
  return {};
}

}  // namespace

Result<Image> round_corners(const ConstImageView& source, double radius,
                            const Execution& execution) {
  return contain_exceptions([&]() -> Result<Image> {
    LIMEN_TRY(compose::check_view(source, "round corners", "the picture", {.premultiplied = true}));
    if (!(radius >= 0)) {
      return compose::refuse("round corners",
                             "radius is " + std::to_string(radius) + ", 0 and more is taken");
    }
    PixelFormat format = source.format;
    format.layout = format.channels() >= 3 ? Layout::rgba : Layout::gray_alpha;
    if (!source.format.has_alpha()) format.alpha = AlphaMode::straight;
    const double most = std::min(source.size.width, source.size.height) / 2.0;
    const compose::AnyWorkspace workspace(execution);
    LIMEN_ASSIGN(Image result, Image::create(source.size, format, workspace.get()));
    LIMEN_TRY(compose::with_sample(format.sample, [&](auto sample) {
      return round_samples<decltype(sample)>(source, result.view(), std::min(radius, most),
                                             execution);
    }));
    return result;
  });
}

}  // namespace limen::inline LIMEN_ABI
