// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// A caller's text as a message may show it: one line, plain ASCII, not a novel.
inline std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string safe(text.substr(0, kLongest));
  for (char& c : safe) {
    if (c < ' ' || c > '~') c = '?';
  }
  if (text.size() > kLongest) safe += "...";
  return safe;
}

}  // namespace limen::inline LIMEN_ABI
