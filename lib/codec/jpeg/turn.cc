// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/turn.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "lib/codec/jpeg/decode.h"
#include "lib/codec/jpeg/session.h"

namespace limen::inline LIMEN_ABI {

namespace {

// How the stored picture becomes the upright one: mirrored first, then transposed.
struct Turn {
  bool mirrors_x = false;
  bool mirrors_y = false;
  bool transposes = false;
};

constexpr Turn turn_of(Orientation orientation) {
  switch (orientation) {
    case Orientation::top_left:
      return {};
    case Orientation::top_right:
      return {.mirrors_x = true};
    case Orientation::bottom_right:
      return {.mirrors_x = true, .mirrors_y = true};
    case Orientation::bottom_left:
      return {.mirrors_y = true};
    case Orientation::left_top:
      return {.transposes = true};
    case Orientation::right_top:
      return {.mirrors_y = true, .transposes = true};
    case Orientation::right_bottom:
      return {.mirrors_x = true, .mirrors_y = true, .transposes = true};
    case Orientation::left_bottom:
      return {.mirrors_x = true, .transposes = true};
  }
  return {};
}

// Where each coefficient of a turned block comes from, and its sign.
struct BlockTurn {
  std::array<std::uint8_t, DCTSIZE2> from{};
  std::array<std::int8_t, DCTSIZE2> sign{};
};

constexpr BlockTurn block_turn_of(const Turn& turn) {
  BlockTurn block;
  for (unsigned row = 0; row < DCTSIZE; ++row) {
    for (unsigned column = 0; column < DCTSIZE; ++column) {
      const unsigned x = turn.transposes ? row : column;  // frequencies in the stored block
      const unsigned y = turn.transposes ? column : row;
      const bool is_negative = (turn.mirrors_x && x % 2 == 1) != (turn.mirrors_y && y % 2 == 1);
      block.from[row * DCTSIZE + column] = static_cast<std::uint8_t>(y * DCTSIZE + x);
      block.sign[row * DCTSIZE + column] = is_negative ? -1 : 1;
    }
  }
  return block;
}

// What T.81's Huffman categories hold at 8 bits (tables F.1, F.2, G.1): differences of such DC
// values stay within 11 bits. Damaged files can say more.
constexpr int kLargestAc = 1023;
constexpr int kLargestDc = 1023;
constexpr int kLeastDc = -1024;

// T.81, B.2.3, as libjpeg holds an encoder to it.
constexpr int kMostBlocksInMcu = C_MAX_BLOCKS_IN_MCU;

JDIMENSION rounded_up(JDIMENSION value, int multiple) {
  const auto step = static_cast<JDIMENSION>(multiple);
  return (value + step - 1) / step * step;
}

// A component's blocks, those that fill up the last row and column of MCUs included.
JDIMENSION padded_columns(const jpeg_component_info& component) {
  return rounded_up(component.width_in_blocks, component.h_samp_factor);
}
JDIMENSION padded_rows(const jpeg_component_info& component) {
  return rounded_up(component.height_in_blocks, component.v_samp_factor);
}

// Coefficients as stored and as turned, their row pointers, and what both objects take besides.
std::uint64_t library_bytes(const jpeg_decompress_struct& state) {
  constexpr std::uint64_t kFixed = std::uint64_t{512} * 1024;
  std::uint64_t bytes = kFixed;
  for (int i = 0; i < state.num_components; ++i) {
    const std::uint64_t columns = padded_columns(state.comp_info[i]);
    const std::uint64_t rows = padded_rows(state.comp_info[i]);
    bytes += 2 * columns * rows * sizeof(JBLOCK) + (columns + rows) * sizeof(JBLOCKROW);
  }
  return bytes;
}

// A side can be mirrored where no component has samples beyond the picture in its last block: they
// would come to stand at the front.
bool ends_with_blocks(std::uint64_t side, int factor, int largest_factor) {
  const std::uint64_t of_largest = DCTSIZE * static_cast<std::uint64_t>(largest_factor);
  return side * static_cast<unsigned>(factor) % of_largest == 0;
}

Result<void> check_sides(const jpeg_decompress_struct& state, const Turn& turn) {
  for (int i = 0; i < state.num_components; ++i) {
    const jpeg_component_info& component = state.comp_info[i];
    const bool fits =
        (!turn.mirrors_x ||
         ends_with_blocks(state.image_width, component.h_samp_factor, state.max_h_samp_factor)) &&
        (!turn.mirrors_y ||
         ends_with_blocks(state.image_height, component.v_samp_factor, state.max_v_samp_factor));
    if (fits) continue;
    return unsupported("a turn would lose pixels: " + std::to_string(state.image_width) + "x" +
                           std::to_string(state.image_height) +
                           " does not end with whole blocks where it is mirrored",
                       Format::jpeg);
  }
  return {};
}

// All that runs between libjpeg's calls, where nothing may have a destructor.
struct Job {
  Turn turn;
  BlockTurn block;
  const CancelToken* cancel = nullptr;
  jvirt_barray_ptr turned[MAX_COMPONENTS] = {};
  bool is_in_range = true;
};

// libjpeg takes the memory for these together with that for the stored ones.
void request_turned(jpeg_decompress_struct& state, Job& job) {
  for (int i = 0; i < state.num_components; ++i) {
    const jpeg_component_info& component = state.comp_info[i];
    JDIMENSION columns = padded_columns(component);
    JDIMENSION rows = padded_rows(component);
    int factor = component.v_samp_factor;
    if (job.turn.transposes) {
      std::swap(columns, rows);
      factor = component.h_samp_factor;
    }
    job.turned[i] =
        state.mem->request_virt_barray(reinterpret_cast<j_common_ptr>(&state), JPOOL_IMAGE, TRUE,
                                       columns, rows, static_cast<JDIMENSION>(factor));
  }
}

bool turn_block(const BlockTurn& turn, const JCOEF* from, JCOEF* to) {
  bool is_in_range = from[0] >= kLeastDc && from[0] <= kLargestDc;
  to[0] = from[0];
  for (std::size_t i = 1; i < DCTSIZE2; ++i) {
    const int value = from[turn.from[i]];
    is_in_range = is_in_range && value >= -kLargestAc && value <= kLargestAc;
    to[i] = static_cast<JCOEF>(turn.sign[i] * value);
  }
  return is_in_range;
}

void turn_component(jpeg_decompress_struct& state, int index, jvirt_barray_ptr stored, Job& job) {
  const auto common = reinterpret_cast<j_common_ptr>(&state);
  const jpeg_component_info& component = state.comp_info[index];
  const JDIMENSION columns = component.width_in_blocks;
  const JDIMENSION rows = component.height_in_blocks;
  const JDIMENSION turned_columns = job.turn.transposes ? rows : columns;
  const JDIMENSION turned_rows = job.turn.transposes ? columns : rows;
  for (JDIMENSION y = 0; y < turned_rows; ++y) {
    if (job.cancel != nullptr && job.cancel->is_cancelled()) end_run(common, JpegStop::cancelled);
    JBLOCKROW to = state.mem->access_virt_barray(common, job.turned[index], y, 1, TRUE)[0];
    for (JDIMENSION x = 0; x < turned_columns; ++x) {
      JDIMENSION from_x = job.turn.transposes ? y : x;
      JDIMENSION from_y = job.turn.transposes ? x : y;
      if (job.turn.mirrors_x) from_x = columns - 1 - from_x;
      if (job.turn.mirrors_y) from_y = rows - 1 - from_y;
      JBLOCKROW from = state.mem->access_virt_barray(common, stored, from_y, 1, FALSE)[0];
      job.is_in_range &= turn_block(job.block, from[from_x], to[x]);
    }
  }
}

// Quantisation tables are those that the components were decoded with: a file may put another in
// the same slot between two scans. Equal ones share a slot.
void set_tables(const jpeg_decompress_struct& from, bool transposes, jpeg_compress_struct& to) {
  for (int i = 0; i < from.num_components; ++i) {
    const UINT16* values = from.comp_info[i].quant_table->quantval;
    int slot = 0;
    while (std::memcmp(from.comp_info[slot].quant_table->quantval, values,
                       sizeof(JQUANT_TBL::quantval)) != 0) {
      ++slot;
    }
    to.comp_info[i].quant_tbl_no = slot;
    if (slot < i) continue;
    if (to.quant_tbl_ptrs[slot] == nullptr) {
      to.quant_tbl_ptrs[slot] = jpeg_alloc_quant_table(reinterpret_cast<j_common_ptr>(&to));
    }
    JQUANT_TBL& table = *to.quant_tbl_ptrs[slot];
    for (unsigned k = 0; k < DCTSIZE2; ++k) {
      table.quantval[k] = values[transposes ? k % DCTSIZE * DCTSIZE + k / DCTSIZE : k];
    }
    table.sent_table = FALSE;
  }
}

// More blocks than one MCU may have: a scan for each component.
void separate_scans(jpeg_compress_struct& to, jpeg_scan_info* scans) {
  for (int i = 0; i < to.num_components; ++i) {
    scans[i] = {};
    scans[i].comps_in_scan = 1;
    scans[i].component_index[0] = i;
    scans[i].Se = DCTSIZE2 - 1;
  }
  to.scan_info = scans;
  to.num_scans = to.num_components;
}

void configure(const jpeg_decompress_struct& from, const Turn& turn, jpeg_compress_struct& to,
               jpeg_scan_info* scans) {
  to.image_width = turn.transposes ? from.image_height : from.image_width;
  to.image_height = turn.transposes ? from.image_width : from.image_height;
  to.input_components = from.num_components;
  to.in_color_space = from.jpeg_color_space;
  jpeg_set_defaults(&to);
  jpeg_set_colorspace(&to, from.jpeg_color_space);
  to.write_JFIF_header = FALSE;  // the caller writes what the file had
  to.write_Adobe_marker = FALSE;
  to.arith_code = from.arith_code;
  to.optimize_coding = from.arith_code ? FALSE : TRUE;
  int blocks = 0;
  for (int i = 0; i < from.num_components; ++i) {
    const jpeg_component_info& component = from.comp_info[i];
    jpeg_component_info& turned = to.comp_info[i];
    turned.component_id = component.component_id;
    turned.h_samp_factor = turn.transposes ? component.v_samp_factor : component.h_samp_factor;
    turned.v_samp_factor = turn.transposes ? component.h_samp_factor : component.v_samp_factor;
    blocks += turned.h_samp_factor * turned.v_samp_factor;
  }
  set_tables(from, turn.transposes, to);
  if (from.num_components > 1 && blocks > kMostBlocksInMcu) {
    separate_scans(to, scans);
  } else if (from.progressive_mode) {
    jpeg_simple_progression(&to);
  }
}

}  // namespace

Result<Bytes> turn_jpeg(ByteView file, Orientation orientation, std::uint32_t max_scans,
                        const Execution& execution) {
  Job job;
  job.turn = turn_of(orientation);
  job.block = block_turn_of(job.turn);
  job.cancel = execution.cancel;
  JpegDecompressor from(file, execution, max_scans, true);
  LIMEN_TRY(from.open());
  LIMEN_TRY(check_sides(from.state(), job.turn));
  LIMEN_ASSIGN(const MemoryReservation held,
               execution.workspace->reserve(library_bytes(from.state())));
  Job* const work = &job;
  LIMEN_TRY(from.run([work](jpeg_decompress_struct& state) {
    request_turned(state, *work);
    jvirt_barray_ptr* const stored = jpeg_read_coefficients(&state);
    for (int i = 0; i < state.num_components; ++i) {
      // A component that no scan had: told below.
      if (state.comp_info[i].quant_table == nullptr) return;
      turn_component(state, i, stored[i], *work);
    }
  }));
  if (!from.damage().empty()) return from.damage_error();
  for (int i = 0; i < from.state().num_components; ++i) {
    if (from.state().comp_info[i].quant_table == nullptr) {
      return malformed(Format::jpeg, "a component is in no scan");
    }
  }
  // Above coefficients that are not yet whole, decoders smooth; above the same ones, coded as if
  // they were, they would not.
  if (from.state().progressive_mode && !is_refined(from.state())) {
    return unsupported("a turn would lose what its scans leave open", Format::jpeg);
  }
  if (!job.is_in_range) {
    return malformed(Format::jpeg, "a coefficient is larger than 8-bit samples can give");
  }

  JpegCompressor to(execution);
  LIMEN_TRY(to.open());
  jpeg_scan_info scans[MAX_COMPONENTS] = {};
  jpeg_scan_info* const scan_list = scans;
  const jpeg_decompress_struct* const source = &from.state();
  LIMEN_TRY(to.run([work, source, scan_list](jpeg_compress_struct& state) {
    configure(*source, work->turn, state, scan_list);
    jpeg_write_coefficients(&state, work->turned);
    jpeg_finish_compress(&state);
  }));
  return to.take();
}

}  // namespace limen::inline LIMEN_ABI
