// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "limen/core/bytes.h"
#include "limen/core/image_view.h"
#include "limen/core/planar.h"

// Looks at what the pipeline hands to an encoder, by standing before encode() and encode_planar()
// in this program alone (the linker's --wrap): there is no other way to the planes of a JPEG that
// never becomes RGB.
class EncoderTap {
 public:
  /// From here on until the end of its life, in this thread; one at a time.
  EncoderTap();
  ~EncoderTap();
  EncoderTap(const EncoderTap&) = delete;
  EncoderTap& operator=(const EncoderTap&) = delete;

  /// A PNG for each picture that has been encoded: luma at full range where it came as planes.
  const std::vector<limen::Bytes>& pictures() const { return pictures_; }

  void take(const limen::ConstImageView& pixels);
  void take(const limen::PlanarImage& planes);

 private:
  std::vector<limen::Bytes> pictures_;
};
