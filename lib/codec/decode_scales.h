// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// What decode_planar() gives for each of the options, at least one, from one reading of the file.
/// They differ in scale and region alone. Nothing where the file has to be read for each apart.
/// Errors: as decode_planar(); working memory is that of all together.
Result<std::vector<DecodedPlanar>> decode_planar_scales(ByteView bytes,
                                                        std::span<const DecodeOptions> each,
                                                        const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
