// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pipeline's two ends without a file: pixels in, pixels out.

#include <span>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// transform() of pixels: upright, sRGB, u8 or u16, gray to rgba, straight alpha; read only during
/// the call, never copied as a whole. The same bytes come out as from a PNG of them, whose format,
/// metadata and own coding nobody asks for: a recipe without a format gives PNG, of several formats
/// that no search chooses from the first is taken, nothing is kept. `limits.input_bytes` has no
/// say. Variant::source_decodes is 0. Errors: those of transform(), unsupported (f32, CMYK,
/// premultiplied alpha).
LIMEN_API Result<std::vector<Variant>> transform(const ConstImageView& picture,
                                                 std::span<const Recipe> recipes,
                                                 const TransformOptions& options = {},
                                                 const Execution& execution = {});

/// The same for one recipe.
LIMEN_API Result<Variant> transform(const ConstImageView& picture, const Recipe& recipe,
                                    const TransformOptions& options = {},
                                    const Execution& execution = {});

/// The finished picture instead of its file: all steps but the last. sRGB, straight alpha; u8, or
/// u16 where the source has more than 8 bits and the recipe's depth is automatic; transparency is
/// blended only onto an opaque Recipe::background. The recipe's format, formats, fidelity and what
/// else it says of the file have no effect (but have to be valid) and keep_profile none either.
/// Memory comes from execution.workspace, which the image may outlive. Errors: those of transform()
/// but for the encoder's.
LIMEN_API Result<Image> render(ByteView source, const Recipe& recipe,
                               const TransformOptions& options = {},
                               const Execution& execution = {});

/// The same from pixels, as transform() takes them.
LIMEN_API Result<Image> render(const ConstImageView& picture, const Recipe& recipe,
                               const TransformOptions& options = {},
                               const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
