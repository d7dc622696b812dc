// SPDX-License-Identifier: Apache-2.0
#include "lib/c_api/recipe.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "lib/c_api/enums.h"
#include "lib/c_api/handles.h"
#include "lib/c_api/structs.h"
#include "limen/pipeline/cloudimage_query.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr char kName[] = "limen_recipe_options";

std::string text(double value) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

// A whole number of at most `most`; NaN fails.
Result<std::uint64_t> to_whole(double value, double most, const char* name) {
  if (value >= 0 && value <= most && value == std::floor(value)) {
    return static_cast<std::uint64_t>(value);
  }
  return invalid_argument(std::string(name) + ": fidelity_value " + text(value) +
                          ": allowed are whole numbers of 0 to " + text(most));
}

// All zeros: none. A width and height of 0: up to the source's corner.
Result<std::optional<CropBox>> to_crop(const limen_rect& crop) {
  if (crop.x == 0 && crop.y == 0 && crop.width == 0 && crop.height == 0) {
    return std::optional<CropBox>();
  }
  CropBox box;
  box.top_left = {crop.x, crop.y};
  if (crop.width != 0 || crop.height != 0) {
    const std::int64_t right = std::int64_t{crop.x} + crop.width;
    const std::int64_t bottom = std::int64_t{crop.y} + crop.height;
    constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
    if (crop.width <= 0 || crop.height <= 0 || right > kMost || bottom > kMost) {
      return invalid_argument(std::string(kName) + ": a crop of " + std::to_string(crop.width) +
                              "x" + std::to_string(crop.height) + " at " + std::to_string(crop.x) +
                              "," + std::to_string(crop.y) +
                              ": allowed are positive sides, or 0 for both");
    }
    box.bottom_right = {static_cast<std::int32_t>(right), static_cast<std::int32_t>(bottom)};
  }
  return std::optional<CropBox>(box);
}

Result<Mark> to_mark(const limen_mark& given) {
  Mark mark;
  if (given.name == nullptr) return invalid_argument("limen_mark: name is null");
  mark.name = given.name;
  if (given.gravity == LIMEN_GRAVITY_FOCUS) {
    mark.gravity = FocalPoint{given.focus_x, given.focus_y};
  } else {
    LIMEN_ASSIGN(mark.gravity, to_enum(given.gravity, Compass::northwest, "limen_mark: gravity"));
  }
  mark.scale = given.scale;
  if (given.of_output != 0) mark.of_output = given.of_output;
  LIMEN_ASSIGN(const PadUnits pads,
               to_enum(given.pad_is_fraction, PadUnits::y_fraction, "limen_mark: pad_is_fraction"));
  const auto unit = [&](PadUnits alone) {
    return pads == PadUnits::fraction || pads == alone ? Length::Unit::fraction
                                                       : Length::Unit::pixels;
  };
  mark.pad_x = {given.pad_x, unit(PadUnits::x_fraction)};
  mark.pad_y = {given.pad_y, unit(PadUnits::y_fraction)};
  mark.offset = {given.offset_x, given.offset_y};
  mark.opacity = given.opacity;
  mark.tile = given.tile != 0;
  return mark;
}

// They lie behind each other as the caller's version has them.
Result<std::vector<Mark>> to_marks(const limen_recipe_options& options) {
  std::vector<Mark> marks;
  if (options.mark_count == 0) return marks;
  if (options.marks == nullptr) {
    return invalid_argument(std::string(kName) + ": " + std::to_string(options.mark_count) +
                            " marks at a null pointer");
  }
  const std::size_t step = struct_size_of(options.marks);
  const auto* first = reinterpret_cast<const unsigned char*>(options.marks);
  for (std::size_t i = 0; i < options.mark_count; ++i) {
    const auto* at = reinterpret_cast<const limen_mark*>(first + i * step);
    if (struct_size_of(at) != step) {
      return invalid_argument("limen_mark " + std::to_string(i) +
                              ": its struct_size is not that of the first");
    }
    LIMEN_ASSIGN(const limen_mark known, read_struct(at, default_mark(), "limen_mark"));
    LIMEN_ASSIGN(Mark mark, to_mark(known));
    marks.push_back(std::move(mark));
  }
  return marks;
}

Result<void> set_size(const limen_recipe_options& options, Recipe& recipe) {
  LIMEN_ASSIGN(recipe.crop, to_crop(options.crop));
  if (options.trim != -1) recipe.trim = options.trim;
  recipe.rotate = options.rotate;
  recipe.flip_horizontal = options.flip_horizontal != 0;
  recipe.flip_vertical = options.flip_vertical != 0;
  recipe.width = options.width;
  recipe.height = options.height;
  LIMEN_ASSIGN(recipe.fit, to_enum(options.fit, Fit::outside, "limen_recipe_options: fit"));
  if (options.fit_if_smaller != LIMEN_FIT_NONE) {
    LIMEN_ASSIGN(recipe.fit_if_smaller, to_enum(options.fit_if_smaller, Fit::outside,
                                                "limen_recipe_options: fit_if_smaller"));
  }
  recipe.enlarge = options.enlarge != 0;
  if (options.gravity == LIMEN_GRAVITY_FOCUS) {
    Focus focus{options.focus_x, options.focus_y};
    LIMEN_ASSIGN(focus.unit, to_enum(options.focus_unit, FocusUnit::resized_fraction,
                                     "limen_recipe_options: focus_unit"));
    recipe.gravity = focus;
  } else {
    LIMEN_ASSIGN(recipe.gravity,
                 to_enum(options.gravity, Compass::northwest, "limen_recipe_options: gravity"));
  }
  recipe.dpr = options.dpr;
  LIMEN_ASSIGN(recipe.filter,
               to_enum(options.filter, Filter::lanczos3, "limen_recipe_options: filter"));
  recipe.linear_light = options.linear_light != 0;
  LIMEN_ASSIGN(recipe.shrink,
               to_enum(options.shrink, ShrinkAccuracy::coarse, "limen_recipe_options: shrink"));
  return {};
}

Result<void> set_looks(const limen_recipe_options& options, Recipe& recipe) {
  if (options.sharpen_amount != 0) {
    recipe.sharpen = {.sigma = options.sharpen_sigma,
                      .amount = options.sharpen_amount,
                      .threshold = options.sharpen_threshold};
  }
  recipe.blur = options.blur;
  recipe.adjust = {.brightness = options.brightness,
                   .contrast = options.contrast,
                   .gamma = options.gamma,
                   .saturation = options.saturation,
                   .greyscale = options.greyscale != 0};
  LIMEN_ASSIGN(recipe.marks, to_marks(options));
  recipe.radius = options.radius;
  if (options.has_background != 0) recipe.background = to_color(options.background);
  return {};
}

Result<void> set_file(const limen_recipe_options& options, Recipe& recipe) {
  if (options.format != LIMEN_FORMAT_NONE) {
    LIMEN_ASSIGN(recipe.format,
                 to_enum(options.format, Format::avif, "limen_recipe_options: format"));
  }
  LIMEN_ASSIGN(recipe.formats, to_formats(options.formats, options.format_count, kName));
  LIMEN_ASSIGN(recipe.fidelity, to_fidelity(options.fidelity, options.fidelity_value, kName));
  if (!(options.worst_block < 0)) recipe.worst_block = Score{options.worst_block};
  recipe.always_encode = options.always_encode != 0;
  recipe.effort = options.effort;
  LIMEN_ASSIGN(recipe.chroma,
               to_enum(options.chroma, ChromaSubsampling::yuv420, "limen_recipe_options: chroma"));
  recipe.progressive = options.progressive != 0;
  LIMEN_ASSIGN(recipe.depth,
               to_enum(options.depth, OutputDepth::eight, "limen_recipe_options: depth"));
  LIMEN_ASSIGN(recipe.metadata,
               to_enum(options.metadata, MetadataPolicy::keep, "limen_recipe_options: metadata"));
  recipe.keep_profile = options.keep_profile != 0;
  return {};
}

// Checks the recipe as well.
Result<std::unique_ptr<limen_recipe>> hold(Recipe recipe) {
  auto made = std::make_unique<limen_recipe>();
  LIMEN_ASSIGN(made->canonical, canonical(recipe));
  made->recipe = std::move(recipe);
  keep_lists(*made);
  return made;
}

}  // namespace

limen_mark default_mark() {
  limen_mark mark{};
  mark.struct_size = sizeof mark;
  mark.gravity = LIMEN_GRAVITY_CENTER;
  mark.focus_x = mark.focus_y = 0.5;
  mark.scale = 1;
  mark.opacity = 1;
  return mark;
}

limen_recipe_options default_recipe() {
  const Recipe recipe;
  const SharpenOptions sharpen;
  limen_recipe_options options{};
  options.struct_size = sizeof options;
  options.trim = -1;
  options.fit = from_enum(recipe.fit);
  options.fit_if_smaller = LIMEN_FIT_NONE;
  options.gravity = LIMEN_GRAVITY_CENTER;
  options.focus_x = options.focus_y = 0.5;
  options.focus_unit = LIMEN_UNIT_SOURCE_FRACTION;
  options.dpr = recipe.dpr;
  options.filter = from_enum(recipe.filter);
  options.shrink = from_enum(recipe.shrink);
  options.sharpen_sigma = sharpen.sigma;
  options.sharpen_threshold = sharpen.threshold;
  options.brightness = recipe.adjust.brightness;
  options.contrast = recipe.adjust.contrast;
  options.gamma = recipe.adjust.gamma;
  options.saturation = recipe.adjust.saturation;
  options.background = {255, 255, 255, 255};
  options.format = LIMEN_FORMAT_NONE;
  options.fidelity = LIMEN_FIDELITY_INVISIBLE;
  options.worst_block = -1;
  options.effort = recipe.effort;
  options.chroma = from_enum(recipe.chroma);
  options.progressive = recipe.progressive ? 1 : 0;
  options.depth = from_enum(recipe.depth);
  options.metadata = from_enum(recipe.metadata);
  return options;
}

Result<Fidelity> to_fidelity(std::int32_t fidelity, double value, const char* name) {
  switch (fidelity) {
    case LIMEN_FIDELITY_INVISIBLE:
      return Fidelity(Invisible{});
    case LIMEN_FIDELITY_FLICKER_PROOF:
      return Fidelity(FlickerProof{});
    case LIMEN_FIDELITY_SCORE:
      return Fidelity(TargetScore{{value}});
    case LIMEN_FIDELITY_BYTES: {
      LIMEN_ASSIGN(const std::uint64_t bytes, to_whole(value, 0x1p53, name));
      return Fidelity(TargetBytes{bytes});
    }
    case LIMEN_FIDELITY_QUALITY: {
      // A cast of what no float holds would be undefined.
      if (!(value >= 0 && value <= 100)) {
        return invalid_argument(std::string(name) + ": fidelity_value " + text(value) +
                                ": a quality is 0 to 100");
      }
      return Fidelity(Quality{static_cast<float>(value)});
    }
    case LIMEN_FIDELITY_LOSSLESS:
      return Fidelity(Lossless{});
    case LIMEN_FIDELITY_NEAR_LOSSLESS: {
      LIMEN_ASSIGN(const std::uint64_t level, to_whole(value, 100, name));
      return Fidelity(NearLossless{static_cast<int>(level)});
    }
    default:
      return invalid_argument(std::string(name) + ": fidelity " + std::to_string(fidelity) +
                              ": allowed is 0 to 6");
  }
}

Result<std::vector<Format>> to_formats(const std::int32_t* formats, std::size_t count,
                                       const char* name) {
  const std::string prefix = std::string(name) + ": formats";
  std::vector<Format> made;
  if (count > 0 && formats == nullptr) {
    return invalid_argument(prefix + ": " + std::to_string(count) + " at a null pointer");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (i > LIMEN_FORMAT_AVIF) return invalid_argument(prefix + ": one is listed twice");
    LIMEN_ASSIGN(const Format format, to_enum(formats[i], Format::avif, prefix.c_str()));
    made.push_back(format);
  }
  return made;
}

}  // namespace limen::inline LIMEN_ABI

void limen_mark_init(limen_mark* mark, size_t struct_size) {
  limen::init_struct(limen::default_mark(), mark, struct_size);
}

void limen_recipe_options_init(limen_recipe_options* options, size_t struct_size) {
  limen::init_struct(limen::default_recipe(), options, struct_size);
}

limen_status limen_recipe_create(const limen_recipe_options* options, limen_recipe** recipe,
                                 limen_error** error) {
  return limen::guarded_make(
      recipe, "recipe", error, [&]() -> limen::Result<std::unique_ptr<limen_recipe>> {
        LIMEN_ASSIGN(const limen_recipe_options known,
                     limen::read_struct(options, limen::default_recipe(), limen::kName));
        limen::Recipe made;
        LIMEN_TRY(limen::set_size(known, made));
        LIMEN_TRY(limen::set_looks(known, made));
        LIMEN_TRY(limen::set_file(known, made));
        return limen::hold(std::move(made));
      });
}

limen_status limen_recipe_parse(const char* query, limen_recipe** recipe, limen_error** error) {
  return limen::guarded_make(
      recipe, "recipe", error, [&]() -> limen::Result<std::unique_ptr<limen_recipe>> {
        if (query == nullptr) {
          return limen::invalid_argument("the query is null");
        }
        LIMEN_ASSIGN(limen::Recipe parsed, limen::parse_cloudimage_query(query));
        return limen::hold(std::move(parsed));
      });
}

const char* limen_recipe_canonical(const limen_recipe* recipe) {
  return recipe != nullptr ? recipe->canonical.c_str() : "";
}

void limen_recipe_free(limen_recipe* recipe) { delete recipe; }
