// SPDX-License-Identifier: Apache-2.0

// What calls hand out: files and pixels.

#include <cstddef>
#include <string>
#include <utility>

#include "lib/c_api/enums.h"
#include "lib/c_api/handles.h"
#include "lib/c_api/recipe.h"
#include "lib/c_api/structs.h"

namespace limen::inline LIMEN_ABI {

namespace {

limen_bytes view_of(const limen_buffer* buffer) {
  if (buffer == nullptr) return {nullptr, 0};
  return {reinterpret_cast<const std::uint8_t*>(buffer->bytes.data()), buffer->bytes.size()};
}

void set_mode(const Variant& variant, limen_output& filled) {
  filled.mode = -1;
  if (!variant.mode) return;
  if (const auto* quality = std::get_if<Quality>(&*variant.mode)) {
    filled.mode = LIMEN_FIDELITY_QUALITY;
    filled.mode_value = quality->value;
  } else if (const auto* near = std::get_if<NearLossless>(&*variant.mode)) {
    filled.mode = LIMEN_FIDELITY_NEAR_LOSSLESS;
    filled.mode_value = near->level;
  } else {
    filled.mode = LIMEN_FIDELITY_LOSSLESS;
  }
}

void set_search(const SearchReport& search, limen_output& filled) {
  filled.has_search = 1;
  filled.reached = search.reached;
  filled.certified = search.certified;
  filled.score = search.score.value;
  filled.worst_block = search.worst_block.value;
  filled.worst_block_at = from_rect(search.worst_block_at);
  filled.evaluations = search.evaluations;
  filled.encodes = search.encodes;
  filled.quantizer = from_enum(search.quantizer);
}

limen_output view_of(const Output& output) {
  const Variant& variant = output.variant;
  limen_output filled{};
  filled.bytes = view_of(output.buffer.get());
  filled.format = from_enum(variant.format);
  filled.width = variant.size.width;
  filled.height = variant.size.height;
  filled.bit_depth = variant.bit_depth;
  filled.has_alpha = variant.has_alpha;
  set_mode(variant, filled);
  filled.chroma = from_enum(variant.chroma);
  filled.kept_source = variant.kept_source;
  if (variant.search) set_search(*variant.search, filled);
  filled.peak_bytes = variant.peak_bytes;
  filled.color = name(variant.color_action).data();
  filled.source = variant.color_source.c_str();
  filled.damage = variant.damage.c_str();
  filled.dropped_metadata = output.dropped_metadata.data();
  filled.dropped_metadata_count = output.dropped_metadata.size();
  filled.notes = output.notes.data();
  filled.note_count = output.notes.size();
  filled.sharp_yuv = variant.sharp_yuv;
  filled.progressive = variant.progressive;
  return filled;
}

}  // namespace

Output make_output(Variant variant) {
  Output output;
  output.buffer = std::make_unique<limen_buffer>();
  output.buffer->bytes = std::move(variant.bytes);
  output.dropped_metadata = TextList(std::move(variant.dropped_metadata));
  output.notes = TextList(std::move(variant.notes));
  output.variant = std::move(variant);
  return output;
}

}  // namespace limen::inline LIMEN_ABI

size_t limen_outputs_count(const limen_outputs* outputs) {
  return outputs != nullptr ? outputs->items.size() : 0;
}

limen_status limen_outputs_read(const limen_outputs* outputs, size_t index, limen_output* output) {
  return limen::guarded(nullptr, [&]() -> limen::Result<void> {
    if (outputs == nullptr || index >= outputs->items.size()) {
      return limen::invalid_argument("there is no such output");
    }
    return limen::write_struct(limen::view_of(outputs->items[index]), output, "limen_output");
  });
}

limen_buffer* limen_outputs_take(limen_outputs* outputs, size_t index) {
  if (outputs == nullptr || index >= outputs->items.size()) return nullptr;
  return outputs->items[index].buffer.release();
}

void limen_outputs_free(limen_outputs* outputs) { delete outputs; }

const uint8_t* limen_buffer_data(const limen_buffer* buffer) { return limen::view_of(buffer).data; }

size_t limen_buffer_size(const limen_buffer* buffer) { return limen::view_of(buffer).size; }

void limen_buffer_free(limen_buffer* buffer) { delete buffer; }

void limen_image_pixels(limen_image* image, limen_pixels* pixels) {
  if (pixels == nullptr) return;
  *pixels = {};
  if (image == nullptr) return;
  const limen::ImageView view = image->image.view();
  pixels->data = view.data;
  pixels->width = view.size.width;
  pixels->height = view.size.height;
  pixels->stride = view.stride;
  pixels->sample = limen::from_enum(view.format.sample);
  pixels->layout = limen::from_enum(view.format.layout);
  pixels->alpha = limen::from_enum(view.format.alpha);
}

void limen_image_free(limen_image* image) { delete image; }
