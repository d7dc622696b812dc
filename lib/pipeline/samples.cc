// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/samples.h"

#include <cstdint>
#include <limits>

namespace limen::inline LIMEN_ABI {

namespace {

bool should_stop(const Execution& execution, std::int32_t row) {
  return row % 64 == 0 && execution.is_cancelled();
}

template <class Sample>
void spread_gray(const Sample* from, Sample* to, std::int32_t width, bool has_alpha) {
  for (std::int32_t x = 0; x < width; ++x) {
    *to++ = *from;
    *to++ = *from;
    *to++ = *from++;
    if (has_alpha) *to++ = *from++;
  }
}

template <class Sample>
bool is_opaque_row(const Sample* row, std::int32_t width, int channels) {
  for (std::int32_t x = 0; x < width; ++x) {
    row += channels;
    if (row[-1] != std::numeric_limits<Sample>::max()) return false;
  }
  return true;
}

}  // namespace

Result<Image> with_sample_type(const ConstImageView& source, SampleType type,
                               const Execution& execution) {
  PixelFormat format = source.format;
  format.sample = type;
  LIMEN_ASSIGN(Image image, Image::create(source.size, format, execution.workspace));
  const ImageView target = image.view();
  const std::int32_t samples = source.size.width * format.channels();
  for (std::int32_t y = 0; y < source.size.height; ++y) {
    if (should_stop(execution, y)) return cancelled();
    if (source.format.sample == type) {
      std::memcpy(target.row(y), source.row(y), row_bytes(source.size, format));
    } else if (type == SampleType::u16) {
      const auto* from = source.row_as<std::uint8_t>(y);
      auto* to = target.row_as<std::uint16_t>(y);
      for (std::int32_t i = 0; i < samples; ++i) {
        to[i] = static_cast<std::uint16_t>(from[i] * 257);
      }
    } else {
      const auto* from = source.row_as<std::uint16_t>(y);
      auto* to = target.row_as<std::uint8_t>(y);
      for (std::int32_t i = 0; i < samples; ++i) {
        to[i] = static_cast<std::uint8_t>((from[i] + 128u) / 257u);
      }
    }
  }
  return image;
}

Result<Image> gray_to_rgb(const ConstImageView& source, const Execution& execution) {
  PixelFormat format = source.format;
  format.layout = source.format.has_alpha() ? Layout::rgba : Layout::rgb;
  LIMEN_ASSIGN(Image image, Image::create(source.size, format, execution.workspace));
  const ImageView target = image.view();
  for (std::int32_t y = 0; y < source.size.height; ++y) {
    if (should_stop(execution, y)) return cancelled();
    if (format.sample == SampleType::u8) {
      spread_gray(source.row_as<std::uint8_t>(y), target.row_as<std::uint8_t>(y), source.size.width,
                  format.has_alpha());
    } else {
      spread_gray(source.row_as<std::uint16_t>(y), target.row_as<std::uint16_t>(y),
                  source.size.width, format.has_alpha());
    }
  }
  return image;
}

bool is_opaque(const ConstImageView& picture) {
  if (!picture.format.has_alpha()) return false;
  const int channels = picture.format.channels();
  for (std::int32_t y = 0; y < picture.size.height; ++y) {
    const bool is_row_opaque =
        picture.format.sample == SampleType::u8
            ? is_opaque_row(picture.row_as<std::uint8_t>(y), picture.size.width, channels)
            : is_opaque_row(picture.row_as<std::uint16_t>(y), picture.size.width, channels);
    if (!is_row_opaque) return false;
  }
  return true;
}

}  // namespace limen::inline LIMEN_ABI
