// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/support.h"

#include <algorithm>

#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI {

std::vector<CodecSupport> supported_codecs() {
  std::vector<CodecSupport> support;
  for (const Codec* codec : codecs()) {
    support.push_back({codec->format, codec->library_version()});
  }
  std::ranges::sort(support, {}, &CodecSupport::format);
  return support;
}

}  // namespace limen::inline LIMEN_ABI
