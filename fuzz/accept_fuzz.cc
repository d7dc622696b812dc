// SPDX-License-Identifier: Apache-2.0
// Any text as an Accept header: what is picked is one of the formats allowed, acceptable by itself
// as well, and the same whatever other formats are allowed after it.

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "fuzz/fuzz.h"
#include "limen/pipeline/accept.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using limen::Format;
  using limen::fuzz::expect;
  const std::string_view accept(reinterpret_cast<const char*>(data), size);
  constexpr std::array kAll = {Format::avif, Format::webp, Format::jpeg, Format::png};
  const auto picked = limen::pick_format(accept, kAll);
  bool any = false;
  for (const Format format : kAll) {
    const std::array alone = {format};
    const auto accepted = limen::pick_format(accept, alone);
    expect(!accepted || *accepted == format, "a format that nobody allowed");
    any = any || accepted.has_value();
    if (picked == format) expect(accepted.has_value(), "a format that is not acceptable alone");
    // Once more in front of the others it wins only where its quality value is as high.
    const std::array first = {format, kAll[0], kAll[1], kAll[2], kAll[3]};
    const auto again = limen::pick_format(accept, first);
    expect(again == picked || again == format, "another format for asking twice");
  }
  expect(any == picked.has_value(), "acceptable alone, but not among others");
  expect(!limen::pick_format(accept, {}), "a format that nobody allowed");
  // An empty element says nothing, unless it is all there is or a quotation goes on in it.
  const bool is_blank = accept.find_first_not_of(" \t") == std::string_view::npos;
  if (!is_blank && accept.find('"') == std::string_view::npos) {
    expect(limen::pick_format(std::string(accept) + " , ", kAll) == picked,
           "an empty element counts");
  }
  return 0;
}
