// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"

namespace limen::inline LIMEN_ABI {

/// a * b, or nothing where that does not fit.
constexpr std::optional<std::uint64_t> checked_multiply(std::uint64_t a, std::uint64_t b) {
  if (b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b) return std::nullopt;
  return a * b;
}

/// a + b, or nothing where that does not fit.
constexpr std::optional<std::uint64_t> checked_add(std::uint64_t a, std::uint64_t b) {
  if (a > std::numeric_limits<std::uint64_t>::max() - b) return std::nullopt;
  return a + b;
}

/// A byte count rounded up to a multiple of `alignment`, a power of two.
constexpr std::optional<std::uint64_t> checked_align_up(std::uint64_t bytes,
                                                        std::uint64_t alignment) {
  const auto padded = checked_add(bytes, alignment - 1);
  if (!padded) return std::nullopt;
  return *padded & ~(alignment - 1);
}

}  // namespace limen::inline LIMEN_ABI
