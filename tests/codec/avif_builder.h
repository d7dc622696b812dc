// SPDX-License-Identifier: Apache-2.0
#pragma once

// AVIF files with what limen's encoder never writes: turned, clipped, premultiplied, in several
// frames, in a grid. By libavif itself; and boxes put together by hand for what it would not write.

#include <avif/avif.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "limen/core/bytes.h"
#include "limen/core/geometry.h"

namespace limen::test {

struct AvifDestroy {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
  void operator()(avifEncoder* encoder) const { avifEncoderDestroy(encoder); }
};
using AvifPlanes = std::unique_ptr<avifImage, AvifDestroy>;

/// Planes of 8 bits from value(plane, x, y); plane 3 is alpha, there only where `with_alpha`.
template <class Value>
AvifPlanes make_planes(Size size, avifPixelFormat format, bool with_alpha, Value value) {
  AvifPlanes image(avifImageCreate(static_cast<std::uint32_t>(size.width),
                                   static_cast<std::uint32_t>(size.height), 8, format));
  EXPECT_EQ(avifImageAllocatePlanes(image.get(), with_alpha ? AVIF_PLANES_ALL : AVIF_PLANES_YUV),
            AVIF_RESULT_OK);
  avifPixelFormatInfo info;
  avifGetPixelFormatInfo(format, &info);
  for (int plane = 0; plane < 4; ++plane) {
    if (plane == 3 ? !with_alpha : plane > 0 && info.monochrome) continue;
    const bool is_chroma = plane == 1 || plane == 2;
    const int shift_x = is_chroma ? info.chromaShiftX : 0;
    const int shift_y = is_chroma ? info.chromaShiftY : 0;
    for (int y = 0; y < (size.height + shift_y) >> shift_y; ++y) {
      for (int x = 0; x < (size.width + shift_x) >> shift_x; ++x) {
        std::uint8_t* row =
            plane == 3
                ? image->alphaPlane + static_cast<std::size_t>(y) * image->alphaRowBytes
                : image->yuvPlanes[plane] + static_cast<std::size_t>(y) * image->yuvRowBytes[plane];
        row[x] = static_cast<std::uint8_t>(value(plane, x, y));
      }
    }
  }
  return image;
}

inline Bytes finish(avifEncoder* encoder) {
  avifRWData data = AVIF_DATA_EMPTY;
  EXPECT_EQ(avifEncoderFinish(encoder, &data), AVIF_RESULT_OK) << encoder->diag.error;
  const auto* begin = reinterpret_cast<const std::byte*>(data.data);
  Bytes bytes(begin, begin + data.size);
  avifRWDataFree(&data);
  return bytes;
}

inline std::unique_ptr<avifEncoder, AvifDestroy> lossless_encoder() {
  std::unique_ptr<avifEncoder, AvifDestroy> encoder(avifEncoderCreate());
  encoder->speed = 10;
  encoder->minQuantizer = encoder->maxQuantizer = 0;
  encoder->minQuantizerAlpha = encoder->maxQuantizerAlpha = 0;
#if AVIF_VERSION >= 1000000
  encoder->quality = encoder->qualityAlpha = 100;
#endif
  return encoder;
}

inline Bytes lossless_avif(const avifImage* image) {
  const auto encoder = lossless_encoder();
  EXPECT_EQ(avifEncoderAddImage(encoder.get(), image, 1, AVIF_ADD_IMAGE_FLAG_SINGLE),
            AVIF_RESULT_OK)
      << encoder->diag.error;
  return finish(encoder.get());
}

inline Bytes animated_avif(const avifImage* image, int frames) {
  const auto encoder = lossless_encoder();
  encoder->timescale = 10;
  for (int i = 0; i < frames; ++i) {
    EXPECT_EQ(avifEncoderAddImage(encoder.get(), image, 1, AVIF_ADD_IMAGE_FLAG_NONE),
              AVIF_RESULT_OK)
        << encoder->diag.error;
  }
  return finish(encoder.get());
}

inline Bytes grid_avif(const std::vector<const avifImage*>& cells, std::uint32_t columns,
                       std::uint32_t rows) {
  const auto encoder = lossless_encoder();
  EXPECT_EQ(avifEncoderAddImageGrid(encoder.get(), columns, rows, cells.data(),
                                    AVIF_ADD_IMAGE_FLAG_SINGLE),
            AVIF_RESULT_OK)
      << encoder->diag.error;
  return finish(encoder.get());
}

/// Big-endian integers and boxes.
class BoxBuilder {
 public:
  BoxBuilder& u8(std::uint64_t value) { return put(value, 1); }
  BoxBuilder& u16(std::uint64_t value) { return put(value, 2); }
  BoxBuilder& u32(std::uint64_t value) { return put(value, 4); }
  BoxBuilder& text(std::string_view value) {
    const auto* begin = reinterpret_cast<const std::byte*>(value.data());
    bytes_.insert(bytes_.end(), begin, begin + value.size());
    return *this;
  }
  BoxBuilder& append(const Bytes& more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
    return *this;
  }
  BoxBuilder& box(std::string_view type, const BoxBuilder& content) {
    u32(8 + content.bytes().size()).text(type);
    return append(content.bytes());
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  BoxBuilder& put(std::uint64_t value, int width) {
    for (int i = width - 1; i >= 0; --i) bytes_.push_back(static_cast<std::byte>(value >> 8 * i));
    return *this;
  }
  Bytes bytes_;
};

inline BoxBuilder file_type(std::string_view major, std::string_view compatible) {
  return BoxBuilder().box("ftyp", BoxBuilder().text(major).u32(0).text(compatible));
}

/// A file with a meta box of these parts, behind `hdlr` and `pitm`.
inline Bytes meta_file(const BoxBuilder& parts) {
  BoxBuilder meta;
  meta.u32(0);
  meta.box("hdlr", BoxBuilder().u32(0).u32(0).text("pict").u32(0).u32(0).u32(0).u8(0));
  meta.box("pitm", BoxBuilder().u32(0).u16(1));
  meta.append(parts.bytes());
  BoxBuilder file = file_type("avif", "avifmif1miaf");
  file.box("meta", meta);
  return file.bytes();
}

/// Where a box of this type begins, searched for by its name; the first after `from`.
inline std::size_t find_box(const Bytes& bytes, std::string_view type, std::size_t from = 0) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  const std::size_t found = text.find(type, from);
  EXPECT_NE(found, text.npos) << type;
  return found - 4;
}

inline void set_u32(Bytes& bytes, std::size_t position, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) {
    bytes.at(position + i) = static_cast<std::byte>(value >> (24 - 8 * i));
  }
}

}  // namespace limen::test
