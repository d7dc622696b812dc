// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>
#include <numeric>

#include "limen/core/abi.h"
#include "limen/core/checked_size.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/resample/filter.h"

// What each output sample takes from which source samples, along one axis. resize() uses it; it is
// public for those who write a filter pass of their own.

namespace limen::inline LIMEN_ABI {

namespace resample {

/// An array of plain values in a Workspace's memory, zeroed.
template <class T>
class Array {
 public:
  Array() = default;
  static Result<Array> create(Workspace& workspace, std::uint64_t count) {
    const auto bytes = checked_multiply(count, sizeof(T));
    if (!bytes) return limit_exceeded(Limit::working_memory, count, workspace.limit());
    Array array;
    LIMEN_ASSIGN(array.buffer_, workspace.allocate(*bytes));
    std::memset(array.buffer_.data(), 0, static_cast<std::size_t>(*bytes));
    return array;
  }
  T* data() { return reinterpret_cast<T*>(buffer_.data()); }
  const T* data() const { return reinterpret_cast<const T*>(buffer_.data()); }
  T& operator[](std::size_t i) { return data()[i]; }
  const T& operator[](std::size_t i) const { return data()[i]; }

 private:
  Buffer buffer_;
};

/// One axis of a resize. Output i is centred at begin + (i + 0.5) * step, where sample k of the
/// source covers [k, k + 1).
struct Axis {
  double begin = 0;
  double step = 1;  ///< source samples per output sample
  std::int32_t source = 1;
  std::int32_t outputs = 1;
  Filter filter = Filter::lanczos3;

  /// As many outputs as samples, and no window: passed through, whatever the filter.
  bool is_identity() const { return source == outputs && begin == 0 && step == 1; }
  /// The kernel's half width in source samples, widened when reducing.
  double radius() const { return support(filter) * std::max(step, 1.0); }
};

inline Axis make_axis(std::int32_t source, std::int32_t outputs, Filter filter) {
  return {.begin = 0,
          .step = static_cast<double>(source) / outputs,
          .source = source,
          .outputs = outputs,
          .filter = filter};
}

/// The kernels that are not windowed sincs, at `x` in units of the unwidened kernel.
/// Cubics: Mitchell and Netravali, "Reconstruction filters in computer graphics", 1988.
inline double polynomial_kernel(Filter filter, double x) {
  x = std::fabs(x);
  switch (filter) {
    case Filter::box:
      // Half a weight on the very edge, as the Fourier transform of a sinc has it, so that mirrored
      // pictures give mirrored results.
      return x < 0.5 - 1e-9 ? 1.0 : x <= 0.5 + 1e-9 ? 0.5 : 0.0;
    case Filter::triangle:
      return x < 1 ? 1 - x : 0;
    case Filter::hermite:
      return x < 1 ? (2 * x - 3) * x * x + 1 : 0;
    case Filter::mitchell:
      return x < 1   ? ((7 * x - 12) * x * x + 16.0 / 3) / 6
             : x < 2 ? (((-7.0 / 3) * x + 12) * x * x - 20 * x + 32.0 / 3) / 6
                     : 0;
    case Filter::catmull_rom:
      return x < 1 ? (1.5 * x - 2.5) * x * x + 1 : x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
    default:
      return 0;
  }
}

/// Which source samples an output takes.
struct Run {
  std::int32_t first = 0;
  std::int32_t count = 0;
};

/// The samples within reach of output `i`; never empty. `first` and `first + count` do not fall as
/// `i` rises.
inline Run reach(const Axis& axis, std::int32_t i) {
  if (axis.is_identity()) return {i, 1};
  const double center = axis.begin + (i + 0.5) * axis.step;
  // Samples that lie on the edge of the kernel to within rounding count as inside.
  const double radius = axis.radius() * (1 + 1e-9);
  const double last_sample = axis.source - 1.0;
  const double first = std::clamp(std::ceil(center - radius - 0.5), 0.0, last_sample);
  const double last = std::clamp(std::floor(center + radius - 0.5), 0.0, last_sample);
  if (last < first) {
    return {static_cast<std::int32_t>(std::clamp(std::floor(center), 0.0, last_sample)), 1};
  }
  return {static_cast<std::int32_t>(first), static_cast<std::int32_t>(last - first) + 1};
}

/// No Run is longer.
inline std::int32_t longest_reach(const Axis& axis) {
  if (axis.is_identity()) return 1;
  const double most = std::floor(2 * axis.radius() * (1 + 1e-9)) + 2;
  return most < axis.source ? static_cast<std::int32_t>(most) : axis.source;
}

/// Windowed sinc over a run: `weights[k]` at x = start + k * stride. The sines advance by rotation,
/// set anew every 64 samples so that rounding does not add up.
inline void lanczos_weights(double start, double stride, int lobes, std::int32_t count,
                            double* weights) {
  constexpr double kPi = std::numbers::pi;
  const double turn_cos = std::cos(kPi * stride), turn_sin = std::sin(kPi * stride);
  const double slow_cos = std::cos(kPi * stride / lobes), slow_sin = std::sin(kPi * stride / lobes);
  double c = 0, s = 0, slow_c = 0, slow_s = 0;
  for (std::int32_t k = 0; k < count; ++k) {
    const double x = start + k * stride;
    if (k % 64 == 0) {
      c = std::cos(kPi * x);
      s = std::sin(kPi * x);
      slow_c = std::cos(kPi * x / lobes);
      slow_s = std::sin(kPi * x / lobes);
    }
    const double t = kPi * x;
    weights[k] = std::fabs(x) >= lobes ? 0.0
                 : std::fabs(x) < 1e-8 ? 1.0
                                       : lobes * s * slow_s / (t * t);
    const double next_c = c * turn_cos - s * turn_sin;
    s = s * turn_cos + c * turn_sin;
    c = next_c;
    const double next_slow_c = slow_c * slow_cos - slow_s * slow_sin;
    slow_s = slow_s * slow_cos + slow_c * slow_sin;
    slow_c = next_slow_c;
  }
}

/// Writes the weights of output `i` for its reach(), summing to one.
inline Run compute_weights(const Axis& axis, std::int32_t i, double* weights) {
  const Run run = reach(axis, i);
  if (run.count == 1) {
    weights[0] = 1;
    return run;
  }
  const double center = axis.begin + (i + 0.5) * axis.step;
  const double stride = 1 / std::max(axis.step, 1.0);
  const double start = (run.first + 0.5 - center) * stride;
  if (axis.filter == Filter::lanczos2 || axis.filter == Filter::lanczos3) {
    lanczos_weights(start, stride, axis.filter == Filter::lanczos2 ? 2 : 3, run.count, weights);
  } else {
    for (std::int32_t k = 0; k < run.count; ++k) {
      weights[k] = polynomial_kernel(axis.filter, start + k * stride);
    }
  }
  double sum = 0;
  for (std::int32_t k = 0; k < run.count; ++k) sum += weights[k];
  for (std::int32_t k = 0; k < run.count; ++k) weights[k] /= sum;
  return run;
}

/// std::floor() for what fits 63 bits; a call where the compiler's target has no such instruction.
inline std::int64_t floor_to_integer(double value) {
  const auto whole = static_cast<std::int64_t>(value);
  return whole - (static_cast<double>(whole) > value ? 1 : 0);
}

/// Whole multiples of 1 / one that sum to exactly one. Each rounding error is carried to the next
/// weight, from both ends to the heaviest, which takes what is left: a constant picture stays
/// constant, slow changes lose nothing, and mirrored weights give mirrored results.
template <class Integer>
void quantise_weights(const double* weights, std::int32_t count, std::int64_t one, Integer* out) {
  // The heaviest, or the middle one or two of several that are equally heavy.
  double most = weights[0];
  for (std::int32_t k = 1; k < count; ++k) most = std::max(most, weights[k]);
  std::int32_t heavy_begin = count;
  std::int32_t heavy_last = 0;
  for (std::int32_t k = 0; k < count; ++k) {
    if (weights[k] < most - 1e-9 * std::fabs(most)) continue;
    heavy_begin = std::min(heavy_begin, k);
    heavy_last = k;
  }
  const std::int32_t peak = (heavy_begin + heavy_last) / 2;
  const std::int32_t peak_end = peak + 1 + (heavy_begin + heavy_last) % 2;
  std::int64_t rest = one;
  const auto carry_through = [&](std::int32_t k, std::int32_t end, std::int32_t direction) {
    double error = 0;
    for (; k != end; k += direction) {
      const double wanted = weights[k] * static_cast<double>(one) + error;
      // A hair more than half, so that a tie goes the same way however the compiler has rounded.
      const std::int64_t rounded = floor_to_integer(wanted + 0.5 + 1e-7);
      error = wanted - static_cast<double>(rounded);
      out[k] = static_cast<Integer>(rounded);
      rest -= rounded;
    }
    return error;
  };
  const double from_left = carry_through(0, peak, 1);
  const double from_right = carry_through(count - 1, peak_end - 1, -1);
  if (peak_end - peak == 2) {
    // An odd unit goes to the side that is owed more.
    const std::int64_t less = rest / 2;
    const std::int64_t right = from_left > from_right ? less : rest - less;
    out[peak + 1] = static_cast<Integer>(right);
    rest -= right;
  }
  out[peak] = static_cast<Integer>(rest);
}

/// With a window of whole samples, output i + outputs takes the weights of output i from `samples`
/// further on, as far as no edge of the source is in the way: whole ratios have few different
/// outputs.
struct Period {
  std::int32_t outputs = 0;  ///< 0: none
  std::int32_t samples = 0;
};

inline Period period_of(const Axis& axis) {
  const double window = std::round(axis.step * axis.outputs);
  const bool is_whole = std::floor(axis.begin) == axis.begin && window <= axis.source &&
                        axis.step == window / axis.outputs;
  if (!is_whole) return {};
  const auto samples = static_cast<std::int32_t>(window);
  const std::int32_t common = std::gcd(samples, axis.outputs);
  return {.outputs = axis.outputs / common, .samples = samples / common};
}

/// Whether a period before output `i` there is one like it: neither is cut by an edge.
inline bool repeats(const Axis& axis, const Period& period, std::int32_t i) {
  if (period.outputs == 0 || i < period.outputs) return false;
  const double radius = axis.radius() + 1;
  return axis.begin + (i - period.outputs + 0.5) * axis.step > radius &&
         axis.begin + (i + 0.5) * axis.step < axis.source - radius;
}

/// An axis in 16-bit fixed point, for multiply-add of pairs: output i is the sum of
/// weights[i][k] * sample[first[i] + k] over k < 2 * pairs[i], divided by 2^bits[i]. `first` is
/// even; the weight of a sample behind the last one is 0.
struct FixedAxis {
  std::int32_t outputs = 0;
  std::int32_t pair_stride = 0;  ///< pairs from an output to the next, a multiple of 4
  Array<std::int32_t> first;
  Array<std::int32_t> pairs;
  Array<std::int32_t> bits;
  Array<std::int16_t> weights;
  std::int32_t most_pairs = 0;  ///< of an output
  double gain = 1;              ///< the largest sum of |weight| of an output

  const std::int16_t* weights_of(std::int32_t i) const {
    return weights.data() + static_cast<std::int64_t>(i) * pair_stride * 2;
  }
  std::int32_t end(std::int32_t i) const { return first[i] + 2 * pairs[i]; }
};

/// Runs longer than this have too little of a weight left in 16 bits: use WideAxis.
inline constexpr std::int32_t kFixedLongestReach = 2048;

/// `largest`: bound of |sample|. Each output has as many bits as its weights allow in 16, and its
/// sum in 32: 14 where a weight is 1, more when reducing.
inline Result<FixedAxis> make_fixed_axis(const Axis& axis, double largest, Workspace& workspace) {
  FixedAxis fixed;
  fixed.outputs = axis.outputs;
  const std::int32_t longest = longest_reach(axis);
  // Starting at an even sample takes one more, ending a pair another.
  fixed.pair_stride = (longest / 2 + 1 + 3) / 4 * 4;
  const auto outputs = static_cast<std::uint64_t>(axis.outputs);
  LIMEN_ASSIGN(fixed.first, Array<std::int32_t>::create(workspace, outputs));
  LIMEN_ASSIGN(fixed.pairs, Array<std::int32_t>::create(workspace, outputs));
  LIMEN_ASSIGN(fixed.bits, Array<std::int32_t>::create(workspace, outputs));
  const auto count = checked_multiply(outputs, 2 * static_cast<std::uint64_t>(fixed.pair_stride));
  if (!count) return limit_exceeded(Limit::working_memory, outputs, workspace.limit());
  // Vectors of weights may be loaded whole: up to 64 bytes behind the last.
  LIMEN_ASSIGN(fixed.weights, Array<std::int16_t>::create(workspace, *count + 32));
  LIMEN_ASSIGN(auto exact, Array<double>::create(workspace, static_cast<std::uint64_t>(longest)));
  const Period period = period_of(axis);
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    std::int16_t* weights =
        fixed.weights.data() + static_cast<std::int64_t>(i) * fixed.pair_stride * 2;
    if (repeats(axis, period, i)) {
      const std::int32_t like = i - period.outputs;
      const Run run = reach(axis, like);
      const std::int32_t first = run.first + period.samples;
      fixed.bits[i] = fixed.bits[like];
      fixed.first[i] = first & ~1;
      fixed.pairs[i] = (run.count + (first & 1) + 1) / 2;
      std::memcpy(weights + (first & 1), fixed.weights_of(like) + (run.first & 1),
                  static_cast<std::size_t>(run.count) * sizeof(*weights));
      continue;
    }
    const Run run = compute_weights(axis, i, exact.data());
    double peak = 0;
    double gain = 0;
    for (std::int32_t k = 0; k < run.count; ++k) {
      peak = std::max(peak, std::fabs(exact[k]));
      gain += std::fabs(exact[k]);
    }
    fixed.gain = std::max(fixed.gain, gain);
    std::int32_t bits = 22;
    // Two units of room for the carried errors; 256 for the rounding and the bias of the kernels.
    for (double scale = 1 << 22;
         bits > 8 && (peak * scale + 2 > 32767 || (gain * largest + 256) * scale > 2147483647.0);
         scale /= 2) {
      --bits;
    }
    fixed.bits[i] = bits;
    fixed.first[i] = run.first & ~1;
    const std::int32_t shift = run.first & 1;
    fixed.pairs[i] = (run.count + shift + 1) / 2;
    quantise_weights(exact.data(), run.count, std::int64_t{1} << bits, weights + shift);
  }
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    fixed.most_pairs = std::max(fixed.most_pairs, fixed.pairs[i]);
  }
  return fixed;
}

/// An axis in doubles that are whole multiples of 2^-26. With samples that are integers below 2^24
/// every product and sum of them is exact in a double, in any order, fused or not: so results do
/// not depend on the instruction set, although they are computed in floating point.
struct WideAxis {
  static constexpr int kBits = 26;
  std::int32_t outputs = 0;
  std::int32_t stride = 0;
  Array<std::int32_t> first;
  Array<std::int32_t> count;
  Array<double> weights;

  const double* weights_of(std::int32_t i) const {
    return weights.data() + static_cast<std::int64_t>(i) * stride;
  }
  std::int32_t end(std::int32_t i) const { return first[i] + count[i]; }
};

inline Result<WideAxis> make_wide_axis(const Axis& axis, Workspace& workspace) {
  WideAxis wide;
  wide.outputs = axis.outputs;
  wide.stride = longest_reach(axis);
  const auto outputs = static_cast<std::uint64_t>(axis.outputs);
  LIMEN_ASSIGN(wide.first, Array<std::int32_t>::create(workspace, outputs));
  LIMEN_ASSIGN(wide.count, Array<std::int32_t>::create(workspace, outputs));
  const auto count = checked_multiply(outputs, static_cast<std::uint64_t>(wide.stride));
  if (!count) return limit_exceeded(Limit::working_memory, outputs, workspace.limit());
  LIMEN_ASSIGN(wide.weights, Array<double>::create(workspace, *count));
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    double* weights = wide.weights.data() + static_cast<std::int64_t>(i) * wide.stride;
    const Run run = compute_weights(axis, i, weights);
    quantise_weights(weights, run.count, std::int64_t{1} << WideAxis::kBits, weights);
    for (std::int32_t k = 0; k < run.count; ++k) {
      weights[k] = std::ldexp(weights[k], -WideAxis::kBits);
    }
    wide.first[i] = run.first;
    wide.count[i] = run.count;
  }
  return wide;
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
