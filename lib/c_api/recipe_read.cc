// SPDX-License-Identifier: Apache-2.0

// A Recipe as the options that would make it: recipe.cc the other way round.

#include <cstddef>
#include <cstdint>
#include <variant>

#include "lib/c_api/enums.h"
#include "lib/c_api/handles.h"
#include "lib/c_api/recipe.h"
#include "lib/c_api/structs.h"

namespace limen::inline LIMEN_ABI {

namespace {

PadUnits pad_units(const Mark& mark) {
  const bool x = mark.pad_x.unit == Length::Unit::fraction;
  const bool y = mark.pad_y.unit == Length::Unit::fraction;
  if (x && y) return PadUnits::fraction;
  return x ? PadUnits::x_fraction : y ? PadUnits::y_fraction : PadUnits::pixels;
}

limen_mark from_mark(const Mark& mark) {
  limen_mark made = default_mark();
  made.name = mark.name.c_str();
  if (const auto* focus = std::get_if<FocalPoint>(&mark.gravity)) {
    made.gravity = LIMEN_GRAVITY_FOCUS;
    made.focus_x = focus->x;
    made.focus_y = focus->y;
  } else {
    made.gravity = from_enum(std::get<Compass>(mark.gravity));
  }
  made.scale = mark.scale;
  made.of_output = mark.of_output.value_or(0);
  made.pad_x = mark.pad_x.value;
  made.pad_y = mark.pad_y.value;
  made.pad_is_fraction = from_enum(pad_units(mark));
  made.offset_x = mark.offset.x;
  made.offset_y = mark.offset.y;
  made.opacity = mark.opacity;
  made.tile = mark.tile ? 1 : 0;
  return made;
}

void read_size(const Recipe& recipe, limen_recipe_options& options) {
  if (recipe.crop) {
    const Point from = recipe.crop->top_left;
    options.crop = {from.x, from.y, 0, 0};
    if (const auto& to = recipe.crop->bottom_right) {
      options.crop.width = to->x - from.x;
      options.crop.height = to->y - from.y;
    }
  }
  if (recipe.trim) options.trim = *recipe.trim;
  options.rotate = recipe.rotate;
  options.flip_horizontal = recipe.flip_horizontal ? 1 : 0;
  options.flip_vertical = recipe.flip_vertical ? 1 : 0;
  options.width = recipe.width;
  options.height = recipe.height;
  options.fit = from_enum(recipe.fit);
  if (recipe.fit_if_smaller) options.fit_if_smaller = from_enum(*recipe.fit_if_smaller);
  options.enlarge = recipe.enlarge ? 1 : 0;
  if (const auto* focus = std::get_if<Focus>(&recipe.gravity)) {
    options.gravity = LIMEN_GRAVITY_FOCUS;
    options.focus_x = focus->x;
    options.focus_y = focus->y;
    options.focus_unit = from_enum(focus->unit);
  } else {
    options.gravity = from_enum(std::get<Compass>(recipe.gravity));
  }
  options.dpr = recipe.dpr;
  options.filter = from_enum(recipe.filter);
  options.linear_light = recipe.linear_light ? 1 : 0;
  options.shrink = from_enum(recipe.shrink);
}

void read_looks(const Recipe& recipe, limen_recipe_options& options) {
  if (recipe.sharpen) {
    options.sharpen_amount = recipe.sharpen->amount;
    options.sharpen_sigma = recipe.sharpen->sigma;
    options.sharpen_threshold = recipe.sharpen->threshold;
  }
  options.blur = recipe.blur;
  options.brightness = recipe.adjust.brightness;
  options.contrast = recipe.adjust.contrast;
  options.gamma = recipe.adjust.gamma;
  options.saturation = recipe.adjust.saturation;
  options.greyscale = recipe.adjust.greyscale ? 1 : 0;
  options.radius = recipe.radius;
  if (recipe.background) {
    options.has_background = 1;
    options.background = {recipe.background->red, recipe.background->green, recipe.background->blue,
                          recipe.background->alpha};
  }
}

struct FidelityReader {
  limen_recipe_options& options;

  void set(std::int32_t fidelity, double value = 0) const {
    options.fidelity = fidelity;
    options.fidelity_value = value;
  }
  void operator()(Invisible) const { set(LIMEN_FIDELITY_INVISIBLE); }
  void operator()(FlickerProof) const { set(LIMEN_FIDELITY_FLICKER_PROOF); }
  void operator()(TargetScore target) const { set(LIMEN_FIDELITY_SCORE, target.score.value); }
  void operator()(TargetBytes target) const {
    set(LIMEN_FIDELITY_BYTES, static_cast<double>(target.bytes));
  }
  void operator()(Quality quality) const { set(LIMEN_FIDELITY_QUALITY, quality.value); }
  void operator()(Lossless) const { set(LIMEN_FIDELITY_LOSSLESS); }
  void operator()(NearLossless mode) const { set(LIMEN_FIDELITY_NEAR_LOSSLESS, mode.level); }
};

void read_file(const Recipe& recipe, limen_recipe_options& options) {
  if (recipe.format) options.format = from_enum(*recipe.format);
  std::visit(FidelityReader{options}, recipe.fidelity);
  if (recipe.worst_block) options.worst_block = recipe.worst_block->value;
  options.always_encode = recipe.always_encode ? 1 : 0;
  options.effort = recipe.effort;
  options.chroma = from_enum(recipe.chroma);
  options.progressive = recipe.progressive ? 1 : 0;
  options.depth = from_enum(recipe.depth);
  options.metadata = from_enum(recipe.metadata);
  options.keep_profile = recipe.keep_profile ? 1 : 0;
}

}  // namespace

void keep_lists(limen_recipe& recipe) {
  recipe.marks.reserve(recipe.recipe.marks.size());
  for (const Mark& mark : recipe.recipe.marks) recipe.marks.push_back(from_mark(mark));
  for (const Format format : recipe.recipe.formats) recipe.formats.push_back(from_enum(format));
}

}  // namespace limen::inline LIMEN_ABI

void limen_recipe_read(const limen_recipe* recipe, limen_recipe_options* options) {
  limen_recipe_options found = limen::default_recipe();
  if (recipe != nullptr) {
    limen::read_size(recipe->recipe, found);
    limen::read_looks(recipe->recipe, found);
    limen::read_file(recipe->recipe, found);
    found.marks = recipe->marks.data();
    found.mark_count = recipe->marks.size();
    found.formats = recipe->formats.data();
    found.format_count = recipe->formats.size();
  }
  // Without a status there is nobody to tell of a struct that is none.
  limen::guarded(nullptr, [&] { return limen::write_struct(found, options, "options"); });
}
