// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the search's first guess knows of codecs. A picture's loss, 100 - score, is taken to run
// parallel to the mean curve of its format and chroma, in logarithms; its distance is a linear
// function of search_features.h. All of it only saves looks: no answer depends on it.

#include <algorithm>
#include <cmath>
#include <span>

#include "lib/quality/search_climb.h"
#include "lib/quality/search_features.h"
#include "limen/codec/encode.h"

namespace limen::inline LIMEN_ABI::search {

/// The mean over pictures of the log of the loss at a quality; between knots in a straight line.
struct CurveKnot {
  double quality = 0;
  double log_loss = 0;
};

struct LadderModel {
  std::span<const CurveKnot> curve;
  Features score;        ///< times the features: how far above the curve the loss is
  Features worst_block;  ///< likewise, the worst block's
  /// How much further from the curve a file of full effort is than one of the least, the same else.
  double after_draft = 0;
};

// fitted: begin
inline constexpr CurveKnot kJpeg420Curve[] = {
    {1, 5.068},  {10, 4.649}, {20, 4.206}, {30, 3.941}, {40, 3.758}, {50, 3.615},
    {55, 3.561}, {60, 3.507}, {65, 3.425}, {70, 3.339}, {75, 3.230}, {80, 3.089},
    {85, 2.897}, {90, 2.753}, {91, 2.691}, {92, 2.635}, {93, 2.572}, {94, 2.516},
    {95, 2.431}, {96, 2.340}, {97, 2.256}, {98, 2.171}, {99, 2.079}, {100, 2.034},
};
inline constexpr LadderModel kJpeg420{
    kJpeg420Curve,
    {-0.6816, -0.3602, -0.1398, 0.0283, 0.3930, 0.1545, -0.3064, 0.5351, -0.1408},
    {-0.6811, -0.4736, -0.2394, 0.2035, 0.4206, 0.4047, -0.5523, 0.6645, -0.1535},
    0.0000};

inline constexpr CurveKnot kJpeg444Curve[] = {
    {1, 5.067},  {10, 4.623}, {20, 4.136}, {30, 3.848}, {40, 3.650}, {50, 3.493},
    {55, 3.433}, {60, 3.371}, {65, 3.283}, {70, 3.189}, {75, 3.088}, {80, 2.940},
    {85, 2.776}, {90, 2.532}, {91, 2.475}, {92, 2.417}, {93, 2.336}, {94, 2.241},
    {95, 2.157}, {96, 2.027}, {97, 1.908}, {98, 1.763}, {99, 1.592}, {100, 1.484},
};
inline constexpr LadderModel kJpeg444{
    kJpeg444Curve,
    {0.0838, -0.1685, 0.0252, -0.1469, -0.0446, 0.2088, -0.0844, 0.0022, -0.1487},
    {0.1537, -0.0198, -0.1017, -0.0382, -0.1001, 0.2741, -0.0706, 0.0226, -0.0795},
    0.0000};

inline constexpr CurveKnot kWebpCurve[] = {
    {40, 3.779}, {43, 3.748}, {46, 3.705},  {49, 3.673}, {52, 3.643}, {55, 3.617}, {58, 3.576},
    {61, 3.548}, {64, 3.515}, {67, 3.487},  {70, 3.459}, {73, 3.421}, {75, 3.394}, {76, 3.354},
    {77, 3.325}, {78, 3.294}, {79, 3.257},  {80, 3.229}, {81, 3.192}, {82, 3.163}, {83, 3.119},
    {84, 3.086}, {85, 3.038}, {86, 2.997},  {87, 2.954}, {88, 2.905}, {89, 2.856}, {90, 2.807},
    {91, 2.750}, {92, 2.697}, {93, 2.642},  {94, 2.581}, {95, 2.529}, {96, 2.472}, {97, 2.436},
    {98, 2.401}, {99, 2.369}, {100, 2.366},
};
inline constexpr LadderModel kWebp{
    kWebpCurve,
    {-0.4403, -0.1796, -0.2291, 0.0378, 0.2649, 0.1203, -0.2509, 0.3885, -0.1509},
    {-0.1753, -0.3526, -0.2513, 0.0354, 0.1565, 0.3723, -0.5304, 0.6176, 0.0292},
    -0.0391};

inline constexpr CurveKnot kAvif420Curve[] = {
    {41, 3.718}, {46, 3.584}, {51, 3.460}, {55, 3.349}, {60, 3.222}, {65, 3.106},
    {70, 3.020}, {74, 2.918}, {76, 2.883}, {77, 2.851}, {79, 2.812}, {81, 2.777},
    {82, 2.734}, {84, 2.691}, {85, 2.650}, {87, 2.595}, {89, 2.553}, {90, 2.479},
    {92, 2.440}, {93, 2.382}, {95, 2.322}, {97, 2.265}, {98, 2.203}, {100, 1.298},
};
inline constexpr LadderModel kAvif420{
    kAvif420Curve,
    {-0.9728, -0.4725, -0.3327, -0.1905, 0.6928, 0.1805, -0.4433, 0.6734, -0.0920},
    {3.3068, -0.0000, 0.0000, -0.0000, 0.0000, -0.0000, 0.0000, -0.0000, 0.0000},
    -0.0834};

inline constexpr CurveKnot kAvif444Curve[] = {
    {41, 3.422}, {46, 3.252}, {51, 3.098}, {55, 2.921}, {60, 2.757}, {65, 2.618},
    {70, 2.533}, {74, 2.430}, {76, 2.373}, {77, 2.343}, {79, 2.285}, {81, 2.220},
    {82, 2.170}, {84, 2.150}, {85, 2.086}, {87, 2.019}, {89, 1.955}, {90, 1.871},
    {92, 1.788}, {93, 1.689}, {95, 1.611}, {97, 1.510}, {98, 1.404}, {100, 1.154},
};
inline constexpr LadderModel kAvif444{
    kAvif444Curve,
    {1.1019, -0.1252, 0.2014, -0.1716, -0.1509, -0.0932, 0.2528, -0.3777, -0.2017},
    {3.4511, 0.0000, 0.0000, -0.0000, 0.0000, -0.0000, -0.0000, 0.0000, 0.0000},
    0.0000};

// fitted: end

/// The model of a format; gray pictures have chroma's finest.
inline const LadderModel& model_of(Format format, ChromaSubsampling chroma, Layout layout) {
  const bool is_subsampled = chroma != ChromaSubsampling::yuv444 && channel_count(layout) > 2;
  switch (format) {
    case Format::avif:
      return is_subsampled ? kAvif420 : kAvif444;
    case Format::jpeg:
      return is_subsampled ? kJpeg420 : kJpeg444;
    default:
      return kWebp;
  }
}

inline double mean_log_loss(const LadderModel& model, Quality quality) {
  const auto& curve = model.curve;
  const auto above =
      std::lower_bound(curve.begin() + 1, curve.end() - 1, static_cast<double>(quality.value),
                       [](const CurveKnot& knot, double value) { return knot.quality < value; });
  const CurveKnot& low = *(above - 1);
  const double part = (quality.value - low.quality) / (above->quality - low.quality);
  return low.log_loss + part * (above->log_loss - low.log_loss);
}

inline Offsets guess_offsets(const LadderModel& model, const Features& features) {
  Offsets offsets;
  for (std::size_t i = 0; i < features.size(); ++i) {
    offsets.score += model.score[i] * features[i];
    offsets.worst_block += model.worst_block[i] * features[i];
  }
  return offsets;
}

}  // namespace limen::inline LIMEN_ABI::search
