// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/webp/container.h"

#include <webp/decode.h>

#include <algorithm>
#include <string_view>

#include "lib/codec/webp/riff.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

constexpr std::size_t kFrameHeader = 16;  // of an ANMF chunk's payload

Error broken(std::string_view what, std::size_t offset) {
  return malformed(Format::webp, "WebP: " + std::string(what), offset);
}

Error cut(std::size_t offset) {
  return truncated(Format::webp, "WebP: the input ends before its picture does", offset);
}

// Finds the picture in a run of chunks: an ALPH may come before, others may stand between.
Result<Frame> find_frame(ByteView bytes, std::size_t offset, bool may_have_alpha_chunk,
                         bool is_whole_input) {
  ChunkWalker walker(bytes, offset);
  std::optional<std::size_t> start;
  while (const auto chunk = walker.next()) {
    const bool is_picture = chunk->name == "VP8 " || chunk->name == "VP8L";
    if (!start && (is_picture || (may_have_alpha_chunk && chunk->name == "ALPH"))) {
      start = chunk->offset;
    }
    if (!is_picture) continue;
    // VP8L has its own alpha.
    if (chunk->name == "VP8L") start = chunk->offset;
    Frame frame;
    frame.offset = *start;
    // Without the byte of padding: libwebp would read on into it.
    const std::size_t end = chunk->offset + kChunkHeader + chunk->data.size();
    frame.bitstream = bytes.subspan(*start, end - *start);
    frame.is_truncated = !chunk->is_complete;
    WebPBitstreamFeatures features;
    const VP8StatusCode status =
        WebPGetFeatures(reinterpret_cast<const std::uint8_t*>(frame.bitstream.data()),
                        frame.bitstream.size(), &features);
    if (status == VP8_STATUS_NOT_ENOUGH_DATA && frame.is_truncated) return cut(chunk->offset);
    if (status != VP8_STATUS_OK) return broken("a picture's header is damaged", chunk->offset);
    frame.place = {0, 0, features.width, features.height};
    frame.is_lossless = chunk->name == "VP8L";
    frame.has_alpha = features.has_alpha != 0;
    return frame;
  }
  if (is_whole_input) return cut(bytes.size());
  return broken("a frame without a picture", offset);
}

Result<Frame> read_animation_frame(const Chunk& chunk, Size canvas) {
  if (chunk.data.size() < kFrameHeader) {
    if (!chunk.is_complete) return cut(chunk.offset);
    return broken("an ANMF chunk is too short", chunk.offset);
  }
  const auto at = [&](std::size_t offset) {
    return static_cast<std::int32_t>(read_number(chunk.data, offset, 3));
  };
  const Rect place{2 * at(0), 2 * at(3), at(6) + 1, at(9) + 1};
  if (!lies_inside(place, canvas)) return broken("a frame lies outside its canvas", chunk.offset);
  LIMEN_ASSIGN(Frame frame, find_frame(chunk.data, kFrameHeader, true, !chunk.is_complete));
  if (size_of(frame.place) != size_of(place)) {
    return broken("a frame's picture has another size than the frame", chunk.offset);
  }
  frame.place = place;
  frame.offset += chunk.offset + kChunkHeader;
  return frame;
}

}  // namespace

bool sniff(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  if (!text.starts_with("RIFF")) return false;
  return text.size() < kRiffHeader || text.substr(8, 4) == "WEBP";
}

Result<Container> read_container(ByteView bytes) {
  if (bytes.size() < kRiffHeader + kChunkHeader) return cut(bytes.size());
  // What follows the size that RIFF gives is not part of the file; 0 or too small a size is not
  // believed, as little as by libwebp.
  const std::size_t riff_size = read_number(bytes, 4, 4);
  if (riff_size < 4 + kChunkHeader) return broken("the size in its RIFF header is too small", 4);
  bytes = bytes.first(std::min(bytes.size(), riff_size + 8));
  if (bytes.size() < kRiffHeader + kChunkHeader) return cut(bytes.size());

  Container container;
  ChunkWalker walker(bytes, kRiffHeader);
  const auto first = walker.next();
  if (first->name != "VP8X") {
    if (first->name != "VP8 " && first->name != "VP8L") {
      return broken("it begins with an unknown chunk", first->offset);
    }
    LIMEN_ASSIGN(container.frame, find_frame(bytes, kRiffHeader, false, true));
    container.canvas = size_of(container.frame.place);
    return container;
  }

  if (first->data.size() < 10) {
    if (!first->is_complete) return cut(first->offset);
    return broken("the VP8X chunk is too short", first->offset);
  }
  const std::uint32_t flags = read_number(first->data, 0, 1);
  container.is_animated = (flags & kAnimationFlag) != 0;
  container.has_alpha_flag = (flags & kAlphaFlag) != 0;
  container.canvas = {static_cast<std::int32_t>(read_number(first->data, 4, 3)) + 1,
                      static_cast<std::int32_t>(read_number(first->data, 7, 3)) + 1};
  const std::size_t behind_header = walker.offset();
  std::uint32_t frames = 0;
  while (const auto chunk = walker.next()) {
    const auto keep_first = [&](ByteView& slot) {
      if (slot.empty() && chunk->is_complete) slot = chunk->data;
    };
    if (chunk->name == "ICCP") {
      keep_first(container.icc);
    } else if (chunk->name == "EXIF") {
      keep_first(container.exif);
      // JPEG's prefix does not belong here, but many writers leave it.
      constexpr std::string_view kJpegPrefix{"Exif\0\0", 6};
      if (text_of(container.exif).starts_with(kJpegPrefix)) {
        container.exif = container.exif.subspan(kJpegPrefix.size());
      }
    } else if (chunk->name == "XMP ") {
      keep_first(container.xmp);
    } else if (chunk->name == "ANMF" && container.is_animated) {
      if (frames++ > 0) continue;
      LIMEN_ASSIGN(container.frame, read_animation_frame(*chunk, container.canvas));
    }
  }
  if (container.is_animated) {
    if (frames == 0) return cut(bytes.size());
    container.frames = frames;
    return container;
  }
  LIMEN_ASSIGN(container.frame, find_frame(bytes, behind_header, true, true));
  if (size_of(container.frame.place) != container.canvas) {
    return broken("its picture has another size than its canvas", container.frame.offset);
  }
  return container;
}

}  // namespace limen::inline LIMEN_ABI::webp
