// SPDX-License-Identifier: Apache-2.0

// Real files, sound and hostile, under other metadata: the picture must not notice.

#include <gtest/gtest.h>

#include <array>
#include <iostream>

#include "limen/codec/decode.h"
#include "limen/codec/rewrite.h"
#include "tests/codec/rgba8.h"
#include "tests/data.h"
#include "tests/properties/outcome.h"

namespace limen {
namespace {

using test::is_identical;

bool has_no_metadata(const ImageInfo& info) {
  return !info.has_exif && !info.has_xmp && !info.has_iptc && info.color.icc.empty() &&
         info.orientation == Orientation::top_left && !info.has_gain_map;
}

// What tells colours besides a profile and EXIF.
void expect_same_colors(const ImageInfo& was, const ImageInfo& is) {
  EXPECT_EQ(was.color.cicp.has_value(), is.color.cicp.has_value());
  EXPECT_EQ(was.model, is.model);
  EXPECT_EQ(was.has_alpha, is.has_alpha);
  EXPECT_EQ(was.subsampling, is.subsampling);
  EXPECT_EQ(was.jpeg_quality, is.jpeg_quality);
  EXPECT_EQ(was.is_progressive, is.is_progressive);
  if (was.format != Format::png || !was.color.icc.empty()) return;
  EXPECT_EQ(was.color.is_srgb, is.color.is_srgb);
  EXPECT_EQ(was.color.gamma, is.color.gamma);
  EXPECT_EQ(was.color.chromaticities.has_value(), is.color.chromaticities.has_value());
}

TEST(RewriteConformance, PicturesStayAndMetadataGoes) {
  LIMEN_NEEDS_DATA();
  std::array<int, 4> rewritten{};
  int refused = 0;
  for (const auto& row : test::read_table("conformance/manifest.tsv")) {
    const Bytes file = test::read_file(test::data_folder() / "conformance" / row.at("file"));
    const auto decoded = decode(file, {.keep_16_bit = true, .read_metadata = true});
    if (!decoded) continue;
    SCOPED_TRACE(row.at("file"));
    const ImageInfo& info = decoded->info;
    const auto bare = rewrite(file, {});
    if (!bare) {
      ++refused;
      EXPECT_EQ(bare.error().code, ErrorCode::unsupported) << bare.error().message;
      EXPECT_TRUE(info.format == Format::avif || info.frames > 1 ||
                  bare.error().message.find("animation") != std::string::npos)
          << bare.error().message;
      continue;
    }
    ++rewritten[static_cast<std::size_t>(info.format)];
    EXPECT_LE(bare->size(), file.size());
    const auto again = decode(*bare, {.keep_16_bit = true, .read_metadata = true});
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_TRUE(is_identical(decoded->image.view(), again->image.view()));
    EXPECT_TRUE(has_no_metadata(again->info));
    EXPECT_TRUE(again->metadata.is_empty());
    expect_same_colors(info, again->info);
    const auto twice = rewrite(*bare, {});
    ASSERT_TRUE(twice) << twice.error().message;
    EXPECT_EQ(*twice, *bare);

    const auto kept = rewrite(file, {.metadata = decoded->metadata});
    if (!kept) {
      // Profiles and packets in several segments may join to more than fits where they go.
      EXPECT_EQ(kept.error().code, ErrorCode::unsupported) << kept.error().message;
      continue;
    }
    const auto with = decode(*kept, {.keep_16_bit = true, .read_metadata = true});
    ASSERT_TRUE(with) << with.error().message;
    EXPECT_TRUE(is_identical(decoded->image.view(), with->image.view()));
    EXPECT_EQ(with->metadata.icc, decoded->metadata.icc);
    EXPECT_EQ(with->metadata.exif, decoded->metadata.exif);
    EXPECT_EQ(with->metadata.xmp, decoded->metadata.xmp);
    EXPECT_EQ(with->metadata.iptc, decoded->metadata.iptc);
    EXPECT_EQ(with->info.orientation, info.orientation);
  }
  std::cout << rewritten[static_cast<std::size_t>(Format::jpeg)] << " JPEG, "
            << rewritten[static_cast<std::size_t>(Format::png)] << " PNG, "
            << rewritten[static_cast<std::size_t>(Format::webp)] << " WebP rewritten, " << refused
            << " refused by name\n";
  EXPECT_GE(rewritten[static_cast<std::size_t>(Format::jpeg)], 100);
  EXPECT_GE(rewritten[static_cast<std::size_t>(Format::png)], 150);
  EXPECT_GE(rewritten[static_cast<std::size_t>(Format::webp)], 50);
}

// Whatever a file is, the result is a typed error or a file that decodes to the same picture.
void expect_sound_outcome(const Bytes& file, Orientation orientation) {
  Workspace workspace;
  const auto result = rewrite(file, {.orientation = orientation}, {.workspace = &workspace});
  EXPECT_LE(workspace.peak_bytes(), Limits{}.working_memory);
  if (!result) {
    EXPECT_EQ(test::complaint_about(result.error()), "");
    return;
  }
  if (orientation != Orientation::top_left) {
    const auto turned = decode(*result);
    ASSERT_TRUE(turned) << turned.error().message;
    return;
  }
  EXPECT_LE(result->size(), file.size() + 1);  // WebP pads odd chunks
  const auto before = decode(file);
  const auto after = decode(*result);
  ASSERT_EQ(before.has_value(), after.has_value())
      << (before ? after.error().message : before.error().message);
  if (before) {
    EXPECT_TRUE(is_identical(before->image.view(), after->image.view()));
  } else {
    EXPECT_EQ(before.error().code, after.error().code)
        << before.error().message << " / " << after.error().message;
  }
}

TEST(RewriteHostile, EndsInTheSamePictureOrATypedError) {
  LIMEN_NEEDS_DATA();
  int files = 0;
  for (const auto& row : test::read_table("hostile/manifest.tsv")) {
    const Bytes file = test::read_file(test::data_folder() / "hostile" / row.at("file"));
    SCOPED_TRACE(row.at("file"));
    expect_sound_outcome(file, Orientation::top_left);
    expect_sound_outcome(file, Orientation::left_top);
    ++files;
  }
  EXPECT_GE(files, 500);
}

TEST(RewriteHostile, AFileThatIsCutShortStaysSo) {
  LIMEN_NEEDS_DATA();
  int files = 0;
  for (const auto& row : test::read_table("conformance/manifest.tsv")) {
    Bytes file = test::read_file(test::data_folder() / "conformance" / row.at("file"));
    if (file.size() > 20'000 || !decode(file)) continue;
    SCOPED_TRACE(row.at("file"));
    ++files;
    for (const std::size_t parts : {7u, 5u, 3u, 1u}) {
      file.resize(parts == 7 ? file.size() - 1 : file.size() * parts / 8 + parts);
      expect_sound_outcome(file, Orientation::top_left);
    }
  }
  EXPECT_GE(files, 150);
}

}  // namespace
}  // namespace limen
