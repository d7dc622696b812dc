// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "lib/codec/jpeg/session.h"
#include "limen/codec/decode.h"

namespace limen::inline LIMEN_ABI {

Result<Decoded> decode_jpeg(ByteView bytes, const ImageInfo& info, const DecodeOptions& options,
                            const Execution& execution);

Result<DecodedPlanar> decode_jpeg_planar(ByteView bytes, const ImageInfo& info,
                                         const DecodeOptions& options, const Execution& execution);

/// What decode_jpeg_planar() gives for each of the options, which differ in scale and region alone,
/// from one reading of the file. Nothing where libjpeg has to decode it, once for each.
Result<std::vector<DecodedPlanar>> decode_jpeg_scales(ByteView bytes, const ImageInfo& info,
                                                      std::span<const DecodeOptions> each,
                                                      const Execution& execution);

/// Opens `jpeg`, checks that libjpeg reads the same headers as limen did, and chooses the scale.
Result<void> open_at_scale(JpegDecompressor& jpeg, const ImageInfo& info, int eighths);

/// The same of a `jpeg` that is open and was not asked for output yet.
Result<void> choose_scale(JpegDecompressor& jpeg, int eighths);

/// Runs libjpeg up to the first row of output: for a file of several scans that is most of the
/// work. `usable`: see with_best_effort().
Result<void> start_output(JpegDecompressor& jpeg, const ImageInfo& info, bool as_planes,
                          std::size_t* usable);

/// Calls `decode_once(bytes, usable)`. Where that fails with best_effort and sets `usable`, calls
/// it again with so many of the bytes: of a file of several scans, those before the broken one.
template <class DecodeOnce>
auto with_best_effort(ByteView bytes, OnDamage on_damage, const DecodeOnce& decode_once) {
  std::size_t usable = 0;
  auto decoded = decode_once(bytes, &usable);
  if (decoded || on_damage != OnDamage::best_effort || usable == 0) return decoded;
  std::size_t no_more = 0;
  auto rest = decode_once(bytes.first(usable), &no_more);
  if (!rest) return decoded;
  rest->damage = decoded.error().message;
  return rest;
}

/// What the end of the run makes of damage: an error, or with best_effort the words for it.
Result<std::string> judge_damage(const JpegDecompressor& jpeg, const Result<void>& run,
                                 OnDamage on_damage, bool has_rows);

/// Whether the coefficients known so far are not the whole picture: then libjpeg smooths over its
/// blocks' borders, and what it does at a window's edge differs.
bool is_refined(const jpeg_decompress_struct& state);

// The scaled block sizes have other names in libjpeg's newer interfaces.
#if JPEG_LIB_VERSION >= 70
inline int block_size(const jpeg_component_info& component) { return component.DCT_h_scaled_size; }
inline int least_block_size(const jpeg_decompress_struct& state) {
  return state.min_DCT_h_scaled_size;
}
#else
inline int block_size(const jpeg_component_info& component) { return component.DCT_scaled_size; }
inline int least_block_size(const jpeg_decompress_struct& state) {
  return state.min_DCT_scaled_size;
}
#endif

/// Luma samples that stand for one of the first chroma component, at the scale; one where there is
/// no chroma.
Size chroma_step(const jpeg_decompress_struct& state);

}  // namespace limen::inline LIMEN_ABI
