// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/format.h"

namespace limen::inline LIMEN_ABI {

/// A format that this build reads and writes.
struct CodecSupport {
  Format format = Format::jpeg;
  std::string library;  ///< name and version at run time, e.g. "libjpeg-turbo 2.1.5"
};

/// What this build supports, in the order of Format. For bug reports. Thread-safe.
LIMEN_API std::vector<CodecSupport> supported_codecs();

}  // namespace limen::inline LIMEN_ABI
