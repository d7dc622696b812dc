// SPDX-License-Identifier: Apache-2.0

// The metric beside the published scores of real pairs.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "limen/codec/decode.h"
#include "limen/quality/ssimulacra2.h"
#include "tests/data.h"
#include "tests/quality/on_target.h"

namespace limen::test {
namespace {

Image decoded(const std::string& relative) {
  auto result = decode(read_file(data_folder() / relative));
  EXPECT_TRUE(result.has_value()) << relative << ": " << result.error().message;
  return result ? std::move(result->image) : Image();
}

TEST(Ssimulacra2, EqualsThePublishedDefinitionOnRealPairs) {
  LIMEN_NEEDS_DATA();
  const auto rows = read_table("metric/scores.tsv");
  ASSERT_EQ(rows.size(), 70u);
  double worst = 0;
  for (const Row& row : rows) {
    const Image original = decoded(row.at("original"));
    const Image candidate = decoded(row.at("distorted"));
    const double expected = std::stod(row.at("ssimulacra2_double"));
    double least = 1e9, most = -1e9, least_block = 1e9, most_block = -1e9;
    for (const std::string& target : targets()) {
      const OnTarget on(target);
      const auto compared = ssimulacra2(original.view(), candidate.view());
      ASSERT_TRUE(compared.has_value()) << row.at("distorted");
      const double now = compared->score.value;
      EXPECT_NEAR(now, expected, 0.02) << row.at("distorted") << " on " << target;
      worst = std::max(worst, std::abs(now - expected));
      least = std::min(least, now);
      most = std::max(most, now);
      least_block = std::min(least_block, compared->worst_block.value);
      most_block = std::max(most_block, compared->worst_block.value);
    }
    EXPECT_LE(most - least, 0.001) << row.at("distorted");
    EXPECT_LE(most_block - least_block, 0.01) << row.at("distorted");
  }
  RecordProperty("largest_difference", std::to_string(worst));
  std::printf("largest difference from the definition: %.6f\n", worst);
}

}  // namespace
}  // namespace limen::test
