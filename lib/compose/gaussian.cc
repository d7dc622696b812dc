// SPDX-License-Identifier: Apache-2.0
#include "lib/compose/gaussian.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "lib/compose/arguments.h"
#include "lib/compose/rows.h"

namespace limen::inline LIMEN_ABI {
namespace compose {

namespace {

// Rows of floats in one block of memory; each may be read and written kRowSlack floats too far.
class FloatRows {
 public:
  static Result<FloatRows> create(std::uint64_t rows, std::uint64_t length, Workspace& workspace) {
    FloatRows made;
    const auto stride = checked_align_up(length + kRowSlack, kRowSlack);
    const auto floats = stride ? checked_multiply(rows, *stride) : std::nullopt;
    const auto bytes = floats ? checked_multiply(*floats, sizeof(float)) : std::nullopt;
    if (!bytes) return limit_exceeded(Limit::working_memory, length, workspace.limit());
    LIMEN_ASSIGN(made.buffer_, workspace.allocate(*bytes));
    made.stride_ = static_cast<std::size_t>(*stride);
    return made;
  }

  float* row(std::int64_t index) {
    return reinterpret_cast<float*>(buffer_.data()) + static_cast<std::size_t>(index) * stride_;
  }

 private:
  Buffer buffer_;
  std::size_t stride_ = 0;
};

// exp(-x^2 / (2 sigma^2)) at x = -radius - offset … radius - offset, divided by the sum.
std::vector<float> gaussian_weights(double sigma, int radius, double offset = 0) {
  std::vector<double> exact;
  exact.reserve(2 * static_cast<std::size_t>(radius) + 1);
  double sum = 0;
  for (int k = -radius; k <= radius; ++k) {
    const double x = (k - offset) / sigma;
    exact.push_back(std::exp(-0.5 * x * x));
    sum += exact.back();
  }
  std::vector<float> weights;
  weights.reserve(exact.size());
  for (const double weight : exact) weights.push_back(static_cast<float>(weight / sum));
  return weights;
}

int radius_of(double sigma, double reach) {
  return std::max(1, static_cast<int>(std::ceil(reach * sigma)));
}

std::size_t samples_of(std::int32_t pixels, int channels) {
  return static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
}

// Filters along a row that lies between `radius` pixels of room on either side, which it fills with
// the edge pixels.
class AlongRow {
 public:
  AlongRow(const std::vector<float>& weights, std::int32_t pixels, int channels)
      : weights_(weights), pixels_(pixels), channels_(static_cast<std::size_t>(channels)) {
    taps_.resize(weights.size());
  }
  std::size_t room() const { return weights_.size() / 2 * channels_; }
  std::uint64_t padded_length() const {
    return 2 * std::uint64_t{room()} + static_cast<std::uint64_t>(pixels_) * channels_;
  }

  void filter(float* padded, float* out) {
    const std::size_t count = samples_of(pixels_, static_cast<int>(channels_));
    float* first = padded + room();
    float* last = first + count - channels_;
    for (std::size_t i = 0; i < room(); ++i) {
      padded[i] = first[i % channels_];
      last[channels_ + i] = last[i % channels_];
    }
    for (std::size_t t = 0; t < taps_.size(); ++t) taps_[t] = padded + t * channels_;
    weighted_sum(taps_.data(), weights_.data(), taps_.size(), count, out);
  }

 private:
  const std::vector<float>& weights_;
  std::int32_t pixels_;
  std::size_t channels_;
  std::vector<const float*> taps_;
};

// As it is written: along the rows as they come, down the columns over a ring of the rows around.
Result<void> filter_directly(const GaussianRows& rows, double sigma, double reach,
                             Workspace& workspace, const Execution& execution) {
  const int radius = radius_of(sigma, reach);
  const std::vector<float> weights = gaussian_weights(sigma, radius);
  const std::size_t count = samples_of(rows.size.width, rows.channels);
  const std::int32_t height = rows.size.height;
  const std::int32_t ring_rows = std::min(height, 2 * radius + 1);
  AlongRow along(weights, rows.size.width, rows.channels);
  LIMEN_ASSIGN(FloatRows padded, FloatRows::create(1, along.padded_length(), workspace));
  LIMEN_ASSIGN(FloatRows ring,
               FloatRows::create(static_cast<std::uint64_t>(ring_rows), count, workspace));
  LIMEN_ASSIGN(FloatRows out, FloatRows::create(1, count, workspace));

  std::vector<const float*> taps(weights.size());
  std::int32_t loaded = 0;
  for (std::int32_t y = 0; y < height; ++y) {
    if (should_stop(execution, y)) return cancelled();
    for (; loaded < height && loaded - y <= radius; ++loaded) {
      rows.load(loaded, padded.row(0) + along.room());
      along.filter(padded.row(0), ring.row(loaded % ring_rows));
    }
    for (int k = -radius; k <= radius; ++k) {
      const std::int64_t from = std::clamp<std::int64_t>(std::int64_t{y} + k, 0, height - 1);
      taps[static_cast<std::size_t>(k + radius)] = ring.row(from % ring_rows);
    }
    weighted_sum(taps.data(), weights.data(), taps.size(), count, out.row(0));
    rows.store(y, out.row(0));
  }
  return {};
}

// One side of the coarse grid: point j lies at pixel (j - margin) * step. The margin is wide enough
// for its outermost points to see nothing but the picture's edge, so that they may be repeated.
class CoarseSide {
 public:
  CoarseSide(std::int32_t pixels, int step, double reach)
      : pixels_(pixels), step_(step), radius_(radius_of(kNarrow * step, reach)) {
    const double narrow = kNarrow * step;
    margin_ = static_cast<int>(std::ceil(reach * kNarrow)) + 1;
    points_ = (pixels - 1) / step + 1 + 2 * margin_;
    to_grid_ = gaussian_weights(narrow, radius_);
    double sum = 0;
    for (const float weight : to_grid_) sums_.push_back(sum += weight);
    for (int phase = 0; phase < step; ++phase) {
      from_grid_.push_back(gaussian_weights(kNarrow, margin_, static_cast<double>(phase) / step));
    }
  }

  // Standard deviation of the narrow Gaussians, in steps of the grid.
  static constexpr double kNarrow = 0.8;

  std::int32_t points() const { return points_; }
  int radius() const { return radius_; }
  std::int64_t pixel(std::int32_t point) const { return std::int64_t{point - margin_} * step_; }
  std::int32_t first_point_of(std::int32_t pixel) const { return pixel / step_; }
  std::size_t taps_from_grid() const { return 2 * static_cast<std::size_t>(margin_) + 1; }
  const float* from_grid(std::int32_t pixel) const {
    return from_grid_[static_cast<std::size_t>(pixel % step_)].data();
  }

  // What pixel `at` is worth to a point; the edge pixels stand for all beyond them too.
  float to_grid(std::int32_t point, std::int32_t at) const {
    const std::int64_t distance = at - pixel(point);
    if (pixels_ == 1) return 1;
    if (at == 0) return static_cast<float>(sum_to(distance));
    if (at == pixels_ - 1) return static_cast<float>(sums_.back() - sum_to(distance - 1));
    if (distance < -radius_ || distance > radius_) return 0;
    return to_grid_[static_cast<std::size_t>(distance + radius_)];
  }

  void row_to_grid(const float* row, int channels, float* out) const {
    with_channels(channels,
                  [&](auto constant) { row_to_grid_by<decltype(constant)::value>(row, out); });
  }

  void row_from_grid(const float* grid, int channels, float* out) const {
    with_channels(channels,
                  [&](auto constant) { row_from_grid_by<decltype(constant)::value>(grid, out); });
  }

 private:
  template <int Channels>
  void row_to_grid_by(const float* row, float* out) const {
    for (std::int32_t j = 0; j < points_; ++j) {
      const std::int64_t center = pixel(j);
      float sum[Channels] = {};
      const auto add = [&](const float* pixel, float weight) {
        for (int c = 0; c < Channels; ++c) sum[c] += pixel[c] * weight;
      };
      add(row, to_grid(j, 0));
      const std::int64_t first = std::max<std::int64_t>(1, center - radius_);
      const std::int64_t last = std::min<std::int64_t>(pixels_ - 2, center + radius_);
      for (std::int64_t at = first; at <= last; ++at) {
        add(row + at * Channels, to_grid_[static_cast<std::size_t>(at - center + radius_)]);
      }
      if (pixels_ > 1) {
        add(row + (std::int64_t{pixels_} - 1) * Channels, to_grid(j, pixels_ - 1));
      }
      std::copy_n(sum, Channels, out + samples_of(j, Channels));
    }
  }

  template <int Channels>
  void row_from_grid_by(const float* grid, float* out) const {
    const std::size_t taps = taps_from_grid();
    for (std::int32_t x = 0; x < pixels_; ++x) {
      const float* weights = from_grid(x);
      const float* point = grid + samples_of(first_point_of(x), Channels);
      float sum[Channels] = {};
      for (std::size_t t = 0; t < taps; ++t, point += Channels) {
        for (int c = 0; c < Channels; ++c) sum[c] += point[c] * weights[t];
      }
      std::copy_n(sum, Channels, out + samples_of(x, Channels));
    }
  }

  double sum_to(std::int64_t distance) const {
    if (distance < -radius_) return 0;
    return sums_[static_cast<std::size_t>(std::min<std::int64_t>(distance, radius_) + radius_)];
  }

  std::int32_t pixels_;
  int step_;
  int radius_;
  int margin_ = 0;
  std::int32_t points_ = 0;
  std::vector<float> to_grid_;
  std::vector<double> sums_;
  std::vector<std::vector<float>> from_grid_;
};

// Adds each row of the picture, once on the grid along x, to the grid rows that see it.
Result<void> load_grid(const GaussianRows& rows, const CoarseSide& x, const CoarseSide& y,
                       FloatRows& grid, Workspace& workspace, const Execution& execution) {
  const std::size_t grid_count = samples_of(x.points(), rows.channels);
  LIMEN_ASSIGN(FloatRows full,
               FloatRows::create(1, samples_of(rows.size.width, rows.channels), workspace));
  LIMEN_ASSIGN(FloatRows coarse, FloatRows::create(1, grid_count, workspace));
  for (std::int32_t j = 0; j < y.points(); ++j) std::fill_n(grid.row(j), grid_count, 0.0f);
  std::int32_t first = 0;
  for (std::int32_t at = 0; at < rows.size.height; ++at) {
    if (should_stop(execution, at)) return cancelled();
    rows.load(at, full.row(0));
    x.row_to_grid(full.row(0), rows.channels, coarse.row(0));
    const bool is_last = at == rows.size.height - 1;
    while (first < y.points() && !is_last && y.pixel(first) + y.radius() < at) ++first;
    for (std::int32_t j = at == 0 ? 0 : first; j < y.points(); ++j) {
      if (!is_last && y.pixel(j) - y.radius() > at) break;
      const float* taps[2] = {grid.row(j), coarse.row(0)};
      const float weights[2] = {1, y.to_grid(j, at)};
      weighted_sum(taps, weights, 2, grid_count, grid.row(j));
    }
  }
  return {};
}

Result<void> filter_on_grid(const GaussianRows& rows, double sigma, double reach,
                            Workspace& workspace, const Execution& execution) {
  // Four steps of the grid a sigma leave the Gaussian on it smooth.
  const int step = static_cast<int>(sigma / 4);
  const double narrow = CoarseSide::kNarrow * step;
  const double wide = std::sqrt(sigma * sigma - 2 * narrow * narrow) / step;
  const CoarseSide x(rows.size.width, step, reach);
  const CoarseSide y(rows.size.height, step, reach);
  const int radius = radius_of(wide, reach);
  const std::vector<float> weights = gaussian_weights(wide, radius);

  const std::size_t grid_count = samples_of(x.points(), rows.channels);
  const std::size_t count = samples_of(rows.size.width, rows.channels);
  const auto ring_rows = static_cast<std::int32_t>(y.taps_from_grid());
  AlongRow along(weights, x.points(), rows.channels);
  LIMEN_ASSIGN(FloatRows grid,
               FloatRows::create(static_cast<std::uint64_t>(y.points()), grid_count, workspace));
  LIMEN_ASSIGN(FloatRows padded, FloatRows::create(1, along.padded_length(), workspace));
  LIMEN_ASSIGN(FloatRows ring, FloatRows::create(y.taps_from_grid(), grid_count, workspace));
  LIMEN_ASSIGN(FloatRows coarse, FloatRows::create(1, grid_count, workspace));
  LIMEN_ASSIGN(FloatRows out, FloatRows::create(1, count, workspace));
  LIMEN_TRY(load_grid(rows, x, y, grid, workspace, execution));

  for (std::int32_t j = 0; j < y.points(); ++j) {
    if (should_stop(execution, j)) return cancelled();
    std::memcpy(padded.row(0) + along.room(), grid.row(j), grid_count * sizeof(float));
    along.filter(padded.row(0), grid.row(j));
  }
  std::vector<const float*> taps(std::max(weights.size(), y.taps_from_grid()));
  std::int32_t filtered = 0;
  for (std::int32_t at = 0; at < rows.size.height; ++at) {
    if (should_stop(execution, at)) return cancelled();
    const std::int32_t first = y.first_point_of(at);
    for (; filtered < first + ring_rows; ++filtered) {
      for (int k = -radius; k <= radius; ++k) {
        taps[static_cast<std::size_t>(k + radius)] =
            grid.row(std::clamp(filtered + k, 0, y.points() - 1));
      }
      weighted_sum(taps.data(), weights.data(), weights.size(), grid_count,
                   ring.row(filtered % ring_rows));
    }
    for (std::int32_t t = 0; t < ring_rows; ++t) {
      taps[static_cast<std::size_t>(t)] = ring.row((first + t) % ring_rows);
    }
    weighted_sum(taps.data(), y.from_grid(at), y.taps_from_grid(), grid_count, coarse.row(0));
    x.row_from_grid(coarse.row(0), rows.channels, out.row(0));
    rows.store(at, out.row(0));
  }
  return {};
}

}  // namespace

Result<void> gaussian(const GaussianRows& rows, double sigma, double reach, Workspace& workspace,
                      const Execution& execution) {
  return sigma < kDecimateFrom ? filter_directly(rows, sigma, reach, workspace, execution)
                               : filter_on_grid(rows, sigma, reach, workspace, execution);
}

}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
