// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string_view>

#include "lib/codec/jpeg/header.h"
#include "limen/codec/metadata.h"

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

// ICC.1:2022, B.4: each segment has its number from 1, then how many there are. A profile that is
// not whole is no profile: its numbers must be 1 to the count. A segment that stands twice, byte
// for byte, says nothing wrong.
Bytes join_icc(const std::vector<ByteView>& segments) {
  if (segments.empty()) return {};
  std::array<ByteView, 256> by_number;
  std::size_t total = 0;
  std::size_t found = 0;
  std::size_t count = 0;
  for (const ByteView segment : segments) {
    if (segment.size() < 2) return {};
    const auto number = std::to_integer<std::size_t>(segment[0]);
    const ByteView part = segment.subspan(2);
    if (count == 0) count = std::to_integer<std::size_t>(segment[1]);
    if (std::to_integer<std::size_t>(segment[1]) != count || number < 1 || number > count)
      return {};
    ByteView& slot = by_number[number];
    if (slot.data() == nullptr) {
      slot = part;
      total += part.size();
      ++found;
    } else if (!std::equal(slot.begin(), slot.end(), part.begin(), part.end())) {
      return {};
    }
  }
  if (found != count) return {};
  Bytes profile;
  profile.reserve(total);
  for (const ByteView part : by_number) profile.insert(profile.end(), part.begin(), part.end());
  return profile;
}

// Photoshop's image resources: "8BIM", number, Pascal string and data, both padded to even lengths
// (Adobe, "Photoshop File Formats", image resource blocks). Number 0x0404 holds IPTC-IIM records.
Bytes find_iptc(const std::vector<ByteView>& pieces) {
  Bytes joined;
  for (const ByteView piece : pieces) joined.insert(joined.end(), piece.begin(), piece.end());
  ByteView rest = joined;
  const auto byte_at = [&](std::size_t index) { return std::to_integer<std::size_t>(rest[index]); };
  while (rest.size() >= 12) {
    const std::string_view text(reinterpret_cast<const char*>(rest.data()), 4);
    if (text != "8BIM"sv) return {};
    const std::size_t number = byte_at(4) << 8 | byte_at(5);
    const std::size_t name = (byte_at(6) + 2) & ~std::size_t{1};
    if (rest.size() < 6 + name + 4) return {};
    rest = rest.subspan(6 + name);
    const std::size_t length = byte_at(0) << 24 | byte_at(1) << 16 | byte_at(2) << 8 | byte_at(3);
    rest = rest.subspan(4);
    if (rest.size() < length) return {};
    if (number == 0x0404) return Bytes(rest.begin(), rest.begin() + static_cast<long>(length));
    rest = rest.subspan(std::min(rest.size(), length + (length & 1)));
  }
  return {};
}

bool contains(ByteView bytes, std::string_view text) {
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  return all.find(text) != all.npos;
}

}  // namespace

// The rules of libjpeg's default_decompress_parms(): JFIF says YCbCr, Adobe's transform code says
// which, and without either the component names may spell R, G, B.
ColorModel color_model(const JpegHeader& header) {
  const std::vector<JpegComponent>& parts = header.components;
  if (parts.size() == 1) return ColorModel::gray;
  if (parts.size() == 4) {
    if (!header.adobe_transform || *header.adobe_transform == 0) return ColorModel::cmyk;
    return ColorModel::ycck;
  }
  if (header.has_jfif) return ColorModel::ycbcr;
  if (header.adobe_transform) {
    return *header.adobe_transform == 0 ? ColorModel::rgb : ColorModel::ycbcr;
  }
  const bool spells_rgb = parts[0].id == 'R' && parts[1].id == 'G' && parts[2].id == 'B';
  return spells_rgb ? ColorModel::rgb : ColorModel::ycbcr;
}

ChromaSubsampling subsampling(const JpegHeader& header) {
  const std::vector<JpegComponent>& parts = header.components;
  if (parts.size() == 1) return ChromaSubsampling::gray;
  const auto same = [&](std::size_t a, std::size_t b) {
    return parts[a].horizontal == parts[b].horizontal && parts[a].vertical == parts[b].vertical;
  };
  if (!same(1, 2) || (parts.size() == 4 && !same(0, 3))) return ChromaSubsampling::other;
  if (parts[0].horizontal % parts[1].horizontal != 0 ||
      parts[0].vertical % parts[1].vertical != 0) {
    return ChromaSubsampling::other;
  }
  return subsampling_of(parts[0].horizontal / parts[1].horizontal,
                        parts[0].vertical / parts[1].vertical);
}

ChromaSubsampling subsampling_of(int columns, int rows) {
  struct Entry {
    int columns, rows;
    ChromaSubsampling subsampling;
  };
  constexpr Entry kEntries[] = {
      {1, 1, ChromaSubsampling::yuv444}, {2, 1, ChromaSubsampling::yuv422},
      {2, 2, ChromaSubsampling::yuv420}, {1, 2, ChromaSubsampling::yuv440},
      {4, 1, ChromaSubsampling::yuv411}, {4, 2, ChromaSubsampling::yuv410},
  };
  for (const Entry& entry : kEntries) {
    if (entry.columns == columns && entry.rows == rows) return entry.subsampling;
  }
  return ChromaSubsampling::other;
}

ImageInfo describe(const JpegHeader& header) {
  ImageInfo info;
  info.format = Format::jpeg;
  info.size = header.size;
  info.model = color_model(header);
  info.subsampling = subsampling(header);
  info.is_progressive = header.is_progressive;
  info.is_arithmetic = header.is_arithmetic;
  info.is_multi_scan = header.is_progressive ||
                       header.components_in_first_scan < static_cast<int>(header.components.size());
  info.has_gain_map =
      header.has_iso_gain_map ||
      (header.has_multi_picture && contains(header.xmp, "http://ns.adobe.com/hdr-gain-map/1.0/"));
  info.color.icc = join_icc(header.icc_segments);
  info.jpeg_quality = estimate_quality(header);
  if (!header.exif.empty()) {
    const ExifSummary exif = summarize_exif(header.exif);
    info.orientation = exif.orientation;
    info.color.is_srgb = exif.color_space == 1;
  }
  info.has_exif = !header.exif.empty();
  info.has_xmp = !header.xmp.empty();
  info.has_iptc = !find_iptc(header.photoshop).empty();
  return info;
}

Metadata copy_metadata(const JpegHeader& header) {
  const auto copy = [](ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); };
  Metadata metadata;
  metadata.icc = join_icc(header.icc_segments);
  metadata.exif = copy(header.exif);
  metadata.xmp = copy(header.xmp);
  metadata.iptc = find_iptc(header.photoshop);
  for (const ByteView comment : header.comments) {
    if (!metadata.comment.empty()) metadata.comment.push_back(std::byte{'\n'});
    metadata.comment.insert(metadata.comment.end(), comment.begin(), comment.end());
  }
  return metadata;
}

}  // namespace limen::inline LIMEN_ABI
