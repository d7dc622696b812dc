// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize() of u8 in 16-bit fixed point. Part of resize-entry.h, which includes it.

#include "limen/resample/resize-fixed-pixels-entry.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Which way a u8 picture goes in 16-bit arithmetic.
enum class FixedOrder : std::uint8_t { vertical_first, horizontal_first, vertical_only };

struct FixedPlan {
  FixedAxis horizontal;
  FixedAxis vertical;
  FixedOrder order = FixedOrder::horizontal_first;
};

/// Rows of source samples that a horizontal-first pass keeps, at the most.
inline constexpr std::uint64_t kFixedRingBytes = 32'000'000;

/// Bytes of a strip's rows that are worked on at a time: they stay in a second-level cache.
inline constexpr std::int64_t kTileBytes = 144 * 1024;

/// Output pixels that leave a strip at a time.
inline constexpr std::int32_t kChunkPixels = 128;

/// The most source rows that `outputs` neighbouring outputs reach together.
inline std::int64_t rows_within_reach(const Axis& vertical, int outputs) {
  const double more = (outputs - 1) * vertical.step + 2;
  const double rows = longest_reach(vertical) + more;
  return std::min<std::int64_t>(static_cast<std::int64_t>(rows), vertical.source) + 2;
}

/// Rows in the ring of a horizontal-first pass: what four outputs reach, and a strip more.
inline std::int64_t ring_rows(const Axis& vertical) {
  return rows_within_reach(vertical, 4) + 2 + kStripRows;
}

inline bool fixed_is_possible(const Job& job) {
  if (longest_reach(job.horizontal) > kFixedLongestReach ||
      longest_reach(job.vertical) > kFixedLongestReach) {
    return false;
  }
  const auto row = with_slack(static_cast<std::uint64_t>(job.target.size.width) * 4) * 2;
  const auto ring = checked_multiply(row, static_cast<std::uint64_t>(ring_rows(job.vertical)));
  return ring && *ring <= kFixedRingBytes;
}

/// Pixels across of which a strip's `rows` fit kTileBytes: whole cache lines, and the source's
/// width in about equal parts.
inline std::int32_t tile_pixels(const Job& job, std::int64_t rows, std::size_t sample) {
  constexpr std::int64_t kLine = 64;
  const auto pixel = static_cast<std::int64_t>(sample) * job.channels();
  const std::int64_t most = std::clamp<std::int64_t>(kTileBytes / (rows * pixel), kLine, 512);
  const std::int64_t tiles = (job.source.size.width + most - 1) / most;
  const std::int64_t pixels = (job.source.size.width + tiles - 1) / tiles;
  return static_cast<std::int32_t>((pixels + kLine - 1) / kLine * kLine);
}

/// Filters strips of rows along: a window of columns runs over the source from left to right, tile
/// by tile, and outputs leave as soon as it has what they take.
class AlongPass {
 public:
  static Result<AlongPass> create(const Job& job, const FixedAxis& axis, std::int32_t tile) {
    AlongPass pass;
    pass.axis_ = &axis;
    pass.channels_ = job.channels();
    pass.tile_ = tile;
    pass.begin_ = axis.first[0];
    pass.end_ = std::min(axis.end(axis.outputs - 1), job.horizontal.source);
    // What the next kColumnPixels outputs take may be there all but a pixel before a tile comes.
    const double held = longest_reach(job.horizontal) + kColumnPixels * job.horizontal.step + 16;
    pass.capacity_ =
        (static_cast<std::int32_t>(held) + tile + kColumnPixels) / kColumnPixels * kColumnPixels;
    const auto channels = static_cast<std::uint64_t>(pass.channels_);
    LIMEN_ASSIGN(pass.tiles_,
                 Rows<std::int16_t>::create(*job.workspace, kStripRows,
                                            static_cast<std::uint64_t>(tile) * channels));
    LIMEN_ASSIGN(pass.columns_,
                 Array<std::int16_t>::create(*job.workspace,
                                             static_cast<std::uint64_t>(pass.capacity_) * channels *
                                                 static_cast<std::uint64_t>(kStripRows)));
    return pass;
  }

  /// The source pixels that any output takes are begin() to end() - 1.
  std::int32_t begin() const { return begin_; }
  std::int32_t end() const { return end_; }

  /// fill(begin, end, tiles) puts those source pixels of `rows` rows into tiles[row], as mids.
  /// out(begin, end, rows) says where these output pixels go, kStripRows rows; done(begin, end)
  /// comes when they are there.
  template <class Fill, class Out, class Done>
  void run(std::int32_t rows, bool to_levels, const Fill& fill, const Out& out, const Done& done) {
    std::int32_t x = 0;
    FixedColumns columns;
    columns.columns = columns_.data();
    columns.capacity = capacity_;
    columns.channels = channels_;
    columns.rows = rows;
    columns.in = tiles_[0];
    columns.in_stride = tiles_.stride();
    FixedAlong along;
    along.columns = columns_.data();
    along.capacity = capacity_;
    along.base = begin_;
    along.channels = channels_;
    along.rows = rows;
    along.first = axis_->first.data();
    along.pairs = axis_->pairs.data();
    along.bits = axis_->bits.data();
    along.weights = axis_->weights.data();
    along.pair_stride = axis_->pair_stride;
    along.most_pairs = axis_->most_pairs;
    std::array<std::int16_t*, kStripRows> pointers;
    along.out = pointers.data();
    for (std::int32_t begin = begin_; begin < end_ && x < axis_->outputs; begin += tile_) {
      const std::int32_t end = std::min(begin + tile_, end_);
      fill(begin, end, tiles_);
      columns.drop = std::min(axis_->first[x] - along.base, columns.held);
      columns.pixels = end - begin;
      LIMEN_KERNEL(fixed_columns)(columns);
      columns.held += columns.pixels - columns.drop;
      along.base += columns.drop;
      const bool is_last = end == end_;
      while (x < axis_->outputs) {
        std::int32_t to = x;
        const std::int32_t most = std::min(x + kChunkPixels, axis_->outputs);
        while (to < most && (is_last || axis_->end(to) <= end)) ++to;
        if (!is_last) to -= (to - x) % kColumnPixels;
        if (to == x) break;
        out(x, to, pointers);
        along.begin = x;
        along.end = to;
        if (to_levels) {
          LIMEN_KERNEL(fixed_along_level)(along);
        } else {
          LIMEN_KERNEL(fixed_along_mid)(along);
        }
        done(x, to);
        x = to;
      }
    }
  }

 private:
  const FixedAxis* axis_ = nullptr;
  int channels_ = 0;
  std::int32_t tile_ = 0;
  std::int32_t begin_ = 0;
  std::int32_t end_ = 0;
  std::int32_t capacity_ = 0;
  Rows<std::int16_t> tiles_;
  Array<std::int16_t> columns_;
};

/// FixedDown::scratch for as many input rows.
inline Result<Array<std::int16_t>> create_down_scratch(Workspace& workspace, std::int64_t rows) {
  return Array<std::int16_t>::create(
      workspace, static_cast<std::uint64_t>(rows / 2 + 1 + kSparePairs) * kDownPair);
}

/// Outputs y to y + outputs - 1 of an axis, without rows and samples.
inline FixedDown down_of(const FixedAxis& axis, std::int32_t y, std::int32_t outputs) {
  FixedDown down;
  down.outputs = outputs;
  down.first = axis.first.data() + y;
  down.pairs = axis.pairs.data() + y;
  down.bits = axis.bits.data() + y;
  down.weights = axis.weights_of(y);
  down.pair_stride = axis.pair_stride;
  return down;
}

/// Strips of output rows: a tile of their source rows is filtered down into mids, these go along.
inline Result<void> run_vertical_first(const Job& job, const FixedPlan& plan, Band band) {
  const int channels = job.channels();
  // Straight alpha is multiplied in as rows are read; light is looked up before.
  const bool prepared_first = job.linear_light;
  const std::int64_t reach_rows = rows_within_reach(job.vertical, kStripRows) + 2;
  const std::int32_t tile = tile_pixels(job, reach_rows, prepared_first ? 2 : 1);
  const auto tile_samples = static_cast<std::uint64_t>(tile) * static_cast<std::uint64_t>(channels);
  LIMEN_ASSIGN(auto pointers,
               Array<const void*>::create(*job.workspace, static_cast<std::uint64_t>(reach_rows)));
  LIMEN_ASSIGN(auto scratch, create_down_scratch(*job.workspace, reach_rows));
  LIMEN_ASSIGN(auto along, AlongPass::create(job, plan.horizontal, tile));
  LIMEN_ASSIGN(auto prepared,
               Rows<std::int16_t>::create(
                   *job.workspace, prepared_first ? static_cast<std::uint64_t>(reach_rows) : 0,
                   tile_samples));
  LIMEN_ASSIGN(auto results, Rows<std::int16_t>::create(*job.workspace, kStripRows,
                                                        static_cast<std::uint64_t>(kChunkPixels) *
                                                            static_cast<std::uint64_t>(channels)));
  for (std::int32_t y = band.begin; y < band.end; y += kStripRows) {
    if (job.execution->is_cancelled()) return cancelled();
    const std::int32_t count = std::min(kStripRows, band.end - y);
    FixedDown down = down_of(plan.vertical, y, count);
    const std::int32_t first = plan.vertical.first[y];
    const std::int32_t rows = plan.vertical.end(y + count - 1) - first;
    // A pair may end behind the last row, with no weight.
    const std::int32_t real_rows = std::min(rows, job.source.size.height - first);
    for (std::int32_t k = 0; k < rows; ++k) {
      const std::int32_t row = std::min(k, real_rows - 1);
      pointers[k] = prepared_first ? static_cast<const void*>(prepared[row])
                                   : static_cast<const void*>(job.source.row(first + row));
    }
    down.rows = pointers.data();
    down.scratch = scratch.data();
    std::array<void*, kStripRows> mids;
    const std::ptrdiff_t to_next_strip =
        y + kStripRows < band.end
            ? (plan.vertical.first[y + kStripRows] - first) * job.source.stride
            : 0;
    down.out = mids.data();
    along.run(
        count, !job.needs_preparation(),
        [&](std::int32_t begin, std::int32_t end, Rows<std::int16_t>& tiles) {
          for (std::int32_t r = 0; r < count; ++r) mids[r] = tiles[r];
          if (prepared_first) {
            for (std::int32_t k = 0; k < real_rows; ++k) {
              fixed_prepare_row(job, job.source.row_as<std::uint8_t>(first + k) + begin * channels,
                                end - begin, prepared[k]);
            }
            down.begin = 0;
            down.end = static_cast<std::size_t>(end - begin) * channels;
            LIMEN_KERNEL(fixed_down_mid_mid)(down);
          } else {
            down.begin = static_cast<std::size_t>(begin) * channels;
            down.end = static_cast<std::size_t>(end) * channels;
            // The same rows' next tile, or the first tile of the rows of the next strip.
            down.ahead = end < along.end() ? static_cast<std::ptrdiff_t>(tile_samples)
                                           : to_next_strip - (begin - along.begin()) * channels;
            if (!job.straight_alpha()) {
              LIMEN_KERNEL(fixed_down_u8_mid)(down);
            } else if (channels == 2) {
              LIMEN_KERNEL(fixed_down_gray_alpha_mid)(down);
            } else {
              LIMEN_KERNEL(fixed_down_rgba_mid)(down);
            }
          }
        },
        [&](std::int32_t, std::int32_t, std::array<std::int16_t*, kStripRows>& out) {
          for (std::int32_t r = 0; r < kStripRows; ++r) out[r] = results[r];
        },
        [&](std::int32_t begin, std::int32_t end) {
          for (std::int32_t r = 0; r < count; ++r) {
            fixed_finish_row(job, results[r], end - begin,
                             job.target.row_as<std::uint8_t>(y + r) + begin * channels);
          }
        });
  }
  return {};
}

/// Source and target are as wide: each output row is filtered down, and that is all.
inline Result<void> run_vertical_only(const Job& job, const FixedPlan& plan, Band band) {
  const std::int64_t reach_rows = rows_within_reach(job.vertical, kStripRows) + 2;
  LIMEN_ASSIGN(auto pointers,
               Array<const void*>::create(*job.workspace, static_cast<std::uint64_t>(reach_rows)));
  LIMEN_ASSIGN(auto scratch, create_down_scratch(*job.workspace, reach_rows));
  const auto tile = static_cast<std::size_t>(tile_pixels(job, reach_rows, 1)) * job.channels();
  const std::size_t samples = row_bytes(job.source.size, job.source.format);
  for (std::int32_t y = band.begin; y < band.end; y += kStripRows) {
    if (job.execution->is_cancelled()) return cancelled();
    const std::int32_t count = std::min(kStripRows, band.end - y);
    FixedDown down = down_of(plan.vertical, y, count);
    const std::int32_t first = plan.vertical.first[y];
    for (std::int32_t k = 0; k < plan.vertical.end(y + count - 1) - first; ++k) {
      pointers[k] = job.source.row(std::min(first + k, job.source.size.height - 1));
    }
    down.rows = pointers.data();
    down.scratch = scratch.data();
    std::array<void*, kStripRows> out;
    down.out = out.data();
    for (std::size_t begin = 0; begin < samples; begin = down.end) {
      down.begin = begin;
      down.end = std::min(begin + tile, samples);
      down.ahead = down.end < samples ? static_cast<std::ptrdiff_t>(tile) : 0;
      for (std::int32_t r = 0; r < count; ++r) out[r] = job.target.row(y + r) + begin;
      LIMEN_KERNEL(fixed_down_u8_u8)(down);
    }
  }
  return {};
}

/// Each source row is filtered along once, into a ring of rows; from there output rows are filtered
/// down, as many at a time as the ring has what they take.
inline Result<void> run_horizontal_first(const Job& job, const FixedPlan& plan, Band band) {
  const int channels = job.channels();
  const std::int32_t tile = tile_pixels(job, kStripRows, 2);
  const auto target_samples =
      static_cast<std::uint64_t>(job.target.size.width) * static_cast<std::uint64_t>(channels);
  const auto rows_in_ring = static_cast<std::size_t>(ring_rows(job.vertical));
  LIMEN_ASSIGN(auto pointers, Array<const void*>::create(*job.workspace, rows_in_ring + 2));
  LIMEN_ASSIGN(auto scratch, create_down_scratch(*job.workspace, ring_rows(job.vertical) + 2));
  LIMEN_ASSIGN(auto along, AlongPass::create(job, plan.horizontal, tile));
  LIMEN_ASSIGN(auto ring, Rows<std::int16_t>::create(*job.workspace, rows_in_ring, target_samples));
  // Where rows go that are not there: the last strip's.
  LIMEN_ASSIGN(auto unused, Rows<std::int16_t>::create(*job.workspace, 1, target_samples));
  static constexpr std::size_t kSumSamples = 1024;
  LIMEN_ASSIGN(auto sums, Rows<std::int16_t>::create(*job.workspace, kStripRows,
                                                     static_cast<std::uint64_t>(kSumSamples)));
  const std::size_t tile_down =
      kSumSamples / static_cast<std::size_t>(channels) * static_cast<std::size_t>(channels);
  const std::int32_t last_row = std::min(plan.vertical.end(band.end - 1), job.source.size.height);
  std::int32_t next = 0;  // the first source row that is not in the ring
  const auto fill_ring = [&](std::int32_t count) {
    along.run(
        count, false,
        [&](std::int32_t begin, std::int32_t end, Rows<std::int16_t>& tiles) {
          for (std::int32_t r = 0; r < count; ++r) {
            fixed_prepare_row(job, job.source.row_as<std::uint8_t>(next + r) + begin * channels,
                              end - begin, tiles[r]);
          }
        },
        [&](std::int32_t begin, std::int32_t, std::array<std::int16_t*, kStripRows>& out) {
          for (std::int32_t r = 0; r < kStripRows; ++r) {
            out[r] =
                (r < count ? ring[static_cast<std::size_t>(next + r) % rows_in_ring] : unused[0]) +
                begin * channels;
          }
        },
        [](std::int32_t, std::int32_t) {});
    next += count;
  };
  for (std::int32_t y = band.begin; y < band.end;) {
    if (job.execution->is_cancelled()) return cancelled();
    const std::int32_t first = plan.vertical.first[y];
    const std::int32_t together = std::min(4, band.end - y);
    next = std::max(next, first);
    while (next < std::min(plan.vertical.end(y + together - 1), last_row)) {
      fill_ring(std::min(kStripRows, last_row - next));
    }
    std::int32_t count = together;
    while (count < kStripRows && y + count < band.end &&
           (next == last_row || plan.vertical.end(y + count) <= next)) {
      ++count;
    }
    if (y + count < band.end) count -= count % 4;
    FixedDown down = down_of(plan.vertical, y, count);
    for (std::int32_t k = 0; k < plan.vertical.end(y + count - 1) - first; ++k) {
      const std::int32_t row = std::min(first + k, last_row - 1);
      pointers[k] = ring[static_cast<std::size_t>(row) % rows_in_ring];
    }
    down.rows = pointers.data();
    down.scratch = scratch.data();
    std::array<void*, kStripRows> out;
    down.out = out.data();
    for (std::size_t begin = 0; begin < target_samples; begin = down.end) {
      down.begin = begin;
      down.end = std::min<std::size_t>(begin + tile_down, target_samples);
      if (!job.needs_preparation()) {
        for (std::int32_t r = 0; r < count; ++r) out[r] = job.target.row(y + r) + begin;
        LIMEN_KERNEL(fixed_down_mid_u8)(down);
        continue;
      }
      for (std::int32_t r = 0; r < count; ++r) out[r] = sums[r];
      LIMEN_KERNEL(fixed_down_mid_mid)(down);
      const auto pixels = static_cast<std::int32_t>((down.end - begin) / channels);
      for (std::int32_t r = 0; r < count; ++r) {
        fixed_finish_row(job, sums[r], pixels, job.target.row_as<std::uint8_t>(y + r) + begin);
      }
    }
    y += count;
  }
  return {};
}

/// Multiply-adds of the two orders tell which is cheaper. Where they are alike, vertical first: it
/// reads bytes, not mids.
inline FixedOrder choose_order(const Job& job) {
  if (job.vertical.step <= 1) return FixedOrder::horizontal_first;
  if (job.horizontal.is_identity() && !job.needs_preparation()) return FixedOrder::vertical_only;
  const double down = std::max(job.vertical.step, 1.0);
  const double along = std::max(job.horizontal.step, 1.0);
  const double vertical_first = static_cast<double>(job.target.size.height) *
                                (job.source.size.width * down + job.target.size.width * along);
  const double horizontal_first = static_cast<double>(job.target.size.width) *
                                  (job.source.size.height * along + job.target.size.height * down);
  return vertical_first <= 1.25 * horizontal_first ? FixedOrder::vertical_first
                                                   : FixedOrder::horizontal_first;
}

/// The largest value between the passes, when the first one's sums of |weight| reach `gain`.
inline double largest_mid(double gain) { return std::min(32768.0, kMidZero * gain + 1); }

inline Result<void> run_fixed(const Job& job, const FixedPlan& plan, Band band) {
  switch (plan.order) {
    case FixedOrder::vertical_first:
      return run_vertical_first(job, plan, band);
    case FixedOrder::vertical_only:
      return run_vertical_only(job, plan, band);
    case FixedOrder::horizontal_first:
      break;
  }
  return run_horizontal_first(job, plan, band);
}

inline Result<FixedPlan> plan_fixed(const Job& job) {
  FixedPlan plan;
  plan.order = choose_order(job);
  if (plan.order == FixedOrder::horizontal_first) {
    LIMEN_ASSIGN(plan.horizontal, make_fixed_axis(job.horizontal, kMidZero, *job.workspace));
    LIMEN_ASSIGN(plan.vertical,
                 make_fixed_axis(job.vertical, largest_mid(plan.horizontal.gain), *job.workspace));
    return plan;
  }
  const double largest = job.needs_preparation() ? kMidZero : 255;
  LIMEN_ASSIGN(plan.vertical, make_fixed_axis(job.vertical, largest, *job.workspace));
  if (plan.order == FixedOrder::vertical_first) {
    LIMEN_ASSIGN(plan.horizontal,
                 make_fixed_axis(job.horizontal, largest_mid(plan.vertical.gain), *job.workspace));
  }
  return plan;
}

inline Result<void> resize_fixed(const Job& job) {
  LIMEN_ASSIGN(const FixedPlan plan, plan_fixed(job));
  return run_bands(job, [&](Band band) { return run_fixed(job, plan, band); });
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
