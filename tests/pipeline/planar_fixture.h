// SPDX-License-Identifier: Apache-2.0
#pragma once

// JPEGs of every sampling, and the planes that a recipe reduces them to.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "lib/pipeline/original.h"
#include "lib/pipeline/planes.h"
#include "lib/pipeline/source.h"
#include "tests/codec/exif_builder.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/pipeline/fixture.h"

namespace limen::test {

struct Sampling {
  const char* name;
  std::array<int, 2> luma;  ///< factors beside 1x1 of chroma
};
inline constexpr Sampling kSamplings[] = {
    {"4:2:0", {2, 2}}, {"4:2:2", {2, 1}}, {"4:4:4", {1, 1}}, {"4:4:0", {1, 2}}, {"4:1:1", {4, 1}}};

// A JPEG of this sampling, with an orientation behind its first marker.
inline Bytes jpeg_of(const ConstImageView& picture, const Sampling& sampling,
                     std::uint16_t orientation = 1) {
  JpegFixture fixture;
  fixture.sampling = {{{sampling.luma[0], sampling.luma[1]}, {1, 1}, {1, 1}, {0, 0}}};
  const Bytes plain = make_jpeg(picture, fixture);
  if (orientation == 1) return plain;
  Metadata metadata;
  metadata.exif = camera_exif(true, orientation).bytes();
  auto with = rewrite(plain, {.metadata = metadata, .orientation = Orientation::top_left});
  EXPECT_TRUE(with.has_value()) << with.error().message;
  return with ? *std::move(with) : Bytes();
}

inline Recipe lossy(const std::string& query, float quality = 80) {
  Recipe recipe = from_query(query);
  recipe.fidelity = Quality{quality};
  if (!recipe.format) recipe.format = Format::jpeg;
  return recipe;
}

inline Plan planned(const Bytes& source, const Recipe& recipe) {
  const auto info = probe(source);
  EXPECT_TRUE(info.has_value());
  auto made_plan = plan(*info, recipe);
  EXPECT_TRUE(made_plan.has_value()) << made_plan.error().message;
  return made_plan ? *std::move(made_plan) : Plan();
}

struct Reduced {
  Task task;
  PlanarImage planes;
};

inline Reduced reduced(const Bytes& file, const Recipe& recipe) {
  Reduced result;
  result.task.recipe = *normalized(recipe);
  result.task.plan = planned(file, recipe);
  EXPECT_EQ(result.task.plan.path, PixelPath::planar_8);
  std::uint32_t decodes = 0;
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  auto source = open_source({.file = file}, {&result.task}, {}, execution, decodes);
  EXPECT_TRUE(source.has_value()) << source.error().message;
  StageTimes times;
  auto planes = reduced_planes(*source, result.task, times, execution);
  EXPECT_TRUE(planes.has_value()) << planes.error().message;
  if (planes) result.planes = *std::move(planes);
  return result;
}

}  // namespace limen::test
