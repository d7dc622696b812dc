// SPDX-License-Identifier: Apache-2.0
#pragma once

// The pictures that the search is measured on: a folder's files, and JPEGs of them.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "lib/quality/search_sample.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/core/image.h"
#include "limen/resample/resize.h"

namespace limen::bench {

/// Ends the program with an error's message.
template <class T>
T required(Result<T> result, const std::string& what) {
  if constexpr (std::is_void_v<T>) {
    if (result.has_value()) return;
  } else {
    if (result.has_value()) return *std::move(result);
  }
  std::fprintf(stderr, "%s: %s\n", what.c_str(), result.error().message.c_str());
  std::exit(1);
}

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

/// "original", or a JPEG of it that is then the picture: "q92-420", "q75-444", …; for more pictures
/// to fit to, "half" and "quarter" of each side and "crop0" to "crop3", windows of 768 by 512;
/// "sample", what the search tries beforehand.
struct Source {
  std::string name = "original";
  std::optional<EncodeOptions> derived;
  int divisor = 1;
  int crop = -1;
  bool is_sample = false;
};

inline Source source_named(const std::string& name) {
  Source source;
  source.name = name;
  int quality = 0;
  int chroma = 0;
  if (std::sscanf(name.c_str(), "q%d-%d", &quality, &chroma) == 2) {
    source.derived = EncodeOptions{
        .mode = Quality{static_cast<float>(quality)},
        .chroma = chroma == 444 ? ChromaSubsampling::yuv444 : ChromaSubsampling::yuv420};
  } else if (name == "half" || name == "quarter") {
    source.divisor = name == "half" ? 2 : 4;
  } else if (name == "sample") {
    source.is_sample = true;
  } else if (std::sscanf(name.c_str(), "crop%d", &source.crop) == 1) {
  } else if (name != "original") {
    std::fprintf(stderr, "no source is named %s\n", name.c_str());
    std::exit(2);
  }
  return source;
}

/// Files of the folder and those below it, by name, the smallest pictures first.
struct Listed {
  std::filesystem::path path;
  std::string name;
  std::uint64_t pixels = 0;
};

inline std::vector<Listed> list_pictures(const std::filesystem::path& folder,
                                         std::uint64_t most_pixels) {
  std::vector<Listed> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const auto info = probe(read_file(entry.path()));
    if (!info || area(info->size) > most_pixels) continue;
    found.push_back(
        {entry.path(), entry.path().lexically_relative(folder).generic_string(), area(info->size)});
  }
  std::sort(found.begin(), found.end(), [](const Listed& a, const Listed& b) {
    return a.pixels != b.pixels ? a.pixels < b.pixels : a.name < b.name;
  });
  return found;
}

inline Image load(const Listed& listed, const Source& source) {
  Image picture = required(decode(read_file(listed.path)), listed.name).image;
  const Size size = picture.size();
  if (source.divisor > 1) {
    const Size less{std::max(1, size.width / source.divisor),
                    std::max(1, size.height / source.divisor)};
    Image reduced = required(Image::create(less, picture.format()), listed.name);
    required(resize(picture.view(), reduced.view(), {}), listed.name);
    return reduced;
  }
  if (source.is_sample) {
    auto sample = required(search::sample_of(picture.const_view(), {}), listed.name);
    return sample ? std::move(*sample) : std::move(picture);
  }
  if (source.crop >= 0) {
    const Size part{std::min(size.width, 768), std::min(size.height, 512)};
    const Rect at{(size.width - part.width) * (source.crop % 2 + 1) / 3,
                  (size.height - part.height) * (source.crop / 2 % 2 + 1) / 3, part.width,
                  part.height};
    Image cut = required(Image::create(part, picture.format()), listed.name);
    copy_pixels(subview(picture.const_view(), at), cut.view());
    return cut;
  }
  if (!source.derived) return picture;
  const Bytes file = required(encode(picture.view(), *source.derived), listed.name);
  return required(decode(file), listed.name).image;
}

/// Calls option(name, value) for each "--name value" and returns the other arguments.
template <class Option>
std::vector<std::string> parse_arguments(int count, char** values, const Option& option) {
  std::vector<std::string> plain;
  for (int i = 1; i < count; ++i) {
    const std::string name = values[i];
    if (name.rfind("--", 0) != 0) {
      plain.push_back(name);
    } else {
      option(name, i + 1 < count ? std::string(values[++i]) : std::string());
    }
  }
  return plain;
}

inline std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const std::size_t end = std::min(text.find(at, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace limen::bench
