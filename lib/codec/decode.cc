// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/decode.h"

#include "lib/codec/codec.h"
#include "lib/codec/decode_scales.h"

namespace limen::inline LIMEN_ABI {

namespace {

Result<const Codec*> codec_of(ByteView bytes, const Limits& limits) {
  if (bytes.size() > limits.input_bytes) {
    return limit_exceeded(Limit::input_bytes, bytes.size(), limits.input_bytes);
  }
  LIMEN_ASSIGN(const Format format, sniff(bytes));
  return find_codec(format);
}

bool is_region_inside(const ImageInfo& info, const DecodeOptions& options) {
  return !options.region || lies_inside(*options.region, info.size);
}

// What every decoder may rely on: sizes within the limits, a region inside, memory that suffices.
Result<void> check_request(const Codec& codec, const ImageInfo& info, const DecodeOptions& options,
                           const Execution& execution) {
  if (auto sized = check_size(info.size, options.limits); !sized) {
    sized.error().format = info.format;
    return sized;
  }
  if (info.frames > options.limits.frames) {
    return limit_exceeded(Limit::frames, info.frames, options.limits.frames, info.format);
  }
  if (!is_region_inside(info, options)) {
    return invalid_argument("the region does not lie inside the picture's " +
                            std::to_string(info.size.width) + "x" +
                            std::to_string(info.size.height));
  }
  if (options.at_least && is_empty(*options.at_least)) {
    return invalid_argument("at_least has a side below 1");
  }
  // Only now: the prediction reckons with a region that makes sense.
  const std::uint64_t needed = codec.predicted_decode_bytes(info, options);
  const std::uint64_t held = execution.workspace->bytes_in_use();
  const std::uint64_t limit = execution.workspace->limit();
  if (needed > limit || held > limit - needed) {
    return limit_exceeded(Limit::working_memory, needed + held, limit, info.format);
  }
  if (execution.is_cancelled()) return cancelled();
  return {};
}

}  // namespace

Result<ImageInfo> probe(ByteView bytes, const Limits& limits) {
  return contain_exceptions([&]() -> Result<ImageInfo> {
    LIMEN_ASSIGN(const Codec* codec, codec_of(bytes, limits));
    return codec->probe(bytes, limits);
  });
}

Result<Decoded> decode(ByteView bytes, const DecodeOptions& options, const Execution& execution) {
  return contain_exceptions([&]() -> Result<Decoded> {
    LIMEN_ASSIGN(const Codec* codec, codec_of(bytes, options.limits));
    LIMEN_ASSIGN(const ImageInfo info, codec->probe(bytes, options.limits));
    return with_workspace(options.limits.working_memory, execution,
                          [&](const Execution& within) -> Result<Decoded> {
                            LIMEN_TRY(check_request(*codec, info, options, within));
                            return codec->decode(bytes, info, options, within);
                          });
  });
}

bool has_planar_decode(const ImageInfo& info) {
  switch (info.format) {
    case Format::jpeg:
      return (info.model == ColorModel::ycbcr || info.model == ColorModel::gray) &&
             info.subsampling != ChromaSubsampling::other;
    case Format::webp:
      return !info.is_lossless;
    default:
      return false;
  }
}

Result<DecodedPlanar> decode_planar(ByteView bytes, const DecodeOptions& options,
                                    const Execution& execution) {
  return contain_exceptions([&]() -> Result<DecodedPlanar> {
    LIMEN_ASSIGN(const Codec* codec, codec_of(bytes, options.limits));
    LIMEN_ASSIGN(const ImageInfo info, codec->probe(bytes, options.limits));
    if (codec->decode_planar == nullptr || !has_planar_decode(info)) {
      return unsupported("this file has no planes to decode to", info.format);
    }
    return with_workspace(options.limits.working_memory, execution,
                          [&](const Execution& within) -> Result<DecodedPlanar> {
                            LIMEN_TRY(check_request(*codec, info, options, within));
                            return codec->decode_planar(bytes, info, options, within);
                          });
  });
}

Result<std::vector<DecodedPlanar>> decode_planar_scales(ByteView bytes,
                                                        std::span<const DecodeOptions> each,
                                                        const Execution& execution) {
  const Limits& limits = each.front().limits;
  LIMEN_ASSIGN(const Codec* codec, codec_of(bytes, limits));
  LIMEN_ASSIGN(const ImageInfo info, codec->probe(bytes, limits));
  if (codec->decode_scales == nullptr || !has_planar_decode(info)) {
    return std::vector<DecodedPlanar>();
  }
  for (const DecodeOptions& options : each) {
    LIMEN_TRY(check_request(*codec, info, options, execution));
  }
  return codec->decode_scales(bytes, info, each, execution);
}

std::uint64_t predicted_decode_bytes(const ImageInfo& info, const DecodeOptions& options) {
  const Codec* codec = find_codec(info.format);
  if (codec == nullptr || is_empty(info.size)) return 0;
  if (is_region_inside(info, options)) return codec->predicted_decode_bytes(info, options);
  DecodeOptions without = options;
  without.region.reset();
  return codec->predicted_decode_bytes(info, without);
}

}  // namespace limen::inline LIMEN_ABI
