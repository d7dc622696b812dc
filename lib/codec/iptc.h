// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "limen/core/abi.h"
#include "limen/core/bytes.h"

namespace limen::inline LIMEN_ABI {

/// What IPTC-IIM records (version 4.2, application record 2) say of copyright; texts as
/// clean_text() gives them, empty where absent.
struct IptcCopyright {
  std::string notice;  ///< 2:116
  std::string byline;  ///< 2:80, the first
  std::string credit;  ///< 2:110
};

/// Never fails: reading ends at what is no data set, or reaches beyond the end.
IptcCopyright read_iptc_copyright(ByteView records);

}  // namespace limen::inline LIMEN_ABI
