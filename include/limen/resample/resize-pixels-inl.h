// SPDX-License-Identifier: Apache-2.0

// Pixels to and from what the 16-bit passes of resize() add up. Part of resize-inl.h, which
// includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_PIXELS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_PIXELS_INL_
#undef LIMEN_RESAMPLE_RESIZE_PIXELS_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_PIXELS_INL_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::kMidBits;
using resample::kMidZero;

/// round(color * factor / 255 * 128) - kMidZero, exactly: with p = color * factor = 255 q + s, half
/// of p + p / 255 rounds to half of p + q, rounded up.
HWY_MAYBE_UNUSED std::int16_t premultiply_fixed(std::uint32_t color, std::uint32_t factor) {
  const std::uint32_t product = color * factor;
  return static_cast<std::int16_t>(static_cast<std::int32_t>((product + product / 255 + 1) >> 1) -
                                   kMidZero);
}

/// One pixel of mids multiplied by their last channel, as straight u8. Each step is rounded as IEEE
/// 754 has it: equal on every machine.
HWY_MAYBE_UNUSED void unpremultiply_pixel(const std::int16_t* from, int channels,
                                          std::uint8_t* to) {
  const std::int32_t alpha = from[channels - 1] + kMidZero;
  const std::int32_t rounded = (alpha + (1 << (kMidBits - 1))) >> kMidBits;
  to[channels - 1] = static_cast<std::uint8_t>(rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
  for (int c = 0; c < channels - 1; ++c) {
    // Not clamped to white but to alpha: where that overshoots, so does what it multiplies.
    std::int32_t color = from[c] + kMidZero;
    color = color < 0 ? 0 : color > alpha ? alpha : color;
    to[c] = rounded <= 0
                ? 0
                : static_cast<std::uint8_t>(
                      static_cast<float>(color) * (255.0f / static_cast<float>(alpha)) + 0.5f);
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

HWY_MAYBE_UNUSED void fixed_widen(const std::uint8_t* samples, std::size_t count,
                                  std::int16_t* mid) {
  for (std::size_t i = 0; i < count; ++i) {
    mid[i] = static_cast<std::int16_t>((samples[i] << kMidBits) - kMidZero);
  }
}

HWY_MAYBE_UNUSED void fixed_premultiply(const std::uint8_t* samples, std::size_t pixels,
                                        int channels, std::int16_t* mid) {
  for (std::size_t i = 0; i < pixels * channels; ++i) {
    const bool is_alpha = i % channels == std::size_t(channels) - 1;
    mid[i] = premultiply_fixed(samples[i],
                               is_alpha ? 255 : samples[i / channels * channels + channels - 1]);
  }
}

HWY_MAYBE_UNUSED void fixed_unpremultiply(const std::int16_t* mid, std::size_t pixels, int channels,
                                          std::uint8_t* samples) {
  for (std::size_t i = 0; i < pixels * channels; i += channels) {
    unpremultiply_pixel(mid + i, channels, samples + i);
  }
}

#else  // vectors

HWY_MAYBE_UNUSED void fixed_widen(const std::uint8_t* samples, std::size_t count,
                                  std::int16_t* mid) {
  const hn::CappedTag<std::int16_t, 32> d16;
  const std::size_t step = hn::Lanes(d16);
  const auto zero = hn::Set(d16, static_cast<std::int16_t>(kMidZero));
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const auto wide = hn::BitCast(
        d16, hn::PromoteTo(hn::RebindToUnsigned<decltype(d16)>(),
                           hn::LoadU(hn::Rebind<std::uint8_t, decltype(d16)>(), samples + i)));
    hn::StoreU(hn::Sub(hn::ShiftLeft<kMidBits>(wide), zero), d16, mid + i);
  }
  for (; i < count; ++i) mid[i] = static_cast<std::int16_t>((samples[i] << kMidBits) - kMidZero);
}

/// Pixels of two or four bytes, the last of which is alpha, as mids multiplied by it.
template <int kChannels, class D16>
HWY_INLINE hn::Vec<D16> load_premultiplied(D16 di16, const std::uint8_t* samples) {
  static_assert(kChannels == 2 || kChannels == 4);
  // Alpha to each colour, and 255 to itself. 0x80 gives a zero.
  HWY_ALIGN static constexpr std::uint8_t kSpread[2][16] = {
      {2, 3, 0x80, 0x80, 6, 7, 0x80, 0x80, 10, 11, 0x80, 0x80, 14, 15, 0x80, 0x80},
      {6, 7, 6, 7, 6, 7, 0x80, 0x80, 14, 15, 14, 15, 14, 15, 0x80, 0x80}};
  HWY_ALIGN static constexpr std::uint16_t kOwn[2][8] = {{0, 255, 0, 255, 0, 255, 0, 255},
                                                         {0, 0, 0, 255, 0, 0, 0, 255}};
  const hn::RebindToUnsigned<D16> d16;
  const hn::Repartition<std::uint8_t, D16> bytes;
  const hn::Rebind<std::uint8_t, D16> d8;
  const auto spread = hn::LoadDup128(bytes, kSpread[kChannels == 4]);
  const auto own = hn::LoadDup128(d16, kOwn[kChannels == 4]);
  const auto color = hn::PromoteTo(d16, hn::LoadU(d8, samples));
  const auto alpha =
      hn::Or(hn::BitCast(d16, hn::TableLookupBytesOr0(hn::BitCast(bytes, color), spread)), own);
  const auto product = hn::Mul(color, alpha);
  // floor(product / 255), for 16 bits of it.
  const auto quotient =
      hn::ShiftRight<7>(hn::MulHigh(product, hn::Set(d16, std::uint16_t{0x8081})));
  const auto value = hn::AverageRound(product, quotient);
  return hn::BitCast(di16, hn::Sub(value, hn::Set(d16, kMidZero)));
}

template <int kChannels>
HWY_INLINE void premultiply_row(const std::uint8_t* samples, std::size_t count, std::int16_t* mid) {
  const hn::CappedTag<std::int16_t, 32> d16;
  const std::size_t step = hn::Lanes(d16);
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    hn::StoreU(load_premultiplied<kChannels>(d16, samples + i), d16, mid + i);
  }
  for (; i < count; ++i) {
    const std::size_t alpha = i / kChannels * kChannels + kChannels - 1;
    mid[i] = premultiply_fixed(samples[i], i == alpha ? 255 : samples[alpha]);
  }
}

/// Two or four channels, the last of which is alpha.
HWY_MAYBE_UNUSED void fixed_premultiply(const std::uint8_t* samples, std::size_t pixels,
                                        int channels, std::int16_t* mid) {
  const std::size_t count = pixels * static_cast<std::size_t>(channels);
  if (channels == 2) return premultiply_row<2>(samples, count, mid);
  premultiply_row<4>(samples, count, mid);
}

/// What most pixels of most pictures need: where all of two vectors are opaque, or all transparent,
/// stores them and returns true. The same as without: 255 / alpha is 1 / 128 then.
HWY_INLINE bool store_plain_pixels(const std::int16_t* mid, std::uint8_t* samples) {
  const hn::CappedTag<std::int16_t, 32> d16;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  HWY_ALIGN static constexpr std::int16_t kColors[8] = {-1, -1, -1, 0, -1, -1, -1, 0};
  const auto colors = hn::LoadDup128(d16, kColors);
  const auto zero = hn::Set(d16, static_cast<std::int16_t>(-kMidZero));
  const auto white = hn::Set(d16, static_cast<std::int16_t>((255 << kMidBits) - kMidZero));
  const auto a = hn::LoadU(d16, mid);
  const auto b = hn::LoadU(d16, mid + hn::Lanes(d16));
  const auto all = [&](auto x, auto y) HWY_ATTR { return hn::AllTrue(d16, hn::And(x, y)); };
  const auto is_color = hn::MaskFromVec(colors);
  if (all(hn::Or(is_color, hn::Eq(a, white)), hn::Or(is_color, hn::Eq(b, white)))) {
    const auto level = [&](auto v) HWY_ATTR {
      const auto half = hn::Set(d16, static_cast<std::int16_t>(kMidZero + (1 << (kMidBits - 1))));
      const auto clamped = hn::Min(hn::Max(v, zero), white);
      return hn::DemoteTo(d8, hn::ShiftRight<kMidBits>(hn::Add(clamped, half)));
    };
    hn::StoreU(level(a), d8, samples);
    hn::StoreU(level(b), d8, samples + hn::Lanes(d16));
    return true;
  }
  const auto least = hn::Set(d16, static_cast<std::int16_t>((1 << (kMidBits - 1)) - kMidZero));
  if (all(hn::Or(is_color, hn::Lt(a, least)), hn::Or(is_color, hn::Lt(b, least)))) {
    hn::StoreU(hn::Zero(d8), d8, samples);
    hn::StoreU(hn::Zero(d8), d8, samples + hn::Lanes(d16));
    return true;
  }
  return false;
}

HWY_MAYBE_UNUSED void fixed_unpremultiply(const std::int16_t* mid, std::size_t pixels, int channels,
                                          std::uint8_t* samples) {
  const hn::CappedTag<std::int32_t, 16> d32;
  const hn::RebindToFloat<decltype(d32)> df;
  const hn::Rebind<std::int16_t, decltype(d32)> d16;
  const hn::Rebind<std::uint8_t, decltype(d32)> d8;
  const std::size_t step = hn::Lanes(d32);
  const std::size_t count = pixels * static_cast<std::size_t>(channels);
  const auto zero = hn::Zero(d32);
  HWY_ALIGN static constexpr std::int32_t kAlphaLanes[2][4] = {{0, -1, 0, -1}, {0, 0, 0, -1}};
  const auto is_alpha = hn::MaskFromVec(hn::LoadDup128(d32, kAlphaLanes[channels == 4]));
  const auto color_of = [&](auto value, auto alpha, auto scale) HWY_ATTR {
    const auto color = hn::Min(hn::Max(value, zero), alpha);
    return hn::ConvertTo(d32, hn::Add(hn::Mul(hn::ConvertTo(df, color), scale), hn::Set(df, 0.5f)));
  };
  // 255 / alpha; 0 where alpha rounds to 0, and so do the colours.
  const auto scale_of = [&](auto alpha) HWY_ATTR {
    const auto visible = hn::Gt(alpha, hn::Set(d32, (1 << (kMidBits - 1)) - 1));
    // Never by zero: converting NaN is undefined where Highway does it in plain C++.
    const auto divisor = hn::ConvertTo(df, hn::Max(alpha, hn::Set(d32, 1)));
    return hn::IfThenElseZero(hn::RebindMask(df, visible), hn::Div(hn::Set(df, 255.0f), divisor));
  };
  const auto rounded_alpha = [&](auto alpha) HWY_ATTR {
    return hn::ShiftRight<kMidBits>(hn::Add(alpha, hn::Set(d32, 1 << (kMidBits - 1))));
  };
  const auto load = [&](std::size_t at) HWY_ATTR {
    return hn::Add(hn::PromoteTo(d32, hn::LoadU(d16, mid + at)), hn::Set(d32, kMidZero));
  };
  std::size_t i = 0;
  if (channels == 4) {
    // Divisions are dear: one for the pixels of four vectors.
    const hn::Repartition<std::uint64_t, decltype(d32)> d64;
    for (; i + 4 * step <= count; i += 4 * step) {
      if (store_plain_pixels(mid + i, samples + i)) continue;
      const auto a = load(i), b = load(i + step), c = load(i + 2 * step), d = load(i + 3 * step);
      const auto alphas = hn::BitCast(
          d32, hn::InterleaveUpper(d64, hn::BitCast(d64, hn::InterleaveUpper(d32, a, b)),
                                   hn::BitCast(d64, hn::InterleaveUpper(d32, c, d))));
      const auto scales = hn::BitCast(d32, scale_of(alphas));
      const auto store = [&](auto value, auto scale, std::size_t at) HWY_ATTR {
        const auto alpha = hn::Broadcast<3>(value);
        const auto color = color_of(value, alpha, hn::BitCast(df, scale));
        hn::StoreU(hn::DemoteTo(d8, hn::IfThenElse(is_alpha, rounded_alpha(alpha), color)), d8,
                   samples + at);
      };
      store(a, hn::Broadcast<0>(scales), i);
      store(b, hn::Broadcast<1>(scales), i + step);
      store(c, hn::Broadcast<2>(scales), i + 2 * step);
      store(d, hn::Broadcast<3>(scales), i + 3 * step);
    }
  }
  for (; i + step <= count; i += step) {
    const auto value = load(i);
    const auto alpha = channels == 4 ? hn::Broadcast<3>(value)
                                     : hn::BitCast(d32, hn::DupOdd(hn::BitCast(df, value)));
    const auto color = color_of(value, alpha, scale_of(alpha));
    hn::StoreU(hn::DemoteTo(d8, hn::IfThenElse(is_alpha, rounded_alpha(alpha), color)), d8,
               samples + i);
  }
  for (; i < count; i += static_cast<std::size_t>(channels)) {
    unpremultiply_pixel(mid + i, channels, samples + i);
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
