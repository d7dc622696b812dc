// SPDX-License-Identifier: Apache-2.0
#pragma once

// One scan of a progressive JPEG (T.81, annex G), once its header is read.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/decode_tables.h"
#include "lib/codec/jpeg/progressive_scans.h"
#include "lib/codec/jpeg/symbol_reader.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// What a scan's header says, and the tables that it names.
struct ProgressiveHeader {
  struct Part {
    StoredBlocks* blocks = nullptr;
    std::int32_t across = 1;  ///< of an MCU; with one part an MCU is a block
    std::int32_t down = 1;
    SymbolTable table;  ///< of DC or AC, which a refinement of DC has none of
  };
  std::size_t count = 0;
  std::array<Part, 3> parts;
  Size mcus;  ///< of the scan
  unsigned restart_interval = 0;
  int first = 0;  ///< zigzag index
  int last = 0;
  int high = 0;  ///< the bit that is known, 0 for none
  int low = 0;   ///< the bit that comes
};

class ProgressiveScan {
 public:
  /// `bytes`: from behind the header on. `room`: ScanBytes::kRoom bytes. All must outlive this.
  ProgressiveScan(const ProgressiveHeader& header, ByteView bytes, std::uint8_t* room,
                  const CancelToken* cancel);

  /// Adds to the header's blocks. False where something is odd, or cancelled.
  bool decode();

  /// Behind it, when all is decoded: a marker's code and what follows.
  int marker() const { return reader_.bytes.marker(); }
  ByteView behind_marker() const { return reader_.bytes.behind_marker(); }

 private:
  template <class Block>
  bool decode_mcus(const Block& block);
  bool decode_first_dc(std::size_t part, std::size_t place);
  bool decode_next_dc(std::size_t part, std::size_t place);
  bool decode_first_ac(std::size_t place);
  bool decode_next_ac(std::size_t place);

  void begin_interval();
  bool end_interval();

  const ProgressiveHeader& header_;
  ScanReader reader_;
  const CancelToken* cancel_;
  std::array<int, 3> last_dc_{};
  int blocks_to_end_ = 0;  // without a coefficient that comes, the one at hand included
};

}  // namespace limen::inline LIMEN_ABI
