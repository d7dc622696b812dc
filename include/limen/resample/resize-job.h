// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the ways of resizing share: the job, its bands of output rows, the memory for rows. Part of
// resize-entry.h.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <type_traits>

#include "limen/core/checked_size.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/resample/resize-rows.h"
#include "limen/resample/weights.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Samples that may be read or written behind the end of a row in our own memory.
inline constexpr std::uint64_t kRowSlack = 64;

/// What the bands share.
struct Job {
  ConstImageView source;
  ImageView target;
  bool linear_light = false;
  Axis horizontal;
  Axis vertical;
  const Execution* execution = nullptr;
  Workspace* workspace = nullptr;

  int channels() const { return source.format.channels(); }
  bool straight_alpha() const { return source.format.has_straight_alpha(); }
  /// Samples must be changed before they may be added up, and changed back.
  bool needs_preparation() const { return linear_light || straight_alpha(); }
  /// Whether channel `c` is alpha.
  bool is_alpha(int c) const { return source.format.has_alpha() && c == channels() - 1; }
};

/// Rows `begin` to `end` - 1 of the output.
struct Band {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// Samples of a row in our own memory, which kernels may read or write past the end of.
inline std::uint64_t with_slack(std::uint64_t samples) { return samples + kRowSlack; }

/// Rows of equal length in one piece of memory, an odd number of cache lines apart: so those of a
/// column do not compete for the same few lines of the first cache. Integers have whatever was
/// there. Floats are zeroed: what lies behind a row's end is read, and NaN times a weight of 0 is
/// not 0.
template <class T>
class Rows {
 public:
  static Result<Rows> create(Workspace& workspace, std::uint64_t count, std::uint64_t samples) {
    Rows rows;
    constexpr std::uint64_t kLine = 64 / sizeof(T);
    const auto even = checked_align_up(with_slack(samples), 2 * kLine);
    const auto stride = even ? checked_add(*even, kLine) : std::nullopt;
    const auto total = stride ? checked_multiply(*stride, count) : std::nullopt;
    if (!total) return limit_exceeded(Limit::working_memory, samples, workspace.limit());
    if constexpr (std::is_floating_point_v<T>) {
      LIMEN_ASSIGN(rows.samples_, Array<T>::create(workspace, *total));
    } else {
      LIMEN_ASSIGN(rows.samples_, Array<T>::create_unset(workspace, *total));
    }
    rows.stride_ = static_cast<std::size_t>(*stride);
    return rows;
  }
  T* operator[](std::size_t row) { return samples_.data() + row * stride_; }
  std::size_t stride() const { return stride_; }

 private:
  Array<T> samples_;
  std::size_t stride_ = 0;
};

/// How the output's rows are cut into bands.
enum class Cut : std::uint8_t {
  /// Strips, fewer at a time towards the end: where source rows go down first.
  strips,
  /// Few bands of equal height: where source rows are filtered along before they go down. Those
  /// that two bands share are filtered twice, and each band's last strip of them is not full.
  equal_parts
};

/// The output's rows, which threads take band by band: who is late or slow takes fewer.
class Bands {
 public:
  Bands(Cut cut, const Axis& vertical, std::size_t threads)
      : cut_(cut), height_(vertical.outputs), threads_(static_cast<std::int32_t>(threads)) {
    // Two for each thread that has four strips for each of them.
    equal_parts_ = strips(cut, vertical) / threads_ < 8 ? threads_ : 2 * threads_;
  }

  /// Of what is filtered first.
  static double strips(Cut cut, const Axis& vertical) {
    const double rows = cut == Cut::strips ? 1 : std::min(vertical.step, 1.0);
    return vertical.outputs * rows / kStripRows;
  }

  /// The next one, further down than all before it; false: there is none.
  bool take(Band& band) {
    band.begin = begun_.load();
    do {
      if (band.begin == height_) return false;
      band.end = end_of_band(band.begin);
    } while (!begun_.compare_exchange_weak(band.begin, band.end));
    return true;
  }

  /// No more are taken.
  void stop() { begun_ = height_; }

 private:
  std::int32_t end_of_band(std::int32_t begin) const {
    if (threads_ == 1) return height_;
    if (cut_ == Cut::strips) return std::min(height_, begin + rows_of_band(begin));
    // The first of the edges height * k / parts behind `begin`, which is one of them.
    const std::int64_t part = (begin + std::int64_t{1}) * equal_parts_ / height_;
    return static_cast<std::int32_t>(height_ * (part + 1) / equal_parts_);
  }

  // Bands come in rounds, in which each thread has one of equal height: of whole strips that leave
  // a fifth for the rounds after it, and in the last one of its share of what is left, unless that
  // is little. Few, for what a band's first outputs take of the band before is added up twice.
  std::int32_t rows_of_band(std::int32_t begin) const {
    std::int32_t round = 0;
    for (;;) {
      const std::int32_t rest = height_ - round;
      const std::int32_t strips = rest / kStripRows;
      std::int32_t rows = std::max((rest + threads_ - 1) / threads_, kStripRows / 2);
      if (strips >= 2 * threads_) {
        rows = (8 * strips + 5 * threads_) / (10 * threads_) * kStripRows;
      } else if (rows > kStripRows && rows % kStripRows < kStripRows / 2) {
        rows -= rows % kStripRows;
      }
      round += rows * threads_;
      if (begin < round) return rows;
    }
  }

  const Cut cut_;
  const std::int32_t height_;
  const std::int32_t threads_;
  std::int64_t equal_parts_;
  std::atomic<std::int32_t> begun_{0};
};

/// Threads of a call.
inline constexpr std::size_t kMostThreads = 64;

/// Samples that a thread should have at the least: some 25 us of work, twice of what waking it
/// costs.
inline constexpr double kFixedShare = 1 << 18;
inline constexpr double kWideShare = 1 << 14;

/// Threads that the work is worth, `least` samples read or written for each, as far as `execution`
/// allows. An executor knows itself what is worth its while.
inline std::size_t threads_for(const Job& job, Cut cut, double least) {
  const double target = static_cast<double>(job.target.size.width) * job.target.size.height;
  const double source = target * job.horizontal.step * job.vertical.step;
  const double worth = (source + target) * job.channels() / least;
  const double strips = Bands::strips(cut, job.vertical);
  const double most = job.execution->executor != nullptr ? strips : std::min(strips, worth);
  return static_cast<std::size_t>(
      std::max(1.0, std::min({most, static_cast<double>(kMostThreads),
                              static_cast<double>(job.execution->threads)})));
}

/// Runs `body(bands)`, which takes bands until there is none, on threads_for() threads.
template <class Body>
Result<void> run_bands(const Job& job, Cut cut, double least, const Body& body) {
  const std::size_t threads = threads_for(job, cut, least);
  Bands bands(cut, job.vertical, threads);
  if (threads == 1) return body(bands);
  std::array<Result<void>, kMostThreads> results;
  const auto work = [&](std::size_t thread) {
    results[thread] = contain_exceptions([&] { return body(bands); });
    if (!results[thread].has_value()) bands.stop();
  };
  if (job.execution->executor != nullptr) {
    job.execution->executor->run(threads, work);
  } else {
    job.workspace->threads().run(threads, threads, work);
  }
  for (auto& result : results) {
    if (!result.has_value()) return std::move(result).error();
  }
  return {};
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
