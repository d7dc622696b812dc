// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/encode.h"

#include <algorithm>
#include <cstring>

#include "lib/codec/jpeg/compress.h"
#include "lib/codec/jpeg/session.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Straight alpha over an opaque matte, rounded to nearest. 32 bits hold 2 * 255 * 255, 64 the rest.
constexpr std::uint32_t over(std::uint64_t value, std::uint64_t matte, std::uint64_t alpha,
                             std::uint64_t largest) {
  return static_cast<std::uint32_t>((value * alpha + matte * (largest - alpha) + largest / 2) /
                                    largest);
}

// 65535 = 257 * 255.
constexpr std::uint8_t to_8_bits(std::uint32_t value) {
  return static_cast<std::uint8_t>((value + 128) / 257);
}

// One row as libjpeg takes it: gray or RGB of 8 bits, opaque.
template <class Sample>
void convert_row(const Sample* from, Layout layout, std::int32_t width, Color matte,
                 int out_channels, std::uint8_t* to) {
  constexpr bool is_wide = sizeof(Sample) == 2;
  constexpr std::uint32_t kLargest = is_wide ? 65535 : 255;
  const int channels = channel_count(layout);
  const int colors = has_alpha(layout) ? channels - 1 : channels;
  const std::uint32_t mattes[3] = {matte.red * (kLargest / 255u), matte.green * (kLargest / 255u),
                                   matte.blue * (kLargest / 255u)};
  for (std::int32_t x = 0; x < width; ++x, from += channels, to += out_channels) {
    for (int c = 0; c < out_channels; ++c) {
      std::uint32_t value = from[std::min(c, colors - 1)];
      if (colors < channels) value = over(value, mattes[c], from[colors], kLargest);
      to[c] = is_wide ? to_8_bits(value) : static_cast<std::uint8_t>(value);
    }
  }
}

// The rows of an image, converted where they must be.
struct Rows {
  ConstImageView image;
  Color matte;
  int out_channels = 3;
  JSAMPROW scratch = nullptr;  // null: rows are fed as they are
};

void write_rows(jpeg_compress_struct& state, const Rows& rows) {
  const std::int32_t width = rows.image.size.width;
  for (std::int32_t y = 0; y < rows.image.size.height; ++y) {
    // libjpeg does not write to its input, its interface merely lacks the word.
    JSAMPROW row = const_cast<JSAMPROW>(rows.image.row_as<JSAMPLE>(y));
    if (rows.scratch != nullptr) {
      const Layout layout = rows.image.format.layout;
      if (rows.image.format.sample == SampleType::u16) {
        convert_row(rows.image.row_as<std::uint16_t>(y), layout, width, rows.matte,
                    rows.out_channels, rows.scratch);
      } else {
        convert_row(rows.image.row_as<std::uint8_t>(y), layout, width, rows.matte,
                    rows.out_channels, rows.scratch);
      }
      row = rows.scratch;
    }
    jpeg_write_scanlines(&state, &row, 1);
  }
}

// Planes of a row of MCUs at a time; libjpeg reads whole blocks, so the last column and the last
// row are repeated beyond the picture's edge.
struct Planes {
  ConstImageView views[3];
  std::size_t padded[3] = {};
  JSAMPROW scratch[3] = {};
};

void write_planes(jpeg_compress_struct& state, const Planes& planes) {
  const int lines = state.max_v_samp_factor * DCTSIZE;
  while (state.next_scanline < state.image_height) {
    const std::int32_t mcu_row = static_cast<std::int32_t>(state.next_scanline) / lines;
    JSAMPROW rows[3][MAX_SAMP_FACTOR * DCTSIZE];
    JSAMPARRAY arrays[3] = {rows[0], rows[1], rows[2]};
    for (int c = 0; c < state.num_components; ++c) {
      const ConstImageView& view = planes.views[c];
      const auto width = static_cast<std::size_t>(view.size.width);
      const int count = state.comp_info[c].v_samp_factor * DCTSIZE;
      for (int i = 0; i < count; ++i) {
        const std::int32_t y = std::min(mcu_row * count + i, view.size.height - 1);
        JSAMPROW row = planes.scratch[c] + planes.padded[c] * static_cast<std::size_t>(i);
        std::memcpy(row, view.row(y), width);
        std::memset(row + width, row[width - 1], planes.padded[c] - width);
        rows[c][i] = row;
      }
    }
    jpeg_write_raw_data(&state, arrays, static_cast<JDIMENSION>(lines));
  }
}

Result<void> check_planes(const PlanarImage& image, const EncodeOptions& options) {
  const auto refuse = [](std::string why) { return unsupported(std::move(why), Format::jpeg); };
  if (image.matrix != YcbcrMatrix::bt601 || image.range != YcbcrRange::full) {
    return refuse("planes must be full-range BT.601");
  }
  if (image.has_alpha()) return refuse("JPEG has no alpha: planes with it cannot be encoded");
  const ChromaSubsampling own = image.subsampling;
  if (own == ChromaSubsampling::automatic || own == ChromaSubsampling::other) {
    return refuse("planes must name their subsampling");
  }
  if (options.chroma != ChromaSubsampling::automatic && options.chroma != own) {
    return refuse("planes of " + std::string(name(own)) + " are not resampled to " +
                  std::string(name(options.chroma)));
  }
  const Size step = chroma_size({4, 4}, own);
  if (own != ChromaSubsampling::gray &&
      ((step.width < 4 && image.horizontal_siting != Siting::centered) ||
       (step.height < 4 && image.vertical_siting != Siting::centered))) {
    return refuse("JPEG's chroma samples are centered");
  }
  const Size chroma = chroma_size(image.size(), own);
  for (std::size_t c = 0; c < 3; ++c) {
    const Size wanted = c == 0 ? image.size() : chroma;
    if (image.planes[c].size() != wanted) {
      return invalid_argument("plane " + std::to_string(c) + " has not the size of its " +
                              std::string(name(own)));
    }
    if (!is_empty(wanted) && image.planes[c].format() != gray8) {
      return refuse("planes must have one channel of 8 bits");
    }
  }
  return {};
}

struct RowWriter {
  Rows source;
  void begin(jpeg_compress_struct& state) const { jpeg_start_compress(&state, TRUE); }
  void rows(jpeg_compress_struct& state) const { write_rows(state, source); }
};

struct PlaneWriter {
  Planes source;
  void begin(jpeg_compress_struct& state) const {
    state.raw_data_in = TRUE;
    jpeg_start_compress(&state, TRUE);
  }
  void rows(jpeg_compress_struct& state) const { write_planes(state, source); }
};

}  // namespace

Result<Bytes> encode_jpeg(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution) {
  LIMEN_ASSIGN(JpegSettings settings, jpeg_settings(image.size, options));
  const PixelFormat format = image.format;
  const Color matte = options.matte;
  const bool has_gray_pixels =
      format.layout == Layout::gray || (format.layout == Layout::gray_alpha &&
                                        matte.red == matte.green && matte.green == matte.blue);
  RowWriter writer;
  writer.source = {image, matte, has_gray_pixels ? 1 : 3, nullptr};
  settings.input = has_gray_pixels ? JCS_GRAYSCALE : JCS_RGB;
  if (has_gray_pixels) settings.subsampling = ChromaSubsampling::gray;
  Buffer scratch;
  if (format.sample != SampleType::u8 || format.has_alpha()) {
    LIMEN_ASSIGN(scratch,
                 execution.workspace->allocate(static_cast<std::uint64_t>(image.size.width) * 3));
  }
  writer.source.scratch = reinterpret_cast<JSAMPROW>(scratch.data());
  return compress_with(settings, options, execution, writer, settings.has_own_tables);
}

Result<Bytes> encode_jpeg_planar(const PlanarImage& image, const EncodeOptions& options,
                                 const Execution& execution) {
  LIMEN_TRY(check_planes(image, options));
  LIMEN_ASSIGN(JpegSettings settings, jpeg_settings(image.size(), options));
  settings.subsampling = image.subsampling;
  const bool is_gray = settings.subsampling == ChromaSubsampling::gray;
  settings.input = is_gray ? JCS_GRAYSCALE : JCS_YCbCr;
  PlaneWriter writer;
  const std::size_t count = is_gray ? 1 : 3;
  std::uint64_t scratch_bytes = 0;
  for (std::size_t c = 0; c < count; ++c) {
    // Whole MCUs: at most 4 blocks of 8 across.
    writer.source.views[c] = image.planes[c].view();
    writer.source.padded[c] =
        (static_cast<std::size_t>(image.planes[c].size().width) + 31) / 32 * 32;
    scratch_bytes += writer.source.padded[c] * MAX_SAMP_FACTOR * DCTSIZE;
  }
  LIMEN_ASSIGN(Buffer scratch, execution.workspace->allocate(scratch_bytes));
  auto* free_scratch = reinterpret_cast<JSAMPROW>(scratch.data());
  for (std::size_t c = 0; c < count; ++c) {
    writer.source.scratch[c] = free_scratch;
    free_scratch += writer.source.padded[c] * MAX_SAMP_FACTOR * DCTSIZE;
  }
  return compress_with(settings, options, execution, writer, settings.has_own_tables);
}

}  // namespace limen::inline LIMEN_ABI
