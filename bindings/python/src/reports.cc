// SPDX-License-Identifier: Apache-2.0
#include "reports.h"

#include <chrono>
#include <string>

#include "limen/pipeline/accept.h"
#include "options.h"

namespace limen_python {

py::bytes bytes_of(const limen::Bytes& bytes) {
  return py::bytes(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

namespace {

/// Texts that a file may have had a say in.
py::str text_of(std::string_view text) {
  auto result = py::reinterpret_steal<py::object>(
      PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "replace"));
  if (!result) throw py::error_already_set();
  return py::str(result);
}

py::tuple texts_of(const std::vector<std::string>& texts) {
  py::tuple result(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) result[i] = text_of(texts[i]);
  return result;
}

py::tuple formats_of(const std::vector<limen::Format>& formats) {
  py::tuple result(formats.size());
  for (std::size_t i = 0; i < formats.size(); ++i) result[i] = str_of(kFormats, formats[i]);
  return result;
}

/// quality, lossless and near_lossless of a finished file.
template <class Mode>
void write_mode(py::dict& report, const Mode& mode) {
  report["quality"] = py::none();
  report["lossless"] = false;
  std::visit(
      [&](auto each) {
        using Each = decltype(each);
        if constexpr (std::is_same_v<Each, limen::Quality>) {
          report["quality"] = static_cast<double>(each.value);
        } else if constexpr (std::is_same_v<Each, limen::Lossless>) {
          report["lossless"] = true;
        } else {
          report["near_lossless"] = each.level;
        }
      },
      mode);
}

py::tuple trials_of(const std::vector<limen::Trial>& trials) {
  py::tuple result(trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    py::dict report;
    report["format"] = str_of(kFormats, trials[i].format);
    report["chroma"] = str_of(kChroma, trials[i].chroma);
    write_mode(report, trials[i].mode);
    report["sharp_yuv"] = trials[i].sharp_yuv;
    report["quantizer"] = std::string(limen::name(trials[i].quantizer));
    report["score"] = trials[i].score.value;
    report["worst_block"] = trials[i].worst_block.value;
    report["size_bytes"] =
        trials[i].bytes == 0 ? py::object(py::none()) : py::int_(trials[i].bytes);
    report["passes"] = trials[i].passes;
    result[i] = report;
  }
  return result;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// SearchReport and Found tell the same.
template <class Search>
void write_search(py::dict& report, const Search& search) {
  report["score"] = search.score.value;
  report["worst_block"] = search.worst_block.value;
  report["worst_block_at"] = box_of(search.worst_block_at);
  report["reached"] = search.reached;
  report["certified"] = search.certified;
  report["quantizer"] = std::string(limen::name(search.quantizer));
  report["evaluations"] = search.evaluations;
  report["encodes"] = search.encodes;
  report["trials"] = trials_of(search.trials);
}

}  // namespace

py::dict report_of(const limen::ImageInfo& info) {
  py::dict report;
  report["format"] = str_of(kFormats, info.format);
  report["mime_type"] = std::string(limen::mime_type(info.format));
  report["stored_size"] = tuple_of(info.size);
  report["size"] = tuple_of(info.upright());
  report["orientation"] = static_cast<int>(info.orientation);
  report["frames"] = info.frames;
  report["bit_depth"] = info.bit_depth;
  report["model"] = std::string(limen::name(info.model));
  report["has_alpha"] = info.has_alpha;
  report["chroma"] = str_of(kChroma, info.subsampling);
  report["lossless"] = info.is_lossless;
  report["progressive"] = info.is_progressive;
  report["arithmetic"] = info.is_arithmetic;
  report["multi_scan"] = info.is_multi_scan;
  report["has_gain_map"] = info.has_gain_map;
  report["icc_profile"] =
      info.color.icc.empty() ? py::object(py::none()) : py::object(bytes_of(info.color.icc));
  report["jpeg_quality"] = py::none();
  if (info.jpeg_quality) report["jpeg_quality"] = *info.jpeg_quality;
  report["has_exif"] = info.has_exif;
  report["has_xmp"] = info.has_xmp;
  report["has_iptc"] = info.has_iptc;
  return report;
}

py::dict report_of(const limen::Plan& plan) {
  py::dict report;
  report["stored_size"] = tuple_of(plan.stored);
  report["orientation"] = static_cast<int>(plan.orientation);
  report["upright_size"] = tuple_of(plan.upright);
  report["crop"] = box_of(plan.crop);
  report["trims"] = plan.trims;
  report["turn"] = static_cast<int>(plan.turn);
  report["rotate"] = plan.rotate;
  report["turned_size"] = tuple_of(plan.turned);
  report["fitted_window"] = box_of(plan.fitted.crop);
  report["resized_size"] = tuple_of(plan.fitted.resized);
  report["position"] = py::make_tuple(plan.fitted.position.x, plan.fitted.position.y);
  report["size"] = tuple_of(plan.output);
  report["region"] = plan.region ? py::object(box_of(*plan.region)) : py::object(py::none());
  report["scale_eighths"] = plan.scale_eighths;
  report["path"] = std::string(limen::name(plan.path));
  report["encodes_planes"] = plan.encodes_planes;
  report["color_action"] = std::string(limen::name(plan.color.action));
  report["color_source"] = text_of(plan.color.source);
  report["converts_before_resize"] = plan.converts_before_resize;
  report["keeps_profile"] = plan.keeps_profile;
  report["format"] = str_of(kFormats, plan.format);
  report["formats"] = formats_of(plan.formats);
  report["searches"] = plan.searches;
  report["may_keep_source"] = plan.may_keep_source;
  report["bit_depth"] = plan.bit_depth;
  report["flattens"] = plan.flattens;
  report["matte"] = tuple_of(plan.matte);
  report["peak_bytes"] = plan.peak_bytes;
  report["steps"] = texts_of(plan.steps);
  report["notes"] = texts_of(plan.notes);
  return report;
}

py::dict report_of(const limen::Variant& variant) {
  py::dict report;
  report["data"] = bytes_of(variant.bytes);
  report["format"] = str_of(kFormats, variant.format);
  report["mime_type"] = std::string(variant.mime_type);
  report["size"] = tuple_of(variant.size);
  report["bit_depth"] = variant.bit_depth;
  report["has_alpha"] = variant.has_alpha;
  report["quality"] = py::none();
  report["lossless"] = false;
  if (variant.mode) write_mode(report, *variant.mode);
  report["chroma"] = str_of(kChroma, variant.chroma);
  report["sharp_yuv"] = variant.sharp_yuv;
  report["progressive"] = variant.progressive;
  report["kept_source"] = variant.kept_source;
  report["search"] = py::none();
  if (variant.search) {
    py::dict search;
    write_search(search, *variant.search);
    report["search"] = search;
  }
  report["color_action"] = std::string(limen::name(variant.color_action));
  report["color_source"] = text_of(variant.color_source);
  report["keeps_profile"] = variant.keeps_profile;
  report["dropped_metadata"] = texts_of(variant.dropped_metadata);
  report["damage"] = text_of(variant.damage);
  report["notes"] = texts_of(variant.notes);
  py::dict times;
  times["decode"] = seconds(variant.times.decode);
  times["orient"] = seconds(variant.times.orient);
  times["color"] = seconds(variant.times.color);
  times["resize"] = seconds(variant.times.resize);
  times["compose"] = seconds(variant.times.compose);
  times["search"] = seconds(variant.times.search);
  times["encode"] = seconds(variant.times.encode);
  report["seconds"] = times;
  report["peak_bytes"] = variant.peak_bytes;
  report["source_decodes"] = variant.source_decodes;
  return report;
}

py::dict report_of(const limen::Found& found) {
  py::dict report;
  report["data"] = bytes_of(found.bytes);
  report["format"] = str_of(kFormats, found.format);
  report["mime_type"] = std::string(limen::mime_type(found.format));
  write_mode(report, found.mode);
  report["chroma"] = str_of(kChroma, found.chroma);
  report["sharp_yuv"] = found.sharp_yuv;
  report["progressive"] = found.progressive;
  write_search(report, found);
  return report;
}

py::dict report_of(const limen::Comparison& comparison) {
  py::dict report;
  report["score"] = comparison.score.value;
  report["worst_block"] = comparison.worst_block.value;
  report["worst_block_at"] = box_of(comparison.worst_block_at);
  return report;
}

}  // namespace limen_python
