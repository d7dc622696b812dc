// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bodies of quality/ssimulacra2.h, compiled once by a .cc or inline where header-only.

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "limen/color/transfer.h"
#include "limen/quality/ssimulacra2.h"
#include "limen/quality/ssimulacra2_blocks.h"
#include "limen/quality/ssimulacra2_scale.h"
#include "limen/quality/ssimulacra2_terms.h"

#if defined(LIMEN_HEADER_ONLY) && !defined(LIMEN_KERNEL)
#define LIMEN_KERNEL(kernel) HWY_STATIC_DISPATCH(kernel)
#endif

namespace limen::inline LIMEN_ABI {

namespace ssimulacra2_terms {

/// A picture's rows in linear light: by table where it has no alpha to be blended.
class PictureRows final : public LinearRows {
 public:
  PictureRows(const ConstImageView& picture, double ground, const float* table)
      : picture_(picture), ground_(ground), table_(table) {}

  void row(std::int32_t y, float* const scratch[3], const float* rows[3]) const override {
    y = std::min(y, picture_.size.height - 1);
    if (picture_.format.sample == SampleType::u8) {
      fill<std::uint8_t>(y, scratch);
    } else {
      fill<std::uint16_t>(y, scratch);
    }
    // The edge repeats up to the metric's least side, and once more where a halving looks there.
    const auto width = static_cast<std::size_t>(picture_.size.width);
    const auto end = static_cast<std::size_t>(metric_size(picture_.size).width) + 1;
    for (int c = 0; c < 3; ++c) {
      std::fill(scratch[c] + width, scratch[c] + end, scratch[c][width - 1]);
      rows[c] = scratch[c];
    }
  }

 private:
  template <class Sample>
  void fill(std::int32_t y, float* const out[3]) const {
    const Sample* in = picture_.row_as<Sample>(y);
    const auto width = static_cast<std::size_t>(picture_.size.width);
    const float* const table = table_;
    float* const red = out[0];
    float* const green = out[1];
    float* const blue = out[2];
    switch (picture_.format.layout) {
      case Layout::gray:
        for (std::size_t x = 0; x < width; ++x) red[x] = green[x] = blue[x] = table[in[x]];
        break;
      case Layout::gray_alpha:
        for (std::size_t x = 0; x < width; ++x) {
          red[x] = green[x] = blue[x] = blend(in[2 * x], in[2 * x + 1]);
        }
        break;
      case Layout::rgba:
        for (std::size_t x = 0; x < width; ++x) {
          for (std::size_t c = 0; c < 3; ++c) out[c][x] = blend(in[4 * x + c], in[4 * x + 3]);
        }
        break;
      default:
        for (std::size_t x = 0; x < width; ++x) {
          red[x] = table[in[3 * x]];
          green[x] = table[in[3 * x + 1]];
          blue[x] = table[in[3 * x + 2]];
        }
        break;
    }
  }

  template <class Sample>
  float blend(Sample value, Sample alpha) const {
    constexpr double kMost = sizeof(Sample) == 1 ? 255.0 : 65535.0;
    const double a = alpha / kMost;
    if (alpha == static_cast<Sample>(kMost)) return table_[value];
    return static_cast<float>(linear_from_srgb(a * (value / kMost) + (1 - a) * ground_));
  }

  ConstImageView picture_;
  double ground_;
  const float* table_;
};

/// Planes that a finer scale left.
class PlaneRows final : public LinearRows {
 public:
  PlaneRows(float* const planes[3], Size size) : size_(size), stride_(row_stride(size.width)) {
    for (int c = 0; c < 3; ++c) planes_[c] = planes[c];
  }

  void row(std::int32_t y, float* const /*scratch*/[3], const float* rows[3]) const override {
    for (int c = 0; c < 3; ++c) {
      float* row = planes_[c] + static_cast<std::size_t>(y) * stride_;
      row[size_.width] = row[size_.width - 1];
      rows[c] = row;
    }
  }

 private:
  float* planes_[3];
  Size size_;
  std::size_t stride_;
};

/// Scales that have a sub-score worth making: the rest are not computed.
inline int used_scales(Size size) {
  int used = 0;
  for (int scale = 0; scale < scale_count(size); ++scale) {
    for (int c = 0; c < 3; ++c) {
      if (needs_channel(c, scale)) used = scale + 1;
    }
  }
  return used;
}

inline std::size_t plane_floats(Size size) {
  return row_stride(size.width) * static_cast<std::size_t>(size.height);
}

inline Result<Buffer> take_floats(std::size_t floats, Workspace* workspace) {
  return workspace != nullptr ? workspace->allocate(floats * sizeof(float))
                              : Buffer::create(floats * sizeof(float));
}

inline float* floats_of(Buffer& buffer) { return reinterpret_cast<float*>(buffer.data()); }

/// Encoded samples to linear light, for the picture's sample type.
inline Result<Buffer> linear_table(SampleType sample, Workspace* workspace) {
  const int most = sample == SampleType::u8 ? 255 : 65535;
  LIMEN_ASSIGN(Buffer table, take_floats(static_cast<std::size_t>(most) + 1, workspace));
  for (int i = 0; i <= most; ++i) {
    floats_of(table)[i] = static_cast<float>(linear_from_srgb(static_cast<double>(i) / most));
  }
  return table;
}

inline Result<void> check_picture(const ConstImageView& picture) {
  if (picture.data == nullptr || is_empty(picture.size)) {
    return invalid_argument("there are no pixels to compare");
  }
  if (picture.format.sample == SampleType::f32 || picture.format.layout == Layout::cmyk) {
    return invalid_argument("the metric takes gray or RGB of 8 or 16 bits");
  }
  if (picture.format.has_alpha() && picture.format.alpha == AlphaMode::premultiplied) {
    return invalid_argument("the metric takes straight alpha");
  }
  return {};
}

/// Walks the scales of one picture, calling step(task) for each with its rows, scratch and the next
/// scale's planes in place. step fills in what it needs of the original and returns a Result.
template <class Step>
Result<void> walk_scales(const ConstImageView& picture, double ground, const Execution& execution,
                         Step step) {
  LIMEN_ASSIGN(Buffer table, linear_table(picture.format.sample, execution.workspace));
  Size size = metric_size(picture.size);
  const int scales = used_scales(picture.size);
  const PictureRows picture_rows(picture, ground, floats_of(table));
  std::optional<PlaneRows> plane_rows;
  Buffer planes[2];  // of this scale and the next, in turn
  const std::size_t scratch_floats = kScratchRows * row_stride(size.width);
  LIMEN_ASSIGN(Buffer scratch, take_floats(scratch_floats, execution.workspace));
  for (int scale = 0; scale < scales; ++scale) {
    ScaleTask task;
    task.size = size;
    task.scale = scale;
    task.source = scale == 0 ? static_cast<const LinearRows*>(&picture_rows) : &*plane_rows;
    task.scratch = floats_of(scratch);
    task.cancel = execution.cancel;
    const Size next_size = halved(size);
    if (scale + 1 < scales) {
      Buffer& next = planes[scale & 1];
      // One row more: the last row's vectors may end behind the plane.
      const std::size_t floats = plane_floats(next_size) + row_stride(next_size.width);
      LIMEN_ASSIGN(next, take_floats(3 * floats, execution.workspace));
      for (std::size_t c = 0; c < 3; ++c) task.next[c] = floats_of(next) + c * floats;
      task.next_stride = row_stride(next_size.width);
    }
    LIMEN_TRY(step(task));
    if (scale + 1 < scales) {
      plane_rows.emplace(task.next, next_size);
      size = next_size;
    }
  }
  return {};
}

}  // namespace ssimulacra2_terms

struct Ssimulacra2Access {
  using Channel = Ssimulacra2::Channel;
  using Ground = Ssimulacra2::Ground;

  static float* values(Buffer& buffer) { return ssimulacra2_terms::floats_of(buffer); }

  static Result<Ground> prepare(const ConstImageView& original, double gray,
                                const Execution& execution) {
    namespace terms = ssimulacra2_terms;
    Ground ground;
    ground.gray = gray;
    LIMEN_TRY(
        terms::walk_scales(original, gray, execution, [&](terms::ScaleTask& task) -> Result<void> {
          ground.scales.emplace_back();
          for (int c = 0; c < 3; ++c) {
            if (!terms::needs_channel(c, task.scale)) continue;
            Channel& channel = ground.scales.back()[static_cast<std::size_t>(c)];
            for (Buffer* plane : {&channel.values, &channel.deviations, &channel.spreads}) {
              LIMEN_ASSIGN(*plane,
                           terms::take_floats(terms::plane_floats(task.size), execution.workspace));
            }
            task.original[c] = {values(channel.values), values(channel.deviations),
                                values(channel.spreads)};
          }
          if (!LIMEN_KERNEL(PrepareScale)(task)) return cancelled();
          return {};
        }));
    return ground;
  }

  /// `cells`: null, or takes the score of every cell.
  static Result<Comparison> compare(const Ground& ground, double gray,
                                    const ConstImageView& candidate, std::vector<Score>* cells,
                                    const Execution& execution) {
    namespace terms = ssimulacra2_terms;
    const Size size = terms::metric_size(candidate.size);
    const Size grid = terms::cell_grid(size);
    const auto plane = static_cast<std::size_t>(area(grid));
    LIMEN_ASSIGN(Buffer sums, terms::take_floats(terms::kKeptTerms * plane, execution.workspace));
    LIMEN_TRY(
        terms::walk_scales(candidate, gray, execution, [&](terms::ScaleTask& task) -> Result<void> {
          const auto& channels = ground.scales[static_cast<std::size_t>(task.scale)];
          for (int c = 0; c < 3; ++c) {
            const Channel& channel = channels[static_cast<std::size_t>(c)];
            // CompareScale only reads them.
            const auto floats = [](const Buffer& buffer) {
              return const_cast<float*>(reinterpret_cast<const float*>(buffer.data()));
            };
            task.original[c] = {floats(channel.values), floats(channel.deviations),
                                floats(channel.spreads)};
          }
          for (std::size_t k = 0; k < terms::kKeptTerms; ++k) {
            const terms::KeptTerm& kept = terms::kKept[k];
            if (kept.scale != task.scale) continue;
            task.cells[kept.channel][kept.term] = terms::floats_of(sums) + k * plane;
          }
          task.cells_across = static_cast<std::size_t>(grid.width);
          if (!LIMEN_KERNEL(CompareScale)(task)) return cancelled();
          return {};
        }));
    const terms::CellSums cell_sums(terms::floats_of(sums), size,
                                    terms::used_scales(candidate.size));
    const auto score = [&](const terms::CellRect& at) {
      return Score{terms::score_of_sum(cell_sums.total(at))};
    };
    const terms::CellRect worst = cell_sums.worst_block();
    if (cells != nullptr) {
      cells->reserve(plane);
      for (std::int32_t y = 0; y < grid.height; ++y) {
        for (std::int32_t x = 0; x < grid.width; ++x) cells->push_back(score({x, y, 1, 1}));
      }
    }
    return Comparison{score(whole(grid)), score(worst), terms::pixels_of(worst, candidate.size)};
  }
};

LIMEN_ENTRY Result<Ssimulacra2> Ssimulacra2::prepare(const ConstImageView& original,
                                                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<Ssimulacra2> {
    LIMEN_TRY(ssimulacra2_terms::check_picture(original));
    Ssimulacra2 prepared;
    prepared.size_ = original.size;
    for (const double gray : ssimulacra2_terms::kGrounds) {
      LIMEN_ASSIGN(auto ground, Ssimulacra2Access::prepare(original, gray, execution));
      prepared.grounds_.push_back(std::move(ground));
      if (!original.format.has_alpha()) break;
    }
    return prepared;
  });
}

LIMEN_ENTRY Result<Comparison> Ssimulacra2::compare(const ConstImageView& candidate,
                                                    const Execution& execution) const {
  return compare_cells(candidate, nullptr, execution);
}

LIMEN_ENTRY Result<Comparison> Ssimulacra2::compare_cells(const ConstImageView& candidate,
                                                          std::vector<Score>* cells,
                                                          const Execution& execution) const {
  return contain_exceptions([&]() -> Result<Comparison> {
    LIMEN_TRY(ssimulacra2_terms::check_picture(candidate));
    if (candidate.size != size_) {
      return invalid_argument("a candidate of " + std::to_string(candidate.size.width) + "x" +
                              std::to_string(candidate.size.height) + " beside an original of " +
                              std::to_string(size_.width) + "x" + std::to_string(size_.height));
    }
    std::optional<Comparison> worst;
    for (std::size_t i = 0; i < ssimulacra2_terms::kGrounds.size(); ++i) {
      // An opaque original is the same on either ground.
      const Ground& ground = grounds_[std::min(i, grounds_.size() - 1)];
      std::vector<Score> here;
      LIMEN_ASSIGN(const Comparison now,
                   Ssimulacra2Access::compare(ground, ssimulacra2_terms::kGrounds[i], candidate,
                                              cells != nullptr ? &here : nullptr, execution));
      if (!worst) {
        worst = now;
        if (cells != nullptr) *cells = std::move(here);
      } else {
        worst->score = std::min(worst->score, now.score);
        if (now.worst_block < worst->worst_block) {
          worst->worst_block = now.worst_block;
          worst->worst_block_at = now.worst_block_at;
        }
        for (std::size_t k = 0; k < here.size(); ++k) (*cells)[k] = std::min((*cells)[k], here[k]);
      }
      if (grounds_.size() == 1 && !candidate.format.has_alpha()) break;
    }
    return *worst;
  });
}

LIMEN_ENTRY Result<Comparison> ssimulacra2(const ConstImageView& original,
                                           const ConstImageView& candidate,
                                           const Execution& execution) {
  LIMEN_ASSIGN(const Ssimulacra2 prepared, Ssimulacra2::prepare(original, execution));
  return prepared.compare(candidate, execution);
}

}  // namespace limen::inline LIMEN_ABI
