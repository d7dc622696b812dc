// SPDX-License-Identifier: Apache-2.0

// PNG files that other projects keep for their tests, against what two decoders agree on.

#include <gtest/gtest.h>

#include "limen/codec/decode.h"
#include "tests/codec/conformance.h"
#include "tests/codec/rgba8.h"
#include "tests/data.h"

namespace limen {
namespace {

TEST(PngConformance, PixelsAndHeadersAreThoseThatTwoDecodersAgreeOn) {
  LIMEN_NEEDS_DATA();
  int hashes = 0;
  int opened_by_others = 0;
  int opened = 0;
  for (const auto& row : test::conformance_rows("png/")) {
    SCOPED_TRACE(row.at("file"));
    const Bytes bytes = test::read_conformance_file(row);
    const auto result = decode(bytes);
    if (row.at("expected") == "must_error") {
      EXPECT_FALSE(result);
      continue;
    }
    if (row.at("dims_agreed_by") == "none_opens") continue;
    ++opened_by_others;
    if (!result) {
      ADD_FAILURE() << result.error().message;
      continue;
    }
    ++opened;
    const ImageInfo& info = result->info;
    EXPECT_EQ(std::to_string(info.size.width), row.at("width"));
    EXPECT_EQ(std::to_string(info.size.height), row.at("height"));
    EXPECT_EQ(info.has_alpha, row.at("has_alpha") == "1");
    EXPECT_EQ(!info.color.icc.empty(), row.at("has_icc") == "1");
    // The peers count an APNG as one frame; 0 stands for no orientation given.
    const int orientation = std::stoi(row.at("exif_orientation"));
    EXPECT_EQ(static_cast<int>(info.orientation), orientation == 0 ? 1 : orientation);
    EXPECT_EQ(result->image.format().has_alpha(), info.has_alpha);
    if (!row.at("rgba8_sha256_agreed").empty()) {
      ++hashes;
      EXPECT_EQ(test::rgba8_sha256(result->image.view()), row.at("rgba8_sha256_agreed"));
    }
  }
  EXPECT_GE(opened * 1000, opened_by_others * 995);
  EXPECT_GT(hashes, 150);
}

TEST(PngConformance, AnyWindowIsACropOfTheWhole) {
  LIMEN_NEEDS_DATA();
  for (const auto& row : test::conformance_rows("png/")) {
    const Bytes bytes = test::read_conformance_file(row);
    const auto info = probe(bytes);
    if (!info || area(info->size) > 40'000) continue;
    SCOPED_TRACE(row.at("file"));
    for (const bool keep : {false, true}) {
      const auto full = decode(bytes, {.keep_16_bit = keep});
      if (!full) continue;
      for (const Rect& window : test::windows_of(info->size)) {
        const auto part = decode(bytes, {.region = window, .keep_16_bit = keep});
        ASSERT_TRUE(part) << part.error().message;
        EXPECT_TRUE(
            test::is_identical(subview(full->image.const_view(), window), part->image.view()));
      }
    }
  }
}

}  // namespace
}  // namespace limen
