// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/quant_table.h"
#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI {

/// A picture as it lies in a JPEG file, the entropy coding aside: quantised coefficients, however
/// they were chosen, and the tables to undo that with.
struct QuantizedPicture {
  Size size;
  /// 4:2:0, 4:4:4 or gray, which has one component.
  ChromaSubsampling subsampling = ChromaSubsampling::yuv420;
  /// Of Y, Cb and Cr. Steps from 1 to 255. Equal neighbours share a table in the file.
  std::array<QuantTable, 3> tables{};

  /// Writes one row of a component's blocks, block after block, in zigzag order; a component has as
  /// many as its samples fill, rounded up. Called once for each row and component, in any order.
  /// Must not throw. AC levels beyond +-1023 and DC differences beyond +-2047 have no code.
  void (*row)(const void* source, std::size_t component, std::int32_t block_row,
              std::int16_t* levels) = nullptr;
  const void* source = nullptr;
};

/// The file of such a picture: what encode() writes of one that it quantises so itself. Of
/// `options`, effort, progressive and metadata matter. `execution.workspace` is not null. Errors:
/// unsupported (size, metadata), limit_exceeded, cancelled, out_of_memory; internal for levels
/// without a code.
Result<Bytes> encode_coefficients(const QuantizedPicture& picture, const EncodeOptions& options,
                                  const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
