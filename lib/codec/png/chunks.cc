// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/chunks.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>

namespace limen::inline LIMEN_ABI::png {

namespace {

constexpr std::uint32_t kMaxLength = 0x7FFFFFFF;  // PNG 7.1: 31 bits
constexpr std::size_t kFraming = 12;              // length, type, checksum

bool is_letter(std::uint32_t byte) {
  const std::uint32_t upper = byte & ~0x20u;
  return upper >= 'A' && upper <= 'Z';
}

bool is_type(std::uint32_t type) {
  return is_letter(type >> 24) && is_letter(type >> 16 & 0xFF) && is_letter(type >> 8 & 0xFF) &&
         is_letter(type & 0xFF);
}

std::string name_of(std::uint32_t type) {
  std::string name;
  for (int shift = 24; shift >= 0; shift -= 8) name += static_cast<char>(type >> shift & 0xFF);
  return name;
}

bool is_valid_depth(ColorType type, int depth) {
  switch (type) {
    case ColorType::gray:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    case ColorType::palette:
      return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    case ColorType::rgb:
    case ColorType::gray_alpha:
    case ColorType::rgba:
      return depth == 8 || depth == 16;
  }
  return false;
}

Result<void> read_ihdr(const Chunk& chunk, Headers& headers) {
  const auto at = [&](std::size_t index) { return std::to_integer<int>(chunk.data[index]); };
  const auto broken = [&](std::string what) -> Error {
    return malformed(Format::png, "PNG: " + std::move(what), chunk.offset);
  };
  if (chunk.type != chunk_type("IHDR")) {
    if (chunk.type == chunk_type("CgBI")) {
      return unsupported("PNG: Apple's CgBI variant, which is no PNG", Format::png);
    }
    return broken("the first chunk is not IHDR");
  }
  if (!chunk.is_complete) {
    return truncated(Format::png, "PNG: the input ends in IHDR", chunk.offset);
  }
  if (chunk.data.size() != 13) {
    return broken("IHDR has " + std::to_string(chunk.data.size()) + " bytes instead of 13");
  }
  if (!chunk.has_valid_checksum()) return broken("the checksum of IHDR is wrong");
  const std::uint32_t width = read_u32(chunk.data, 0);
  const std::uint32_t height = read_u32(chunk.data, 4);
  if (width == 0 || height == 0 || width > kMaxLength || height > kMaxLength) {
    return broken("a size of " + std::to_string(width) + "x" + std::to_string(height));
  }
  const int type = at(9);
  if (type > 6 || type == 1 || type == 5) return broken("colour type " + std::to_string(type));
  headers.size = {static_cast<std::int32_t>(width), static_cast<std::int32_t>(height)};
  headers.color_type = static_cast<ColorType>(type);
  headers.bit_depth = at(8);
  if (!is_valid_depth(headers.color_type, headers.bit_depth)) {
    return broken("bit depth " + std::to_string(headers.bit_depth) + " with colour type " +
                  std::to_string(type));
  }
  if (at(10) != 0) return broken("compression method " + std::to_string(at(10)));
  if (at(11) != 0) return broken("filter method " + std::to_string(at(11)));
  if (at(12) > 1) return broken("interlace method " + std::to_string(at(12)));
  headers.is_interlaced = at(12) == 1;
  headers.ihdr = chunk;
  return {};
}

// PNG 11.3.1.1, and as libpng judges: one that does not fit is as if it were not there.
bool is_valid_trns(const Chunk& chunk, const Headers& headers) {
  switch (headers.color_type) {
    case ColorType::gray:
      return chunk.data.size() == 2;
    case ColorType::rgb:
      return chunk.data.size() == 6;
    case ColorType::palette: {
      if (!headers.plte) return false;
      const std::size_t entries =
          std::min(headers.plte->data.size() / 3, std::size_t{1} << headers.bit_depth);
      return !chunk.data.empty() && chunk.data.size() <= entries;
    }
    default:
      return false;
  }
}

constexpr std::string_view kXmpKeyword{"XML:com.adobe.xmp\0", 18};

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

ByteView rest_of(ByteView bytes, std::size_t offset) {
  return bytes.subspan(std::min(offset, bytes.size()));
}

// Chunks that may stand before or behind the pixels.
void note_anywhere(const Chunk& chunk, Headers& headers) {
  const auto keep_first = [&](std::optional<Chunk>& slot) {
    if (!slot && chunk.is_complete && chunk.has_valid_checksum()) slot = chunk;
  };
  if (chunk.type == chunk_type("eXIf")) {
    keep_first(headers.exif);
  } else if (chunk.type == chunk_type("iTXt") && text_of(chunk.data).starts_with(kXmpKeyword)) {
    keep_first(headers.xmp);
  }
}

Result<void> note_before_pixels(const Chunk& chunk, Headers& headers) {
  const auto keep_first = [&](std::optional<Chunk>& slot) {
    if (!slot && chunk.has_valid_checksum()) slot = chunk;
  };
  switch (chunk.type) {
    case chunk_type("IHDR"):
      return malformed(Format::png, "PNG: a second IHDR", chunk.offset);
    case chunk_type("PLTE"):
      if (headers.plte) return malformed(Format::png, "PNG: a second PLTE", chunk.offset);
      headers.plte = chunk;
      return {};
    case chunk_type("tRNS"):
      if (is_valid_trns(chunk, headers)) keep_first(headers.trns);
      return {};
    case chunk_type("iCCP"):
      keep_first(headers.iccp);
      return {};
    case chunk_type("cICP"):
      if (chunk.data.size() == 4) keep_first(headers.cicp);
      return {};
    case chunk_type("sRGB"):
      if (chunk.data.size() == 1) keep_first(headers.srgb);
      return {};
    case chunk_type("gAMA"):
      if (chunk.data.size() == 4) keep_first(headers.gama);
      return {};
    case chunk_type("cHRM"):
      if (chunk.data.size() == 32) keep_first(headers.chrm);
      return {};
    case chunk_type("acTL"):
      // Frames beyond the default image are counted, never decoded.
      if (chunk.data.size() == 8 && chunk.has_valid_checksum()) {
        const std::uint32_t frames = read_u32(chunk.data, 0);
        if (frames >= 1 && frames <= kMaxLength) headers.frames = frames;
      }
      return {};
    default:
      if (chunk.is_critical()) {
        return malformed(Format::png, "PNG: unknown critical chunk " + name_of(chunk.type),
                         chunk.offset);
      }
      return {};
  }
}

Bytes bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

Result<void> spend(std::uint64_t bytes, std::uint64_t& budget) {
  if (bytes > budget) return limit_exceeded(Limit::metadata_bytes, bytes, budget, Format::png);
  budget -= bytes;
  return {};
}

// A text, inflated if it is packed; one that is damaged is empty.
Result<Bytes> unpack(ByteView data, bool is_packed, std::uint64_t& budget) {
  if (!is_packed) {
    LIMEN_TRY(spend(data.size(), budget));
    return Bytes(data.begin(), data.end());
  }
  auto text = inflate(data, budget);
  if (!text) {
    if (text.error().code == ErrorCode::malformed) return Bytes();
    return text;
  }
  budget -= text->size();
  return text;
}

// The part of an iTXt chunk behind its keyword (PNG 11.3.3.4).
Result<Bytes> international_text(ByteView behind_keyword, std::uint64_t& budget) {
  const std::string_view text = text_of(behind_keyword);
  if (text.size() < 2) return Bytes();
  const bool is_packed = text[0] == 1;
  const std::size_t language_end = text.find('\0', 2);
  if (language_end == text.npos) return Bytes();
  const std::size_t translated_end = text.find('\0', language_end + 1);
  if (translated_end == text.npos) return Bytes();
  return unpack(rest_of(behind_keyword, translated_end + 1), is_packed, budget);
}

Bytes utf8_from_latin1(ByteView latin1) {
  Bytes utf8;
  utf8.reserve(latin1.size());
  for (const std::byte byte : latin1) {
    const auto code = std::to_integer<unsigned>(byte);
    if (code < 0x80) {
      utf8.push_back(byte);
    } else {
      utf8.push_back(static_cast<std::byte>(0xC0 | code >> 6));
      utf8.push_back(static_cast<std::byte>(0x80 | (code & 0x3F)));
    }
  }
  return utf8;
}

}  // namespace

std::uint32_t read_u32(ByteView bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[offset + i]);
  }
  return value;
}

bool Chunk::has_valid_checksum() const {
  if (!is_complete) return false;
  const auto* begin = reinterpret_cast<const Bytef*>(whole.data()) + 4;
  const std::uint32_t found =
      static_cast<std::uint32_t>(crc32(0, begin, static_cast<uInt>(data.size() + 4)));
  return found == read_u32(whole, whole.size() - 4);
}

std::optional<Chunk> ChunkWalker::next() {
  if (bytes_.size() - offset_ < 8) return std::nullopt;
  const std::size_t length = read_u32(bytes_, offset_);
  const std::uint32_t type = read_u32(bytes_, offset_ + 4);
  if (length > kMaxLength || !is_type(type)) return std::nullopt;
  const std::size_t left = bytes_.size() - offset_;
  Chunk chunk;
  chunk.type = type;
  chunk.offset = offset_;
  chunk.is_complete = left >= length + kFraming;
  chunk.whole = bytes_.subspan(offset_, std::min(left, length + kFraming));
  chunk.data = bytes_.subspan(offset_ + 8, std::min(left - 8, length));
  offset_ += chunk.whole.size();
  return chunk;
}

Result<Headers> read_headers(ByteView bytes) {
  if (bytes.size() < kSignature.size()) {
    return truncated(Format::png, "PNG: the input ends in the signature", bytes.size());
  }
  Headers headers;
  ChunkWalker walker(bytes, kSignature.size());
  bool has_pixels = false;
  bool is_first = true;
  while (const auto chunk = walker.next()) {
    if (is_first) {
      LIMEN_TRY(read_ihdr(*chunk, headers));
      is_first = false;
      continue;
    }
    if (chunk->type == chunk_type("IEND")) {
      headers.end_bytes = chunk->whole.size();
      break;
    }
    if (chunk->type == chunk_type("IDAT")) {
      if (!has_pixels) headers.first_idat = chunk->offset;
      has_pixels = true;
      continue;
    }
    note_anywhere(*chunk, headers);
    if (has_pixels) continue;
    if (!chunk->is_complete) {
      return truncated(Format::png, "PNG: the input ends in " + name_of(chunk->type), bytes.size());
    }
    LIMEN_TRY(note_before_pixels(*chunk, headers));
  }
  if (has_pixels) return headers;
  if (headers.has_end()) return malformed(Format::png, "PNG: no IDAT", walker.offset());
  if (bytes.size() - walker.offset() >= 8) {
    return malformed(Format::png, "PNG: no chunk begins where one should", walker.offset());
  }
  return truncated(Format::png, "PNG: the input ends before its pixels", bytes.size());
}

Result<Bytes> inflate(ByteView compressed, std::uint64_t limit) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return out_of_memory();
  struct End {
    z_stream* stream;
    ~End() { inflateEnd(stream); }
  } const end{&stream};
  // Never above 64 MB by the limit on input, so uInt holds it; clamped for callers without limits.
  stream.avail_in = static_cast<uInt>(std::min<std::size_t>(compressed.size(), kMaxLength));
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<std::byte*>(compressed.data()));  // zlib only reads it
  Bytes inflated;
  for (;;) {
    std::byte block[4096];
    stream.next_out = reinterpret_cast<Bytef*>(block);
    stream.avail_out = sizeof(block);
    const int status = ::inflate(&stream, Z_NO_FLUSH);
    const std::size_t produced = sizeof(block) - stream.avail_out;
    if (produced > limit - inflated.size()) {
      return limit_exceeded(Limit::metadata_bytes, inflated.size() + produced, limit, Format::png);
    }
    inflated.insert(inflated.end(), block, block + produced);
    if (status == Z_STREAM_END) return inflated;
    if (status == Z_MEM_ERROR) return out_of_memory();
    if (status != Z_OK || (produced == 0 && stream.avail_in == 0)) {
      return malformed(Format::png, "PNG: a compressed chunk is damaged");
    }
  }
}

Result<Bytes> read_icc(const Chunk& iccp, std::uint64_t limit) {
  // Keyword of 1 to 79 bytes, a zero, compression method 0, the stream (PNG 11.3.2.3).
  const std::string_view text = text_of(iccp.data);
  const std::size_t keyword_end = text.substr(0, 80).find('\0');
  if (keyword_end == text.npos || keyword_end + 1 >= text.size() || text[keyword_end + 1] != 0) {
    return Bytes();
  }
  auto profile = inflate(rest_of(iccp.data, keyword_end + 2), limit);
  if (!profile) {
    if (profile.error().code == ErrorCode::malformed) return Bytes();
    return profile;
  }
  // ICC.1:2022, 7.2: a header of 128 bytes with "acsp" at 36, then at least the count of tags.
  if (profile->size() < 132 || text_of(*profile).substr(36, 4) != "acsp") return Bytes();
  return profile;
}

ByteView exif_of(const Chunk& exif) {
  // Some writers put JPEG's prefix in, which does not belong here.
  constexpr std::string_view kJpegPrefix{"Exif\0\0", 6};
  return text_of(exif.data).starts_with(kJpegPrefix) ? exif.data.subspan(kJpegPrefix.size())
                                                     : exif.data;
}

Result<Bytes> read_xmp(const Chunk& itxt, std::uint64_t& budget) {
  return international_text(rest_of(itxt.data, kXmpKeyword.size()), budget);
}

Result<Bytes> read_comments(ByteView bytes, std::uint64_t& budget) {
  Bytes comments;
  ChunkWalker walker(bytes, kSignature.size());
  while (const auto chunk = walker.next()) {
    const bool is_latin1 = chunk->type == chunk_type("tEXt") || chunk->type == chunk_type("zTXt");
    if ((!is_latin1 && chunk->type != chunk_type("iTXt")) || !chunk->has_valid_checksum()) continue;
    const std::string_view text = text_of(chunk->data);
    if (text.starts_with(kXmpKeyword)) continue;
    const std::size_t keyword_end = text.substr(0, 80).find('\0');
    if (keyword_end == text.npos) continue;
    const ByteView behind = rest_of(chunk->data, keyword_end + 1);
    Bytes value;
    if (chunk->type == chunk_type("tEXt")) {
      LIMEN_ASSIGN(value, unpack(behind, false, budget));
    } else if (chunk->type == chunk_type("zTXt")) {
      LIMEN_ASSIGN(value, unpack(rest_of(behind, 1), true, budget));
    } else {
      LIMEN_ASSIGN(value, international_text(behind, budget));
    }
    LIMEN_TRY(spend(keyword_end + 3, budget));
    if (is_latin1) value = utf8_from_latin1(value);
    if (!comments.empty()) comments.push_back(std::byte{'\n'});
    const Bytes keyword = bytes_of(text.substr(0, keyword_end));
    comments.insert(comments.end(), keyword.begin(), keyword.end());
    comments.push_back(std::byte{':'});
    comments.push_back(std::byte{' '});
    comments.insert(comments.end(), value.begin(), value.end());
  }
  return comments;
}

}  // namespace limen::inline LIMEN_ABI::png
