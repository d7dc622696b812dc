// SPDX-License-Identifier: Apache-2.0
// responsive PHOTO MARK FOLDER: five widths with a watermark, nothing lost that can be seen.
#include <fstream>
#include <iostream>
#include <iterator>
#include <limen/limen.hpp>

limen::Bytes read_file(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const limen::ByteView bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const limen::Bytes photo = read_file(argv[1]), mark = read_file(argv[2]);
  const limen::NamedPicture picture{.name = "mark", .picture = limen::ByteView(mark)};
  std::vector<limen::Recipe> recipes;
  for (const int width : {160, 320, 480, 640, 960}) {
    recipes.push_back({.width = width,
                       .fit = limen::Fit::inside,
                       .marks = {{.name = "mark",
                                  .gravity = limen::Compass::southeast,
                                  .of_output = 0.2,
                                  .pad_x = {16},
                                  .pad_y = {16},
                                  .opacity = 0.6}},
                       .format = limen::Format::jpeg});
  }
  const auto variants = limen::transform(photo, recipes, {.pictures = std::span(&picture, 1)});
  if (!variants) return std::cerr << variants.error().message << "\n", 1;
  for (std::size_t i = 0; i < recipes.size(); ++i) {
    const std::string name = "/" + std::to_string(recipes[i].width) + ".jpg";
    std::ofstream file(argv[3] + name, std::ios::binary);
    const auto* bytes = reinterpret_cast<const char*>((*variants)[i].bytes.data());
    file.write(bytes, static_cast<std::streamsize>((*variants)[i].bytes.size()));
  }
}
