// SPDX-License-Identifier: Apache-2.0
#pragma once

// SSIMULACRA 2.1 written down as it is defined, in double precision, map by map, nothing left out.

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "limen/core/image_view.h"
#include "limen/quality/ssimulacra2_terms.h"
#include "tests/pictures.h"

namespace limen::test {

struct Plane {
  int width = 0;
  int height = 0;
  std::vector<double> at;

  Plane(int width_, int height_)
      : width(width_), height(height_), at(static_cast<std::size_t>(width_) * height_) {}
  double& operator()(int x, int y) { return at[static_cast<std::size_t>(y) * width + x]; }
  double operator()(int x, int y) const { return at[static_cast<std::size_t>(y) * width + x]; }
};

using Planes = std::array<Plane, 3>;

inline Planes linear_planes(const ConstImageView& view, double ground) {
  const Size size = ssimulacra2_terms::metric_size(view.size);
  const Plane blank(size.width, size.height);
  Planes planes = {blank, blank, blank};
  const int channels = view.format.channels();
  const bool has_alpha = view.format.has_alpha();
  const int colors = channels - (has_alpha ? 1 : 0);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int from_x = std::min(x, view.size.width - 1);
      const int from_y = std::min(y, view.size.height - 1);
      const double alpha = has_alpha ? get_sample(view, from_x, from_y, channels - 1) : 1.0;
      for (int c = 0; c < 3; ++c) {
        double v = get_sample(view, from_x, from_y, colors == 1 ? 0 : c);
        v = alpha * v + (1 - alpha) * ground;
        planes[static_cast<std::size_t>(c)](x, y) =
            v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
      }
    }
  }
  return planes;
}

inline Planes halve(const Planes& in) {
  const Plane blank((in[0].width + 1) / 2, (in[0].height + 1) / 2);
  Planes out = {blank, blank, blank};
  for (std::size_t c = 0; c < 3; ++c) {
    for (int y = 0; y < blank.height; ++y) {
      for (int x = 0; x < blank.width; ++x) {
        const int x1 = std::min(2 * x + 1, in[c].width - 1);
        const int y1 = std::min(2 * y + 1, in[c].height - 1);
        out[c](x, y) =
            (in[c](2 * x, 2 * y) + in[c](x1, 2 * y) + in[c](2 * x, y1) + in[c](x1, y1)) / 4;
      }
    }
  }
  return out;
}

inline Planes xyb(const Planes& linear) {
  namespace terms = ssimulacra2_terms;
  Planes out = linear;
  const double root = std::cbrt(terms::kAbsorbanceBias);
  for (std::size_t i = 0; i < linear[0].at.size(); ++i) {
    double cone[3];
    for (std::size_t c = 0; c < 3; ++c) {
      double sum = terms::kAbsorbanceBias;
      for (std::size_t k = 0; k < 3; ++k) sum += terms::kAbsorbance[c][k] * linear[k].at[i];
      cone[c] = std::cbrt(std::max(sum, 0.0)) - root;
    }
    const double x = (cone[0] - cone[1]) / 2;
    const double y = (cone[0] + cone[1]) / 2;
    out[0].at[i] = x * 14 + 0.42;
    out[1].at[i] = y + 0.01;
    out[2].at[i] = cone[2] - y + 0.55;
  }
  return out;
}

inline Plane blurred(const Plane& in) {
  namespace terms = ssimulacra2_terms;
  Plane across(in.width, in.height), out(in.width, in.height);
  const auto tap = [](int k) {
    return static_cast<double>(terms::kTaps[static_cast<std::size_t>(std::abs(k))]);
  };
  for (int y = 0; y < in.height; ++y) {
    for (int x = 0; x < in.width; ++x) {
      for (int k = -4; k <= 4; ++k) {
        if (x + k >= 0 && x + k < in.width) across(x, y) += tap(k) * in(x + k, y);
      }
    }
  }
  for (int y = 0; y < in.height; ++y) {
    for (int k = -4; k <= 4; ++k) {
      if (y + k < 0 || y + k >= in.height) continue;
      for (int x = 0; x < in.width; ++x) out(x, y) += tap(k) * across(x, y + k);
    }
  }
  return out;
}

inline Plane product(const Plane& a, const Plane& b) {
  Plane out = a;
  for (std::size_t i = 0; i < out.at.size(); ++i) out.at[i] *= b.at[i];
  return out;
}

/// One channel at one scale: the maps of structure, artifacts and lost detail.
using Maps = std::array<Plane, 3>;

/// maps[scale][channel].
inline std::vector<std::array<Maps, 3>> make_maps(const ConstImageView& original,
                                                  const ConstImageView& candidate, double ground) {
  namespace terms = ssimulacra2_terms;
  std::vector<std::array<Maps, 3>> all;
  Planes linear1 = linear_planes(original, ground);
  Planes linear2 = linear_planes(candidate, ground);
  for (int scale = 0; scale < terms::scale_count(original.size); ++scale) {
    if (scale > 0) {
      linear1 = halve(linear1);
      linear2 = halve(linear2);
    }
    const Planes planes1 = xyb(linear1), planes2 = xyb(linear2);
    const auto channel = [&](std::size_t c) {
      const Plane& p1 = planes1[c];
      const Plane& p2 = planes2[c];
      const Plane mu1 = blurred(p1), mu2 = blurred(p2);
      const Plane s11 = blurred(product(p1, p1)), s22 = blurred(product(p2, p2));
      const Plane s12 = blurred(product(p1, p2));
      Maps maps = {p1, p1, p1};
      for (std::size_t i = 0; i < p1.at.size(); ++i) {
        const double m1 = mu1.at[i], m2 = mu2.at[i];
        const double luminance = 1 - (m1 - m2) * (m1 - m2);
        const double structure = (2 * (s12.at[i] - m1 * m2) + 0.0009) /
                                 ((s11.at[i] - m1 * m1) + (s22.at[i] - m2 * m2) + 0.0009);
        maps[0].at[i] = std::max(0.0, 1 - luminance * structure);
        const double change = (1 + std::abs(p2.at[i] - m2)) / (1 + std::abs(p1.at[i] - m1)) - 1;
        maps[1].at[i] = std::max(0.0, change);
        maps[2].at[i] = std::max(0.0, -change);
      }
      return maps;
    };
    all.push_back({channel(0), channel(1), channel(2)});
  }
  return all;
}

/// The score that the pixels of `window` alone make, whose corner is a multiple of 16; its end too,
/// or beyond the picture. At scale s that is the window divided by 2^s. `kept_only`: the sub-scores
/// that limen makes, else all.
inline double score_of_maps(const std::vector<std::array<Maps, 3>>& maps, const Rect& window,
                            bool kept_only = false) {
  namespace terms = ssimulacra2_terms;
  double total = 0;
  for (std::size_t scale = 0; scale < maps.size(); ++scale) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t t = 0; t < 6; ++t) {
        if (kept_only && !terms::is_kept(static_cast<int>(c), static_cast<int>(scale),
                                         static_cast<terms::Term>(t))) {
          continue;
        }
        const Plane& map = maps[scale][c][t % 3];
        double sum = 0;
        int pixels = 0;
        for (int y = window.y >> scale;
             y < std::min((window.y + window.height) >> scale, map.height); ++y) {
          for (int x = window.x >> scale;
               x < std::min((window.x + window.width) >> scale, map.width); ++x) {
            sum += t < 3 ? map(x, y) : std::pow(map(x, y), 4);
            ++pixels;
          }
        }
        // Of a scale that is coarser than 16 pixels a whole cell may be no pixel.
        const double mean = pixels > 0 ? sum / pixels : 0;
        total += terms::kWeights[c][scale][t] * (t < 3 ? mean : std::sqrt(std::sqrt(mean)));
      }
    }
  }
  return terms::score_of_sum(total);
}

/// Larger than any picture here, and divisible by every scale.
inline constexpr Rect kEverywhere = {0, 0, 1 << 20, 1 << 20};

inline std::vector<double> reference_grounds(const ConstImageView& original,
                                             const ConstImageView& candidate) {
  if (!original.format.has_alpha() && !candidate.format.has_alpha()) return {0};
  return {0.1, 0.9};
}

inline double ssimulacra2_reference(const ConstImageView& original,
                                    const ConstImageView& candidate) {
  double worst = 100;
  for (const double ground : reference_grounds(original, candidate)) {
    worst = std::min(worst, score_of_maps(make_maps(original, candidate, ground), kEverywhere));
  }
  return worst;
}

/// The scores of all windows of `side` pixels, `step` apart, and of those that end with the
/// picture's last row and column of cells; row by row, each the worse of the grounds.
struct LocalScore {
  Rect window;  ///< not clipped to the picture
  double score = 100;
};
inline std::vector<LocalScore> local_scores(const ConstImageView& original,
                                            const ConstImageView& candidate, int side, int step,
                                            bool kept_only = true) {
  const auto starts = [&](int extent) {
    const int cells = (std::max(extent, 8) + 15) / 16 * 16;
    std::vector<int> at;
    for (int start = 0; start + side < cells; start += step) at.push_back(start);
    at.push_back(std::max(0, cells - side));
    return at;
  };
  std::vector<LocalScore> scores;
  for (const int y : starts(original.size.height)) {
    for (const int x : starts(original.size.width)) scores.push_back({{x, y, side, side}});
  }
  for (const double ground : reference_grounds(original, candidate)) {
    const auto maps = make_maps(original, candidate, ground);
    for (LocalScore& local : scores) {
      local.score = std::min(local.score, score_of_maps(maps, local.window, kept_only));
    }
  }
  return scores;
}

}  // namespace limen::test
