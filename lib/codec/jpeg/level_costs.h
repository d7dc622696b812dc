// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/codec/jpeg/huffman.h"
#include "lib/codec/jpeg/shaped_rows.h"
#include "lib/codec/jpeg/symbols.h"

namespace limen::inline LIMEN_ABI {

/// What codes made for these counts would take, in bits and their fractions. Rare symbols are taken
/// to be about as frequent as the standard's tables have them.
LevelCosts costs_of(const RunCounts& runs, TablePlane plane);

}  // namespace limen::inline LIMEN_ABI
