// SPDX-License-Identifier: Apache-2.0
// The main job, whole: a file's bytes in, finished files out.

#include <benchmark/benchmark.h>

#include <optional>
#include <vector>

#include "benchmarks/measure.h"
#include "limen/codec/encode.h"
#include "limen/pipeline/transform.h"
#include "limen/pipeline/transform_many.h"
#include "tests/pictures.h"

namespace limen::bench {
namespace {

// Sequential, as cameras write them.
const Bytes& source() {
  static const Bytes bytes = [] {
    auto encoded = encode(test::scene(kTwoMegapixels, rgb8).view(),
                          {.format = Format::jpeg, .effort = 2, .progressive = false});
    return encoded.has_value() ? *std::move(encoded) : Bytes();
  }();
  return bytes;
}

Recipe recipe(std::int32_t width, Format format, ShrinkAccuracy shrink = ShrinkAccuracy::exact) {
  Recipe made;
  made.width = width;
  made.format = format;
  made.shrink = shrink;
  made.effort = 2;
  made.fidelity = Quality{80};  // what searching costs is quality_bench's to say
  return made;
}

void run(benchmark::State& state, const std::vector<Recipe>& recipes) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  const Bytes& bytes = source();
  for (auto _ : state) {
    const auto variants = transform(bytes, recipes, {}, execution);
    if (!succeeded(state, variants)) return;
    benchmark::DoNotOptimize(variants->front().bytes.data());
  }
  count_pixels(state, kTwoMegapixels);
}

void one_variant(benchmark::State& state, Format format, ShrinkAccuracy shrink) {
  run(state, {recipe(640, format, shrink)});
}
BENCHMARK_CAPTURE(one_variant, jpeg_640, Format::jpeg, ShrinkAccuracy::exact)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_variant, jpeg_640_fine, Format::jpeg, ShrinkAccuracy::fine)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_variant, webp_640, Format::webp, ShrinkAccuracy::exact)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(one_variant, avif_640, Format::avif, ShrinkAccuracy::exact)
    ->Unit(benchmark::kMillisecond);

const std::vector<std::int32_t> kWidths{320, 480, 640, 800, 960};

void five_widths_in_one_call(benchmark::State& state) {
  std::vector<Recipe> recipes;
  for (const auto width : kWidths) recipes.push_back(recipe(width, Format::jpeg));
  run(state, recipes);
}
BENCHMARK(five_widths_in_one_call)->Unit(benchmark::kMillisecond);

void five_widths_in_five_calls(benchmark::State& state) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    for (const auto width : kWidths) {
      const auto variant = transform(source(), recipe(width, Format::jpeg), {}, execution);
      if (!succeeded(state, variant)) return;
      benchmark::DoNotOptimize(variant->bytes.data());
    }
  }
  count_pixels(state, kTwoMegapixels);
}
BENCHMARK(five_widths_in_five_calls)->Unit(benchmark::kMillisecond);

// Covers a square, with a mark on it: its planes become RGB at that size.
void square_with_mark(benchmark::State& state) {
  static const Image mark = test::scene({100, 40}, rgba8);
  const NamedPicture pictures[] = {{"mark", mark.const_view()}};
  TransformOptions options;
  options.pictures = pictures;
  Recipe square = recipe(400, Format::jpeg);
  square.height = 400;
  Mark laid;
  laid.name = "mark";
  laid.gravity = Compass::southeast;
  square.marks = {laid};
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    const auto variant = transform(source(), square, options, execution);
    if (!succeeded(state, variant)) return;
    benchmark::DoNotOptimize(variant->bytes.data());
  }
  count_pixels(state, kTwoMegapixels);
}
BENCHMARK(square_with_mark)->Unit(benchmark::kMillisecond);

// Wall time for an original into five widths, by the number of workers.
void many_originals(benchmark::State& state) {
  std::vector<Recipe> recipes;
  for (const auto width : kWidths) recipes.push_back(recipe(width, Format::jpeg));
  constexpr int kOriginals = 16;
  for (auto _ : state) {
    int left = kOriginals;
    const auto done = transform_many(
        [&]() -> Result<std::optional<TransformRequest>> {
          if (left-- == 0) return std::optional<TransformRequest>();
          return std::optional(TransformRequest{source(), recipes, nullptr});
        },
        [](std::uint64_t, Result<std::vector<Variant>> variants) -> Result<void> {
          LIMEN_TRY(variants);
          return {};
        },
        {.workers = static_cast<unsigned>(state.range(0))});
    if (!succeeded(state, done)) return;
  }
  state.counters["outputs"] = benchmark::Counter(static_cast<double>(kOriginals * kWidths.size()),
                                                 benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(many_originals)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace limen::bench
