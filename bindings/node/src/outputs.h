// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limen/limen.h>

#include "values.h"

// Finished files as arrays of their fields, in the order in which lib/pictures.cjs takes them.

inline napi_value search_to_js(napi_env env, const limen_output& found) {
  if (found.has_search == 0) return null_of(env);
  const limen_rect& at = found.worst_block_at;
  return array_to_js(
      env, {to_js(env, found.score), to_js(env, found.worst_block), to_js(env, at.x),
            to_js(env, at.y), to_js(env, at.width), to_js(env, at.height),
            to_js(env, found.reached), to_js(env, found.certified), to_js(env, found.evaluations),
            to_js(env, found.encodes), to_js(env, found.quantizer), to_js(env, found.sharp_yuv)});
}

inline napi_value output_to_js(napi_env env, const limen_output& found) {
  return array_to_js(
      env, {bytes_to_js(env, found.bytes.data, found.bytes.size), to_js(env, found.format),
            to_js(env, found.width), to_js(env, found.height), to_js(env, found.bit_depth),
            to_js(env, found.has_alpha), to_js(env, found.mode), to_js(env, found.mode_value),
            to_js(env, found.chroma), to_js(env, found.progressive), to_js(env, found.kept_source),
            to_js(env, found.peak_bytes), to_js(env, found.color), to_js(env, found.source),
            to_js(env, found.damage),
            texts_to_js(env, found.dropped_metadata, found.dropped_metadata_count),
            texts_to_js(env, found.notes, found.note_count), search_to_js(env, found)});
}

inline napi_value outputs_to_js(napi_env env, const limen_outputs* outputs) {
  const std::size_t count = limen_outputs_count(outputs);
  napi_value made = nullptr;
  napi_create_array_with_length(env, count, &made);
  for (std::size_t i = 0; i < count; ++i) {
    limen_output found;
    found.struct_size = sizeof found;
    limen_outputs_read(outputs, i, &found);
    napi_set_element(env, made, static_cast<std::uint32_t>(i), output_to_js(env, found));
  }
  return made;
}
