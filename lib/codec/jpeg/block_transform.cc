// SPDX-License-Identifier: Apache-2.0

// Vectors whose size is unknown when compiling cannot be members, which the kernels' sums of pairs
// are made of: machines with SVE take NEON, RISC-V the plain code.
#include <hwy/detect_targets.h>
#if !HWY_ARCH_X86
#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#endif

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/codec/jpeg/block_transform.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "lib/codec/jpeg/block_transform-inl.h"
#include "lib/codec/jpeg/color_rows-inl.h"
#include "lib/codec/jpeg/refine-inl.h"
#include "lib/codec/jpeg/restore-inl.h"
#include "lib/codec/jpeg/scan_coder-inl.h"
#include "lib/codec/jpeg/symbols-inl.h"
#include "lib/codec/jpeg/tokens-inl.h"

#if HWY_ONCE
#include "lib/core/dispatch.h"

namespace limen::inline LIMEN_ABI {

HWY_EXPORT(SplitRow);
HWY_EXPORT(HalveRows);
HWY_EXPORT(ForwardDct);
HWY_EXPORT(Reconstruct);
HWY_EXPORT(Quantize);
HWY_EXPORT(CountSymbols);
HWY_EXPORT(QuantizedDct);
HWY_EXPORT(TokenizeMcus);
HWY_EXPORT(TokenizeAc);
HWY_EXPORT(FinishAc);
HWY_EXPORT(TokenizeDc);
HWY_EXPORT(CountTokens);
HWY_EXPORT(WriteTokens);
HWY_EXPORT(StuffedSize);
HWY_EXPORT(StuffBytes);
HWY_EXPORT(UpsampleRow);
HWY_EXPORT(WidenRow);
HWY_EXPORT(RgbRow);
HWY_EXPORT(RefineBlock);
HWY_EXPORT(RestoreGroup);

void split_row(const std::uint8_t* rgb, std::int32_t width, std::uint8_t* y, std::uint8_t* cb,
               std::uint8_t* cr) {
  LIMEN_KERNEL(SplitRow)(rgb, width, y, cb, cr);
}

void halve_rows(const std::uint8_t* upper, const std::uint8_t* lower, std::size_t count,
                std::uint8_t* out) {
  LIMEN_KERNEL(HalveRows)(upper, lower, count, out);
}

void forward_dct(const std::array<const std::uint8_t*, 8>& rows, std::size_t groups,
                 std::int16_t* coefficients) {
  LIMEN_KERNEL(ForwardDct)(rows, groups, coefficients);
}

void reconstruct(const std::int16_t* coefficients, const Quantizer& quantizer, std::size_t groups,
                 std::uint8_t* samples, std::size_t stride) {
  LIMEN_KERNEL(Reconstruct)(coefficients, quantizer, groups, samples, stride);
}

void quantize(const std::int16_t* coefficients, const Quantizer& quantizer, std::size_t groups,
              LevelBits bits, LevelGroup* levels) {
  LIMEN_KERNEL(Quantize)(coefficients, quantizer, groups, bits, levels);
}

void quantized_dct(const std::array<const std::uint8_t*, 8>& rows, std::size_t groups,
                   const Quantizer& quantizer, LevelBits bits, LevelGroup* levels) {
  LIMEN_KERNEL(QuantizedDct)(rows, groups, quantizer, bits, levels);
}

void count_symbols(const std::int16_t* coefficients, const Quantizer& quantizer, std::size_t blocks,
                   ScanKind kind, std::array<ScanSymbols, kMostScans>& scans, std::int16_t* dc) {
  LIMEN_KERNEL(CountSymbols)(coefficients, quantizer, blocks, kind, scans, dc);
}

Token* tokenize_mcus(McuRow& row, std::int32_t first, std::int32_t end, Token* to) {
  return LIMEN_KERNEL(TokenizeMcus)(row, first, end, to);
}

Token* tokenize_ac(AcScan& scan, const LevelGroup* groups, std::size_t first, std::size_t end,
                   Token* to) {
  return LIMEN_KERNEL(TokenizeAc)(scan, groups, first, end, to);
}

Token* finish_ac(AcScan& scan, Token* to) { return LIMEN_KERNEL(FinishAc)(scan, to); }

DcTokens tokenize_dc(McuRow& row, std::int32_t first, std::int32_t end, int low, DcTokens to) {
  return LIMEN_KERNEL(TokenizeDc)(row, first, end, low, to);
}

void count_tokens(const Token* tokens, std::size_t count, TokenCounts& counts) {
  LIMEN_KERNEL(CountTokens)(tokens, count, counts);
}

void BitBuffer::write(const Token* tokens, std::size_t count, const TokenCodes& codes) {
  LIMEN_KERNEL(WriteTokens)(tokens, count, codes, state_);
}

std::size_t stuffed_size(const std::byte* bytes, std::size_t count) {
  return LIMEN_KERNEL(StuffedSize)(reinterpret_cast<const std::uint8_t*>(bytes), count);
}

std::byte* stuff_bytes(const std::byte* bytes, std::size_t count, std::byte* to) {
  return reinterpret_cast<std::byte*>(LIMEN_KERNEL(StuffBytes)(
      reinterpret_cast<const std::uint8_t*>(bytes), count, reinterpret_cast<std::uint8_t*>(to)));
}

void upsample_row(const std::uint8_t* near, const std::uint8_t* far, std::int32_t width,
                  std::uint8_t* out) {
  LIMEN_KERNEL(UpsampleRow)(near, far, width, out);
}

void widen_row(const std::uint8_t* in, std::int32_t width, std::uint8_t* out) {
  LIMEN_KERNEL(WidenRow)(in, width, out);
}

void rgb_row(const std::uint8_t* y, const std::uint8_t* cb, const std::uint8_t* cr,
             std::int32_t width, std::uint8_t* out) {
  LIMEN_KERNEL(RgbRow)(y, cb, cr, width, out);
}

bool refine_block(const RefinedBand& band, ScanReader& reader, int& blocks_to_end,
                  std::int16_t* block, std::uint64_t& coded) {
  return LIMEN_KERNEL(RefineBlock)(band, reader, blocks_to_end, block, coded);
}

bool restore_group(const std::int16_t* levels, const Dequantizer& dequantizer, int block_size,
                   std::uint8_t* samples, std::size_t stride) {
  return LIMEN_KERNEL(RestoreGroup)(levels, dequantizer, block_size, samples, stride);
}

}  // namespace limen::inline LIMEN_ABI
#endif
