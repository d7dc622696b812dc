// SPDX-License-Identifier: Apache-2.0
#pragma once

// EXIF written anew from what a source had.

#include <optional>
#include <string_view>

#include "lib/codec/exif.h"

namespace limen::inline LIMEN_ABI {

/// A TIFF stream with these texts alone; no bytes at all if both are empty.
Bytes write_copyright_exif(std::string_view artist, std::string_view copyright);

/// The stream as it was, but upright and without the thumbnail: entries stay where they are,
/// because maker notes count from the stream's start. The thumbnail's bytes are cut off where they
/// are the last and zeroed elsewhere. Nothing where the stream is too broken for that to be
/// certain.
std::optional<Bytes> write_upright_exif(const TiffStream& stream);

}  // namespace limen::inline LIMEN_ABI
