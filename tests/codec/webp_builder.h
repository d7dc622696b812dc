// SPDX-License-Identifier: Apache-2.0
#pragma once

// Puts WebP files together chunk by chunk, right ones and wrong ones.

#include <cstdint>
#include <string>
#include <string_view>

#include "limen/core/bytes.h"

namespace limen::test {

/// `count` little-endian bytes.
inline std::string little_endian(std::uint32_t value, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += static_cast<char>(value >> (8 * i) & 0xFF);
  return text;
}

inline std::string riff_chunk(std::string_view name, std::string_view data) {
  std::string chunk(name);
  chunk += little_endian(static_cast<std::uint32_t>(data.size()), 4);
  chunk += data;
  if (data.size() % 2 != 0) chunk += '\0';
  return chunk;
}

inline Bytes webp_file(std::string_view chunks, std::uint32_t riff_size) {
  const std::string file = "RIFF" + little_endian(riff_size, 4) + "WEBP" + std::string(chunks);
  const auto* begin = reinterpret_cast<const std::byte*>(file.data());
  return Bytes(begin, begin + file.size());
}

inline Bytes webp_file(std::string_view chunks) {
  return webp_file(chunks, static_cast<std::uint32_t>(chunks.size() + 4));
}

/// Least significant bit first, as VP8L reads (RFC 9649, 3.1).
class BitString {
 public:
  BitString& put(std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) {
      if (used_ % 8 == 0) bytes_ += '\0';
      if ((value >> i & 1) != 0) {
        bytes_.back() = static_cast<char>(bytes_.back() | 1 << (used_ % 8));
      }
      ++used_;
    }
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  int used_ = 0;
};

inline BitString vp8l_header(std::uint32_t width, std::uint32_t height, bool has_alpha) {
  BitString bits;
  bits.put(0x2F, 8).put(width - 1, 14).put(height - 1, 14).put(has_alpha ? 1 : 0, 1).put(0, 3);
  return bits;
}

/// A lossless picture of one colour: five prefix codes of one symbol, so its pixels take no bits.
inline std::string solid_vp8l(std::uint32_t width, std::uint32_t height, std::uint32_t red,
                              std::uint32_t green, std::uint32_t blue, std::uint32_t alpha) {
  BitString bits = vp8l_header(width, height, alpha != 255);
  bits.put(0, 1).put(0, 1).put(0, 1);  // no transform, no colour cache, no code per block
  for (const std::uint32_t symbol : {green, red, blue, alpha}) {
    bits.put(1, 1).put(0, 1).put(1, 1).put(symbol, 8);  // simple, one symbol, of 8 bits
  }
  bits.put(1, 1).put(0, 1).put(0, 1).put(0, 1);  // distances
  return bits.bytes();
}

inline std::string vp8x(std::uint32_t flags, std::uint32_t width, std::uint32_t height) {
  return riff_chunk(
      "VP8X", little_endian(flags, 4) + little_endian(width - 1, 3) + little_endian(height - 1, 3));
}

inline constexpr std::uint32_t kAnimationFlag = 2;
inline constexpr std::uint32_t kAlphaFlag = 16;

inline std::string anmf(std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height,
                        std::string_view picture) {
  return riff_chunk("ANMF", little_endian(x / 2, 3) + little_endian(y / 2, 3) +
                                little_endian(width - 1, 3) + little_endian(height - 1, 3) +
                                little_endian(100, 3) + '\0' + std::string(picture));
}

inline std::string anim() { return riff_chunk("ANIM", std::string(6, '\0')); }

}  // namespace limen::test
