// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/codec/jpeg/coefficients.h"

namespace limen::inline LIMEN_ABI {

/// The progressive file of a picture, byte for byte what libjpeg makes of it, in a fraction of the
/// time: libjpeg goes through all coefficients twice for each of its ten scans. Sides are at most
/// 65535. Errors: as encode_coefficients().
Result<Bytes> encode_progressive(const QuantizedPicture& picture, const Metadata& metadata,
                                 const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
