// SPDX-License-Identifier: Apache-2.0
#pragma once

// RIFF chunks as WebP has them (RFC 9649, 2.3 to 2.7).

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string_view>

#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI::webp {

inline constexpr std::size_t kRiffHeader = 12;  // "RIFF", size, "WEBP"
inline constexpr std::size_t kChunkHeader = 8;  // name, size

// Flags of the VP8X chunk.
inline constexpr std::uint32_t kAnimationFlag = 0x02;
inline constexpr std::uint32_t kXmpFlag = 0x04;
inline constexpr std::uint32_t kExifFlag = 0x08;
inline constexpr std::uint32_t kAlphaFlag = 0x10;
inline constexpr std::uint32_t kIccFlag = 0x20;

inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Little-endian, as all of RIFF.
inline std::uint32_t read_number(ByteView bytes, std::size_t offset, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = count; i-- > 0;) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
  }
  return value;
}

struct Chunk {
  std::string_view name;
  std::size_t offset = 0;  ///< of the name
  ByteView data;           ///< what of it is there
  bool is_complete = false;
};

class ChunkWalker {
 public:
  ChunkWalker(ByteView bytes, std::size_t offset) : bytes_(bytes), offset_(offset) {}

  std::optional<Chunk> next() {
    if (bytes_.size() - offset_ < kChunkHeader) return std::nullopt;
    const std::size_t size = read_number(bytes_, offset_ + 4, 4);
    const std::size_t left = bytes_.size() - offset_ - kChunkHeader;
    Chunk chunk;
    chunk.name = text_of(bytes_.subspan(offset_, 4));
    chunk.offset = offset_;
    chunk.is_complete = size <= left;
    chunk.data = bytes_.subspan(offset_ + kChunkHeader, std::min(size, left));
    // Chunks start at even offsets.
    offset_ += kChunkHeader + std::min(left, size + (size & 1));
    return chunk;
  }

  std::size_t offset() const { return offset_; }

 private:
  ByteView bytes_;
  std::size_t offset_;
};

}  // namespace limen::inline LIMEN_ABI::webp
