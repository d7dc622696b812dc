// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/segments.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "lib/codec/jpeg/markers.h"

namespace limen::inline LIMEN_ABI {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kMostPayload = 65533;  // a 16-bit length counts itself

Bytes bytes_of(std::string_view text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(data, data + text.size());
}

class Plan {
 public:
  explicit Plan(std::vector<Bytes>& prefixes) : prefixes_(prefixes) {}

  Result<void> add(int marker, Bytes prefix, ByteView body, std::string_view what) {
    if (prefix.size() + body.size() > kMostPayload) {
      return unsupported("the " + std::string(what) + " of " + std::to_string(body.size()) +
                             " bytes does not fit in one segment",
                         Format::jpeg);
    }
    // The bytes of a vector stay in place when the vector itself is moved.
    prefixes_.push_back(std::move(prefix));
    segments_.push_back({marker, prefixes_.back(), body});
    return {};
  }

  // ICC.1:2022, B.4: up to 255 segments, each with its number from 1 and how many there are.
  Result<void> add_icc(ByteView profile) {
    constexpr auto kName = "ICC_PROFILE\0"sv;
    constexpr std::size_t kPart = kMostPayload - kName.size() - 2;
    const std::size_t count = (profile.size() + kPart - 1) / kPart;
    if (count > 255) {
      return unsupported("the ICC profile of " + std::to_string(profile.size()) +
                             " bytes does not fit in 255 segments",
                         Format::jpeg);
    }
    for (std::size_t i = 0; i < count; ++i) {
      Bytes prefix = bytes_of(kName);
      prefix.push_back(static_cast<std::byte>(i + 1));
      prefix.push_back(static_cast<std::byte>(count));
      const std::size_t at = i * kPart;
      const ByteView part = profile.subspan(at, std::min(kPart, profile.size() - at));
      LIMEN_TRY(add(kApp2, std::move(prefix), part, "ICC profile"));
    }
    return {};
  }

  // Adobe, "Photoshop File Formats": resource 0x0404 with an empty name, padded to an even length.
  Result<void> add_iptc(ByteView records) {
    Bytes prefix = bytes_of(
        "Photoshop 3.0\0"
        "8BIM\x04\x04\0\0"sv);
    for (int shift = 24; shift >= 0; shift -= 8) {
      prefix.push_back(static_cast<std::byte>(records.size() >> shift & 0xFF));
    }
    // A resource that is the last may go without its byte of padding; readers allow for that.
    return add(kApp13, std::move(prefix), records, "IPTC block");
  }

  std::vector<JpegSegment> take() { return std::move(segments_); }

 private:
  std::vector<Bytes>& prefixes_;
  std::vector<JpegSegment> segments_;
};

}  // namespace

Result<std::vector<JpegSegment>> plan_segments(const Metadata& metadata,
                                               std::vector<Bytes>& prefixes) {
  Plan plan(prefixes);
  if (!metadata.exif.empty()) {
    LIMEN_TRY(plan.add(kApp1, bytes_of("Exif\0\0"sv), metadata.exif, "EXIF block"));
  }
  if (!metadata.xmp.empty()) {
    LIMEN_TRY(
        plan.add(kApp1, bytes_of("http://ns.adobe.com/xap/1.0/\0"sv), metadata.xmp, "XMP packet"));
  }
  if (!metadata.icc.empty()) LIMEN_TRY(plan.add_icc(metadata.icc));
  if (!metadata.iptc.empty()) LIMEN_TRY(plan.add_iptc(metadata.iptc));
  if (!metadata.comment.empty()) {
    LIMEN_TRY(plan.add(kCom, {}, metadata.comment, "comment"));
  }
  return plan.take();
}

}  // namespace limen::inline LIMEN_ABI
