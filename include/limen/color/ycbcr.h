// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"

// 8-bit RGB and Y'CbCr into each other, one sample at a time in integers: what a faster path must
// equal. Non-linear (gamma-encoded) values on both sides, as JPEG, WebP and video have them.
//
// With Kr and Kb from BT.601 (0.299, 0.114), BT.709 (0.2126, 0.0722) or BT.2020 (0.2627, 0.0593):
//   Y = Kr R + (1 - Kr - Kb) G + Kb B,  Cb = (B - Y) / (2 (1 - Kb)),  Cr = (R - Y) / (2 (1 - Kr)),
// full range: Y as it is, chroma + 128. Limited: Y * 219 / 255 + 16, chroma * 224 / 255 + 128.
// Coefficients have 16 fractional bits and are made to sum up so that neutral RGB gives chroma of
// exactly 128 and white exactly the largest Y. Full-range BT.601 has libjpeg's own coefficients and
// rounding (T.871 gives the formula): equal to libjpeg and libjpeg-turbo bit for bit.

namespace limen::inline LIMEN_ABI {

namespace ycbcr {

inline constexpr int kBits = 16;
inline constexpr std::int32_t kHalf = 1 << (kBits - 1);

constexpr std::int32_t fixed(double v) {
  return static_cast<std::int32_t>(v * (1 << kBits) + (v < 0 ? -0.5 : 0.5));
}

constexpr std::uint8_t clamp8(std::int32_t v) {
  return static_cast<std::uint8_t>(v < 0 ? 0 : v > 255 ? 255 : v);
}

/// Integers of one matrix and range.
struct Coefficients {
  std::array<std::int32_t, 3> y{};   ///< of R, G, B
  std::array<std::int32_t, 3> cb{};  ///< sum to 0
  std::array<std::int32_t, 3> cr{};  ///< sum to 0
  std::int32_t y_offset = 0;         ///< 0 or 16
  std::int32_t chroma_rounding = 0;  ///< added before the shift
  std::int32_t luma_gain = 0;        ///< of Y - y_offset
  std::int32_t red_cr = 0;
  std::int32_t green_cb = 0;
  std::int32_t green_cr = 0;
  std::int32_t blue_cb = 0;
};

/// identity has no such matrix: it gets BT.601's, and callers must not ask.
constexpr Coefficients coefficients(YcbcrMatrix matrix, YcbcrRange range) {
  const bool full = range == YcbcrRange::full;
  Coefficients k;
  if (full && (matrix == YcbcrMatrix::bt601 || matrix == YcbcrMatrix::identity)) {
    k.y = {fixed(0.29900), fixed(0.58700), fixed(0.11400)};
    k.cb = {-fixed(0.16874), -fixed(0.33126), fixed(0.50000)};
    k.cr = {fixed(0.50000), -fixed(0.41869), -fixed(0.08131)};
    // One below a half, so that the largest chroma, 255.5, does not become 256.
    k.chroma_rounding = kHalf - 1;
    k.luma_gain = 1 << kBits;
    k.red_cr = fixed(1.40200);
    k.green_cb = -fixed(0.34414);
    k.green_cr = -fixed(0.71414);
    k.blue_cb = fixed(1.77200);
    return k;
  }
  double kr = 0.299, kb = 0.114;
  if (matrix == YcbcrMatrix::bt709) kr = 0.2126, kb = 0.0722;
  if (matrix == YcbcrMatrix::bt2020) kr = 0.2627, kb = 0.0593;
  const double kg = 1 - kr - kb;
  const double luma = full ? 1.0 : 219.0 / 255;
  const double chroma = full ? 1.0 : 224.0 / 255;
  // Green takes what rounding leaves, so that the sums are exact.
  const auto exact_sum = [](double r, double b, std::int32_t sum) {
    return std::array<std::int32_t, 3>{fixed(r), sum - fixed(r) - fixed(b), fixed(b)};
  };
  k.y = exact_sum(kr * luma, kb * luma, fixed(luma));
  k.cb = exact_sum(-kr / (2 * (1 - kb)) * chroma, 0.5 * chroma, 0);
  k.cr = exact_sum(0.5 * chroma, -kb / (2 * (1 - kr)) * chroma, 0);
  k.y_offset = full ? 0 : 16;
  k.chroma_rounding = kHalf - (full ? 1 : 0);
  k.luma_gain = fixed(1 / luma);
  k.red_cr = fixed(2 * (1 - kr) / chroma);
  k.green_cb = fixed(-2 * (1 - kb) * kb / kg / chroma);
  k.green_cr = fixed(-2 * (1 - kr) * kr / kg / chroma);
  k.blue_cb = fixed(2 * (1 - kb) / chroma);
  return k;
}

/// R, G, B to Y, Cb, Cr; every component within 0.51 of the exact value.
constexpr std::array<std::uint8_t, 3> from_rgb(const Coefficients& k, std::uint8_t red,
                                               std::uint8_t green, std::uint8_t blue) {
  const auto dot = [&](const std::array<std::int32_t, 3>& row) {
    return row[0] * red + row[1] * green + row[2] * blue;
  };
  const std::int32_t middle = (128 << kBits) + k.chroma_rounding;
  return {clamp8((dot(k.y) + (k.y_offset << kBits) + kHalf) >> kBits),
          clamp8((dot(k.cb) + middle) >> kBits), clamp8((dot(k.cr) + middle) >> kBits)};
}

/// Y, Cb, Cr to R, G, B, clamped to 0..255.
constexpr std::array<std::uint8_t, 3> to_rgb(const Coefficients& k, std::uint8_t y, std::uint8_t cb,
                                             std::uint8_t cr) {
  const std::int32_t luma = (y - k.y_offset) * k.luma_gain + kHalf;
  const std::int32_t b = cb - 128;
  const std::int32_t r = cr - 128;
  return {clamp8((luma + k.red_cr * r) >> kBits),
          clamp8((luma + k.green_cb * b + k.green_cr * r) >> kBits),
          clamp8((luma + k.blue_cb * b) >> kBits)};
}

/// One sample of Y (or, with `is_chroma`, of Cb or Cr) from one range to the other, rounded.
constexpr std::uint8_t change_range(std::uint8_t v, bool is_chroma, YcbcrRange from,
                                    YcbcrRange to) {
  if (from == to) return v;
  const std::int32_t steps = is_chroma ? 224 : 219;
  const std::int32_t middle = is_chroma ? 128 : 0;
  const std::int32_t base = is_chroma ? 128 : 16;
  // Rounds halves away from zero, on both sides of the middle.
  const auto divide = [](std::int32_t n, std::int32_t d) {
    return n >= 0 ? (n + d / 2) / d : -((-n + d / 2) / d);
  };
  return to == YcbcrRange::limited ? clamp8(divide((v - middle) * steps, 255) + base)
                                   : clamp8(divide((v - base) * 255, steps) + middle);
}

/// A row of full-range Y (or Cb or Cr) to limited range in place: change_range() of each sample by
/// additions, multiplications and shifts of 16 bits, which compilers make vectors of.
inline void row_to_limited(std::uint8_t* row, std::int32_t width, bool is_chroma) {
  // (n + n / 256) / 256 with n = x + 128 is x / 255 rounded, as long as n fits 16 bits. The offset
  // moves the middle, in 255ths: 16 * 255, or 128 * 255 - 128 * 224.
  const std::uint16_t steps = is_chroma ? 224 : 219;
  const std::uint16_t offset = (is_chroma ? 3968 : 4080) + 128;
  for (std::int32_t x = 0; x < width; ++x) {
    const auto n = static_cast<std::uint16_t>(row[x] * steps + offset);
    row[x] = static_cast<std::uint8_t>(static_cast<std::uint16_t>(n + (n >> 8)) >> 8);
  }
}

/// The two chroma samples that a luma sample lies between along one axis, and the nearer one's
/// share in quarters.
struct Taps {
  std::int32_t near = 0;
  std::int32_t far = 0;
  std::int32_t near_quarters = 4;
};

/// `step` 1: not subsampled. 2: linear interpolation by the siting. Indices are clamped to
/// 0..count-1.
constexpr Taps taps(std::int32_t luma, int step, Siting siting, std::int32_t count) {
  if (step == 1) return {luma, luma, 4};
  const std::int32_t near = luma / 2;
  const bool is_odd = luma % 2 != 0;
  const std::int32_t far =
      siting == Siting::centered ? near + (is_odd ? 1 : -1) : near + (is_odd ? 1 : 0);
  const std::int32_t share = siting == Siting::centered ? 3 : is_odd ? 2 : 4;
  return {near, std::clamp(far, 0, count - 1), share};
}

/// Columns and rows of luma for a chroma sample, {0, 0} for what these functions do not do.
constexpr std::array<int, 2> steps(ChromaSubsampling subsampling) {
  switch (subsampling) {
    case ChromaSubsampling::yuv444:
      return {1, 1};
    case ChromaSubsampling::yuv422:
      return {2, 1};
    case ChromaSubsampling::yuv420:
      return {2, 2};
    case ChromaSubsampling::yuv440:
      return {1, 2};
    default:
      return {0, 0};
  }
}

}  // namespace ycbcr

struct YcbcrFormat {
  ChromaSubsampling subsampling = ChromaSubsampling::yuv420;  ///< 4:4:4, 4:2:2, 4:2:0, 4:4:0, gray
  Siting horizontal_siting = Siting::centered;
  Siting vertical_siting = Siting::centered;
  YcbcrMatrix matrix = YcbcrMatrix::bt601;  ///< not identity
  YcbcrRange range = YcbcrRange::full;
};

/// Planes of an 8-bit rgb or rgba picture (alpha becomes the fourth plane). Chroma is converted at
/// full size, then reduced: centered by the mean of the samples covered, cosited by 1 2 1. The last
/// column or row counts twice where a side is odd. Centered rounds halves alternately down and up
/// along a row, as libjpeg does (4:4:0: up). Errors: invalid_argument (format, subsampling), those
/// of Image::create, cancelled.
inline Result<PlanarImage> planes_from_rgb(const ConstImageView& source, const YcbcrFormat& format,
                                           const Execution& execution = {}) {
  const bool is_gray = format.subsampling == ChromaSubsampling::gray;
  const auto [columns, rows] = ycbcr::steps(format.subsampling);
  if (source.format.sample != SampleType::u8 ||
      (source.format.layout != Layout::rgb && source.format.layout != Layout::rgba)) {
    return invalid_argument("planes_from_rgb: takes rgb or rgba of 8 bits");
  }
  if ((columns == 0 && !is_gray) || format.matrix == YcbcrMatrix::identity) {
    return invalid_argument("planes_from_rgb: takes 4:4:4, 4:2:2, 4:2:0, 4:4:0 or gray");
  }
  PlanarImage result;
  result.subsampling = format.subsampling;
  result.horizontal_siting = format.horizontal_siting;
  result.vertical_siting = format.vertical_siting;
  result.matrix = format.matrix;
  result.range = format.range;
  const Size size = source.size;
  const Size chroma = chroma_size(size, format.subsampling);
  for (std::size_t p = 0; p < 4; ++p) {
    const bool is_chroma = p == 1 || p == 2;
    if ((is_chroma && is_gray) || (p == 3 && !source.format.has_alpha())) continue;
    LIMEN_ASSIGN(result.planes[p],
                 Image::create(is_chroma ? chroma : size, gray8, execution.workspace));
  }
  const ycbcr::Coefficients k = ycbcr::coefficients(format.matrix, format.range);
  const int channels = source.format.channels();
  const auto convert = [&](std::int32_t x, std::int32_t y) {
    const auto* pixel = source.row_as<std::uint8_t>(std::min(y, size.height - 1)) +
                        std::ptrdiff_t{channels} * std::clamp(x, 0, size.width - 1);
    return ycbcr::from_rgb(k, pixel[0], pixel[1], pixel[2]);
  };
  for (std::int32_t y = 0; y < size.height; ++y) {
    if (y % 16 == 0 && execution.is_cancelled()) return cancelled();
    for (std::int32_t x = 0; x < size.width; ++x) {
      result.planes[0].view().row_as<std::uint8_t>(y)[x] = convert(x, y)[0];
      if (source.format.has_alpha()) {
        result.planes[3].view().row_as<std::uint8_t>(y)[x] =
            source.row_as<std::uint8_t>(y)[x * channels + 3];
      }
    }
  }
  if (is_gray) return result;
  const bool cosited_x = columns == 2 && format.horizontal_siting == Siting::cosited;
  const bool cosited_y = rows == 2 && format.vertical_siting == Siting::cosited;
  for (std::int32_t y = 0; y < chroma.height; ++y) {
    if (y % 16 == 0 && execution.is_cancelled()) return cancelled();
    for (std::int32_t x = 0; x < chroma.width; ++x) {
      // Weights along an axis: 1 | 1 1 | 1 2 1, from the first sample on.
      std::array<std::int32_t, 2> sum{};
      std::int32_t total = 0;
      for (int j = cosited_y ? -1 : 0; j < (cosited_y ? 2 : rows); ++j) {
        for (int i = cosited_x ? -1 : 0; i < (cosited_x ? 2 : columns); ++i) {
          const int weight = (cosited_x && i == 0 ? 2 : 1) * (cosited_y && j == 0 ? 2 : 1);
          const auto sample = convert(x * columns + i, std::max(0, y * rows + j));
          sum[0] += weight * sample[1];
          sum[1] += weight * sample[2];
          total += weight;
        }
      }
      std::int32_t bias = total / 2;
      if (columns == 2 && !cosited_x && !cosited_y) bias -= x % 2 == 0 ? 1 : 0;
      for (std::size_t p = 0; p < 2; ++p) {
        result.planes[p + 1].view().row_as<std::uint8_t>(y)[x] =
            static_cast<std::uint8_t>((sum[p] + bias) / total);
      }
    }
  }
  return result;
}

/// The picture in rgb8 or, with an alpha plane, rgba8; gray planes give r = g = b. Chroma is
/// interpolated linearly by its siting. Centered, this is libjpeg's "fancy" upsampling, with its
/// rounding; libjpeg itself repeats samples instead in pictures of fewer than 5 columns. Errors:
/// invalid_argument (planes that are not 8-bit, of wrong sizes, or subsampled otherwise than 4:4:4,
/// 4:2:2, 4:2:0, 4:4:0), those of Image::create, cancelled.
inline Result<Image> rgb_from_planes(const PlanarImage& source, const Execution& execution = {}) {
  const bool is_gray = !source.has_chroma();
  const auto [columns, rows] = ycbcr::steps(source.subsampling);
  const Size size = source.size();
  const Size chroma = chroma_size(size, source.subsampling);
  if ((columns == 0 && !is_gray) || source.matrix == YcbcrMatrix::identity) {
    return invalid_argument("rgb_from_planes: takes 4:4:4, 4:2:2, 4:2:0, 4:4:0 or gray");
  }
  for (std::size_t p = 0; p < 4; ++p) {
    const Image& plane = source.planes[p];
    const bool is_chroma = p == 1 || p == 2;
    if (!plane.has_pixels() && (p == 3 || (is_chroma && is_gray))) continue;
    if (!plane.has_pixels() || !(plane.format() == gray8) ||
        plane.size() != (is_chroma ? chroma : size)) {
      return invalid_argument("rgb_from_planes: planes whose sizes or samples do not fit");
    }
  }
  const PixelFormat format = source.has_alpha() ? rgba8 : rgb8;
  LIMEN_ASSIGN(Image result, Image::create(size, format, execution.workspace));
  const ycbcr::Coefficients k = ycbcr::coefficients(source.matrix, source.range);
  const int channels = format.channels();
  for (std::int32_t y = 0; y < size.height; ++y) {
    if (y % 16 == 0 && execution.is_cancelled()) return cancelled();
    auto* out = result.view().row_as<std::uint8_t>(y);
    for (std::int32_t x = 0; x < size.width; ++x, out += channels) {
      std::array<std::uint8_t, 2> c = {128, 128};
      if (!is_gray) {
        const ycbcr::Taps h = ycbcr::taps(x, columns, source.horizontal_siting, chroma.width);
        const ycbcr::Taps v = ycbcr::taps(y, rows, source.vertical_siting, chroma.height);
        // Sixteenths; halves go up and down by turns, as libjpeg rounds them.
        std::int32_t bias = 8;
        if (columns == 2 && rows == 2) bias = x % 2 == 0 ? 8 : 7;
        if (columns == 2 && rows == 1) bias = x % 2 == 0 ? 4 : 8;
        if (columns == 1 && rows == 2) bias = y % 2 == 0 ? 4 : 8;
        for (std::size_t p = 0; p < 2; ++p) {
          const ConstImageView plane = source.planes[p + 1].view();
          const auto along_row = [&](std::int32_t row) {
            const auto* samples = plane.row_as<std::uint8_t>(row);
            return h.near_quarters * samples[h.near] + (4 - h.near_quarters) * samples[h.far];
          };
          const std::int32_t sum =
              v.near_quarters * along_row(v.near) + (4 - v.near_quarters) * along_row(v.far);
          c[p] = static_cast<std::uint8_t>((sum + bias) >> 4);
        }
      }
      const auto rgb =
          ycbcr::to_rgb(k, source.planes[0].view().row_as<std::uint8_t>(y)[x], c[0], c[1]);
      std::copy(rgb.begin(), rgb.end(), out);
      if (source.has_alpha()) out[3] = source.planes[3].view().row_as<std::uint8_t>(y)[x];
    }
  }
  return result;
}

/// Rewrites the samples of Y, Cb and Cr in place for another range.
inline void change_range(PlanarImage& image, YcbcrRange range) {
  if (image.range == range) return;
  for (std::size_t p = 0; p < 3; ++p) {
    if (!image.planes[p].has_pixels()) continue;
    const ImageView plane = image.planes[p].view();
    if (range == YcbcrRange::limited) {
      for (std::int32_t y = 0; y < plane.size.height; ++y) {
        ycbcr::row_to_limited(plane.row_as<std::uint8_t>(y), plane.size.width, p != 0);
      }
      continue;
    }
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
      table[i] = ycbcr::change_range(static_cast<std::uint8_t>(i), p != 0, image.range, range);
    }
    for (std::int32_t y = 0; y < plane.size.height; ++y) {
      auto* row = plane.row_as<std::uint8_t>(y);
      std::transform(row, row + plane.size.width, row, [&](std::uint8_t v) { return table[v]; });
    }
  }
  image.range = range;
}

}  // namespace limen::inline LIMEN_ABI
