// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize_fixed(), down the picture first. Part of resize-entry.h.

#include "limen/resample/resize-fixed-along-entry.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// FixedDown::scratch for as many input rows.
inline Result<Array<std::int16_t>> create_down_scratch(Workspace& workspace, std::int64_t rows) {
  return Array<std::int16_t>::create_unset(
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
  down.most_pairs = axis.most_pairs;
  down.most_together = axis.most_together;
  down.most_sharing = axis.most_sharing;
  return down;
}

/// What strips of rows hand over to each other, tile by tile.
class UnderWay {
 public:
  /// Rows of `samples` in tiles of `tile_samples`.
  static Result<UnderWay> create(Workspace& workspace, std::size_t samples,
                                 std::size_t tile_samples) {
    UnderWay under_way;
    under_way.tile_samples_ = tile_samples;
    under_way.of_tile_ = kMostUnderWay * (tile_samples + kSpareUnderWay);
    const std::size_t tiles = (samples + tile_samples - 1) / tile_samples;
    LIMEN_ASSIGN(under_way.sums_, Array<std::int32_t>::create_unset(
                                      workspace, std::uint64_t{tiles} * under_way.of_tile_));
    return under_way;
  }

  /// For outputs y to y + down.outputs - 1 of a band.
  static void place(const FixedAxis& axis, const Band& band, std::int32_t y, FixedDown& down) {
    down.had_pairs = y == band.begin ? 0 : std::max((axis.end(y - 1) - axis.first[y]) / 2, 0);
    down.followers = band.end - y - down.outputs;
  }
  /// For the tile that begins at sample `begin`.
  std::int32_t* of_tile(std::size_t begin) {
    return sums_.data() + begin / tile_samples_ * of_tile_;
  }

 private:
  std::size_t tile_samples_ = 0;
  std::size_t of_tile_ = 0;
  Array<std::int32_t> sums_;
};

/// Light and straight alpha at once: before rows are added up, and after all.
inline bool is_prepared_first(const Job& job) {
  return job.linear_light && job.source.format.has_alpha();
}

/// What run_vertical_first() has become of its outputs. Of two channels only lanes divide by alpha.
inline AlongOut along_out_of(const Job& job, bool has_lanes) {
  if (is_prepared_first(job)) return AlongOut::mids;
  if (job.linear_light) return AlongOut::light;
  if (!job.straight_alpha()) return AlongOut::levels;
  return has_lanes || job.channels() == 4 ? AlongOut::straight : AlongOut::mids;
}

/// Strips of output rows: a tile of their source rows is filtered down into mids, these go along.
inline Result<void> run_vertical_first(const Job& job, const FixedPlan& plan, Bands& bands) {
  const int channels = job.channels();
  // Straight alpha is multiplied in and light is decoded as rows are read; both at once, before.
  const bool prepared_first = is_prepared_first(job);
  const AlongOut kind = along_out_of(job, plan.lanes.kernel != nullptr);
  const bool finished_after = kind == AlongOut::mids;
  const std::int64_t reach_rows = rows_within_reach(job.vertical, kStripRows) + 2;
  const std::int32_t tile = tile_pixels(job, reach_rows, prepared_first ? 2 : 1);
  const auto tile_samples = static_cast<std::uint64_t>(tile) * static_cast<std::uint64_t>(channels);
  LIMEN_ASSIGN(auto pointers,
               Array<const void*>::create(*job.workspace,
                                          static_cast<std::uint64_t>(reach_rows + kRowsBehind)));
  LIMEN_ASSIGN(auto scratch, create_down_scratch(*job.workspace, reach_rows));
  LIMEN_ASSIGN(auto along, AlongPass::create(job, plan, tile));
  LIMEN_ASSIGN(auto under_way,
               UnderWay::create(*job.workspace, row_bytes(job.source.size, job.source.format),
                                static_cast<std::size_t>(tile_samples)));
  LIMEN_ASSIGN(auto prepared,
               Rows<std::int16_t>::create(
                   *job.workspace, prepared_first ? static_cast<std::uint64_t>(reach_rows) : 0,
                   tile_samples));
  // Pieces of rows that are finished after, or a row for those that a strip lacks.
  const auto channel_count = static_cast<std::uint64_t>(channels);
  LIMEN_ASSIGN(
      auto results,
      Rows<std::int16_t>::create(
          *job.workspace, finished_after ? std::uint64_t{kStripRows} : 1,
          channel_count * (finished_after
                               ? static_cast<std::uint64_t>(kPiecePixels)
                               : static_cast<std::uint64_t>(job.target.size.width) / 2 + 1)));
  for (Band band; bands.take(band);) {
    for (std::int32_t y = band.begin; y < band.end; y += kStripRows) {
      if (job.execution->is_cancelled()) return cancelled();
      const std::int32_t count = std::min(kStripRows, band.end - y);
      FixedDown down = down_of(plan.vertical, y, count);
      UnderWay::place(plan.vertical, band, y, down);
      const std::int32_t first = plan.vertical.first[y];
      const std::int32_t rows = plan.vertical.end(y + count - 1) - first;
      // A pair may end behind the last row, with no weight.
      const std::int32_t real_rows = std::min(rows, job.source.size.height - first);
      for (std::int32_t k = 0; k < rows + kRowsBehind; ++k) {
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
      const auto fill = [&](std::int32_t begin, std::int32_t end, TileRows tiles) {
        down.columns = tiles.columns;
        down.under_way = under_way.of_tile(static_cast<std::size_t>(begin - along.begin()) *
                                           static_cast<std::size_t>(channels));
        for (std::int32_t r = 0; r < count && tiles.samples != nullptr; ++r) mids[r] = tiles[r];
        if (prepared_first) {
          for (std::int32_t k = 0; k < real_rows; ++k) {
            fixed_prepare_row(job, job.source.row_as<std::uint8_t>(first + k) + begin * channels,
                              end - begin, prepared[k]);
          }
          down.begin = 0;
          down.end = static_cast<std::size_t>(end - begin) * channels;
          LIMEN_FIXED_KERNEL(fixed_down_mid_mid)(down);
          down.is_new = false;
          return;
        }
        down.begin = static_cast<std::size_t>(begin) * channels;
        down.end = static_cast<std::size_t>(end) * channels;
        // The same rows' next tile, or the first tile of the rows of the next strip.
        down.ahead = end < along.end() ? static_cast<std::ptrdiff_t>(tile_samples)
                                       : to_next_strip - (begin - along.begin()) * channels;
        if (job.linear_light) {
          LIMEN_FIXED_KERNEL(fixed_down_light_mid)(down);
        } else if (!job.straight_alpha()) {
          LIMEN_FIXED_KERNEL(fixed_down_u8_mid)(down);
        } else if (channels == 2) {
          LIMEN_FIXED_KERNEL(fixed_down_gray_alpha_mid)(down);
        } else {
          LIMEN_FIXED_KERNEL(fixed_down_rgba_mid)(down);
        }
        down.is_new = false;
      };
      std::array<void*, kStripRows> out;
      for (std::int32_t r = 0; r < kStripRows; ++r) {
        out[r] = finished_after ? static_cast<void*>(results[r])
                 : r < count    ? static_cast<void*>(job.target.row(y + r))
                                : static_cast<void*>(results[0]);
      }
      along.run(count, kind, out.data(), finished_after, fill,
                [&](std::int32_t begin, std::int32_t end) {
                  if (!finished_after) return;
                  for (std::int32_t r = 0; r < count; ++r) {
                    const auto to = [&](std::int32_t row) {
                      return job.target.row_as<std::uint8_t>(y + std::min(row, count - 1)) +
                             begin * channels;
                    };
                    fixed_finish_row(job, results[r], end - begin, to(r), to(r + 2));
                  }
                });
    }
  }
  return {};
}

/// Source and target are as wide: each output row is filtered down, and that is all.
inline Result<void> run_vertical_only(const Job& job, const FixedPlan& plan, Bands& bands) {
  const std::int64_t reach_rows = rows_within_reach(job.vertical, kStripRows) + 2;
  LIMEN_ASSIGN(auto pointers,
               Array<const void*>::create(*job.workspace,
                                          static_cast<std::uint64_t>(reach_rows + kRowsBehind)));
  LIMEN_ASSIGN(auto scratch, create_down_scratch(*job.workspace, reach_rows));
  const auto tile = static_cast<std::size_t>(tile_pixels(job, reach_rows, 1)) * job.channels();
  const std::size_t samples = row_bytes(job.source.size, job.source.format);
  LIMEN_ASSIGN(auto under_way, UnderWay::create(*job.workspace, samples, tile));
  for (Band band; bands.take(band);) {
    for (std::int32_t y = band.begin; y < band.end; y += kStripRows) {
      if (job.execution->is_cancelled()) return cancelled();
      const std::int32_t count = std::min(kStripRows, band.end - y);
      FixedDown down = down_of(plan.vertical, y, count);
      UnderWay::place(plan.vertical, band, y, down);
      const std::int32_t first = plan.vertical.first[y];
      const std::int32_t rows = plan.vertical.end(y + count - 1) - first;
      for (std::int32_t k = 0; k < rows + kRowsBehind; ++k) {
        pointers[k] = job.source.row(std::min(first + k, job.source.size.height - 1));
      }
      down.rows = pointers.data();
      down.scratch = scratch.data();
      std::array<void*, kStripRows> out;
      down.out = out.data();
      for (std::size_t begin = 0; begin < samples; begin = down.end) {
        down.begin = begin;
        down.end = std::min(begin + tile, samples);
        down.under_way = under_way.of_tile(begin);
        down.ahead = down.end < samples ? static_cast<std::ptrdiff_t>(tile) : 0;
        for (std::int32_t r = 0; r < count; ++r) out[r] = job.target.row(y + r) + begin;
        LIMEN_FIXED_KERNEL(fixed_down_u8_u8)(down);
        down.is_new = false;
      }
    }
  }
  return {};
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
