// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI {

namespace {

// One line a format, in the order in which they are asked to sniff.
constexpr const Codec* kCodecs[] = {
    &jpeg_codec,
    &avif_codec,
    &png_codec,
    &webp_codec,
};

}  // namespace

std::span<const Codec* const> codecs() { return kCodecs; }

const Codec* find_codec(Format format) {
  for (const Codec* codec : codecs()) {
    if (codec->format == format) return codec;
  }
  return nullptr;
}

}  // namespace limen::inline LIMEN_ABI
