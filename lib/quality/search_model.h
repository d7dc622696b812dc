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
  Features score;         ///< times the features: how far above the curve the loss is
  Features worst_block;   ///< likewise, the worst block's
  Offsets beside_sample;  ///< how much further from the curve a picture is than its sample
  /// What is added to that from a target of kFinerScore on, where samples err otherwise.
  Offsets beside_finer = {};
};

/// Between 85 and 90.
inline constexpr double kFinerScore = 88;

// fitted: begin
inline constexpr CurveKnot kJpeg420Curve[] = {
    {1, 5.003},  {10, 4.573}, {20, 4.129}, {30, 3.874}, {40, 3.689}, {50, 3.554},
    {55, 3.496}, {60, 3.441}, {65, 3.366}, {70, 3.280}, {75, 3.169}, {80, 3.036},
    {85, 2.845}, {90, 2.577}, {91, 2.485}, {92, 2.375}, {93, 2.388}, {94, 2.355},
    {95, 2.291}, {96, 2.176}, {97, 2.115}, {98, 2.041}, {99, 1.962}, {100, 1.914},
};
inline constexpr LadderModel kJpeg420{kJpeg420Curve,
                                      {-0.0116, -0.2221, -0.0655, 0.0637, 0.0184, -0.1021, -0.2461,
                                       -0.2222, 0.4553, -0.0686, 0.1229, 0.2375, 0.2480, 0.0447},
                                      {0.1469, -0.2423, -0.0466, -0.1119, 0.1754, -0.0743, -0.2633,
                                       -0.3984, 0.6250, -0.2338, 0.0626, 0.1673, 0.3019, -0.0878},
                                      {0.0331, 0.0356}};

inline constexpr CurveKnot kJpeg444Curve[] = {
    {1, 5.019},  {10, 4.561}, {20, 4.081}, {30, 3.794}, {40, 3.597}, {50, 3.452},
    {55, 3.388}, {60, 3.330}, {65, 3.246}, {70, 3.151}, {75, 3.034}, {80, 2.885},
    {85, 2.683}, {90, 2.332}, {91, 2.236}, {92, 2.128}, {93, 2.104}, {94, 2.043},
    {95, 1.954}, {96, 1.773}, {97, 1.681}, {98, 1.535}, {99, 1.363}, {100, 1.245},
};
inline constexpr LadderModel kJpeg444{kJpeg444Curve,
                                      {0.2486, -0.0602, -0.2134, -0.4482, 0.0538, -0.0768, -0.1657,
                                       0.0525, 0.0109, -0.2381, 0.0457, 0.2415, 0.0915, 0.1341},
                                      {0.3891, 0.0003, -0.1335, -0.3559, 0.1369, 0.0124, -0.1018,
                                       -0.0700, 0.0937, -0.2440, -0.0781, 0.0667, 0.0614, 0.0903},
                                      {0.0739, 0.1042}};

inline constexpr CurveKnot kWebpCurve[] = {
    {40, 3.676}, {43, 3.645}, {46, 3.602},  {49, 3.570}, {52, 3.540}, {55, 3.514}, {58, 3.473},
    {61, 3.445}, {64, 3.412}, {67, 3.384},  {70, 3.356}, {73, 3.319}, {75, 3.296}, {76, 3.270},
    {77, 3.234}, {78, 3.203}, {79, 3.174},  {80, 3.141}, {81, 3.108}, {82, 3.073}, {83, 3.042},
    {84, 3.006}, {85, 2.967}, {86, 2.932},  {87, 2.887}, {88, 2.846}, {89, 2.804}, {90, 2.755},
    {91, 2.710}, {92, 2.658}, {93, 2.607},  {94, 2.561}, {95, 2.512}, {96, 2.464}, {97, 2.423},
    {98, 2.394}, {99, 2.364}, {100, 2.358},
};
inline constexpr LadderModel kWebp{kWebpCurve,
                                   {0.1406, 0.0469, 0.2819, -0.0756, -0.2403, 0.1674, -0.2458,
                                    -0.4002, 0.6076, -0.3112, -0.0090, 0.0042, 0.0742, -0.2364},
                                   {0.4450, 0.1201, 0.2635, -0.1814, -0.1271, 0.1953, -0.2358,
                                    -0.5290, 0.7513, -0.4487, -0.1262, -0.0740, 0.1012, -0.3355},
                                   {0.0437, 0.0523}};

inline constexpr CurveKnot kWebpSharpCurve[] = {
    {40, 3.706}, {43, 3.672}, {46, 3.628},  {49, 3.585}, {52, 3.553}, {55, 3.516}, {58, 3.482},
    {61, 3.443}, {64, 3.415}, {67, 3.376},  {70, 3.345}, {73, 3.308}, {75, 3.287}, {76, 3.253},
    {77, 3.217}, {78, 3.176}, {79, 3.145},  {80, 3.109}, {81, 3.073}, {82, 3.038}, {83, 2.997},
    {84, 2.963}, {85, 2.915}, {86, 2.877},  {87, 2.826}, {88, 2.769}, {89, 2.720}, {90, 2.662},
    {91, 2.605}, {92, 2.550}, {93, 2.496},  {94, 2.437}, {95, 2.374}, {96, 2.309}, {97, 2.260},
    {98, 2.216}, {99, 2.181}, {100, 2.175},
};
inline constexpr LadderModel kWebpSharp{kWebpSharpCurve,
                                        {0.2457, 0.0953, 0.0404, -0.1737, -0.1337, -0.0838, -0.1034,
                                         0.0163, 0.0778, 0.1506, -0.0387, 0.1614, -0.0643, -0.0433},
                                        {0.5056, 0.1702, 0.0688, -0.3030, -0.1454, -0.0261, -0.0845,
                                         -0.0904, 0.1500, 0.1612, -0.1198, 0.1080, 0.0043, -0.1690},
                                        {0.0659, 0.0837},
                                        {-0.0160, -0.0127}};

inline constexpr CurveKnot kAvif420Curve[] = {
    {41, 3.805}, {46, 3.661}, {51, 3.529}, {55, 3.409}, {60, 3.273}, {65, 3.155},
    {70, 3.067}, {74, 2.961}, {76, 2.921}, {77, 2.885}, {79, 2.843}, {81, 2.805},
    {82, 2.757}, {84, 2.710}, {85, 2.664}, {87, 2.604}, {89, 2.553}, {90, 2.474},
    {92, 2.420}, {93, 2.349}, {95, 2.277}, {97, 2.204}, {98, 2.126}, {100, 1.572},
};
inline constexpr LadderModel kAvif420{kAvif420Curve,
                                      {-0.3432, -0.2276, -0.2381, 0.0350, 0.5818, 0.0604, -0.2857,
                                       -0.0132, 0.2997, -0.1156, -0.0883, -0.0098, 0.3651, -0.2534},
                                      {-0.2653, -0.1692, -0.2759, -0.0513, 0.8563, 0.0672, -0.3483,
                                       -0.0003, 0.3372, -0.0425, -0.1870, -0.1228, 0.4425, -0.3634},
                                      {0.0550, 0.1184}};

inline constexpr CurveKnot kAvif444Curve[] = {
    {41, 3.620}, {46, 3.459}, {51, 3.311}, {55, 3.151}, {60, 2.995}, {65, 2.866},
    {70, 2.777}, {74, 2.670}, {76, 2.615}, {77, 2.578}, {79, 2.525}, {81, 2.468},
    {82, 2.413}, {84, 2.373}, {85, 2.310}, {87, 2.243}, {89, 2.174}, {90, 2.084},
    {92, 1.996}, {93, 1.896}, {95, 1.807}, {97, 1.703}, {98, 1.597}, {100, 1.366},
};
inline constexpr LadderModel kAvif444{kAvif444Curve,
                                      {1.2716, -0.1202, 0.0021, -0.5594, -0.1343, -0.0228, -0.0587,
                                       0.0996, -0.2982, -0.3483, -0.0052, -0.0159, -0.0512, 0.1859},
                                      {1.4168, -0.0813, 0.0307, -0.5897, -0.0627, -0.0435, -0.0504,
                                       0.0529, -0.2632, -0.4333, 0.0249, -0.0741, -0.0667, 0.1372},
                                      {0.0852, 0.1514}};

// fitted: end

/// The model of what these options make; gray pictures have chroma's finest.
inline const LadderModel& model_of(const EncodeOptions& options, Layout layout) {
  const bool is_color = channel_count(layout) > 2;
  const bool is_subsampled = options.chroma != ChromaSubsampling::yuv444 && is_color;
  switch (options.format) {
    case Format::avif:
      return is_subsampled ? kAvif420 : kAvif444;
    case Format::jpeg:
      return is_subsampled ? kJpeg420 : kJpeg444;
    default:
      // What plain chroma loses gray has not.
      return is_color && !options.sharp_yuv.value_or(false) ? kWebp : kWebpSharp;
  }
}

/// How much more an AVIF loses at this effort than at 4, for which its curves were fitted: in the
/// log, on the median of photographs (fit.py). What little effort leaves out matters less the finer
/// the quality.
inline double loss_by_effort(const EncodeOptions& options, Quality quality) {
  if (options.format != Format::avif || options.effort == 4) return 0;
  if (options.effort > 4) return options.effort < 7 ? -0.07 : -0.09;
  const double least = options.chroma == ChromaSubsampling::yuv420 ? 0.0025 * (107 - quality.value)
                                                                   : 0.0015 * (120 - quality.value);
  return options.effort < 2 ? least : 0.7 * least;
}

/// Where a JPEG's sample errs at this chroma, so does another format's by so much of it, as
/// regression says: little where the one loses what halved chroma blurs and the other does not.
inline Offsets share_of_jpeg_error(const EncodeOptions& options, ChromaSubsampling jpeg) {
  const bool is_jpeg_halved = jpeg == ChromaSubsampling::yuv420;
  if (options.format == Format::avif && options.chroma == ChromaSubsampling::yuv444) {
    return is_jpeg_halved ? Offsets{0, 0} : Offsets{0.7, 0.35};
  }
  if (options.format == Format::avif) return {0.25, 0.1};
  return options.sharp_yuv.value_or(false) ? Offsets{0.2, 0.1} : Offsets{0.4, 0.2};
}

inline Offsets beside_sample(const LadderModel& model, Score target) {
  const Offsets& beside = model.beside_sample;
  return target.value < kFinerScore ? beside : beside + model.beside_finer;
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
