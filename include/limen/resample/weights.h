// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numbers>

#include "limen/core/abi.h"
#include "limen/core/checked_size.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/resample/filter.h"

// What each output sample takes from which source samples, along one axis. resize() uses it; it is
// public for those who write a filter pass of their own.

namespace limen::inline LIMEN_ABI {

namespace resample {

/// An array of plain values in a Workspace's memory.
template <class T>
class Array {
 public:
  Array() = default;
  /// Zeroed.
  static Result<Array> create(Workspace& workspace, std::uint64_t count) {
    LIMEN_ASSIGN(Array array, create_unset(workspace, count));
    std::memset(array.buffer_.data(), 0, static_cast<std::size_t>(count) * sizeof(T));
    return array;
  }
  /// With whatever is there.
  static Result<Array> create_unset(Workspace& workspace, std::uint64_t count) {
    const auto bytes = checked_multiply(count, sizeof(T));
    if (!bytes) return limit_exceeded(Limit::working_memory, count, workspace.limit());
    Array array;
    LIMEN_ASSIGN(array.buffer_, workspace.allocate(*bytes));
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

/// sin(v) / v for v^2 = `square` of 0 to a little more than pi^2: its series, of which the next
/// term is below 1e-13 there. Added up in pairs, and pairs of pairs, for one after the other would
/// take four times as long.
inline double sinc_of_square(double square) {
  constexpr std::array<double, 12> kSeries = [] {
    std::array<double, 12> series{};
    double term = 1;
    for (int n = 0; n < 12; ++n) {
      series[n] = term;
      term /= -(2 * n + 2) * (2 * n + 3);
    }
    return series;
  }();
  const double fourth = square * square;
  const auto four = [&](int n) {
    return (kSeries[n] + kSeries[n + 1] * square) +
           (kSeries[n + 2] + kSeries[n + 3] * square) * fourth;
  };
  const double eighth = fourth * fourth;
  return four(0) + (four(4) + four(8) * eighth) * eighth;
}

/// Windowed sinc over a run: `weights[k]` at x = start + k * stride, which may exceed the lobes by
/// some rounding. All from the series, without a quotient or a condition, so that compilers can
/// compute several at a time.
inline void lanczos_weights(double start, double stride, int lobes, std::int32_t count,
                            double* weights) {
  const double scale = std::numbers::pi / lobes;
  if (lobes == 2) {
    // sin(2v) / 2v = sin(v) / v * cos(v), and cos(v) = 1 - 2 sin(v / 2)^2.
    for (std::int32_t k = 0; k < count; ++k) {
      const double v = (start + k * stride) * scale;
      const double window = sinc_of_square(v * v);
      const double half = sinc_of_square(v * v / 4);
      weights[k] = window * window * (1 - v * v / 2 * (half * half));
    }
    return;
  }
  // sin(3v) / 3v = sin(v) / v * (1 - 4 / 3 sin(v)^2).
  for (std::int32_t k = 0; k < count; ++k) {
    const double v = (start + k * stride) * scale;
    const double window = sinc_of_square(v * v);
    const double square = window * window;
    weights[k] = square * (1 - 4.0 / 3 * (v * v) * square);
  }
}

/// Four sums at a time, in an order that no compiler changes: `term(k)` for k below `count`.
template <class Term>
double sum_of(std::int32_t count, const Term& term) {
  std::array<double, 4> sums{};
  std::int32_t k = 0;
  for (; k + 4 <= count; k += 4) {
    for (std::int32_t lane = 0; lane < 4; ++lane) sums[lane] += term(k + lane);
  }
  double sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (; k < count; ++k) sum += term(k);
  return sum;
}

/// The largest `term(k)`, or 0.
template <class Term>
double most_of(std::int32_t count, const Term& term) {
  std::array<double, 4> most{};
  std::int32_t k = 0;
  for (; k + 4 <= count; k += 4) {
    for (std::int32_t lane = 0; lane < 4; ++lane) most[lane] = std::max(most[lane], term(k + lane));
  }
  for (; k < count; ++k) most[0] = std::max(most[0], term(k));
  return std::max(std::max(most[0], most[1]), std::max(most[2], most[3]));
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
  const double scale = 1 / sum_of(run.count, [&](std::int32_t k) { return weights[k]; });
  for (std::int32_t k = 0; k < run.count; ++k) weights[k] *= scale;
  return run;
}

/// Whole multiples of 1 / one that sum to exactly one. Each rounding error is carried to the next
/// weight, from both ends to the heaviest, which takes what is left: a constant picture stays
/// constant, slow changes lose nothing, and mirrored weights give mirrored results.
template <class Integer>
void quantise_weights(const double* weights, std::int32_t count, std::int64_t one, Integer* out) {
  // The heaviest, or the middle one or two of several that are equally heavy.
  const double heavy = (1 - 1e-9) * most_of(count, [&](std::int32_t k) { return weights[k]; });
  std::int32_t heavy_begin = 0;
  while (weights[heavy_begin] < heavy) ++heavy_begin;
  std::int32_t heavy_last = count - 1;
  while (weights[heavy_last] < heavy) --heavy_last;
  const std::int32_t peak = (heavy_begin + heavy_last) / 2;
  const std::int32_t peak_end = peak + 1 + (heavy_begin + heavy_last) % 2;
  std::int64_t rest = one;
  // Sums of weights in 64 bits, of which these are a fraction of a unit: what is nearly a tie is
  // one then, however the compiler has rounded.
  constexpr int kFraction = 32;
  constexpr std::int64_t kUnit = std::int64_t{1} << kFraction;
  // A hair more than half, so that a tie goes the same way from both ends.
  constexpr std::int64_t kHalf = kUnit / 2 + kUnit / 10'000'000;
  const double scale = static_cast<double>(one) * static_cast<double>(kUnit);
  const auto carry_through = [&](std::int32_t k, std::int32_t end, std::int32_t direction) {
    std::int64_t sum = 0;
    std::int64_t before = 0;
    for (; k != end; k += direction) {
      const double wanted = weights[k] * scale;
      sum += static_cast<std::int64_t>(wanted + std::copysign(0.5, wanted));
      const std::int64_t rounded = (sum + kHalf) >> kFraction;
      out[k] = static_cast<Integer>(rounded - before);
      before = rounded;
    }
    rest -= before;
    return sum - before * kUnit;
  };
  const std::int64_t from_left = carry_through(0, peak, 1);
  const std::int64_t from_right = carry_through(count - 1, peak_end - 1, -1);
  if (peak_end - peak == 2) {
    // An odd unit goes to the side that is owed more.
    const std::int64_t less = rest / 2;
    const std::int64_t right = from_left > from_right ? less : rest - less;
    out[peak + 1] = static_cast<Integer>(right);
    rest -= right;
  }
  out[peak] = static_cast<Integer>(rest);
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
