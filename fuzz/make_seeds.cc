// SPDX-License-Identifier: Apache-2.0
// `make_seeds FOLDER`: small pictures in every format and mode that limen writes, one file each.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>

#include "limen/codec/encode.h"
#include "limen/core/image.h"

namespace {

limen::Image picture(limen::Size size, limen::PixelFormat format) {
  auto image = limen::Image::create(size, format);
  if (!image.has_value()) std::abort();
  for (std::int32_t y = 0; y < size.height; ++y) {
    auto* row = reinterpret_cast<std::uint8_t*>(image->view().row(y));
    for (std::size_t i = 0; i < limen::row_bytes(size, format); ++i) {
      row[i] = static_cast<std::uint8_t>(i * 7 + static_cast<std::size_t>(y * y));
    }
  }
  return *std::move(image);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::filesystem::path folder = argv[1];
  int count = 0;
  for (const auto format :
       {limen::Format::jpeg, limen::Format::png, limen::Format::webp, limen::Format::avif}) {
    std::filesystem::create_directories(folder / limen::name(format));
    for (const auto pixels : {limen::gray8, limen::gray_alpha8, limen::rgb8, limen::rgba8}) {
      for (const auto& mode :
           {std::variant<limen::Quality, limen::Lossless, limen::NearLossless>(limen::Quality{60}),
            {limen::Lossless{}}}) {
        for (const bool progressive : {false, true}) {
          limen::EncodeOptions options;
          options.format = format;
          options.mode = mode;
          options.progressive = progressive;
          options.effort = 1;
          const auto bytes = limen::encode(picture({19, 13}, pixels).view(), options);
          if (!bytes.has_value()) continue;  // e.g. lossless JPEG
          std::ofstream file(folder / limen::name(format) / std::to_string(count++),
                             std::ios::binary);
          file.write(reinterpret_cast<const char*>(bytes->data()),
                     static_cast<std::streamsize>(bytes->size()));
        }
      }
    }
  }
  std::printf("%d seeds\n", count);
  return 0;
}
