// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/huffman.h"

#include <algorithm>
#include <numeric>

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

// T.81, tables K.3 to K.6: how many codes each length has, and the symbols of the shorter ones.
struct StandardTable {
  std::array<std::uint8_t, 17> codes_of_length;
  std::array<std::uint8_t, 43> first_symbols;
  std::size_t first_count;
};
constexpr std::array<std::uint8_t, 43> kDcSymbols = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
constexpr StandardTable kLuminanceDc = {
    {0, 0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}, kDcSymbols, 12};
constexpr StandardTable kChrominanceDc = {
    {0, 0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0}, kDcSymbols, 12};
constexpr StandardTable kLuminanceAc = {
    {0, 0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125},
    {0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13,
     0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42,
     0xB1, 0xC1, 0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82},
    37};
constexpr StandardTable kChrominanceAc = {
    {0, 0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119},
    {0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61,
     0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09, 0x23, 0x33,
     0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25, 0xF1},
    43};

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
  // By the depths before they were shortened, then by value.
  std::array<std::size_t, kLongest + 2> places{};
  for (const std::uint8_t each : depth) {
    if (each > 0) ++places[each + std::size_t{1}];
  }
  std::partial_sum(places.begin(), places.end(), places.begin());
  for (std::size_t symbol = 0; symbol < 256; ++symbol) {
    if (depth[symbol] > 0) {
      table.symbols[places[depth[symbol]]++] = static_cast<std::uint8_t>(symbol);
    }
  }
  complete(table);
  return table;
}

HuffmanTable standard_table(TableKind kind, TablePlane plane) {
  const bool is_luma = plane == TablePlane::luminance;
  const StandardTable& from = kind == TableKind::dc ? (is_luma ? kLuminanceDc : kChrominanceDc)
                                                    : (is_luma ? kLuminanceAc : kChrominanceAc);
  HuffmanTable table;
  table.codes_of_length = from.codes_of_length;
  std::copy_n(from.first_symbols.begin(), from.first_count, table.symbols.begin());
  if (kind == TableKind::ac) {
    // The rest are the other runs and sizes in their order.
    std::array<bool, 256> has{};
    for (std::size_t i = 0; i < from.first_count; ++i) has[from.first_symbols[i]] = true;
    std::size_t place = from.first_count;
    for (std::size_t symbol = 0; symbol < 256; ++symbol) {
      const std::size_t size = symbol % 16;
      if (size >= 1 && size <= 10 && !has[symbol]) {
        table.symbols[place++] = static_cast<std::uint8_t>(symbol);
      }
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
