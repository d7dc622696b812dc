// SPDX-License-Identifier: Apache-2.0
#include "lib/quality/search_subject.h"

#include <cstddef>
#include <cstdint>
#include <utility>

#include "limen/compose/extend.h"

namespace limen::inline LIMEN_ABI::search {

namespace {

template <class Sample>
bool has_full_alpha(const ConstImageView& picture) {
  constexpr Sample kMost = static_cast<Sample>(~Sample{0});
  const int channels = picture.format.channels();
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    const Sample* at = picture.row_as<Sample>(y) + channels - 1;
    for (std::int32_t x = 0; x < picture.size.width; ++x, at += channels) {
      if (*at != kMost) return false;
    }
  }
  return true;
}

// The nearest of 256 levels, as all encoders round: 65535 = 257 * 255.
Result<Image> in_8_bits(const ConstImageView& from, const Execution& execution) {
  PixelFormat format = from.format;
  format.sample = SampleType::u8;
  LIMEN_ASSIGN(Image image, Image::create(from.size, format, execution.workspace));
  const std::size_t samples =
      static_cast<std::size_t>(from.size.width) * static_cast<std::size_t>(format.channels());
  for (std::int32_t y = 0; y < from.size.height; ++y) {
    const auto* in = from.row_as<std::uint16_t>(y);
    auto* out = image.view().row_as<std::uint8_t>(y);
    for (std::size_t i = 0; i < samples; ++i) {
      out[i] = static_cast<std::uint8_t>((in[i] + 128u) / 257u);
    }
  }
  return image;
}

}  // namespace

Subject::Subject(const ConstImageView& picture, Color matte) : picture_(picture), matte_(matte) {}

Layout Subject::layout_for(Format format) const {
  const Layout layout = picture_.format.layout;
  if (format != Format::jpeg || !has_alpha(layout)) return layout;
  const bool is_gray = matte_.red == matte_.green && matte_.green == matte_.blue;
  return layout == Layout::gray_alpha && is_gray ? Layout::gray : Layout::rgb;
}

Result<ConstImageView> Subject::encodable(Format format, const Execution& execution) {
  if (format != Format::jpeg) return picture_;
  return version({.is_flat = true, .is_8_bit = true}, execution);
}

Result<const Original*> Subject::original(Format format, int bit_depth,
                                          const Execution& execution) {
  const bool keeps_depth = format == Format::png || (format == Format::avif && bit_depth > 8);
  const Version wanted{.is_flat = format == Format::jpeg || is_opaque(), .is_8_bit = !keeps_depth};
  LIMEN_ASSIGN(const ConstImageView picture, version(wanted, execution));
  // Where nothing had to be altered, versions are one.
  std::size_t index = 0;
  if (picture.format.sample != picture_.format.sample) index += 1;
  if (picture.format.layout != picture_.format.layout) index += 2;
  std::optional<Original>& original = originals_[index];
  if (!original) {
    LIMEN_ASSIGN(Ssimulacra2 metric, Ssimulacra2::prepare(picture, execution));
    original = Original{picture, std::move(metric)};
  }
  return &*original;
}

Result<ConstImageView> Subject::version(Version wanted, const Execution& execution) {
  const bool flattens = wanted.is_flat && picture_.format.has_alpha();
  const bool reduces = wanted.is_8_bit && picture_.format.sample == SampleType::u16;
  if (!flattens && !reduces) return picture_;
  Image& made = versions_[(flattens ? 2u : 0u) + (reduces ? 1u : 0u)];
  if (made.has_pixels()) return made.const_view();
  // Blended at full depth first, as JPEG's encoder does.
  Image flat;
  if (flattens) {
    LIMEN_ASSIGN(flat, flatten(picture_, matte_, execution));
  }
  if (!reduces) {
    made = std::move(flat);
  } else {
    LIMEN_ASSIGN(made, in_8_bits(flattens ? flat.const_view() : picture_, execution));
  }
  return made.const_view();
}

bool Subject::is_opaque() {
  if (!is_opaque_) {
    is_opaque_ = !picture_.format.has_alpha() || (picture_.format.sample == SampleType::u8
                                                      ? has_full_alpha<std::uint8_t>(picture_)
                                                      : has_full_alpha<std::uint16_t>(picture_));
  }
  return *is_opaque_;
}

}  // namespace limen::inline LIMEN_ABI::search
