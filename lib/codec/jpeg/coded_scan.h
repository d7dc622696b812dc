// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lib/codec/jpeg/coefficients.h"
#include "lib/codec/jpeg/grid.h"
#include "lib/codec/jpeg/huffman.h"
#include "lib/codec/jpeg/settings.h"
#include "lib/codec/jpeg/tokens.h"
#include "limen/core/execution.h"

namespace limen::inline LIMEN_ABI {

/// A scan as it stands in the file: its tables and its entropy-coded bits, not stuffed.
struct CodedScan {
  std::vector<std::size_t> components;
  int first = 0;
  int last = 0;
  int high = 0;  ///< the bit before, 0 for none
  int low = 0;
  struct Table {
    int place = 0;  ///< DC: 0 and 1, AC: 16 and 17
    HuffmanTable codes;
  };
  std::vector<Table> tables;  ///< those that no scan before it has brought
  BitBuffer bits;

  bool codes_dc() const { return first == 0 && high == 0; }
  bool codes_ac() const { return last > 0; }
};

/// A row of MCUs of quantised coefficients, one after another.
class LevelRows {
 public:
  Result<void> prepare(const JpegGrid& grid, Workspace& workspace);
  /// Of each component those that `bits` names. Errors: internal for levels without a code.
  Result<void> load(const QuantizedPicture& picture, std::int32_t mcu_row,
                    const std::array<LevelBits, 3>& bits);

  /// Row `y` of a component's blocks in this row of MCUs; null where none has samples.
  const LevelGroup* row(std::size_t component, int y) const {
    return rows_[component][static_cast<std::size_t>(y)];
  }
  /// For interleaved scans. Keeps what is known of the blocks before.
  void fill(McuRow& row) const;

 private:
  const JpegGrid* grid_ = nullptr;
  std::array<Buffer, 3> buffers_;
  std::array<std::array<LevelGroup*, kMostDown>, 3> rows_{};
};

/// What an interleaved scan knows before its first row: component, shape and tables.
McuRow start_of_scan(const JpegGrid& grid);

Error no_jpeg_code();

/// The scans of a file. Errors: limit_exceeded, cancelled, out_of_memory; internal for levels
/// without a code.
Result<std::vector<CodedScan>> code_sequential(const QuantizedPicture& picture, bool has_own_tables,
                                               const Execution& execution);

/// libjpeg's standard progression, the brief one (see brief_script()), or the smallest that is
/// found.
enum class Progression : std::uint8_t { standard, brief, searched };
/// `settings`: of a progressive file.
Progression progression_of(ScanChoice scans, const JpegSettings& settings);

/// The scans of a progressive file. Errors: as above.
Result<std::vector<CodedScan>> code_progressive(const QuantizedPicture& picture,
                                                Progression progression,
                                                const Execution& execution);

/// Those in a file. Errors: unsupported (metadata), limit_exceeded, out_of_memory.
Result<Bytes> write_file(const QuantizedPicture& picture, bool is_progressive,
                         const std::vector<CodedScan>& scans, const Metadata& metadata,
                         const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
