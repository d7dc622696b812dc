// SPDX-License-Identifier: Apache-2.0
#include "limen/quality/ssimulacra2.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/quality/ssimulacra2.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "limen/quality/ssimulacra2-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {
HWY_EXPORT(PrepareScales);
HWY_EXPORT(CompareScales);
}  // namespace limen::inline LIMEN_ABI

#include "limen/quality/ssimulacra2-entry.h"
#endif
