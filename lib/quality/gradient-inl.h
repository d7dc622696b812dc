// SPDX-License-Identifier: Apache-2.0

// SSIMULACRA 2.1 forwards and backwards, in planes. ssimulacra2_rows-inl.h has the terms in which
// the structural map is written here too. With g the sum's derivative by that map
//
//   e = m^2 + (1 - m^2) r,  r = v / s,  m = E d,  v = q - m^2,  q = E d^2,
//   s = spread + 2 (p - mu m) + v,  p = E (o d),
//
// a = g (1 - m^2) / s gives its derivatives by q: a (1 - r); by p: -2 a r; by m: 2 m (g - a) (1 -
// r)
// + 2 a r mu. The blur is its own transpose, zero padding included, so the derivative by d is
// E (by m) + 2 d E (by q) + o E (by p).
//
// No fused step anywhere, and sums of kVector parts whatever a vector holds: the same bits
// everywhere.

#if defined(LIMEN_QUALITY_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_GRADIENT_INL_H_
#undef LIMEN_QUALITY_GRADIENT_INL_H_
#else
#define LIMEN_QUALITY_GRADIENT_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
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

// 1 / cbrt(x) for x in 0.003 to 1.1: a guess from the exponent to 4 %, then two steps of the
// series of (1 - c)^(-1/3) over the c = 1 - x y^3 that is left.
HWY_INLINE VF InverseCubeRoot(F32 d, VF x) {
  const hn::RebindToSigned<F32> di;
  const VF bits = hn::ConvertTo(d, hn::BitCast(di, x));
  // 4/3 of a float's bias in bits, less what makes the guess's error even.
  const VF guess = hn::Sub(hn::Set(d, 1419967232.0f), hn::Mul(bits, hn::Set(d, 1.0f / 3)));
  VF y = hn::BitCast(d, hn::ConvertTo(di, guess));
  const VF one = hn::Set(d, 1.0f);
  const VF third = hn::Set(d, 1.0f / 3);
  const VF second = hn::Set(d, 2.0f / 9);
  for (int i = 0; i < 2; ++i) {
    const VF c = hn::Sub(one, hn::Mul(hn::Mul(x, y), hn::Mul(y, y)));
    VF series = hn::Add(second, hn::Mul(c, hn::Set(d, 14.0f / 81)));
    series = hn::Add(third, hn::Mul(c, series));
    y = hn::Add(y, hn::Mul(y, hn::Mul(c, series)));
  }
  return y;
}

HWY_INLINE VF Absorbed(F32 d, std::size_t row, VF r, VF g, VF b) {
  const auto& m = terms::kAbsorbance[row];
  const VF red = hn::Mul(r, hn::Set(d, static_cast<float>(m[0])));
  const VF green = hn::Mul(g, hn::Set(d, static_cast<float>(m[1])));
  const VF blue = hn::Mul(b, hn::Set(d, static_cast<float>(m[2])));
  const VF bias = hn::Set(d, static_cast<float>(terms::kAbsorbanceBias));
  return hn::Add(hn::Add(red, green), hn::Add(blue, bias));
}

HWY_INLINE VF CubeRoot(F32 d, VF x) {
  const VF y = InverseCubeRoot(d, x);
  return hn::Mul(x, hn::Mul(y, y));
}

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

// Row y of a picture in linear light.
inline void ReadLinear(const gradient::Task& task, std::int32_t y) {
  const gradient::ScaleTask& scale = task.scales[0];
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  float* const red = scale.linear[0] + at;
  float* const green = scale.linear[1] + at;
  float* const blue = scale.linear[2] + at;
  const std::uint8_t* const in = task.picture.row_as<std::uint8_t>(y);
  if (task.picture.format.layout == Layout::gray) {
    for (std::size_t x = 0; x < width; ++x) {
      red[x] = green[x] = blue[x] = task.linear_of_byte[in[x]];
    }
  } else {
    for (std::size_t x = 0; x < width; ++x) {
      red[x] = task.linear_of_byte[in[3 * x]];
      green[x] = task.linear_of_byte[in[3 * x + 1]];
      blue[x] = task.linear_of_byte[in[3 * x + 2]];
    }
  }
}

// Means of 2x2 of rows whose last column has been repeated.
HWY_INLINE void HalveRow(const float* above, const float* below, std::int32_t out_width,
                         float* HWY_RESTRICT out) {
  const F32 d;
  const std::size_t lanes = hn::Lanes(d);
  const VF quarter = hn::Set(d, 0.25f);
  for (std::size_t x = 0; x < static_cast<std::size_t>(out_width); x += lanes) {
    VF even0, odd0, even1, odd1;
    hn::LoadInterleaved2(d, above + 2 * x, even0, odd0);
    hn::LoadInterleaved2(d, below + 2 * x, even1, odd1);
    const VF sum = hn::Add(hn::Add(even0, even1), hn::Add(odd0, odd1));
    hn::StoreU(hn::Mul(sum, quarter), d, out + x);
  }
}

// One row of XYB of a scale: `minus` less the original, whose rows then follow the values'.
HWY_INLINE void XybRow(const gradient::ScaleTask& scale, std::int32_t y, bool of_original) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  const auto& channels = scale.channels;
  const VF half = hn::Set(d, 0.5f);
  const auto root = static_cast<float>(std::cbrt(terms::kAbsorbanceBias));
  const auto put = [&](std::size_t c, std::size_t x, VF value) HWY_ATTR {
    if (of_original) {
      hn::StoreU(value, d, channels[c].values + x);
    } else {
      value = hn::Sub(value, hn::LoadU(d, channels[c].values + x));
      hn::StoreU(value, d, channels[c].differences + x);
    }
  };
  for (std::size_t x = at; x < at + width; x += hn::Lanes(d)) {
    const VF r = hn::LoadU(d, scale.linear[0] + x);
    const VF g = hn::LoadU(d, scale.linear[1] + x);
    const VF b = hn::LoadU(d, scale.linear[2] + x);
    const VF l = CubeRoot(d, Absorbed(d, 0, r, g, b));
    const VF m = CubeRoot(d, Absorbed(d, 1, r, g, b));
    const VF luma = hn::Mul(hn::Add(l, m), half);
    if (channels[0].is_used()) {
      const VF scaled = hn::Mul(hn::Sub(l, m), hn::Set(d, static_cast<float>(terms::kScaleX / 2)));
      put(0, x, hn::Add(scaled, hn::Set(d, static_cast<float>(terms::kOffsetX))));
    }
    if (channels[1].is_used()) {
      put(1, x, hn::Add(luma, hn::Set(d, static_cast<float>(terms::kOffsetY) - root)));
    }
    if (channels[2].is_used()) {
      const VF s = CubeRoot(d, Absorbed(d, 2, r, g, b));
      put(2, x, hn::Add(hn::Sub(s, luma), hn::Set(d, static_cast<float>(terms::kOffsetB))));
    }
  }
  for (const gradient::ChannelTask& channel : channels) {
    if (!channel.is_used()) continue;
    float* const out = (of_original ? channel.values : channel.differences) + at;
    std::fill(out + width, out + scale.stride, 0.0f);
  }
}

// All scales' linear light and XYB from the picture.
inline bool ReadPicture(const gradient::Task& task, bool of_original) {
  for (int i = 0; i < task.scale_count; ++i) {
    const gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    const auto width = static_cast<std::size_t>(scale.size.width);
    for (std::int32_t y = 0; y < scale.size.height; ++y) {
      if (IsCancelled(task, y)) return false;
      if (i == 0) {
        ReadLinear(task, y);
      } else {
        const gradient::ScaleTask& finer = task.scales[static_cast<std::size_t>(i - 1)];
        const auto above = static_cast<std::size_t>(2 * y) * finer.stride;
        const auto below =
            static_cast<std::size_t>(std::min(2 * y + 1, finer.size.height - 1)) * finer.stride;
        for (std::size_t c = 0; c < 3; ++c) {
          HalveRow(finer.linear[c] + above, finer.linear[c] + below, scale.size.width,
                   scale.linear[c] + static_cast<std::size_t>(y) * scale.stride);
        }
      }
      for (float* const plane : scale.linear) {
        float* const row = plane + static_cast<std::size_t>(y) * scale.stride;
        row[width] = row[width - 1];
      }
      XybRow(scale, y, of_original);
    }
  }
  return true;
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

// The derivative of a cube root of x, times `by`.
HWY_INLINE VF ThroughCubeRoot(F32 d, VF x, VF by) {
  const VF y = InverseCubeRoot(d, x);
  return hn::Mul(hn::Mul(by, hn::Mul(y, y)), hn::Set(d, 1.0f / 3));
}

// Adds one cone's part to the derivatives by light.
HWY_INLINE void AddAbsorbed(F32 d, std::size_t row, VF by_cone, VF (&by_light)[3]) {
  for (std::size_t c = 0; c < 3; ++c) {
    const VF share = hn::Set(d, static_cast<float>(terms::kAbsorbance[row][c]));
    by_light[c] = hn::Add(by_light[c], hn::Mul(by_cone, share));
  }
}

// One row of derivatives, from XYB to linear light, which they replace. `coarser`: what the scale
// below adds, null where there is none.
HWY_INLINE void BackToLight(const gradient::ScaleTask& scale, std::int32_t y,
                            const float* const* coarser) {
  const F32 d;
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  const auto& channels = scale.channels;
  const auto by_channel = [&](std::size_t c, std::size_t x) HWY_ATTR {
    return channels[c].is_used() ? hn::LoadU(d, channels[c].shifts + at + x) : hn::Zero(d);
  };
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    const VF r = hn::LoadU(d, scale.linear[0] + at + x);
    const VF g = hn::LoadU(d, scale.linear[1] + at + x);
    const VF b = hn::LoadU(d, scale.linear[2] + at + x);
    const VF by_x = hn::Mul(by_channel(0, x), hn::Set(d, static_cast<float>(terms::kScaleX / 2)));
    const VF by_s = by_channel(2, x);
    const VF by_luma = hn::Mul(hn::Sub(by_channel(1, x), by_s), hn::Set(d, 0.5f));
    VF by_light[3];
    for (std::size_t c = 0; c < 3; ++c) {
      by_light[c] = coarser != nullptr ? hn::LoadU(d, coarser[c] + x) : hn::Zero(d);
    }
    AddAbsorbed(d, 0, ThroughCubeRoot(d, Absorbed(d, 0, r, g, b), hn::Add(by_luma, by_x)),
                by_light);
    AddAbsorbed(d, 1, ThroughCubeRoot(d, Absorbed(d, 1, r, g, b), hn::Sub(by_luma, by_x)),
                by_light);
    if (channels[2].is_used()) {
      AddAbsorbed(d, 2, ThroughCubeRoot(d, Absorbed(d, 2, r, g, b), by_s), by_light);
    }
    for (std::size_t c = 0; c < 3; ++c) hn::StoreU(by_light[c], d, scale.linear[c] + at + x);
  }
}

// Row y of the derivatives by a coarser scale's light, each value spread over the two columns that
// it is a mean of; times what rows and columns that count twice add.
HWY_INLINE void SpreadRow(const gradient::ScaleTask& finer, const gradient::ScaleTask& coarser,
                          std::int32_t y, float* const* out) {
  const F32 d;
  const bool counts_twice = 2 * y + 1 == finer.size.height;
  const VF share = hn::Set(d, counts_twice ? 0.5f : 0.25f);
  const auto width = static_cast<std::size_t>(coarser.size.width);
  for (std::size_t c = 0; c < 3; ++c) {
    const float* const in = coarser.linear[c] + static_cast<std::size_t>(y) * coarser.stride;
    // Nothing reaches beyond the row: a vector may be wider than what the row's end has room for.
    for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
      const VF value = hn::Mul(hn::LoadU(d, in + x), share);
      hn::StoreInterleaved2(value, value, d, out[c] + 2 * x);
    }
    if (finer.size.width % 2 != 0) out[c][finer.size.width - 1] *= 2;
  }
}

// One row from linear light to Y, Cb and Cr.
HWY_INLINE void BackToSamples(const gradient::Task& task, std::int32_t y, float* const* slopes) {
  const F32 d;
  const gradient::ScaleTask& scale = task.scales[0];
  const auto width = static_cast<std::size_t>(scale.size.width);
  const std::uint8_t* const in = task.picture.row_as<std::uint8_t>(y);
  const std::size_t step = task.picture.format.layout == Layout::gray ? 1 : 3;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t x = 0; x < width; ++x) {
      slopes[c][x] = task.slope_of_byte[in[step * x + (step == 3 ? c : 0)]];
    }
  }
  const std::size_t at = static_cast<std::size_t>(y) * scale.stride;
  for (std::size_t x = 0; x < width; x += hn::Lanes(d)) {
    VF by[3];
    for (std::size_t c = 0; c < 3; ++c) {
      by[c] = hn::Mul(hn::LoadU(d, scale.linear[c] + at + x), hn::LoadU(d, slopes[c] + x));
    }
    // JFIF: R = Y + 1.402 Cr, G = Y - 0.344136 Cb - 0.714136 Cr, B = Y + 1.772 Cb.
    const VF luma = hn::Add(hn::Add(by[0], by[1]), by[2]);
    const VF cb =
        hn::Sub(hn::Mul(by[2], hn::Set(d, 1.772f)), hn::Mul(by[1], hn::Set(d, 0.344136286f)));
    const VF cr =
        hn::Sub(hn::Mul(by[0], hn::Set(d, 1.402f)), hn::Mul(by[1], hn::Set(d, 0.714136286f)));
    hn::StoreU(luma, d, scale.linear[0] + at + x);
    hn::StoreU(cb, d, scale.linear[1] + at + x);
    hn::StoreU(cr, d, scale.linear[2] + at + x);
  }
}

// Fills the original's planes. False if cancelled, as below.
bool PrepareGradient(gradient::Task& task) {
  if (!ReadPicture(task, true)) return false;
  for (int i = 0; i < task.scale_count; ++i) {
    const gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    for (const gradient::ChannelTask& channel : scale.channels) {
      if (channel.is_used() && !PrepareChannel(task, scale, channel)) return false;
    }
  }
  return true;
}

// Fills the candidate's planes and the sums.
bool CompareForGradient(gradient::Task& task) {
  if (!ReadPicture(task, false)) return false;
  for (int i = 0; i < task.scale_count; ++i) {
    gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    for (gradient::ChannelTask& channel : scale.channels) {
      if (channel.is_used() && !CompareChannel(task, scale, channel)) return false;
    }
  }
  return true;
}

// From the slopes of the maps to the derivatives by samples.
bool WalkBack(gradient::Task& task) {
  for (int i = task.scale_count - 1; i >= 0; --i) {
    const gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    for (const gradient::ChannelTask& channel : scale.channels) {
      if (channel.is_used() && !BackChannel(task, scale, channel)) return false;
    }
    Rows scratch(task, scale.size.width);
    float* const spread[3] = {scratch.take(), scratch.take(), scratch.take()};
    float* const slopes[3] = {scratch.take(), scratch.take(), scratch.take()};
    const bool has_coarser = i + 1 < task.scale_count;
    for (std::int32_t y = 0; y < scale.size.height; ++y) {
      if (IsCancelled(task, y)) return false;
      if (has_coarser && y % 2 == 0) {
        SpreadRow(scale, task.scales[static_cast<std::size_t>(i + 1)], y / 2, spread);
      }
      BackToLight(scale, y, has_coarser ? spread : nullptr);
      if (i == 0) BackToSamples(task, y, slopes);
    }
  }
  return true;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
