// SPDX-License-Identifier: Apache-2.0
#pragma once

// The file that libjpeg itself writes of a picture: what limen's own writers are held against.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <jpeglib.h>

#include "limen/codec/encode.h"

namespace limen::test {

class LibjpegFile {
 public:
  /// 8-bit gray or RGB; `options` as encode() takes them, with a chroma that has a name.
  static Bytes of(const ConstImageView& image, const EncodeOptions& options) {
    const bool is_gray = image.format.layout == Layout::gray;
    LibjpegFile file(image.size, is_gray ? JCS_GRAYSCALE : JCS_RGB,
                     is_gray ? ChromaSubsampling::gray : options.chroma, options);
    jpeg_start_compress(&file.state_, TRUE);
    for (std::int32_t y = 0; y < image.size.height; ++y) {
      auto* row = const_cast<JSAMPROW>(image.row_as<JSAMPLE>(y));
      jpeg_write_scanlines(&file.state_, &row, 1);
    }
    return file.finish();
  }

  static Bytes of(const PlanarImage& image, const EncodeOptions& options) {
    const bool is_gray = image.subsampling == ChromaSubsampling::gray;
    LibjpegFile file(image.size(), is_gray ? JCS_GRAYSCALE : JCS_YCbCr, image.subsampling, options);
    file.write_planes(image);
    return file.finish();
  }

 private:
  LibjpegFile(Size size, J_COLOR_SPACE pixels, ChromaSubsampling chroma,
              const EncodeOptions& options) {
    state_.err = jpeg_std_error(&errors_);  // exits the test program on a mistake
    jpeg_create_compress(&state_);
    jpeg_mem_dest(&state_, &data_, &size_);
    state_.image_width = static_cast<JDIMENSION>(size.width);
    state_.image_height = static_cast<JDIMENSION>(size.height);
    state_.in_color_space = pixels;
    state_.input_components = pixels == JCS_GRAYSCALE ? 1 : 3;
    jpeg_set_defaults(&state_);
    const bool is_gray = chroma == ChromaSubsampling::gray;
    jpeg_set_colorspace(&state_, is_gray ? JCS_GRAYSCALE : JCS_YCbCr);
    jpeg_set_quality(&state_, static_cast<int>(std::get<Quality>(options.mode).value), TRUE);
    state_.optimize_coding = options.effort > 0 ? TRUE : FALSE;
    if (!is_gray) {
      const Size step = chroma_size({4, 4}, chroma);
      state_.comp_info[0].h_samp_factor = 4 / step.width;
      state_.comp_info[0].v_samp_factor = 4 / step.height;
    } else {
      state_.comp_info[0].h_samp_factor = state_.comp_info[0].v_samp_factor = 1;
    }
    if (options.progressive && options.effort >= 3) jpeg_simple_progression(&state_);
    if (options.progressive && options.effort == 2) choose_brief_progression();
  }
  ~LibjpegFile() {
    jpeg_destroy_compress(&state_);
    std::free(data_);
  }

  // Luma up to zigzag index 8, chroma, the rest of luma, nothing put off.
  void choose_brief_progression() {
    const int components = state_.num_components;
    const auto add = [&](std::vector<int> of, int first, int last) {
      jpeg_scan_info& scan = brief_.emplace_back();
      scan = {};
      scan.comps_in_scan = static_cast<int>(of.size());
      std::ranges::copy(of, scan.component_index);
      scan.Ss = first;
      scan.Se = last;
    };
    add(components == 1 ? std::vector<int>{0} : std::vector<int>{0, 1, 2}, 0, 0);
    add({0}, 1, 8);
    for (int c = components - 1; c > 0; --c) add({c}, 1, 63);
    add({0}, 9, 63);
    state_.scan_info = brief_.data();
    state_.num_scans = static_cast<int>(brief_.size());
  }

  void write_planes(const PlanarImage& image) {
    state_.raw_data_in = TRUE;
    jpeg_start_compress(&state_, TRUE);
    const int lines = DCTSIZE * state_.max_v_samp_factor;
    while (state_.next_scanline < state_.image_height) {
      const int mcu_row = static_cast<int>(state_.next_scanline) / lines;
      std::vector<std::vector<JSAMPLE>> samples;
      std::vector<std::vector<JSAMPROW>> rows;
      std::vector<JSAMPARRAY> arrays;
      for (int c = 0; c < state_.num_components; ++c) {
        const ConstImageView plane = image.planes[static_cast<std::size_t>(c)].const_view();
        const int count = DCTSIZE * state_.comp_info[c].v_samp_factor;
        auto& of_plane = rows.emplace_back();
        for (int i = 0; i < count; ++i) {
          const auto* from =
              plane.row_as<JSAMPLE>(std::min(mcu_row * count + i, plane.size.height - 1));
          auto& row = samples.emplace_back(from, from + plane.size.width);
          row.resize(row.size() + 32, row.back());
          of_plane.push_back(row.data());
        }
      }
      for (auto& of_plane : rows) arrays.push_back(of_plane.data());
      jpeg_write_raw_data(&state_, arrays.data(), static_cast<JDIMENSION>(lines));
    }
  }

  Bytes finish() {
    jpeg_finish_compress(&state_);
    const auto* bytes = reinterpret_cast<const std::byte*>(data_);
    return Bytes(bytes, bytes + size_);
  }

  jpeg_error_mgr errors_{};
  jpeg_compress_struct state_{};
  std::vector<jpeg_scan_info> brief_;  // while they are used
  unsigned char* data_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace limen::test
