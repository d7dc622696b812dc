// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_WEBP_SHARP_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_WEBP_SHARP_ROWS_INL_H_
#undef LIMEN_LIB_CODEC_WEBP_SHARP_ROWS_INL_H_
#else
#define LIMEN_LIB_CODEC_WEBP_SHARP_ROWS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/webp/sharp_rows.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI::webp {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

// A row is a whole number of these, whatever the instruction set.
using S32 = hn::CappedTag<std::int32_t, kSharpGroup / 2>;
using U32 = hn::RebindToUnsigned<S32>;
using S16 = hn::Rebind<std::int16_t, S32>;
using U16 = hn::Rebind<std::uint16_t, S32>;
using VS = hn::Vec<S32>;
using VU = hn::Vec<U32>;

HWY_INLINE VS wide(const std::int16_t* from) { return hn::PromoteTo(S32(), hn::Load(S16(), from)); }
HWY_INLINE VU wide(const std::uint16_t* from) {
  return hn::PromoteTo(U32(), hn::Load(U16(), from));
}
HWY_INLINE VS wide_signed(const std::uint16_t* from) { return hn::BitCast(S32(), wide(from)); }

// Values that fit.
HWY_INLINE void store(VS v, std::uint16_t* to) { hn::Store(hn::DemoteTo(U16(), v), U16(), to); }
HWY_INLINE void store(VU v, std::uint16_t* to) { store(hn::BitCast(S32(), v), to); }
HWY_INLINE void store(VS v, std::int16_t* to) { hn::Store(hn::DemoteTo(S16(), v), S16(), to); }

HWY_INLINE VS at_least_0_at_most(VS v, std::int32_t most) {
  return hn::Min(hn::Max(v, hn::Zero(S32())), hn::Set(S32(), most));
}

// BT.709's luma in 16 bits. What 16 bits hold stays below 2^32.
HWY_INLINE VU gray_of(VU red, VU green, VU blue) {
  const U32 d;
  const VU sum =
      hn::Add(hn::Add(hn::Mul(red, hn::Set(d, 13933)), hn::Mul(green, hn::Set(d, 46871))),
              hn::Mul(blue, hn::Set(d, 4732)));
  return hn::ShiftRight<16>(hn::Add(sum, hn::Set(d, 32768)));
}

// One by one: instructions that gather are no faster, and on many machines slower.
HWY_INLINE void look_up(const std::uint16_t* HWY_RESTRICT table, std::size_t count,
                        std::uint16_t* HWY_RESTRICT values) {
  for (std::size_t i = 0; i < count; ++i) values[i] = table[values[i]];
}

// Row `corner` by `color` of rows.colors.
HWY_INLINE std::uint16_t* color_row(const SharpRows& rows, std::size_t corner, std::size_t color) {
  return rows.colors + (corner * kColors + color) * rows.stride;
}

// Linear light to where its piece is, and how far into it.
HWY_INLINE void split_pieces(VU linear, const SharpRows& rows, std::size_t at) {
  store(hn::ShiftRight<7>(linear), rows.pieces + at);
  store(hn::And(linear, hn::Set(U32(), 127)), rows.fractions + at);
}

// And from these to 10 bits.
HWY_INLINE VU joined_pieces(const SharpRows& rows, std::size_t at) {
  const U32 d;
  const VU piece = wide(rows.pieces + at);
  const VU rise = hn::Mul(hn::ShiftRight<10>(piece), wide(rows.fractions + at));
  return hn::Add(hn::And(piece, hn::Set(d, 1023)),
                 hn::ShiftRight<7>(hn::Add(rise, hn::Set(d, 64))));
}

// Pixels to the gray of each corner and each colour's mean, by linear light: kCorners + kColors
// rows for joined_pieces().
HWY_INLINE void measure(const SharpRows& rows) {
  const U32 d;
  look_up(rows.tables->linear.data(), kCorners * kColors * rows.stride, rows.colors);
  for (std::size_t x = 0; x < rows.stride; x += hn::Lanes(d)) {
    VU sums[kColors];
    for (VU& sum : sums) sum = hn::Set(d, 2);
    for (std::size_t corner = 0; corner < kCorners; ++corner) {
      VU colors[kColors];
      for (std::size_t color = 0; color < kColors; ++color) {
        colors[color] = wide(color_row(rows, corner, color) + x);
        sums[color] = hn::Add(sums[color], colors[color]);
      }
      split_pieces(gray_of(colors[0], colors[1], colors[2]), rows, corner * rows.stride + x);
    }
    for (std::size_t color = 0; color < kColors; ++color) {
      split_pieces(hn::ShiftRight<2>(sums[color]), rows, (kCorners + color) * rows.stride + x);
    }
  }
  look_up(rows.tables->pieces.data(), (kCorners + kColors) * rows.stride, rows.pieces);
}

// Of a column's mean colours.
struct Chroma {
  VS red, green, blue;
};

HWY_INLINE Chroma measured_chroma(const SharpRows& rows, std::size_t x) {
  const S32 d;
  const VU red = joined_pieces(rows, kCorners * rows.stride + x);
  const VU green = joined_pieces(rows, (kCorners + 1) * rows.stride + x);
  const VU blue = joined_pieces(rows, (kCorners + 2) * rows.stride + x);
  const VU gray = gray_of(red, green, blue);
  return {hn::BitCast(d, hn::Sub(red, gray)), hn::BitCast(d, hn::Sub(green, gray)),
          hn::BitCast(d, hn::Sub(blue, gray))};
}

// As many columns as fill vectors; returns how many.
HWY_INLINE std::size_t split_vectors(const std::uint8_t* HWY_RESTRICT pixels, std::size_t width,
                                     std::size_t channels, std::size_t corner,
                                     const SharpRows& rows) {
  std::size_t x = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::Repartition<std::uint8_t, U32> d8;
  const hn::Repartition<std::uint16_t, U32> d16;
  const std::size_t lanes = hn::Lanes(d16);
  for (; 2 * (x + lanes) <= width; x += lanes) {
    hn::Vec<decltype(d8)> colors[kColors], alpha;
    if (channels == 3) {
      hn::LoadInterleaved3(d8, pixels + 6 * x, colors[0], colors[1], colors[2]);
    } else {
      hn::LoadInterleaved4(d8, pixels + 8 * x, colors[0], colors[1], colors[2], alpha);
    }
    for (std::size_t color = 0; color < kColors; ++color) {
      // Two pixels in 16 bits, the left one below.
      const auto two = hn::BitCast(d16, colors[color]);
      hn::StoreU(hn::And(hn::ShiftLeft<2>(two), hn::Set(d16, 0x3FC)), d16,
                 color_row(rows, corner, color) + x);
      hn::StoreU(hn::ShiftLeft<2>(hn::ShiftRight<8>(two)), d16,
                 color_row(rows, corner + 1, color) + x);
    }
  }
#else
  (void)pixels, (void)width, (void)channels, (void)corner, (void)rows;
#endif
  return x;
}

void SplitSharpRow(const std::uint8_t* HWY_RESTRICT pixels, std::size_t width, std::size_t channels,
                   bool is_lower, const SharpRows& rows) {
  const std::size_t first = is_lower ? 2 : 0;
  std::size_t x = split_vectors(pixels, width, channels, first, rows);
  for (; x < rows.columns; ++x) {
    for (std::size_t color = 0; color < kColors; ++color) {
      const std::uint8_t* const left = pixels + 2 * x * channels + color;
      const bool is_last = 2 * x + 1 == width;
      color_row(rows, first, color)[x] = static_cast<std::uint16_t>(4 * left[0]);
      color_row(rows, first + 1, color)[x] =
          static_cast<std::uint16_t>(4 * left[is_last ? 0 : channels]);
    }
  }
  for (std::size_t row = first * kColors; row < (first + 2) * kColors; ++row) {
    std::fill(rows.colors + row * rows.stride + rows.columns, rows.colors + (row + 1) * rows.stride,
              std::uint16_t{0});
  }
}

void StartSharpPair(const SharpRows& rows, const SharpPair& pair) {
  const std::size_t lanes = hn::Lanes(U32());
  for (std::size_t corner = 0; corner < kCorners; ++corner) {
    for (std::size_t x = 0; x < rows.stride; x += lanes) {
      store(gray_of(wide(color_row(rows, corner, 0) + x), wide(color_row(rows, corner, 1) + x),
                    wide(color_row(rows, corner, 2) + x)),
            pair.luma + corner * rows.stride + x);
    }
  }
  measure(rows);
  for (std::size_t x = 0; x < kCorners * rows.stride; x += lanes) {
    store(joined_pieces(rows, x), pair.wanted_luma + x);
  }
  for (std::size_t x = 0; x < rows.stride; x += lanes) {
    const Chroma chroma = measured_chroma(rows, x);
    for (std::int16_t* const to : {pair.wanted_chroma + x, pair.chroma + x}) {
      store(chroma.red, to);
      store(chroma.green, to + rows.stride);
      store(chroma.blue, to + 2 * rows.stride);
    }
  }
}

// Three parts of a row of chroma and one of that above or below it, for one colour.
HWY_INLINE void blend_rows(const std::int16_t* HWY_RESTRICT near,
                           const std::int16_t* HWY_RESTRICT far, const SharpRows& rows) {
  const S32 d;
  std::int32_t* HWY_RESTRICT const out = rows.blend;
  for (std::size_t x = 0; x < rows.stride; x += hn::Lanes(d)) {
    const VS v = wide(near + x);
    hn::Store(hn::Add(hn::Add(v, hn::Add(v, v)), wide(far + x)), d, out + x);
  }
  // The picture's edges go on.
  *(out - 1) = out[0];
  out[rows.columns] = out[rows.columns - 1];
}

// What a decoder shows of two corners side by side: chroma of nine parts of a column, three of that
// beside it, three of that above or below, one of that across.
HWY_INLINE void show(const SharpRows& rows, const SharpPair& pair, std::size_t corner,
                     std::size_t color) {
  const S32 d;
  const std::int32_t* HWY_RESTRICT const blend = rows.blend;
  const std::uint16_t* HWY_RESTRICT const luma = pair.luma + corner * rows.stride;
  std::uint16_t* HWY_RESTRICT const left = color_row(rows, corner, color);
  std::uint16_t* HWY_RESTRICT const right = color_row(rows, corner + 1, color);
  for (std::size_t x = 0; x < rows.stride; x += hn::Lanes(d)) {
    const VS v = hn::Load(d, blend + x);
    const VS three = hn::Add(hn::Add(v, hn::Add(v, v)), hn::Set(d, 8));
    const VS to_left = hn::ShiftRight<4>(hn::Add(three, hn::LoadU(d, blend + x - 1)));
    const VS to_right = hn::ShiftRight<4>(hn::Add(three, hn::LoadU(d, blend + x + 1)));
    store(at_least_0_at_most(hn::Add(wide_signed(luma + x), to_left), 1023), left + x);
    store(at_least_0_at_most(hn::Add(wide_signed(luma + rows.stride + x), to_right), 1023),
          right + x);
  }
}

// Returns by how much luma differs.
HWY_INLINE std::uint64_t move_luma(const SharpRows& rows, const SharpPair& pair) {
  const S32 d;
  const std::size_t lanes = hn::Lanes(d);
  VS sum = hn::Zero(d);
  for (std::size_t corner = 0; corner < kCorners; ++corner) {
    for (std::size_t x = 0; x < rows.stride; x += lanes) {
      const std::size_t at = corner * rows.stride + x;
      const VS shown = hn::BitCast(d, joined_pieces(rows, at));
      const VS difference = hn::Sub(wide_signed(pair.wanted_luma + at), shown);
      const VS moved = hn::Add(wide_signed(pair.luma + at), difference);
      store(at_least_0_at_most(moved, 1023), pair.luma + at);
      const std::size_t left = x < rows.columns ? rows.columns - x : 0;
      const auto counts = hn::FirstN(d, left < lanes ? left : lanes);
      sum = hn::Add(sum, hn::IfThenElseZero(counts, hn::Abs(difference)));
    }
  }
  return static_cast<std::uint64_t>(hn::GetLane(hn::SumOfLanes(d, sum)));
}

std::uint64_t RefineSharpPair(const SharpRows& rows, const std::int16_t* above,
                              const std::int16_t* below, const SharpPair& pair) {
  for (std::size_t color = 0; color < kColors; ++color) {
    const std::size_t at = color * rows.stride;
    blend_rows(pair.chroma + at, above + at, rows);
    show(rows, pair, 0, color);
    blend_rows(pair.chroma + at, below + at, rows);
    show(rows, pair, 2, color);
  }
  measure(rows);
  const std::uint64_t difference = move_luma(rows, pair);
  for (std::size_t x = 0; x < rows.stride; x += hn::Lanes(S32())) {
    const Chroma shown = measured_chroma(rows, x);
    const auto move = [&](VS by, std::size_t at) HWY_ATTR {
      const VS missing = hn::Sub(wide(pair.wanted_chroma + at), by);
      store(hn::Add(wide(pair.chroma + at), missing), pair.chroma + at);
    };
    move(shown.red, x);
    move(shown.green, rows.stride + x);
    move(shown.blue, 2 * rows.stride + x);
  }
  return difference;
}

// libwebp's matrix (sharpyuv/sharpyuv_csp.c): 16 bits of fraction, and 2 more of what it is used
// on.
struct Weights {
  std::int32_t red, green, blue, zero;
};
constexpr Weights kLuma = {16839, 33059, 6420, 16};
constexpr Weights kCb = {-9719, -19081, 28800, 128};
constexpr Weights kCr = {28800, -24116, -4684, 128};

HWY_INLINE VS weighed(const Weights& weights, VS red, VS green, VS blue) {
  const S32 d;
  const VS sum = hn::Add(
      hn::Add(hn::Mul(red, hn::Set(d, weights.red)), hn::Mul(green, hn::Set(d, weights.green))),
      hn::Mul(blue, hn::Set(d, weights.blue)));
  return hn::Add(sum, hn::Set(d, (weights.zero << 18) + (1 << 17)));
}

void StoreSharpPair(const SharpRows& rows, const SharpPair& pair, const SharpSamples& out) {
  const S32 d;
  const hn::Rebind<std::uint8_t, S32> d8;
  const U16 d16;
  const auto byte = [&](VS v) HWY_ATTR { return at_least_0_at_most(hn::ShiftRight<18>(v), 255); };
  for (std::size_t x = 0; x < rows.stride; x += hn::Lanes(d)) {
    const VS red = wide(pair.chroma + x);
    const VS green = wide(pair.chroma + rows.stride + x);
    const VS blue = wide(pair.chroma + 2 * rows.stride + x);
    // A colour is its chroma and luma: for luma the weights of all three.
    const VS chroma = weighed(kLuma, red, green, blue);
    const VS all = hn::Set(d, kLuma.red + kLuma.green + kLuma.blue);
    const auto luma_at = [&](std::size_t corner) HWY_ATTR {
      const VS luma = wide_signed(pair.luma + corner * rows.stride + x);
      return byte(hn::Add(chroma, hn::Mul(luma, all)));
    };
    const auto store_two = [&](std::size_t corner, std::uint8_t* to) HWY_ATTR {
      // Side by side in 16 bits, the left one below.
      const VS two = hn::Or(luma_at(corner), hn::ShiftLeft<8>(luma_at(corner + 1)));
      hn::StoreU(hn::DemoteTo(d16, two), d16, reinterpret_cast<std::uint16_t*>(to + 2 * x));
    };
    store_two(0, out.upper);
    store_two(2, out.lower);
    hn::StoreU(hn::DemoteTo(d8, byte(weighed(kCb, red, green, blue))), d8, out.cb + x);
    hn::StoreU(hn::DemoteTo(d8, byte(weighed(kCr, red, green, blue))), d8, out.cr + x);
  }
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI::webp
HWY_AFTER_NAMESPACE();

#endif  // include guard
