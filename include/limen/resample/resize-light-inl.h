// SPDX-License-Identifier: Apache-2.0

// Bytes to linear light and back, in vectors: what resize-light.h says of one sample. Part of
// resize-inl.h, which includes it.

#include <cstddef>
#include <cstdint>

#include "limen/resample/resize-light.h"
#include "limen/resample/resize-rows.h"

#if defined(LIMEN_RESAMPLE_RESIZE_LIGHT_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_RESAMPLE_RESIZE_LIGHT_INL_
#undef LIMEN_RESAMPLE_RESIZE_LIGHT_INL_
#else
#define LIMEN_RESAMPLE_RESIZE_LIGHT_INL_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::kMidZero;

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

HWY_MAYBE_UNUSED void fixed_light(const std::uint8_t* samples, std::size_t count,
                                  std::int16_t* mid) {
  for (std::size_t i = 0; i < count; ++i) {
    mid[i] = static_cast<std::int16_t>(resample::light_of(samples[i]) - kMidZero);
  }
}

#else  // vectors

/// `index` is where the two bytes of each segment's coefficients are: 0x0202 times the segment of 0
/// to 7, and 0x0100. `fraction`: the argument's lower bits at the top of 16. c1 x + c2 x^2 + c3
/// x^3, and c0 as it is.
template <class D16>
struct LightCubic {
  hn::Vec<D16> c0, rest;

  HWY_INLINE LightCubic(D16 d, const resample::LightCubics& cubics, hn::Vec<D16> index,
                        hn::Vec<D16> fraction) {
    const auto look_up = [&](const std::int16_t* table) HWY_ATTR {
      return hn::TableLookupBytes(hn::LoadDup128(d, table), index);
    };
    const auto x = hn::Xor(fraction, hn::Set(d, std::int16_t{-32768}));
    const auto square = hn::Add(look_up(cubics.c2), hn::MulFixedPoint15(x, look_up(cubics.c3)));
    rest = hn::MulFixedPoint15(x, hn::Add(look_up(cubics.c1), hn::MulFixedPoint15(x, square)));
    c0 = look_up(cubics.c0);
  }
};

/// light_of() of bytes in 16 bits, as mids.
#if HWY_TARGET == HWY_AVX3
/// Its 256 mids fit eight registers, and two of them can be looked up at once. Highway has that
/// from version 1.0.5 on, limen asks for less; what other vectors compute is the same.
struct LightTable {
  HWY_ALIGN std::int16_t mids[256];
  constexpr LightTable() : mids() {
    for (int i = 0; i < 256; ++i) {
      mids[i] =
          static_cast<std::int16_t>(resample::light_of(static_cast<std::uint8_t>(i)) - kMidZero);
    }
  }
};
inline constexpr LightTable kLightTable;

HWY_INLINE hn::Vec<hn::Full512<std::int16_t> > light_mids(
    hn::Full512<std::int16_t> d, hn::Vec<hn::Full512<std::int16_t> > code) {
  using V = hn::Vec<hn::Full512<std::int16_t> >;
  // Of 64 entries, by the lower six bits.
  const auto look_up = [&](int from) HWY_ATTR {
    const auto* table = kLightTable.mids + 64 * from;
    return V{
        _mm512_permutex2var_epi16(hn::Load(d, table).raw, code.raw, hn::Load(d, table + 32).raw)};
  };
  const auto is_upper = hn::TestBit(code, hn::Set(d, std::int16_t{64}));
  const auto dark = hn::IfThenElse(is_upper, look_up(1), look_up(0));
  const auto bright = hn::IfThenElse(is_upper, look_up(3), look_up(2));
  return hn::IfThenElse(hn::TestBit(code, hn::Set(d, std::int16_t{128})), bright, dark);
}
#endif

template <class D16>
HWY_INLINE hn::Vec<D16> light_mids(D16 d, hn::Vec<D16> code) {
  const hn::Repartition<std::uint8_t, D16> bytes;
  const auto index = hn::Add(hn::Mul(hn::ShiftRight<5>(code), hn::Set(d, std::int16_t{0x0202})),
                             hn::Set(d, std::int16_t{0x0100}));
  const LightCubic<D16> cubic(d, resample::kDecodeCubics, index, hn::ShiftLeft<11>(code));
  const auto bright = hn::Add(cubic.c0, hn::ShiftRight<2>(cubic.rest));
  // The index's upper byte is 0, and so is the light of code 0.
  const auto last = hn::Set(d, static_cast<std::int16_t>(resample::kDarkCodes - 1));
  const auto dark = hn::BitCast(d, hn::TableLookupBytes(hn::LoadDup128(bytes, resample::kDarkLight),
                                                        hn::BitCast(bytes, hn::Min(code, last))));
  const auto light = hn::IfThenElse(hn::Gt(code, last), bright, dark);
  return hn::Sub(light, hn::Set(d, static_cast<std::int16_t>(kMidZero)));
}

/// srgb_of_light() of light less 32768, which is not below black: 0 to 255. Bit 15 is of no further
/// use and need not be cleared.
template <class D16>
HWY_INLINE hn::Vec<D16> light_levels(D16 d, hn::Vec<D16> lowered) {
  const hn::RebindToUnsigned<D16> du;
  const auto lowered_set = [&](int light) HWY_ATTR {
    return hn::Set(d, static_cast<std::int16_t>(light - 32768));
  };
  const auto light = hn::Min(lowered, lowered_set(resample::kWhiteLight));
  const auto is_dim = hn::Lt(light, lowered_set(resample::kDimLight));
  const auto is_darkest = hn::Lt(light, lowered_set(resample::kDarkestLight));
  const auto choose = [&](auto bright, auto dim, auto darkest) HWY_ATTR {
    return hn::IfThenElse(is_darkest, darkest, hn::IfThenElse(is_dim, dim, bright));
  };
  const auto scaled = choose(light, hn::ShiftLeft<3>(light), hn::ShiftLeft<5>(light));
  const auto scale = choose(hn::BitCast(d, hn::Set(du, resample::kEncodeScale)),
                            hn::BitCast(d, hn::Set(du, resample::kEncodeDimScale)),
                            hn::BitCast(d, hn::Set(du, resample::kEncodeDarkestScale)));
  // (segment * 4096 + 2041) * 8224 / 65536 = segment * 0x0202 + 0x0100, rounded down.
  const auto segment = hn::Or(hn::And(hn::BitCast(du, scaled), hn::Set(du, std::uint16_t{0x7000})),
                              hn::Set(du, std::uint16_t{2041}));
  const auto index = hn::MulHigh(segment, hn::Set(du, std::uint16_t{8224}));
  const LightCubic<D16> cubic(d, resample::kEncodeCubics, hn::BitCast(d, index),
                              hn::ShiftLeft<4>(scaled));
  const auto power = hn::Add(cubic.c0, cubic.rest);
  const auto levels = hn::BitCast(d, hn::MulHigh(hn::BitCast(du, power), hn::BitCast(du, scale)));
  return hn::ShiftRight<resample::kEncodeBits>(
      hn::Sub(levels, hn::Set(d, resample::kEncodeOffset)));
}

HWY_MAYBE_UNUSED void fixed_light(const std::uint8_t* samples, std::size_t count,
                                  std::int16_t* mid) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  const std::size_t step = hn::Lanes(d16);
  std::size_t i = 0;
  for (; i + step <= count; i += step) {
    const auto wide = hn::PromoteTo(d16, hn::LoadU(d8, samples + i));
    hn::StoreU(light_mids(d16, wide), d16, mid + i);
  }
  for (; i < count; ++i) {
    mid[i] = static_cast<std::int16_t>(resample::light_of(samples[i]) - kMidZero);
  }
}

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
