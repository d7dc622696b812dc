// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/level_chooser.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "lib/codec/jpeg/level_costs.h"
#include "lib/codec/jpeg/symbols.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Settings that share the costs of codes.
constexpr int kCostSpan = 16;

// Of a picture of more rows of blocks, every fourth is counted.
constexpr std::int32_t kMostCountedWhole = 16;

// x to the power of `power`, 0 to 1, by roots, which every machine rounds alike.
float power_of(float x, double power) {
  float result = 1;
  float root = x;
  for (int bit = 0; bit < 12; ++bit) {
    root = std::sqrt(root);
    power *= 2;
    if (power >= 1) {
      result *= root;
      power -= 1;
    }
  }
  return result;
}

// How much an error matters in a block of such a variance.
float weight_of(float variance, const TableShape& shape) {
  constexpr float kUsual = 60;
  const auto floor = static_cast<float>(exponential(shape.hiding_floor));
  return power_of((kUsual + floor) / (variance + floor), shape.hiding);
}

float* row_of(Buffer& buffer, std::size_t groups, std::int32_t block_row) {
  return reinterpret_cast<float*>(buffer.data()) +
         static_cast<std::size_t>(block_row) * groups * kBlockGroup;
}
const float* row_of(const Buffer& buffer, std::size_t groups, std::int32_t block_row) {
  return reinterpret_cast<const float*>(buffer.data()) +
         static_cast<std::size_t>(block_row) * groups * kBlockGroup;
}

// A block's 64 coefficients behind each other, to their places in a group.
Result<void> move_block(std::span<const float> from, float* to) {
  for (std::size_t k = 0; k < 64; ++k) {
    // False for what is no number too.
    if (!(std::abs(from[k]) <= 1e6f)) return invalid_argument("an aim is moved out of all bounds");
    to[k * kBlockGroup] = from[k];
  }
  return {};
}

}  // namespace

Result<void> LevelChooser::prepare(Workspace* workspace) {
  workspace_ = workspace;
  if (shaping_.choice == LevelChoice::rounded) return {};
  const std::span<const float> variances = picture_.luma_variances();
  std::vector<float> weights(variances.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    weights[i] = weight_of(variances[i], ladder_.shape());
  }
  return set_gains(weights, own_gains_);
}

Result<void> LevelChooser::set_gains(std::span<const float> weights, Gains& gains) const {
  const FloatPlane& luma = picture_.planes[0];
  Execution execution;
  execution.workspace = workspace_;
  for (std::size_t p = 0; p < picture_.plane_count; ++p) {
    const FloatPlane& plane = picture_.planes[p];
    const TableShape& shape = ladder_.shape();
    const auto of_bit =
        static_cast<float>(exponential(-shape.rate - (p == 0 ? 0 : shape.chroma_rate)));
    LIMEN_ASSIGN(gains[p], take_buffer(static_cast<std::uint64_t>(plane.block_rows) * plane.groups *
                                           kBlockGroup * sizeof(float),
                                       execution));
    const bool is_halved = p > 0 && picture_.subsampling == ChromaSubsampling::yuv420;
    const std::int32_t side = is_halved ? 2 : 1;
    for (std::int32_t y = 0; y < plane.block_rows; ++y) {
      float* const to = row_of(gains[p], plane.groups, y);
      for (std::int32_t x = 0; x < plane.block_columns; ++x) {
        float sum = 0;
        int count = 0;
        for (std::int32_t v = side * y; v < std::min(side * (y + 1), luma.block_rows); ++v) {
          for (std::int32_t u = side * x; u < std::min(side * (x + 1), luma.block_columns); ++u) {
            sum +=
                weights[static_cast<std::size_t>(v) * static_cast<std::size_t>(luma.block_columns) +
                        static_cast<std::size_t>(u)];
            ++count;
          }
        }
        to[x] = sum / static_cast<float>(count) * of_bit;
      }
    }
  }
  return {};
}

Result<void> LevelChooser::weigh(std::span<const float> weights) {
  if (weights.size() != picture_.luma_variances().size()) {
    return invalid_argument("there are " + std::to_string(picture_.luma_variances().size()) +
                            " blocks to weigh, not " + std::to_string(weights.size()));
  }
  for (const float weight : weights) {
    if (!(weight > 0) || weight > 1e6f) {
      return invalid_argument("a block's weight must be above 0 and no more than a million");
    }
  }
  if (shaping_.choice == LevelChoice::rounded) return {};
  Gains gains;
  LIMEN_TRY(set_gains(weights, gains));
  gains_ = std::move(gains);
  return {};
}

Result<void> LevelChooser::move_aims(const std::array<std::span<const float>, 3>& moves) {
  const JpegGrid grid(picture_.size, picture_.subsampling);
  for (std::size_t p = 0; p < moves.size(); ++p) {
    const std::uint64_t wanted = p >= picture_.plane_count
                                     ? 0
                                     : std::uint64_t{64} *
                                           static_cast<std::uint64_t>(grid.components[p].columns) *
                                           static_cast<std::uint64_t>(grid.components[p].rows);
    if (!moves[p].empty() && moves[p].size() != wanted) {
      return invalid_argument("plane " + std::to_string(p) + " has " + std::to_string(wanted) +
                              " aims, not " + std::to_string(moves[p].size()));
    }
  }
  for (std::size_t p = 0; p < picture_.plane_count; ++p) {
    has_moves_[p] = false;
    if (moves[p].empty()) continue;
    FloatPlane& plane = moves_[p];
    if (plane.groups == 0) {
      LIMEN_ASSIGN(plane, make_float_plane(grid.components[p], workspace_));
      std::fill_n(plane.row(0),
                  static_cast<std::size_t>(plane.block_rows) * plane.groups * kGroupCoefficients,
                  0.f);
    }
    std::span<const float> left = moves[p];
    for (std::int32_t y = 0; y < plane.block_rows; ++y) {
      for (std::size_t x = 0; x < static_cast<std::size_t>(plane.block_columns); ++x) {
        LIMEN_TRY(move_block(
            left.first(64), plane.row(y) + x / kBlockGroup * kGroupCoefficients + x % kBlockGroup));
        left = left.subspan(64);
      }
    }
    has_moves_[p] = true;
  }
  return {};
}

Result<ChoicePlan> LevelChooser::plan(int setting, const Execution& execution) {
  ChoicePlan plan;
  plan.tables = ladder_.tables(setting);
  for (std::size_t p = 0; p < 3; ++p) plan.quantizers[p] = FloatQuantizer(plan.tables[p]);
  if (shaping_.choice == LevelChoice::rounded) return plan;
  const int counted =
      std::min(setting / kCostSpan * kCostSpan + kCostSpan / 2, ladder_.count() - 1);
  auto known = models_.find(counted);
  if (known == models_.end()) {
    LIMEN_ASSIGN(const auto costs, count_costs(counted, execution));
    known = models_.emplace(counted, costs).first;
  }
  plan.costs = known->second;
  return plan;
}

// As rounded, then as weighed by what codes take there.
Result<std::array<LevelCosts, 2>> LevelChooser::count_costs(int setting,
                                                            const Execution& execution) {
  ChoicePlan plan;
  plan.tables = ladder_.tables(setting);
  const Quantizers quantizers = quantizers_of(plan.tables);
  for (std::size_t p = 0; p < 3; ++p) plan.quantizers[p] = FloatQuantizer(plan.tables[p]);
  LIMEN_ASSIGN(Buffer chosen,
               take_buffer(picture_.planes[0].groups * kGroupCoefficients * sizeof(std::int16_t),
                           execution));
  auto* const levels = reinterpret_cast<std::int16_t*>(chosen.data());
  std::vector<std::int16_t> means(static_cast<std::size_t>(picture_.planes[0].block_columns));
  for (const bool is_weighed : {false, true}) {
    std::array<std::array<ScanSymbols, kMostScans>, 2> scans{};
    for (std::size_t p = 0; p < picture_.plane_count; ++p) {
      const FloatPlane& plane = picture_.planes[p];
      const std::int32_t step = plane.block_rows > kMostCountedWhole ? 4 : 1;
      for (std::int32_t y = step / 2; y < plane.block_rows; y += step) {
        if (execution.is_cancelled()) return cancelled();
        const auto blocks = static_cast<std::size_t>(plane.block_columns);
        if (is_weighed) {
          choose_by(own_gains_, nullptr, plan, p, y, levels);
        } else {
          round_levels({plane.row(y), nullptr, blocks}, plan.quantizers[p], least(), levels);
        }
        count_symbols(levels, quantizers[p], blocks, ScanKind::sequential, scans[p == 0 ? 0 : 1],
                      means.data());
      }
    }
    plan.costs = {costs_of(scans[0][0].runs, TablePlane::luminance),
                  costs_of(scans[1][0].runs, TablePlane::chrominance)};
  }
  return plan.costs;
}

void LevelChooser::choose_by(const Gains& gains, const float* moves, const ChoicePlan& plan,
                             std::size_t p, std::int32_t block_row, std::int16_t* out) const {
  const FloatPlane& plane = picture_.planes[p];
  const AimedRow row{plane.row(block_row), moves, static_cast<std::size_t>(plane.block_columns)};
  weigh_levels(row, plan.quantizers[p], plan.costs[p == 0 ? 0 : 1],
               row_of(gains[p], plane.groups, block_row), out);
}

void LevelChooser::choose(const ChoicePlan& plan, std::size_t p, std::int32_t block_row,
                          std::int16_t* out) const {
  const float* const moves = has_moves_[p] ? moves_[p].row(block_row) : nullptr;
  if (shaping_.choice == LevelChoice::weighed) {
    choose_by(gains_[0].data() != nullptr ? gains_ : own_gains_, moves, plan, p, block_row, out);
    return;
  }
  const FloatPlane& plane = picture_.planes[p];
  round_levels({plane.row(block_row), moves, static_cast<std::size_t>(plane.block_columns)},
               plan.quantizers[p], least(), out);
}

Result<void> ChosenPicture::prepare(const FloatPicture& picture, const Execution& execution) {
  LIMEN_ASSIGN(picture_, make_transformed_picture(picture.size, picture.subsampling, execution));
  for (std::size_t p = 0; p < picture_.plane_count; ++p) {
    is_chosen_[p].resize(static_cast<std::size_t>(picture_.planes[p].block_rows));
  }
  return {};
}

void ChosenPicture::start(const LevelChooser& chooser, int setting, const ChoicePlan& plan) {
  chooser_ = &chooser;
  setting_ = setting;
  plan_ = plan;
  for (std::vector<bool>& rows : is_chosen_) std::fill(rows.begin(), rows.end(), false);
}

const std::int16_t* ChosenPicture::row(std::size_t plane, std::int32_t block_row) {
  std::int16_t* const levels = picture_.planes[plane].row(block_row);
  const auto at = static_cast<std::size_t>(block_row);
  if (!is_chosen_[plane][at]) {
    chooser_->choose(plan_, plane, block_row, levels);
    is_chosen_[plane][at] = true;
  }
  return levels;
}

}  // namespace limen::inline LIMEN_ABI
