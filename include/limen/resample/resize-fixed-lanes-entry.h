// SPDX-License-Identifier: Apache-2.0
#pragma once

// What FixedLanes' kernels look up, for resize_fixed(). Part of resize-entry.h.

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <numeric>

#include "limen/resample/fixed-axis.h"
#include "limen/resample/resize-job.h"
#include "limen/resample/resize-light.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// What FixedLanes' kernels look up. Outputs that repeat have one table for all of them.
struct LanesTables {
  LanesKernel kernel = nullptr;  ///< null: outputs are too far apart, columns do as well, …
  std::int32_t pairs = 0;
  std::int32_t pairs_together = 0;
  std::size_t stride = 0;
  Array<std::int16_t> tables;
  Array<std::int32_t> table_of;
  Array<std::int32_t> bases;

  /// Output pixels that end together with a table.
  static std::int32_t pixels_together(int channels) {
    const auto samples = static_cast<int>(kLaneSamples);
    return samples / std::gcd(samples, channels);
  }
};

/// The source samples that an output takes, without those at both ends that have no weight.
struct TakenSamples {
  std::int32_t first = 0;
  std::int32_t count = 0;
  const std::int16_t* weights = nullptr;

  std::int32_t pairs() const { return (count + 1) / 2; }
  /// The weights of the p-th pair as a lane has them, where `lead` samples with none come before.
  std::int32_t pair(std::int32_t p, std::int32_t lead = 0) const {
    if (lead == 0) return both(weights[2 * p], 2 * p + 1 < count ? weights[2 * p + 1] : 0);
    const auto weight = [&](std::int32_t k) { return k >= 0 && k < count ? weights[k] : 0; };
    return both(weight(2 * p - lead), weight(2 * p + 1 - lead));
  }

 private:
  static std::int32_t both(std::int32_t even, std::int32_t odd) {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(even) & 0xffff) | odd * 65536;
  }
};

inline TakenSamples taken_samples(const FixedAxis& axis, std::int32_t i) {
  TakenSamples taken{axis.first[i], 2 * axis.pairs[i], axis.weights_of(i)};
  for (; taken.count > 1 && taken.weights[taken.count - 1] == 0; --taken.count) {
  }
  for (; taken.count > 1 && taken.weights[0] == 0; --taken.count) {
    ++taken.first;
    ++taken.weights;
  }
  return taken;
}

/// `value` to lanes `begin` to `end` - 1 of a vector of a table.
inline void put_in_lanes(std::int16_t* vector, std::int32_t begin, std::int32_t end,
                         std::int32_t value) {
  for (std::int32_t lane = begin; lane < end; ++lane) {
    std::memcpy(vector + std::ptrdiff_t{2} * lane, &value, sizeof(value));
  }
}

/// Lanes side by side that have samples of one output.
struct LanesOfOutput {
  std::int32_t output;
  std::int32_t channel;  ///< of lane `begin`; the next lanes have the next ones
  std::int32_t begin;
  std::int32_t end;
};

/// Calls `use` with the LanesOfOutput of each output in turn, of `lanes` lanes, the first of which
/// has sample `sample` of the outputs.
template <class Use>
void for_each_output(int channels, std::int64_t sample, std::int32_t lanes, const Use& use) {
  LanesOfOutput of;
  of.output = static_cast<std::int32_t>(sample / channels);
  of.channel = static_cast<std::int32_t>(sample % channels);
  for (of.begin = 0; of.begin < lanes; of.begin = of.end, of.channel = 0, ++of.output) {
    of.end = std::min(of.begin + channels - of.channel, lanes);
    use(of);
  }
}

/// Makes LanesTables of an axis.
class LanesMaker {
 public:
  LanesMaker(const Axis& axis, const FixedAxis& fixed, AlongOut kind, int channels)
      : axis_(axis),
        fixed_(fixed),
        kind_(kind),
        channels_(channels),
        samples_(static_cast<std::int64_t>(fixed.outputs) * channels),
        halves_((samples_ + kSamples - 1) / kSamples) {
    // A period of outputs, as often as it takes to be whole tables and whole steps between bases.
    period_ = period_of(axis);
    const Period once = period_;
    while (period_.outputs != 0 && (std::int64_t{period_.outputs} * channels % kSamples != 0 ||
                                    std::int64_t{period_.samples} * channels % kBaseStep != 0)) {
      period_.outputs += once.outputs;
      period_.samples += once.samples;
      if (period_.outputs >= fixed.outputs) period_ = {};
    }
  }

  /// Without a kernel where the outputs of a vector are too far apart.
  Result<LanesTables> make(LanesKernel kernel, Workspace& workspace) {
    LanesTables lanes;
    const std::int64_t source_samples = std::int64_t{axis_.source} * channels_;
    if (source_samples > std::numeric_limits<std::int32_t>::max() / 2) return lanes;
    const auto halves = static_cast<std::uint64_t>(halves_);
    LIMEN_ASSIGN(lanes.table_of, Array<std::int32_t>::create(workspace, halves));
    LIMEN_ASSIGN(lanes.bases, Array<std::int32_t>::create(workspace, 2 * halves));
    std::int32_t tables = 0;
    lanes.pairs_together = kMostPairs;
    for (std::int32_t h = 0; h < halves_; ++h) {
      const std::int32_t before = h - whole_tables();
      lanes.table_of[h] = repeats_before(h) ? lanes.table_of[before] : tables++;
      for (std::int32_t group = 2 * h; group < 2 * h + 2; ++group) {
        if (repeats_before(h)) {
          lanes.bases[group] =
              lanes.bases[group - 2 * whole_tables()] + period_.samples * channels_;
        } else if (!place(group, lanes)) {
          return LanesTables();
        }
      }
    }
    lanes.stride = (kLaneWeights + 2 * static_cast<std::size_t>(lanes.pairs)) * kLaneSamples;
    LIMEN_ASSIGN(lanes.tables, Array<std::int16_t>::create(
                                   workspace, static_cast<std::uint64_t>(tables) * lanes.stride));
    for (std::int32_t h = 0; h < halves_; ++h) {
      if (repeats_before(h)) continue;
      for (std::int32_t i = 0; i < 2; ++i) fill(2 * h + i, lanes);
    }
    lanes.kernel = kernel;
    return lanes;
  }

 private:
  static constexpr std::int32_t kSamples = kLaneSamples;
  static constexpr std::int32_t kOutputs = kLanes;
  /// Where the samples of all pairs do not fit a window, each of as many pairs has one.
  static constexpr std::int32_t kFewPairs = 4;
  /// So that three windows have them.
  static constexpr std::int32_t kMostPairs = 3 * kFewPairs;
  /// Loads from such samples cross half as many cache lines as any would.
  static constexpr std::int32_t kBaseStep = 16;

  std::int32_t whole_tables() const {
    return static_cast<std::int32_t>(std::int64_t{period_.outputs} * channels_ / kSamples);
  }
  /// Whether a period before there is a table like the h-th.
  bool repeats_before(std::int32_t h) const {
    const std::int64_t begin = std::int64_t{h} * kSamples;
    const auto first = static_cast<std::int32_t>(begin / channels_);
    const auto last = static_cast<std::int32_t>((begin + kSamples - 1) / channels_);
    return period_.outputs != 0 && first >= period_.outputs && last < fixed_.outputs &&
           is_clear_of_edges(axis_, first - period_.outputs) && is_clear_of_edges(axis_, last);
  }
  std::int32_t last_pixel(std::int32_t group) const {
    const std::int64_t last = (std::int64_t{group} + 1) * kOutputs - 1;
    return static_cast<std::int32_t>(std::min(last, samples_ - 1) / channels_);
  }
  std::int32_t first_pixel(std::int32_t group) const {
    return static_cast<std::int32_t>(std::min(std::int64_t{group} * kOutputs, samples_ - 1) /
                                     channels_);
  }

  /// Finds where a group of lanes begins, and how many pairs it takes; false: they do not fit.
  bool place(std::int32_t group, LanesTables& lanes) const {
    std::int32_t begin = std::numeric_limits<std::int32_t>::max();
    std::int32_t end = 0;
    std::int32_t end_of_few = 0;
    for (std::int32_t x = first_pixel(group); x <= last_pixel(group); ++x) {
      const TakenSamples taken = taken_samples(fixed_, x);
      begin = std::min(begin, taken.first);
      end = std::max(end, taken.first + taken.count);
      end_of_few = std::max(end_of_few, taken.first + std::min(taken.count, 2 * kFewPairs));
      lanes.pairs = std::max(lanes.pairs, taken.pairs());
      // Levels take the upper half of a sum first.
      if (fixed_.bits[x] + kMidBits < 16) return false;
    }
    const auto sample_of = [&](std::int32_t pixel) {
      return (pixel - fixed_.first[0]) * channels_;
    };
    constexpr auto kWindow = static_cast<std::int32_t>(kLaneWindow);
    std::int32_t base = sample_of(begin) / kBaseStep * kBaseStep;
    if (sample_of(end_of_few) - base > kWindow) base = sample_of(begin);
    if (sample_of(end) - base > kWindow) lanes.pairs_together = kFewPairs;
    lanes.bases[group] = base;
    return sample_of(end_of_few) - base <= kWindow && lanes.pairs <= kMostPairs;
  }

  void fill(std::int32_t group, LanesTables& lanes) const {
    std::int16_t* table = lanes.tables.data() + lanes.table_of[group / 2] * lanes.stride;
    const auto i = static_cast<std::size_t>(group % 2);
    const auto vector = [&](std::size_t which) { return table + (which + i) * kLaneSamples; };
    const std::int64_t sample = std::int64_t{group} * kOutputs;
    const auto lanes_of_group =
        static_cast<std::int32_t>(std::min<std::int64_t>(kOutputs, samples_ - sample));
    for_each_output(channels_, sample, lanes_of_group, [&](const LanesOfOutput& of) {
      const TakenSamples taken = taken_samples(fixed_, of.output);
      const std::int32_t first =
          (taken.first - fixed_.first[0]) * channels_ + of.channel - lanes.bases[group];
      for (std::int32_t lane = of.begin; lane < of.end; ++lane) {
        const std::int32_t index = first + lane - of.begin;
        vector(kLaneIndex)[2 * lane] = static_cast<std::int16_t>(index);
        vector(kLaneIndex)[2 * lane + 1] = static_cast<std::int16_t>(index + channels_);
        // Four lanes of the one group, four of the other.
        const std::size_t in_turn = static_cast<std::size_t>(lane / 4 * 8 + lane % 4) + 4 * i;
        fill_narrowing(fixed_.bits[of.output], lane, vector(kLaneBefore), vector(kLaneShift),
                       table[kLaneShift * kLaneSamples + in_turn]);
      }
      for (std::int32_t p = 0; p < taken.pairs(); ++p) {
        put_in_lanes(vector(kLaneWeights + 2 * static_cast<std::size_t>(p)), of.begin, of.end,
                     taken.pair(p));
      }
    });
  }

  void fill_narrowing(int bits, std::int32_t lane, std::int16_t* before, std::int16_t* shift,
                      std::int16_t& upper_shift) const {
    const auto put = [lane](std::int16_t* vector, std::int32_t value) {
      put_in_lanes(vector, lane, lane + 1, value);
    };
    switch (kind_) {
      case AlongOut::levels:
        put(before, std::int32_t{1} << (bits + kMidBits - 1));
        upper_shift = static_cast<std::int16_t>(bits + kMidBits - 16);
        break;
      case AlongOut::light:
        put(before, (kMidZero + kLightOffset) * (std::int32_t{1} << bits));
        put(shift, first_octave(bits));
        break;
      default:
        put(before, std::int32_t{1} << (bits - 1));
        put(shift, bits);
    }
  }

  const Axis& axis_;
  const FixedAxis& fixed_;
  const AlongOut kind_;
  const int channels_;
  const std::int64_t samples_;
  const std::int64_t halves_;
  Period period_;
};

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
