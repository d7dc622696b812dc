// SPDX-License-Identifier: Apache-2.0
#include "limen/core/version.h"

namespace limen::inline LIMEN_ABI {

std::string_view version() { return LIMEN_VERSION; }

}  // namespace limen::inline LIMEN_ABI
