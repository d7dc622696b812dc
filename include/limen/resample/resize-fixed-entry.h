// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize() of u8 in 16-bit fixed point. Part of resize-entry.h, which includes it.

#include "limen/resample/resize-fixed-bytes-entry.h"
#include "limen/resample/resize-fixed-down-entry.h"
#include "limen/resample/resize-fixed-up-entry.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Bytes of rows that a horizontal-first pass keeps, at the most.
inline constexpr std::uint64_t kFixedRingBytes = 32'000'000;

inline bool fixed_is_possible(const Job& job) {
  if (longest_reach(job.horizontal) > kFixedLongestReach ||
      longest_reach(job.vertical) > kFixedLongestReach) {
    return false;
  }
  const auto pair = with_slack(static_cast<std::uint64_t>(job.target.size.width) * 4) * 4;
  const auto ring = checked_multiply(pair, static_cast<std::uint64_t>(ring_pairs(job.vertical)));
  return ring && *ring <= kFixedRingBytes;
}

/// What is reduced by no more than this in any direction is filtered along first.
inline constexpr double kAlongFirst = 5.0 / 3;

/// Multiply-adds of the two orders tell which is cheaper. Where they are alike, vertical first: it
/// reads bytes, not mids.
inline FixedOrder choose_order(const Job& job) {
  if (job.vertical.step <= 1) return FixedOrder::horizontal_first;
  if (job.horizontal.is_identity() && !job.needs_preparation()) return FixedOrder::vertical_only;
  if (job.horizontal.step >= 1 && job.horizontal.step <= kAlongFirst &&
      job.vertical.step <= kAlongFirst) {
    return FixedOrder::horizontal_first;
  }
  const double down = std::max(job.vertical.step, 1.0);
  const double along = std::max(job.horizontal.step, 1.0);
  const double vertical_first = static_cast<double>(job.target.size.height) *
                                (job.source.size.width * down + job.target.size.width * along);
  const double horizontal_first = static_cast<double>(job.target.size.width) *
                                  (job.source.size.height * along + job.target.size.height * down);
  return vertical_first <= 1.25 * horizontal_first ? FixedOrder::vertical_first
                                                   : FixedOrder::horizontal_first;
}

/// The largest value between the passes, when the first one's sums of |weight| reach `gain`. Light
/// that becomes bytes is moved by as much as kMidZero.
inline double largest_mid(const Job& job, double gain) {
  return std::min(32768.0, kMidZero * gain + 1) + (job.linear_light ? kMidZero : 0);
}

inline Result<void> run_fixed(const Job& job, const FixedPlan& plan, Bands& bands) {
  switch (plan.order) {
    case FixedOrder::vertical_first:
      return run_vertical_first(job, plan, bands);
    case FixedOrder::vertical_only:
      return run_vertical_only(job, plan, bands);
    case FixedOrder::horizontal_first:
      break;
  }
  if (plan.bytes.run != nullptr) return run_bytes_first(job, plan, bands);
  return run_horizontal_first(job, plan, bands);
}

inline Result<FixedPlan> plan_fixed(const Job& job) {
  FixedPlan plan;
  plan.order = choose_order(job);
  if (plan.order == FixedOrder::horizontal_first) {
    LIMEN_ASSIGN(plan.horizontal, make_fixed_axis(job.horizontal, kMidZero, *job.workspace));
    LIMEN_ASSIGN(
        plan.vertical,
        make_fixed_axis(job.vertical, largest_mid(job, plan.horizontal.gain), *job.workspace));
    LIMEN_ASSIGN(plan.bytes, make_bytes_tables(job, plan));
    return plan;
  }
  const double largest = job.needs_preparation() ? kMidZero : 255;
  LIMEN_ASSIGN(plan.vertical, make_fixed_axis(job.vertical, largest, *job.workspace));
  if (plan.order == FixedOrder::vertical_first) {
    LIMEN_ASSIGN(
        plan.horizontal,
        make_fixed_axis(job.horizontal, largest_mid(job, plan.vertical.gain), *job.workspace));
    const AlongOut kind = along_out_of(job, true);
    if (const LanesKernel kernel = LIMEN_FIXED_KERNEL(fixed_lanes)(kind, job.channels())) {
      LIMEN_ASSIGN(plan.lanes, LanesMaker(job.horizontal, plan.horizontal, kind, job.channels())
                                   .make(kernel, *job.workspace));
    }
  }
  return plan;
}

inline Result<void> resize_fixed(const Job& job) {
  LIMEN_ASSIGN(const FixedPlan plan, plan_fixed(job));
  const Cut cut = plan.order == FixedOrder::horizontal_first ? Cut::equal_parts : Cut::strips;
  return run_bands(job, cut, kFixedShare,
                   [&](Bands& bands) { return run_fixed(job, plan, bands); });
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
