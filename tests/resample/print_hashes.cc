// SPDX-License-Identifier: Apache-2.0

// Prints hash_cases(), one a line. Compiled header-only for several instruction sets, and linked;
// the outputs of all must be the same.

#if !defined(LIMEN_TEST_LINKED)
#define LIMEN_HEADER_ONLY
#endif
#include <cstdio>

#include "tests/resample/hash_cases.h"

int main() {
  for (const auto& [label, hash] : limen::test::hash_cases()) {
    std::printf("%s %016llx\n", label.c_str(), static_cast<unsigned long long>(hash));
  }
  return 0;
}
