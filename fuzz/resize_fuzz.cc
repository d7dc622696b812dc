// SPDX-License-Identifier: Apache-2.0
// Any small picture, window and size: every instruction set and any number of threads give the same
// samples, and nothing beside the target is written.

#include <vector>

#include "fuzz/input.h"
#include "limen/resample/resize.h"

namespace limen::fuzz {
namespace {

// A window as wide as there is, or a part in fractions of a pixel, now and then one that is
// refused.
RectF window(Input& input, Size size) {
  const double x = input.below(size.width * 16) / 16.0;
  const double y = input.below(size.height * 16) / 16.0;
  return {x, y, (1 + input.below(size.width * 16)) / 16.0,
          (1 + input.below(size.height * 16)) / 16.0};
}

// Rows of a caller's own, one right after the other, so that what is read or written beside one is
// found.
struct Target {
  std::vector<std::byte> samples;
  ImageView view;

  Target(Size size, PixelFormat format)
      : samples(row_bytes(size, format) * static_cast<std::size_t>(size.height)),
        view{samples.data(), size, static_cast<std::ptrdiff_t>(row_bytes(size, format)), format} {}
};

void run(Input& input) {
  const PixelFormat format = input.one_of<PixelFormat>(
      {gray8, gray_alpha8, rgb8, rgba8, cmyk8, gray16, gray_alpha16, rgb16, rgba16});
  PixelFormat used = format;
  if (input.byte() % 4 == 0) used.alpha = AlphaMode::premultiplied;
  ResizeOptions options;
  options.filter = static_cast<Filter>(input.below(static_cast<int>(Filter::lanczos3) + 1));
  options.linear_light = input.flag();
  const bool has_window = input.flag();
  const bool whole_side = input.byte() % 8 == 0;
  Size size{input.between(1, 90), input.between(1, 90)};
  const unsigned threads = 1 + input.byte() % 3;
  std::uint8_t raw[8];
  input.take(raw, sizeof raw);
  const Image picture = picture_of(input, used, 70);
  Input numbers(raw, sizeof raw);
  if (has_window) options.source = window(numbers, picture.size());
  if (whole_side) size.width = picture.size().width;

  // The picture's own rows as callers have them: without room behind them.
  Target source(picture.size(), used);
  copy_pixels(picture.view(), source.view);
  Target first(size, used), other(size, used);
  static const std::vector<std::string> targets = simd_targets();
  for (const std::string& target : targets) {
    expect(force_simd_target(target).has_value(), "no such target");
    const bool is_first = target == targets.front();
    Workspace workspace;
    Execution execution;
    execution.workspace = &workspace;
    execution.threads = is_first ? 1 : threads;
    const auto done = resize(source.view, (is_first ? first : other).view, options, execution);
    if (!done.has_value()) {
      expect_none(test::complaint_about(done.error()));
      return;
    }
    if (!is_first) expect(first.samples == other.samples, ("other samples on " + target).c_str());
  }
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::Input input(data, size);
  limen::fuzz::run(input);
  return 0;
}
