// SPDX-License-Identifier: Apache-2.0
// One decoder: bytes in its format through every call and option. What a region or a damaged file
// yields must agree with the plain decode where both succeed.

#include "fuzz/input.h"
#include "limen/codec/decode.h"

namespace limen::fuzz {
namespace {

void run(ByteView bytes, std::uint64_t choice) {
  if (const auto format = sniff(bytes);
      !format.has_value() || *format != Format::LIMEN_FUZZED_FORMAT) {
    return;
  }
  use_some_target(choice / 7);
  DecodeOptions plain;
  plain.limits = limits();
  plain.read_metadata = choice % 2 == 0;
  const auto info = probe(bytes, plain.limits);
  const auto decoded = decode(bytes, plain);
  expect_none(test::complaint_about(info));
  expect_none(test::complaint_about(decoded));
  if (!info.has_value()) {
    expect(!decoded.has_value(), "decoded what probe refuses");
    return;
  }
  if (decoded.has_value()) {
    expect(decoded->info.size == info->size, "probe and decode differ about the size");
  }

  use_some_target(choice / 31);
  DecodeOptions options = plain;
  switch (choice / 2 % 5) {
    case 0:
      options.on_damage = OnDamage::best_effort;
      options.keep_16_bit = true;
      expect_none(test::complaint_about(decode(bytes, options)));
      break;
    case 1: {
      const auto part = [&](std::int32_t side, std::uint64_t random) {
        return static_cast<std::int32_t>(random % static_cast<std::uint64_t>(side));
      };
      const std::int32_t x = part(info->size.width, choice / 16);
      const std::int32_t y = part(info->size.height, choice / 1024);
      options.region = Rect{x, y, 1 + part(info->size.width - x, choice / 65536),
                            1 + part(info->size.height - y, choice / 4096)};
      const auto region = decode(bytes, options);
      expect_none(test::complaint_about(region));
      if (region.has_value() && decoded.has_value()) {
        expect(are_equal(region->image.view(), subview(decoded->image.view(), *options.region)),
               "a region differs from the whole");
      }
      break;
    }
    case 2:
      options.accuracy = choice % 64 < 32 ? ShrinkAccuracy::fine : ShrinkAccuracy::coarse;
      options.at_least = Size{1 + info->size.width / 7, 1 + info->size.height / 7};
      expect_none(test::complaint_about(decode(bytes, options)));
      expect_none(test::complaint_about(decode_planar(bytes, options)));
      break;
    case 3:
      options.on_damage = OnDamage::best_effort;
      expect_none(test::complaint_about(decode_planar(bytes, options)));
      break;
    default:
      options.limits.working_memory = 100'000;
      expect_none(test::complaint_about(decode(bytes, options)));
      break;
  }
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::run(limen::fuzz::bytes_of(data, size), limen::fuzz::choice(data, size));
  return 0;
}
