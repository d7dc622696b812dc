// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where an encoder's output grows: its memory counts against the caller's limit, and nothing is
// thrown through the C library that writes into it.

#include <algorithm>
#include <optional>
#include <utility>

#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI {

class ByteSink {
 public:
  /// `workspace` may be null: then nothing is counted.
  explicit ByteSink(Workspace* workspace) : workspace_(workspace) {}

  /// False where memory or the limit does not suffice; error() then says so. Never throws.
  bool append(const void* data, std::size_t size) noexcept {
    if (error_) return false;
    auto appended = contain_exceptions([&]() -> Result<void> {
      if (size > bytes_.capacity() - bytes_.size()) {
        const std::size_t capacity = std::max(bytes_.size() + size, bytes_.capacity() * 2);
        if (workspace_ != nullptr) {
          // The old block is held until the new one is filled.
          LIMEN_ASSIGN(auto held, workspace_->reserve(capacity));
          bytes_.reserve(capacity);
          held_ = std::move(held);
        } else {
          bytes_.reserve(capacity);
        }
      }
      const auto* begin = static_cast<const std::byte*>(data);
      bytes_.insert(bytes_.end(), begin, begin + size);
      return {};
    });
    if (appended) return true;
    error_ = std::move(appended).error();
    return false;
  }

  std::size_t size() const { return bytes_.size(); }
  const std::optional<Error>& error() const { return error_; }
  Bytes take() && { return std::move(bytes_); }

 private:
  Workspace* workspace_;
  MemoryReservation held_;
  Bytes bytes_;
  std::optional<Error> error_;
};

}  // namespace limen::inline LIMEN_ABI
