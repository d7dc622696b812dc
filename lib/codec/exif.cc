// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/exif.h"

#include <algorithm>

#include "lib/codec/metadata_text.h"
#include "limen/codec/metadata.h"

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

// Real streams have at most five directories and some hundred entries. These bounds end loops and
// overlapping directories, the work of a hostile stream stays linear.
constexpr std::size_t kMaxDirectories = 16;
constexpr std::size_t kMaxEntries = 65'536;

constexpr std::uint16_t kTypeByte = 1;
constexpr std::uint16_t kTypeShort = 3;
constexpr std::uint16_t kTypeLong = 4;
constexpr std::uint16_t kTypeSignedByte = 6;
constexpr std::uint16_t kTypeSignedShort = 8;
constexpr std::uint16_t kTypeSignedLong = 9;
constexpr std::uint16_t kTypeDirectory = 13;

// Bytes of one value of each type (TIFF 6.0, section 2; 13 is Technical Note 1's), 0: unknown.
std::uint64_t bytes_of_type(std::uint16_t type) {
  constexpr std::uint8_t kBytes[] = {0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4};
  return type < std::size(kBytes) ? kBytes[type] : 0;
}

std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

const TiffEntry* TiffDirectory::find(std::uint16_t tag) const {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [tag](const TiffEntry& entry) { return entry.tag == tag; });
  return found != entries.end() ? &*found : nullptr;
}

TiffStream::TiffStream(ByteView bytes) : bytes_(bytes), entries_left_(kMaxEntries) {
  if (text_of(bytes_).starts_with("Exif\0"sv) && bytes_.size() >= 6) bytes_ = bytes_.subspan(6);
  const std::string_view text = text_of(bytes_);
  if (text.size() < 8) return;
  if (text.starts_with("II*\0"sv)) {
    little_endian_ = true;
  } else if (text.starts_with("MM\0*"sv)) {
    little_endian_ = false;
  } else {
    return;
  }
  read_directory(read_u32(4), TiffDirectoryKind::primary);
  // Whatever the primary directory links to shows the same picture smaller.
  for (std::size_t i = 0; i < directories_.size() && directories_.size() < kMaxDirectories; ++i) {
    const TiffDirectory& directory = directories_[i];
    const bool is_in_chain = directory.kind == TiffDirectoryKind::primary ||
                             directory.kind == TiffDirectoryKind::thumbnail;
    // Read first: reading a directory moves those that are already there.
    const std::uint32_t next =
        is_in_chain && directory.link_position != 0 ? read_u32(directory.link_position) : 0;
    std::vector<std::pair<std::uint32_t, TiffDirectoryKind>> children;
    for (const TiffEntry& entry : directory.entries) {
      TiffDirectoryKind kind;
      switch (entry.tag) {
        case exif_tag::exif_directory:
          kind = TiffDirectoryKind::exif;
          break;
        case exif_tag::gps_directory:
          kind = TiffDirectoryKind::gps;
          break;
        case exif_tag::interop_directory:
          kind = TiffDirectoryKind::interop;
          break;
        default:
          continue;
      }
      if (directory.kind == TiffDirectoryKind::thumbnail) continue;
      if (const auto target = first_integer(entry)) children.emplace_back(*target, kind);
    }
    for (const auto& [position, kind] : children) read_directory(position, kind);
    if (next != 0) read_directory(next, TiffDirectoryKind::thumbnail);
  }
}

void TiffStream::read_directory(std::uint32_t position, TiffDirectoryKind kind) {
  if (directories_.size() >= kMaxDirectories) return;
  if (position < 8 || position + std::uint64_t{2} > bytes_.size()) return;
  for (const TiffDirectory& seen : directories_) {
    if (seen.position == position) return;
  }
  TiffDirectory directory;
  directory.kind = kind;
  directory.position = position;
  const std::size_t announced = read_u16(position);
  const std::size_t first = std::size_t{position} + 2;
  const std::size_t fitting = (bytes_.size() - first) / 12;
  const std::size_t count = std::min({announced, fitting, entries_left_});
  entries_left_ -= count;
  directory.end = first + 12 * count;
  if (count == announced && bytes_.size() - directory.end >= 4) {
    directory.link_position = directory.end;
    directory.end += 4;
  }
  directory.entries.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t at = first + 12 * i;
    TiffEntry entry;
    entry.tag = read_u16(at);
    entry.type = read_u16(at + 2);
    entry.count = read_u32(at + 4);
    entry.position = at;
    // At most 8 * (2^32 - 1).
    const std::uint64_t size = bytes_of_type(entry.type) * entry.count;
    entry.value_position = size <= 4 ? at + 8 : read_u32(at + 8);
    if (entry.value_position <= bytes_.size() && size <= bytes_.size() - entry.value_position) {
      entry.value = bytes_.subspan(entry.value_position, static_cast<std::size_t>(size));
    }
    directory.entries.push_back(entry);
  }
  directories_.push_back(std::move(directory));
}

const TiffDirectory* TiffStream::find(TiffDirectoryKind kind) const {
  const auto found = std::find_if(directories_.begin(), directories_.end(),
                                  [kind](const TiffDirectory& d) { return d.kind == kind; });
  return found != directories_.end() ? &*found : nullptr;
}

std::optional<std::uint32_t> TiffStream::first_integer(const TiffEntry& entry) const {
  if (entry.value.empty()) return std::nullopt;
  switch (entry.type) {
    case kTypeByte:
    case kTypeSignedByte:
      return static_cast<std::uint32_t>(entry.value[0]);
    case kTypeShort:
    case kTypeSignedShort:
      return read_u16(entry.value_position);
    case kTypeLong:
    case kTypeSignedLong:
    case kTypeDirectory:
      return read_u32(entry.value_position);
    default:
      return std::nullopt;
  }
}

std::string TiffStream::text(const TiffEntry& entry) const {
  if (bytes_of_type(entry.type) != 1) return {};
  std::string joined;
  std::string_view rest = text_of(entry.value);
  // Copyright is "photographer NUL editor NUL" (EXIF 2.32, 4.6.4 D).
  while (!rest.empty() && joined.size() < kMaxTextBytes) {
    const std::size_t length = std::min(rest.find('\0'), rest.size());
    const std::string part = clean_text(rest.substr(0, length));
    rest.remove_prefix(std::min(length + 1, rest.size()));
    if (part.empty()) continue;
    if (!joined.empty()) joined += "; ";
    joined += part;
  }
  return clean_text(joined);
}

std::uint16_t TiffStream::read_u16(std::size_t position) const {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint16_t>(bytes_[position + i]); };
  return static_cast<std::uint16_t>(little_endian_ ? byte(0) | byte(1) << 8
                                                   : byte(0) << 8 | byte(1));
}

std::uint32_t TiffStream::read_u32(std::size_t position) const {
  const std::uint32_t first = read_u16(position);
  const std::uint32_t second = read_u16(position + 2);
  return little_endian_ ? first | second << 16 : first << 16 | second;
}

ExifSummary summarize_exif(ByteView exif) {
  ExifSummary summary;
  const auto result = contain_exceptions([&]() -> Result<ExifSummary> {
    const TiffStream stream(exif);
    ExifSummary found;
    for (const TiffDirectory& directory : stream.directories()) {
      if (directory.kind == TiffDirectoryKind::thumbnail) {
        found.has_thumbnail = found.has_thumbnail || !directory.entries.empty();
        continue;
      }
      if (directory.kind == TiffDirectoryKind::gps) found.has_gps = true;
      for (const TiffEntry& entry : directory.entries) {
        switch (entry.tag) {
          case exif_tag::gps_directory:
            found.has_gps = true;  // even where the pointer is broken: the coordinates may be there
            break;
          case exif_tag::body_serial_number:
          case exif_tag::lens_serial_number:
          case exif_tag::camera_serial_number:
            found.has_serial_number = true;
            break;
          case exif_tag::maker_note:
          case exif_tag::dng_private_data:
            found.has_maker_note = true;
            break;
          case exif_tag::artist:
            if (found.artist.empty()) found.artist = stream.text(entry);
            break;
          case exif_tag::copyright:
            if (found.copyright.empty()) found.copyright = stream.text(entry);
            break;
          case exif_tag::color_space:
            found.color_space = static_cast<int>(stream.first_integer(entry).value_or(0) & 0xFFFF);
            break;
          case exif_tag::orientation: {
            if (directory.kind != TiffDirectoryKind::primary) break;
            const std::uint32_t value = stream.first_integer(entry).value_or(0);
            if (value >= 1 && value <= 8) found.orientation = static_cast<Orientation>(value);
            break;
          }
          default:
            break;
        }
      }
    }
    return found;
  });
  if (result) summary = *result;
  return summary;
}

}  // namespace limen::inline LIMEN_ABI
