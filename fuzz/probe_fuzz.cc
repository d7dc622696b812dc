// SPDX-License-Identifier: Apache-2.0
// probe() of any bytes, under the default limits: it decodes nothing, so it must be quick.

#include "fuzz/fuzz.h"
#include "limen/codec/decode.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace limen::fuzz;
  const auto bytes = bytes_of(data, size);
  const auto info = limen::probe(bytes);
  expect_none(limen::test::complaint_about(info));
  if (info.has_value()) {
    const auto format = limen::sniff(bytes);
    expect(format.has_value() && *format == info->format, "sniff and probe differ");
    limen::DecodeOptions options;
    options.at_least = limen::Size{16, 16};
    static_cast<void>(limen::predicted_decode_bytes(*info, options));
    static_cast<void>(limen::has_planar_decode(*info));
  }
  return 0;
}
