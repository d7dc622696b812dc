// SPDX-License-Identifier: Apache-2.0

// limen_transform() and limen_render(): the C++ API's bytes, sources and sinks of every kind.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/c_api/fixture.h"

namespace limen::test {
namespace {

const char* const kQueries[] = {
    "",
    "w=80&q=70",
    "w=60&h=60&q=invisible&force_format=webp",
    "tl_px=10,12&br_px=100,90&force_format=png",
    "r=17&bg_color=navy&w=50&q=60",
    "w=90&q=50&force_format=avif",
    "w=100&h=100&func=fit&bg_color=ffffff80&radius=9&force_format=png",
    "w=70&wat=1&wat_url=logo&wat_gravity=southeast&wat_scale=30p&wat_pad=4&wat_opacity=0.6&q=80"};

const Image& logo() {
  static const Image picture = scene({20, 10}, rgba8);
  return picture;
}

// A read function over bytes that gives `step` at a time and fails after `good` bytes.
struct Reader {
  const Bytes* bytes = nullptr;
  std::size_t step = 1000;
  std::size_t good = static_cast<std::size_t>(-1);
  std::ptrdiff_t failure = -5;
  std::size_t at = 0;
  std::size_t calls = 0;

  static ptrdiff_t read(void* opaque, uint8_t* into, size_t capacity) {
    auto* self = static_cast<Reader*>(opaque);
    ++self->calls;
    if (self->at >= self->good) return self->failure;
    const std::size_t count =
        std::min({capacity, self->step, self->bytes->size() - self->at, self->good - self->at});
    if (count > 0) std::memcpy(into, self->bytes->data() + self->at, count);
    self->at += count;
    return static_cast<ptrdiff_t>(count);
  }
  limen_source source() {
    limen_source source = defaults(limen_source_init);
    source.read = read;
    source.read_opaque = this;
    return source;
  }
};

struct Writer {
  std::vector<Bytes> files;
  std::size_t fails_at = static_cast<std::size_t>(-1);

  static int32_t write(void* opaque, size_t index, const uint8_t* data, size_t size) {
    auto* self = static_cast<Writer*>(opaque);
    if (index == self->fails_at) return 28;
    EXPECT_EQ(index, self->files.size());
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    self->files.emplace_back(bytes, bytes + size);
    return 0;
  }
};

class Variants : public testing::Test {
 protected:
  Variants() {
    for (const char* query : kQueries) {
      recipes_.push_back(parsed(query));
      handles_.push_back(recipes_.back().get());
      cpp_.push_back(*parse_cloudimage_query(query));
    }
    picture_ = {"logo", c_bytes(logo_file_), nullptr};
    options_ = defaults(limen_transform_options_init);
    options_.pictures = &picture_;
    options_.picture_count = 1;
  }

  std::vector<Variant> expected() const {
    const NamedPicture picture{"logo", ByteView(logo_file_)};
    TransformOptions options;
    options.pictures = std::span(&picture, 1);
    auto variants = transform(file_, cpp_, options);
    EXPECT_TRUE(variants.has_value()) << variants.error().message;
    return variants ? *std::move(variants) : std::vector<Variant>();
  }

  limen_status run(const limen_source& source, limen_outputs** outputs) {
    limen_error* error = nullptr;
    const limen_status status = limen_transform(&source, handles_.data(), handles_.size(),
                                                &options_, &execution_, outputs, &error);
    message_ = limen_error_message(error);
    limen_error_free(error);
    return status;
  }

  Bytes file_ = photo();
  Bytes logo_file_ = file_of(logo().const_view(), Format::png);
  std::vector<CRecipe> recipes_;
  std::vector<const limen_recipe*> handles_;
  std::vector<Recipe> cpp_;
  limen_named_picture picture_{};
  limen_transform_options options_{};
  limen_execution execution_ = defaults(limen_execution_init);
  std::string message_;
};

TEST_F(Variants, HaveTheBytesAndTheReportOfTheCppApi) {
  const std::vector<Variant> expected_ones = expected();
  for (const std::uint32_t threads : {0u, 1u, 3u}) {
    execution_.threads = threads;
    limen_outputs* outputs = nullptr;
    ASSERT_EQ(run(source_of(file_), &outputs), LIMEN_OK) << message_;
    const COutputs held(outputs);
    ASSERT_EQ(limen_outputs_count(outputs), expected_ones.size());
    for (std::size_t i = 0; i < expected_ones.size(); ++i) {
      const Variant& variant = expected_ones[i];
      const limen_output output = output_at(outputs, i);
      EXPECT_EQ(bytes_at(outputs, i), variant.bytes) << kQueries[i];
      EXPECT_EQ(output.format, static_cast<int>(variant.format));
      EXPECT_EQ(output.width, variant.size.width);
      EXPECT_EQ(output.height, variant.size.height);
      EXPECT_EQ(output.bit_depth, variant.bit_depth);
      EXPECT_EQ(output.has_alpha != 0, variant.has_alpha);
      EXPECT_EQ(output.chroma, static_cast<int>(variant.chroma));
      EXPECT_EQ(output.progressive != 0, variant.progressive);
      EXPECT_EQ(output.kept_source != 0, variant.kept_source);
      EXPECT_EQ(output.has_search != 0, variant.search.has_value());
      if (variant.search) {
        EXPECT_EQ(output.score, variant.search->score.value);
        EXPECT_EQ(output.worst_block, variant.search->worst_block.value);
        EXPECT_EQ(output.worst_block_at.x, variant.search->worst_block_at.x);
        EXPECT_EQ(output.worst_block_at.width, variant.search->worst_block_at.width);
        EXPECT_EQ(output.reached != 0, variant.search->reached);
        EXPECT_EQ(output.certified != 0, variant.search->certified);
        EXPECT_EQ(output.evaluations, variant.search->evaluations);
        EXPECT_EQ(output.encodes, variant.search->encodes);
      }
      const int mode = !variant.mode                                    ? -1
                       : std::holds_alternative<Quality>(*variant.mode) ? LIMEN_FIDELITY_QUALITY
                       : std::holds_alternative<NearLossless>(*variant.mode)
                           ? LIMEN_FIDELITY_NEAR_LOSSLESS
                           : LIMEN_FIDELITY_LOSSLESS;
      EXPECT_EQ(output.mode, mode);
      if (mode == LIMEN_FIDELITY_QUALITY) {
        EXPECT_EQ(output.mode_value, std::get<Quality>(*variant.mode).value);
      }
      EXPECT_EQ(output.color, std::string(name(variant.color_action)));
      EXPECT_EQ(output.source, variant.color_source);
      EXPECT_EQ(output.damage, variant.damage);
      EXPECT_GT(output.peak_bytes, 0u);
      ASSERT_EQ(output.note_count, variant.notes.size());
      for (std::size_t n = 0; n < output.note_count; ++n) {
        EXPECT_EQ(output.notes[n], variant.notes[n]);
      }
    }
  }
}

TEST_F(Variants, MayComeFromAFunctionWhateverItsSteps) {
  const std::vector<Variant> expected_ones = expected();
  for (const std::size_t step : {std::size_t{1}, std::size_t{333}, std::size_t{1} << 30}) {
    Reader reader{.bytes = &file_, .step = step};
    limen_outputs* outputs = nullptr;
    ASSERT_EQ(run(reader.source(), &outputs), LIMEN_OK) << message_;
    const COutputs held(outputs);
    for (std::size_t i = 0; i < expected_ones.size(); ++i) {
      EXPECT_EQ(bytes_at(outputs, i), expected_ones[i].bytes);
    }
  }
}

TEST_F(Variants, GoToAFunctionInOrder) {
  const std::vector<Variant> expected_ones = expected();
  for (const bool hands_out : {false, true}) {
    Writer writer;
    options_.write = Writer::write;
    options_.write_opaque = &writer;
    limen_outputs* outputs = nullptr;
    ASSERT_EQ(run(source_of(file_), hands_out ? &outputs : nullptr), LIMEN_OK) << message_;
    ASSERT_EQ(writer.files.size(), expected_ones.size());
    for (std::size_t i = 0; i < writer.files.size(); ++i) {
      EXPECT_EQ(writer.files[i], expected_ones[i].bytes);
      if (hands_out) {
        EXPECT_EQ(bytes_at(outputs, i), expected_ones[i].bytes);
      }
    }
    limen_outputs_free(outputs);
  }
}

TEST_F(Variants, HaveMarksThatAreFilesOrPixels) {
  limen_outputs* outputs = nullptr;
  ASSERT_EQ(run(source_of(file_), &outputs), LIMEN_OK) << message_;
  const COutputs of_file(outputs);
  const limen_pixels pixels = c_pixels(logo().const_view());
  picture_ = {"logo", {}, &pixels};
  ASSERT_EQ(run(source_of(file_), &outputs), LIMEN_OK) << message_;
  const COutputs of_pixels(outputs);
  EXPECT_EQ(bytes_at(of_file.get(), 7), bytes_at(of_pixels.get(), 7));
  picture_.name = "other";
  EXPECT_EQ(run(source_of(file_), &outputs), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(message_.rfind("recipe 7: mark 'logo'", 0), 0u) << message_;
  EXPECT_EQ(outputs, nullptr);
  picture_.name = nullptr;
  EXPECT_EQ(run(source_of(file_), &outputs), LIMEN_INVALID_ARGUMENT);
  options_.pictures = nullptr;
  EXPECT_EQ(run(source_of(file_), &outputs), LIMEN_INVALID_ARGUMENT);
}

TEST_F(Variants, OfPixelsAreThoseOfTheCppApi) {
  handles_.resize(7);
  for (const PixelFormat format : {gray8, gray_alpha8, rgb8, rgba8, gray16, rgba16}) {
    const Image picture = scene({121, 90}, format);
    const limen_pixels pixels = c_pixels(picture.const_view());
    const auto expected_ones =
        transform(picture.const_view(), std::span(cpp_).first(handles_.size()));
    ASSERT_TRUE(expected_ones.has_value()) << expected_ones.error().message;
    limen_outputs* outputs = nullptr;
    ASSERT_EQ(run(source_of(pixels), &outputs), LIMEN_OK) << message_;
    const COutputs held(outputs);
    for (std::size_t i = 0; i < handles_.size(); ++i) {
      EXPECT_EQ(bytes_at(outputs, i), (*expected_ones)[i].bytes) << kQueries[i];
    }
  }
}

TEST_F(Variants, AreTakenOnce) {
  limen_outputs* outputs = nullptr;
  ASSERT_EQ(run(source_of(file_), &outputs), LIMEN_OK);
  const Bytes bytes = bytes_at(outputs, 1);
  const std::size_t count = limen_outputs_count(outputs);
  CBuffer taken(limen_outputs_take(outputs, 1));
  ASSERT_NE(taken, nullptr);
  EXPECT_EQ(limen_outputs_take(outputs, 1), nullptr);
  EXPECT_EQ(limen_outputs_take(outputs, count), nullptr);
  const limen_output emptied = output_at(outputs, 1);
  EXPECT_EQ(emptied.bytes.data, nullptr);
  EXPECT_EQ(emptied.bytes.size, 0u);
  EXPECT_EQ(emptied.width, 80);  // the report stays
  limen_output none{};
  none.struct_size = sizeof none;
  EXPECT_EQ(limen_outputs_read(outputs, count, &none), LIMEN_INVALID_ARGUMENT);
  limen_outputs_free(outputs);
  ASSERT_EQ(limen_buffer_size(taken.get()), bytes.size());
  EXPECT_EQ(std::memcmp(limen_buffer_data(taken.get()), bytes.data(), bytes.size()), 0);
}

TEST_F(Variants, OfASourceThatFailsAreNone) {
  limen_outputs* outputs = nullptr;
  for (const std::ptrdiff_t failure : {std::ptrdiff_t{-5}, std::ptrdiff_t{1} << 40}) {
    Reader reader{.bytes = &file_, .good = file_.size() / 2, .failure = failure};
    EXPECT_EQ(run(reader.source(), &outputs), LIMEN_IO);
    EXPECT_EQ(outputs, nullptr);
    EXPECT_NE(message_.find(std::to_string(failure)), std::string::npos) << message_;
  }
  // No further than the limit, whatever the source would still give.
  limen_limits limits = defaults(limen_limits_init);
  limits.input_bytes = 999;
  options_.limits = &limits;
  Reader reader{.bytes = &file_, .step = 100};
  EXPECT_EQ(run(reader.source(), &outputs), LIMEN_LIMIT_EXCEEDED);
  EXPECT_EQ(reader.at, 1000u);
  limits.input_bytes = 0;
  Reader one{.bytes = &file_};
  EXPECT_EQ(run(one.source(), &outputs), LIMEN_LIMIT_EXCEEDED);
  limits.input_bytes = file_.size();
  Reader exact{.bytes = &file_};
  EXPECT_EQ(run(exact.source(), &outputs), LIMEN_OK) << message_;
  limen_outputs_free(outputs);
  limits.input_bytes = static_cast<std::uint64_t>(-1);
  Reader unlimited{.bytes = &file_};
  EXPECT_EQ(run(unlimited.source(), &outputs), LIMEN_OK) << message_;
  limen_outputs_free(outputs);
}

TEST_F(Variants, ThatCannotBeWrittenAreNone) {
  Writer writer;
  writer.fails_at = 3;
  options_.write = Writer::write;
  options_.write_opaque = &writer;
  limen_outputs* outputs = nullptr;
  EXPECT_EQ(run(source_of(file_), &outputs), LIMEN_IO);
  EXPECT_EQ(outputs, nullptr);
  EXPECT_EQ(writer.files.size(), 3u);
  EXPECT_NE(message_.find("variant 3"), std::string::npos) << message_;
}

TEST_F(Variants, NeedOneSource) {
  limen_outputs* outputs = nullptr;
  const limen_source none = defaults(limen_source_init);
  EXPECT_EQ(run(none, &outputs), LIMEN_INVALID_ARGUMENT);
  Reader reader{.bytes = &file_};
  limen_source both = reader.source();
  both.bytes = c_bytes(file_);
  EXPECT_EQ(run(both, &outputs), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(reader.calls, 0u);
  limen_source nowhere = none;
  nowhere.bytes.size = 5;
  EXPECT_EQ(run(nowhere, &outputs), LIMEN_INVALID_ARGUMENT);
  limen_source empty = source_of(file_);
  empty.bytes.size = 0;
  EXPECT_EQ(run(empty, &outputs), LIMEN_TRUNCATED) << message_;
  limen_source endless = source_of(file_);
  endless.bytes.size = static_cast<std::size_t>(-1);
  EXPECT_EQ(run(endless, &outputs), LIMEN_INVALID_ARGUMENT) << message_;
}

TEST_F(Variants, NeedTheirArguments) {
  const limen_source source = source_of(file_);
  limen_outputs* outputs = nullptr;
  const auto with = [&](const limen_source* from, const limen_recipe* const* recipes,
                        std::size_t count, limen_outputs** into) {
    return limen_transform(from, recipes, count, nullptr, nullptr, into, nullptr);
  };
  EXPECT_EQ(with(nullptr, handles_.data(), 1, &outputs), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(with(&source, nullptr, 1, &outputs), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(with(&source, nullptr, 0, &outputs), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(with(&source, handles_.data(), 1, nullptr), LIMEN_INVALID_ARGUMENT);
  const limen_recipe* const gap[] = {handles_[0], nullptr};
  EXPECT_EQ(with(&source, gap, 2, &outputs), LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(outputs, nullptr);
}

TEST_F(Variants, OfADamagedFileComeWithBestEffortAlone) {
  Bytes torn = file_;
  torn.resize(torn.size() * 2 / 3);
  limen_outputs* outputs = nullptr;
  EXPECT_EQ(run(source_of(torn), &outputs), LIMEN_TRUNCATED);
  options_.best_effort = 1;
  ASSERT_EQ(run(source_of(torn), &outputs), LIMEN_OK) << message_;
  EXPECT_STRNE(output_at(outputs, 1).damage, "");
  limen_outputs_free(outputs);
}

TEST(Rendered, PicturesAreTheCppOnes) {
  const Bytes file = photo();
  const Image picture = scene({60, 44}, rgba16);
  const limen_pixels raw = c_pixels(picture.const_view());
  const std::string query = "w=40&h=40&func=fit&bg_color=00000000&force_format=jpeg";
  const CRecipe recipe = parsed(query);
  const Recipe cpp = *parse_cloudimage_query(query);
  const auto expect_same = [&](const limen_source& source, const Result<Image>& expected) {
    ASSERT_TRUE(expected.has_value());
    limen_image* made = nullptr;
    ASSERT_EQ(limen_render(&source, recipe.get(), nullptr, nullptr, &made, nullptr), LIMEN_OK);
    const CImage held(made);
    limen_pixels pixels;
    limen_image_pixels(made, &pixels);
    const ConstImageView view = expected->const_view();
    ASSERT_EQ(pixels.width, view.size.width);
    ASSERT_EQ(pixels.height, view.size.height);
    EXPECT_EQ(pixels.sample, static_cast<int>(view.format.sample));
    EXPECT_EQ(pixels.layout, static_cast<int>(view.format.layout));
    EXPECT_EQ(pixels.alpha, LIMEN_ALPHA_STRAIGHT);
    for (std::int32_t y = 0; y < pixels.height; ++y) {
      EXPECT_EQ(std::memcmp(static_cast<std::byte*>(pixels.data) + y * pixels.stride, view.row(y),
                            row_bytes(view.size, view.format)),
                0);
    }
  };
  expect_same(source_of(file), render(file, cpp));
  expect_same(source_of(raw), render(picture.const_view(), cpp));
  limen_image* image = nullptr;
  const limen_source source = source_of(file);
  EXPECT_EQ(limen_render(&source, nullptr, nullptr, nullptr, &image, nullptr),
            LIMEN_INVALID_ARGUMENT);
  EXPECT_EQ(limen_render(&source, recipe.get(), nullptr, nullptr, nullptr, nullptr),
            LIMEN_INVALID_ARGUMENT);
}

}  // namespace
}  // namespace limen::test
