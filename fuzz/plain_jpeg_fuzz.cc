// SPDX-License-Identifier: Apache-2.0
// limen's own decoder of plain JPEGs beside libjpeg-turbo: where it gives samples, the library has
// nothing to say about the file and gives the same ones.

#include "fuzz/fuzz.h"
#include "limen/codec/decode.h"
#include "tests/codec/plain_planes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = limen::fuzz;
  const limen::ByteView bytes = fuzz::bytes_of(data, size);
  const auto info = limen::probe(bytes, fuzz::limits());
  if (!info.has_value() || info->format != limen::Format::jpeg) return 0;
  if (limen::area(info->size) > fuzz::limits().pixels) return 0;
  fuzz::use_some_target(fuzz::choice(data, size) / 4);
  const int eighths = 8 >> fuzz::choice(data, size) % 4;
  fuzz::expect(limen::test::compare_plain(bytes, eighths) != limen::test::PlainOutcome::different,
               "samples differ from libjpeg's");
  return 0;
}
