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

#include <hwy/cache_control.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using resample::kMidZero;

#if HWY_TARGET == HWY_SCALAR || HWY_HAVE_SCALABLE

HWY_MAYBE_UNUSED void fixed_light(const std::uint8_t* samples, std::size_t count, std::int16_t* mid,
                                  const std::uint8_t* later) {
  static_cast<void>(later);
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
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
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
  // The index's upper byte is 0, and so is the light of code 0. What brighter codes find is not
  // used.
  const auto last = hn::Set(d, static_cast<std::int16_t>(resample::kDarkCodes - 1));
  const auto dark = hn::BitCast(d, hn::TableLookupBytes(hn::LoadDup128(bytes, resample::kDarkLight),
                                                        hn::BitCast(bytes, code)));
  const auto light = hn::IfThenElse(hn::Gt(code, last), bright, dark);
  return hn::Sub(light, hn::Set(d, static_cast<std::int16_t>(kMidZero)));
}

/// Samples of two rows in turns, as InterleaveLower() and InterleaveUpper() give them.
template <class D16>
struct RowPair {
  hn::Vec<D16> lower, upper;
  // A generated constructor would lack the target's instruction set.
  HWY_INLINE RowPair() {}
  HWY_INLINE RowPair(hn::Vec<D16> l, hn::Vec<D16> u) : lower(l), upper(u) {}
};

/// Bytes of two rows as mids of light.
template <class D16>
HWY_INLINE RowPair<D16> light_pair(D16 d, const std::uint8_t* even, const std::uint8_t* odd) {
  const hn::Rebind<std::uint8_t, D16> d8;
  const auto a = light_mids(d, hn::PromoteTo(d, hn::LoadU(d8, even)));
  const auto b = light_mids(d, hn::PromoteTo(d, hn::LoadU(d8, odd)));
  return {hn::InterleaveLower(d, a, b), hn::InterleaveUpper(d, a, b)};
}

// AVX-512's look-up of bytes, which Highway does not count to AVX3.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && \
    (defined(LIMEN_RESAMPLE_VBMI) || defined(__AVX512VBMI__))
inline constexpr bool kLooksUpBytes = true;

/// The two bytes of each mid apart, which fit four registers each: that halves what is looked up.
struct LightBytes {
  HWY_ALIGN std::uint8_t lower[256];
  HWY_ALIGN std::uint8_t upper[256];
  /// Where bytes of two registers lie in turns.
  HWY_ALIGN std::uint8_t in_turns[64];
  constexpr LightBytes() : lower(), upper(), in_turns() {
    for (int i = 0; i < 256; ++i) {
      const auto mid = static_cast<std::uint16_t>(kLightTable.mids[i]);
      lower[i] = static_cast<std::uint8_t>(mid);
      upper[i] = static_cast<std::uint8_t>(mid >> 8);
    }
    for (int i = 0; i < 64; ++i) in_turns[i] = static_cast<std::uint8_t>(i / 2 + i % 2 * 64);
  }
};
inline constexpr LightBytes kLightBytes;

/// Mids of the lower and of the upper halves of blocks of 128 bits.
HWY_INLINE RowPair<hn::Full512<std::int16_t> > light_of_bytes(
    hn::Vec<hn::Full512<std::uint8_t> > bytes) {
  const hn::Full512<std::uint8_t> d8;
  using V = hn::Vec<hn::Full512<std::int16_t> >;
  using V8 = hn::Vec<decltype(d8)>;
  const __mmask64 is_bright = _mm512_movepi8_mask(bytes.raw);
  // Of 128 entries, by the lower seven bits.
  const auto look_up = [&](const std::uint8_t* table) HWY_ATTR {
    return V8{
        _mm512_permutex2var_epi8(hn::Load(d8, table).raw, bytes.raw, hn::Load(d8, table + 64).raw)};
  };
  const auto of_all = [&](const std::uint8_t* table) HWY_ATTR {
    return V8{_mm512_mask_blend_epi8(is_bright, look_up(table).raw, look_up(table + 128).raw)};
  };
  const V8 lower = of_all(kLightBytes.lower);
  const V8 upper = of_all(kLightBytes.upper);
  return {V{_mm512_unpacklo_epi8(lower.raw, upper.raw)},
          V{_mm512_unpackhi_epi8(lower.raw, upper.raw)}};
}

HWY_INLINE RowPair<hn::Full512<std::int16_t> > light_pair(hn::Full512<std::int16_t> d,
                                                          const std::uint8_t* even,
                                                          const std::uint8_t* odd) {
  static_cast<void>(d);
  const hn::Full512<std::uint8_t> d8;
  const hn::Half<decltype(d8)> half;
  return light_of_bytes(hn::Vec<decltype(d8)>{_mm512_permutex2var_epi8(
      _mm512_castsi256_si512(hn::LoadU(half, even).raw), hn::Load(d8, kLightBytes.in_turns).raw,
      _mm512_castsi256_si512(hn::LoadU(half, odd).raw))});
}
#else
inline constexpr bool kLooksUpBytes = false;
#endif

/// The parabolas of srgb_of_octaves().
template <class D16>
struct EncodeParabolas {
  using DU16 = hn::RebindToUnsigned<D16>;
  hn::Vec<DU16> c0, c1, c2;
};

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
/// A coefficient by the upper five bits of sixteen.
struct EncodeTable {
  HWY_ALIGN std::uint16_t by_octaves[32];
  explicit constexpr EncodeTable(const std::uint16_t* coefficients) : by_octaves() {
    for (int i = 0; i < 32; ++i) {
      // The uppermost is a sign: the darker octaves come last.
      const int upper = i < 16 ? 1 + i % 2 : 0;
      by_octaves[i] = coefficients[i / 2 % 8 + resample::LightParabolas::kHalves * upper];
    }
  }
};
inline constexpr EncodeTable kEncode0(resample::kEncode.c0);
inline constexpr EncodeTable kEncode1(resample::kEncode.c1);
inline constexpr EncodeTable kEncode2(resample::kEncode.c2);

HWY_INLINE EncodeParabolas<hn::Full512<std::int16_t> > encode_parabolas(
    hn::Full512<std::int16_t> d, hn::Vec<hn::Full512<std::int16_t> > octaves,
    hn::Vec<hn::Full512<std::uint16_t> > u) {
  static_cast<void>(u);
  using V = hn::Vec<hn::Full512<std::uint16_t> >;
  const hn::RebindToUnsigned<decltype(d)> du;
  const auto index = hn::ShiftRight<11>(octaves);
  const auto look_up = [&](const EncodeTable& table) HWY_ATTR {
    return V{_mm512_permutexvar_epi16(index.raw, hn::Load(du, table.by_octaves).raw)};
  };
  return {look_up(kEncode0), look_up(kEncode1), look_up(kEncode2)};
}
#endif

template <class D16>
HWY_INLINE EncodeParabolas<D16> encode_parabolas(D16 d, hn::Vec<D16> octaves,
                                                 hn::Vec<hn::RebindToUnsigned<D16> > u) {
  const hn::RebindToUnsigned<D16> du;
  // (half * 4096 + 2041) * 8224 / 65536 = half * 0x0202 + 0x0100, rounded down.
  const auto half = hn::Or(hn::And(hn::BitCast(du, octaves), hn::Set(du, std::uint16_t{0x7000})),
                           hn::Set(du, std::uint16_t{2041}));
  const auto index = hn::MulHigh(half, hn::Set(du, std::uint16_t{8224}));
  const auto is_dark = hn::RebindMask(du, hn::Lt(octaves, hn::Zero(d)));
  const auto is_later = hn::RebindMask(du, hn::Lt(hn::BitCast(d, u), hn::Zero(d)));
  const auto look_up = [&](const std::uint16_t* table) HWY_ATTR {
    const auto part = [&](int i) HWY_ATTR {
      return hn::TableLookupBytes(hn::LoadDup128(du, table + resample::LightParabolas::kHalves * i),
                                  index);
    };
    return hn::IfThenElse(is_dark, part(0), hn::IfThenElse(is_later, part(2), part(1)));
  };
  return {look_up(resample::kEncode.c0), look_up(resample::kEncode.c1),
          look_up(resample::kEncode.c2)};
}

/// What octaves_of() says, as levels in the upper bytes.
template <class D16>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D16> > upper_levels_of_octaves(D16 d,
                                                                       hn::Vec<D16> octaves) {
  const hn::RebindToUnsigned<D16> du;
  const auto u = hn::ShiftLeft<4>(hn::BitCast(du, octaves));
  const auto c = encode_parabolas(d, octaves, u);
  const auto slope = hn::Sub(c.c1, hn::MulHigh(u, c.c2));
  return hn::Add(c.c0, hn::MulHigh(u, slope));
}
/// As levels.
template <class D16>
HWY_INLINE hn::Vec<D16> levels_of_octaves(D16 d, hn::Vec<D16> octaves) {
  return hn::BitCast(d, hn::ShiftRight<8>(upper_levels_of_octaves(d, octaves)));
}

/// octaves_of(), not clamped yet, of light and its offset; `first`: first_octave().
template <class D32>
HWY_INLINE hn::Vec<D32> octaves_of_light(D32 d32, hn::Vec<D32> light, hn::Vec<D32> first) {
  const auto value = hn::ConvertTo(hn::RebindToFloat<D32>(), light);
  return hn::Sub(hn::ShiftRight<10>(hn::BitCast(d32, value)), first);
}

/// Two vectors of sums of light and its offset, weighted by 2^bits in all, as octaves_of() has
/// them.
template <class D32>
HWY_INLINE hn::Vec<hn::Repartition<std::int16_t, D32> > octaves_of_sums(D32 d32, hn::Vec<D32> lower,
                                                                        hn::Vec<D32> upper,
                                                                        int bits) {
  const hn::Repartition<std::int16_t, D32> d;
  const auto first = hn::Set(d32, resample::first_octave(bits));
  return hn::ReorderDemote2To(d, octaves_of_light(d32, lower, first),
                              octaves_of_light(d32, upper, first));
}
/// As levels.
template <class D32>
HWY_INLINE hn::Vec<hn::Repartition<std::int16_t, D32> > light_levels(D32 d32, hn::Vec<D32> lower,
                                                                     hn::Vec<D32> upper, int bits) {
  const hn::Repartition<std::int16_t, D32> d;
  return levels_of_octaves(d, octaves_of_sums(d32, lower, upper, bits));
}

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3 && \
    (defined(LIMEN_RESAMPLE_VBMI) || defined(__AVX512VBMI__))
HWY_MAYBE_UNUSED void fixed_light(const std::uint8_t* samples, std::size_t count, std::int16_t* mid,
                                  const std::uint8_t* later) {
  const hn::Full512<std::uint8_t> d8;
  const hn::Repartition<std::int16_t, decltype(d8)> d16;
  // So that the halves of blocks of 128 bits come in order.
  HWY_ALIGN static constexpr std::int64_t kEighths[8] = {0, 4, 1, 5, 2, 6, 3, 7};
  const hn::Repartition<std::int64_t, decltype(d8)> d64;
  const auto eighths = hn::SetTableIndices(d64, kEighths);
  constexpr std::size_t kStep = 64;
  for (std::size_t i = 0; i < count && count < kStep; ++i) {
    mid[i] = static_cast<std::int16_t>(resample::light_of(samples[i]) - kMidZero);
  }
  for (std::size_t at = 0; at < count && count >= kStep; at += kStep) {
    // The last ones may be computed twice; that writes the same values again.
    const std::size_t i = at + kStep <= count ? at : count - kStep;
    hwy::Prefetch(later + i);
    const auto codes = hn::BitCast(d64, hn::LoadU(d8, samples + i));
    const auto mids = light_of_bytes(hn::BitCast(d8, hn::TableLookupLanes(codes, eighths)));
    hn::StoreU(mids.lower, d16, mid + i);
    hn::StoreU(mids.upper, d16, mid + i + kStep / 2);
  }
}
#else
HWY_MAYBE_UNUSED void fixed_light(const std::uint8_t* samples, std::size_t count, std::int16_t* mid,
                                  const std::uint8_t* later) {
  const hn::CappedTag<std::int16_t, resample::kStripRows> d16;
  const hn::Rebind<std::uint8_t, decltype(d16)> d8;
  const std::size_t step = hn::Lanes(d16);
  for (std::size_t i = 0; i < count && count < step; ++i) {
    mid[i] = static_cast<std::int16_t>(resample::light_of(samples[i]) - kMidZero);
  }
  for (std::size_t at = 0; at < count && count >= step; at += step) {
    // The last ones may be computed twice; that writes the same values again.
    const std::size_t i = at + step <= count ? at : count - step;
    hwy::Prefetch(later + i);
    const auto wide = hn::PromoteTo(d16, hn::LoadU(d8, samples + i));
    hn::StoreU(light_mids(d16, wide), d16, mid + i);
  }
}
#endif

#endif  // vectors

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard, toggled
