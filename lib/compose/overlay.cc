// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/overlay.h"

#include <algorithm>
#include <cmath>

#include "lib/compose/arguments.h"
#include "lib/compose/over.h"
#include "lib/compose/placing.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::WideSize;

Result<std::uint32_t> checked_opacity(double opacity) {
  LIMEN_TRY(compose::check_range(opacity, 0, 1, "overlay", "opacity"));
  return static_cast<std::uint32_t>(std::lround(opacity * compose::kFullOpacity));
}

Result<void> check_views(const ConstImageView& picture, const ConstImageView& mark) {
  LIMEN_TRY(compose::check_view(picture, "overlay", "the picture"));
  LIMEN_TRY(compose::check_view(mark, "overlay", "the mark"));
  if (picture.format.sample != mark.format.sample) {
    return compose::refuse("overlay", "one of picture and mark has 8 bits, the other 16");
  }
  return {};
}

// Where marks lie along one side: the first starts at `start`, the next `step` further, up to
// `end`.
struct Steps {
  std::int64_t start = 0;
  std::int64_t step = 0;
  std::int64_t end = 0;
};

// Blends row `mark_y` of the mark into row `y` of the picture at each step.
template <class Sample>
void blend_row(const ImageView& picture, std::int32_t y, const ConstImageView& mark,
               std::int32_t mark_y, Steps steps, std::uint32_t opacity) {
  const compose::OverRow<Sample> over = compose::over_row<Sample>(picture.format, mark.format);
  const int picture_channels = picture.format.channels();
  const int mark_channels = mark.format.channels();
  for (std::int64_t x = steps.start; x < steps.end; x += steps.step) {
    const std::int64_t first = std::max<std::int64_t>(x, 0);
    const std::int64_t past = std::min<std::int64_t>(x + mark.size.width, picture.size.width);
    if (first >= past) continue;
    over(picture.row_as<Sample>(y) + static_cast<std::ptrdiff_t>(first) * picture_channels,
         mark.row_as<Sample>(mark_y) + static_cast<std::ptrdiff_t>(first - x) * mark_channels,
         static_cast<std::size_t>(past - first), opacity);
  }
}

}  // namespace

Result<void> overlay(const ImageView& picture, const ConstImageView& mark, Point position,
                     double opacity, const Execution& execution) {
  return contain_exceptions([&]() -> Result<void> {
    LIMEN_TRY(check_views(picture, mark));
    LIMEN_ASSIGN(const std::uint32_t fixed_opacity, checked_opacity(opacity));
    const std::int64_t top = position.y;
    const auto first =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(top, 0, picture.size.height));
    const auto past = static_cast<std::int32_t>(
        std::clamp<std::int64_t>(top + mark.size.height, first, picture.size.height));
    for (std::int32_t y = first; y < past; ++y) {
      if (compose::should_stop(execution, y - first)) return cancelled();
      compose::with_sample(picture.format.sample, [&](auto sample) {
        blend_row<decltype(sample)>(picture, y, mark, static_cast<std::int32_t>(y - top),
                                    {position.x, 1, std::int64_t{position.x} + 1}, fixed_opacity);
      });
    }
    return {};
  });
}

Result<void> overlay_tiled(const ImageView& picture, const ConstImageView& mark, Point spacing,
                           double opacity, const Execution& execution) {
  return contain_exceptions([&]() -> Result<void> {
    LIMEN_TRY(check_views(picture, mark));
    LIMEN_ASSIGN(const std::uint32_t fixed_opacity, checked_opacity(opacity));
    if (spacing.x < 0 || spacing.y < 0) {
      return compose::refuse("overlay", "a tile spacing is negative");
    }
    const std::int64_t step_x = std::int64_t{mark.size.width} + spacing.x;
    const std::int64_t step_y = std::int64_t{mark.size.height} + spacing.y;
    for (std::int32_t y = 0; y < picture.size.height; ++y) {
      if (compose::should_stop(execution, y)) return cancelled();
      const std::int64_t mark_y = y % step_y;
      if (mark_y >= mark.size.height) continue;
      compose::with_sample(picture.format.sample, [&](auto sample) {
        blend_row<decltype(sample)>(picture, y, mark, static_cast<std::int32_t>(mark_y),
                                    {0, step_x, picture.size.width}, fixed_opacity);
      });
    }
    return {};
  });
}

Result<Size> mark_size(Size mark, Size output, const MarkSize& wanted, Point padding) {
  return contain_exceptions([&]() -> Result<Size> {
    if (is_empty(mark) || is_empty(output)) {
      return compose::refuse(
          "overlay", is_empty(mark) ? "the mark has no pixels" : "the output has no pixels");
    }
    if (padding.x < 0 || padding.y < 0) {
      return compose::refuse("overlay", "the padding is negative");
    }
    const double asked = wanted.of_output.value_or(wanted.scale);
    if (!(asked > 0) || !std::isfinite(asked)) {
      return compose::refuse("overlay", "the mark's size is " + std::to_string(asked) +
                                            " times, more than 0 is taken");
    }
    const auto room = [](std::int32_t side, std::int32_t pad) {
      return static_cast<std::int32_t>(
          std::max<std::int64_t>(1, std::int64_t{side} - 2 * std::int64_t{pad}));
    };
    const Size most{room(output.width, padding.x), room(output.height, padding.y)};
    const double scale =
        wanted.of_output ? *wanted.of_output * output.width / mark.width : wanted.scale;
    const double width = mark.width * scale;
    const double height = mark.height * scale;
    if (width > most.width || height > most.height) {
      const WideSize reduced = compose::inside(mark, most);
      return Size{static_cast<std::int32_t>(reduced.width),
                  static_cast<std::int32_t>(reduced.height)};
    }
    const auto side = [](double value) {
      return static_cast<std::int32_t>(std::max(1.0, std::floor(value + 0.5)));
    };
    return Size{side(width), side(height)};
  });
}

Point mark_position(Size mark, Size output, const Gravity& gravity, Point padding, Point offset) {
  const WideSize room{std::int64_t{output.width} - 2 * std::int64_t{padding.x},
                      std::int64_t{output.height} - 2 * std::int64_t{padding.y}};
  const compose::WidePoint at = compose::place_wide({mark.width, mark.height}, room, gravity);
  return {compose::saturate(at.x + padding.x + offset.x),
          compose::saturate(at.y + padding.y + offset.y)};
}

}  // namespace limen::inline LIMEN_ABI
