// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/color/icc.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/format.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/limits.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"
#include "limen/quality/score.h"
#include "limen/quality/search.h"

namespace limen::inline LIMEN_ABI {

/// A picture that recipes may name as a mark. limen opens no path and no URL: whoever calls
/// resolves names. Borrowed for the length of the call.
struct NamedPicture {
  std::string_view name = {};
  /// A file's bytes, decoded under the same limits as the source, stood upright and turned to sRGB,
  /// once for all recipes; or sRGB pixels, u8 or u16, gray to rgba, straight alpha.
  std::variant<ByteView, ConstImageView> picture = {};
};

struct TransformOptions {
  /// working_memory applies where Execution brings no Workspace; it is more than elsewhere, because
  /// a search for the quality takes some 50 bytes a pixel of the output.
  Limits limits = {.working_memory = 1'000'000'000};
  OnDamage on_damage = OnDamage::error;
  std::span<const NamedPicture> pictures = {};
};

/// Wall time by stage, steady clock.
struct StageTimes {
  using Duration = std::chrono::nanoseconds;
  Duration decode{0};  ///< of the source, shared by the variants that share the decode
  Duration orient{0};  ///< upright, turns, rotation, trim
  Duration color{0};   ///< to sRGB
  Duration resize{0};
  Duration compose{0};  ///< sharpen, blur, adjust, padding, marks, corners, matte
  Duration search{0};   ///< for the quality: metric, trials and the encoding of what it found
  Duration encode{0};   ///< where nothing is searched for; rewriting of the source's own file
};

/// What a search has to say for its answer.
struct SearchReport {
  Score score;  ///< of the file, decoded by limen, beside the finished picture
  Score worst_block;
  Rect worst_block_at;        ///< in pixels of the output
  bool reached = false;       ///< the target and the worst block's bound, or the size
  bool certified = false;     ///< Found::certified; a kept source and lossless files: as reached
  int evaluations = 0;        ///< candidates scored, all formats together
  int encodes = 0;            ///< files made by an encoder
  std::vector<Trial> trials;  ///< in the order in which they were looked at
  JpegQuantizer quantizer = JpegQuantizer::libjpeg;  ///< Found::quantizer
};

/// A finished file and what was done for it.
struct Variant {
  Bytes bytes;
  Format format = Format::jpeg;
  std::string_view mime_type;  ///< static text: "image/webp"
  Size size;
  int bit_depth = 8;
  bool has_alpha = false;  ///< of the file: some encoders leave out alpha that hides nothing
  /// What the picture is coded with, as encode() takes it; of a JPEG by limen's own quantiser
  /// (SearchReport::quantizer) libjpeg's quality of about the same loss. Of a kept source what is
  /// known: JPEG's ImageInfo::jpeg_quality, Lossless, or nothing.
  std::optional<std::variant<Quality, Lossless, NearLossless>> mode;
  /// As coded: automatic where the format or a gray picture leaves no choice.
  ChromaSubsampling chroma = ChromaSubsampling::automatic;
  bool sharp_yuv = false;    ///< Found::sharp_yuv, where the quality was searched for
  bool progressive = false;  ///< the file's scans; JPEG
  /// The source's own coded picture, not encoded again: Recipe::always_encode has the rule. It
  /// scores 100, or where it was turned by its coefficients what decoders' rounding leaves of that;
  /// nothing is lost either way, so its target counts as reached.
  bool kept_source = false;
  /// What is lost. Absent where the fidelity names a codec's own knob: nobody has looked.
  std::optional<SearchReport> search;
  ColorAction color_action = ColorAction::none;
  std::string color_source;                   ///< "Display P3", …; ColorPlan::source
  bool keeps_profile = false;                 ///< the source's ICC profile is embedded
  std::vector<std::string> dropped_metadata;  ///< "gps", "thumbnail", …: FilteredMetadata::dropped
  std::string damage;                         ///< with best_effort: what was wrong with the source
  std::vector<std::string> notes;             ///< one line each
  StageTimes times;
  /// Working memory held at the most while the source was decoded and this variant was made; when
  /// variants are made at the same time, that of the others is in it.
  std::uint64_t peak_bytes = 0;
  std::uint32_t source_decodes =
      0;  ///< how often this call decoded the source, all recipes together
};

/// Turns one source into one variant a recipe, in their order. The source is decoded once to pixels
/// and once to planes, whichever the recipes' plans start from (once more for each scale that
/// ShrinkAccuracy::fine or coarse come to). A variant's bytes follow from the
/// source, its own recipe, the marks it names and limen's version, never from the other recipes,
/// from threads or the machine.
///
/// All or nothing: a recipe's error is the call's (the first in their order), starting with "recipe
/// N: " (N from 0) where there are several recipes and the source is not to blame; a mark's error
/// names the mark. Uses up to execution.threads threads (or its executor) for different variants.
/// Restarts execution.workspace's peak. Errors: those of decode(), plan() and encode().
LIMEN_API Result<std::vector<Variant>> transform(ByteView source, std::span<const Recipe> recipes,
                                                 const TransformOptions& options = {},
                                                 const Execution& execution = {});

/// The same for one recipe.
LIMEN_API Result<Variant> transform(ByteView source, const Recipe& recipe,
                                    const TransformOptions& options = {},
                                    const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
