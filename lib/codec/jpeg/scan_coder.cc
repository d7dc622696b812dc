// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/scan_coder.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::size_t kSixteenZeros = 0xF0;
constexpr int kMostBits = 10;                  // of an AC level: T.81, table F.2
constexpr std::uint32_t kLongestRun = 0x7FFF;  // T.81, G.1.2.2
// libjpeg's: it holds back so many corrections, and no further block's then.
constexpr int kMostOpenBits = 1000 - 64 + 1;

// So many zeros, then a magnitude of so many bits.
std::size_t symbol_of(int run, int bits) {
  return static_cast<std::size_t>(run) << 4 | static_cast<std::size_t>(bits);
}

}  // namespace

Result<void> ScanTokens::make_room(std::size_t count, Workspace& workspace) {
  if (static_cast<std::size_t>(end_ - next_) >= count) return {};
  close_chunk();
  const std::size_t size = std::max(kChunk, count);
  Chunk chunk;
  LIMEN_ASSIGN(chunk.buffer, workspace.allocate(size * sizeof(std::uint32_t)));
  first_ = next_ = reinterpret_cast<std::uint32_t*>(chunk.buffer.data());
  end_ = first_ + size;
  chunks_.push_back(std::move(chunk));
  return {};
}

void ScanTokens::close_chunk() {
  if (!chunks_.empty()) chunks_.back().used = static_cast<std::size_t>(next_ - first_);
}

void ScanTokens::write(const HuffmanTable& table, BitWriter& to) const {
  const std::array<std::uint32_t, 256> codes = codes_of(table);
  BitWriter writer = to;  // kept in registers
  for (std::size_t c = 0; c < chunks_.size(); ++c) {
    const auto* token = reinterpret_cast<const std::uint32_t*>(chunks_[c].buffer.data());
    const std::size_t used =
        c + 1 == chunks_.size() ? static_cast<std::size_t>(next_ - first_) : chunks_[c].used;
    for (const std::uint32_t* const end = token + used; token != end; ++token) {
      const int count = static_cast<int>(*token >> 16 & 0x1F);
      const std::uint32_t bits = *token & 0xFFFF;
      if ((*token & kHasSymbol) == 0) {
        writer.put(bits, count);
        continue;
      }
      const std::size_t symbol = *token >> 24;
      writer.put(codes[symbol] << count | bits, table.lengths[symbol] + count);
    }
  }
  to = writer;
}

void AcScan::add_corrections(const Corrections& corrections) {
  int left = corrections.count;
  while (left > 0) {
    const int now = std::min(left, 16);
    left -= now;
    tokens_.add_bits(static_cast<std::uint32_t>(corrections.bits >> left) & ((1u << now) - 1), now);
  }
}

void AcScan::end_run() {
  if (open_run_ == 0) return;
  const int bits = std::bit_width(open_run_) - 1;
  tokens_.add(static_cast<std::size_t>(bits) << 4, open_run_ & ((1u << bits) - 1), bits);
  open_run_ = 0;
  for (std::size_t i = 0; i < open_count_; ++i) add_corrections(open_corrections_[i]);
  open_count_ = 0;
  open_bits_ = 0;
}

void AcScan::add_first(const std::int16_t* levels, const BlockBits& bits) {
  // Bits first_ to last_.
  const std::uint64_t band = (~std::uint64_t{0} >> (63 - last_)) & (~std::uint64_t{0} << first_);
  std::uint64_t coded = at_least(bits, low_) & band;
  int before = first_ - 1;
  if (coded != 0) end_run();
  for (; coded != 0; coded &= coded - 1) {
    const int k = std::countr_zero(coded);
    int run = k - before - 1;
    for (; run > 15; run -= 16) tokens_.add(kSixteenZeros, 0, 0);
    const int level = levels[k];
    const auto magnitude = static_cast<std::uint32_t>(level < 0 ? -level : level) >> low_;
    int size = std::bit_width(magnitude);
    if (size > kMostBits) {
      all_codable_ = false;
      size = kMostBits;
    }
    // A negative one's bits are those of its magnitude turned round.
    const std::uint32_t value = (level < 0 ? ~magnitude : magnitude) & ((1u << size) - 1);
    tokens_.add(symbol_of(run, size), value, size);
    before = k;
  }
  if (before < last_ && ++open_run_ == kLongestRun) end_run();
}

AcScan::Corrections AcScan::corrections_of(const std::int16_t* levels, std::uint64_t known) const {
  Corrections corrections;
  for (; known != 0; known &= known - 1) {
    const int level = levels[std::countr_zero(known)];
    const auto magnitude = static_cast<std::uint32_t>(level < 0 ? -level : level);
    corrections.bits = corrections.bits << 1 | (magnitude >> low_ & 1);
    ++corrections.count;
  }
  return corrections;
}

void AcScan::refine_block(const std::int16_t* levels, const BlockBits& bits) {
  // What is known already up to the next fresh one, whose symbol its corrections stand behind.
  std::uint64_t known = at_least(bits, low_ + 1);
  std::uint64_t fresh = at_least(bits, low_) & ~known;
  int before = first_ - 1;
  for (; fresh != 0; fresh &= fresh - 1) {
    const int k = std::countr_zero(fresh);
    std::uint64_t between = known & ((std::uint64_t{1} << k) - 1);
    known ^= between;
    Corrections corrections = corrections_of(levels, between);
    int run = k - before - 1 - corrections.count;
    end_run();
    if (run > 15) run = add_sixteens(levels, before, k, between, corrections);
    before = k;
    // Sign and corrections, together where a token holds them.
    const std::uint32_t sign = levels[k] < 0 ? 0 : 1;
    const std::size_t symbol = symbol_of(run, 1);
    if (corrections.count < 16) {
      tokens_.add(symbol, sign << corrections.count | static_cast<std::uint32_t>(corrections.bits),
                  corrections.count + 1);
    } else {
      tokens_.add(symbol, sign, 1);
      add_corrections(corrections);
    }
  }
  if (before == last_) return;
  const Corrections corrections = corrections_of(levels, known);
  ++open_run_;
  if (corrections.count > 0) open_corrections_[open_count_++] = corrections;
  open_bits_ += corrections.count;
  if (open_run_ == kLongestRun || open_bits_ > kMostOpenBits) end_run();
}

// Sixteen zeros are said once a value that is not zero stands behind them, before its own
// correction and with those before it. Returns the zeros that are left, and their corrections.
int AcScan::add_sixteens(const std::int16_t* levels, int before, int k, std::uint64_t between,
                         Corrections& corrections) {
  std::uint64_t unsaid = 0;
  int run = 0;
  for (std::uint64_t left = between | std::uint64_t{1} << k; left != 0; left &= left - 1) {
    const int at = std::countr_zero(left);
    run += at - before - 1;
    before = at;
    for (; run > 15; run -= 16) {
      tokens_.add(kSixteenZeros, 0, 0);
      add_corrections(corrections_of(levels, unsaid));
      unsaid = 0;
    }
    if (at != k) unsaid |= std::uint64_t{1} << at;
  }
  corrections = corrections_of(levels, unsaid);
  return run;
}

}  // namespace limen::inline LIMEN_ABI
