// SPDX-License-Identifier: Apache-2.0
#pragma once

// Strips of rows filtered along, for resize_fixed(). Part of resize-entry.h.

#include "limen/resample/fixed-axis.h"
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

/// What becomes of what was filtered along.
enum class AlongOut : std::uint8_t { mids, pairs, levels, light };

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
    // What the next kAlongPixels outputs take may be there all but a pixel before a tile comes.
    const double held = longest_reach(job.horizontal) + kAlongPixels * job.horizontal.step + 16;
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
  /// `out` says where pixel 0 of each row goes, as FixedAlong has it; done(begin, end) comes when
  /// these are there. `chunks`: each goes to the beginning of the row instead.
  template <class Fill, class Done>
  void run(std::int32_t rows, AlongOut kind, void* const* out, bool chunks, const Fill& fill,
           const Done& done) {
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
    along.out = out;
    for (std::int32_t begin = begin_; begin < end_ && x < axis_->outputs; begin += tile_) {
      const std::int32_t end = std::min(begin + tile_, end_);
      fill(begin, end, tiles_);
      columns.drop = std::min(axis_->first[x] - along.base, columns.held);
      columns.pixels = end - begin;
      LIMEN_FIXED_KERNEL(fixed_columns)(columns);
      columns.held += columns.pixels - columns.drop;
      along.base += columns.drop;
      const bool is_last = end == end_;
      while (x < axis_->outputs) {
        std::int32_t to = x;
        const std::int32_t most = std::min(x + kChunkPixels, axis_->outputs);
        while (to < most && (is_last || axis_->end(to) <= end)) ++to;
        if (!is_last) to -= (to - x) % kAlongPixels;
        if (to == x) break;
        along.begin = x;
        along.end = to;
        if (chunks) along.out_begin = x;
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

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
