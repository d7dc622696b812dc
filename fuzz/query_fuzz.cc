// SPDX-License-Identifier: Apache-2.0
// Any text as a query. What parses must be valid, have a stable cache key and give a plan or an
// error.

#include <string_view>

#include "fuzz/fuzz.h"
#include "limen/pipeline/cloudimage_query.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/recipe.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace limen::fuzz;
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  const auto recipe = limen::parse_cloudimage_query(query);
  if (!recipe.has_value()) {
    expect_none(limen::test::complaint_about(recipe.error()));
    return 0;
  }
  expect(limen::validate(*recipe).has_value(), "a parsed query is not valid");
  const auto normal = limen::normalized(*recipe);
  expect(normal.has_value() && limen::validate(*normal).has_value(), "no valid normal form");
  const auto key = limen::canonical(*recipe);
  const auto key_of_normal = limen::canonical(*normal);
  expect(key.has_value() && key_of_normal.has_value(), "no key");
  expect(*key == *key_of_normal, "the normal form has another key");
  for (const char c : *key) expect(c >= ' ' && c <= '~', "a key of more than printable ASCII");

  limen::ImageInfo info;
  info.orientation = static_cast<limen::Orientation>(1 + size % 8);
  for (const limen::Size size_of_source : {limen::Size{1, 1}, {640, 480}, {65535, 700}}) {
    info.size = size_of_source;
    const auto planned = limen::plan(info, *recipe);
    if (!planned.has_value()) {
      expect_none(limen::test::complaint_about(planned.error()));
      continue;
    }
    expect(!limen::is_empty(planned->output), "a plan for no pixels");
    const auto again = limen::plan(info, *normal);
    expect(again.has_value() && again->output == planned->output,
           "the normal form has another plan");
  }
  return 0;
}
