// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "limen/codec/encode.h"
#include "limen/core/abi.h"
#include "limen/core/bytes.h"
#include "limen/core/execution.h"
#include "limen/core/format.h"
#include "limen/core/geometry.h"
#include "limen/core/image_view.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"
#include "limen/quality/score.h"

namespace limen::inline LIMEN_ABI {

/// No difference is seen when original and result are swapped in place: a score of 85.
struct Invisible {
  friend constexpr bool operator==(Invisible, Invisible) = default;
};

/// No difference is seen when original and result flicker in place: a score of 90.
struct FlickerProof {
  friend constexpr bool operator==(FlickerProof, FlickerProof) = default;
};

/// A score of the caller's own, above 0 to 100.
struct TargetScore {
  Score score = {85};
  friend constexpr bool operator==(TargetScore, TargetScore) = default;
};

/// The finest quality whose file has at most this many bytes, at least 1.
struct TargetBytes {
  std::uint64_t bytes = 0;
  friend constexpr bool operator==(TargetBytes, TargetBytes) = default;
};

using Target = std::variant<Invisible, FlickerProof, TargetScore, TargetBytes>;

/// The score that a target asks for; none for TargetBytes.
LIMEN_API std::optional<Score> target_score(const Target& target);

/// The least score of the worst block that a target accepts where the caller names none:
/// docs/quality.md says how it was found. None for TargetBytes.
LIMEN_API std::optional<Score> default_worst_block(const Target& target);

/// What chose the coefficients of a JPEG.
enum class JpegQuantizer : std::uint8_t {
  libjpeg,  ///< libjpeg's tables, each coefficient rounded: as encode() does for a Quality
  limen     ///< tables and choices made for the picture, which encode() does not make
};

/// "libjpeg", "limen".
LIMEN_API std::string_view name(JpegQuantizer quantizer);

struct SearchOptions {
  Target target = Invisible{};
  /// Formats that may come out: the smallest file that reaches the target wins, the earlier one
  /// where two are equal. Empty: encode.format alone. PNG takes part as what it is: lossless.
  std::vector<Format> formats = {};
  /// Everything but format and mode, which the search finds. chroma automatic: part of the search
  /// (JPEG and AVIF: 4:2:0 and 4:4:4). sharp_yuv absent: likewise (WebP). Alpha that a format
  /// cannot hold is blended onto the matte before anything is compared. effort decides what a JPEG
  /// is made by: 0 and 1 libjpeg's quantiser, 2 and 3 tables of limen's own, from 4 on levels
  /// besides that are chosen by how much each block's error is seen, from 8 on along the score's
  /// gradient. progressive: where one sequential scan makes a JPEG smaller it has that.
  EncodeOptions encode = {};
  /// Least score of the worst block (Comparison::worst_block); absent: default_worst_block().
  std::optional<Score> worst_block = std::nullopt;
  /// May a lossless WebP or PNG be the answer, where `formats` has one and nothing lossy reaches
  /// the target or it is the smaller?
  bool lossless_fallback = true;
  /// No trial starts once this much time has passed (steady clock); what was found by then is the
  /// answer. 0: no limit.
  std::chrono::nanoseconds time_budget{0};
};

/// One setting that the search has looked at.
struct Trial {
  Format format = Format::jpeg;
  ChromaSubsampling chroma = ChromaSubsampling::automatic;
  bool sharp_yuv = false;
  std::variant<Quality, Lossless> mode = Quality{};  ///< as Found's
  JpegQuantizer quantizer = JpegQuantizer::libjpeg;
  Score score;
  Score worst_block;
  std::uint64_t bytes = 0;  ///< 0: never encoded to the end
  bool passes = false;
};

struct Found {
  Bytes bytes;
  Format format = Format::jpeg;
  /// What encode() makes the same file with; of a JPEG by limen's quantizer libjpeg's quality of
  /// about the same loss, in fractions.
  std::variant<Quality, Lossless> mode = Quality{};
  JpegQuantizer quantizer = JpegQuantizer::libjpeg;
  ChromaSubsampling chroma = ChromaSubsampling::automatic;  ///< gray: automatic
  bool sharp_yuv = false;                                   ///< what encode() takes; WebP
  bool progressive = false;                                 ///< the file's scans; JPEG
  Score score;  ///< of the finished file, decoded by limen, beside the picture
  Score worst_block;
  Rect worst_block_at;   ///< in pixels of the picture
  bool reached = false;  ///< target and worst block; TargetBytes: it fits
  /// The next lower setting of this format and chroma was seen to fail, or there is none;
  /// TargetBytes: the next higher one was seen not to fit, or there is none. Of a JPEG from effort
  /// 8 on: so it was where the gradient was followed from, and the still smaller file itself was
  /// decoded and meets the target. False where time ran out first, or nothing reached the target.
  bool certified = false;
  int evaluations = 0;        ///< candidates shown in full and scored, all formats together
  int encodes = 0;            ///< files made by an encoder, cheap ones for a guess included
  std::vector<Trial> trials;  ///< in the order in which they were looked at
};

/// Finds the smallest file of a picture whose loss meets the target: u8 or u16, gray to rgba,
/// straight alpha, taken as sRGB. With chroma and effort fixed, the finished bytes, decoded by
/// limen, reach the target and the next lower quality does not; where a curve of score over quality
/// crosses the target more than once, it need not be the lowest crossing. The answer depends
/// on the machine only where a time budget runs out, or where a score lies within 0.001 of its
/// bound.
///
/// Compared with what a format can hold of the picture: 8 bits but for PNG and AVIF of 10, without
/// alpha where the format has none (JPEG) or nothing is transparent. AVIF is climbed in the
/// chroma that promises the smaller file, in the other only where that one does not reach the
/// target, unless encode.chroma says which. How WebP's chroma is halved: below effort 4 the sharp
/// way; at 4 likewise for a score of 88 and above, below it the way that promises the smaller file,
/// and the other too where that plainly comes close; at 5 and 6 the other wherever it may win; from
/// 7 on both to the end, by halves of a quality. Where a lossless file may be smaller than what is
/// promised of lossy ones it is made first, and they are not looked at if it is much smaller.
/// Memory: some 40 bytes a pixel, and what encoders take; without a Workspace the call may hold 1
/// GB.
///
/// A target that no accepted format reaches is no error: Found::reached is false and the file is
/// the best that was found. Thread-safe. Errors: invalid_argument (target, formats, worst block out
/// of range, picture), unsupported, limit_exceeded, cancelled, out_of_memory.
LIMEN_API Result<Found> find_smallest(const ConstImageView& image,
                                      const SearchOptions& options = {},
                                      const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
