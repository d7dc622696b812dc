// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/codec.h"
#include "lib/codec/jpeg/decode.h"
#include "lib/codec/jpeg/encode.h"
#include "lib/codec/jpeg/geometry.h"
#include "lib/codec/jpeg/header.h"
#include "lib/codec/jpeg/rewrite.h"
#include "lib/codec/jpeg/trial.h"

namespace limen::inline LIMEN_ABI {

namespace {

#define LIMEN_TEXT_(x) #x
#define LIMEN_TEXT(x) LIMEN_TEXT_(x)

// libjpeg cannot be asked for its version: this is the one that limen was built with.
std::string library_version() {
#ifdef LIBJPEG_TURBO_VERSION
  return "libjpeg-turbo " LIMEN_TEXT(LIBJPEG_TURBO_VERSION);
#else
  return "libjpeg " LIMEN_TEXT(JPEG_LIB_VERSION);
#endif
}

#undef LIMEN_TEXT
#undef LIMEN_TEXT_

bool is_jpeg(ByteView bytes) {
  return bytes.size() >= 2 && bytes[0] == std::byte{0xFF} && bytes[1] == std::byte{0xD8};
}

Result<ImageInfo> probe_jpeg(ByteView bytes, const Limits& limits) {
  LIMEN_ASSIGN(const JpegHeader header, read_jpeg_header(bytes, limits));
  return describe(header);
}

}  // namespace

const Codec jpeg_codec = {
    .format = Format::jpeg,
    .library_version = library_version,
    .sniff = is_jpeg,
    .probe = probe_jpeg,
    .decode = decode_jpeg,
    .decode_planar = decode_jpeg_planar,
    .decode_scales = decode_jpeg_scales,
    .predicted_decode_bytes = predicted_jpeg_bytes,
    .encode = encode_jpeg,
    .encode_planar = encode_jpeg_planar,
    .start_trials = start_jpeg_trials,
    .rewrite = rewrite_jpeg,
};

}  // namespace limen::inline LIMEN_ABI
