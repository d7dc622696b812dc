// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/cloudimage_query.h"

#include <array>
#include <bitset>
#include <cstddef>
#include <string>

#include "lib/pipeline/printable.h"
#include "lib/pipeline/query_values.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr std::int32_t kLongestSide = 65'535;

// What has been read so far. Keys come in any order, so what depends on several is put together in
// the end.
struct Reading {
  Recipe recipe;
  std::string function = "crop";
  bool fit_enlarge = false;
  bool original_if_small = false;
  std::optional<Point> bottom_right;
  std::optional<bool> watermark;
  std::string first_watermark_key;  // of the keys that only make sense beside wat=1
  Mark mark;
};

// A setter returns true, or false where the value is malformed, or an error of its own.
using Setter = Result<bool> (*)(Reading& reading, std::string_view value);

struct Key {
  std::string_view name;
  std::string_view alias;
  std::string_view allowed;
  Setter set;
};

template <class Target, class Value>
bool assign(Target& target, const std::optional<Value>& value) {
  if (value) target = *value;
  return value.has_value();
}

std::optional<bool> parse_switch(std::string_view text) {
  if (text == "0") return false;
  if (text == "1") return true;
  return std::nullopt;
}

std::optional<Point> parse_point(std::string_view text) {
  const auto pair = split_pair(text);
  if (!pair) return std::nullopt;
  const auto x = parse_whole(pair->first, 0, kLongestSide);
  const auto y = parse_whole(pair->second, 0, kLongestSide);
  if (!x || !y) return std::nullopt;
  return Point{*x, *y};
}

// "X,Y" in pixels, or both with the suffix p, s or c.
std::optional<Focus> parse_focus(std::string_view text) {
  auto pair = split_pair(text);
  if (!pair || pair->first.empty() || pair->second.empty()) return std::nullopt;
  auto& [x_text, y_text] = *pair;
  Focus focus{.unit = FocusUnit::source_pixels};
  double full = 1;  // what the numbers are divided by
  double high = kLongestSide;
  const char suffix = x_text.back();
  if (suffix == 'p' || suffix == 's' || suffix == 'c') {
    if (y_text.back() != suffix) return std::nullopt;
    x_text.remove_suffix(1);
    y_text.remove_suffix(1);
    full = suffix == 'c' ? 1 : 100;
    high = full;
    focus.unit = suffix == 's' ? FocusUnit::resized_fraction : FocusUnit::source_fraction;
  }
  const auto x = parse_decimal(x_text, 0, high);
  const auto y = parse_decimal(y_text, 0, high);
  if (!x || !y) return std::nullopt;
  focus.x = *x / full;
  focus.y = *y / full;
  return focus;
}

std::optional<Length> parse_length(std::string_view text) {
  Length length;
  const bool per_cent = !text.empty() && text.back() == 'p';
  if (per_cent) text.remove_suffix(1);
  const auto value = parse_decimal(text, 0, per_cent ? 100 : kLongestSide);
  if (!value) return std::nullopt;
  length.value = per_cent ? *value / 100 : *value;
  length.unit = per_cent ? Length::Unit::fraction : Length::Unit::pixels;
  return length;
}

Result<bool> set_function(Reading& reading, std::string_view value) {
  if (value == "face") return unsupported("func=face: limen finds no faces");
  if (value != "crop" && value != "fit" && value != "cover" && value != "bound" &&
      value != "boundmin" && value != "cropfit") {
    return false;
  }
  reading.function = value;
  return true;
}

Result<bool> set_gravity(Reading& reading, std::string_view value) {
  if (value == "auto" || value == "smart" || value == "face") {
    return unsupported("gravity=" + std::string(value) + ": limen does not look for a subject yet");
  }
  if (const auto compass = parse_compass(value)) {
    reading.recipe.gravity = *compass;
    return true;
  }
  return assign(reading.recipe.gravity, parse_focus(value));
}

Result<bool> set_mark_gravity(Reading& reading, std::string_view value) {
  if (const auto compass = parse_compass(value)) {
    reading.mark.gravity = *compass;
    return true;
  }
  const auto focus = parse_focus(value);
  if (!focus || focus->unit != FocusUnit::source_fraction) return false;
  reading.mark.gravity = FocalPoint{focus->x, focus->y};
  return true;
}

Result<bool> set_mark_scale(Reading& reading, std::string_view value) {
  const bool of_output = !value.empty() && value.back() == 'p';
  if (of_output) value.remove_suffix(1);
  const auto per_cent = parse_decimal(value, 0, 100);
  if (!per_cent || *per_cent == 0) return false;
  if (of_output) {
    reading.mark.of_output = *per_cent / 100;
  } else {
    reading.mark.scale = *per_cent / 100;
  }
  return true;
}

Result<bool> set_mark_pad(Reading& reading, std::string_view value) {
  const auto pair = split_pair(value);
  const auto x = parse_length(pair ? pair->first : value);
  const auto y = parse_length(pair ? pair->second : value);
  if (!x || !y) return false;
  reading.mark.pad_x = *x;
  reading.mark.pad_y = *y;
  return true;
}

Result<bool> set_flip(Reading& reading, std::string_view value) {
  if (value != "h" && value != "v" && value != "hv" && value != "vh") return false;
  reading.recipe.flip_horizontal = value != "v";
  reading.recipe.flip_vertical = value != "h";
  return true;
}

Result<bool> set_sharpen(Reading& reading, std::string_view value) {
  const auto amount = parse_decimal(value, 0, 10);
  if (!amount) return false;
  reading.recipe.sharpen = SharpenOptions{.amount = *amount};
  return true;
}

Result<bool> set_blur(Reading& reading, std::string_view value) {
  const auto sigma = parse_decimal(value, 0, 100);
  if (!sigma || (*sigma > 0 && *sigma < 0.3)) return false;
  reading.recipe.blur = *sigma;
  return true;
}

Result<bool> set_quality(Reading& reading, std::string_view value) {
  if (value == "invisible") {
    reading.recipe.fidelity = Invisible{};
    return true;
  }
  if (value == "flicker-proof") {
    reading.recipe.fidelity = FlickerProof{};
    return true;
  }
  const auto quality = parse_whole(value, 1, 100);
  if (!quality) return false;
  reading.recipe.fidelity = Quality{static_cast<float>(*quality)};
  return true;
}

Result<bool> set_format(Reading& reading, std::string_view value) {
  if (value == "auto") {
    return unsupported("force_format=auto: what the client accepts is in its request, not here");
  }
  if (value == "original") {
    reading.recipe.format.reset();
    return true;
  }
  if (value == "jpg") value = "jpeg";
  for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::avif}) {
    if (value == name(format)) {
      reading.recipe.format = format;
      return true;
    }
  }
  return false;
}

Result<bool> set_background(Reading& reading, std::string_view value) {
  if (value == "auto") {
    return unsupported("bg_color=auto: limen does not look for a dominant colour");
  }
  return assign(reading.recipe.background, parse_color(value));
}

constexpr std::string_view kSwitch = "0 or 1";
constexpr std::string_view kPixels = "a whole number from 1 to 65535";

constexpr std::array kKeys =
    {
        Key{"w", "width", kPixels,
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.recipe.width, parse_whole(v, 1, kLongestSide));
            }},
        Key{"h", "height", kPixels,
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.recipe.height, parse_whole(v, 1, kLongestSide));
            }},
        Key{"func", "", "crop, fit, cover, bound, boundmin or cropfit", set_function},
        Key{"fit_enlarge", "", kSwitch,
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.fit_enlarge, parse_switch(v));
            }},
        Key{"org_if_sml", "", kSwitch,
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.original_if_small, parse_switch(v));
            }},
        Key{"gravity", "",
            "north, northeast, east, southeast, south, southwest, west, northwest, center, X,Y in "
            "pixels, Xp,Yp or Xs,Ys (0 to 100) or Xc,Yc (0 to 1)",
            set_gravity},
        Key{"tl_px", "", "X,Y, whole numbers from 0 to 65535",
            [](Reading& r, std::string_view v) -> Result<bool> {
              const auto point = parse_point(v);
              if (point) r.recipe.crop = CropBox{*point, std::nullopt};
              return point.has_value();
            }},
        Key{"br_px", "", "X,Y, whole numbers from 0 to 65535",
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.bottom_right, parse_point(v));
            }},
        Key{"trim", "", "a whole number from 0 to 255",
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.recipe.trim, parse_whole(v, 0, 255));
            }},
        Key{"wat", "", kSwitch,
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.watermark, parse_switch(v));
            }},
        Key{"wat_url", "", "the name of a picture",
            [](Reading& r, std::string_view v) -> Result<bool> {
              r.mark.name = v;
              return true;
            }},
        Key{"wat_gravity", "",
            "north, northeast, east, southeast, south, southwest, west, northwest, center, Xp,Yp "
            "(0 to "
            "100) or Xc,Yc (0 to 1)",
            set_mark_gravity},
        Key{"wat_scale", "", "a number above 0 up to 100, with or without the suffix p",
            set_mark_scale},
        Key{"wat_pad", "",
            "X or X,Y, from 0 to 65535 pixels or, with the suffix p, 0 to 100 per cent",
            set_mark_pad},
        Key{"wat_opacity", "", "a number from 0 to 1",
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.mark.opacity, parse_decimal(v, 0, 1));
            }},
        Key{"r", "", "degrees counter-clockwise, a number from -360 to 360",
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.recipe.rotate, parse_decimal(v, -360, 360));
            }},
        Key{"flip", "", "h, v or hv", set_flip},
        Key{"radius", "", "a number from 0 to 65535",
            [](Reading& r, std::string_view v) -> Result<bool> {
              return assign(r.recipe.radius, parse_decimal(v, 0, kLongestSide));
            }},
        Key{"sharp", "", "a number from 0 to 10", set_sharpen},
        Key{"blur", "", "0, or a number from 0.3 to 100", set_blur},
        Key{"grey", "gray", kSwitch,
            [](Reading& r, std::string_view v)
                -> Result<bool> { return assign(r.recipe.adjust.greyscale, parse_switch(v)); }},
        Key{"q", "", "a whole number from 1 to 100, invisible or flicker-proof", set_quality},
        Key{"force_format", "", "jpeg, png, webp, avif or original", set_format},
        Key{"dpr", "", "a number above 0 up to 10",
            [](Reading& r, std::string_view v) -> Result<bool> {
              const auto ratio = parse_decimal(v, 0, 10);
              if (!ratio || *ratio == 0) return false;
              r.recipe.dpr = *ratio;
              return true;
            }},
        Key{"bg_color", "bg_colour",
            "RGB, RRGGBB or RRGGBBAA in hexadecimal digits, a basic CSS colour name or transparent",
            set_background},
};

Error at_key(std::string_view key, std::string_view value, const std::string& what) {
  return invalid_argument("query: " + printable(key) + "=" + printable(value) + ": " + what);
}

Error unknown_key(std::string_view key) {
  std::string known;
  for (const Key& each : kKeys) {
    known += ' ';
    known += each.name;
  }
  return invalid_argument("query: unknown key '" + printable(key) + "'; allowed:" + known);
}

Result<void> read_pair(Reading& reading, std::string_view pair, std::bitset<kKeys.size()>& seen) {
  const std::size_t equals = pair.find('=');
  const auto name = percent_decoded(pair.substr(0, equals));
  if (!name || name->empty()) {
    return at_key(pair.substr(0, equals), "", "a key is missing or cannot be percent-decoded");
  }
  std::size_t index = 0;
  while (index < kKeys.size() && *name != kKeys[index].name &&
         (kKeys[index].alias.empty() || *name != kKeys[index].alias)) {
    ++index;
  }
  if (index == kKeys.size()) return unknown_key(*name);
  const Key& key = kKeys[index];
  if (equals == std::string_view::npos) {
    return at_key(key.name, "", "the value is missing; allowed: " + std::string(key.allowed));
  }
  const std::string_view raw = pair.substr(equals + 1);
  if (seen[index]) return at_key(key.name, raw, "the key is given twice");
  seen[index] = true;
  const auto value = percent_decoded(raw);
  if (!value) return at_key(key.name, raw, "'%' must be followed by two hexadecimal digits");
  if (value->empty()) {
    return at_key(key.name, raw, "the value is missing; allowed: " + std::string(key.allowed));
  }
  if (name->starts_with("wat_") && reading.first_watermark_key.empty()) {
    reading.first_watermark_key = *name;
  }
  LIMEN_ASSIGN(const bool understood, key.set(reading, *value));
  if (!understood) return at_key(key.name, *value, "allowed: " + std::string(key.allowed));
  return {};
}

Result<void> finish_crop(Reading& reading) {
  if (!reading.bottom_right) return {};
  const Point top_left = reading.recipe.crop ? reading.recipe.crop->top_left : Point{};
  if (reading.bottom_right->x <= top_left.x || reading.bottom_right->y <= top_left.y) {
    return invalid_argument("query: br_px=" + std::to_string(reading.bottom_right->x) + "," +
                            std::to_string(reading.bottom_right->y) +
                            ": must lie right of and below tl_px");
  }
  reading.recipe.crop = CropBox{top_left, reading.bottom_right};
  return {};
}

Result<void> finish_watermark(Reading& reading) {
  if (!reading.watermark && !reading.first_watermark_key.empty()) {
    return invalid_argument("query: " + reading.first_watermark_key + ": needs wat=1 beside it");
  }
  if (!reading.watermark.value_or(false)) return {};
  if (reading.mark.name.empty()) {
    return invalid_argument("query: wat=1: needs wat_url, the name of a picture");
  }
  reading.recipe.marks.push_back(std::move(reading.mark));
  return {};
}

void finish_fit(Reading& reading) {
  Recipe& recipe = reading.recipe;
  recipe.enlarge = true;
  if (reading.function == "fit") {
    recipe.fit = Fit::contain;
    recipe.enlarge = reading.fit_enlarge;
  } else if (reading.function == "cropfit") {
    recipe.fit = Fit::cover;
    recipe.fit_if_smaller = Fit::contain;
    recipe.enlarge = reading.fit_enlarge;
  } else if (reading.function == "cover") {
    recipe.fit = Fit::fill;
  } else if (reading.function == "bound") {
    recipe.fit = Fit::inside;
  } else if (reading.function == "boundmin") {
    recipe.fit = Fit::outside;
  }
  if (reading.original_if_small) recipe.enlarge = false;
}

Result<Recipe> parse(std::string_view query) {
  if (!query.empty() && query.front() == '?') query.remove_prefix(1);
  Reading reading;
  std::bitset<kKeys.size()> seen;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    LIMEN_TRY(read_pair(reading, query.substr(0, end), seen));
    if (end == std::string_view::npos) break;
    query.remove_prefix(end + 1);
    if (query.empty()) return invalid_argument("query: ends with '&': a key is missing");
  }
  LIMEN_TRY(finish_crop(reading));
  LIMEN_TRY(finish_watermark(reading));
  finish_fit(reading);
  LIMEN_TRY(validate(reading.recipe));
  return std::move(reading.recipe);
}

}  // namespace

Result<Recipe> parse_cloudimage_query(std::string_view query) {
  return contain_exceptions([&] { return parse(query); });
}

}  // namespace limen::inline LIMEN_ABI
