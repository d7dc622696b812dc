// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is encoded and what it is compared with.

#include <array>
#include <optional>

#include "limen/codec/encode.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::inline LIMEN_ABI::search {

/// A picture as a format can hold it at its best: what that format's files are compared with.
struct Original {
  ConstImageView picture;
  Ssimulacra2 metric;
};

/// The picture of a search and what is made of it, each at most once. The view is borrowed.
class Subject {
 public:
  Subject(const ConstImageView& picture, Color matte);

  const ConstImageView& picture() const { return picture_; }
  Size size() const { return picture_.size; }
  /// Of encodable().
  Layout layout_for(Format format) const;

  /// What trials of a format are started with, such that they give what encode() gives for the
  /// picture itself: for JPEG without alpha and with 8 bits, for others the picture.
  Result<ConstImageView> encodable(Format format, const Execution& execution);

  /// The picture without alpha where the format has none, or where all of it is opaque; rounded to
  /// 8 bits where the format or `bit_depth` has no more. Stays where it is.
  Result<const Original*> original(Format format, int bit_depth, const Execution& execution);

 private:
  // Which alterations a version of the picture has undergone.
  struct Version {
    bool is_flat = false;
    bool is_8_bit = false;
  };
  Result<ConstImageView> version(Version wanted, const Execution& execution);
  bool is_opaque();

  ConstImageView picture_;
  Color matte_;
  std::optional<bool> is_opaque_;
  std::array<Image, 4> versions_;
  std::array<std::optional<Original>, 4> originals_;
};

}  // namespace limen::inline LIMEN_ABI::search
