// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <utility>

#include "limen/color/icc.h"
#include "limen/compose/orient.h"
#include "module.h"
#include "pixels.h"
#include "recipe.h"
#include "reports.h"

namespace limen_python {

namespace {

/// What limen.decode() does beyond limen::decode().
struct Finish {
  bool upright = true;
  bool srgb = true;
  std::optional<limen::Rect> box;  ///< in pixels of the upright picture if upright, else as stored
};

limen::Result<limen::Decoded> decode_finished(limen::ByteView bytes, limen::DecodeOptions options,
                                              const Finish& finish,
                                              const limen::Execution& execution) {
  options.region = finish.box;
  if (finish.box && finish.upright) {
    LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(bytes, options.limits));
    if (!limen::lies_inside(*finish.box, info.upright())) {
      return limen::invalid_argument("box: it does not lie inside a picture of " +
                                     std::to_string(info.upright().width) + "x" +
                                     std::to_string(info.upright().height));
    }
    options.region = limen::unorient_rect(*finish.box, info.size, info.orientation);
  }
  LIMEN_ASSIGN(limen::Decoded decoded, limen::decode(bytes, options, execution));
  if (finish.srgb) {
    LIMEN_ASSIGN(const limen::ColorPlan plan,
                 limen::plan_srgb(decoded.info.color, decoded.image.format().layout));
    if (plan.action != limen::ColorAction::none) {
      LIMEN_ASSIGN(decoded.image,
                   limen::to_srgb(decoded.image.const_view(), decoded.info.color, execution));
    }
  }
  if (finish.upright && decoded.info.orientation != limen::Orientation::top_left) {
    LIMEN_ASSIGN(decoded.image,
                 limen::orient(decoded.image.const_view(), decoded.info.orientation, execution));
  }
  return decoded;
}

py::object decode(const py::object& source, const py::dict& dictionary, const py::object& limits,
                  const py::tuple& call) {
  const FileBytes file(source);
  const Call borrowed = read_call(call);
  const Fields fields(dictionary);
  limen::DecodeOptions options{.limits = read_limits(limits)};
  fields.read("on_damage", options.on_damage, kOnDamage);
  fields.read("shrink", options.accuracy, kShrinkAccuracies);
  fields.read("keep_16_bit", options.keep_16_bit);
  if (const py::handle size = fields.find("at_least")) {
    const py::tuple sides = read_tuple(size, 2, "at_least");
    options.at_least = limen::Size{read_int<std::int32_t>(sides[0], "at_least"),
                                   read_int<std::int32_t>(sides[1], "at_least")};
  }
  Finish finish;
  fields.read("upright", finish.upright);
  fields.read("srgb", finish.srgb);
  if (const py::handle box = fields.find("box")) finish.box = read_box(box, "box");
  limen::Decoded decoded = borrowed.run([&] {
    // So that limits.working_memory counts for the steps together, where the caller brings none.
    std::optional<limen::Workspace> own;
    limen::Execution execution = borrowed.execution();
    if (execution.workspace == nullptr) {
      execution.workspace = &own.emplace(options.limits.working_memory);
    }
    return decode_finished(file.view(), options, finish, execution);
  });
  const py::dict info = report_of(decoded.info);
  const std::string damage = decoded.damage;
  return py::make_tuple(Pixels(pixel_data(std::move(decoded.image))), info, damage);
}

limen::Bytes read_block(const Fields& fields, const char* name) {
  const py::handle given = fields.find(name);
  if (!given) return {};
  const FileBytes block(given);
  return {block.view().begin(), block.view().end()};
}

}  // namespace

limen::EncodeOptions read_encode_options(const Fields& fields) {
  limen::EncodeOptions options;
  fields.read("format", options.format, kFormats);
  if (const auto mode = read_mode(fields)) options.mode = *mode;
  fields.read("effort", options.effort);
  fields.read("chroma", options.chroma, kChroma);
  if (const py::handle sharp = fields.find("sharp_yuv")) {
    options.sharp_yuv = read_bool(sharp, "sharp_yuv");
  }
  fields.read("progressive", options.progressive);
  fields.read("bit_depth", options.bit_depth);
  if (const py::handle matte = fields.find("matte")) {
    options.matte = read_color_or_text(matte, "matte");
  }
  options.metadata.icc = read_block(fields, "icc_profile");
  options.metadata.exif = read_block(fields, "exif");
  options.metadata.xmp = read_block(fields, "xmp");
  return options;
}

void register_codec(py::module_& module) {
  module.def(
      "probe",
      [](const py::object& source, const py::object& limits) {
        const FileBytes file(source);
        const limen::Limits read = read_limits(limits);
        return report_of(call_unlocked([&] { return limen::probe(file.view(), read); }));
      },
      py::arg("source"), py::arg("limits"));
  module.def("decode", &decode, py::arg("source"), py::arg("options"), py::arg("limits"),
             py::arg("call"));
  module.def(
      "encode",
      [](const Pixels& pixels, const py::dict& options, const py::tuple& call) {
        const PixelData data = pixels.get();
        const Call borrowed = read_call(call);
        const limen::EncodeOptions read = read_encode_options(Fields(options));
        return bytes_of(
            borrowed.run([&] { return limen::encode(data.view, read, borrowed.execution()); }));
      },
      py::arg("pixels"), py::arg("options"), py::arg("call"));
}

}  // namespace limen_python
