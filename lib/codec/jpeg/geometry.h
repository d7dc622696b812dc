// SPDX-License-Identifier: Apache-2.0
#pragma once

// The reduced grid that a scaled decode gives, windows of it, and the memory that decoding takes.

#include <cstdint>

#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

/// The DCT scale in eighths, 8, 4, 2 or 1: the smallest that the options allow.
int pick_scale(Size stored, const DecodeOptions& options);

/// Sides times eighths / 8, rounded up.
Size scaled_size(Size stored, int eighths);

/// The window of the reduced grid that holds every pixel of `region` (all of it where not given).
Rect scaled_window(Size stored, const std::optional<Rect>& region, int eighths);

/// Grown to whole chroma samples of `columns` by `rows` pixels, as far as the picture goes.
Rect grown_window(const Rect& window, Size picture, int columns, int rows);

/// Upper bound of what libjpeg allocates for itself to read headers, and its objects.
inline constexpr std::uint64_t kLibjpegHeaderBytes = std::uint64_t{256} * 1024;

/// Upper bound of what it allocates beyond that to decode such a picture. As planes it needs no
/// rows of its own.
std::uint64_t libjpeg_decode_bytes(const ImageInfo& info, bool as_planes);

/// That, the result and the rows between them; the larger of pixels and planes.
std::uint64_t predicted_jpeg_bytes(const ImageInfo& info, const DecodeOptions& options);

}  // namespace limen::inline LIMEN_ABI
