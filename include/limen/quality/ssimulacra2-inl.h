// SPDX-License-Identifier: Apache-2.0

// SSIMULACRA 2.1, a whole picture: all scales in one walk from top to bottom.
//
// A band of rows of the finest scale is read and worked on, which leaves half as many rows of
// linear light to the next scale, and so on. So neither the pictures of the coarser scales nor
// anything else but the original's side is ever held as a whole: a large picture waits for memory
// more than for arithmetic.

#if defined(LIMEN_QUALITY_SSIMULACRA2_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_SSIMULACRA2_INL_H_
#undef LIMEN_QUALITY_SSIMULACRA2_INL_H_
#else
#define LIMEN_QUALITY_SSIMULACRA2_INL_H_
#endif

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "limen/quality/ssimulacra2_light-inl.h"
#include "limen/quality/ssimulacra2_maps-inl.h"
#include "limen/quality/ssimulacra2_scale.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

// Hands out the rows of a scale's scratch memory in order.
class ScratchRows {
 public:
  ScratchRows(float* memory, std::size_t stride) : next_(memory), stride_(stride) {}
  float* take() {
    float* const row = next_ + terms::kRowMargin;
    next_ += stride_;
    return row;
  }
  float* take_zeros() {
    std::memset(next_, 0, stride_ * sizeof(float));
    return take();
  }

 private:
  float* next_;
  std::size_t stride_;
};

// The rows of linear light of a scale: the picture's, or what the finer scale has left of a band.
class LinearLight {
 public:
  LinearLight(const terms::PyramidTask& pyramid, int scale, ScratchRows& scratch)
      : source_(scale == 0 ? pyramid.source : nullptr),
        pieces_(*pyramid.pieces),
        size_(pyramid.scales[scale].size),
        mask_(terms::linear_rows(scale) - 1) {
    for (std::int32_t i = 0; i <= mask_; ++i) {
      for (float*& row : rows_[i]) row = scratch.take();
    }
  }

  void set_next(LinearLight* next) { next_ = next; }

  // Calls use(linear, begin, end) for one part of row y after the other, which `linear` points to
  // the beginning of, and makes the halved picture on the way. For y = 0, 1, 2, …
  template <class Use>
  HWY_INLINE void read(std::int32_t y, Use use) {
    const auto width = static_cast<std::size_t>(size_.width);
    float* const* const rows = rows_[y & mask_];
    if (source_ == nullptr) {
      for (int c = 0; c < 3; ++c) rows[c][width] = rows[c][width - 1];
    }
    const bool is_odd = (y & 1) != 0;
    const bool halves = next_ != nullptr && (is_odd || y == size_.height - 1);
    for (std::size_t begin = 0; begin < width; begin += terms::kTile) {
      const std::size_t end = std::min(begin + terms::kTile, width);
      if (source_ != nullptr) read_source(y, begin, end, rows);
      use(rows, begin, end);
      if (!halves) continue;
      float* const* const above = rows_[(y & mask_) & ~1];
      float* const* const out = next_->rows_[(y / 2) & next_->mask_];
      for (int c = 0; c < 3; ++c) {
        HalveRow(above[c] + begin, rows[c] + begin, (end - begin + 1) / 2, out[c] + begin / 2);
      }
    }
  }

 private:
  void read_source(std::int32_t y, std::size_t begin, std::size_t end, float* const rows[3]) const {
    if constexpr (kReadsBytes) {
      if (const std::uint8_t* const bytes = source_->rgb8_row(y)) {
        for (; begin + kBytesAtOnce <= end; begin += kBytesAtOnce) {
          LinearFromBytes(bytes + 3 * begin, pieces_, begin, rows);
        }
      }
    }
    source_->read(y, begin, end, rows);
  }

  const terms::LinearRows* source_;
  const terms::LinearPieces& pieces_;
  LinearLight* next_ = nullptr;
  Size size_;
  std::int32_t mask_;
  float* rows_[terms::kBandRows / 2][3];
};

// Row y + k - kTapRadius of something for each k, as the blur down needs them; `outside` stands for
// rows above and below the picture.
template <std::size_t kRows, class RowAt>
HWY_INLINE void RowsAround(std::int32_t y, std::int32_t height, const float* outside, RowAt row_at,
                           const float* (&rows)[kRows]) {
  for (std::int32_t k = 0; k < static_cast<std::int32_t>(kRows); ++k) {
    const std::int32_t at = y + k - terms::kTapRadius;
    rows[k] = at < 0 || at >= height ? outside : row_at(at);
  }
}

// What both sides have in common: a scale that is worked on kRows rows at a time, as far as the
// rows that are there allow.
template <class Side, std::int32_t kRows>
class ScaleWalk {
 public:
  ScaleWalk(const terms::PyramidTask& pyramid, int scale)
      : task_(pyramid.scales[scale]),
        scale_(scale),
        width_(static_cast<std::size_t>(task_.size.width)),
        stride_(terms::row_stride(task_.size.width)),
        scratch_(task_.scratch, stride_),
        light_(pyramid, scale, scratch_),
        zero_(scratch_.take_zeros()) {}

  LinearLight& light() { return light_; }

  // Works on all that rows 0 to `end` - 1 of linear light are enough for, and reads them all.
  void advance(std::int32_t end) {
    const std::int32_t height = task_.size.height;
    end = std::min(end, height);
    Side& side = static_cast<Side&>(*this);
    while (done_ < height) {
      const std::int32_t needed = std::min(done_ + kRows + terms::kTapRadius, height);
      while (read_ < std::min(needed, end)) side.read_row(read_++);
      if (needed > end) return;
      side.work_on_rows(done_);
      done_ += kRows;
    }
  }

 protected:
  float* original_at(int c, std::int32_t y) const {
    return task_.original[c].values + static_cast<std::size_t>(y) * stride_;
  }
  std::uint32_t* details_at(int c, std::int32_t y) const {
    return task_.original[c].details + static_cast<std::size_t>(y) * stride_;
  }
  std::size_t ahead(std::int32_t y) const { return y + 1 < task_.size.height ? stride_ : 0; }

  const terms::ScaleTask& task_;
  const int scale_;
  const std::size_t width_;
  const std::size_t stride_;
  ScratchRows scratch_;
  LinearLight light_;
  const float* const zero_;

 private:
  std::int32_t read_ = 0;
  std::int32_t done_ = 0;
};

class Preparer : public ScaleWalk<Preparer, 2> {
 public:
  Preparer(const terms::PyramidTask& pyramid, int scale) : ScaleWalk(pyramid, scale) {
    for (auto& row : blurred_) {
      for (float*& of : row) of = scratch_.take_zeros();
    }
  }

  void read_row(std::int32_t y) {
    float* out[3] = {nullptr, nullptr, nullptr};
    for (int c = 0; c < 3; ++c) {
      if (task_.original[c].values != nullptr) out[c] = original_at(c, y);
    }
    light_.read(y, [&](const float* const* linear, std::size_t begin, std::size_t end)
                       HWY_ATTR { XybRowOf<false>(scale_, linear, begin, end, nullptr, 0, out); });
    for (float* row : out) {
      if (row != nullptr) std::fill(row + width_, row + stride_, 0.0f);
    }
  }

  void work_on_rows(std::int32_t y) {
    for (int c = 0; c < 3; ++c) {
      if (task_.original[c].values == nullptr) continue;
      const float* rows[terms::kWindow + 1];
      RowsAround(
          y, task_.size.height, zero_, [&](std::int32_t row) { return original_at(c, row); }, rows);
      BlurOriginalDown(rows, width_ + terms::kTapRadius, blurred_[0], blurred_[1]);
      for (std::int32_t i = 0; i < 2 && y + i < task_.size.height; ++i) {
        FinishOriginalRow(original_at(c, y + i), blurred_[i][0], blurred_[i][1], width_,
                          details_at(c, y + i));
      }
    }
  }

 private:
  float* blurred_[2][2];
};

class Comparer : public ScaleWalk<Comparer, kRowsAtOnce> {
 public:
  Comparer(const terms::PyramidTask& pyramid, int scale)
      : ScaleWalk(pyramid, scale),
        cells_across_(pyramid.cells_across),
        compare_row_{CompareRowOf<0>(scale), CompareRowOf<1>(scale), CompareRowOf<2>(scale)} {
    for (BlurredRow& row : blurred_) {
      row = {scratch_.take_zeros(), scratch_.take_zeros(), scratch_.take_zeros()};
    }
    for (int c = 0; c < 3; ++c) {
      if (compare_row_[c] == nullptr) continue;
      for (float*& row : differences_[c]) row = scratch_.take_zeros();
      for (float*& row : columns_[c]) row = scratch_.take_zeros();
    }
  }

  // Makes row y of the differences, zero behind its end.
  void read_row(std::int32_t y) {
    const float* minus[3];
    float* out[3] = {nullptr, nullptr, nullptr};
    for (int c = 0; c < 3; ++c) {
      if (compare_row_[c] == nullptr) continue;
      minus[c] = original_at(c, y);
      out[c] = difference_at(c, y);
    }
    light_.read(y, [&](const float* const* linear, std::size_t begin, std::size_t end) HWY_ATTR {
      XybRowOf<true>(scale_, linear, begin, end, minus, ahead(y), out);
    });
    for (float* row : out) {
      if (row != nullptr) std::fill(row + width_, row + stride_ - terms::kRowMargin, 0.0f);
    }
  }

  void work_on_rows(std::int32_t y) {
    for (int c = 0; c < 3; ++c) {
      if (compare_row_[c] != nullptr) compare_rows(y, c);
    }
  }

 private:
  float* difference_at(int c, std::int32_t y) const {
    return differences_[c][static_cast<std::size_t>(y) % terms::kDifferenceRows];
  }

  void compare_rows(std::int32_t y, int c) {
    const std::int32_t height = task_.size.height;
    const float* originals[kRowsReached];
    const float* differences[kRowsReached];
    // Where the difference is zero any original will do.
    RowsAround(
        y, height, original_at(c, y), [&](std::int32_t row) { return original_at(c, row); },
        originals);
    RowsAround(
        y, height, zero_, [&](std::int32_t row) { return difference_at(c, row); }, differences);
    const std::int32_t rows = std::min(static_cast<std::int32_t>(kRowsAtOnce), height - y);
    CompareRowInput inputs[kRowsAtOnce];
    for (std::int32_t i = 0; i < rows; ++i) {
      inputs[i] = {original_at(c, y + i), details_at(c, y + i), difference_at(c, y + i),
                   blurred_[i], ahead(y + i)};
    }
    std::size_t down = 0;
    for (std::size_t begin = 0; begin < width_; begin += terms::kTile) {
      const std::size_t end = std::min(begin + terms::kTile, width_);
      // Across, the blur looks behind the part's end.
      const std::size_t until = end < width_ ? end + terms::kRowMargin : width_ + terms::kTapRadius;
      BlurDifferencesDown(differences, originals, down, until, blurred_);
      down = until;
      for (std::int32_t i = 0; i < rows; ++i) {
        compare_row_[c](inputs[i], begin, end, columns_[c]);
        if ((y + i + 1) % cell_side() == 0 || y + i + 1 == height) reduce(y + i, begin, end, c);
      }
    }
  }

  std::int32_t cell_side() const { return terms::kCellSide >> scale_; }

  // Row y is the last of a row of cells.
  void reduce(std::int32_t y, std::size_t begin, std::size_t end, int c) {
    const auto side = static_cast<std::size_t>(cell_side());
    const std::size_t first = static_cast<std::size_t>(y) / side * cells_across_ + begin / side;
    for (int t = 0; t < terms::kTerms; ++t) {
      if (task_.cells[c][t] == nullptr) continue;
      ReduceColumns(columns_[c][t] + begin, end - begin, side, task_.cells[c][t] + first);
    }
  }

  const std::size_t cells_across_;
  const CompareRowFunction compare_row_[3];
  BlurredRow blurred_[terms::kMostRowsAtOnce];
  float* differences_[3][terms::kDifferenceRows];
  float* columns_[3][terms::kTerms];
};

// Sets up the scales from the coarsest on, so that each can be told of the next.
template <class Side, int... kScale>
bool WalkScales(const terms::PyramidTask& pyramid, std::integer_sequence<int, kScale...>) {
  Side sides[] = {Side(pyramid, kScale)...};
  constexpr int kCount = sizeof...(kScale);
  for (int scale = 0; scale + 1 < kCount; ++scale) {
    sides[scale].light().set_next(&sides[scale + 1].light());
  }
  const std::int32_t height = pyramid.scales[0].size.height;
  for (std::int32_t end = terms::kBandRows; end < height + terms::kBandRows;
       end += terms::kBandRows) {
    if (pyramid.cancel != nullptr && pyramid.cancel->is_cancelled()) return false;
    for (int scale = 0; scale < kCount; ++scale) {
      const std::int32_t rows = pyramid.scales[scale].size.height;
      sides[scale].advance(end >= height ? rows : end >> scale);
    }
  }
  return true;
}

template <class Side, int kCount = terms::kScales>
bool Walk(const terms::PyramidTask& pyramid) {
  if constexpr (kCount > 1) {
    if (pyramid.scale_count < kCount) return Walk<Side, kCount - 1>(pyramid);
  }
  return WalkScales<Side>(pyramid, std::make_integer_sequence<int, kCount>());
}

// Fills the original's planes. False if cancelled.
bool PrepareScales(const terms::PyramidTask& pyramid) { return Walk<Preparer>(pyramid); }

// Sums all scales' maps over cells. False if cancelled.
bool CompareScales(const terms::PyramidTask& pyramid) { return Walk<Comparer>(pyramid); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
