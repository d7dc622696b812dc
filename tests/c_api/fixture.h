// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the C ABI's tests share: handles that free themselves, files, sources.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "limen/limen.h"
#include "limen/limen.hpp"
#include "tests/pictures.h"

namespace limen::test {

template <auto Free>
struct Freed {
  template <class Handle>
  void operator()(Handle* handle) const {
    Free(handle);
  }
};
using CError = std::unique_ptr<limen_error, Freed<limen_error_free>>;
using CBuffer = std::unique_ptr<limen_buffer, Freed<limen_buffer_free>>;
using CImage = std::unique_ptr<limen_image, Freed<limen_image_free>>;
using CRecipe = std::unique_ptr<limen_recipe, Freed<limen_recipe_free>>;
using CPlan = std::unique_ptr<limen_plan, Freed<limen_plan_free>>;
using COutputs = std::unique_ptr<limen_outputs, Freed<limen_outputs_free>>;
using CWorkspace = std::unique_ptr<limen_workspace, Freed<limen_workspace_free>>;
using CToken = std::unique_ptr<limen_cancel_token, Freed<limen_cancel_token_free>>;
using CProgress = std::unique_ptr<limen_progress, Freed<limen_progress_free>>;

/// A struct with its defaults: defaults<limen_source>(limen_source_init).
template <class Struct>
Struct defaults(void (*init)(Struct*, size_t)) {
  Struct made;
  init(&made, sizeof made);
  return made;
}

inline limen_bytes c_bytes(const Bytes& bytes) {
  return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

inline limen_source source_of(const Bytes& bytes) {
  limen_source source = defaults(limen_source_init);
  source.bytes = c_bytes(bytes);
  return source;
}

inline limen_source source_of(const limen_pixels& pixels) {
  limen_source source = defaults(limen_source_init);
  source.pixels = &pixels;
  return source;
}

inline limen_pixels c_pixels(const ConstImageView& view) {
  return {const_cast<std::byte*>(view.data),
          view.size.width,
          view.size.height,
          view.stride,
          static_cast<std::int32_t>(view.format.sample),
          static_cast<std::int32_t>(view.format.layout),
          static_cast<std::int32_t>(view.format.alpha)};
}

inline Bytes file_of(const ConstImageView& picture, Format format) {
  EncodeOptions options;
  options.format = format;
  options.effort = 1;
  auto bytes = encode(picture, options);
  EXPECT_TRUE(bytes.has_value());
  return bytes ? *std::move(bytes) : Bytes();
}

inline Bytes photo(Size size = {161, 120}, Format format = Format::jpeg) {
  return file_of(scene(size, rgb8).const_view(), format);
}

inline CRecipe parsed(const std::string& query) {
  limen_recipe* recipe = nullptr;
  limen_error* error = nullptr;
  EXPECT_EQ(limen_recipe_parse(query.c_str(), &recipe, &error), LIMEN_OK)
      << limen_error_message(error);
  limen_error_free(error);
  return CRecipe(recipe);
}

inline limen_output output_at(const limen_outputs* outputs, std::size_t index) {
  limen_output output{};
  output.struct_size = sizeof output;
  EXPECT_EQ(limen_outputs_read(outputs, index, &output), LIMEN_OK);
  return output;
}

inline Bytes bytes_at(const limen_outputs* outputs, std::size_t index) {
  const limen_output output = output_at(outputs, index);
  const auto* data = reinterpret_cast<const std::byte*>(output.bytes.data);
  return data != nullptr ? Bytes(data, data + output.bytes.size) : Bytes();
}

inline bool has_bytes(const limen_outputs* outputs, std::size_t index, const Bytes& expected) {
  const limen_output output = output_at(outputs, index);
  const auto* data = reinterpret_cast<const std::byte*>(output.bytes.data);
  return std::equal(expected.begin(), expected.end(), data, data + output.bytes.size);
}

/// limen_transform() of one recipe; the error is checked to be there with a failure, and only then.
inline limen_status transformed(const limen_source& source, const limen_recipe* recipe,
                                COutputs& into, CError& error,
                                const limen_transform_options* options = nullptr,
                                const limen_execution* execution = nullptr) {
  limen_outputs* outputs = nullptr;
  limen_error* why = nullptr;
  const limen_status status =
      limen_transform(&source, &recipe, 1, options, execution, &outputs, &why);
  EXPECT_EQ(status == LIMEN_OK, why == nullptr);
  EXPECT_EQ(status == LIMEN_OK, outputs != nullptr);
  EXPECT_EQ(limen_error_code(why), status);
  into.reset(outputs);
  error.reset(why);
  return status;
}

}  // namespace limen::test
