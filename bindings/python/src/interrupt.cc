// SPDX-License-Identifier: Apache-2.0
#include "interrupt.h"

#include <pybind11/pybind11.h>

#include <atomic>

namespace limen_python {

namespace {

// All that the handler touches lives as long as the process: it may still run, on another thread,
// when the call that it stopped is over.
limen::CancelToken token;
std::atomic<void (*)(int)> before = nullptr;

extern "C" void stop_call(int number) {
  token.cancel();
  if (auto* handler = before.load(std::memory_order_relaxed)) handler(number);
}

unsigned long main_thread = 0;  // written once, before there is a call

}  // namespace

limen::CancelToken& interrupt_token() { return token; }

bool is_main_thread() {
  // In a child, fork()'s thread has the number that it had: without it there is no Ctrl-C here.
  return PyThread_get_thread_ident() == main_thread;
}

void register_interrupt() {
  const auto threading = pybind11::module_::import("threading");
  main_thread = threading.attr("main_thread")().attr("ident").cast<unsigned long>();
}

InterruptWatch::InterruptWatch() {
  token.reset();
  if (sigaction(SIGINT, nullptr, &before_) != 0) return;
  if ((before_.sa_flags & SA_SIGINFO) != 0 || before_.sa_handler == SIG_DFL ||
      before_.sa_handler == SIG_IGN) {
    return;
  }
  before.store(before_.sa_handler, std::memory_order_relaxed);
  struct sigaction ours = before_;
  ours.sa_handler = stop_call;
  is_watching_ = sigaction(SIGINT, &ours, nullptr) == 0;
}

InterruptWatch::~InterruptWatch() {
  struct sigaction now = {};
  // Unless somebody has put another in the meantime.
  if (is_watching_ && sigaction(SIGINT, nullptr, &now) == 0 && now.sa_handler == stop_call) {
    sigaction(SIGINT, &before_, nullptr);
  }
}

}  // namespace limen_python
