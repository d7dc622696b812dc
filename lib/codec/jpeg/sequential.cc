// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "lib/codec/jpeg/coded_scan.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::int32_t kMcusAtOnce = 16;

// Tables by their number in a token: luma's DC and AC, chroma's DC and AC.
constexpr std::array<int, 4> kPlaces = {0, 16, 1, 17};

class Coder {
 public:
  Coder(const QuantizedPicture& picture, bool has_own_tables, const Execution& execution)
      : picture_(picture),
        has_own_tables_(has_own_tables),
        execution_(execution),
        grid_(picture.size, picture.subsampling) {}

  Result<CodedScan> code() {
    start();
    LIMEN_TRY(rows_.prepare(grid_, *execution_.workspace));
    for (std::int32_t y = 0; y < grid_.mcu_rows; ++y) {
      if (execution_.is_cancelled()) return cancelled();
      constexpr auto kBits = LevelBits::nonzero;
      LIMEN_TRY(rows_.load(picture_, y, {kBits, kBits, kBits}));
      rows_.fill(mcus_);
      for (std::int32_t first = 0; first < grid_.mcu_columns; first += kMcusAtOnce) {
        const std::int32_t end = std::min(first + kMcusAtOnce, grid_.mcu_columns);
        const auto blocks = blocks_of_mcu_ * static_cast<std::size_t>(end - first);
        LIMEN_TRY(tokens_.make_room(kMostTokensOfBlock * blocks, *execution_.workspace));
        tokens_.close(tokenize_mcus(mcus_, first, end, tokens_.next()));
        if (!has_own_tables_) LIMEN_TRY(write_tokens());
      }
      if (!mcus_.is_codable) return no_jpeg_code();
    }
    if (has_own_tables_) LIMEN_TRY(choose_tables());
    scan_.bits.finish();
    return std::move(scan_);
  }

 private:
  void start() {
    mcus_ = start_of_scan(grid_);
    for (std::size_t c = 0; c < grid_.count; ++c) {
      scan_.components.push_back(c);
      const Token table = c == 0 ? 0 : 2;
      mcus_.components[c].dc_table = table << kTokenTableShift;
      mcus_.components[c].ac_table = (table + 1) << kTokenTableShift;
      blocks_of_mcu_ += static_cast<std::size_t>(mcus_.components[c].across) *
                        static_cast<std::size_t>(mcus_.components[c].down);
    }
    scan_.last = 63;
    if (has_own_tables_) return;
    for (std::size_t t = 0; t < table_count(); ++t) {
      add_table(t, standard_table(t % 2 == 0 ? TableKind::dc : TableKind::ac,
                                  t < 2 ? TablePlane::luminance : TablePlane::chrominance));
    }
  }

  std::size_t table_count() const { return grid_.count == 1 ? 2 : 4; }

  void add_table(std::size_t table, const HuffmanTable& codes) {
    scan_.tables.push_back({kPlaces[table], codes});
    codes_.set(table, codes);
  }

  // What has come together so far.
  Result<void> write_tokens() {
    const auto count = static_cast<std::size_t>(tokens_.next() - tokens_.first());
    LIMEN_TRY(scan_.bits.make_room(32 * std::uint64_t{count}, *execution_.workspace));
    scan_.bits.write(tokens_.first(), count, codes_);
    tokens_.clear();
    return {};
  }

  Result<void> choose_tables() {
    TokenCounts counts;
    tokens_.for_each_piece(
        [&](const Token* tokens, std::size_t count) { count_tokens(tokens, count, counts); });
    for (std::size_t t = 0; t < table_count(); ++t) {
      add_table(t, optimal_table(counts.of_table(t)));
    }
    LIMEN_TRY(scan_.bits.make_room(bits_of(counts, codes_), *execution_.workspace));
    tokens_.for_each_piece(
        [&](const Token* tokens, std::size_t count) { scan_.bits.write(tokens, count, codes_); });
    return {};
  }

  const QuantizedPicture& picture_;
  bool has_own_tables_;
  const Execution& execution_;
  JpegGrid grid_;
  LevelRows rows_;
  McuRow mcus_;
  std::size_t blocks_of_mcu_ = 0;
  TokenList tokens_;
  TokenCodes codes_;
  CodedScan scan_;
};

}  // namespace

Result<std::vector<CodedScan>> code_sequential(const QuantizedPicture& picture, bool has_own_tables,
                                               const Execution& execution) {
  Coder coder(picture, has_own_tables, execution);
  LIMEN_ASSIGN(CodedScan scan, coder.code());
  std::vector<CodedScan> scans;
  scans.push_back(std::move(scan));
  return scans;
}

}  // namespace limen::inline LIMEN_ABI
