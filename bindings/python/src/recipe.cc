// SPDX-License-Identifier: Apache-2.0
#include "recipe.h"

#include "limen/pipeline/cloudimage_query.h"

namespace limen_python {

std::optional<std::variant<limen::Quality, limen::Lossless, limen::NearLossless>> read_mode(
    const Fields& fields) {
  std::optional<std::variant<limen::Quality, limen::Lossless, limen::NearLossless>> mode;
  const auto set = [&](auto value) {
    if (mode) raise_invalid("quality, lossless and near_lossless: only one of them can hold");
    mode = value;
  };
  if (const py::handle quality = fields.find("quality")) {
    set(limen::Quality{static_cast<float>(read_double(quality, "quality"))});
  }
  bool lossless = false;
  fields.read("lossless", lossless);
  if (lossless) set(limen::Lossless{});
  if (const py::handle level = fields.find("near_lossless")) {
    set(limen::NearLossless{read_int<std::int32_t>(level, "near_lossless")});
  }
  return mode;
}

limen::Fidelity read_fidelity(const Fields& fields) {
  const auto mode = read_mode(fields);
  const py::handle target = fields.find("target");
  const py::handle bytes = fields.find("max_bytes");
  if ((mode ? 1 : 0) + (target ? 1 : 0) + (bytes ? 1 : 0) > 1) {
    raise_invalid("target, max_bytes, quality, lossless and near_lossless: only one can hold");
  }
  if (mode) return std::visit([](auto each) { return limen::Fidelity(each); }, *mode);
  if (bytes) return limen::TargetBytes{read_uint64(bytes, "max_bytes")};
  if (!target) return limen::Invisible{};
  if (PyUnicode_Check(target.ptr()) == 0) {
    return limen::TargetScore{{read_double(target, "target")}};
  }
  const std::string word = read_string(target, "target");
  if (word == "invisible") return limen::Invisible{};
  if (word == "flicker-proof") return limen::FlickerProof{};
  raise_invalid("target: '" + word + "' is neither invisible nor flicker-proof nor a score");
}

limen::Color read_color_or_text(py::handle value, const std::string& field) {
  if (PyUnicode_Check(value.ptr()) == 0) return read_color(value, field);
  const std::string text = read_string(value, field);
  // The query dialect knows every notation; percent-encoded, nothing in the text can end the value.
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string query = "bg_color=";
  for (const char each : text) {
    const auto byte = static_cast<unsigned char>(each);
    query += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  const limen::Result<limen::Recipe> recipe = limen::parse_cloudimage_query(query);
  if (!recipe || !recipe->background) {
    raise_invalid(field + ": '" + text + "' is no colour: #rgb, #rrggbb, #rrggbbaa, a CSS name");
  }
  return *recipe->background;
}

std::vector<limen::Format> read_formats(py::handle value, const std::string& field) {
  if (PyUnicode_Check(value.ptr()) != 0) return {read_word(kFormats, value, field)};
  if (!py::isinstance<py::sequence>(value)) raise_type(field, "a sequence of formats", value);
  std::vector<limen::Format> formats;
  for (const py::handle each : py::reinterpret_borrow<py::sequence>(value)) {
    formats.push_back(read_word(kFormats, each, field));
  }
  return formats;
}

namespace {

limen::CropBox read_crop(py::handle value) {
  if (!py::isinstance<py::sequence>(value))
    raise_type("crop", "(left, top[, right, bottom])", value);
  const std::size_t count = py::len(value) == 2 ? 2 : 4;
  const py::tuple sides = read_tuple(value, count, "crop");
  const auto side = [&](std::size_t i) { return read_int<std::int32_t>(sides[i], "crop"); };
  limen::CropBox box{.top_left = {side(0), side(1)}};
  if (count == 4) box.bottom_right = limen::Point{side(2), side(3)};
  return box;
}

std::pair<double, double> read_pair(py::handle value, const std::string& field) {
  const py::tuple pair = read_tuple(value, 2, field);
  return {read_double(pair[0], field), read_double(pair[1], field)};
}

std::variant<limen::Compass, limen::Focus> read_gravity(py::handle value) {
  if (PyUnicode_Check(value.ptr()) != 0) return read_word(kCompass, value, "gravity");
  if (py::isinstance<py::sequence>(value)) {
    const auto [x, y] = read_pair(value, "gravity");
    return limen::Focus{.x = x, .y = y};
  }
  if (!py::hasattr(value, "unit")) raise_type("gravity", "a compass point, Focus or (x, y)", value);
  return limen::Focus{.x = read_double(value.attr("x"), "gravity.x"),
                      .y = read_double(value.attr("y"), "gravity.y"),
                      .unit = read_word(kFocusUnits, value.attr("unit"), "gravity.unit")};
}

limen::SharpenOptions read_sharpen(py::handle value) {
  if (!py::hasattr(value, "sigma")) return {.amount = read_double(value, "sharpen")};
  return {.sigma = read_double(value.attr("sigma"), "sharpen.sigma"),
          .amount = read_double(value.attr("amount"), "sharpen.amount"),
          .threshold = read_double(value.attr("threshold"), "sharpen.threshold")};
}

}  // namespace

limen::Adjustments read_adjust(py::handle value) {
  if (!py::hasattr(value, "greyscale")) raise_type("adjust", "Adjust", value);
  return {.brightness = read_double(value.attr("brightness"), "adjust.brightness"),
          .contrast = read_double(value.attr("contrast"), "adjust.contrast"),
          .gamma = read_double(value.attr("gamma"), "adjust.gamma"),
          .saturation = read_double(value.attr("saturation"), "adjust.saturation"),
          .greyscale = read_bool(value.attr("greyscale"), "adjust.greyscale")};
}

namespace {

limen::Length read_length(py::handle value, const std::string& field) {
  if (!py::hasattr(value, "unit")) return {.value = read_double(value, field)};
  constexpr Names<limen::Length::Unit, 2> kUnits{
      {{limen::Length::Unit::pixels, "pixels"}, {limen::Length::Unit::fraction, "fraction"}}};
  return {.value = read_double(value.attr("value"), field + ".value"),
          .unit = read_word(kUnits, value.attr("unit"), field + ".unit")};
}

limen::Mark read_mark(py::handle value) {
  if (PyUnicode_Check(value.ptr()) != 0) return {.name = read_string(value, "marks")};
  if (!py::hasattr(value, "of_output")) raise_type("marks", "Mark or a name", value);
  limen::Mark mark;
  mark.name = read_string(value.attr("name"), "mark.name");
  const py::object gravity = value.attr("gravity");
  if (PyUnicode_Check(gravity.ptr()) != 0) {
    mark.gravity = read_word(kCompass, gravity, "mark.gravity");
  } else {
    const auto [x, y] = read_pair(gravity, "mark.gravity");
    mark.gravity = limen::FocalPoint{x, y};
  }
  mark.scale = read_double(value.attr("scale"), "mark.scale");
  const py::object of_output = value.attr("of_output");
  if (!of_output.is_none()) mark.of_output = read_double(of_output, "mark.of_output");
  mark.pad_x = read_length(value.attr("pad_x"), "mark.pad_x");
  mark.pad_y = read_length(value.attr("pad_y"), "mark.pad_y");
  const py::tuple offset = read_tuple(value.attr("offset"), 2, "mark.offset");
  mark.offset = {read_int<std::int32_t>(offset[0], "mark.offset"),
                 read_int<std::int32_t>(offset[1], "mark.offset")};
  mark.opacity = read_double(value.attr("opacity"), "mark.opacity");
  mark.tile = read_bool(value.attr("tile"), "mark.tile");
  return mark;
}

}  // namespace

limen::Recipe recipe_of(const py::dict& dictionary) {
  const Fields fields(dictionary);
  limen::Recipe recipe;
  if (const py::handle crop = fields.find("crop")) recipe.crop = read_crop(crop);
  if (const py::handle trim = fields.find("trim")) recipe.trim = read_int<int>(trim, "trim");
  fields.read("rotate", recipe.rotate);
  fields.read("flip_horizontal", recipe.flip_horizontal);
  fields.read("flip_vertical", recipe.flip_vertical);
  fields.read("width", recipe.width);
  fields.read("height", recipe.height);
  fields.read("fit", recipe.fit, kFits);
  if (const py::handle fit = fields.find("fit_if_smaller")) {
    recipe.fit_if_smaller = read_word(kFits, fit, "fit_if_smaller");
  }
  fields.read("enlarge", recipe.enlarge);
  if (const py::handle gravity = fields.find("gravity")) recipe.gravity = read_gravity(gravity);
  fields.read("dpr", recipe.dpr);
  fields.read("filter", recipe.filter, kFilters);
  fields.read("linear_light", recipe.linear_light);
  fields.read("shrink", recipe.shrink, kShrinkAccuracies);
  if (const py::handle sharpen = fields.find("sharpen")) recipe.sharpen = read_sharpen(sharpen);
  fields.read("blur", recipe.blur);
  if (const py::handle adjust = fields.find("adjust")) recipe.adjust = read_adjust(adjust);
  if (const py::handle marks = fields.find("marks")) {
    if (PyUnicode_Check(marks.ptr()) != 0 || !py::isinstance<py::sequence>(marks)) {
      raise_type("marks", "a sequence of Mark", marks);
    }
    for (const py::handle mark : py::reinterpret_borrow<py::sequence>(marks)) {
      recipe.marks.push_back(read_mark(mark));
    }
  }
  fields.read("radius", recipe.radius);
  if (const py::handle background = fields.find("background")) {
    recipe.background = read_color_or_text(background, "background");
  }
  if (const py::handle format = fields.find("format")) {
    recipe.format = read_word(kFormats, format, "format");
  }
  if (const py::handle formats = fields.find("formats")) {
    recipe.formats = read_formats(formats, "formats");
  }
  recipe.fidelity = read_fidelity(fields);
  if (const py::handle score = fields.find("worst_block")) {
    recipe.worst_block = limen::Score{read_double(score, "worst_block")};
  }
  fields.read("always_encode", recipe.always_encode);
  fields.read("effort", recipe.effort);
  fields.read("chroma", recipe.chroma, kChroma);
  fields.read("progressive", recipe.progressive);
  fields.read("depth", recipe.depth, kDepths);
  fields.read("metadata", recipe.metadata, kMetadataPolicies);
  fields.read("keep_profile", recipe.keep_profile);
  value_or_raise(limen::validate(recipe));
  return recipe;
}

void register_recipe(py::module_& module) {
  py::class_<limen::Recipe>(module, "Recipe")
      .def(py::init(&recipe_of), py::arg("fields"))
      .def_static(
          "from_query",
          [](const std::string& query) {
            return value_or_raise(limen::parse_cloudimage_query(query));
          },
          py::arg("query"))
      .def("fields", &fields_of)
      .def("canonical",
           [](const limen::Recipe& recipe) { return value_or_raise(limen::canonical(recipe)); });
  module.def(
      "color",
      [](const py::object& value) { return tuple_of(read_color_or_text(value, "colour")); },
      py::arg("value"));
}

}  // namespace limen_python
