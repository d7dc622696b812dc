// SPDX-License-Identifier: Apache-2.0

// Threads, executors, cancelling, and reuse of memory.

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "tests/pictures.h"
#include "tests/resample/resized.h"

namespace limen {
namespace {

using test::equal_pixels;
using test::resized;

// Runs tasks backwards, and counts them.
class Backwards : public Executor {
 public:
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    tasks += count;
    for (std::size_t i = count; i-- > 0;) task(i);
  }
  std::size_t tasks = 0;
};

TEST(Execution, ThreadsDoNotChangeTheResult) {
  for (const PixelFormat format : {gray8, rgb8, rgba8, rgb16, rgba_f32}) {
    const Image source = test::noise({123, 457}, format);
    for (const Size size : {Size{50, 200}, Size{200, 1000}, Size{123, 300}, Size{7, 3}}) {
      for (const Filter filter : {Filter::nearest, Filter::triangle, Filter::lanczos3}) {
        const ResizeOptions options{.filter = filter};
        const Image expected = resized(source, size, options);
        for (const unsigned threads : {2u, 3u, 8u, 4000000000u}) {
          EXPECT_TRUE(
              equal_pixels(resized(source, size, options, {.threads = threads}).const_view(),
                           expected.const_view()))
              << threads;
        }
        Backwards executor;
        const Execution execution{.threads = 5, .executor = &executor};
        EXPECT_TRUE(equal_pixels(resized(source, size, options, execution).const_view(),
                                 expected.const_view()));
        if (size.height >= 200) {
          EXPECT_EQ(executor.tasks, 5u);
        }
      }
    }
  }
}

// Large enough that it is worth a second thread.
TEST(Execution, ThreadsOfAWorkspaceServeManyCallers) {
  for (const PixelFormat format : {gray8, rgb8, rgb16}) {
    const Image source = test::noise({1000, 640}, format);
    for (const Size size : {Size{350, 300}, Size{1100, 900}, Size{1000, 300}}) {
      const Image expected = resized(source, size);
      Workspace workspace;
      std::atomic<int> equal{0};
      std::vector<std::thread> callers;
      for (int caller = 0; caller < 3; ++caller) {
        callers.emplace_back([&] {
          for (const unsigned threads : {2u, 5u, 2u}) {
            const Image result =
                resized(source, size, {}, {.workspace = &workspace, .threads = threads});
            equal += equal_pixels(result.const_view(), expected.const_view());
          }
        });
      }
      for (std::thread& caller : callers) caller.join();
      EXPECT_EQ(equal.load(), 9);
      EXPECT_EQ(workspace.bytes_in_use(), 0u);
    }
  }
}

TEST(Execution, OneThreadNeedsNoExecutor) {
  Backwards executor;
  const Image source = test::noise({100, 100}, rgb8);
  resized(source, {50, 200}, {}, {.threads = 1, .executor = &executor});
  EXPECT_EQ(executor.tasks, 0u);
}

TEST(Execution, IsCancelled) {
  CancelToken token;
  token.cancel();
  for (const PixelFormat format : {rgb8, rgba8, rgb16}) {
    const Image source = test::noise({100, 100}, format);
    for (const Size size : {Size{50, 50}, Size{200, 200}, Size{100, 50}}) {
      for (const Filter filter : {Filter::nearest, Filter::lanczos3}) {
        for (const unsigned threads : {1u, 4u}) {
          Image target = test::noise(size, format);
          const auto done = resize(source.const_view(), target.view(), {.filter = filter},
                                   {.cancel = &token, .threads = threads});
          ASSERT_FALSE(done.has_value());
          EXPECT_EQ(done.error().code, ErrorCode::cancelled);
        }
      }
    }
  }
}

// Cancels when it is first asked to run something: the work has begun by then.
class Cancelling : public Executor {
 public:
  explicit Cancelling(CancelToken& token) : token_(token) {}
  void run(std::size_t count, const std::function<void(std::size_t)>& task) override {
    token_.cancel();
    for (std::size_t i = 0; i < count; ++i) task(i);
  }

 private:
  CancelToken& token_;
};

TEST(Execution, IsCancelledUnderWay) {
  for (const PixelFormat format : {rgb8, rgba8, rgb16}) {
    const Image source = test::noise({100, 100}, format);
    for (const Size size : {Size{50, 80}, Size{200, 200}}) {
      for (const Filter filter : {Filter::nearest, Filter::lanczos3}) {
        CancelToken token;
        Cancelling executor(token);
        Image target = test::noise(size, format);
        const auto done = resize(source.const_view(), target.view(), {.filter = filter},
                                 {.cancel = &token, .threads = 2, .executor = &executor});
        ASSERT_FALSE(done.has_value());
        EXPECT_EQ(done.error().code, ErrorCode::cancelled);
      }
    }
  }
}

TEST(Execution, MemoryIsReusedAndGivenBack) {
  Workspace workspace;
  const Image source = test::noise({300, 200}, rgb8);
  const Image first = resized(source, {100, 80}, {}, {.workspace = &workspace});
  EXPECT_EQ(workspace.bytes_in_use(), 0u);
  const auto peak = workspace.peak_bytes();
  EXPECT_GT(peak, 0u);
  const Image second = resized(source, {100, 80}, {}, {.workspace = &workspace});
  EXPECT_EQ(workspace.peak_bytes(), peak);
  EXPECT_TRUE(equal_pixels(first.const_view(), second.const_view()));
}

TEST(Execution, StaysWithinItsLimitOrSaysSo) {
  const Image source = test::noise({300, 200}, rgb8);
  const Image expected = resized(source, {100, 80});
  bool refused = false;
  bool done = false;
  for (std::uint64_t limit = 1000; limit < 4'000'000; limit *= 2) {
    Workspace workspace(limit);
    Image target = test::noise({100, 80}, rgb8);
    const auto result = resize(source.const_view(), target.view(), {}, {.workspace = &workspace});
    if (result.has_value()) {
      done = true;
      EXPECT_TRUE(equal_pixels(target.const_view(), expected.const_view()));
    } else {
      refused = true;
      EXPECT_EQ(result.error().code, ErrorCode::limit_exceeded);
    }
    EXPECT_LE(workspace.peak_bytes(), limit);
    EXPECT_EQ(workspace.bytes_in_use(), 0u);
  }
  EXPECT_TRUE(refused);
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace limen
