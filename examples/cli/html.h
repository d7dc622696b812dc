// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "limen/core/bytes.h"

namespace cli {

/// Text as HTML, between tags and in quoted attributes alike. Bytes that are no UTF-8 and control
/// characters become U+FFFD, so that no file name can spoil a page.
std::string escaped(std::string_view text);

/// A file inside a page: `data:image/webp;base64,…`.
std::string data_url(std::string_view mime_type, limen::ByteView bytes);

}  // namespace cli
