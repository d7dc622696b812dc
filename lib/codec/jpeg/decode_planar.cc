// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "lib/codec/jpeg/decode.h"
#include "lib/codec/jpeg/geometry.h"
#include "lib/codec/jpeg/header.h"
#include "lib/codec/jpeg/plain_scan.h"

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

// Takes the planes of the window. `step`: chroma_step().
Result<void> create_planes(DecodedPlanar& decoded, std::size_t count, Size step,
                           Workspace& workspace) {
  PlanarImage& image = decoded.image;
  image.subsampling =
      count == 1 ? ChromaSubsampling::gray : subsampling_of(step.width, step.height);
  image.matrix = YcbcrMatrix::bt601;
  image.range = YcbcrRange::full;
  const Rect& window = decoded.region;
  for (std::size_t c = 0; c < count; ++c) {
    const Size of = c == 0 ? Size{1, 1} : step;
    const Size size = {(window.width + of.width - 1) / of.width,
                       (window.height + of.height - 1) / of.height};
    LIMEN_ASSIGN(image.planes[c], Image::create(size, gray8, &workspace));
  }
  return {};
}

// What a picture comes to at the scale that `state` has.
struct Scaled {
  ScaledWindows windows;
  std::int32_t first_row = 0;  // of MCUs
  std::int32_t end_row = 0;
};

// Decides the window at that scale, and takes its planes.
Result<Scaled> prepare_scaled(const jpeg_decompress_struct& state, const DecodeOptions& options,
                              DecodedPlanar& decoded, Workspace& workspace) {
  const Size step = chroma_step(state);
  const Size stored = decoded.info.size;
  decoded.region =
      grown_window(scaled_window(stored, options.region, decoded.scale_eighths),
                   scaled_size(stored, decoded.scale_eighths), step.width, step.height);
  const Rect window = decoded.region;
  const auto count = static_cast<std::size_t>(state.num_components);
  LIMEN_TRY(create_planes(decoded, count, step, workspace));
  Scaled scaled;
  scaled.windows.block_sizes = block_sizes(state);
  for (std::size_t c = 0; c < std::min<std::size_t>(count, 3); ++c) {
    const Size of = c == 0 ? Size{1, 1} : step;
    scaled.windows.windows[c] = {decoded.image.planes[c].view(), window.x / of.width,
                                 window.y / of.height};
  }
  const std::int32_t lines = least_block_size(state) *
                             (count == 1 ? 1 : static_cast<std::int32_t>(state.max_v_samp_factor));
  scaled.first_row = window.y / lines;
  scaled.end_row = (window.y + window.height + lines - 1) / lines;
  return scaled;
}

// False where libjpeg has to decode the file.
Result<bool> read_plain(const JpegDecompressor& jpeg, std::span<const Scaled> scales,
                        const Execution& execution) {
  auto scan = PlainScan::open(jpeg, *execution.workspace);
  if (!scan) return false;
  std::vector<ScaledWindows> windows;
  std::int32_t first = scales.front().first_row;
  std::int32_t end = 0;
  for (const Scaled& scaled : scales) {
    windows.push_back(scaled.windows);
    first = std::min(first, scaled.first_row);
    end = std::max(end, scaled.end_row);
  }
  for (std::int32_t row = 0; row < end; ++row) {
    if (execution.is_cancelled()) return cancelled();
    if (row < first ? !scan->skip_row() : !scan->decode_row(windows)) return false;
  }
  return true;
}

Result<void> read_by_libjpeg(JpegDecompressor& jpeg, const DecodeOptions& options,
                             DecodedPlanar& decoded, Size step, const Execution& execution) {
  const jpeg_decompress_struct& state = jpeg.state();
  const int count = state.num_components;
  const Rect window = decoded.region;
  Plane planes[3];
  std::size_t scratch_bytes = 0;
  for (int c = 0; c < count; ++c) {
    const jpeg_component_info& component = state.comp_info[c];
    Plane& plane = planes[c];
    plane.view = decoded.image.planes[static_cast<std::size_t>(c)].view();
    plane.x = window.x / (c == 0 ? 1 : step.width);
    plane.y = window.y / (c == 0 ? 1 : step.height);
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
    const std::int32_t rows = c == 0 ? 1 : step.height;
    for (std::int32_t y = (rows_done + rows - 1) / rows; y < view.size.height; ++y) {
      std::memset(view.row(y), 128, row_bytes(view.size, view.format));
    }
  }
  return {};
}

Result<DecodedPlanar> begin_decode(ByteView bytes, const ImageInfo& info,
                                   const DecodeOptions& options) {
  DecodedPlanar decoded;
  decoded.info = info;
  if (options.read_metadata) {
    LIMEN_ASSIGN(const JpegHeader header, read_jpeg_header(bytes, options.limits));
    decoded.metadata = copy_metadata(header);
  }
  decoded.scale_eighths = pick_scale(info.size, options);
  return decoded;
}

Result<DecodedPlanar> decode_once(ByteView bytes, const ImageInfo& info,
                                  const DecodeOptions& options, const Execution& execution,
                                  std::size_t* usable) {
  LIMEN_ASSIGN(DecodedPlanar decoded, begin_decode(bytes, info, options));
  LIMEN_ASSIGN(const MemoryReservation held, execution.workspace->reserve(kLibjpegHeaderBytes));
  JpegDecompressor jpeg(bytes, execution, options.limits.scans,
                        options.on_damage == OnDamage::error);
  LIMEN_TRY(open_at_scale(jpeg, info, decoded.scale_eighths));
  LIMEN_ASSIGN(const Scaled scaled,
               prepare_scaled(jpeg.state(), options, decoded, *execution.workspace));
  LIMEN_ASSIGN(const bool is_done, read_plain(jpeg, std::span(&scaled, 1), execution));
  if (is_done) return decoded;
  LIMEN_ASSIGN(const MemoryReservation held_to_decode,
               execution.workspace->reserve(libjpeg_decode_bytes(info, true)));
  const Size step = chroma_step(jpeg.state());
  LIMEN_TRY(start_output(jpeg, info, true, usable));
  LIMEN_TRY(read_by_libjpeg(jpeg, options, decoded, step, execution));
  return decoded;
}

}  // namespace

Result<DecodedPlanar> decode_jpeg_planar(ByteView bytes, const ImageInfo& info,
                                         const DecodeOptions& options, const Execution& execution) {
  return with_best_effort(bytes, options.on_damage, [&](ByteView part, std::size_t* usable) {
    return decode_once(part, info, options, execution, usable);
  });
}

Result<std::vector<DecodedPlanar>> decode_jpeg_scales(ByteView bytes, const ImageInfo& info,
                                                      std::span<const DecodeOptions> each,
                                                      const Execution& execution) {
  LIMEN_ASSIGN(const MemoryReservation held, execution.workspace->reserve(kLibjpegHeaderBytes));
  JpegDecompressor jpeg(bytes, execution, each.front().limits.scans,
                        each.front().on_damage == OnDamage::error);
  LIMEN_TRY(open_at_scale(jpeg, info, DCTSIZE));
  std::vector<DecodedPlanar> all;
  std::vector<Scaled> scales;
  for (const DecodeOptions& options : each) {
    LIMEN_ASSIGN(DecodedPlanar decoded, begin_decode(bytes, info, options));
    LIMEN_TRY(choose_scale(jpeg, decoded.scale_eighths));
    LIMEN_ASSIGN(Scaled scaled,
                 prepare_scaled(jpeg.state(), options, decoded, *execution.workspace));
    all.push_back(std::move(decoded));
    scales.push_back(scaled);
  }
  LIMEN_ASSIGN(const bool is_done, read_plain(jpeg, scales, execution));
  if (!is_done) all.clear();
  return all;
}

}  // namespace limen::inline LIMEN_ABI
