// SPDX-License-Identifier: Apache-2.0
#include "limen/color/icc.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "lib/color/lcms_session.h"
#include "lib/color/srgb_source.h"
#include "limen/color/tone_map.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Rows between two looks at the cancel token.
constexpr std::int32_t kStrip = 32;

// What the approximate model gives for an ink and the black over it, rounded.
template <class Sample>
Sample light(Sample ink, Sample black) {
  constexpr std::uint64_t kMax = static_cast<Sample>(~Sample{0});
  return static_cast<Sample>(((kMax - ink) * (kMax - black) + kMax / 2) / kMax);
}

template <class Sample>
void approximate_row(const Sample* cmyk, Sample* rgb, std::int32_t pixels) {
  for (std::int32_t x = 0; x < pixels; ++x, cmyk += 4, rgb += 3) {
    for (int c = 0; c < 3; ++c) rgb[c] = light(cmyk[c], cmyk[3]);
  }
}

template <class Row>
Result<void> for_each_row(std::int32_t rows, const Execution& execution, Row row) {
  for (std::int32_t y = 0; y < rows; ++y) {
    if (y % kStrip == 0 && execution.is_cancelled()) return cancelled();
    row(y);
  }
  return {};
}

// Little CMS' shortcut for 8-bit RGB between matrix profiles stays within one step of its exact
// pipeline and is four times as fast. The lattice by which it replaces tables, and with 16 bits
// everything, does not: up to 18 steps of 255 off for a common CMYK profile.
cmsUInt32Number speed_flags(cmsHPROFILE profile, PixelFormat format) {
  const bool has_tables = cmsIsTag(profile, cmsSigAToB0Tag) || cmsIsTag(profile, cmsSigAToB1Tag) ||
                          cmsIsTag(profile, cmsSigAToB2Tag);
  const bool has_shortcut =
      format.sample == SampleType::u8 && cmsIsMatrixShaper(profile) && !has_tables;
  return has_shortcut ? 0 : cmsFLAGS_NOOPTIMIZE;
}

// 256 grays: all are converted beforehand, exactly.
Result<Image> convert_gray8(LcmsSession& session, const ConstImageView& source,
                            const SrgbSource& from, const Execution& execution) {
  const LcmsTransform transform =
      make_srgb_transform(session, from.profile.get(), gray8, cmsFLAGS_NOOPTIMIZE);
  if (transform == nullptr) {
    LIMEN_TRY(session.memory_error());
    return unsupported("Little CMS makes no transform of the profile '" + from.plan.source + "'");
  }
  std::array<std::uint8_t, 256> table;
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = static_cast<std::uint8_t>(i);
  cmsDoTransform(transform.get(), table.data(), table.data(), 256);
  LIMEN_ASSIGN(Image result, Image::create(source.size, source.format, execution.workspace));
  const ImageView target = result.view();
  const int step = source.format.channels();
  LIMEN_TRY(for_each_row(source.size.height, execution, [&](std::int32_t y) {
    const auto* in = source.row_as<std::uint8_t>(y);
    auto* out = target.row_as<std::uint8_t>(y);
    for (std::int32_t x = 0; x < source.size.width; ++x, in += step, out += step) {
      out[0] = table[in[0]];
      if (step == 2) out[1] = in[1];
    }
  }));
  return result;
}

Result<Image> convert(LcmsSession& session, const ConstImageView& source, const SrgbSource& from,
                      const Execution& execution) {
  const LcmsTransform transform = make_srgb_transform(
      session, from.profile.get(), source.format, speed_flags(from.profile.get(), source.format));
  if (transform == nullptr) {
    LIMEN_TRY(session.memory_error());
    return unsupported("Little CMS makes no transform of the profile '" + from.plan.source + "'");
  }
  PixelFormat format = source.format;
  if (format.layout == Layout::cmyk) format.layout = Layout::rgb;
  LIMEN_ASSIGN(Image result, Image::create(source.size, format, execution.workspace));
  const ImageView target = result.view();
  LIMEN_TRY(for_each_row(source.size.height, execution, [&](std::int32_t y) {
    cmsDoTransform(transform.get(), source.row(y), target.row(y),
                   static_cast<cmsUInt32Number>(source.size.width));
  }));
  return result;
}

Result<Image> approximate(const ConstImageView& source, const Execution& execution) {
  LIMEN_ASSIGN(Image result, Image::create(source.size, {source.format.sample, Layout::rgb},
                                           execution.workspace));
  const ImageView target = result.view();
  LIMEN_TRY(for_each_row(source.size.height, execution, [&](std::int32_t y) {
    if (source.format.sample == SampleType::u8) {
      approximate_row(source.row_as<std::uint8_t>(y), target.row_as<std::uint8_t>(y),
                      source.size.width);
    } else {
      approximate_row(source.row_as<std::uint16_t>(y), target.row_as<std::uint16_t>(y),
                      source.size.width);
    }
  }));
  return result;
}

Result<Image> to_srgb_uncontained(const ConstImageView& source, const ColorDescription& description,
                                  const Execution& execution) {
  if (source.data == nullptr || is_empty(source.size)) {
    return invalid_argument("to_srgb: a picture without pixels");
  }
  if (source.format.sample == SampleType::f32) {
    return invalid_argument("to_srgb: f32 samples; u8 and u16 are taken");
  }
  if (source.format.has_alpha() && source.format.alpha == AlphaMode::premultiplied) {
    return invalid_argument("to_srgb: premultiplied alpha; straight alpha is taken");
  }
  if (execution.is_cancelled()) return cancelled();
  LcmsSession session(execution.workspace);
  LIMEN_ASSIGN(const SrgbSource from, find_srgb_source(session, description, source.format.layout));
  switch (from.plan.action) {
    case ColorAction::none: {
      LIMEN_ASSIGN(Image copy, Image::create(source.size, source.format, execution.workspace));
      copy_pixels(source, copy.view());
      return copy;
    }
    case ColorAction::tone_map:
      return tone_map_to_srgb(source, from.cicp, execution);
    case ColorAction::approximate_cmyk:
      return approximate(source, execution);
    case ColorAction::icc:
    case ColorAction::cicp:
    case ColorAction::gamma:
      if (source.format.sample == SampleType::u8 && source.format.channels() < 3) {
        return convert_gray8(session, source, from, execution);
      }
      return convert(session, source, from, execution);
  }
  return Error{.code = ErrorCode::internal, .message = "to_srgb: an action without code"};
}

}  // namespace

Result<ColorPlan> plan_srgb(const ColorDescription& description, Layout layout) {
  return contain_exceptions([&]() -> Result<ColorPlan> {
    LcmsSession session(nullptr);
    LIMEN_ASSIGN(SrgbSource source, find_srgb_source(session, description, layout));
    return std::move(source.plan);
  });
}

Result<Image> to_srgb(const ConstImageView& source, const ColorDescription& description,
                      const Execution& execution) {
  return contain_exceptions(
      [&]() -> Result<Image> { return to_srgb_uncontained(source, description, execution); });
}

}  // namespace limen::inline LIMEN_ABI
