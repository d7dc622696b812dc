// SPDX-License-Identifier: Apache-2.0

#if defined(LIMEN_LIB_CODEC_JPEG_COLOR_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_LIB_CODEC_JPEG_COLOR_ROWS_INL_H_
#undef LIMEN_LIB_CODEC_JPEG_COLOR_ROWS_INL_H_
#else
#define LIMEN_LIB_CODEC_JPEG_COLOR_ROWS_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/words-inl.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

inline std::uint8_t clamp_to_byte(std::int32_t v) {
  return static_cast<std::uint8_t>(std::min(255, std::max(0, v)));
}

// T.871's matrix in 16-bit fixed point, as libjpeg has it: rows sum to 1, 0 and 0, so all can be
// said in the differences R - G and B - G, whose weights fit 16 bits.
constexpr std::int32_t kHalf = 1 << 15;
constexpr std::int32_t kRedY = 19595;      // 0.29900
constexpr std::int32_t kBlueY = 7471;      // 0.11400
constexpr std::int32_t kRedCb = 11059;     // 0.16874
constexpr std::int32_t kBlueCr = 5329;     // 0.08131
constexpr std::int32_t kOwn = -(1 << 15);  // -0.5, of B in Cb and of R in Cr
// One below a half, so that the largest chroma, 255.5, does not become 256.
constexpr std::int32_t kChromaMiddle = (128 << 16) + kHalf - 1;

// Converts a row by vectors, the last of which may overlap the one before; a row shorter than one
// sample by sample.
template <class Convert, class ConvertOne>
HWY_INLINE void cover_row(std::int32_t width, std::int32_t lanes, const Convert& convert,
                          const ConvertOne& convert_one) {
  std::int32_t x = 0;
  for (; x + lanes <= width; x += lanes) convert(x);
  if (x == width) return;
  if (width >= lanes) {
    convert(width - lanes);
    return;
  }
  for (; x < width; ++x) convert_one(x);
}

void SplitRow(const std::uint8_t* HWY_RESTRICT rgb, std::int32_t width,
              std::uint8_t* HWY_RESTRICT y, std::uint8_t* HWY_RESTRICT cb,
              std::uint8_t* HWY_RESTRICT cr) {
  const hn::Rebind<std::uint8_t, I16> d8;
  const I16 d;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto convert = [&](std::ptrdiff_t x) HWY_ATTR {
    hn::Vec<decltype(d8)> r8, g8, b8;
    hn::LoadInterleaved3(d8, rgb + 3 * x, r8, g8, b8);
    const V16 green = hn::PromoteTo(d, g8);
    const Pairs pairs =
        pair(hn::Sub(hn::PromoteTo(d, r8), green), hn::Sub(hn::PromoteTo(d, b8), green));
    const V16 luma = hn::Add(green, narrow<16>(add(dot(pairs, kRedY, kBlueY), wide(kHalf))));
    hn::StoreU(hn::DemoteTo(d8, luma), d8, y + x);
    const Wide middle = wide(kChromaMiddle);
    hn::StoreU(hn::DemoteTo(d8, narrow<16>(sub(middle, dot(pairs, kRedCb, kOwn)))), d8, cb + x);
    hn::StoreU(hn::DemoteTo(d8, narrow<16>(sub(middle, dot(pairs, kOwn, kBlueCr)))), d8, cr + x);
  };
  const auto convert_one = [&](std::ptrdiff_t x) HWY_ATTR {
    const std::int32_t green = rgb[3 * x + 1];
    const std::int32_t red = rgb[3 * x] - green, blue = rgb[3 * x + 2] - green;
    y[x] = static_cast<std::uint8_t>(green + ((kRedY * red + kBlueY * blue + kHalf) >> 16));
    cb[x] = static_cast<std::uint8_t>((kChromaMiddle - kRedCb * red - kOwn * blue) >> 16);
    cr[x] = static_cast<std::uint8_t>((kChromaMiddle - kOwn * red - kBlueCr * blue) >> 16);
  };
  cover_row(width, lanes, convert, convert_one);
}

void HalveRows(const std::uint8_t* HWY_RESTRICT upper, const std::uint8_t* HWY_RESTRICT lower,
               std::size_t count, std::uint8_t* HWY_RESTRICT out) {
  std::size_t x = 0;
  const hn::RebindToUnsigned<I16> d;
  const hn::Rebind<std::uint8_t, I16> d8;
#if HWY_TARGET != HWY_SCALAR
  const hn::Repartition<std::uint8_t, I16> d_bytes;
  const std::size_t lanes = hn::Lanes(d);
  // Two bytes are a lane, little-endian: the left one is its lower half.
  const auto low = hn::Set(d, 0xFF);
  const auto bias = hn::Add(hn::Set(d, 1), hn::And(hn::Iota(d, 0), hn::Set(d, 1)));
  const auto pair_sum = [&](const std::uint8_t* row) HWY_ATTR {
    const auto both = hn::BitCast(d, hn::LoadU(d_bytes, row));
    return hn::Add(hn::And(both, low), hn::ShiftRight<8>(both));
  };
  for (; x + lanes <= count; x += lanes) {
    const auto sum = hn::Add(hn::Add(pair_sum(upper + 2 * x), pair_sum(lower + 2 * x)), bias);
    hn::StoreU(hn::DemoteTo(d8, hn::BitCast(I16(), hn::ShiftRight<2>(sum))), d8, out + x);
  }
#endif
  (void)d;
  (void)d8;
  for (; x < count; ++x) {
    const int sum = upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1];
    out[x] = static_cast<std::uint8_t>((sum + 1 + static_cast<int>(x % 2)) >> 2);
  }
}

// libjpeg's "fancy" upsampling: three parts of the nearer row and column, one of the farther.
void UpsampleRow(const std::uint8_t* HWY_RESTRICT near, const std::uint8_t* HWY_RESTRICT far,
                 std::int32_t width, std::uint8_t* HWY_RESTRICT out) {
  const std::int32_t count = (width + 1) / 2;
  if (count <= 2) {
    for (std::int32_t x = 0; x < width; ++x) out[x] = near[x / 2];
    return;
  }
  const auto column = [&](std::ptrdiff_t x) { return 3 * near[x] + far[x]; };
  const auto both = [&](std::ptrdiff_t x) {
    const int here = 3 * column(x);
    out[2 * x] = static_cast<std::uint8_t>((here + column(x - 1) + 8) >> 4);
    out[2 * x + 1] = static_cast<std::uint8_t>((here + column(x + 1) + 7) >> 4);
  };
  out[0] = static_cast<std::uint8_t>((4 * column(0) + 8) >> 4);
  out[1] = static_cast<std::uint8_t>((3 * column(0) + column(1) + 7) >> 4);
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto columns = [&](std::ptrdiff_t at) HWY_ATTR {
    const auto n = hn::PromoteTo(d, hn::LoadU(d8, near + at));
    return hn::Add(hn::Add(n, hn::Add(n, n)), hn::PromoteTo(d, hn::LoadU(d8, far + at)));
  };
  std::ptrdiff_t x = 1;
  for (; x + lanes < count; x += lanes) {
    const V16 middle = columns(x);
    const V16 here = hn::Add(middle, hn::Add(middle, middle));
    const V16 left = hn::ShiftRight<4>(hn::Add(hn::Add(here, columns(x - 1)), hn::Set(d, 8)));
    const V16 right = hn::ShiftRight<4>(hn::Add(hn::Add(here, columns(x + 1)), hn::Set(d, 7)));
    hn::StoreInterleaved2(hn::DemoteTo(d8, left), hn::DemoteTo(d8, right), d8, out + 2 * x);
  }
  for (; x + 1 < count; ++x) both(x);
  const int last = column(count - 1);
  out[2 * count - 2] = static_cast<std::uint8_t>((3 * last + column(count - 2) + 8) >> 4);
  out[2 * count - 1] = static_cast<std::uint8_t>((4 * last + 7) >> 4);
}

// The same along rows alone, which libjpeg rounds the other way round.
void WidenRow(const std::uint8_t* HWY_RESTRICT in, std::int32_t width,
              std::uint8_t* HWY_RESTRICT out) {
  const std::int32_t count = (width + 1) / 2;
  if (count <= 2) {
    for (std::int32_t x = 0; x < width; ++x) out[x] = in[x / 2];
    return;
  }
  const auto both = [&](std::ptrdiff_t x) {
    out[2 * x] = static_cast<std::uint8_t>((3 * in[x] + in[x - 1] + 1) >> 2);
    out[2 * x + 1] = static_cast<std::uint8_t>((3 * in[x] + in[x + 1] + 2) >> 2);
  };
  out[0] = in[0];
  out[1] = static_cast<std::uint8_t>((3 * in[0] + in[1] + 2) >> 2);
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const auto samples = [&](std::ptrdiff_t at)
                           HWY_ATTR { return hn::PromoteTo(d, hn::LoadU(d8, in + at)); };
  std::ptrdiff_t x = 1;
  for (; x + lanes < count; x += lanes) {
    const V16 middle = samples(x);
    const V16 here = hn::Add(middle, hn::Add(middle, middle));
    const V16 left = hn::ShiftRight<2>(hn::Add(hn::Add(here, samples(x - 1)), hn::Set(d, 1)));
    const V16 right = hn::ShiftRight<2>(hn::Add(hn::Add(here, samples(x + 1)), hn::Set(d, 2)));
    hn::StoreInterleaved2(hn::DemoteTo(d8, left), hn::DemoteTo(d8, right), d8, out + 2 * x);
  }
  for (; x + 1 < count; ++x) both(x);
  out[2 * count - 2] = static_cast<std::uint8_t>((3 * in[count - 1] + in[count - 2] + 1) >> 2);
  out[2 * count - 1] = in[count - 1];
}

// The way back (T.871), each product rounded as libjpeg's tables are. Weights beyond 16 bits are
// taken apart into whole parts and what is left.
void RgbRow(const std::uint8_t* HWY_RESTRICT y, const std::uint8_t* HWY_RESTRICT cb,
            const std::uint8_t* HWY_RESTRICT cr, std::int32_t width,
            std::uint8_t* HWY_RESTRICT out) {
  constexpr std::int32_t kOne = 1 << 16;
  constexpr std::int32_t kRedCr = 91881 - kOne;        // 1.40200
  constexpr std::int32_t kBlueCb = 116130 - 2 * kOne;  // 1.77200
  constexpr std::int32_t kGreenCr = kOne - 46802;      // -0.71414
  constexpr std::int32_t kGreenCb = -22554;            // -0.34414
  const I16 d;
  const hn::Rebind<std::uint8_t, I16> d8;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));
  const V16 center = hn::Set(d, 128);
  // (v * weight + 2^15) >> 16: twice v times the weight, of which the lowest bit rounds.
  const auto part = [&](V16 v, std::int32_t weight) HWY_ATTR {
    const V16 twice = hn::MulHigh(hn::Add(v, v), hn::Set(d, static_cast<std::int16_t>(weight)));
    return hn::ShiftRight<1>(hn::Add(twice, hn::Set(d, 1)));
  };
  const auto convert = [&](std::ptrdiff_t x) HWY_ATTR {
    const V16 luma = hn::PromoteTo(d, hn::LoadU(d8, y + x));
    const V16 b = hn::Sub(hn::PromoteTo(d, hn::LoadU(d8, cb + x)), center);
    const V16 r = hn::Sub(hn::PromoteTo(d, hn::LoadU(d8, cr + x)), center);
    const V16 red = hn::Add(hn::Add(luma, r), part(r, kRedCr));
    const V16 blue = hn::Add(hn::Add(luma, hn::Add(b, b)), part(b, kBlueCb));
    const V16 green = hn::Add(hn::Sub(luma, r),
                              narrow<16>(add(dot(pair(b, r), kGreenCb, kGreenCr), wide(kHalf))));
    hn::StoreInterleaved3(hn::DemoteTo(d8, red), hn::DemoteTo(d8, green), hn::DemoteTo(d8, blue),
                          d8, out + 3 * x);
  };
  const auto convert_one = [&](std::ptrdiff_t x) HWY_ATTR {
    const std::int32_t b = cb[x] - 128, r = cr[x] - 128;
    out[3 * x] = clamp_to_byte(y[x] + r + ((kRedCr * r + kHalf) >> 16));
    out[3 * x + 1] = clamp_to_byte(y[x] - r + ((kGreenCb * b + kGreenCr * r + kHalf) >> 16));
    out[3 * x + 2] = clamp_to_byte(y[x] + 2 * b + ((kBlueCb * b + kHalf) >> 16));
  };
  cover_row(width, lanes, convert, convert_one);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
