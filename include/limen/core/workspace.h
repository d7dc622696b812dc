// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <span>
#include <thread>
#include <utility>

#include "limen/core/abi.h"
#include "limen/core/checked_size.h"
#include "limen/core/limits.h"
#include "limen/core/parked_threads.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

namespace memory {

/// Buffers start on a cache line and vector loads may read this much past their end.
inline constexpr std::uint64_t kAlignment = 64;

struct Block {
  std::byte* data = nullptr;
  std::uint64_t capacity = 0;
  std::thread::id user{};  ///< who gave it back: that thread's core may have it in its caches
};

}  // namespace memory

/// Where a Workspace takes its memory from, both or neither set; neither: the aligned operator new.
/// `allocate` returns `bytes` bytes at a multiple of `alignment` (a power of two), or null; `free`
/// gets what `allocate` gave. Both may be called from any thread that uses the Workspace or a
/// buffer of its, one call at a time, and must not throw. `opaque` must live until the Workspace
/// and all of its buffers are gone.
struct Allocator {
  void* (*allocate)(void* opaque, std::size_t bytes, std::size_t alignment) = nullptr;
  void (*free)(void* opaque, void* data) = nullptr;
  void* opaque = nullptr;
};

namespace memory {

inline Block allocate_block(std::uint64_t capacity, const Allocator& allocator) {
  const auto bytes = static_cast<std::size_t>(capacity);
  void* data = allocator.allocate != nullptr
                   ? allocator.allocate(allocator.opaque, bytes, kAlignment)
                   : ::operator new (bytes, std::align_val_t{kAlignment}, std::nothrow);
  return {.data = static_cast<std::byte*>(data), .capacity = data == nullptr ? 0 : capacity};
}

inline void free_block(Block block, const Allocator& allocator) {
  if (allocator.allocate != nullptr) {
    allocator.free(allocator.opaque, block.data);
  } else {
    ::operator delete (block.data, std::align_val_t{kAlignment}, std::nothrow);
  }
}

/// What a Workspace and all buffers that came from it share; lives as long as the last of them.
class Pool {
 public:
  Pool(std::uint64_t limit, const Allocator& allocator) : limit_(limit), allocator_(allocator) {}
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  void add_reference() { references_.fetch_add(1, std::memory_order_relaxed); }
  void drop_reference() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  Result<void> charge(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    return charge_locked(bytes);
  }

  void refund(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    in_use_ -= bytes;
  }

  Result<Block> take(std::uint64_t capacity) {
    const std::lock_guard lock(mutex_);
    // The smallest kept block that fits and is not wastefully large; of several that this thread
    // had before, so that threads of a call do not swap theirs from one call to the next.
    const std::thread::id user = std::this_thread::get_id();
    Block* best = nullptr;
    for (Block& block : kept_locked()) {
      if (block.capacity < capacity || block.capacity / 2 > capacity) continue;
      if (best == nullptr || block.capacity < best->capacity ||
          (block.capacity == best->capacity && best->user != user && block.user == user)) {
        best = &block;
      }
    }
    if (best != nullptr && in_use_ + best->capacity <= limit_) {
      const Block block = *best;
      *best = kept_[--kept_count_];
      kept_bytes_ -= block.capacity;
      LIMEN_TRY(charge_locked(block.capacity));
      return block;
    }
    LIMEN_TRY(charge_locked(capacity));
    if (in_use_ + kept_bytes_ > limit_) drop_kept_locked();
    Block block = allocate_block(capacity, allocator_);
    if (block.data == nullptr) {
      drop_kept_locked();
      block = allocate_block(capacity, allocator_);
    }
    if (block.data == nullptr) {
      in_use_ -= capacity;
      return out_of_memory();
    }
    return block;
  }

  void give_back(Block block) {
    block.user = std::this_thread::get_id();
    const std::lock_guard lock(mutex_);
    in_use_ -= block.capacity;
    if (in_use_ + kept_bytes_ + block.capacity <= limit_ && kept_count_ < kept_.size()) {
      kept_[kept_count_++] = block;
      kept_bytes_ += block.capacity;
      return;
    }
    free_block(block, allocator_);
  }

  void drop_kept() {
    const std::lock_guard lock(mutex_);
    drop_kept_locked();
  }

  void set_limit(std::uint64_t limit) {
    const std::lock_guard lock(mutex_);
    limit_ = limit;
  }
  std::uint64_t limit() const {
    const std::lock_guard lock(mutex_);
    return limit_;
  }
  std::uint64_t in_use() const {
    const std::lock_guard lock(mutex_);
    return in_use_;
  }
  std::uint64_t peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
  }
  void reset_peak() {
    const std::lock_guard lock(mutex_);
    peak_ = in_use_;
  }

 private:
  ~Pool() { drop_kept_locked(); }

  Result<void> charge_locked(std::uint64_t bytes) {
    const auto total = checked_add(in_use_, bytes);
    if (!total || *total > limit_) {
      return limit_exceeded(Limit::working_memory, total.value_or(bytes), limit_);
    }
    in_use_ = *total;
    if (in_use_ > peak_) peak_ = in_use_;
    return {};
  }

  std::span<Block> kept_locked() { return std::span(kept_).first(kept_count_); }

  void drop_kept_locked() {
    for (const Block& block : kept_locked()) free_block(block, allocator_);
    kept_count_ = 0;
    kept_bytes_ = 0;
  }

  mutable std::mutex mutex_;
  std::atomic<std::uint32_t> references_{1};
  std::uint64_t limit_;
  const Allocator allocator_;
  std::uint64_t in_use_ = 0;
  std::uint64_t peak_ = 0;
  std::uint64_t kept_bytes_ = 0;
  // As many as the widest job holds at once: a search for the quality takes some ninety buffers,
  // and what does not fit here is given back to the system and faulted in anew for the next
  // picture.
  std::array<Block, 128> kept_{};
  std::size_t kept_count_ = 0;
};

}  // namespace memory

/// Uninitialised memory, 64-byte aligned, with 64 readable bytes behind its end for vector loads.
/// Move-only. Goes back to the Workspace it came from, which it may outlive. Thread-safe to
/// destroy.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        block_(std::exchange(other.block_, memory::Block{})),
        size_(std::exchange(other.size_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    std::swap(pool_, taken.pool_);
    std::swap(block_, taken.block_);
    std::swap(size_, taken.size_);
    return *this;
  }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    if (pool_ != nullptr) {
      pool_->give_back(block_);
      pool_->drop_reference();
    } else if (block_.data != nullptr) {
      memory::free_block(block_, {});
    }
  }

  /// Memory that belongs to no Workspace and counts against no limit.
  static Result<Buffer> create(std::uint64_t bytes) { return create_in(nullptr, bytes); }

  std::byte* data() { return block_.data; }
  const std::byte* data() const { return block_.data; }
  std::uint64_t size() const { return size_; }

 private:
  friend class Workspace;

  static Result<Buffer> create_in(memory::Pool* pool, std::uint64_t bytes) {
    const auto padded = checked_add(bytes, memory::kAlignment);
    const auto capacity = padded ? checked_align_up(*padded, memory::kAlignment) : std::nullopt;
    if (!capacity || static_cast<std::uint64_t>(static_cast<std::size_t>(*capacity)) != *capacity) {
      return limit_exceeded(Limit::working_memory, bytes, pool != nullptr ? pool->limit() : 0);
    }
    Buffer buffer;
    if (pool != nullptr) {
      LIMEN_ASSIGN(buffer.block_, pool->take(*capacity));
      pool->add_reference();
      buffer.pool_ = pool;
    } else {
      buffer.block_ = memory::allocate_block(*capacity, {});
      if (buffer.block_.data == nullptr) return out_of_memory();
    }
    buffer.size_ = bytes;
    return buffer;
  }

  memory::Pool* pool_ = nullptr;
  memory::Block block_;
  std::uint64_t size_ = 0;
};

/// Memory that a library below limen will take by its own allocator: counted, not held. Move-only.
class MemoryReservation {
 public:
  MemoryReservation() = default;
  MemoryReservation(MemoryReservation&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryReservation& operator=(MemoryReservation&& other) noexcept {
    MemoryReservation taken(std::move(other));
    std::swap(pool_, taken.pool_);
    std::swap(bytes_, taken.bytes_);
    return *this;
  }
  MemoryReservation(const MemoryReservation&) = delete;
  MemoryReservation& operator=(const MemoryReservation&) = delete;
  ~MemoryReservation() {
    if (pool_ != nullptr) {
      pool_->refund(bytes_);
      pool_->drop_reference();
    }
  }

 private:
  friend class Workspace;
  memory::Pool* pool_ = nullptr;
  std::uint64_t bytes_ = 0;
};

/// Reusable working memory with a limit, and the account of what was held at the most. A service
/// keeps one per worker: after the first picture, later ones of the same size take nothing new from
/// the system. All members are thread-safe, but calls that share a Workspace share its limit.
///
/// Threads of calls with Execution::threads above 1 are kept as well, until release_unused() or the
/// Workspace's end. After fork() the child may go on with a Workspace that no call was using.
class Workspace {
 public:
  /// `limit`: bytes held at one time, reservations included.
  explicit Workspace(std::uint64_t limit = Limits{}.working_memory, const Allocator& allocator = {})
      : pool_(new (std::nothrow) memory::Pool(limit, allocator)) {}
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;
  ~Workspace() {
    if (pool_ != nullptr) {
      pool_->drop_kept();
      pool_->set_limit(0);  // buffers that come back later are freed, not kept
      pool_->drop_reference();
    }
  }

  /// Errors: limit_exceeded (working_memory), out_of_memory.
  Result<Buffer> allocate(std::uint64_t bytes) {
    if (pool_ == nullptr) return out_of_memory();
    return Buffer::create_in(pool_, bytes);
  }

  /// Counts `bytes` against the limit until the reservation dies. Errors: limit_exceeded.
  Result<MemoryReservation> reserve(std::uint64_t bytes) {
    if (pool_ == nullptr) return out_of_memory();
    LIMEN_TRY(pool_->charge(bytes));
    pool_->add_reference();
    MemoryReservation reservation;
    reservation.pool_ = pool_;
    reservation.bytes_ = bytes;
    return reservation;
  }

  std::uint64_t limit() const { return pool_ != nullptr ? pool_->limit() : 0; }
  void set_limit(std::uint64_t bytes) {
    if (pool_ != nullptr) pool_->set_limit(bytes);
  }
  std::uint64_t bytes_in_use() const { return pool_ != nullptr ? pool_->in_use() : 0; }
  std::uint64_t peak_bytes() const { return pool_ != nullptr ? pool_->peak() : 0; }
  void reset_peak() {
    if (pool_ != nullptr) pool_->reset_peak();
  }
  /// Gives memory that no buffer uses back to the system, and ends threads that no call uses.
  void release_unused() {
    if (pool_ != nullptr) pool_->drop_kept();
    threads_.release();
  }

  /// For those who write an operation of their own.
  ParkedThreads& threads() { return threads_; }

 private:
  memory::Pool* pool_;
  ParkedThreads threads_;
};

}  // namespace limen::inline LIMEN_ABI
