// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/markers.h"

#include <algorithm>
#include <cstring>

namespace limen::inline LIMEN_ABI {

using namespace std::string_view_literals;

bool begins_with(ByteView bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(), [](char wanted, std::byte found) {
           return static_cast<unsigned char>(wanted) == std::to_integer<unsigned char>(found);
         });
}

bool is_jfif(ByteView app0) { return app0.size() >= 14 && begins_with(app0, "JFIF\0"sv); }
bool is_adobe(ByteView app14) { return app14.size() >= 12 && begins_with(app14, "Adobe"sv); }

std::optional<int> JpegMarkerWalker::next_marker() {
  while (true) {
    while (at_ < bytes_.size() && byte_at(bytes_, at_) != 0xFF) ++at_;
    marker_at_ = at_;
    while (at_ < bytes_.size() && byte_at(bytes_, at_) == 0xFF) ++at_;
    if (at_ >= bytes_.size()) return std::nullopt;
    code_at_ = at_;
    const int code = byte_at(bytes_, at_++);
    if (code != 0) return code;
  }
}

Result<ByteView> JpegMarkerWalker::segment() {
  const auto cut_short = [&] {
    return truncated(Format::jpeg, "the file ends within its headers", bytes_.size());
  };
  if (bytes_.size() - at_ < 2) return cut_short();
  const auto length = static_cast<std::size_t>(word_at(bytes_, at_));
  if (length < 2) return malformed(Format::jpeg, "a segment's length is below 2", marker_at_);
  if (bytes_.size() - at_ < length) return cut_short();
  const ByteView body = bytes_.subspan(at_ + 2, length - 2);
  at_ += length;
  return body;
}

ByteView JpegMarkerWalker::scan_data(bool ends_at_frame_marker) {
  const std::size_t begin = at_;
  while (at_ < bytes_.size()) {
    const void* found = std::memchr(bytes_.data() + at_, 0xFF, bytes_.size() - at_);
    if (found == nullptr) break;
    const auto first =
        static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes_.data());
    std::size_t code_at = first;
    while (code_at < bytes_.size() && byte_at(bytes_, code_at) == 0xFF) ++code_at;
    if (code_at == bytes_.size()) break;
    const int code = byte_at(bytes_, code_at);
    const bool is_data =
        code == 0 || (code >= kRst0 && code <= kRst7) || (ends_at_frame_marker && code < kSof0);
    if (!is_data) {
      at_ = first;
      return bytes_.subspan(begin, first - begin);
    }
    at_ = code_at + 1;
  }
  at_ = bytes_.size();
  return bytes_.subspan(begin);
}

}  // namespace limen::inline LIMEN_ABI
