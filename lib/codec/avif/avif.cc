// SPDX-License-Identifier: Apache-2.0
#include <avif/avif.h>

#include <string>

#include "lib/codec/avif/container.h"
#include "lib/codec/avif/decode.h"
#include "lib/codec/avif/encode.h"
#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI {

namespace {

std::string library_version() {
  char codecs[256] = "";
  avifCodecVersions(codecs);
  return std::string("libavif ") + avifVersion() + " (" + codecs + ")";
}

}  // namespace

const Codec avif_codec = {
    .format = Format::avif,
    .library_version = library_version,
    .sniff = has_avif_brand,
    .probe = probe_avif,
    .decode = decode_avif,
    .decode_planar = nullptr,
    .predicted_decode_bytes = predicted_avif_decode_bytes,
    .encode = encode_avif,
    .encode_planar = nullptr,
    .start_trials = start_avif_trials,
};

}  // namespace limen::inline LIMEN_ABI
