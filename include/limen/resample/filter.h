// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

/// Resampling kernels. When reducing, each is widened by the reduction, so that it antialiases.
enum class Filter : std::uint8_t {
  nearest,      ///< the sample under the output pixel's centre
  box,          ///< support 0.5: the mean of the pixels covered
  triangle,     ///< support 1: linear
  hermite,      ///< support 1: cubic without overshoot (B = 0, C = 0)
  mitchell,     ///< support 2: Mitchell and Netravali 1988, B = C = 1/3
  catmull_rom,  ///< support 2: Keys 1981, B = 0, C = 1/2
  lanczos2,     ///< support 2: sinc windowed by the first lobe of a sinc twice as wide
  lanczos3,     ///< support 3: likewise, three lobes; the default
};

constexpr std::string_view name(Filter filter) {
  switch (filter) {
    case Filter::nearest:
      return "nearest";
    case Filter::box:
      return "box";
    case Filter::triangle:
      return "triangle";
    case Filter::hermite:
      return "hermite";
    case Filter::mitchell:
      return "mitchell";
    case Filter::catmull_rom:
      return "catmull-rom";
    case Filter::lanczos2:
      return "lanczos2";
    case Filter::lanczos3:
      return "lanczos3";
  }
  return "lanczos3";
}

/// The kernel's half width in source pixels when not reducing.
constexpr double support(Filter filter) {
  switch (filter) {
    case Filter::nearest:
      return 0.0;
    case Filter::box:
      return 0.5;
    case Filter::triangle:
    case Filter::hermite:
      return 1.0;
    case Filter::mitchell:
    case Filter::catmull_rom:
    case Filter::lanczos2:
      return 2.0;
    case Filter::lanczos3:
      return 3.0;
  }
  return 3.0;
}

}  // namespace limen::inline LIMEN_ABI
