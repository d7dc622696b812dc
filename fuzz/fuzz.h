// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "limen/core/bytes.h"
#include "limen/core/limits.h"
#include "tests/properties/outcome.h"

namespace limen::fuzz {

inline ByteView bytes_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

/// Small enough that thousands of inputs a second go through.
inline Limits limits() {
  Limits limits;
  limits.pixels = 1u << 20;
  limits.working_memory = 64'000'000;
  limits.scans = 20;
  limits.frames = 100;
  return limits;
}

/// A finding: libFuzzer keeps the input of a process that aborts.
inline void expect_none(const std::string& complaint) {
  if (complaint.empty()) return;
  std::fprintf(stderr, "%s\n", complaint.c_str());
  std::abort();
}

inline void expect(bool holds, const char* what) {
  if (!holds) expect_none(what);
}

/// A number that follows from the input (FNV-1a), to choose options by without giving bytes to it.
inline std::uint64_t choice(const std::uint8_t* data, std::size_t size) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (std::size_t i = 0; i < size; ++i) hash = (hash ^ data[i]) * 0x100000001b3ull;
  return hash >> 20;
}

}  // namespace limen::fuzz
