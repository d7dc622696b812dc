// SPDX-License-Identifier: Apache-2.0
#include "limen_tap.h"

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>

#include "limen/codec/encode.h"
#include "limen/core/image.h"

using limen::Bytes, limen::ConstImageView, limen::EncodeOptions, limen::Execution,
    limen::PlanarImage, limen::Result;

// The linker turns calls of encode() into calls of __wrap_encode(), and __real_encode() into it.
Result<Bytes> real_encode(const ConstImageView&, const EncodeOptions&,
                          const Execution&) __asm__("__real_" LIMEN_ENCODE);
Result<Bytes> real_encode_planar(const PlanarImage&, const EncodeOptions&,
                                 const Execution&) __asm__("__real_" LIMEN_ENCODE_PLANAR);
Result<Bytes> tapped_encode(const ConstImageView&, const EncodeOptions&,
                            const Execution&) __asm__("__wrap_" LIMEN_ENCODE);
Result<Bytes> tapped_encode_planar(const PlanarImage&, const EncodeOptions&,
                                   const Execution&) __asm__("__wrap_" LIMEN_ENCODE_PLANAR);

namespace {

thread_local EncoderTap* current = nullptr;

Bytes png_of(const ConstImageView& pixels) {
  auto png = real_encode(pixels, {.format = limen::Format::png, .effort = 0}, {});
  if (!png) throw std::runtime_error(png.error().message);
  return *std::move(png);
}

limen::Image full_range(const ConstImageView& luma) {
  constexpr double kBlack = 16, kSteps = 219;  // ITU-R BT.601
  auto wide = limen::Image::create(luma.size, limen::gray16);
  if (!wide) throw std::runtime_error(wide.error().message);
  for (std::int32_t y = 0; y < luma.size.height; ++y) {
    const auto* from = luma.row_as<std::uint8_t>(y);
    auto* to = wide->view().row_as<std::uint16_t>(y);
    for (std::int32_t x = 0; x < luma.size.width; ++x) {
      const double value = std::fmin(std::fmax((from[x] - kBlack) / kSteps, 0), 1);
      to[x] = static_cast<std::uint16_t>(std::lround(value * 65535));
    }
  }
  return *std::move(wide);
}

}  // namespace

EncoderTap::EncoderTap() { current = this; }
EncoderTap::~EncoderTap() { current = nullptr; }

void EncoderTap::take(const ConstImageView& pixels) { pictures_.push_back(png_of(pixels)); }

void EncoderTap::take(const PlanarImage& planes) {
  const ConstImageView luma = planes.planes[0].view();
  const bool is_limited = planes.range == limen::YcbcrRange::limited;
  pictures_.push_back(is_limited ? png_of(full_range(luma).view()) : png_of(luma));
}

Result<Bytes> tapped_encode(const ConstImageView& image, const EncodeOptions& options,
                            const Execution& execution) {
  if (current != nullptr) current->take(image);
  return real_encode(image, options, execution);
}

Result<Bytes> tapped_encode_planar(const PlanarImage& image, const EncodeOptions& options,
                                   const Execution& execution) {
  if (current != nullptr) current->take(image);
  return real_encode_planar(image, options, execution);
}
