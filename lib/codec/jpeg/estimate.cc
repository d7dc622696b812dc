// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/estimate.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lib/codec/codec.h"
#include "lib/codec/jpeg/coded_scan.h"
#include "lib/codec/jpeg/huffman.h"
#include "lib/codec/jpeg/scan_script.h"
#include "lib/codec/jpeg/segments.h"
#include "lib/codec/jpeg/settings.h"
#include "lib/codec/jpeg/symbols.h"

namespace limen::inline LIMEN_ABI {

namespace {

// A byte of ones is followed by one of zeros (T.81, F.1.2.3). Huffman codes make fewer than chance
// would, 1 of 256: the median over photographs and qualities.
constexpr double kStuffedBytes = 0.0035;

// T.81, F.1.2.2: the end of a block, and 16 zeros.
constexpr std::size_t kEndOfBlock = 0x00;
constexpr std::size_t kSixteenZeros = 0xF0;

// A scan's entropy-coded bits, and the bytes of its tables.
struct Cost {
  std::uint64_t bits = 0;
  std::uint64_t table_bytes = 0;
};

// The symbols of some of a scan's blocks, and the bits that follow them.
struct Coded {
  SymbolCounts counts{};
  std::uint64_t raw_bits = 0;

  void add(std::size_t symbol, std::uint64_t times, std::uint64_t bits_each) {
    counts[symbol] += times;
    raw_bits += times * bits_each;
  }
};

// With `table`, or with one of its own that the file must carry.
Cost cost_of(const Coded& coded, const HuffmanTable* table) {
  if (table != nullptr) return {code_bits(coded.counts, *table) + coded.raw_bits, 0};
  const HuffmanTable own = optimal_table(coded.counts);
  return {code_bits(coded.counts, own) + coded.raw_bits, segment_bytes(own)};
}

void add_runs(const RunCounts& runs, bool is_sequential, Coded& coded) {
  for (std::size_t run = 0; run < 64; ++run) {
    // Zeros up to a block's end; none where its last value is coded.
    if (is_sequential && run > 0) coded.add(kEndOfBlock, runs[16 * run], 0);
    for (std::size_t size = 1; size < 16; ++size) {
      const std::uint32_t times = runs[16 * run + size];
      if (times == 0) continue;
      coded.add(16 * (run % 16) + size, times, size);
      coded.add(kSixteenZeros, times * (run / 16), 0);
    }
  }
}

Coded coded_of(const ScanSymbols& scan, bool is_sequential) {
  Coded coded;
  add_runs(scan.runs, is_sequential, coded);
  coded.raw_bits += scan.correction_bits;
  const EndRuns& ends = scan.ends;
  for (std::size_t i = 0; i < ends.counts.size(); ++i) {
    coded.add(16 * i, ends.counts[i], i);
  }
  if (ends.open > 0) {
    const auto bits = static_cast<std::size_t>(std::bit_width(ends.open) - 1);
    coded.add(16 * bits, 1, bits);
  }
  return coded;
}

// One component's DC levels, in rows of blocks.
struct DcPlane {
  Buffer levels;
  std::int32_t columns = 0;
  std::int32_t rows = 0;

  std::int16_t* row(std::int32_t y) {
    return reinterpret_cast<std::int16_t*>(levels.data()) +
           static_cast<std::size_t>(y) * static_cast<std::size_t>(columns);
  }
};

// Blocks that only fill up the last MCUs of `side` x `side` blocks.
std::uint64_t blocks_filling(const DcPlane& plane, std::int32_t side) {
  const auto filled = [side](std::int32_t count) {
    const std::int32_t mcus = (count + side - 1) / side;
    return static_cast<std::uint64_t>(mcus) * static_cast<std::uint64_t>(side);
  };
  return filled(plane.columns) * filled(plane.rows) -
         static_cast<std::uint64_t>(plane.columns) * static_cast<std::uint64_t>(plane.rows);
}

// Each level is coded as its difference from the one before, MCU by MCU of `side` x `side` blocks.
// Blocks that only fill up an MCU repeat the one before.
void add_dc(DcPlane& plane, std::int32_t side, int shift, Coded& coded) {
  std::array<std::uint64_t, 17> sizes{};
  int last = 0;
  for (std::int32_t y = 0; y < plane.rows; y += side) {
    for (std::int32_t x = 0; x < plane.columns; x += side) {
      for (std::int32_t row = y; row < std::min(y + side, plane.rows); ++row) {
        for (std::int32_t column = x; column < std::min(x + side, plane.columns); ++column) {
          const int level = plane.row(row)[column] >> shift;
          ++sizes[static_cast<std::size_t>(
              std::bit_width(static_cast<unsigned>(std::abs(level - last))))];
          last = level;
        }
      }
    }
  }
  sizes[0] += blocks_filling(plane, side);
  for (std::size_t size = 0; size < sizes.size(); ++size) coded.add(size, sizes[size], size);
}

// The tables of files without their own: luma's and chroma's.
struct StandardTables {
  std::array<HuffmanTable, 2> dc = {standard_table(TableKind::dc, TablePlane::luminance),
                                    standard_table(TableKind::dc, TablePlane::chrominance)};
  std::array<HuffmanTable, 2> ac = {standard_table(TableKind::ac, TablePlane::luminance),
                                    standard_table(TableKind::ac, TablePlane::chrominance)};
};

class Estimate {
 public:
  // Of 16 lines of the picture in `line_step` times 16, and taken to be the same for the others.
  // Without a progression, of one sequential scan.
  Estimate(const TransformedPicture& shape, std::optional<Progression> progression,
           std::int32_t line_step)
      : picture_(shape), progression_(progression), line_step_(line_step) {}

  Result<void> count(CoefficientRows& rows, const Quantizers& quantizers,
                     const Execution& execution) {
    for (std::size_t p = 0; p < picture_.plane_count; ++p) {
      const TransformedPlane& plane = picture_.planes[p];
      DcPlane& dc = dc_[p];
      dc.columns = plane.block_columns;
      for (std::int32_t y = 0; y < plane.block_rows; ++y) dc.rows += is_counted(p, y) ? 1 : 0;
      LIMEN_ASSIGN(dc.levels,
                   take_buffer(static_cast<std::uint64_t>(dc.columns) *
                                   static_cast<std::uint64_t>(dc.rows) * sizeof(std::int16_t),
                               execution));
      std::int32_t counted = 0;
      for (std::int32_t y = 0; y < plane.block_rows; ++y) {
        if (!is_counted(p, y)) continue;
        if (execution.is_cancelled()) return cancelled();
        count_symbols(rows.row(p, y), quantizers[p], static_cast<std::size_t>(plane.block_columns),
                      kind_of(p), scans_[p], dc.row(counted++));
      }
    }
    scale_ = static_cast<double>(picture_.planes[0].block_rows) / dc_[0].rows;
    has_equal_chroma_ = quantizers[1].step == quantizers[2].step;
    return {};
  }

  // What stands in the file besides segments of metadata.
  std::uint64_t bytes(const StandardTables* standard) {
    const std::uint64_t components = picture_.plane_count;
    const std::uint64_t tables = components == 1 ? 1 : has_equal_chroma_ ? 2 : 3;
    // SOI, JFIF, DQT, SOF, EOI.
    bytes_ = 2 + 18 + tables * 69 + 10 + 3 * components + 2;
    if (progression_) {
      add_progressive();
    } else {
      add_sequential(standard);
    }
    return bytes_;
  }

 private:
  bool is_counted(std::size_t plane, std::int32_t block_row) const {
    const bool is_halved = plane > 0 && picture_.subsampling == ChromaSubsampling::yuv420;
    return (is_halved ? block_row : block_row / 2) % line_step_ == line_step_ / 2;
  }
  ScanKind kind_of(std::size_t plane) const {
    if (!progression_) return ScanKind::sequential;
    if (progression_ == Progression::brief) {
      return plane == 0 ? ScanKind::brief_luma : ScanKind::brief_chroma;
    }
    // A picture of gray alone has luma's scans too: libjpeg's for any colours.
    return plane == 0 ? ScanKind::progressive_luma : ScanKind::progressive_chroma;
  }
  std::int32_t mcu_side(std::size_t plane) const {
    return plane == 0 && picture_.subsampling == ChromaSubsampling::yuv420 ? 2 : 1;
  }

  // One scan of `components` components with its tables.
  void add_scan(const Cost& cost, std::size_t components) {
    const std::uint64_t coded = (cost.bits + 7) / 8;
    bytes_ += 2 + 6 + 2 * components + cost.table_bytes +
              static_cast<std::uint64_t>(static_cast<double>(coded) * scale_ * (1 + kStuffedBytes));
  }

  void add_sequential(const StandardTables* standard) {
    Cost cost;
    const std::size_t tables = picture_.plane_count == 1 ? 1 : 2;
    for (std::size_t t = 0; t < tables; ++t) {
      Coded dc, ac;
      for (std::size_t p = t; p < (t == 0 ? 1 : picture_.plane_count); ++p) {
        add_dc(dc_[p], mcu_side(p), 0, dc);
        const Coded plane = coded_of(scans_[p][0], true);
        for (std::size_t i = 0; i < 256; ++i) ac.counts[i] += plane.counts[i];
        ac.raw_bits += plane.raw_bits;
      }
      // Blocks that fill up MCUs are nothing but ends.
      if (t == 0) ac.add(kEndOfBlock, filling_blocks(), 0);
      for (const auto& [coded, table] :
           {std::pair{&dc, standard == nullptr ? nullptr : &standard->dc[t]},
            std::pair{&ac, standard == nullptr ? nullptr : &standard->ac[t]}}) {
        const Cost part = cost_of(*coded, table);
        cost.bits += part.bits;
        cost.table_bytes += table == nullptr ? part.table_bytes : segment_bytes(*table);
      }
    }
    add_scan(cost, picture_.plane_count);
  }

  // DC without its lowest bits.
  Cost dc_cost(int shift) {
    Cost cost;
    const std::size_t tables = picture_.plane_count == 1 ? 1 : 2;
    for (std::size_t t = 0; t < tables; ++t) {
      Coded dc;
      for (std::size_t p = t; p < (t == 0 ? 1 : picture_.plane_count); ++p) {
        add_dc(dc_[p], mcu_side(p), shift, dc);
      }
      const Cost part = cost_of(dc, nullptr);
      cost.bits += part.bits;
      cost.table_bytes += part.table_bytes;
    }
    return cost;
  }

  void add_progressive() {
    std::uint64_t blocks = filling_blocks();
    for (std::size_t p = 0; p < picture_.plane_count; ++p) {
      blocks +=
          static_cast<std::uint64_t>(dc_[p].columns) * static_cast<std::uint64_t>(dc_[p].rows);
      for (std::size_t s = 0; s < scan_count(kind_of(p)); ++s) {
        add_scan(cost_of(coded_of(scans_[p][s], false), nullptr), 1);
      }
    }
    if (progression_ == Progression::brief) return add_scan(dc_cost(0), picture_.plane_count);
    const Cost upper = dc_cost(1);
    if (progression_ == Progression::searched) {
      const Cost whole = dc_cost(0);
      if (whole.bits < upper.bits + blocks) return add_scan(whole, picture_.plane_count);
    }
    add_scan(upper, picture_.plane_count);
    // The lowest bit of DC: one for each block.
    add_scan({.bits = blocks}, picture_.plane_count);
  }

  std::uint64_t filling_blocks() const { return blocks_filling(dc_[0], mcu_side(0)); }

  const TransformedPicture& picture_;
  std::optional<Progression> progression_;
  std::int32_t line_step_;
  bool has_equal_chroma_ = true;
  double scale_ = 1;  ///< all rows over those that were counted
  std::array<std::array<ScanSymbols, kMostScans>, 3> scans_{};
  std::array<DcPlane, 3> dc_;
  std::uint64_t bytes_ = 0;
};

// Of a low picture every line.
std::int32_t line_step_of(Size size, EstimatePart part) {
  constexpr std::int32_t kLeastCounted = 8;
  constexpr std::int32_t kLines = 16;
  if (part == EstimatePart::whole) return 1;
  return std::clamp(size.height / (kLines * kLeastCounted), 1, 4);
}

// What searched scans save beside libjpeg's.
Result<std::uint64_t> bytes_saved(const TransformedPicture& shape, CoefficientRows& rows,
                                  const Quantizers& quantizers, const Execution& execution) {
  QuantizedPicture picture;
  picture.size = shape.size;
  picture.subsampling = shape.subsampling;
  QuantizedRows levels(shape, rows, quantizers);
  picture.source = &levels;
  return with_workspace(Limits{}.working_memory, execution,
                        [&](const Execution& within) -> Result<std::uint64_t> {
                          LIMEN_ASSIGN(const ScanScript script, search_script(picture, within));
                          return static_cast<std::uint64_t>(std::max(script.saved_bytes, 0.0));
                        });
}

}  // namespace

Result<std::uint64_t> estimate_jpeg_bytes(const TransformedPicture& shape, CoefficientRows& rows,
                                          const Quantizers& quantizers,
                                          const EncodeOptions& options, ScanChoice scans,
                                          EstimatePart part, const Execution& execution) {
  LIMEN_ASSIGN(const JpegSettings settings, jpeg_settings(shape.size, options));
  std::optional<Progression> progression;
  if (settings.is_progressive) progression = progression_of(scans, settings);
  const std::int32_t line_step = line_step_of(shape.size, part);
  const auto count = [&](std::optional<Progression> by,
                         const StandardTables* tables) -> Result<std::uint64_t> {
    const auto estimate = std::make_unique<Estimate>(shape, by, line_step);
    LIMEN_TRY(estimate->count(rows, quantizers, execution));
    return estimate->bytes(tables);
  };
  std::uint64_t bytes = 0;
  if (settings.has_own_tables) {
    LIMEN_ASSIGN(bytes, count(progression, nullptr));
  } else {
    const StandardTables standard;
    LIMEN_ASSIGN(bytes, count(std::nullopt, &standard));
  }
  if (progression == Progression::searched) {
    LIMEN_ASSIGN(const std::uint64_t saved, bytes_saved(shape, rows, quantizers, execution));
    bytes -= std::min(saved, bytes);
  }
  if (progression && scans != ScanChoice::usual && bytes <= kMostBytesOfOneScan) {
    LIMEN_ASSIGN(const std::uint64_t one, count(std::nullopt, nullptr));
    bytes = std::min(bytes, one);
  }
  std::vector<Bytes> prefixes;
  LIMEN_ASSIGN(const std::vector<JpegSegment> segments, plan_segments(options.metadata, prefixes));
  for (const JpegSegment& segment : segments) {
    bytes += 4 + segment.prefix.size() + segment.body.size();
  }
  return bytes;
}

}  // namespace limen::inline LIMEN_ABI
