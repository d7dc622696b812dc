// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/limen.h"

namespace limen::inline LIMEN_ABI {

/// What a limen_source gives.
struct Input {
  Bytes owned;  ///< what its function gave
  ByteView bytes;
  std::optional<ConstImageView> pixels;
};

/// Reads a function to its end. Errors: invalid_argument, io, limit_exceeded, cancelled.
Result<Input> open_input(const limen_source* given, const Limits& limits,
                         const Execution& execution);

/// The same of a source that has to be a file.
Result<Input> open_file(const limen_source* given, const Limits& limits,
                        const Execution& execution);

/// Checks everything that can be checked of borrowed memory. Errors: invalid_argument, naming
/// `name`.
Result<ImageView> to_view(const limen_pixels* given, const char* name);

/// Null data is for no bytes alone. Errors: invalid_argument.
Result<ByteView> to_bytes(const limen_bytes& given, const char* name);

}  // namespace limen::inline LIMEN_ABI
