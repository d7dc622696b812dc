// SPDX-License-Identifier: Apache-2.0
// `one_file decode FILE`: decodes FILE in a process of its own, so that budget_test can measure
// what that takes. Prints the outcome; exits 0 for a picture or a sound error, 1 for anything else.

#include <sys/resource.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "tests/properties/outcome.h"

namespace {

template <class T>
int report(const limen::Result<T>& result) {
  const std::string complaint = limen::test::complaint_about(result);
  std::printf("%s\n", !complaint.empty()   ? complaint.c_str()
                      : result.has_value() ? "a picture"
                                           : result.error().message.c_str());
  return complaint.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 1;
  // A file that loops for ever must not hang the suite.
  const rlimit seconds{20, 20};
  setrlimit(RLIMIT_CPU, &seconds);

  std::ifstream stream(argv[2], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const limen::ByteView bytes(reinterpret_cast<const std::byte*>(text.data()), text.size());

  if (std::string_view(argv[1]) == "decode") {
    limen::DecodeOptions options;
    options.read_metadata = true;
    return report(limen::decode(bytes, options));
  }
  if (std::string_view(argv[1]) == "transform") {
    return report(limen::transform(bytes, limen::test::usual_recipes()));
  }
  return 1;
}
