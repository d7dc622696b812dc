// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/scan_script.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <memory>

#include "lib/codec/jpeg/coded_scan.h"
#include "lib/codec/jpeg/huffman.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kLastIndex = 63;
// Where a component's band may be cut in two: behind these indices, or not at all.
constexpr std::array<int, 3> kCuts = {2, 5, 10};
// Bits that may be put off, at the most: LevelGroup knows no more.
constexpr int kMostLow = 2;

// Rows of MCUs that are counted, at least; those of a picture of less than twice as many all are.
// Files are .02 % larger than by all rows, .5 % at the most.
constexpr std::int32_t kCountedRows = 8;

// A scan that may be of use, and what it says.
struct Candidate {
  ScriptedScan scan;
  AcScan state;
  TokenCounts counts;
  double bytes = 0;
};

// A part of a component's band: said down to some bit at first, then bit by bit.
struct Part {
  int first = 1;
  int last = kLastIndex;
};

class Search {
 public:
  Search(const QuantizedPicture& picture, const Execution& execution)
      : picture_(picture), execution_(execution), grid_(picture.size, picture.subsampling) {}

  Result<ScanScript> run() {
    for (std::size_t c = 0; c < grid_.count; ++c) {
      add_part(c, {1, kLastIndex});
      for (const int cut : kCuts) {
        add_part(c, {1, cut});
        add_part(c, {cut + 1, kLastIndex});
      }
    }
    LIMEN_TRY(count());
    std::vector<ScriptedScan> scans;
    double bytes = 0;
    for (std::size_t c = 0; c < grid_.count; ++c) bytes += choose(c, scans);
    double standard = 0;
    for (const ScriptedScan& scan : standard_script(grid_.count).scans) standard += bytes_of(scan);
    ScanScript script = in_order(scans);
    script.saved_bytes = standard - bytes;
    return script;
  }

 private:
  void add_part(std::size_t component, const Part& part) {
    for (int low = 0; low <= kMostLow; ++low) {
      add({component, part.first, part.last, low, false});
      if (low < kMostLow) add({component, part.first, part.last, low, true});
    }
  }
  void add(const ScriptedScan& scan) {
    candidates_.push_back(std::make_unique<Candidate>());
    candidates_.back()->scan = scan;
    candidates_.back()->state = scan.start();
  }

  Result<void> count() {
    LevelRows rows;
    LIMEN_TRY(rows.prepare(grid_, *execution_.workspace));
    const std::int32_t step = std::max(grid_.mcu_rows / kCountedRows, 1);
    std::int32_t counted = 0;
    for (std::int32_t y = step / 2; y < grid_.mcu_rows; y += step, ++counted) {
      if (execution_.is_cancelled()) return cancelled();
      constexpr auto kAll = LevelBits::three_bits;
      LIMEN_TRY(rows.load(picture_, y, {kAll, kAll, kAll}));
      for (const auto& candidate : candidates_) LIMEN_TRY(count_row(rows, *candidate));
    }
    const double scale = static_cast<double>(grid_.mcu_rows) / counted;
    for (const auto& candidate : candidates_) {
      LIMEN_TRY(tokens_.make_room(most_ac_tokens(1), *execution_.workspace));
      end_tokens(finish_ac(candidate->state, tokens_.next()), *candidate);
      candidate->bytes = bytes_of(candidate->counts, scale);
    }
    return {};
  }

  Result<void> count_row(const LevelRows& rows, Candidate& candidate) {
    const GridComponent& component = grid_.components[candidate.scan.component];
    const auto columns = static_cast<std::size_t>(component.columns);
    for (int y = 0; y < component.down; ++y) {
      const LevelGroup* const groups = rows.row(candidate.scan.component, y);
      if (groups == nullptr) break;
      LIMEN_TRY(tokens_.make_room(most_ac_tokens(columns), *execution_.workspace));
      end_tokens(tokenize_ac(candidate.state, groups, 0, columns, tokens_.next()), candidate);
    }
    return {};
  }

  void end_tokens(const Token* end, Candidate& candidate) {
    const auto count = static_cast<std::size_t>(end - tokens_.next());
    count_tokens(tokens_.next(), count, candidate.counts);
  }

  // With its own table and header: T.81, B.2.3.
  static double bytes_of(const TokenCounts& counts, double scale) {
    const HuffmanTable table = optimal_table(counts.of_table(0));
    const auto bits =
        static_cast<double>(code_bits(counts.of_table(0), table) + counts.bits) * scale;
    constexpr int kHeader = 2 + 6 + 2;
    return bits / 8 + static_cast<double>(segment_bytes(table)) + kHeader;
  }

  double bytes_of(const ScriptedScan& scan) const {
    for (const auto& candidate : candidates_) {
      const ScriptedScan& of = candidate->scan;
      if (of.component == scan.component && of.first == scan.first && of.last == scan.last &&
          of.low == scan.low && of.is_refining == scan.is_refining) {
        return candidate->bytes;
      }
    }
    return std::numeric_limits<double>::infinity();
  }

  // The best way to say a part. Returns its bytes.
  double say(std::size_t component, const Part& part, std::vector<ScriptedScan>& scans) const {
    double least = std::numeric_limits<double>::infinity();
    int best = 0;
    for (int low = 0; low <= kMostLow; ++low) {
      double bytes = bytes_of({component, part.first, part.last, low, false});
      for (int bit = low; bit-- > 0;) {
        bytes += bytes_of({component, part.first, part.last, bit, true});
      }
      if (bytes < least) {
        least = bytes;
        best = low;
      }
    }
    scans.push_back({component, part.first, part.last, best, false});
    for (int bit = best; bit-- > 0;) {
      scans.push_back({component, part.first, part.last, bit, true});
    }
    return least;
  }

  // Returns the component's bytes.
  double choose(std::size_t component, std::vector<ScriptedScan>& scans) const {
    std::vector<ScriptedScan> best;
    double least = say(component, {1, kLastIndex}, best);
    for (const int cut : kCuts) {
      std::vector<ScriptedScan> halves;
      double bytes = say(component, {1, cut}, halves);
      bytes += say(component, {cut + 1, kLastIndex}, halves);
      if (bytes < least) {
        least = bytes;
        best = std::move(halves);
      }
    }
    scans.insert(scans.end(), best.begin(), best.end());
    return least;
  }

  // What shows most of the picture first: luma's low frequencies, chroma, the rest; then bits from
  // above, chroma's before luma's as in libjpeg's own progression.
  static ScanScript in_order(std::vector<ScriptedScan>& scans) {
    const auto rank = [](const ScriptedScan& scan) {
      const int part = scan.first > 1 ? 2 : scan.component > 0 ? 1 : 0;
      const int bit = scan.is_refining ? kMostLow - scan.low : 0;
      const int last = scan.is_refining && scan.component == 0 ? 1 : 0;
      return bit * 16 + last * 4 + part;
    };
    std::stable_sort(scans.begin(), scans.end(), [&](const ScriptedScan& a, const ScriptedScan& b) {
      return rank(a) < rank(b);
    });
    ScanScript script;
    script.scans = std::move(scans);
    for (const ScriptedScan& scan : script.scans) script.before_dc_bits += scan.is_refining ? 0 : 1;
    return script;
  }

  const QuantizedPicture& picture_;
  const Execution& execution_;
  JpegGrid grid_;
  std::vector<std::unique_ptr<Candidate>> candidates_;
  TokenList tokens_;
};

}  // namespace

ScanScript standard_script(std::size_t components) {
  ScanScript script;
  std::vector<ScriptedScan>& scans = script.scans;
  const bool is_gray = components == 1;
  scans.push_back({0, 1, 5, 2, false});
  if (!is_gray) {
    scans.push_back({2, 1, 63, 1, false});
    scans.push_back({1, 1, 63, 1, false});
  }
  scans.push_back({0, 6, 63, 2, false});
  scans.push_back({0, 1, 63, 1, true});
  script.before_dc_bits = scans.size();
  if (!is_gray) {
    scans.push_back({2, 1, 63, 0, true});
    scans.push_back({1, 1, 63, 0, true});
  }
  scans.push_back({0, 1, 63, 0, true});
  return script;
}

ScanScript brief_script(std::size_t components) {
  ScanScript script;
  std::vector<ScriptedScan>& scans = script.scans;
  scans.push_back({0, 1, kBriefCut, 0, false});
  if (components > 1) {
    scans.push_back({2, 1, 63, 0, false});
    scans.push_back({1, 1, 63, 0, false});
  }
  scans.push_back({0, kBriefCut + 1, 63, 0, false});
  script.before_dc_bits = scans.size();
  return script;
}

Result<ScanScript> search_script(const QuantizedPicture& picture, const Execution& execution) {
  Search search(picture, execution);
  return search.run();
}

}  // namespace limen::inline LIMEN_ABI
