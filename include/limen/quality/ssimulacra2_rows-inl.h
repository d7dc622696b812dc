// SPDX-License-Identifier: Apache-2.0

// Row kernels of SSIMULACRA 2.1.
//
// The candidate is seen as the original plus a difference d. With E the blur, the metric's SSIM map
//
//   1 - (1 - (mu1 - mu2)^2) * (2 cov(1, 2) + C2) / (var(1) + var(2) + C2)
//
// is m^2 + (1 - m^2) * v / s, where m = E d, v = E d^2 - m^2 and s = 2 var(1) + 2 cov(1, d) + v +
// C2, since var, cov and so v are the same bilinear form, at the zero-padded borders too. Nothing
// large cancels in that, so floats suffice, and three blurs serve SSIM and edge maps alike.
//
// The blur goes down first: d, d * d and d * o of nine rows are weighted and summed as they are
// made, so that of the candidate only nine rows of d are kept.

#if defined(LIMEN_QUALITY_SSIMULACRA2_ROWS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_ROWS_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_ROWS_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_ROWS_INL_H_
#endif

#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "limen/core/abi.h"
#include "limen/quality/ssimulacra2_scale.h"
#include "limen/quality/ssimulacra2_terms.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace terms = ssimulacra2_terms;

using F32 = hn::ScalableTag<float>;
using VF = hn::Vec<F32>;

// Bytes are looked up sixteen at a time where a vector holds all pieces.
constexpr bool kReadsBytes = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL;
// Pixels at once.
constexpr std::size_t kBytesAtOnce = 64;

// kBytesAtOnce pixels of RGB to linear light, at out[0..2] + x.
HWY_INLINE void LinearFromBytes(const std::uint8_t* HWY_RESTRICT in,
                                const terms::LinearPieces& pieces, std::size_t x,
                                float* const out[3]) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL
  const F32 d;
  const hn::RebindToSigned<F32> di;
  const hn::Rebind<std::uint8_t, F32> du8;
  const hn::ScalableTag<std::uint8_t> d_bytes;
  alignas(64) std::uint8_t planes[3][kBytesAtOnce];
  auto red = hn::Undefined(d_bytes), green = red, blue = red;
  hn::LoadInterleaved3(d_bytes, in, red, green, blue);
  hn::Store(red, d_bytes, planes[0]);
  hn::Store(green, d_bytes, planes[1]);
  hn::Store(blue, d_bytes, planes[2]);
  const VF c0 = hn::LoadU(d, pieces.coefficients[0]);
  const VF c1 = hn::LoadU(d, pieces.coefficients[1]);
  const VF c2 = hn::LoadU(d, pieces.coefficients[2]);
  const VF c3 = hn::LoadU(d, pieces.coefficients[3]);
  const VF c4 = hn::LoadU(d, pieces.coefficients[4]);
  const VF first = hn::LoadU(d, pieces.first);
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < kBytesAtOnce; i += hn::Lanes(d)) {
      const auto level = hn::PromoteTo(di, hn::Load(du8, planes[c] + i));
      const auto piece = hn::ShiftRight<4>(level);
      const auto within = hn::And(level, hn::Set(di, 15));
      const auto of_piece = hn::IndicesFromVec(d, piece);
      const VF at = hn::Sub(hn::ConvertTo(d, within), hn::Set(d, 7.5f));
      VF value = hn::TableLookupLanes(c4, of_piece);
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c3, of_piece));
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c2, of_piece));
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c1, of_piece));
      value = hn::MulAdd(value, at, hn::TableLookupLanes(c0, of_piece));
      const VF low = hn::TableLookupLanes(first, hn::IndicesFromVec(d, within));
      const auto is_low = hn::RebindMask(d, hn::Eq(piece, hn::Zero(di)));
      hn::StoreU(hn::IfThenElse(is_low, low, value), d, out[c] + x + i);
    }
  }
#else
  (void)in, (void)pieces, (void)x, (void)out;
#endif
}

// 1 / cbrt(x) for x in 0.003 to 1.1, to 3e-5: a guess from the exponent, times a quadratic minimax
// fit of (1 - c)^(-1/3) over the c = 1 - x y^3 that the guess y leaves (0.123 to 0.264).
HWY_INLINE VF InverseCubeRoot(F32 d, VF x) {
  const hn::RebindToSigned<F32> di;
  const auto exponent = hn::ConvertTo(d, hn::BitCast(di, x));
  // 4/3 of a float's bias in bits, less a term by which the guess is always low; a 256th of it all,
  // above 2^23, where a float's lowest bits are an integer.
  const auto guess = hn::NegMulAdd(exponent, hn::Set(d, 1.0f / 3 / 256),
                                   hn::Set(d, 1419000000.0f / 256 + 8388608.0f));
  const VF y = hn::BitCast(d, hn::ShiftLeft<8>(hn::BitCast(di, guess)));
  const VF c = hn::NegMulAdd(x, hn::Mul(y, hn::Mul(y, y)), hn::Set(d, 1.0f));
  const VF slope = hn::MulAdd(c, hn::Set(d, 0.36795424f), hn::Set(d, 0.30292765f));
  return hn::Mul(y, hn::MulAdd(c, slope, hn::Set(d, 1.00192257f)));
}

// The cube root of x to about 1 ulp, with y near its inverse and y2 = y * y: x y^2 (1 - c)^(-2/3)
// with c as above, of which two terms are enough.
HWY_INLINE VF CubeRoot(F32 d, VF x, VF y, VF y2) {
  const VF root = hn::Mul(x, y2);
  const VF c = hn::NegMulAdd(root, y, hn::Set(d, 1.0f));
  return hn::MulAdd(hn::Mul(root, c), hn::Set(d, 2.0f / 3), root);
}

HWY_INLINE VF Mix(F32 d, int row, VF r, VF g, VF b) {
  const auto& m = terms::kAbsorbance[static_cast<std::size_t>(row)];
  VF sum = hn::Set(d, static_cast<float>(terms::kAbsorbanceBias));
  sum = hn::MulAdd(r, hn::Set(d, static_cast<float>(m[0])), sum);
  sum = hn::MulAdd(g, hn::Set(d, static_cast<float>(m[1])), sum);
  return hn::MulAdd(b, hn::Set(d, static_cast<float>(m[2])), sum);
}

// The cones L and M differ in what they take of red and green alone.
constexpr double kConeStep = 0.07;
static_assert([] {
  const auto& l = terms::kAbsorbance[0];
  const auto& m = terms::kAbsorbance[1];
  const auto is_near = [](double a, double b) { return a - b < 1e-12 && b - a < 1e-12; };
  return is_near(l[0] - m[0], kConeStep) && is_near(m[1] - l[1], kConeStep) && l[2] == m[2];
}());
// (1 - cbrt(1 - kConeStep u)) / 2 / u for u from -1.6 to 3.3: near minimax.
constexpr float kShare[] = {0.01166664486f, 0.0002719793496f, 1.06256018e-05f, 6.023421504e-07f};

// Columns `begin` to `end` - 1 of linear light, 0 to 1, to the metric's channels that `kChannels`
// has a bit for, less `minus` where there is one. Whole vectors are read and written. `ahead`: from
// the rows of `minus` to those that are fetched meanwhile.
template <unsigned kChannels, bool kMinus>
HWY_INLINE void XybRow(const float* const linear[3], std::size_t begin, std::size_t end,
                       const float* const minus[3], std::size_t ahead, float* const out[3]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const float root = static_cast<float>(std::cbrt(terms::kAbsorbanceBias));
  const VF y_offset = hn::Set(d, static_cast<float>(terms::kOffsetY) - root);
  const auto put = [&](int c, std::size_t x, VF v) HWY_ATTR {
    if constexpr (kMinus) {
      hwy::Prefetch(minus[c] + x + ahead);
      v = hn::Sub(v, hn::LoadU(d, minus[c] + x));
    }
    hn::StoreU(v, d, out[c] + x);
  };
  for (std::size_t x = begin; x < end; x += lanes) {
    const VF r = hn::LoadU(d, linear[0] + x);
    const VF g = hn::LoadU(d, linear[1] + x);
    const VF b = hn::LoadU(d, linear[2] + x);
    // L and M differ by 0.07 (R - G), so with u = (R - G) / L the mean of their roots is that of L
    // less a share (1 - cbrt(1 - 0.07 u)) / 2 of it, which is a polynomial to 2e-7.
    const VF cone = Mix(d, 0, r, g, b);
    const VF inverse = InverseCubeRoot(d, cone);
    const VF inverse2 = hn::Mul(inverse, inverse);
    const VF l = CubeRoot(d, cone, inverse, inverse2);
    const VF u = hn::Mul(hn::Sub(r, g), hn::Mul(inverse, inverse2));
    VF share = hn::MulAdd(u, hn::Set(d, kShare[3]), hn::Set(d, kShare[2]));
    share = hn::MulAdd(u, share, hn::Set(d, kShare[1]));
    share = hn::Mul(u, hn::MulAdd(u, share, hn::Set(d, kShare[0])));
    const VF difference = hn::Mul(l, share);
    const VF luma = hn::Add(hn::Sub(l, difference), y_offset);
    if constexpr ((kChannels & 1) != 0) {
      put(0, x,
          hn::MulAdd(difference, hn::Set(d, static_cast<float>(terms::kScaleX)),
                     hn::Set(d, static_cast<float>(terms::kOffsetX))));
    }
    if constexpr ((kChannels & 2) != 0) put(1, x, luma);
    if constexpr ((kChannels & 4) != 0) {
      // (S - root) - Y with Y = luma - kOffsetY.
      const VF third = Mix(d, 2, r, g, b);
      const VF y = InverseCubeRoot(d, third);
      const VF s = CubeRoot(d, third, y, hn::Mul(y, y));
      const float offset = static_cast<float>(terms::kOffsetB + terms::kOffsetY) - root;
      put(2, x, hn::Add(hn::Sub(s, luma), hn::Set(d, offset)));
    }
  }
}

constexpr unsigned NeededChannels(int scale) {
  unsigned mask = 0;
  for (int c = 0; c < 3; ++c) {
    if (terms::needs_channel(c, scale)) mask |= 1u << c;
  }
  return mask;
}

// XybRow for the channels that a scale needs.
template <bool kMinus, int kScale = 0>
HWY_INLINE void XybRowOf(int scale, const float* const linear[3], std::size_t begin,
                         std::size_t end, const float* const minus[3], std::size_t ahead,
                         float* const out[3]) {
  if constexpr (kScale < terms::kScales) {
    if (scale == kScale) {
      XybRow<NeededChannels(kScale), kMinus>(linear, begin, end, minus, ahead, out);
    } else {
      XybRowOf<kMinus, kScale + 1>(scale, linear, begin, end, minus, ahead, out);
    }
  }
}

// Means of 2x2; `below` is the row itself under an odd height. The even number of columns that is
// read may include one beyond the width, which the caller has set to the last one's value.
HWY_INLINE void HalveRow(const float* above, const float* below, std::size_t out_width,
                         float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF quarter = hn::Set(d, 0.25f);
  for (std::size_t x = 0; x < out_width; x += lanes) {
    const float* const a = above + 2 * x;
    const float* const b = below + 2 * x;
    const VF first = hn::Add(hn::LoadU(d, a), hn::LoadU(d, b));
    const VF second = hn::Add(hn::LoadU(d, a + lanes), hn::LoadU(d, b + lanes));
    VF even, odd;
#if HWY_TARGET == HWY_SCALAR
    even = first;
    odd = second;
#else
    even = hn::ConcatEven(d, second, first);
    odd = hn::ConcatOdd(d, second, first);
#endif
    hn::StoreU(hn::Mul(hn::Add(even, odd), quarter), d, out + x);
  }
}

// Nine taps around `in + x`; `in` has zeros for kTapRadius floats on both sides.
HWY_INLINE VF BlurAcross(F32 d, const float* HWY_RESTRICT in) {
  VF sum = hn::Mul(hn::LoadU(d, in), hn::Set(d, terms::kTaps[0]));
  for (int k = 1; k <= terms::kTapRadius; ++k) {
    sum = hn::MulAdd(hn::Add(hn::LoadU(d, in - k), hn::LoadU(d, in + k)),
                     hn::Set(d, terms::kTaps[static_cast<std::size_t>(k)]), sum);
  }
  return sum;
}

HWY_INLINE VF Tap(F32 d, std::size_t row) {
  return hn::Set(
      d, terms::kTaps[row < terms::kTapRadius ? terms::kTapRadius - row : row - terms::kTapRadius]);
}

// Ten rows of values: the blur down of them and of their squares, for the fifth row and the sixth.
HWY_INLINE void BlurOriginalDown(const float* const rows[terms::kWindow + 1], std::size_t width,
                                 float* const upper[2], float* const lower[2]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    VF value = hn::LoadU(d, rows[0] + x);
    VF sum0 = hn::Mul(value, Tap(d, 0));
    VF square0 = hn::Mul(sum0, value);
    VF sum1 = hn::Zero(d), square1 = sum1;
    for (std::size_t k = 1; k < terms::kWindow; ++k) {
      value = hn::LoadU(d, rows[k] + x);
      const VF weighted0 = hn::Mul(value, Tap(d, k));
      const VF weighted1 = hn::Mul(value, Tap(d, k - 1));
      sum0 = hn::Add(sum0, weighted0);
      sum1 = hn::Add(sum1, weighted1);
      square0 = hn::MulAdd(weighted0, value, square0);
      square1 = hn::MulAdd(weighted1, value, square1);
    }
    value = hn::LoadU(d, rows[terms::kWindow] + x);
    const VF weighted = hn::Mul(value, Tap(d, terms::kWindow - 1));
    hn::StoreU(sum0, d, upper[0] + x);
    hn::StoreU(square0, d, upper[1] + x);
    hn::StoreU(hn::Add(sum1, weighted), d, lower[0] + x);
    hn::StoreU(hn::MulAdd(weighted, value, square1), d, lower[1] + x);
  }
}

// Half a float each, since large pictures wait for memory: above, the deviation of a value from its
// blur, to 8 bits; below, the spread, which is twice the local variance plus C2, to 13 bits: four
// bits of exponent and twelve of mantissa. Both round to nearest, so their errors are as often up
// as down and cancel over the pixels of a map.
constexpr std::uint32_t kLeastSpread = (127u - 11) << 23;  // of the bits that stand for 2^-11
constexpr float kMostSpread = 31.99f;
static_assert(terms::kC2 > 1.0f / 2048 + 1.0f / 4096);

HWY_INLINE hn::Vec<hn::RebindToUnsigned<F32>> PackDetails(F32 d, VF deviation, VF spread) {
  const hn::RebindToUnsigned<F32> du;
  const auto above =
      hn::And(hn::Add(hn::BitCast(du, deviation), hn::Set(du, 0x8000u)), hn::Set(du, 0xFFFF0000u));
  // By rounding alone no variance comes below zero by more than half of C2.
  const VF held = hn::Min(hn::Max(spread, hn::Set(d, 1.0f / 2048)), hn::Set(d, kMostSpread));
  const auto below =
      hn::ShiftRight<11>(hn::Sub(hn::BitCast(du, held), hn::Set(du, kLeastSpread - (1u << 10))));
  return hn::Or(above, below);
}

HWY_INLINE VF DeviationOf(F32 d, hn::Vec<hn::RebindToUnsigned<F32>> details) {
  const hn::RebindToUnsigned<F32> du;
  return hn::BitCast(d, hn::And(details, hn::Set(du, 0xFFFF0000u)));
}

HWY_INLINE VF SpreadOf(F32 d, hn::Vec<hn::RebindToUnsigned<F32>> details) {
  const hn::RebindToUnsigned<F32> du;
  const auto bits = hn::ShiftLeft<11>(hn::And(details, hn::Set(du, 0xFFFFu)));
  return hn::BitCast(d, hn::Add(bits, hn::Set(du, kLeastSpread)));
}

HWY_INLINE void FinishOriginalRow(const float* HWY_RESTRICT value, const float* HWY_RESTRICT values,
                                  const float* HWY_RESTRICT squares, std::size_t width,
                                  std::uint32_t* HWY_RESTRICT details) {
  const F32 d;
  const hn::RebindToUnsigned<F32> du;
  const std::size_t lanes = hn::Lanes(d);
  const VF c2 = hn::Set(d, terms::kC2);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF mu = BlurAcross(d, values + x);
    const VF variance = hn::NegMulAdd(mu, mu, BlurAcross(d, squares + x));
    const VF deviation = hn::Sub(hn::LoadU(d, value + x), mu);
    const VF spread = hn::MulAdd(variance, hn::Set(d, 2.0f), c2);
    hn::StoreU(PackDetails(d, deviation, spread), du, details + x);
  }
}

// Rows that are blurred down at once: most of that work is to load what does not fit into the
// first-level cache, and each row is loaded for all of them. Each takes three registers.
#if HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_SSE4 || HWY_TARGET == HWY_AVX2
constexpr std::size_t kRowsAtOnce = 2;
#else
constexpr std::size_t kRowsAtOnce = 4;
#endif
static_assert(kRowsAtOnce <= terms::kMostRowsAtOnce);
constexpr std::size_t kRowsReached = terms::kWindow - 1 + kRowsAtOnce;

// One row's blur down of the differences, of their products with the original, of their squares.
struct BlurredRow {
  float* differences;
  float* products;
  float* squares;
};

// kRowsReached rows of differences and of the original, to blurs down of the kRowsAtOnce rows in
// their middle.
HWY_INLINE void BlurDifferencesDown(const float* const (&differences)[kRowsReached],
                                    const float* const (&originals)[kRowsReached],
                                    std::size_t begin, std::size_t end,
                                    const BlurredRow (&blurred)[terms::kMostRowsAtOnce]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = begin; x < end; x += lanes) {
    VF sum0 = hn::Zero(d), product0 = sum0, square0 = sum0;
    VF sum1 = sum0, product1 = sum0, square1 = sum0;
    VF sum2 = sum0, product2 = sum0, square2 = sum0;
    VF sum3 = sum0, product3 = sum0, square3 = sum0;
    HWY_UNROLL(12)
    for (std::size_t k = 0; k < kRowsReached; ++k) {
      const VF difference = hn::LoadU(d, differences[k] + x);
      const VF product = hn::Mul(difference, hn::LoadU(d, originals[k] + x));
      const VF square = hn::Mul(difference, difference);
      const auto add = [&](std::size_t row, VF& of_sum, VF& of_product, VF& of_square) HWY_ATTR {
        if (row >= kRowsAtOnce || k < row || k - row >= terms::kWindow) return;
        const VF tap = Tap(d, k - row);
        if (k == row) {
          of_sum = hn::Mul(difference, tap);
          of_product = hn::Mul(product, tap);
          of_square = hn::Mul(square, tap);
          return;
        }
        of_sum = hn::MulAdd(difference, tap, of_sum);
        of_product = hn::MulAdd(product, tap, of_product);
        of_square = hn::MulAdd(square, tap, of_square);
      };
      add(0, sum0, product0, square0);
      add(1, sum1, product1, square1);
      add(2, sum2, product2, square2);
      add(3, sum3, product3, square3);
    }
    const auto store = [&](std::size_t row, VF of_sum, VF of_product, VF of_square) HWY_ATTR {
      if (row >= kRowsAtOnce) return;
      hn::StoreU(of_sum, d, blurred[row].differences + x);
      hn::StoreU(of_product, d, blurred[row].products + x);
      hn::StoreU(of_square, d, blurred[row].squares + x);
    };
    store(0, sum0, product0, square0);
    store(1, sum1, product1, square1);
    store(2, sum2, product2, square2);
    store(3, sum3, product3, square3);
  }
}

struct CompareRowInput {
  const float* values;
  const std::uint32_t* details;
  const float* differences;
  BlurredRow blurred;
  std::size_t ahead;  // from this row of the original to the one to be fetched meanwhile
};

HWY_INLINE VF FourthPower(VF v) {
  const VF square = hn::Mul(v, v);
  return hn::Mul(square, square);
}

constexpr bool Has(unsigned terms_mask, terms::Term term) { return (terms_mask >> term & 1) != 0; }

// The kept terms of a channel at a scale, a bit each.
constexpr unsigned KeptMask(int channel, int scale) {
  unsigned mask = 0;
  for (int term = 0; term < terms::kTerms; ++term) {
    if (terms::is_kept(channel, scale, static_cast<terms::Term>(term))) mask |= 1u << term;
  }
  return mask;
}

// Adds columns `begin` to `end` - 1 of one row of the maps that `kMask` names to columns[term].
template <unsigned kMask>
void CompareRow(const CompareRowInput& input, std::size_t begin, std::size_t end,
                float* const* columns) {
  constexpr bool kSsim = Has(kMask, terms::ssim_1) || Has(kMask, terms::ssim_4);
  constexpr bool kArtifact = Has(kMask, terms::artifact_1) || Has(kMask, terms::artifact_4);
  constexpr bool kDetail = Has(kMask, terms::detail_1) || Has(kMask, terms::detail_4);
  constexpr bool kEdges = kArtifact || kDetail;
  const F32 d;
  const hn::RebindToUnsigned<F32> du;
  const std::size_t lanes = hn::Lanes(d);
  const VF one = hn::Set(d, 1.0f);
  const VF zero = hn::Zero(d);
  const CompareRowInput in = input;  // of its own, so that no store can change it
  for (std::size_t x = begin; x < end; x += lanes) {
    const auto add = [&](terms::Term term, VF v) HWY_ATTR {
      float* column = columns[term] + x;
      hn::StoreU(hn::Add(hn::LoadU(d, column), v), d, column);
    };
    const VF mean = BlurAcross(d, in.blurred.differences + x);
    const auto details = hn::LoadU(du, in.details + x);
    hwy::Prefetch(in.details + x + in.ahead);
    const VF deviation = DeviationOf(d, details);
    const VF was = hn::Abs(deviation);
    // One division serves both maps.
    const VF edge_base = hn::Add(one, was);
    VF by_edge_base = zero;
    if constexpr (kSsim) {
      const VF value = hn::LoadU(d, in.values + x);
      const VF mean_square = hn::Mul(mean, mean);
      const VF covariance =
          hn::NegMulAdd(hn::Sub(value, deviation), mean, BlurAcross(d, in.blurred.products + x));
      const VF variance = hn::Sub(BlurAcross(d, in.blurred.squares + x), mean_square);
      const VF spread =
          hn::Add(hn::MulAdd(covariance, hn::Set(d, 2.0f), SpreadOf(d, details)), variance);
      VF ratio;
      if constexpr (kEdges) {
        const VF inverse = hn::Div(one, hn::Mul(spread, edge_base));
        ratio = hn::Mul(variance, hn::Mul(inverse, edge_base));
        by_edge_base = hn::Mul(inverse, spread);
      } else {
        ratio = hn::Div(variance, spread);
      }
      VF error = hn::MulAdd(hn::Sub(one, mean_square), ratio, mean_square);
      error = hn::Max(error, zero);
      if constexpr (Has(kMask, terms::ssim_1)) add(terms::ssim_1, error);
      if constexpr (Has(kMask, terms::ssim_4)) add(terms::ssim_4, FourthPower(error));
    } else {
      by_edge_base = hn::Div(one, edge_base);
    }
    if constexpr (kEdges) {
      const VF difference = hn::LoadU(d, in.differences + x);
      const VF is = hn::Abs(hn::Add(deviation, hn::Sub(difference, mean)));
      const VF change = hn::Mul(hn::Sub(is, was), by_edge_base);
      const VF artifact = hn::Max(change, zero);
      const VF detail = hn::Max(hn::Neg(change), zero);
      if constexpr (Has(kMask, terms::artifact_1)) add(terms::artifact_1, artifact);
      if constexpr (Has(kMask, terms::artifact_4)) add(terms::artifact_4, FourthPower(artifact));
      if constexpr (Has(kMask, terms::detail_1)) add(terms::detail_1, detail);
      if constexpr (Has(kMask, terms::detail_4)) add(terms::detail_4, FourthPower(detail));
    }
  }
}

using CompareRowFunction = void (*)(const CompareRowInput&, std::size_t, std::size_t,
                                    float* const*);

template <int kChannel, int kScale>
CompareRowFunction CompareRowAt() {
  if constexpr (KeptMask(kChannel, kScale) == 0) {
    return nullptr;
  } else {
    return CompareRow<KeptMask(kChannel, kScale)>;
  }
}

template <int kChannel>
CompareRowFunction CompareRowOf(int scale) {
  const CompareRowFunction by_scale[] = {CompareRowAt<kChannel, 0>(), CompareRowAt<kChannel, 1>(),
                                         CompareRowAt<kChannel, 2>(), CompareRowAt<kChannel, 3>(),
                                         CompareRowAt<kChannel, 4>(), CompareRowAt<kChannel, 5>()};
  static_assert(sizeof(by_scale) / sizeof(by_scale[0]) == terms::kScales);
  return by_scale[scale];
}

// Sums of `side` columns each, one a cell; the columns start again at zero.
inline void ReduceColumns(float* columns, std::size_t width, std::size_t side, float* cells) {
  for (std::size_t x = 0; x < width; x += side) {
    const std::size_t end = std::min(x + side, width);
    float sums[4] = {0, 0, 0, 0};
    std::size_t i = x;
    for (; i + 4 <= end; i += 4) {
      for (std::size_t k = 0; k < 4; ++k) sums[k] += columns[i + k];
    }
    for (; i < end; ++i) sums[0] += columns[i];
    *cells++ = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  }
  std::fill(columns, columns + width, 0.0f);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
