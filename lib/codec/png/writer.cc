// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/writer.h"

#include <png.h>
#include <zlib.h>

#include <csetjmp>
#include <cstdio>

#include "lib/codec/byte_sink.h"

namespace limen::inline LIMEN_ABI::png {

namespace {

constexpr std::int32_t kRowsBetweenPolls = 32;
// deflate's window, hash and pending output at memory level 8, libpng's structures and buffers.
constexpr std::uint64_t kLibraryBytes = std::uint64_t{512} * 1024;

int color_type_of(RowFormat::Kind kind) {
  switch (kind) {
    case RowFormat::Kind::gray:
      return PNG_COLOR_TYPE_GRAY;
    case RowFormat::Kind::gray_alpha:
      return PNG_COLOR_TYPE_GRAY_ALPHA;
    case RowFormat::Kind::rgb:
      return PNG_COLOR_TYPE_RGB;
    case RowFormat::Kind::palette:
      return PNG_COLOR_TYPE_PALETTE;
    default:
      return PNG_COLOR_TYPE_RGB_ALPHA;
  }
}

// libpng's errors arrive by longjmp and end in write(), which holds no object with a destructor.
class Writer {
 public:
  explicit Writer(const Execution& execution) : execution_(execution), sink_(execution.workspace) {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
  }
  ~Writer() { png_destroy_write_struct(&png_, &info_); }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  struct Job {
    Size size;
    RowFormat format;
    Packing packing;
    const png_color* colors = nullptr;
    int color_count = 0;
    const png_byte* alphas = nullptr;
    int alpha_count = 0;
    const ExtraChunk* extra = nullptr;
    std::size_t extra_count = 0;
    const RowPacker* packer = nullptr;
    std::uint8_t* row = nullptr;
  };

  bool write(const Job& job) {
    if (png_ == nullptr || info_ == nullptr) return false;
    if (setjmp(png_jmpbuf(png_)) != 0) return false;
    png_set_write_fn(png_, this, on_write, on_flush);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_IHDR(png_, info_, static_cast<png_uint_32>(job.size.width),
                 static_cast<png_uint_32>(job.size.height), job.format.bits,
                 color_type_of(job.format.kind), PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_compression_level(png_, job.packing.level);
    png_set_compression_strategy(png_, job.packing.strategy);
    png_set_filter(png_, PNG_FILTER_TYPE_BASE,
                   job.packing.is_filtered ? PNG_ALL_FILTERS : PNG_FILTER_NONE);
    if (job.color_count > 0) png_set_PLTE(png_, info_, job.colors, job.color_count);
    if (job.alpha_count > 0) png_set_tRNS(png_, info_, job.alphas, job.alpha_count, nullptr);
    png_write_info_before_PLTE(png_, info_);
    write_extra(job, true);
    png_write_info(png_, info_);
    write_extra(job, false);
    for (std::int32_t y = 0; y < job.size.height; ++y) {
      if (y % kRowsBetweenPolls == 0 && execution_.is_cancelled()) {
        was_cancelled_ = true;
        return false;
      }
      job.packer->pack(y, job.row);
      png_write_row(png_, job.row);
    }
    png_write_end(png_, info_);
    return true;
  }

  Error error() const {
    if (was_cancelled_) return cancelled();
    if (sink_.error()) return *sink_.error();
    if (png_ == nullptr || info_ == nullptr) return out_of_memory();
    return Error{.code = ErrorCode::internal,
                 .message = std::string("PNG: ") + message_,
                 .format = Format::png};
  }

  Bytes take() { return std::move(sink_).take(); }

 private:
  void write_extra(const Job& job, bool before_palette) {
    for (std::size_t i = 0; i < job.extra_count; ++i) {
      const ExtraChunk& chunk = job.extra[i];
      if (chunk.before_palette != before_palette) continue;
      png_write_chunk(png_, reinterpret_cast<png_const_bytep>(chunk.type),
                      reinterpret_cast<png_const_bytep>(chunk.data.data()), chunk.data.size());
    }
  }

  static void on_error(png_structp png, png_const_charp message) {
    auto* self = static_cast<Writer*>(png_get_error_ptr(png));
    std::snprintf(self->message_, sizeof(self->message_), "%s", message);
    png_longjmp(png, 1);
  }
  static void on_warning(png_structp, png_const_charp) {}
  static void on_write(png_structp png, png_bytep data, std::size_t size) {
    auto* self = static_cast<Writer*>(png_get_io_ptr(png));
    if (!self->sink_.append(data, size)) png_error(png, "no memory for the output");
  }
  static void on_flush(png_structp) {}

  const Execution& execution_;
  ByteSink sink_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  bool was_cancelled_ = false;
  char message_[128] = {};
};

}  // namespace

Result<Bytes> write_file(const ConstImageView& image, RowFormat format, const Palette* palette,
                         Packing packing, const std::vector<ExtraChunk>& extra,
                         const Execution& execution) {
  const std::size_t row_size = (static_cast<std::size_t>(image.size.width) *
                                    static_cast<std::size_t>(format.bits_per_pixel()) +
                                7) /
                               8;
  // Our row, and libpng's: the one before, and one for each filter that is tried.
  const std::uint64_t held = kLibraryBytes + 7 * static_cast<std::uint64_t>(row_size);
  MemoryReservation reserved;
  if (execution.workspace != nullptr) {
    LIMEN_ASSIGN(reserved, execution.workspace->reserve(held));
  }
  std::vector<std::uint8_t> row(row_size);
  const RowPacker packer(image, format, palette);
  std::vector<png_color> colors;
  std::vector<png_byte> alphas;
  if (format.kind == RowFormat::Kind::palette) {
    for (const PackedColor color : palette->colors) {
      colors.push_back({static_cast<png_byte>(color >> 24), static_cast<png_byte>(color >> 16),
                        static_cast<png_byte>(color >> 8)});
      if (alphas.size() < static_cast<std::size_t>(palette->transparent_count)) {
        alphas.push_back(static_cast<png_byte>(color));
      }
    }
  }
  Writer writer(execution);
  if (!writer.write({.size = image.size,
                     .format = format,
                     .packing = packing,
                     .colors = colors.data(),
                     .color_count = static_cast<int>(colors.size()),
                     .alphas = alphas.data(),
                     .alpha_count = static_cast<int>(alphas.size()),
                     .extra = extra.data(),
                     .extra_count = extra.size(),
                     .packer = &packer,
                     .row = row.data()})) {
    return writer.error();
  }
  return writer.take();
}

}  // namespace limen::inline LIMEN_ABI::png
