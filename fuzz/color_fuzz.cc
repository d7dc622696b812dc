// SPDX-License-Identifier: Apache-2.0
// Profiles that nobody can trust, and descriptions by numbers: sRGB pixels of the picture's size,
// or a typed error, on every instruction set the same.

#include "fuzz/input.h"
#include "limen/color/icc.h"

namespace limen::fuzz {
namespace {

double number(Input& input) { return input.between(-2, 20'000) / 10'000.0; }

ColorDescription described(Input& input) {
  ColorDescription description;
  const std::uint8_t kinds = input.byte();
  if (kinds & 1) {
    description.cicp = Cicp{static_cast<std::uint16_t>(input.below(24)),
                            static_cast<std::uint16_t>(input.below(24)),
                            static_cast<std::uint16_t>(input.below(18)), input.flag()};
  }
  if (kinds & 2) description.gamma = number(input);
  if (kinds & 4) {
    description.chromaticities =
        Chromaticities{number(input), number(input), number(input), number(input),
                       number(input), number(input), number(input), number(input)};
  }
  description.is_srgb = (kinds & 8) != 0;
  return description;
}

void run(Input& input) {
  const PixelFormat format = input.one_of<PixelFormat>(
      {gray8, gray_alpha8, rgb8, rgba8, cmyk8, gray16, gray_alpha16, rgb16, rgba16});
  ColorDescription description = described(input);
  const auto* profile = reinterpret_cast<const std::byte*>(input.data());
  description.icc.assign(profile, profile + input.size());
  std::uint8_t seed[] = {0, 7, 0, 5, 0, 0, 31, 64, 128, 200, 255, 254, 1, 90, 17};
  Input samples(seed, sizeof seed);
  const Image picture = picture_of(samples, format, 9);

  const auto planned = plan_srgb(description, format.layout);
  if (!planned.has_value()) expect_none(test::complaint_about(planned.error()));
  Workspace workspace(64'000'000);
  Execution execution;
  execution.workspace = &workspace;
  const auto converted = to_srgb(picture.view(), description, execution);
  if (!converted.has_value()) {
    expect_none(test::complaint_about(converted.error()));
    return;
  }
  expect(planned.has_value(), "converted what cannot be planned");
  expect(converted->size() == picture.size(), "another size");
  expect(converted->format().sample == format.sample, "another depth");
  expect(converted->format().has_alpha() == format.has_alpha(), "alpha came or went");
  static_cast<void>(test::sum_of(converted->view()));
  if (planned->action == ColorAction::none) {
    expect(are_equal(converted->view(), picture.view()), "sRGB pixels have changed");
  }
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::Input input(data, size);
  limen::fuzz::run(input);
  return 0;
}
