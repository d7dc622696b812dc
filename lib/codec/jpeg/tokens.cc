// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/tokens.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace limen::inline LIMEN_ABI {

namespace {

// Pieces grow with the list, so that small pictures take little and large ones few.
constexpr std::size_t kSmallestPiece = std::size_t{1} << 14;
constexpr std::size_t kLargestPiece = std::size_t{1} << 18;

}  // namespace

void TokenCodes::set(std::size_t table, const HuffmanTable& codes) {
  const std::array<std::uint32_t, 256> bits = codes_of(codes);
  for (std::size_t s = 0; s < 256; ++s) {
    of_kind[256 * table + s] = bits[s] << 8 | codes.lengths[s];
  }
}

Result<void> TokenList::make_room(std::size_t count, Workspace& workspace) {
  if (static_cast<std::size_t>(end_ - next_) >= count) return {};
  if (!pieces_.empty()) pieces_.back().used = static_cast<std::size_t>(next_ - first_);
  const std::size_t size = std::max(count, std::clamp(2 * size_, kSmallestPiece, kLargestPiece));
  Piece piece;
  LIMEN_ASSIGN(piece.buffer, workspace.allocate(size * sizeof(Token)));
  first_ = next_ = reinterpret_cast<Token*>(piece.buffer.data());
  end_ = first_ + size;
  size_ = size;
  pieces_.push_back(std::move(piece));
  return {};
}

void TokenList::clear() {
  if (pieces_.size() > 1) {
    std::swap(pieces_.front(), pieces_.back());
    pieces_.resize(1);
  }
  next_ = first_;
}

Result<void> BitBuffer::make_room(std::uint64_t bits, Workspace& workspace) {
  const std::size_t used = size();
  const std::uint64_t wanted = used + bits / 8 + kSlack;
  if (wanted <= buffer_.size()) return {};
  LIMEN_ASSIGN(Buffer larger, workspace.allocate(std::max(wanted, 2 * buffer_.size())));
  if (used > 0) std::memcpy(larger.data(), buffer_.data(), used);
  buffer_ = std::move(larger);
  state_.next = buffer_.data() + used;
  return {};
}

void BitBuffer::finish() {
  if (state_.count == 0) return;
  const auto ones = (1u << (8 - state_.count)) - 1;
  *state_.next++ = static_cast<std::byte>(state_.held >> 56 | ones);
  state_.held = 0;
  state_.count = 0;
}

std::uint64_t bits_of(const TokenCounts& counts, const TokenCodes& codes) {
  std::uint64_t bits = counts.bits;
  for (std::size_t i = 0; i < kTokenKinds; ++i) {
    bits += std::uint64_t{counts.of_kind[i]} * (codes.of_kind[i] & 0xFF);
  }
  return bits;
}

}  // namespace limen::inline LIMEN_ABI
