// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/header.h"

#include <string>
#include <string_view>

#include "lib/codec/jpeg/markers.h"

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

// Identifiers, each with the zero byte that ends it.
constexpr auto kExif = "Exif\0"sv;  // a further byte of padding follows
constexpr auto kXmp = "http://ns.adobe.com/xap/1.0/\0"sv;
constexpr auto kIcc = "ICC_PROFILE\0"sv;
constexpr auto kMultiPicture = "MPF\0"sv;
constexpr auto kIsoGainMap = "urn:iso:std:iso:ts:21496:-1\0"sv;
constexpr auto kPhotoshop = "Photoshop 3.0\0"sv;

class Reader {
 public:
  Reader(ByteView bytes, const Limits& limits) : bytes_(bytes), limits_(limits), walker_(bytes) {}

  Result<JpegHeader> read() {
    if (bytes_.size() < 2) return cut_short();
    if (byte_at(bytes_, 0) != 0xFF || byte_at(bytes_, 1) != kSoi) {
      return malformed(Format::jpeg, "there is no SOI marker at the start");
    }
    while (true) {
      const std::optional<int> found = walker_.next_marker();
      if (!found) return cut_short();
      const int marker = *found;
      if (has_no_segment(marker)) continue;
      if (marker == kSoi) return broken("a second SOI marker stands before the first scan");
      if (marker == kEoi) return broken("the file ends before any scan");
      LIMEN_ASSIGN(const ByteView body, walker_.segment());
      LIMEN_TRY(take(marker, body));
      if (marker == kSos) return std::move(header_);
    }
  }

 private:
  Error broken(std::string message) const {
    return malformed(Format::jpeg, std::move(message), walker_.marker_at());
  }
  Error cut_short() const {
    return truncated(Format::jpeg, "the file ends within its headers", bytes_.size());
  }

  Result<void> take(int marker, ByteView body) {
    if (marker == kSof55 || marker == kLse) {
      return unsupported("JPEG-LS is not read", Format::jpeg);
    }
    if (marker >= kSof0 && marker <= kSof15 && marker != kDht && marker != kDac) {
      return take_frame(marker, body);
    }
    switch (marker) {
      case kSos:
        return take_scan(body);
      case kDqt:
        return take_quant_tables(body);
      case kDhp:
        return unsupported("hierarchical JPEG is not read", Format::jpeg);
      case kApp0:
        header_.has_jfif |= is_jfif(body);
        return {};
      case kApp1:
        return take_app1(body);
      case kApp2:
        return take_app2(body);
      case kApp13:
        if (!begins_with(body, kPhotoshop)) return {};
        header_.photoshop.push_back(body.subspan(kPhotoshop.size()));
        return count_metadata(body.size());
      case kApp14:
        if (is_adobe(body)) header_.adobe_transform = byte_at(body, 11);
        return {};
      case kCom:
        header_.comments.push_back(body);
        return count_metadata(body.size());
      default:
        if (marker == kDht || marker == kDac || marker == kDri || marker == kDnl ||
            (marker > kApp2 && marker <= kApp15)) {
          return {};
        }
        return broken("a marker of unknown meaning, code " + std::to_string(marker) +
                      ", stands before the first scan");
    }
  }

  Result<void> take_frame(int marker, ByteView body) {
    switch (marker) {
      case 0xC0:
      case 0xC1:
        break;
      case 0xC2:
        header_.is_progressive = true;
        break;
      case 0xC9:
        header_.is_arithmetic = true;
        break;
      case 0xCA:
        header_.is_arithmetic = true;
        header_.is_progressive = true;
        break;
      case 0xC3:
        return unsupported("lossless JPEG (SOF3) is not read", Format::jpeg);
      case 0xCB:
        return unsupported("lossless arithmetic JPEG (SOF11) is not read", Format::jpeg);
      case kJpg:
        return unsupported("a JPEG extension (JPG marker) is not read", Format::jpeg);
      default:
        return unsupported(
            "hierarchical JPEG (SOF" + std::to_string(marker - kSof0) + ") is not read",
            Format::jpeg);
    }
    if (!header_.components.empty()) return broken("there are two frame headers");
    if (body.size() < 6) return broken("the frame header is too short");
    const int precision = byte_at(body, 0);
    header_.size = {word_at(body, 3), word_at(body, 1)};
    const int count = byte_at(body, 5);
    if (precision == 12) return unsupported("JPEG of 12 bits is not read", Format::jpeg);
    if (precision != 8) {
      return broken("a precision of " + std::to_string(precision) + " bits is not allowed");
    }
    if (count == 0) return broken("the frame has no components");
    if (header_.size.width == 0) return broken("the frame is 0 columns wide");
    if (header_.size.height == 0) {
      return unsupported("the height is 0, to be given by a DNL marker: not read", Format::jpeg);
    }
    if (body.size() != 6 + 3 * static_cast<std::size_t>(count)) {
      return broken("the frame header's length does not match its " + std::to_string(count) +
                    " components");
    }
    if (count != 1 && count != 3 && count != 4) {
      return unsupported("a picture of " + std::to_string(count) + " components is not read",
                         Format::jpeg);
    }
    for (int i = 0; i < count; ++i) {
      const ByteView entry = body.subspan(6 + 3 * static_cast<std::size_t>(i), 3);
      JpegComponent component;
      component.id = byte_at(entry, 0);
      component.horizontal = byte_at(entry, 1) >> 4;
      component.vertical = byte_at(entry, 1) & 15;
      component.table = byte_at(entry, 2);
      const auto is_allowed = [](int factor) { return factor >= 1 && factor <= 4; };
      if (!is_allowed(component.horizontal) || !is_allowed(component.vertical)) {
        return broken("a sampling factor lies outside 1 to 4");
      }
      header_.components.push_back(component);
    }
    return {};
  }

  Result<void> take_scan(ByteView body) {
    if (header_.components.empty()) return broken("a scan stands before the frame header");
    if (body.empty()) return broken("the scan header is empty");
    header_.components_in_first_scan = byte_at(body, 0);
    return {};
  }

  // T.81, B.2.4.1: precision and slot in one byte, then 64 values in zigzag order.
  Result<void> take_quant_tables(ByteView body) {
    while (!body.empty()) {
      const bool is_wide = byte_at(body, 0) >> 4 != 0;
      const auto slot = static_cast<std::size_t>(byte_at(body, 0) & 15);
      const std::size_t length = 1 + (is_wide ? 128 : 64);
      if (slot >= header_.quant_tables.size()) {
        return broken("a quantisation table has number " + std::to_string(slot));
      }
      if (body.size() < length) return broken("a quantisation table is cut short");
      JpegQuantTable& table = header_.quant_tables[slot];
      table.is_defined = true;
      for (std::size_t i = 0; i < 64; ++i) {
        table.values[i] =
            static_cast<std::uint16_t>(is_wide ? word_at(body, 1 + 2 * i) : byte_at(body, 1 + i));
      }
      body = body.subspan(length);
    }
    return {};
  }

  Result<void> take_app1(ByteView body) {
    // One byte of padding follows the name's zero: mostly zero too, but not always.
    if (begins_with(body, kExif) && body.size() > kExif.size() + 1) {
      if (!header_.exif.empty()) return {};
      header_.exif = body.subspan(kExif.size() + 1);
      return count_metadata(header_.exif.size());
    }
    if (begins_with(body, kXmp)) {
      if (!header_.xmp.empty()) return {};
      header_.xmp = body.subspan(kXmp.size());
      return count_metadata(header_.xmp.size());
    }
    return {};
  }

  Result<void> take_app2(ByteView body) {
    header_.has_multi_picture |= begins_with(body, kMultiPicture);
    header_.has_iso_gain_map |= begins_with(body, kIsoGainMap);
    if (!begins_with(body, kIcc)) return {};
    header_.icc_segments.push_back(body.subspan(kIcc.size()));
    return count_metadata(body.size());
  }

  Result<void> count_metadata(std::uint64_t bytes) {
    metadata_bytes_ += bytes;
    if (metadata_bytes_ > limits_.metadata_bytes) {
      return limit_exceeded(Limit::metadata_bytes, metadata_bytes_, limits_.metadata_bytes,
                            Format::jpeg);
    }
    return {};
  }

  ByteView bytes_;
  const Limits& limits_;
  JpegMarkerWalker walker_;
  JpegHeader header_;
  std::uint64_t metadata_bytes_ = 0;
};

}  // namespace

Result<JpegHeader> read_jpeg_header(ByteView bytes, const Limits& limits) {
  return Reader(bytes, limits).read();
}

}  // namespace limen::inline LIMEN_ABI
