// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/strip.h"

#include <algorithm>
#include <vector>

#include "lib/codec/jpeg/markers.h"
#include "lib/codec/jpeg/segments.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::size_t kJfifLength = 14;   // JFIF 1.02: without the thumbnail's pixels
constexpr std::size_t kAdobeLength = 12;  // as libjpeg reads it

bool is_kept(int marker) {
  switch (marker) {
    case kDht:
    case kDac:
    case kDqt:
    case kDnl:
    case kDri:
    case kSos:
      return true;
    default:
      return marker >= kSof0 && marker <= kSof15;
  }
}

bool is_dropped(int marker) { return marker == kCom || (marker >= kApp0 && marker <= kApp15); }

// Calls keep(bytes) for each piece of the file that stays, in order.
template <class Keep>
Result<void> walk(ByteView bytes, const ImageInfo& info, std::uint32_t max_scans,
                  const Execution& execution, const Keep& keep) {
  constexpr std::byte kEnd[] = {std::byte{0xFF}, std::byte{kEoi}};
  JpegMarkerWalker walker(bytes);
  std::uint32_t scans = 0;
  while (const std::optional<int> found = walker.next_marker()) {
    const int marker = *found;
    if (execution.is_cancelled()) return cancelled();
    if (has_no_segment(marker)) continue;
    const bool is_over = scans > 0 && !info.is_multi_scan && marker != kDnl;
    if (marker == kEoi || is_over) {
      keep(kEnd);
      return {};
    }
    // From here on what libjpeg judges of the markers between scans.
    if (scans > 0 && !is_dropped(marker) &&
        (!is_kept(marker) || (marker <= kSof15 && marker != kDht && marker != kDac))) {
      return malformed(Format::jpeg,
                       "a marker of code " + std::to_string(marker) + " stands between scans",
                       walker.marker_at());
    }
    const auto body = walker.segment();
    if (!body) {
      if (body.error().code != ErrorCode::truncated || scans == 0) return body.error();
      if (is_kept(marker)) keep(bytes.subspan(walker.at() - 2));
      return {};
    }
    if (!is_kept(marker)) continue;
    keep(walker.since_marker());
    if (marker != kSos) continue;
    if (++scans > max_scans) {
      return limit_exceeded(Limit::scans, scans, max_scans, Format::jpeg);
    }
    keep(walker.scan_data(!info.is_multi_scan));
  }
  return {};
}

void append(Bytes& to, ByteView bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

void append_header(Bytes& to, int marker, std::size_t payload) {
  const std::size_t length = payload + 2;
  for (const std::size_t value :
       {std::size_t{0xFF}, static_cast<std::size_t>(marker), length >> 8, length & 0xFF}) {
    to.push_back(static_cast<std::byte>(value));
  }
}

}  // namespace

JpegAppSegments find_app_segments(ByteView bytes) {
  JpegAppSegments segments;
  JpegMarkerWalker walker(bytes);
  while (const std::optional<int> marker = walker.next_marker()) {
    if (has_no_segment(*marker)) continue;
    const auto body = walker.segment();
    if (!body || *marker == kSos) break;
    if (*marker == kApp0 && is_jfif(*body) && segments.jfif.empty()) {
      segments.jfif.assign(body->begin(), body->begin() + kJfifLength);
      segments.jfif[12] = segments.jfif[13] = std::byte{0};  // the thumbnail's sides
    }
    // Of several, decoders obey the last.
    if (*marker == kApp14 && is_adobe(*body)) {
      segments.adobe.assign(body->begin(), body->begin() + kAdobeLength);
    }
  }
  return segments;
}

void swap_densities(JpegAppSegments& segments) {
  if (segments.jfif.empty()) return;
  std::swap_ranges(segments.jfif.begin() + 8, segments.jfif.begin() + 10,
                   segments.jfif.begin() + 10);
}

Result<Bytes> with_metadata(ByteView bytes, const ImageInfo& info, const JpegAppSegments& apps,
                            const Metadata& metadata, std::uint32_t max_scans,
                            const Execution& execution) {
  std::vector<Bytes> prefixes;
  LIMEN_ASSIGN(std::vector<JpegSegment> segments, plan_segments(metadata, prefixes));
  if (!apps.adobe.empty()) segments.insert(segments.begin(), {kApp14, {}, apps.adobe});
  if (!apps.jfif.empty()) segments.insert(segments.begin(), {kApp0, {}, apps.jfif});

  std::uint64_t total = 2;
  for (const JpegSegment& segment : segments) {
    total += 4 + segment.prefix.size() + segment.body.size();
  }
  LIMEN_TRY(
      walk(bytes, info, max_scans, execution, [&total](ByteView piece) { total += piece.size(); }));
  LIMEN_ASSIGN(const MemoryReservation held, execution.workspace->reserve(total));
  Bytes file;
  file.reserve(static_cast<std::size_t>(total));
  append(file, bytes.first(2));  // SOI
  for (const JpegSegment& segment : segments) {
    append_header(file, segment.marker, segment.prefix.size() + segment.body.size());
    append(file, segment.prefix);
    append(file, segment.body);
  }
  LIMEN_TRY(
      walk(bytes, info, max_scans, execution, [&file](ByteView piece) { append(file, piece); }));
  return file;
}

}  // namespace limen::inline LIMEN_ABI
