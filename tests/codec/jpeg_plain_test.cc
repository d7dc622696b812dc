// SPDX-License-Identifier: Apache-2.0

// limen's own decoder of plain JPEGs: the samples that libjpeg-turbo makes, or none at all.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/codec/plain_planes.h"
#include "tests/codec/rgba8.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

Bytes file_of(const Image& image, JpegFixture fixture) { return make_jpeg(image.view(), fixture); }

constexpr int kScales[] = {8, 4, 2, 1};

bool is_plain(const JpegFixture& fixture) {
  const bool is_gray = fixture.coded == JCS_GRAYSCALE;
  if (fixture.is_arithmetic) return false;
  if (fixture.is_progressive) return is_gray || fixture.pixels == JCS_RGB;
  return is_gray || (fixture.is_interleaved && fixture.pixels == JCS_RGB);
}

PixelFormat format_of(const JpegFixture& fixture) {
  return fixture.pixels == JCS_GRAYSCALE ? gray8 : fixture.pixels == JCS_CMYK ? cmyk8 : rgb8;
}

TEST(JpegPlain, EveryVarietyIsEqualOrLeftToLibjpeg) {
  for (JpegFixture fixture : jpeg_varieties()) {
    const auto wanted = is_plain(fixture) ? PlainOutcome::equal : PlainOutcome::left_to_libjpeg;
    for (const int quality : {1, 30, 85, 100}) {
      fixture.quality = quality;
      for (const Size size : {Size{157, 131}, Size{640, 40}}) {
        const Bytes smooth = file_of(scene(size, format_of(fixture)), fixture);
        const Bytes rough = file_of(noise(size, format_of(fixture)), fixture);
        for (const int eighths : kScales) {
          const std::string what = fixture.name + ", quality " + std::to_string(quality) + ", " +
                                   std::to_string(eighths) + " eighths";
          EXPECT_EQ(compare_plain(smooth, eighths), wanted) << what;
          EXPECT_EQ(compare_plain(rough, eighths), wanted) << what << ", noise";
        }
      }
    }
  }
}

TEST(JpegPlain, SmallSizesOfEverySampling) {
  for (JpegFixture fixture : jpeg_varieties()) {
    if (!is_plain(fixture)) continue;
    for (std::int32_t width = 1; width <= 33; ++width) {
      for (const std::int32_t height : {1, 7, 8, 16, 17, 33, 34 - width}) {
        const Image image = noise({width, height}, format_of(fixture));
        EXPECT_EQ(compare_plain(file_of(image, fixture)), PlainOutcome::equal)
            << fixture.name << ", " << width << " x " << height;
      }
    }
  }
}

TEST(JpegPlain, RestartIntervals) {
  for (const char* name : {"baseline_420", "baseline_444", "gray", "progressive_420"}) {
    for (JpegFixture fixture : jpeg_varieties()) {
      if (fixture.name != name) continue;
      for (unsigned interval = 1; interval < 40; ++interval) {
        fixture.restart_interval = interval;
        const Image image = noise({150, 90}, format_of(fixture));
        EXPECT_EQ(compare_plain(file_of(image, fixture)), PlainOutcome::equal)
            << name << ", every " << interval;
      }
    }
  }
}

void expect_pixels_of_libjpeg(const Bytes& file, const std::string& what) {
  const auto info = probe(file);
  ASSERT_TRUE(info) << what;
  for (const int eighths : kScales) {
    DecodeOptions options;
    options.accuracy = eighths == 8 ? ShrinkAccuracy::exact : ShrinkAccuracy::coarse;
    options.at_least =
        Size{(info->size.width * eighths + 7) / 8, (info->size.height * eighths + 7) / 8};
    const auto decoded = decode(file, options);
    ASSERT_TRUE(decoded) << what << ": " << decoded.error().message;
    // Of small pictures a smaller scale may give the same size.
    const LibjpegPlanes wanted = LibjpegPlanesReader::read_pixels(file, decoded->scale_eighths);
    ASSERT_FALSE(wanted.has_failed || wanted.is_damaged) << what;
    const ConstImageView image = decoded->image.view();
    ASSERT_EQ(row_bytes(image.size, image.format), wanted.planes[0].width) << what;
    for (std::int32_t y = 0; y < image.size.height; ++y) {
      ASSERT_EQ(std::memcmp(image.row(y), wanted.planes[0].row(static_cast<std::size_t>(y)),
                            wanted.planes[0].width),
                0)
          << what << ", " << decoded->scale_eighths << " eighths, row " << y;
    }
  }
}

TEST(JpegPlain, PixelsAreThoseOfLibjpeg) {
  for (JpegFixture fixture : jpeg_varieties()) {
    if (!is_plain(fixture)) continue;
    for (const Size size : {Size{157, 131}, Size{300, 40}, Size{129, 258}}) {
      expect_pixels_of_libjpeg(file_of(noise(size, format_of(fixture)), fixture), fixture.name);
      expect_pixels_of_libjpeg(file_of(scene(size, format_of(fixture)), fixture), fixture.name);
    }
    for (std::int32_t width = 1; width <= 34; ++width) {
      for (const std::int32_t height : {1, 2, 8, 15, 16, 17, 33, 35 - width}) {
        expect_pixels_of_libjpeg(
            file_of(noise({width, height}, format_of(fixture)), fixture),
            fixture.name + ", " + std::to_string(width) + " x " + std::to_string(height));
      }
    }
  }
}

// Blocks that end with their last coefficient and such that do not, codes of all lengths.
TEST(JpegPlain, TablesMadeForThePicture) {
  for (const int quality : {1, 50, 75, 90, 95, 100}) {
    for (const int effort : {0, 1}) {
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        EncodeOptions options{
            .mode = Quality{static_cast<float>(quality)}, .effort = effort, .chroma = chroma};
        options.progressive = false;
        for (const Image& image : {scene({300, 211}, rgb8), noise({300, 211}, rgb8),
                                   zone_plate({300, 211}, rgb8), hard_edges({300, 211}, rgb8)}) {
          const auto file = encode(image.view(), options);
          ASSERT_TRUE(file) << file.error().message;
          EXPECT_EQ(compare_plain(*file), PlainOutcome::equal) << quality << ", " << effort;
        }
      }
    }
  }
}

// Skipped rows give no samples, but their DC coefficients count.
TEST(JpegPlain, SkippedRows) {
  JpegFixture fixture;
  for (const bool has_long_codes : {false, true}) {
    fixture.has_long_dc_codes = has_long_codes;
    const Bytes file = file_of(scene({240, 180}, rgb8), fixture);
    ASSERT_EQ(compare_plain(file), PlainOutcome::equal);
    const auto all = plain_planes(file, 8);
    const auto rest = plain_planes(file, 8, 9);
    ASSERT_TRUE(all && rest);
    for (std::size_t c = 0; c < 3; ++c) {
      const Size size = (*all)[c].size();
      const std::int32_t first = 9 * (c == 0 ? 16 : 8);
      const Rect window{0, first, size.width, size.height - first};
      EXPECT_TRUE(is_identical(subview((*rest)[c].const_view(), window),
                               subview((*all)[c].const_view(), window)))
          << c;
    }
  }
}

// A scan longer than a piece of it that is read at once.
TEST(JpegPlain, LongScans) {
  JpegFixture fixture;
  fixture.quality = 98;
  for (const bool is_progressive : {false, true}) {
    fixture.is_progressive = is_progressive;
    for (const unsigned interval : {0u, 1000u}) {
      fixture.restart_interval = interval;
      const Bytes file = file_of(noise({1100, 500}, rgb8), fixture);
      ASSERT_GT(file.size(), 20 * ScanBytes::kPiece);
      EXPECT_EQ(compare_plain(file), PlainOutcome::equal);
    }
  }
}

jpeg_scan_info scan_of(std::vector<int> components, int first, int last, int high, int low) {
  jpeg_scan_info scan{};
  for (const int component : components) scan.component_index[scan.comps_in_scan++] = component;
  scan.Ss = first;
  scan.Se = last;
  scan.Ah = high;
  scan.Al = low;
  return scan;
}

// Bits one by one, bands of few frequencies, components apart and together.
std::vector<jpeg_scan_info> long_script() {
  std::vector<jpeg_scan_info> script = {scan_of({0, 2}, 0, 0, 0, 3), scan_of({1}, 0, 0, 0, 2)};
  for (const int component : {1, 0, 2}) {
    script.push_back(scan_of({component}, 1, 1, 0, 0));
    script.push_back(scan_of({component}, 2, 9, 0, 4));
    script.push_back(scan_of({component}, 10, 63, 0, 3));
  }
  script.push_back(scan_of({0, 2}, 0, 0, 3, 2));
  for (int low = 1; low >= 0; --low) script.push_back(scan_of({0, 1, 2}, 0, 0, low + 1, low));
  for (int low = 3; low >= 0; --low) {
    for (const int component : {2, 1, 0}) {
      script.push_back(scan_of({component}, 2, 9, low + 1, low));
      if (low < 3) script.push_back(scan_of({component}, 10, 63, low + 1, low));
    }
  }
  return script;
}

TEST(JpegPlain, ScanScripts) {
  JpegFixture fixture;
  fixture.is_progressive = true;
  const std::vector<jpeg_scan_info> whole = long_script();
  for (const int quality : {20, 85, 100}) {
    fixture.quality = quality;
    for (const unsigned interval : {0u, 7u}) {
      fixture.restart_interval = interval;
      for (const auto& luma : {std::array{1, 1}, std::array{2, 2}, std::array{2, 1}}) {
        fixture.sampling = {{luma, {1, 1}, {1, 1}}};
        for (const Image& image : {scene({211, 133}, rgb8), noise({211, 133}, rgb8)}) {
          fixture.script = whole;
          const Bytes file = file_of(image, fixture);
          for (const int eighths : kScales) {
            EXPECT_EQ(compare_plain(file, eighths), PlainOutcome::equal) << quality;
          }
          // Without its last bits libjpeg smooths a picture.
          fixture.script.pop_back();
          EXPECT_EQ(compare_plain(file_of(image, fixture)), PlainOutcome::left_to_libjpeg);
        }
      }
    }
  }
}

// As many scans as the caller allows, and no more.
TEST(JpegPlain, ScansAreLimited) {
  JpegFixture fixture;
  fixture.is_progressive = true;
  fixture.script = long_script();
  const Bytes file = file_of(scene({64, 48}, rgb8), fixture);
  DecodeOptions options;
  options.limits.scans = static_cast<std::uint32_t>(fixture.script.size());
  EXPECT_TRUE(decode(file, options).has_value());
  --options.limits.scans;
  const auto refused = decode(file, options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().limit, Limit::scans);
}

// Whatever scan is missing, comes twice or ends early.
TEST(JpegPlain, BrokenScriptsAreLeftToLibjpeg) {
  JpegFixture fixture;
  fixture.is_progressive = true;
  const Bytes whole = file_of(noise({150, 90}, rgb8), fixture);
  ASSERT_EQ(compare_plain(whole), PlainOutcome::equal);
  std::vector<std::size_t> starts;  // of tables or headers behind a scan, and the end
  for (std::size_t at = segments_of(whole).back() + 14; at + 1 < whole.size(); ++at) {
    const int code = byte_of(whole, at + 1);
    const bool is_marker =
        byte_of(whole, at) == 0xFF && (code == 0xC4 || code == 0xDA || code == 0xD9);
    if (!is_marker) continue;
    starts.push_back(at);
    if (code == 0xC4)
      at += 2 + static_cast<std::size_t>(byte_of(whole, at + 2) << 8 | byte_of(whole, at + 3));
  }
  ASSERT_GE(starts.size(), 9u);
  const auto place = [&](std::size_t at) {
    return whole.begin() + static_cast<std::ptrdiff_t>(at);
  };
  for (std::size_t i = 0; i + 1 < starts.size(); ++i) {
    Bytes missing(whole.begin(), place(starts[i]));
    missing.insert(missing.end(), place(starts[i + 1]), whole.end());
    EXPECT_EQ(compare_plain(missing), PlainOutcome::left_to_libjpeg) << i;
    Bytes twice(whole.begin(), place(starts[i + 1]));
    twice.insert(twice.end(), place(starts[i]), whole.end());
    EXPECT_EQ(compare_plain(twice), PlainOutcome::left_to_libjpeg) << i;
    const std::size_t middle = (starts[i] + starts[i + 1]) / 2;
    Bytes shortened(whole.begin(), place(middle));
    shortened.insert(shortened.end(), place(starts[i + 1]), whole.end());
    EXPECT_EQ(compare_plain(shortened), PlainOutcome::left_to_libjpeg) << i;
  }
  Bytes cut = whole;
  for (std::size_t size = whole.size() - 1; size > starts.front(); size -= 1 + size / 50) {
    cut.resize(size);
    EXPECT_EQ(compare_plain(cut), PlainOutcome::left_to_libjpeg) << size;
  }
}

// Whatever bits a scan consists of: equal to libjpeg where it has nothing to say, left to it else.
TEST(JpegPlain, ChangedBytesAreEqualOrLeftToLibjpeg) {
  Random random(3);
  int equal = 0, left = 0;
  for (const JpegFixture& fixture : jpeg_varieties()) {
    if (!is_plain(fixture)) continue;
    const Bytes whole = file_of(scene({75, 61}, format_of(fixture)), fixture);
    const std::size_t start = segments_of(whole).back() + 14;
    for (int i = 0; i < 400; ++i) {
      Bytes file = whole;
      const std::uint32_t changes = 1 + random.below(3);
      for (std::uint32_t change = 0; change < changes; ++change) {
        const std::size_t at =
            start + random.below(static_cast<std::uint32_t>(file.size() - start));
        file[at] = static_cast<std::byte>(random.below(4) == 0 ? 255 : random.below(256));
      }
      if (random.below(8) == 0) file.resize(start + random.below(200));
      const PlainOutcome outcome = compare_plain(file);
      ASSERT_NE(outcome, PlainOutcome::different) << fixture.name << ", " << i;
      ++(outcome == PlainOutcome::equal ? equal : left);
    }
  }
  EXPECT_GT(equal, 300);
  EXPECT_GT(left, 300);
}

// The same of all that stands before the scan: tables, factors, sizes.
TEST(JpegPlain, ChangedHeadersAreEqualOrLeftToLibjpeg) {
  Random random(4);
  int equal = 0;
  for (const JpegFixture& fixture : jpeg_varieties()) {
    if (!is_plain(fixture)) continue;
    const Bytes whole = file_of(scene({75, 61}, format_of(fixture)), fixture);
    const std::size_t end = segments_of(whole).back() + 14;
    for (int i = 0; i < 400; ++i) {
      Bytes file = whole;
      file[2 + random.below(static_cast<std::uint32_t>(end - 2))] =
          static_cast<std::byte>(random.below(256));
      const auto info = probe(file);
      if (!info || area(info->size) > 1'000'000) continue;
      const PlainOutcome outcome = compare_plain(file);
      ASSERT_NE(outcome, PlainOutcome::different) << fixture.name << ", " << i;
      if (outcome == PlainOutcome::equal) ++equal;
    }
  }
  EXPECT_GT(equal, 100);
}

// Steps so large that sums leave 16 bits, each of them with levels of every size.
TEST(JpegPlain, LargeStepsAreEqualOrLeftToLibjpeg) {
  int equal = 0, left = 0;
  for (int quality = 60; quality <= 100; quality += 5) {
    JpegFixture fixture;
    fixture.quality = quality;
    const Bytes whole = file_of(noise({64, 48}, rgb8), fixture);
    const std::size_t table = find_segment(whole, 0xDB) + 5;
    for (const int step : {1, 8, 16, 32, 48, 64, 128, 255}) {
      for (const int frequencies : {1, 2, 9, 64}) {
        Bytes file = whole;
        std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(table), frequencies,
                    static_cast<std::byte>(step));
        for (const int eighths : kScales) {
          const PlainOutcome outcome = compare_plain(file, eighths);
          EXPECT_NE(outcome, PlainOutcome::different) << "quality " << quality << ", step " << step
                                                      << " of " << frequencies << ", " << eighths;
          ++(outcome == PlainOutcome::equal ? equal : left);
        }
      }
    }
  }
  EXPECT_GT(equal, 100);
  EXPECT_GT(left, 20);
}

TEST(JpegPlain, RealFilesAreEqualOrLeftToLibjpeg) {
  LIMEN_NEEDS_DATA();
  int equal = 0, left = 0;
  for (const char* folder : {"conformance", "hostile", "photos"}) {
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(data_folder() / folder)) {
      if (!entry.is_regular_file()) continue;
      const Bytes file = read_file(entry.path());
      if (file.size() < 2 || byte_of(file, 0) != 0xFF || byte_of(file, 1) != 0xD8) continue;
      const auto info = probe(file);
      if (!info || area(info->size) > 40'000'000) continue;
      const PlainOutcome outcome = compare_plain(file);
      EXPECT_NE(outcome, PlainOutcome::different) << entry.path();
      ++(outcome == PlainOutcome::equal ? equal : left);
      for (const int eighths : {4, 2, 1}) {
        EXPECT_NE(compare_plain(file, eighths), PlainOutcome::different) << entry.path();
      }
    }
  }
  std::cout << equal << " decoded, " << left << " left to libjpeg\n";
  EXPECT_GE(equal, 60);
  EXPECT_GE(left, 60);
}

}  // namespace
}  // namespace limen::test
