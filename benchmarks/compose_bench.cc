// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "benchmarks/measure.h"
#include "limen/compose/adjust.h"
#include "limen/compose/blur.h"
#include "limen/compose/orient.h"
#include "limen/compose/overlay.h"
#include "limen/compose/rotate.h"
#include "limen/compose/sharpen.h"
#include "tests/pictures.h"

namespace limen::bench {
namespace {

/// Runs `change(picture, execution)` on the same pixels again and again.
template <class Change>
void in_place(benchmark::State& state, PixelFormat format, Change change) {
  Image image = test::scene(kTwoMegapixels, format);
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    if (!succeeded(state, change(image.view(), execution))) return;
  }
  count_pixels(state, kTwoMegapixels);
}

template <class Make>
void anew(benchmark::State& state, PixelFormat format, Make make) {
  const Image image = test::scene(kTwoMegapixels, format);
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    const auto made = make(image.view(), execution);
    if (!succeeded(state, made)) return;
    benchmark::DoNotOptimize(made->view().data);
  }
  count_pixels(state, kTwoMegapixels);
}

void overlay_mark(benchmark::State& state) {
  const Image mark = test::scene({400, 300}, rgba8);
  in_place(state, rgb8, [&](const ImageView& view, const Execution& execution) {
    return overlay(view, mark.view(), {700, 800}, 0.6, execution);
  });
}
BENCHMARK(overlay_mark)->Unit(benchmark::kMillisecond);

void overlay_tiles(benchmark::State& state) {
  const Image mark = test::scene({200, 150}, rgba8);
  in_place(state, rgb8, [&](const ImageView& view, const Execution& execution) {
    return overlay_tiled(view, mark.view(), {10, 10}, 0.6, execution);
  });
}
BENCHMARK(overlay_tiles)->Unit(benchmark::kMillisecond);

void blur_by(benchmark::State& state) {
  in_place(state, rgb8, [&](const ImageView& view, const Execution& execution) {
    return blur(view, static_cast<double>(state.range(0)), execution);
  });
}
BENCHMARK(blur_by)->Arg(1)->Arg(10)->Unit(benchmark::kMillisecond);

void sharpen_by_default(benchmark::State& state) {
  in_place(state, rgb8, [](const ImageView& view, const Execution& execution) {
    return sharpen(view, {}, execution);
  });
}
BENCHMARK(sharpen_by_default)->Unit(benchmark::kMillisecond);

void adjust_tones(benchmark::State& state) {
  in_place(state, rgb8, [](const ImageView& view, const Execution& execution) {
    return adjust(view, {.brightness = 0.01, .contrast = 1.01, .saturation = 1.1}, execution);
  });
}
BENCHMARK(adjust_tones)->Unit(benchmark::kMillisecond);

void rotate_by(benchmark::State& state) {
  anew(state, rgb8, [&](const ConstImageView& view, const Execution& execution) {
    return rotate(view, static_cast<double>(state.range(0)), Color{}, execution);
  });
}
BENCHMARK(rotate_by)->Arg(90)->Arg(7)->Unit(benchmark::kMillisecond);

void orient_upright(benchmark::State& state) {
  anew(state, rgb8, [](const ConstImageView& view, const Execution& execution) {
    return orient(view, Orientation::right_top, execution);
  });
}
BENCHMARK(orient_upright)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limen::bench
