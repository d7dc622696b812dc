// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// Base 64 with padding (RFC 4648, 4).
std::string base64(ByteView bytes);

}  // namespace limen::inline LIMEN_ABI
