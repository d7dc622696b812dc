// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way by which most JPEGs are decoded: Huffman coding, sequential in one scan or progressive,
// entropy decoder and inverse DCT limen's own. libjpeg has read the headers. It decodes all other
// files, and those in which anything is odd, from their beginning: what it makes of them and says
// about them stays its.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "lib/codec/jpeg/entropy_decoder.h"
#include "lib/codec/jpeg/progressive_scans.h"
#include "lib/codec/jpeg/restore.h"
#include "lib/codec/jpeg/session.h"
#include "limen/core/image_view.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// A part of a component's plane: `view`, 8 bits of one channel, holds what begins at (x, y).
struct SampleWindow {
  ImageView view;
  std::int32_t x = 0;
  std::int32_t y = 0;
};
using SampleWindows = std::array<SampleWindow, 3>;

/// How many samples a block has each way, by component: what a scale comes to.
using BlockSizes = std::array<int, 3>;
BlockSizes block_sizes(const jpeg_decompress_struct& state);

/// Windows of the picture at a scale.
struct ScaledWindows {
  BlockSizes block_sizes{};
  SampleWindows windows;
};

class PlainScan {
 public:
  /// Working memory of it, without the coefficients of a progressive file.
  static std::uint64_t memory_bytes();

  /// Nothing where the file is another one, or memory for it is refused. `jpeg`: its headers are
  /// read and its scale is chosen, nothing more. It and the workspace must outlive this.
  static std::optional<PlainScan> open(const JpegDecompressor& jpeg, Workspace& workspace);

  /// Rows of pixels, at the scale that was chosen, that a row of MCUs stands for.
  std::int32_t mcu_height() const { return mcu_height_; }

  /// The next row of MCUs: the samples that lie in the windows, one a component, those that
  /// libjpeg-turbo's accurate inverse DCT gives, or its reduced ones. False where something is odd:
  /// then nothing of it may be used.
  bool decode_row(const SampleWindows& windows) {
    const ScaledWindows scaled{block_sizes_, windows};
    return decode_row(std::span(&scaled, 1));
  }
  /// The same at several scales.
  bool decode_row(std::span<const ScaledWindows> scales);
  /// The same without samples.
  bool skip_row();

 private:
  struct Room;
  struct Component {
    int across = 1;
    int down = 1;                    // blocks of an MCU
    std::int16_t* levels = nullptr;  // its groups: `down` rows of `across`
    Dequantizer dequantizer;
  };

  PlainScan() = default;
  struct Columns {
    std::int32_t first = 0;
    std::int32_t end = 0;
  };

  bool prepare(const jpeg_decompress_struct& state, Room& room);
  Columns columns_in(std::span<const ScaledWindows> scales) const;
  bool skip(std::int32_t mcus);
  bool decode_stored_row(std::span<const ScaledWindows> scales);
  bool place(const Component& component, int block_size, std::int32_t first_mcu,
             const SampleWindow& window);
  bool place_group(const std::int16_t* levels, const Dequantizer& dequantizer, int side,
                   std::int32_t left, std::int32_t top, const ImageView& view);

  Buffer buffer_;
  Room* room_ = nullptr;
  std::size_t count_ = 0;
  std::array<Component, 3> components_;
  BlockSizes block_sizes_{};
  std::size_t level_count_ = 0;
  std::int32_t mcu_columns_ = 0;
  std::int32_t mcu_height_ = 0;
  std::int32_t row_ = 0;                    // of MCUs, the next one
  std::optional<EntropyDecoder> decoder_;   // of a sequential file
  std::optional<ProgressiveScans> stored_;  // of a progressive one
};

}  // namespace limen::inline LIMEN_ABI
