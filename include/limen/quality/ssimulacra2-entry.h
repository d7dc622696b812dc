// SPDX-License-Identifier: Apache-2.0
#pragma once

// Bodies of quality/ssimulacra2.h, compiled once by a .cc or inline where header-only.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <optional>
#include <string>
#include <utility>
#include <vector>

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

/// The polynomials through Chebyshev's nodes.
inline LinearPieces make_linear_pieces() {
  constexpr std::size_t kNodes = LinearPieces::kCoefficients;
  LinearPieces pieces;
  for (std::size_t piece = 0; piece < LinearPieces::kPieces; ++piece) {
    // Newton's divided differences, then to powers.
    double node[kNodes], newton[kNodes];
    for (std::size_t i = 0; i < kNodes; ++i) {
      node[i] = 7.5 * std::cos(std::numbers::pi * (static_cast<double>(i) + 0.5) / kNodes);
      const double level = 16 * static_cast<double>(piece) + 7.5 + node[i];
      newton[i] = linear_from_srgb(level / 255);
    }
    for (std::size_t order = 1; order < kNodes; ++order) {
      for (std::size_t i = kNodes - 1; i >= order; --i) {
        newton[i] = (newton[i] - newton[i - 1]) / (node[i] - node[i - order]);
      }
    }
    double power[kNodes] = {};
    for (std::size_t i = kNodes; i-- > 0;) {
      for (std::size_t k = kNodes - 1; k > 0; --k) power[k] = power[k - 1] - node[i] * power[k];
      power[0] = newton[i] - node[i] * power[0];
    }
    for (std::size_t k = 0; k < kNodes; ++k) {
      pieces.coefficients[k][piece] = static_cast<float>(power[k]);
    }
  }
  for (std::size_t i = 0; i < 16; ++i) {
    pieces.first[i] = static_cast<float>(linear_from_srgb(static_cast<double>(i) / 255));
  }
  return pieces;
}

inline const LinearPieces& linear_pieces() {
  static const LinearPieces pieces = make_linear_pieces();
  return pieces;
}

/// What kernels make of a byte by those polynomials, bit for bit.
inline float linear_of_byte(std::size_t level) {
  const LinearPieces& pieces = linear_pieces();
  if (level < 16) return pieces.first[level];
  const float at = static_cast<float>(level % 16) - 7.5f;
  float value = pieces.coefficients[LinearPieces::kCoefficients - 1][level / 16];
  for (std::size_t k = LinearPieces::kCoefficients - 1; k-- > 0;) {
    value = std::fma(value, at, pieces.coefficients[k][level / 16]);
  }
  return value;
}

/// Encoded samples to linear light: bits of floats, which are copied faster than floats. Levels
/// that both sample types have are the same for both.
template <class Sample>
const std::uint32_t* linear_table() {
  static const std::vector<std::uint32_t> table = [] {
    constexpr std::size_t kMost = static_cast<Sample>(~Sample{0});
    constexpr std::size_t kByte = kMost / 255;
    std::vector<std::uint32_t> bits(kMost + 1);
    for (std::size_t i = 0; i <= kMost; ++i) {
      const double encoded = static_cast<double>(i) / static_cast<double>(kMost);
      bits[i] = std::bit_cast<std::uint32_t>(i % kByte == 0
                                                 ? linear_of_byte(i / kByte)
                                                 : static_cast<float>(linear_from_srgb(encoded)));
    }
    return bits;
  }();
  return table.data();
}

/// A picture's rows in linear light: by table where it has no alpha to be blended.
template <class Sample>
class PictureRows final : public LinearRows {
 public:
  PictureRows(const ConstImageView& picture, double ground)
      : picture_(picture), ground_(ground), table_(linear_table<Sample>()) {}

  void read(std::int32_t y, std::size_t begin, std::size_t end,
            float* const rows[3]) const override {
    const auto width = static_cast<std::size_t>(picture_.size.width);
    fill(std::min(y, picture_.size.height - 1), begin, std::min(end, width), rows);
    if (end < width) return;
    // The edge repeats up to the metric's least side, and once more where a halving looks there.
    for (int c = 0; c < 3; ++c) std::fill(rows[c] + width, rows[c] + end + 1, rows[c][width - 1]);
  }

  const std::uint8_t* rgb8_row(std::int32_t y) const override {
    if constexpr (sizeof(Sample) == 1) {
      if (picture_.format.layout == Layout::rgb && y < picture_.size.height) {
        return picture_.row_as<std::uint8_t>(y);
      }
    }
    return nullptr;
  }

 private:
  void fill(std::int32_t y, std::size_t begin, std::size_t end, float* const out[3]) const {
    const Sample* in = picture_.row_as<Sample>(y);
    const std::uint32_t* const table = table_;
    float* const red = out[0];
    float* const green = out[1];
    float* const blue = out[2];
    const auto put = [table](Sample sample, float* to) {
      std::memcpy(to, table + sample, sizeof(float));
    };
    switch (picture_.format.layout) {
      case Layout::gray:
        for (std::size_t x = begin; x < end; ++x) put(in[x], red + x);
        std::copy(red + begin, red + end, green + begin);
        std::copy(red + begin, red + end, blue + begin);
        break;
      case Layout::gray_alpha:
        for (std::size_t x = begin; x < end; ++x) {
          red[x] = green[x] = blue[x] = blend(in[2 * x], in[2 * x + 1]);
        }
        break;
      case Layout::rgba:
        for (std::size_t x = begin; x < end; ++x) {
          for (std::size_t c = 0; c < 3; ++c) out[c][x] = blend(in[4 * x + c], in[4 * x + 3]);
        }
        break;
      default:
        for (std::size_t x = begin; x < end; ++x) {
          put(in[3 * x], red + x);
          put(in[3 * x + 1], green + x);
          put(in[3 * x + 2], blue + x);
        }
        break;
    }
  }

  float blend(Sample value, Sample alpha) const {
    constexpr double kMost = static_cast<Sample>(~Sample{0});
    if (alpha == static_cast<Sample>(kMost)) return std::bit_cast<float>(table_[value]);
    const double a = alpha / kMost;
    return static_cast<float>(linear_from_srgb(a * (value / kMost) + (1 - a) * ground_));
  }

  ConstImageView picture_;
  double ground_;
  const std::uint32_t* table_;
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

/// Sizes of a picture's scales, finest first.
inline std::vector<Size> scale_sizes(Size picture) {
  std::vector<Size> sizes;
  Size at = metric_size(picture);
  for (int scale = 0; scale < used_scales(picture); ++scale, at = halved(at)) sizes.push_back(at);
  return sizes;
}

/// Calls kernel(task) with the picture's rows, sizes and scratch memory in place; fill(task) has
/// put in the rest. The kernel's false means that it was cancelled.
template <class Fill, class Kernel>
Result<void> run_scales(const ConstImageView& picture, double ground, const Execution& execution,
                        Fill fill, Kernel kernel) {
  PyramidTask task;
  const std::vector<Size> sizes = scale_sizes(picture.size);
  task.pieces = &linear_pieces();
  task.scale_count = static_cast<int>(sizes.size());
  task.cancel = execution.cancel;
  std::size_t floats = 0;
  for (int scale = 0; scale < task.scale_count; ++scale) {
    floats += scratch_rows(scale) * row_stride(sizes[static_cast<std::size_t>(scale)].width);
  }
  LIMEN_ASSIGN(Buffer scratch, take_floats(floats, execution.workspace));
  float* free = floats_of(scratch);
  for (int scale = 0; scale < task.scale_count; ++scale) {
    task.scales[scale].size = sizes[static_cast<std::size_t>(scale)];
    task.scales[scale].scratch = free;
    free += scratch_rows(scale) * row_stride(task.scales[scale].size.width);
  }
  fill(task);
  const auto run = [&](const LinearRows& rows) -> Result<void> {
    task.source = &rows;
    if (!kernel(task)) return cancelled();
    return {};
  };
  if (picture.format.sample == SampleType::u8) {
    return run(PictureRows<std::uint8_t>(picture, ground));
  }
  return run(PictureRows<std::uint16_t>(picture, ground));
}

}  // namespace ssimulacra2_terms

struct Ssimulacra2Access {
  using Channel = Ssimulacra2::Channel;
  using Ground = Ssimulacra2::Ground;

  static Result<Ground> prepare(const ConstImageView& original, double gray,
                                const Execution& execution) {
    namespace terms = ssimulacra2_terms;
    Ground ground;
    ground.gray = gray;
    const std::vector<Size> sizes = terms::scale_sizes(original.size);
    // One block of memory for all: values, and details of as many bytes.
    const auto for_each_channel = [&](auto use) {
      for (std::size_t scale = 0; scale < sizes.size(); ++scale) {
        for (std::size_t c = 0; c < 3; ++c) {
          if (terms::needs_channel(static_cast<int>(c), static_cast<int>(scale))) {
            use(scale, c, terms::plane_floats(sizes[scale]));
          }
        }
      }
    };
    std::size_t floats = 0;
    for_each_channel([&](std::size_t, std::size_t, std::size_t plane) { floats += 2 * plane; });
    LIMEN_ASSIGN(ground.memory, terms::take_floats(floats, execution.workspace));
    ground.scales.resize(sizes.size());
    float* free = terms::floats_of(ground.memory);
    for_each_channel([&](std::size_t scale, std::size_t c, std::size_t plane) {
      ground.scales[scale][c] = {free, reinterpret_cast<std::uint32_t*>(free + plane)};
      free += 2 * plane;
    });
    LIMEN_TRY(terms::run_scales(
        original, gray, execution, [&](terms::PyramidTask& task) { hand_over(ground, task); },
        [](const terms::PyramidTask& task) { return LIMEN_KERNEL(PrepareScales)(task); }));
    return ground;
  }

  static void hand_over(const Ground& ground, ssimulacra2_terms::PyramidTask& task) {
    for (std::size_t scale = 0; scale < ground.scales.size(); ++scale) {
      for (std::size_t c = 0; c < 3; ++c) {
        const Channel& channel = ground.scales[scale][c];
        task.scales[scale].original[c] = {channel.values, channel.details};
      }
    }
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
    const auto fill = [&](terms::PyramidTask& task) {
      hand_over(ground, task);
      task.cells_across = static_cast<std::size_t>(grid.width);
      for (std::size_t k = 0; k < terms::kKeptTerms; ++k) {
        const terms::KeptTerm& kept = terms::kKept[k];
        task.scales[kept.scale].cells[kept.channel][kept.term] = terms::floats_of(sums) + k * plane;
      }
    };
    LIMEN_TRY(terms::run_scales(
        candidate, gray, execution, fill,
        [](const terms::PyramidTask& task) { return LIMEN_KERNEL(CompareScales)(task); }));
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
