// SPDX-License-Identifier: Apache-2.0
#pragma once

// Text as it comes out of metadata blocks, made safe to show and to embed again.

#include <string>
#include <string_view>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// A text is cut to this many bytes: longer than any copyright notice, short enough for one JPEG
/// segment to hold a few of them.
inline constexpr std::size_t kMaxTextBytes = 8192;

/// True for well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing past U+10FFFF).
bool is_utf8(std::string_view text);

/// Appends one code point; what is no Unicode scalar value becomes U+FFFD.
void append_utf8(std::string& text, char32_t code_point);

/// UTF-8 without control characters (they become spaces), trimmed, cut to kMaxTextBytes at a
/// character's edge. Bytes that are not UTF-8 are taken for ISO 8859-1, which is what cameras and
/// editors write instead.
std::string clean_text(std::string_view raw);

}  // namespace limen::inline LIMEN_ABI
