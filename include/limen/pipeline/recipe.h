// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/codec/metadata.h"
#include "limen/compose/adjust.h"
#include "limen/compose/placement.h"
#include "limen/compose/sharpen.h"
#include "limen/core/abi.h"
#include "limen/core/color.h"
#include "limen/core/format.h"
#include "limen/core/geometry.h"
#include "limen/core/result.h"
#include "limen/quality/score.h"
#include "limen/quality/search.h"
#include "limen/resample/filter.h"

namespace limen::inline LIMEN_ABI {

/// A window of the upright source, in its pixels. What it leaves out is as though it had never been
/// there: resampling reads no pixel outside it.
struct CropBox {
  Point top_left = {};  ///< first column and row that stay
  /// First column and row that go; absent: the source's corner.
  std::optional<Point> bottom_right = std::nullopt;

  friend constexpr bool operator==(const CropBox&, const CropBox&) = default;
};

constexpr CropBox crop_box(const Rect& rect) {
  return {{rect.x, rect.y}, Point{rect.x + rect.width, rect.y + rect.height}};
}

/// What a focus is measured in.
enum class FocusUnit : std::uint8_t {
  source_pixels,     ///< pixels of the upright source, before the crop box
  source_fraction,   ///< fractions of the upright source's sides, 0 to 1
  resized_fraction,  ///< fractions, 0 to 1, of the picture that is being fitted: cropped and turned
};

/// A point that should stay in the middle of a crop as far as the edges allow. Crop box, rotation
/// and flips carry a point of the source along; outside the crop box the nearest edge counts.
struct Focus {
  double x = 0.5;
  double y = 0.5;
  FocusUnit unit = FocusUnit::source_fraction;

  friend constexpr bool operator==(const Focus&, const Focus&) = default;
};

/// A length on the output.
struct Length {
  enum class Unit : std::uint8_t {
    pixels,    ///< multiplied by the recipe's dpr
    fraction,  ///< of the output's side in that direction, 0 to 1
  };
  double value = 0;
  Unit unit = Unit::pixels;

  friend constexpr bool operator==(const Length&, const Length&) = default;
};

/// A picture laid over the output, by the name under which TransformOptions gives it.
struct Mark {
  std::string name = {};
  Gravity gravity = Compass::center;
  double scale = 1;  ///< of the mark's own size, above 0 to 100; not times dpr
  /// Instead of `scale`: its width as a fraction of the output's, above 0 to 1.
  std::optional<double> of_output = std::nullopt;
  Length pad_x = {};  ///< kept free left and right; between marks that tile
  Length pad_y = {};  ///< the same above and below
  Point offset = {};  ///< moves it, in pixels, times dpr
  double opacity = 1;
  /// Repeated over the whole output from its top left corner, with the pads between one and the
  /// next; gravity and offset then have no say.
  bool tile = false;

  friend bool operator==(const Mark&, const Mark&) = default;
};

/// Depth of the output's samples.
enum class OutputDepth : std::uint8_t {
  automatic,  ///< more than 8 bits where the source has them and the format holds them: PNG 16,
              ///< AVIF 10
  eight,      ///< 8 bits in any case
};

/// How much may be lost, on the way from the finished picture to the file: no more than a score
/// (Invisible, FlickerProof, TargetScore) or a size (TargetBytes) allows, for which transform()
/// searches; or by the codec's own knob (Quality, NearLossless); or nothing. PNG loses nothing,
/// whatever is asked.
using Fidelity = std::variant<Invisible, FlickerProof, TargetScore, TargetBytes, Quality, Lossless,
                              NearLossless>;

/// True for a fidelity that says what is wanted and not how to code it, so that it has to be
/// searched for: the first four.
constexpr bool searches(const Fidelity& fidelity) {
  return !std::holds_alternative<Quality>(fidelity) &&
         !std::holds_alternative<Lossless>(fidelity) &&
         !std::holds_alternative<NearLossless>(fidelity);
}

/// What is wanted of a variant, not how. Every field has a default that leaves the picture alone
/// (but for the lossy encoding). Steps happen in this order: upright (EXIF orientation applied) ->
/// crop box -> trim -> rotate, flip -> resize (fit) -> sharpen, blur, adjust -> padding -> marks ->
/// rounded corners -> matte -> encode.
struct Recipe {
  // Window of the source, then turns.
  std::optional<CropBox> crop = std::nullopt;
  /// Cuts a border of one colour away: tolerance per channel, 0 to 255.
  std::optional<int> trim = std::nullopt;
  /// Degrees counter-clockwise, any finite number. Corners that open up are in `background`.
  double rotate = 0;
  bool flip_horizontal = false;  ///< mirrored left to right, after the rotation
  bool flip_vertical = false;    ///< mirrored top to bottom, after the rotation

  // Size. Both sides 0: as it is. One side 0: from the proportions, half rounded up, at least 1.
  std::int32_t width = 0;   ///< before dpr
  std::int32_t height = 0;  ///< before dpr
  Fit fit = Fit::cover;
  /// Instead of `fit`, where the picture is smaller than the box on either side.
  std::optional<Fit> fit_if_smaller = std::nullopt;
  bool enlarge = false;  ///< may pixels be invented? Otherwise fit()'s rule for smaller sources
  /// What stays in the middle of a cover, where a contain stands on its canvas.
  std::variant<Compass, Focus> gravity = Compass::center;
  /// Device pixel ratio, above 0 to 10: multiplies width, height, radius, pads and offsets (half
  /// rounded up).
  double dpr = 1;
  Filter filter = Filter::lanczos3;
  bool linear_light = false;
  /// How much of the reduction a JPEG decoder may do. `exact` reads every pixel, and variants of
  /// one call share one decode; others decode at a scale that follows from their recipe alone,
  /// apart unless their planes are read from a sequential JPEG.
  ShrinkAccuracy shrink = ShrinkAccuracy::exact;

  // Looks, at output size.
  std::optional<SharpenOptions> sharpen = std::nullopt;
  double blur = 0;  ///< standard deviation in output pixels, 0 (none) or 0.3 to 1000
  Adjustments adjust = {};
  std::vector<Mark> marks = {};  ///< laid on in this order
  double radius = 0;             ///< of rounded corners, pixels

  /// Padding, corners of a rotation, and what lies behind transparency. Absent: white padding and
  /// corners, transparency stays where the format has it, and white lies behind it in JPEG. Named
  /// and opaque: the output has no transparency. Named with alpha: padding only (and over white in
  /// JPEG).
  std::optional<Color> background = std::nullopt;

  // The file.
  std::optional<Format> format = std::nullopt;  ///< absent: the source's, unless `formats` has any
  /// Instead of `format`: all formats that the caller accepts, each once. A fidelity that searches
  /// picks the one whose file is the smallest of those that reach the target, the earlier one where
  /// two are equal. Where nothing is searched for, the source's format if it is listed, else the
  /// first. JPEG is out where it would lose transparency or cannot do what `fidelity` asks, unless
  /// nothing else is listed.
  std::vector<Format> formats = {};
  Fidelity fidelity = Invisible{};
  /// Least score of the worst block, up to 100, where the fidelity asks for a score:
  /// SearchOptions::worst_block. Absent: default_worst_block().
  std::optional<Score> worst_block = std::nullopt;
  /// Encode even where the source's own coded picture would do as well. Otherwise, unless the
  /// fidelity is a Quality or NearLossless, a source that nothing needs to be done to (its pixels
  /// stay as they are, its format is accepted) comes out as it is coded, under the metadata that
  /// the policy leaves, wherever encoding it again would make it no smaller or quantise it more
  /// finely than it is already. Plan::may_keep_source says whether that can happen.
  bool always_encode = false;
  int effort = 4;  ///< 0 (fastest) to 9 (smallest); of searched JPEGs: SearchOptions::encode
  ChromaSubsampling chroma = ChromaSubsampling::automatic;
  bool progressive = true;  ///< JPEG
  OutputDepth depth = OutputDepth::automatic;
  MetadataPolicy metadata = MetadataPolicy::copyright;
  /// Leave the colours as they are and embed the source's ICC profile. CMYK becomes sRGB even so,
  /// and so does a source that has no profile to embed.
  bool keep_profile = false;
};

/// Refuses values that no source could make sense of: NaN, negative or huge sizes, angles, scales,
/// opacities, qualities and scores outside their ranges, a format listed twice. Errors:
/// invalid_argument, naming field, value and what is allowed; unsupported for a fidelity that no
/// named format has.
LIMEN_API Result<void> validate(const Recipe& recipe);

/// The same wish in its plainest form: dpr multiplied in, the angle in 0..360, flips of both sides
/// turned into half a turn, fields without effect at their defaults. plan() and transform() work
/// from it, so recipes with equal normal forms give equal bytes. Errors: those of validate().
LIMEN_API Result<Recipe> normalized(const Recipe& recipe);

/// A cache key: one line of printable ASCII, the same for recipes with the same normal form, and
/// different for all others. An output follows from the source's bytes, this, the bytes of the
/// marks that it names, and limen's version. Errors: those of validate().
LIMEN_API Result<std::string> canonical(const Recipe& recipe);

}  // namespace limen::inline LIMEN_ABI
