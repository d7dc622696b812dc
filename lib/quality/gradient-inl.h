// SPDX-License-Identifier: Apache-2.0

// SSIMULACRA 2.1 forwards and backwards: each scale's rows by gradient_light-inl.h, each channel's
// maps by gradient_maps-inl.h.
//
// No fused step anywhere, and sums of kVector parts whatever a vector holds: the same bits
// everywhere.

#if defined(LIMEN_QUALITY_GRADIENT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef LIMEN_QUALITY_GRADIENT_INL_H_
#undef LIMEN_QUALITY_GRADIENT_INL_H_
#else
#define LIMEN_QUALITY_GRADIENT_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstdint>

#include "lib/quality/gradient_light-inl.h"
#include "lib/quality/gradient_maps-inl.h"
#include "lib/quality/gradient_task.h"

HWY_BEFORE_NAMESPACE();
namespace limen::inline LIMEN_ABI {
namespace HWY_NAMESPACE {
namespace {

// All scales' linear light and XYB from the picture.
inline bool ReadPicture(const gradient::Task& task, bool of_original) {
  for (int i = 0; i < task.scale_count; ++i) {
    const gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    const auto width = static_cast<std::size_t>(scale.size.width);
    for (std::int32_t y = 0; y < scale.size.height; ++y) {
      if (IsCancelled(task, y)) return false;
      if (i == 0) {
        ReadLinear(task, y);
      } else {
        const gradient::ScaleTask& finer = task.scales[static_cast<std::size_t>(i - 1)];
        const auto above = static_cast<std::size_t>(2 * y) * finer.stride;
        const auto below =
            static_cast<std::size_t>(std::min(2 * y + 1, finer.size.height - 1)) * finer.stride;
        for (std::size_t c = 0; c < 3; ++c) {
          HalveRow(finer.linear[c] + above, finer.linear[c] + below, scale.size.width,
                   scale.linear[c] + static_cast<std::size_t>(y) * scale.stride);
        }
      }
      for (float* const plane : scale.linear) {
        float* const row = plane + static_cast<std::size_t>(y) * scale.stride;
        row[width] = row[width - 1];
      }
      XybRow(scale, y, of_original);
    }
  }
  return true;
}

// Fills the original's planes. False if cancelled, as below.
bool PrepareGradient(gradient::Task& task) {
  if (!ReadPicture(task, true)) return false;
  for (int i = 0; i < task.scale_count; ++i) {
    const gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    for (const gradient::ChannelTask& channel : scale.channels) {
      if (channel.is_used() && !PrepareChannel(task, scale, channel)) return false;
    }
  }
  return true;
}

// Fills the candidate's planes and the sums.
bool CompareForGradient(gradient::Task& task) {
  if (!ReadPicture(task, false)) return false;
  for (int i = 0; i < task.scale_count; ++i) {
    gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    for (gradient::ChannelTask& channel : scale.channels) {
      if (channel.is_used() && !CompareChannel(task, scale, channel)) return false;
    }
  }
  return true;
}

// From the slopes of the maps to the derivatives by samples.
bool WalkBack(gradient::Task& task) {
  for (int i = task.scale_count - 1; i >= 0; --i) {
    const gradient::ScaleTask& scale = task.scales[static_cast<std::size_t>(i)];
    for (const gradient::ChannelTask& channel : scale.channels) {
      if (channel.is_used() && !BackChannel(task, scale, channel)) return false;
    }
    Rows scratch(task, scale.size.width);
    float* const spread[3] = {scratch.take(), scratch.take(), scratch.take()};
    float* const slopes[3] = {scratch.take(), scratch.take(), scratch.take()};
    const bool has_coarser = i + 1 < task.scale_count;
    for (std::int32_t y = 0; y < scale.size.height; ++y) {
      if (IsCancelled(task, y)) return false;
      if (has_coarser && y % 2 == 0) {
        SpreadRow(scale, task.scales[static_cast<std::size_t>(i + 1)], y / 2, spread);
      }
      BackToLight(scale, y, has_coarser ? spread : nullptr);
      if (i == 0) BackToSamples(task, y, slopes);
    }
  }
  return true;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace limen::inline LIMEN_ABI
HWY_AFTER_NAMESPACE();

#endif  // include guard
