// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a format's folder gives to the registry. Public functions in codec/decode.h and
// codec/encode.h check arguments and limits that all formats share, then call these.

#include <span>
#include <string>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/codec/rewrite.h"
#include "limen/codec/trial.h"

namespace limen::inline LIMEN_ABI {

struct Codec {
  Format format;
  /// The underlying library's name and version at run time, e.g. "libjpeg-turbo 2.1.5".
  std::string (*library_version)();
  /// True if these first bytes (at least 2, often 64 or more) are this format's.
  bool (*sniff)(ByteView bytes);
  Result<ImageInfo> (*probe)(ByteView bytes, const Limits& limits);
  /// `info` is what probe() gave for the same bytes; sizes and predicted memory are checked
  /// already, `options.region` lies inside info.size, `execution.workspace` is never null.
  Result<Decoded> (*decode)(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                            const Execution& execution);
  /// Null where the format has no planar decode.
  Result<DecodedPlanar> (*decode_planar)(ByteView bytes, const ImageInfo& info,
                                         const DecodeOptions& options, const Execution& execution);
  /// Null where the format knows no scales. See decode_scales.h; as for decode_planar().
  Result<std::vector<DecodedPlanar>> (*decode_scales)(ByteView bytes, const ImageInfo& info,
                                                      std::span<const DecodeOptions> each,
                                                      const Execution& execution) = nullptr;
  std::uint64_t (*predicted_decode_bytes)(const ImageInfo& info, const DecodeOptions& options);
  /// The view is not empty, has no premultiplied alpha, is not cmyk and not f32; effort, quality
  /// and bit depth are in range; `execution.workspace` is never null.
  Result<Bytes> (*encode)(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution);
  /// Null where the format has no planar encode.
  Result<Bytes> (*encode_planar)(const PlanarImage& image, const EncodeOptions& options,
                                 const Execution& execution);
  /// Null where the format has no trials. The view as for encode(); `execution.workspace` may be
  /// null.
  Result<std::unique_ptr<Trials>> (*start_trials)(const ConstImageView& image,
                                                  const EncodeOptions& options,
                                                  const Execution& execution) = nullptr;
  /// Null where the format's files cannot be rewritten. `info` is what probe() gave for the same
  /// bytes: one frame, of a size within the limits. The orientation is one of the eight;
  /// `execution.workspace` is never null.
  Result<Bytes> (*rewrite)(ByteView file, const ImageInfo& info, const RewriteOptions& options,
                           const Execution& execution) = nullptr;
};

extern const Codec jpeg_codec;  // codec/jpeg/
extern const Codec png_codec;   // codec/png/
extern const Codec webp_codec;  // codec/webp/
extern const Codec avif_codec;  // codec/avif/

/// Calls `body(execution)` with a workspace: the caller's, or one of its own under `memory_limit`.
template <class Body>
auto with_workspace(std::uint64_t memory_limit, const Execution& execution, const Body& body) {
  if (execution.workspace != nullptr) return body(execution);
  Workspace own(memory_limit);
  // Without memory for what it holds it has no limit to speak of.
  if (own.limit() != memory_limit) return decltype(body(execution))(out_of_memory());
  Execution with_own = execution;
  with_own.workspace = &own;
  return body(with_own);
}

/// All codecs, in the order in which they are asked to sniff.
std::span<const Codec* const> codecs();

/// The codec of a format, null for one that this build has not.
const Codec* find_codec(Format format);

}  // namespace limen::inline LIMEN_ABI
