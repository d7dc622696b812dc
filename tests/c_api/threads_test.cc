// SPDX-License-Identifier: Apache-2.0

// Threads that share recipes and workspaces, stop each other and look on; a child after fork().

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "tests/c_api/fixture.h"

namespace limen::test {
namespace {

TEST(Threads, ShareRecipesAndAWorkspace) {
  const Bytes file = photo();
  const limen_source source = source_of(file);
  const CRecipe small = parsed("w=40&q=70");
  const CRecipe cropped = parsed("w=50&h=50&force_format=webp&q=60");
  const limen_recipe* recipes[] = {small.get(), cropped.get()};
  const CWorkspace shared(limen_workspace_create(0, nullptr));
  limen_outputs* outputs = nullptr;
  ASSERT_EQ(limen_transform(&source, recipes, 2, nullptr, nullptr, &outputs, nullptr), LIMEN_OK);
  const Bytes first = bytes_at(outputs, 0);
  const Bytes second = bytes_at(outputs, 1);
  limen_outputs_free(outputs);

  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      limen_execution execution = defaults(limen_execution_init);
      execution.workspace = shared.get();
      for (int round = 0; round < 4; ++round) {
        limen_outputs* made = nullptr;
        if (limen_transform(&source, recipes, 2, nullptr, &execution, &made, nullptr) == LIMEN_OK &&
            has_bytes(made, 0, first) && has_bytes(made, 1, second)) {
          ++right;
        }
        limen_outputs_free(made);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 32);
  EXPECT_EQ(limen_workspace_bytes_in_use(shared.get()), 0u);
}

TEST(Threads, ReadOneHandleAtOnce) {
  const Bytes file = photo();
  COutputs outputs;
  CError error;
  const CRecipe recipe = parsed("w=40&q=70");
  ASSERT_EQ(transformed(source_of(file), recipe.get(), outputs, error), LIMEN_OK);
  const Bytes expected = bytes_at(outputs.get(), 0);
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int round = 0; round < 100; ++round) {
        right += has_bytes(outputs.get(), 0, expected) && *limen_recipe_canonical(recipe.get());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right.load(), 800);
}

// Stops as soon as it is under way: what is left then takes many times as long as noticing.
TEST(Cancel, FromAnotherThreadStopsTheCall) {
  const Bytes file = photo({320, 240});
  const limen_source source = source_of(file);
  std::vector<CRecipe> recipes;
  std::vector<const limen_recipe*> handles;
  for (int i = 0; i < 40; ++i) {
    recipes.push_back(parsed("q=invisible&force_format=webp&w=" + std::to_string(200 + i)));
    handles.push_back(recipes.back().get());
  }
  const CToken token(limen_cancel_token_create());
  const CProgress progress(limen_progress_create());
  limen_execution execution = defaults(limen_execution_init);
  execution.cancel = token.get();
  execution.progress = progress.get();
  std::thread other([&] {
    std::uint32_t done = 0;
    while (done < 2) limen_progress_read(progress.get(), &done, nullptr);
    limen_cancel_token_cancel(token.get());
  });
  limen_outputs* outputs = nullptr;
  EXPECT_EQ(limen_transform(&source, handles.data(), handles.size(), nullptr, &execution, &outputs,
                            nullptr),
            LIMEN_CANCELLED);
  EXPECT_EQ(outputs, nullptr);
  other.join();
  std::uint32_t done = 0;
  std::uint32_t steps = 0;
  limen_progress_read(progress.get(), &done, &steps);
  EXPECT_EQ(steps, 41u);
  EXPECT_GE(done, 2u);
  EXPECT_LT(done, 41u);
}

TEST(Cancel, IsSeenBetweenReads) {
  struct Endless {
    limen_cancel_token* token;
    int left;
    static ptrdiff_t read(void* opaque, uint8_t* into, size_t) {
      auto* self = static_cast<Endless*>(opaque);
      if (--self->left == 0) std::thread([&] { limen_cancel_token_cancel(self->token); }).join();
      *into = 0;
      return 1;
    }
  };
  const CToken token(limen_cancel_token_create());
  Endless endless{token.get(), 5};
  limen_source source = defaults(limen_source_init);
  source.read = Endless::read;
  source.read_opaque = &endless;
  limen_execution execution = defaults(limen_execution_init);
  execution.cancel = token.get();
  limen_image* image = nullptr;
  EXPECT_EQ(limen_decode(&source, nullptr, &execution, &image, nullptr), LIMEN_CANCELLED);
  EXPECT_EQ(endless.left, 0);
}

TEST(Progress, GoesUpToItsEnd) {
  const Bytes file = photo();
  const limen_source source = source_of(file);
  const CRecipe recipe = parsed("w=100&q=invisible");
  const limen_recipe* recipes[] = {recipe.get(), recipe.get(), recipe.get()};
  const CProgress progress(limen_progress_create());
  std::uint32_t done = 9;
  std::uint32_t steps = 9;
  limen_progress_read(progress.get(), &done, &steps);
  EXPECT_EQ(done + steps, 0u);
  limen_execution execution = defaults(limen_execution_init);
  execution.progress = progress.get();
  execution.threads = 2;
  std::atomic<bool> is_over{false};
  bool went_back = false;
  std::thread other([&] {
    std::uint32_t last = 0;
    while (!is_over.load()) {
      std::uint32_t now = 0;
      limen_progress_read(progress.get(), &now, nullptr);
      went_back = went_back || now < last;
      last = now;
    }
  });
  limen_outputs* outputs = nullptr;
  EXPECT_EQ(limen_transform(&source, recipes, 3, nullptr, &execution, &outputs, nullptr), LIMEN_OK);
  is_over.store(true);
  other.join();
  limen_outputs_free(outputs);
  limen_progress_read(progress.get(), &done, &steps);
  EXPECT_EQ(done, 4u);
  EXPECT_EQ(steps, 4u);
  EXPECT_FALSE(went_back);
}

TEST(Fork, LeavesTheChildAWorkingLibrary) {
  const Bytes file = photo();
  const CRecipe recipe = parsed("w=40&q=70&force_format=webp");
  const CWorkspace workspace(limen_workspace_create(0, nullptr));
  limen_execution execution = defaults(limen_execution_init);
  execution.workspace = workspace.get();
  execution.threads = 2;
  COutputs outputs;
  CError error;
  ASSERT_EQ(transformed(source_of(file), recipe.get(), outputs, error, nullptr, &execution),
            LIMEN_OK);
  const Bytes expected = bytes_at(outputs.get(), 0);
  const pid_t child = fork();
  ASSERT_NE(child, -1);
  if (child == 0) {
    COutputs again;
    const bool is_same =
        transformed(source_of(file), recipe.get(), again, error, nullptr, &execution) == LIMEN_OK &&
        bytes_at(again.get(), 0) == expected;
    _exit(is_same ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace limen::test
