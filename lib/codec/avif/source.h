// SPDX-License-Identifier: Apache-2.0
#pragma once

// An AVIF file opened by libavif, and what its headers say.

#include <avif/avif.h>

#include <memory>

#include "lib/codec/avif/container.h"
#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

struct AvifDecoderDeleter {
  void operator()(avifDecoder* decoder) const { avifDecoderDestroy(decoder); }
};
struct AvifImageDeleter {
  void operator()(avifImage* image) const { avifImageDestroy(image); }
};
using AvifImagePointer = std::unique_ptr<avifImage, AvifImageDeleter>;

/// A file that ends too early, as a stream of which more is to come: what lies behind its end is
/// then not there yet, instead of wrong.
struct AvifCutFile {
  avifIO io = {};
  ByteView bytes;
};

struct AvifSource {
  AvifContainer container;
  Bytes mended;  ///< what the decoder reads from, if the file needed mending
  std::unique_ptr<AvifCutFile> cut_file;
  std::unique_ptr<avifDecoder, AvifDecoderDeleter> decoder;

  const avifImage& image() const { return *decoder->image; }
};

struct AvifOpenOptions {
  Limits limits;
  bool read_metadata = false;
  bool bears_cut = false;  ///< a file that ends too early is parsed, and decoded as far as it goes
  unsigned threads = 1;
  /// The largest coded picture that may be met. Larger ones end as malformed.
  std::uint64_t most_pixels = AVIF_DEFAULT_IMAGE_SIZE_LIMIT;
};

/// Parses the container. `bytes` must outlive the source. Errors: unsupported, malformed,
/// truncated, limit_exceeded (frames), out_of_memory.
Result<AvifSource> open_avif(ByteView bytes, const AvifOpenOptions& options);

/// The part of the coded picture that is to be shown: the clean aperture, or all of it where there
/// is none or a broken one.
Rect clean_aperture(const avifImage& image);

/// What an opened file says of its picture.
ImageInfo info_of(const AvifSource& source);

/// EXIF from "II" or "MM" on, XMP and ICC, as far as they were read.
Metadata metadata_of(const avifImage& image);

/// What a call into libavif came back with. `decoder` may be null.
Error error_of(avifResult result, const avifDecoder* decoder, const AvifContainer& container);

}  // namespace limen::inline LIMEN_ABI
