// SPDX-License-Identifier: Apache-2.0
#include "limen/core/parked_threads.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "limen/core/workspace.h"

namespace limen {
namespace {

// Threads that have been in note_thread() and have not ended.
std::atomic<int> noted{0};

struct Noted {
  Noted() { ++noted; }
  ~Noted() { --noted; }
};

void note_thread() {
  thread_local const Noted here;
  static_cast<void>(here);
}

// Runs as many tasks as threads, each of which waits until all have begun: no thread gets two.
void run_on_all(ParkedThreads& threads, std::size_t count) {
  std::atomic<std::size_t> begun{0};
  threads.run(count, count, [&](std::size_t) {
    note_thread();
    ++begun;
    while (begun.load() < count) std::this_thread::yield();
  });
}

// How many threads there are of those that `work` started, in a thread of its own.
template <class Work>
int noted_after(const Work& work) {
  int result = 0;
  std::thread([&] {
    note_thread();
    const int before = noted.load();
    work();
    result = noted.load() - before;
  }).join();
  return result;
}

TEST(ParkedThreads, DoEachTaskOnce) {
  ParkedThreads threads;
  for (const std::size_t most : {0u, 1u, 2u, 3u, 8u}) {
    for (const std::size_t count : {0u, 1u, 2u, 7u, 300u}) {
      for (int round = 0; round < 20; ++round) {
        std::vector<std::atomic<int>> done(count);
        threads.run(most, count, [&](std::size_t i) { ++done[i]; });
        for (const auto& times : done) ASSERT_EQ(times.load(), 1);
      }
    }
  }
}

TEST(ParkedThreads, WorkAtTheSameTimeAndStay) {
  EXPECT_EQ(noted_after([] {
              ParkedThreads threads;
              for (int round = 0; round < 200; ++round) run_on_all(threads, 2 + round % 3);
              EXPECT_EQ(noted.load(), 4);
            }),
            0);
}

TEST(ParkedThreads, EndWhenReleasedAndStartAgain) {
  ParkedThreads threads;
  EXPECT_EQ(noted_after([&] { run_on_all(threads, 3); }), 2);
  threads.release();
  EXPECT_EQ(noted.load(), 0);
  EXPECT_EQ(noted_after([&] { run_on_all(threads, 2); }), 1);
}

TEST(ParkedThreads, EndWithTheirWorkspaceAndByItsRelease) {
  EXPECT_EQ(noted_after([] {
              Workspace workspace;
              run_on_all(workspace.threads(), 3);
              workspace.release_unused();
              EXPECT_EQ(noted.load(), 1);
              run_on_all(workspace.threads(), 3);
            }),
            0);
}

TEST(ParkedThreads, ServeCallsWithinCalls) {
  ParkedThreads threads;
  std::atomic<int> done{0};
  threads.run(3, 6, [&](std::size_t) { threads.run(2, 5, [&](std::size_t) { ++done; }); });
  EXPECT_EQ(done.load(), 30);
}

TEST(ParkedThreads, ServeManyCallersAtOnce) {
  ParkedThreads threads;
  std::atomic<int> done{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        threads.run(3, 4, [&](std::size_t) { ++done; });
        if (round % 25 == 0) threads.release();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(done.load(), 6 * 100 * 4);
}

#if defined(__unix__) || defined(__APPLE__)

TEST(ParkedThreads, TakeNoneOfTheProgramsSignals) {
  sigset_t before;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &before), 0);
  ParkedThreads threads;
  std::atomic<int> begun{0};
  std::array<sigset_t, 2> masks;
  const auto caller = std::this_thread::get_id();
  threads.run(2, 2, [&](std::size_t) {
    ++begun;
    while (begun.load() < 2) std::this_thread::yield();
    pthread_sigmask(SIG_SETMASK, nullptr, &masks[std::this_thread::get_id() == caller ? 0 : 1]);
  });
  for (const int number : {SIGTERM, SIGINT, SIGCHLD, SIGUSR1, SIGALRM}) {
    EXPECT_EQ(sigismember(masks.data(), number), sigismember(&before, number)) << number;
    EXPECT_EQ(sigismember(&masks[1], number), 1) << number;
  }
  EXPECT_EQ(sigismember(&masks[1], SIGSEGV), 0);
}

// ThreadSanitizer ends a child that starts threads.
#if !defined(__SANITIZE_THREAD__)
TEST(ParkedThreads, AreStartedAnewInAChild) {
  auto workspace = std::make_unique<Workspace>();
  run_on_all(workspace->threads(), 3);
  for (const bool is_used : {true, false}) {
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      alarm(60);  // not for ever, should it wait for threads that are not there
      if (is_used) run_on_all(workspace->threads(), 3);
      workspace.reset();
      _exit(0);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  run_on_all(workspace->threads(), 3);
}
#endif

#endif

}  // namespace
}  // namespace limen
