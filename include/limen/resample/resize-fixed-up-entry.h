// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize_fixed(), along the rows first. Part of resize-entry.h.

#include "limen/resample/resize-fixed-along-entry.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Pairs of rows in the ring of a horizontal-first pass: what four outputs reach, and a strip more.
inline std::int64_t ring_pairs(const Axis& vertical) {
  return (rows_within_reach(vertical, 4) + 3 + kStripRows) / 2;
}

/// Each source row is filtered along once, into a ring of pairs of rows; from there output rows are
/// filtered down, as many at a time as the ring has what they take.
inline Result<void> run_horizontal_first(const Job& job, const FixedPlan& plan, Bands& bands) {
  const int channels = job.channels();
  const std::int32_t tile = tile_pixels(job, kStripRows, 2);
  const auto target_samples =
      static_cast<std::uint64_t>(job.target.size.width) * static_cast<std::uint64_t>(channels);
  // Whole groups of samples are written and read.
  const std::uint64_t pair_samples = 2 * (target_samples + 2 * kStripRows);
  const auto pairs_in_ring = static_cast<std::size_t>(ring_pairs(job.vertical));
  LIMEN_ASSIGN(auto pointers,
               Array<const std::int16_t*>::create(*job.workspace, pairs_in_ring + 1));
  LIMEN_ASSIGN(auto along, AlongPass::create(job, plan, tile));
  LIMEN_ASSIGN(auto ring, Rows<std::int16_t>::create(*job.workspace, pairs_in_ring, pair_samples));
  // Where pairs go that are not there: the last strip's.
  LIMEN_ASSIGN(auto unused, Rows<std::int16_t>::create(*job.workspace, 1, pair_samples));
  const bool finished_after = job.linear_light && job.source.format.has_alpha();
  // Columns that are filtered down at a time.
  static constexpr std::size_t kColumns = 1024;
  static_assert(kColumns % (2 * kStripRows) == 0 && kColumns % 4 == 0);
  LIMEN_ASSIGN(auto sums, Rows<std::int16_t>::create(*job.workspace,
                                                     finished_after ? std::uint64_t{kStripRows} : 0,
                                                     std::uint64_t{kColumns}));
  // The first source row that is not in the ring. A band goes on where the one before it has ended,
  // or further down.
  std::int32_t next = 0;
  const auto fill_ring = [&](std::int32_t count) {
    std::array<void*, kStripRows / 2> out;
    for (std::int32_t p = 0; p < kStripRows / 2; ++p) {
      out[p] =
          2 * p < count ? ring[static_cast<std::size_t>(next / 2 + p) % pairs_in_ring] : unused[0];
    }
    along.run(
        count, AlongOut::pairs, out.data(), false,
        [&](std::int32_t begin, std::int32_t end, TileRows tiles) {
          for (std::int32_t r = 0; r < count; ++r) {
            fixed_prepare_row(job, job.source.row_as<std::uint8_t>(next + r) + begin * channels,
                              end - begin, tiles[r]);
          }
        },
        [](std::int32_t, std::int32_t) {});
    next += count;
  };
  for (Band band; bands.take(band);) {
    const std::int32_t last_row = std::min(plan.vertical.end(band.end - 1), job.source.size.height);
    for (std::int32_t y = band.begin; y < band.end;) {
      if (job.execution->is_cancelled()) return cancelled();
      const std::int32_t first = plan.vertical.first[y];
      const std::int32_t together = std::min(4, band.end - y);
      // An even row, as is `first`: only the last of all may be odd.
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
      FixedPairs down = pairs_of(plan.vertical, y, count);
      for (std::int32_t k = 0; 2 * k < plan.vertical.end(y + count - 1) - first; ++k) {
        pointers[k] = ring[static_cast<std::size_t>(first / 2 + k) % pairs_in_ring];
      }
      down.pairs = pointers.data();
      std::array<void*, kStripRows> out;
      down.out = out.data();
      for (std::size_t begin = 0; begin < target_samples; begin = down.end) {
        down.begin = begin;
        down.end = std::min<std::size_t>(begin + kColumns, target_samples);
        for (std::int32_t r = 0; r < count; ++r) {
          out[r] = finished_after ? static_cast<void*>(sums[r])
                                  : static_cast<void*>(job.target.row(y + r) + begin);
        }
        if (!job.needs_preparation()) {
          LIMEN_FIXED_KERNEL(fixed_pairs_u8)(down);
          continue;
        }
        if (!finished_after) {
          if (job.linear_light) {
            LIMEN_FIXED_KERNEL(fixed_pairs_light)(down);
          } else if (channels == 2) {
            LIMEN_FIXED_KERNEL(fixed_pairs_gray_alpha)(down);
          } else {
            LIMEN_FIXED_KERNEL(fixed_pairs_rgba)(down);
          }
          continue;
        }
        LIMEN_FIXED_KERNEL(fixed_pairs_mid)(down);
        const auto pixels = static_cast<std::int32_t>((down.end - begin) / channels);
        for (std::int32_t r = 0; r < count; ++r) {
          const auto to = [&](std::int32_t row) {
            return job.target.row_as<std::uint8_t>(y + std::min(row, count - 1)) + begin;
          };
          fixed_finish_row(job, sums[r], pixels, to(r), to(r + 2));
        }
      }
      y += count;
    }
  }
  return {};
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
