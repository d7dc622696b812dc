// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

// A thread that is handed calls and hands back what they made: what a binding pays at the least, on
// the machine that this runs on, if its calls leave the caller's thread free.
template <typename Made>
class HandedOver {
 public:
  HandedOver() : thread_([this] { work(); }) {}
  ~HandedOver() {
    hand_over({});  // no call: the end
    thread_.join();
  }
  HandedOver(const HandedOver&) = delete;
  HandedOver& operator=(const HandedOver&) = delete;

  /// make(0) to make(count - 1), with so many under way, of which one is at work. What one makes is
  /// given up here; what it throws comes out here.
  template <typename Make>
  void run(std::size_t count, std::size_t in_flight, const Make& make) {
    std::deque<std::future<Made>> under_way;
    for (std::size_t i = 0; i < count; ++i) {
      Call call([make, i] { return make(i); });
      under_way.push_back(call.get_future());
      hand_over(std::move(call));
      if (under_way.size() < in_flight) continue;
      under_way.front().get();
      under_way.pop_front();
    }
    for (std::future<Made>& made : under_way) made.get();
  }

 private:
  using Call = std::packaged_task<Made()>;

  void hand_over(Call call) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(call));
    }
    is_waiting_.notify_one();
  }

  void work() {
    for (Call call; (call = next()).valid();) call();
  }

  Call next() {
    std::unique_lock lock(mutex_);
    is_waiting_.wait(lock, [this] { return !waiting_.empty(); });
    Call call = std::move(waiting_.front());
    waiting_.pop_front();
    return call;
  }

  std::mutex mutex_;
  std::condition_variable is_waiting_;
  std::deque<Call> waiting_;
  std::thread thread_;  // the last: it begins with all else made
};
