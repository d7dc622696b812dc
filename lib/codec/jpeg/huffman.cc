// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/huffman.h"

#include <algorithm>

namespace limen::inline LIMEN_ABI {

namespace {

// Every count and the reserved symbol 256, which gets the code of ones alone.
constexpr int kReserved = 256;
constexpr std::size_t kMostNodes = 2 * 257 - 1;
constexpr std::size_t kLongest = 64;  // a deeper tree would need more symbols than 64 bits count

struct Node {
  std::uint64_t count = 0;
  int symbol = 0;  // a tree goes by its rarer part's, the larger one of two that are equally rare
  std::array<int, 2> children = {-1, -1};
};

class Tree {
 public:
  explicit Tree(const SymbolCounts& counts) {
    for (int symbol = 0; symbol < kReserved; ++symbol) {
      const std::uint64_t count = counts[static_cast<std::size_t>(symbol)];
      if (count > 0) add({.count = count, .symbol = symbol});
    }
    add({.count = 1, .symbol = kReserved});
    while (queued_ > 1) {
      const int first = take(), second = take();
      add({.count = node(first).count + node(second).count,
           .symbol = node(first).symbol,
           .children = {first, second}});
    }
    // Parents stand behind their children.
    for (std::size_t i = size_; i-- > 0;) {
      for (const int child : nodes_[i].children) {
        if (child >= 0) {
          depths_[static_cast<std::size_t>(child)] =
              static_cast<std::uint8_t>(std::min<std::size_t>(depths_[i] + 1u, kLongest));
        }
      }
    }
  }

  template <class Use>
  void for_each_leaf(const Use& use) const {
    for (std::size_t i = 0; i < size_; ++i) {
      if (nodes_[i].children[0] < 0) use(nodes_[i].symbol, depths_[i]);
    }
  }

 private:
  const Node& node(int i) const { return nodes_[static_cast<std::size_t>(i)]; }
  bool comes_later(int a, int b) const {
    return node(a).count != node(b).count ? node(a).count > node(b).count
                                          : node(a).symbol < node(b).symbol;
  }
  void add(const Node& made) {
    nodes_[size_] = made;
    queue_[queued_++] = static_cast<int>(size_++);
    std::push_heap(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queued_),
                   [this](int a, int b) { return comes_later(a, b); });
  }
  int take() {
    std::pop_heap(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(queued_),
                  [this](int a, int b) { return comes_later(a, b); });
    return queue_[--queued_];
  }

  std::array<Node, kMostNodes> nodes_;
  std::array<std::uint8_t, kMostNodes> depths_{};
  std::array<int, 257> queue_{};
  std::size_t size_ = 0;
  std::size_t queued_ = 0;
};

// T.81, figure K.3: two codes of the longest length become one of the next shorter, and another
// shorter code makes room for the second.
void shorten(std::array<int, kLongest + 1>& of_length) {
  for (std::size_t length = kLongest; length > 16; --length) {
    while (of_length[length] > 0) {
      std::size_t shorter = length - 2;
      while (of_length[shorter] == 0) --shorter;
      of_length[length] -= 2;
      ++of_length[length - 1];
      of_length[shorter + 1] += 2;
      --of_length[shorter];
    }
  }
}

}  // namespace

void complete(HuffmanTable& table) {
  table.symbol_count = 0;
  table.lengths = {};
  for (std::size_t length = 1; length <= 16; ++length) {
    for (int i = 0; i < table.codes_of_length[length] && table.symbol_count < 256; ++i) {
      table.lengths[table.symbols[table.symbol_count++]] = static_cast<std::uint8_t>(length);
    }
  }
}

HuffmanTable optimal_table(const SymbolCounts& counts) {
  const Tree tree(counts);
  std::array<int, kLongest + 1> of_length{};
  std::array<std::uint8_t, 256> depth{};
  tree.for_each_leaf([&](int symbol, std::uint8_t length) {
    ++of_length[length];
    if (symbol != kReserved) depth[static_cast<std::size_t>(symbol)] = length;
  });
  shorten(of_length);
  // The reserved symbol's is the last of the longest codes; without any other symbol it is all.
  std::size_t longest = 16;
  while (longest > 0 && of_length[longest] == 0) --longest;
  if (longest > 0) --of_length[longest];
  HuffmanTable table;
  for (std::size_t length = 1; length <= 16; ++length) {
    table.codes_of_length[length] = static_cast<std::uint8_t>(of_length[length]);
  }
  std::size_t place = 0;
  for (std::size_t length = 1; length <= kLongest; ++length) {
    for (std::size_t symbol = 0; symbol < 256; ++symbol) {
      if (depth[symbol] == length) table.symbols[place++] = static_cast<std::uint8_t>(symbol);
    }
  }
  complete(table);
  return table;
}

std::array<std::uint32_t, 256> codes_of(const HuffmanTable& table) {
  std::array<std::uint32_t, 256> codes{};
  std::uint32_t code = 0;
  std::size_t place = 0;
  for (std::size_t length = 1; length <= 16; ++length, code <<= 1) {
    for (int i = 0; i < table.codes_of_length[length]; ++i) codes[table.symbols[place++]] = code++;
  }
  return codes;
}

std::uint64_t code_bits(const SymbolCounts& counts, const HuffmanTable& table) {
  std::uint64_t bits = 0;
  for (std::size_t symbol = 0; symbol < 256; ++symbol) {
    bits += counts[symbol] * table.lengths[symbol];
  }
  return bits;
}

}  // namespace limen::inline LIMEN_ABI
