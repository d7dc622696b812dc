// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/rewrite.h"

#include "lib/codec/codec.h"

namespace limen::inline LIMEN_ABI {

namespace {

Result<void> check_request(const Codec& codec, const ImageInfo& info,
                           const RewriteOptions& options) {
  if (codec.rewrite == nullptr) {
    return unsupported("files of " + std::string(display_name(info.format)) +
                           " cannot be rewritten without decoding them",
                       info.format);
  }
  if (auto sized = check_size(info.size, options.limits); !sized) {
    sized.error().format = info.format;
    return sized;
  }
  if (info.frames > 1) {
    return unsupported(
        "an animation of " + std::to_string(info.frames) + " frames is not rewritten", info.format);
  }
  return {};
}

}  // namespace

Result<Bytes> rewrite(ByteView file, const RewriteOptions& options, const Execution& execution) {
  return contain_exceptions([&]() -> Result<Bytes> {
    const int orientation = static_cast<int>(options.orientation);
    if (orientation < 1 || orientation > 8) {
      return invalid_argument("an orientation of " + std::to_string(orientation) +
                              " is outside 1 to 8");
    }
    if (file.size() > options.limits.input_bytes) {
      return limit_exceeded(Limit::input_bytes, file.size(), options.limits.input_bytes);
    }
    LIMEN_ASSIGN(const Format format, sniff(file));
    const Codec* codec = find_codec(format);
    if (codec == nullptr) return unsupported("not in this build", format);
    LIMEN_ASSIGN(const ImageInfo info, codec->probe(file, options.limits));
    LIMEN_TRY(check_request(*codec, info, options));
    if (execution.is_cancelled()) return cancelled();
    return with_workspace(options.limits.working_memory, execution,
                          [&](const Execution& within) -> Result<Bytes> {
                            return codec->rewrite(file, info, options, within);
                          });
  });
}

}  // namespace limen::inline LIMEN_ABI
