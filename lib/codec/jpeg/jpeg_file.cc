// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "lib/codec/jpeg/coded_scan.h"
#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/segments.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr QuantTable kZigzagPlaces = zigzag_places();

// JFIF 1.01, no unit of density, square pixels, no thumbnail.
constexpr std::uint8_t kJfif[] = {0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0,
                                  1,    1,    0, 0,  1,   0,   1,   0,   0};

class Writer {
 public:
  Writer(const QuantizedPicture& picture, bool is_progressive)
      : picture_(picture),
        grid_(picture.size, picture.subsampling),
        is_progressive_(is_progressive) {}

  // Headers, small as they are, come first; then all has its place in the file.
  Result<Bytes> file(const std::vector<CodedScan>& scans, const Metadata& metadata,
                     const Execution& execution) {
    std::vector<Bytes> prefixes;
    LIMEN_ASSIGN(const std::vector<JpegSegment> segments, plan_segments(metadata, prefixes));
    std::uint64_t bytes = 2 + sizeof(kJfif) + kMostFrameBytes + 2;
    for (const JpegSegment& segment : segments) {
      bytes += 4 + segment.prefix.size() + segment.body.size();
    }
    std::vector<std::size_t> sizes;
    for (const CodedScan& scan : scans) {
      sizes.push_back(stuffed_size(scan.bits.data(), scan.bits.size()));
      bytes += sizes.back() + header_bytes(scan);
    }
    LIMEN_ASSIGN(const MemoryReservation held, execution.workspace->reserve(bytes));
    file_.reserve(static_cast<std::size_t>(bytes));
    put_marker(kSoi);
    for (const std::uint8_t byte : kJfif) put(byte);
    for (const JpegSegment& segment : segments) {
      put_marker(segment.marker);
      put_16(2 + segment.prefix.size() + segment.body.size());
      put(segment.prefix);
      put(segment.body);
    }
    put_frame();
    for (std::size_t i = 0; i < scans.size(); ++i) {
      put_header(scans[i]);
      const std::size_t at = file_.size();
      file_.resize(at + sizes[i]);
      stuff_bytes(scans[i].bits.data(), scans[i].bits.size(), file_.data() + at);
    }
    put_marker(kEoi);
    return std::move(file_);
  }

 private:
  static constexpr std::uint64_t kMostFrameBytes = 3 * 69 + 2 + 8 + 3 * 3;

  static std::uint64_t header_bytes(const CodedScan& scan) {
    std::uint64_t bytes = 2 + 6 + 2 * scan.components.size();
    for (const CodedScan::Table& table : scan.tables) bytes += segment_bytes(table.codes);
    return bytes;
  }

  void put(int byte) { file_.push_back(static_cast<std::byte>(byte)); }
  void put(ByteView bytes) { file_.insert(file_.end(), bytes.begin(), bytes.end()); }
  void put_16(std::size_t value) {
    put(static_cast<int>(value >> 8 & 0xFF));
    put(static_cast<int>(value & 0xFF));
  }
  void put_marker(int code) {
    put(0xFF);
    put(code);
  }

  // Which of the file's quantisation tables a component has. Cb has its own even where it is
  // luma's, as libjpeg's files have it.
  int quant_table_of(std::size_t c) const {
    if (c < 2) return static_cast<int>(c);
    return picture_.tables[2] == picture_.tables[1] ? 1 : 2;
  }

  // Quantisation tables and the frame's header: T.81, B.2.4.1 and B.2.2.
  void put_frame() {
    for (std::size_t c = 0; c < grid_.count; ++c) {
      if (c == 2 && quant_table_of(c) == 1) continue;
      put_marker(kDqt);
      put_16(2 + 1 + 64);
      put(quant_table_of(c));
      for (const std::uint16_t place : kZigzagPlaces) put(picture_.tables[c][place]);
    }
    put_marker(is_progressive_ ? kSof0 + 2 : kSof0);
    put_16(8 + 3 * grid_.count);
    put(8);
    put_16(static_cast<std::size_t>(picture_.size.height));
    put_16(static_cast<std::size_t>(picture_.size.width));
    put(static_cast<int>(grid_.count));
    for (std::size_t c = 0; c < grid_.count; ++c) {
      put(static_cast<int>(c) + 1);
      put(grid_.components[c].across << 4 | grid_.components[c].down);
      put(quant_table_of(c));
    }
  }

  // Its Huffman tables and its own header: T.81, B.2.4.2 and B.2.3.
  void put_header(const CodedScan& scan) {
    for (const CodedScan::Table& table : scan.tables) {
      put_marker(kDht);
      put_16(2 + 1 + 16 + table.codes.symbol_count);
      put(table.place);
      for (std::size_t length = 1; length <= 16; ++length) put(table.codes.codes_of_length[length]);
      for (std::size_t i = 0; i < table.codes.symbol_count; ++i) put(table.codes.symbols[i]);
    }
    put_marker(kSos);
    put_16(6 + 2 * scan.components.size());
    put(static_cast<int>(scan.components.size()));
    for (const std::size_t c : scan.components) {
      put(static_cast<int>(c) + 1);
      // Tables that the scan does not use are said to be 0.
      const int tables = c == 0 ? 0 : 1;
      put((scan.codes_dc() ? tables << 4 : 0) | (scan.codes_ac() ? tables : 0));
    }
    put(scan.first);
    put(scan.last);
    put(scan.high << 4 | scan.low);
  }

  const QuantizedPicture& picture_;
  JpegGrid grid_;
  bool is_progressive_;
  Bytes file_;
};

}  // namespace

Result<Bytes> write_file(const QuantizedPicture& picture, bool is_progressive,
                         const std::vector<CodedScan>& scans, const Metadata& metadata,
                         const Execution& execution) {
  Writer writer(picture, is_progressive);
  return writer.file(scans, metadata, execution);
}

}  // namespace limen::inline LIMEN_ABI
