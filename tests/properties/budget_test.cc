// SPDX-License-Identifier: Apache-2.0
// Every hostile file is dealt with in 2 s of processor time and 256 MB of resident memory, the
// process itself included. Processor time, so that a busy machine changes nothing.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/data.h"

namespace limen::test {
namespace {

struct Cost {
  double seconds = 0;
  double megabytes = 0;
  int status = -1;
};

Cost run(const char* work, const std::filesystem::path& file) {
  std::string name = file.string();
  std::string what = work;
  std::string program = LIMEN_ONE_FILE;
  std::array<char*, 4> arguments{program.data(), what.data(), name.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int error =
      posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  Cost cost;
  if (error != 0) return cost;
  rusage usage{};
  if (wait4(child, &cost.status, 0, &usage) != child) return Cost{};
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  cost.seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
  cost.megabytes = static_cast<double>(usage.ru_maxrss) * 1024e-6;  // Linux counts KiB
  return cost;
}

class Budget : public ::testing::TestWithParam<const char*> {};

TEST_P(Budget, HostileFilesStayWithin2SecondsAnd256Megabytes) {
  LIMEN_NEEDS_DATA();
  double most_seconds = 0;
  double most_megabytes = 0;
  std::string slowest;
  std::string largest;
  for (const Row& row : read_table("hostile/manifest.tsv")) {
    const std::string& file = row.at("file");
    const Cost cost = run(GetParam(), data_folder() / "hostile" / file);
    EXPECT_TRUE(WIFEXITED(cost.status) && WEXITSTATUS(cost.status) == 0)
        << file << ": wait status " << cost.status;
    EXPECT_LT(cost.seconds, 2) << file;
    EXPECT_LT(cost.megabytes, 256) << file;
    if (cost.seconds > most_seconds) {
      most_seconds = cost.seconds;
      slowest = file;
    }
    if (cost.megabytes > most_megabytes) {
      most_megabytes = cost.megabytes;
      largest = file;
    }
  }
  std::printf("most processor time: %.2f s, %s\nmost memory: %.1f MB, %s\n", most_seconds,
              slowest.c_str(), most_megabytes, largest.c_str());
  EXPECT_GT(most_megabytes, 0);
}

INSTANTIATE_TEST_SUITE_P(Work, Budget, ::testing::Values("decode", "transform"),
                         [](const auto& work) { return std::string(work.param); });

}  // namespace
}  // namespace limen::test
