// SPDX-License-Identifier: Apache-2.0

// What all formats share: telling them apart, limits, and requests that make no sense.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "lib/codec/codec.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

using namespace std::string_literals;

Bytes bytes_of(const std::string& text) {
  const auto* data = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(data, data + text.size());
}

// A file of each format that this build writes.
std::vector<std::pair<Format, Bytes>> samples() {
  std::vector<std::pair<Format, Bytes>> files;
  for (const Codec* codec : codecs()) {
    EncodeOptions options;
    options.format = codec->format;
    options.effort = 1;
    auto file = encode(scene({24, 20}, rgb8).view(), options);
    EXPECT_TRUE(file) << name(codec->format) << ": " << file.error().message;
    if (file) files.emplace_back(codec->format, *std::move(file));
  }
  EXPECT_FALSE(files.empty());
  return files;
}

TEST(Codec, EachFormatHasOneCodecThatKnowsItsFiles) {
  for (const auto& [format, file] : samples()) {
    const auto sniffed = sniff(file);
    ASSERT_TRUE(sniffed) << name(format);
    EXPECT_EQ(*sniffed, format);
    int claims = 0;
    for (const Codec* codec : codecs()) claims += codec->sniff(file) ? 1 : 0;
    EXPECT_EQ(claims, 1) << name(format);
    const Codec* codec = find_codec(format);
    ASSERT_NE(codec, nullptr);
    EXPECT_EQ(codec->format, format);
    EXPECT_THAT(codec->library_version(), testing::ContainsRegex("[0-9]+\\.[0-9]+"))
        << name(format);
    const auto info = probe(file);
    ASSERT_TRUE(info) << name(format);
    EXPECT_EQ(info->format, format);
    EXPECT_EQ(info->size, (Size{24, 20}));
    const auto decoded = decode(file);
    ASSERT_TRUE(decoded) << name(format) << ": " << decoded.error().message;
    EXPECT_EQ(decoded->image.size(), (Size{24, 20}));
    EXPECT_EQ(decoded->region, whole({24, 20}));
  }
}

TEST(Codec, OtherFormatsAreRefusedByName) {
  struct Case {
    std::string bytes;
    const char* name;
  };
  const Case cases[] = {
      {"GIF89a\1\0\1\0", "GIF"},
      {"GIF87a\1\0\1\0", "GIF"},
      {"II*\0\x08\0\0\0"s, "TIFF"},
      {"MM\0*\0\0\0\x08"s, "TIFF"},
      {"II+\0\x08\0\0\0"s, "BigTIFF"},
      {"\0\0\0\x0CJXL \x0D\x0A\x87\x0A"s, "JPEG XL"},
      {"\xFF\x0A\0\0"s, "JPEG XL"},
      {"\0\0\0\x0CjP  \x0D\x0A\x87\x0A"s, "JPEG 2000"},
      {"\0\0\0\x18"
       "ftypheic\0\0\0\0"s,
       "HEIC"},
      {"\0\0\0\x18"
       "ftypisom\0\0\0\0"s,
       "MP4"},
      {"%PDF-1.7\n", "PDF"},
      {"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"},
      {"BM\x36\0\0\0\0\0\0\0"s, "BMP"},
      {"8BPS\0\1"s, "Photoshop"},
      {"qoif\0\0\0\1"s, "QOI"},
      {"\0\0\1\0\1\0"s, "ICO"},
      {"RIFF\0\0\0\0WAVEfmt "s, "RIFF"},
      {"PK\3\4\0\0"s, "ZIP"},
      {"\x1F\x8B\x08\0"s, "gzip"},
      {"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"},
      {"<?xml version='1.0'?>\n<!-- a -->\n<svg width='1'/>", "SVG"},
      {"\xEF\xBB\xBF  <svg/>", "SVG"},
      {"<?xml version='1.0'?><rss/>", "XML"},
      {"<!DOCTYPE html><html></html>", "HTML"},
      {"P6\n1 1\n255\nabc", "Netpbm"},
      {"push graphic-context\nviewbox 0 0 1 1", "MVG"},
  };
  for (const Case& c : cases) {
    const Bytes file = bytes_of(c.bytes);
    for (const auto& error : {sniff(file).error(), probe(file).error(), decode(file).error(),
                              decode_planar(file).error()}) {
      EXPECT_EQ(error.code, ErrorCode::unsupported) << c.name;
      EXPECT_THAT(error.message, testing::HasSubstr(c.name));
    }
  }
}

TEST(Codec, NothingAndNoFormatAreRefused) {
  for (const std::string& text : {""s, "\xFF"s}) {
    const Bytes file = bytes_of(text);
    for (const auto& error : {sniff(file).error(), probe(file).error(), decode(file).error()}) {
      EXPECT_EQ(error.code, ErrorCode::truncated) << text.size();
    }
  }
  Random random(5);
  for (int i = 0; i < 2000; ++i) {
    Bytes file(2 + random.below(60));
    for (std::byte& byte : file) byte = static_cast<std::byte>(random.below(256));
    const auto decoded = decode(file);
    ASSERT_FALSE(decoded);
    EXPECT_NE(decoded.error().code, ErrorCode::internal);
  }
  EXPECT_EQ(sniff(bytes_of("plain text, no picture")).error().code, ErrorCode::unsupported);
}

// A name says nothing: the first bytes decide.
TEST(Codec, GifsOfTheRealFilesAreRefusedByName) {
  LIMEN_NEEDS_DATA();
  int gifs = 0;
  for (Row& row : read_table("conformance/manifest.tsv")) {
    if (!row["file"].starts_with("gif/")) continue;
    const Bytes file = read_file(data_folder() / "conformance" / row["file"]);
    const auto decoded = decode(file);
    ASSERT_FALSE(decoded) << row["file"];
    EXPECT_EQ(decoded.error().code, ErrorCode::unsupported) << row["file"];
    EXPECT_THAT(decoded.error().message, testing::HasSubstr("GIF")) << row["file"];
    ++gifs;
  }
  EXPECT_GE(gifs, 5);
}

TEST(Codec, LimitsHoldForEveryFormat) {
  for (const auto& [format, file] : samples()) {
    const auto refused_by = [&file = file](auto change) -> std::optional<Limit> {
      DecodeOptions options;
      change(options.limits);
      const auto decoded = decode(file, options);
      EXPECT_FALSE(decoded);
      if (decoded) return std::nullopt;
      EXPECT_EQ(decoded.error().code, ErrorCode::limit_exceeded) << decoded.error().message;
      EXPECT_GT(decoded.error().asked, decoded.error().allowed);
      return decoded.error().limit;
    };
    EXPECT_EQ(refused_by([&file = file](Limits& l) { l.input_bytes = file.size() - 1; }),
              Limit::input_bytes)
        << name(format);
    EXPECT_EQ(refused_by([](Limits& l) { l.side = 23; }), Limit::side) << name(format);
    EXPECT_EQ(refused_by([](Limits& l) { l.side = -1; }), Limit::side) << name(format);
    EXPECT_EQ(refused_by([](Limits& l) { l.pixels = 24 * 20 - 1; }), Limit::pixels) << name(format);
    EXPECT_EQ(refused_by([](Limits& l) { l.working_memory = 1000; }), Limit::working_memory)
        << name(format);
    EXPECT_EQ(refused_by([](Limits& l) { l.frames = 0; }), Limit::frames) << name(format);
    // A probe tells the size of what decode() refuses.
    Limits small;
    small.pixels = 1;
    small.side = 1;
    EXPECT_TRUE(probe(file, small)) << name(format);
    small.input_bytes = 10;
    EXPECT_EQ(probe(file, small).error().limit, Limit::input_bytes) << name(format);
  }
}

TEST(Codec, RequestsOutsideThePictureAreRefused) {
  constexpr std::int32_t kMost = std::numeric_limits<std::int32_t>::max();
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  for (const auto& [format, file] : samples()) {
    for (const Rect region :
         {Rect{0, 0, 0, 0}, Rect{0, 0, 25, 20}, Rect{0, 0, 24, 21}, Rect{-1, 0, 5, 5},
          Rect{23, 19, 2, 1}, Rect{kMost, kMost, kMost, kMost}, Rect{kLeast, 0, kMost, 1},
          Rect{1, 1, -5, 5}, Rect{1, 1, kMost, 1}}) {
      DecodeOptions options;
      options.region = region;
      const auto decoded = decode(file, options);
      ASSERT_FALSE(decoded) << name(format);
      EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument) << name(format);
      const ImageInfo info = *probe(file);
      EXPECT_EQ(predicted_decode_bytes(info, options), predicted_decode_bytes(info, {}));
    }
    for (const Size size : {Size{0, 5}, Size{5, 0}, Size{-1, -1}, Size{kLeast, kLeast}}) {
      DecodeOptions options;
      options.at_least = size;
      const auto decoded = decode(file, options);
      ASSERT_FALSE(decoded) << name(format);
      EXPECT_EQ(decoded.error().code, ErrorCode::invalid_argument) << name(format);
    }
  }
}

// The window of a picture is the same pixels, in every format.
TEST(Codec, RegionsAreCropsOfTheWhole) {
  for (const auto& [format, file] : samples()) {
    const auto full = decode(file);
    ASSERT_TRUE(full);
    DecodeOptions options;
    options.region = Rect{5, 3, 13, 11};
    const auto part = decode(file, options);
    ASSERT_TRUE(part) << name(format) << ": " << part.error().message;
    EXPECT_EQ(part->region, *options.region) << name(format);
    const auto crop = subview(full->image.view(), *options.region);
    for (std::int32_t y = 0; y < 11; ++y) {
      EXPECT_EQ(
          std::memcmp(part->image.view().row(y), crop.row(y), row_bytes(crop.size, crop.format)), 0)
          << name(format);
    }
  }
}

TEST(Codec, TheCallersWorkspaceIsUsedAndGivenBack) {
  for (const auto& [format, file] : samples()) {
    const auto info = probe(file);
    ASSERT_TRUE(info);
    Workspace workspace(predicted_decode_bytes(*info, {}));
    {
      const auto decoded = decode(file, {}, {.workspace = &workspace});
      ASSERT_TRUE(decoded) << name(format) << ": " << decoded.error().message;
      EXPECT_GT(workspace.bytes_in_use(), 0u) << name(format);
      EXPECT_LE(workspace.peak_bytes(), workspace.limit()) << name(format);
    }
    EXPECT_EQ(workspace.bytes_in_use(), 0u) << name(format);
    Workspace tiny(100);
    const auto refused = decode(file, {}, {.workspace = &tiny});
    ASSERT_FALSE(refused) << name(format);
    EXPECT_EQ(refused.error().limit, Limit::working_memory) << name(format);
  }
}

TEST(Codec, CancelledCallsEnd) {
  CancelToken cancel;
  cancel.cancel();
  const Execution execution{.cancel = &cancel};
  for (const auto& [format, file] : samples()) {
    EXPECT_EQ(decode(file, {}, execution).error().code, ErrorCode::cancelled) << name(format);
    EncodeOptions options;
    options.format = format;
    EXPECT_EQ(encode(scene({8, 8}, rgb8).view(), options, execution).error().code,
              ErrorCode::cancelled)
        << name(format);
  }
}

TEST(Codec, PlanesAreDecodedWhereProbeSaysSo) {
  for (const auto& [format, file] : samples()) {
    const auto info = probe(file);
    ASSERT_TRUE(info);
    const auto planar = decode_planar(file);
    EXPECT_EQ(planar.has_value(), has_planar_decode(*info)) << name(format);
    if (!planar) {
      EXPECT_EQ(planar.error().code, ErrorCode::unsupported) << name(format);
    }
  }
}

TEST(Codec, BadEncodeOptionsAreRefused) {
  const Image picture = scene({8, 8}, rgb8);
  for (const Codec* codec : codecs()) {
    const Format format = codec->format;
    const auto code_of = [&](auto change) {
      EncodeOptions options;
      options.format = format;
      change(options);
      const auto file = encode(picture.view(), options);
      EXPECT_FALSE(file) << name(format);
      return file ? ErrorCode::internal : file.error().code;
    };
    for (const float quality : {-1.0f, -0.001f, 100.001f, 1e30f, std::nanf(""), -HUGE_VALF}) {
      EXPECT_EQ(code_of([&](EncodeOptions& o) { o.mode = Quality{quality}; }),
                ErrorCode::invalid_argument)
          << name(format) << ' ' << quality;
    }
    for (const int effort : {-1, 10, 2147483647}) {
      EXPECT_EQ(code_of([&](EncodeOptions& o) { o.effort = effort; }), ErrorCode::invalid_argument);
    }
    for (const int depth : {0, 1, 9, 12, -8}) {
      EXPECT_EQ(code_of([&](EncodeOptions& o) { o.bit_depth = depth; }),
                ErrorCode::invalid_argument);
    }
    for (const int level : {-1, 101}) {
      EXPECT_EQ(code_of([&](EncodeOptions& o) { o.mode = NearLossless{level}; }),
                ErrorCode::invalid_argument);
    }
    if (format != Format::webp) {
      EXPECT_EQ(code_of([](EncodeOptions& o) { o.mode = NearLossless{60}; }),
                ErrorCode::unsupported);
    }
    EXPECT_EQ(code_of([](EncodeOptions& o) { o.chroma = ChromaSubsampling::other; }),
              ErrorCode::invalid_argument);
  }
}

TEST(Codec, PixelsThatCannotBeEncodedAreRefused) {
  for (const Codec* codec : codecs()) {
    EncodeOptions options;
    options.format = codec->format;
    const auto code_of = [&](const ConstImageView& view) {
      const auto file = encode(view, options);
      EXPECT_FALSE(file) << name(codec->format);
      return file ? ErrorCode::internal : file.error().code;
    };
    EXPECT_EQ(code_of({}), ErrorCode::invalid_argument);
    const Image picture = scene({8, 8}, rgba8);
    ConstImageView view = picture.view();
    view.size = {0, 8};
    EXPECT_EQ(code_of(view), ErrorCode::invalid_argument);
    view.size = {8, -8};
    EXPECT_EQ(code_of(view), ErrorCode::invalid_argument);
    view.size = {8, 8};
    view.data = nullptr;
    EXPECT_EQ(code_of(view), ErrorCode::invalid_argument);
    view = picture.view();
    view.format.alpha = AlphaMode::premultiplied;
    EXPECT_EQ(code_of(view), ErrorCode::invalid_argument);
    EXPECT_EQ(code_of(scene({8, 8}, rgb_f32).view()), ErrorCode::unsupported);
    EXPECT_EQ(code_of(scene({8, 8}, cmyk8).view()), ErrorCode::unsupported);
    EXPECT_FALSE(encode_planar(PlanarImage(), options));
  }
}

}  // namespace
}  // namespace limen::test
