// SPDX-License-Identifier: Apache-2.0

// Pixels to and from what the 16-bit passes of resize() add up. Part of resize-inl.h, which
// includes it.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_PIXELS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_PIXELS_INL_
#undef LIMEN_RESAMPLE_RESIZE_PIXELS_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_PIXELS_INL_
#endif

#include <hwy/cache_control.h>
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

/// 32640 / alpha, by which a colour is multiplied in 16 bits: a power of two that moves alpha to
/// the top of them, and what is left. Rounded as IEEE 754 has it: equal on every machine. Together
/// they are within 2^-16 of the quotient, and the product, rounded down, within .012 of a level.
struct InverseAlpha {
  std::uint16_t power;
  std::uint16_t fraction;  ///< in 32768ths, 1 to 2
};
inline constexpr float kTwiceWhite = 2 * (255 << kMidBits);
/// Half a unit of the fraction, in a float's 23 bits.
inline constexpr std::int32_t kFractionHalf = 1 << 7;
inline constexpr std::int32_t kExponentBits = 0x7F800000;
/// The least alpha that does not round to 0.
inline constexpr std::int32_t kLeastAlpha = 1 << (kMidBits - 1);

HWY_MAYBE_UNUSED InverseAlpha inverse_alpha(std::int32_t alpha) {
  const float quotient = kTwiceWhite / static_cast<float>(alpha);
  std::int32_t bits;
  std::memcpy(&bits, &quotient, sizeof(bits));
  bits += kFractionHalf;
  const std::int32_t power_bits = bits & kExponentBits;
  float power;
  std::memcpy(&power, &power_bits, sizeof(power));
  return {static_cast<std::uint16_t>(power), static_cast<std::uint16_t>(bits >> 8 | 0x8000)};
}

/// One pixel of mids multiplied by their last channel, as straight u8.
HWY_MAYBE_UNUSED void unpremultiply_pixel(const std::int16_t* from, int channels,
                                          std::uint8_t* to) {
  const std::int32_t alpha = from[channels - 1] + kMidZero;
  const std::int32_t rounded = (alpha + kLeastAlpha) >> kMidBits;
  to[channels - 1] = static_cast<std::uint8_t>(rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
  const InverseAlpha inverse = alpha < kLeastAlpha ? InverseAlpha{0, 0} : inverse_alpha(alpha);
  for (int c = 0; c < channels - 1; ++c) {
    // Not clamped to white but to alpha: where that overshoots, so does what it multiplies.
    std::int32_t color = from[c] + kMidZero;
    color = color < 0 ? 0 : color > alpha ? alpha : color;
    const auto normal = static_cast<std::uint32_t>(color) * inverse.power;
    to[c] = static_cast<std::uint8_t>(((normal * inverse.fraction >> 16) + (1 << (kMidBits - 1))) >>
                                      kMidBits);
  }
}

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

HWY_MAYBE_UNUSED void fixed_widen(const std::uint8_t* samples, std::size_t count, std::int16_t* mid,
                                  const std::uint8_t* later) {
  static_cast<void>(later);
  for (std::size_t i = 0; i < count; ++i) {
    mid[i] = static_cast<std::int16_t>((samples[i] << kMidBits) - kMidZero);
  }
}

HWY_MAYBE_UNUSED void fixed_premultiply(const std::uint8_t* samples, std::size_t pixels,
                                        int channels, std::int16_t* mid,
                                        const std::uint8_t* later) {
  static_cast<void>(later);
  for (std::size_t i = 0; i < pixels * channels; ++i) {
    const bool is_alpha = i % channels == std::size_t(channels) - 1;
    mid[i] = premultiply_fixed(samples[i],
                               is_alpha ? 255 : samples[i / channels * channels + channels - 1]);
  }
}

HWY_MAYBE_UNUSED void fixed_unpremultiply(const std::int16_t* mid, std::size_t pixels, int channels,
                                          std::uint8_t* samples, const std::uint8_t* later) {
  static_cast<void>(later);
  for (std::size_t i = 0; i < pixels * channels; i += channels) {
    unpremultiply_pixel(mid + i, channels, samples + i);
  }
}

#else  // vectors

HWY_MAYBE_UNUSED void fixed_widen(const std::uint8_t* samples, std::size_t count, std::int16_t* mid,
                                  const std::uint8_t* later) {
  const hn::CappedTag<std::int16_t, 32> d16;
  const std::size_t step = hn::Lanes(d16);
  const auto zero = hn::Set(d16, static_cast<std::int16_t>(kMidZero));
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    hwy::Prefetch(later + i);
    const auto wide = hn::BitCast(
        d16, hn::PromoteTo(hn::RebindToUnsigned<decltype(d16)>(),
                           hn::LoadU(hn::Rebind<std::uint8_t, decltype(d16)>(), samples + i)));
    hn::StoreU(hn::Sub(hn::ShiftLeft<kMidBits>(wide), zero), d16, mid + i);
  }
  for (; i < count; ++i) mid[i] = static_cast<std::int16_t>((samples[i] << kMidBits) - kMidZero);
}

/// round(product / 255 * 128) of a color times a factor, as premultiply_fixed() has it. A 65536th
/// of 257 products is product / 255, rounded down, but for multiples of 255, where it is one less:
/// what is added to them then is even, so that half of it is rounded to the same.
template <class D16>
HWY_INLINE hn::Vec<D16> rounded_quotient(D16 d16, hn::Vec<D16> product) {
  return hn::AverageRound(product, hn::MulHigh(product, hn::Set(d16, std::uint16_t{257})));
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
  const auto value = rounded_quotient(d16, product);
  return hn::BitCast(di16, hn::Sub(value, hn::Set(d16, kMidZero)));
}

template <int kChannels>
HWY_INLINE void premultiply_row(const std::uint8_t* samples, std::size_t count, std::int16_t* mid,
                                const std::uint8_t* later) {
  const hn::CappedTag<std::int16_t, 32> d16;
  const std::size_t step = hn::Lanes(d16);
  for (std::size_t i = 0; i < count && count < step; ++i) {
    const std::size_t alpha = i / kChannels * kChannels + kChannels - 1;
    mid[i] = premultiply_fixed(samples[i], i == alpha ? 255 : samples[alpha]);
  }
  for (std::size_t at = 0; at < count && count >= step; at += step) {
    // The last pixels may be computed twice; that writes the same values again.
    const std::size_t i = at + step <= count ? at : count - step;
    hwy::Prefetch(later + i);
    hn::StoreU(load_premultiplied<kChannels>(d16, samples + i), d16, mid + i);
  }
}

/// Two or four channels, the last of which is alpha. `later`, which is read next, is fetched.
HWY_MAYBE_UNUSED void fixed_premultiply(const std::uint8_t* samples, std::size_t pixels,
                                        int channels, std::int16_t* mid,
                                        const std::uint8_t* later) {
  const std::size_t count = pixels * static_cast<std::size_t>(channels);
  if (channels == 2) return premultiply_row<2>(samples, count, mid, later);
  premultiply_row<4>(samples, count, mid, later);
}

/// A constant that stays in a register: compilers would rather make it anew each time.
template <class D>
HWY_INLINE hn::Vec<D> kept_constant(D d, hn::TFromD<D> value) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
  asm("" : "+r"(value));
#endif
  return hn::Set(d, value);
}

/// inverse_alpha() in each lane of 32 bits, of which the upper half of one is the fraction. Below
/// that are 65535ths: what is multiplied by all of them loses one, which rounding restores.
template <class D32>
struct InverseAlphas {
  using V = hn::Vec<D32>;
  /// Whether 16 bits can be shifted by as many as each lane says, instead of multiplied by a power.
  static constexpr bool kShifts = HWY_ARCH_X86 && hn::MaxLanes(D32()) == 16;
  /// What a quotient's exponent is more than the power's.
  static constexpr std::int32_t kBias = kShifts ? 127 << 23 : 0;
  hn::RebindToFloat<D32> df;
  hn::Vec<hn::RebindToFloat<D32> > twice_white, shifter;
  V half, exponent, hidden, least;

  HWY_INLINE explicit InverseAlphas(D32 d)
      : twice_white(hn::BitCast(df, kept_constant(d, 0x477F0000))),
        // 2^23 and 2^16: the lowest bits of what is below are those of the sum, and above is 1.
        shifter(hn::BitCast(df, kept_constant(d, 0x4B010000))),
        half(kept_constant(d, kFractionHalf - kBias)),
        exponent(kept_constant(d, kExponentBits)),
        hidden(kept_constant(d, static_cast<std::int32_t>(0x8000FFFF))),
        least(kept_constant(d, kLeastAlpha)) {}

  struct Inverse {
    V power, fraction;
  };
  /// The fraction is 0 where alpha rounds to 0.
  HWY_INLINE Inverse of(D32 d, V alpha) const {
    const auto quotient = hn::Div(twice_white, hn::ConvertTo(df, alpha));
    const auto bits = hn::Add(hn::BitCast(d, quotient), half);
    const auto fraction =
        hn::IfThenZeroElse(are_invisible(alpha), hn::Or(hn::ShiftLeft<8>(bits), hidden));
    if constexpr (kShifts) {
      return {hn::BitCast(d, hn::ShiftRight<23>(hn::BitCast(hn::RebindToUnsigned<D32>(), bits))),
              fraction};
    } else {
      const auto power = hn::BitCast(df, hn::And(bits, exponent));
      return {hn::BitCast(d, hn::Add(power, shifter)), fraction};
    }
  }
  template <class D16>
  static HWY_INLINE hn::Vec<D16> times_power(D16, hn::Vec<D16> v, hn::Vec<D16> power) {
    if constexpr (kShifts) {
      return hn::Shl(v, power);
    } else {
      return hn::Mul(v, power);
    }
  }
  HWY_INLINE hn::Mask<D32> are_invisible(V alpha) const { return hn::Lt(alpha, least); }
};

/// Two vectors of pixels at a time.
template <int kChannels>
struct Unpremultiply {
  using D16 = hn::CappedTag<std::uint16_t, 32>;
  using D32 = hn::Repartition<std::int32_t, D16>;
  using Bytes16 = hn::Repartition<std::uint8_t, D16>;
  using V = hn::Vec<D16>;
  using Mids16 = hn::Vec<hn::RebindToSigned<D16> >;
  using Index = hn::Vec<Bytes16>;
  using Inverses = InverseAlphas<D32>;
  static constexpr std::size_t kLanes = hn::MaxLanes(D16());

  Inverses inverses;
  Mids16 black, zero;
  V half, half_and_lost;
  hn::Vec<D32> white;
  // In each block of 128 bits: each pixel's alpha; the powers and fractions of the first vector's
  // pixels, and of the second's, between which they lie where a pixel has four channels. Those of
  // alpha itself are 1 and 65535.
  Index alpha, power_a, power_b, fraction_a, fraction_b;

  HWY_INLINE Unpremultiply() : inverses(D32()) {
    HWY_ALIGN static constexpr std::uint8_t kAlphas[2][16] = {
        {2, 3, 2, 3, 6, 7, 6, 7, 10, 11, 10, 11, 14, 15, 14, 15},
        {6, 7, 6, 7, 6, 7, 6, 7, 14, 15, 14, 15, 14, 15, 14, 15}};
    // Where to find a power of 1, or to shift by no bits: 0x80 and more give a zero.
    constexpr std::uint8_t kOne = Inverses::kShifts ? 0x80 : 2;
    HWY_ALIGN static constexpr std::uint8_t kPowers[2][16] = {
        {0, 1, kOne, 0x80, 4, 5, kOne + 4, 0x80, 8, 9, kOne + 8, 0x80, 12, 13, kOne + 12, 0x80},
        {0, 1, 0, 1, 0, 1, kOne, 0x80, 8, 9, 8, 9, 8, 9, kOne + 8, 0x80}};
    HWY_ALIGN static constexpr std::uint8_t kFractions[2][16] = {
        {2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13},
        {2, 3, 2, 3, 2, 3, 0, 1, 10, 11, 10, 11, 10, 11, 8, 9}};
    HWY_ALIGN static constexpr std::uint16_t kHalf[2][8] = {{64, 65, 64, 65, 64, 65, 64, 65},
                                                            {64, 64, 64, 65, 64, 64, 64, 65}};
    const D16 d16;
    const hn::RebindToSigned<D16> mid;
    const Bytes16 bytes;
    constexpr int kFour = kChannels == 4;
    black = kept_constant(mid, std::int16_t{-kMidZero});
    zero = kept_constant(mid, static_cast<std::int16_t>(kMidZero));
    half = kept_constant(d16, static_cast<std::uint16_t>(kLeastAlpha));
    half_and_lost = hn::LoadDup128(d16, kHalf[kFour]);
    white = kept_constant(D32(), 255 << kMidBits);
    alpha = hn::LoadDup128(bytes, kAlphas[kFour]);
    power_a = hn::LoadDup128(bytes, kPowers[kFour]);
    fraction_a = hn::LoadDup128(bytes, kFractions[kFour]);
    const auto four = kept_constant(bytes, std::uint8_t{4});
    power_b = kFour ? hn::Add(power_a, four) : power_a;
    fraction_b = kFour ? hn::Add(fraction_a, four) : fraction_a;
  }

  /// Mids as u16 with a zero of 0; what is below is 0.
  HWY_INLINE V positive(Mids16 mids) const {
    return hn::BitCast(D16(), hn::Add(hn::Max(mids, black), zero));
  }

  template <class From>
  HWY_INLINE V look_up(From from, Index index) const {
    return hn::BitCast(D16(), hn::TableLookupBytesOr0(hn::BitCast(Bytes16(), from), index));
  }

  HWY_INLINE Mids16 level(V value, V rounding) const {
    return hn::BitCast(hn::RebindToSigned<D16>(),
                       hn::ShiftRight<kMidBits>(hn::Add(value, rounding)));
  }

  HWY_INLINE Mids16 divide(V clamped, const typename Inverses::Inverse& inverse, Index power,
                           Index fraction) const {
    const auto normal = Inverses::times_power(D16(), clamped, look_up(inverse.power, power));
    return level(hn::MulHigh(normal, look_up(inverse.fraction, fraction)), half_and_lost);
  }

  /// Mids become levels, of which those of alpha may still be too high.
  HWY_INLINE void run(Mids16& mids_a, Mids16& mids_b) const {
    const D32 d32;
    const hn::RebindToFloat<D32> df;
    const hn::RebindToUnsigned<D32> du32;
    const auto a = positive(mids_a), b = positive(mids_b);
    // Not clamped to white but to alpha: where that overshoots, so does what it multiplies.
    const auto clamped_a = hn::Min(a, look_up(a, alpha)), clamped_b = hn::Min(b, look_up(b, alpha));
    const auto upper = [&](auto v) HWY_ATTR {
      return hn::BitCast(d32, hn::ShiftRight<16>(hn::BitCast(du32, v)));
    };
    // Divisions are dear: of four channels, one for the pixels of both vectors.
    const auto alphas = kChannels == 4
                            ? upper(hn::OddEven(hn::BitCast(df, b), hn::DupOdd(hn::BitCast(df, a))))
                            : upper(a);
    const auto others = kChannels == 4 ? alphas : upper(b);
    // What most pixels of most pictures need: 32640 / alpha is 1, or colors that are clamped to
    // alpha round to 0 as it does. One question for both is foreseen more often than two.
    const auto is_plain = [&](auto v) HWY_ATTR {
      return hn::Or(hn::Eq(v, white), inverses.are_invisible(v));
    };
    if (hn::AllTrue(
            d32, kChannels == 4 ? is_plain(alphas) : hn::And(is_plain(alphas), is_plain(others)))) {
      mids_a = level(clamped_a, half);
      mids_b = level(clamped_b, half);
      return;
    }
    const auto inverse_a = inverses.of(d32, alphas);
    const auto inverse_b = kChannels == 4 ? inverse_a : inverses.of(d32, others);
    mids_a = divide(clamped_a, inverse_a, power_a, fraction_a);
    mids_b = divide(clamped_b, inverse_b, power_b, fraction_b);
  }
};

template <int kChannels>
HWY_INLINE void unpremultiply_row(const std::int16_t* mid, std::size_t count, std::uint8_t* samples,
                                  const std::uint8_t* later) {
  constexpr std::size_t kStep = 2 * Unpremultiply<kChannels>::kLanes;
  if (count < kStep) {
    for (std::size_t i = 0; i < count; i += kChannels) {
      unpremultiply_pixel(mid + i, kChannels, samples + i);
    }
    return;
  }
  const hn::CappedTag<std::int16_t, 32> d16;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  const Unpremultiply<kChannels> unpremultiply;
  for (std::size_t at = 0; at < count; at += kStep) {
    // The last pixels may be computed twice; that writes the same values again.
    const std::size_t i = at + kStep <= count ? at : count - kStep;
    hwy::Prefetch(later + i);
    auto a = hn::LoadU(d16, mid + i);
    auto b = hn::LoadU(d16, mid + i + kStep / 2);
    unpremultiply.run(a, b);
    hn::StoreU(hn::DemoteTo(d8, a), d8, samples + i);
    hn::StoreU(hn::DemoteTo(d8, b), d8, samples + i + kStep / 2);
  }
}

/// What is written next from `later` on is fetched.
HWY_MAYBE_UNUSED void fixed_unpremultiply(const std::int16_t* mid, std::size_t pixels, int channels,
                                          std::uint8_t* samples, const std::uint8_t* later) {
  const std::size_t count = pixels * static_cast<std::size_t>(channels);
  if (channels == 2) return unpremultiply_row<2>(mid, count, samples, later);
  unpremultiply_row<4>(mid, count, samples, later);
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
