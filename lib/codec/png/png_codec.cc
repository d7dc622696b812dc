// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/png/png_codec.h"

#include <png.h>

#include <cstring>

#include "lib/codec/png/chunks.h"

namespace limen::inline LIMEN_ABI {

namespace png {

bool sniff(ByteView bytes) {
  return bytes.size() >= kSignature.size() &&
         std::memcmp(bytes.data(), kSignature.data(), kSignature.size()) == 0;
}

namespace {

std::string library_version() { return "libpng " + std::string(png_get_libpng_ver(nullptr)); }

}  // namespace

}  // namespace png

const Codec png_codec = {
    .format = Format::png,
    .library_version = png::library_version,
    .sniff = png::sniff,
    .probe = png::probe,
    .decode = png::decode,
    .decode_planar = nullptr,
    .predicted_decode_bytes = png::predicted_decode_bytes,
    .encode = png::encode,
    .encode_planar = nullptr,
    .rewrite = png::rewrite,
};

}  // namespace limen::inline LIMEN_ABI
