// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/decode.h"

#include <algorithm>
#include <cstring>

#include "lib/codec/jpeg/geometry.h"
#include "lib/codec/jpeg/header.h"
#include "lib/codec/jpeg/plain_pixels.h"

namespace limen::inline LIMEN_ABI {

namespace {

// The columns that libjpeg is asked for, and what of them the window is.
struct Columns {
  JDIMENSION first = 0;
  JDIMENSION count = 0;
};

// jpeg_crop_scanline() treats the crop's edges as the picture's own, which fancy upsampling and
// block smoothing see: so it gets a block's width more on either side. Where a component is scaled
// by another factor than the rest and still upsampled, it takes the wrong width for it: then, as
// without refinement, whole rows are decoded.
bool can_crop_columns(const jpeg_decompress_struct& state) {
  if (state.progressive_mode && !is_refined(state)) return false;
  const int least = least_block_size(state);
  for (int i = 0; i < state.num_components; ++i) {
    const jpeg_component_info& component = state.comp_info[i];
    const int size = block_size(component);
    const bool is_full_size = component.h_samp_factor * size == state.max_h_samp_factor * least &&
                              component.v_samp_factor * size == state.max_v_samp_factor * least;
    if (size != least && !is_full_size) return false;
  }
  return true;
}

Columns crop_columns(jpeg_decompress_struct& state, const Rect& window) {
  const auto left = static_cast<JDIMENSION>(window.x);
  const auto right = static_cast<JDIMENSION>(window.x + window.width);
  Columns columns{0, state.output_width};
  if (!can_crop_columns(state)) return columns;
  const auto margin = static_cast<JDIMENSION>(least_block_size(state) * state.max_h_samp_factor);
  columns.first = left > margin ? left - margin : 0;
  columns.count = std::min(state.output_width, right + margin) - columns.first;
  jpeg_crop_scanline(&state, &columns.first, &columns.count);
  return columns;
}

// Skips whole rows of MCUs above the window but the last, whose samples the window's first rows
// need.
void skip_rows(jpeg_decompress_struct& state, const Rect& window) {
  if (state.progressive_mode && !is_refined(state)) return;
  const auto rows = static_cast<JDIMENSION>(least_block_size(state) * state.max_v_samp_factor);
  const JDIMENSION whole_rows = static_cast<JDIMENSION>(window.y) / rows;
  if (whole_rows > 1) jpeg_skip_scanlines(&state, (whole_rows - 1) * rows);
}

// Rows of the window into `view`; `rows_done` tells how far it came if the run ends early.
void read_rows(jpeg_decompress_struct& state, const Rect& window, const ImageView& view,
               JSAMPROW scratch, std::int32_t* rows_done) {
  const std::size_t bytes = row_bytes(view.size, view.format);
  if (scratch == nullptr) {
    constexpr std::int32_t kStrip = 16;
    JSAMPROW rows[kStrip];
    while (*rows_done < window.height) {
      const std::int32_t count = std::min(kStrip, window.height - *rows_done);
      for (std::int32_t i = 0; i < count; ++i) {
        rows[i] = reinterpret_cast<JSAMPROW>(view.row(*rows_done + i));
      }
      *rows_done += static_cast<std::int32_t>(
          jpeg_read_scanlines(&state, rows, static_cast<JDIMENSION>(count)));
    }
    return;
  }
  JDIMENSION first = 0;
  if (window.width < static_cast<std::int32_t>(state.output_width)) {
    first = crop_columns(state, window).first;
  }
  skip_rows(state, window);
  while (state.output_scanline < static_cast<JDIMENSION>(window.y)) {
    jpeg_read_scanlines(&state, &scratch, 1);
  }
  const std::size_t offset =
      (static_cast<std::size_t>(window.x) - first) * view.format.bytes_per_pixel();
  while (*rows_done < window.height) {
    jpeg_read_scanlines(&state, &scratch, 1);
    std::memcpy(view.row(*rows_done), scratch + offset, bytes);
    ++*rows_done;
  }
}

// Adobe's writers store CMYK inverted and say so by their marker.
void invert(const ImageView& view, std::int32_t rows) {
  for (std::int32_t y = 0; y < rows; ++y) {
    auto* row = view.row_as<std::uint8_t>(y);
    std::transform(row, row + row_bytes(view.size, view.format), row,
                   [](std::uint8_t value) { return static_cast<std::uint8_t>(255 - value); });
  }
}

// Mid gray: for CMYK half of black alone.
void fill_gray(const ImageView& view, std::int32_t first_row) {
  for (std::int32_t y = first_row; y < view.size.height; ++y) {
    auto* row = view.row_as<std::uint8_t>(y);
    if (view.format.layout != Layout::cmyk) {
      std::memset(row, 128, row_bytes(view.size, view.format));
      continue;
    }
    for (std::int32_t x = 0; x < view.size.width; ++x, row += 4) {
      row[0] = row[1] = row[2] = 0;
      row[3] = 127;
    }
  }
}

PixelFormat format_of(ColorModel model) {
  switch (model) {
    case ColorModel::gray:
      return gray8;
    case ColorModel::cmyk:
    case ColorModel::ycck:
      return cmyk8;
    default:
      return rgb8;
  }
}

J_COLOR_SPACE output_space(ColorModel model) {
  switch (model) {
    case ColorModel::gray:
      return JCS_GRAYSCALE;
    case ColorModel::cmyk:
    case ColorModel::ycck:
      return JCS_CMYK;
    default:
      return JCS_RGB;
  }
}

J_COLOR_SPACE coded_space(ColorModel model) {
  switch (model) {
    case ColorModel::gray:
      return JCS_GRAYSCALE;
    case ColorModel::rgb:
      return JCS_RGB;
    case ColorModel::cmyk:
      return JCS_CMYK;
    case ColorModel::ycck:
      return JCS_YCCK;
    default:
      return JCS_YCbCr;
  }
}

}  // namespace

bool is_refined(const jpeg_decompress_struct& state) {
  if (state.coef_bits == nullptr) return false;
  for (int i = 0; i < state.num_components; ++i) {
    for (int k = 0; k < DCTSIZE2; ++k) {
      if (state.coef_bits[i][k] != 0) return false;
    }
  }
  return true;
}

Result<void> open_at_scale(JpegDecompressor& jpeg, const ImageInfo& info, int eighths) {
  LIMEN_TRY(jpeg.open());
  const jpeg_decompress_struct& state = jpeg.state();
  // The memory was reckoned from what limen read; libjpeg must not have read something else.
  if (state.image_width != static_cast<JDIMENSION>(info.size.width) ||
      state.image_height != static_cast<JDIMENSION>(info.size.height) ||
      state.jpeg_color_space != coded_space(info.model) ||
      (state.progressive_mode || state.comps_in_scan < state.num_components) !=
          info.is_multi_scan) {
    return malformed(Format::jpeg, "the headers can be read in two ways");
  }
  return choose_scale(jpeg, eighths);
}

Result<void> choose_scale(JpegDecompressor& jpeg, int eighths) {
  return jpeg.run([eighths](jpeg_decompress_struct& cinfo) {
    cinfo.scale_num = static_cast<unsigned>(eighths);
    cinfo.scale_denom = 8;
    jpeg_calc_output_dimensions(&cinfo);
  });
}

Result<void> start_output(JpegDecompressor& jpeg, const ImageInfo& info, bool as_planes,
                          std::size_t* usable) {
  Result<void> run = jpeg.run([&info, as_planes](jpeg_decompress_struct& cinfo) {
    cinfo.dct_method = JDCT_ISLOW;
    cinfo.do_fancy_upsampling = TRUE;
    if (as_planes) {
      cinfo.raw_data_out = TRUE;
      cinfo.out_color_space = cinfo.jpeg_color_space;
    } else {
      cinfo.out_color_space = output_space(info.model);
    }
    jpeg_start_decompress(&cinfo);
  });
  if (!run && jpeg.errors().stop == JpegStop::library) *usable = jpeg.bytes_before_last_scan();
  return run;
}

Size chroma_step(const jpeg_decompress_struct& state) {
  if (state.num_components != 3) return {1, 1};
  // libjpeg scales subsampled components by less where it can, so that less is left to upsample.
  const int least = least_block_size(state);
  const jpeg_component_info& chroma = state.comp_info[1];
  return {state.max_h_samp_factor * least / (chroma.h_samp_factor * block_size(chroma)),
          state.max_v_samp_factor * least / (chroma.v_samp_factor * block_size(chroma))};
}

Result<std::string> judge_damage(const JpegDecompressor& jpeg, const Result<void>& run,
                                 OnDamage on_damage, bool has_rows) {
  if (!run) {
    if (on_damage == OnDamage::error || jpeg.errors().stop != JpegStop::library || !has_rows) {
      return run.error();
    }
    return run.error().message;
  }
  std::string damage = jpeg.damage();
  if (!damage.empty() && on_damage == OnDamage::error) return jpeg.damage_error();
  return damage;
}

namespace {

Result<void> read_by_libjpeg(JpegDecompressor& jpeg, const DecodeOptions& options, Decoded& decoded,
                             const Execution& execution) {
  const jpeg_decompress_struct& state = jpeg.state();
  const Rect window = decoded.region;
  const ImageView view = decoded.image.view();
  Buffer scratch;
  const bool is_whole_width = window.width == static_cast<std::int32_t>(state.output_width);
  if (!is_whole_width || window.y > 0) {
    LIMEN_ASSIGN(scratch, execution.workspace->allocate(
                              static_cast<std::uint64_t>(state.output_width) *
                              static_cast<std::uint64_t>(state.output_components)));
  }
  std::int32_t rows_done = 0;
  auto* const row = reinterpret_cast<JSAMPROW>(scratch.data());
  const Result<void> run =
      jpeg.run([&window, &view, row, &rows_done](jpeg_decompress_struct& cinfo) {
        read_rows(cinfo, window, view, row, &rows_done);
      });
  LIMEN_ASSIGN(decoded.damage, judge_damage(jpeg, run, options.on_damage, rows_done > 0));
  if (view.format.layout == Layout::cmyk && state.saw_Adobe_marker) invert(view, rows_done);
  fill_gray(view, rows_done);
  return {};
}

Result<Decoded> decode_once(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                            const Execution& execution, std::size_t* usable) {
  Decoded decoded;
  decoded.info = info;
  if (options.read_metadata) {
    LIMEN_ASSIGN(const JpegHeader header, read_jpeg_header(bytes, options.limits));
    decoded.metadata = copy_metadata(header);
  }
  decoded.scale_eighths = pick_scale(info.size, options);
  decoded.region = scaled_window(info.size, options.region, decoded.scale_eighths);
  LIMEN_ASSIGN(const MemoryReservation held, execution.workspace->reserve(kLibjpegHeaderBytes));
  JpegDecompressor jpeg(bytes, execution, options.limits.scans,
                        options.on_damage == OnDamage::error);
  LIMEN_TRY(open_at_scale(jpeg, info, decoded.scale_eighths));
  LIMEN_ASSIGN(decoded.image,
               Image::create(size_of(decoded.region), format_of(info.model), execution.workspace));
  LIMEN_ASSIGN(const bool is_done,
               decode_plain_pixels(jpeg, info, decoded.region, decoded.image.view(), execution));
  if (is_done) return decoded;
  LIMEN_ASSIGN(const MemoryReservation held_to_decode,
               execution.workspace->reserve(libjpeg_decode_bytes(info, false)));
  LIMEN_TRY(start_output(jpeg, info, false, usable));
  LIMEN_TRY(read_by_libjpeg(jpeg, options, decoded, execution));
  return decoded;
}

}  // namespace

Result<Decoded> decode_jpeg(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                            const Execution& execution) {
  return with_best_effort(bytes, options.on_damage, [&](ByteView part, std::size_t* usable) {
    return decode_once(part, info, options, execution, usable);
  });
}

}  // namespace limen::inline LIMEN_ABI
