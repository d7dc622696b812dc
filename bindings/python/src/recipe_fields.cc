// SPDX-License-Identifier: Apache-2.0
#include "recipe.h"

namespace limen_python {

namespace {

/// Sets fields that are not what a default recipe has, so that a repr shows what was asked.
class Writer {
 public:
  template <class Value>
  void number(const char* name, const Value& value, const Value& usual) {
    if (value != usual) fields[name] = value;
  }
  template <class Value, std::size_t count>
  void word(const char* name, Value value, Value usual, const Names<Value, count>& names) {
    if (value != usual) fields[name] = str_of(names, value);
  }
  void set(const char* name, const py::object& value) { fields[name] = value; }

  py::dict fields;
};

py::dict fields_of(const limen::Length& length) {
  py::dict fields;
  fields["value"] = length.value;
  fields["unit"] = length.unit == limen::Length::Unit::pixels ? "pixels" : "fraction";
  return fields;
}

py::dict fields_of(const limen::Mark& mark) {
  const limen::Mark usual;
  Writer writer;
  writer.set("name", py::str(mark.name));
  if (const auto* point = std::get_if<limen::FocalPoint>(&mark.gravity)) {
    writer.set("gravity", py::make_tuple(point->x, point->y));
  } else {
    writer.word("gravity", std::get<limen::Compass>(mark.gravity), limen::Compass::center,
                kCompass);
  }
  writer.number("scale", mark.scale, usual.scale);
  if (mark.of_output) writer.set("of_output", py::float_(*mark.of_output));
  if (mark.pad_x != usual.pad_x) writer.set("pad_x", fields_of(mark.pad_x));
  if (mark.pad_y != usual.pad_y) writer.set("pad_y", fields_of(mark.pad_y));
  if (mark.offset != usual.offset) {
    writer.set("offset", py::make_tuple(mark.offset.x, mark.offset.y));
  }
  writer.number("opacity", mark.opacity, usual.opacity);
  writer.number("tile", mark.tile, usual.tile);
  return writer.fields;
}

void write_gravity(Writer& writer, const std::variant<limen::Compass, limen::Focus>& gravity) {
  if (const auto* focus = std::get_if<limen::Focus>(&gravity)) {
    py::dict fields;
    fields["x"] = focus->x;
    fields["y"] = focus->y;
    fields["unit"] = str_of(kFocusUnits, focus->unit);
    writer.set("gravity", fields);
  } else {
    writer.word("gravity", std::get<limen::Compass>(gravity), limen::Compass::center, kCompass);
  }
}

void write_looks(Writer& writer, const limen::Recipe& recipe) {
  const limen::Recipe usual;
  if (recipe.sharpen) {
    py::dict sharpen;
    sharpen["sigma"] = recipe.sharpen->sigma;
    sharpen["amount"] = recipe.sharpen->amount;
    sharpen["threshold"] = recipe.sharpen->threshold;
    writer.set("sharpen", sharpen);
  }
  writer.number("blur", recipe.blur, usual.blur);
  if (recipe.adjust != usual.adjust) {
    py::dict adjust;
    adjust["brightness"] = recipe.adjust.brightness;
    adjust["contrast"] = recipe.adjust.contrast;
    adjust["gamma"] = recipe.adjust.gamma;
    adjust["saturation"] = recipe.adjust.saturation;
    adjust["greyscale"] = recipe.adjust.greyscale;
    writer.set("adjust", adjust);
  }
  if (!recipe.marks.empty()) {
    py::list marks;
    for (const limen::Mark& mark : recipe.marks) marks.append(fields_of(mark));
    writer.set("marks", marks);
  }
  writer.number("radius", recipe.radius, usual.radius);
  if (recipe.background) writer.set("background", tuple_of(*recipe.background));
}

struct WriteFidelity {
  Writer& writer;
  void operator()(limen::Invisible) const {}
  void operator()(limen::FlickerProof) const { writer.set("target", py::str("flicker-proof")); }
  void operator()(limen::TargetScore target) const {
    writer.set("target", py::float_(target.score.value));
  }
  void operator()(limen::TargetBytes target) const {
    writer.set("max_bytes", py::int_(target.bytes));
  }
  void operator()(limen::Quality quality) const {
    writer.set("quality", py::float_(static_cast<double>(quality.value)));
  }
  void operator()(limen::Lossless) const { writer.set("lossless", py::bool_(true)); }
  void operator()(limen::NearLossless near) const {
    writer.set("near_lossless", py::int_(near.level));
  }
};

}  // namespace

py::dict fields_of(const limen::Recipe& recipe) {
  const limen::Recipe usual;
  Writer writer;
  if (recipe.crop) {
    const auto [left, top] = recipe.crop->top_left;
    const std::optional<limen::Point> corner = recipe.crop->bottom_right;
    writer.set("crop", corner ? py::tuple(py::make_tuple(left, top, corner->x, corner->y))
                              : py::tuple(py::make_tuple(left, top)));
  }
  if (recipe.trim) writer.set("trim", py::int_(*recipe.trim));
  writer.number("rotate", recipe.rotate, usual.rotate);
  writer.number("flip_horizontal", recipe.flip_horizontal, false);
  writer.number("flip_vertical", recipe.flip_vertical, false);
  writer.number("width", recipe.width, usual.width);
  writer.number("height", recipe.height, usual.height);
  writer.word("fit", recipe.fit, usual.fit, kFits);
  if (recipe.fit_if_smaller) writer.set("fit_if_smaller", str_of(kFits, *recipe.fit_if_smaller));
  writer.number("enlarge", recipe.enlarge, usual.enlarge);
  write_gravity(writer, recipe.gravity);
  writer.number("dpr", recipe.dpr, usual.dpr);
  writer.word("filter", recipe.filter, usual.filter, kFilters);
  writer.number("linear_light", recipe.linear_light, usual.linear_light);
  writer.word("shrink", recipe.shrink, usual.shrink, kShrinkAccuracies);
  write_looks(writer, recipe);
  if (recipe.format) writer.set("format", str_of(kFormats, *recipe.format));
  if (!recipe.formats.empty()) {
    py::list formats;
    for (const limen::Format format : recipe.formats) formats.append(str_of(kFormats, format));
    writer.set("formats", py::tuple(formats));
  }
  std::visit(WriteFidelity{writer}, recipe.fidelity);
  if (recipe.worst_block) writer.set("worst_block", py::float_(recipe.worst_block->value));
  writer.number("always_encode", recipe.always_encode, usual.always_encode);
  writer.number("effort", recipe.effort, usual.effort);
  writer.word("chroma", recipe.chroma, usual.chroma, kChroma);
  writer.number("progressive", recipe.progressive, usual.progressive);
  writer.word("depth", recipe.depth, usual.depth, kDepths);
  writer.word("metadata", recipe.metadata, usual.metadata, kMetadataPolicies);
  writer.number("keep_profile", recipe.keep_profile, usual.keep_profile);
  return writer.fields;
}

}  // namespace limen_python
