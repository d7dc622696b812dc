// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/metadata_chunks.h"

#include <zlib.h>

#include <algorithm>
#include <string_view>

namespace limen::inline LIMEN_ABI::png {

namespace {

Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

ExtraChunk chunk_of(std::string_view type, Bytes data, bool before_palette) {
  ExtraChunk chunk;
  std::copy(type.begin(), type.end(), chunk.type);
  chunk.data = std::move(data);
  chunk.before_palette = before_palette;
  return chunk;
}

Result<ExtraChunk> profile_chunk(const Bytes& icc) {
  constexpr std::string_view kHead{"ICC profile\0\0", 13};  // keyword, its end, method 0
  Bytes data = bytes_of(kHead);
  uLongf size = compressBound(static_cast<uLong>(icc.size()));
  data.resize(kHead.size() + size);
  if (compress2(reinterpret_cast<Bytef*>(data.data() + kHead.size()), &size,
                reinterpret_cast<const Bytef*>(icc.data()), static_cast<uLong>(icc.size()),
                Z_BEST_COMPRESSION) != Z_OK) {
    return out_of_memory();
  }
  data.resize(kHead.size() + size);
  return chunk_of("iCCP", std::move(data), true);
}

// An uncompressed iTXt (PNG 11.3.3.4), in which other programs look for XMP.
ExtraChunk text_chunk(std::string_view keyword, const Bytes& text) {
  Bytes data = bytes_of(keyword);
  data.insert(data.end(), 5, std::byte{0});  // ends of three strings, compression flag and method
  data.insert(data.end(), text.begin(), text.end());
  return chunk_of("iTXt", std::move(data), false);
}

}  // namespace

Result<std::vector<ExtraChunk>> metadata_chunks(const Metadata& metadata) {
  constexpr std::size_t kMaxChunk = 0x7FFFFFFF;
  for (const Bytes* block : {&metadata.icc, &metadata.exif, &metadata.xmp, &metadata.comment}) {
    if (block->size() > kMaxChunk / 2) {
      return unsupported("PNG: a block of metadata is larger than a chunk", Format::png);
    }
  }
  std::vector<ExtraChunk> chunks;
  if (!metadata.icc.empty()) {
    LIMEN_ASSIGN(auto chunk, profile_chunk(metadata.icc));
    chunks.push_back(std::move(chunk));
  }
  if (!metadata.exif.empty()) chunks.push_back(chunk_of("eXIf", metadata.exif, false));
  if (!metadata.xmp.empty()) chunks.push_back(text_chunk("XML:com.adobe.xmp", metadata.xmp));
  if (!metadata.comment.empty()) chunks.push_back(text_chunk("Comment", metadata.comment));
  return chunks;
}

ExtraChunk srgb_chunk() { return chunk_of("sRGB", Bytes{std::byte{0}}, true); }

}  // namespace limen::inline LIMEN_ABI::png
