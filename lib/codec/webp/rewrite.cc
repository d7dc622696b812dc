// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "lib/codec/webp/container.h"
#include "lib/codec/webp/riff.h"
#include "lib/codec/webp/webp_codec.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

struct OutputChunk {
  std::string_view name;
  ByteView data;
};

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }
void append(Bytes& to, std::string_view text) { append(to, std::as_bytes(std::span(text))); }
void append_number(Bytes& to, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) to.push_back(static_cast<std::byte>(value >> (8 * i) & 0xFF));
}

std::uint64_t size_of(const OutputChunk& chunk) {
  return kChunkHeader + chunk.data.size() + (chunk.data.size() & 1);
}

// The frame's own chunks, without strangers between them; of several ALPH chunks libwebp takes the
// last.
std::vector<OutputChunk> picture_chunks(const Frame& frame) {
  std::vector<OutputChunk> chunks;
  ChunkWalker walker(frame.bitstream, 0);
  while (const auto chunk = walker.next()) {
    if (chunk->name == "ALPH") {
      chunks = {{chunk->name, chunk->data}};
    } else if (chunk->name == "VP8 " || chunk->name == "VP8L") {
      chunks.push_back({chunk->name, chunk->data});
    }
  }
  return chunks;
}

// RFC 9649, 2.7.
Bytes extended_header(const Container& container, const Metadata& metadata) {
  std::uint32_t flags = 0;
  if (!metadata.icc.empty()) flags |= kIccFlag;
  if (container.has_alpha()) flags |= kAlphaFlag;
  if (!metadata.exif.empty()) flags |= kExifFlag;
  if (!metadata.xmp.empty()) flags |= kXmpFlag;
  Bytes header;
  append_number(header, flags, 4);
  append_number(header, static_cast<std::uint32_t>(container.canvas.width - 1), 3);
  append_number(header, static_cast<std::uint32_t>(container.canvas.height - 1), 3);
  return header;
}

}  // namespace

Result<Bytes> rewrite(ByteView file, const ImageInfo&, const RewriteOptions& options,
                      const Execution& execution) {
  if (options.orientation != Orientation::top_left) {
    return unsupported("WebP: a stored picture is turned by decoding it", Format::webp);
  }
  LIMEN_ASSIGN(const Container container, read_container(file));
  if (container.is_animated) {
    return unsupported("WebP: an animation is not rewritten", Format::webp);
  }
  const Frame& frame = container.frame;
  if (frame.is_truncated) {
    return truncated(Format::webp, "WebP: the input ends before its picture does", file.size());
  }

  const Metadata& metadata = options.metadata;
  std::vector<OutputChunk> chunks = picture_chunks(frame);
  const Bytes header = extended_header(container, metadata);
  // The flag alone, above a picture without alpha, makes a decoder give an opaque alpha channel.
  const bool needs_header = !metadata.icc.empty() || !metadata.exif.empty() ||
                            !metadata.xmp.empty() || chunks.size() > 1 ||
                            container.has_alpha() != frame.has_alpha;
  if (needs_header) {
    if (!metadata.icc.empty()) chunks.insert(chunks.begin(), {"ICCP", metadata.icc});
    chunks.insert(chunks.begin(), {"VP8X", header});
    if (!metadata.exif.empty()) chunks.push_back({"EXIF", metadata.exif});
    if (!metadata.xmp.empty()) chunks.push_back({"XMP ", metadata.xmp});
  }

  std::uint64_t total = kRiffHeader;
  for (const OutputChunk& chunk : chunks) total += size_of(chunk);
  if (total - 8 > 0xFFFFFFFE) {  // RFC 9649, 2.4: an even size of 32 bits
    return unsupported("WebP: its metadata do not fit the format's 4 GB", Format::webp);
  }
  LIMEN_ASSIGN(const auto held, execution.workspace->reserve(total));
  Bytes result;
  result.reserve(static_cast<std::size_t>(total));
  append(result, "RIFF");
  append_number(result, total - 8, 4);
  append(result, "WEBP");
  for (const OutputChunk& chunk : chunks) {
    append(result, chunk.name);
    append_number(result, chunk.data.size(), 4);
    append(result, chunk.data);
    if (chunk.data.size() % 2 != 0) result.push_back(std::byte{0});
  }
  return result;
}

}  // namespace limen::inline LIMEN_ABI::webp
