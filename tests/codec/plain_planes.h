// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JPEG's planes by limen's own decoder of plain files alone, and how they compare with libjpeg's.

#include <cstring>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/codec/jpeg/plain_scan.h"
#include "limen/core/image.h"
#include "tests/reference/libjpeg_planes.h"

namespace limen::test {

/// Nothing where the file is left to libjpeg. Rows of MCUs above `first_row` are skipped.
inline std::optional<std::vector<Image>> plain_planes(ByteView file, int eighths,
                                                      std::int32_t first_row = 0) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  JpegDecompressor jpeg(file, execution, 1000, false);
  if (!jpeg.open()) return {};
  const auto run = jpeg.run([eighths](jpeg_decompress_struct& cinfo) {
    cinfo.scale_num = static_cast<unsigned>(eighths);
    cinfo.scale_denom = 8;
    jpeg_calc_output_dimensions(&cinfo);
  });
  if (!run) return {};
  auto scan = PlainScan::open(jpeg, workspace);
  if (!scan) return {};
  const jpeg_decompress_struct& state = jpeg.state();
  std::vector<Image> planes;
  SampleWindows windows;
  for (int c = 0; c < state.num_components; ++c) {
    const jpeg_component_info& component = state.comp_info[c];
    auto plane = Image::create({static_cast<std::int32_t>(component.downsampled_width),
                                static_cast<std::int32_t>(component.downsampled_height)},
                               gray8, nullptr);
    if (!plane) return {};
    windows[static_cast<std::size_t>(c)] = {plane->view()};
    planes.push_back(*std::move(plane));
  }
  const auto height = static_cast<std::int32_t>(state.output_height);
  for (std::int32_t row = 0; row * scan->mcu_height() < height; ++row) {
    if (!(row < first_row ? scan->skip_row() : scan->decode_row(windows))) return {};
  }
  return planes;
}

enum class PlainOutcome { left_to_libjpeg, equal, different };

/// What is not left to libjpeg has to be whole and equal to what it makes.
inline PlainOutcome compare_plain(ByteView file, int eighths = 8) {
  const auto own = plain_planes(file, eighths);
  if (!own) return PlainOutcome::left_to_libjpeg;
  const LibjpegPlanes wanted = LibjpegPlanesReader::read(file, eighths);
  if (wanted.has_failed || wanted.is_damaged || wanted.planes.size() != own->size()) {
    return PlainOutcome::different;
  }
  for (std::size_t c = 0; c < own->size(); ++c) {
    const ConstImageView plane = (*own)[c].view();
    for (std::int32_t y = 0; y < plane.size.height; ++y) {
      if (std::memcmp(plane.row(y), wanted.planes[c].row(static_cast<std::size_t>(y)),
                      static_cast<std::size_t>(plane.size.width)) != 0) {
        return PlainOutcome::different;
      }
    }
  }
  return PlainOutcome::equal;
}

}  // namespace limen::test
