// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/plain_scan.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "lib/codec/jpeg/decode.h"

namespace limen::inline LIMEN_ABI {

namespace {

// MCUs that are decoded before their samples are made: they fill whole groups, whatever blocks an
// MCU has of a component, and their levels stay in the first cache.
constexpr std::size_t kMcus = kBlockGroup;

// Whether libjpeg finds the components of any scan that is named by their identifiers.
bool have_own_names(const jpeg_decompress_struct& state) {
  for (int i = 1; i < state.num_components; ++i) {
    for (int j = 0; j < i; ++j) {
      if (state.comp_info[i].component_id == state.comp_info[j].component_id) return false;
    }
  }
  return true;
}

bool is_plain(const JpegDecompressor& jpeg) {
  const jpeg_decompress_struct& state = jpeg.state();
  const JpegErrors& errors = jpeg.errors();
  if (errors.ran_out || errors.damage != 0 || errors.max_scans == 0) return false;
  if (state.arith_code || state.data_precision != 8) return false;
  if (state.num_components != 1 && state.num_components != 3) return false;
  if (state.progressive_mode) return have_own_names(state);
  if (state.comps_in_scan != state.num_components) return false;
  if (state.Ss != 0 || state.Se != 63 || state.Ah != 0 || state.Al != 0) return false;
  for (int i = 0; i < state.num_components; ++i) {
    if (state.cur_comp_info[i] != &state.comp_info[i]) return false;
  }
  return true;
}

// libjpeg's coefficients are row-major here too.
bool read_steps(const JQUANT_TBL* table, Dequantizer& dequantizer) {
  if (table == nullptr) return false;
  QuantTable steps;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    steps[k] = table->quantval[k];
    if (steps[k] == 0 || steps[k] > 0x7FFF) return false;
  }
  dequantizer = Dequantizer(steps);
  return true;
}

const JHUFF_TBL* table_of(JHUFF_TBL* const* tables, int number) {
  return number < 0 || number >= NUM_HUFF_TBLS ? nullptr : tables[number];
}

CodedTable coded(const JHUFF_TBL& table) { return {table.bits, table.huffval}; }

// Each pair of libjpeg's tables that a component uses is made once.
class MadeTables {
 public:
  MadeTables(const jpeg_decompress_struct& state, std::array<BlockTables, 3>& room)
      : state_(state), room_(room) {}

  // Null where there are none of use.
  const BlockTables* get(const jpeg_component_info& component) {
    const std::pair<int, int> numbers(component.dc_tbl_no, component.ac_tbl_no);
    for (std::size_t i = 0; i < used_; ++i) {
      if (numbers_[i] == numbers) return &room_[i];
    }
    const JHUFF_TBL* const dc = table_of(state_.dc_huff_tbl_ptrs, numbers.first);
    const JHUFF_TBL* const ac = table_of(state_.ac_huff_tbl_ptrs, numbers.second);
    if (dc == nullptr || ac == nullptr) return nullptr;
    BlockTables& made = room_[used_];
    if (!make_block_tables(coded(*dc), coded(*ac), made)) return nullptr;
    numbers_[used_++] = numbers;
    return &made;
  }

 private:
  const jpeg_decompress_struct& state_;
  std::array<BlockTables, 3>& room_;
  std::array<std::pair<int, int>, 3> numbers_;
  std::size_t used_ = 0;
};

}  // namespace

struct PlainScan::Room {
  alignas(64) std::array<std::int16_t, kMostMcuBlocks * kLevelsOfGroup> levels;
  alignas(64) std::array<std::uint8_t, std::size_t{8} * kGroupWidth> samples;
  alignas(64) std::array<std::uint8_t, ScanBytes::kRoom> bytes;
  std::array<BlockTables, 3> tables;
  std::array<McuBlock, kMostMcuBlocks> blocks;
  std::array<PlacedBlock, kMcus * kMostMcuBlocks + 1> places;
};

BlockSizes block_sizes(const jpeg_decompress_struct& state) {
  BlockSizes sizes{};
  const auto count = std::min(sizes.size(), static_cast<std::size_t>(state.num_components));
  for (std::size_t c = 0; c < count; ++c) sizes[c] = block_size(state.comp_info[c]);
  return sizes;
}

std::uint64_t PlainScan::memory_bytes() { return sizeof(Room); }

std::optional<PlainScan> PlainScan::open(const JpegDecompressor& jpeg, Workspace& workspace) {
  if (!is_plain(jpeg)) return {};
  PlainScan scan;
  auto buffer = workspace.allocate(sizeof(Room));
  if (!buffer) return {};
  scan.buffer_ = *std::move(buffer);
  static_assert(std::is_trivially_destructible_v<Room> && alignof(Room) <= memory::kAlignment);
  scan.room_ = new (scan.buffer_.data()) Room;
  Room& room = *scan.room_;
  const jpeg_decompress_struct& state = jpeg.state();
  if (!scan.prepare(state, room)) return {};
  if (state.progressive_mode) {
    scan.stored_ = ProgressiveScans::read(jpeg, room.bytes.data(), workspace);
    if (!scan.stored_) return {};
    return scan;
  }
  std::size_t blocks = 0;
  for (std::size_t c = 0; c < scan.count_; ++c) {
    blocks += static_cast<std::size_t>(scan.components_[c].across * scan.components_[c].down);
  }
  scan.decoder_.emplace(ScanBytes(jpeg.rest(), room.bytes.data()),
                        std::span(room.blocks).first(blocks),
                        std::span(room.places).first(kMcus * blocks + 1), state.restart_interval);
  return scan;
}

bool PlainScan::prepare(const jpeg_decompress_struct& state, Room& room) {
  count_ = static_cast<std::size_t>(state.num_components);
  MadeTables tables(state, room.tables);
  std::size_t block = 0;
  for (std::size_t c = 0; c < count_; ++c) {
    const jpeg_component_info& from = state.comp_info[c];
    Component& component = components_[c];
    // A component alone comes block by block, whatever its factors.
    component.across = count_ == 1 ? 1 : from.h_samp_factor;
    component.down = count_ == 1 ? 1 : from.v_samp_factor;
    const auto blocks =
        static_cast<std::size_t>(component.across) * static_cast<std::size_t>(component.down);
    if (!state.progressive_mode && block + blocks > kMostMcuBlocks) return false;
    if (from.quant_tbl_no < 0 || from.quant_tbl_no >= NUM_QUANT_TBLS) return false;
    if (!read_steps(state.quant_tbl_ptrs[from.quant_tbl_no], component.dequantizer)) return false;
    if (state.progressive_mode) continue;  // each scan has tables of its own
    const BlockTables* const made = tables.get(from);
    if (made == nullptr) return false;
    const McuBlock of_component = {.dc = &made->dc, .ac = &made->ac, .component = c};
    component.levels = room.levels.data() + block * kLevelsOfGroup;
    std::fill_n(room.blocks.begin() + static_cast<std::ptrdiff_t>(block), blocks, of_component);
    block += blocks;
  }
  level_count_ = block * kLevelsOfGroup;
  PlacedBlock* place = room.places.data();
  for (std::size_t mcu = 0; mcu < (block == 0 ? 0 : kMcus); ++mcu) {
    for (std::size_t c = 0; c < count_; ++c) {
      const Component& component = components_[c];
      const auto across = static_cast<std::size_t>(component.across);
      for (std::size_t y = 0; y < static_cast<std::size_t>(component.down); ++y) {
        for (std::size_t x = mcu * across; x < (mcu + 1) * across; ++x) {
          place++->levels =
              component.levels + (y * across + x / kBlockGroup) * kLevelsOfGroup + x % kBlockGroup;
        }
      }
    }
  }
  const int widest = count_ == 1 ? 1 : state.max_h_samp_factor;
  const int highest = count_ == 1 ? 1 : state.max_v_samp_factor;
  const auto mcu_width = static_cast<JDIMENSION>(DCTSIZE * widest);
  mcu_columns_ = static_cast<std::int32_t>((state.image_width + mcu_width - 1) / mcu_width);
  block_sizes_ = limen::block_sizes(state);
  mcu_height_ = least_block_size(state) * highest;
  return true;
}

// MCUs of each row that lie in the windows, at least in part.
PlainScan::Columns PlainScan::columns_in(std::span<const ScaledWindows> scales) const {
  Columns columns{mcu_columns_, 0};
  for (const ScaledWindows& scaled : scales) {
    for (std::size_t c = 0; c < count_; ++c) {
      const SampleWindow& window = scaled.windows[c];
      const std::int32_t width = components_[c].across * scaled.block_sizes[c];
      const std::int32_t end = (window.x + window.view.size.width + width - 1) / width;
      columns.first = std::min(columns.first, window.x / width);
      columns.end = std::max(columns.end, std::min(end, mcu_columns_));
    }
  }
  return columns;
}

// Levels of the MCUs decoded before may be left between theirs.
bool PlainScan::skip(std::int32_t mcus) {
  for (; mcus > 0; mcus -= static_cast<std::int32_t>(kMcus)) {
    if (!decoder_->decode(std::min(kMcus, static_cast<std::size_t>(mcus)))) return false;
  }
  return true;
}

bool PlainScan::skip_row() {
  if (stored_) {
    ++row_;
    return true;
  }
  if (!skip(mcu_columns_)) return false;
  ++row_;
  return decoder_->has_stood_there();
}

bool PlainScan::decode_stored_row(std::span<const ScaledWindows> scales) {
  for (const ScaledWindows& scaled : scales) {
    for (std::size_t c = 0; c < count_; ++c) {
      const StoredBlocks& blocks = stored_->component(c);
      const SampleWindow& window = scaled.windows[c];
      const std::int32_t side = scaled.block_sizes[c];
      const std::int32_t width = side * static_cast<std::int32_t>(kBlockGroup);
      for (std::int32_t y = row_ * components_[c].down;
           y < std::min((row_ + 1) * components_[c].down, blocks.down); ++y) {
        for (std::int32_t g = 0; g < blocks.groups; ++g) {
          if (!place_group(blocks.group(g, y), components_[c].dequantizer, side,
                           g * width - window.x, y * side - window.y, window.view)) {
            return false;
          }
        }
      }
    }
  }
  ++row_;
  return true;
}

bool PlainScan::decode_row(std::span<const ScaledWindows> scales) {
  if (stored_) return decode_stored_row(scales);
  const Columns columns = columns_in(scales);
  if (!skip(columns.first)) return false;
  for (std::int32_t x = columns.first; x < columns.end; x += kMcus) {
    const auto count = std::min(kMcus, static_cast<std::size_t>(columns.end - x));
    std::fill_n(room_->levels.begin(), level_count_, std::int16_t{0});
    if (!decoder_->decode(count)) return false;
    for (const ScaledWindows& scaled : scales) {
      for (std::size_t c = 0; c < count_; ++c) {
        if (!place(components_[c], scaled.block_sizes[c], x, scaled.windows[c])) return false;
      }
    }
  }
  if (!skip(mcu_columns_ - columns.end)) return false;
  ++row_;
  return decoder_->has_stood_there();
}

// Makes the samples of a row of MCUs that lie in the window.
bool PlainScan::place(const Component& component, int block_size, std::int32_t first_mcu,
                      const SampleWindow& window) {
  const std::int32_t width = block_size * static_cast<std::int32_t>(kBlockGroup);
  const std::int16_t* levels = component.levels;
  for (int y = 0; y < component.down; ++y) {
    const std::int32_t top = (row_ * component.down + y) * block_size - window.y;
    for (int x = 0; x < component.across; ++x, levels += kLevelsOfGroup) {
      const std::int32_t left = first_mcu * component.across * block_size + x * width - window.x;
      if (!place_group(levels, component.dequantizer, block_size, left, top, window.view)) {
        return false;
      }
    }
  }
  return true;
}

// Makes a group's samples, of which the first is at (left, top) of the view, if any lies there.
bool PlainScan::place_group(const std::int16_t* levels, const Dequantizer& dequantizer, int side,
                            std::int32_t left, std::int32_t top, const ImageView& view) {
  const std::int32_t width = side * static_cast<std::int32_t>(kBlockGroup);
  const std::int32_t first_row = std::max(0, -top);
  const std::int32_t end_row = std::min(side, view.size.height - top);
  const std::int32_t first = std::max(0, -left);
  const std::int32_t end = std::min(width, view.size.width - left);
  if (first_row >= end_row || first >= end) return true;
  if (first_row == 0 && end_row == side && first == 0 && end == width) {
    auto* const to = view.row_as<std::uint8_t>(top) + left;
    return restore_group(levels, dequantizer, side, to, static_cast<std::size_t>(view.stride));
  }
  std::uint8_t* const samples = room_->samples.data();
  if (!restore_group(levels, dequantizer, side, samples, kGroupWidth)) return false;
  for (std::int32_t r = first_row; r < end_row; ++r) {
    std::memcpy(view.row_as<std::uint8_t>(top + r) + left + first,
                samples + static_cast<std::size_t>(r) * kGroupWidth + first,
                static_cast<std::size_t>(end - first));
  }
  return true;
}

}  // namespace limen::inline LIMEN_ABI
