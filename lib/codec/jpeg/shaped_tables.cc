// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/shaped_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace limen::inline LIMEN_ABI {

namespace {

// The tables for Y, Cb and Cr that jpegli scales: figures of libjxl's lib/jpegli/quant.cc, row by
// row.
using Steps = std::array<double, 64>;
constexpr std::array<Steps, 3> kSteps = {{
    {1.2397, 1.7227, 2.9212, 2.8127, 3.3398, 3.4636, 3.8409, 3.8696,  //
     1.7227, 2.0929, 2.8457, 2.7045, 3.4408, 3.1662, 4.0252, 4.0353,  //
     2.9212, 2.8457, 2.9587, 3.3863, 3.6195, 3.9046, 3.7578, 4.2374,  //
     2.8127, 2.7045, 3.3863, 3.3801, 4.1680, 4.8055, 4.7843, 4.6059,  //
     3.3398, 3.4408, 3.6195, 4.1680, 4.5799, 4.9232, 5.5741, 5.4853,  //
     3.4636, 3.1662, 3.9046, 4.8055, 4.9232, 5.4394, 5.0939, 6.0872,  //
     3.8409, 4.0252, 3.7578, 4.7843, 5.5741, 5.0939, 5.4385, 5.4037,  //
     3.8696, 4.0353, 4.2374, 4.6059, 5.4853, 6.0872, 5.4037, 4.3779},
    {2.8236,  6.4956,  9.3105,   10.6475, 11.0742, 17.1464, 18.4640,  29.0870,  //
     6.4956,  8.8901,  8.9769,   13.6663, 16.5471, 16.6387, 26.7784,  21.3303,  //
     9.3105,  8.9769,  11.0874,  18.2055, 19.7525, 23.9857, 102.6457, 24.4510,  //
     10.6475, 13.6663, 18.2055,  18.6280, 16.0425, 25.0492, 25.0171,  35.7979,  //
     11.0742, 16.5471, 19.7525,  16.0425, 19.3735, 14.6775, 19.9470,  51.0941,  //
     17.1464, 16.6387, 23.9857,  25.0492, 14.6775, 31.3204, 46.3572,  67.4811,  //
     18.4640, 26.7784, 102.6457, 25.0171, 19.9470, 46.3572, 61.3158,  88.3467,  //
     29.0870, 21.3303, 24.4510,  35.7979, 51.0941, 67.4811, 88.3467,  112.1610},
    {2.9217, 4.4977, 7.3563, 6.5839, 8.5356, 8.7994,  9.1883,  9.4827,   //
     4.4977, 6.3095, 7.0246, 7.1564, 8.0491, 7.0124,  6.7119,  8.3803,   //
     7.3563, 7.0246, 6.8921, 6.8828, 8.7822, 6.8775,  7.8858,  8.6791,   //
     6.5839, 7.1564, 6.8828, 7.0031, 7.7223, 7.9554,  7.4734,  8.3629,   //
     8.5356, 8.0491, 8.7822, 7.7223, 6.7780, 9.4849,  9.0437,  8.0532,   //
     8.7994, 7.0124, 6.8775, 7.9554, 9.4849, 8.6076,  9.9227,  64.2514,  //
     9.1883, 6.7119, 7.8858, 7.4734, 9.0437, 9.9227,  63.1849, 83.3529,  //
     9.4827, 8.3803, 8.6791, 8.3629, 8.0532, 64.2514, 83.3529, 114.8920},
}};

// Fitted to bytes at SSIMULACRA 2.1 scores of 85 and 90, of photographs: docs/jpeg-quantiser.md.
// Where all are rounded:
constexpr TableShape kHalvedRounded = {.coarser = 0.18,
                                       .cb = -1.7,
                                       .cr = -1.05,
                                       .luma_mean = 0.25,
                                       .luma = {-0.275, 0.14, 0.36, 0.4},
                                       .chroma_mean = -0.3,
                                       .chroma_detail = 0.4,
                                       .dead_zone = 0.56};
constexpr TableShape kFullRounded = {.coarser = -0.15,
                                     .cb = -0.85,
                                     .cr = -0.35,
                                     .luma_mean = 0.2,
                                     .luma = {-0.36, -0.06, 0.075, 0},
                                     .chroma_mean = 0.1,
                                     .chroma_detail = 0.75,
                                     .dead_zone = 0.55};
// Where levels are weighed, blocks by what the metric makes of them:
constexpr TableShape kHalvedWeighed = {.coarser = 0.18,
                                       .cb = -1.6,
                                       .cr = -0.9,
                                       .luma_mean = -0.05,
                                       .luma = {0, 0.2, 0.4, 0.375},
                                       .chroma_mean = 0.2,
                                       .chroma_detail = 0.2,
                                       .dead_zone = 0.56,
                                       .rate = -3,
                                       .chroma_rate = -0.5,
                                       .hiding = 0.5,
                                       .hiding_floor = 5.3};
constexpr TableShape kFullWeighed = {.coarser = -0.15,
                                     .cb = -0.8,
                                     .cr = -0.4,
                                     .luma_mean = 0,
                                     .luma = {-0.45, -0.1, 0, -0.15},
                                     .chroma_mean = -0.1,
                                     .chroma_detail = 0.2,
                                     .dead_zone = 0.55,
                                     .rate = -2.88,
                                     .chroma_rate = 0,
                                     .hiding = 0.18,
                                     .hiding_floor = 4.4};
// Text, drawings and screens, whose edges have all frequencies alike: luma's high ones as fine.
constexpr TableShape kFullDrawn = {.coarser = 0,
                                   .cb = -0.8,
                                   .cr = -0.35,
                                   .luma_mean = 0.5,
                                   .luma = {-0.1, 0.2, 0.1, -0.2},
                                   .chroma_mean = 0,
                                   .chroma_detail = 0.15,
                                   .dead_zone = 0.55,
                                   .rate = -3.27,
                                   .chroma_rate = -0.4,
                                   .hiding = 0.34,
                                   .hiding_floor = 3.25};

// Of halved and of full chroma where all are rounded, then where levels are weighed. What is drawn
// keeps its halved chroma, where it can have it, at photographs' shapes.
constexpr std::array<TableShape, 4> kPhotographs = {kHalvedRounded, kFullRounded, kHalvedWeighed,
                                                    kFullWeighed};
constexpr std::array<TableShape, 4> kDrawings = {kHalvedRounded, kFullDrawn, kHalvedWeighed,
                                                 kFullDrawn};

// The largest step of a drawing's DC, a quarter of a level either way over a block: in its flat
// areas nothing hides an error, and its score alone does not see one that all of a picture has.
// Costs bytes on some screens and saves as many on others.
constexpr double kFlatStep = 4;

const TableShape& shape_of(ChromaSubsampling subsampling, const Shaping& shaping) {
  if (shaping.shape != nullptr) return *shaping.shape;
  const std::size_t full = subsampling == ChromaSubsampling::yuv444 ? 1 : 0;
  const std::size_t weighed = shaping.choice == LevelChoice::weighed ? 2 : 0;
  return (shaping.is_graphic ? kDrawings : kPhotographs)[full + weighed];
}

// libjpeg multiplies its tables by 10 at a quality of 5, by 0.01 at 99.5.
constexpr double kCoarsest = 10;
constexpr double kRatio = 0.99;
constexpr int kCount = 688;

double scale_of(int setting) {
  double scale = kCoarsest;
  double factor = kRatio;
  for (int left = setting; left > 0; left /= 2, factor *= factor) {
    if (left % 2 == 1) scale *= factor;
  }
  return scale;
}

}  // namespace

TableLadder::TableLadder(ChromaSubsampling subsampling, const Shaping& shaping)
    : shape_(shape_of(subsampling, shaping)), largest_dc_(shaping.is_graphic ? kFlatStep : 255.0) {
  // A scale of 1 is libjpeg's quality of 50.
  double coarser = 0;
  for (std::size_t k = 0; k < 64; ++k) {
    const std::size_t band = k / 8 + k % 8;
    const double luma = shape_.luma[band <= 1 ? 0 : band <= 3 ? 1 : band <= 6 ? 2 : 3];
    const double chroma = k == 0 ? shape_.chroma_mean : band > 3 ? shape_.chroma_detail : 0;
    steps_[0][k] = kSteps[0][k] * exponential(luma + (k == 0 ? shape_.luma_mean : 0));
    steps_[1][k] = kSteps[1][k] * exponential(chroma + shape_.cb);
    steps_[2][k] = kSteps[2][k] * exponential(chroma + shape_.cr);
    coarser += binary_logarithm(steps_[0][k] / luminance_table()[k]);
  }
  const double scale = exponential(shape_.coarser - coarser * std::numbers::ln2 / 64);
  for (auto& plane : steps_) {
    for (double& step : plane) step *= scale;
  }
}

int TableLadder::count() const { return kCount; }

std::array<QuantTable, 3> TableLadder::tables(int setting) const {
  const double scale = scale_of(setting);
  std::array<QuantTable, 3> tables{};
  for (std::size_t p = 0; p < 3; ++p) {
    for (std::size_t k = 0; k < 64; ++k) {
      const double step = std::floor(scale * steps_[p][k] + 0.5);
      tables[p][k] =
          static_cast<std::uint16_t>(std::clamp(step, 1.0, k == 0 ? largest_dc_ : 255.0));
    }
  }
  return tables;
}

// jpeg_set_quality() of libjpeg, in fractions.
Quality TableLadder::quality_of(int setting) const {
  const double scale = scale_of(std::clamp(setting, 0, kCount - 1));
  return Quality{static_cast<float>(scale < 1 ? 100 - 50 * scale : 50 / scale)};
}

int TableLadder::setting_of(Quality quality) const {
  const double wanted = std::clamp(static_cast<double>(quality.value), 1.0, 100.0);
  // The settings' qualities rise.
  int below = 0;
  for (int step = 512; step > 0; step /= 2) {
    if (below + step < kCount && quality_of(below + step).value <= wanted) below += step;
  }
  if (below + 1 == kCount) return below;
  const double down = wanted - quality_of(below).value;
  const double up = quality_of(below + 1).value - wanted;
  return up < down ? below + 1 : below;
}

double exponential(double x) {
  // Halved until a few terms of the series are enough.
  double term = 1, sum = 1;
  const double small = x / 1024;
  for (int n = 1; n < 12; ++n) {
    term *= small / n;
    sum += term;
  }
  for (int i = 0; i < 10; ++i) sum *= sum;
  return sum;
}

double binary_logarithm(double x) {
  int exponent = 0;
  const double mantissa = std::frexp(x, &exponent);  // exact
  // ln m = 2 artanh((m - 1) / (m + 1)).
  const double t = (mantissa - 1) / (mantissa + 1);
  double power = t, sum = 0;
  for (int n = 1; n < 24; n += 2) {
    sum += power / n;
    power *= t * t;
  }
  constexpr double kTwoOverLn2 = 2.8853900817779268;
  return exponent + kTwoOverLn2 * sum;
}

}  // namespace limen::inline LIMEN_ABI
