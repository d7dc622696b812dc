// SPDX-License-Identifier: Apache-2.0
#pragma once

// libpng's reader, fed with the chunks that make the pixels and nothing else. Its errors arrive by
// longjmp; they end in start() and read_rows(), which hold no object with a destructor, so none is
// ever skipped.

#include <png.h>

#include <string>

#include "lib/codec/png/chunks.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI::png {

/// The file as libpng is to see it: signature, IHDR, PLTE, tRNS, the IDATs, an IEND. Text, profiles
/// and animation frames never reach it, however many or broken they are.
class PixelStream {
 public:
  PixelStream(ByteView bytes, const Headers& headers);
  /// False at the end of what there is.
  bool read(std::byte* to, std::size_t size);
  bool is_truncated() const { return is_truncated_; }
  std::size_t offset() const { return offset_; }

 private:
  bool next_piece();

  ByteView bytes_;
  const Headers& headers_;
  ChunkWalker idats_;
  int stage_ = 0;
  ByteView piece_;
  std::byte short_header_[8] = {};
  ByteView short_data_;
  std::size_t offset_ = 0;
  bool is_truncated_ = false;
};

/// Which rows go where. `target` takes `columns` pixels from column `first_column` of rows
/// first_row … first_row + target.size.height - 1.
struct RowPlan {
  ImageView target;
  std::int32_t first_row = 0;
  std::int32_t first_column = 0;
  /// A row of the whole width, for rows and columns that are not wanted. Never null.
  std::byte* scratch = nullptr;
  bool wants_blocks = false;  ///< interlaced: fill with blocks what later passes refine
};

class Reader {
 public:
  Reader(ByteView bytes, const Headers& headers, const Execution& execution);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  struct Setup {
    bool keep_16_bit = false;
    bool ignore_checksums = false;
  };
  /// Reads the headers and sets the transforms up. False: see error().
  bool start(const Setup& setup);
  /// Bytes of one transformed row, after start().
  std::size_t bytes_per_row() const { return bytes_per_row_; }
  /// False: see error(). rows_done() and has_any_row() tell how far it came.
  bool read_rows(const RowPlan& plan);
  /// Rows of the whole picture that are complete (interlaced: of the last pass).
  std::int32_t rows_done() const { return row_; }
  bool has_any_row() const { return has_any_row_; }

  Error error() const;
  bool was_cancelled() const { return was_cancelled_; }
  /// What libpng warned of, first: a checksum that was passed over.
  const char* warning() const { return warning_; }

 private:
  static void on_error(png_structp png, png_const_charp message);
  static void on_warning(png_structp png, png_const_charp message);
  static void on_read(png_structp png, png_bytep to, std::size_t size);

  const Headers& headers_;
  const Execution& execution_;
  PixelStream stream_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::size_t bytes_per_row_ = 0;
  std::int32_t row_ = 0;
  bool has_any_row_ = false;
  bool was_cancelled_ = false;
  char message_[128] = {};
  char warning_[128] = {};
};

}  // namespace limen::inline LIMEN_ABI::png
