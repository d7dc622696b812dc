// SPDX-License-Identifier: Apache-2.0
#pragma once

// Outputs of resize() over a list of cases, as one number each: equal on every instruction set.
// This file is compiled for several of them, so all of it has internal linkage.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "limen/core/image.h"
#include "limen/resample/resize.h"

namespace limen::test {
namespace {

/// FNV-1a over the samples, without padding.
std::uint64_t hash_of(const ConstImageView& view) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    const std::byte* row = view.row(y);
    for (std::size_t i = 0; i < row_bytes(view.size, view.format); ++i) {
      hash = (hash ^ static_cast<std::uint64_t>(row[i])) * 0x100000001B3u;
    }
  }
  return hash;
}

/// Blocks of noise and of black and white, from integers alone.
Image hash_picture(Size size, PixelFormat format) {
  auto image = Image::create(size, format);
  if (!image.has_value()) return {};
  std::uint64_t state = 0x9E3779B97F4A7C15u;
  for (std::int32_t y = 0; y < size.height; ++y) {
    for (std::int32_t i = 0; i < size.width * format.channels(); ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      std::uint32_t value = static_cast<std::uint32_t>(state >> 48);
      if ((i / 24 + y / 8) % 3 == 0) value = value >= 32768 ? 65535 : 0;
      switch (format.sample) {
        case SampleType::u8:
          image->view().row_as<std::uint8_t>(y)[i] = static_cast<std::uint8_t>(value >> 8);
          break;
        case SampleType::u16:
          image->view().row_as<std::uint16_t>(y)[i] = static_cast<std::uint16_t>(value);
          break;
        case SampleType::f32:
          image->view().row_as<float>(y)[i] = static_cast<float>(value) / 65536;
          break;
      }
    }
  }
  return *std::move(image);
}

std::vector<std::pair<std::string, std::uint64_t>> hash_cases() {
  constexpr Size kSizes[][2] = {
      {{1, 1}, {5, 3}},        {{61, 47}, {1, 1}},      {{61, 47}, {19, 13}},
      {{61, 47}, {130, 97}},   {{61, 47}, {60, 48}},    {{61, 47}, {62, 11}},
      {{61, 47}, {7, 101}},    {{200, 90}, {150, 75}},  {{61, 47}, {61, 20}},
      {{61, 47}, {20, 47}},    {{5000, 3}, {2, 3}},     {{3, 5000}, {5, 2}},
      {{1300, 10}, {1040, 8}}, {{1300, 10}, {1213, 9}}, {{900, 10}, {450, 5}},
      {{333, 24}, {208, 15}},  {{29, 31}, {23, 25}},    {{70, 331}, {31, 57}}};
  std::vector<std::pair<std::string, std::uint64_t>> hashes;
  const auto add = [&](Size from, Size to, PixelFormat format, const ResizeOptions& options) {
    const Image source = hash_picture(from, format);
    auto target = Image::create(to, format);
    const bool done =
        target.has_value() && resize(source.const_view(), target->view(), options).has_value();
    const std::string label =
        std::to_string(from.width) + "x" + std::to_string(from.height) + "-" +
        std::to_string(to.width) + "x" + std::to_string(to.height) + "-" +
        std::string(name(options.filter)) + "-" + std::to_string(static_cast<int>(format.sample)) +
        std::to_string(static_cast<int>(format.layout)) +
        std::to_string(static_cast<int>(format.alpha)) + (options.linear_light ? "-linear" : "") +
        (options.source ? "-window" : "");
    hashes.emplace_back(label, done ? hash_of(target->const_view()) : 0);
  };
  constexpr PixelFormat kFormats[] = {gray8,
                                      gray_alpha8,
                                      rgb8,
                                      rgba8,
                                      cmyk8,
                                      gray16,
                                      gray_alpha16,
                                      rgb16,
                                      rgba16,
                                      gray_f32,
                                      rgb_f32,
                                      rgba_f32,
                                      {SampleType::u8, Layout::rgba, AlphaMode::premultiplied}};
  for (const auto& size : kSizes) {
    for (const PixelFormat format : kFormats) {
      for (const Filter filter :
           {Filter::nearest, Filter::box, Filter::triangle, Filter::mitchell, Filter::lanczos3}) {
        add(size[0], size[1], format, {.filter = filter});
      }
      add(size[0], size[1], format, {.linear_light = true});
      const RectF window{size[0].width * 0.21, size[0].height * 0.13, size[0].width * 0.5,
                         size[0].height * 0.71};
      add(size[0], size[1], format, {.filter = Filter::lanczos2, .source = window});
    }
  }
  // Almost any color with almost any alpha.
  add({512, 384}, {128, 90}, rgba8, {});
  return hashes;
}

}  // namespace
}  // namespace limen::test
