// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/exif_rewrite.h"

#include <algorithm>
#include <string>
#include <utility>

#include "limen/codec/metadata.h"

namespace limen::inline LIMEN_ABI {

namespace {

/// Bytes from `begin` up to `end`.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Sorted, disjoint, none empty.
std::vector<Span> merged(std::vector<Span> spans) {
  std::erase_if(spans, [](const Span& span) { return span.begin >= span.end; });
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.begin < b.begin; });
  std::vector<Span> result;
  for (const Span& span : spans) {
    if (!result.empty() && span.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

// What of `from` is not in `without`; both as merged() gives them.
std::vector<Span> difference(const std::vector<Span>& from, const std::vector<Span>& without) {
  std::vector<Span> result;
  auto hole = without.begin();
  for (Span span : from) {
    while (hole != without.end() && hole->end <= span.begin) ++hole;
    for (auto next = hole; next != without.end() && next->begin < span.end; ++next) {
      if (next->begin > span.begin) result.push_back({span.begin, next->begin});
      span.begin = std::max(span.begin, next->end);
    }
    if (span.begin < span.end) result.push_back(span);
  }
  return result;
}

void add_thumbnail_data(const TiffStream& stream, const TiffDirectory& directory,
                        std::vector<Span>& spans) {
  const std::size_t size = stream.bytes().size();
  const auto add = [&](std::uint16_t offset_tag, std::uint16_t length_tag) {
    const TiffEntry* offset = directory.find(offset_tag);
    const TiffEntry* length = directory.find(length_tag);
    if (offset == nullptr || length == nullptr) return;
    const std::size_t begin = stream.first_integer(*offset).value_or(0);
    const std::size_t bytes = stream.first_integer(*length).value_or(0);
    if (begin < size) spans.push_back({begin, begin + std::min(bytes, size - begin)});
  };
  add(exif_tag::thumbnail_offset, exif_tag::thumbnail_length);
  add(exif_tag::strip_offsets, exif_tag::strip_byte_counts);
}

}  // namespace

Bytes write_copyright_exif(std::string_view artist, std::string_view copyright) {
  struct Field {
    std::uint16_t tag;
    std::string_view text;
  };
  std::vector<Field> fields;  // ascending by tag, as TIFF 6.0 wants them
  if (!artist.empty()) fields.push_back({exif_tag::artist, artist});
  if (!copyright.empty()) fields.push_back({exif_tag::copyright, copyright});
  if (fields.empty()) return {};

  Bytes bytes;
  const auto put = [&bytes](std::size_t value, int width) {
    for (int i = 0; i < width; ++i) bytes.push_back(static_cast<std::byte>(value >> 8 * i));
  };
  put(0x4949, 2);  // "II"
  put(42, 2);
  put(8, 4);
  put(fields.size(), 2);
  std::size_t next_value = 8 + 2 + 12 * fields.size() + 4;
  for (const Field& field : fields) {
    const std::size_t size = field.text.size() + 1;
    put(field.tag, 2);
    put(2, 2);  // ASCII, ended by NUL
    put(size, 4);
    if (size <= 4) {
      for (std::size_t i = 0; i < 4; ++i) {
        put(i < field.text.size() ? static_cast<unsigned char>(field.text[i]) : 0, 1);
      }
    } else {
      put(next_value, 4);
      next_value += size + size % 2;  // values begin on even offsets
    }
  }
  put(0, 4);
  for (const Field& field : fields) {
    const std::size_t size = field.text.size() + 1;
    if (size <= 4) continue;
    for (const char c : field.text) put(static_cast<unsigned char>(c), 1);
    put(0, 1 + static_cast<int>(size % 2));
  }
  return bytes;
}

std::optional<Bytes> write_upright_exif(const TiffStream& stream) {
  const TiffDirectory* primary = stream.find(TiffDirectoryKind::primary);
  if (primary == nullptr) return std::nullopt;

  std::vector<Span> kept = {{0, 8}};
  std::vector<Span> gone;
  for (const TiffDirectory& directory : stream.directories()) {
    const bool is_thumbnail = directory.kind == TiffDirectoryKind::thumbnail;
    std::vector<Span>& spans = is_thumbnail ? gone : kept;
    spans.push_back({directory.position, directory.end});
    for (const TiffEntry& entry : directory.entries) {
      spans.push_back({entry.value_position, entry.value_position + entry.value.size()});
    }
    if (is_thumbnail) add_thumbnail_data(stream, directory, gone);
  }
  kept = merged(std::move(kept));
  const std::vector<Span> erased = difference(merged(std::move(gone)), kept);

  const ByteView source = stream.bytes();
  Bytes bytes(source.begin(), source.end());
  for (const Span& span : erased) {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(span.begin),
              bytes.begin() + static_cast<std::ptrdiff_t>(span.end), std::byte{0});
  }
  for (auto span = erased.rbegin(); span != erased.rend() && span->end == bytes.size(); ++span) {
    bytes.resize(span->begin);
  }

  const auto set = [&](std::size_t position, std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i) {
      const int shift = 8 * (stream.is_little_endian() ? i : width - 1 - i);
      bytes[position + static_cast<std::size_t>(i)] = static_cast<std::byte>(value >> shift);
    }
  };
  if (primary->link_position != 0) set(primary->link_position, 0, 4);
  for (const TiffEntry& entry : primary->entries) {
    if (entry.tag != exif_tag::orientation) continue;
    set(entry.position + 2, 3, 2);  // SHORT
    set(entry.position + 4, 1, 4);
    set(entry.position + 8, 1, 2);
    set(entry.position + 10, 0, 2);
  }

  // Directories that overlap may have been changed by each other's edits.
  const ExifSummary written = summarize_exif(bytes);
  if (written.orientation != Orientation::top_left || written.has_thumbnail) return std::nullopt;
  return bytes;
}

}  // namespace limen::inline LIMEN_ABI
