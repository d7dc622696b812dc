// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "limen/codec/encode.h"
#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// One picture on its way into one format, tried at several settings of the codec's knob: what a
/// search needs of a codec. A knob's settings are numbered, coarsest 0; how many there are and what
/// they mean is the codec's affair. Not thread-safe; the picture must outlive it.
class Trials {
 public:
  virtual ~Trials() = default;

  /// Number of settings, at least 1.
  virtual int count() const = 0;
  /// The Quality that encode() takes for a setting, and the setting nearest to a Quality.
  virtual Quality quality_of(int setting) const = 0;
  virtual int setting_of(Quality quality) const = 0;

  /// True where show() has to make the file of a setting first, so that its finish() costs next to
  /// nothing then; false where showing is the cheaper by far.
  virtual bool shows_files() const { return false; }

  /// From now on finish() may make the file that encode() makes with EncodeOptions::progressive
  /// false, where that is the smaller one. Of a JPEG; others have no choice.
  virtual void allow_sequential() {}

  /// The picture as a decoder shows the file of that setting, byte for byte what
  /// decode(finish(setting)) gives (with keep_16_bit), of whatever layout and depth that is. Valid
  /// until the next call. Errors: invalid_argument (no such setting), limit_exceeded, cancelled,
  /// out_of_memory.
  virtual Result<ConstImageView> show(int setting, const Execution& execution = {}) = 0;

  /// About how many bytes finish(setting) gives, to some per cent, without making the file; nothing
  /// where only finish() can tell. Errors: as show().
  virtual Result<std::optional<std::uint64_t>> estimate_bytes(int /*setting*/,
                                                              const Execution& /*execution*/ = {}) {
    return std::optional<std::uint64_t>{};
  }

  /// The same from a part of the picture, at a fraction of the time: to be compared with others of
  /// its kind, of the same picture at any setting and chroma, which err alike.
  virtual Result<std::optional<std::uint64_t>> compare_bytes(int setting,
                                                             const Execution& execution = {}) {
    return estimate_bytes(setting, execution);
  }

  /// The file: what encode() gives for this picture, these options and quality_of(setting).
  virtual Result<Bytes> finish(int setting, const Execution& execution = {}) = 0;
};

/// Prepares trials of `image` with everything but the quality taken from `options`; its mode is
/// ignored, its chroma must not be automatic where the format has a choice. The image is borrowed.
/// Errors: as encode(); unsupported for a format without trials.
LIMEN_API Result<std::unique_ptr<Trials>> start_trials(const ConstImageView& image,
                                                       const EncodeOptions& options,
                                                       const Execution& execution = {});

}  // namespace limen::inline LIMEN_ABI
