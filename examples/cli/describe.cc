// SPDX-License-Identifier: Apache-2.0
#include "describe.h"

#include <cmath>
#include <cstdio>
#include <variant>

#include "limen/color/icc.h"

namespace cli {

namespace {

Json sides(limen::Size size) { return {{"width", size.width}, {"height", size.height}}; }

Json window(const limen::Rect& rect) {
  return {{"x", rect.x}, {"y", rect.y}, {"width", rect.width}, {"height", rect.height}};
}

limen::Layout layout_of(const limen::ImageInfo& info) {
  switch (info.model) {
    case limen::ColorModel::gray:
      return info.has_alpha ? limen::Layout::gray_alpha : limen::Layout::gray;
    case limen::ColorModel::cmyk:
    case limen::ColorModel::ycck:
      return limen::Layout::cmyk;
    default:
      return info.has_alpha ? limen::Layout::rgba : limen::Layout::rgb;
  }
}

Json describe(const limen::ColorPlan& plan) {
  Json json = {{"action", name(plan.action)}, {"source", plan.source}};
  if (!plan.note.empty()) json["note"] = plan.note;
  return json;
}

// The profile's own description, whatever else the file says of its colours.
Json profile_of(const limen::ImageInfo& info) {
  if (info.color.icc.empty()) return nullptr;
  limen::ColorDescription alone;
  alone.icc = info.color.icc;
  const auto plan = limen::plan_srgb(alone, layout_of(info));
  if (!plan || !plan->note.empty()) return plan ? plan->note : "unreadable";
  return plan->source.empty() ? "without a description" : plan->source;
}

Json milliseconds(limen::StageTimes::Duration duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(duration);
  return static_cast<double>(whole.count()) / 1000;
}

Json names(const std::vector<limen::Format>& formats) {
  Json list = Json::array();
  for (const limen::Format format : formats) list.push_back(name(format));
  return list;
}

Json chroma_of(limen::ChromaSubsampling chroma) {
  return chroma == limen::ChromaSubsampling::automatic ? Json(nullptr) : Json(name(chroma));
}

// What chose a JPEG's coefficients.
Json quantizer_of(limen::Format format, limen::JpegQuantizer quantizer) {
  return format == limen::Format::jpeg ? Json(name(quantizer)) : Json(nullptr);
}

// What the picture is coded with, and what the search, if there was one, has to say for it.
Json describe_coding(const limen::Variant& variant) {
  using limen::Lossless;
  using limen::NearLossless;
  using limen::Quality;
  const auto* quality = variant.mode ? std::get_if<Quality>(&*variant.mode) : nullptr;
  const auto* level = variant.mode ? std::get_if<NearLossless>(&*variant.mode) : nullptr;
  Json json = {{"quality", quality != nullptr ? Json(quality->value) : Json(nullptr)},
               {"lossless", variant.mode && std::holds_alternative<Lossless>(*variant.mode)},
               {"near_lossless", level != nullptr ? Json(level->level) : Json(nullptr)},
               {"chroma", chroma_of(variant.chroma)},
               {"progressive",
                variant.format == limen::Format::jpeg ? Json(variant.progressive) : Json(nullptr)},
               {"kept_source", variant.kept_source},
               {"quantizer", variant.kept_source
                                 ? Json(nullptr)
                                 : quantizer_of(variant.format,
                                                variant.search ? variant.search->quantizer
                                                               : limen::JpegQuantizer::libjpeg)}};
  if (!variant.search) {
    for (const char* field : {"score", "worst_block", "worst_block_at", "evaluations", "encodes",
                              "reached", "certified"}) {
      json[field] = nullptr;
    }
    return json;
  }
  const limen::SearchReport& search = *variant.search;
  json.update(
      cli::describe(limen::Comparison{search.score, search.worst_block, search.worst_block_at}));
  json["evaluations"] = search.evaluations;
  json["encodes"] = search.encodes;
  json["reached"] = search.reached;
  json["certified"] = search.certified;
  return json;
}

}  // namespace

Json describe(const limen::ImageInfo& info) {
  const limen::Size upright = info.upright();
  // What turns an AVIF belongs to its coding, so its size is that of the picture as shown; EXIF's
  // orientation is a remark about the stored picture.
  const limen::Size size = info.format == limen::Format::avif ? upright : info.size;
  const bool has_chroma =
      info.model == limen::ColorModel::ycbcr || info.model == limen::ColorModel::ycck;
  Json json = {{"format", name(info.format)},
               {"width", size.width},
               {"height", size.height},
               {"orientation", static_cast<int>(info.orientation)},
               {"upright_width", upright.width},
               {"upright_height", upright.height},
               {"frames", info.frames},
               {"bit_depth", info.bit_depth},
               {"color_model", name(info.model)},
               {"has_alpha", info.has_alpha},
               {"chroma", has_chroma ? Json(name(info.subsampling)) : Json(nullptr)},
               {"lossless", info.is_lossless},
               {"progressive", info.is_progressive},
               {"arithmetic", info.is_arithmetic},
               {"icc", profile_of(info)},
               {"icc_bytes", info.color.icc.size()}};
  if (info.color.cicp) {
    const limen::Cicp& cicp = *info.color.cicp;
    json["cicp"] = {{"primaries", cicp.primaries},
                    {"transfer", cicp.transfer},
                    {"matrix", cicp.matrix},
                    {"full_range", cicp.full_range}};
  } else {
    json["cicp"] = nullptr;
  }
  const auto color = limen::plan_srgb(info.color, layout_of(info));
  json["to_srgb"] = color ? describe(*color) : Json(color.error().message);
  json["quality_estimate"] = info.jpeg_quality ? Json(*info.jpeg_quality) : Json(nullptr);
  json["exif"] = info.has_exif;
  json["xmp"] = info.has_xmp;
  json["iptc"] = info.has_iptc;
  json["gain_map"] = info.has_gain_map;
  return json;
}

Json describe(const limen::Comparison& comparison) {
  return {{"score", comparison.score.value},
          {"worst_block", comparison.worst_block.value},
          {"worst_block_at", window(comparison.worst_block_at)}};
}

std::string rounded_down(limen::Score score) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", std::floor(score.value * 100 + 1e-9) / 100);
  return text;
}

Json describe(const limen::Plan& plan) {
  Json json = {{"stored", sides(plan.stored)},
               {"orientation", static_cast<int>(plan.orientation)},
               {"upright", sides(plan.upright)},
               {"crop", window(plan.crop)},
               {"trims", plan.trims},
               {"turn", static_cast<int>(plan.turn)},
               {"rotate", plan.rotate},
               {"turned", sides(plan.turned)},
               {"window",
                {{"x", plan.fitted.source.x},
                 {"y", plan.fitted.source.y},
                 {"width", plan.fitted.source.width},
                 {"height", plan.fitted.source.height}}},
               {"resized", sides(plan.fitted.resized)},
               {"position", {{"x", plan.fitted.position.x}, {"y", plan.fitted.position.y}}},
               {"output", sides(plan.output)},
               {"decoder",
                {{"region", plan.region ? window(*plan.region) : Json(nullptr)},
                 {"scale_eighths", plan.scale_eighths},
                 {"pixels", name(plan.path)}}},
               {"color", describe(plan.color)},
               {"converts_before_resize", plan.converts_before_resize},
               {"keeps_profile", plan.keeps_profile},
               {"format", name(plan.format)},
               {"formats", names(plan.formats)},
               {"searches", plan.searches},
               {"may_keep_source", plan.may_keep_source},
               {"bit_depth", plan.bit_depth},
               {"flattens", plan.flattens},
               {"peak_bytes", plan.peak_bytes},
               {"steps", plan.steps},
               {"notes", plan.notes}};
  return json;
}

Json describe(const limen::Trial& trial) {
  const auto* quality = std::get_if<limen::Quality>(&trial.mode);
  return {{"format", name(trial.format)},
          {"chroma", chroma_of(trial.chroma)},
          {"quality", quality != nullptr ? Json(quality->value) : Json(nullptr)},
          {"quantizer", quantizer_of(trial.format, trial.quantizer)},
          {"score", trial.score.value},
          {"worst_block", trial.worst_block.value},
          {"bytes", trial.bytes != 0 ? Json(trial.bytes) : Json(nullptr)},
          {"passes", trial.passes}};
}

Json describe(const limen::Variant& variant) {
  const limen::StageTimes& times = variant.times;
  Json json = {{"format", name(variant.format)},
               {"mime_type", variant.mime_type},
               {"width", variant.size.width},
               {"height", variant.size.height},
               {"bytes", variant.bytes.size()}};
  json.update(describe_coding(variant));
  json.update({{"bit_depth", variant.bit_depth},
               {"has_alpha", variant.has_alpha},
               {"color",
                {{"action", name(variant.color_action)},
                 {"source", variant.color_source},
                 {"keeps_profile", variant.keeps_profile}}},
               {"dropped_metadata", variant.dropped_metadata},
               {"damage", variant.damage},
               {"notes", variant.notes},
               {"milliseconds",
                {{"decode", milliseconds(times.decode)},
                 {"orient", milliseconds(times.orient)},
                 {"color", milliseconds(times.color)},
                 {"resize", milliseconds(times.resize)},
                 {"compose", milliseconds(times.compose)},
                 {"search", milliseconds(times.search)},
                 {"encode", milliseconds(times.encode)}}},
               {"peak_bytes", variant.peak_bytes},
               {"source_decodes", variant.source_decodes}});
  return json;
}

}  // namespace cli
