// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/geometry.h"
#include "limen/core/limits.h"
#include "limen/core/metadata.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

struct RewriteOptions {
  /// All the metadata that the result has: nothing of the file's own stays but what its picture
  /// needs (palette, transparency, gamma, quantisation, Huffman tables, Adobe's colour marker).
  /// Filtered already by the caller's policy; an ICC profile too.
  Metadata metadata = {};
  /// Turns the stored picture without loss: what a viewer who obeys this EXIF orientation would see
  /// becomes the stored picture. JPEG only, by its coefficients, and only where its sides are whole
  /// MCUs in the directions that are mirrored.
  Orientation orientation = Orientation::top_left;
  Limits limits = {};
};

/// The file's coded picture, not decoded, under other metadata: JPEG by segment (its scans stay
/// byte for byte unless it is turned), PNG by chunk, WebP by RIFF chunk. Files of several frames
/// and AVIF are unsupported. The picture that decode() makes of the result is byte for byte the one
/// it makes of the file, turned by `orientation`. Errors: malformed, truncated, unsupported
/// (format; a turn that would lose pixels), limit_exceeded, cancelled, out_of_memory. Thread-safe.
LIMEN_API Result<Bytes> rewrite(ByteView file, const RewriteOptions& options,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
