// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <new>
#include <thread>
#include <utility>

#if defined(__unix__) || defined(__APPLE__)
#include <signal.h>
#include <unistd.h>
#endif

#include "limen/core/abi.h"

namespace limen::inline LIMEN_ABI {

namespace parking {

/// How long a thread watches for what it waits for before it sleeps: about what it takes to wake
/// one up on an idle core, so that watching at most doubles what waiting costs.
inline constexpr std::chrono::microseconds kPatience{50};

/// Whether `is_there()` came true while watching.
template <class Condition>
bool watch_for(const Condition& is_there) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  do {
    for (int i = 0; i < 16; ++i) {
      if (is_there()) return true;
#if defined(__x86_64__) || defined(__i386__)
      __builtin_ia32_pause();
#elif defined(__aarch64__)
      asm volatile("isb" ::: "memory");  // as long as a pause elsewhere; `yield` takes no time
#endif
    }
  } while (std::chrono::steady_clock::now() < end);
  return is_there();
}

/// Tells a process from its children.
inline std::int64_t process_id() {
#if defined(__unix__) || defined(__APPLE__)
  return getpid();
#else
  return 0;
#endif
}

/// While it lives, threads are started that leave the program's signals to the program's threads.
class WithoutSignals {
 public:
#if defined(__unix__) || defined(__APPLE__)
  WithoutSignals() {
    sigset_t set;
    sigfillset(&set);
    // A thread's own faults stay its own, and profilers may look at it.
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGPROF}) {
      sigdelset(&set, number);
    }
    pthread_sigmask(SIG_BLOCK, &set, &before_);
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_;
#endif
};

/// A thread that sleeps until it is given something to do.
class Thread {
 public:
  struct Work {
    void (*run)(const void* with) = nullptr;
    const void* with = nullptr;
  };

  /// Null where the system has no thread or no memory to give.
  static Thread* start() {
    Thread* thread = new (std::nothrow) Thread;
    if (thread == nullptr) return nullptr;
    const WithoutSignals masked;
#if defined(__cpp_exceptions)
    try {
      thread->thread_ = std::thread([thread] { thread->serve(); });
    } catch (...) {
      delete thread;
      return nullptr;
    }
#else
    thread->thread_ = std::thread([thread] { thread->serve(); });
#endif
    return thread;
  }

  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() {
    if (!thread_.joinable()) return;
    change_to(State::leaving);
    thread_.join();
  }

  void begin(Work work) {
    work_ = work;
    change_to(State::called);
  }

  /// Waits until the work is done. A thread that has not begun is told to stay where it is: there
  /// is nothing left for it.
  void end() {
    {
      const std::lock_guard lock(mutex_);
      if (state_ == State::called) state_ = State::idle;
    }
    wait_until([&] { return state_ == State::idle; });
  }

  Thread* next = nullptr;  ///< in a list of them

 private:
  enum class State : std::uint8_t { idle, called, working, leaving };

  Thread() = default;

  void serve() {
    for (;;) {
      wait_until([&] { return state_ == State::called || state_ == State::leaving; });
      {
        const std::lock_guard lock(mutex_);
        if (state_ == State::leaving) return;
        if (state_ != State::called) continue;
        state_ = State::working;
      }
      work_.run(work_.with);
      change_to(State::idle);
    }
  }

  void change_to(State state) {
    {
      const std::lock_guard lock(mutex_);
      state_ = state;
    }
    changed_.notify_all();
  }

  template <class Condition>
  void wait_until(const Condition& is_there) {
    if (watch_for(is_there)) return;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, is_there);
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<State> state_{State::idle};  // changed with the lock held
  Work work_;
  std::thread thread_;
};

}  // namespace parking

/// Threads that sleep between the calls that use them: starting one costs as much as a small
/// picture. Belongs to a Workspace. Thread-safe; calls at the same time have threads of their own
/// each, and as many as were ever at work at once stay. They take none of the program's signals.
///
/// In a child after fork() the parent's threads do not exist; the child starts its own.
class ParkedThreads {
 public:
  ParkedThreads() = default;
  ParkedThreads(const ParkedThreads&) = delete;
  ParkedThreads& operator=(const ParkedThreads&) = delete;
  /// Waits for the threads to end.
  ~ParkedThreads() { release(); }

  /// task(0) … task(count - 1), each once, by the caller and up to `threads` - 1 more; returns when
  /// all have returned. Where the system gives no thread, fewer do the work. Tasks do not throw.
  template <class Task>
  void run(std::size_t threads, std::size_t count, const Task& task) {
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
      for (std::size_t i = next++; i < count; i = next++) task(i);
    };
    parking::Thread* threads_at_work = nullptr;
    for (std::size_t i = 1; i < threads && i < count; ++i) {
      parking::Thread* thread = take();
      if (thread == nullptr) break;
      thread->next = threads_at_work;
      threads_at_work = thread;
      using Run = decltype(work);
      thread->begin({[](const void* with) { (*static_cast<const Run*>(with))(); }, &work});
    }
    work();
    while (threads_at_work != nullptr) {
      parking::Thread* thread = threads_at_work;
      threads_at_work = thread->next;
      thread->end();
      give_back(thread);
    }
  }

  /// Ends the threads that do nothing.
  void release() {
    parking::Thread* idle = nullptr;
    {
      const std::lock_guard lock(mutex_);
      forget_those_of_a_parent();
      std::swap(idle, idle_);
    }
    while (idle != nullptr) {
      parking::Thread* thread = idle;
      idle = thread->next;
      delete thread;
    }
  }

 private:
  parking::Thread* take() {
    {
      const std::lock_guard lock(mutex_);
      forget_those_of_a_parent();
      if (idle_ != nullptr) {
        parking::Thread* thread = idle_;
        idle_ = thread->next;
        return thread;
      }
    }
    return parking::Thread::start();
  }

  void give_back(parking::Thread* thread) {
    const std::lock_guard lock(mutex_);
    thread->next = idle_;
    idle_ = thread;
  }

  // Left as they are, for they can be neither joined nor destroyed.
  void forget_those_of_a_parent() {
    const std::int64_t process = parking::process_id();
    if (process_ != process) idle_ = nullptr;
    process_ = process;
  }

  std::mutex mutex_;
  parking::Thread* idle_ = nullptr;
  std::int64_t process_ = parking::process_id();
};

}  // namespace limen::inline LIMEN_ABI
