// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "limen/core/bytes.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"

namespace cli {

/// A whole file, or standard input for "-". Errors: io, limit_exceeded (input_bytes; no more than
/// one byte beyond the limit is read).
limen::Result<limen::Bytes> read_input(const std::string& path, const limen::Limits& limits);

/// Writes a file whole or not at all: into a temporary file beside it, which then takes its name.
/// "-" is standard output; what exists and is no regular file (a device, a pipe) is written to as
/// it is. Errors: io.
limen::Result<void> write_output(const std::string& path, limen::ByteView bytes);

/// Makes a folder and those above it, where they are missing. Errors: io.
limen::Result<void> make_folder(const std::string& path);

/// Lets SIGINT and SIGTERM remove temporary files that are being written before they end the tool.
void remove_unfinished_files_on_signals();

}  // namespace cli
