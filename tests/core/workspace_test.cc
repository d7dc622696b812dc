// SPDX-License-Identifier: Apache-2.0
#include "limen/core/workspace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <optional>
#include <thread>

#include "limen/core/image.h"

namespace limen {
namespace {

TEST(Workspace, RefusesWhatExceedsItsLimitAndNamesBoth) {
  Workspace workspace(1000);
  const auto reservation = workspace.reserve(600);
  ASSERT_TRUE(reservation.has_value());
  const auto refused = workspace.reserve(600);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(refused.error().limit, Limit::working_memory);
  EXPECT_EQ(refused.error().asked, 1200u);
  EXPECT_EQ(refused.error().allowed, 1000u);
}

TEST(Workspace, ReservationEndsWithItsLife) {
  Workspace workspace(1000);
  {
    const auto reservation = workspace.reserve(1000);
    EXPECT_EQ(workspace.bytes_in_use(), 1000u);
  }
  EXPECT_EQ(workspace.bytes_in_use(), 0u);
  EXPECT_EQ(workspace.peak_bytes(), 1000u);
}

TEST(Workspace, HandsTheSameMemoryOutAgain) {
  Workspace workspace;
  const std::byte* first = nullptr;
  {
    auto buffer = workspace.allocate(100'000);
    ASSERT_TRUE(buffer.has_value());
    first = buffer->data();
  }
  auto again = workspace.allocate(90'000);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->data(), first);
}

TEST(Workspace, HandsAThreadWhatThatThreadHadBefore) {
  Workspace workspace;
  const std::byte* first = nullptr;
  {
    const auto buffer = workspace.allocate(100'000);
    ASSERT_TRUE(buffer.has_value());
    first = buffer->data();
    std::thread([&] { EXPECT_TRUE(workspace.allocate(100'000).has_value()); }).join();
  }
  // Kept are now the other thread's and, behind it, this one's.
  const auto again = workspace.allocate(100'000);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->data(), first);
}

TEST(Workspace, KeptMemoryMakesRoomForALargerBuffer) {
  Workspace workspace(1'000'000);
  { const auto small = workspace.allocate(600'000); }
  EXPECT_TRUE(workspace.allocate(900'000).has_value());
}

TEST(Workspace, BuffersMayOutliveIt) {
  std::optional<Buffer> buffer;
  {
    Workspace workspace;
    buffer = *workspace.allocate(4096);
  }
  buffer->data()[4095] = std::byte{1};
}

// An allocator that counts what it has handed out, and has nothing left when told so.
struct CountedMemory {
  static void* allocate(void* opaque, std::size_t bytes, std::size_t alignment) {
    auto& self = *static_cast<CountedMemory*>(opaque);
    if (self.is_empty) return nullptr;
    ++self.held;
    self.largest = std::max(self.largest, bytes);
    return ::operator new (bytes, std::align_val_t{alignment});
  }
  static void free(void* opaque, void* data) {
    --static_cast<CountedMemory*>(opaque)->held;
    ::operator delete (data, std::align_val_t{memory::kAlignment});
  }
  int held = 0;
  std::size_t largest = 0;
  bool is_empty = false;
};

TEST(Workspace, TakesAllItsMemoryFromTheCallersAllocator) {
  CountedMemory counted;
  std::optional<Buffer> outlives;
  {
    Workspace workspace(1'000'000, {CountedMemory::allocate, CountedMemory::free, &counted});
    outlives = *workspace.allocate(1000);
    { const auto kept = workspace.allocate(100'000); }
    EXPECT_EQ(counted.held, 2);
    EXPECT_GE(counted.largest, 100'000u);
    workspace.release_unused();
    EXPECT_EQ(counted.held, 1);
    counted.is_empty = true;
    EXPECT_EQ(workspace.allocate(500'000).error().code, ErrorCode::out_of_memory);
    EXPECT_EQ(workspace.bytes_in_use(), memory::kAlignment + 1024);
  }
  EXPECT_EQ(counted.held, 1);
  outlives.reset();
  EXPECT_EQ(counted.held, 0);
}

TEST(Workspace, SizesThatOverflowAreRefused) {
  Workspace workspace(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(workspace.allocate(std::numeric_limits<std::uint64_t>::max()).error().code,
            ErrorCode::limit_exceeded);
}

TEST(Image, RowsAreAlignedAndTheLimitHolds) {
  Workspace workspace(100'000);
  auto image = Image::create({33, 7}, rgb8, &workspace);
  ASSERT_TRUE(image.has_value());
  EXPECT_EQ(image->stride() % 64, 0);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(image->view().row(3)) % 64, 0u);
  EXPECT_EQ(Image::create({2000, 2000}, rgb8, &workspace).error().limit, Limit::working_memory);
  EXPECT_EQ(Image::create({0, 5}, rgb8).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(Image::create({-1, 5}, rgb8).error().code, ErrorCode::invalid_argument);
  constexpr auto kHuge = std::numeric_limits<std::int32_t>::max();
  EXPECT_EQ(Image::create({kHuge, kHuge}, rgba_f32, &workspace).error().code,
            ErrorCode::limit_exceeded);
}

}  // namespace
}  // namespace limen
