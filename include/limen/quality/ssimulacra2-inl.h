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

#if defined(LIMEN_QUALITY_SSIMULACRA2_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_INL_H_
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

// 1 / cbrt(x) for x in 0.003 to 1.1, to 3e-5: a guess from the exponent, times a quadratic minimax
// fit of (1 - c)^(-1/3) over the c = 1 - x y^3 that the guess y leaves (0.123 to 0.264).
HWY_INLINE VF InverseCubeRoot(F32 d, VF x) {
  const hn::RebindToSigned<F32> di;
  const auto exponent = hn::ConvertTo(d, hn::BitCast(di, x));
  // 4/3 of a float's bias in bits, less a term by which the guess is always low.
  const auto guess_bits = hn::NegMulAdd(exponent, hn::Set(d, 1.0f / 3), hn::Set(d, 1419000000.0f));
  const VF y = hn::BitCast(d, hn::ConvertTo(di, guess_bits));
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

// Linear light, 0 to 1, to the metric's channels, less `minus` where that is not null; a channel
// that is not needed is null. Whole vectors are read and written. `ahead`: from the rows of `minus`
// to those that are fetched meanwhile.
template <bool kMinus>
HWY_INLINE void XybRow(const float* const linear[3], std::size_t width, const float* const minus[3],
                       std::size_t ahead, float* const out[3]) {
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
  for (std::size_t x = 0; x < width; x += lanes) {
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
    if (out[0] != nullptr) {
      put(0, x,
          hn::MulAdd(difference, hn::Set(d, static_cast<float>(terms::kScaleX)),
                     hn::Set(d, static_cast<float>(terms::kOffsetX))));
    }
    if (out[1] != nullptr) put(1, x, luma);
    if (out[2] != nullptr) {
      // (S - root) - Y with Y = luma - kOffsetY.
      const VF third = Mix(d, 2, r, g, b);
      const VF y = InverseCubeRoot(d, third);
      const VF s = CubeRoot(d, third, y, hn::Mul(y, y));
      const float offset = static_cast<float>(terms::kOffsetB + terms::kOffsetY) - root;
      put(2, x, hn::Add(hn::Sub(s, luma), hn::Set(d, offset)));
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

// Nine rows of values: their blur down, and that of their squares.
HWY_INLINE void BlurOriginalDown(const float* const rows[terms::kWindow], std::size_t width,
                                 float* HWY_RESTRICT values, float* HWY_RESTRICT squares) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    VF value = hn::Zero(d), square = hn::Zero(d);
    for (std::size_t k = 0; k < terms::kWindow; ++k) {
      const VF v = hn::LoadU(d, rows[k] + x);
      const VF weighted = hn::Mul(v, Tap(d, k));
      value = hn::Add(value, weighted);
      square = hn::MulAdd(weighted, v, square);
    }
    hn::StoreU(value, d, values + x);
    hn::StoreU(square, d, squares + x);
  }
}

HWY_INLINE void FinishOriginalRow(const float* HWY_RESTRICT value, const float* HWY_RESTRICT values,
                                  const float* HWY_RESTRICT squares, std::size_t width,
                                  float* HWY_RESTRICT deviation, float* HWY_RESTRICT spread) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF c2 = hn::Set(d, terms::kC2);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF mu = BlurAcross(d, values + x);
    const VF variance = hn::NegMulAdd(mu, mu, BlurAcross(d, squares + x));
    hn::StoreU(hn::Sub(hn::LoadU(d, value + x), mu), d, deviation + x);
    hn::StoreU(hn::MulAdd(variance, hn::Set(d, 2.0f), c2), d, spread + x);
  }
}

// Ten rows of differences and of the original: the blur down of the differences, of their products
// with the original, and of their squares, for the fifth row and the sixth. Two at once, since most
// of the work is to load what does not fit into the first-level cache.
HWY_INLINE void BlurDifferencesDown(const float* const differences[terms::kWindow + 1],
                                    const float* const originals[terms::kWindow + 1],
                                    std::size_t width, float* const upper[3],
                                    float* const lower[3]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    VF difference = hn::LoadU(d, differences[0] + x);
    VF weighted = hn::Mul(difference, Tap(d, 0));
    VF sum0 = weighted;
    VF product0 = hn::Mul(weighted, hn::LoadU(d, originals[0] + x));
    VF square0 = hn::Mul(weighted, difference);
    VF sum1 = hn::Zero(d), product1 = sum1, square1 = sum1;
    for (std::size_t k = 1; k < terms::kWindow; ++k) {
      difference = hn::LoadU(d, differences[k] + x);
      const VF product = hn::Mul(difference, hn::LoadU(d, originals[k] + x));
      const VF square = hn::Mul(difference, difference);
      sum0 = hn::MulAdd(difference, Tap(d, k), sum0);
      sum1 = hn::MulAdd(difference, Tap(d, k - 1), sum1);
      product0 = hn::MulAdd(product, Tap(d, k), product0);
      product1 = hn::MulAdd(product, Tap(d, k - 1), product1);
      square0 = hn::MulAdd(square, Tap(d, k), square0);
      square1 = hn::MulAdd(square, Tap(d, k - 1), square1);
    }
    difference = hn::LoadU(d, differences[terms::kWindow] + x);
    weighted = hn::Mul(difference, Tap(d, terms::kWindow - 1));
    product1 = hn::MulAdd(weighted, hn::LoadU(d, originals[terms::kWindow] + x), product1);
    square1 = hn::MulAdd(weighted, difference, square1);
    hn::StoreU(sum0, d, upper[0] + x);
    hn::StoreU(product0, d, upper[1] + x);
    hn::StoreU(square0, d, upper[2] + x);
    hn::StoreU(hn::Add(sum1, weighted), d, lower[0] + x);
    hn::StoreU(product1, d, lower[1] + x);
    hn::StoreU(square1, d, lower[2] + x);
  }
}

struct CompareRowInput {
  const float* values;
  const float* deviations;
  const float* spreads;
  const float* differences;
  const float* blurred[3];  // down
  std::size_t ahead;        // from this row of the original to the one to be fetched meanwhile
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

// Adds one row of the maps that `kMask` names to columns[term].
template <unsigned kMask>
void CompareRow(const CompareRowInput& input, std::size_t width, float* const* columns) {
  constexpr bool kSsim = Has(kMask, terms::ssim_1) || Has(kMask, terms::ssim_4);
  constexpr bool kArtifact = Has(kMask, terms::artifact_1) || Has(kMask, terms::artifact_4);
  constexpr bool kDetail = Has(kMask, terms::detail_1) || Has(kMask, terms::detail_4);
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF one = hn::Set(d, 1.0f);
  const VF zero = hn::Zero(d);
  const CompareRowInput in = input;  // of its own, so that no store can change it
  for (std::size_t x = 0; x < width; x += lanes) {
    const auto add = [&](terms::Term term, VF v) HWY_ATTR {
      float* column = columns[term] + x;
      hn::StoreU(hn::Add(hn::LoadU(d, column), v), d, column);
    };
    const VF mean = BlurAcross(d, in.blurred[0] + x);
    const VF deviation = hn::LoadU(d, in.deviations + x);
    hwy::Prefetch(in.deviations + x + in.ahead);
    hwy::Prefetch(in.spreads + x + in.ahead);
    if constexpr (kSsim) {
      const VF value = hn::LoadU(d, in.values + x);
      const VF mean_square = hn::Mul(mean, mean);
      const VF covariance =
          hn::NegMulAdd(hn::Sub(value, deviation), mean, BlurAcross(d, in.blurred[1] + x));
      const VF variance = hn::Sub(BlurAcross(d, in.blurred[2] + x), mean_square);
      const VF spread =
          hn::Add(hn::MulAdd(covariance, hn::Set(d, 2.0f), hn::LoadU(d, in.spreads + x)), variance);
      VF error = hn::MulAdd(hn::Sub(one, mean_square), hn::Div(variance, spread), mean_square);
      error = hn::Max(error, zero);
      if constexpr (Has(kMask, terms::ssim_1)) add(terms::ssim_1, error);
      if constexpr (Has(kMask, terms::ssim_4)) add(terms::ssim_4, FourthPower(error));
    }
    if constexpr (kArtifact || kDetail) {
      const VF difference = hn::LoadU(d, in.differences + x);
      const VF was = hn::Abs(deviation);
      const VF is = hn::Abs(hn::Add(deviation, hn::Sub(difference, mean)));
      const VF change = hn::Div(hn::Sub(is, was), hn::Add(one, was));
      const VF artifact = hn::Max(change, zero);
      const VF detail = hn::Max(hn::Neg(change), zero);
      if constexpr (Has(kMask, terms::artifact_1)) add(terms::artifact_1, artifact);
      if constexpr (Has(kMask, terms::artifact_4)) add(terms::artifact_4, FourthPower(artifact));
      if constexpr (Has(kMask, terms::detail_1)) add(terms::detail_1, detail);
      if constexpr (Has(kMask, terms::detail_4)) add(terms::detail_4, FourthPower(detail));
    }
  }
}

using CompareRowFunction = void (*)(const CompareRowInput&, std::size_t, float* const*);

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

// Hands out the rows of a task's scratch memory in order, zeroed.
class ScratchRows {
 public:
  ScratchRows(float* memory, std::size_t stride) : next_(memory), stride_(stride) {}
  float* take() {
    std::memset(next_, 0, stride_ * sizeof(float));
    float* const row = next_ + terms::kRowMargin;
    next_ += stride_;
    return row;
  }

 private:
  float* next_;
  std::size_t stride_;
};

// Reads rows of linear light from top to bottom, makes the halved picture on the way.
class LinearReader {
 public:
  LinearReader(const terms::ScaleTask& task, ScratchRows& scratch) : task_(task) {
    for (auto& set : scratch_) {
      for (float*& row : set) row = scratch.take();
    }
  }

  // Call for y = 0, 1, 2, …
  const float* const* read(std::int32_t y) {
    const float** const rows = rows_[y & 1];
    task_.source->row(y, scratch_[y & 1], rows);
    const bool is_odd = (y & 1) != 0;
    if (task_.next[0] != nullptr && (is_odd || y == task_.size.height - 1)) {
      for (int c = 0; c < 3; ++c) {
        HalveRow(rows_[0][c], rows[c], (static_cast<std::size_t>(task_.size.width) + 1) / 2,
                 task_.next[c] + static_cast<std::size_t>(y / 2) * task_.next_stride);
      }
    }
    return rows;
  }

 private:
  const terms::ScaleTask& task_;
  float* scratch_[2][3];
  const float* rows_[2][3];
};

// Row y + k - kTapRadius of something for each k, as the blur down needs them; `outside` stands for
// rows above and below the picture.
template <std::size_t kRows, class RowAt>
void RowsAround(std::int32_t y, std::int32_t height, const float* outside, RowAt row_at,
                const float* (&rows)[kRows]) {
  for (std::int32_t k = 0; k < static_cast<std::int32_t>(kRows); ++k) {
    const std::int32_t at = y + k - terms::kTapRadius;
    rows[k] = at < 0 || at >= height ? outside : row_at(at);
  }
}

bool WasCancelled(const terms::ScaleTask& task, std::int32_t y) {
  return (y & 15) == 0 && task.cancel != nullptr && task.cancel->is_cancelled();
}

// Fills task.original. False if cancelled.
bool PrepareScale(const terms::ScaleTask& task) {
  const std::size_t width = static_cast<std::size_t>(task.size.width);
  const std::size_t stride = terms::row_stride(task.size.width);
  ScratchRows scratch(task.scratch, stride);
  LinearReader reader(task, scratch);
  const float* const zero = scratch.take();
  float* const blurred[2] = {scratch.take(), scratch.take()};
  for (std::int32_t y = 0; y < task.size.height + terms::kTapRadius; ++y) {
    if (WasCancelled(task, y)) return false;
    if (y < task.size.height) {
      const float* const* linear = reader.read(y);
      float* out[3];
      for (int c = 0; c < 3; ++c) {
        float* const values = task.original[c].values;
        out[c] = values == nullptr ? nullptr : values + static_cast<std::size_t>(y) * stride;
      }
      XybRow<false>(linear, width, nullptr, 0, out);
      for (float* row : out) {
        if (row != nullptr) std::fill(row + width, row + stride, 0.0f);
      }
    }
    const std::int32_t done = y - terms::kTapRadius;
    if (done < 0) continue;
    for (const terms::OriginalPlanes& planes : task.original) {
      if (planes.values == nullptr) continue;
      const float* rows[terms::kWindow];
      const auto row_at = [&](std::int32_t row) {
        return planes.values + static_cast<std::size_t>(row) * stride;
      };
      RowsAround(done, task.size.height, zero, row_at, rows);
      BlurOriginalDown(rows, width + terms::kTapRadius, blurred[0], blurred[1]);
      const std::size_t at = static_cast<std::size_t>(done) * stride;
      FinishOriginalRow(planes.values + at, blurred[0], blurred[1], width, planes.deviations + at,
                        planes.spreads + at);
    }
  }
  return true;
}

class Comparer {
 public:
  explicit Comparer(const terms::ScaleTask& task)
      : task_(task),
        width_(static_cast<std::size_t>(task.size.width)),
        stride_(terms::row_stride(task.size.width)),
        scratch_(task.scratch, stride_),
        reader_(task, scratch_),
        zero_(scratch_.take()),
        blurred_{{scratch_.take(), scratch_.take(), scratch_.take()},
                 {scratch_.take(), scratch_.take(), scratch_.take()}},
        compare_row_{CompareRowOf<0>(task.scale), CompareRowOf<1>(task.scale),
                     CompareRowOf<2>(task.scale)} {
    for (int c = 0; c < 3; ++c) {
      if (compare_row_[c] == nullptr) continue;
      for (float*& row : differences_[c]) row = scratch_.take();
      for (float*& row : columns_[c]) row = scratch_.take();
    }
  }

  // False if cancelled.
  bool compare() {
    std::int32_t subtracted = 0;
    for (std::int32_t y = 0; y < task_.size.height; y += 2) {
      if (WasCancelled(task_, y)) return false;
      const std::int32_t end = std::min(y + 2 + terms::kTapRadius, task_.size.height);
      while (subtracted < end) subtract(subtracted++);
      for (int c = 0; c < 3; ++c) {
        if (compare_row_[c] == nullptr) continue;
        blur_two(y, c);
        compare_row(y, c);
        if (y + 1 < task_.size.height) compare_row(y + 1, c);
      }
    }
    return true;
  }

 private:
  float* difference_at(int c, std::int32_t y) const {
    return differences_[c][static_cast<std::size_t>(y) % (terms::kWindow + 1)];
  }
  const float* original_at(int c, std::int32_t y) const {
    return task_.original[c].values + static_cast<std::size_t>(y) * stride_;
  }

  std::size_t ahead(std::int32_t y) const { return y + 1 < task_.size.height ? stride_ : 0; }

  // Makes row y of the differences, zero behind its end.
  void subtract(std::int32_t y) {
    const float* const* linear = reader_.read(y);
    const float* minus[3];
    float* out[3] = {nullptr, nullptr, nullptr};
    for (int c = 0; c < 3; ++c) {
      if (compare_row_[c] == nullptr) continue;
      minus[c] = original_at(c, y);
      out[c] = difference_at(c, y);
    }
    XybRow<true>(linear, width_, minus, ahead(y), out);
    for (float* row : out) {
      if (row != nullptr) std::fill(row + width_, row + stride_ - terms::kRowMargin, 0.0f);
    }
  }

  // Makes rows y and y + 1 of the blurred differences.
  void blur_two(std::int32_t y, int c) {
    const float* originals[terms::kWindow + 1];
    const float* differences[terms::kWindow + 1];
    // Where the difference is zero any original will do.
    RowsAround(
        y, task_.size.height, original_at(c, y),
        [&](std::int32_t row) { return original_at(c, row); }, originals);
    RowsAround(
        y, task_.size.height, zero_, [&](std::int32_t row) { return difference_at(c, row); },
        differences);
    BlurDifferencesDown(differences, originals, width_ + terms::kTapRadius, blurred_[0],
                        blurred_[1]);
  }

  void compare_row(std::int32_t y, int c) {
    float* const* const blurred = blurred_[y & 1];
    const std::size_t at = static_cast<std::size_t>(y) * stride_;
    const CompareRowInput in = {
        original_at(c, y),   task_.original[c].deviations + at,    task_.original[c].spreads + at,
        difference_at(c, y), {blurred[0], blurred[1], blurred[2]}, ahead(y)};
    compare_row_[c](in, width_, columns_[c]);
    const std::int32_t side = terms::kCellSide >> task_.scale;
    if ((y + 1) % side != 0 && y + 1 != task_.size.height) return;
    for (int t = 0; t < terms::kTerms; ++t) {
      float* const cells = task_.cells[c][t];
      if (cells == nullptr) continue;
      ReduceColumns(columns_[c][t], width_, static_cast<std::size_t>(side),
                    cells + static_cast<std::size_t>(y / side) * task_.cells_across);
    }
  }

  const terms::ScaleTask& task_;
  const std::size_t width_;
  const std::size_t stride_;
  ScratchRows scratch_;
  LinearReader reader_;
  const float* const zero_;
  float* const blurred_[2][3];
  const CompareRowFunction compare_row_[3];
  float* differences_[3][terms::kWindow + 1];
  float* columns_[3][terms::kTerms];
};

// Sums the scale's maps over cells. False if cancelled.
bool CompareScale(const terms::ScaleTask& task) { return Comparer(task).compare(); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
