// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "html.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/color/icc.h"
#include "limen/compose/extend.h"
#include "limen/core/image.h"
#include "limen/pipeline/accept.h"
#include "limen/quality/heatmap.h"
#include "limen/quality/ssimulacra2.h"
#include "limen/resample/resize.h"
#include "picture.h"

namespace cli {

namespace {

using limen::Rect;
using limen::Size;

// Pictures of up to this many pixels are shown whole, of larger ones a window of this size, which
// takes some 0.5 MB without loss.
constexpr std::uint64_t kWholePixels = 420'000;
constexpr Size kWindow = {720, 480};
constexpr std::int32_t kOverviewSide = 460;

// As large as the picture allows, around the middle of `focus`.
Rect window_around(const Rect& focus, Size picture) {
  if (area(picture) <= kWholePixels) return whole(picture);
  const auto along = [](std::int32_t at, std::int32_t length, std::int32_t wanted,
                        std::int32_t full) {
    const std::int32_t side = std::min(wanted, full);
    return std::pair(std::clamp(at + length / 2 - side / 2, 0, full - side), side);
  };
  const auto [x, width] = along(focus.x, focus.width, kWindow.width, picture.width);
  const auto [y, height] = along(focus.y, focus.height, kWindow.height, picture.height);
  return {x, y, width, height};
}

// True where a browser shows the file's own pixels: 8 bits, sRGB, as stored.
bool is_plain(const limen::ImageInfo& info) {
  const limen::Layout layout = info.has_alpha ? limen::Layout::rgba : limen::Layout::rgb;
  const auto color = limen::plan_srgb(info.color, layout);
  const bool is_ink =
      info.model == limen::ColorModel::cmyk || info.model == limen::ColorModel::ycck;
  return info.bit_depth == 8 && !is_ink && info.frames == 1 && info.color.icc.empty() &&
         info.orientation == limen::Orientation::top_left && color &&
         color->action == limen::ColorAction::none;
}

limen::Result<std::string> encoded_url(const limen::ConstImageView& picture,
                                       const limen::EncodeOptions& options,
                                       const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::Bytes bytes, limen::encode(picture, options, execution));
  return data_url(mime_type(options.format), bytes);
}

// The window's pixels as they are: in the file itself where it is small, else coded without loss.
limen::Result<std::string> exact_url(limen::ByteView file, const limen::ConstImageView& picture,
                                     const Rect& window, const limen::Limits& limits,
                                     const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(file, limits));
  const bool is_whole = window == whole(picture.size);
  if (is_whole && is_plain(info) && file.size() < area(picture.size)) {
    return data_url(mime_type(info.format), file);
  }
  return encoded_url(subview(picture, window),
                     {.format = limen::Format::webp, .mode = limen::Lossless{}, .effort = 3},
                     execution);
}

// The whole heat map, reduced, with a frame where the window lies.
limen::Result<std::string> overview(const limen::ConstImageView& map, const Rect& window,
                                    const limen::Execution& execution) {
  const double scale =
      std::min(1.0, static_cast<double>(kOverviewSide) / std::max(map.size.width, map.size.height));
  const auto reduced = [&](std::int32_t side) {
    return std::max(1, static_cast<std::int32_t>(side * scale + 0.5));
  };
  const Size size = {reduced(map.size.width), reduced(map.size.height)};
  LIMEN_ASSIGN(limen::Image small, limen::Image::create(size, map.format, execution.workspace));
  LIMEN_TRY(limen::resize(map, small.view(), {.filter = limen::Filter::box}, execution));
  LIMEN_ASSIGN(const std::string url,
               encoded_url(small.const_view(),
                           {.format = limen::Format::webp, .mode = limen::Quality{75}}, execution));
  const auto per_cent = [](std::int32_t part, std::int32_t full) {
    return std::to_string(100.0 * part / full) + "%";
  };
  return "<figure class=\"overview\"><div><img src=\"" + url + "\" width=\"" +
         std::to_string(size.width) + "\" height=\"" + std::to_string(size.height) +
         "\" alt=\"Heat map of the whole picture\"><i style=\"left:" +
         per_cent(window.x, map.size.width) + ";top:" + per_cent(window.y, map.size.height) +
         ";width:" + per_cent(window.width, map.size.width) +
         ";height:" + per_cent(window.height, map.size.height) +
         "\"></i></div><figcaption>Heat map of the whole; the black frame is the window shown, "
         "the blue one the worst block.</figcaption></figure>\n";
}

std::string image(std::string_view name, const std::string& url, std::string_view about) {
  return "<img class=\"" + std::string(name) + "\" src=\"" + url + "\" alt=\"" +
         std::string(about) + "\" loading=\"lazy\" draggable=\"false\">\n";
}

std::string swap(Size size, const std::string& before, const std::string& after,
                 const std::string& map) {
  return "<div class=\"swap\" data-shown=\"after\">\n<div class=\"controls\">"
         "<button data-show=\"before\">Original</button><button data-show=\"after\">Result</button>"
         "<button data-show=\"map\">Heat map</button><button data-flicker>Flicker</button>"
         "<label>Split <input type=\"range\" min=\"0\" max=\"100\" value=\"0\"></label>"
         "<label>Zoom <select><option>1</option><option>2</option><option>4</option></select>"
         "</label></div>\n<div class=\"frame\"><div class=\"stage\" tabindex=\"0\" data-width=\"" +
         std::to_string(size.width) + "\" data-height=\"" + std::to_string(size.height) +
         "\" style=\"width:" + std::to_string(size.width) +
         "px;height:" + std::to_string(size.height) + "px\">\n" +
         image("before", before, "Original") + image("after", after, "Result") +
         image("map", map, "Heat map") + "</div></div>\n</div>\n";
}

}  // namespace

limen::Result<std::string> report_pictures(limen::ByteView before, limen::ByteView after,
                                           const limen::Limits& limits,
                                           const limen::Execution& execution) {
  limen::DecodeOptions options;
  options.limits = limits;
  LIMEN_ASSIGN(limen::Image original, upright_srgb(before, options, execution));
  LIMEN_ASSIGN(const limen::Image result, upright_srgb(after, options, execution));
  if (original.format().has_alpha() && !result.format().has_alpha()) {
    // What the result was made of: JPEG has no transparency, so it was laid on white.
    LIMEN_ASSIGN(original, limen::flatten(original.view(), {255, 255, 255}, execution));
  }
  Rect window;
  const auto draw_map = [&]() -> limen::Result<limen::Image> {
    LIMEN_ASSIGN(const limen::Ssimulacra2 prepared,
                 limen::Ssimulacra2::prepare(original.view(), execution));
    LIMEN_ASSIGN(const limen::ErrorMap errors,
                 limen::map_errors(prepared, result.view(), execution));
    window = window_around(errors.comparison.worst_block_at, original.size());
    return limen::heatmap(errors, original.view(), execution);
  };
  LIMEN_ASSIGN(const limen::Image map, draw_map());
  LIMEN_ASSIGN(const std::string before_url,
               exact_url(before, original.view(), window, limits, execution));
  LIMEN_ASSIGN(const std::string after_url,
               exact_url(after, result.view(), window, limits, execution));
  LIMEN_ASSIGN(const std::string map_url,
               encoded_url(subview(map.view(), window),
                           {.format = limen::Format::webp, .mode = limen::Quality{70}}, execution));
  std::string html = swap(size_of(window), before_url, after_url, map_url);
  if (window != whole(original.size())) {
    LIMEN_ASSIGN(const std::string reduced, overview(map.view(), window, execution));
    html += reduced;
  }
  return html;
}

}  // namespace cli
