// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/recipe.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "lib/pipeline/accepted.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Larger than any limit that a machine could serve, small enough that ten times it fits an int32.
constexpr std::int32_t kLongestSide = 1'000'000;

// Scores have no end below; nothing that can be told from noise is near this one.
constexpr double kLowestScore = -1000;

std::string text(double value) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), end.ptr};
}

Error wrong(const std::string& field, const std::string& value, const std::string& allowed) {
  return invalid_argument("recipe: " + field + " " + value + ": allowed is " + allowed);
}

// Written so that NaN fails.
Result<void> check_range(const std::string& field, double value, double low, double high) {
  if (value >= low && value <= high) return {};
  return wrong(field, text(value), text(low) + " to " + text(high));
}

Result<void> check_positive(const std::string& field, double value, double high) {
  if (value > 0 && value <= high) return {};
  return wrong(field, text(value), "above 0 to " + text(high));
}

Result<void> check_side(const std::string& field, std::int32_t value) {
  if (value >= 0 && value <= kLongestSide) return {};
  return wrong(field, std::to_string(value), "0 (from the proportions) to 1000000");
}

template <class Enum>
Result<void> check_enum(const std::string& field, Enum value, Enum last) {
  if (value <= last) return {};
  return wrong(field, std::to_string(static_cast<int>(value)),
               "0 to " + std::to_string(static_cast<int>(last)));
}

Result<void> check_crop(const CropBox& crop) {
  const Point from = crop.top_left;
  if (from.x < 0 || from.y < 0) {
    return wrong("crop from", std::to_string(from.x) + "," + std::to_string(from.y),
                 "0,0 and beyond");
  }
  if (crop.bottom_right && (crop.bottom_right->x <= from.x || crop.bottom_right->y <= from.y)) {
    return wrong("crop to",
                 std::to_string(crop.bottom_right->x) + "," + std::to_string(crop.bottom_right->y),
                 "right of and below " + std::to_string(from.x) + "," + std::to_string(from.y));
  }
  return {};
}

Result<void> check_length(const std::string& field, const Length& length) {
  return check_range(field, length.value, 0, length.unit == Length::Unit::fraction ? 1 : 65'535);
}

Result<void> check_mark(const Mark& mark, std::size_t index) {
  const std::string field = "mark " + std::to_string(index) + ": ";
  if (mark.name.empty()) return wrong(field + "name", "''", "the name of a picture");
  if (const auto* focal = std::get_if<FocalPoint>(&mark.gravity)) {
    LIMEN_TRY(check_range(field + "gravity x", focal->x, 0, 1));
    LIMEN_TRY(check_range(field + "gravity y", focal->y, 0, 1));
  } else {
    LIMEN_TRY(check_enum(field + "gravity", std::get<Compass>(mark.gravity), Compass::northwest));
  }
  LIMEN_TRY(check_positive(field + "scale", mark.scale, 100));
  if (mark.of_output) LIMEN_TRY(check_positive(field + "of_output", *mark.of_output, 1));
  LIMEN_TRY(check_length(field + "pad_x", mark.pad_x));
  LIMEN_TRY(check_length(field + "pad_y", mark.pad_y));
  LIMEN_TRY(check_range(field + "offset x", mark.offset.x, -kLongestSide, kLongestSide));
  LIMEN_TRY(check_range(field + "offset y", mark.offset.y, -kLongestSide, kLongestSide));
  return check_range(field + "opacity", mark.opacity, 0, 1);
}

Result<void> check_size_and_gravity(const Recipe& recipe) {
  LIMEN_TRY(check_side("width", recipe.width));
  LIMEN_TRY(check_side("height", recipe.height));
  LIMEN_TRY(check_enum("fit", recipe.fit, Fit::outside));
  if (recipe.fit_if_smaller) {
    LIMEN_TRY(check_enum("fit_if_smaller", *recipe.fit_if_smaller, Fit::outside));
  }
  if (const auto* focus = std::get_if<Focus>(&recipe.gravity)) {
    LIMEN_TRY(check_enum("gravity unit", focus->unit, FocusUnit::resized_fraction));
    const double high = focus->unit == FocusUnit::source_pixels ? kLongestSide : 1;
    LIMEN_TRY(check_range("gravity x", focus->x, 0, high));
    LIMEN_TRY(check_range("gravity y", focus->y, 0, high));
  } else {
    LIMEN_TRY(check_enum("gravity", std::get<Compass>(recipe.gravity), Compass::northwest));
  }
  LIMEN_TRY(check_positive("dpr", recipe.dpr, 10));
  LIMEN_TRY(check_enum("filter", recipe.filter, Filter::lanczos3));
  return check_enum("shrink", recipe.shrink, ShrinkAccuracy::coarse);
}

Result<void> check_looks(const Recipe& recipe) {
  if (recipe.sharpen) {
    LIMEN_TRY(check_range("sharpen sigma", recipe.sharpen->sigma, 0.3, 100));
    LIMEN_TRY(check_range("sharpen amount", recipe.sharpen->amount, 0, 10));
    LIMEN_TRY(check_range("sharpen threshold", recipe.sharpen->threshold, 0, 1));
  }
  if (recipe.blur != 0) LIMEN_TRY(check_range("blur", recipe.blur, 0.3, 1000));
  LIMEN_TRY(check_range("brightness", recipe.adjust.brightness, -1, 1));
  LIMEN_TRY(check_range("contrast", recipe.adjust.contrast, 0, 10));
  LIMEN_TRY(check_range("gamma", recipe.adjust.gamma, 0.1, 10));
  LIMEN_TRY(check_range("saturation", recipe.adjust.saturation, 0, 10));
  for (std::size_t i = 0; i < recipe.marks.size(); ++i) {
    LIMEN_TRY(check_mark(recipe.marks[i], i));
  }
  return check_range("radius", recipe.radius, 0, 65'535);
}

Result<void> check_formats(const Recipe& recipe) {
  if (recipe.format) LIMEN_TRY(check_enum("format", *recipe.format, Format::avif));
  if (recipe.format && !recipe.formats.empty()) {
    return invalid_argument("recipe: format and formats exclude each other");
  }
  for (auto at = recipe.formats.begin(); at != recipe.formats.end(); ++at) {
    LIMEN_TRY(check_enum("formats", *at, Format::avif));
    if (std::find(recipe.formats.begin(), at, *at) != at) {
      return wrong("formats", std::string(name(*at)) + " twice", "each format once");
    }
  }
  return {};
}

Result<void> check_fidelity(const Recipe& recipe) {
  const std::vector<Format> named = named_formats(recipe);
  const auto only_names = [&](Format format) {
    return !named.empty() && std::count(named.begin(), named.end(), format) ==
                                 static_cast<std::ptrdiff_t>(named.size());
  };
  const auto names = [&](Format format) {
    return named.empty() || std::find(named.begin(), named.end(), format) != named.end();
  };
  if (const auto* target = std::get_if<TargetScore>(&recipe.fidelity)) {
    LIMEN_TRY(check_positive("target score", target->score.value, 100));
  } else if (const auto* target = std::get_if<TargetBytes>(&recipe.fidelity)) {
    if (target->bytes == 0) return wrong("target bytes", "0", "1 and more");
  } else if (const auto* quality = std::get_if<Quality>(&recipe.fidelity)) {
    LIMEN_TRY(check_range("quality", quality->value, 0, 100));
  } else if (const auto* near = std::get_if<NearLossless>(&recipe.fidelity)) {
    LIMEN_TRY(check_range("near-lossless level", near->level, 0, 100));
    if (!names(Format::webp)) {
      return unsupported("recipe: near-lossless is WebP's alone", named.front());
    }
  } else if (std::holds_alternative<Lossless>(recipe.fidelity) && only_names(Format::jpeg)) {
    return unsupported("recipe: JPEG has no lossless mode here", Format::jpeg);
  }
  if (recipe.worst_block) {
    LIMEN_TRY(check_range("worst block", recipe.worst_block->value, kLowestScore, 100));
  }
  return {};
}

Result<void> check_file(const Recipe& recipe) {
  LIMEN_TRY(check_formats(recipe));
  LIMEN_TRY(check_fidelity(recipe));
  LIMEN_TRY(check_range("effort", recipe.effort, 0, 9));
  LIMEN_TRY(check_enum("chroma", recipe.chroma, ChromaSubsampling::yuv420));
  LIMEN_TRY(check_enum("depth", recipe.depth, OutputDepth::eight));
  return check_enum("metadata", recipe.metadata, MetadataPolicy::keep);
}

Result<void> check(const Recipe& recipe) {
  if (recipe.crop) LIMEN_TRY(check_crop(*recipe.crop));
  if (recipe.trim) LIMEN_TRY(check_range("trim", *recipe.trim, 0, 255));
  if (!std::isfinite(recipe.rotate))
    return wrong("rotate", text(recipe.rotate), "any finite angle");
  LIMEN_TRY(check_size_and_gravity(recipe));
  LIMEN_TRY(check_looks(recipe));
  return check_file(recipe);
}

std::int32_t scaled_side(std::int32_t side, double dpr) {
  if (side == 0) return 0;
  return std::max(1, static_cast<std::int32_t>(std::floor(side * dpr + 0.5)));
}

void multiply_by_dpr(Recipe& recipe) {
  const double dpr = std::exchange(recipe.dpr, 1.0);
  recipe.width = scaled_side(recipe.width, dpr);
  recipe.height = scaled_side(recipe.height, dpr);
  recipe.radius *= dpr;
  for (Mark& mark : recipe.marks) {
    if (mark.pad_x.unit == Length::Unit::pixels) mark.pad_x.value *= dpr;
    if (mark.pad_y.unit == Length::Unit::pixels) mark.pad_y.value *= dpr;
    mark.offset.x = static_cast<std::int32_t>(std::floor(mark.offset.x * dpr + 0.5));
    mark.offset.y = static_cast<std::int32_t>(std::floor(mark.offset.y * dpr + 0.5));
  }
}

// A mirror top to bottom is half a turn and a mirror left to right.
void settle_turns(Recipe& recipe) {
  double degrees = std::fmod(recipe.rotate, 360.0);
  if (std::exchange(recipe.flip_vertical, false)) {
    degrees += 180;
    recipe.flip_horizontal = !recipe.flip_horizontal;
  }
  degrees = std::fmod(degrees, 360.0);
  if (degrees < 0) degrees += 360;
  if (degrees >= 360 || degrees == 0) degrees = 0;  // rounding of a tiny negative; negative zero
  recipe.rotate = degrees;
}

void settle_size(Recipe& recipe) {
  const Recipe plain;
  const bool has_box = recipe.width > 0 && recipe.height > 0;
  if (!has_box) {
    // With one side given every fit follows the proportions.
    recipe.fit = recipe.width > 0 || recipe.height > 0 ? Fit::inside : plain.fit;
    recipe.fit_if_smaller.reset();
  }
  if (recipe.width == 0 && recipe.height == 0) {
    recipe.enlarge = plain.enlarge;
    recipe.filter = plain.filter;
    recipe.linear_light = plain.linear_light;
    recipe.shrink = plain.shrink;
  }
  if (recipe.fit_if_smaller == recipe.fit) recipe.fit_if_smaller.reset();
  const auto placed = [](Fit fit) { return fit == Fit::cover || fit == Fit::contain; };
  if (!has_box || (!placed(recipe.fit) && !placed(recipe.fit_if_smaller.value_or(recipe.fit)))) {
    recipe.gravity = plain.gravity;
  }
}

void settle_looks(Recipe& recipe) {
  if (recipe.sharpen && recipe.sharpen->amount == 0) recipe.sharpen.reset();
  std::erase_if(recipe.marks, [](const Mark& mark) { return mark.opacity == 0; });
  for (Mark& mark : recipe.marks) {
    if (mark.of_output) mark.scale = 1;
    if (mark.tile) {
      mark.gravity = Compass::center;
      mark.offset = {};
    }
  }
}

void settle_formats(Recipe& recipe) {
  std::vector<Format>& formats = recipe.formats;
  if (std::holds_alternative<Lossless>(recipe.fidelity)) std::erase(formats, Format::jpeg);
  if (std::holds_alternative<NearLossless>(recipe.fidelity)) {
    std::erase_if(formats, [](Format format) { return format != Format::webp; });
  }
  if (formats.size() != 1) return;
  recipe.format = formats.front();
  formats.clear();
}

void settle_file(Recipe& recipe) {
  const Recipe plain;
  settle_formats(recipe);
  const std::vector<Format> named = named_formats(recipe);
  if (recipe.format == Format::png && !std::holds_alternative<TargetBytes>(recipe.fidelity)) {
    recipe.fidelity = Lossless{};
  }
  if (!searches(recipe.fidelity) || std::holds_alternative<TargetBytes>(recipe.fidelity)) {
    recipe.worst_block.reset();
  }
  if (named.empty()) return;  // the source's format decides what matters
  const auto names_none_but = [&](Format one, Format other) {
    return std::all_of(named.begin(), named.end(),
                       [&](Format format) { return format == one || format == other; });
  };
  if (names_none_but(Format::png, Format::webp)) recipe.chroma = plain.chroma;
  if (std::find(named.begin(), named.end(), Format::jpeg) == named.end()) {
    recipe.progressive = plain.progressive;
  }
  if (names_none_but(Format::jpeg, Format::webp)) recipe.depth = plain.depth;
  const bool has_effect = std::any_of(
      named.begin(), named.end(), [&](Format format) { return may_keep(format, recipe.fidelity); });
  if (!has_effect) recipe.always_encode = plain.always_encode;
}

}  // namespace

Result<void> validate(const Recipe& recipe) {
  return contain_exceptions([&] { return check(recipe); });
}

Result<Recipe> normalized(const Recipe& recipe) {
  return contain_exceptions([&]() -> Result<Recipe> {
    LIMEN_TRY(check(recipe));
    Recipe normal = recipe;
    if (normal.crop && normal.crop->top_left == Point{} && !normal.crop->bottom_right) {
      normal.crop.reset();
    }
    multiply_by_dpr(normal);
    settle_turns(normal);
    settle_size(normal);
    settle_looks(normal);
    settle_file(normal);
    return normal;
  });
}

}  // namespace limen::inline LIMEN_ABI
