// SPDX-License-Identifier: Apache-2.0
#pragma once

// Ctrl-C during a call of the main thread. Python's own handler only leaves a note, which the
// interpreter reads when the call returns; so for the length of the call one of ours stands before
// it and stops the work.

#include <csignal>

#include "limen/core/cancel.h"

namespace limen_python {

/// What a call of the main thread polls; there is never more than one at a time.
limen::CancelToken& interrupt_token();

bool is_main_thread();

/// Once, before anything else here: remembers the main thread.
void register_interrupt();

/// While it lives SIGINT sets interrupt_token(), and then does what it did before. Nothing where
/// that is no handler of Python's kind. Main thread only.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  struct sigaction before_ = {};
  bool is_watching_ = false;
};

}  // namespace limen_python
