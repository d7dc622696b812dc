// SPDX-License-Identifier: Apache-2.0
#pragma once

// The coefficients of a progressive JPEG (T.81, annex G; 8 bits, Huffman coding), gathered from all
// of its scans. Whatever is odd ends it: libjpeg then decodes the file from its beginning.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/session.h"
#include "limen/core/geometry.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

/// A component's blocks, whole MCUs of them, in groups as kBlockGroup says.
struct StoredBlocks {
  std::int32_t across = 0;
  std::int32_t down = 0;
  std::int32_t groups = 0;  ///< of a row
  std::int16_t* levels = nullptr;
  std::uint64_t* coded = nullptr;  ///< by block of the groups: bit k for zigzag index k, not 0

  std::size_t place(std::int32_t x, std::int32_t y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(groups) * kBlockGroup +
           static_cast<std::size_t>(x);
  }
  /// Its level of row-major frequency k is at [k * kBlockGroup].
  std::int16_t* block(std::size_t place) const {
    return levels + place / kBlockGroup * kGroupCoefficients + place % kBlockGroup;
  }
  const std::int16_t* group(std::int32_t g, std::int32_t y) const {
    return block(place(g * static_cast<std::int32_t>(kBlockGroup), y));
  }
};

class ProgressiveScans {
 public:
  /// An upper bound of the memory that it takes for a picture of this size.
  static std::uint64_t memory_bytes(Size size, int components);

  /// Nothing where libjpeg has to decode the file, or memory is refused. `jpeg`: its headers are
  /// read, nothing more. `room`: ScanBytes::kRoom bytes for this call.
  static std::optional<ProgressiveScans> read(const JpegDecompressor& jpeg, std::uint8_t* room,
                                              Workspace& workspace);

  const StoredBlocks& component(std::size_t c) const { return components_[c]; }

 private:
  ProgressiveScans() = default;
  bool take_memory(const jpeg_decompress_struct& state, Workspace& workspace);

  Buffer buffer_;
  std::array<StoredBlocks, 3> components_;
};

}  // namespace limen::inline LIMEN_ABI
