// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/progressive_scans.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/codec/jpeg/entropy_decoder.h"
#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/progressive_scan.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::size_t kTables = NUM_HUFF_TBLS;
constexpr int kMostLow = 13;  // the lowest bit that a first scan may leave to others

// A table of DHT. Those of the headers before the first scan were read by libjpeg.
struct CodeTable {
  bool is_there = false;
  std::array<std::uint8_t, 17> counts{};
  std::array<std::uint8_t, 256> symbols{};
};
using CodeTables = std::array<CodeTable, kTables>;

CodeTables tables_of(JHUFF_TBL* const* from) {
  CodeTables tables;
  for (std::size_t i = 0; i < kTables; ++i) {
    if (from[i] == nullptr) continue;
    tables[i].is_there = true;
    std::copy_n(from[i]->bits, 17, tables[i].counts.begin());
    std::copy_n(from[i]->huffval, 256, tables[i].symbols.begin());
  }
  return tables;
}

// Reads the scans of a file one after the other.
class Reader {
 public:
  Reader(const JpegDecompressor& jpeg, std::array<StoredBlocks, 3>& components, std::uint8_t* room)
      : state_(jpeg.state()),
        errors_(jpeg.errors()),
        rest_(jpeg.rest()),
        components_(components),
        room_(room),
        count_(static_cast<std::size_t>(state_.num_components)),
        dc_tables_(tables_of(state_.dc_huff_tbl_ptrs)),
        ac_tables_(tables_of(state_.ac_huff_tbl_ptrs)) {
    for (auto& bits : lowest_) bits.fill(kUnknown);
    header_.restart_interval = state_.restart_interval;
  }

  bool read_all() {
    if (!take_first_header()) return false;
    ByteView rest = rest_;
    for (std::uint32_t scan = 1; scan <= errors_.max_scans; ++scan) {
      if (!note_progress() || !prepare_tables()) return false;
      ProgressiveScan coded(header_, rest, room_, errors_.cancel);
      if (!coded.decode()) return false;
      int marker = coded.marker();
      rest = coded.behind_marker();
      // Up to the next scan.
      for (; marker != kSos; marker = next_marker(rest)) {
        if (marker == kEoi) return is_complete();
        if (!read_segment(marker, rest)) return false;
      }
      if (!read_scan_header(rest)) return false;
    }
    return false;
  }

 private:
  static constexpr int kUnknown = -1;

  // The marker that has to be next; 0 for something else. It is passed.
  static int next_marker(ByteView& rest) {
    if (rest.size() < 2 || byte_at(rest, 0) != 0xFF) return 0;
    const int marker = byte_at(rest, 1);
    rest = rest.subspan(2);
    return marker;
  }

  // The payload of the segment that is next, which is passed.
  static std::optional<ByteView> next_payload(ByteView& rest) {
    if (rest.size() < 2) return {};
    const auto length = static_cast<std::size_t>(word_at(rest, 0));
    if (length < 2 || length > rest.size()) return {};
    const ByteView payload = rest.subspan(2, length - 2);
    rest = rest.subspan(length);
    return payload;
  }

  bool read_segment(int marker, ByteView& rest) {
    const bool is_known =
        marker == kDht || marker == kDri || marker == kCom || (marker >= kApp0 && marker <= kApp15);
    if (!is_known) return false;
    const auto payload = next_payload(rest);
    if (!payload) return false;
    if (marker == kDht) return read_tables(*payload);
    if (marker != kDri) return true;
    if (payload->size() != 2) return false;
    header_.restart_interval = static_cast<unsigned>(word_at(*payload, 0));
    return true;
  }

  bool read_tables(ByteView payload) {
    while (!payload.empty()) {
      if (payload.size() < 17) return false;
      const int name = byte_at(payload, 0);
      const auto number = static_cast<std::size_t>(name & 15);
      if (name >> 4 > 1 || number >= kTables) return false;
      CodeTable table;
      std::size_t symbols = 0;
      for (std::size_t length = 1; length <= 16; ++length) {
        table.counts[length] = static_cast<std::uint8_t>(byte_at(payload, length));
        symbols += table.counts[length];
      }
      if (symbols > 256 || 17 + symbols > payload.size()) return false;
      for (std::size_t i = 0; i < symbols; ++i) {
        table.symbols[i] = static_cast<std::uint8_t>(byte_at(payload, 17 + i));
      }
      table.is_there = true;
      (name >> 4 == 0 ? dc_tables_ : ac_tables_)[number] = table;
      payload = payload.subspan(17 + symbols);
    }
    return true;
  }

  // libjpeg has read it.
  bool take_first_header() {
    header_.first = state_.Ss;
    header_.last = state_.Se;
    header_.high = state_.Ah;
    header_.low = state_.Al;
    header_.count = static_cast<std::size_t>(state_.comps_in_scan);
    for (std::size_t i = 0; i < header_.count; ++i) {
      const jpeg_component_info& component = *state_.cur_comp_info[i];
      parts_[i] = {static_cast<std::size_t>(component.component_index), component.dc_tbl_no,
                   component.ac_tbl_no};
    }
    return is_sensible();
  }

  bool read_scan_header(ByteView& rest) {
    const auto payload = next_payload(rest);
    if (!payload || payload->empty()) return false;
    header_.count = static_cast<std::size_t>(byte_at(*payload, 0));
    if (header_.count < 1 || header_.count > count_) return false;
    if (payload->size() != 1 + 2 * header_.count + 3) return false;
    for (std::size_t i = 0; i < header_.count; ++i) {
      const int id = byte_at(*payload, 1 + 2 * i);
      const int tables = byte_at(*payload, 2 + 2 * i);
      std::size_t component = 0;
      while (component < count_ && state_.comp_info[component].component_id != id) ++component;
      parts_[i] = {component, tables >> 4, tables & 15};
    }
    const std::size_t at = 1 + 2 * header_.count;
    header_.first = byte_at(*payload, at);
    header_.last = byte_at(*payload, at + 1);
    header_.high = byte_at(*payload, at + 2) >> 4;
    header_.low = byte_at(*payload, at + 2) & 15;
    return is_sensible();
  }

  // Whether it is as T.81, G.1.1.1 has it; and places it among the blocks.
  bool is_sensible() {
    const bool is_dc = header_.first == 0;
    if (is_dc ? header_.last != 0
              : header_.first > header_.last || header_.last > 63 || header_.count != 1) {
      return false;
    }
    if (header_.low > kMostLow || (header_.high != 0 && header_.low != header_.high - 1)) {
      return false;
    }
    std::size_t blocks = 0;
    for (std::size_t i = 0; i < header_.count; ++i) {
      const std::size_t c = parts_[i].component;
      if (c >= count_ || (i > 0 && c <= parts_[i - 1].component)) return false;
      ProgressiveHeader::Part& part = header_.parts[i];
      part.blocks = &components_[c];
      part.across = header_.count == 1 ? 1 : state_.comp_info[c].h_samp_factor;
      part.down = header_.count == 1 ? 1 : state_.comp_info[c].v_samp_factor;
      blocks += static_cast<std::size_t>(part.across * part.down);
    }
    if (header_.count > 1 && blocks > kMostMcuBlocks) return false;
    const jpeg_component_info& alone = state_.comp_info[parts_[0].component];
    const auto units = [](JDIMENSION side, int factor) {
      const auto size = static_cast<JDIMENSION>(DCTSIZE * factor);
      return static_cast<std::int32_t>((side + size - 1) / size);
    };
    header_.mcus = header_.count == 1 ? Size{static_cast<std::int32_t>(alone.width_in_blocks),
                                             static_cast<std::int32_t>(alone.height_in_blocks)}
                                      : Size{units(state_.image_width, state_.max_h_samp_factor),
                                             units(state_.image_height, state_.max_v_samp_factor)};
    return true;
  }

  // Each bit of a coefficient comes once, in its order, DC first: else libjpeg has a warning.
  bool note_progress() {
    for (std::size_t i = 0; i < header_.count; ++i) {
      auto& lowest = lowest_[parts_[i].component];
      if (header_.first > 0 && lowest[0] == kUnknown) return false;
      for (int k = header_.first; k <= header_.last; ++k) {
        int& known = lowest[static_cast<std::size_t>(k)];
        if (header_.high == 0 ? known != kUnknown : known != header_.high) return false;
        known = header_.low;
      }
    }
    return true;
  }

  // Of a picture that lacks something libjpeg smooths the blocks.
  bool is_complete() const {
    return std::all_of(lowest_.begin(), lowest_.begin() + static_cast<std::ptrdiff_t>(count_),
                       [](const auto& lowest) {
                         return std::all_of(lowest.begin(), lowest.end(),
                                            [](int known) { return known == 0; });
                       });
  }

  bool prepare_tables() {
    const bool is_dc = header_.first == 0;
    if (is_dc && header_.high != 0) return true;  // bits as they are
    for (std::size_t i = 0; i < header_.count; ++i) {
      const int number = is_dc ? parts_[i].dc : parts_[i].ac;
      if (number < 0 || number >= static_cast<int>(kTables)) return false;
      const CodeTable& table = (is_dc ? dc_tables_ : ac_tables_)[static_cast<std::size_t>(number)];
      if (!table.is_there) return false;
      SymbolTable& made = header_.parts[i].table;
      if (!make_symbol_table({table.counts.data(), table.symbols.data()}, made)) return false;
      std::size_t symbols = 0;
      for (std::size_t length = 1; length <= 16; ++length) symbols += table.counts[length];
      const bool has_large = std::any_of(
          table.symbols.begin(), table.symbols.begin() + static_cast<std::ptrdiff_t>(symbols),
          [](std::uint8_t symbol) { return symbol > 15; });
      if (is_dc && has_large) return false;
    }
    return true;
  }

  struct PartTables {
    std::size_t component = 0;
    int dc = 0;
    int ac = 0;
  };

  const jpeg_decompress_struct& state_;
  const JpegErrors& errors_;
  ByteView rest_;  // behind the first scan's header
  std::array<StoredBlocks, 3>& components_;
  std::uint8_t* room_;
  std::size_t count_;
  CodeTables dc_tables_;
  CodeTables ac_tables_;
  std::array<std::array<int, 64>, 3> lowest_{};  // bit that is known of each coefficient
  ProgressiveHeader header_;
  std::array<PartTables, 3> parts_;
};

std::uint64_t bytes_of(std::uint64_t groups) {
  return groups * (kGroupCoefficients * sizeof(std::int16_t) + kBlockGroup * sizeof(std::uint64_t));
}

}  // namespace

std::uint64_t ProgressiveScans::memory_bytes(Size size, int components) {
  // Each component as luma, of MCUs of four blocks a side.
  const auto units = [](std::int32_t side) {
    return (static_cast<std::uint64_t>(side) + 31) / 32 * 4;
  };
  const std::uint64_t groups = (units(size.width) + kBlockGroup - 1) / kBlockGroup;
  return bytes_of(groups * units(size.height) * static_cast<std::uint64_t>(components));
}

bool ProgressiveScans::take_memory(const jpeg_decompress_struct& state, Workspace& workspace) {
  const auto count = static_cast<std::size_t>(state.num_components);
  std::uint64_t groups = 0;
  for (std::size_t c = 0; c < count; ++c) {
    const jpeg_component_info& component = state.comp_info[c];
    const auto whole = [count](JDIMENSION blocks, int factor) {
      const auto of = static_cast<JDIMENSION>(count == 1 ? 1 : factor);
      return static_cast<std::int32_t>((blocks + of - 1) / of * of);
    };
    StoredBlocks& blocks = components_[c];
    blocks.across = whole(component.width_in_blocks, component.h_samp_factor);
    blocks.down = whole(component.height_in_blocks, component.v_samp_factor);
    constexpr auto kGroup = static_cast<std::int32_t>(kBlockGroup);
    blocks.groups = (blocks.across + kGroup - 1) / kGroup;
    groups += static_cast<std::uint64_t>(blocks.groups) * static_cast<std::uint64_t>(blocks.down);
  }
  auto buffer = workspace.allocate(bytes_of(groups));
  if (!buffer) return false;
  buffer_ = *std::move(buffer);
  std::memset(buffer_.data(), 0, bytes_of(groups));
  auto* levels = reinterpret_cast<std::int16_t*>(buffer_.data());
  auto* coded = reinterpret_cast<std::uint64_t*>(levels + groups * kGroupCoefficients);
  for (std::size_t c = 0; c < count; ++c) {
    StoredBlocks& blocks = components_[c];
    blocks.levels = levels;
    blocks.coded = coded;
    const std::size_t own =
        static_cast<std::size_t>(blocks.groups) * static_cast<std::size_t>(blocks.down);
    levels += own * kGroupCoefficients;
    coded += own * kBlockGroup;
  }
  return true;
}

std::optional<ProgressiveScans> ProgressiveScans::read(const JpegDecompressor& jpeg,
                                                       std::uint8_t* room, Workspace& workspace) {
  ProgressiveScans scans;
  if (!scans.take_memory(jpeg.state(), workspace)) return {};
  if (!Reader(jpeg, scans.components_, room).read_all()) return {};
  return scans;
}

}  // namespace limen::inline LIMEN_ABI
