// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/iptc.h"

#include <string_view>

#include "lib/codec/metadata_text.h"

namespace limen::inline LIMEN_ABI {

IptcCopyright read_iptc_copyright(ByteView records) {
  // A data set: 0x1C, record, number, 15 bits of length, data (IIM 4.2, 1.5). The length's top bit
  // says that a longer length follows, which no text has.
  constexpr std::size_t kHeader = 5;
  constexpr std::uint8_t kMarker = 0x1C;
  IptcCopyright copyright;
  while (records.size() >= kHeader && static_cast<std::uint8_t>(records[0]) == kMarker) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned>(records[i]); };
    const unsigned record = byte(1);
    const unsigned number = byte(2);
    const std::size_t length = byte(3) << 8 | byte(4);
    if (length >= 0x8000 || length > records.size() - kHeader) break;
    const std::string_view text(reinterpret_cast<const char*>(records.data()) + kHeader, length);
    records = records.subspan(kHeader + length);
    if (record != 2) continue;
    if (number == 116 && copyright.notice.empty()) copyright.notice = clean_text(text);
    if (number == 80 && copyright.byline.empty()) copyright.byline = clean_text(text);
    if (number == 110 && copyright.credit.empty()) copyright.credit = clean_text(text);
  }
  return copyright;
}

}  // namespace limen::inline LIMEN_ABI
