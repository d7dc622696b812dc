// SPDX-License-Identifier: Apache-2.0
// Any picture, target and set of formats through the search: what it finds is a file of the
// picture, as good as it says, and no larger than what its own trials reached the target with.

#include <algorithm>
#include <cmath>

#include "fuzz/input.h"
#include "limen/codec/decode.h"
#include "limen/compose/extend.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::fuzz {
namespace {

SearchOptions some_options(Input& input) {
  SearchOptions options;
  switch (input.byte() % 4) {
    case 0:
      options.target = FlickerProof{};
      break;
    case 1:
      options.target = TargetScore{{input.between(-1, 1010) / 10.0}};
      break;
    case 2:
      options.target = TargetBytes{static_cast<std::uint64_t>(input.below(4000))};
      break;
    default:
      break;
  }
  const int formats = input.below(4);
  for (int i = 0; i < formats; ++i) {
    options.formats.push_back(input.one_of<Format>({Format::jpeg, Format::webp, Format::png}));
  }
  options.encode.format = input.one_of<Format>({Format::jpeg, Format::webp, Format::png});
  options.encode.effort = input.below(10);
  options.encode.chroma =
      input.one_of<ChromaSubsampling>({ChromaSubsampling::automatic, ChromaSubsampling::automatic,
                                       ChromaSubsampling::yuv420, ChromaSubsampling::yuv444});
  if (input.byte() % 4 == 0) options.encode.sharp_yuv = input.flag();
  options.encode.progressive = input.flag();
  input.take(&options.encode.matte, 3);
  if (input.byte() % 4 == 0) options.worst_block = Score{input.between(-300, 1010) / 10.0};
  options.lossless_fallback = input.flag();
  return options;
}

// Of the finished file beside what its format can hold of the picture.
Comparison compared(const ConstImageView& picture, const SearchOptions& options,
                    const Found& found) {
  const auto decoded = decode(found.bytes, {.keep_16_bit = true});
  expect(decoded.has_value(), "a file that does not decode");
  expect(decoded->image.size() == picture.size && decoded->info.format == found.format,
         "not a file of this picture");
  Image flat;
  ConstImageView original = picture;
  if (found.format == Format::jpeg) {
    auto flattened = flatten(picture, options.encode.matte);
    expect(flattened.has_value(), "a picture that cannot be flattened");
    flat = *std::move(flattened);
    original = flat.const_view();
  }
  const auto seen = ssimulacra2(original, decoded->image.view());
  expect(seen.has_value(), "a file that cannot be compared");
  return *seen;
}

void check(const ConstImageView& picture, const SearchOptions& options, const Found& found) {
  const Comparison seen = compared(picture, options, found);
  // Beside what a format of 8 bits can hold of 16 the score is another one.
  if (picture.format.sample == SampleType::u8 || found.format == Format::png) {
    expect(std::abs(seen.score.value - found.score.value) <= 0.01, "another score");
  }
  expect(!found.certified || found.reached, "certified, though not reached");
  expect(found.evaluations >= 0 && found.encodes >= 0, "counts below 0");
  if (const auto* target = std::get_if<TargetBytes>(&options.target)) {
    expect(found.reached == (found.bytes.size() <= target->bytes), "reached is not what fits");
    return;
  }
  if (!found.reached) return;
  expect(found.score >= *target_score(options.target), "reached, though it scores less");
  expect(found.worst_block >= options.worst_block.value_or(*default_worst_block(options.target)),
         "reached, though its worst block scores less");
}

void run(Input& input) {
  const SearchOptions options = some_options(input);
  const PixelFormat format =
      input.one_of<PixelFormat>({rgb8, rgb8, rgba8, gray8, gray_alpha8, rgb16, rgba16, gray16});
  const auto choice = input.byte();
  const Image picture = picture_of(input, format, 40);
  use_some_target(choice);
  const auto found = find_smallest(picture.view(), options);
  if (!found.has_value()) {
    expect_none(test::complaint_about(found.error()));
    return;
  }
  check(picture.view(), options, *found);
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::Input input(data, size);
  limen::fuzz::run(input);
  return 0;
}
