// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels to and from what resize_fixed() adds up. Part of resize-entry.h.

#include "limen/resample/resize-light.h"

namespace limen::inline LIMEN_ABI {

namespace resample {

/// 16 bits of linear light as a mid: 65535 / 32640 = 257 / 128.
inline std::int16_t mid_of_light(std::uint32_t light) {
  return static_cast<std::int16_t>(static_cast<std::int32_t>((light * 128 + 128) / 257) - kMidZero);
}

/// Colours in linear light, with straight alpha multiplied in; alpha itself is not light.
inline void fixed_linear_row(const Job& job, const std::uint8_t* from, std::size_t count,
                             std::int16_t* to) {
  const auto& linear = srgb_tables_8().linear;
  const auto channels = static_cast<std::size_t>(job.channels());
  const std::size_t colors = channels - 1;
  for (std::size_t i = 0; i < count; i += channels) {
    const std::uint32_t alpha = from[i + colors];
    for (std::size_t c = 0; c < colors; ++c) {
      to[i + c] = job.straight_alpha()
                      ? mid_of_light((linear[from[i + c]] * alpha * 2 + 255) / 510)
                      : static_cast<std::int16_t>(light_of(from[i + c]) - kMidZero);
    }
    to[i + colors] =
        static_cast<std::int16_t>(static_cast<std::int32_t>(alpha << kMidBits) - kMidZero);
  }
}

/// The inverse, rounded and clamped. Where alpha comes out 0, so do the colours.
inline void fixed_encode_row(const Job& job, const std::int16_t* from, std::size_t count,
                             std::uint8_t* to) {
  const auto& srgb = srgb_tables_8().srgb;
  const auto channels = static_cast<std::size_t>(job.channels());
  const std::size_t colors = channels - 1;
  for (std::size_t i = 0; i < count; i += channels) {
    const std::int32_t alpha = from[i + colors] + kMidZero;
    const std::int32_t opacity = std::clamp((alpha + (1 << (kMidBits - 1))) >> kMidBits, 0, 255);
    for (std::size_t c = 0; c < colors; ++c) {
      if (!job.straight_alpha()) {
        to[i + c] = srgb_of_light(from[i + c] + kMidZero);
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

/// How many rows further down what is read next is fetched.
inline constexpr std::ptrdiff_t kRowsAhead = 4;

/// Source samples as mids that may be added up. The same samples some rows further down are
/// fetched.
inline void fixed_prepare_row(const Job& job, const std::uint8_t* from, std::int32_t pixels,
                              std::int16_t* to) {
  const int channels = job.channels();
  const auto count = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
  if (job.linear_light && job.source.format.has_alpha()) {
    return fixed_linear_row(job, from, count, to);
  }
  // There may be none: an address is all that it is.
  const auto* later = reinterpret_cast<const std::uint8_t*>(reinterpret_cast<std::intptr_t>(from) +
                                                            kRowsAhead * job.source.stride);
  if (job.linear_light) return LIMEN_FIXED_KERNEL(fixed_light)(from, count, to, later);
  if (job.straight_alpha()) {
    return LIMEN_FIXED_KERNEL(fixed_premultiply)(from, static_cast<std::size_t>(pixels), channels,
                                                 to, later);
  }
  LIMEN_FIXED_KERNEL(fixed_widen)(from, count, to, later);
}

/// Undoes what fixed_prepare_row() did to pixels with alpha. The kernels themselves end others.
/// What is written later, from `later` on, is fetched.
inline void fixed_finish_row(const Job& job, const std::int16_t* from, std::int32_t pixels,
                             std::uint8_t* to, const std::uint8_t* later) {
  const int channels = job.channels();
  const auto count = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
  if (job.linear_light) return fixed_encode_row(job, from, count, to);
  LIMEN_FIXED_KERNEL(fixed_unpremultiply)
  (from, static_cast<std::size_t>(pixels), channels, to, later);
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
