// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/planes.h"

#include <utility>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/pipeline/planning.h"
#include "lib/pipeline/stopwatch.h"
#include "limen/compose/orient.h"
#include "limen/resample/resize.h"

namespace limen::inline LIMEN_ABI {

namespace {

// How many samples of luma, across and down, a sample of chroma stands for.
Size chroma_step(ChromaSubsampling subsampling) {
  constexpr std::int32_t kMultiple = 8;  // of every step
  const Size chroma = chroma_size({kMultiple, kMultiple}, subsampling);
  return {kMultiple / chroma.width, kMultiple / chroma.height};
}

std::int32_t divided_up(std::int32_t value, std::int32_t by) { return (value + by - 1) / by; }

// The samples of a plane that cover a window of luma.
Rect on_plane(const Rect& luma, Size step) {
  const std::int32_t x = luma.x / step.width;
  const std::int32_t y = luma.y / step.height;
  return {x, y, divided_up(luma.x + luma.width, step.width) - x,
          divided_up(luma.y + luma.height, step.height) - y};
}

// The pixels of a picture reduced to eighths that cover a window of it.
Rect on_reduced(const Rect& stored, int eighths) {
  const auto first = [eighths](std::int32_t at) {
    return static_cast<std::int32_t>(std::int64_t{at} * eighths / 8);
  };
  const auto end = [eighths](std::int32_t at) {
    return static_cast<std::int32_t>((std::int64_t{at} * eighths + 7) / 8);
  };
  const std::int32_t x = first(stored.x);
  const std::int32_t y = first(stored.y);
  return {x, y, end(stored.x + stored.width) - x, end(stored.y + stored.height) - y};
}

}  // namespace

Result<PlanarImage> reduced_planes(const Source& source, const Task& task, StageTimes& times,
                                   const Execution& execution) {
  const Plan& plan = task.plan;
  const Orientation turn = combine(plan.orientation, plan.turn);
  // The plan's own, even where the decoder has brought more for others.
  const Rect region = on_reduced(plan.region.value_or(whole(plan.stored)), source.scale_eighths);
  const double scale = source.scale_eighths / 8.0;
  const Size luma = plan.fitted.resized;

  PlanarImage planes;
  planes.subsampling = plan.planes;
  planes.matrix = source.planes.matrix;
  planes.range = source.planes.range;
  for (std::size_t p = 0; p < 3; ++p) {
    const Size from_step = p == 0 ? Size{1, 1} : chroma_step(source.planes.subsampling);
    const Size to_step = p == 0 ? Size{1, 1} : chroma_step(plan.planes);
    const Size turned = p == 0 ? luma : chroma_size(luma, plan.planes);
    // The last sample of chroma may stand for a column or row beyond the picture's edge.
    RectF window = plan.fitted.source;
    window.width *= static_cast<double>(turned.width * to_step.width) / luma.width;
    window.height *= static_cast<double>(turned.height * to_step.height) / luma.height;
    const RectF stored = stored_window(window, plan);
    // Nothing outside is read, but what a sample of chroma at the edge stands for.
    Rect covered = on_plane(region, from_step);
    const RectF at{stored.x * scale / from_step.width - covered.x,
                   stored.y * scale / from_step.height - covered.y,
                   stored.width * scale / from_step.width,
                   stored.height * scale / from_step.height};
    covered.x -= source.stored_region.x / from_step.width;
    covered.y -= source.stored_region.y / from_step.height;

    const Size stored_size = swaps_sides(turn) ? transposed(turned) : turned;
    LIMEN_ASSIGN(planes.planes[p], Image::create(stored_size, gray8, execution.workspace));
    {
      const Stopwatch watch(times.resize);
      ResizeOptions options;
      options.filter = task.recipe.filter;
      options.may_overhang = true;
      if (at != to_rect_f(whole(size_of(covered)))) options.source = at;
      LIMEN_TRY(resize(subview(source.planes.planes[p].view(), covered), planes.planes[p].view(),
                       options, execution));
    }
    if (turn != Orientation::top_left) {
      const Stopwatch watch(times.orient);
      LIMEN_ASSIGN(planes.planes[p], orient(planes.planes[p].const_view(), turn, execution));
    }
  }
  return planes;
}

Result<Image> rgb_of_planes(const PlanarImage& planes, const Execution& execution) {
  const Size size = planes.size();
  LIMEN_ASSIGN(Image image, Image::create(size, rgb8, execution.workspace));
  const auto row = [&](std::size_t plane, std::int32_t y) {
    return planes.planes[plane].view().row_as<std::uint8_t>(y);
  };
  for (std::int32_t y = 0; y < size.height; ++y) {
    if (y % 64 == 0 && execution.is_cancelled()) return cancelled();
    rgb_row(row(0, y), row(1, y), row(2, y), size.width, image.view().row_as<std::uint8_t>(y));
  }
  return image;
}

}  // namespace limen::inline LIMEN_ABI
