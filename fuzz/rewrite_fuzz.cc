// SPDX-License-Identifier: Apache-2.0
// Any bytes under other metadata: a typed error, or a file that decodes to what the first one did,
// that carries nothing but what was given, and that rewriting changes no more.

#include "fuzz/input.h"
#include "limen/codec/decode.h"
#include "limen/codec/rewrite.h"

namespace limen::fuzz {
namespace {

void check_turned(ByteView bytes, Orientation orientation) {
  const auto turned = rewrite(bytes, {.orientation = orientation, .limits = limits()});
  if (!turned.has_value()) {
    expect_none(test::complaint_about(turned.error()));
    return;
  }
  const auto before = probe(bytes, limits());
  const auto after = decode(*turned, {.limits = limits()});
  // A progressive file may have more scans now than these limits allow.
  if (!after.has_value()) {
    expect(after.error().limit.has_value(), "a turned file does not decode");
    return;
  }
  expect(after->info.size == upright_size(before->size, orientation),
         "a turned file has another size");
}

void run(ByteView bytes, std::uint64_t choice) {
  if (choice % 4 == 0) {
    check_turned(bytes, static_cast<Orientation>(2 + choice / 4 % 7));
    return;
  }
  const auto result = rewrite(bytes, {.limits = limits()});
  if (!result.has_value()) {
    expect_none(test::complaint_about(result.error()));
    return;
  }
  expect(result->size() <= bytes.size() + 1, "a file grew");
  const auto info = probe(*result, limits());
  expect(info.has_value(), "a rewritten file does not open");
  expect(!info->has_exif && !info->has_xmp && !info->has_iptc && info->color.icc.empty(),
         "metadata stayed");
  const auto twice = rewrite(*result, {.limits = limits()});
  expect(twice.has_value() && *twice == *result, "rewriting again changes a file");

  Metadata metadata;
  metadata.xmp.assign(1 + choice / 64 % 500, std::byte{'x'});
  // In a PNG a profile takes the place of sRGB.
  if (info->format != Format::png) metadata.icc.assign(choice / 4096 % 70'000, std::byte{'c'});
  const auto with = rewrite(*result, {.metadata = metadata, .limits = limits()});
  expect(with.has_value(), "metadata cannot be put in");
  const auto without = rewrite(*with, {.limits = limits()});
  expect(without.has_value() && *without == *result, "metadata do not come out again");

  const auto before = decode(bytes, {.limits = limits()});
  const auto after = decode(*result, {.limits = limits()});
  expect(before.has_value() == after.has_value(), "one of two files does not decode");
  if (before.has_value()) {
    expect(are_equal(before->image.view(), after->image.view()), "the pictures differ");
  }
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::run(limen::fuzz::bytes_of(data, size), limen::fuzz::choice(data, size));
  return 0;
}
