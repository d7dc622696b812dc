// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize() of u8 in 16-bit fixed point. Part of resize-entry.h, which includes it.

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

/// The most source rows that kRowsTogether neighbouring outputs reach together.
inline std::int64_t rows_within_reach(const Axis& vertical) {
  const double more = (kRowsTogether - 1) * vertical.step + 2;
  const double rows = longest_reach(vertical) + more;
  return std::min<std::int64_t>(static_cast<std::int64_t>(rows), vertical.source) + 2;
}

inline bool fixed_is_possible(const Job& job) {
  if (longest_reach(job.horizontal) > kFixedLongestReach ||
      longest_reach(job.vertical) > kFixedLongestReach) {
    return false;
  }
  const auto row = with_slack(static_cast<std::uint64_t>(job.target.size.width) * 4) * 2;
  const auto ring =
      checked_multiply(row, static_cast<std::uint64_t>(rows_within_reach(job.vertical)));
  return ring && *ring <= kFixedRingBytes;
}

/// 16 bits of linear light as a mid: 65535 / 32640 = 257 / 128.
inline std::int16_t mid_of_light(std::uint32_t light) {
  return static_cast<std::int16_t>(static_cast<std::int32_t>((light * 128 + 128) / 257) - kMidZero);
}

/// Linear light, with straight alpha multiplied in. Alpha itself is not light.
inline void fixed_linear_row(const Job& job, const std::uint8_t* from, std::size_t count,
                             std::int16_t* to) {
  const auto& linear = srgb_tables_8().linear;
  std::array<std::int16_t, 256> mids;
  for (std::size_t i = 0; i < 256; ++i) mids[i] = mid_of_light(linear[i]);
  if (!job.source.format.has_alpha()) {
    for (std::size_t i = 0; i < count; ++i) to[i] = mids[from[i]];
    return;
  }
  const auto channels = static_cast<std::size_t>(job.channels());
  const std::size_t colors = channels - 1;
  for (std::size_t i = 0; i < count; i += channels) {
    const std::uint32_t alpha = from[i + colors];
    for (std::size_t c = 0; c < colors; ++c) {
      to[i + c] = job.straight_alpha() ? mid_of_light((linear[from[i + c]] * alpha * 2 + 255) / 510)
                                       : mids[from[i + c]];
    }
    to[i + colors] =
        static_cast<std::int16_t>(static_cast<std::int32_t>(alpha << kMidBits) - kMidZero);
  }
}

/// The inverse, rounded and clamped. Where alpha comes out 0, so do the colours.
inline void fixed_encode_row(const Job& job, const std::int16_t* from, std::size_t count,
                             std::uint8_t* to) {
  static constexpr std::int32_t kWhite = 255 << kMidBits;
  const auto& srgb = srgb_tables_8().srgb;
  const auto encoded = [&srgb](std::int32_t mid) {
    const auto value = static_cast<std::uint32_t>(std::clamp(mid + kMidZero, 0, kWhite));
    return srgb[(value * 257 + 64) >> kMidBits];
  };
  if (!job.source.format.has_alpha()) {
    for (std::size_t i = 0; i < count; ++i) to[i] = encoded(from[i]);
    return;
  }
  const auto channels = static_cast<std::size_t>(job.channels());
  const std::size_t colors = channels - 1;
  for (std::size_t i = 0; i < count; i += channels) {
    const std::int32_t alpha = from[i + colors] + kMidZero;
    const std::int32_t opacity = std::clamp((alpha + (1 << (kMidBits - 1))) >> kMidBits, 0, 255);
    for (std::size_t c = 0; c < colors; ++c) {
      if (!job.straight_alpha()) {
        to[i + c] = encoded(from[i + c]);
      } else if (opacity == 0) {
        to[i + c] = 0;
      } else {
        // Not clamped to white but to alpha: where that overshoots, so does what it multiplies.
        const double color = std::clamp(from[i + c] + kMidZero, 0, alpha);
        to[i + c] = srgb[static_cast<std::size_t>(color * 65535 / alpha + 0.5)];
      }
    }
    to[i + colors] = static_cast<std::uint8_t>(opacity);
  }
}

/// Source samples as mids that may be added up.
inline void fixed_prepare_row(const Job& job, const std::uint8_t* from, std::int32_t pixels,
                              std::int16_t* to) {
  const int channels = job.channels();
  const auto count = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
  if (job.linear_light) return fixed_linear_row(job, from, count, to);
  if (job.straight_alpha()) {
    return LIMEN_KERNEL(fixed_premultiply)(from, static_cast<std::size_t>(pixels), channels, to);
  }
  LIMEN_KERNEL(fixed_widen)(from, count, to);
}

/// Undoes what fixed_prepare_row() did for jobs that need preparation.
inline void fixed_finish_row(const Job& job, const std::int16_t* from, std::int32_t pixels,
                             std::uint8_t* to) {
  const int channels = job.channels();
  const auto count = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
  if (job.linear_light) return fixed_encode_row(job, from, count, to);
  LIMEN_KERNEL(fixed_unpremultiply)(from, static_cast<std::size_t>(pixels), channels, to);
}

/// The pairs of rows that outputs y to y + count - 1 take, relative to *first, and their weights.
inline FixedVerticalRows vertical_rows(const FixedAxis& axis, std::int32_t y, int count,
                                       std::int32_t* first) {
  FixedVerticalRows rows;
  rows.outputs = count;
  *first = axis.first[y];
  for (int r = 0; r < count; ++r) {
    rows.begin[r] = (axis.first[y + r] - *first) / 2;
    rows.end[r] = rows.begin[r] + axis.pairs[y + r];
    rows.weights[r] = axis.weights_of(y + r);
    rows.bits[r] = axis.bits[y + r];
  }
  return rows;
}

inline FixedHorizontalRows horizontal_rows(const FixedAxis& axis, int channels) {
  FixedHorizontalRows rows;
  rows.channels = channels;
  rows.outputs = axis.outputs;
  rows.first = axis.first.data();
  rows.pairs = axis.pairs.data();
  rows.bits = axis.bits.data();
  rows.weights = axis.weights.data();
  rows.pair_stride = axis.pair_stride;
  return rows;
}

/// Four output rows at a time: filter down into mids, pair them up, filter along.
inline Result<void> run_vertical_first(const Job& job, const FixedPlan& plan, Band band) {
  const int channels = job.channels();
  const auto source_samples = static_cast<std::uint64_t>(job.source.size.width) * channels;
  const auto paired_samples = static_cast<std::uint64_t>(job.source.size.width) *
                              static_cast<std::uint64_t>(lanes_of(channels));
  const auto reach_rows = static_cast<std::uint64_t>(rows_within_reach(job.vertical)) + 2;
  const std::size_t row_size = row_bytes(job.target.size, job.target.format);
  LIMEN_ASSIGN(auto pointers, Array<const void*>::create(*job.workspace, reach_rows));
  LIMEN_ASSIGN(auto mids,
               Rows<std::int16_t>::create(*job.workspace, kRowsTogether, source_samples));
  LIMEN_ASSIGN(auto paired,
               Rows<std::int16_t>::create(*job.workspace, kRowsTogether, paired_samples));
  LIMEN_ASSIGN(auto results, Rows<std::uint8_t>::create(*job.workspace, kRowsTogether, row_size));
  for (std::int32_t y = band.begin; y < band.end; y += kRowsTogether) {
    if (job.execution->is_cancelled()) return cancelled();
    const int count = std::min<std::int32_t>(kRowsTogether, band.end - y);
    std::int32_t first = 0;
    FixedVerticalRows down = vertical_rows(plan.vertical, y, count, &first);
    for (std::int32_t k = 0; k < 2 * down.end[count - 1]; ++k) {
      pointers[k] = job.source.row(std::min(first + k, job.source.size.height - 1));
    }
    down.rows = pointers.data();
    down.samples = static_cast<std::size_t>(source_samples);
    FixedHorizontalRows along = horizontal_rows(plan.horizontal, channels);
    along.rows = count;
    for (int r = 0; r < count; ++r) {
      down.out[r] = mids[r];
      along.paired[r] = paired[r];
      along.out[r] = results[r];
    }
    if (plan.order == FixedOrder::vertical_only) {
      for (int r = 0; r < count; ++r) down.out[r] = job.target.row(y + r);
      LIMEN_KERNEL(fixed_vertical_u8_u8)(down);
      continue;
    }
    LIMEN_KERNEL(fixed_vertical_u8_mid)(down);
    for (int r = 0; r < count; ++r) {
      LIMEN_KERNEL(fixed_pack)
      (mids[r], static_cast<std::size_t>(job.source.size.width), channels, paired[r]);
    }
    LIMEN_KERNEL(fixed_horizontal_u8)(along);
    for (int r = 0; r < count; ++r) std::memcpy(job.target.row(y + r), results[r], row_size);
  }
  return {};
}

/// Each source row is filtered along once, into a ring of as many rows as four outputs reach; from
/// there four output rows at a time are filtered down.
inline Result<void> run_horizontal_first(const Job& job, const FixedPlan& plan, Band band) {
  const int channels = job.channels();
  const std::int32_t width = job.source.size.width;
  const auto source_samples = static_cast<std::uint64_t>(width) * channels;
  const auto paired_samples =
      static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(lanes_of(channels));
  const auto target_samples = static_cast<std::uint64_t>(job.target.size.width) * channels;
  const auto reach_rows = static_cast<std::uint64_t>(rows_within_reach(job.vertical)) + 2;
  const std::uint64_t ring_rows = reach_rows + kRowsTogether;
  LIMEN_ASSIGN(auto pointers, Array<const void*>::create(*job.workspace, reach_rows));
  LIMEN_ASSIGN(auto prepared, Rows<std::int16_t>::create(*job.workspace, 1, source_samples));
  LIMEN_ASSIGN(auto paired,
               Rows<std::int16_t>::create(*job.workspace, kRowsTogether, paired_samples));
  LIMEN_ASSIGN(auto ring, Rows<std::int16_t>::create(*job.workspace, ring_rows, target_samples));
  LIMEN_ASSIGN(auto sums,
               Rows<std::int16_t>::create(*job.workspace, kRowsTogether, target_samples));
  std::int32_t next = 0;  // the first source row that is not in the ring
  for (std::int32_t y = band.begin; y < band.end; y += kRowsTogether) {
    if (job.execution->is_cancelled()) return cancelled();
    const int count = std::min<std::int32_t>(kRowsTogether, band.end - y);
    std::int32_t first = 0;
    FixedVerticalRows down = vertical_rows(plan.vertical, y, count, &first);
    const std::int32_t rows = 2 * down.end[count - 1];
    const std::int32_t end = std::min(first + rows, job.source.size.height);
    for (next = std::max(next, first); next < end;) {
      FixedHorizontalRows along = horizontal_rows(plan.horizontal, channels);
      along.rows = std::min<std::int32_t>(kRowsTogether, end - next);
      for (int r = 0; r < along.rows; ++r, ++next) {
        fixed_prepare_row(job, job.source.row_as<std::uint8_t>(next), width, prepared[0]);
        LIMEN_KERNEL(fixed_pack)(prepared[0], static_cast<std::size_t>(width), channels, paired[r]);
        along.paired[r] = paired[r];
        along.out[r] = ring[static_cast<std::size_t>(next) % ring_rows];
      }
      LIMEN_KERNEL(fixed_horizontal_mid)(along);
    }
    for (std::int32_t k = 0; k < rows; ++k) {
      const std::int32_t row = std::min(first + k, job.source.size.height - 1);
      pointers[k] = ring[static_cast<std::size_t>(row) % ring_rows];
    }
    down.rows = pointers.data();
    down.samples = static_cast<std::size_t>(target_samples);
    if (!job.needs_preparation()) {
      for (int r = 0; r < count; ++r) down.out[r] = job.target.row(y + r);
      LIMEN_KERNEL(fixed_vertical_mid_u8)(down);
      continue;
    }
    for (int r = 0; r < count; ++r) down.out[r] = sums[r];
    LIMEN_KERNEL(fixed_vertical_mid_mid)(down);
    for (int r = 0; r < count; ++r) {
      fixed_finish_row(job, sums[r], job.target.size.width, job.target.row_as<std::uint8_t>(y + r));
    }
  }
  return {};
}

/// Multiply-adds of the two orders tell which is cheaper; rows that must be prepared go along
/// first, which prepares each of them once.
inline FixedOrder choose_order(const Job& job) {
  if (job.needs_preparation() || job.vertical.step <= 1) return FixedOrder::horizontal_first;
  if (job.horizontal.is_identity()) return FixedOrder::vertical_only;
  const double down = std::max(job.vertical.step, 1.0);
  const double along = std::max(job.horizontal.step, 1.0);
  const double vertical_first = static_cast<double>(job.target.size.height) *
                                (job.source.size.width * down + job.target.size.width * along);
  const double horizontal_first = static_cast<double>(job.target.size.width) *
                                  (job.source.size.height * along + job.target.size.height * down);
  return vertical_first <= horizontal_first ? FixedOrder::vertical_first
                                            : FixedOrder::horizontal_first;
}

/// The largest value between the passes, when the first one's sums of |weight| reach `gain`.
inline double largest_mid(double gain) { return std::min(32768.0, kMidZero * gain + 1); }

inline Result<void> resize_fixed(const Job& job) {
  FixedPlan plan;
  plan.order = choose_order(job);
  if (plan.order == FixedOrder::horizontal_first) {
    LIMEN_ASSIGN(plan.horizontal, make_fixed_axis(job.horizontal, kMidZero, *job.workspace));
    LIMEN_ASSIGN(plan.vertical,
                 make_fixed_axis(job.vertical, largest_mid(plan.horizontal.gain), *job.workspace));
    return run_bands(job, [&](Band band) { return run_horizontal_first(job, plan, band); });
  }
  LIMEN_ASSIGN(plan.vertical, make_fixed_axis(job.vertical, 255, *job.workspace));
  LIMEN_ASSIGN(plan.horizontal,
               make_fixed_axis(job.horizontal, largest_mid(plan.vertical.gain), *job.workspace));
  return run_bands(job, [&](Band band) { return run_vertical_first(job, plan, band); });
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
