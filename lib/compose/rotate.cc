// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/rotate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>

#include "lib/compose/arguments.h"
#include "lib/compose/samples.h"
#include "limen/compose/orient.h"

namespace limen::inline LIMEN_ABI {

namespace {

using compose::kMost;

// Positions are integers from here on, so that a last bit of a sine that differs between machines
// moves nothing: sines have kAngleBits, positions kPositionBits because they are counted from the
// middle in half pixels. A side of 2^31 still leaves two bits.
constexpr int kAngleBits = 28;
constexpr int kPositionBits = kAngleBits + 1;
constexpr std::int64_t kPixel = std::int64_t{1} << kPositionBits;

// Of a position, what chooses the weights; of a weight, 1 is 2^14.
constexpr int kPhaseBits = 10;
constexpr int kWeightBits = 14;

using Weights = std::array<std::int32_t, 4>;

// Keys' cubic convolution with a = -1/2, which is Catmull and Rom's spline (R. Keys, Cubic
// Convolution Interpolation for Digital Image Processing, 1981): weights of the pixels at -1, 0, 1
// and 2 for a position `t` of 0 to 1 between the middle two.
Weights catmull_rom(double t) {
  const double exact[4] = {
      ((-0.5 * t + 1.0) * t - 0.5) * t,
      (1.5 * t - 2.5) * t * t + 1.0,
      ((-1.5 * t + 2.0) * t + 0.5) * t,
      (0.5 * t - 0.5) * t * t,
  };
  Weights weights;
  std::int32_t rest = 1 << kWeightBits;
  for (std::size_t i = 0; i < 4; ++i) {
    weights[i] = static_cast<std::int32_t>(std::lround(exact[i] * (1 << kWeightBits)));
    rest -= weights[i];
  }
  weights[t < 0.5 ? 1 : 2] += rest;  // the largest bears the rounding: the sum is exact
  return weights;
}

using WeightTable = std::array<Weights, std::size_t{1} << kPhaseBits>;

WeightTable make_weights() {
  WeightTable table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    table[i] = catmull_rom(static_cast<double>(i) / static_cast<double>(table.size()));
  }
  return table;
}

// The angle from 0 to 360, and the orientation for which it is a whole number of quarter turns.
double full_turn(double degrees) {
  const double rest = std::fmod(degrees, 360.0);
  return rest < 0 ? rest + 360.0 : rest;
}

std::optional<Orientation> quarter_turns(double degrees) {
  const double turn = full_turn(degrees);
  if (turn == 0 || turn == 360) return Orientation::top_left;
  if (turn == 90) return Orientation::left_bottom;
  if (turn == 180) return Orientation::bottom_right;
  if (turn == 270) return Orientation::right_top;
  return std::nullopt;
}

double radians(double degrees) { return full_turn(degrees) * (std::numbers::pi / 180); }

// A premultiplied pixel in doubles: colour times alpha and alpha, both 0 to the largest sample.
struct Mixed {
  double color[3];
  double alpha;
};

template <class Sample, int Channels>
class Sampler {
 public:
  static constexpr bool kAlpha = Channels % 2 == 0;
  static constexpr int kColors = Channels >= 3 ? 3 : 1;
  static constexpr double kFull = kMost<Sample>;
  // Products of colour and alpha take twice a sample's bits.
  using Sum = std::conditional_t<kAlpha && sizeof(Sample) == 2, std::int64_t, std::int32_t>;

  Sampler(const ConstImageView& source, const WeightTable& weights)
      : source_(source), weights_(weights) {}

  // The source at a position in pixels << kPositionBits; edge pixels go on beyond the edges.
  Mixed at(std::int64_t x, std::int64_t y) const {
    std::int64_t sum[Channels] = {};
    add_up(x, y, sum);
    return mixed(sum);
  }

  // The same for a source without alpha, as samples: to those that at() comes to.
  void write(std::int64_t x, std::int64_t y, Sample* to) const {
    std::int64_t sum[Channels] = {};
    add_up(x, y, sum);
    for (int c = 0; c < Channels; ++c) {
      const std::int64_t rounded =
          (sum[c] + (std::int64_t{1} << (2 * kWeightBits - 1))) >> (2 * kWeightBits);
      to[c] = static_cast<Sample>(std::clamp<std::int64_t>(rounded, 0, kMost<Sample>));
    }
  }

 private:
  void add_up(std::int64_t x, std::int64_t y, std::int64_t* sum) const {
    std::int64_t first_x;
    std::int64_t first_y;
    const Weights& along = phase_of(x, first_x);
    const Weights& down = phase_of(y, first_y);
    const std::int64_t last_column = source_.size.width - 1;
    const std::int64_t last_row = source_.size.height - 1;
    if (first_x >= 0 && first_y >= 0 && first_x + 3 <= last_column && first_y + 3 <= last_row) {
      for (int j = 0; j < 4; ++j) {
        const Sample* pixel = source_.row_as<Sample>(static_cast<std::int32_t>(first_y + j)) +
                              static_cast<std::ptrdiff_t>(first_x) * Channels;
        add_row(pixel, pixel + Channels, pixel + 2 * Channels, pixel + 3 * Channels, along,
                down[static_cast<std::size_t>(j)], sum);
      }
      return;
    }
    std::ptrdiff_t columns[4];
    for (int i = 0; i < 4; ++i) {
      columns[i] =
          static_cast<std::ptrdiff_t>(std::clamp<std::int64_t>(first_x + i, 0, last_column)) *
          Channels;
    }
    for (int j = 0; j < 4; ++j) {
      const auto* row = source_.row_as<Sample>(
          static_cast<std::int32_t>(std::clamp<std::int64_t>(first_y + j, 0, last_row)));
      add_row(row + columns[0], row + columns[1], row + columns[2], row + columns[3], along,
              down[static_cast<std::size_t>(j)], sum);
    }
  }

  static void add_row(const Sample* a, const Sample* b, const Sample* c, const Sample* d,
                      const Weights& along, std::int32_t down, std::int64_t* sum) {
    Sum line[Channels] = {};
    add(a, along[0], line);
    add(b, along[1], line);
    add(c, along[2], line);
    add(d, along[3], line);
    for (int i = 0; i < Channels; ++i) sum[i] += std::int64_t{line[i]} * down;
  }

  const Weights& phase_of(std::int64_t position, std::int64_t& first) const {
    constexpr int kShift = kPositionBits - kPhaseBits;
    // From pixel centres, which lie half a pixel in, rounded to the nearest phase.
    const std::int64_t phases =
        (position - kPixel / 2 + (std::int64_t{1} << (kShift - 1))) >> kShift;
    first = (phases >> kPhaseBits) - 1;
    return weights_[static_cast<std::size_t>(phases & ((1 << kPhaseBits) - 1))];
  }

  static void add(const Sample* pixel, std::int32_t weight, Sum* line) {
    if constexpr (kAlpha) {
      const Sum alpha = pixel[Channels - 1];
      for (int c = 0; c < kColors; ++c) line[c] += pixel[c] * alpha * weight;
      line[Channels - 1] += alpha * weight;
    } else {
      for (int c = 0; c < Channels; ++c) line[c] += static_cast<Sum>(pixel[c]) * weight;
    }
  }

  // Overshoot of the negative weights is cut off: alpha to its range, colour to its alpha.
  static Mixed mixed(const std::int64_t* sum) {
    constexpr double kUnit = 1.0 / (std::int64_t{1} << (2 * kWeightBits));
    Mixed result;
    result.alpha =
        kAlpha ? std::clamp(static_cast<double>(sum[Channels - 1]) * kUnit, 0.0, kFull) : kFull;
    for (int c = 0; c < kColors; ++c) {
      const double color = static_cast<double>(sum[c]) * kUnit;
      result.color[c] = std::clamp(kAlpha ? color / kFull : color, 0.0, result.alpha);
    }
    for (int c = kColors; c < 3; ++c) result.color[c] = result.color[0];
    return result;
  }

  const ConstImageView& source_;
  const WeightTable& weights_;
};

template <class Sample>
Mixed mixed_background(Color color) {
  constexpr double kFull = kMost<Sample>;
  const double alpha = compose::widen<Sample>(color.alpha);
  const auto times_alpha = [&](std::uint8_t value) {
    return compose::widen<Sample>(value) * alpha / kFull;
  };
  return {{times_alpha(color.red), times_alpha(color.green), times_alpha(color.blue)}, alpha};
}

template <class Sample>
void write_pixel(const Mixed& pixel, int channels, Sample* to) {
  constexpr double kFull = kMost<Sample>;
  const auto rounded = [&](double value) {
    return static_cast<Sample>(std::clamp(value, 0.0, kFull) + 0.5);
  };
  const double scale = pixel.alpha < 0.5 ? 0 : kFull / pixel.alpha;
  const int colors = channels >= 3 ? 3 : 1;
  for (int c = 0; c < colors; ++c) to[c] = rounded(pixel.color[c] * scale);
  if (channels > colors) to[channels - 1] = rounded(pixel.alpha);
}

// How much of a pixel's width around `position` lies on the source's side of `length` pixels.
std::int64_t covered(std::int64_t position, std::int32_t length) {
  const std::int64_t past = std::min(position + kPixel / 2, length * kPixel);
  return std::clamp<std::int64_t>(past - std::max<std::int64_t>(position - kPixel / 2, 0), 0,
                                  kPixel);
}

template <class Sample, int Channels>
Result<void> turn(const ConstImageView& source, const ImageView& target, double degrees,
                  Color background, const Execution& execution) {
  const WeightTable weights = make_weights();
  const Sampler<Sample, Channels> sampler(source, weights);
  const Mixed around = mixed_background<Sample>(background);
  const auto outside = compose::pixel_of<Sample>(background, target.format);
  const auto cosine =
      static_cast<std::int64_t>(std::llround(std::cos(radians(degrees)) * (1 << kAngleBits)));
  const auto sine =
      static_cast<std::int64_t>(std::llround(std::sin(radians(degrees)) * (1 << kAngleBits)));
  const int channels = target.format.channels();
  constexpr double kUnit = 1.0 / kPixel;
  for (std::int32_t y = 0; y < target.size.height; ++y) {
    if (compose::should_stop(execution, y)) return cancelled();
    // Half pixels from the canvas's middle, turned back clockwise (y points down).
    const std::int64_t down = 2 * std::int64_t{y} + 1 - target.size.height;
    const std::int64_t across = 1 - std::int64_t{target.size.width};
    std::int64_t from_x = across * cosine - down * sine + source.size.width * (kPixel / 2);
    std::int64_t from_y = across * sine + down * cosine + source.size.height * (kPixel / 2);
    Sample* to = target.row_as<Sample>(y);
    for (std::int32_t x = 0; x < target.size.width;
         ++x, to += channels, from_x += 2 * cosine, from_y += 2 * sine) {
      const std::int64_t covered_x = covered(from_x, source.size.width);
      const std::int64_t covered_y = covered_x == 0 ? 0 : covered(from_y, source.size.height);
      if (covered_y == 0) {
        std::copy_n(outside.data(), channels, to);
        continue;
      }
      const bool is_whole = covered_x == kPixel && covered_y == kPixel;
      if constexpr (!Sampler<Sample, Channels>::kAlpha) {
        if (is_whole && channels == Channels) {
          sampler.write(from_x, from_y, to);
          continue;
        }
      }
      Mixed pixel = sampler.at(from_x, from_y);
      if (!is_whole) {
        const double share =
            (static_cast<double>(covered_x) * kUnit) * (static_cast<double>(covered_y) * kUnit);
        for (int c = 0; c < 3; ++c) {
          pixel.color[c] = around.color[c] + (pixel.color[c] - around.color[c]) * share;
        }
        pixel.alpha = around.alpha + (pixel.alpha - around.alpha) * share;
      }
      write_pixel(pixel, channels, to);
    }
  }
  return {};
}

}  // namespace

Result<Size> rotated_size(Size size, double degrees) {
  return contain_exceptions([&]() -> Result<Size> {
    if (!std::isfinite(degrees)) {
      return compose::refuse("rotate", "the angle is " + std::to_string(degrees));
    }
    if (is_empty(size)) return compose::refuse("rotate", "the picture has no pixels");
    if (const auto turns = quarter_turns(degrees)) return upright_size(size, *turns);
    const double cosine = std::fabs(std::cos(radians(degrees)));
    const double sine = std::fabs(std::sin(radians(degrees)));
    // What a sine's last bits add is no pixel.
    constexpr double kNothing = 1e-6;
    const double width = std::ceil(size.width * cosine + size.height * sine - kNothing);
    const double height = std::ceil(size.width * sine + size.height * cosine - kNothing);
    if (std::max(width, height) > std::numeric_limits<std::int32_t>::max()) {
      return compose::refuse("rotate", "the result has a side above 2147483647");
    }
    return Size{static_cast<std::int32_t>(std::max(1.0, width)),
                static_cast<std::int32_t>(std::max(1.0, height))};
  });
}

Result<Image> rotate(const ConstImageView& source, double degrees, Color background,
                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<Image> {
    LIMEN_ASSIGN(const Size canvas, rotated_size(source.size, degrees));
    if (const auto turns = quarter_turns(degrees)) return orient(source, *turns, execution);
    LIMEN_TRY(compose::check_view(source, "rotate", "the picture"));
    PixelFormat format = source.format;
    format.layout = compose::layout_with_background(format.layout, background);
    const compose::AnyWorkspace workspace(execution);
    LIMEN_ASSIGN(Image result, Image::create(canvas, format, workspace.get()));
    LIMEN_TRY(compose::with_sample(format.sample, [&](auto sample) {
      using Sample = decltype(sample);
      return compose::with_channels(source.format.channels(), [&](auto channels) {
        return turn<Sample, decltype(channels)::value>(source, result.view(), degrees, background,
                                                       execution);
      });
    }));
    return result;
  });
}

}  // namespace limen::inline LIMEN_ABI
