// SPDX-License-Identifier: Apache-2.0
#pragma once

// Structs that start with their own size. Programs and libraries of different versions meet here,
// so a new field goes to the end of its struct, never into what was padding there: an older program
// leaves that as it is.

#include <cstddef>
#include <cstring>
#include <string>
#include <type_traits>

#include "limen/core/abi.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// More than any version will have: beyond it a size is a mistake, and not read.
inline constexpr std::size_t kLargestStruct = 4096;

/// Whether some version of the struct could have this size. A multiple of its alignment: no pointer
/// is ever cut in two.
template <class Struct>
constexpr bool is_size_of(std::size_t size) {
  static_assert(std::is_standard_layout_v<Struct> && std::is_trivially_copyable_v<Struct>);
  static_assert(offsetof(Struct, struct_size) == 0 && sizeof(Struct) <= kLargestStruct);
  return size >= sizeof(std::size_t) && size % alignof(Struct) == 0 && size <= kLargestStruct;
}

/// The size in front; the rest of `given` need not be there.
inline std::size_t struct_size_of(const void* given) {
  std::size_t size = 0;
  std::memcpy(&size, given, sizeof size);
  return size;
}

inline Error wrong_struct_size(const char* name, std::size_t size) {
  return invalid_argument(std::string(name) + ": a struct_size of " + std::to_string(size) +
                          " is none that it ever had: set it by the struct's _init, or to sizeof");
}

/// What `given` says, and `defaults` for fields that it is too small to have. What it has beyond
/// our own size must be 0, as `_init` leaves it: a field that is set but not known is refused.
/// Errors: invalid_argument (size), unsupported.
template <class Struct>
Result<Struct> read_struct(const Struct* given, const Struct& defaults, const char* name) {
  Struct known = defaults;
  if (given != nullptr) {
    const std::size_t size = struct_size_of(given);
    if (!is_size_of<Struct>(size)) return wrong_struct_size(name, size);
    const auto* bytes = reinterpret_cast<const unsigned char*>(given);
    std::memcpy(&known, bytes, size < sizeof(Struct) ? size : sizeof(Struct));
    for (std::size_t i = sizeof(Struct); i < size; ++i) {
      if (bytes[i] != 0) {
        return unsupported(std::string(name) + ": sets a field at byte " + std::to_string(i) +
                           " that this version of limen does not have");
      }
    }
  }
  known.struct_size = sizeof(Struct);
  return known;
}

/// Writes as much as the caller's struct has room for; what it has beyond ours becomes 0.
/// Errors: invalid_argument (null, size).
template <class Struct>
Result<void> write_struct(const Struct& filled, Struct* into, const char* name) {
  if (into == nullptr) return invalid_argument(std::string(name) + " is null");
  const std::size_t size = struct_size_of(into);
  if (!is_size_of<Struct>(size)) return wrong_struct_size(name, size);
  auto* bytes = reinterpret_cast<unsigned char*>(into);
  const std::size_t known = size < sizeof(Struct) ? size : sizeof(Struct);
  std::memcpy(bytes, &filled, known);
  std::memset(bytes + known, 0, size - known);
  std::memcpy(bytes, &size, sizeof size);
  return {};
}

/// What an `_init` does. A size that no version has leaves a struct_size of 0, which every function
/// refuses.
template <class Struct>
void init_struct(const Struct& defaults, Struct* into, std::size_t size) {
  if (into == nullptr || size < sizeof(std::size_t)) return;
  if (!is_size_of<Struct>(size)) {
    std::memset(into, 0, sizeof(std::size_t));
    return;
  }
  std::memcpy(into, &size, sizeof size);
  // Cannot fail: there is a struct and its size is right.
  static_cast<void>(write_struct(defaults, into, ""));
}

}  // namespace limen::inline LIMEN_ABI
