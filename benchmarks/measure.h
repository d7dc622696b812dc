// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "limen/core/geometry.h"
#include "limen/core/result.h"

namespace limen::bench {

/// A picture of 2 megapixels, what a phone's photo is first reduced to.
inline constexpr Size kTwoMegapixels{1632, 1224};

/// Ends a benchmark with the error's message; true where there is none.
template <class T>
bool succeeded(benchmark::State& state, const Result<T>& result) {
  if (result.has_value()) return true;
  state.SkipWithError(result.error().message.c_str());
  return false;
}

/// Input pixels a second, printed as items.
inline void count_pixels(benchmark::State& state, Size size) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(area(size)));
}

}  // namespace limen::bench
