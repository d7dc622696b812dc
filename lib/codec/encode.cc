// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/encode.h"

#include "lib/codec/codec.h"
#include "limen/codec/trial.h"

namespace limen::inline LIMEN_ABI {

namespace {

Result<const Codec*> codec_for_writing(const EncodeOptions& options) {
  if (const auto* quality = std::get_if<Quality>(&options.mode)) {
    // Written so that NaN fails.
    if (!(quality->value >= 0 && quality->value <= 100)) {
      return invalid_argument("quality " + std::to_string(quality->value) + " is outside 0 to 100");
    }
  }
  if (const auto* near = std::get_if<NearLossless>(&options.mode)) {
    if (near->level < 0 || near->level > 100) {
      return invalid_argument("near-lossless level " + std::to_string(near->level) +
                              " is outside 0 to 100");
    }
    if (options.format != Format::webp) {
      return unsupported("near-lossless is WebP's alone", options.format);
    }
  }
  if (std::holds_alternative<Lossless>(options.mode) && options.format == Format::jpeg) {
    return unsupported("JPEG has no lossless mode here", options.format);
  }
  if (options.chroma == ChromaSubsampling::other) {
    return invalid_argument("`other` names no chroma subsampling to encode in");
  }
  if (options.effort < 0 || options.effort > 9) {
    return invalid_argument("effort " + std::to_string(options.effort) + " is outside 0 to 9");
  }
  if (options.bit_depth != 8 && !(options.bit_depth == 10 && options.format == Format::avif)) {
    return invalid_argument("a bit depth of " + std::to_string(options.bit_depth) + " for " +
                            std::string(display_name(options.format)));
  }
  const Codec* codec = find_codec(options.format);
  if (codec == nullptr) return unsupported("not in this build", options.format);
  return codec;
}

Result<void> check_pixels(const ConstImageView& image, Format format) {
  if (is_empty(image.size) || image.data == nullptr) {
    return invalid_argument("there are no pixels to encode");
  }
  if (image.format.layout == Layout::cmyk || image.format.sample == SampleType::f32) {
    return unsupported("encoders take gray or RGB of 8 or 16 bits: convert first", format);
  }
  if (image.format.has_alpha() && image.format.alpha == AlphaMode::premultiplied) {
    return invalid_argument("encoders take straight alpha: unpremultiply first");
  }
  return {};
}

}  // namespace

Result<Bytes> encode(const ConstImageView& image, const EncodeOptions& options,
                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<Bytes> {
    LIMEN_ASSIGN(const Codec* codec, codec_for_writing(options));
    LIMEN_TRY(check_pixels(image, options.format));
    if (execution.is_cancelled()) return cancelled();
    return with_workspace(Limits{}.working_memory, execution, [&](const Execution& within) {
      return codec->encode(image, options, within);
    });
  });
}

Result<Bytes> encode_planar(const PlanarImage& image, const EncodeOptions& options,
                            const Execution& execution) {
  return contain_exceptions([&]() -> Result<Bytes> {
    LIMEN_ASSIGN(const Codec* codec, codec_for_writing(options));
    if (!image.planes[0].has_pixels()) return invalid_argument("there are no pixels to encode");
    if (codec->encode_planar == nullptr) {
      return unsupported("planes cannot be encoded as they are", options.format);
    }
    if (execution.is_cancelled()) return cancelled();
    return with_workspace(Limits{}.working_memory, execution, [&](const Execution& within) {
      return codec->encode_planar(image, options, within);
    });
  });
}

Result<std::unique_ptr<Trials>> start_trials(const ConstImageView& image,
                                             const EncodeOptions& options,
                                             const Execution& execution) {
  return contain_exceptions([&]() -> Result<std::unique_ptr<Trials>> {
    EncodeOptions lossy = options;
    lossy.mode = Quality{};
    LIMEN_ASSIGN(const Codec* codec, codec_for_writing(lossy));
    LIMEN_TRY(check_pixels(image, options.format));
    if (codec->start_trials == nullptr) {
      return unsupported("this format has no trials", options.format);
    }
    return codec->start_trials(image, lossy, execution);
  });
}

}  // namespace limen::inline LIMEN_ABI
