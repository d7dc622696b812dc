// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "lib/codec/jpeg/decode.h"
#include "lib/codec/jpeg/geometry.h"
#include "lib/codec/jpeg/header.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kMostRows = MAX_SAMP_FACTOR * DCTSIZE;  // of one component in a row of MCUs

// One component of the picture while it is read.
struct Plane {
  ImageView view;             // the window's part of it
  std::int32_t x = 0;         // where that part begins
  std::int32_t y = 0;         //
  std::int32_t mcu_rows = 0;  // rows that a row of MCUs brings
  std::size_t padded = 0;     // samples that libjpeg writes in a row
  JSAMPROW scratch = nullptr;
};

// Where rows of the window can take all that libjpeg writes, it writes into them.
JSAMPROW target_row(const Plane& plane, std::int32_t row, int index) {
  const std::int32_t at = row - plane.y;
  if (at >= 0 && at < plane.view.size.height && plane.x == 0 &&
      plane.padded <= static_cast<std::size_t>(plane.view.stride)) {
    return reinterpret_cast<JSAMPROW>(plane.view.row(at));
  }
  return plane.scratch + plane.padded * static_cast<std::size_t>(index);
}

void read_planes(jpeg_decompress_struct& state, const Rect& window, const Plane* planes,
                 std::int32_t* rows_done) {
  const std::int32_t lines = least_block_size(state) * state.max_v_samp_factor;
  const std::int32_t first = window.y / lines;
  const std::int32_t end = (window.y + window.height + lines - 1) / lines;
  for (std::int32_t mcu_row = 0; mcu_row < end; ++mcu_row) {
    JSAMPROW rows[3][kMostRows];
    JSAMPARRAY arrays[3] = {rows[0], rows[1], rows[2]};
    for (int c = 0; c < state.num_components; ++c) {
      // Above the window only the entropy decoder has work.
      state.comp_info[c].component_needed = mcu_row >= first ? TRUE : FALSE;
      for (int i = 0; i < planes[c].mcu_rows; ++i) {
        rows[c][i] = target_row(planes[c], mcu_row * planes[c].mcu_rows + i, i);
      }
    }
    jpeg_read_raw_data(&state, arrays, static_cast<JDIMENSION>(lines));
    if (mcu_row < first) continue;
    for (int c = 0; c < state.num_components; ++c) {
      const Plane& plane = planes[c];
      for (int i = 0; i < plane.mcu_rows; ++i) {
        const std::int32_t at = mcu_row * plane.mcu_rows + i - plane.y;
        if (at < 0 || at >= plane.view.size.height) continue;
        auto* const to = reinterpret_cast<JSAMPROW>(plane.view.row(at));
        if (rows[c][i] == to) continue;
        std::memcpy(to, rows[c][i] + plane.x, static_cast<std::size_t>(plane.view.size.width));
      }
    }
    *rows_done = std::min(window.height, (mcu_row + 1) * lines - window.y);
  }
}

Result<DecodedPlanar> decode_once(ByteView bytes, const ImageInfo& info,
                                  const DecodeOptions& options, const Execution& execution,
                                  std::size_t* usable) {
  DecodedPlanar decoded;
  decoded.info = info;
  if (options.read_metadata) {
    LIMEN_ASSIGN(const JpegHeader header, read_jpeg_header(bytes, options.limits));
    decoded.metadata = copy_metadata(header);
  }
  decoded.scale_eighths = pick_scale(info.size, options);
  LIMEN_ASSIGN(const MemoryReservation held,
               execution.workspace->reserve(libjpeg_decode_bytes(info, true)));
  JpegDecompressor jpeg(bytes, execution, options.limits.scans,
                        options.on_damage == OnDamage::error);
  LIMEN_TRY(start_decoding(jpeg, info, decoded.scale_eighths, true, usable));

  const jpeg_decompress_struct& state = jpeg.state();
  const int count = state.num_components;
  const int least = least_block_size(state);
  // libjpeg scales subsampled components by less where it can, so that less is left to upsample.
  int columns = 1;
  int rows = 1;
  if (count == 3) {
    const jpeg_component_info& chroma = state.comp_info[1];
    columns = state.max_h_samp_factor * least / (chroma.h_samp_factor * block_size(chroma));
    rows = state.max_v_samp_factor * least / (chroma.v_samp_factor * block_size(chroma));
  }
  PlanarImage& image = decoded.image;
  image.subsampling = count == 1 ? ChromaSubsampling::gray : subsampling_of(columns, rows);
  image.matrix = YcbcrMatrix::bt601;
  image.range = YcbcrRange::full;
  const Size grid = scaled_size(info.size, decoded.scale_eighths);
  const Rect window = grown_window(scaled_window(info.size, options.region, decoded.scale_eighths),
                                   grid, columns, rows);
  decoded.region = window;

  Plane planes[3];
  std::size_t scratch_bytes = 0;
  for (int c = 0; c < count; ++c) {
    const jpeg_component_info& component = state.comp_info[c];
    const int across = c == 0 ? 1 : columns;
    const int down = c == 0 ? 1 : rows;
    const Size size = {(window.width + across - 1) / across, (window.height + down - 1) / down};
    LIMEN_ASSIGN(image.planes[static_cast<std::size_t>(c)],
                 Image::create(size, gray8, execution.workspace));
    Plane& plane = planes[c];
    plane.view = image.planes[static_cast<std::size_t>(c)].view();
    plane.x = window.x / across;
    plane.y = window.y / down;
    plane.mcu_rows = component.v_samp_factor * block_size(component);
    const auto factor = static_cast<JDIMENSION>(component.h_samp_factor);
    plane.padded = static_cast<std::size_t>((component.width_in_blocks + factor - 1) / factor) *
                   factor * static_cast<std::size_t>(block_size(component));
    scratch_bytes += plane.padded * static_cast<std::size_t>(plane.mcu_rows);
  }
  LIMEN_ASSIGN(Buffer scratch, execution.workspace->allocate(scratch_bytes));
  auto* free_scratch = reinterpret_cast<JSAMPROW>(scratch.data());
  for (int c = 0; c < count; ++c) {
    planes[c].scratch = free_scratch;
    free_scratch += planes[c].padded * static_cast<std::size_t>(planes[c].mcu_rows);
  }

  std::int32_t rows_done = 0;
  const Plane* const first_plane = planes;
  const Result<void> run =
      jpeg.run([&window, first_plane, &rows_done](jpeg_decompress_struct& cinfo) {
        read_planes(cinfo, window, first_plane, &rows_done);
      });
  LIMEN_ASSIGN(decoded.damage, judge_damage(jpeg, run, options.on_damage, rows_done > 0));
  for (int c = 0; c < count; ++c) {
    const ImageView& view = planes[c].view;
    const std::int32_t step = c == 0 ? 1 : rows;
    for (std::int32_t y = (rows_done + step - 1) / step; y < view.size.height; ++y) {
      std::memset(view.row(y), 128, row_bytes(view.size, view.format));
    }
  }
  return decoded;
}

}  // namespace

Result<DecodedPlanar> decode_jpeg_planar(ByteView bytes, const ImageInfo& info,
                                         const DecodeOptions& options, const Execution& execution) {
  return with_best_effort(bytes, options.on_damage, [&](ByteView part, std::size_t* usable) {
    return decode_once(part, info, options, execution, usable);
  });
}

}  // namespace limen::inline LIMEN_ABI
