// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "lib/codec/png/chunks.h"
#include "lib/codec/png/metadata_chunks.h"
#include "lib/codec/png/png_codec.h"

namespace limen::inline LIMEN_ABI::png {

namespace {

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

void append_u32(Bytes& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    to.push_back(static_cast<std::byte>(value >> shift & 0xFF));
  }
}

// The checksum covers type and data (PNG 5.5).
void append_chunk(Bytes& to, const ExtraChunk& chunk) {
  append_u32(to, static_cast<std::uint32_t>(chunk.data.size()));
  const std::size_t begin = to.size();
  append(to, std::as_bytes(std::span(chunk.type, 4)));
  append(to, chunk.data);
  append_u32(to,
             static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(to.data() + begin),
                                              static_cast<uInt>(to.size() - begin))));
}

constexpr std::size_t kFraming = 12;  // length, type, checksum

// What tells the meaning of the samples, as probe() reads it. A profile outranks all but cICP, and
// comes from the caller or not at all: where the file has one, its gAMA and cHRM are for readers
// that know no profiles, and go if it goes. Without any of them the picture is sRGB.
std::vector<ByteView> color_chunks(const Headers& headers, const ImageInfo& info,
                                   const RewriteOptions& options) {
  std::vector<ByteView> chunks;
  const auto keep = [&](const std::optional<Chunk>& chunk) {
    if (chunk) chunks.push_back(chunk->whole);
  };
  const bool gets_profile = !options.metadata.icc.empty();
  keep(headers.cicp);
  if (!gets_profile) keep(headers.srgb);
  if (gets_profile || info.color.icc.empty()) {
    keep(headers.gama);
    keep(headers.chrm);
  }
  return chunks;
}

Result<void> check_no_animation(ByteView bytes) {
  ChunkWalker walker(bytes, kSignature.size());
  while (const auto chunk = walker.next()) {
    if (chunk->type == chunk_type("IDAT")) break;
    if (chunk->type == chunk_type("acTL") && chunk->has_valid_checksum()) {
      return unsupported("PNG: an animation is not rewritten", Format::png);
    }
  }
  return {};
}

// Calls use(chunk) for each chunk of pixels.
template <class Use>
Result<void> for_each_idat(ByteView bytes, const Headers& headers, const Use& use) {
  ChunkWalker walker(bytes, headers.first_idat);
  while (const auto chunk = walker.next()) {
    if (chunk->type == chunk_type("IEND")) break;
    if (chunk->type == chunk_type("IDAT")) LIMEN_TRY(use(*chunk));
  }
  return {};
}

Result<void> check_sound(const Chunk& chunk, std::string_view name) {
  if (!chunk.is_complete) {
    return truncated(Format::png, "PNG: the input ends in " + std::string(name), chunk.offset);
  }
  if (!chunk.has_valid_checksum()) {
    return malformed(Format::png, "PNG: the checksum of " + std::string(name) + " is wrong",
                     chunk.offset);
  }
  return {};
}

}  // namespace

Result<Bytes> rewrite(ByteView file, const ImageInfo& info, const RewriteOptions& options,
                      const Execution& execution) {
  if (options.orientation != Orientation::top_left) {
    return unsupported("PNG: a stored picture is turned by decoding it", Format::png);
  }
  LIMEN_TRY(check_no_animation(file));
  LIMEN_ASSIGN(const Headers headers, read_headers(file));
  const bool needs_palette = headers.color_type == ColorType::palette;
  if (needs_palette) {
    if (!headers.plte) return malformed(Format::png, "PNG: no PLTE", headers.first_idat);
    LIMEN_TRY(check_sound(*headers.plte, "PLTE"));
  }
  LIMEN_ASSIGN(const auto extra, metadata_chunks(options.metadata));
  const std::vector<ByteView> colors = color_chunks(headers, info, options);

  std::uint64_t total = kSignature.size() + headers.ihdr.whole.size() + kFraming;
  for (const ByteView chunk : colors) total += chunk.size();
  for (const ExtraChunk& chunk : extra) total += kFraming + chunk.data.size();
  if (needs_palette) total += headers.plte->whole.size();
  if (headers.trns) total += headers.trns->whole.size();
  LIMEN_TRY(for_each_idat(file, headers, [&](const Chunk& chunk) -> Result<void> {
    if (execution.is_cancelled()) return cancelled();
    total += chunk.whole.size();
    return check_sound(chunk, "IDAT");
  }));

  LIMEN_ASSIGN(const auto held, execution.workspace->reserve(total));
  Bytes result;
  result.reserve(static_cast<std::size_t>(total));
  append(result, file.first(kSignature.size()));
  append(result, headers.ihdr.whole);
  for (const ByteView chunk : colors) append(result, chunk);
  for (const ExtraChunk& chunk : extra) {
    if (chunk.before_palette) append_chunk(result, chunk);
  }
  if (needs_palette) append(result, headers.plte->whole);
  if (headers.trns) append(result, headers.trns->whole);
  for (const ExtraChunk& chunk : extra) {
    if (!chunk.before_palette) append_chunk(result, chunk);
  }
  LIMEN_TRY(for_each_idat(file, headers, [&](const Chunk& chunk) -> Result<void> {
    append(result, chunk.whole);
    return {};
  }));
  // A file that is cut short stays so, even within its IEND.
  if (headers.has_end()) {
    append_chunk(result, {.type = "IEND", .data = {}});
    result.resize(result.size() - kFraming + std::min(headers.end_bytes, kFraming));
  }
  return result;
}

}  // namespace limen::inline LIMEN_ABI::png
