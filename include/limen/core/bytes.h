// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Owned bytes of a file or of a metadata block.
using Bytes = std::vector<std::byte>;

/// Borrowed bytes; the caller keeps them alive for the length of the call.
using ByteView = std::span<const std::byte>;

}  // namespace limen::inline LIMEN_ABI
