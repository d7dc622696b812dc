// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kernels of the gradient work on.

#include <array>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/cancel.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/quality/ssimulacra2_scale.h"
#include "limen/quality/ssimulacra2_terms.h"

namespace limen::inline LIMEN_ABI::gradient {

/// Floats of the widest vector that the kernels use; sums have as many parts everywhere.
inline constexpr std::size_t kVector = 16;

/// Floats from a plane's row to the next: whole vectors, and one to look beyond.
constexpr std::size_t plane_stride(std::int32_t width) {
  return (static_cast<std::size_t>(width) + kVector - 1) / kVector * kVector + kVector;
}

/// The maps of the metric, each with a mean and a mean of fourth powers.
inline constexpr std::size_t kMaps = 3;

/// What a map's value e adds to the sum's derivative: first + cubed * e^3.
struct MapSlope {
  float first = 0;
  float cubed = 0;
};

/// Planes of a channel at a scale; null where the metric has no use for the channel there.
struct ChannelTask {
  // Of the original: XYB, its blur, and twice its local variance plus C2.
  float* values = nullptr;
  float* means = nullptr;
  float* spreads = nullptr;
  // Of the candidate's difference d from it, E being the blur: d; E d, which WalkBack() replaces
  // by the derivative by d; the two parts of the structural term, v / s and 1 / s of
  // limen/quality/ssimulacra2_maps-inl.h.
  float* differences = nullptr;
  float* shifts = nullptr;
  float* ratios = nullptr;
  float* inverses = nullptr;
  /// By ssimulacra2_terms::Term: sums over the map, of fourth powers for the 4-norms.
  std::array<double, ssimulacra2_terms::kTerms> sums{};
  std::array<MapSlope, kMaps> slopes{};

  bool is_used() const { return values != nullptr; }
};

struct ScaleTask {
  Size size;
  std::size_t stride = 0;
  /// Linear light of the picture at hand; after WalkBack() derivatives: by linear light, at the
  /// finest scale by Y, Cb and Cr.
  std::array<float*, 3> linear{};
  std::array<ChannelTask, 3> channels{};
};

/// Rows of scratch memory, row_stride(width) of the finest scale each: nine of four maps, three
/// blurs, three of light or of slopes, zeros.
inline constexpr std::size_t kScratchRows = 4 * ssimulacra2_terms::kWindow + 3 + 3 + 1;

struct Task {
  ConstImageView picture;  ///< gray8 or rgb8
  const float* linear_of_byte = nullptr;
  const float* slope_of_byte = nullptr;  ///< d linear / d byte
  int scale_count = 0;
  std::array<ScaleTask, ssimulacra2_terms::kScales> scales{};
  float* scratch = nullptr;  ///< zero at first, and after every kernel as far as it matters
  const CancelToken* cancel = nullptr;
};

}  // namespace limen::inline LIMEN_ABI::gradient
