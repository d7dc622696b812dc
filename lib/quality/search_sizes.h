// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finding the finest setting of a ladder whose file is small enough.

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI::search {

/// How much the logarithm of a file's size grows where that of the mean loss falls by one, as seen
/// on photographs.
inline constexpr double kSizeGrowth = 1.0;

/// A setting's size; nothing where it may not be had any more.
using SizeOf = std::function<Result<std::optional<std::uint64_t>>(int setting)>;

struct Fit {
  int setting = -1;        ///< the highest that was seen to fit; -1: none
  bool is_closed = false;  ///< the one above was seen not to fit, or there is none
};

/// The highest setting that fits into `bytes`, starting at `first`: sizes are taken to grow with
/// the settings, in logarithms as `curve` (the log of the mean loss at each setting) falls.
Result<Fit> largest_fit(const std::vector<double>& curve, std::uint64_t bytes, int first,
                        const SizeOf& size_of);

}  // namespace limen::inline LIMEN_ABI::search
