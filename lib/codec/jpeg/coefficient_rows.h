// SPDX-License-Identifier: Apache-2.0
#pragma once

// What trials of every kind are made of: rows of coefficients, however they came about, that are
// quantised when they are asked for.

#include <array>
#include <cstddef>
#include <cstdint>

#include "lib/codec/jpeg/coefficients.h"
#include "lib/codec/jpeg/transformed.h"

namespace limen::inline LIMEN_ABI {

/// Coefficients of a picture, a row of blocks at a time, each as forward_dct() leaves it.
class CoefficientRows {
 public:
  virtual ~CoefficientRows() = default;
  /// Valid until the picture changes.
  virtual const std::int16_t* row(std::size_t plane, std::int32_t block_row) = 0;
};

/// Of Y, Cb and Cr.
using Quantizers = std::array<Quantizer, 3>;

inline Quantizers quantizers_of(const std::array<QuantTable, 3>& tables) {
  return {Quantizer(tables[0]), Quantizer(tables[1]), Quantizer(tables[2])};
}

/// Those of a picture that lies there as a whole.
class TransformedRows final : public CoefficientRows {
 public:
  explicit TransformedRows(const TransformedPicture& picture) : picture_(picture) {}
  const std::int16_t* row(std::size_t plane, std::int32_t block_row) override {
    return picture_.planes[plane].row(block_row);
  }

 private:
  const TransformedPicture& picture_;
};

/// Quantised, as a file has them.
class QuantizedRows final : public LevelSource {
 public:
  QuantizedRows(const TransformedPicture& shape, CoefficientRows& rows,
                const Quantizers& quantizers)
      : shape_(shape), rows_(rows), quantizers_(quantizers) {}

  void read_row(std::size_t component, std::int32_t block_row, LevelBits bits,
                LevelGroup* groups) override {
    quantize(rows_.row(component, block_row), quantizers_[component],
             shape_.planes[component].groups, bits, groups);
  }

 private:
  const TransformedPicture& shape_;
  CoefficientRows& rows_;
  const Quantizers& quantizers_;
};

}  // namespace limen::inline LIMEN_ABI
