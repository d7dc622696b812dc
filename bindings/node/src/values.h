// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <type_traits>

#define NAPI_VERSION 8
#include <node_api.h>

// What JavaScript gives and gets: addresses are bigints, or null; counts and all other numbers are
// numbers; what the library says in words is a string.

template <typename T>
T from_js(napi_env env, napi_value value) {
  if constexpr (std::is_pointer_v<T>) {
    std::uint64_t address = 0;
    bool is_exact = true;
    napi_get_value_bigint_uint64(env, value, &address, &is_exact);  // null leaves it alone
    return reinterpret_cast<T>(static_cast<std::uintptr_t>(address));
  } else {
    std::int64_t number = 0;
    napi_get_value_int64(env, value, &number);
    return static_cast<T>(number);
  }
}

inline napi_value null_of(napi_env env) {
  napi_value made = nullptr;
  napi_get_null(env, &made);
  return made;
}

inline napi_value text_to_js(napi_env env, const char* text) {
  napi_value made = nullptr;
  napi_create_string_utf8(env, text == nullptr ? "" : text, NAPI_AUTO_LENGTH, &made);
  return made;
}

inline napi_value texts_to_js(napi_env env, const char* const* texts, std::size_t count) {
  napi_value made = nullptr;
  napi_create_array_with_length(env, count, &made);
  for (std::size_t i = 0; i < count; ++i) {
    napi_set_element(env, made, static_cast<std::uint32_t>(i), text_to_js(env, texts[i]));
  }
  return made;
}

inline napi_value array_to_js(napi_env env, const napi_value* values, std::size_t count) {
  napi_value made = nullptr;
  napi_create_array_with_length(env, count, &made);
  for (std::uint32_t i = 0; i < count; ++i) napi_set_element(env, made, i, values[i]);
  return made;
}

inline napi_value array_to_js(napi_env env, std::initializer_list<napi_value> values) {
  return array_to_js(env, values.begin(), values.size());
}

/// A Buffer with a copy; where there is no memory for it, null and an exception.
inline napi_value bytes_to_js(napi_env env, const std::uint8_t* data, std::size_t size) {
  napi_value made = nullptr;
  napi_create_buffer_copy(env, size, data, nullptr, &made);
  return made;
}

template <typename T>
napi_value to_js(napi_env env, T value) {
  napi_value made = nullptr;
  if constexpr (std::is_same_v<T, const char*>) {
    return text_to_js(env, value);
  } else if constexpr (std::is_pointer_v<T>) {
    if (value == nullptr) return null_of(env);
    napi_create_bigint_uint64(env, reinterpret_cast<std::uintptr_t>(value), &made);
  } else {
    napi_create_double(env, static_cast<double>(value), &made);
  }
  return made;
}
