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

#if defined(LIMEN_QUALITY_SSIMULACRA2_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_INL_H_
#endif

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

// The cube root of x in 0.003 to 2, to about 2 ulp: 1 / cbrt(x) by a guess from the exponent, one
// step of the fourth order and one of the third, then x * y^2.
HWY_INLINE VF CubeRoot(F32 d, VF x) {
  const hn::RebindToSigned<F32> di;
  const auto exponent = hn::ConvertTo(d, hn::BitCast(di, x));
  // 4/3 of a float's bias in bits, less a term that centres the guess's error.
  const auto guess_bits = hn::NegMulAdd(exponent, hn::Set(d, 1.0f / 3), hn::Set(d, 1419967116.0f));
  VF y = hn::BitCast(d, hn::ConvertTo(di, guess_bits));
  const VF one = hn::Set(d, 1.0f);
  VF c = hn::NegMulAdd(x, hn::Mul(y, hn::Mul(y, y)), one);
  y = hn::MulAdd(hn::Mul(y, c),
                 hn::MulAdd(c, hn::MulAdd(c, hn::Set(d, 14.0f / 81), hn::Set(d, 2.0f / 9)),
                            hn::Set(d, 1.0f / 3)),
                 y);
  c = hn::NegMulAdd(x, hn::Mul(y, hn::Mul(y, y)), one);
  y = hn::MulAdd(hn::Mul(y, c), hn::MulAdd(c, hn::Set(d, 2.0f / 9), hn::Set(d, 1.0f / 3)), y);
  return hn::Mul(x, hn::Mul(y, y));
}

HWY_INLINE VF Mix(F32 d, int row, VF r, VF g, VF b) {
  const auto& m = terms::kAbsorbance[static_cast<std::size_t>(row)];
  VF sum = hn::Set(d, static_cast<float>(terms::kAbsorbanceBias));
  sum = hn::MulAdd(r, hn::Set(d, static_cast<float>(m[0])), sum);
  sum = hn::MulAdd(g, hn::Set(d, static_cast<float>(m[1])), sum);
  return hn::MulAdd(b, hn::Set(d, static_cast<float>(m[2])), sum);
}

// Linear light, 0 to 1, to the metric's channels; null for those not needed. Rows are padded to
// whole vectors.
HWY_INLINE void XybRow(const float* HWY_RESTRICT const linear[3], std::size_t width,
                       float* HWY_RESTRICT const xyb[3]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const float root = static_cast<float>(std::cbrt(terms::kAbsorbanceBias));
  const VF y_offset = hn::Set(d, static_cast<float>(terms::kOffsetY) - root);
  const VF half = hn::Set(d, 0.5f);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF r = hn::LoadU(d, linear[0] + x);
    const VF g = hn::LoadU(d, linear[1] + x);
    const VF b = hn::LoadU(d, linear[2] + x);
    const VF l = CubeRoot(d, Mix(d, 0, r, g, b));
    const VF m = CubeRoot(d, Mix(d, 1, r, g, b));
    const VF luma = hn::MulAdd(hn::Add(l, m), half, y_offset);
    if (xyb[0] != nullptr) {
      hn::StoreU(hn::MulAdd(hn::Sub(l, m), hn::Set(d, static_cast<float>(terms::kScaleX) / 2),
                            hn::Set(d, static_cast<float>(terms::kOffsetX))),
                 d, xyb[0] + x);
    }
    hn::StoreU(luma, d, xyb[1] + x);
    if (xyb[2] != nullptr) {
      // (S - root) - Y with Y = luma - kOffsetY.
      const VF s = CubeRoot(d, Mix(d, 2, r, g, b));
      const float offset = static_cast<float>(terms::kOffsetB + terms::kOffsetY) - root;
      hn::StoreU(hn::Add(hn::Sub(s, luma), hn::Set(d, offset)), d, xyb[2] + x);
    }
  }
}

// Means of 2x2; `below` is the row itself under an odd height. The even number of columns that is
// read may include one beyond the width, which the caller has set to the last one's value.
HWY_INLINE void HalveRow(const float* HWY_RESTRICT above, const float* HWY_RESTRICT below,
                         std::size_t out_width, float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF quarter = hn::Set(d, 0.25f);
  for (std::size_t x = 0; x < out_width; x += lanes) {
    VF even_a, odd_a, even_b, odd_b;
    hn::LoadInterleaved2(d, above + 2 * x, even_a, odd_a);
    hn::LoadInterleaved2(d, below + 2 * x, even_b, odd_b);
    hn::StoreU(hn::Mul(hn::Add(hn::Add(even_a, odd_a), hn::Add(even_b, odd_b)), quarter), d,
               out + x);
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

// Nine rows, the middle one at rows[kTapRadius].
HWY_INLINE VF BlurDown(F32 d, const float* const* HWY_RESTRICT rows, std::size_t x) {
  VF sum = hn::Mul(hn::LoadU(d, rows[terms::kTapRadius] + x), hn::Set(d, terms::kTaps[0]));
  for (int k = 1; k <= terms::kTapRadius; ++k) {
    sum = hn::MulAdd(hn::Add(hn::LoadU(d, rows[terms::kTapRadius - k] + x),
                             hn::LoadU(d, rows[terms::kTapRadius + k] + x)),
                     hn::Set(d, terms::kTaps[static_cast<std::size_t>(k)]), sum);
  }
  return sum;
}

// The original's side: blurred across, value and square.
HWY_INLINE void BlurOriginalAcross(const float* HWY_RESTRICT value, float* HWY_RESTRICT square,
                                   std::size_t width, float* HWY_RESTRICT blurred_value,
                                   float* HWY_RESTRICT blurred_square) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF v = hn::LoadU(d, value + x);
    hn::StoreU(hn::Mul(v, v), d, square + x);
  }
  for (std::size_t x = 0; x < width; x += lanes) {
    hn::StoreU(BlurAcross(d, value + x), d, blurred_value + x);
    hn::StoreU(BlurAcross(d, square + x), d, blurred_square + x);
  }
}

HWY_INLINE void FinishOriginalRow(const float* HWY_RESTRICT value,
                                  const float* const* HWY_RESTRICT blurred_values,
                                  const float* const* HWY_RESTRICT blurred_squares,
                                  std::size_t width, float* HWY_RESTRICT deviation,
                                  float* HWY_RESTRICT spread) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF c2 = hn::Set(d, terms::kC2);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF mu = BlurDown(d, blurred_values, x);
    const VF variance = hn::NegMulAdd(mu, mu, BlurDown(d, blurred_squares, x));
    hn::StoreU(hn::Sub(hn::LoadU(d, value + x), mu), d, deviation + x);
    hn::StoreU(hn::MulAdd(variance, hn::Set(d, 2.0f), c2), d, spread + x);
  }
}

// The candidate's side: its difference from the original, that times the original, and squared,
// each blurred across. The scratch rows are zero beyond the width on both sides.
HWY_INLINE void BlurDifferenceAcross(const float* HWY_RESTRICT original,
                                     const float* HWY_RESTRICT candidate, std::size_t width,
                                     float* HWY_RESTRICT const scratch[3],
                                     float* HWY_RESTRICT const blurred[3]) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    const VF o = hn::LoadU(d, original + x);
    const VF inside = hn::VecFromMask(d, hn::FirstN(d, width - x));
    const VF difference = hn::And(hn::Sub(hn::LoadU(d, candidate + x), o), inside);
    hn::StoreU(difference, d, scratch[0] + x);
    hn::StoreU(hn::Mul(difference, o), d, scratch[1] + x);
    hn::StoreU(hn::Mul(difference, difference), d, scratch[2] + x);
  }
  for (std::size_t x = 0; x < width; x += lanes) {
    for (int plane = 0; plane < 3; ++plane) {
      hn::StoreU(BlurAcross(d, scratch[plane] + x), d, blurred[plane] + x);
    }
  }
}

struct CompareRowInput {
  const float* values;
  const float* deviations;
  const float* spreads;
  const float* candidate;  // this row's values
  const float* blurred[3][2 * terms::kTapRadius + 1];
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
void CompareRow(const CompareRowInput& in, std::size_t width, float* const* columns) {
  constexpr bool kSsim = Has(kMask, terms::ssim_1) || Has(kMask, terms::ssim_4);
  constexpr bool kArtifact = Has(kMask, terms::artifact_1) || Has(kMask, terms::artifact_4);
  constexpr bool kDetail = Has(kMask, terms::detail_1) || Has(kMask, terms::detail_4);
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF one = hn::Set(d, 1.0f);
  const VF zero = hn::Zero(d);
  for (std::size_t x = 0; x < width; x += lanes) {
    const auto add = [&](terms::Term term, VF v) HWY_ATTR {
      float* column = columns[term] + x;
      hn::StoreU(hn::Add(hn::LoadU(d, column), v), d, column);
    };
    const VF mean = BlurDown(d, in.blurred[0], x);
    const VF value = hn::LoadU(d, in.values + x);
    const VF deviation = hn::LoadU(d, in.deviations + x);
    if constexpr (kSsim) {
      const VF mean_square = hn::Mul(mean, mean);
      const VF covariance =
          hn::NegMulAdd(hn::Sub(value, deviation), mean, BlurDown(d, in.blurred[1], x));
      const VF variance = hn::Sub(BlurDown(d, in.blurred[2], x), mean_square);
      const VF spread =
          hn::Add(hn::MulAdd(covariance, hn::Set(d, 2.0f), hn::LoadU(d, in.spreads + x)), variance);
      VF error = hn::MulAdd(hn::Sub(one, mean_square), hn::Div(variance, spread), mean_square);
      error = hn::Max(error, zero);
      if constexpr (Has(kMask, terms::ssim_1)) add(terms::ssim_1, error);
      if constexpr (Has(kMask, terms::ssim_4)) add(terms::ssim_4, FourthPower(error));
    }
    if constexpr (kArtifact || kDetail) {
      const VF difference = hn::Sub(hn::LoadU(d, in.candidate + x), value);
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
HWY_INLINE void ReduceColumns(float* columns, std::size_t width, std::size_t side, float* cells) {
  for (std::size_t x = 0; x < width; x += side) {
    float sum = 0;
    for (std::size_t i = x; i < std::min(x + side, width); ++i) sum += columns[i];
    *cells++ = sum;
  }
  std::memset(columns, 0, (width + 15) / 16 * 16 * sizeof(float));
}

// Hands out the rows of a task's scratch memory in order.
class ScratchRows {
 public:
  ScratchRows(float* memory, std::size_t stride)
      : next_(memory + terms::kRowMargin), stride_(stride) {}
  float* take() {
    float* row = next_;
    next_ += stride_;
    return row;
  }

 private:
  float* next_;
  std::size_t stride_;
};

// Reads a scale's rows from top to bottom, makes the halved picture on the way, and turns rows into
// the metric's channels.
class XybReader {
 public:
  XybReader(const terms::ScaleTask& task, ScratchRows& scratch) : task_(task) {
    for (auto& set : linear_scratch_) {
      for (float*& row : set) row = scratch.take();
    }
    for (int c = 0; c < 3; ++c) {
      float* row = scratch.take();
      xyb_[c] = c == 1 || terms::needs_channel(c, task.scale) ? row : nullptr;
    }
    any_channel_ = terms::needs_channel(0, task.scale) || terms::needs_channel(1, task.scale) ||
                   terms::needs_channel(2, task.scale);
  }

  // Row y of each channel, zero beyond the width. Call for y = 0, 1, 2, …
  const float* const* read(std::int32_t y) {
    const float* rows[3];
    task_.source->row(y, linear_scratch_[y & 1], rows);
    const std::size_t width = static_cast<std::size_t>(task_.size.width);
    if (task_.next[0] != nullptr) {
      const bool is_last = y == task_.size.height - 1;
      if ((y & 1) != 0 || is_last) {
        for (int c = 0; c < 3; ++c) {
          HalveRow((y & 1) != 0 ? above_[c] : rows[c], rows[c], (width + 1) / 2,
                   task_.next[c] + static_cast<std::size_t>(y / 2) * task_.next_stride);
        }
      }
    }
    for (int c = 0; c < 3; ++c) above_[c] = rows[c];
    if (any_channel_) {
      XybRow(rows, width, xyb_);
      const std::size_t end = (width + 15) / 16 * 16 + terms::kRowMargin;
      for (float* row : xyb_) {
        if (row != nullptr) std::memset(row + width, 0, (end - width) * sizeof(float));
      }
    }
    return xyb_;
  }

 private:
  const terms::ScaleTask& task_;
  float* linear_scratch_[2][3];
  const float* above_[3] = {nullptr, nullptr, nullptr};
  float* xyb_[3];
  bool any_channel_ = false;
};

// The last kWindow rows of something, the rows above and below the picture being zero.
class RowWindow {
 public:
  void init(ScratchRows& scratch) {
    for (float*& row : rows_) row = scratch.take();
  }
  float* at(std::int32_t y) {
    return rows_[static_cast<std::size_t>(y + static_cast<std::int32_t>(terms::kWindow)) %
                 terms::kWindow];
  }
  void clear(std::int32_t y, std::size_t floats) { std::memset(at(y), 0, floats * sizeof(float)); }
  // Rows y - kTapRadius to y + kTapRadius.
  void around(std::int32_t y, const float** out) {
    for (int k = -terms::kTapRadius; k <= terms::kTapRadius; ++k) {
      out[k + terms::kTapRadius] = at(y + k);
    }
  }

 private:
  float* rows_[terms::kWindow];
};

bool WasCancelled(const terms::ScaleTask& task, std::int32_t y) {
  return (y & 15) == 0 && task.cancel != nullptr && task.cancel->is_cancelled();
}

// Fills task.original. False if cancelled.
bool PrepareScale(const terms::ScaleTask& task) {
  const std::size_t stride = terms::row_stride(task.size.width);
  const std::size_t width = static_cast<std::size_t>(task.size.width);
  const std::size_t padded = stride - 2 * terms::kRowMargin;
  ScratchRows scratch(task.scratch, stride);
  XybReader reader(task, scratch);
  float* const square = scratch.take();
  RowWindow blurred_values[3], blurred_squares[3];
  for (int c = 0; c < 3; ++c) {
    if (!terms::needs_channel(c, task.scale)) continue;
    blurred_values[c].init(scratch);
    blurred_squares[c].init(scratch);
  }
  for (std::int32_t y = 0; y < task.size.height + terms::kTapRadius; ++y) {
    if (WasCancelled(task, y)) return false;
    const bool is_inside = y < task.size.height;
    const float* const* xyb = is_inside ? reader.read(y) : nullptr;
    const std::int32_t done = y - terms::kTapRadius;
    for (int c = 0; c < 3; ++c) {
      if (!terms::needs_channel(c, task.scale)) continue;
      const terms::OriginalPlanes& planes = task.original[c];
      if (is_inside) {
        std::memcpy(planes.values + static_cast<std::size_t>(y) * stride, xyb[c],
                    padded * sizeof(float));
        BlurOriginalAcross(xyb[c], square, width, blurred_values[c].at(y),
                           blurred_squares[c].at(y));
      } else {
        blurred_values[c].clear(y, padded);
        blurred_squares[c].clear(y, padded);
      }
      if (done < 0) continue;
      const float* values[terms::kWindow];
      const float* squares[terms::kWindow];
      blurred_values[c].around(done, values);
      blurred_squares[c].around(done, squares);
      const std::size_t at = static_cast<std::size_t>(done) * stride;
      FinishOriginalRow(planes.values + at, values, squares, width, planes.deviations + at,
                        planes.spreads + at);
    }
  }
  return true;
}

// Sums the scale's maps over cells. False if cancelled.
bool CompareScale(const terms::ScaleTask& task) {
  const std::size_t stride = terms::row_stride(task.size.width);
  const std::size_t width = static_cast<std::size_t>(task.size.width);
  const std::size_t padded = stride - 2 * terms::kRowMargin;
  const std::int32_t side = terms::kCellSide >> task.scale;
  ScratchRows scratch(task.scratch, stride);
  XybReader reader(task, scratch);
  float* const products[3] = {scratch.take(), scratch.take(), scratch.take()};
  const CompareRowFunction compare_row[3] = {
      CompareRowOf<0>(task.scale), CompareRowOf<1>(task.scale), CompareRowOf<2>(task.scale)};
  RowWindow blurred[3][3], candidates[3];
  float* columns[3][terms::kTerms] = {};
  float* cells[3][terms::kTerms] = {};
  for (int c = 0; c < 3; ++c) {
    if (!terms::needs_channel(c, task.scale)) continue;
    for (RowWindow& window : blurred[c]) window.init(scratch);
    candidates[c].init(scratch);
    for (int t = 0; t < terms::kTerms; ++t) {
      columns[c][t] = scratch.take();
      cells[c][t] = task.cells[c][t];
    }
  }
  for (std::int32_t y = 0; y < task.size.height + terms::kTapRadius; ++y) {
    if (WasCancelled(task, y)) return false;
    const bool is_inside = y < task.size.height;
    const float* const* xyb = is_inside ? reader.read(y) : nullptr;
    const std::int32_t done = y - terms::kTapRadius;
    for (int c = 0; c < 3; ++c) {
      if (!terms::needs_channel(c, task.scale)) continue;
      const terms::OriginalPlanes& planes = task.original[c];
      if (is_inside) {
        float* const rows[3] = {blurred[c][0].at(y), blurred[c][1].at(y), blurred[c][2].at(y)};
        BlurDifferenceAcross(planes.values + static_cast<std::size_t>(y) * stride, xyb[c], width,
                             products, rows);
        std::memcpy(candidates[c].at(y), xyb[c], padded * sizeof(float));
      } else {
        for (RowWindow& window : blurred[c]) window.clear(y, padded);
      }
      if (done < 0) continue;
      const std::size_t at = static_cast<std::size_t>(done) * stride;
      CompareRowInput in;
      in.values = planes.values + at;
      in.deviations = planes.deviations + at;
      in.spreads = planes.spreads + at;
      in.candidate = candidates[c].at(done);
      for (int plane = 0; plane < 3; ++plane) blurred[c][plane].around(done, in.blurred[plane]);
      compare_row[c](in, width, columns[c]);
      if ((done + 1) % side != 0 && done + 1 != task.size.height) continue;
      for (int t = 0; t < terms::kTerms; ++t) {
        if (cells[c][t] == nullptr) continue;
        ReduceColumns(columns[c][t], width, static_cast<std::size_t>(side), cells[c][t]);
        cells[c][t] += task.cells_across;
      }
    }
  }
  return true;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
