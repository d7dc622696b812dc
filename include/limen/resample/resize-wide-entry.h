// SPDX-License-Identifier: Apache-2.0
#pragma once

// resize() of u16 and f32, and of u8 where 16-bit weights would be too coarse, in f64 sums. Part of
// resize-entry.h, which includes it.

namespace limen::inline LIMEN_ABI {

namespace resample {

/// Integer samples travel as whole numbers of which this is white: 7 bits finer than u16.
inline constexpr double kWideWhite = 65535.0 * 128;

struct WidePlan {
  WideAxis horizontal;
  WideAxis vertical;
  int lanes = 1;
  bool integers = true;  ///< samples between the passes are whole numbers, so that sums are exact
};

template <class Sample>
double wide_sample(const Job& job, Sample sample, bool is_color) {
  if (is_color && job.linear_light) {
    if constexpr (sizeof(Sample) == 1) {
      return srgb_tables_8().linear[sample] * 128.0;
    } else if constexpr (sizeof(Sample) == 2) {
      return std::floor(static_cast<double>(srgb_tables_16().linear[sample]) * kWideWhite + 0.5);
    } else {
      return linear_from_srgb(sample);
    }
  }
  if constexpr (sizeof(Sample) == 1) return sample * (257.0 * 128);
  if constexpr (sizeof(Sample) == 2) return sample * 128.0;
  return static_cast<double>(sample);
}

template <class Sample>
void wide_prepare_row(const Job& job, const Sample* from, std::int32_t pixels, int lanes,
                      float* to) {
  const int channels = job.channels();
  const int colors = job.source.format.has_alpha() ? channels - 1 : channels;
  constexpr bool kIntegers = sizeof(Sample) < 4;
  constexpr double kLargest = kIntegers ? (sizeof(Sample) == 1 ? 255 : 65535) : 1;
  for (std::int32_t x = 0; x < pixels; ++x, from += channels, to += lanes) {
    for (int c = 0; c < colors; ++c) {
      double value = wide_sample(job, from[c], true);
      if (job.straight_alpha()) {
        value *= static_cast<double>(from[colors]);
        if (kIntegers) value = std::floor(value / kLargest + 0.5);
      }
      to[c] = static_cast<float>(value);
    }
    if (colors < channels) to[colors] = static_cast<float>(wide_sample(job, from[colors], false));
  }
}

/// A sum to 7 bits of fraction, so that products with it are exact below.
inline double wide_round(double sum) { return std::floor(sum * 128 + 0.5) / 128; }

/// value / divisor as a sample: `divisor` is white, or alpha where the value is multiplied by it.
/// Both are from wide_round() for integers. The products are exact and each quotient is rounded
/// once, so the results are the same everywhere, whether or not a compiler fuses multiply and add.
template <class Sample>
Sample wide_encode(const Job& job, double value, double divisor, bool is_color) {
  const bool encode = is_color && job.linear_light;
  if constexpr (sizeof(Sample) == 4) {
    value /= divisor;
    return static_cast<float>(encode ? srgb_from_linear(value) : value);
  } else {
    value = std::clamp(value, 0.0, divisor);
    if (encode && sizeof(Sample) == 2) {
      return static_cast<Sample>(srgb_tables_16().encode(static_cast<float>(value / divisor)));
    }
    if (encode) {
      const auto light = static_cast<std::size_t>(value * 65535 / divisor + 0.5);
      return static_cast<Sample>(srgb_tables_8().srgb[light]);
    }
    constexpr double kLargest = sizeof(Sample) == 1 ? 255 : 65535;
    return static_cast<Sample>(value * kLargest / divisor + 0.5);
  }
}

/// The inverse of wide_prepare_row(), rounded and clamped for integers. Where alpha comes out 0, so
/// do the colours.
template <class Sample>
void wide_finish_row(const Job& job, const double* from, std::int32_t pixels, int lanes,
                     Sample* to) {
  constexpr bool kIntegers = sizeof(Sample) < 4;
  constexpr double kWhite = kIntegers ? kWideWhite : 1.0;
  const int channels = job.channels();
  const int colors = job.source.format.has_alpha() ? channels - 1 : channels;
  const auto rounded = [](double sum) { return kIntegers ? wide_round(sum) : sum; };
  for (std::int32_t x = 0; x < pixels; ++x, from += lanes, to += channels) {
    double divisor = kWhite;
    if (colors < channels) {
      const double alpha = rounded(from[colors]);
      to[colors] = wide_encode<Sample>(job, alpha, kWhite, false);
      if (job.straight_alpha()) {
        if (!(to[colors] > Sample{0})) {
          for (int c = 0; c < colors; ++c) to[c] = Sample{0};
          continue;
        }
        // Not clamped: where alpha overshoots, so does the colour that it multiplies.
        divisor = alpha;
      }
    }
    for (int c = 0; c < colors; ++c) {
      to[c] = wide_encode<Sample>(job, rounded(from[c]), divisor, true);
    }
  }
}

/// Filtered along into `out`.
template <class Sample>
void wide_filter_row(const Job& job, const WidePlan& plan, std::int32_t row, float* prepared,
                     float* out) {
  wide_prepare_row(job, job.source.row_as<Sample>(row), job.source.size.width, plan.lanes,
                   prepared);
  LIMEN_KERNEL(wide_horizontal)
  (prepared, plan.lanes, plan.horizontal.outputs, plan.horizontal.first.data(),
   plan.horizontal.count.data(), plan.horizontal.weights.data(), plan.horizontal.stride,
   plan.integers, out);
}

/// Enlarging down the picture: a ring of the few rows that an output reaches.
template <class Sample>
Result<void> run_wide_gather(const Job& job, const WidePlan& plan, Band band) {
  const auto lanes = static_cast<std::uint64_t>(plan.lanes);
  const std::uint64_t samples = static_cast<std::uint64_t>(job.target.size.width) * lanes;
  const auto ring_rows = static_cast<std::uint64_t>(longest_reach(job.vertical)) + 1;
  LIMEN_ASSIGN(auto prepared,
               Rows<float>::create(*job.workspace, 1,
                                   static_cast<std::uint64_t>(job.source.size.width) * lanes));
  LIMEN_ASSIGN(auto ring, Rows<float>::create(*job.workspace, ring_rows, samples));
  LIMEN_ASSIGN(auto sums, Rows<double>::create(*job.workspace, 1, samples));
  std::int32_t next = 0;
  for (std::int32_t y = band.begin; y < band.end; ++y) {
    if (job.execution->is_cancelled()) return cancelled();
    const std::int32_t first = plan.vertical.first[y];
    for (next = std::max(next, first); next < plan.vertical.end(y); ++next) {
      wide_filter_row<Sample>(job, plan, next, prepared[0],
                              ring[static_cast<std::size_t>(next) % ring_rows]);
    }
    std::memset(sums[0], 0, static_cast<std::size_t>(samples) * sizeof(double));
    for (std::int32_t k = 0; k < plan.vertical.count[y]; ++k) {
      LIMEN_KERNEL(wide_accumulate)
      (ring[static_cast<std::size_t>(first + k) % ring_rows], plan.vertical.weights_of(y)[k],
       static_cast<std::size_t>(samples), sums[0]);
    }
    wide_finish_row(job, sums[0], job.target.size.width, plan.lanes, job.target.row_as<Sample>(y));
  }
  return {};
}

/// Reducing down the picture: each row is added to the few outputs that it reaches, so memory does
/// not grow with the reduction.
template <class Sample>
Result<void> run_wide_scatter(const Job& job, const WidePlan& plan, Band band) {
  const auto lanes = static_cast<std::uint64_t>(plan.lanes);
  const std::uint64_t samples = static_cast<std::uint64_t>(job.target.size.width) * lanes;
  const WideAxis& axis = plan.vertical;
  // The most outputs that are under way at once.
  std::int32_t most = 1;
  for (std::int32_t done = band.begin, begun = band.begin; begun < band.end; ++begun) {
    while (axis.end(done) <= axis.first[begun]) ++done;
    most = std::max(most, begun - done + 1);
  }
  const auto slots = static_cast<std::size_t>(most);
  LIMEN_ASSIGN(auto prepared,
               Rows<float>::create(*job.workspace, 1,
                                   static_cast<std::uint64_t>(job.source.size.width) * lanes));
  LIMEN_ASSIGN(auto filtered, Rows<float>::create(*job.workspace, 1, samples));
  LIMEN_ASSIGN(auto sums, Rows<double>::create(*job.workspace, slots, samples));
  std::int32_t done = band.begin;   // outputs before it are written
  std::int32_t begun = band.begin;  // outputs before it have a row of sums
  for (std::int32_t row = axis.first[band.begin]; done < band.end; ++row) {
    if (job.execution->is_cancelled()) return cancelled();
    wide_filter_row<Sample>(job, plan, row, prepared[0], filtered[0]);
    for (; begun < band.end && axis.first[begun] <= row; ++begun) {
      std::memset(sums[static_cast<std::size_t>(begun) % slots], 0,
                  static_cast<std::size_t>(samples) * sizeof(double));
    }
    for (std::int32_t y = done; y < begun; ++y) {
      if (row >= axis.end(y)) continue;
      LIMEN_KERNEL(wide_accumulate)
      (filtered[0], axis.weights_of(y)[row - axis.first[y]], static_cast<std::size_t>(samples),
       sums[static_cast<std::size_t>(y) % slots]);
    }
    for (; done < begun && axis.end(done) <= row + 1; ++done) {
      wide_finish_row(job, sums[static_cast<std::size_t>(done) % slots], job.target.size.width,
                      plan.lanes, job.target.row_as<Sample>(done));
    }
  }
  return {};
}

template <class Sample>
Result<void> run_wide(const Job& job, const WidePlan& plan) {
  return run_bands(job, Cut::equal_parts, kWideShare, [&](Bands& bands) -> Result<void> {
    for (Band band; bands.take(band);) {
      LIMEN_TRY(job.vertical.step > 1 ? run_wide_scatter<Sample>(job, plan, band)
                                      : run_wide_gather<Sample>(job, plan, band));
    }
    return {};
  });
}

inline Result<void> resize_wide(const Job& job) {
  WidePlan plan;
  plan.lanes = lanes_of(job.channels());
  plan.integers = job.source.format.sample != SampleType::f32;
  LIMEN_ASSIGN(plan.horizontal, make_wide_axis(job.horizontal, *job.workspace));
  LIMEN_ASSIGN(plan.vertical, make_wide_axis(job.vertical, *job.workspace));
  switch (job.source.format.sample) {
    case SampleType::u8:
      return run_wide<std::uint8_t>(job, plan);
    case SampleType::u16:
      return run_wide<std::uint16_t>(job, plan);
    case SampleType::f32:
      return run_wide<float>(job, plan);
  }
  return invalid_argument("resize: no such sample type");
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
