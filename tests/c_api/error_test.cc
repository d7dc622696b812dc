// SPDX-License-Identifier: Apache-2.0

// Every status, what an error has to say with it, and functions that get nothing at all.

#include <gtest/gtest.h>

#include <string>

#include "tests/c_api/fixture.h"

namespace limen::test {
namespace {

limen_status probed(const Bytes& bytes, CError& error, const limen_limits* limits = nullptr) {
  const limen_source source = source_of(bytes);
  limen_info info{};
  info.struct_size = sizeof info;
  limen_error* why = nullptr;
  const limen_status status = limen_probe(&source, limits, &info, &why);
  error.reset(why);
  return status;
}

Bytes text(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(data, data + text.size());
}

TEST(Status, OfWhatIsNoPicture) {
  CError error;
  EXPECT_EQ(probed(text("GIF89a trailing"), error), LIMEN_UNSUPPORTED);
  EXPECT_EQ(limen_error_code(error.get()), LIMEN_UNSUPPORTED);
  EXPECT_NE(std::string(limen_error_message(error.get())).find("GIF"), std::string::npos);
  EXPECT_EQ(limen_error_format(error.get()), LIMEN_FORMAT_NONE);
  EXPECT_EQ(limen_error_limit(error.get()), LIMEN_LIMIT_NONE);
}

TEST(Status, OfABrokenFileNamesFormatAndPlace) {
  Bytes png = photo({16, 12}, Format::png);
  png[20] ^= std::byte{0xFF};  // in IHDR, whose checksum then is wrong
  CError error;
  EXPECT_EQ(probed(png, error), LIMEN_MALFORMED);
  EXPECT_EQ(limen_error_format(error.get()), LIMEN_FORMAT_PNG);
  const auto same = probe(png);
  ASSERT_FALSE(same.has_value());
  EXPECT_EQ(limen_error_offset(error.get()), same.error().offset);
  EXPECT_EQ(limen_error_message(error.get()), same.error().message);
}

TEST(Status, OfATornFile) {
  Bytes png = photo({16, 12}, Format::png);
  png.resize(20);
  CError error;
  EXPECT_EQ(probed(png, error), LIMEN_TRUNCATED);
}

TEST(Status, OfALimitSaysWhichAndByHowMuch) {
  const Bytes file = photo({16, 12});
  limen_limits limits = defaults(limen_limits_init);
  limits.input_bytes = 100;
  CError error;
  EXPECT_EQ(probed(file, error, &limits), LIMEN_LIMIT_EXCEEDED);
  EXPECT_EQ(limen_error_limit(error.get()), LIMEN_LIMIT_INPUT_BYTES);
  EXPECT_EQ(limen_error_asked(error.get()), file.size());
  EXPECT_EQ(limen_error_allowed(error.get()), 100u);
  // More than the C++ field holds is as much as it holds.
  limits = defaults(limen_limits_init);
  limits.side = limits.scans = limits.frames = static_cast<std::uint64_t>(-1);
  EXPECT_EQ(probed(file, error, &limits), LIMEN_OK);

  limits = defaults(limen_limits_init);
  limits.side = 15;
  limen_transform_options options = defaults(limen_transform_options_init);
  options.limits = &limits;
  COutputs outputs;
  EXPECT_EQ(transformed(source_of(file), parsed("w=8").get(), outputs, error, &options),
            LIMEN_LIMIT_EXCEEDED);
  EXPECT_EQ(limen_error_limit(error.get()), LIMEN_LIMIT_SIDE);
  EXPECT_EQ(limen_error_asked(error.get()), 16u);
  EXPECT_EQ(limen_error_allowed(error.get()), 15u);
}

TEST(Status, OfAWorkspaceThatIsTooSmall) {
  const CWorkspace workspace(limen_workspace_create(2000, nullptr));
  limen_execution execution = defaults(limen_execution_init);
  execution.workspace = workspace.get();
  COutputs outputs;
  CError error;
  const Bytes file = photo();
  EXPECT_EQ(transformed(source_of(file), parsed("w=80").get(), outputs, error, nullptr, &execution),
            LIMEN_LIMIT_EXCEEDED);
  EXPECT_EQ(limen_error_limit(error.get()), LIMEN_LIMIT_WORKING_MEMORY);
  EXPECT_EQ(limen_error_allowed(error.get()), 2000u);
  EXPECT_EQ(limen_workspace_bytes_in_use(workspace.get()), 0u);
}

TEST(Status, OfAnAllocatorThatGivesNothing) {
  const limen_allocator empty{[](void*, size_t, size_t) -> void* { return nullptr; },
                              [](void*, void*) {}, nullptr};
  const CWorkspace workspace(limen_workspace_create(0, &empty));
  ASSERT_NE(workspace, nullptr);
  limen_execution execution = defaults(limen_execution_init);
  execution.workspace = workspace.get();
  COutputs outputs;
  CError error;
  const Bytes file = photo();
  EXPECT_EQ(transformed(source_of(file), parsed("w=80").get(), outputs, error, nullptr, &execution),
            LIMEN_OUT_OF_MEMORY);
  EXPECT_STRNE(limen_error_message(error.get()), "");
}

TEST(Status, OfATokenThatIsSet) {
  const CToken token(limen_cancel_token_create());
  EXPECT_EQ(limen_cancel_token_is_cancelled(token.get()), 0);
  limen_cancel_token_cancel(token.get());
  EXPECT_EQ(limen_cancel_token_is_cancelled(token.get()), 1);
  limen_execution execution = defaults(limen_execution_init);
  execution.cancel = token.get();
  COutputs outputs;
  CError error;
  const Bytes file = photo();
  const CRecipe recipe = parsed("w=80");
  EXPECT_EQ(transformed(source_of(file), recipe.get(), outputs, error, nullptr, &execution),
            LIMEN_CANCELLED);
  limen_cancel_token_reset(token.get());
  EXPECT_EQ(transformed(source_of(file), recipe.get(), outputs, error, nullptr, &execution),
            LIMEN_OK);
}

// C++ programs may well give functions that throw: nothing gets past them into C.
TEST(Status, OfAFunctionThatThrows) {
  limen_source source = defaults(limen_source_init);
  source.read = [](void*, uint8_t*, size_t) -> ptrdiff_t { throw 1; };
  limen_info info{};
  info.struct_size = sizeof info;
  limen_error* error = nullptr;
  EXPECT_EQ(limen_probe(&source, nullptr, &info, &error), LIMEN_INTERNAL);
  EXPECT_STREQ(limen_error_message(error), "internal");
  limen_error_free(error);
}

TEST(Status, HasAName) {
  EXPECT_STREQ(limen_status_name(LIMEN_OK), "ok");
  for (limen_status status = LIMEN_INVALID_ARGUMENT; status <= LIMEN_INTERNAL; ++status) {
    EXPECT_EQ(limen_status_name(status), std::string(name(static_cast<ErrorCode>(status - 1))));
  }
  EXPECT_STREQ(limen_status_name(-1), "unknown");
  EXPECT_STREQ(limen_status_name(LIMEN_INTERNAL + 1), "unknown");
}

TEST(Names, OfFormats) {
  for (std::int32_t format = LIMEN_FORMAT_JPEG; format <= LIMEN_FORMAT_AVIF; ++format) {
    EXPECT_EQ(limen_format_name(format), std::string(name(static_cast<Format>(format))));
    EXPECT_EQ(limen_format_mime_type(format), std::string(mime_type(static_cast<Format>(format))));
  }
  for (const std::int32_t format : {-1, -2, 4, 1 << 30}) {
    EXPECT_STREQ(limen_format_name(format), "none");
    EXPECT_STREQ(limen_format_mime_type(format), "application/octet-stream");
  }
}

TEST(Version, IsTheLibrarys) {
  EXPECT_EQ(limen_abi_version(), static_cast<std::uint32_t>(LIMEN_C_ABI_VERSION));
  EXPECT_EQ(limen_version(), std::string(version()));
}

TEST(PickFormat, IsTheCppOne) {
  const std::int32_t allowed[] = {LIMEN_FORMAT_AVIF, LIMEN_FORMAT_WEBP, LIMEN_FORMAT_JPEG};
  EXPECT_EQ(limen_pick_format("image/webp,image/*", allowed, 3), LIMEN_FORMAT_WEBP);
  EXPECT_EQ(limen_pick_format("image/avif,image/webp", allowed, 3), LIMEN_FORMAT_AVIF);
  EXPECT_EQ(limen_pick_format("", allowed, 3), LIMEN_FORMAT_JPEG);
  EXPECT_EQ(limen_pick_format(nullptr, allowed, 3), LIMEN_FORMAT_JPEG);
  EXPECT_EQ(limen_pick_format("text/html", allowed, 3), LIMEN_FORMAT_NONE);
  EXPECT_EQ(limen_pick_format("*/*", nullptr, 3), LIMEN_FORMAT_NONE);
  EXPECT_EQ(limen_pick_format("*/*", allowed, 0), LIMEN_FORMAT_NONE);
  const std::int32_t wild[] = {-7, 99, LIMEN_FORMAT_PNG, LIMEN_FORMAT_PNG};
  EXPECT_EQ(limen_pick_format("*/*", wild, 4), LIMEN_FORMAT_PNG);
}

TEST(Null, IsFreedAndReadLikeAnEmptyObject) {
  limen_error_free(nullptr);
  limen_buffer_free(nullptr);
  limen_image_free(nullptr);
  limen_workspace_free(nullptr);
  limen_cancel_token_free(nullptr);
  limen_progress_free(nullptr);
  limen_recipe_free(nullptr);
  limen_plan_free(nullptr);
  limen_outputs_free(nullptr);

  EXPECT_EQ(limen_error_code(nullptr), LIMEN_OK);
  EXPECT_STREQ(limen_error_message(nullptr), "ok");
  EXPECT_EQ(limen_error_format(nullptr), LIMEN_FORMAT_NONE);
  EXPECT_EQ(limen_error_limit(nullptr), LIMEN_LIMIT_NONE);
  EXPECT_EQ(limen_error_asked(nullptr) + limen_error_allowed(nullptr) + limen_error_offset(nullptr),
            0u);
  EXPECT_EQ(limen_buffer_data(nullptr), nullptr);
  EXPECT_EQ(limen_buffer_size(nullptr), 0u);
  limen_pixels pixels{&pixels, 1, 2, 3, 4, 5, 6};
  limen_image_pixels(nullptr, &pixels);
  EXPECT_EQ(pixels.data, nullptr);
  EXPECT_EQ(pixels.width, 0);
  limen_image_pixels(nullptr, nullptr);
  EXPECT_EQ(limen_workspace_peak_bytes(nullptr) + limen_workspace_bytes_in_use(nullptr), 0u);
  limen_workspace_release_unused(nullptr);
  limen_cancel_token_cancel(nullptr);
  limen_cancel_token_reset(nullptr);
  EXPECT_EQ(limen_cancel_token_is_cancelled(nullptr), 0);
  std::uint32_t done = 7;
  std::uint32_t steps = 7;
  limen_progress_read(nullptr, &done, &steps);
  EXPECT_EQ(done + steps, 0u);
  limen_progress_read(nullptr, nullptr, nullptr);
  EXPECT_STREQ(limen_recipe_canonical(nullptr), "");
  limen_plan_read(nullptr, nullptr);
  EXPECT_EQ(limen_outputs_count(nullptr), 0u);
  EXPECT_EQ(limen_outputs_take(nullptr, 0), nullptr);
  EXPECT_EQ(limen_outputs_read(nullptr, 0, nullptr), LIMEN_INVALID_ARGUMENT);
}

TEST(Null, IsNoArgument) {
  const Bytes file = photo({16, 12});
  const limen_source source = source_of(file);
  const CRecipe recipe = parsed("");
  limen_info info{};
  info.struct_size = sizeof info;
  limen_plan* plan = nullptr;
  limen_image* image = nullptr;
  limen_outputs* outputs = nullptr;
  EXPECT_EQ(limen_probe(nullptr, nullptr, &info, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_probe(&source, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_plan_create(nullptr, recipe.get(), nullptr, &plan, nullptr),
            LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_plan_create(&source, nullptr, nullptr, &plan, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_plan_create(&source, recipe.get(), nullptr, nullptr, nullptr),
            LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_decode(nullptr, nullptr, nullptr, &image, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_decode(&source, nullptr, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_encode(nullptr, nullptr, nullptr, &outputs, nullptr), LIMEN_INVALID_ARGUMENT);
  const Image picture = scene({8, 8}, rgb8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  EXPECT_EQ(limen_encode(&pixels, nullptr, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_resize(&pixels, nullptr, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_resize(nullptr, &pixels, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  limen_comparison seen;
  EXPECT_EQ(limen_compare(&pixels, nullptr, nullptr, &seen, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_compare(nullptr, &pixels, nullptr, &seen, nullptr), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_compare(&pixels, &pixels, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace limen::test
