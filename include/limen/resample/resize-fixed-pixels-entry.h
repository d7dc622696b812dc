// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pixels to and from what resize_fixed() adds up. Part of resize-entry.h.

namespace limen::inline LIMEN_ABI {

namespace resample {

/// 16 bits of linear light as a mid: 65535 / 32640 = 257 / 128.
inline std::int16_t mid_of_light(std::uint32_t light) {
  return static_cast<std::int16_t>(static_cast<std::int32_t>((light * 128 + 128) / 257) - kMidZero);
}

/// Bytes to light in mids, and back: rounded, of 0 to white.
struct FixedLight {
  static constexpr std::int32_t kWhite = 255 << kMidBits;
  std::array<std::int16_t, 256> mids;
  std::array<std::uint8_t, kWhite + 1> srgb;  ///< of a mid + kMidZero
};

inline const FixedLight& fixed_light() {
  static const FixedLight tables = [] {
    const auto& exact = srgb_tables_8();
    FixedLight made;
    for (std::size_t i = 0; i < made.mids.size(); ++i) made.mids[i] = mid_of_light(exact.linear[i]);
    for (std::uint32_t i = 0; i < made.srgb.size(); ++i) {
      made.srgb[i] = exact.srgb[(i * 257 + 64) >> kMidBits];
    }
    return made;
  }();
  return tables;
}

/// Linear light, with straight alpha multiplied in. Alpha itself is not light.
inline void fixed_linear_row(const Job& job, const std::uint8_t* from, std::size_t count,
                             std::int16_t* to) {
  const auto& linear = srgb_tables_8().linear;
  const std::int16_t* mids = fixed_light().mids.data();
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
  const auto& srgb = srgb_tables_8().srgb;
  const std::uint8_t* of_mid = fixed_light().srgb.data();
  const auto encoded = [of_mid](std::int32_t mid) {
    return of_mid[std::clamp(mid + kMidZero, 0, FixedLight::kWhite)];
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

/// Undoes what fixed_prepare_row() did; where that was nothing, takes whole levels.
inline void fixed_finish_row(const Job& job, const std::int16_t* from, std::int32_t pixels,
                             std::uint8_t* to) {
  const int channels = job.channels();
  const auto count = static_cast<std::size_t>(pixels) * static_cast<std::size_t>(channels);
  if (!job.needs_preparation()) return LIMEN_KERNEL(fixed_bytes)(from, count, to);
  if (job.linear_light) return fixed_encode_row(job, from, count, to);
  LIMEN_KERNEL(fixed_unpremultiply)(from, static_cast<std::size_t>(pixels), channels, to);
}

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
