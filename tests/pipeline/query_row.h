// SPDX-License-Identifier: Apache-2.0
#pragma once

// A row of the query dialect: what a query comes to on a source of a given size.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "limen/pipeline/cloudimage_query.h"
#include "limen/pipeline/plan.h"

namespace limen::test {

inline constexpr Size kLarge{1600, 1200};
inline constexpr Size kSmall{400, 300};

struct QueryRow {
  std::string query;
  Size source;
  Rect crop;    // the crop box, in source pixels
  Rect window;  // what of the cropped and turned picture the output shows
  Size output;
  std::string effect;  // the cache key without what every key has
  std::string steps;   // without decode, search and encode
};

inline Rect all(Size size) { return whole(size); }

inline std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (word == "decode" || word == "search" || word == "encode") continue;
    line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

inline void check(const QueryRow& row) {
  SCOPED_TRACE(row.query + " on " + std::to_string(row.source.width) + "x" +
               std::to_string(row.source.height));
  const auto recipe = parse_cloudimage_query(row.query);
  ASSERT_TRUE(recipe.has_value()) << recipe.error().message;
  ImageInfo info;
  info.format = Format::jpeg;
  info.model = ColorModel::ycbcr;
  info.size = row.source;
  const auto planned = plan(info, *recipe);
  ASSERT_TRUE(planned.has_value()) << planned.error().message;
  EXPECT_EQ(planned->crop, row.crop);
  EXPECT_EQ(planned->fitted.crop, row.window)
      << planned->fitted.crop.x << "," << planned->fitted.crop.y << " "
      << planned->fitted.crop.width << "x" << planned->fitted.crop.height;
  EXPECT_EQ(planned->output, row.output) << planned->output.width << "x" << planned->output.height;
  EXPECT_EQ(joined(planned->steps), row.steps);
  const auto key = canonical(*recipe);
  ASSERT_TRUE(key.has_value());
  const std::string prefix = row.effect.empty() ? "limen=1" : "limen=1;" + row.effect;
  const bool names_quality = row.effect.find("fidelity=") != std::string::npos;
  const bool is_lossless = row.effect.find("format=png") != std::string::npos;
  const std::string fidelity = is_lossless ? ";fidelity=lossless" : ";fidelity=invisible";
  EXPECT_EQ(*key, names_quality ? prefix : prefix + fidelity);
}

}  // namespace limen::test
