// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/progressive.h"

#include <algorithm>
#include <array>
#include <bit>
#include <memory>
#include <utility>
#include <vector>

#include "lib/codec/jpeg/scan_coder.h"
#include "lib/codec/jpeg/segments.h"
#include "lib/codec/jpeg/transformed.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::size_t kMostHeaderBytes = 640;  // of a scan with two tables
constexpr int kMostDcBits = 11;                // of a difference: T.81, table F.1

constexpr QuantTable kZigzagPlaces = zigzag_places();

// A scan as it stands in the file: its entropy-coded bytes and the tables before them.
struct CodedScan {
  std::vector<std::size_t> components;
  int first = 0;
  int last = 0;
  int high = 0;  // the bit before, 0 for none
  int low = 0;
  struct Table {
    int place = 0;  // DC: 0 and 1, AC: 16 and 17
    HuffmanTable codes;
  };
  std::vector<Table> tables;
  Buffer buffer;
  std::size_t size = 0;

  // Room for so many bits.
  Result<BitWriter> writer(std::uint64_t bits, Workspace& workspace) {
    LIMEN_ASSIGN(buffer, workspace.allocate(BitWriter::most_bytes(bits)));
    return BitWriter(buffer.data());
  }
  void finish(BitWriter& bits) { size = static_cast<std::size_t>(bits.finish() - buffer.data()); }
};

struct Component {
  int side = 1;  // blocks of an MCU, each way
  std::int32_t columns = 0;
  std::int32_t rows = 0;
  int tables = 0;  // which pair of Huffman tables
  Buffer dc;

  std::int16_t* dc_row(std::int32_t y) {
    return reinterpret_cast<std::int16_t*>(dc.data()) +
           static_cast<std::size_t>(y) * static_cast<std::size_t>(columns);
  }
};

class Writer {
 public:
  Writer(const QuantizedPicture& picture, const Execution& execution)
      : picture_(picture), execution_(execution) {
    const bool is_gray = picture.subsampling == ChromaSubsampling::gray;
    const Size chroma = chroma_size(picture.size, picture.subsampling);
    count_ = is_gray ? 1 : 3;
    for (std::size_t c = 0; c < count_; ++c) {
      const Size size = c == 0 ? picture.size : chroma;
      components_[c].side = c == 0 && picture.subsampling == ChromaSubsampling::yuv420 ? 2 : 1;
      components_[c].columns = (size.width + 7) / 8;
      components_[c].rows = (size.height + 7) / 8;
      components_[c].tables = c == 0 ? 0 : 1;
    }
  }

  // libjpeg's standard progression, in its order.
  Result<void> code() {
    std::array<std::vector<CodedScan>, 3> ac;
    for (std::size_t c = 0; c < count_; ++c) {
      LIMEN_ASSIGN(ac[c], code_component(c));
    }
    LIMEN_TRY(code_dc_differences());
    scans_.push_back(std::move(ac[0][0]));
    for (std::size_t c = count_ - 1; c > 0; --c) scans_.push_back(std::move(ac[c][0]));
    scans_.push_back(std::move(ac[0][1]));
    scans_.push_back(std::move(ac[0][2]));
    LIMEN_TRY(code_dc_bits());
    for (std::size_t c = count_ - 1; c > 0; --c) scans_.push_back(std::move(ac[c][1]));
    scans_.push_back(std::move(ac[0][3]));
    return {};
  }

  Result<Bytes> file(const Metadata& metadata) {
    std::vector<Bytes> prefixes;
    LIMEN_ASSIGN(const std::vector<JpegSegment> segments, plan_segments(metadata, prefixes));
    std::uint64_t bytes = 1024;
    for (const JpegSegment& segment : segments) {
      bytes += 4 + segment.prefix.size() + segment.body.size();
    }
    for (const CodedScan& scan : scans_) bytes += scan.size + kMostHeaderBytes;
    LIMEN_ASSIGN(const MemoryReservation held, execution_.workspace->reserve(bytes));
    file_.reserve(static_cast<std::size_t>(bytes));
    put_marker(0xD8);
    // JFIF 1.01, no unit of density, square pixels, no thumbnail.
    constexpr std::uint8_t kJfif[] = {0xFF, 0xE0, 0, 16, 'J', 'F', 'I', 'F', 0,
                                      1,    1,    0, 0,  1,   0,   1,   0,   0};
    for (const std::uint8_t byte : kJfif) put(byte);
    for (const JpegSegment& segment : segments) {
      put_marker(segment.marker);
      put_16(2 + segment.prefix.size() + segment.body.size());
      file_.insert(file_.end(), segment.prefix.begin(), segment.prefix.end());
      file_.insert(file_.end(), segment.body.begin(), segment.body.end());
    }
    put_frame();
    for (const CodedScan& scan : scans_) put_scan(scan);
    put_marker(0xD9);
    return std::move(file_);
  }

 private:
  static Error no_code() {
    return Error{.code = ErrorCode::internal,
                 .message = "a quantised coefficient is too large for JPEG's codes",
                 .format = Format::jpeg};
  }

  Result<std::vector<CodedScan>> code_component(std::size_t c) {
    Component& component = components_[c];
    const auto columns = static_cast<std::size_t>(component.columns);
    LIMEN_ASSIGN(component.dc,
                 execution_.workspace->allocate(columns * sizeof(std::int16_t) *
                                                static_cast<std::uint64_t>(component.rows)));
    LIMEN_ASSIGN(Buffer level_bytes,
                 execution_.workspace->allocate(columns * 64 * sizeof(std::int16_t)));
    LIMEN_ASSIGN(Buffer bit_bytes, execution_.workspace->allocate(columns * sizeof(BlockBits)));
    auto* const levels = reinterpret_cast<std::int16_t*>(level_bytes.data());
    auto* const bits = reinterpret_cast<BlockBits*>(bit_bytes.data());
    std::vector<AcScan> scans;
    if (c == 0) {
      scans.reserve(4);
      scans.emplace_back(1, 5, 2, false);
      scans.emplace_back(6, 63, 2, false);
      scans.emplace_back(1, 63, 1, true);
      scans.emplace_back(1, 63, 0, true);
    } else {
      scans.reserve(2);
      scans.emplace_back(1, 63, 1, false);
      scans.emplace_back(1, 63, 0, true);
    }
    for (std::int32_t y = 0; y < component.rows; ++y) {
      if (execution_.is_cancelled()) return cancelled();
      picture_.row(picture_.source, c, y, levels);
      find_bits(levels, columns, bits);
      std::int16_t* const dc = component.dc_row(y);
      for (std::size_t b = 0; b < columns; ++b) dc[b] = levels[64 * b];
      constexpr std::size_t kAtOnce = 64;
      for (std::size_t first = 0; first < columns; first += kAtOnce) {
        const std::size_t end = std::min(columns, first + kAtOnce);
        for (AcScan& scan : scans) {
          LIMEN_TRY(
              scan.tokens().make_room(AcScan::most_tokens(end - first), *execution_.workspace));
          for (std::size_t b = first; b < end; ++b) scan.add_block(levels + 64 * b, bits[b]);
        }
      }
    }
    std::vector<CodedScan> coded;
    for (AcScan& scan : scans) {
      if (execution_.is_cancelled()) return cancelled();
      if (!scan.finish()) return no_code();
      CodedScan& made = coded.emplace_back();
      made.components = {c};
      made.first = scan.first();
      made.last = scan.last();
      made.low = scan.low();
      made.high = scan.is_refining() ? scan.low() + 1 : 0;
      made.tables.push_back({16 + component.tables, optimal_table(scan.tokens().counts())});
      const HuffmanTable& table = made.tables.back().codes;
      LIMEN_ASSIGN(BitWriter writer,
                   made.writer(scan.tokens().bit_count(table), *execution_.workspace));
      scan.tokens().write(table, writer);
      made.finish(writer);
    }
    return coded;
  }

  // `use(component, level)` for each block, MCU by MCU. Those that only fill up an MCU have the
  // level of the one before.
  template <class Use>
  void for_each_dc(const Use& use) {
    // The components agree about the MCUs, so any of them tells their number.
    const auto mcus = [](std::int32_t blocks, int side) { return (blocks + side - 1) / side; };
    const Component& luma = components_[0];
    for (std::int32_t y = 0; y < mcus(luma.rows, luma.side); ++y) {
      for (std::int32_t x = 0; x < mcus(luma.columns, luma.side); ++x) {
        for (std::size_t c = 0; c < count_; ++c) {
          Component& component = components_[c];
          int level = 0;
          for (std::int32_t row = y * component.side; row < (y + 1) * component.side; ++row) {
            for (std::int32_t column = x * component.side; column < (x + 1) * component.side;
                 ++column) {
              if (row < component.rows && column < component.columns) {
                level = component.dc_row(row)[column];
              }
              use(c, level);
            }
          }
        }
      }
    }
  }

  // `use(table, size, bits)` for each block's difference, all but the lowest bit of the levels.
  template <class Use>
  void for_each_difference(const Use& use) {
    std::array<int, 3> last{};
    for_each_dc([&](std::size_t c, int level) {
      level >>= 1;
      const int difference = level - last[c];
      last[c] = level;
      const auto magnitude = static_cast<std::uint32_t>(difference < 0 ? -difference : difference);
      const int size = std::bit_width(magnitude);
      const std::uint32_t value = (difference < 0 ? ~magnitude : magnitude) & ((1u << size) - 1);
      use(static_cast<std::size_t>(components_[c].tables), size, value);
    });
  }

  CodedScan& add_dc_scan() {
    CodedScan& scan = scans_.emplace_back();
    for (std::size_t c = 0; c < count_; ++c) scan.components.push_back(c);
    return scan;
  }

  Result<void> code_dc_differences() {
    CodedScan& scan = add_dc_scan();
    scan.low = 1;
    std::array<SymbolCounts, 2> counts{};
    std::uint64_t bits = 0;
    int largest = 0;
    for_each_difference([&](std::size_t table, int size, std::uint32_t) {
      ++counts[table][static_cast<std::size_t>(size)];
      bits += static_cast<std::uint64_t>(size);
      largest = std::max(largest, size);
    });
    if (largest > kMostDcBits) return no_code();
    std::array<std::array<std::uint32_t, 256>, 2> codes{};
    for (std::size_t t = 0; t < (count_ == 1 ? 1 : 2); ++t) {
      scan.tables.push_back({static_cast<int>(t), optimal_table(counts[t])});
      codes[t] = codes_of(scan.tables[t].codes);
      bits += code_bits(counts[t], scan.tables[t].codes);
    }
    LIMEN_ASSIGN(BitWriter writer, scan.writer(bits, *execution_.workspace));
    for_each_difference([&](std::size_t table, int size, std::uint32_t value) {
      const auto symbol = static_cast<std::size_t>(size);
      writer.put(codes[table][symbol] << size | value,
                 scan.tables[table].codes.lengths[symbol] + size);
    });
    scan.finish(writer);
    return {};
  }

  Result<void> code_dc_bits() {
    CodedScan& scan = add_dc_scan();
    scan.high = 1;
    std::uint64_t bits = 0;
    for_each_dc([&](std::size_t, int) { ++bits; });
    LIMEN_ASSIGN(BitWriter writer, scan.writer(bits, *execution_.workspace));
    for_each_dc(
        [&](std::size_t, int level) { writer.put(static_cast<std::uint32_t>(level) & 1, 1); });
    scan.finish(writer);
    return {};
  }

  void put(int byte) { file_.push_back(static_cast<std::byte>(byte)); }
  void put_16(std::size_t value) {
    put(static_cast<int>(value >> 8 & 0xFF));
    put(static_cast<int>(value & 0xFF));
  }
  void put_marker(int code) {
    put(0xFF);
    put(code);
  }

  // Which of the file's quantisation tables a component has: as encode_coefficients() has it.
  int quant_table_of(std::size_t c) const {
    if (c < 2) return static_cast<int>(c);
    return picture_.tables[2] == picture_.tables[1] ? 1 : 2;
  }

  // Quantisation tables and the frame's header: T.81, B.2.4.1 and B.2.2.
  void put_frame() {
    for (std::size_t c = 0; c < count_; ++c) {
      if (c == 2 && quant_table_of(c) == 1) continue;
      put_marker(0xDB);
      put_16(2 + 1 + 64);
      put(quant_table_of(c));
      for (const std::uint16_t place : kZigzagPlaces) put(picture_.tables[c][place]);
    }
    put_marker(0xC2);
    put_16(8 + 3 * count_);
    put(8);
    put_16(static_cast<std::size_t>(picture_.size.height));
    put_16(static_cast<std::size_t>(picture_.size.width));
    put(static_cast<int>(count_));
    for (std::size_t c = 0; c < count_; ++c) {
      put(static_cast<int>(c) + 1);
      put(components_[c].side << 4 | components_[c].side);
      put(quant_table_of(c));
    }
  }

  // Its Huffman tables, its header and itself: T.81, B.2.4.2 and B.2.3.
  void put_scan(const CodedScan& scan) {
    for (const CodedScan::Table& table : scan.tables) {
      put_marker(0xC4);
      put_16(2 + 1 + 16 + table.codes.symbol_count);
      put(table.place);
      for (std::size_t length = 1; length <= 16; ++length) put(table.codes.codes_of_length[length]);
      for (std::size_t i = 0; i < table.codes.symbol_count; ++i) put(table.codes.symbols[i]);
    }
    put_marker(0xDA);
    put_16(6 + 2 * scan.components.size());
    put(static_cast<int>(scan.components.size()));
    for (const std::size_t c : scan.components) {
      put(static_cast<int>(c) + 1);
      // Tables that the scan does not use are said to be 0.
      const bool codes_dc = scan.last == 0 && scan.high == 0;
      const bool codes_ac = scan.last > 0;
      put((codes_dc ? components_[c].tables << 4 : 0) | (codes_ac ? components_[c].tables : 0));
    }
    put(scan.first);
    put(scan.last);
    put(scan.high << 4 | scan.low);
    file_.insert(file_.end(), scan.buffer.data(), scan.buffer.data() + scan.size);
  }

  const QuantizedPicture& picture_;
  const Execution& execution_;
  std::size_t count_ = 3;
  std::array<Component, 3> components_;
  std::vector<CodedScan> scans_;
  Bytes file_;
};

}  // namespace

Result<Bytes> encode_progressive(const QuantizedPicture& picture, const Metadata& metadata,
                                 const Execution& execution) {
  Writer writer(picture, execution);
  LIMEN_TRY(writer.code());
  return writer.file(metadata);
}

}  // namespace limen::inline LIMEN_ABI
