// SPDX-License-Identifier: Apache-2.0
// A query, a line feed, a file: the whole way from its bytes to two variants. What comes out must
// be what the plan said, and must open again.

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include "fuzz/fuzz.h"
#include "limen/codec/decode.h"
#include "limen/core/image.h"
#include "limen/pipeline/cloudimage_query.h"
#include "limen/pipeline/transform.h"

namespace limen::fuzz {
namespace {

void run(std::string_view query, ByteView file) {
  auto parsed = parse_cloudimage_query(query);
  if (!parsed.has_value()) return;  // query_fuzz's business
  use_some_target(query.size());
  std::array<Recipe, 2> recipes{*parsed, Recipe{}};
  recipes[0].effort = 0;
  recipes[1].effort = 0;
  recipes[1].width = 24;
  recipes[1].format = Format::webp;
  recipes[1].fidelity = Quality{50};

  auto mark = Image::create({5, 3}, rgba8);
  if (!mark.has_value()) return;
  std::fill_n(mark->view().data, static_cast<std::size_t>(mark->stride()) * 3, std::byte{0x99});
  const std::array<NamedPicture, 1> pictures{NamedPicture{"mark", mark->const_view()}};

  TransformOptions options;
  options.limits = limits();
  // A search encodes and compares many times.
  options.limits.pixels = searches(recipes[0].fidelity) ? 1u << 14 : 1u << 18;
  options.pictures = pictures;
  options.on_damage = query.size() % 2 == 0 ? OnDamage::best_effort : OnDamage::error;
  const auto variants = transform(file, recipes, options);
  if (!variants.has_value()) {
    expect_none(test::complaint_about(variants.error()));
    return;
  }
  expect(variants->size() == recipes.size(), "not as many variants as recipes");
  for (const Variant& variant : *variants) {
    const auto info = probe(variant.bytes);
    expect(info.has_value(), "a variant that probe refuses");
    expect(info->size == variant.size && info->format == variant.format,
           "a variant is not what its report says");
    expect(info->orientation == Orientation::top_left, "a variant is not upright");
  }
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const auto end = all.substr(0, 512).find('\n');
  if (end == std::string_view::npos) return 0;
  limen::fuzz::run(all.substr(0, end), limen::fuzz::bytes_of(data + end + 1, size - end - 1));
  return 0;
}
