// SPDX-License-Identifier: Apache-2.0
#include "tests/sha256.h"

#include <gtest/gtest.h>

#include <string_view>

namespace limen::test {
namespace {

std::string of_text(std::string_view text) {
  return sha256_hex({reinterpret_cast<const std::byte*>(text.data()), text.size()});
}

// The examples of NIST's "Cryptographic Standards and Guidelines: Example Values" for SHA-256.
TEST(Sha256, PublishedExamples) {
  EXPECT_EQ(of_text(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(of_text("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(of_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(of_text(std::string(1000000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAreTheWhole) {
  const std::string text(200, 'x');
  Sha256 hash;
  const auto bytes = ByteView(reinterpret_cast<const std::byte*>(text.data()), text.size());
  hash.update(bytes.first(63));
  hash.update(bytes.subspan(63, 2));
  hash.update(bytes.subspan(65));
  EXPECT_EQ(hash.hex(), sha256_hex(bytes));
}

}  // namespace
}  // namespace limen::test
