// SPDX-License-Identifier: Apache-2.0

// Whole transforms of real files, where there are any.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/data.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

bool is_ours(const std::string& file) {
  for (const char* ending : {".jpg", ".jpeg", ".png", ".webp", ".avif"}) {
    if (file.ends_with(ending)) return true;
  }
  return false;
}

// What decodes transforms, to the size that the plan told, and what does not ends in the same
// error.
TEST(TransformFiles, EveryConformanceFileComesOutAsPlannedOrIsRefusedAsByDecode) {
  LIMEN_NEEDS_DATA();
  int made_it = 0;
  int looked_at = 0;
  for (const Row& row : read_table("conformance/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (!is_ours(file)) continue;
    const Bytes source = read_file(data_folder() / "conformance" / file);
    const auto info = probe(source);
    if (info && area(info->size) > 1'500'000) continue;  // those take long and teach nothing new
    ++looked_at;
    Recipe recipe;
    recipe.width = 40;
    recipe.format = Format::webp;
    recipe.fidelity = Quality{80};
    recipe.effort = 0;
    const auto variant = transform(source, recipe);
    if (!variant) {
      const auto decoded = decode(source, {.keep_16_bit = info && info->bit_depth > 8});
      EXPECT_FALSE(decoded.has_value()) << file << " decodes, but: " << variant.error().message;
      if (!decoded) {
        EXPECT_EQ(variant.error().code, decoded.error().code) << file;
      }
      continue;
    }
    ++made_it;
    ASSERT_TRUE(info.has_value()) << file;
    const auto planned = plan(*info, recipe);
    ASSERT_TRUE(planned.has_value()) << file;
    EXPECT_EQ(variant->size, planned->output) << file;
    const auto made = probe(variant->bytes);
    ASSERT_TRUE(made.has_value()) << file;
    EXPECT_EQ(made->size, planned->output) << file;
    EXPECT_EQ(made->orientation, Orientation::top_left) << file;
    EXPECT_TRUE(made->color.icc.empty()) << file;
  }
  EXPECT_GT(looked_at, 400);
  EXPECT_GT(made_it, looked_at * 8 / 10);
}

TEST(TransformFiles, PhotosBecomeResponsiveSetsWithOneDecode) {
  LIMEN_NEEDS_DATA();
  int photos = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (!is_ours(file)) continue;
    const Bytes source = read_file(data_folder() / "photos" / file);
    const auto info = probe(source);
    ASSERT_TRUE(info.has_value()) << file;
    if (area(info->size) > 1'500'000) continue;
    if (++photos > 4) break;
    std::vector<Recipe> recipes;
    for (const std::string query :
         {"w=96&force_format=webp&q=80", "w=160&force_format=jpeg&q=80",
          "w=120&h=120&force_format=jpeg", "w=200&h=100&func=fit&force_format=png"}) {
      recipes.push_back(from_query(query));
    }
    const auto variants = transform(source, recipes);
    ASSERT_TRUE(variants.has_value()) << file << ": " << variants.error().message;
    for (std::size_t i = 0; i < recipes.size(); ++i) {
      EXPECT_EQ((*variants)[i].source_decodes, 1u) << file;
      EXPECT_EQ((*variants)[i].bytes, made(source, recipes[i]).bytes) << file << " " << i;
    }
    // What a lossy variant shows is what a lossless one of the same recipe shows, nearly.
    Recipe lossless = recipes[1];
    lossless.format = Format::png;
    EXPECT_GT(psnr(pixels_of((*variants)[1].bytes).const_view(),
                   pixels_of(made(source, lossless).bytes).const_view()),
              26)
        << file;
  }
  EXPECT_GE(photos, 4);
}

// JPEGs of photos at qualities below and above what is needed.
TEST(TransformFiles, PhotosLoseNothingVisibleAndNeverGrow) {
  LIMEN_NEEDS_DATA();
  int photos = 0;
  int kept = 0;
  int coded_again = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (!file.starts_with("kodak/")) continue;
    if (++photos > 3) break;
    const Image photo = pixels_of(read_file(data_folder() / "photos" / file));
    const ConstImageView part = subview(photo.const_view(), {200, 150, 320, 240});
    for (const float quality : {50.0f, 75.0f, 97.0f}) {
      EncodeOptions options;
      options.mode = Quality{quality};
      options.chroma = ChromaSubsampling::yuv420;
      const auto source = encode(part, options);
      ASSERT_TRUE(source.has_value());
      for (const std::string query : {"", "force_format=webp"}) {
        const Variant variant = made(*source, from_query(query));
        SCOPED_TRACE(file + " " + std::to_string(quality) + " " + query);
        ASSERT_TRUE(variant.search.has_value());
        EXPECT_TRUE(variant.search->reached);
        const auto seen =
            ssimulacra2(pixels_of(*source).const_view(), pixels_of(variant.bytes).const_view());
        ASSERT_TRUE(seen.has_value());
        EXPECT_DOUBLE_EQ(seen->score.value, variant.search->score.value);
        EXPECT_GE(seen->score.value, 85);
        EXPECT_GE(seen->worst_block, *default_worst_block(Invisible{}));
        if (query.empty()) {
          EXPECT_LE(variant.bytes.size(), source->size());
          variant.kept_source ? ++kept : ++coded_again;
        }
      }
    }
  }
  EXPECT_GT(kept, 0);
  EXPECT_GT(coded_again, 0);
}

TEST(TransformFiles, PicturesInkedForPrintersBecomeSrgbByTheirProfiles) {
  LIMEN_NEEDS_DATA();
  int seen = 0;
  for (const Row& row : read_table("conformance/manifest.tsv")) {
    const std::string& file = row.at("file");
    if (!file.ends_with(".jpg")) continue;
    const Bytes source = read_file(data_folder() / "conformance" / file);
    const auto info = probe(source);
    if (!info || info->color.icc.empty() || area(info->size) > 4'000'000) continue;
    if (info->model != ColorModel::cmyk && info->model != ColorModel::ycck) continue;
    Recipe recipe;
    recipe.width = 60;
    recipe.format = Format::png;
    const auto variant = transform(source, recipe);
    if (!variant) continue;  // refused as by decode(): the test above sees to that
    ++seen;
    EXPECT_EQ(variant->color_action, ColorAction::icc) << file;
    EXPECT_TRUE(plan(*info, recipe)->converts_before_resize) << file;
  }
  if (seen == 0) GTEST_SKIP() << "no CMYK file with a profile among the files";
}

}  // namespace
}  // namespace limen::test
