// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/image_view.h"

namespace limen::inline LIMEN_ABI::search {

/// About how many bytes a simple lossless coder takes: the entropy of what is left of each sample
/// once its neighbours have foretold it. Lossless WebP and PNG come to between a tenth of it, on
/// drawings that repeat themselves, and a little more than it, on noise. The picture: u8 or u16,
/// gray to rgba; 16 bits are reckoned as 8.
std::uint64_t lossless_entropy_bytes(const ConstImageView& picture);

}  // namespace limen::inline LIMEN_ABI::search
