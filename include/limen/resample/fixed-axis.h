// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <numeric>

#include "limen/core/abi.h"
#include "limen/core/checked_size.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"
#include "limen/resample/resize-rows.h"
#include "limen/resample/weights.h"

// An axis of a resize of u8: weights in 16 bits.

namespace limen::inline LIMEN_ABI {

namespace resample {

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

/// Whether all that output `i` would take is inside the source, and a sample to spare.
inline bool is_clear_of_edges(const Axis& axis, std::int32_t i) {
  const double radius = axis.radius() + 1;
  const double center = axis.begin + (i + 0.5) * axis.step;
  return center > radius && center < axis.source - radius;
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
  std::int32_t most_pairs = 0;     ///< of an output
  std::int32_t most_together = 0;  ///< outputs_together()
  std::int32_t most_sharing = 0;   ///< … that may share a pair
  double gain = 1;                 ///< the largest sum of |weight| of an output

  const std::int16_t* weights_of(std::int32_t i) const {
    return weights.data() + static_cast<std::int64_t>(i) * pair_stride * 2;
  }
  std::int16_t* weights_of(std::int32_t i) {
    return weights.data() + static_cast<std::int64_t>(i) * pair_stride * 2;
  }
  std::int32_t end(std::int32_t i) const { return first[i] + 2 * pairs[i]; }

  /// Output `i` begins at sample run.first. Returns where its weights go.
  std::int16_t* place(std::int32_t i, const Run& run) {
    const std::int32_t shift = run.first & 1;
    first[i] = run.first - shift;
    pairs[i] = (run.count + shift + 1) / 2;
    return weights_of(i) + shift;
  }
};

/// Runs longer than this have too little of a weight left in 16 bits: use WideAxis.
inline constexpr std::int32_t kFixedLongestReach = 2048;

/// Computes output `i`. `exact`: memory for its weights; `largest`: as make_fixed_axis() has it.
inline void compute_output(const Axis& axis, double largest, std::int32_t i, double* exact,
                           FixedAxis& fixed) {
  const Run run = compute_weights(axis, i, exact);
  const auto size = [&](std::int32_t k) { return std::fabs(exact[k]); };
  const double peak = most_of(run.count, size);
  const double gain = sum_of(run.count, size);
  fixed.gain = std::max(fixed.gain, gain);
  std::int32_t bits = 22;
  // Two units of room for the carried errors; 256 for the rounding and the bias of the kernels.
  for (double scale = 1 << 22;
       bits > 8 && (peak * scale + 2 > 32767 || (gain * largest + 256) * scale > 2147483647.0);
       scale /= 2) {
    --bits;
  }
  fixed.bits[i] = bits;
  quantise_weights(exact, run.count, std::int64_t{1} << bits, fixed.place(i, run));
}

/// Output `i` takes the weights of output `like`, whose samples are `run`, from `samples` further
/// on.
inline void repeat_output(const Run& run, std::int32_t like, std::int32_t samples, std::int32_t i,
                          FixedAxis& fixed) {
  fixed.bits[i] = fixed.bits[like];
  std::int16_t* to = fixed.place(i, {run.first + samples, run.count});
  std::memcpy(to, fixed.weights_of(like) + (run.first & 1),
              static_cast<std::size_t>(run.count) * sizeof(*to));
}

/// Outputs `begin` to `end` - 1 take those of the outputs `outputs` before from `samples` further
/// on, an even number.
inline void repeat_outputs(std::int32_t begin, std::int32_t end, std::int32_t outputs,
                           std::int32_t samples, FixedAxis& fixed) {
  for (std::int32_t i = begin; i < end; ++i) {
    fixed.first[i] = fixed.first[i - outputs] + samples;
    fixed.pairs[i] = fixed.pairs[i - outputs];
    fixed.bits[i] = fixed.bits[i - outputs];
  }
  while (begin < end) {
    const std::int32_t count = std::min(outputs, end - begin);
    std::memcpy(fixed.weights_of(begin), fixed.weights_of(begin - outputs),
                static_cast<std::size_t>(count) * fixed.pair_stride * 2 * sizeof(std::int16_t));
    begin += count;
    outputs *= 2;
  }
}

/// Output `i` takes the weights of output `like`, whose samples are `run`, the other way round: the
/// two lie as far from the middle of a period. `sum_of_samples`: their first one and the one behind
/// the other's last.
inline void mirror_output(const Run& run, std::int32_t like, std::int64_t sum_of_samples,
                          std::int32_t i, FixedAxis& fixed) {
  fixed.bits[i] = fixed.bits[like];
  const auto first = static_cast<std::int32_t>(sum_of_samples - run.first - run.count);
  const std::int16_t* from = fixed.weights_of(like) + (run.first & 1);
  std::reverse_copy(from, from + run.count, fixed.place(i, {first, run.count}));
}

/// `largest`: bound of |sample|. Each output has as many bits as its weights allow in 16, and its
/// sum in 32: 14 where a weight is 1, more when reducing.
inline Result<FixedAxis> make_fixed_axis(const Axis& axis, double largest, Workspace& workspace) {
  FixedAxis fixed;
  fixed.outputs = axis.outputs;
  const std::int32_t longest = longest_reach(axis);
  // Starting at an even sample takes one more, ending a pair another.
  fixed.pair_stride = (longest / 2 + 1 + 3) / 4 * 4;
  const auto outputs = static_cast<std::uint64_t>(axis.outputs);
  LIMEN_ASSIGN(fixed.first, Array<std::int32_t>::create_unset(workspace, outputs));
  LIMEN_ASSIGN(fixed.pairs, Array<std::int32_t>::create_unset(workspace, outputs));
  LIMEN_ASSIGN(fixed.bits, Array<std::int32_t>::create_unset(workspace, outputs));
  const auto count = checked_multiply(outputs, 2 * static_cast<std::uint64_t>(fixed.pair_stride));
  if (!count) return limit_exceeded(Limit::working_memory, outputs, workspace.limit());
  // Vectors of weights may be loaded whole: up to 64 bytes behind the last.
  LIMEN_ASSIGN(fixed.weights, Array<std::int16_t>::create(workspace, *count + 32));
  LIMEN_ASSIGN(auto exact,
               Array<double>::create_unset(workspace, static_cast<std::uint64_t>(longest)));

  const Period period = period_of(axis);
  std::int32_t clear_begin = 0;
  std::int32_t clear_end = period.outputs == 0 ? 0 : axis.outputs;
  while (clear_begin < clear_end && !is_clear_of_edges(axis, clear_begin)) ++clear_begin;
  while (clear_begin < clear_end && !is_clear_of_edges(axis, clear_end - 1)) --clear_end;
  const std::int32_t even_periods = period.samples % 2 == 0 ? 1 : 2;
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    const bool is_clear = i >= clear_begin && i < clear_end;
    if (is_clear && (i - clear_begin) / even_periods >= period.outputs) {
      repeat_outputs(i, clear_end, even_periods * period.outputs, even_periods * period.samples,
                     fixed);
      i = clear_end - 1;
      continue;
    }
    if (is_clear && i - clear_begin >= period.outputs) {
      const std::int32_t like = i - period.outputs;
      repeat_output(reach(axis, like), like, period.samples, i, fixed);
      continue;
    }
    const std::int64_t twice_middle = is_clear ? 2 * (i / period.outputs) + 1 : 0;
    const std::int64_t like = twice_middle * period.outputs - 1 - i;
    if (is_clear && like >= clear_begin && like < i) {
      const auto same = static_cast<std::int32_t>(like);
      mirror_output(reach(axis, same), same,
                    2 * static_cast<std::int64_t>(axis.begin) + twice_middle * period.samples, i,
                    fixed);
      continue;
    }
    compute_output(axis, largest, i, exact.data(), fixed);
  }
  for (std::int32_t i = 0; i < axis.outputs; ++i) {
    fixed.most_pairs = std::max(fixed.most_pairs, fixed.pairs[i]);
  }
  const auto together = [&](std::int32_t shared) {
    return outputs_together(fixed.first.data(), fixed.pairs.data(), fixed.outputs, 1, shared);
  };
  fixed.most_together = together(0);
  fixed.most_sharing = together(1);
  return fixed;
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
