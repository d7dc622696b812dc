// SPDX-License-Identifier: Apache-2.0
#pragma once

// Strips of rows filtered along, for resize_fixed(). Part of resize-entry.h.

#include "limen/resample/fixed-axis.h"
#include "limen/resample/resize-fixed-lanes-entry.h"
#include "limen/resample/resize-fixed-pixels-entry.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Which way a u8 picture goes in 16-bit arithmetic.
enum class FixedOrder : std::uint8_t { vertical_first, horizontal_first, vertical_only };

/// Pixels `begin` to `end` - 1 of a source row.
struct SourceSpan {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// What FixedBytes' kernels look up.
struct BytesTables {
  void (*run)(const FixedBytes&) = nullptr;  ///< null: outputs are too far apart, no kernel, …
  std::int32_t lanes = 0;
  std::int32_t tile = 0;           ///< output samples that are worked on at a time
  std::int32_t pairs = 0;          ///< of samples that an output takes
  std::int32_t first_of_tail = 0;  ///< groups from here on look up bytes from `tail_begin` on
  std::int32_t tail_begin = 0;
  std::int32_t together = kBytesMostPairs;  ///< as FixedBytes has it
  Array<std::int16_t> tables;
  /// Tile by tile, those with one table side by side.
  Array<BytesGroup> groups;
  /// Of mids, what each tile takes of a row: they are made for it alone.
  Array<SourceSpan> spans;
  std::int32_t longest_span = 0;  ///< in samples
};

struct FixedPlan {
  FixedAxis horizontal;
  FixedAxis vertical;
  FixedOrder order = FixedOrder::horizontal_first;
  /// Of the horizontal axis; without a kernel it goes by columns.
  LanesTables lanes;
  /// Of the horizontal axis, where that is first; without a kernel it goes by columns.
  BytesTables bytes;
};

/// Bytes of a strip's rows that are worked on at a time: they stay in a second-level cache.
inline constexpr std::int64_t kTileBytes = 144 * 1024;

/// Output pixels that leave a strip at a time.
inline constexpr std::int32_t kPiecePixels = 128;

/// The most source rows that `outputs` neighbouring outputs reach together.
inline std::int64_t rows_within_reach(const Axis& vertical, int outputs) {
  const double more = (outputs - 1) * vertical.step + 2;
  const double rows = longest_reach(vertical) + more;
  return std::min<std::int64_t>(static_cast<std::int64_t>(rows), vertical.source) + 2;
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

/// Outputs y to y + outputs - 1 of an axis, without pairs of rows and where outputs go.
inline FixedPairs pairs_of(const FixedAxis& axis, std::int32_t y, std::int32_t outputs) {
  FixedPairs down;
  down.outputs = outputs;
  down.first = axis.first.data() + y;
  down.count = axis.pairs.data() + y;
  down.bits = axis.bits.data() + y;
  down.weights = axis.weights_of(y);
  down.pair_stride = axis.pair_stride;
  return down;
}

/// Rows that AlongPass has filled with mids, or columns that they are appended to.
struct TileRows {
  std::int16_t* samples = nullptr;
  std::size_t stride = 0;
  const FixedColumns* columns = nullptr;
  std::int16_t* operator[](std::size_t row) const { return samples + row * stride; }
};

/// Filters strips of rows along: a window, of columns or of rows for FixedLanes, runs over the
/// source from left to right, tile by tile, and outputs leave as soon as it has what they take.
class AlongPass {
 public:
  static Result<AlongPass> create(const Job& job, const FixedPlan& plan, std::int32_t tile) {
    const FixedAxis& axis = plan.horizontal;
    AlongPass pass;
    pass.axis_ = &axis;
    pass.lanes_ = plan.lanes.kernel != nullptr ? &plan.lanes : nullptr;
    pass.channels_ = job.channels();
    pass.tile_ = tile;
    pass.begin_ = axis.first[0];
    pass.end_ = std::min(axis.end(axis.outputs - 1), job.horizontal.source);
    pass.together_ = along_pixels(pass.channels_);
    // What the next outputs take may be there all but a pixel before a tile comes.
    const double held = longest_reach(job.horizontal) + pass.together_ * job.horizontal.step + 16;
    pass.capacity_ =
        (static_cast<std::int32_t>(held) + tile + kColumnPixels) / kColumnPixels * kColumnPixels;
    const auto channels = static_cast<std::uint64_t>(pass.channels_);
    const std::uint64_t tile_samples = static_cast<std::uint64_t>(tile) * channels;
    if (pass.lanes_ != nullptr) {
      // What outputs that wait for the next tile take, and where the first of them finds it.
      const double waiting = LanesTables::pixels_together(pass.channels_) * job.horizontal.step;
      const auto pixels = static_cast<std::uint64_t>(held + waiting);
      pass.kept_ = (pixels * channels + 2 * kLaneWindow) / kLaneWindow * kLaneWindow;
      LIMEN_ASSIGN(pass.tiles_,
                   Rows<std::int16_t>::create(*job.workspace, kStripRows,
                                              pass.kept_ + tile_samples + 2 * kLaneWindow));
      return pass;
    }
    pass.appends_ = plan.order == FixedOrder::vertical_first && pass.channels_ == 4;
    LIMEN_ASSIGN(pass.tiles_,
                 Rows<std::int16_t>::create(
                     *job.workspace, pass.appends_ ? 0 : std::uint64_t{kStripRows}, tile_samples));
    LIMEN_ASSIGN(pass.columns_,
                 Array<std::int16_t>::create_unset(
                     *job.workspace, static_cast<std::uint64_t>(pass.capacity_) * channels *
                                         static_cast<std::uint64_t>(kStripRows)));
    return pass;
  }

  /// The source pixels that any output takes are begin() to end() - 1.
  std::int32_t begin() const { return begin_; }
  std::int32_t end() const { return end_; }

  /// fill(begin, end, tiles) puts those source pixels of `rows` rows into tiles[row], as mids, or
  /// into tiles.columns, where there are any.
  /// `out` says where pixel 0 of each row goes, as FixedAlong has it; done(begin, end) comes when
  /// these are there. `in_pieces`: each goes to the beginning of the row instead.
  template <class Fill, class Done>
  void run(std::int32_t rows, AlongOut kind, void* const* out, bool in_pieces, const Fill& fill,
           const Done& done) {
    if (lanes_ != nullptr) return run_lanes(rows, out, fill);
    std::int32_t x = 0;
    FixedColumns columns;
    columns.columns = columns_.data();
    columns.capacity = capacity_;
    columns.channels = channels_;
    columns.rows = rows;
    TileRows tiles;
    if (appends_) {
      tiles.columns = &columns;
    } else {
      columns.in = tiles.samples = tiles_[0];
      columns.in_stride = tiles.stride = tiles_.stride();
    }
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
    along.out = out;
    for (std::int32_t begin = begin_; begin < end_ && x < axis_->outputs; begin += tile_) {
      const std::int32_t end = std::min(begin + tile_, end_);
      columns.drop = std::min(axis_->first[x] - along.base, columns.held);
      along.base += columns.drop;
      if (!appends_) {
        fill(begin, end, tiles);
        columns.pixels = end - begin;
      }
      LIMEN_FIXED_KERNEL(fixed_columns)(columns);
      columns.held -= columns.drop;
      if (appends_) fill(begin, end, tiles);
      columns.held += end - begin;
      const bool is_last = end == end_;
      while (x < axis_->outputs) {
        std::int32_t to = x;
        const std::int32_t most = std::min(x + kPiecePixels, axis_->outputs);
        while (to < most && (is_last || axis_->end(to) <= end)) ++to;
        if (!is_last) to -= (to - x) % together_;
        if (to == x) break;
        along.begin = x;
        along.end = to;
        if (in_pieces) along.out_begin = x;
        switch (kind) {
          case AlongOut::mids:
            LIMEN_FIXED_KERNEL(fixed_along_mid)(along);
            break;
          case AlongOut::pairs:
            LIMEN_FIXED_KERNEL(fixed_along_pairs)(along);
            break;
          case AlongOut::levels:
            LIMEN_FIXED_KERNEL(fixed_along_u8)(along);
            break;
          case AlongOut::light:
            LIMEN_FIXED_KERNEL(fixed_along_light)(along);
            break;
          case AlongOut::straight:
            LIMEN_FIXED_KERNEL(fixed_along_straight)(along);
            break;
        }
        done(x, to);
        x = to;
      }
    }
  }

 private:
  template <class Fill>
  void run_lanes(std::int32_t rows, void* const* out, const Fill& fill) {
    const std::int32_t together = LanesTables::pixels_together(channels_);
    FixedLanes along;
    along.in = tiles_[0];
    along.in_stride = tiles_.stride();
    along.rows = rows;
    along.channels = channels_;
    along.pairs = lanes_->pairs;
    along.pairs_together = lanes_->pairs_together;
    along.tables = lanes_->tables.data();
    along.table_stride = lanes_->stride;
    along.table_of = lanes_->table_of.data();
    along.bases = lanes_->bases.data();
    along.samples = static_cast<std::size_t>(axis_->outputs) * static_cast<std::size_t>(channels_);
    along.out = out;
    const auto kept = static_cast<std::int32_t>(kept_);
    std::int32_t x = 0;
    for (std::int32_t begin = begin_; begin < end_ && x < axis_->outputs; begin += tile_) {
      const std::int32_t end = std::min(begin + tile_, end_);
      fill(begin, end, TileRows{tiles_[0] + kept, tiles_.stride()});
      along.in_begin = (begin - begin_) * channels_ - kept;
      const bool is_last = end == end_;
      while (x < axis_->outputs) {
        std::int32_t to = x;
        const std::int32_t most = std::min(x + kPiecePixels, axis_->outputs);
        while (to < most && (is_last || axis_->end(to) <= end)) ++to;
        if (!is_last) to -= (to - x) % together;
        if (to == x) break;
        along.begin = units_of(x);
        along.end = units_of(to);
        lanes_->kernel(along);
        x = to;
      }
      if (x < axis_->outputs) keep(rows, x, begin);
    }
  }

  /// In units of kLaneSamples, one that is not whole as well.
  std::int32_t units_of(std::int32_t x) const {
    constexpr auto kUnit = static_cast<std::int64_t>(kLaneSamples);
    return static_cast<std::int32_t>((std::int64_t{x} * channels_ + kUnit - 1) / kUnit);
  }

  /// Of the tile at `begin`, and of what was kept before, what outputs from x on take goes before
  /// the next tile.
  void keep(std::int32_t rows, std::int32_t x, std::int32_t begin) {
    const std::ptrdiff_t tile_samples = std::ptrdiff_t{tile_} * channels_;
    const auto end = static_cast<std::ptrdiff_t>(kept_) + tile_samples;
    const std::ptrdiff_t first = std::ptrdiff_t{axis_->first[x] - begin} * channels_;
    const std::ptrdiff_t from =
        std::clamp(first + static_cast<std::ptrdiff_t>(kept_ - kLanes), tile_samples, end);
    for (std::int32_t r = 0; r < rows; ++r) {
      std::int16_t* row = tiles_[r];
      std::memmove(row + from - tile_samples, row + from,
                   static_cast<std::size_t>(end - from) * sizeof(*row));
    }
  }

  const FixedAxis* axis_ = nullptr;
  const LanesTables* lanes_ = nullptr;
  std::size_t kept_ = 0;  ///< samples of each row that are there before a tile comes
  int channels_ = 0;
  std::int32_t together_ = 0;  ///< outputs
  bool appends_ = false;       ///< rows come as columns
  std::int32_t tile_ = 0;
  std::int32_t begin_ = 0;
  std::int32_t end_ = 0;
  std::int32_t capacity_ = 0;
  Rows<std::int16_t> tiles_;
  Array<std::int16_t> columns_;
};

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
