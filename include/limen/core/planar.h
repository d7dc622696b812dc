// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include "limen/core/abi.h"
#include "limen/core/image.h"

namespace limen::inline LIMEN_ABI {

/// How many chroma samples stand for how many of luma. `other` only ever comes out of a probe.
enum class ChromaSubsampling : std::uint8_t {
  automatic,  ///< when encoding: what suits format and quality (the encoder's docs say which)
  yuv444,
  yuv422,  ///< half the columns
  yuv420,  ///< half the columns, half the rows
  yuv440,  ///< half the rows
  yuv411,  ///< a quarter of the columns
  yuv410,  ///< a quarter of the columns, half the rows
  gray,    ///< no chroma
  other,
};

constexpr std::string_view name(ChromaSubsampling subsampling) {
  switch (subsampling) {
    case ChromaSubsampling::automatic:
      return "automatic";
    case ChromaSubsampling::yuv444:
      return "4:4:4";
    case ChromaSubsampling::yuv422:
      return "4:2:2";
    case ChromaSubsampling::yuv420:
      return "4:2:0";
    case ChromaSubsampling::yuv440:
      return "4:4:0";
    case ChromaSubsampling::yuv411:
      return "4:1:1";
    case ChromaSubsampling::yuv410:
      return "4:1:0";
    case ChromaSubsampling::gray:
      return "4:0:0";
    case ChromaSubsampling::other:
      return "other";
  }
  return "other";
}

/// Where a chroma sample lies among the luma samples it stands for. JPEG (JFIF) and WebP: centered
/// both ways. MPEG-2 and most AV1 4:2:0: co-sited with the left column, centered vertically.
enum class Siting : std::uint8_t { centered, cosited };

/// MatrixCoefficients of ITU-T H.273, those that pictures use.
enum class YcbcrMatrix : std::uint8_t { identity, bt601, bt709, bt2020 };

/// Full: 0..255 (JPEG). Limited: luma 16..235, chroma 16..240 (WebP, most video). 8-bit figures.
enum class YcbcrRange : std::uint8_t { full, limited };

/// Owned planes Y, Cb, Cr and perhaps A, each a one-channel image of its own size. Gray has Y
/// alone. Move-only.
class PlanarImage {
 public:
  PlanarImage() = default;

  /// Planes in the order Y, Cb, Cr, A; those that are absent are empty images.
  std::array<Image, 4> planes;
  ChromaSubsampling subsampling = ChromaSubsampling::yuv420;
  Siting horizontal_siting = Siting::centered;
  Siting vertical_siting = Siting::centered;
  YcbcrMatrix matrix = YcbcrMatrix::bt601;
  YcbcrRange range = YcbcrRange::full;

  Size size() const { return planes[0].size(); }
  bool has_chroma() const { return planes[1].has_pixels(); }
  bool has_alpha() const { return planes[3].has_pixels(); }
};

/// A chroma plane's size: sides of luma divided and rounded up. Empty for gray.
constexpr Size chroma_size(Size luma, ChromaSubsampling subsampling) {
  const auto divided = [luma](int columns, int rows) {
    return Size{(luma.width + columns - 1) / columns, (luma.height + rows - 1) / rows};
  };
  switch (subsampling) {
    case ChromaSubsampling::yuv422:
      return divided(2, 1);
    case ChromaSubsampling::yuv420:
      return divided(2, 2);
    case ChromaSubsampling::yuv440:
      return divided(1, 2);
    case ChromaSubsampling::yuv411:
      return divided(4, 1);
    case ChromaSubsampling::yuv410:
      return divided(4, 2);
    case ChromaSubsampling::gray:
      return {};
    default:
      return luma;
  }
}

}  // namespace limen::inline LIMEN_ABI
