// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>

#include "benchmarks/measure.h"
#include "lib/codec/jpeg/shaped.h"
#include "limen/codec/encode.h"
#include "limen/codec/trial.h"
#include "tests/pictures.h"

namespace limen::bench {
namespace {

constexpr Quality kQuality{84};  // about where `invisible` ends for most photographs

// A scene with the grain of a camera: without it, a JPEG is smaller and quicker than photographs'.
const Image& picture() {
  static const Image image = [] {
    Image made = test::scene(kTwoMegapixels, rgb8);
    const Image grain = test::noise(kTwoMegapixels, rgb8);
    for (std::int32_t y = 0; y < kTwoMegapixels.height; ++y) {
      auto* to = made.view().row_as<std::uint8_t>(y);
      const auto* from = grain.const_view().row_as<std::uint8_t>(y);
      for (std::size_t i = 0; i < row_bytes(kTwoMegapixels, rgb8); ++i) {
        to[i] = static_cast<std::uint8_t>(std::clamp(to[i] + from[i] / 10 - 13, 0, 255));
      }
    }
    return made;
  }();
  return image;
}

EncodeOptions options_of(ChromaSubsampling chroma, int effort) {
  return {.mode = kQuality, .effort = effort, .chroma = chroma};
}

void encode_whole(benchmark::State& state, const EncodeOptions& options) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto encoded = encode(picture().view(), options, execution);
    if (!succeeded(state, encoded)) return;
    bytes = encoded->size();
  }
  count_pixels(state, kTwoMegapixels);
  state.counters["bytes"] = static_cast<double>(bytes);
}

void start(benchmark::State& state, const EncodeOptions& options) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    const auto trials = start_trials(picture().view(), options, execution);
    if (!succeeded(state, trials)) return;
    benchmark::DoNotOptimize(trials->get());
  }
  count_pixels(state, kTwoMegapixels);
}

// `use(trials, setting, execution)`: one call of what is measured.
template <class Use>
void use_trials(benchmark::State& state, const EncodeOptions& options, const Use& use) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  const auto trials = start_trials(picture().view(), options, execution);
  if (!succeeded(state, trials)) return;
  const int setting = (*trials)->setting_of(kQuality);
  for (auto _ : state) {
    auto result = use(**trials, setting, execution);
    if (!succeeded(state, result)) return;
    benchmark::DoNotOptimize(result);
  }
  count_pixels(state, kTwoMegapixels);
}

// Settings side by side in turn: the last two shown are remembered, and cost no more to show again.
void show_shaped(benchmark::State& state, const EncodeOptions& options, LevelChoice choice) {
  constexpr int kInTurn = 4;
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  const auto trials =
      start_shaped_jpeg_trials(picture().view(), options, {.choice = choice}, execution);
  if (!succeeded(state, trials)) return;
  const int setting = (*trials)->setting_of(kQuality);
  int turn = 0;
  for (auto _ : state) {
    const auto shown = (*trials)->show(setting + turn++ % kInTurn, execution);
    if (!succeeded(state, shown)) return;
    benchmark::DoNotOptimize(shown);
  }
  count_pixels(state, kTwoMegapixels);
}

void add(const std::string& name, auto&& body) {
  benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMicrosecond);
}

const bool kAdded = [] {
  for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    const std::string of = "/" + std::string(name(chroma));
    const EncodeOptions plain = options_of(chroma, 0), progressive = options_of(chroma, 4);
    EncodeOptions sequential = progressive;
    sequential.progressive = false;
    add("encode_plain" + of, [=](auto& state) { encode_whole(state, plain); });
    add("encode_sequential" + of, [=](auto& state) { encode_whole(state, sequential); });
    add("encode_progressive" + of, [=](auto& state) { encode_whole(state, progressive); });
    add("start" + of, [=](auto& state) { start(state, plain); });
    add("show" + of, [=](auto& state) {
      use_trials(state, plain, [](Trials& trials, int setting, const Execution& execution) {
        return trials.show(setting, execution);
      });
    });
    add("show_rounded" + of,
        [=](auto& state) { show_shaped(state, progressive, LevelChoice::rounded); });
    add("show_weighed" + of,
        [=](auto& state) { show_shaped(state, progressive, LevelChoice::weighed); });
    for (const auto& [kind, options] :
         {std::pair{"sequential", sequential}, std::pair{"progressive", progressive}}) {
      add(std::string("estimate_") + kind + of, [=, options = options](auto& state) {
        use_trials(state, options, [](Trials& trials, int setting, const Execution& execution) {
          return trials.estimate_bytes(setting, execution);
        });
      });
      add(std::string("finish_") + kind + of, [=, options = options](auto& state) {
        use_trials(state, options, [](Trials& trials, int setting, const Execution& execution) {
          return trials.finish(setting, execution);
        });
      });
    }
  }
  return true;
}();

}  // namespace
}  // namespace limen::bench
