// SPDX-License-Identifier: Apache-2.0
#pragma once

// limen.h's enumerations have the values of the C++ ones; enums.cc asserts each.

#include <cstdint>
#include <string>

#include "limen/core/abi.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// `value` as an Enum whose values are 0 to `last`. Errors: invalid_argument, naming `field`.
template <class Enum>
Result<Enum> to_enum(std::int32_t value, Enum last, const char* field) {
  if (value < 0 || value > static_cast<std::int32_t>(last)) {
    return invalid_argument(std::string(field) + " " + std::to_string(value) +
                            ": allowed is 0 to " + std::to_string(static_cast<int>(last)));
  }
  return static_cast<Enum>(value);
}

template <class Enum>
constexpr std::int32_t from_enum(Enum value) {
  return static_cast<std::int32_t>(value);
}

}  // namespace limen::inline LIMEN_ABI
