// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

/// What a unit of its own instruction set made of the same picture.
struct Outcome {
  std::string target;        ///< Highway's name of the set that its code was compiled for
  bool as_expected = false;  ///< whether that is the set that the build asked for
  std::string error;         ///< empty if all went well
  std::vector<std::uint8_t> pixels;
};

/// The picture, made without limen: 3 * 200 * 120 samples.
inline constexpr int kWidth = 200;
inline constexpr int kHeight = 120;
std::vector<std::uint8_t> source_pixels();

Outcome run_baseline(const std::vector<std::uint8_t>& source);
Outcome run_wide(const std::vector<std::uint8_t>& source);
