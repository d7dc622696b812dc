// SPDX-License-Identifier: Apache-2.0
#include "limen/core/version.h"

#include "limen/codec/support.h"
#include "limen/core/simd_target.h"
#include "session.h"

namespace cli {

void print_version(Session& session) {
  if (!session.json) {
    session.print("limen " + std::string(limen::version()) + "\n");
    return;
  }
  Json codecs = Json::array();
  for (const limen::CodecSupport& codec : limen::supported_codecs()) {
    codecs.push_back({{"format", name(codec.format)}, {"library", codec.library}});
  }
  session.print(Json{{"version", limen::version()},
                     {"codecs", codecs},
                     {"simd_target", limen::simd_target()},
                     {"simd_targets", limen::simd_targets()}});
}

}  // namespace cli
