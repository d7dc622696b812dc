// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/quant_table.h"
#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

/// Gives quantised coefficients, however they were chosen.
class LevelSource {
 public:
  virtual ~LevelSource() = default;
  /// One row of a component's blocks, as many groups as they fill. Asked for each row once: row by
  /// row of MCUs from the top, in these component by component, in these row by row. AC levels
  /// beyond +-1023 and DC differences beyond +-2047 have no code.
  virtual void read_row(std::size_t component, std::int32_t block_row, LevelBits bits,
                        LevelGroup* groups) = 0;
};

/// Which scans a file that may be progressive has.
enum class ScanChoice : std::uint8_t {
  usual,         ///< libjpeg's progression, with little effort a shorter one
  usual_or_one,  ///< that, or one sequential scan where the file is smaller by it
  fewest_bytes   ///< the progression that takes the fewest bytes, or one sequential scan
};

/// A progression of more bytes is not larger than one sequential scan: of files of photographs and
/// screens at many sizes the largest that was took 29 kB, by libjpeg's scans, or 14 by searched
/// ones; one of 68 kB was by 29 bytes.
inline constexpr std::uint64_t kMostBytesOfOneScan = std::uint64_t{64} * 1024;

/// A picture as it lies in a JPEG file, the entropy coding aside: quantised coefficients and the
/// tables to undo that with.
struct QuantizedPicture {
  Size size;
  /// Anything that a JPEG can code. Gray has one component.
  ChromaSubsampling subsampling = ChromaSubsampling::yuv420;
  /// Of Y, Cb and Cr. Steps from 1 to 255. Equal neighbours share a table in the file.
  std::array<QuantTable, 3> tables{};
  LevelSource* source = nullptr;
  /// But for the usual ones, all rows of `source` may be asked for three times.
  ScanChoice scans = ScanChoice::usual;
};

/// The file of such a picture: what encode() writes of one that it quantises so itself, where scans
/// are the usual ones. Of `options`, effort, progressive and metadata matter. `execution.workspace`
/// is not null. Errors: unsupported (size, metadata), limit_exceeded, cancelled, out_of_memory;
/// internal for levels without a code.
Result<Bytes> encode_coefficients(const QuantizedPicture& picture, const EncodeOptions& options,
                                  const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
