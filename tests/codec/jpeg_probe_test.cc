// SPDX-License-Identifier: Apache-2.0

// What the headers of a JPEG tell, and headers made to mislead.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

using namespace std::string_literals;

Bytes plain_file(Size size = {40, 24}) { return make_jpeg(scene(size, rgb8).view(), {}); }

ImageInfo probed(const Bytes& file) {
  const auto info = probe(file);
  EXPECT_TRUE(info) << info.error().message;
  return info ? *info : ImageInfo{};
}

JpegFixture variety(const std::string& name) {
  for (const JpegFixture& fixture : jpeg_varieties()) {
    if (fixture.name == name) return fixture;
  }
  ADD_FAILURE() << name;
  return {};
}

Bytes file_of(const JpegFixture& fixture) {
  const PixelFormat format = fixture.pixels == JCS_GRAYSCALE ? gray8
                             : fixture.pixels == JCS_CMYK    ? cmyk8
                                                             : rgb8;
  return make_jpeg(scene({40, 24}, format).view(), fixture);
}

TEST(JpegProbe, NamesModelAndSampling) {
  struct Case {
    const char* name;
    ColorModel model;
    ChromaSubsampling subsampling;
  };
  const Case cases[] = {
      {"baseline_444", ColorModel::ycbcr, ChromaSubsampling::yuv444},
      {"baseline_422", ColorModel::ycbcr, ChromaSubsampling::yuv422},
      {"baseline_420", ColorModel::ycbcr, ChromaSubsampling::yuv420},
      {"baseline_440", ColorModel::ycbcr, ChromaSubsampling::yuv440},
      {"baseline_411", ColorModel::ycbcr, ChromaSubsampling::yuv411},
      {"baseline_410", ColorModel::ycbcr, ChromaSubsampling::yuv410},
      {"baseline_441", ColorModel::ycbcr, ChromaSubsampling::other},
      {"baseline_3x1", ColorModel::ycbcr, ChromaSubsampling::other},
      {"baseline_2x2_2x1_1x2", ColorModel::ycbcr, ChromaSubsampling::other},
      {"baseline_luma_reduced", ColorModel::ycbcr, ChromaSubsampling::other},
      {"baseline_all_2x2", ColorModel::ycbcr, ChromaSubsampling::yuv444},
      {"rgb", ColorModel::rgb, ChromaSubsampling::yuv444},
      {"gray", ColorModel::gray, ChromaSubsampling::gray},
      {"gray_2x2", ColorModel::gray, ChromaSubsampling::gray},
      {"cmyk", ColorModel::cmyk, ChromaSubsampling::yuv444},
      {"ycck_420", ColorModel::ycck, ChromaSubsampling::yuv420},
  };
  for (const Case& c : cases) {
    const ImageInfo info = probed(file_of(variety(c.name)));
    EXPECT_EQ(info.model, c.model) << c.name;
    EXPECT_EQ(info.subsampling, c.subsampling) << c.name;
    EXPECT_EQ(info.size, (Size{40, 24})) << c.name;
    EXPECT_EQ(info.bit_depth, 8);
    EXPECT_FALSE(info.has_alpha);
    EXPECT_FALSE(info.is_lossless);
    EXPECT_EQ(has_planar_decode(info),
              (c.model == ColorModel::ycbcr || c.model == ColorModel::gray) &&
                  c.subsampling != ChromaSubsampling::other)
        << c.name;
  }
}

TEST(JpegProbe, NamesTheProcess) {
  struct Case {
    const char* name;
    bool is_progressive, is_arithmetic, is_multi_scan;
  };
  const Case cases[] = {
      {"baseline_420", false, false, false},  {"progressive_420", true, false, true},
      {"arithmetic", false, true, false},     {"arithmetic_progressive", true, true, true},
      {"separate_scans", false, false, true}, {"gray", false, false, false},
      {"gray_progressive", true, false, true}};
  for (const Case& c : cases) {
    const ImageInfo info = probed(file_of(variety(c.name)));
    EXPECT_EQ(info.is_progressive, c.is_progressive) << c.name;
    EXPECT_EQ(info.is_arithmetic, c.is_arithmetic) << c.name;
    EXPECT_EQ(info.is_multi_scan, c.is_multi_scan) << c.name;
  }
}

TEST(JpegProbe, QualityIsExactForLibjpegsTables) {
  for (const bool is_gray : {false, true}) {
    for (int quality = 1; quality <= 100; ++quality) {
      JpegFixture fixture;
      fixture.quality = quality;
      if (is_gray) fixture.pixels = fixture.coded = JCS_GRAYSCALE;
      const Bytes file = make_jpeg(scene({8, 8}, is_gray ? gray8 : rgb8).view(), fixture);
      EXPECT_EQ(probed(file).jpeg_quality, quality) << (is_gray ? "gray" : "color");
    }
  }
}

TEST(JpegProbe, QualityOfOtherTablesIsTheNearest) {
  JpegFixture fixture;
  fixture.quality = 70;
  Bytes file = make_jpeg(scene({8, 8}, rgb8).view(), fixture);
  const std::size_t table = find_segment(file, 0xDB) + 5;
  for (std::size_t i = 0; i < 64; i += 7) {
    file[table + i] = static_cast<std::byte>(byte_of(file, table + i) + 1);
  }
  const auto quality = probed(file).jpeg_quality;
  ASSERT_TRUE(quality);
  EXPECT_NEAR(*quality, 70, 2);
}

// BOMBS 13: segments of a profile in every kind of disorder.
TEST(JpegProbe, JoinsTheProfileOrLeavesItOut) {
  const auto part = [](int number, int count, const std::string& data) {
    return make_segment(
        0xE2, "ICC_PROFILE\0"s + static_cast<char>(number) + static_cast<char>(count) + data);
  };
  const auto profile_of = [&](const std::vector<Bytes>& segments) {
    const Bytes icc = probed(with_segments(plain_file(), segments)).color.icc;
    return std::string(reinterpret_cast<const char*>(icc.data()), icc.size());
  };
  EXPECT_EQ(profile_of({part(1, 1, "abc")}), "abc");
  EXPECT_EQ(profile_of({part(1, 3, "ab"), part(2, 3, "cd"), part(3, 3, "e")}), "abcde");
  EXPECT_EQ(profile_of({part(3, 3, "e"), part(1, 3, "ab"), part(2, 3, "cd")}), "abcde");
  EXPECT_EQ(profile_of({part(1, 2, "ab"), part(1, 2, "ab"), part(2, 2, "c")}), "abc");
  EXPECT_EQ(profile_of({part(1, 2, "ab"), part(1, 2, "xy"), part(2, 2, "c")}), "") << "twice";
  EXPECT_EQ(profile_of({part(1, 3, "ab"), part(3, 3, "c")}), "") << "missing";
  EXPECT_EQ(profile_of({part(0, 1, "ab")}), "") << "number 0";
  EXPECT_EQ(profile_of({part(0, 2, "ab"), part(1, 2, "c")}), "") << "number 0";
  EXPECT_EQ(profile_of({part(1, 2, "ab"), part(2, 3, "c")}), "") << "counts differ";
  EXPECT_EQ(profile_of({part(2, 1, "ab")}), "") << "number beyond the count";
  EXPECT_EQ(profile_of({part(1, 0, "ab")}), "") << "count 0";
  EXPECT_EQ(profile_of({make_segment(0xE2, "ICC_PROFILE\0\1"s)}), "") << "no count at all";
  std::vector<Bytes> all;
  for (int i = 255; i >= 1; --i) all.push_back(part(i, 255, std::string(1, static_cast<char>(i))));
  EXPECT_EQ(profile_of(all).size(), 255u);
}

TEST(JpegProbe, MetadataHasALimit) {
  std::vector<Bytes> segments;
  for (int i = 1; i <= 255; ++i) {
    segments.push_back(make_segment(
        0xE2, "ICC_PROFILE\0"s + static_cast<char>(i) + '\xFF' + std::string(16'384, 'x')));
  }
  const Bytes file = with_segments(plain_file(), segments);
  const auto refused = probe(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::limit_exceeded);
  EXPECT_EQ(refused.error().limit, Limit::metadata_bytes);
  EXPECT_GT(refused.error().asked, refused.error().allowed);
  Limits limits;
  limits.metadata_bytes = 5'000'000;
  const auto allowed = probe(file, limits);
  ASSERT_TRUE(allowed);
  EXPECT_EQ(allowed->color.icc.size(), 255u * 16'384u);
  // Segments that are not read cost nothing and count for nothing.
  const std::vector<Bytes> unread(100, make_segment(0xE1, std::string(65'000, 'x')));
  EXPECT_TRUE(probe(with_segments(plain_file(), unread)));
}

TEST(JpegProbe, OrientationComesFromExif) {
  const auto with_orientation = [](int value) {
    // A big-endian TIFF stream with the one tag 0x0112, type SHORT.
    const std::string exif = "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"s +
                             static_cast<char>(value >> 8) + static_cast<char>(value & 255) +
                             "\0\0\0\0\0\0"s;
    return with_segments(plain_file(), {make_segment(0xE1, exif)});
  };
  for (int value = 1; value <= 8; ++value) {
    const ImageInfo info = probed(with_orientation(value));
    EXPECT_EQ(static_cast<int>(info.orientation), value);
    EXPECT_TRUE(info.has_exif);
    EXPECT_EQ(info.size, (Size{40, 24}));
    EXPECT_EQ(info.upright(), value >= 5 ? (Size{24, 40}) : (Size{40, 24}));
  }
  for (const int value : {0, 9, 65535}) {
    EXPECT_EQ(probed(with_orientation(value)).orientation, Orientation::top_left);
  }
  EXPECT_EQ(probed(plain_file()).orientation, Orientation::top_left);
  EXPECT_FALSE(probed(plain_file()).has_exif);
}

TEST(JpegProbe, GainMapsAreReported) {
  const std::string xmp_name = "http://ns.adobe.com/xap/1.0/\0"s;
  const Bytes hdr_xmp = make_segment(
      0xE1,
      xmp_name + "<x xmlns:hdrgm='http://ns.adobe.com/hdr-gain-map/1.0/' hdrgm:Version='1.0'/>");
  const Bytes other_xmp = make_segment(0xE1, xmp_name + "<x/>");
  const Bytes multi_picture = make_segment(0xE2, "MPF\0II*\0"s);
  const Bytes iso = make_segment(0xE2, "urn:iso:std:iso:ts:21496:-1\0\0\0\0\0"s);
  const auto has_gain_map = [](const std::vector<Bytes>& segments) {
    return probed(with_segments(plain_file(), segments)).has_gain_map;
  };
  EXPECT_TRUE(has_gain_map({hdr_xmp, multi_picture}));
  EXPECT_TRUE(has_gain_map({iso}));
  EXPECT_FALSE(has_gain_map({multi_picture}));
  EXPECT_FALSE(has_gain_map({other_xmp, multi_picture}));
  EXPECT_FALSE(has_gain_map({hdr_xmp}));
  EXPECT_TRUE(probed(with_segments(plain_file(), {other_xmp})).has_xmp);
}

TEST(JpegProbe, IptcIsFoundAmongPhotoshopsResources) {
  const auto resource = [](int number, const std::string& data) {
    return "8BIM"s + static_cast<char>(number >> 8) + static_cast<char>(number & 255) + "\0\0"s +
           "\0\0"s + static_cast<char>(data.size() >> 8) + static_cast<char>(data.size() & 255) +
           data + (data.size() % 2 != 0 ? "\0"s : ""s);
  };
  const auto iptc_of = [](const std::string& resources) {
    const Bytes file =
        with_segments(plain_file(), {make_segment(0xED, "Photoshop 3.0\0"s + resources)});
    DecodeOptions options;
    options.read_metadata = true;
    const auto decoded = decode(file, options);
    EXPECT_TRUE(decoded);
    EXPECT_EQ(decoded->info.has_iptc, !decoded->metadata.iptc.empty());
    const Bytes& iptc = decoded->metadata.iptc;
    return std::string(reinterpret_cast<const char*>(iptc.data()), iptc.size());
  };
  EXPECT_EQ(iptc_of(resource(0x0404, "records")), "records");
  EXPECT_EQ(iptc_of(resource(0x03ED, "odd") + resource(0x0404, "even")), "even");
  EXPECT_EQ(iptc_of(resource(0x03ED, "odd")), "");
  EXPECT_EQ(iptc_of("8BIM\x04\x04\0\0\xFF\xFF\xFF\xFFx"s), "");
  EXPECT_EQ(iptc_of("8BIM\x04\x04\xFFname"s), "");
  EXPECT_EQ(iptc_of("nonsense, and more of it"s), "");
}

Bytes with_frame_byte(std::size_t index, int value) {
  Bytes file = plain_file();
  file[find_segment(file, 0xC0) + index] = static_cast<std::byte>(value);
  return file;
}

ErrorCode code_of(const Bytes& file) {
  const auto info = probe(file);
  EXPECT_FALSE(info);
  if (info) return ErrorCode::internal;
  EXPECT_EQ(info.error().format, Format::jpeg);
  const auto decoded = decode(file);
  EXPECT_FALSE(decoded);
  return info.error().code;
}

// BOMBS 15 and 16.
TEST(JpegProbe, OtherProcessesAreUnsupportedByName) {
  struct Case {
    int marker;
    const char* word;
  };
  for (const Case& c :
       {Case{0xC3, "lossless"}, Case{0xC5, "hierarchical"}, Case{0xC6, "hierarchical"},
        Case{0xC7, "hierarchical"}, Case{0xC8, "extension"}, Case{0xCB, "lossless"},
        Case{0xCD, "hierarchical"}, Case{0xCE, "hierarchical"}, Case{0xCF, "hierarchical"},
        Case{0xDE, "hierarchical"}, Case{0xF7, "JPEG-LS"}}) {
    const auto info = probe(with_frame_byte(1, c.marker));
    ASSERT_FALSE(info) << c.marker;
    EXPECT_EQ(info.error().code, ErrorCode::unsupported) << c.marker;
    EXPECT_THAT(info.error().message, testing::HasSubstr(c.word));
  }
  const auto twelve = probe(with_frame_byte(4, 12));
  ASSERT_FALSE(twelve);
  EXPECT_EQ(twelve.error().code, ErrorCode::unsupported);
  EXPECT_THAT(twelve.error().message, testing::HasSubstr("12 bits"));
}

TEST(JpegProbe, BrokenFrameHeadersAreRefused) {
  EXPECT_EQ(code_of(with_frame_byte(4, 7)), ErrorCode::malformed) << "precision";
  EXPECT_EQ(code_of(with_frame_byte(6, 0)), ErrorCode::unsupported) << "height 0: DNL";
  EXPECT_EQ(code_of(with_frame_byte(8, 0)), ErrorCode::malformed) << "width 0";
  EXPECT_EQ(code_of(with_frame_byte(9, 0)), ErrorCode::malformed) << "no components";
  EXPECT_EQ(code_of(with_frame_byte(9, 4)), ErrorCode::malformed) << "length and count differ";
  EXPECT_EQ(code_of(with_frame_byte(11, 0x01)), ErrorCode::malformed) << "sampling 0";
  EXPECT_EQ(code_of(with_frame_byte(11, 0x51)), ErrorCode::malformed) << "sampling 5";
  EXPECT_EQ(code_of(with_frame_byte(1, 0xD8)), ErrorCode::malformed) << "second SOI";
  EXPECT_EQ(code_of(with_frame_byte(1, 0xD9)), ErrorCode::malformed) << "EOI before the scan";
  EXPECT_EQ(code_of(with_frame_byte(1, 0xEA)), ErrorCode::malformed) << "no frame at all";
  EXPECT_EQ(code_of(with_frame_byte(1, 0x42)), ErrorCode::malformed) << "unknown marker";
  EXPECT_EQ(code_of(with_frame_byte(3, 1)), ErrorCode::malformed) << "length";
  Bytes twice = plain_file();
  const auto frame = twice.begin() + static_cast<std::ptrdiff_t>(find_segment(twice, 0xC0));
  const Bytes copy(frame, frame + 19);
  twice.insert(frame, copy.begin(), copy.end());
  EXPECT_EQ(code_of(twice), ErrorCode::malformed) << "two frames";
  const Bytes two_components =
      with_segments(Bytes{std::byte{0xFF}, std::byte{0xD8}},
                    {make_segment(0xC0, "\x08\0\x08\0\x08\x02\x01\x11\0\x02\x11\0"s)});
  EXPECT_EQ(code_of(two_components), ErrorCode::unsupported);
}

TEST(JpegProbe, EveryCutWithinTheHeadersIsTruncated) {
  const Bytes file = with_segments(plain_file(), {make_segment(0xE1, "Exif\0\0MM\0*\0\0\0\x08"s)});
  const std::size_t scan = find_segment(file, 0xDA);
  for (std::size_t length = 2; length < scan + 4; ++length) {
    const auto info = probe(ByteView(file).first(length));
    ASSERT_FALSE(info) << length;
    EXPECT_EQ(info.error().code, ErrorCode::truncated) << length;
  }
  // With the scan's header, all is there that a probe needs.
  EXPECT_TRUE(probe(ByteView(file).first(scan + 14)));
}

// The transform codes of Adobe's marker; what probe says is what decoding does.
TEST(JpegProbe, AdobesMarkerNamesTheModel) {
  const auto adobe = [](int transform) {
    return make_segment(0xEE, "Adobe\0\x64\0\0\0\0"s + static_cast<char>(transform));
  };
  const auto model_of = [&](const char* name, int transform, bool keeps_jfif) {
    Bytes file = file_of(variety(name));
    for (const int code : {0xEE, 0xE0}) {
      if (code == 0xE0 && keeps_jfif) continue;
      for (const std::size_t at : segments_of(file)) {
        if (byte_of(file, at + 1) != code) continue;
        const int length = byte_of(file, at + 2) << 8 | byte_of(file, at + 3);
        const auto begin = file.begin() + static_cast<std::ptrdiff_t>(at);
        file.erase(begin, begin + 2 + length);
        break;
      }
    }
    if (transform >= 0) file = with_segments(file, {adobe(transform)});
    const auto decoded = decode(file);
    EXPECT_TRUE(decoded) << name << ' ' << transform << ": " << decoded.error().message;
    return probed(file).model;
  };
  EXPECT_EQ(model_of("baseline_444", 0, false), ColorModel::rgb);
  EXPECT_EQ(model_of("baseline_444", 1, false), ColorModel::ycbcr);
  EXPECT_EQ(model_of("baseline_444", 2, false), ColorModel::ycbcr);
  EXPECT_EQ(model_of("baseline_444", 255, false), ColorModel::ycbcr);
  EXPECT_EQ(model_of("baseline_444", -1, false), ColorModel::ycbcr);
  EXPECT_EQ(model_of("baseline_444", 0, true), ColorModel::ycbcr) << "JFIF goes before Adobe";
  EXPECT_EQ(model_of("rgb", -1, false), ColorModel::rgb) << "named R, G, B";
  EXPECT_EQ(model_of("cmyk", 0, false), ColorModel::cmyk);
  EXPECT_EQ(model_of("cmyk", -1, false), ColorModel::cmyk);
  EXPECT_EQ(model_of("cmyk", 1, false), ColorModel::ycck);
  EXPECT_EQ(model_of("ycck_420", 2, false), ColorModel::ycck);
  EXPECT_EQ(model_of("ycck_420", 255, false), ColorModel::ycck);
}

TEST(JpegProbe, TakesNoMemoryForPixels) {
  // 65500 x 65500, baseline and progressive, and not a byte of pixels.
  for (const char* name : {"baseline_420", "progressive_420"}) {
    Bytes file = file_of(variety(name));
    const std::size_t frame = find_segment(file, name[0] == 'b' ? 0xC0 : 0xC2);
    for (const std::size_t at : {5u, 7u}) {
      file[frame + at] = std::byte{0xFF};
      file[frame + at + 1] = std::byte{0xDC};
    }
    EXPECT_EQ(probed(file).size, (Size{65500, 65500}));
    const auto refused = decode(file);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().limit, Limit::pixels);
    DecodeOptions options;
    options.limits.pixels = 5'000'000'000;
    const auto too_large = decode(file, options);
    ASSERT_FALSE(too_large);
    EXPECT_EQ(too_large.error().limit, Limit::working_memory);
    EXPECT_EQ(too_large.error().format, Format::jpeg);
  }
}

}  // namespace
}  // namespace limen::test
