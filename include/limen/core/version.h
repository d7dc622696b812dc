// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// The version of the liblimen that is running, "major.minor.patch". Linked mode only.
LIMEN_API std::string_view version();

}  // namespace limen::inline LIMEN_ABI
