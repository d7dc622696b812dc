// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pictures as libwebp's encoder takes them.

#include <webp/encode.h>

#include <memory>
#include <string>

#include "limen/codec/encode.h"
#include "limen/core/execution.h"
#include "limen/core/image_view.h"
#include "limen/core/result.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI::webp {

struct PictureFree {
  void operator()(WebPPicture* picture) const {
    WebPPictureFree(picture);
    delete picture;
  }
};
/// With what libwebp has allocated for it.
using OwnedPicture = std::unique_ptr<WebPPicture, PictureFree>;

/// Without pixels.
Result<OwnedPicture> empty_picture(Size size);

/// Gives the picture pixels of its own, of 8 bits; its size is the image's. Errors:
/// out_of_memory, cancelled.
Result<void> import_argb(const ConstImageView& image, WebPPicture& picture,
                         const Execution& execution);

Error internal(std::string message);

/// `execution.workspace` may be null: then nothing is counted.
Result<MemoryReservation> reserve(const Execution& execution, std::uint64_t bytes);

/// What libwebp's planes of luma, halved chroma and alpha take.
std::uint64_t plane_bytes(Size size, bool has_alpha);

/// Whether a lossy file of such an image has its chroma halved the sharp way: of gray there is
/// none to halve.
bool is_sharp(const EncodeOptions& options, Layout layout);

/// Luma and halved chroma, which no quality changes: made once, coded as often as one likes.
class LossyPicture {
 public:
  /// `execution.workspace` is not null. Errors: limit_exceeded, out_of_memory, cancelled.
  static Result<LossyPicture> convert(const ConstImageView& image, bool is_sharp,
                                      const Execution& execution);

  Size size() const { return {planes_->width, planes_->height}; }
  bool has_alpha() const { return planes_->a != nullptr; }
  /// What it holds of the workspace.
  std::uint64_t bytes() const { return plane_bytes(size(), has_alpha()); }

  /// A picture to be encoded once. It borrows these planes, or has copies where the encoder would
  /// change them: it smooths colours that alpha hides.
  Result<OwnedPicture> lend() const;

 private:
  LossyPicture(OwnedPicture planes, MemoryReservation held)
      : planes_(std::move(planes)), held_(std::move(held)) {}

  OwnedPicture planes_;
  MemoryReservation held_;
};

}  // namespace limen::inline LIMEN_ABI::webp
