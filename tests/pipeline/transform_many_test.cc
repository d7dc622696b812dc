// SPDX-License-Identifier: Apache-2.0

// Many originals over several workers.

#include "limen/pipeline/transform_many.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "tests/pipeline/fixture.h"

namespace limen::test {
namespace {

Recipe width(std::int32_t pixels, Format format = Format::jpeg) {
  Recipe recipe;
  recipe.width = pixels;
  recipe.format = format;
  recipe.fidelity = Quality{80};
  recipe.effort = 0;
  return recipe;
}

// Originals of different sizes, one of them no picture at all.
struct Shelf {
  explicit Shelf(int count) {
    for (int i = 0; i < count; ++i) {
      const Format format = i % 3 == 0 ? Format::png : Format::jpeg;
      files.push_back(
          i == 5 ? Bytes(7, std::byte{'x'})
                 : file_of(scene({60 + 17 * (i % 5), 50 + i}, rgb8, i).const_view(), format));
    }
  }
  NextRequest source() {
    return [this]() -> Result<std::optional<TransformRequest>> {
      if (at == files.size()) return std::optional<TransformRequest>();
      ++held;
      most_held = std::max(most_held, held.load());
      // The owner's end is when the original is let go of.
      const std::shared_ptr<const void> owner(&files[at], [this](const void*) { --held; });
      return std::optional(TransformRequest{files[at++], recipes, owner});
    };
  }
  std::vector<Bytes> files;
  std::vector<Recipe> recipes = {width(40), width(23, Format::webp)};
  std::size_t at = 0;
  std::atomic<int> held{0};
  int most_held = 0;
};

TEST(TransformMany, GivesWhatTransformGivesWhateverTheWorkers) {
  Shelf shelf(13);
  for (const unsigned workers : {1u, 2u, 5u}) {
    for (const bool in_order : {false, true}) {
      shelf.at = 0;
      std::vector<std::uint64_t> order;
      std::vector<std::optional<Result<std::vector<Variant>>>> outcomes(shelf.files.size());
      const std::thread::id here = std::this_thread::get_id();
      const auto done = transform_many(
          shelf.source(),
          [&](std::uint64_t index, Result<std::vector<Variant>> variants) -> Result<void> {
            EXPECT_EQ(std::this_thread::get_id(), here);
            order.push_back(index);
            outcomes[index].emplace(std::move(variants));
            return {};
          },
          {.workers = workers, .in_order = in_order});
      ASSERT_TRUE(done.has_value()) << done.error().message;
      EXPECT_EQ(*done, shelf.files.size());
      EXPECT_EQ(std::set(order.begin(), order.end()).size(), shelf.files.size());
      EXPECT_TRUE(!in_order || std::is_sorted(order.begin(), order.end()));
      for (std::size_t i = 0; i < shelf.files.size(); ++i) {
        const auto alone = transform(shelf.files[i], shelf.recipes);
        ASSERT_TRUE(outcomes[i].has_value());
        ASSERT_EQ(outcomes[i]->has_value(), alone.has_value()) << i;
        EXPECT_EQ(alone.has_value(), i != 5);
        if (!alone) continue;
        ASSERT_EQ((*outcomes[i])->size(), 2u);
        for (std::size_t k = 0; k < 2; ++k) {
          EXPECT_EQ((**outcomes[i])[k].bytes, (*alone)[k].bytes) << i << " " << k;
        }
      }
      EXPECT_EQ(shelf.held, 0);
    }
  }
}

TEST(TransformMany, HoldsNoMoreThanWorkersAndThoseThatWait) {
  for (const unsigned waiting : {0u, 1u, 6u}) {
    for (const bool in_order : {false, true}) {
      Shelf shelf(20);
      const auto done =
          transform_many(shelf.source(), [](std::uint64_t, auto) -> Result<void> { return {}; },
                         {.workers = 2, .waiting = waiting, .in_order = in_order});
      ASSERT_TRUE(done.has_value());
      EXPECT_EQ(*done, 20u);
      EXPECT_LE(shelf.most_held, static_cast<int>(2 + waiting));
      EXPECT_GE(shelf.most_held, 2);
    }
  }
}

// The first is large, those behind it are small.
TEST(TransformMany, InOrderWaitsForASlowOneWithoutHoldingMore) {
  Shelf shelf(12);
  shelf.files[0] = file_of(scene({1500, 1100}, rgb8).const_view(), Format::png);
  std::vector<std::uint64_t> order;
  const auto done = transform_many(shelf.source(),
                                   [&](std::uint64_t index, auto) -> Result<void> {
                                     order.push_back(index);
                                     return {};
                                   },
                                   {.workers = 3, .waiting = 2, .in_order = true});
  ASSERT_TRUE(done.has_value());
  ASSERT_EQ(order.size(), 12u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_LE(shelf.most_held, 5);
}

TEST(TransformMany, AnErrorOfTheSourceComesAfterWhatWasBegun) {
  for (const unsigned workers : {1u, 3u}) {
    Shelf shelf(9);
    const NextRequest good = shelf.source();
    int asked = 0;
    std::set<std::uint64_t> delivered;
    const auto done = transform_many(
        [&]() -> Result<std::optional<TransformRequest>> {
          if (++asked == 5) return Error{.code = ErrorCode::io, .message = "the disk is gone"};
          return good();
        },
        [&](std::uint64_t index, auto) -> Result<void> {
          delivered.insert(index);
          return {};
        },
        {.workers = workers});
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::io);
    EXPECT_EQ(delivered, (std::set<std::uint64_t>{0, 1, 2, 3}));
    EXPECT_EQ(asked, 5);
    EXPECT_EQ(shelf.held, 0);
  }
}

TEST(TransformMany, AnErrorOfTheSinkEndsItAll) {
  for (const unsigned workers : {1u, 3u}) {
    Shelf shelf(30);
    int calls = 0;
    const auto done =
        transform_many(shelf.source(),
                       [&](std::uint64_t, auto) -> Result<void> {
                         if (++calls == 3)
                           return Error{.code = ErrorCode::io, .message = "nobody listens"};
                         return {};
                       },
                       {.workers = workers});
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().message, "nobody listens");
    EXPECT_EQ(calls, 3);
    EXPECT_LT(shelf.at, 30u);
    EXPECT_EQ(shelf.held, 0);
  }
}

TEST(TransformMany, CallbacksThatThrowDoNotGetOut) {
  for (const unsigned workers : {1u, 3u}) {
    for (const bool is_source : {true, false}) {
      Shelf shelf(8);
      const NextRequest good = shelf.source();
      const auto done = transform_many(
          [&] {
            if (is_source && shelf.at == 4) throw std::runtime_error("source");
            return good();
          },
          [&](std::uint64_t, auto) -> Result<void> {
            if (!is_source) throw std::runtime_error("sink");
            return {};
          },
          {.workers = workers});
      ASSERT_FALSE(done.has_value());
      EXPECT_EQ(done.error().code, ErrorCode::internal);
      EXPECT_EQ(shelf.held, 0);
    }
  }
}

TEST(TransformMany, CanBeCancelled) {
  for (const unsigned workers : {1u, 3u}) {
    Shelf shelf(30);
    CancelToken token;
    const Execution execution{.cancel = &token};
    int calls = 0;
    const auto done = transform_many(
        shelf.source(),
        [&](std::uint64_t, auto) -> Result<void> {
          if (++calls == 2) token.cancel();
          return {};
        },
        {.workers = workers}, execution);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, ErrorCode::cancelled);
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(shelf.held, 0);
  }
}

// A source without an end is cancelled while everything waits for a slow original.
TEST(TransformMany, CanBeCancelledFromAnotherThread) {
  Shelf shelf(1);
  shelf.files[0] = file_of(scene({400, 300}, rgb8).const_view(), Format::jpeg);
  shelf.recipes = {Recipe{}};
  shelf.recipes[0].formats = {Format::avif};
  shelf.recipes[0].always_encode = true;
  CancelToken token;
  std::atomic<int> asked{0};
  std::thread other([&] {
    while (asked < 4) std::this_thread::yield();
    token.cancel();
  });
  const auto done = transform_many(
      [&]() -> Result<std::optional<TransformRequest>> {
        ++asked;
        return std::optional(TransformRequest{shelf.files[0], shelf.recipes, nullptr});
      },
      [](std::uint64_t, auto) -> Result<void> { return {}; }, {.workers = 2, .waiting = 2},
      {.cancel = &token});
  other.join();
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::cancelled);
}

TEST(TransformMany, NothingToDoIsDone) {
  for (const unsigned workers : {1u, 3u}) {
    const auto done = transform_many(
        []() -> Result<std::optional<TransformRequest>> {
          return std::optional<TransformRequest>();
        },
        [](std::uint64_t, auto) -> Result<void> { return {}; }, {.workers = workers});
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(*done, 0u);
  }
}

TEST(TransformMany, ArgumentsAreChecked) {
  Shelf shelf(1);
  const VariantSink sink = [](std::uint64_t, auto) -> Result<void> { return {}; };
  const auto code = [&](const NextRequest& next, const VariantSink& to,
                        const TransformManyOptions& options) {
    const auto done = transform_many(next, to, options);
    return done ? std::optional<ErrorCode>() : done.error().code;
  };
  EXPECT_EQ(code(nullptr, sink, {}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(shelf.source(), nullptr, {}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(shelf.source(), sink, {.workers = 0}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(shelf.source(), sink, {.workers = 100'000}), ErrorCode::invalid_argument);
  EXPECT_EQ(code(shelf.source(), sink, {.workers = 2, .waiting = 2'000'000}),
            ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace limen::test
