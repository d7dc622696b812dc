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

/// One pixel of mids multiplied by their last channel, as straight u8. All steps but the division
/// are exact, and that is rounded once: equal on every machine.
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
                      static_cast<float>(color) * 255.0f / static_cast<float>(alpha) + 0.5f);
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

HWY_MAYBE_UNUSED void fixed_pack(const std::int16_t* plain, std::size_t pixels, int channels,
                                 std::int16_t* paired) {
  const int lanes = resample::lanes_of(channels);
  for (std::size_t x = 0; x < pixels; ++x) {
    for (int c = 0; c < channels; ++c) {
      paired[(x / 2 * lanes + c) * 2 + x % 2] = plain[x * channels + c];
    }
  }
}

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

HWY_MAYBE_UNUSED void fixed_pack(const std::int16_t* plain, std::size_t pixels, int channels,
                                 std::int16_t* paired) {
  if (channels == 1) {
    std::memcpy(paired, plain, pixels * sizeof(*plain));
    return;
  }
  // 0x80 gives a zero.
  HWY_ALIGN static constexpr std::uint8_t kOrder[3][16] = {
      {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15},
      {0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11, 0x80, 0x80, 0x80, 0x80},
      {0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15}};
  const hn::FixedTag<std::int16_t, 8> d16;
  const hn::FixedTag<std::uint8_t, 16> d8;
  const auto order = hn::Load(d8, kOrder[channels - 2]);
  const std::size_t step = channels == 2 ? 4 : 2;
  for (std::size_t x = 0; x < pixels; x += step) {
    const auto samples = hn::BitCast(d8, hn::LoadU(d16, plain + x * channels));
    hn::StoreU(hn::BitCast(d16, hn::TableLookupBytesOr0(samples, order)), d16, paired);
    paired += 8;
  }
}

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

/// Two or four channels, the last of which is alpha.
HWY_MAYBE_UNUSED void fixed_premultiply(const std::uint8_t* samples, std::size_t pixels,
                                        int channels, std::int16_t* mid) {
  // Alpha to each colour, and 255 to itself. 0x80 gives a zero.
  HWY_ALIGN static constexpr std::uint8_t kSpread[2][16] = {
      {2, 3, 0x80, 0x80, 6, 7, 0x80, 0x80, 10, 11, 0x80, 0x80, 14, 15, 0x80, 0x80},
      {6, 7, 6, 7, 6, 7, 0x80, 0x80, 14, 15, 14, 15, 14, 15, 0x80, 0x80}};
  HWY_ALIGN static constexpr std::uint16_t kOwn[2][8] = {{0, 255, 0, 255, 0, 255, 0, 255},
                                                         {0, 0, 0, 255, 0, 0, 0, 255}};
  const hn::CappedTag<std::uint16_t, 32> d16;
  const hn::RebindToSigned<decltype(d16)> di16;
  const hn::Repartition<std::uint8_t, decltype(d16)> bytes;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  const auto spread = hn::LoadDup128(bytes, kSpread[channels == 4]);
  const auto own = hn::LoadDup128(d16, kOwn[channels == 4]);
  const auto zero = hn::Set(d16, kMidZero);
  const std::size_t step = hn::Lanes(d16);
  const std::size_t count = pixels * static_cast<std::size_t>(channels);
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const auto color = hn::PromoteTo(d16, hn::LoadU(d8, samples + i));
    const auto alpha =
        hn::Or(hn::BitCast(d16, hn::TableLookupBytesOr0(hn::BitCast(bytes, color), spread)), own);
    const auto product = hn::Mul(color, alpha);
    const auto one = hn::Set(d16, std::uint16_t{1});
    // floor(product / 255) for products of bytes.
    const auto quotient =
        hn::ShiftRight<8>(hn::Add(hn::Add(product, one), hn::ShiftRight<8>(product)));
    const auto value = hn::ShiftRight<1>(hn::Add(hn::Add(product, quotient), one));
    hn::StoreU(hn::BitCast(di16, hn::Sub(value, zero)), di16, mid + i);
  }
  for (; i < count; ++i) {
    const std::size_t alpha = i / channels * channels + channels - 1;
    mid[i] = premultiply_fixed(samples[i], i == alpha ? 255 : samples[alpha]);
  }
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
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const auto value = hn::Add(hn::PromoteTo(d32, hn::LoadU(d16, mid + i)), hn::Set(d32, kMidZero));
    const auto alpha = channels == 4 ? hn::Broadcast<3>(value)
                                     : hn::BitCast(d32, hn::DupOdd(hn::BitCast(df, value)));
    const auto rounded =
        hn::ShiftRight<kMidBits>(hn::Add(alpha, hn::Set(d32, 1 << (kMidBits - 1))));
    const auto color = hn::Min(hn::Max(value, zero), alpha);
    const auto scaled = hn::Mul(hn::ConvertTo(df, color), hn::Set(df, 255.0f));
    // Never by zero: converting NaN is undefined where Highway does it in plain C++.
    const auto divisor = hn::ConvertTo(df, hn::Max(alpha, hn::Set(d32, 1)));
    const auto quotient = hn::Div(scaled, divisor);
    const auto straight = hn::ConvertTo(d32, hn::Add(quotient, hn::Set(df, 0.5f)));
    const auto visible = hn::IfThenElseZero(hn::Gt(rounded, zero), straight);
    hn::StoreU(hn::DemoteTo(d8, hn::IfThenElse(is_alpha, rounded, visible)), d8, samples + i);
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
