// SPDX-License-Identifier: Apache-2.0
#pragma once

// What libjpeg-turbo alone makes of a JPEG by the accurate inverse DCT: the samples of its
// components, or its pixels with fancy upsampling; and whether it had anything to complain of.

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <vector>

#include <jpeglib.h>
// Behind it.
#include <jerror.h>

#include "limen/core/bytes.h"

namespace limen::test {

struct LibjpegPlanes {
  struct Plane {
    std::size_t width = 0;
    std::size_t height = 0;
    std::size_t stride = 0;
    std::vector<JSAMPLE> samples;
    const JSAMPLE* row(std::size_t y) const { return samples.data() + y * stride; }
  };

  bool has_failed = false;  ///< by an error; the planes are then what was made before it
  bool is_damaged = false;  ///< a warning said so that samples may be wrong
  std::vector<Plane> planes;
};

class LibjpegPlanesReader {
 public:
  /// `eighths`: libjpeg's scale, 1 to 8.
  static LibjpegPlanes read(ByteView file, int eighths = 8) { return read(file, eighths, true); }
  /// As one plane of interleaved pixels, gray or RGB: its width is in samples.
  static LibjpegPlanes read_pixels(ByteView file, int eighths = 8) {
    return read(file, eighths, false);
  }

 private:
  static LibjpegPlanes read(ByteView file, int eighths, bool as_planes) {
    LibjpegPlanes result;
    const LibjpegPlanesReader reader(file, eighths, as_planes, result);
    result.is_damaged = reader.errors_.is_damaged;
    return result;
  }

  struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf jump;
    bool is_damaged = false;
  };

  LibjpegPlanesReader(ByteView file, int eighths, bool as_planes, LibjpegPlanes& result) {
    state_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = [](j_common_ptr common) {
      std::longjmp(reinterpret_cast<Errors*>(common->err)->jump, 1);
    };
    errors_.base.emit_message = [](j_common_ptr common, int level) {
      auto& errors = *reinterpret_cast<Errors*>(common->err);
      const int code = errors.base.msg_code;
      errors.is_damaged |= level < 0 && (code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
                                         code == JWRN_MUST_RESYNC);
    };
    if (setjmp(errors_.jump) != 0) {
      result.has_failed = true;
      return;
    }
    jpeg_create_decompress(&state_);
    jpeg_mem_src(&state_, reinterpret_cast<const unsigned char*>(file.data()),
                 static_cast<unsigned long>(file.size()));
    jpeg_read_header(&state_, TRUE);
    state_.scale_num = static_cast<unsigned>(eighths);
    state_.scale_denom = 8;
    state_.dct_method = JDCT_ISLOW;
    if (as_planes) {
      state_.raw_data_out = TRUE;
      state_.out_color_space = state_.jpeg_color_space;
    }
    jpeg_start_decompress(&state_);
    as_planes ? read_planes(result) : read_pixels(result);
  }
  ~LibjpegPlanesReader() { jpeg_destroy_decompress(&state_); }

  void read_pixels(LibjpegPlanes& result) {
    LibjpegPlanes::Plane& plane = result.planes.emplace_back();
    plane.width = state_.output_width * static_cast<std::size_t>(state_.output_components);
    plane.height = state_.output_height;
    plane.stride = plane.width;
    plane.samples.resize(plane.stride * plane.height);
    while (state_.output_scanline < state_.output_height) {
      JSAMPROW row = plane.samples.data() + state_.output_scanline * plane.stride;
      jpeg_read_scanlines(&state_, &row, 1);
    }
  }

  void read_planes(LibjpegPlanes& result) {
#if JPEG_LIB_VERSION >= 70
    const auto size_of = [](const jpeg_component_info& component) {
      return component.DCT_v_scaled_size;
    };
    const int least = state_.min_DCT_v_scaled_size;
#else
    const auto size_of = [](const jpeg_component_info& component) {
      return component.DCT_scaled_size;
    };
    const int least = state_.min_DCT_scaled_size;
#endif
    const auto lines = static_cast<std::size_t>(least * state_.max_v_samp_factor);
    const std::size_t mcu_rows = (state_.output_height + lines - 1) / lines;
    for (int c = 0; c < state_.num_components; ++c) {
      const jpeg_component_info& component = state_.comp_info[c];
      LibjpegPlanes::Plane& plane = result.planes.emplace_back();
      plane.width = component.downsampled_width;
      plane.height = component.downsampled_height;
      // libjpeg writes whole MCUs.
      plane.stride = (component.width_in_blocks + 4) * DCTSIZE;
      plane.samples.resize(plane.stride * mcu_rows *
                           static_cast<std::size_t>(size_of(component) * component.v_samp_factor));
    }
    for (std::size_t mcu_row = 0; mcu_row < mcu_rows; ++mcu_row) {
      for (std::size_t c = 0; c < result.planes.size(); ++c) {
        const auto count = static_cast<std::size_t>(size_of(state_.comp_info[c]) *
                                                    state_.comp_info[c].v_samp_factor);
        for (std::size_t i = 0; i < count; ++i) {
          rows_[c][i] =
              result.planes[c].samples.data() + (mcu_row * count + i) * result.planes[c].stride;
        }
        arrays_[c] = rows_[c];
      }
      jpeg_read_raw_data(&state_, arrays_, static_cast<JDIMENSION>(lines));
    }
  }

  Errors errors_{};
  jpeg_decompress_struct state_{};
  JSAMPROW rows_[MAX_COMPONENTS][MAX_SAMP_FACTOR * DCTSIZE] = {};
  JSAMPARRAY arrays_[MAX_COMPONENTS] = {};
};

}  // namespace limen::test
