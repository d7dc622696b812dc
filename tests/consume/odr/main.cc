// SPDX-License-Identifier: Apache-2.0
// This unit is linked mode: it calls liblimen. Each of the three must run its own code, and all
// must come to the same bytes.

#include <cstdio>

#include "limen/core/image_view.h"
#include "limen/resample/resize.h"
#include "unit.h"

std::vector<std::uint8_t> source_pixels() {
  std::vector<std::uint8_t> pixels(3 * kWidth * kHeight);
  std::uint32_t state = 1;
  for (auto& sample : pixels) {
    state = state * 1664525u + 1013904223u;
    sample = static_cast<std::uint8_t>(state >> 24);
  }
  return pixels;
}

int main() {
  const auto source = source_pixels();
  std::vector<std::uint8_t> linked(3 * 77 * 45);
  const limen::ConstImageView from(reinterpret_cast<const std::byte*>(source.data()),
                                   {kWidth, kHeight}, 3 * kWidth, limen::rgb8);
  const limen::ImageView to{
      reinterpret_cast<std::byte*>(linked.data()), {77, 45}, 3 * 77, limen::rgb8};
  if (const auto done = limen::resize(from, to); !done) {
    std::fprintf(stderr, "linked: %s\n", done.error().message.c_str());
    return 1;
  }

  int failures = 0;
  const auto compare = [&](const char* name, const Outcome& outcome) {
    std::printf("%s: compiled for %s\n", name, outcome.target.c_str());
    if (!outcome.error.empty()) std::fprintf(stderr, "%s: %s\n", name, outcome.error.c_str());
    if (!outcome.as_expected) std::fprintf(stderr, "%s: not the set asked for\n", name);
    if (outcome.pixels != linked) std::fprintf(stderr, "%s: other pixels than linked\n", name);
    failures += !outcome.error.empty() || !outcome.as_expected || outcome.pixels != linked;
  };
  compare("baseline", run_baseline(source));
  if (__builtin_cpu_supports("avx2")) {
    compare("wide", run_wide(source));
  } else {
    std::printf("wide: not run, this machine has no AVX2\n");
  }
  return failures == 0 ? 0 : 1;
}
