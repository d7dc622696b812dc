// SPDX-License-Identifier: Apache-2.0

// Searches among AVIFs: looks with little effort lead to the answer, and are none.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "lib/quality/search_graphic.h"
#include "lib/quality/search_model.h"
#include "limen/quality/search.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

// One that has no sample, and one that has.
constexpr Size kSizes[] = {{120, 90}, {320, 256}};
constexpr int kUsual = 4;

SearchOptions options_for(Format format, int effort) {
  SearchOptions options;
  options.encode.format = format;
  options.encode.effort = effort;
  return options;
}

Found found(const Image& picture, const SearchOptions& options) {
  auto result = find_smallest(picture.const_view(), options);
  EXPECT_TRUE(result.has_value()) << (result ? "" : result.error().message);
  return result ? *std::move(result) : Found{};
}

TEST(SearchAvif, WhatLittleEffortMakesIsNoTrial) {
  for (const Size size : kSizes) {
    for (const PixelFormat format : {rgb8, gray8, rgba8, rgb16}) {
      const Image picture = scene(size, format);
      const SearchOptions options = options_for(Format::avif, kUsual);
      const Found answer = found(picture, options);
      EXPECT_TRUE(answer.certified);
      const std::size_t modes = channel_count(format.layout) > 2 ? 2 : 1;
      EXPECT_GE(answer.evaluations, static_cast<int>(answer.trials.size() + modes));
      EXPECT_GE(answer.encodes, answer.evaluations);
      for (const Trial& trial : answer.trials) {
        EncodeOptions same = options.encode;
        same.chroma = trial.chroma;
        same.mode = std::get<Quality>(trial.mode);
        EXPECT_EQ(encode(picture.const_view(), same)->size(), trial.bytes);
      }
    }
  }
}

TEST(SearchAvif, EveryEffortIsCertified) {
  for (const Size size : kSizes) {
    const Image picture = scene(size, rgb8);
    for (const int effort : {0, 2, 3, 6}) {
      const Found answer = found(picture, options_for(Format::avif, effort));
      EXPECT_TRUE(answer.certified) << effort;
      EXPECT_GE(answer.score.value, 85) << effort;
    }
  }
}

TEST(SearchAvif, DrawnPicturesAreLookedAtWithFullEffort) {
  const Image drawn = hard_edges(kSizes[0], rgb8);
  ASSERT_GT(search::drawn_share(drawn.const_view()), 0.5);
  ASSERT_LT(search::drawn_share(scene(kSizes[0], rgb8).const_view()), 0.1);
  const Found answer = found(drawn, options_for(Format::avif, kUsual));
  EXPECT_EQ(answer.evaluations, static_cast<int>(answer.trials.size()));
}

TEST(SearchAvif, MoreEffortLosesNoMore) {
  for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    for (int quality = 40; quality <= 100; ++quality) {
      const Quality at{static_cast<float>(quality)};
      double loss = 1;
      for (int effort = 0; effort <= 9; ++effort) {
        EncodeOptions options{.format = Format::avif, .effort = effort, .chroma = chroma};
        const double more = search::loss_by_effort(options, at);
        EXPECT_LE(more, loss);
        loss = more;
        options.format = Format::webp;
        EXPECT_EQ(search::loss_by_effort(options, at), 0);
      }
    }
  }
}

// What samples and rough looks cost leaves time for one look all the same.
TEST(SearchAvif, WithoutTimeThereIsAnAnswer) {
  for (const Size size : kSizes) {
    const Image picture = scene(size, rgb8);
    for (const Format format : {Format::webp, Format::avif}) {
      for (const std::chrono::nanoseconds budget :
           {std::chrono::nanoseconds(1), std::chrono::nanoseconds(3'000'000)}) {
        SearchOptions options = options_for(format, kUsual);
        options.time_budget = budget;
        const Found answer = found(picture, options);
        EXPECT_FALSE(answer.bytes.empty());
        EXPECT_FALSE(answer.trials.empty());
      }
    }
  }
}

}  // namespace
}  // namespace limen::test
