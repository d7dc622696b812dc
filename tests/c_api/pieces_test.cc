// SPDX-License-Identifier: Apache-2.0

// Probe, plan, decode, encode, resize, compare: what the C++ API gives, and pixels that are none.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/c_api/fixture.h"
#include "tests/codec/exif_builder.h"

namespace limen::test {
namespace {

void expect_same(limen_image* image, const ConstImageView& view) {
  limen_pixels pixels;
  limen_image_pixels(image, &pixels);
  ASSERT_EQ(pixels.width, view.size.width);
  ASSERT_EQ(pixels.height, view.size.height);
  ASSERT_EQ(pixels.sample, static_cast<int>(view.format.sample));
  ASSERT_EQ(pixels.layout, static_cast<int>(view.format.layout));
  for (std::int32_t y = 0; y < pixels.height; ++y) {
    ASSERT_EQ(std::memcmp(static_cast<std::byte*>(pixels.data) + y * pixels.stride, view.row(y),
                          row_bytes(view.size, view.format)),
              0)
        << "row " << y;
  }
}

TEST(Probe, TellsWhatTheCppOneTells) {
  for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::avif}) {
    const Bytes file = photo({45, 32}, format);
    const auto expected = probe(file);
    ASSERT_TRUE(expected.has_value());
    const limen_source source = source_of(file);
    limen_info info{};
    info.struct_size = sizeof info;
    ASSERT_EQ(limen_probe(&source, nullptr, &info, nullptr), LIMEN_OK);
    EXPECT_EQ(info.format, static_cast<int>(format));
    EXPECT_EQ(info.width, 45);
    EXPECT_EQ(info.height, 32);
    EXPECT_EQ(info.upright_width, 45);
    EXPECT_EQ(info.orientation, 1);
    EXPECT_EQ(info.frames, 1u);
    EXPECT_EQ(info.bit_depth, 8);
    EXPECT_EQ(info.model, static_cast<int>(expected->model));
    EXPECT_EQ(info.chroma, static_cast<int>(expected->subsampling));
    EXPECT_EQ(info.has_alpha, 0);
    EXPECT_EQ(info.is_lossless != 0, expected->is_lossless);
    EXPECT_EQ(info.is_progressive != 0, expected->is_progressive);
    EXPECT_EQ(info.jpeg_quality, expected->jpeg_quality.value_or(0));
    EXPECT_EQ(info.has_icc_profile + info.has_exif + info.has_xmp + info.has_iptc, 0);
  }
}

TEST(Plan, SaysWhatTheCppOneSays) {
  const Bytes file = photo();
  const limen_source source = source_of(file);
  const std::string query = "tl_px=10,20&br_px=110,100&w=50&r=90&sharp=1&q=invisible";
  const CRecipe recipe = parsed(query);
  limen_plan* made = nullptr;
  ASSERT_EQ(limen_plan_create(&source, recipe.get(), nullptr, &made, nullptr), LIMEN_OK);
  const CPlan held(made);
  limen_plan_view view{};
  view.struct_size = sizeof view;
  limen_plan_read(made, &view);
  const auto expected = plan(*probe(file), *parse_cloudimage_query(query));
  ASSERT_TRUE(expected.has_value());
  EXPECT_EQ(view.width, expected->output.width);
  EXPECT_EQ(view.height, expected->output.height);
  EXPECT_EQ(view.format, LIMEN_FORMAT_JPEG);
  EXPECT_EQ(view.crop.x, 10);
  EXPECT_EQ(view.crop.height, 80);
  EXPECT_EQ(view.scale_eighths, expected->scale_eighths);
  EXPECT_EQ(view.searches, 1);
  EXPECT_EQ(view.may_keep_source, 0);
  EXPECT_EQ(view.flattens, 0);
  EXPECT_EQ(view.bit_depth, 8);
  EXPECT_EQ(view.peak_bytes, expected->peak_bytes);
  EXPECT_EQ(view.color, std::string(name(expected->color.action)));
  EXPECT_EQ(view.source, expected->color.source);
  EXPECT_EQ(view.path, std::string(name(expected->path)));
  ASSERT_EQ(view.step_count, expected->steps.size());
  for (std::size_t i = 0; i < view.step_count; ++i) {
    EXPECT_EQ(view.steps[i], expected->steps[i]);
  }
  EXPECT_EQ(view.note_count, expected->notes.size());
  limen_plan* none = nullptr;
  const CRecipe outside = parsed("tl_px=500,500");
  EXPECT_EQ(limen_plan_create(&source, outside.get(), nullptr, &none, nullptr),
            LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(none, nullptr);
}

TEST(Decode, GivesUprightSrgbPixelsOrStoredOnes) {
  Metadata metadata;
  metadata.exif = camera_exif(true, 6).bytes();
  EncodeOptions turned;
  turned.metadata = metadata;
  const auto file = encode(scene({40, 30}, rgb8).const_view(), turned);
  ASSERT_TRUE(file.has_value());
  const auto stored = decode(*file);
  ASSERT_TRUE(stored.has_value());
  ASSERT_EQ(stored->info.orientation, Orientation::right_top);
  const auto upright = orient(stored->image.const_view(), Orientation::right_top);

  const limen_source source = source_of(*file);
  limen_image* image = nullptr;
  ASSERT_EQ(limen_decode(&source, nullptr, nullptr, &image, nullptr), LIMEN_OK);
  expect_same(image, upright->const_view());
  limen_image_free(image);

  limen_decode_options options = defaults(limen_decode_options_init);
  options.upright = 0;
  options.to_srgb = 0;
  ASSERT_EQ(limen_decode(&source, &options, nullptr, &image, nullptr), LIMEN_OK);
  expect_same(image, stored->image.const_view());
  limen_image_free(image);

  options.region = {8, 4, 20, 10};
  ASSERT_EQ(limen_decode(&source, &options, nullptr, &image, nullptr), LIMEN_OK);
  expect_same(image, subview(stored->image.const_view(), {8, 4, 20, 10}));
  limen_image_free(image);

  for (const limen_rect& region :
       {limen_rect{-1, 0, 5, 5}, limen_rect{0, 0, 41, 1}, limen_rect{1, 1, 0, 0},
        limen_rect{std::numeric_limits<std::int32_t>::max(), 0,
                   std::numeric_limits<std::int32_t>::max(), 1}}) {
    options.region = region;
    EXPECT_EQ(limen_decode(&source, &options, nullptr, &image, nullptr), LIMEN_INVALID_ARGUMENT);
    EXPECT_EQ(image, nullptr);
  }
}

TEST(Decode, KeepsSixteenBitsIfAsked) {
  const Image picture = scene({20, 10}, rgba16);
  const Bytes file = file_of(picture.const_view(), Format::png);
  const limen_source source = source_of(file);
  limen_decode_options options = defaults(limen_decode_options_init);
  options.keep_16_bit = 1;
  limen_image* image = nullptr;
  ASSERT_EQ(limen_decode(&source, &options, nullptr, &image, nullptr), LIMEN_OK);
  expect_same(image, picture.const_view());
  limen_image_free(image);
}

TEST(Image, OutlivesItsWorkspaceAndMayBeWritten) {
  const Bytes file = photo();
  const limen_source source = source_of(file);
  CWorkspace workspace(limen_workspace_create(0, nullptr));
  limen_execution execution = defaults(limen_execution_init);
  execution.workspace = workspace.get();
  limen_image* image = nullptr;
  ASSERT_EQ(limen_decode(&source, nullptr, &execution, &image, nullptr), LIMEN_OK);
  const CImage held(image);
  EXPECT_GT(limen_workspace_bytes_in_use(workspace.get()), 161u * 120 * 3);
  EXPECT_GE(limen_workspace_peak_bytes(workspace.get()),
            limen_workspace_bytes_in_use(workspace.get()));
  limen_workspace_release_unused(workspace.get());
  workspace.reset();
  limen_pixels pixels;
  limen_image_pixels(image, &pixels);
  std::memset(pixels.data, 7, static_cast<std::size_t>(pixels.stride * pixels.height));
  EXPECT_EQ(static_cast<const unsigned char*>(pixels.data)[0], 7);
}

TEST(Encode, GivesTheBytesOfTheCppApi) {
  const Image picture = scene({70, 50}, rgba8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  const std::vector<std::byte> block(100, std::byte{'x'});
  for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::avif}) {
    limen_encode_options options = defaults(limen_encode_options_init);
    EncodeOptions cpp;
    options.format = static_cast<int>(format);
    cpp.format = format;
    options.fidelity_value = 61;
    cpp.mode = Quality{61};
    options.effort = cpp.effort = 2;
    options.matte = {1, 2, 3, 255};
    cpp.matte = {1, 2, 3};
    options.xmp = c_bytes(block);
    cpp.metadata.xmp = block;
    limen_outputs* outputs = nullptr;
    ASSERT_EQ(limen_encode(&pixels, &options, nullptr, &outputs, nullptr), LIMEN_OK);
    const COutputs held(outputs);
    ASSERT_EQ(limen_outputs_count(outputs), 1u);
    EXPECT_EQ(bytes_at(outputs, 0), *encode(picture.const_view(), cpp)) << name(format);
    const limen_output output = output_at(outputs, 0);
    EXPECT_EQ(output.format, static_cast<int>(format));
    EXPECT_EQ(output.width, 70);
    EXPECT_EQ(output.has_search, 0);
    EXPECT_EQ(output.mode,
              format == Format::png ? LIMEN_FIDELITY_LOSSLESS : LIMEN_FIDELITY_QUALITY);
    EXPECT_STREQ(output.source, "sRGB");
  }
  limen_outputs* outputs = nullptr;
  ASSERT_EQ(limen_encode(&pixels, nullptr, nullptr, &outputs, nullptr), LIMEN_OK);
  EXPECT_EQ(bytes_at(outputs, 0), *encode(picture.const_view(), {}));
  limen_outputs_free(outputs);
}

TEST(Encode, SearchesForATarget) {
  const Image picture = scene({90, 60}, rgb8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  const std::int32_t formats[] = {LIMEN_FORMAT_WEBP, LIMEN_FORMAT_JPEG};
  limen_encode_options options = defaults(limen_encode_options_init);
  options.fidelity = LIMEN_FIDELITY_SCORE;
  options.fidelity_value = 75;
  options.formats = formats;
  options.format_count = 2;
  options.worst_block = 60;
  SearchOptions cpp;
  cpp.target = TargetScore{{75}};
  cpp.formats = {Format::webp, Format::jpeg};
  cpp.worst_block = Score{60};
  const auto found = find_smallest(picture.const_view(), cpp);
  ASSERT_TRUE(found.has_value());
  limen_outputs* outputs = nullptr;
  ASSERT_EQ(limen_encode(&pixels, &options, nullptr, &outputs, nullptr), LIMEN_OK);
  const COutputs held(outputs);
  EXPECT_EQ(bytes_at(outputs, 0), found->bytes);
  const limen_output output = output_at(outputs, 0);
  EXPECT_EQ(output.has_search, 1);
  EXPECT_EQ(output.score, found->score.value);
  EXPECT_EQ(output.reached, found->reached);
  EXPECT_EQ(output.format, static_cast<int>(found->format));
}

TEST(Encode, HalvesChromaOfWebpAsAsked) {
  const Image picture = scene({70, 50}, rgb8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  const std::pair<std::int32_t, std::optional<bool>> ways[] = {
      {LIMEN_SHARP_YUV_AUTOMATIC, std::nullopt},
      {LIMEN_SHARP_YUV_OFF, false},
      {LIMEN_SHARP_YUV_ON, true}};
  for (const auto& [way, cpp_way] : ways) {
    limen_encode_options options = defaults(limen_encode_options_init);
    EXPECT_EQ(options.sharp_yuv, LIMEN_SHARP_YUV_AUTOMATIC);
    options.format = LIMEN_FORMAT_WEBP;
    options.sharp_yuv = way;
    limen_outputs* outputs = nullptr;
    ASSERT_EQ(limen_encode(&pixels, &options, nullptr, &outputs, nullptr), LIMEN_OK);
    const COutputs held(outputs);
    EXPECT_EQ(bytes_at(outputs, 0),
              *encode(picture.const_view(), {.format = Format::webp, .sharp_yuv = cpp_way}))
        << way;
  }
}

TEST(Encode, ReportsWhatTheSearchMadeTheFileBy) {
  const Image picture = scene({90, 60}, rgb8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  for (const std::int32_t format : {LIMEN_FORMAT_JPEG, LIMEN_FORMAT_WEBP}) {
    for (const std::int32_t way : {LIMEN_SHARP_YUV_OFF, LIMEN_SHARP_YUV_ON}) {
      limen_encode_options options = defaults(limen_encode_options_init);
      options.format = format;
      options.fidelity = LIMEN_FIDELITY_INVISIBLE;
      options.sharp_yuv = way;
      SearchOptions cpp;
      cpp.encode.format = static_cast<Format>(format);
      cpp.encode.sharp_yuv = way == LIMEN_SHARP_YUV_ON;
      const auto found = find_smallest(picture.const_view(), cpp);
      ASSERT_TRUE(found.has_value());
      limen_outputs* outputs = nullptr;
      ASSERT_EQ(limen_encode(&pixels, &options, nullptr, &outputs, nullptr), LIMEN_OK);
      const COutputs held(outputs);
      const limen_output output = output_at(outputs, 0);
      EXPECT_EQ(bytes_at(outputs, 0), found->bytes);
      EXPECT_EQ(output.quantizer, static_cast<int>(found->quantizer));
      EXPECT_EQ(output.sharp_yuv != 0, found->sharp_yuv);
    }
  }
}

TEST(Encode, RefusesWhatMakesNoSense) {
  const Image picture = scene({8, 8}, rgb8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  const limen_encode_options plain = defaults(limen_encode_options_init);
  const std::int32_t format = LIMEN_FORMAT_WEBP;
  const std::vector<std::pair<limen_status, std::function<void(limen_encode_options&)>>> cases = {
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.format = LIMEN_FORMAT_NONE; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.format = 4; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 7; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity_value = std::nan(""); }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity_value = 101; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.effort = 10; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.chroma = LIMEN_CHROMA_OTHER; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.bit_depth = 9; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.sharp_yuv = 3; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.sharp_yuv = -1; }},
      {LIMEN_INVALID_ARGUMENT,
       [](auto& o) {
         o.icc = {nullptr, 3};
       }},
      {LIMEN_INVALID_ARGUMENT, [&](auto& o) { o.formats = &format, o.format_count = 1; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 0, o.format_count = 1; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 0, o.time_budget = -1; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 0, o.time_budget = std::nan(""); }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 0, o.time_budget = 1e300; }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 0, o.worst_block = std::nan(""); }},
      {LIMEN_INVALID_ARGUMENT, [](auto& o) { o.fidelity = 3, o.fidelity_value = 0; }},
      {LIMEN_UNSUPPORTED, [](auto& o) { o.fidelity = LIMEN_FIDELITY_LOSSLESS; }},
  };
  std::size_t index = 0;
  for (const auto& [status, spoil] : cases) {
    limen_encode_options options = plain;
    spoil(options);
    limen_outputs* outputs = nullptr;
    EXPECT_EQ(limen_encode(&pixels, &options, nullptr, &outputs, nullptr), status)
        << "case " << index;
    EXPECT_EQ(outputs, nullptr);
    ++index;
  }
}

TEST(Resize, IsTheCppOneWithoutACopy) {
  for (const PixelFormat format : {rgb8, rgba16, gray_f32, cmyk8}) {
    const Image picture = scene({60, 40}, format);
    const auto expected = Image::create({25, 31}, format);
    const auto target = Image::create({25, 31}, format);
    ResizeOptions cpp;
    cpp.filter = Filter::mitchell;
    cpp.source = RectF{1.5, 2.25, 50, 30};
    auto* to = const_cast<Image*>(&*expected);
    ASSERT_TRUE(resize(picture.const_view(), to->view(), cpp).has_value());
    limen_resize_options options = defaults(limen_resize_options_init);
    options.filter = LIMEN_FILTER_MITCHELL;
    options.source_x = 1.5;
    options.source_y = 2.25;
    options.source_width = 50;
    options.source_height = 30;
    const limen_pixels from = c_pixels(picture.const_view());
    const limen_pixels into = c_pixels(target->const_view());
    ASSERT_EQ(limen_resize(&from, &into, &options, nullptr, nullptr), LIMEN_OK);
    for (std::int32_t y = 0; y < 31; ++y) {
      EXPECT_EQ(std::memcmp(target->const_view().row(y), expected->const_view().row(y),
                            row_bytes({25, 31}, format)),
                0);
    }
    for (const double wild : {std::nan(""), HUGE_VAL, -1.0, 1e300}) {
      limen_resize_options spoilt = options;
      spoilt.source_width = wild;
      EXPECT_EQ(limen_resize(&from, &into, &spoilt, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
    }
    options.filter = 8;
    EXPECT_EQ(limen_resize(&from, &into, &options, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
  }
}

TEST(Compare, IsTheCppOne) {
  const Image original = scene({64, 48}, rgb8);
  const Image other = scene({64, 48}, rgb8, 9);
  const limen_pixels a = c_pixels(original.const_view());
  const limen_pixels b = c_pixels(other.const_view());
  limen_comparison seen;
  ASSERT_EQ(limen_compare(&a, &b, nullptr, &seen, nullptr), LIMEN_OK);
  const auto expected = ssimulacra2(original.const_view(), other.const_view());
  ASSERT_TRUE(expected.has_value());
  EXPECT_EQ(seen.score, expected->score.value);
  EXPECT_EQ(seen.worst_block, expected->worst_block.value);
  EXPECT_EQ(seen.worst_block_at.width, expected->worst_block_at.width);
  const Image small = scene({63, 48}, rgb8);
  const limen_pixels c = c_pixels(small.const_view());
  EXPECT_EQ(limen_compare(&a, &c, nullptr, &seen, nullptr), LIMEN_INVALID_ARGUMENT);
}

TEST(RawPixels, ThatCannotBeReadAreRefusedEverywhere) {
  const Image picture = scene({10, 6}, rgb16);
  const limen_pixels good = c_pixels(picture.const_view());
  constexpr std::int32_t kHigh = std::numeric_limits<std::int32_t>::max();
  constexpr std::ptrdiff_t kFar = std::numeric_limits<std::ptrdiff_t>::max();
  const std::vector<std::function<void(limen_pixels&)>> ways = {
      [](auto& p) { p.data = nullptr; },
      [](auto& p) { p.data = static_cast<std::byte*>(p.data) + 1; },
      [](auto& p) { p.width = 0; },
      [](auto& p) { p.width = -1; },
      [](auto& p) { p.width = kHigh; },
      [](auto& p) { p.height = 0; },
      [](auto& p) { p.height = -5; },
      [](auto& p) { p.stride = 59; },
      [](auto& p) { p.stride = 61; },
      [](auto& p) { p.stride = -p.stride; },
      [](auto& p) { p.stride = 0; },
      [](auto& p) { p.stride = kFar - 1, p.height = kHigh; },
      [](auto& p) { p.sample = 3; },
      [](auto& p) { p.sample = -1; },
      [](auto& p) { p.layout = 5; },
      [](auto& p) { p.layout = std::numeric_limits<std::int32_t>::min(); },
      [](auto& p) { p.alpha = 2; },
  };
  const CRecipe recipe = parsed("");
  const Bytes file = photo({16, 12});
  std::size_t index = 0;
  for (const auto& spoil : ways) {
    limen_pixels pixels = good;
    spoil(pixels);
    COutputs outputs;
    CError error;
    EXPECT_EQ(transformed(source_of(pixels), recipe.get(), outputs, error), LIMEN_INVALID_ARGUMENT)
        << "way " << index;
    limen_outputs* encoded = nullptr;
    EXPECT_EQ(limen_encode(&pixels, nullptr, nullptr, &encoded, nullptr), LIMEN_INVALID_ARGUMENT);
    limen_comparison seen;
    EXPECT_EQ(limen_compare(&good, &pixels, nullptr, &seen, nullptr), LIMEN_INVALID_ARGUMENT);
    EXPECT_EQ(limen_resize(&pixels, &good, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
    EXPECT_EQ(limen_resize(&good, &pixels, nullptr, nullptr, nullptr), LIMEN_INVALID_ARGUMENT);
    limen_transform_options options = defaults(limen_transform_options_init);
    const limen_named_picture named{"mark", {}, &pixels};
    options.pictures = &named;
    options.picture_count = 1;
    EXPECT_EQ(transformed(source_of(file), recipe.get(), outputs, error, &options),
              LIMEN_INVALID_ARGUMENT);
    ++index;
  }
  limen_info info{};
  info.struct_size = sizeof info;
  const limen_source raw = source_of(good);
  EXPECT_EQ(limen_probe(&raw, nullptr, &info, nullptr), LIMEN_INVALID_ARGUMENT);
  limen_image* image = nullptr;
  EXPECT_EQ(limen_decode(&raw, nullptr, nullptr, &image, nullptr), LIMEN_INVALID_ARGUMENT);
}

TEST(RawPixels, OfKindsThatThePipelineLacksAreUnsupported) {
  const CRecipe recipe = parsed("");
  for (const PixelFormat format :
       {rgb_f32, cmyk8, PixelFormat{SampleType::u8, Layout::rgba, AlphaMode::premultiplied}}) {
    const Image picture = scene({8, 8}, format);
    const limen_pixels pixels = c_pixels(picture.const_view());
    COutputs outputs;
    CError error;
    EXPECT_EQ(transformed(source_of(pixels), recipe.get(), outputs, error), LIMEN_UNSUPPORTED);
  }
}

}  // namespace
}  // namespace limen::test
