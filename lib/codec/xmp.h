// SPDX-License-Identifier: Apache-2.0
#pragma once

// What of an XMP packet (ISO 16684-1) an output keeps.

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// What a packet has that reports name. Set whether or not it is kept.
struct XmpContent {
  bool gps = false;
  bool serial_number = false;
  bool thumbnail = false;
  bool gain_map = false;
  bool other = false;  ///< anything that says nothing of copyright
};

/// One value of a property: a text, or a structure's fields.
struct XmpItem {
  std::string language;  ///< of a text in several languages
  std::string text;
  std::vector<std::pair<std::size_t, std::string>> fields;  ///< index into the known fields, text
};

/// Copyright, creator, credit and licence, as XMP tells them.
class XmpCopyright {
 public:
  XmpCopyright();

  /// Adds what a packet says. False where it cannot be read.
  bool read(std::string_view packet, XmpContent& content);

  /// Fill in what no packet said. Nothing happens for an empty text.
  void offer_rights(std::string_view text);
  void offer_creator(std::string_view text);
  void offer_credit(std::string_view text);

  /// A packet written anew; no bytes at all if there is nothing to say.
  Bytes write() const;

 private:
  std::vector<std::vector<XmpItem>> values_;  ///< one a known property
};

/// The packet without orientation, thumbnails and references to a gain map or to other parts of the
/// source's file. Nothing where it cannot be read.
std::optional<Bytes> write_upright_xmp(std::string_view packet, XmpContent& content);

}  // namespace limen::inline LIMEN_ABI
