// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/webp/picture.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "lib/codec/webp/samples.h"
#include "lib/codec/webp/sharp_chroma.h"
#include "limen/core/image.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

// From this effort on a file's chroma is halved the sharp way unless the caller says.
constexpr int kSharpEffort = 7;

template <class Sample>
Result<void> fill_argb(const ConstImageView& image, WebPPicture& picture,
                       const Execution& execution) {
  const int channels = image.format.channels();
  const bool is_gray = channels < 3;
  const bool has_alpha = image.format.has_alpha();
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    if (execution.is_cancelled()) return cancelled();
    const auto* from = image.row_as<Sample>(y);
    std::uint32_t* to = picture.argb + static_cast<std::ptrdiff_t>(y) * picture.argb_stride;
    for (std::int32_t x = 0; x < image.size.width; ++x, from += channels) {
      const std::uint32_t red = to_8_bits(from[0]);
      const std::uint32_t green = is_gray ? red : to_8_bits(from[1]);
      const std::uint32_t blue = is_gray ? red : to_8_bits(from[2]);
      const std::uint32_t alpha = has_alpha ? to_8_bits(from[channels - 1]) : 255u;
      to[x] = alpha << 24 | red << 16 | green << 8 | blue;
    }
  }
  return {};
}

Result<void> fill(const ConstImageView& image, WebPPicture& picture, const Execution& execution) {
  if (image.format.sample == SampleType::u8) {
    return fill_argb<std::uint8_t>(image, picture, execution);
  }
  return fill_argb<std::uint16_t>(image, picture, execution);
}

Result<void> allocated(int status) {
  if (status == 0) return out_of_memory();
  return {};
}

// libwebp goes from RGB to its planes row by row; everything else takes the way by ARGB.
bool goes_straight(const ConstImageView& image) {
  return image.stride >= 0 && image.stride <= 0x7FFFFFFF &&
         (image.format == rgb8 || image.format == rgba8);
}

Result<void> import_planes(const ConstImageView& image, WebPPicture& picture) {
  const auto* pixels = image.row_as<std::uint8_t>(0);
  const int stride = static_cast<int>(image.stride);
  if (image.format == rgb8) return allocated(WebPPictureImportRGB(&picture, pixels, stride));
  return allocated(WebPPictureImportRGBA(&picture, pixels, stride));
}

Result<void> convert_argb(const ConstImageView& image, WebPPicture& picture,
                          const Execution& execution) {
  LIMEN_ASSIGN(Image pixels, Image::create(image.size, rgba8, execution.workspace));
  picture.argb = pixels.view().row_as<std::uint32_t>(0);
  picture.argb_stride = static_cast<int>(pixels.view().stride / 4);
  picture.use_argb = 1;
  const auto filled = fill(image, picture, execution);
  const int status = filled ? WebPPictureARGBToYUVA(&picture, WEBP_YUV420) : 0;
  picture.argb = nullptr;  // they go
  picture.argb_stride = 0;
  picture.use_argb = 0;
  LIMEN_TRY(filled);
  return allocated(status);
}

// By `alpha(x, value)` for each pixel of a row, until it returns false.
template <class Sample, class Alpha>
bool each_alpha(const ConstImageView& image, std::int32_t y, const Alpha& alpha) {
  const int channels = image.format.channels();
  const auto* from = image.row_as<Sample>(y) + channels - 1;
  for (std::int32_t x = 0; x < image.size.width; ++x, from += channels) {
    if (!alpha(x, to_8_bits(*from))) return false;
  }
  return true;
}

template <class Sample>
Result<bool> is_opaque(const ConstImageView& image, const Execution& execution) {
  for (std::int32_t y = 0; y < image.size.height; ++y) {
    if (execution.is_cancelled()) return cancelled();
    if (!each_alpha<Sample>(image, y, [](auto, auto alpha) { return alpha == 255; })) return false;
  }
  return true;
}

template <class Sample>
Result<void> convert_sharply(const ConstImageView& image, WebPPicture& picture,
                             const Execution& execution) {
  const bool has_alpha = image.format.has_alpha();
  LIMEN_ASSIGN(const bool opaque, has_alpha ? is_opaque<Sample>(image, execution) : true);
  picture.colorspace = opaque ? WEBP_YUV420 : WEBP_YUV420A;
  LIMEN_TRY(allocated(WebPPictureAlloc(&picture)));
  for (std::int32_t y = 0; !opaque && y < image.size.height; ++y) {
    if (execution.is_cancelled()) return cancelled();
    std::uint8_t* const to = picture.a + static_cast<std::ptrdiff_t>(y) * picture.a_stride;
    each_alpha<Sample>(image, y, [to](std::int32_t x, std::uint8_t alpha) {
      to[x] = alpha;
      return true;
    });
  }
  const HalvedPlanes planes = {.y = picture.y,
                               .cb = picture.u,
                               .cr = picture.v,
                               .y_stride = picture.y_stride,
                               .chroma_stride = picture.uv_stride};
  return halve_chroma_sharply(image, planes, execution.workspace,
                              [&] { return execution.is_cancelled(); });
}

}  // namespace

Error internal(std::string message) {
  return Error{.code = ErrorCode::internal,
               .message = "WebP: " + std::move(message),
               .format = Format::webp};
}

Result<MemoryReservation> reserve(const Execution& execution, std::uint64_t bytes) {
  if (execution.workspace == nullptr) return MemoryReservation();
  return execution.workspace->reserve(bytes);
}

std::uint64_t plane_bytes(Size size, bool has_alpha) {
  return (has_alpha ? 2 : 1) * area(size) + 2 * area(chroma_size(size, ChromaSubsampling::yuv420));
}

bool is_sharp(const EncodeOptions& options, Layout layout) {
  return channel_count(layout) > 2 && options.sharp_yuv.value_or(options.effort >= kSharpEffort);
}

Result<OwnedPicture> empty_picture(Size size) {
  OwnedPicture picture(new (std::nothrow) WebPPicture);
  if (picture == nullptr) return out_of_memory();
  if (WebPPictureInit(picture.get()) == 0) {
    delete picture.release();
    return internal("libwebp is older than its headers");
  }
  picture->width = size.width;
  picture->height = size.height;
  return picture;
}

Result<void> import_argb(const ConstImageView& image, WebPPicture& picture,
                         const Execution& execution) {
  picture.use_argb = 1;
  LIMEN_TRY(allocated(WebPPictureAlloc(&picture)));
  return fill(image, picture, execution);
}

Result<LossyPicture> LossyPicture::convert(const ConstImageView& image, bool is_sharp,
                                           const Execution& execution) {
  LIMEN_ASSIGN(auto held, reserve(execution, plane_bytes(image.size, image.format.has_alpha())));
  LIMEN_ASSIGN(OwnedPicture planes, empty_picture(image.size));
  planes->use_argb = 0;
  if (is_sharp && std::min(image.size.width, image.size.height) >= kLeastSharpSide) {
    const bool is_wide = image.format.sample == SampleType::u16;
    LIMEN_TRY(is_wide ? convert_sharply<std::uint16_t>(image, *planes, execution)
                      : convert_sharply<std::uint8_t>(image, *planes, execution));
  } else if (goes_straight(image)) {
    LIMEN_TRY(import_planes(image, *planes));
  } else {
    LIMEN_TRY(convert_argb(image, *planes, execution));
  }
  return LossyPicture(std::move(planes), std::move(held));
}

Result<OwnedPicture> LossyPicture::lend() const {
  LIMEN_ASSIGN(OwnedPicture lent, empty_picture(size()));
  if (has_alpha()) {
    LIMEN_TRY(allocated(WebPPictureCopy(planes_.get(), lent.get())));
    return lent;
  }
  lent->use_argb = 0;
  lent->colorspace = planes_->colorspace;
  lent->y = planes_->y;
  lent->u = planes_->u;
  lent->v = planes_->v;
  lent->y_stride = planes_->y_stride;
  lent->uv_stride = planes_->uv_stride;
  return lent;
}

}  // namespace limen::inline LIMEN_ABI::webp
