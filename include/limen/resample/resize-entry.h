// SPDX-License-Identifier: Apache-2.0
#pragma once

// The body of resize(): checks, chooses an order of passes, and runs them over bands of output
// rows. Compiled once into liblimen, or inline header-only.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "limen/color/transfer.h"
#include "limen/core/checked_size.h"
#include "limen/core/image.h"
#include "limen/resample/resize-job.h"
#include "limen/resample/weights.h"

#if defined(LIMEN_HEADER_ONLY)
#undef LIMEN_KERNEL
#define LIMEN_KERNEL(kernel) HWY_STATIC_DISPATCH(kernel)
#define LIMEN_FIXED_KERNEL(kernel) LIMEN_KERNEL(kernel)
#endif

// The two ways of computing, each with its own kernels.
#include "limen/resample/resize-fixed-entry.h"
#include "limen/resample/resize-wide-entry.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

inline Result<void> check_views(const ConstImageView& source, const ImageView& target) {
  if (is_empty(source.size) || is_empty(target.size)) {
    return invalid_argument("resize: a side of the source or of the target is not positive");
  }
  if (!(source.format == target.format)) {
    return invalid_argument("resize: source and target have different pixel formats");
  }
  if (source.data == nullptr || target.data == nullptr) {
    return invalid_argument("resize: a view has no pixels");
  }
  return {};
}

// Whether the centres of `outputs` samples of a window lie inside a source of `side` samples.
inline bool has_centers_inside(double begin, double length, double outputs, double side) {
  constexpr double kRounding = 1e-6;
  const double half = length / outputs / 2;
  return length > 0 && begin + half >= -kRounding && begin + length - half <= side + kRounding;
}

inline Result<void> check_window(const RectF& window, Size source, Size target, bool may_overhang) {
  // Written so that a NaN fails.
  const bool inside = window.x >= 0 && window.y >= 0 && window.width > 0 && window.height > 0 &&
                      window.x + window.width <= source.width &&
                      window.y + window.height <= source.height && window.x < source.width &&
                      window.y < source.height;
  if (inside) return {};
  if (may_overhang && has_centers_inside(window.x, window.width, target.width, source.width) &&
      has_centers_inside(window.y, window.height, target.height, source.height)) {
    return {};
  }
  return invalid_argument("resize: the window " + std::to_string(window.width) + "x" +
                          std::to_string(window.height) + " at " + std::to_string(window.x) + "," +
                          std::to_string(window.y) + " is not inside the source of " +
                          std::to_string(source.width) + "x" + std::to_string(source.height));
}

inline std::int32_t nearest_sample(const Axis& axis, bool windowed, std::int32_t i) {
  if (!windowed) {
    // floor((i + 1/2) * source / outputs), exactly.
    return static_cast<std::int32_t>((2 * static_cast<std::uint64_t>(i) + 1) *
                                     static_cast<std::uint64_t>(axis.source) /
                                     (2 * static_cast<std::uint64_t>(axis.outputs)));
  }
  const double center = std::floor(axis.begin + (i + 0.5) * axis.step);
  return static_cast<std::int32_t>(std::clamp(center, 0.0, axis.source - 1.0));
}

inline Result<void> resize_nearest(const Job& job, bool windowed) {
  LIMEN_ASSIGN(auto columns,
               Array<std::int32_t>::create(*job.workspace,
                                           static_cast<std::uint64_t>(job.target.size.width)));
  for (std::int32_t x = 0; x < job.target.size.width; ++x) {
    columns[x] = nearest_sample(job.horizontal, windowed, x);
  }
  const auto run = [&](Band band) -> Result<void> {
    const std::size_t pixel = job.source.format.bytes_per_pixel();
    for (std::int32_t y = band.begin; y < band.end; ++y) {
      if (y % 16 == 0 && job.execution->is_cancelled()) return cancelled();
      const std::byte* from = job.source.row(nearest_sample(job.vertical, windowed, y));
      std::byte* to = job.target.row(y);
      const auto copy = [&](auto size) {
        for (std::int32_t x = 0; x < job.target.size.width; ++x) {
          std::memcpy(to, from + static_cast<std::size_t>(columns[x]) * size, size);
          to += size;
        }
      };
      switch (pixel) {
        case 1:
          copy(std::integral_constant<std::size_t, 1>());
          break;
        case 3:
          copy(std::integral_constant<std::size_t, 3>());
          break;
        case 4:
          copy(std::integral_constant<std::size_t, 4>());
          break;
        default:
          copy(pixel);
      }
    }
    return {};
  };
  return run_bands(job, Cut::strips, kFixedShare, [&](Bands& bands) -> Result<void> {
    for (Band band; bands.take(band);) LIMEN_TRY(run(band));
    return {};
  });
}

inline Result<void> resize_checked(const ConstImageView& source, const ImageView& target,
                                   const ResizeOptions& options, const Execution& execution,
                                   Workspace& workspace) {
  LIMEN_TRY(check_views(source, target));
  if (static_cast<std::uint8_t>(options.filter) > static_cast<std::uint8_t>(Filter::lanczos3)) {
    return invalid_argument("resize: no such filter");
  }
  Job job{.source = source,
          .target = target,
          .linear_light = options.linear_light && source.format.layout != Layout::cmyk,
          .horizontal = make_axis(source.size.width, target.size.width, options.filter),
          .vertical = make_axis(source.size.height, target.size.height, options.filter),
          .execution = &execution,
          .workspace = &workspace};
  bool windowed = false;
  if (options.source) {
    const RectF& window = *options.source;
    LIMEN_TRY(check_window(window, source.size, target.size, options.may_overhang));
    windowed = window != to_rect_f(whole(source.size));
    if (windowed) {
      job.horizontal.begin = window.x;
      job.horizontal.step = window.width / target.size.width;
      job.vertical.begin = window.y;
      job.vertical.step = window.height / target.size.height;
    }
  }
  if (execution.is_cancelled()) return cancelled();
  if (!windowed && source.size == target.size) {
    copy_pixels(source, target);
    return {};
  }
  if (options.filter == Filter::nearest) return resize_nearest(job, windowed);
  if (source.format.sample == SampleType::u8 && fixed_is_possible(job)) return resize_fixed(job);
  return resize_wide(job);
}

}  // namespace resample

LIMEN_ENTRY Result<void> resize(const ConstImageView& source, const ImageView& target,
                                const ResizeOptions& options, const Execution& execution) {
  return contain_exceptions([&]() -> Result<void> {
    if (execution.workspace != nullptr) {
      return resample::resize_checked(source, target, options, execution, *execution.workspace);
    }
    Workspace workspace;
    return resample::resize_checked(source, target, options, execution, workspace);
  });
}

}  // namespace limen::inline LIMEN_ABI
