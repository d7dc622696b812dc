// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "limen/core/bytes.h"
#include "limen/core/limits.h"
#include "limen/core/simd_target.h"
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

/// Any of the instruction sets that were built and this machine has: what comes out is the same.
/// The preset builds one, `cmake --preset fuzz -DLIMEN_SIMD=all` all of them.
inline void use_some_target(std::uint64_t choice) {
  static const std::vector<std::string> targets = simd_targets();
  expect(force_simd_target(targets[choice % targets.size()]).has_value(), "no such target");
}

}  // namespace limen::fuzz
