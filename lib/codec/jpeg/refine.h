// SPDX-License-Identifier: Apache-2.0
#pragma once

// Scans that tell a further bit of AC coefficients (T.81, G.1.2.3).

#include <cstdint>

#include "lib/codec/jpeg/decode_tables.h"
#include "lib/codec/jpeg/symbol_reader.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// What such a scan is about.
struct RefinedBand {
  const SymbolTable* table = nullptr;
  int first = 1;  ///< zigzag index
  int last = 63;
  int low = 0;  ///< the bit that comes
};

/// One block. `blocks_to_end`: how many are without a new coefficient, this one included. `coded`:
/// bit k for zigzag index k, not 0. False where something is odd.
bool refine_block(const RefinedBand& band, ScanReader& reader, int& blocks_to_end,
                  std::int16_t* block, std::uint64_t& coded);

}  // namespace limen::inline LIMEN_ABI
