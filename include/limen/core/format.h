// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// The file formats that limen reads and writes.
enum class Format : std::uint8_t { jpeg, png, webp, avif };

/// "JPEG", "PNG", "WebP" or "AVIF", as messages print it.
constexpr std::string_view display_name(Format format) {
  switch (format) {
    case Format::jpeg:
      return "JPEG";
    case Format::png:
      return "PNG";
    case Format::webp:
      return "WebP";
    case Format::avif:
      return "AVIF";
  }
  return "unknown";
}

/// "jpeg", "png", "webp" or "avif", as options and reports spell it.
constexpr std::string_view name(Format format) {
  switch (format) {
    case Format::jpeg:
      return "jpeg";
    case Format::png:
      return "png";
    case Format::webp:
      return "webp";
    case Format::avif:
      return "avif";
  }
  return "unknown";
}

}  // namespace limen::inline LIMEN_ABI
