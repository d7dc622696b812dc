// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/reader.h"

#include <algorithm>
#include <bit>
#include <csetjmp>
#include <cstdio>
#include <cstring>

namespace limen::inline LIMEN_ABI::png {

namespace {

constexpr unsigned char kEnd[] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xAE, 0x42, 0x60, 0x82};

constexpr std::byte kNoChecksum[4] = {};

ByteView view_of(const void* data, std::size_t size) {
  return {static_cast<const std::byte*>(data), size};
}

constexpr std::int32_t kRowsBetweenPolls = 64;

}  // namespace

PixelStream::PixelStream(ByteView bytes, const Headers& headers)
    : bytes_(bytes), headers_(headers), idats_(bytes, headers.first_idat) {}

bool PixelStream::next_piece() {
  switch (stage_++) {
    case 0:
      piece_ = view_of(kSignature.data(), kSignature.size());
      return true;
    case 1:
      piece_ = headers_.ihdr.whole;
      return true;
    case 2:
      // In other colour types a palette is but a suggestion.
      if (headers_.plte && headers_.color_type == ColorType::palette) piece_ = headers_.plte->whole;
      return true;
    case 3:
      if (headers_.trns) piece_ = headers_.trns->whole;
      return true;
    case 4:
      // IDATs ought to be neighbours; what stands between them is stepped over.
      while (const auto chunk = idats_.next()) {
        if (chunk->type == chunk_type("IEND")) break;
        if (chunk->type != chunk_type("IDAT")) continue;
        offset_ = chunk->offset;
        if (chunk->is_complete) {
          piece_ = chunk->whole;
          stage_ = 4;
          return true;
        }
        // libpng reads in large pieces and would lose what there is of the last: tell it the length
        // that is left. The checksum, made up, then fails where checksums count.
        is_truncated_ = true;
        for (std::size_t i = 0; i < 4; ++i) {
          short_header_[i] = static_cast<std::byte>(chunk->data.size() >> (24 - 8 * i));
        }
        std::memcpy(short_header_ + 4, "IDAT", 4);
        short_data_ = chunk->data;
        piece_ = view_of(short_header_, sizeof(short_header_));
        return true;
      }
      stage_ = 8;
      if (!headers_.has_end()) is_truncated_ = true;
      piece_ = view_of(kEnd, sizeof(kEnd));
      return true;
    case 5:
      piece_ = short_data_;
      return true;
    case 6:
      piece_ = view_of(kNoChecksum, sizeof(kNoChecksum));
      return true;
    case 7:
      piece_ = view_of(kEnd, sizeof(kEnd));
      return true;
    default:
      return false;
  }
}

bool PixelStream::read(std::byte* to, std::size_t size) {
  while (size > 0) {
    if (piece_.empty()) {
      if (!next_piece()) return false;
      continue;
    }
    const std::size_t count = std::min(size, piece_.size());
    std::memcpy(to, piece_.data(), count);
    piece_ = piece_.subspan(count);
    to += count;
    size -= count;
  }
  return true;
}

Reader::Reader(ByteView bytes, const Headers& headers, const Execution& execution)
    : headers_(headers), execution_(execution), stream_(bytes, headers) {
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
  if (png_ != nullptr) info_ = png_create_info_struct(png_);
}

Reader::~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

void Reader::on_error(png_structp png, png_const_charp message) {
  auto* self = static_cast<Reader*>(png_get_error_ptr(png));
  std::snprintf(self->message_, sizeof(self->message_), "%s", message);
  png_longjmp(png, 1);
}

void Reader::on_warning(png_structp png, png_const_charp message) {
  auto* self = static_cast<Reader*>(png_get_error_ptr(png));
  if (self->warning_[0] == 0) {
    std::snprintf(self->warning_, sizeof(self->warning_), "%s", message);
  }
}

void Reader::on_read(png_structp png, png_bytep to, std::size_t size) {
  auto* self = static_cast<Reader*>(png_get_io_ptr(png));
  if (!self->stream_.read(reinterpret_cast<std::byte*>(to), size)) {
    png_error(png, "the input ends before its pixels do");
  }
}

bool Reader::start(const Setup& setup) {
  if (png_ == nullptr || info_ == nullptr) return false;
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  png_set_read_fn(png_, this, on_read);
  png_set_benign_errors(png_, 1);
  // limen has checked the size against its own limits, and no chunk with a payload of unknown
  // length but IDAT comes through.
  png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png_, 0);
  if (setup.ignore_checksums) {
    png_set_crc_action(png_, PNG_CRC_WARN_USE, PNG_CRC_WARN_USE);
    png_set_option(png_, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
  }
  png_read_info(png_, info_);
  png_set_expand(png_);
  if (headers_.bit_depth == 16) {
    if (setup.keep_16_bit) {
      if constexpr (std::endian::native == std::endian::little) png_set_swap(png_);
    } else {
      png_set_scale_16(png_);
    }
  }
  if (headers_.is_interlaced) png_set_interlace_handling(png_);
  png_read_update_info(png_, info_);
  bytes_per_row_ = png_get_rowbytes(png_, info_);
  return true;
}

bool Reader::read_rows(const RowPlan& plan) {
  if (setjmp(png_jmpbuf(png_)) != 0) return false;
  const std::int32_t height = headers_.size.height;
  const std::int32_t end_row = plan.first_row + plan.target.size.height;
  const int passes = headers_.is_interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1;
  const std::size_t pixel = plan.target.format.bytes_per_pixel();
  const bool is_whole_width = row_bytes(plan.target.size, plan.target.format) == bytes_per_row_;
  for (int pass = 0; pass < passes; ++pass) {
    const bool is_last = pass == passes - 1;
    for (row_ = 0; row_ < (is_last ? end_row : height); ++row_) {
      if (row_ % kRowsBetweenPolls == 0 && execution_.is_cancelled()) {
        was_cancelled_ = true;
        return false;
      }
      const bool is_wanted = row_ >= plan.first_row && row_ < end_row;
      std::byte* const target = is_wanted ? plan.target.row(row_ - plan.first_row) : nullptr;
      std::byte* const into = is_wanted && is_whole_width ? target : plan.scratch;
      if (plan.wants_blocks) {
        png_read_row(png_, nullptr, reinterpret_cast<png_bytep>(into));
      } else {
        png_read_row(png_, reinterpret_cast<png_bytep>(into), nullptr);
      }
      has_any_row_ = true;
      if (is_wanted && !is_whole_width) {
        std::memcpy(target, into + static_cast<std::size_t>(plan.first_column) * pixel,
                    row_bytes(plan.target.size, plan.target.format));
      }
    }
  }
  // Only now is the last IDAT's checksum compared.
  if (end_row == height) png_read_end(png_, nullptr);
  return true;
}

Error Reader::error() const {
  if (was_cancelled_) return cancelled();
  if (png_ == nullptr || info_ == nullptr) return out_of_memory();
  const std::string message = std::string("PNG: ") + message_;
  // libpng's own words for a failed allocation.
  if (std::strstr(message_, "Out of memory") != nullptr ||
      std::strstr(message_, "Insufficient memory") != nullptr) {
    return out_of_memory();
  }
  return stream_.is_truncated() ? truncated(Format::png, message, stream_.offset())
                                : malformed(Format::png, message, stream_.offset());
}

}  // namespace limen::inline LIMEN_ABI::png
