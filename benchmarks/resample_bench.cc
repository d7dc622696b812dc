// SPDX-License-Identifier: Apache-2.0

// resize() on one thread. `items_per_second` is multiply-adds, counted as the taps of the kernel in
// the cheaper order of passes: what the arithmetic alone would need.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "limen/core/image.h"
#include "limen/resample/resize.h"
#include "tests/pictures.h"

namespace limen {
namespace {

struct Job {
  const char* name;
  Size from, to;
};

constexpr Job kJobs[] = {{"4928x3279-852x567", {4928, 3279}, {852, 567}},
                         {"1600x1200-400x300", {1600, 1200}, {400, 300}},
                         {"1600x1200-1280x960", {1600, 1200}, {1280, 960}},
                         {"640x480-1920x1440", {640, 480}, {1920, 1440}}};

double multiply_adds(Size from, Size to, Filter filter, int channels) {
  const auto taps = [filter](double source, double outputs) {
    return 2 * support(filter) * std::max(1.0, source / outputs);
  };
  const double across = taps(from.width, to.width);
  const double down = taps(from.height, to.height);
  const double down_first = from.width * 1.0 * to.height * down + area(to) * across;
  const double across_first = to.width * 1.0 * from.height * across + area(to) * down;
  return std::min(down_first, across_first) * channels;
}

void run(benchmark::State& state, const Job& job, PixelFormat format,
         const ResizeOptions& options) {
  const Image source = test::noise(job.from, format);
  auto target = Image::create(job.to, format);
  if (!target.has_value()) return state.SkipWithError("no memory");
  Workspace workspace;
  for (auto _ : state) {
    const auto done =
        resize(source.const_view(), target->view(), options, {.workspace = &workspace});
    if (!done.has_value()) return state.SkipWithError(done.error().message.c_str());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(
      static_cast<double>(state.iterations()) *
      multiply_adds(job.from, job.to, options.filter, format.channels())));
}

bool add_all() {
  constexpr PixelFormat kPremultiplied{SampleType::u8, Layout::rgba, AlphaMode::premultiplied};
  for (const Job& job : kJobs) {
    const auto add = [&](const std::string& label, PixelFormat format,
                         const ResizeOptions& options) {
      benchmark::RegisterBenchmark(
          ("resize/" + label + "/" + job.name).c_str(),
          [=](benchmark::State& state) { run(state, job, format, options); })
          ->Unit(benchmark::kMillisecond);
    };
    add("rgb8", rgb8, {});
    add("gray8", gray8, {});
    add("rgba8-premultiplied", kPremultiplied, {});
    add("rgba8-straight", rgba8, {});
    add("rgb8-linear", rgb8, {.linear_light = true});
    add("rgb8-triangle", rgb8, {.filter = Filter::triangle});
    add("rgb16", rgb16, {});
    add("rgb-f32", rgb_f32, {});
  }
  return true;
}

[[maybe_unused]] const bool added = add_all();

}  // namespace
}  // namespace limen
