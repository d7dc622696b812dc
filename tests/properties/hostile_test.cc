// SPDX-License-Identifier: Apache-2.0
// Every hostile file ends in a picture or in an error with a type and a message; under the asan
// preset also without a report or a leak. Bounds of time and memory are in budget_test.cc.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "limen/pipeline/cloudimage_query.h"
#include "tests/data.h"
#include "tests/properties/outcome.h"

namespace limen::test {
namespace {

using ::testing::IsEmpty;

class Hostile : public ::testing::TestWithParam<const char*> {};

TEST_P(Hostile, FilesEndInAPictureOrAnError) {
  LIMEN_NEEDS_DATA();
  std::size_t files = 0;
  for (const Row& row : read_table("hostile/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (file.rfind(GetParam(), 0) != 0) continue;
    ++files;
    const Bytes bytes = read_file(data_folder() / "hostile" / file);
    EXPECT_THAT(complaints_about_decoding(bytes, Limits{}), IsEmpty()) << file;
    EXPECT_EQ(complaint_about_transforming(bytes), "") << file;
  }
  EXPECT_GT(files, 0u);
}

INSTANTIATE_TEST_SUITE_P(Folders, Hostile,
                         ::testing::Values("avif/", "gif/", "jpeg/", "other/", "png/", "webp/"),
                         [](const auto& folder) {
                           const std::string name = folder.param;
                           return name.substr(0, name.size() - 1);
                         });

class Truncated : public ::testing::TestWithParam<const char*> {};

// A prefix of a sound file is what a broken connection leaves behind.
TEST_P(Truncated, FilesEndInAPictureOrAnError) {
  LIMEN_NEEDS_DATA();
  std::size_t files = 0;
  for (const Row& row : read_table("conformance/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (file.rfind(GetParam(), 0) != 0) continue;
    const Bytes bytes = read_file(data_folder() / "conformance" / file);
    if (bytes.size() > 40'000) continue;
    ++files;
    for (std::size_t part = 0; part < 8; ++part) {
      // The first cuts lie in the headers, the others anywhere.
      const std::size_t length = part < 4 ? std::min<std::size_t>(bytes.size(), 17 + 97 * part)
                                          : bytes.size() * (part - 3) / 5;
      const ByteView cut(bytes.data(), length);
      EXPECT_THAT(complaints_about_decoding(cut, Limits{}), IsEmpty())
          << file << " cut to " << length;
    }
  }
  EXPECT_GT(files, 0u);
}

INSTANTIATE_TEST_SUITE_P(Folders, Truncated, ::testing::Values("avif/", "jpeg/", "png/", "webp/"),
                         [](const auto& folder) {
                           const std::string name = folder.param;
                           return name.substr(0, name.size() - 1);
                         });

// Inputs that once were findings of a fuzz target, as it takes them: all are ours and small.
TEST(Regressions, StayMended) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LIMEN_REGRESSIONS)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    Bytes bytes = read_file(entry.path());
    Recipe recipe;
    if (entry.path().parent_path().filename() == "transform_fuzz") {
      // A query, a line feed, a file.
      const auto end = std::find(bytes.begin(), bytes.end(), std::byte{'\n'});
      ASSERT_NE(end, bytes.end()) << entry.path();
      const std::string query(reinterpret_cast<const char*>(bytes.data()),
                              static_cast<std::size_t>(end - bytes.begin()));
      const auto parsed = parse_cloudimage_query(query);
      ASSERT_TRUE(parsed.has_value()) << entry.path();
      recipe = *parsed;
      bytes.erase(bytes.begin(), end + 1);
    }
    EXPECT_EQ(complaint_about(transform(bytes, std::vector<Recipe>{recipe})), "") << entry.path();
    EXPECT_THAT(complaints_about_decoding(bytes, Limits{}), IsEmpty()) << entry.path();
  }
  EXPECT_GT(files, 0u);
}

// With hardly any memory allowed, a file is refused or fits: nothing is taken first and counted
// later.
TEST(Limits, SmallOnesAreKept) {
  LIMEN_NEEDS_DATA();
  Limits limits;
  limits.working_memory = 1'000'000;
  limits.pixels = 100'000;
  limits.metadata_bytes = 1'000;
  limits.scans = 2;
  for (const Row& row : read_table("conformance/manifest.tsv")) {
    const std::string& file = row.at("file");
    const Bytes bytes = read_file(data_folder() / "conformance" / file);
    DecodeOptions options;
    options.limits = limits;
    options.read_metadata = true;
    const auto decoded = decode(bytes, options);
    EXPECT_EQ(complaint_about(decoded), "") << file;
    if (!decoded.has_value()) continue;
    EXPECT_LE(area(decoded->image.size()), limits.pixels) << file;
    EXPECT_LE(decoded->metadata.exif.size() + decoded->metadata.xmp.size() +
                  decoded->metadata.icc.size() + decoded->metadata.iptc.size() +
                  decoded->metadata.comment.size(),
              limits.metadata_bytes)
        << file;
  }
}

}  // namespace
}  // namespace limen::test
