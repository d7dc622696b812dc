// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/level_costs.h"

#include <array>
#include <cstddef>

#include "lib/codec/jpeg/shaped_tables.h"

namespace limen::inline LIMEN_ABI {

namespace {

// T.81, F.1.2.2: the end of a block, and 16 zeros.
constexpr std::size_t kEndOfBlock = 0x00;
constexpr std::size_t kSixteenZeros = 0xF0;

// So many symbols of the standard's frequencies are added to the picture's own.
constexpr double kAdded = 64;

}  // namespace

LevelCosts costs_of(const RunCounts& runs, TablePlane plane) {
  std::array<double, 256> counts{};
  for (std::size_t run = 0; run < 64; ++run) {
    const std::size_t sixteens = run / 16;
    if (run > 0) counts[kEndOfBlock] += runs[16 * run];
    for (std::size_t size = 1; size < 16; ++size) {
      const auto times = static_cast<double>(runs[16 * run + size]);
      counts[16 * (run % 16) + size] += times;
      counts[kSixteenZeros] += times * static_cast<double>(sixteens);
    }
  }
  const HuffmanTable standard = standard_table(TableKind::ac, plane);
  double total = 0;
  for (std::size_t symbol = 0; symbol < 256; ++symbol) {
    const int length = standard.lengths[symbol];
    counts[symbol] += length == 0 ? kAdded / (1 << 16) : kAdded / (1 << length);
    total += counts[symbol];
  }
  const auto bits = [&](std::size_t symbol) { return binary_logarithm(total / counts[symbol]); };
  LevelCosts costs;
  const double sixteen = bits(kSixteenZeros);
  for (std::size_t size = 1; size < costs.level.size(); ++size) {
    for (std::size_t run = 0; run < 64; ++run) {
      const std::size_t sixteens = run / 16;
      costs.level[size][run] =
          static_cast<float>(static_cast<double>(sixteens) * sixteen +
                             bits(16 * (run % 16) + size) + static_cast<double>(size));
    }
  }
  costs.end = static_cast<float>(bits(kEndOfBlock));
  return costs;
}

}  // namespace limen::inline LIMEN_ABI
