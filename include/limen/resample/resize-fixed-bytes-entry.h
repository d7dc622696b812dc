// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize_fixed(), along rows of bytes, or of mids made of them, first, without columns. Part of
// resize-entry.h.

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>

#include "limen/resample/fixed-axis.h"
#include "limen/resample/resize-fixed-along-entry.h"
#include "limen/resample/resize-fixed-lanes-entry.h"
#include "limen/resample/resize-job.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// No group of lanes reads more than as many samples of a row.
inline constexpr std::int32_t kBytesReach = 128;
/// Samples before a row of mids that may be looked up, with no weight.
inline constexpr std::int32_t kMidsMargin = 32;

/// Makes BytesTables of an axis.
class BytesMaker {
 public:
  BytesMaker(const Axis& axis, const FixedAxis& fixed, BytesKernel kernel, int channels)
      : fixed_(fixed),
        kernel_(kernel),
        channels_(channels),
        samples_(fixed.outputs * channels),
        count_((samples_ + kernel.lanes - 1) / kernel.lanes),
        row_bytes_(axis.source * channels) {
    // A period of outputs, as often as it takes to be whole groups.
    period_ = period_of(axis);
    const Period once = period_;
    while (period_.outputs != 0 && period_.outputs * channels % kernel.lanes != 0) {
      period_.outputs += once.outputs;
      period_.samples += once.samples;
      if (period_.outputs >= fixed.outputs) period_ = {};
    }
    if (period_.outputs == 0) return;
    std::int32_t begin = 0;
    std::int32_t end = fixed.outputs;
    while (begin < end && !is_clear_of_edges(axis, begin)) ++begin;
    while (begin < end && !is_clear_of_edges(axis, end - 1)) --end;
    repeats_begin_ = (begin + period_.outputs) * channels_;
    repeats_end_ = end * channels_;
  }

  /// Whether all sums are below 2^31 and all mids below 2^15, and numbers of bytes too, and no sum
  /// is shifted by more than 16 bits.
  static bool is_possible(const Axis& axis, const FixedAxis& fixed, const BytesKernel& kernel,
                          int channels) {
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max() / 4;
    const std::int32_t* bits = fixed.bits.data();
    return fixed.gain * kMidZero + 1 < 32767 && std::int64_t{axis.source} * channels < kMost &&
           std::int64_t{fixed.outputs} * channels < kMost &&
           *std::max_element(bits, bits + fixed.outputs) - fraction_bits(kernel) <= 16;
  }

  /// `tile` output samples are worked on at a time. Without groups where the samples that a vector
  /// takes are too far apart.
  Result<BytesTables> make(std::int32_t tile, Workspace& workspace) {
    BytesTables bytes;
    const auto count = static_cast<std::uint64_t>(count_);
    LIMEN_ASSIGN(auto table_of, Array<std::int32_t>::create_unset(workspace, count));
    LIMEN_ASSIGN(bases_, Array<std::int32_t>::create_unset(workspace, count));
    LIMEN_ASSIGN(taken_, Array<TakenSamples>::create_unset(
                             workspace, static_cast<std::uint64_t>(fixed_.outputs)));
    std::int32_t tables = 0;
    for (std::int32_t g = 0; g < count_; ++g) {
      table_of[g] = repeats_before(g) ? table_of[g - groups_of_period()] : tables++;
      if (repeats_before(g)) {
        bases_[g] = bases_[g - groups_of_period()] + period_.samples * channels_;
      } else if (!place(g)) {
        return bytes;
      }
    }
    LIMEN_TRY(make_spans(tile, workspace, bytes));
    const std::size_t vector = 2 * static_cast<std::size_t>(kernel_.lanes);
    const std::size_t stride = (kBytesWeights + static_cast<std::size_t>(pairs_)) * vector;
    LIMEN_ASSIGN(bytes.tables, Array<std::int16_t>::create(
                                   workspace, static_cast<std::uint64_t>(tables) * stride));
    for (std::int32_t g = 0; g < count_; ++g) {
      if (!repeats_before(g)) fill(g, bytes.tables.data() + table_of[g] * stride);
    }
    LIMEN_ASSIGN(bytes.groups, Array<BytesGroup>::create_unset(workspace, count));
    bytes.tail_begin = std::max(row_bytes_ - kBytesReach, 0);
    // Those from here on might read behind the end of a row. Rows of mids are our own.
    bytes.first_of_tail = is_of_mids() ? count_ : 0;
    while (bytes.first_of_tail < count_ &&
           bases_[bytes.first_of_tail] + kBytesReach <= row_bytes_) {
      ++bytes.first_of_tail;
    }
    BytesGroup* to = bytes.groups.data();
    const auto put = [&](std::int32_t g, std::int32_t first) {
      const std::int32_t begin =
          is_of_mids() ? bytes.spans[first * kernel_.lanes / tile].begin * channels_ - kMidsMargin
          : g >= bytes.first_of_tail ? bytes.tail_begin
                                     : 0;
      *to++ = {.table = bytes.tables.data() + table_of[g] * stride,
               .base = (bases_[g] - begin) * kernel_.sample,
               .out = (g - first) * kernel_.lanes};
    };
    const std::int32_t groups_of_tile = tile / kernel_.lanes;
    for (std::int32_t first = 0; first < count_; first += groups_of_tile) {
      const std::int32_t end = std::min(first + groups_of_tile, count_);
      const std::int32_t tail = std::clamp(bytes.first_of_tail, first, end);
      // Each with those that have its table.
      for (std::int32_t g = first; g < tail; ++g) {
        if (repeats_before(g) && g - groups_of_period() >= first) continue;
        put(g, first);
        if (period_.outputs == 0) continue;
        for (std::int32_t next = g + groups_of_period(); next < tail && repeats_before(next);
             next += groups_of_period()) {
          put(next, first);
        }
      }
      for (std::int32_t g = tail; g < end; ++g) put(g, first);
    }
    bytes.lanes = kernel_.lanes;
    bytes.tile = tile;
    bytes.pairs = pairs_;
    bytes.together = together();
    return bytes;
  }

 private:
  static constexpr std::int32_t kMostLanes = 16;

  bool is_of_mids() const { return kernel_.sample == 2; }
  /// Of what is added up.
  static std::int32_t fraction_bits(const BytesKernel& kernel) {
    return kernel.sample == 2 ? 0 : kMidBits;
  }

  /// What the tiles take.
  Result<void> make_spans(std::int32_t tile, Workspace& workspace, BytesTables& bytes) const {
    if (!is_of_mids()) return {};
    const std::int32_t tiles = (samples_ + tile - 1) / tile;
    LIMEN_ASSIGN(bytes.spans,
                 Array<SourceSpan>::create_unset(workspace, static_cast<std::uint64_t>(tiles)));
    for (std::int32_t t = 0; t < tiles; ++t) {
      const std::int32_t last = std::min((t + 1) * tile, samples_) - 1;
      bytes.spans[t] = {.begin = fixed_.first[t * tile / channels_],
                        .end = std::min(fixed_.end(last / channels_), row_bytes_ / channels_)};
      bytes.longest_span =
          std::max(bytes.longest_span, (bytes.spans[t].end - bytes.spans[t].begin) * channels_);
    }
    return {};
  }

  /// What a group's lanes take, in samples of the source. `taken`: of an output.
  struct Lanes {
    std::int32_t count = 0;
    std::array<std::int32_t, kMostLanes> first;
    std::array<std::int32_t, kMostLanes> lead;    ///< so many pixels from there on have no weight
    std::array<std::int32_t, kMostLanes> window;  ///< where what is looked up at once begins
  };
  template <class Taken>
  Lanes lanes_of(std::int32_t group, const Taken& taken) const {
    Lanes lanes;
    lanes.count = std::min(kernel_.lanes, samples_ - group * kernel_.lanes);
    for_each_output(channels_, group * kernel_.lanes, lanes.count, [&](const LanesOfOutput& of) {
      const std::int32_t first = taken(of.output).first * channels_ + of.channel;
      for (std::int32_t lane = of.begin; lane < of.end; ++lane) {
        lanes.first[lane] = first + lane - of.begin;
        lanes.lead[lane] = 0;
      }
    });
    const std::int32_t together = kernel_.has_window ? kMostLanes : kBlock;
    for (std::int32_t begin = 0; begin < lanes.count; begin += together) {
      const std::int32_t end = std::min(begin + together, lanes.count);
      const std::int32_t window =
          *std::min_element(lanes.first.begin() + begin, lanes.first.begin() + end);
      for (std::int32_t lane = begin; lane < end; ++lane) {
        lanes.window[lane] = window;
        // What 16 bytes do not reach begins some pixels before.
        while (!kernel_.has_window && lanes.first[lane] - window + channels_ >= window_samples() &&
               lanes.first[lane] - channels_ >= window) {
          lanes.first[lane] -= channels_;
          ++lanes.lead[lane];
        }
      }
    }
    return lanes;
  }
  /// What is looked up at once.
  std::int32_t window_samples() const {
    return (kernel_.has_window ? static_cast<std::int32_t>(kBytesWindow) : kBlockBytes) /
           kernel_.sample;
  }
  /// Whether all pairs are.
  bool has_all_pairs() const { return kernel_.has_window && !is_of_mids(); }

  std::int32_t groups_of_period() const { return period_.outputs * channels_ / kernel_.lanes; }
  /// Whether a period before there is a group like the g-th.
  bool repeats_before(std::int32_t g) const {
    const std::int32_t begin = g * kernel_.lanes;
    return begin >= repeats_begin_ && begin + kernel_.lanes <= repeats_end_;
  }

  /// Finds where a group begins, and how many pairs it takes; false: they do not fit.
  bool place(std::int32_t group) {
    const Lanes lanes = lanes_of(
        group, [&](std::int32_t output) { return taken_[output] = taken_samples(fixed_, output); });
    const std::int32_t base = lanes.window[0];
    bases_[group] = base;
    bool fits = true;
    for_each_output(channels_, group * kernel_.lanes, lanes.count, [&](const LanesOfOutput& of) {
      for (std::int32_t lane = of.begin; lane < of.end; ++lane) {
        const std::int32_t count = lanes.lead[lane] + taken_[of.output].count;
        const std::int32_t pairs = (count + 1) / 2;
        const std::int32_t window = lanes.window[lane];
        const std::int32_t index = lanes.first[lane] - window;
        const std::int32_t reach = has_all_pairs() ? (count - 1) * channels_ : channels_;
        if (index + reach >= window_samples() || window < base ||
            window - base + 2 * (pairs - 1) * channels_ + window_samples() > kBytesReach) {
          fits = false;
        }
        pairs_ = std::max(pairs_, pairs);
        last_index_ = std::max(last_index_, index);
      }
    });
    return fits && pairs_ <= kBytesMostPairs;
  }
  /// Pairs that what is looked up at once has for all lanes.
  std::int32_t together() const {
    const std::int32_t pairs = (window_samples() - 1 - last_index_ + channels_) / (2 * channels_);
    return std::min(kBytesMostPairs, pairs);
  }

  void fill(std::int32_t group, std::int16_t* table) const {
    const Lanes lanes = lanes_of(group, [&](std::int32_t output) { return taken_[output]; });
    const auto vector = [&](std::size_t which) {
      return table + which * 2 * static_cast<std::size_t>(kernel_.lanes);
    };
    for_each_output(channels_, group * kernel_.lanes, lanes.count, [&](const LanesOfOutput& of) {
      const int shift = fixed_.bits[of.output] - fraction_bits(kernel_);
      put_in_lanes(vector(kBytesShift), of.begin, of.end, shift);
      // Mids have a zero of their own.
      put_in_lanes(vector(kBytesBefore), of.begin, of.end,
                   (std::int32_t{1} << (shift - 1)) -
                       (is_of_mids() ? 0 : kMidZero * (std::int32_t{1} << shift)));
      const TakenSamples& taken = taken_[of.output];
      for (std::int32_t begin = of.begin, end = begin; begin < of.end; begin = end) {
        const std::int32_t lead = lanes.lead[begin];
        for (; end < of.end && lanes.lead[end] == lead; ++end) {
          const std::int32_t index = lanes.first[end] - lanes.window[end];
          put_in_lanes(vector(kBytesIndex), end, end + 1, index_of_pair(index, index + channels_));
        }
        for (std::int32_t p = 0; 2 * p < lead + taken.count; ++p) {
          put_in_lanes(vector(kBytesWeights + static_cast<std::size_t>(p)), begin, end,
                       taken.pair(p, lead));
        }
      }
    });
    for (std::int32_t lane = 0; lane < lanes.count && !kernel_.has_window; lane += kBlock) {
      put_in_lanes(vector(kBytesBlocks), lane / kBlock, lane / kBlock + 1,
                   (lanes.window[lane] - bases_[group]) * kernel_.sample);
    }
  }

  /// Where samples `a` and `b` of a block or a window are, as kernels take it.
  std::int32_t index_of_pair(std::int32_t a, std::int32_t b) const {
    const auto both = static_cast<std::uint32_t>(a) | static_cast<std::uint32_t>(b) << 16;
    // The upper bytes of a pair of lanes are zero.
    if (!is_of_mids()) return static_cast<std::int32_t>(0x80008000u | both);
    // Two bytes each.
    if (!kernel_.has_window) return static_cast<std::int32_t>(both * 0x0202u + 0x01000100u);
    return static_cast<std::int32_t>(both);
  }

  static constexpr std::int32_t kBlock = 4;
  static constexpr std::int32_t kBlockBytes = 16;
  const FixedAxis& fixed_;
  const BytesKernel kernel_;
  const int channels_;
  const std::int32_t samples_;
  const std::int32_t count_;
  const std::int32_t row_bytes_;
  std::int32_t pairs_ = 1;
  std::int32_t last_index_ = 0;  ///< where in what is looked up at once a lane begins, at most
  Period period_;
  /// Samples of the output that those a period before are like.
  std::int32_t repeats_begin_ = 0;
  std::int32_t repeats_end_ = 0;
  Array<std::int32_t> bases_;
  Array<TakenSamples> taken_;  ///< of outputs in groups that place() was called for
};

/// Pairs of rows in the ring of run_bytes_first(): what an output takes, and what the last
/// kBytesRows rows have beyond that.
inline std::int32_t bytes_ring_pairs(const FixedAxis& vertical) { return vertical.most_pairs + 1; }

/// Output samples whose ring leaves room in a first-level cache for what is read and written.
inline std::int32_t bytes_tile(const Job& job, const FixedAxis& vertical) {
  constexpr std::int32_t kRingBytes = 24 * 1024;
  constexpr std::int32_t kUnit = 2 * kStripRows;
  const auto pair = static_cast<std::int32_t>(2 * sizeof(std::int16_t));
  const std::int32_t most =
      std::max(kRingBytes / (pair * bytes_ring_pairs(vertical)), 4 * kUnit) / kUnit * kUnit;
  const std::int32_t samples = job.target.size.width * job.channels();
  const std::int32_t tiles = (samples + most - 1) / most;
  const std::int32_t tile = (samples + tiles - 1) / tiles;
  return (tile + kUnit - 1) / kUnit * kUnit;
}

/// Without groups where bytes cannot be filtered along so.
inline Result<BytesTables> make_bytes_tables(const Job& job, const FixedPlan& plan) {
  BytesTables bytes;
  const auto kernel_of = [&](std::int32_t pairs) {
    return job.needs_preparation() ? LIMEN_FIXED_KERNEL(fixed_mids)(pairs)
                                   : LIMEN_FIXED_KERNEL(fixed_bytes)(pairs);
  };
  const BytesKernel any = kernel_of(1);
  // Light and straight alpha at once are finished after, from mids.
  if (any.run == nullptr || (job.linear_light && job.source.format.has_alpha()) ||
      !BytesMaker::is_possible(job.horizontal, plan.horizontal, any, job.channels())) {
    return bytes;
  }
  LIMEN_ASSIGN(bytes, BytesMaker(job.horizontal, plan.horizontal, any, job.channels())
                          .make(bytes_tile(job, plan.vertical), *job.workspace));
  if (bytes.lanes != 0) bytes.run = kernel_of(bytes.pairs).run;
  return bytes;
}

/// Tiles of output columns: a few source rows are filtered along, into a ring of pairs of rows that
/// stays in the first-level cache, and the output rows down that have what they take then.
class BytesPass {
 public:
  static Result<BytesPass> create(const Job& job, const FixedPlan& plan) {
    BytesPass pass(job, plan);
    Workspace& workspace = *job.workspace;
    LIMEN_ASSIGN(pass.ring_,
                 Rows<std::int16_t>::create(workspace, static_cast<std::uint64_t>(pass.ring_pairs_),
                                            2 * static_cast<std::uint64_t>(plan.bytes.tile)));
    LIMEN_ASSIGN(pass.tails_, Array<std::uint8_t>::create(
                                  workspace, std::uint64_t{2 * kBytesRows * kBytesReach}));
    LIMEN_ASSIGN(pass.mids_, Rows<std::int16_t>::create(
                                 workspace, job.needs_preparation() ? std::uint64_t{kBytesRows} : 0,
                                 kMidsMargin + static_cast<std::uint64_t>(plan.bytes.longest_span) +
                                     std::uint64_t{kBytesReach}));
    LIMEN_ASSIGN(pass.pairs_, Array<const std::int16_t*>::create(
                                  workspace, static_cast<std::uint64_t>(pass.ring_pairs_)));
    return pass;
  }

  Result<void> run(const Band& band) {
    const std::int32_t samples = job_->target.size.width * job_->channels();
    for (std::int32_t begin = 0; begin < samples; begin += plan_->bytes.tile) {
      LIMEN_TRY(run_tile(band, begin, std::min(begin + plan_->bytes.tile, samples)));
    }
    return {};
  }

 private:
  BytesPass(const Job& job, const FixedPlan& plan)
      : job_(&job), plan_(&plan), ring_pairs_(bytes_ring_pairs(plan.vertical)) {}

  Result<void> run_tile(const Band& band, std::int32_t begin, std::int32_t end) {
    const FixedAxis& vertical = plan_->vertical;
    const std::int32_t last_row = std::min(vertical.end(band.end - 1), job_->source.size.height);
    // The first source row that is not in the ring. Always even, as is `first`.
    std::int32_t next = vertical.first[band.begin];
    std::int32_t polled = band.begin - kStripRows;
    for (std::int32_t y = band.begin; y < band.end;) {
      if (y - polled >= kStripRows) {
        if (job_->execution->is_cancelled()) return cancelled();
        polled = y;
      }
      next = std::max(next, vertical.first[y]);
      for (; next < std::min(vertical.end(y), last_row); next += kBytesRows) {
        along(next, begin, end);
      }
      std::int32_t count = 1;
      while (count < kStripRows && y + count < band.end &&
             (next >= last_row || vertical.end(y + count) <= next)) {
        ++count;
      }
      down(y, count, begin, end);
      y += count;
    }
    return {};
  }

  /// kBytesRows source rows, into the ring. Behind the last one it comes again, with no weight.
  void along(std::int32_t row, std::int32_t begin, std::int32_t end) {
    const BytesTables& bytes = plan_->bytes;
    std::array<const std::uint8_t*, kBytesRows> rows;
    std::array<std::int16_t*, kBytesRows / 2> out;
    for (std::int32_t r = 0; r < kBytesRows; ++r) {
      rows[r] = job_->source.row_as<std::uint8_t>(std::min(row + r, job_->source.size.height - 1));
    }
    for (std::int32_t p = 0; p < kBytesRows / 2; ++p) {
      out[p] = ring_[static_cast<std::size_t>((row / 2 + p) % ring_pairs_)];
    }
    if (job_->needs_preparation()) prepare(bytes.spans[begin / bytes.tile], rows);
    const std::int32_t first = begin / bytes.lanes;
    const std::int32_t last = (end + bytes.lanes - 1) / bytes.lanes;
    const std::int32_t tail = std::clamp(bytes.first_of_tail, first, last);
    FixedBytes job;
    job.rows = rows.data();
    job.channels = job_->channels();
    job.together = bytes.together;
    job.out = out.data();
    job.ahead = kBytesRows * job_->source.stride;
    job.groups = bytes.groups.data() + first;
    job.end = bytes.groups.data() + tail;
    if (first < tail) bytes.run(job);
    if (tail == last) return;
    // Those at the end of the rows look bytes up in copies, behind which there are others.
    const auto samples =
        static_cast<std::int32_t>(row_bytes(job_->source.size, job_->source.format));
    for (std::int32_t r = 0; r < kBytesRows; ++r) {
      std::uint8_t* copy = tails_.data() + std::ptrdiff_t{2} * kBytesReach * r;
      std::memcpy(copy, rows[r] + bytes.tail_begin,
                  static_cast<std::size_t>(samples - bytes.tail_begin));
      rows[r] = copy;
    }
    job.ahead = 0;
    job.groups = bytes.groups.data() + tail;
    job.end = bytes.groups.data() + last;
    bytes.run(job);
  }

  /// Rows of mids instead, of what a tile takes.
  void prepare(const SourceSpan& span, std::array<const std::uint8_t*, kBytesRows>& rows) {
    for (std::size_t r = 0; r < kBytesRows; ++r) {
      fixed_prepare_row(*job_, rows[r] + std::ptrdiff_t{span.begin} * job_->channels(),
                        span.end - span.begin, mids_[r] + kMidsMargin);
      rows[r] = reinterpret_cast<const std::uint8_t*>(mids_[r]);
    }
  }

  void down(std::int32_t y, std::int32_t count, std::int32_t begin, std::int32_t end) {
    const FixedAxis& vertical = plan_->vertical;
    FixedPairs down = pairs_of(vertical, y, count);
    const std::int32_t first = vertical.first[y] / 2;
    const std::int32_t pairs = vertical.end(y + count - 1) / 2 - first;
    for (std::int32_t k = 0; k < pairs; ++k) {
      pairs_[k] = ring_[static_cast<std::size_t>((first + k) % ring_pairs_)];
    }
    down.pairs = pairs_.data();
    std::array<void*, kStripRows> out;
    for (std::int32_t r = 0; r < count; ++r) out[r] = job_->target.row(y + r) + begin;
    down.out = out.data();
    down.end = static_cast<std::size_t>(end - begin);
    if (!job_->needs_preparation()) {
      LIMEN_FIXED_KERNEL(fixed_pairs_in_order)(down);
    } else if (job_->linear_light) {
      LIMEN_FIXED_KERNEL(fixed_pairs_in_order_light)(down);
    } else if (job_->channels() == 2) {
      LIMEN_FIXED_KERNEL(fixed_pairs_in_order_gray_alpha)(down);
    } else {
      LIMEN_FIXED_KERNEL(fixed_pairs_in_order_rgba)(down);
    }
  }

  const Job* job_;
  const FixedPlan* plan_;
  std::int32_t ring_pairs_;
  Rows<std::int16_t> ring_;
  Rows<std::int16_t> mids_;
  Array<std::uint8_t> tails_;
  Array<const std::int16_t*> pairs_;
};

inline Result<void> run_bytes_first(const Job& job, const FixedPlan& plan, Bands& bands) {
  LIMEN_ASSIGN(auto pass, BytesPass::create(job, plan));
  for (Band band; bands.take(band);) LIMEN_TRY(pass.run(band));
  return {};
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
