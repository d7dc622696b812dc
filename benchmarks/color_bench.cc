// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "benchmarks/measure.h"
#include "limen/color/icc.h"
#include "tests/pictures.h"

namespace limen::bench {
namespace {

void to_srgb_from(benchmark::State& state, PixelFormat format, const ColorDescription& color) {
  const Image image = test::scene(kTwoMegapixels, format);
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    const auto converted = to_srgb(image.view(), color, execution);
    if (!succeeded(state, converted)) return;
    benchmark::DoNotOptimize(converted->view().data);
  }
  count_pixels(state, kTwoMegapixels);
}

ColorDescription by_number(std::uint16_t primaries, std::uint16_t transfer) {
  ColorDescription color;
  color.cicp = Cicp{.primaries = primaries, .transfer = transfer, .matrix = 0};
  return color;
}

void display_p3(benchmark::State& state, PixelFormat format) {
  to_srgb_from(state, format, by_number(cicp::primaries_display_p3, cicp::transfer_srgb));
}
BENCHMARK_CAPTURE(display_p3, rgb8, rgb8)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(display_p3, rgb16, rgb16)->Unit(benchmark::kMillisecond);

void tone_map_pq(benchmark::State& state) {
  to_srgb_from(state, rgb16, by_number(cicp::primaries_bt2020, cicp::transfer_pq));
}
BENCHMARK(tone_map_pq)->Unit(benchmark::kMillisecond);

void cmyk_without_profile(benchmark::State& state) { to_srgb_from(state, cmyk8, {}); }
BENCHMARK(cmyk_without_profile)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace limen::bench
