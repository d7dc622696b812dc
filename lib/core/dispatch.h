// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hwy/highway.h>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Obeys LIMEN_SIMD_TARGET the first time that anything is dispatched.
void apply_simd_environment_once();

}  // namespace limen::inline LIMEN_ABI

// What an `-entry.h` calls a kernel by when a `.cc` compiles it: the best version that the machine
// has. HWY_EXPORT(kernel) must stand in the same namespace.
#undef LIMEN_KERNEL
#define LIMEN_KERNEL(kernel) (::limen::apply_simd_environment_once(), HWY_DYNAMIC_DISPATCH(kernel))
