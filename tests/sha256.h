// SPDX-License-Identifier: Apache-2.0
#pragma once

// SHA-256 (FIPS 180-4), the plain way: what the manifests' checksums of pixels are compared with.

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

#include "limen/core/bytes.h"

namespace limen::test {

/// Takes bytes in pieces, so that a picture can be hashed row by row.
class Sha256 {
 public:
  Sha256() {
    // FIPS 180-4, 4.2.2 and 5.3.3: the first 32 bits of the fractions of the cube roots of the
    // first 64 primes, and of the square roots of the first 8. A long double's 64 bits hold them
    // exactly.
    int found = 0;
    for (int candidate = 2; found < 64; ++candidate) {
      bool is_prime = true;
      for (int d = 2; d * d <= candidate; ++d) is_prime = is_prime && candidate % d != 0;
      if (!is_prime) continue;
      round_constants_[found] = fraction_bits(std::cbrt(static_cast<long double>(candidate)));
      if (found < 8) state_[found] = fraction_bits(std::sqrt(static_cast<long double>(candidate)));
      ++found;
    }
  }

  void update(ByteView bytes) {
    for (const std::byte byte : bytes) {
      block_[length_ % 64] = std::to_integer<std::uint8_t>(byte);
      if (++length_ % 64 == 0) mix_block();
    }
  }

  /// The digest as 64 lower-case hexadecimal digits. Nothing may be added after it.
  std::string hex() {
    const std::uint64_t bits = length_ * 8;
    pad(0x80);
    while (length_ % 64 != 56) pad(0);
    for (int shift = 56; shift >= 0; shift -= 8) pad(static_cast<std::uint8_t>(bits >> shift));
    std::string text;
    for (const std::uint32_t word : state_) {
      for (int shift = 28; shift >= 0; shift -= 4) text += "0123456789abcdef"[(word >> shift) & 15];
    }
    return text;
  }

 private:
  static std::uint32_t fraction_bits(long double root) {
    return static_cast<std::uint32_t>((root - std::floor(root)) * 4294967296.0L);
  }

  void pad(std::uint8_t value) {
    const std::byte byte{value};
    update({&byte, 1});
  }

  void mix_block() {
    std::array<std::uint32_t, 64> w;
    for (int t = 0; t < 16; ++t) {
      w[t] = static_cast<std::uint32_t>(block_[4 * t]) << 24 |
             static_cast<std::uint32_t>(block_[4 * t + 1]) << 16 |
             static_cast<std::uint32_t>(block_[4 * t + 2]) << 8 | block_[4 * t + 3];
    }
    for (int t = 16; t < 64; ++t) {
      const std::uint32_t s0 =
          std::rotr(w[t - 15], 7) ^ std::rotr(w[t - 15], 18) ^ (w[t - 15] >> 3);
      const std::uint32_t s1 = std::rotr(w[t - 2], 17) ^ std::rotr(w[t - 2], 19) ^ (w[t - 2] >> 10);
      w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    auto [a, b, c, d, e, f, g, h] = state_;
    for (int t = 0; t < 64; ++t) {
      const std::uint32_t sum1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const std::uint32_t choice = (e & f) ^ (~e & g);
      const std::uint32_t t1 = h + sum1 + choice + round_constants_[t] + w[t];
      const std::uint32_t sum0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
      h = g;
      g = f;
      f = e;
      e = d + t1;
      d = c;
      c = b;
      b = a;
      a = t1 + sum0 + majority;
    }
    const std::array<std::uint32_t, 8> mixed = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; ++i) state_[i] += mixed[i];
  }

  std::array<std::uint32_t, 64> round_constants_{};
  std::array<std::uint32_t, 8> state_{};
  std::array<std::uint8_t, 64> block_{};
  std::uint64_t length_ = 0;
};

/// SHA-256 of `bytes`, as 64 lower-case hexadecimal digits.
inline std::string sha256_hex(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.hex();
}

}  // namespace limen::test
