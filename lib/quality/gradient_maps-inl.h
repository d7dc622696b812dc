// SPDX-License-Identifier: Apache-2.0

// The maps of a channel, forwards and backwards, in planes. ssimulacra2_maps-inl.h has the terms in
// which the structural map is written here too. With g the sum's derivative by that map
//
//   e = m^2 + (1 - m^2) r,  r = v / s,  m = E d,  v = q - m^2,  q = E d^2,
//   s = spread + 2 (p - mu m) + v,  p = E (o d),
//
// a = g (1 - m^2) / s gives its derivatives by q: a (1 - r); by p: -2 a r; by m:
// 2 m (g - a) (1 - r) + 2 a r mu. The blur is its own transpose, zero padding included, so the
// derivative by d is E (by m) + 2 d E (by q) + o E (by p).

#if defined(LIMEN_QUALITY_GRADIENT_MAPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_GRADIENT_MAPS_INL_H_
#undef LIMEN_QUALITY_GRADIENT_MAPS_INL_H_
#else
#define LIMEN_QUALITY_GRADIENT_MAPS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "lib/quality/gradient_task.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;
namespace terms = ssimulacra2_terms;

using F32 = hn::CappedTag<float, gradient::kVector>;
using VF = hn::Vec<F32>;

constexpr std::int32_t kRadius = terms::kTapRadius;
constexpr std::int32_t kWindow = static_cast<std::int32_t>(terms::kWindow);
constexpr std::int32_t kRowsBetweenPolls = 64;

HWY_INLINE bool IsCancelled(const gradient::Task& task, std::int32_t y) {
  return y % kRowsBetweenPolls == 0 && task.cancel != nullptr && task.cancel->is_cancelled();
}

// The scratch rows of a task, cut for a scale's width.
class Rows {
 public:
  Rows(const gradient::Task& task, std::int32_t width)
      : next_(task.scratch), stride_(terms::row_stride(width)) {}
  // Zeros around the row, and in it.
  float* take() {
    float* const row = next_ + terms::kRowMargin;
    std::fill(next_, next_ + stride_, 0.0f);
    next_ += stride_;
    return row;
  }

 private:
  float* next_;
  std::size_t stride_;
};

// Taps of nine values, at(0) to at(8).
template <class At>
HWY_INLINE VF Blur(F32 d, At at) {
  VF sum = hn::Mul(at(kRadius), hn::Set(d, terms::kTaps[0]));
  HWY_UNROLL(4)
  for (std::int32_t k = 1; k <= kRadius; ++k) {
    const VF pair = hn::Add(at(kRadius - k), at(kRadius + k));
    sum = hn::Add(sum, hn::Mul(pair, hn::Set(d, terms::kTaps[static_cast<std::size_t>(k)])));
  }
  return sum;
}

HWY_INLINE VF BlurAcross(F32 d, const float* HWY_RESTRICT in) {
  return Blur(d, [&](std::int32_t k) HWY_ATTR { return hn::LoadU(d, in + k - kRadius); });
}

// The nine rows around row y of a plane; `outside` above and below it.
struct RowsAround {
  const float* at[kWindow];

  RowsAround(const float* plane, std::size_t stride, std::int32_t y, std::int32_t height,
             const float* outside) {
    for (std::int32_t k = 0; k < kWindow; ++k) {
      const std::int32_t row = y + k - kRadius;
      at[k] = row < 0 || row >= height ? outside : plane + static_cast<std::size_t>(row) * stride;
    }
  }
};

// Blurs down of a plane's rows and of their squares, and of their products with another's.
template <bool kProducts>
HWY_INLINE void BlurPowersDown(const RowsAround& rows, const RowsAround& others, std::size_t width,
                               float* HWY_RESTRICT values, float* HWY_RESTRICT squares,
                               float* HWY_RESTRICT products) {
  const F32 d;
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    const auto value = [&](std::int32_t k) HWY_ATTR { return hn::LoadU(d, rows.at[k] + x); };
    hn::StoreU(Blur(d, value), d, values + x);
    hn::StoreU(Blur(d, [&](std::int32_t k) HWY_ATTR { return hn::Mul(value(k), value(k)); }), d,
               squares + x);
    if constexpr (kProducts) {
      const auto product = [&](std::int32_t k) HWY_ATTR {
        return hn::Mul(value(k), hn::LoadU(d, others.at[k] + x));
      };
      hn::StoreU(Blur(d, product), d, products + x);
    }
  }
}

// The original's means and spreads.
inline bool PrepareChannel(const gradient::Task& task, const gradient::ScaleTask& scale,
                           const gradient::ChannelTask& channel) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  Rows scratch(task, scale.size.width);
  const float* const zero = scratch.take();
  float* const values = scratch.take();
  float* const squares = scratch.take();
  for (std::int32_t y = 0; y < scale.size.height; ++y) {
    if (IsCancelled(task, y)) return false;
    const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
    const RowsAround rows(channel.values, scale.stride, y, scale.size.height, zero);
    BlurPowersDown<false>(rows, rows, width, values, squares, nullptr);
    for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
      const VF mean = BlurAcross(d, values + x);
      const VF variance = hn::Sub(BlurAcross(d, squares + x), hn::Mul(mean, mean));
      const VF twice = hn::Add(variance, variance);
      hn::StoreU(mean, d, channel.means + at + x);
      hn::StoreU(hn::Add(hn::Max(twice, hn::Zero(d)), hn::Set(d, terms::kC2)), d,
                 channel.spreads + at + x);
    }
  }
  return true;
}

// Sums over a row in parts, which a double then takes.
class RowSums {
 public:
  HWY_INLINE void add(terms::Term term, std::size_t x, VF value) {
    const F32 d;
    float* const part = parts_[term] + x % gradient::kVector;
    hn::StoreU(hn::Add(hn::LoadU(d, part), value), d, part);
  }
  void flush(std::array<double, terms::kTerms>& sums) {
    for (std::size_t term = 0; term < terms::kTerms; ++term) {
      double sum = 0;
      for (float& part : parts_[term]) {
        sum += part;
        part = 0;
      }
      sums[term] += sum;
    }
  }

 private:
  float parts_[terms::kTerms][gradient::kVector] = {};
};

HWY_INLINE VF StructuralError(F32 d, VF shift, VF ratio) {
  const VF square = hn::Mul(shift, shift);
  const VF error = hn::Add(square, hn::Mul(hn::Sub(hn::Set(d, 1.0f), square), ratio));
  return hn::Max(error, hn::Zero(d));
}

struct Edge {
  VF change;   // of the deviation, relative
  VF inverse;  // 1 / (1 + |original's deviation|)
  VF is;       // the candidate's deviation
};

HWY_INLINE Edge EdgeOf(F32 d, VF value, VF mean, VF difference, VF shift) {
  const VF one = hn::Set(d, 1.0f);
  const VF was = hn::Sub(value, mean);
  const VF is = hn::Add(was, hn::Sub(difference, shift));
  const VF inverse = hn::Div(one, hn::Add(one, hn::Abs(was)));
  return {hn::Mul(hn::Sub(hn::Abs(is), hn::Abs(was)), inverse), inverse, is};
}

HWY_INLINE VF Squared(VF v) { return hn::Mul(v, v); }

// The maps of a channel, summed, and what the way back needs.
inline bool CompareChannel(const gradient::Task& task, const gradient::ScaleTask& scale,
                           gradient::ChannelTask& channel) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  Rows scratch(task, scale.size.width);
  const float* const zero = scratch.take();
  float* const values = scratch.take();
  float* const squares = scratch.take();
  float* const products = scratch.take();
  RowSums sums;
  channel.sums = {};
  for (std::int32_t y = 0; y < scale.size.height; ++y) {
    if (IsCancelled(task, y)) return false;
    const RowsAround rows(channel.differences, scale.stride, y, scale.size.height, zero);
    const RowsAround others(channel.values, scale.stride, y, scale.size.height, zero);
    BlurPowersDown<true>(rows, others, width, values, squares, products);
    const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
    for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
      const VF shift = BlurAcross(d, values + x);
      const VF mean = hn::LoadU(d, channel.means + at + x);
      const VF variance = hn::Sub(BlurAcross(d, squares + x), Squared(shift));
      const VF covariance = hn::Sub(BlurAcross(d, products + x), hn::Mul(mean, shift));
      const VF spread = hn::Add(hn::LoadU(d, channel.spreads + at + x),
                                hn::Add(hn::Add(covariance, covariance), variance));
      const VF inverse = hn::Div(hn::Set(d, 1.0f), spread);
      const VF ratio = hn::Mul(variance, inverse);
      hn::StoreU(shift, d, channel.shifts + at + x);
      hn::StoreU(ratio, d, channel.ratios + at + x);
      hn::StoreU(inverse, d, channel.inverses + at + x);
      const Edge edge = EdgeOf(d, hn::LoadU(d, channel.values + at + x), mean,
                               hn::LoadU(d, channel.differences + at + x), shift);
      // Beyond the width the blur has left something.
      const auto inside = hn::FirstN(d, width - x);
      const VF error = hn::IfThenElseZero(inside, StructuralError(d, shift, ratio));
      const VF change = hn::IfThenElseZero(inside, edge.change);
      const VF artifact = hn::Max(change, hn::Zero(d));
      const VF detail = hn::Max(hn::Neg(change), hn::Zero(d));
      sums.add(terms::ssim_1, x, error);
      sums.add(terms::artifact_1, x, artifact);
      sums.add(terms::detail_1, x, detail);
      sums.add(terms::ssim_4, x, Squared(Squared(error)));
      sums.add(terms::artifact_4, x, Squared(Squared(artifact)));
      sums.add(terms::detail_4, x, Squared(Squared(detail)));
    }
    sums.flush(channel.sums);
  }
  return true;
}

// The sum's derivative by a map's value.
HWY_INLINE VF SlopeAt(F32 d, const gradient::MapSlope& slope, VF value) {
  const VF cube = hn::Mul(Squared(value), value);
  return hn::Add(hn::Set(d, slope.first), hn::Mul(hn::Set(d, slope.cubed), cube));
}

// Rows of the derivatives by what was blurred, and by what was not.
struct BackRows {
  float* by_shift[kWindow];
  float* by_square[kWindow];
  float* by_product[kWindow];
  float* direct[kWindow];
};

HWY_INLINE void BackRow(const gradient::ScaleTask& scale, const gradient::ChannelTask& channel,
                        std::int32_t y, const BackRows& out) {
  const F32 d;
  const VF one = hn::Set(d, 1.0f);
  const VF zero = hn::Zero(d);
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  const std::int32_t slot = y % kWindow;
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    const VF shift = hn::LoadU(d, channel.shifts + at + x);
    const VF ratio = hn::LoadU(d, channel.ratios + at + x);
    const VF mean = hn::LoadU(d, channel.means + at + x);
    const VF error = StructuralError(d, shift, ratio);
    const VF by_error =
        hn::IfThenElseZero(hn::Gt(error, zero), SlopeAt(d, channel.slopes[0], error));
    const VF rest = hn::Sub(one, ratio);
    const VF a = hn::Mul(hn::Mul(by_error, hn::Sub(one, Squared(shift))),
                         hn::LoadU(d, channel.inverses + at + x));
    const VF by_square = hn::Mul(a, rest);
    const VF by_covariance = hn::Mul(hn::Add(a, a), ratio);
    const VF twice = hn::Add(shift, shift);
    const VF of_shift = hn::Mul(hn::Mul(twice, hn::Sub(by_error, a)), rest);
    VF by_shift = hn::Add(of_shift, hn::Mul(by_covariance, mean));

    const Edge edge = EdgeOf(d, hn::LoadU(d, channel.values + at + x), mean,
                             hn::LoadU(d, channel.differences + at + x), shift);
    const VF size = hn::Abs(edge.change);
    const VF by_artifact = SlopeAt(d, channel.slopes[1], size);
    const VF by_detail = hn::Neg(SlopeAt(d, channel.slopes[2], size));
    const VF by_change = hn::IfThenElse(hn::Gt(edge.change, zero), by_artifact,
                                        hn::IfThenElseZero(hn::Lt(edge.change, zero), by_detail));
    const VF by_size = hn::Mul(by_change, edge.inverse);
    const VF direct = hn::IfThenElse(hn::Lt(edge.is, zero), hn::Neg(by_size), by_size);
    by_shift = hn::Sub(by_shift, direct);

    hn::StoreU(by_shift, d, out.by_shift[slot] + x);
    hn::StoreU(by_square, d, out.by_square[slot] + x);
    hn::StoreU(hn::Neg(by_covariance), d, out.by_product[slot] + x);
    hn::StoreU(direct, d, out.direct[slot] + x);
  }
  for (float* const row : {out.by_shift[slot], out.by_square[slot], out.by_product[slot]}) {
    std::fill(row + width, row + width + gradient::kVector, 0.0f);
  }
}

// From a channel's maps to its differences.
inline bool BackChannel(const gradient::Task& task, const gradient::ScaleTask& scale,
                        const gradient::ChannelTask& channel) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::int32_t height = scale.size.height;
  Rows scratch(task, scale.size.width);
  const float* const zero = scratch.take();
  float* const down[3] = {scratch.take(), scratch.take(), scratch.take()};
  BackRows rows;
  for (auto* const kind : {&rows.by_shift, &rows.by_square, &rows.by_product, &rows.direct}) {
    for (float*& row : *kind) row = scratch.take();
  }
  std::int32_t ready = 0;
  for (std::int32_t y = 0; y < height; ++y) {
    if (IsCancelled(task, y)) return false;
    for (; ready < std::min(y + kRadius + 1, height); ++ready) BackRow(scale, channel, ready, rows);
    const float* const(*const kinds[3])[kWindow] = {&rows.by_shift, &rows.by_square,
                                                    &rows.by_product};
    for (int i = 0; i < 3; ++i) {
      const float* around[kWindow];
      for (std::int32_t k = 0; k < kWindow; ++k) {
        const std::int32_t row = y + k - kRadius;
        around[k] = row < 0 || row >= height ? zero : (*kinds[i])[row % kWindow];
      }
      for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
        const auto at = [&](std::int32_t k) HWY_ATTR { return hn::LoadU(d, around[k] + x); };
        hn::StoreU(Blur(d, at), d, down[i] + x);
      }
    }
    const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
    for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
      const VF difference = hn::LoadU(d, channel.differences + at + x);
      const VF by_square = hn::Mul(hn::Add(difference, difference), BlurAcross(d, down[1] + x));
      const VF by_product =
          hn::Mul(hn::LoadU(d, channel.values + at + x), BlurAcross(d, down[2] + x));
      const VF direct = hn::LoadU(d, rows.direct[y % kWindow] + x);
      const VF by_shift = BlurAcross(d, down[0] + x);
      hn::StoreU(hn::Add(hn::Add(direct, by_shift), hn::Add(by_square, by_product)), d,
                 channel.shifts + at + x);
    }
  }
  return true;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
