// SPDX-License-Identifier: Apache-2.0
#pragma once

// The quantisation tables of shaped files and what goes with them, setting by setting.

#include <array>

#include "lib/codec/jpeg/quant_table.h"
#include "lib/codec/jpeg/shaped.h"
#include "limen/codec/encode.h"
#include "limen/core/planar.h"

namespace limen::inline LIMEN_ABI {

/// What is fitted to pictures of a kind. Logarithms are natural; they are added to a table's.
struct TableShape {
  double coarser = 0;               ///< luma's mean step beside libjpeg's of equal score
  double cb = 0;                    ///< all of Cb
  double cr = 0;                    ///< all of Cr
  double luma_mean = 0;             ///< luma's DC
  std::array<double, 4> luma = {};  ///< luma by u + v: to 1, to 3, to 6, above
  double chroma_mean = 0;           ///< chroma's DC
  double chroma_detail = 0;         ///< chroma with u + v above 3
  double dead_zone = 0.5;           ///< where all are rounded: below so many steps AC is zero
  double rate = 0;                  ///< what a bit costs, in squared steps
  double chroma_rate = 0;           ///< of chroma beside luma
  double hiding = 0;                ///< how fast a busy block's errors stop mattering
  double hiding_floor = 0;          ///< the variance below which a block is as good as flat
};

/// All tables of one kind of picture, a fixed ratio apart.
class TableLadder {
 public:
  /// `subsampling`: gray, 4:2:0 or 4:4:4.
  TableLadder(ChromaSubsampling subsampling, const Shaping& shaping);

  int count() const;
  /// Steps of Y, Cb and Cr, 1 to 255. A gray picture's tables of chroma mean nothing.
  std::array<QuantTable, 3> tables(int setting) const;
  /// libjpeg's quality of about the same score, and back.
  Quality quality_of(int setting) const;
  int setting_of(Quality quality) const;

  const TableShape& shape() const { return shape_; }

 private:
  TableShape shape_;
  double largest_dc_;
  std::array<std::array<double, 64>, 3> steps_{};  ///< at a scale of 1
};

/// e^x, and the logarithm of base 2 of x > 0: the same on every machine, which the mathematical
/// library's are not. To some 1e-12.
double exponential(double x);
double binary_logarithm(double x);

}  // namespace limen::inline LIMEN_ABI
