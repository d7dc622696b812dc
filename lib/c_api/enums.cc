// SPDX-License-Identifier: Apache-2.0
#include "lib/c_api/enums.h"

#include <string_view>

#include "limen/codec/decode.h"
#include "limen/codec/metadata.h"
#include "limen/compose/placement.h"
#include "limen/core/error.h"
#include "limen/core/format.h"
#include "limen/core/pixel_format.h"
#include "limen/core/planar.h"
#include "limen/limen.h"
#include "limen/pipeline/accept.h"
#include "limen/pipeline/recipe.h"
#include "limen/resample/filter.h"

namespace limen::inline LIMEN_ABI {

namespace {

template <class Enum>
constexpr bool same(Enum value, int number) {
  return static_cast<int>(value) == number;
}

// A status is the code plus one, so that 0 is success.
constexpr bool is_status(ErrorCode code, int status) {
  return static_cast<int>(code) + 1 == status;
}

static_assert(is_status(ErrorCode::invalid_argument, LIMEN_INVALID_ARGUMENT));
static_assert(is_status(ErrorCode::unsupported, LIMEN_UNSUPPORTED));
static_assert(is_status(ErrorCode::malformed, LIMEN_MALFORMED));
static_assert(is_status(ErrorCode::truncated, LIMEN_TRUNCATED));
static_assert(is_status(ErrorCode::limit_exceeded, LIMEN_LIMIT_EXCEEDED));
static_assert(is_status(ErrorCode::cancelled, LIMEN_CANCELLED));
static_assert(is_status(ErrorCode::out_of_memory, LIMEN_OUT_OF_MEMORY));
static_assert(is_status(ErrorCode::io, LIMEN_IO));
static_assert(is_status(ErrorCode::internal, LIMEN_INTERNAL));

static_assert(same(Limit::input_bytes, LIMEN_LIMIT_INPUT_BYTES));
static_assert(same(Limit::side, LIMEN_LIMIT_SIDE));
static_assert(same(Limit::pixels, LIMEN_LIMIT_PIXELS));
static_assert(same(Limit::working_memory, LIMEN_LIMIT_WORKING_MEMORY));
static_assert(same(Limit::scans, LIMEN_LIMIT_SCANS));
static_assert(same(Limit::frames, LIMEN_LIMIT_FRAMES));
static_assert(same(Limit::metadata_bytes, LIMEN_LIMIT_METADATA_BYTES));

static_assert(same(SampleType::u8, LIMEN_SAMPLE_U8));
static_assert(same(SampleType::u16, LIMEN_SAMPLE_U16));
static_assert(same(SampleType::f32, LIMEN_SAMPLE_F32));
static_assert(same(Layout::gray, LIMEN_LAYOUT_GRAY));
static_assert(same(Layout::gray_alpha, LIMEN_LAYOUT_GRAY_ALPHA));
static_assert(same(Layout::rgb, LIMEN_LAYOUT_RGB));
static_assert(same(Layout::rgba, LIMEN_LAYOUT_RGBA));
static_assert(same(Layout::cmyk, LIMEN_LAYOUT_CMYK));
static_assert(same(AlphaMode::straight, LIMEN_ALPHA_STRAIGHT));
static_assert(same(AlphaMode::premultiplied, LIMEN_ALPHA_PREMULTIPLIED));

static_assert(same(Format::jpeg, LIMEN_FORMAT_JPEG));
static_assert(same(Format::png, LIMEN_FORMAT_PNG));
static_assert(same(Format::webp, LIMEN_FORMAT_WEBP));
static_assert(same(Format::avif, LIMEN_FORMAT_AVIF));

static_assert(same(ChromaSubsampling::automatic, LIMEN_CHROMA_AUTOMATIC));
static_assert(same(ChromaSubsampling::yuv444, LIMEN_CHROMA_444));
static_assert(same(ChromaSubsampling::yuv422, LIMEN_CHROMA_422));
static_assert(same(ChromaSubsampling::yuv420, LIMEN_CHROMA_420));
static_assert(same(ChromaSubsampling::yuv440, LIMEN_CHROMA_440));
static_assert(same(ChromaSubsampling::yuv411, LIMEN_CHROMA_411));
static_assert(same(ChromaSubsampling::yuv410, LIMEN_CHROMA_410));
static_assert(same(ChromaSubsampling::gray, LIMEN_CHROMA_GRAY));
static_assert(same(ChromaSubsampling::other, LIMEN_CHROMA_OTHER));

static_assert(same(ColorModel::gray, LIMEN_MODEL_GRAY));
static_assert(same(ColorModel::rgb, LIMEN_MODEL_RGB));
static_assert(same(ColorModel::ycbcr, LIMEN_MODEL_YCBCR));
static_assert(same(ColorModel::palette, LIMEN_MODEL_PALETTE));
static_assert(same(ColorModel::cmyk, LIMEN_MODEL_CMYK));
static_assert(same(ColorModel::ycck, LIMEN_MODEL_YCCK));

static_assert(same(Fit::cover, LIMEN_FIT_COVER));
static_assert(same(Fit::contain, LIMEN_FIT_CONTAIN));
static_assert(same(Fit::fill, LIMEN_FIT_FILL));
static_assert(same(Fit::inside, LIMEN_FIT_INSIDE));
static_assert(same(Fit::outside, LIMEN_FIT_OUTSIDE));

static_assert(same(Compass::center, LIMEN_GRAVITY_CENTER));
static_assert(same(Compass::north, LIMEN_GRAVITY_NORTH));
static_assert(same(Compass::northeast, LIMEN_GRAVITY_NORTHEAST));
static_assert(same(Compass::east, LIMEN_GRAVITY_EAST));
static_assert(same(Compass::southeast, LIMEN_GRAVITY_SOUTHEAST));
static_assert(same(Compass::south, LIMEN_GRAVITY_SOUTH));
static_assert(same(Compass::southwest, LIMEN_GRAVITY_SOUTHWEST));
static_assert(same(Compass::west, LIMEN_GRAVITY_WEST));
static_assert(same(Compass::northwest, LIMEN_GRAVITY_NORTHWEST));

static_assert(same(FocusUnit::source_pixels, LIMEN_UNIT_SOURCE_PIXELS));
static_assert(same(FocusUnit::source_fraction, LIMEN_UNIT_SOURCE_FRACTION));
static_assert(same(FocusUnit::resized_fraction, LIMEN_UNIT_RESIZED_FRACTION));

static_assert(same(Filter::nearest, LIMEN_FILTER_NEAREST));
static_assert(same(Filter::box, LIMEN_FILTER_BOX));
static_assert(same(Filter::triangle, LIMEN_FILTER_TRIANGLE));
static_assert(same(Filter::hermite, LIMEN_FILTER_HERMITE));
static_assert(same(Filter::mitchell, LIMEN_FILTER_MITCHELL));
static_assert(same(Filter::catmull_rom, LIMEN_FILTER_CATMULL_ROM));
static_assert(same(Filter::lanczos2, LIMEN_FILTER_LANCZOS2));
static_assert(same(Filter::lanczos3, LIMEN_FILTER_LANCZOS3));

static_assert(same(ShrinkAccuracy::exact, LIMEN_SHRINK_EXACT));
static_assert(same(ShrinkAccuracy::fine, LIMEN_SHRINK_FINE));
static_assert(same(ShrinkAccuracy::coarse, LIMEN_SHRINK_COARSE));
static_assert(same(OutputDepth::automatic, LIMEN_DEPTH_AUTOMATIC));
static_assert(same(OutputDepth::eight, LIMEN_DEPTH_EIGHT));
static_assert(same(MetadataPolicy::none, LIMEN_METADATA_NONE));
static_assert(same(MetadataPolicy::copyright, LIMEN_METADATA_COPYRIGHT));
static_assert(same(MetadataPolicy::keep, LIMEN_METADATA_KEEP));

// Literals all, so that each ends with a 0.
constexpr bool is_format(std::int32_t value) { return value >= 0 && value <= LIMEN_FORMAT_AVIF; }

}  // namespace

}  // namespace limen::inline LIMEN_ABI

const char* limen_status_name(limen_status status) {
  if (status == LIMEN_OK) return "ok";
  if (status < 0 || status > LIMEN_INTERNAL) return "unknown";
  return name(static_cast<limen::ErrorCode>(status - 1)).data();
}

const char* limen_format_name(int32_t format) {
  return limen::is_format(format) ? name(static_cast<limen::Format>(format)).data() : "none";
}

const char* limen_format_mime_type(int32_t format) {
  return limen::is_format(format) ? mime_type(static_cast<limen::Format>(format)).data()
                                  : "application/octet-stream";
}
