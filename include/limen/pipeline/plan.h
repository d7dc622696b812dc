// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/color/icc.h"
#include "limen/compose/placement.h"
#include "limen/core/abi.h"
#include "limen/core/format.h"
#include "limen/core/geometry.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

/// The form in which pixels travel from decoder to encoder.
enum class PixelPath : std::uint8_t {
  interleaved_8,   ///< gray or RGB, 8 bits
  interleaved_16,  ///< gray or RGB, 16 bits: sources of more than 8
  /// A JPEG's or lossy WebP's own Y, Cb and Cr, resampled plane by plane, chroma from its own
  /// resolution: to a file of a named Quality, where nothing is enlarged. Plan::encodes_planes says
  /// whether they ever become RGB.
  planar_8,
};

constexpr std::string_view name(PixelPath path) {
  switch (path) {
    case PixelPath::interleaved_8:
      return "interleaved_8";
    case PixelPath::interleaved_16:
      return "interleaved_16";
    case PixelPath::planar_8:
      return "planar_8";
  }
  return "interleaved_8";
}

/// How a recipe will be carried out on one source. transform() follows it to the letter.
struct Plan {
  Size stored;  ///< as the file has it
  Orientation orientation = Orientation::top_left;
  Size upright;

  Rect crop;  ///< the crop box, in pixels of the upright source
  /// Trimming depends on pixels. Where it is asked for, everything from `turned` on is as though
  /// there were no border, and transform() computes it anew once it has seen one.
  bool trims = false;
  Orientation turn = Orientation::top_left;  ///< quarter turns and flips, after the crop
  double rotate = 0;  ///< degrees counter-clockwise that no quarter turn does, before `turn`; or 0
  Size turned;        ///< what is being fitted
  Fitted fitted;      ///< its window, its size, the canvas
  Size output;

  /// The window of the stored picture that the decoder is asked for, if not all of it.
  std::optional<Rect> region;
  /// What the whole stored picture comes to at least, where the decoder may reduce it itself.
  std::optional<Size> at_least;
  int scale_eighths = 8;  ///< and JPEG's DCT scaling that follows: 8 is none
  PixelPath path = PixelPath::interleaved_8;
  /// planar_8: no step needs RGB, the encoder takes the planes. Otherwise they become RGB at the
  /// size that they are resampled to.
  bool encodes_planes = false;
  /// planar_8: how chroma is subsampled once the planes are resampled.
  ChromaSubsampling planes = ChromaSubsampling::automatic;

  ColorPlan color;
  bool converts_before_resize = false;  ///< else after, on the pixels that remain
  bool keeps_profile = false;           ///< no conversion: the profile is embedded

  /// Of the output; where several are in question, the first of them.
  Format format = Format::jpeg;
  /// Those that the search chooses from, in the recipe's order; one where there is no choice. JPEG
  /// among others is out once the pixels turn out to be transparent.
  std::vector<Format> formats;
  bool searches = false;  ///< the quality is looked for, and the format among `formats`
  /// No step touches the pixels, so the source's own coded picture may be what comes out:
  /// Recipe::always_encode has the rule.
  bool may_keep_source = false;
  /// Of the output's samples: 8, 10 (AVIF) or 16 (PNG); the most that any of `formats` will hold.
  int bit_depth = 8;
  bool flattens = false;  ///< transparency is blended onto `matte`
  Color matte = {255, 255, 255};

  /// Upper bound of the working memory while this variant alone is made, without its marks' own
  /// decoding, the encoder's working memory and its file.
  std::uint64_t peak_bytes = 0;
  /// "decode", "orient", "crop", … as they will happen; "search" comes before "encode". planar_8
  /// turns after "resize", then has "rgb" unless it encodes planes.
  std::vector<std::string> steps;
  std::vector<std::string> notes;  ///< what a caller may want to know, one line each
};

/// Decides everything that headers allow to decide. Errors: those of validate(), invalid_argument
/// (a crop box that does not lie inside the source), unsupported (colours), limit_exceeded (the
/// source, an intermediate or the output is larger than `limits` allow).
LIMEN_API Result<Plan> plan(const ImageInfo& info, const Recipe& recipe, const Limits& limits = {});

}  // namespace limen::inline LIMEN_ABI
