// SPDX-License-Identifier: Apache-2.0

// SSIMULACRA 2.1: the original's side, and a candidate against a prepared original. The guard's
// damage likewise.
// items_per_second counts pixels.

#include <benchmark/benchmark.h>

#include "lib/quality/guard.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/pictures.h"

namespace limen {
namespace {

void BM_Prepare(benchmark::State& state) {
  const Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  const Image original = test::scene(size, rgb8);
  Workspace workspace(1'000'000'000);
  for (auto _ : state) {
    auto prepared = Ssimulacra2::prepare(original.view(), {.workspace = &workspace});
    benchmark::DoNotOptimize(prepared);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(area(size)));
}

void BM_Compare(benchmark::State& state) {
  const Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  const Image original = test::scene(size, rgb8);
  const Image candidate = test::scene(size, rgb8, 2);
  Workspace workspace(1'000'000'000);
  const auto prepared = Ssimulacra2::prepare(original.view(), {.workspace = &workspace});
  for (auto _ : state) {
    auto score = prepared->compare(candidate.view(), {.workspace = &workspace});
    benchmark::DoNotOptimize(score);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(area(size)));
}

void BM_PrepareGuard(benchmark::State& state) {
  const Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  const Image original = test::scene(size, rgb8);
  Workspace workspace(1'000'000'000);
  for (auto _ : state) {
    auto guard = Guard::prepare(original.view(), {.workspace = &workspace});
    benchmark::DoNotOptimize(guard);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(area(size)));
}

void BM_Damage(benchmark::State& state) {
  const Size size{static_cast<int>(state.range(0)), static_cast<int>(state.range(1))};
  const Image original = test::scene(size, rgb8);
  const Image candidate = test::scene(size, rgb8, 2);
  Workspace workspace(1'000'000'000);
  const auto guard = Guard::prepare(original.view(), {.workspace = &workspace});
  for (auto _ : state) {
    auto damage = guard->damage(candidate.view(), {.workspace = &workspace});
    benchmark::DoNotOptimize(damage);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(area(size)));
}

BENCHMARK(BM_Prepare)->Args({768, 512})->Args({1600, 1200})->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Compare)->Args({768, 512})->Args({1600, 1200})->Unit(benchmark::kMillisecond);
BENCHMARK(BM_PrepareGuard)->Args({1600, 1200})->Unit(benchmark::kMillisecond);
BENCHMARK(BM_Damage)->Args({1600, 1200})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limen
