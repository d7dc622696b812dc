// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "lib/codec/png/metadata_chunks.h"
#include "lib/codec/png/png_codec.h"
#include "lib/codec/png/reduce.h"
#include "lib/codec/png/writer.h"

namespace limen::inline LIMEN_ABI::png {

namespace {

using Kind = RowFormat::Kind;

// zlib's level for an effort of 0 to 9. Its levels 7 and up cost much and gain little, so they are
// what the last efforts are for.
constexpr std::array<int, 10> kLevels{1, 2, 3, 4, 6, 6, 7, 8, 9, 9};
// From here on a palette is compared with plain samples by writing both, not by their raw sizes.
constexpr int kEffortToCompare = 2;
// From here on each candidate is written with and without row filters.
constexpr int kEffortToTryFilters = 7;

enum class ProfileSpace : std::uint8_t { none, gray, rgb, other };

// The data colour space of a profile's header (ICC.1:2022, 7.2.6).
ProfileSpace space_of(const Bytes& icc) {
  if (icc.empty()) return ProfileSpace::none;
  if (icc.size() < 20) return ProfileSpace::other;
  const std::string_view space{reinterpret_cast<const char*>(icc.data()) + 16, 4};
  if (space == "GRAY") return ProfileSpace::gray;
  if (space == "RGB ") return ProfileSpace::rgb;
  return ProfileSpace::other;
}

// Plain samples, without what the picture has no use for and the profile permits to drop.
RowFormat plain_format(const ConstImageView& image, const Analysis& analysis,
                       ProfileSpace profile) {
  const int bits = image.format.sample == SampleType::u8 ? 8 : 16;
  const bool has_alpha = !analysis.is_opaque;
  if (analysis.is_gray && profile != ProfileSpace::rgb) {
    if (has_alpha) return {Kind::gray_alpha, bits};
    return {Kind::gray, analysis.gray_bits};
  }
  return {has_alpha ? Kind::rgba : Kind::rgb, bits};
}

std::uint64_t raw_bytes(const ConstImageView& image, RowFormat format) {
  return (static_cast<std::uint64_t>(image.size.width) *
              static_cast<std::uint64_t>(format.bits_per_pixel()) +
          7) /
         8 * static_cast<std::uint64_t>(image.size.height);
}

// The smallest that the effort allows to find.
Result<Bytes> write_best(const ConstImageView& image, RowFormat format, const Palette* palette,
                         int effort, const std::vector<ExtraChunk>& extra,
                         const Execution& execution) {
  // Filters predict a sample from its neighbours, which indices and packed bits do not allow.
  const bool filters_help = format.kind != Kind::palette && format.bits >= 8;
  const int level = kLevels[static_cast<std::size_t>(effort)];
  const Packing usual{level, filters_help ? Z_FILTERED : Z_DEFAULT_STRATEGY, filters_help};
  LIMEN_ASSIGN(Bytes best, write_file(image, format, palette, usual, extra, execution));
  if (effort < kEffortToTryFilters) return best;
  const Packing other{level, Z_DEFAULT_STRATEGY, !filters_help};
  LIMEN_ASSIGN(Bytes second, write_file(image, format, palette, other, extra, execution));
  return second.size() < best.size() ? std::move(second) : std::move(best);
}

}  // namespace

Result<Bytes> encode(const ConstImageView& image, const EncodeOptions& options,
                     const Execution& execution) {
  const Analysis analysis = analyze(image);
  const ProfileSpace profile = space_of(options.metadata.icc);
  if (profile == ProfileSpace::other || (profile == ProfileSpace::gray && !analysis.is_gray)) {
    return Error{.code = ErrorCode::invalid_argument,
                 .message = "PNG: the ICC profile is for other channels than the picture has",
                 .format = Format::png};
  }
  LIMEN_ASSIGN(auto extra, metadata_chunks(options.metadata));
  if (options.metadata.icc.empty()) extra.insert(extra.begin(), srgb_chunk());

  const RowFormat plain = plain_format(image, analysis, profile);
  const bool may_have_palette = analysis.palette.has_value() && profile != ProfileSpace::gray;
  const RowFormat indexed{Kind::palette, may_have_palette ? analysis.palette->bits() : 8};
  if (!may_have_palette || indexed.bits_per_pixel() >= plain.bits_per_pixel()) {
    return write_best(image, plain, nullptr, options.effort, extra, execution);
  }
  const Palette& palette = *analysis.palette;
  if (options.effort < kEffortToCompare) {
    const std::uint64_t tables =
        12 + 3 * palette.colors.size() +
        (palette.transparent_count > 0 ? 12 + static_cast<std::uint64_t>(palette.transparent_count)
                                       : 0);
    if (raw_bytes(image, indexed) + tables < raw_bytes(image, plain)) {
      return write_best(image, indexed, &palette, options.effort, extra, execution);
    }
    return write_best(image, plain, nullptr, options.effort, extra, execution);
  }
  LIMEN_ASSIGN(Bytes as_palette,
               write_best(image, indexed, &palette, options.effort, extra, execution));
  LIMEN_ASSIGN(Bytes as_samples,
               write_best(image, plain, nullptr, options.effort, extra, execution));
  return as_palette.size() <= as_samples.size() ? std::move(as_palette) : std::move(as_samples);
}

}  // namespace limen::inline LIMEN_ABI::png
