// SPDX-License-Identifier: Apache-2.0
#pragma once

// Huffman decoding of a sequential scan as most files have it. Whatever is odd ends it: the caller
// then lets libjpeg begin anew, which knows how to go on and what to say.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/decode_tables.h"
#include "lib/codec/jpeg/scan_bits.h"
#include "lib/codec/jpeg/scan_bytes.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

inline constexpr std::size_t kMostMcuBlocks = 10;  ///< T.81, B.2.3

/// A group's levels, row-major as kBlockGroup says, and a place for what nobody wants: whole cache
/// lines.
inline constexpr std::size_t kLevelsOfGroup = kGroupCoefficients + 2 * kBlockGroup;

/// What one block of each MCU is coded by.
struct McuBlock {
  const DecodeTable* dc = nullptr;
  const DecodeTable* ac = nullptr;
  std::size_t component = 0;
};

/// A block of one of the MCUs that are decoded together. The table of its first symbol is what the
/// block before it ends with.
struct PlacedBlock {
  const DecodeTable* ac = nullptr;
  const DecodeTable* next_dc = nullptr;  ///< the next block's
  std::int16_t* levels = nullptr;
};

class EntropyDecoder {
 public:
  /// `mcu`: its blocks, in their order, at most kMostMcuBlocks. `places`: those of all MCUs that
  /// may be decoded together, and one more, whose `ac` and `levels` are set; the rest is not.
  /// `restart_interval` in MCUs; 0 for none. All but `bytes` itself, which is copied, must outlive
  /// this.
  EntropyDecoder(ScanBytes bytes, std::span<const McuBlock> mcu, std::span<PlacedBlock> places,
                 unsigned restart_interval);

  /// The next `count` MCUs. Levels that are not 0 are written: that of row-major frequency k of a
  /// block goes to its levels[k * kBlockGroup]. Position 64 may be written too. False where
  /// something is odd.
  bool decode(std::size_t count);

  /// Whether all that was decoded stood there.
  bool has_stood_there() const { return bits_left() >= 0; }

 private:
  bool decode_blocks(const PlacedBlock* first, const PlacedBlock* end);
  bool add_up_dc(const PlacedBlock* first, std::size_t mcus);
  void begin_interval();
  bool read_on(ScanBits& bits);
  bool restart();
  std::ptrdiff_t bits_left() const { return (bytes_.end() - bits_.next) * 8 + bits_.count(); }

  ScanBytes bytes_;
  std::span<const McuBlock> mcu_;
  std::span<const PlacedBlock> places_;
  unsigned restart_interval_;
  unsigned to_restart_ = 0;
  int next_restart_ = 0;
  ScanBits bits_;
  const std::uint8_t* safe_end_ = nullptr;  // up to here bits may be refilled
  std::array<int, 4> last_dc_{};
};

}  // namespace limen::inline LIMEN_ABI
