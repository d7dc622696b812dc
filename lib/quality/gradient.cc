// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/gradient.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "lib/quality/gradient.cc"
#include <hwy/foreach_target.h>
// After foreach_target.h.
#include "lib/quality/gradient-inl.h"

#if HWY_ONCE
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "lib/core/dispatch.h"
#include "limen/color/transfer.h"

namespace limen::inline LIMEN_ABI {

HWY_EXPORT(PrepareGradient);
HWY_EXPORT(CompareForGradient);
HWY_EXPORT(WalkBack);

namespace {

namespace terms = ssimulacra2_terms;

struct ByteTables {
  std::array<float, 256> linear;
  std::array<float, 256> slope;
};

const ByteTables& byte_tables() {
  static const ByteTables tables = [] {
    ByteTables made;
    for (std::size_t i = 0; i < 256; ++i) {
      const double v = static_cast<double>(i) / 255;
      made.linear[i] = static_cast<float>(linear_from_srgb(v));
      const double slope =
          v <= 0.04045 ? 1 / 12.92 : 2.4 / 1.055 * std::pow((v + 0.055) / 1.055, 1.4);
      made.slope[i] = static_cast<float>(slope / 255);
    }
    return made;
  }();
  return tables;
}

Result<void> check(const ConstImageView& picture) {
  if (picture.format != rgb8 && picture.format != gray8) {
    return invalid_argument("the gradient takes gray8 or rgb8");
  }
  if (std::min(picture.size.width, picture.size.height) < terms::kLeastSide) {
    return invalid_argument("the gradient takes pictures from 8 pixels a side");
  }
  return {};
}

bool is_used(int scale) {
  for (int c = 0; c < 3; ++c) {
    if (terms::needs_channel(c, scale)) return true;
  }
  return false;
}

// Sizes of the scales, up to the last one that the metric has a use for.
void lay_out(gradient::Task& task, Size size) {
  const int count = terms::scale_count(size);
  for (int i = 0; i < count; ++i, size = terms::halved(size)) {
    gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    scale.size = size;
    scale.stride = gradient::plane_stride(size.width);
    if (is_used(i)) task.scale_count = i + 1;
  }
}

// Calls use(plane's pointer, its floats) for every plane of the task.
template <class Use>
void for_each_plane(gradient::Task& task, Use use) {
  for (int i = 0; i < task.scale_count; ++i) {
    gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    const std::size_t floats = scale.stride * static_cast<std::size_t>(scale.size.height);
    for (float*& plane : scale.linear) use(plane, floats);
    for (int c = 0; c < 3; ++c) {
      if (!terms::needs_channel(c, i)) continue;
      gradient::ChannelTask& channel = scale.channels[static_cast<std::size_t>(c)];
      for (float** plane : {&channel.values, &channel.means, &channel.spreads, &channel.differences,
                            &channel.shifts, &channel.ratios, &channel.inverses}) {
        use(*plane, floats);
      }
    }
  }
}

// The weighted sum of norms; and how each map's values move it.
double weigh_sums(gradient::Task& task) {
  double total = 0;
  for (int i = 0; i < task.scale_count; ++i) {
    gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    const auto pixels = static_cast<double>(area(scale.size));
    for (int c = 0; c < 3; ++c) {
      gradient::ChannelTask& channel = scale.channels[static_cast<std::size_t>(c)];
      channel.slopes = {};
      for (int t = 0; t < terms::kTerms; ++t) {
        const auto term = static_cast<terms::Term>(t);
        if (!channel.is_used() || !terms::is_kept(c, i, term)) continue;
        const double weight =
            terms::kWeights[static_cast<std::size_t>(c)][static_cast<std::size_t>(i)][term];
        const double mean = channel.sums[term] / pixels;
        gradient::MapSlope& slope = channel.slopes[term % gradient::kMaps];
        if (term < terms::ssim_4) {
          total += weight * mean;
          slope.first = static_cast<float>(weight / pixels);
        } else {
          const double norm = std::sqrt(std::sqrt(mean));
          total += weight * norm;
          // Where nothing differs nothing can be gained.
          if (mean > 0) {
            slope.cubed = static_cast<float>(weight / pixels / (norm * norm * norm));
          }
        }
      }
    }
  }
  return total;
}

}  // namespace

Result<ScoreGradient> ScoreGradient::prepare(const ConstImageView& original,
                                             const Execution& execution) {
  LIMEN_TRY(check(original));
  ScoreGradient made;
  made.size_ = original.size;
  gradient::Task& task = made.task_;
  lay_out(task, original.size);
  const std::size_t scratch = gradient::kScratchRows * terms::row_stride(task.scales[0].size.width);
  std::size_t floats = scratch;
  for_each_plane(task, [&](float*, std::size_t plane) { floats += plane; });
  const std::uint64_t bytes = std::uint64_t{floats} * sizeof(float);
  LIMEN_ASSIGN(made.memory_, execution.workspace != nullptr ? execution.workspace->allocate(bytes)
                                                            : Buffer::create(bytes));
  task.scratch = reinterpret_cast<float*>(made.memory_.data());
  float* free = task.scratch + scratch;
  for_each_plane(task, [&](float*& plane, std::size_t of_plane) {
    plane = free;
    free += of_plane;
  });
  task.linear_of_byte = byte_tables().linear.data();
  task.slope_of_byte = byte_tables().slope.data();
  task.picture = original;
  task.cancel = execution.cancel;
  if (!LIMEN_KERNEL(PrepareGradient)(task)) return cancelled();
  return made;
}

Result<double> ScoreGradient::compare(const ConstImageView& candidate, const Execution& execution) {
  LIMEN_TRY(check(candidate));
  if (candidate.size != size_) return invalid_argument("the candidate has another size");
  task_.picture = candidate;
  task_.cancel = execution.cancel;
  if (!LIMEN_KERNEL(CompareForGradient)(task_)) return cancelled();
  return weigh_sums(task_);
}

Result<ScoreGradient::Reading> ScoreGradient::read(const ConstImageView& candidate,
                                                   const Execution& execution) {
  LIMEN_ASSIGN(const double sum, compare(candidate, execution));
  if (!LIMEN_KERNEL(WalkBack)(task_)) return cancelled();
  const gradient::ScaleTask& finest = task_.scales[0];
  return Reading{Score{terms::score_of_sum(sum)},
                 sum,
                 {{finest.linear[0], finest.linear[1], finest.linear[2]}, finest.stride}};
}

Result<Score> ScoreGradient::score(const ConstImageView& candidate, const Execution& execution) {
  LIMEN_ASSIGN(const double sum, compare(candidate, execution));
  return Score{terms::score_of_sum(sum)};
}

}  // namespace limen::inline LIMEN_ABI
#endif
