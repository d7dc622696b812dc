// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "lib/codec/jpeg/coefficient_rows.h"
#include "lib/codec/jpeg/shaped.h"
#include "lib/codec/jpeg/shaped_planes.h"
#include "lib/codec/jpeg/shaped_rows.h"
#include "lib/codec/jpeg/shaped_tables.h"
#include "lib/codec/jpeg/transformed.h"

namespace limen::inline LIMEN_ABI {

/// All that the choice of levels needs to know of a setting.
struct ChoicePlan {
  std::array<QuantTable, 3> tables{};
  std::array<FloatQuantizer, 3> quantizers;
  std::array<LevelCosts, 2> costs;  ///< luma's and chroma's; where levels are weighed
};

/// Chooses levels. What it chooses at a setting depends on the picture, the weights and the moves
/// alone, not on what it was asked before: the costs of codes are counted in a part of the picture
/// as it would be without weights and moves of anybody's, at one setting of every sixteen, which
/// stands for its neighbours.
class LevelChooser {
 public:
  /// The picture must outlive it and stay where it is.
  LevelChooser(const FloatPicture& picture, const Shaping& shaping)
      : picture_(picture), shaping_(shaping), ladder_(picture.subsampling, shaping) {}

  /// `workspace`: null or what all memory is taken from. Errors: limit_exceeded, out_of_memory.
  Result<void> prepare(Workspace* workspace);

  const TableLadder& ladder() const { return ladder_; }

  /// As ShapedTrials has them. Errors: invalid_argument, limit_exceeded, out_of_memory.
  Result<void> weigh(std::span<const float> weights);
  Result<void> move_aims(const std::array<std::span<const float>, 3>& moves);

  /// Errors: cancelled.
  Result<ChoicePlan> plan(int setting, const Execution& execution);
  /// The levels of a row of blocks, as forward_dct() would leave coefficients that are nothing but
  /// whole steps.
  void choose(const ChoicePlan& plan, std::size_t plane, std::int32_t block_row,
              std::int16_t* out) const;

 private:
  /// Of each block of a plane, in rows of whole groups.
  using Gains = std::array<Buffer, 3>;
  using Models = std::map<int, std::array<LevelCosts, 2>>;

  float least() const { return static_cast<float>(ladder_.shape().dead_zone); }
  Result<void> set_gains(std::span<const float> weights, Gains& gains) const;
  void choose_by(const Gains& gains, const float* moves, const ChoicePlan& plan, std::size_t plane,
                 std::int32_t block_row, std::int16_t* out) const;
  Result<std::array<LevelCosts, 2>> count_costs(int setting, const Execution& execution);

  const FloatPicture& picture_;
  Shaping shaping_;
  TableLadder ladder_;
  Workspace* workspace_ = nullptr;
  Gains own_gains_;
  Gains gains_;  ///< by weights of somebody's; empty: none
  std::array<FloatPlane, 3> moves_;
  std::array<bool, 3> has_moves_{};
  Models models_;
};

/// A picture's levels at one setting, each row chosen once somebody wants it.
class ChosenPicture final : public CoefficientRows {
 public:
  Result<void> prepare(const FloatPicture& picture, const Execution& execution);
  /// Forgets all rows.
  void start(const LevelChooser& chooser, int setting, const ChoicePlan& plan);
  void forget() { setting_ = -1; }

  int setting() const { return setting_; }  ///< -1: none
  const ChoicePlan& plan() const { return plan_; }
  const TransformedPicture& shape() const { return picture_; }
  const std::int16_t* row(std::size_t plane, std::int32_t block_row) override;

 private:
  const LevelChooser* chooser_ = nullptr;
  int setting_ = -1;
  ChoicePlan plan_;
  TransformedPicture picture_;
  std::array<std::vector<bool>, 3> is_chosen_;
};

}  // namespace limen::inline LIMEN_ABI
