// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures that tests make for themselves: the same on every machine.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <numbers>
#include <vector>

#include "limen/core/image.h"

namespace limen::test {

/// A small generator with a fixed sequence (xorshift64*, Vigna 2016).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull + 1) {}
  std::uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545F4914F6CDD1Dull;
  }
  /// 0 to bound - 1.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>((next() >> 33) % bound);
  }
  double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }

 private:
  std::uint64_t state_;
};

/// Sets one sample from a value of 0 to 1.
inline void set_sample(const ImageView& view, std::int32_t x, std::int32_t y, int channel,
                       double value) {
  const int index = x * view.format.channels() + channel;
  switch (view.format.sample) {
    case SampleType::u8:
      view.row_as<std::uint8_t>(y)[index] = static_cast<std::uint8_t>(std::lround(value * 255));
      break;
    case SampleType::u16:
      view.row_as<std::uint16_t>(y)[index] = static_cast<std::uint16_t>(std::lround(value * 65535));
      break;
    case SampleType::f32:
      view.row_as<float>(y)[index] = static_cast<float>(value);
      break;
  }
}

/// One sample, 0 to 1 for integers.
inline double get_sample(const ConstImageView& view, std::int32_t x, std::int32_t y, int channel) {
  const int index = x * view.format.channels() + channel;
  switch (view.format.sample) {
    case SampleType::u8:
      return view.row_as<std::uint8_t>(y)[index] / 255.0;
    case SampleType::u16:
      return view.row_as<std::uint16_t>(y)[index] / 65535.0;
    case SampleType::f32:
      return view.row_as<float>(y)[index];
  }
  return 0;
}

/// Each sample from value(x, y, channel), 0 to 1.
template <class Value>
Image make_picture(Size size, PixelFormat format, Value value) {
  auto image = Image::create(size, format);
  if (!image) std::abort();  // a test asked for more than the machine has
  for (std::int32_t y = 0; y < size.height; ++y) {
    for (std::int32_t x = 0; x < size.width; ++x) {
      for (int c = 0; c < format.channels(); ++c) {
        set_sample(image->view(), x, y, c, value(x, y, c));
      }
    }
  }
  return *std::move(image);
}

/// Every sample independent: what a filter finds hardest to average.
inline Image noise(Size size, PixelFormat format, std::uint64_t seed = 1) {
  Random random(seed);
  return make_picture(size, format, [&](auto, auto, auto) { return random.unit(); });
}

/// Rings that grow finer outwards up to the Nyquist frequency, phase-shifted per channel.
inline Image zone_plate(Size size, PixelFormat format) {
  const double scale = std::numbers::pi / (2.0 * std::max(size.width, size.height));
  return make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
    const double dx = x - size.width / 2.0;
    const double dy = y - size.height / 2.0;
    return 0.5 + 0.5 * std::cos(2 * scale * (dx * dx + dy * dy) + c);
  });
}

/// Bars and blocks of black and white: the largest overshoot.
inline Image hard_edges(Size size, PixelFormat format) {
  return make_picture(size, format, [](std::int32_t x, std::int32_t y, int c) {
    return ((x / 7 + y / 5 + c) % 2 == 0) ? 1.0 : 0.0;
  });
}

/// A screen: panes of one colour, full of letters that come again and again, crisp and coloured.
inline Image screen(Size size, PixelFormat format, std::uint64_t seed = 1) {
  constexpr std::int32_t kWide = 6;
  constexpr std::int32_t kHigh = 10;
  Random random(seed);
  std::uint64_t letters[16];
  for (std::uint64_t& letter : letters) letter = random.next() & random.next();
  const std::int32_t across = size.width / kWide + 1;
  std::vector<std::uint32_t> text(static_cast<std::size_t>(across * (size.height / kHigh + 1)));
  for (std::uint32_t& letter : text) letter = random.below(24);  // from 16 on: a blank
  return make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
    if (format.has_alpha() && c == format.channels() - 1) return 1.0;
    const bool is_dark = x / 150 % 3 == 0;
    const std::uint32_t letter = text[static_cast<std::size_t>(y / kHigh * across + x / kWide)];
    const std::int32_t row = y % kHigh;
    const std::int32_t column = x % kWide;
    const bool is_ink =
        letter < 16 && row < 8 && column < 5 && (letters[letter] >> (row * 5 + column) & 1) != 0;
    if (is_ink) return letter % 4 == 0 ? 0.9 - 0.4 * c : is_dark ? 0.95 : 0.05;
    return is_dark ? 0.15 + 0.05 * c : 0.96;
  });
}

/// Smooth shapes with some grain, photograph-like enough for codecs.
inline Image scene(Size size, PixelFormat format, std::uint64_t seed = 1) {
  Random random(seed);
  return make_picture(size, format, [&](std::int32_t x, std::int32_t y, int c) {
    if (format.has_alpha() && c == format.channels() - 1) {
      return std::min(1.0, 2.0 * (x + 0.5) / size.width);
    }
    const double u = static_cast<double>(x) / size.width;
    const double v = static_cast<double>(y) / size.height;
    const double disc = std::hypot(u - 0.5, v - 0.4) < 0.25 ? 0.25 : 0.0;
    const double value = 0.4 + 0.2 * std::sin(7 * u + c) + 0.15 * std::cos(9 * v - c) + disc +
                         0.03 * (random.unit() - 0.5);
    return std::min(1.0, std::max(0.0, value));
  });
}

}  // namespace limen::test
