// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "lib/codec/jpeg/coded_scan.h"
#include "lib/codec/jpeg/scan_coder.h"
#include "lib/codec/jpeg/scan_script.h"

namespace limen::inline LIMEN_ABI {

namespace {

// One AC scan and what it has said so far.
struct AcTokens {
  std::size_t component = 0;
  AcScan scan;
  TokenList tokens;
};

class Coder {
 public:
  Coder(const QuantizedPicture& picture, Progression progression, const Execution& execution)
      : picture_(picture),
        progression_(progression),
        execution_(execution),
        grid_(picture.size, picture.subsampling) {}

  Result<std::vector<CodedScan>> code() {
    LIMEN_TRY(start());
    LIMEN_TRY(rows_.prepare(grid_, *execution_.workspace));
    for (std::int32_t y = 0; y < grid_.mcu_rows; ++y) {
      if (execution_.is_cancelled()) return cancelled();
      LIMEN_TRY(rows_.load(picture_, y, {luma_bits(), chroma_bits(), chroma_bits()}));
      LIMEN_TRY(add_dc());
      for (AcTokens& ac : ac_) LIMEN_TRY(add_ac(ac));
      if (!mcus_.is_codable || !whole_mcus_.is_codable) return no_jpeg_code();
    }
    choose_dc();
    LIMEN_TRY(finish_dc_differences());
    for (std::size_t i = 0; i < ac_.size(); ++i) {
      if (i == before_dc_bits_) LIMEN_TRY(finish_dc_bits());
      LIMEN_TRY(finish(ac_[i]));
    }
    if (before_dc_bits_ >= ac_.size()) LIMEN_TRY(finish_dc_bits());
    return std::move(scans_);
  }

 private:
  Result<void> start() {
    LIMEN_ASSIGN(const ScanScript script, choose_script());
    before_dc_bits_ = script.before_dc_bits;
    ac_.reserve(script.scans.size());
    for (const ScriptedScan& scan : script.scans) {
      AcTokens& ac = ac_.emplace_back();
      ac.component = scan.component;
      ac.scan = scan.start();
    }
    mcus_ = start_of_scan(grid_);
    for (std::size_t c = 0; c < grid_.count; ++c) {
      mcus_.components[c].dc_table = static_cast<Token>(table_of(c)) << kTokenTableShift;
      blocks_of_mcu_ += static_cast<std::size_t>(mcus_.components[c].across) *
                        static_cast<std::size_t>(mcus_.components[c].down);
    }
    whole_mcus_ = mcus_;
    return {};
  }

  Result<ScanScript> choose_script() const {
    switch (progression_) {
      case Progression::standard:
        break;
      case Progression::brief:
        return brief_script(grid_.count);
      case Progression::searched:
        return search_script(picture_, execution_);
    }
    return standard_script(grid_.count);
  }

  // What the scans put off at the most.
  LevelBits luma_bits() const {
    return progression_ == Progression::brief ? LevelBits::nonzero : LevelBits::three_bits;
  }
  LevelBits chroma_bits() const {
    return progression_ == Progression::standard ? LevelBits::two_bits : luma_bits();
  }

  // Which pair of Huffman tables a component has.
  static int table_of(std::size_t component) { return component == 0 ? 0 : 1; }

  Result<void> add_dc() {
    if (progression_ != Progression::brief) LIMEN_TRY(add_split_dc());
    if (progression_ != Progression::standard) LIMEN_TRY(add_whole_dc());
    return {};
  }

  std::size_t most_dc_tokens() const {
    return kMostDcTokensOfBlock * blocks_of_mcu_ * static_cast<std::size_t>(grid_.mcu_columns);
  }

  Result<void> add_split_dc() {
    rows_.fill(mcus_);
    LIMEN_TRY(dc_differences_.make_room(most_dc_tokens(), *execution_.workspace));
    LIMEN_TRY(dc_bits_.make_room(most_dc_tokens(), *execution_.workspace));
    const DcTokens end =
        tokenize_dc(mcus_, 0, grid_.mcu_columns, 1, {dc_differences_.next(), dc_bits_.next()});
    dc_differences_.close(end.differences);
    dc_bits_.close(end.bits);
    return {};
  }

  Result<void> add_whole_dc() {
    rows_.fill(whole_mcus_);
    LIMEN_TRY(dc_whole_.make_room(most_dc_tokens(), *execution_.workspace));
    const DcTokens whole =
        tokenize_dc(whole_mcus_, 0, grid_.mcu_columns, 0, {dc_whole_.next(), nullptr});
    dc_whole_.close(whole.differences);
    return {};
  }

  Result<void> add_ac(AcTokens& ac) {
    const GridComponent& component = grid_.components[ac.component];
    const auto columns = static_cast<std::size_t>(component.columns);
    constexpr std::size_t kAtOnce = 64;
    for (int y = 0; y < component.down; ++y) {
      const LevelGroup* const groups = rows_.row(ac.component, y);
      if (groups == nullptr) break;
      for (std::size_t first = 0; first < columns; first += kAtOnce) {
        const std::size_t end = std::min(columns, first + kAtOnce);
        LIMEN_TRY(ac.tokens.make_room(most_ac_tokens(end - first), *execution_.workspace));
        ac.tokens.close(tokenize_ac(ac.scan, groups, first, end, ac.tokens.next()));
      }
    }
    return {};
  }

  // The bits of a scan of DC with tables of its own.
  std::uint64_t dc_bits(const TokenList& tokens) const {
    TokenCounts counts;
    TokenCodes codes;
    tokens.for_each_piece(
        [&](const Token* piece, std::size_t count) { count_tokens(piece, count, counts); });
    for (std::size_t t = 0; t < 2; ++t) codes.set(t, optimal_table(counts.of_table(t)));
    return bits_of(counts, codes);
  }

  // Where blocks are smooth, a bit that is left for later costs more than the larger difference.
  void choose_dc() {
    has_dc_bits_ = progression_ == Progression::standard;
    if (progression_ == Progression::searched) {
      has_dc_bits_ = dc_bits(dc_whole_) >= dc_bits(dc_differences_) + dc_bits(dc_bits_);
    }
    if (!has_dc_bits_) dc_differences_ = std::move(dc_whole_);
  }

  // With tables of its own for those numbers of them in the tokens.
  Result<void> finish(CodedScan& scan, const TokenList& tokens, const std::vector<int>& places) {
    TokenCounts counts;
    TokenCodes codes;
    tokens.for_each_piece(
        [&](const Token* piece, std::size_t count) { count_tokens(piece, count, counts); });
    for (std::size_t t = 0; t < places.size(); ++t) {
      scan.tables.push_back({places[t], optimal_table(counts.of_table(t))});
      codes.set(t, scan.tables.back().codes);
    }
    LIMEN_TRY(scan.bits.make_room(bits_of(counts, codes), *execution_.workspace));
    tokens.for_each_piece(
        [&](const Token* piece, std::size_t count) { scan.bits.write(piece, count, codes); });
    scan.bits.finish();
    return {};
  }

  Result<void> finish(AcTokens& ac) {
    if (execution_.is_cancelled()) return cancelled();
    LIMEN_TRY(ac.tokens.make_room(most_ac_tokens(1), *execution_.workspace));
    ac.tokens.close(finish_ac(ac.scan, ac.tokens.next()));
    CodedScan& scan = scans_.emplace_back();
    scan.components = {ac.component};
    scan.first = ac.scan.first;
    scan.last = ac.scan.last;
    scan.low = ac.scan.low;
    scan.high = ac.scan.is_refining ? ac.scan.low + 1 : 0;
    LIMEN_TRY(finish(scan, ac.tokens, {16 + table_of(ac.component)}));
    ac.tokens = {};
    return {};
  }

  CodedScan& add_dc_scan() {
    CodedScan& scan = scans_.emplace_back();
    for (std::size_t c = 0; c < grid_.count; ++c) scan.components.push_back(c);
    return scan;
  }

  Result<void> finish_dc_differences() {
    CodedScan& scan = add_dc_scan();
    scan.low = has_dc_bits_ ? 1 : 0;
    return finish(scan, dc_differences_,
                  grid_.count == 1 ? std::vector<int>{0} : std::vector<int>{0, 1});
  }

  Result<void> finish_dc_bits() {
    if (!has_dc_bits_) return {};
    CodedScan& scan = add_dc_scan();
    scan.high = 1;
    return finish(scan, dc_bits_, {});
  }

  const QuantizedPicture& picture_;
  Progression progression_;
  const Execution& execution_;
  JpegGrid grid_;
  LevelRows rows_;
  McuRow mcus_;
  McuRow whole_mcus_;
  std::size_t blocks_of_mcu_ = 0;
  TokenList dc_differences_;
  TokenList dc_bits_;
  TokenList dc_whole_;  ///< where it may be the smaller
  bool has_dc_bits_ = true;
  std::vector<AcTokens> ac_;
  std::size_t before_dc_bits_ = 0;
  std::vector<CodedScan> scans_;
};

}  // namespace

Result<std::vector<CodedScan>> code_progressive(const QuantizedPicture& picture,
                                                Progression progression,
                                                const Execution& execution) {
  Coder coder(picture, progression, execution);
  return coder.code();
}

}  // namespace limen::inline LIMEN_ABI
