// SPDX-License-Identifier: Apache-2.0
#include "picture_element.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "html.h"
#include "limen/pipeline/accept.h"

namespace cli {

namespace {

// A file's name as a part of a URL in a srcset, where space and comma separate.
std::string url_of(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/:@!$&'()*+;=";
  std::string result;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      result += c;
    } else {
      std::array<char, 4> code;
      std::snprintf(code.data(), code.size(), "%%%02X", static_cast<unsigned char>(c));
      result += code.data();
    }
  }
  return result;
}

std::string srcset(const std::vector<SetFile>& files, limen::Format format) {
  std::string text;
  for (const SetFile& file : files) {
    if (file.format != format) continue;
    if (!text.empty()) text += ", ";
    text += url_of(file.url) + " " + std::to_string(file.size.width) + "w";
  }
  return text;
}

}  // namespace

std::string picture_element(const std::vector<SetFile>& files, const PictureElement& options) {
  const std::string sizes = " sizes=\"" + escaped(options.sizes) + "\"";
  // What every browser shows comes last; of the others, the smaller files first.
  constexpr std::array kPreference = {limen::Format::avif, limen::Format::webp, limen::Format::jpeg,
                                      limen::Format::png};
  std::vector<limen::Format> formats;
  for (const limen::Format format : kPreference) {
    for (const SetFile& file : files) {
      if (file.format == format) {
        formats.push_back(format);
        break;
      }
    }
  }
  std::string html = "<picture>\n";
  for (std::size_t i = 0; i + 1 < formats.size(); ++i) {
    html += "  <source type=\"" + std::string(limen::mime_type(formats[i])) + "\" srcset=\"" +
            escaped(srcset(files, formats[i])) + "\"" + sizes + ">\n";
  }
  const limen::Format last = formats.back();
  const SetFile& largest = *std::ranges::max_element(files, {}, [last](const SetFile& file) {
    return std::pair(file.format == last, file.size.width);
  });
  html += "  <img src=\"" + escaped(url_of(largest.url)) + "\" srcset=\"" +
          escaped(srcset(files, last)) + "\"" + sizes + " width=\"" +
          std::to_string(largest.size.width) + "\" height=\"" +
          std::to_string(largest.size.height) + "\" alt=\"" + escaped(options.alt) +
          "\" loading=\"lazy\"";
  if (options.placeholder) {
    const limen::Color color = options.placeholder->average;
    std::array<char, 8> average;
    std::snprintf(average.data(), average.size(), "#%02x%02x%02x", color.red, color.green,
                  color.blue);
    html += " style=\"background: " + std::string(average.data()) + " url(" +
            escaped(options.placeholder->data_uri) + ") center / cover\"";
  }
  return html + ">\n</picture>\n";
}

}  // namespace cli
