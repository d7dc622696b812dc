// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "limen/core/abi.h"
#include "limen/core/format.h"

namespace limen::inline LIMEN_ABI {

/// Errors grouped by what a caller can do about them.
enum class ErrorCode : std::uint8_t {
  invalid_argument,  ///< the call asks for something that makes no sense: mend the call
  unsupported,       ///< understood, but limen does not do it
  malformed,         ///< the input breaks its format's rules
  truncated,         ///< the input ends before its data does
  limit_exceeded,    ///< a limit of the caller's forbids it: `limit`, `asked`, `allowed` are set
  cancelled,         ///< the CancelToken was set
  out_of_memory,     ///< the system had no memory, though the limits allowed it
  io,                ///< a source or a sink failed
  internal,          ///< a defect in limen or a library below it: please report
};

/// Which limit of `Limits` was exceeded.
enum class Limit : std::uint8_t {
  input_bytes,
  side,
  pixels,
  working_memory,
  scans,
  frames,
  metadata_bytes,
};

/// What went wrong and where. `message` is one line for people; programs read the other fields.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;
  std::optional<Format> format = std::nullopt;  ///< the format being read or written, if any
  std::optional<Limit> limit = std::nullopt;    ///< set with limit_exceeded
  std::uint64_t asked = 0;                      ///< what the work would have needed
  std::uint64_t allowed = 0;                    ///< what the limit allows
  std::uint64_t offset = 0;                     ///< byte offset in the input, 0 where unknown
};

/// "invalid argument", "limit exceeded", …: the words in which messages and reports name a code.
constexpr std::string_view name(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument:
      return "invalid argument";
    case ErrorCode::unsupported:
      return "unsupported";
    case ErrorCode::malformed:
      return "malformed";
    case ErrorCode::truncated:
      return "truncated";
    case ErrorCode::limit_exceeded:
      return "limit exceeded";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::out_of_memory:
      return "out of memory";
    case ErrorCode::io:
      return "io";
    case ErrorCode::internal:
      return "internal";
  }
  return "internal";
}

/// "working memory", "pixels", …, with the unit that `asked` and `allowed` have.
constexpr std::string_view name(Limit limit) {
  switch (limit) {
    case Limit::input_bytes:
      return "input bytes";
    case Limit::side:
      return "pixels a side";
    case Limit::pixels:
      return "pixels a frame";
    case Limit::working_memory:
      return "bytes of working memory";
    case Limit::scans:
      return "scans";
    case Limit::frames:
      return "frames";
    case Limit::metadata_bytes:
      return "bytes of metadata";
  }
  return "limit";
}

inline Error invalid_argument(std::string message) {
  return Error{.code = ErrorCode::invalid_argument, .message = std::move(message)};
}

inline Error unsupported(std::string message, std::optional<Format> format = std::nullopt) {
  return Error{.code = ErrorCode::unsupported, .message = std::move(message), .format = format};
}

inline Error malformed(Format format, std::string message, std::uint64_t offset = 0) {
  return Error{.code = ErrorCode::malformed,
               .message = std::move(message),
               .format = format,
               .offset = offset};
}

inline Error truncated(Format format, std::string message, std::uint64_t offset = 0) {
  return Error{.code = ErrorCode::truncated,
               .message = std::move(message),
               .format = format,
               .offset = offset};
}

inline Error cancelled() {
  return Error{.code = ErrorCode::cancelled, .message = "cancelled by the caller"};
}

inline Error out_of_memory() {
  return Error{.code = ErrorCode::out_of_memory, .message = "the system has no memory left"};
}

/// Names the limit, what was asked and what is allowed, as every refusal by a limit does.
inline Error limit_exceeded(Limit limit, std::uint64_t asked, std::uint64_t allowed,
                            std::optional<Format> format = std::nullopt) {
  return Error{.code = ErrorCode::limit_exceeded,
               .message = std::to_string(asked) + " " + std::string(name(limit)) + " asked, " +
                          std::to_string(allowed) + " allowed",
               .format = format,
               .limit = limit,
               .asked = asked,
               .allowed = allowed};
}

}  // namespace limen::inline LIMEN_ABI
