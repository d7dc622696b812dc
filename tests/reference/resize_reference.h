// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize() as its documentation says it, in double and without any thought of speed: the oracle.

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

#include "limen/resample/resize.h"
#include "tests/pictures.h"

namespace limen::test {

/// Samples of 0 to 1, interleaved, neither rounded nor clamped between the steps.
struct Reference {
  Size size;
  int channels = 0;
  std::vector<double> samples;

  double at(std::int32_t x, std::int32_t y, int c) const {
    return samples[(static_cast<std::size_t>(y) * size.width + x) * channels + c];
  }
};

inline double reference_sinc(double x) {
  return x == 0 ? 1 : std::sin(std::numbers::pi * x) / (std::numbers::pi * x);
}

/// Mitchell and Netravali 1988, equation 8.
inline double reference_cubic(double x, double b, double c) {
  x = std::abs(x);
  if (x < 1) {
    return ((12 - 9 * b - 6 * c) * x * x * x + (-18 + 12 * b + 6 * c) * x * x + (6 - 2 * b)) / 6;
  }
  if (x < 2) {
    return ((-b - 6 * c) * x * x * x + (6 * b + 30 * c) * x * x + (-12 * b - 48 * c) * x +
            (8 * b + 24 * c)) /
           6;
  }
  return 0;
}

inline double reference_kernel(Filter filter, double x) {
  switch (filter) {
    case Filter::nearest:
      return 0;
    case Filter::box:
      if (std::abs(std::abs(x) - 0.5) < 1e-9) return 0.5;
      return std::abs(x) < 0.5 ? 1 : 0;
    case Filter::triangle:
      return std::max(0.0, 1 - std::abs(x));
    case Filter::hermite:
      return reference_cubic(x, 0, 0);
    case Filter::mitchell:
      return reference_cubic(x, 1.0 / 3, 1.0 / 3);
    case Filter::catmull_rom:
      return reference_cubic(x, 0, 0.5);
    case Filter::lanczos2:
      return std::abs(x) < 2 ? reference_sinc(x) * reference_sinc(x / 2) : 0;
    case Filter::lanczos3:
      return std::abs(x) < 3 ? reference_sinc(x) * reference_sinc(x / 3) : 0;
  }
  return 0;
}

/// weights[k] of source samples first + k for one output.
struct ReferenceTaps {
  std::int32_t first = 0;
  std::vector<double> weights;
};

inline std::vector<ReferenceTaps> reference_taps(std::int32_t source, std::int32_t outputs,
                                                 double begin, double length, Filter filter) {
  std::vector<ReferenceTaps> all(static_cast<std::size_t>(outputs));
  const double step = length / outputs;
  const double wider = std::max(step, 1.0);
  for (std::int32_t i = 0; i < outputs; ++i) {
    ReferenceTaps& taps = all[static_cast<std::size_t>(i)];
    if (source == outputs && begin == 0 && length == source) {
      taps = {i, {1.0}};
      continue;
    }
    const double center = begin + (i + 0.5) * step;
    const auto from = std::max(0.0, std::floor(center - support(filter) * wider - 2));
    const auto to = std::min(source - 1.0, std::ceil(center + support(filter) * wider + 2));
    taps.first = static_cast<std::int32_t>(from);
    double sum = 0;
    for (double k = from; k <= to; ++k) {
      taps.weights.push_back(reference_kernel(filter, (k + 0.5 - center) / wider));
      sum += taps.weights.back();
    }
    for (double& weight : taps.weights) weight /= sum;
  }
  return all;
}

inline Reference reference_along(const Reference& in, const std::vector<ReferenceTaps>& taps) {
  Reference out{{static_cast<std::int32_t>(taps.size()), in.size.height}, in.channels, {}};
  out.samples.assign(taps.size() * in.size.height * in.channels, 0.0);
  double* to = out.samples.data();
  for (std::int32_t y = 0; y < in.size.height; ++y) {
    for (const ReferenceTaps& tap : taps) {
      const double* from = &in.samples[(static_cast<std::size_t>(y) * in.size.width + tap.first) *
                                       static_cast<std::size_t>(in.channels)];
      for (const double weight : tap.weights) {
        for (int c = 0; c < in.channels; ++c) to[c] += weight * *from++;
      }
      to += in.channels;
    }
  }
  return out;
}

inline Reference reference_down(const Reference& in, const std::vector<ReferenceTaps>& taps) {
  Reference out{{in.size.width, static_cast<std::int32_t>(taps.size())}, in.channels, {}};
  const std::size_t row = static_cast<std::size_t>(in.size.width) * in.channels;
  out.samples.assign(taps.size() * row, 0.0);
  for (std::size_t y = 0; y < taps.size(); ++y) {
    for (std::size_t k = 0; k < taps[y].weights.size(); ++k) {
      const double weight = taps[y].weights[k];
      const double* from = &in.samples[(taps[y].first + k) * row];
      double* to = &out.samples[y * row];
      for (std::size_t x = 0; x < row; ++x) to[x] += weight * from[x];
    }
  }
  return out;
}

inline double reference_to_linear(double v) {
  const double m = std::abs(v);
  return std::copysign(m <= 0.04045 ? m / 12.92 : std::pow((m + 0.055) / 1.055, 2.4), v);
}
inline double reference_to_srgb(double v) {
  const double m = std::abs(v);
  return std::copysign(m <= 0.0031308 ? m * 12.92 : 1.055 * std::pow(m, 1 / 2.4) - 0.055, v);
}

/// Not for Filter::nearest. Integer formats come back clamped to 0 to 1, not rounded.
inline Reference resize_reference(const ConstImageView& source, Size size,
                                  const ResizeOptions& options = {}) {
  const int channels = source.format.channels();
  const bool has_alpha = source.format.has_alpha();
  const bool straight = source.format.has_straight_alpha();
  const bool linear = options.linear_light && source.format.layout != Layout::cmyk;
  const int colors = has_alpha ? channels - 1 : channels;
  Reference picture{source.size, channels, {}};
  picture.samples.reserve(area(source.size) * channels);
  for (std::int32_t y = 0; y < source.size.height; ++y) {
    for (std::int32_t x = 0; x < source.size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        double value = get_sample(source, x, y, c);
        if (c < colors && linear) value = reference_to_linear(value);
        if (c < colors && straight) value *= get_sample(source, x, y, colors);
        picture.samples.push_back(value);
      }
    }
  }
  const RectF window = options.source.value_or(to_rect_f(whole(source.size)));
  const auto across =
      reference_taps(source.size.width, size.width, window.x, window.width, options.filter);
  const auto down =
      reference_taps(source.size.height, size.height, window.y, window.height, options.filter);
  picture = size.height < source.size.height
                ? reference_along(reference_down(picture, down), across)
                : reference_down(reference_along(picture, across), down);
  const bool integers = source.format.sample != SampleType::f32;
  for (std::size_t i = 0; i < picture.samples.size(); i += static_cast<std::size_t>(channels)) {
    double* pixel = &picture.samples[i];
    const double alpha = has_alpha ? pixel[colors] : 1;
    for (int c = 0; c < colors; ++c) {
      if (straight) pixel[c] = alpha > 0 ? pixel[c] / alpha : 0;
      if (linear) pixel[c] = reference_to_srgb(pixel[c]);
      if (integers) pixel[c] = std::clamp(pixel[c], 0.0, 1.0);
    }
    if (has_alpha && integers) pixel[colors] = std::clamp(alpha, 0.0, 1.0);
  }
  return picture;
}

/// How far a result is from the oracle, in steps of the sample type (f32: of 2^-23).
struct Deviation {
  double largest = 0;
  double mean = 0;
  double rounding = 0;  ///< what `mean` would be if the oracle's values were rounded (integers)
  double equal = 0;     ///< the fraction that is the oracle's value, rounded
};

/// Colour of straight alpha is compared where alpha is at least `opaque_enough` of 1: below, one
/// step of alpha moves colour by more than one step whatever is done.
inline Deviation deviation(const ConstImageView& result, const Reference& reference,
                           double opaque_enough = 16.0 / 255) {
  EXPECT_EQ(result.size, reference.size);
  const double steps = result.format.sample == SampleType::u8    ? 255
                       : result.format.sample == SampleType::u16 ? 65535
                                                                 : 0x1p23;
  Deviation found;
  std::size_t count = 0;
  std::size_t equal = 0;
  const int channels = reference.channels;
  for (std::int32_t y = 0; y < result.size.height; ++y) {
    for (std::int32_t x = 0; x < result.size.width; ++x) {
      for (int c = 0; c < channels; ++c) {
        if (result.format.has_straight_alpha() && c + 1 < channels &&
            reference.at(x, y, channels - 1) < opaque_enough) {
          continue;
        }
        const double value = get_sample(result, x, y, c) * steps;
        const double wanted = reference.at(x, y, c) * steps;
        found.largest = std::max(found.largest, std::abs(value - wanted));
        found.mean += std::abs(value - wanted);
        found.rounding += std::abs(std::round(wanted) - wanted);
        equal += std::lround(value) == std::lround(wanted) ? 1 : 0;
        ++count;
      }
    }
  }
  if (count != 0) {
    found.mean /= static_cast<double>(count);
    found.rounding /= static_cast<double>(count);
    found.equal = static_cast<double>(equal) / static_cast<double>(count);
  }
  return found;
}

}  // namespace limen::test
