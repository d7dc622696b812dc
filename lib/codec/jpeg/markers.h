// SPDX-License-Identifier: Apache-2.0
#pragma once

// The marker layer of JPEG (ITU-T T.81, annex B): codes, and a walk from segment to segment.

#include <cstddef>
#include <optional>
#include <string_view>

#include "limen/core/bytes.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// Marker codes of ITU-T T.81, table B.1, and of JPEG-LS.
enum JpegMarker : int {
  kTem = 0x01,
  kSof0 = 0xC0,
  kDht = 0xC4,
  kJpg = 0xC8,
  kDac = 0xCC,
  kSof15 = 0xCF,
  kRst0 = 0xD0,
  kRst7 = 0xD7,
  kSoi = 0xD8,
  kEoi = 0xD9,
  kSos = 0xDA,
  kDqt = 0xDB,
  kDnl = 0xDC,
  kDri = 0xDD,
  kDhp = 0xDE,
  kApp0 = 0xE0,
  kApp1 = 0xE1,
  kApp2 = 0xE2,
  kApp13 = 0xED,
  kApp14 = 0xEE,
  kApp15 = 0xEF,
  kSof55 = 0xF7,
  kLse = 0xF8,
  kCom = 0xFE,
};

/// True for markers that stand alone, RSTn and TEM, wherever they are.
constexpr bool has_no_segment(int marker) {
  return (marker >= kRst0 && marker <= kRst7) || marker == kTem;
}

inline int byte_at(ByteView bytes, std::size_t index) { return std::to_integer<int>(bytes[index]); }
inline int word_at(ByteView bytes, std::size_t index) {
  return byte_at(bytes, index) << 8 | byte_at(bytes, index + 1);
}

/// True if `bytes` begin with `text`, its zeros included.
bool begins_with(ByteView bytes, std::string_view text);

/// True for the payload of an APP0 that is a JFIF header, of an APP14 that is Adobe's: what
/// decoders take the colour space from.
bool is_jfif(ByteView app0);
bool is_adobe(ByteView app14);

/// Goes from marker to marker, starting behind SOI.
class JpegMarkerWalker {
 public:
  explicit JpegMarkerWalker(ByteView bytes) : bytes_(bytes), at_(2) {}

  /// The next marker's code; nothing where the input ends before one. Bytes that are no marker are
  /// passed over, as every reader does (some writers pad with junk).
  std::optional<int> next_marker();

  /// The payload of the segment whose marker was just found. Errors: malformed, truncated.
  Result<ByteView> segment();

  /// Passes over the entropy-coded data behind a scan's header and gives them back: up to the next
  /// marker other than RSTn, or all that is left. `ends_at_frame_marker`: codes below SOF0, which
  /// mean nothing, do not end them either.
  ByteView scan_data(bool ends_at_frame_marker);

  std::size_t at() const { return at_; }                ///< behind what was read
  std::size_t marker_at() const { return marker_at_; }  ///< of the last marker's first byte, 0xFF
  /// The last marker's two bytes and all that was read behind them.
  ByteView since_marker() const { return bytes_.subspan(code_at_ - 1, at_ - code_at_ + 1); }

 private:
  ByteView bytes_;
  std::size_t at_;
  std::size_t marker_at_ = 0;
  std::size_t code_at_ = 0;
};

}  // namespace limen::inline LIMEN_ABI
