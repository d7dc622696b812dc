// SPDX-License-Identifier: Apache-2.0
#pragma once

// The figures of SSIMULACRA 2.1 and what follows from them: which maps are worth making. Figures
// are those of the authors' program (github.com/cloudinary/ssimulacra2, src/ssimulacra2.cc,
// version 2.1).

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"
#include "limen/core/geometry.h"

namespace limen::inline LIMEN_ABI {

namespace ssimulacra2_terms {

inline constexpr int kScales = 6;

/// The sub-scores of one channel at one scale, in the order of the weights.
enum Term : std::uint8_t { ssim_1, artifact_1, detail_1, ssim_4, artifact_4, detail_4 };
inline constexpr int kTerms = 6;

/// Weights by channel (X, Y, B), scale (1:1 to 1:32) and Term.
inline constexpr std::array<std::array<std::array<double, kTerms>, kScales>, 3> kWeights = {{
    {{
        {0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0},
        {0, 0.0004371155730107379, 0, 1.1041726426657346, 0.00066284834129271,
         0.00015231632783718752},
        {0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0},
        {0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0},
        {0.0007289346991508072, 0.9677937080626833, 0, 0.00014003424285435884, 0.9981766977854967,
         0.00031949755934435053},
        {0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0},
    }},
    {{
        {0, 0, 0, 7.466890328078848, 0, 17.445833984131262},
        {0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264},
        {225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985},
        {176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408},
        {0, 0, 0, 34.77906344483772, 44.835625328877896, 0},
        {0, 0, 0, 0, 0, 0},
    }},
    {{
        {0, 0.0008680556573291698, 0, 0, 0, 0},
        {0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0},
        {0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0},
        {0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0},
        {95.1080498811086, 0.9863978034400682, 0.9834382792465353, 0.0012286405048278493,
         171.2667255897307, 0.9807858872435379},
        {0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537},
    }},
}};

/// A sub-score with a smaller weight is left out: norms are near 0.1 at the most, so all that are
/// left out together move a score by some thousandths.
inline constexpr double kLeastWeight = 0.003;

constexpr bool is_kept(int channel, int scale, Term term) {
  return kWeights[static_cast<std::size_t>(channel)][static_cast<std::size_t>(scale)][term] >=
         kLeastWeight;
}

constexpr bool needs_channel(int channel, int scale) {
  for (int term = 0; term < kTerms; ++term) {
    if (is_kept(channel, scale, static_cast<Term>(term))) return true;
  }
  return false;
}

/// A sub-score that is made.
struct KeptTerm {
  int channel = 0;
  int scale = 0;
  Term term = ssim_1;
};

inline constexpr std::size_t kKeptTerms = [] {
  std::size_t count = 0;
  for (int i = 0; i < 3 * kScales * kTerms; ++i) {
    count += is_kept(i / kTerms / kScales, i / kTerms % kScales, static_cast<Term>(i % kTerms));
  }
  return count;
}();

/// All that are made, channel by channel, scale by scale.
inline constexpr std::array<KeptTerm, kKeptTerms> kKept = [] {
  std::array<KeptTerm, kKeptTerms> kept{};
  std::size_t count = 0;
  for (int i = 0; i < 3 * kScales * kTerms; ++i) {
    const KeptTerm at = {i / kTerms / kScales, i / kTerms % kScales, static_cast<Term>(i % kTerms)};
    if (is_kept(at.channel, at.scale, at.term)) kept[count++] = at;
  }
  return kept;
}();

/// Sums are kept by cells of this many pixels a side at the finest scale; at each coarser scale
/// their side is half of that before. The coarsest scale that has a term left has cells of a pixel.
inline constexpr std::int32_t kCellSide = 16;
static_assert([] {
  for (const KeptTerm& kept : kKept) {
    if (kCellSide >> kept.scale == 0) return false;
  }
  return true;
}());

/// Cells of a picture that the metric sees at this size.
constexpr Size cell_grid(Size size) {
  return {(size.width + kCellSide - 1) / kCellSide, (size.height + kCellSide - 1) / kCellSide};
}

/// Constant of the structural term, for values of 0 to 1.
inline constexpr float kC2 = 0.0009f;

/// Half of the blur's taps, centre first. The definition is the recursive Gaussian of Charalampidis
/// 2016 with sigma 1.5, whose impulse response is nine taps long; the authors' program stores its
/// coefficients as floats, by which the taps sum to 1 + 9.5e-7. That excess is kept here, since it
/// acts on the variances of bright flat areas and is worth up to 0.009 in a score.
inline constexpr std::array<float, 5> kTaps = {0.26462136f, 0.21292879f, 0.10933548f, 0.03601115f,
                                               0.009414377f};
inline constexpr int kTapRadius = 4;

/// libjxl's XYB (lib/jxl/opsin_params.h): linear sRGB to cone responses, rows L, M, S.
inline constexpr std::array<std::array<double, 3>, 3> kAbsorbance = {{
    {0.30, 0.622, 0.078},
    {0.23, 0.692, 0.078},
    {0.24342268924547819, 0.20476744424496821, 0.55180986650955360},
}};
inline constexpr double kAbsorbanceBias = 0.0037930732552754493;

/// X, Y and B - Y are brought to about 0 to 1: v * scale + offset.
inline constexpr double kScaleX = 14.0;
inline constexpr double kOffsetX = 0.42;
inline constexpr double kOffsetY = 0.01;
inline constexpr double kOffsetB = 0.55;

/// Encoded grays that transparent pictures are laid on.
inline constexpr std::array<double, 2> kGrounds = {0.1, 0.9};

/// Neither side of the finest scale may be below this; nor of the scale before a coarser one.
inline constexpr std::int32_t kLeastSide = 8;

/// The size at which the metric starts: small pictures grow by repeating their edge.
constexpr Size metric_size(Size size) {
  return {size.width < kLeastSide ? kLeastSide : size.width,
          size.height < kLeastSide ? kLeastSide : size.height};
}

constexpr Size halved(Size size) { return {(size.width + 1) / 2, (size.height + 1) / 2}; }

/// How many scales a picture has, 1 to kScales.
constexpr int scale_count(Size size) {
  Size at = metric_size(size);
  int count = 1;
  while (count < kScales && at.width >= kLeastSide && at.height >= kLeastSide) {
    at = halved(at);
    ++count;
  }
  return count;
}

/// The score that a weighted sum of norms stands for.
inline double score_of_sum(double sum) {
  sum *= 0.9562382616834844;
  sum = 2.326765642916932 * sum - 0.020884521182843837 * sum * sum +
        6.248496625763138e-05 * sum * sum * sum;
  return sum > 0 ? 100.0 - 10.0 * std::pow(sum, 0.6276336467831387) : 100.0;
}

}  // namespace ssimulacra2_terms

}  // namespace limen::inline LIMEN_ABI
