// SPDX-License-Identifier: Apache-2.0
// Any picture by any setting: the file opens again as what was encoded, every instruction set
// writes the same one, and a trial shows what a decoder does.

#include <array>

#include "fuzz/input.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/codec/trial.h"

namespace limen::fuzz {
namespace {

EncodeOptions some_options(Input& input) {
  EncodeOptions options;
  // An AVIF takes as long as a hundred others.
  const std::uint8_t format = input.byte();
  options.format =
      format == 255 ? Format::avif
                    : std::array{Format::jpeg, Format::jpeg, Format::webp, Format::png}[format % 4];
  switch (input.byte() % 4) {
    case 0:
      options.mode = Lossless{};
      break;
    case 1:
      options.mode = NearLossless{input.below(102)};
      break;
    default:
      options.mode = Quality{static_cast<float>(input.below(1010)) / 10};
  }
  options.effort = options.format == Format::avif ? 0 : input.below(10);
  options.chroma =
      input.one_of<ChromaSubsampling>({ChromaSubsampling::automatic, ChromaSubsampling::yuv420,
                                       ChromaSubsampling::yuv422, ChromaSubsampling::yuv444});
  if (input.flag()) options.sharp_yuv = input.flag();
  options.progressive = input.flag();
  options.bit_depth = input.flag() ? 10 : 8;
  input.take(&options.matte, 3);
  options.metadata.xmp.assign(static_cast<std::size_t>(input.below(100)), std::byte{'x'});
  return options;
}

void check_file(const ConstImageView& picture, const EncodeOptions& options, ByteView file) {
  const auto decoded = decode(file, {.keep_16_bit = true});
  expect(decoded.has_value(), "a file that does not decode");
  expect(decoded->info.format == options.format, "a file of another format");
  expect(decoded->image.size() == picture.size, "a file of another size");
  // AVIF has 10 of 16 bits.
  if (std::holds_alternative<Lossless>(options.mode) &&
      (picture.format.sample == SampleType::u8 || options.format == Format::png) &&
      decoded->image.format() == picture.format && !picture.format.has_alpha()) {
    expect(are_equal(decoded->image.view(), picture), "a lossless file with loss");
  }
}

void check_trials(const ConstImageView& picture, const EncodeOptions& options, int setting) {
  const auto trials = start_trials(picture, options);
  if (!trials.has_value()) {
    expect_none(test::complaint_about(trials.error()));
    return;
  }
  setting %= (*trials)->count();
  const auto estimate = (*trials)->estimate_bytes(setting);
  expect(estimate.has_value(), "no estimate");
  const auto shown = (*trials)->show(setting);
  expect(shown.has_value(), "a setting that cannot be shown");
  const auto file = (*trials)->finish(setting);
  expect(file.has_value(), "a setting that cannot be finished");
  const auto decoded = decode(*file, {.keep_16_bit = true});
  expect(decoded.has_value(), "a trial's file does not decode");
  expect(are_equal(decoded->image.view(), *shown), "a trial shows other pixels than its file has");
}

void run(Input& input) {
  const PixelFormat format = input.one_of<PixelFormat>(
      {gray8, gray_alpha8, rgb8, rgba8, gray16, gray_alpha16, rgb16, rgba16});
  const EncodeOptions options = some_options(input);
  const bool tries = input.flag();
  const int setting = input.byte();
  const auto choice = input.byte();
  const Image picture = picture_of(input, format, 50);

  expect(force_simd_target("").has_value(), "no best target");
  const auto file = encode(picture.view(), options);
  if (!file.has_value()) {
    expect_none(test::complaint_about(file.error()));
    return;
  }
  use_some_target(choice);
  const auto again = encode(picture.view(), options);
  expect(again.has_value() && *again == *file, "another file on another instruction set");
  check_file(picture.view(), options, *file);
  if (tries) check_trials(picture.view(), options, setting);
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::Input input(data, size);
  limen::fuzz::run(input);
  return 0;
}
