// SPDX-License-Identifier: Apache-2.0

// The pipeline's steps one by one.

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "lib/c_api/enums.h"
#include "lib/c_api/execution.h"
#include "lib/c_api/handles.h"
#include "lib/c_api/input.h"
#include "lib/c_api/recipe.h"
#include "lib/c_api/structs.h"
#include "lib/pipeline/accepted.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/color/icc.h"
#include "limen/compose/orient.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"
#include "limen/resample/resize.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr char kEncodeName[] = "limen_encode_options";

limen_decode_options default_decode() {
  limen_decode_options options{};
  options.struct_size = sizeof options;
  options.upright = 1;
  options.to_srgb = 1;
  return options;
}

limen_encode_options default_encode() {
  const EncodeOptions encode;
  limen_encode_options options{};
  options.struct_size = sizeof options;
  options.format = from_enum(encode.format);
  options.fidelity = LIMEN_FIDELITY_QUALITY;
  options.fidelity_value = Quality{}.value;
  options.worst_block = -1;
  options.effort = encode.effort;
  options.chroma = from_enum(encode.chroma);
  options.progressive = encode.progressive ? 1 : 0;
  options.bit_depth = encode.bit_depth;
  options.matte = {encode.matte.red, encode.matte.green, encode.matte.blue, encode.matte.alpha};
  return options;
}

limen_resize_options default_resize() {
  limen_resize_options options{};
  options.struct_size = sizeof options;
  options.filter = from_enum(ResizeOptions{}.filter);
  return options;
}

Result<std::unique_ptr<limen_image>> decode_one(const limen_source* source,
                                                const limen_decode_options* given,
                                                const limen_execution* execution) {
  LIMEN_ASSIGN(const limen_decode_options known,
               read_struct(given, default_decode(), "limen_decode_options"));
  LIMEN_ASSIGN(Execution within, to_execution(execution));
  DecodeOptions options;
  LIMEN_ASSIGN(options.limits, to_limits(known.limits));
  if (known.best_effort != 0) options.on_damage = OnDamage::best_effort;
  const Rect region{known.region.x, known.region.y, known.region.width, known.region.height};
  if (region != Rect{}) options.region = region;
  options.keep_16_bit = known.keep_16_bit != 0;
  LIMEN_ASSIGN(const Input input, open_file(source, options.limits, within));
  Workspace own(options.limits.working_memory);
  if (own.limit() != options.limits.working_memory) return out_of_memory();
  if (within.workspace == nullptr) within.workspace = &own;

  LIMEN_ASSIGN(Decoded decoded, decode(input.bytes, options, within));
  auto made = std::make_unique<limen_image>();
  made->image = std::move(decoded.image);
  const Orientation orientation = decoded.info.orientation;
  if (known.upright != 0 && orientation != Orientation::top_left) {
    LIMEN_ASSIGN(made->image, orient(made->image.const_view(), orientation, within));
  }
  if (known.to_srgb != 0) {
    const ColorDescription& color = decoded.info.color;
    LIMEN_ASSIGN(const ColorPlan colors, plan_srgb(color, made->image.format().layout));
    if (colors.action != ColorAction::none) {
      LIMEN_ASSIGN(made->image, to_srgb(made->image.const_view(), color, within));
    }
  }
  return made;
}

Bytes copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

Result<EncodeOptions> to_encode(const limen_encode_options& known) {
  EncodeOptions options;
  LIMEN_ASSIGN(options.format, to_enum(known.format, Format::avif, "limen_encode_options: format"));
  options.effort = known.effort;
  LIMEN_ASSIGN(options.chroma,
               to_enum(known.chroma, ChromaSubsampling::yuv420, "limen_encode_options: chroma"));
  switch (known.sharp_yuv) {
    case LIMEN_SHARP_YUV_AUTOMATIC:
      break;
    case LIMEN_SHARP_YUV_OFF:
    case LIMEN_SHARP_YUV_ON:
      options.sharp_yuv = known.sharp_yuv == LIMEN_SHARP_YUV_ON;
      break;
    default:
      return invalid_argument("limen_encode_options: sharp_yuv " + std::to_string(known.sharp_yuv) +
                              ": allowed is 0 to 2");
  }
  options.progressive = known.progressive != 0;
  options.bit_depth = known.bit_depth;
  options.matte = to_color(known.matte);
  LIMEN_ASSIGN(const ByteView icc, to_bytes(known.icc, "limen_encode_options: icc"));
  LIMEN_ASSIGN(const ByteView exif, to_bytes(known.exif, "limen_encode_options: exif"));
  LIMEN_ASSIGN(const ByteView xmp, to_bytes(known.xmp, "limen_encode_options: xmp"));
  options.metadata.icc = copy_of(icc);
  options.metadata.exif = copy_of(exif);
  options.metadata.xmp = copy_of(xmp);
  return options;
}

// More than a century at the most, so that it fits in nanoseconds.
Result<std::chrono::nanoseconds> to_budget(double seconds) {
  constexpr double kMost = 4e9;
  if (!(seconds >= 0 && seconds <= kMost)) {
    return invalid_argument("limen_encode_options: time_budget: allowed is 0 to 4e9 seconds");
  }
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

// What a file of ours says of itself.
Result<void> describe(Variant& variant) {
  Limits any;
  any.input_bytes = any.metadata_bytes = std::numeric_limits<std::uint64_t>::max();
  LIMEN_ASSIGN(const ImageInfo info, probe(variant.bytes, any));
  variant.size = info.size;
  variant.bit_depth = info.bit_depth;
  variant.has_alpha = info.has_alpha;
  if (info.model == ColorModel::ycbcr) variant.chroma = info.subsampling;
  variant.progressive = info.format == Format::jpeg && info.is_progressive;
  variant.color_source = "sRGB";
  return {};
}

Result<void> search(const ConstImageView& view, const limen_encode_options& known,
                    const Target& target, EncodeOptions encode_as, const Execution& within,
                    Variant& variant) {
  SearchOptions options;
  options.target = target;
  LIMEN_ASSIGN(options.formats, to_formats(known.formats, known.format_count, kEncodeName));
  options.encode = std::move(encode_as);
  if (!(known.worst_block < 0)) options.worst_block = Score{known.worst_block};
  LIMEN_ASSIGN(options.time_budget, to_budget(known.time_budget));
  LIMEN_ASSIGN(Found found, find_smallest(view, options, within));
  variant.bytes = std::move(found.bytes);
  variant.format = found.format;
  variant.sharp_yuv = found.sharp_yuv;
  variant.mode = std::visit(
      [](auto mode) -> std::variant<Quality, Lossless, NearLossless> { return mode; }, found.mode);
  variant.search =
      SearchReport{found.score,     found.worst_block, found.worst_block_at, found.reached,
                   found.certified, found.evaluations, found.encodes,        {},
                   found.quantizer};
  return {};
}

Result<std::unique_ptr<limen_outputs>> encode_one(const limen_pixels* pixels,
                                                  const limen_encode_options* given,
                                                  const limen_execution* execution) {
  LIMEN_ASSIGN(const limen_encode_options known, read_struct(given, default_encode(), kEncodeName));
  LIMEN_ASSIGN(const Execution within, to_execution(execution));
  LIMEN_ASSIGN(const ImageView view, to_view(pixels, "pixels"));
  LIMEN_ASSIGN(EncodeOptions options, to_encode(known));
  LIMEN_ASSIGN(const Fidelity fidelity,
               to_fidelity(known.fidelity, known.fidelity_value, kEncodeName));
  Variant variant;
  if (const std::optional<Target> target = target_of(fidelity)) {
    LIMEN_TRY(search(view, known, *target, std::move(options), within, variant));
  } else {
    if (known.format_count != 0) {
      return invalid_argument(
          "limen_encode_options: formats are for a fidelity that is searched for");
    }
    options.mode = mode_of(fidelity);
    LIMEN_ASSIGN(variant.bytes, encode(view, options, within));
    variant.format = options.format;
    variant.mode = options.format == Format::png ? Lossless{} : options.mode;
  }
  LIMEN_TRY(describe(variant));
  auto made = std::make_unique<limen_outputs>();
  made->items.push_back(make_output(std::move(variant)));
  return made;
}

Result<void> resize_into(const limen_pixels* source, const limen_pixels* target,
                         const limen_resize_options* given, const limen_execution* execution) {
  LIMEN_ASSIGN(const limen_resize_options known,
               read_struct(given, default_resize(), "limen_resize_options"));
  LIMEN_ASSIGN(const Execution within, to_execution(execution));
  LIMEN_ASSIGN(const ImageView from, to_view(source, "source"));
  LIMEN_ASSIGN(const ImageView to, to_view(target, "target"));
  ResizeOptions options;
  LIMEN_ASSIGN(options.filter,
               to_enum(known.filter, Filter::lanczos3, "limen_resize_options: filter"));
  options.linear_light = known.linear_light != 0;
  const RectF window{known.source_x, known.source_y, known.source_width, known.source_height};
  if (!(window == RectF{})) options.source = window;
  return resize(from, to, options, within);
}

Result<void> compare_into(const limen_pixels* original, const limen_pixels* candidate,
                          const limen_execution* execution, limen_comparison* comparison) {
  if (comparison == nullptr) return invalid_argument("comparison is null");
  LIMEN_ASSIGN(const Execution within, to_execution(execution));
  LIMEN_ASSIGN(const ImageView a, to_view(original, "original"));
  LIMEN_ASSIGN(const ImageView b, to_view(candidate, "candidate"));
  LIMEN_ASSIGN(const Comparison seen, ssimulacra2(a, b, within));
  *comparison = {seen.score.value, seen.worst_block.value, from_rect(seen.worst_block_at)};
  return {};
}

}  // namespace

}  // namespace limen::inline LIMEN_ABI

void limen_decode_options_init(limen_decode_options* options, size_t struct_size) {
  limen::init_struct(limen::default_decode(), options, struct_size);
}

limen_status limen_decode(const limen_source* source, const limen_decode_options* options,
                          const limen_execution* execution, limen_image** image,
                          limen_error** error) {
  return limen::guarded_make(image, "image", error,
                             [&] { return limen::decode_one(source, options, execution); });
}

void limen_encode_options_init(limen_encode_options* options, size_t struct_size) {
  limen::init_struct(limen::default_encode(), options, struct_size);
}

limen_status limen_encode(const limen_pixels* pixels, const limen_encode_options* options,
                          const limen_execution* execution, limen_outputs** outputs,
                          limen_error** error) {
  return limen::guarded_make(outputs, "outputs", error,
                             [&] { return limen::encode_one(pixels, options, execution); });
}

void limen_resize_options_init(limen_resize_options* options, size_t struct_size) {
  limen::init_struct(limen::default_resize(), options, struct_size);
}

limen_status limen_resize(const limen_pixels* source, const limen_pixels* target,
                          const limen_resize_options* options, const limen_execution* execution,
                          limen_error** error) {
  return limen::guarded(error,
                        [&] { return limen::resize_into(source, target, options, execution); });
}

limen_status limen_compare(const limen_pixels* original, const limen_pixels* candidate,
                           const limen_execution* execution, limen_comparison* comparison,
                           limen_error** error) {
  return limen::guarded(
      error, [&] { return limen::compare_into(original, candidate, execution, comparison); });
}
