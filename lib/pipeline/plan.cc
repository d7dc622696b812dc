// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/plan.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "lib/pipeline/accepted.h"
#include "lib/pipeline/geometry.h"
#include "lib/pipeline/planning.h"
#include "limen/compose/orient.h"

namespace limen::inline LIMEN_ABI {

namespace {

Layout stored_layout(const ImageInfo& info) {
  switch (info.model) {
    case ColorModel::gray:
      return info.has_alpha ? Layout::gray_alpha : Layout::gray;
    case ColorModel::cmyk:
    case ColorModel::ycck:
      return Layout::cmyk;
    case ColorModel::rgb:
    case ColorModel::ycbcr:
    case ColorModel::palette:
      return info.has_alpha ? Layout::rgba : Layout::rgb;
  }
  return Layout::rgba;
}

bool is_gray(Layout layout) { return layout == Layout::gray || layout == Layout::gray_alpha; }
bool is_gray(Color color) { return color.red == color.green && color.green == color.blue; }

Color over_white(Color color) {
  const auto blend = [&](int channel) {
    return static_cast<std::uint8_t>((channel * color.alpha + 255 * (255 - color.alpha) + 127) /
                                     255);
  };
  return {blend(color.red), blend(color.green), blend(color.blue)};
}

// A profile can only be kept where the samples that it speaks of reach the file: not CMYK, no
// description by number that overrides it, no gray that has to become colour.
bool can_keep_profile(const ImageInfo& info, Layout layout, const Recipe& normal) {
  if (info.color.icc.empty() || info.color.cicp || layout == Layout::cmyk) return false;
  if (!is_gray(layout)) return true;
  return normal.marks.empty() && is_gray(normal.background.value_or(Color{255, 255, 255}));
}

Result<void> decide_colors(const ImageInfo& info, const Recipe& normal, Layout layout, Plan& plan) {
  plan.keeps_profile = normal.keep_profile && can_keep_profile(info, layout, normal);
  if (plan.keeps_profile) {
    plan.color.source = "kept";
    if (!normal.marks.empty()) {
      plan.notes.emplace_back("marks are sRGB, blended into a picture that keeps its own profile");
    }
    return {};
  }
  if (normal.keep_profile) {
    plan.notes.emplace_back("the source has no profile that could be kept: the output is sRGB");
  }
  LIMEN_ASSIGN(plan.color, plan_srgb(info.color, layout));
  if (!plan.color.note.empty()) plan.notes.push_back("colour: " + plan.color.note);
  if (plan.color.action == ColorAction::approximate_cmyk) {
    plan.notes.emplace_back("colour: CMYK without a profile, converted by a simple model");
  }
  // Linear light wants to know the transfer function, corners of a rotation are sRGB.
  plan.converts_before_resize =
      plan.color.action != ColorAction::none &&
      (plan.color.before_resize || normal.linear_light || plan.rotate != 0);
  return {};
}

Result<void> decide_file(const ImageInfo& info, const Recipe& normal, Layout layout, Plan& plan) {
  const Color background = normal.background.value_or(Color{255, 255, 255});
  const bool may_be_transparent = opens_up(normal, plan) || has_alpha(layout);
  const bool covers = normal.background && background.alpha == 255;
  plan.formats = formats_in_question(info, normal, may_be_transparent && !covers);
  plan.format = plan.formats.front();
  plan.matte = over_white(background);
  plan.flattens = may_be_transparent && (covers || lacks_alpha(plan.formats));
  plan.searches = searches(normal.fidelity) && plan.formats != std::vector{Format::png};
  if (std::holds_alternative<Lossless>(normal.fidelity) && plan.format == Format::jpeg) {
    return unsupported("recipe: JPEG has no lossless mode here", plan.format);
  }
  if (std::holds_alternative<NearLossless>(normal.fidelity) && plan.format != Format::webp) {
    return unsupported("recipe: near-lossless is WebP's alone", plan.format);
  }
  if (info.bit_depth > 8) {
    for (const Format format : plan.formats) {
      plan.bit_depth = std::max(plan.bit_depth, output_depth(format, info, normal));
    }
  }
  if (plan.searches && plan.keeps_profile) {
    plan.notes.emplace_back("the search takes samples of a kept profile as though they were sRGB");
  }
  return {};
}

// The decoder's reduction follows from this recipe alone.
void decide_shrink(const ImageInfo& info, const Recipe& normal, Plan& plan) {
  if (info.format != Format::jpeg || normal.shrink == ShrinkAccuracy::exact || plan.trims ||
      plan.rotate != 0) {
    return;
  }
  // What the whole stored picture would come to if its window became `resized`.
  const Fitted& fitted = plan.fitted;
  const double ratio_x = fitted.resized.width / fitted.source.width;
  const double ratio_y = fitted.resized.height / fitted.source.height;
  const bool swapped = swaps_sides(combine(plan.orientation, plan.turn));
  const auto side = [](std::int32_t stored, double ratio) {
    return static_cast<std::int32_t>(std::clamp(std::ceil(stored * ratio), 1.0, 1e9));
  };
  plan.at_least = Size{side(plan.stored.width, swapped ? ratio_y : ratio_x),
                       side(plan.stored.height, swapped ? ratio_x : ratio_y)};
  plan.scale_eighths = shrink_eighths(plan.stored, *plan.at_least, normal.shrink);
}

void list_steps(const Recipe& normal, const Plan& plan, std::vector<std::string>& steps) {
  const auto add = [&](bool due, const char* step) {
    if (due) steps.emplace_back(step);
  };
  const bool converts = plan.color.action != ColorAction::none;
  const bool resamples = to_rect_f(plan.fitted.crop) != plan.fitted.source ||
                         size_of(plan.fitted.crop) != plan.fitted.resized;
  const bool is_planar = plan.path == PixelPath::planar_8;
  const bool is_turned = plan.orientation != Orientation::top_left;
  add(true, "decode");
  add(is_turned && !is_planar, "orient");
  add(plan.converts_before_resize, "color");
  add(plan.crop != whole(plan.upright), "crop");
  add(plan.trims, "trim");
  add(plan.rotate != 0, "rotate");
  add(plan.turn != Orientation::top_left && !is_planar, "turn");
  add(plan.fitted.crop != whole(plan.turned), "crop");
  add(resamples, "resize");
  add(is_turned && is_planar, "orient");
  add(plan.turn != Orientation::top_left && is_planar, "turn");
  add(is_planar && !plan.encodes_planes, "rgb");
  add(converts && !plan.converts_before_resize, "color");
  add(normal.sharpen.has_value(), "sharpen");
  add(normal.blur > 0, "blur");
  add(normal.adjust != Adjustments{}, "adjust");
  add(plan.output != plan.fitted.resized, "pad");
  add(!normal.marks.empty(), "overlay");
  add(normal.radius > 0, "round_corners");
  add(plan.flattens, "matte");
  add(plan.searches, "search");
  add(true, "encode");
}

Result<Plan> decide(const ImageInfo& info, const Recipe& recipe, const Limits& limits) {
  LIMEN_ASSIGN(const Recipe normal, normalized(recipe));
  if (auto sized = check_size(info.size, limits); !sized) {
    sized.error().format = info.format;
    return std::move(sized).error();
  }
  Plan plan;
  plan.stored = info.size;
  plan.orientation = info.orientation;
  plan.upright = info.upright();
  plan.trims = normal.trim.has_value();
  LIMEN_ASSIGN(plan.crop, crop_window(normal, plan.upright));
  LIMEN_ASSIGN(Shaping shaping, shape(normal, plan.upright, plan.crop, limits));
  plan.turn = shaping.turn;
  plan.rotate = shaping.rotate;
  plan.turned = shaping.turned;
  plan.fitted = shaping.fitted;
  plan.output = shaping.fitted.canvas;
  if (plan.crop != whole(plan.upright)) {
    plan.region = unorient_rect(plan.crop, plan.stored, plan.orientation);
  }
  const Layout layout = stored_layout(info);
  LIMEN_TRY(decide_colors(info, normal, layout, plan));
  LIMEN_TRY(decide_file(info, normal, layout, plan));
  decide_path(info, normal, plan);
  decide_shrink(info, normal, plan);
  narrow_region(normal, plan);
  if (info.frames > 1) {
    plan.notes.push_back("the first of " + std::to_string(info.frames) + " frames is used");
  }
  plan.may_keep_source = may_keep_source(info, normal, plan);
  if (info.has_gain_map) plan.notes.emplace_back("the gain map is left out");
  list_steps(normal, plan, plan.steps);
  plan.peak_bytes = predicted_peak_bytes(info, normal, plan, layout);
  return plan;
}

}  // namespace

bool opens_up(const Recipe& normal, const Plan& plan) {
  const bool is_clear = normal.background && normal.background->alpha < 255;
  const bool pads = plan.fitted.canvas != plan.fitted.resized;
  return normal.radius > 0 || (is_clear && (pads || plan.rotate != 0));
}

int shrink_eighths(Size stored, Size at_least, ShrinkAccuracy accuracy) {
  if (accuracy == ShrinkAccuracy::exact) return 8;
  const std::int64_t factor = accuracy == ShrinkAccuracy::fine ? 2 : 1;
  for (const int eighths : {1, 2, 4}) {  // the scales whose inverse DCT is quick
    const auto reduced = [&](std::int64_t side) { return (side * eighths + 7) / 8; };
    if (reduced(stored.width) >= factor * at_least.width &&
        reduced(stored.height) >= factor * at_least.height) {
      return eighths;
    }
  }
  return 8;
}

Result<Plan> plan(const ImageInfo& info, const Recipe& recipe, const Limits& limits) {
  return contain_exceptions([&] { return decide(info, recipe, limits); });
}

}  // namespace limen::inline LIMEN_ABI
