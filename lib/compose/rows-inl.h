// SPDX-License-Identifier: Apache-2.0

// The row kernels that rows.h declares. Included once for each instruction set; see rows.cc.

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

#if defined(LIMEN_COMPOSE_ROWS_INL_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_COMPOSE_ROWS_INL_
#undef LIMEN_COMPOSE_ROWS_INL_
#else
#define LIMEN_COMPOSE_ROWS_INL_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace compose {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Sixteen floats at the most, so that kRowSlack is enough on every target.
using Floats = hn::CappedTag<float, 16>;

// Mul, then Add: a fused multiply-add would round differently from targets that have none.
HWY_INLINE hn::Vec<Floats> plus_product(hn::Vec<Floats> sum, hn::Vec<Floats> a, hn::Vec<Floats> b) {
  return hn::Add(sum, hn::Mul(a, b));
}

void weighted_sum(const float* const* HWY_RESTRICT rows, const float* HWY_RESTRICT weights,
                  std::size_t taps, std::size_t count, float* out) {
  const Floats d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  // Four independent sums hide the latency of the additions.
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    auto weight = hn::Set(d, weights[0]);
    const float* row = rows[0] + i;
    auto a = hn::Mul(hn::LoadU(d, row), weight);
    auto b = hn::Mul(hn::LoadU(d, row + lanes), weight);
    auto c = hn::Mul(hn::LoadU(d, row + 2 * lanes), weight);
    auto e = hn::Mul(hn::LoadU(d, row + 3 * lanes), weight);
    for (std::size_t t = 1; t < taps; ++t) {
      weight = hn::Set(d, weights[t]);
      row = rows[t] + i;
      a = plus_product(a, hn::LoadU(d, row), weight);
      b = plus_product(b, hn::LoadU(d, row + lanes), weight);
      c = plus_product(c, hn::LoadU(d, row + 2 * lanes), weight);
      e = plus_product(e, hn::LoadU(d, row + 3 * lanes), weight);
    }
    hn::StoreU(a, d, out + i);
    hn::StoreU(b, d, out + i + lanes);
    hn::StoreU(c, d, out + i + 2 * lanes);
    hn::StoreU(e, d, out + i + 3 * lanes);
  }
  for (; i < count; i += lanes) {
    auto a = hn::Mul(hn::LoadU(d, rows[0] + i), hn::Set(d, weights[0]));
    for (std::size_t t = 1; t < taps; ++t) {
      a = plus_product(a, hn::LoadU(d, rows[t] + i), hn::Set(d, weights[t]));
    }
    hn::StoreU(a, d, out + i);
  }
}

// With full opacity the weights are alpha and 255 - alpha: (c * a + p * (255 - a) + 127) / 255. A
// sum x below 65535 is divided by 255 as (x + 1 + ((x + 1) >> 8)) >> 8, exactly.
struct FullOpacity {
  using Wide = hn::ScalableTag<std::uint16_t>;
  using Narrow = hn::Rebind<std::uint8_t, Wide>;

  hn::Vec<Wide> mark_weight(hn::Vec<Narrow> alpha) const { return hn::PromoteTo(Wide(), alpha); }
  hn::Vec<Narrow> blend(hn::Vec<Narrow> mark, hn::Vec<Narrow> picture, hn::Vec<Wide> weight) const {
    const Wide d;
    const auto rest = hn::Sub(hn::Set(d, 255), weight);
    // 127 for rounding and 1 for the division.
    const auto sum = hn::Add(
        hn::Add(hn::Mul(hn::PromoteTo(d, mark), weight), hn::Mul(hn::PromoteTo(d, picture), rest)),
        hn::Set(d, 128));
    const auto quotient = hn::ShiftRight<8>(hn::Add(sum, hn::ShiftRight<8>(sum)));
    return hn::DemoteTo(Narrow(), hn::BitCast(hn::RebindToSigned<Wide>(), quotient));
  }
};

// Any opacity: the same over D = 255 * 65535, which fits in 32 bits. D is divided by in two exact
// steps, since floor(floor(x / 65535) / 255) is floor(x / D).
struct AnyOpacity {
  using Wide = hn::ScalableTag<std::uint32_t>;
  using Narrow = hn::Rebind<std::uint8_t, Wide>;
  static constexpr std::uint32_t kWhole = 255u * 65535u;

  std::uint32_t opacity;

  hn::Vec<Wide> mark_weight(hn::Vec<Narrow> alpha) const {
    return hn::Mul(hn::PromoteTo(Wide(), alpha), hn::Set(Wide(), opacity));
  }
  hn::Vec<Narrow> blend(hn::Vec<Narrow> mark, hn::Vec<Narrow> picture, hn::Vec<Wide> weight) const {
    const Wide d;
    const auto one = hn::Set(d, 1);
    const auto rest = hn::Sub(hn::Set(d, kWhole), weight);
    const auto sum = hn::Add(
        hn::Add(hn::Mul(hn::PromoteTo(d, mark), weight), hn::Mul(hn::PromoteTo(d, picture), rest)),
        hn::Set(d, kWhole / 2 + 1));
    const auto by_65535 = hn::Add(hn::ShiftRight<16>(hn::Add(sum, hn::ShiftRight<16>(sum))), one);
    const auto quotient = hn::ShiftRight<8>(hn::Add(by_65535, hn::ShiftRight<8>(by_65535)));
    return hn::U8FromU32(quotient);
  }
};

template <int kPictureChannels, class Opacity>
std::size_t over_blocks(const Opacity opacity, std::uint8_t* HWY_RESTRICT picture,
                        const std::uint8_t* HWY_RESTRICT mark, std::size_t count) {
  const typename Opacity::Narrow d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t done = 0;
  for (; done + lanes <= count; done += lanes) {
    auto red = hn::Undefined(d);
    auto green = red;
    auto blue = red;
    auto alpha = red;
    hn::LoadInterleaved4(d, mark + 4 * done, red, green, blue, alpha);
    std::uint8_t* const at = picture + kPictureChannels * done;
    auto picture_red = red;
    auto picture_green = red;
    auto picture_blue = red;
    auto picture_alpha = red;
    if constexpr (kPictureChannels == 4) {
      hn::LoadInterleaved4(d, at, picture_red, picture_green, picture_blue, picture_alpha);
      if (!hn::AllTrue(d, hn::Eq(picture_alpha, hn::Set(d, 255)))) return done;
    } else {
      hn::LoadInterleaved3(d, at, picture_red, picture_green, picture_blue);
    }
    const auto weight = opacity.mark_weight(alpha);
    picture_red = opacity.blend(red, picture_red, weight);
    picture_green = opacity.blend(green, picture_green, weight);
    picture_blue = opacity.blend(blue, picture_blue, weight);
    if constexpr (kPictureChannels == 4) {
      hn::StoreInterleaved4(picture_red, picture_green, picture_blue, picture_alpha, d, at);
    } else {
      hn::StoreInterleaved3(picture_red, picture_green, picture_blue, d, at);
    }
  }
  return done;
}

std::size_t over_opaque(std::uint8_t* picture, int picture_channels, const std::uint8_t* mark,
                        std::size_t count, std::uint32_t opacity) {
  if (opacity == 65535) {
    return picture_channels == 4 ? over_blocks<4>(FullOpacity(), picture, mark, count)
                                 : over_blocks<3>(FullOpacity(), picture, mark, count);
  }
  const AnyOpacity any{opacity};
  return picture_channels == 4 ? over_blocks<4>(any, picture, mark, count)
                               : over_blocks<3>(any, picture, mark, count);
}

}  // namespace HWY_NAMESPACE
}  // namespace compose
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // the toggled guard
