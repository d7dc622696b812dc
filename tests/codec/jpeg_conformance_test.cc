// SPDX-License-Identifier: Apache-2.0

// Real JPEG files, made by others, against what two independent decoders agree on.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <iostream>

#include "limen/codec/decode.h"
#include "tests/data.h"
#include "tests/sha256.h"

namespace limen::test {
namespace {

bool is_jpeg(const Bytes& file) {
  return file.size() > 2 && file[0] == std::byte{0xFF} && file[1] == std::byte{0xD8};
}

// Pixels as the manifests hash them: RGBA, opaque.
std::string rgba_sha256(const ConstImageView& image) {
  Sha256 hash;
  const int channels = image.format.channels();
  Bytes row(static_cast<std::size_t>(image.size.width) * 4);
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    const std::byte* from = image.row(y);
    for (std::size_t x = 0; x < static_cast<std::size_t>(image.size.width); ++x) {
      for (std::size_t c = 0; c < 3; ++c) {
        row[4 * x + c] = from[x * static_cast<std::size_t>(channels) + (channels == 1 ? 0 : c)];
      }
      row[4 * x + 3] = std::byte{255};
    }
    hash.update(row);
  }
  return hash.hex();
}

struct Real {
  Row row;
  Bytes file;
};

std::vector<Real> conformance_files() {
  std::vector<Real> files;
  for (Row& row : read_table("conformance/manifest.tsv")) {
    Bytes file = read_file(data_folder() / "conformance" / row["file"]);
    if (is_jpeg(file)) files.push_back({std::move(row), std::move(file)});
  }
  return files;
}

TEST(JpegConformance, PixelsAreThoseThatTwoDecodersAgreeOn) {
  LIMEN_NEEDS_DATA();
  int compared = 0;
  for (Real& real : conformance_files()) {
    const std::string& wanted = real.row["rgba8_sha256_agreed"];
    if (wanted.empty()) continue;
    const auto decoded = decode(real.file);
    ASSERT_TRUE(decoded) << real.row["file"] << ": " << decoded.error().message;
    EXPECT_EQ(rgba_sha256(decoded->image.view()), wanted) << real.row["file"];
    ++compared;
  }
  EXPECT_GE(compared, 80);
}

TEST(JpegConformance, ProbeTellsWhatTheManifestDoes) {
  LIMEN_NEEDS_DATA();
  int compared = 0;
  for (Real& real : conformance_files()) {
    Row& row = real.row;
    if (row["width"].empty()) continue;
    const auto info = probe(real.file);
    if (!info) {
      // Twelve bits and lossless, which one of the peers reads.
      EXPECT_EQ(info.error().code, ErrorCode::unsupported) << row["file"];
      continue;
    }
    EXPECT_EQ(std::to_string(info->size.width), row["width"]) << row["file"];
    EXPECT_EQ(std::to_string(info->size.height), row["height"]) << row["file"];
    // Profiles whose segments contradict each other (a number twice, a wrong count) are no profiles
    // to limen; these peers report whatever is there.
    const bool is_broken_profile =
        row["file"].find("icc_chunk_count_mismatch") != std::string::npos ||
        row["file"].find("icc_chunk_double_seq_no") != std::string::npos;
    if (is_broken_profile) {
      EXPECT_TRUE(info->color.icc.empty()) << row["file"];
    } else if (!row["has_icc"].empty()) {
      EXPECT_EQ(info->color.icc.empty() ? "0" : "1", row["has_icc"]) << row["file"];
    }
    const std::string& orientation = row["exif_orientation"];
    if (!orientation.empty() && orientation != "0") {
      EXPECT_EQ(std::to_string(static_cast<int>(info->orientation)), orientation) << row["file"];
    }
    EXPECT_EQ(info->format, Format::jpeg);
    EXPECT_EQ(info->frames, 1u);
    EXPECT_TRUE(info->jpeg_quality.has_value()) << row["file"];
    ++compared;
  }
  EXPECT_GE(compared, 110);
}

// What is left out of these is refused by name; what is damaged opens with best effort.
TEST(JpegConformance, WhatAPeerOpensOpens) {
  LIMEN_NEEDS_DATA();
  int opened = 0, damaged = 0, unsupported = 0, failed = 0;
  for (Real& real : conformance_files()) {
    Row& row = real.row;
    if (row["dims_agreed_by"] == "none_opens") {
      const auto refused = decode(real.file);
      ASSERT_FALSE(refused) << row["file"];
      EXPECT_NE(refused.error().code, ErrorCode::internal);
      continue;
    }
    const auto strict = decode(real.file);
    if (strict) {
      ++opened;
      continue;
    }
    if (strict.error().code == ErrorCode::unsupported) {
      ++unsupported;
      EXPECT_THAT(strict.error().message,
                  testing::AnyOf(testing::HasSubstr("12 bits"), testing::HasSubstr("lossless")))
          << row["file"];
      continue;
    }
    std::cout << row["file"] << ": " << strict.error().message << '\n';
    const auto lenient = decode(real.file, {.on_damage = OnDamage::best_effort});
    if (lenient) {
      ++damaged;
      EXPECT_FALSE(lenient->damage.empty());
    } else {
      ++failed;
      ADD_FAILURE() << row["file"] << ": " << lenient.error().message;
    }
  }
  std::cout << opened << " open, " << damaged << " are damaged and open with best effort, "
            << unsupported << " are unsupported by name, " << failed << " fail\n";
  EXPECT_GE(opened, 100);
  EXPECT_LE(damaged, 4);
  EXPECT_LE(unsupported, 6);
}

TEST(JpegConformance, PlanesOfRealFilesHaveTheirSizes) {
  LIMEN_NEEDS_DATA();
  int planar = 0;
  for (Real& real : conformance_files()) {
    const auto info = probe(real.file);
    if (!info || !has_planar_decode(*info)) continue;
    for (const Size at_least : {Size{1, 1}, info->size}) {
      DecodeOptions options{.on_damage = OnDamage::best_effort, .at_least = at_least};
      const auto decoded = decode_planar(real.file, options);
      ASSERT_TRUE(decoded) << real.row["file"] << ": " << decoded.error().message;
      const PlanarImage& image = decoded->image;
      EXPECT_EQ(image.size(), size_of(decoded->region));
      const Size chroma = chroma_size(image.size(), image.subsampling);
      EXPECT_EQ(image.planes[1].size(), chroma) << real.row["file"];
      EXPECT_EQ(image.planes[2].size(), chroma);
      ++planar;
    }
  }
  EXPECT_GE(planar, 150);
}

// Each ends in a picture or in a typed error, under limits that a service would set.
TEST(JpegHostile, EachEndsInAPictureOrATypedError) {
  LIMEN_NEEDS_DATA();
  int pictures = 0, refused = 0;
  double slowest = 0;
  std::string slowest_file;
  for (Row& row : read_table("hostile/manifest.tsv")) {
    const Bytes file = read_file(data_folder() / "hostile" / row["file"]);
    if (!is_jpeg(file)) continue;
    for (const OnDamage on_damage : {OnDamage::error, OnDamage::best_effort}) {
      const auto start = std::chrono::steady_clock::now();
      Workspace workspace;
      const auto decoded =
          decode(file, {.on_damage = on_damage, .read_metadata = true}, {.workspace = &workspace});
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      if (took.count() > slowest) {
        slowest = took.count();
        slowest_file = row["file"];
      }
      EXPECT_LE(workspace.peak_bytes(), Limits{}.working_memory);
      if (decoded) {
        EXPECT_TRUE(decoded->image.has_pixels());
      } else {
        EXPECT_NE(decoded.error().code, ErrorCode::internal)
            << row["file"] << ": " << decoded.error().message;
        EXPECT_NE(decoded.error().code, ErrorCode::invalid_argument) << row["file"];
        EXPECT_FALSE(decoded.error().message.empty());
        EXPECT_EQ(decoded.error().message.find('\n'), std::string::npos);
      }
      const auto planar = decode_planar(file, {.on_damage = on_damage});
      if (!planar) {
        EXPECT_NE(planar.error().code, ErrorCode::internal) << row["file"];
      }
      if (on_damage == OnDamage::error) {
        ++(decoded ? pictures : refused);
      }
    }
  }
  std::cout << pictures << " pictures, " << refused << " typed errors; slowest " << slowest
            << " s, " << slowest_file << '\n';
  EXPECT_GE(pictures + refused, 200);
  EXPECT_GE(pictures, 1);
}

}  // namespace
}  // namespace limen::test
