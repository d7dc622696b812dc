// SPDX-License-Identifier: Apache-2.0

// Prints a hash of what each kernel of JPEG's trials makes of random rows. Compiled for several
// instruction sets; the outputs of all must be the same.

#include <array>
#include <cstdint>
#include <cstdio>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/codec/jpeg/block_transform-inl.h"
#include "lib/codec/jpeg/color_rows-inl.h"
#include "lib/codec/jpeg/level_choice-inl.h"
#include "lib/codec/jpeg/refine-inl.h"
#include "lib/codec/jpeg/restore-inl.h"
#include "lib/codec/jpeg/scan_coder-inl.h"
#include "lib/codec/jpeg/shaped_rows-inl.h"
#include "lib/codec/jpeg/symbols-inl.h"
#include "lib/codec/jpeg/tokens-inl.h"

namespace limen {
namespace {

namespace kernels = HWY_NAMESPACE;

std::uint32_t random_bits() {
  static std::uint64_t state = 1;
  state = state * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX
  return static_cast<std::uint32_t>(state >> 33);
}

// FNV-1a.
class Hash {
 public:
  template <class T>
  void add(const T* values, std::size_t count) {
    const auto* bytes = reinterpret_cast<const unsigned char*>(values);
    for (std::size_t i = 0; i < count * sizeof(T); ++i)
      state_ = (state_ ^ bytes[i]) * 0x100000001B3;
  }
  void print(const char* what, std::int32_t width) const {
    std::printf("%s %d %016llx\n", what, width, static_cast<unsigned long long>(state_));
  }

 private:
  std::uint64_t state_ = 0xCBF29CE484222325;
};

// Noise of an amplitude of its own each, some of it flat, some at the ends of the range.
std::vector<std::uint8_t> random_row(std::size_t count) {
  const std::uint32_t amplitude = 1u << random_bits() % 9;
  const std::uint32_t base = random_bits() % (257 - amplitude);
  std::vector<std::uint8_t> row(count);
  for (std::uint8_t& sample : row) {
    sample = static_cast<std::uint8_t>(base + random_bits() % amplitude);
  }
  return row;
}

// Groups of blocks are aligned as they are in the library.
struct Coefficients {
  alignas(64) std::int16_t values[3 * kGroupCoefficients];
};

void print_colors(std::int32_t width) {
  const auto count = static_cast<std::size_t>(width);
  Hash split, halved, upsampled, merged;
  for (int i = 0; i < 20; ++i) {
    const auto rgb = random_row(3 * count);
    std::vector<std::uint8_t> y(count), cb(count), cr(count), out(3 * count + 1);
    kernels::SplitRow(rgb.data(), width, y.data(), cb.data(), cr.data());
    split.add(y.data(), count);
    split.add(cb.data(), count);
    split.add(cr.data(), count);
    const auto upper = random_row(2 * count), lower = random_row(2 * count);
    kernels::HalveRows(upper.data(), lower.data(), count, out.data());
    halved.add(out.data(), count);
    kernels::UpsampleRow(upper.data(), lower.data(), width, out.data());
    upsampled.add(out.data(), count);
    kernels::WidenRow(upper.data(), width, out.data());
    upsampled.add(out.data(), count);
    kernels::RgbRow(random_row(count).data(), upper.data(), lower.data(), width, out.data());
    merged.add(out.data(), 3 * count);
  }
  split.print("split", width);
  halved.print("halved", width);
  upsampled.print("upsampled", width);
  merged.print("merged", width);
}

// Tokens of all kinds of scans, and the bytes that they become with made-up codes.
void add_tokens(const LevelGroup* groups, std::size_t blocks, Hash& hash) {
  std::vector<Token> tokens(8 * most_ac_tokens(blocks)), bits(blocks);
  McuRow row;
  row.count = 1;
  row.components[0].rows[0] = groups;
  row.components[0].columns = static_cast<std::int32_t>(blocks);
  row.components[0].ac_table = Token{1} << kTokenTableShift;
  McuRow dc_row = row;
  const auto mcus = static_cast<std::int32_t>(blocks);
  Token* end = kernels::TokenizeMcus(row, 0, mcus, tokens.data());
  McuRow whole_row = row;
  const DcTokens dc = kernels::TokenizeDc(dc_row, 0, mcus, 1, {end, bits.data()});
  end = kernels::TokenizeDc(whole_row, 0, mcus, 0, {dc.differences, nullptr}).differences;
  for (const auto& [first, last, low, is_refining] :
       {std::tuple{1, 5, 2, false}, std::tuple{6, 63, 2, false}, std::tuple{1, 63, 1, false},
        std::tuple{1, 63, 1, true}, std::tuple{1, 63, 0, true}}) {
    AcScan scan;
    scan.first = first;
    scan.last = last;
    scan.low = low;
    scan.is_refining = is_refining;
    end = kernels::TokenizeAc(scan, groups, 0, blocks, end);
    end = kernels::FinishAc(scan, end);
  }
  const auto count = static_cast<std::size_t>(end - tokens.data());
  hash.add(tokens.data(), count);
  hash.add(bits.data(), static_cast<std::size_t>(dc.bits - bits.data()));
  TokenCounts counts;
  kernels::CountTokens(tokens.data(), count, counts);
  hash.add(counts.of_kind.data(), counts.of_kind.size());
  TokenCodes codes;
  for (std::uint32_t kind = 0; kind + 1 < kTokenKinds; ++kind) {
    const std::uint32_t length = 2 + kind % 15;
    codes.of_kind[kind] = (0x5A5A5A5Au >> (32 - length)) << 8 | length;
  }
  std::vector<std::byte> bytes(4 * count + 16);
  BitBuffer::State state{.next = bytes.data()};
  kernels::WriteTokens(tokens.data(), count, codes, state);
  const auto size = static_cast<std::size_t>(state.next - bytes.data());
  const auto* const from = reinterpret_cast<const std::uint8_t*>(bytes.data());
  std::vector<std::uint8_t> stuffed(kernels::StuffedSize(from, size));
  hash.add(from, size);
  kernels::StuffBytes(from, size, stuffed.data());
  hash.add(stuffed.data(), stuffed.size());
}

// Levels up to a size that some frequencies' steps make too large, most of them 0.
void print_restored(int quality) {
  alignas(64) static std::int16_t levels[kGroupCoefficients];
  const Dequantizer dequantizer(scaled_table(luminance_table(), quality));
  Hash hash;
  for (int i = 0; i < 20; ++i) {
    const std::uint32_t amplitude = 1u << random_bits() % 12;
    const std::uint32_t used = 1 + random_bits() % 64;
    for (std::size_t at = 0; at < kGroupCoefficients; ++at) {
      const bool is_zero = at / kBlockGroup >= used || random_bits() % 4 != 0;
      levels[at] = is_zero ? std::int16_t{0}
                           : static_cast<std::int16_t>(static_cast<int>(random_bits() % amplitude) -
                                                       static_cast<int>(amplitude / 2));
    }
    std::vector<std::uint8_t> samples(8 * kGroupWidth);
    for (const int block_size : {8, 4, 2, 1}) {
      const bool is_exact =
          kernels::RestoreGroup(levels, dequantizer, block_size, samples.data(), kGroupWidth);
      hash.add(&is_exact, 1);
      if (is_exact) hash.add(samples.data(), samples.size());
    }
  }
  hash.print("restored", quality);
}

void print_blocks(int quality) {
  static Coefficients coefficients;
  const std::size_t groups = 3, blocks = 3 * kBlockGroup - 5;
  const Quantizer quantizer(scaled_table(luminance_table(), quality));
  Hash transformed, rebuilt, levels_hash, bits_hash, tokens_hash, symbols;
  for (int i = 0; i < 10; ++i) {
    std::array<std::vector<std::uint8_t>, 8> samples;
    std::array<const std::uint8_t*, 8> rows{};
    for (std::size_t r = 0; r < 8; ++r) {
      samples[r] = random_row(groups * kGroupWidth);
      rows[r] = samples[r].data();
    }
    kernels::ForwardDct(rows, groups, coefficients.values);
    transformed.add(coefficients.values, groups * kGroupCoefficients);
    std::vector<std::uint8_t> shown(8 * groups * kGroupWidth);
    kernels::Reconstruct(coefficients.values, quantizer, groups, shown.data(),
                         groups * kGroupWidth);
    rebuilt.add(shown.data(), shown.size());
    std::vector<std::int16_t> dc(blocks);
    static std::array<LevelGroup, groups> levels;
    for (const auto& [bits, known] :
         {std::pair{LevelBits::nonzero, 1}, std::pair{LevelBits::two_bits, 2},
          std::pair{LevelBits::three_bits, 3}}) {
      for (const bool at_once : {false, true}) {
        if (at_once) {
          kernels::QuantizedDct(rows, groups, quantizer, bits, levels.data());
        } else {
          kernels::Quantize(coefficients.values, quantizer, groups, bits, levels.data());
        }
        for (const LevelGroup& group : levels) {
          levels_hash.add(group.levels.data(), kGroupCoefficients);
          levels_hash.add(&group.largest, 1);
          for (std::size_t t = 0; t < static_cast<std::size_t>(known); ++t) {
            bits_hash.add(group.at_least[t].data(), kBlockGroup);
          }
        }
      }
    }
    add_tokens(levels.data(), blocks, tokens_hash);
    for (const auto kind :
         {ScanKind::sequential, ScanKind::progressive_chroma, ScanKind::progressive_luma}) {
      std::array<ScanSymbols, kMostScans> scans{};
      kernels::CountSymbols(coefficients.values, quantizer, blocks, kind, scans, dc.data());
      symbols.add(dc.data(), blocks);
      for (const ScanSymbols& scan : scans) {
        symbols.add(scan.runs.data(), scan.runs.size());
        symbols.add(scan.ends.counts.data(), scan.ends.counts.size());
        symbols.add(&scan.ends.open, 1);
        symbols.add(&scan.correction_bits, 1);
      }
    }
  }
  transformed.print("transformed", quality);
  rebuilt.print("rebuilt", quality);
  levels_hash.print("levels", quality);
  bits_hash.print("bits", quality);
  tokens_hash.print("tokens", quality);
  symbols.print("symbols", quality);
}

// Blocks refined by made-up bits, with a table of symbols that refinements may have.
void print_refined(int first, int last, int low) {
  std::array<std::uint8_t, 17> counts{};
  std::array<std::uint8_t, 256> symbols{};
  counts[5] = 31;  // and one that is longer, for no code is of ones alone
  counts[6] = 1;
  for (std::size_t i = 0; i < 32; ++i) symbols[i] = static_cast<std::uint8_t>(i % 16 << 4 | i / 16);
  static SymbolTable table;
  make_symbol_table({counts.data(), symbols.data()}, table);
  std::vector<std::uint8_t> bytes(50000);
  // Without bytes of ones, behind which a marker would stand.
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_bits() % 255);
  std::vector<std::uint8_t> room(ScanBytes::kRoom);
  ScanReader reader(ByteView(reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()),
                    room.data());
  Hash hash;
  alignas(64) static std::int16_t levels[kGroupCoefficients];
  int blocks_to_end = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    const std::size_t place = i % kBlockGroup;
    const std::uint32_t zeros = 1 + random_bits() % 16;
    std::uint64_t coded = 0;
    for (int k = 0; k < 64; ++k) {
      const bool is_zero = random_bits() % zeros != 0;
      const int level = (1 + static_cast<int>(random_bits() % 7)) * (2 << low);
      const bool is_negative = random_bits() % 2 != 0;
      level_at(levels + place, k) = static_cast<std::int16_t>(is_zero       ? 0
                                                              : is_negative ? -level
                                                                            : level);
      if (!is_zero) coded |= bit_of(k);
    }
    const bool is_block = kernels::RefineBlock({&table, first, last, low}, reader, blocks_to_end,
                                               levels + place, coded);
    hash.add(&is_block, 1);
    hash.add(&blocks_to_end, 1);
    hash.add(&coded, 1);
    if (place + 1 == kBlockGroup) hash.add(levels, kGroupCoefficients);
    if (is_block) continue;
    blocks_to_end = 0;
    if (!reader.refill(reader.bits)) break;
    reader.bits.drop(1);
  }
  hash.print("refined", last);
}

// Coefficients in floating point, and the levels that are chosen for them.
void print_shaped(int quality) {
  constexpr std::size_t kGroups = 3, kWidth = kGroups * kGroupWidth;
  constexpr std::size_t kBlocks = kGroups * kBlockGroup;
  struct Planes {
    alignas(64) float samples[3][8][2 * kWidth];
    alignas(64) float halved[8][kWidth];
    alignas(64) float coefficients[3][kGroups * kGroupCoefficients];
    alignas(64) std::int16_t levels[kGroups * kGroupCoefficients];
  };
  static Planes planes;
  const FloatQuantizer quantizer(scaled_table(luminance_table(), quality));
  LevelCosts costs;
  for (auto& of_size : costs.level) {
    for (float& bits : of_size) bits = static_cast<float>(random_bits() % 4096) / 256;
  }
  costs.end = 3.7f;
  std::array<float, kBlocks> gains{};
  for (float& gain : gains) gain = static_cast<float>(1 + random_bits() % 4096) / 128;
  Hash split, transformed, rounded, weighed, erred;
  for (int i = 0; i < 10; ++i) {
    for (std::size_t r = 0; r < 8; ++r) {
      const auto rgb = random_row(3 * 2 * kWidth);
      kernels::SplitFloats(rgb.data(), 2 * kWidth, planes.samples[0][r], planes.samples[1][r],
                           planes.samples[2][r]);
      kernels::HalveFloats(planes.samples[1][r], planes.samples[2][r], kWidth, planes.halved[r]);
    }
    split.add(&planes.samples[0][0][0], std::size_t{3} * 8 * 2 * kWidth);
    split.add(&planes.halved[0][0], 8 * kWidth);
    for (std::size_t p = 0; p < 3; ++p) {
      std::array<const float*, 8> rows{};
      for (std::size_t r = 0; r < 8; ++r)
        rows[r] = p == 2 ? planes.halved[r] : planes.samples[p][r];
      kernels::TransformFloats(rows, kGroups, planes.coefficients[p]);
      transformed.add(planes.coefficients[p], kGroups * kGroupCoefficients);
      const AimedRow row{planes.coefficients[p], i % 2 == 0 ? nullptr : planes.coefficients[0],
                         kBlocks - 5};
      kernels::RoundLevels(row, quantizer, 0.62f, planes.levels);
      rounded.add(planes.levels, kGroups * kGroupCoefficients);
      kernels::WeighLevels(row, quantizer, costs, gains.data(), planes.levels);
      weighed.add(planes.levels, kGroups * kGroupCoefficients);
      std::array<float, kBlocks> errors{};
      kernels::SumErrors(planes.coefficients[p], quantizer, planes.levels, kGroups, errors.data());
      erred.add(errors.data(), kBlocks);
    }
  }
  split.print("split to floats", quality);
  transformed.print("transformed floats", quality);
  rounded.print("rounded", quality);
  weighed.print("weighed", quality);
  erred.print("errors", quality);
}

}  // namespace
}  // namespace limen

int main() {
  for (std::int32_t width = 1; width < 70; ++width) limen::print_colors(width);
  for (const std::int32_t width : {255, 256, 257, 1000}) limen::print_colors(width);
  for (int quality = 1; quality <= 100; ++quality) limen::print_blocks(quality);
  for (int quality = 1; quality <= 100; quality += 3) limen::print_shaped(quality);
  for (int quality = 1; quality <= 100; ++quality) limen::print_restored(quality);
  for (const int low : {0, 1, 3}) {
    limen::print_refined(1, 63, low);
    limen::print_refined(1, 5, low);
    limen::print_refined(6, 62, low);
  }
  return 0;
}
