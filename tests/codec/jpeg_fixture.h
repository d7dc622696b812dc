// SPDX-License-Identifier: Apache-2.0
#pragma once

// JPEG files that limen's own encoder does not write, made by libjpeg directly, and small tools to
// take files apart.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "limen/core/bytes.h"
#include "limen/core/image.h"

namespace limen::test {

struct JpegFixture {
  std::string name = "plain";
  J_COLOR_SPACE pixels = JCS_RGB;
  J_COLOR_SPACE coded = JCS_YCbCr;
  int quality = 85;
  bool is_progressive = false;
  std::vector<jpeg_scan_info> script{};  ///< instead of libjpeg's, if any
  bool is_arithmetic = false;
  bool is_interleaved = true;
  unsigned restart_interval = 0;
  bool has_adobe = false;
  /// Codes of DC differences of 1 to 12 bits, the longest for those that are 0.
  bool has_long_dc_codes = false;
  /// Horizontal and vertical factor of each component; 0 leaves libjpeg's.
  std::array<std::array<int, 2>, 4> sampling{};
};

/// Encodes u8 pixels of 1, 3 or 4 channels.
inline Bytes make_jpeg(const ConstImageView& image, const JpegFixture& fixture) {
  jpeg_error_mgr errors;
  jpeg_compress_struct state;
  state.err = jpeg_std_error(&errors);  // exits the test program on a mistake in a fixture
  jpeg_create_compress(&state);
  unsigned char* data = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&state, &data, &size);
  state.image_width = static_cast<JDIMENSION>(image.size.width);
  state.image_height = static_cast<JDIMENSION>(image.size.height);
  state.input_components = image.format.channels();
  state.in_color_space = fixture.pixels;
  jpeg_set_defaults(&state);
  jpeg_set_colorspace(&state, fixture.coded);
  jpeg_set_quality(&state, fixture.quality, TRUE);
  state.arith_code = fixture.is_arithmetic;
  state.restart_interval = fixture.restart_interval;
  state.write_Adobe_marker = fixture.has_adobe || state.write_Adobe_marker;
  for (int table = 0; fixture.has_long_dc_codes && table < 2; ++table) {
    JHUFF_TBL& dc = *state.dc_huff_tbl_ptrs[table];
    for (int i = 0; i < 12; ++i) {
      dc.bits[i + 1] = 1;
      dc.huffval[i] = static_cast<UINT8>(11 - i);
    }
    std::fill_n(dc.bits + 13, 4, UINT8{0});
  }
  std::vector<jpeg_scan_info> scans;
  for (int i = 0; i < state.num_components; ++i) {
    const auto& factors = fixture.sampling[static_cast<std::size_t>(i)];
    if (factors[0] != 0) {
      state.comp_info[i].h_samp_factor = factors[0];
      state.comp_info[i].v_samp_factor = factors[1];
    }
    jpeg_scan_info scan{};
    scan.comps_in_scan = 1;
    scan.component_index[0] = i;
    scan.Se = 63;
    scans.push_back(scan);
  }
  if (fixture.is_progressive) jpeg_simple_progression(&state);
  if (!fixture.script.empty()) {
    state.scan_info = fixture.script.data();
    state.num_scans = static_cast<int>(fixture.script.size());
  }
  if (!fixture.is_interleaved) {
    state.scan_info = scans.data();
    state.num_scans = static_cast<int>(scans.size());
  }
  jpeg_start_compress(&state, TRUE);
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(image.row_as<JSAMPLE>(y));
    jpeg_write_scanlines(&state, &row, 1);
  }
  jpeg_finish_compress(&state);
  jpeg_destroy_compress(&state);
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  Bytes file(bytes, bytes + size);
  std::free(data);
  return file;
}

/// The varieties that decoders must know: sampling, process, colour.
inline std::vector<JpegFixture> jpeg_varieties() {
  using Sampling = std::array<std::array<int, 2>, 4>;
  struct Named {
    const char* name;
    Sampling sampling;
  };
  const Named samplings[] = {
      {"444", {{{1, 1}, {1, 1}, {1, 1}}}},         {"422", {{{2, 1}, {1, 1}, {1, 1}}}},
      {"420", {{{2, 2}, {1, 1}, {1, 1}}}},         {"440", {{{1, 2}, {1, 1}, {1, 1}}}},
      {"411", {{{4, 1}, {1, 1}, {1, 1}}}},         {"410", {{{4, 2}, {1, 1}, {1, 1}}}},
      {"441", {{{1, 4}, {1, 1}, {1, 1}}}},         {"3x1", {{{3, 1}, {1, 1}, {1, 1}}}},
      {"2x2_2x1_1x2", {{{2, 2}, {2, 1}, {1, 2}}}}, {"luma_reduced", {{{1, 1}, {2, 2}, {1, 2}}}},
      {"all_2x2", {{{2, 2}, {2, 2}, {2, 2}}}},
  };
  std::vector<JpegFixture> all;
  for (const Named& sampling : samplings) {
    // Twelve blocks are more than one MCU may have: those are coded by component.
    const bool fits = std::string(sampling.name) != "all_2x2";
    JpegFixture fixture;
    fixture.sampling = sampling.sampling;
    fixture.name = std::string("baseline_") + sampling.name;
    fixture.is_interleaved = fits;
    all.push_back(fixture);
    if (!fits) continue;
    fixture.name = std::string("progressive_") + sampling.name;
    fixture.is_progressive = true;
    all.push_back(fixture);
  }
  const auto add = [&](const char* name, auto change) {
    JpegFixture fixture;
    change(fixture);
    fixture.name = name;
    all.push_back(fixture);
  };
  add("arithmetic", [](JpegFixture& f) { f.is_arithmetic = true; });
  add("arithmetic_progressive", [](JpegFixture& f) { f.is_arithmetic = f.is_progressive = true; });
  add("restart", [](JpegFixture& f) { f.restart_interval = 3; });
  add("separate_scans", [](JpegFixture& f) { f.is_interleaved = false; });
  add("rgb", [](JpegFixture& f) { f.coded = JCS_RGB; });
  add("gray", [](JpegFixture& f) { f.pixels = f.coded = JCS_GRAYSCALE; });
  add("gray_progressive", [](JpegFixture& f) {
    f.pixels = f.coded = JCS_GRAYSCALE;
    f.is_progressive = true;
  });
  add("gray_2x2", [](JpegFixture& f) {
    f.pixels = f.coded = JCS_GRAYSCALE;
    f.sampling[0] = {2, 2};
  });
  add("cmyk", [](JpegFixture& f) { f.pixels = f.coded = JCS_CMYK; });
  add("cmyk_without_adobe_marker", [](JpegFixture& f) { f.pixels = f.coded = JCS_CMYK; });
  add("ycck_420", [](JpegFixture& f) {
    f.pixels = JCS_CMYK;
    f.coded = JCS_YCCK;
    f.sampling = {{{2, 2}, {1, 1}, {1, 1}, {2, 2}}};
  });
  return all;
}

inline int byte_of(const Bytes& file, std::size_t at) { return std::to_integer<int>(file[at]); }

/// Where each marker segment before the first scan's data begins, by its code; SOS is the last.
inline std::vector<std::size_t> segments_of(const Bytes& file) {
  std::vector<std::size_t> starts;
  for (std::size_t at = 2; at + 4 <= file.size();) {
    starts.push_back(at);
    if (byte_of(file, at + 1) == 0xDA) break;
    at += 2 + static_cast<std::size_t>(byte_of(file, at + 2) << 8 | byte_of(file, at + 3));
  }
  return starts;
}

/// Where the first segment of that code begins.
inline std::size_t find_segment(const Bytes& file, int code) {
  for (const std::size_t at : segments_of(file)) {
    if (byte_of(file, at + 1) == code) return at;
  }
  ADD_FAILURE() << "the file has no segment " << code;
  return 2;
}

/// A segment with its marker and length.
inline Bytes make_segment(int code, const std::string& payload) {
  const std::size_t length = payload.size() + 2;
  Bytes segment = {std::byte{0xFF}, static_cast<std::byte>(code),
                   static_cast<std::byte>(length >> 8), static_cast<std::byte>(length & 0xFF)};
  for (const char c : payload) segment.push_back(static_cast<std::byte>(c));
  return segment;
}

/// The file with segments put right behind SOI.
inline Bytes with_segments(const Bytes& file, const std::vector<Bytes>& segments) {
  Bytes result(file.begin(), file.begin() + 2);
  for (const Bytes& segment : segments) {
    result.insert(result.end(), segment.begin(), segment.end());
  }
  result.insert(result.end(), file.begin() + 2, file.end());
  return result;
}

}  // namespace limen::test
