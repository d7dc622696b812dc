// SPDX-License-Identifier: Apache-2.0

// What transform() takes from the system once a Workspace has served one picture: the outputs, and
// next to nothing else. A program of its own, since it replaces the allocator.

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

#include "tests/pipeline/fixture.h"

namespace {

std::atomic<std::uint64_t> taken_bytes{0};
std::atomic<std::uint64_t> taken_times{0};

void* take(std::size_t bytes, std::size_t alignment) noexcept {
  taken_bytes += bytes;
  ++taken_times;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  return std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
}

void* take_or_throw(std::size_t bytes, std::size_t alignment) {
  void* memory = take(bytes, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

// Out of line, or GCC 12 takes the two operators for a mismatched pair.
[[gnu::noinline]] void give_back(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t bytes) { return take_or_throw(bytes, alignof(std::max_align_t)); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return take_or_throw(bytes, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
  return take(bytes, alignof(std::max_align_t));
}
void* operator new(std::size_t bytes, std::align_val_t alignment, const std::nothrow_t&) noexcept {
  return take(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t, const std::nothrow_t&) noexcept {
  give_back(memory);
}

namespace limen::test {
namespace {

struct Wish {
  const char* name;
  std::vector<Recipe> recipes;
};

Recipe wish(const std::string& query, Format format = Format::jpeg) {
  Recipe recipe = from_query(query);
  recipe.format = format;
  recipe.fidelity = Quality{80};
  recipe.effort = 1;
  return recipe;
}

TEST(Memory, ASecondPictureTakesLittleButItsOutputs) {
  EncodeOptions options;
  options.mode = Quality{80};  // 4:2:0
  const auto source = encode(scene({1201, 903}, rgb8).const_view(), options);
  ASSERT_TRUE(source.has_value());
  Recipe pixels = wish("w=300");
  pixels.linear_light = true;
  for (const Wish& wishes :
       {Wish{"planes", {wish("w=160"), wish("w=320"), wish("w=480"), wish("w=640")}},
        Wish{"planes to RGB", {wish("w=300&blur=2"), wish("w=301&h=301&r=90&sharp=1")}},
        Wish{"pixels", {wish("trim=3&w=200"), pixels, wish("w=200&r=7")}}}) {
    Workspace workspace;
    const Execution execution{.workspace = &workspace};
    std::uint64_t first = 0;
    for (int round = 0; round < 3; ++round) {
      const std::uint64_t bytes_before = taken_bytes;
      const std::uint64_t times_before = taken_times;
      const auto variants = transform(*source, wishes.recipes, {}, execution);
      const std::uint64_t bytes = taken_bytes - bytes_before;
      const std::uint64_t times = taken_times - times_before;
      ASSERT_TRUE(variants.has_value()) << variants.error().message;
      std::uint64_t outputs = 0;
      for (const Variant& variant : *variants) outputs += variant.bytes.capacity();
      if (round == 0) {
        first = bytes;
        continue;
      }
      // Names, lists, what belongs to a file's headers.
      EXPECT_LT(bytes, outputs + 100'000) << wishes.name;
      EXPECT_LT(times, 60 + 40 * wishes.recipes.size()) << wishes.name;
      EXPECT_GT(first, 10 * (bytes - outputs)) << wishes.name;  // the count counts
    }
  }
}

}  // namespace
}  // namespace limen::test
