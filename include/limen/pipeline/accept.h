// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "limen/core/abi.h"
#include "limen/core/format.h"

namespace limen::inline LIMEN_ABI {

/// "image/jpeg", "image/png", "image/webp" or "image/avif".
constexpr std::string_view mime_type(Format format) {
  switch (format) {
    case Format::jpeg:
      return "image/jpeg";
    case Format::png:
      return "image/png";
    case Format::webp:
      return "image/webp";
    case Format::avif:
      return "image/avif";
  }
  return "application/octet-stream";
}

/// Picks the format to answer with from a request's Accept header (RFC 9110, 12.5.1): the one with
/// the highest quality value; among equals the one that comes first in `allowed`, so list what you
/// would rather send first. Nothing where none of `allowed` is acceptable.
///
/// AVIF and WebP count only where they are named: browsers that cannot show them send `image/*` or
/// `*/*` all the same. JPEG and PNG count by wildcard too, and where the header is empty. The most
/// specific range decides (`image/png;q=0, */*` refuses PNG). Ranges that cannot be read are passed
/// over; a quality value that cannot be read counts as 0, parameters other than q do not count.
/// Names ignore case. Thread-safe, allocates nothing.
LIMEN_API std::optional<Format> pick_format(std::string_view accept,
                                            std::span<const Format> allowed);

}  // namespace limen::inline LIMEN_ABI
