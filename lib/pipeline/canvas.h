// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/planar.h"
#include "limen/core/result.h"

namespace limen::inline LIMEN_ABI {

/// The picture on its way through a recipe: borrowed pixels until a step changes them. Copies
/// nothing that no step writes to.
class Canvas {
 public:
  explicit Canvas(const ConstImageView& borrowed) : view_(borrowed) {}
  /// Planes on their way to the encoder, which no step may touch: of view() only the size is good.
  explicit Canvas(PlanarImage planes) : planes_(std::move(planes)) { view_.size = planes_.size(); }

  bool is_planar() const { return planes_.planes[0].has_pixels(); }
  PlanarImage& planes() { return planes_; }

  const ConstImageView& view() const { return view_; }
  PixelFormat format() const { return view_.format; }
  Size size() const { return view_.size; }

  /// The result of a step, which replaces what was there.
  void replace(Image image) {
    owned_ = std::move(image);
    view_ = owned_.const_view();
  }
  /// Leaves only a window of it.
  void crop(const Rect& window) { view_ = subview(view_, window); }

  /// The pixels as an image of their own.
  Result<Image> take(const Execution& execution) && {
    LIMEN_TRY(writable(execution));
    return std::move(owned_);
  }

  /// Pixels that may be written: the picture's own, copied first where they are borrowed.
  Result<ImageView> writable(const Execution& execution) {
    const bool is_whole = owned_.has_pixels() && view_.data == owned_.const_view().data &&
                          view_.size == owned_.size();
    if (!is_whole) {
      LIMEN_ASSIGN(Image copy, Image::create(view_.size, view_.format, execution.workspace));
      copy_pixels(view_, copy.view());
      replace(std::move(copy));
    }
    return owned_.view();
  }

 private:
  Image owned_;
  ConstImageView view_;
  PlanarImage planes_;
};

}  // namespace limen::inline LIMEN_ABI
