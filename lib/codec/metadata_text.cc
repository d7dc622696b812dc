// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/metadata_text.h"

#include <cstdint>

namespace limen::inline LIMEN_ABI {

namespace {

// Length of the well-formed sequence that `text` begins with, 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  // The second byte's range is what excludes overlong forms, surrogates and values past U+10FFFF
  // (RFC 3629, section 4).
  std::size_t length = 0;
  std::uint8_t low = 0x80;
  std::uint8_t high = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (text.size() < length || byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

void append_utf8(std::string& text, char32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) code_point = 0xFFFD;
  const auto append = [&](char32_t byte) { text.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | (code_point >> 6));
    append(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    append(0xE0 | (code_point >> 12));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  } else {
    append(0xF0 | (code_point >> 18));
    append(0x80 | ((code_point >> 12) & 0x3F));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  }
}

std::string clean_text(std::string_view raw) {
  const bool utf8 = is_utf8(raw);
  std::string text;
  while (!raw.empty()) {
    const std::size_t length = utf8 ? sequence_length(raw) : 1;
    const std::string_view character = raw.substr(0, length);
    raw.remove_prefix(length);
    const auto lead = static_cast<std::uint8_t>(character[0]);
    std::string piece;
    if (length == 1) {
      const bool is_control = lead < 0x20 || lead == 0x7F || (lead >= 0x80 && lead < 0xA0);
      append_utf8(piece, is_control ? U' ' : char32_t{lead});
    } else if ((lead == 0xC2 && static_cast<std::uint8_t>(character[1]) < 0xA0) ||
               character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") {
      piece = " ";  // the C1 controls; U+FFFE and U+FFFF, which XML 1.0 forbids
    } else {
      piece = character;
    }
    if (text.empty() && piece == " ") continue;
    if (text.size() + piece.size() > kMaxTextBytes) break;
    text += piece;
  }
  text.resize(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace limen::inline LIMEN_ABI
