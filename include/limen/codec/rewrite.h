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
  /// All the metadata that the result has, written as encode() writes it: nothing of the file's own
  /// stays but what its picture needs. Filtered already by the caller's policy; an ICC profile too.
  /// Without one the result says nothing of colours, or what a PNG's cICP, sRGB, gAMA and cHRM
  /// say: gAMA and cHRM go with a profile that the caller does not pass on.
  Metadata metadata = {};
  /// Turns the stored picture without loss: what a viewer who obeys this EXIF orientation would see
  /// becomes the stored picture. JPEG only, by its coefficients, and only where the sides that are
  /// mirrored end with a whole block of each component (multiples of 8, of 16 for a chroma that is
  /// halved that way). The caller's EXIF block should say `top_left` then, or nothing.
  Orientation orientation = Orientation::top_left;
  Limits limits = {};
};

/// The file's coded picture, not decoded, under other metadata.
///
/// JPEG by segment: tables, frame and scans byte for byte, a JFIF header (its density) and Adobe's
/// colour marker stay; thumbnails, further pictures (MPF, gain maps) and whatever stands behind the
/// end go. PNG by chunk: IHDR, PLTE and tRNS where they count, IDAT, and what tells the meaning of
/// the samples. WebP by RIFF chunk: ALPH, VP8, VP8L. AVIF and animations are unsupported. IPTC and
/// comments go where encode() lets them go.
///
/// Not turned, the picture that decode() makes of the result is byte for byte the one it makes of
/// the file; the result is not larger than the file and the framed metadata (WebP: and a byte of
/// padding that a file lacked), and rewriting it again changes nothing. Pixels are not looked at:
/// damage in them stays, noticed by decode() as before, and a JPEG or PNG that lacks its end is
/// handed back without one. A PNG's checksums are compared.
///
/// Turned, the coefficients are the same ones, turned, coded anew in the file's own process
/// (progressive, arithmetic, or Huffman with tables made for it, no restarts); all of the picture
/// must be undamaged. What a decoder rounds on the way to pixels may then fall otherwise. With
/// libjpeg-turbo, as decode() uses it: `bottom_left` is exact, but for a chroma that is halved only
/// vertically; else gray, RGB and CMYK samples differ by at most 1, those made from YCbCr by at
/// most 5 of 255 (measured: 2 with 4:4:4 mirrored, 5 with 4:2:2 turned), on average by less than
/// 0.3. Memory: twice the coefficients, 2 bytes each; else the result alone.
///
/// Errors: malformed, truncated, unsupported (format; a turn that would lose pixels),
/// invalid_argument (an orientation outside 1 to 8), limit_exceeded, cancelled, out_of_memory.
/// Thread-safe.
LIMEN_API Result<Bytes> rewrite(ByteView file, const RewriteOptions& options,
                                const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
