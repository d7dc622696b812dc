// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts PNG files together chunk by chunk, right ones and wrong ones.

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "limen/core/bytes.h"

namespace limen::test {

inline std::string be32(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 0xFF);
  return text;
}

/// A zlib stream of `text`.
inline std::string deflated(std::string_view text, int level = 9) {
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(text.data()), static_cast<uLong>(text.size()), level);
  packed.resize(size);
  return packed;
}

/// A zlib stream of `count` zeros, made in pieces.
inline std::string deflated_zeros(std::uint64_t count) {
  z_stream stream{};
  deflateInit(&stream, 9);
  const std::string zeros(1 << 20, '\0');
  std::string packed;
  std::string block(1 << 16, '\0');
  for (std::uint64_t left = count;;) {
    const auto now = static_cast<uInt>(left < zeros.size() ? left : zeros.size());
    left -= now;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
    stream.avail_in = now;
    do {
      stream.next_out = reinterpret_cast<Bytef*>(block.data());
      stream.avail_out = static_cast<uInt>(block.size());
      deflate(&stream, left == 0 ? Z_FINISH : Z_NO_FLUSH);
      packed.append(block.data(), block.size() - stream.avail_out);
    } while (stream.avail_out == 0);
    if (left == 0) break;
  }
  deflateEnd(&stream);
  return packed;
}

class PngBuilder {
 public:
  PngBuilder() : file_("\x89PNG\r\n\x1A\n", 8) {}

  PngBuilder& chunk(std::string_view type, std::string_view data) {
    const std::string body = std::string(type) + std::string(data);
    const auto sum = static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
    return chunk_with(static_cast<std::uint32_t>(data.size()), body, sum);
  }
  /// Length and checksum as given, right or wrong.
  PngBuilder& chunk_with(std::uint32_t length, std::string_view body, std::uint32_t sum) {
    file_ += be32(length);
    file_ += body;
    file_ += be32(sum);
    return *this;
  }
  PngBuilder& header(std::uint32_t width, std::uint32_t height, int depth, int color_type,
                     int interlace = 0) {
    return chunk("IHDR", be32(width) + be32(height) + static_cast<char>(depth) +
                             static_cast<char>(color_type) + std::string(2, '\0') +
                             static_cast<char>(interlace));
  }
  PngBuilder& pixels(std::string_view raw) { return chunk("IDAT", deflated(raw)); }
  PngBuilder& end() { return chunk("IEND", ""); }

  Bytes bytes() const {
    const auto* begin = reinterpret_cast<const std::byte*>(file_.data());
    return Bytes(begin, begin + file_.size());
  }
  std::size_t size() const { return file_.size(); }

 private:
  std::string file_;
};

}  // namespace limen::test
