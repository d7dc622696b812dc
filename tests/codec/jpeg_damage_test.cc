// SPDX-License-Identifier: Apache-2.0

// Files that end early, files that are broken within, and files made to take time or memory.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "lib/codec/codec.h"
#include "limen/codec/decode.h"
#include "limen/codec/rewrite.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/codec/rgba8.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

using namespace std::string_literals;

constexpr Size kSize{150, 130};

Bytes file_of(const JpegFixture& fixture, Size size = kSize) {
  const PixelFormat format = fixture.pixels == JCS_GRAYSCALE ? gray8
                             : fixture.pixels == JCS_CMYK    ? cmyk8
                                                             : rgb8;
  return make_jpeg(scene(size, format).view(), fixture);
}

DecodeOptions best_effort() {
  DecodeOptions options;
  options.on_damage = OnDamage::best_effort;
  return options;
}

// Where each SOS marker stands.
std::vector<std::size_t> scans_of(const Bytes& file) {
  std::vector<std::size_t> scans;
  for (std::size_t at = 2; at + 1 < file.size(); ++at) {
    if (byte_of(file, at) == 0xFF && byte_of(file, at + 1) == 0xDA) scans.push_back(at);
  }
  return scans;
}

struct Outcomes {
  int pictures = 0;
  int truncated = 0;
  int others = 0;
};

void check_cut(const std::string& name, ByteView cut, Outcomes& outcomes) {
  const auto strict = decode(cut);
  if (strict) {
    ++outcomes.pictures;
    EXPECT_TRUE(strict->damage.empty());
  } else {
    ++(strict.error().code == ErrorCode::truncated ? outcomes.truncated : outcomes.others);
    EXPECT_NE(strict.error().code, ErrorCode::internal) << name << ", " << cut.size();
    EXPECT_EQ(strict.error().format.has_value(), cut.size() >= 2) << name << ", " << cut.size();
  }
  const auto lenient = decode(cut, best_effort());
  if (lenient) {
    EXPECT_EQ(strict.has_value(), lenient->damage.empty()) << name << ", " << cut.size();
  } else {
    EXPECT_FALSE(strict);
    EXPECT_EQ(lenient.error().code, strict.error().code) << name << ", " << cut.size();
  }
  const auto planar = decode_planar(cut, best_effort());
  if (lenient && has_planar_decode(lenient->info)) {
    EXPECT_TRUE(planar) << name << ", " << cut.size();
  }
}

TEST(JpegDamage, CutAnywhereItEndsInAPictureOrATypedError) {
  for (const JpegFixture& fixture : jpeg_varieties()) {
    const Bytes file = file_of(fixture, {70, 60});
    Outcomes outcomes;
    // The two last bytes are the EOI marker, which is not missed.
    for (std::size_t length = 0; length < file.size() - 2; length += 1 + length / 64) {
      check_cut(fixture.name, ByteView(file).first(length), outcomes);
    }
    EXPECT_EQ(outcomes.others, 0) << fixture.name;
    EXPECT_GT(outcomes.truncated, 50) << fixture.name;
    EXPECT_EQ(outcomes.pictures, 0) << fixture.name;
  }
}

// BOMBS 17.
TEST(JpegDamage, RealFilesCutAtManyPoints) {
  LIMEN_NEEDS_DATA();
  Outcomes outcomes;
  int files = 0;
  for (Row& row : read_table("conformance/manifest.tsv")) {
    const Bytes file = read_file(data_folder() / "conformance" / row["file"]);
    if (byte_of(file, 0) != 0xFF || byte_of(file, 1) != 0xD8 || file.size() > 40'000) continue;
    if (++files % 3 != 0) continue;
    for (std::size_t length = 2; length < std::min<std::size_t>(4096, file.size()); length += 61) {
      check_cut(row["file"], ByteView(file).first(length), outcomes);
    }
    for (std::size_t i = 1; i < 32; ++i) {
      check_cut(row["file"], ByteView(file).first(file.size() * i / 32), outcomes);
    }
  }
  std::cout << outcomes.pictures << " whole pictures, " << outcomes.truncated << " truncated, "
            << outcomes.others << " other errors\n";
  EXPECT_GT(outcomes.truncated, 500);
}

// Nothing but the EOI marker is missing: all pixels are there.
TEST(JpegDamage, AMissingEndMarkerIsNoDamage) {
  for (const char* name : {"baseline_420", "progressive_420", "restart", "gray"}) {
    for (const JpegFixture& fixture : jpeg_varieties()) {
      if (fixture.name != name) continue;
      const Bytes file = file_of(fixture);
      const auto whole = decode(file);
      const auto cut = decode(ByteView(file).first(file.size() - 2));
      ASSERT_TRUE(whole && cut) << name;
      for (std::int32_t y = 0; y < kSize.height; ++y) {
        ASSERT_EQ(std::memcmp(whole->image.view().row(y), cut->image.view().row(y),
                              row_bytes(kSize, whole->image.format())),
                  0);
      }
    }
  }
}

TEST(JpegDamage, BestEffortKeepsTheRowsAboveTheCut) {
  JpegFixture fixture;
  const Bytes file = file_of(fixture);
  const auto whole = decode(file);
  const auto half = decode(ByteView(file).first(file.size() * 6 / 10), best_effort());
  ASSERT_TRUE(whole && half);
  EXPECT_FALSE(half->damage.empty());
  EXPECT_EQ(half->image.size(), kSize);
  std::int32_t equal = 0;
  while (equal < kSize.height &&
         std::memcmp(whole->image.view().row(equal), half->image.view().row(equal), 450) == 0) {
    ++equal;
  }
  EXPECT_GE(equal, kSize.height / 3);
  EXPECT_LT(equal, kSize.height);
  // Below it is gray.
  const auto* last = half->image.view().row_as<std::uint8_t>(kSize.height - 1);
  EXPECT_EQ(last[0], last[1]);
  EXPECT_EQ(last[1], last[2]);
}

// A table breaks in a later scan: what came before it is a picture still.
TEST(JpegDamage, BestEffortKeepsTheScansBeforeABrokenOne) {
  JpegFixture fixture;
  fixture.is_progressive = true;
  Bytes file = file_of(fixture);
  const std::vector<std::size_t> scans = scans_of(file);
  ASSERT_GE(scans.size(), 5u);
  const Bytes good(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(scans[4]));
  file[scans[4] + 4] = std::byte{9};  // components in the scan
  const auto strict = decode(file);
  ASSERT_FALSE(strict);
  EXPECT_EQ(strict.error().code, ErrorCode::malformed);
  EXPECT_GT(strict.error().offset, 0u);
  const auto lenient = decode(file, best_effort());
  ASSERT_TRUE(lenient) << lenient.error().message;
  EXPECT_EQ(lenient->damage, strict.error().message);
  EXPECT_TRUE(decode_planar(file, best_effort()));
  const auto whole = decode(file_of(fixture));
  double sum = 0;
  for (std::int32_t y = 0; y < kSize.height; ++y) {
    for (std::int32_t x = 0; x < kSize.width; ++x) {
      for (int c = 0; c < 3; ++c) {
        sum += std::abs(get_sample(lenient->image.view(), x, y, c) -
                        get_sample(whole->image.view(), x, y, c));
      }
    }
  }
  EXPECT_LT(sum / (3.0 * kSize.width * kSize.height), 0.05);
}

TEST(JpegDamage, BrokenDataIsMalformed) {
  JpegFixture fixture;
  fixture.restart_interval = 4;
  Bytes file = file_of(fixture);
  const std::size_t scan = find_segment(file, 0xDA);
  int refused = 0;
  Random random(3);
  for (int i = 0; i < 200; ++i) {
    Bytes broken = file;
    const std::size_t at =
        scan + 14 + random.below(static_cast<std::uint32_t>(file.size() - scan - 16));
    broken[at] = static_cast<std::byte>(random.below(256));
    const auto decoded = decode(broken);
    if (!decoded) {
      ++refused;
      EXPECT_EQ(decoded.error().code, ErrorCode::malformed) << decoded.error().message;
      EXPECT_FALSE(decoded.error().message.empty());
    }
    const auto lenient = decode(broken, best_effort());
    ASSERT_TRUE(lenient) << lenient.error().message;
    EXPECT_EQ(lenient->damage.empty(), decoded.has_value());
  }
  EXPECT_GT(refused, 15);  // many a change of one byte gives codes that are allowed
}

// Ones where codes are due: no table has a code of ones alone (T.81, annex C).
Bytes with_a_code_of_no_table(Bytes file) {
  const std::size_t at = scans_of(file).front() + (file.size() - scans_of(file).front()) / 2;
  for (std::size_t i = 0; i < 8; i += 2) {
    file[at + i] = std::byte{0xFF};
    file[at + i + 1] = std::byte{0};
  }
  return file;
}

// libjpeg-turbo passes over such codes where it has much to read.
TEST(JpegDamage, ACodeOfNoTableIsNoticedWhateverStandsBehind) {
  for (const JpegFixture& fixture : jpeg_varieties()) {
    if (fixture.is_arithmetic || fixture.is_progressive) continue;
    const Bytes broken = with_a_code_of_no_table(file_of(fixture));
    Bytes longer = broken;
    longer.resize(broken.size() + 20'000);
    const auto shorter_one = decode(broken, best_effort());
    const auto longer_one = decode(longer, best_effort());
    ASSERT_TRUE(shorter_one && longer_one) << fixture.name;
    EXPECT_FALSE(longer_one->damage.empty()) << fixture.name;
    EXPECT_EQ(longer_one->damage, shorter_one->damage) << fixture.name;
    EXPECT_TRUE(is_identical(shorter_one->image.view(), longer_one->image.view()));
    const auto refused = decode(longer);
    ASSERT_FALSE(refused) << fixture.name;
    EXPECT_EQ(refused.error().code, ErrorCode::malformed) << fixture.name;
    const auto rewritten = rewrite(longer, {});
    ASSERT_TRUE(rewritten) << fixture.name;
    EXPECT_EQ(decode(*rewritten).error().message, refused.error().message) << fixture.name;
  }
}

// What real files have and readers pass over.
TEST(JpegDamage, HarmlessOddities) {
  const Bytes file = file_of({});
  const auto opens = [](const Bytes& odd) {
    const auto decoded = decode(odd);
    EXPECT_TRUE(decoded) << decoded.error().message;
  };
  Bytes junk_between = file;
  const std::size_t table = find_segment(file, 0xDB);
  const Bytes junk = {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{0xFF}, std::byte{0xFF}};
  junk_between.insert(junk_between.begin() + static_cast<std::ptrdiff_t>(table), junk.begin(),
                      junk.end());
  opens(junk_between);
  Bytes junk_behind = file;
  junk_behind.insert(junk_behind.end(), 1000, std::byte{0x55});
  opens(junk_behind);
  opens(with_segments(file, {make_segment(0xEE, "Adobe\0\x64\0\0\0\0\x09"s)}));
  Bytes jfif = file;
  jfif[find_segment(file, 0xE0) + 9] = std::byte{9};  // major version
  opens(jfif);
  Bytes parameters = file;
  parameters[find_segment(file, 0xDA) + 12] = std::byte{10};  // end of spectral selection
  opens(parameters);
}

TEST(JpegDamage, FractionalSamplingIsUnsupported) {
  JpegFixture fixture;
  fixture.sampling = {{{3, 1}, {1, 1}, {1, 1}}};
  Bytes file = file_of(fixture);
  file[find_segment(file, 0xC0) + 14] = std::byte{0x21};  // 3x1 and 2x1
  const auto decoded = decode(file);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::unsupported);
  // Four components of 4 x 4 blocks are more than one MCU may have.
  JpegFixture cmyk;
  cmyk.pixels = cmyk.coded = JCS_CMYK;
  Bytes large = file_of(cmyk);
  for (const std::size_t at : {11u, 14u, 17u, 20u}) {
    large[find_segment(large, 0xC0) + at] = std::byte{0x44};
  }
  const auto refused = decode(large);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::malformed) << refused.error().message;
}

// The first scan, then the last one so many times.
Bytes with_repeated_scans(int count) {
  JpegFixture fixture;
  fixture.is_progressive = true;
  fixture.pixels = fixture.coded = JCS_GRAYSCALE;
  const Bytes file = make_jpeg(
      make_picture({64, 64}, gray8, [](auto, auto, auto) { return 0.5; }).view(), fixture);
  const std::vector<std::size_t> scans = scans_of(file);
  const auto last = file.begin() + static_cast<std::ptrdiff_t>(scans.back());
  Bytes bomb(file.begin(), last);
  for (int i = 0; i < count; ++i) bomb.insert(bomb.end(), last, file.end() - 2);
  bomb.push_back(std::byte{0xFF});
  bomb.push_back(std::byte{0xD9});
  return bomb;
}

// BOMBS 11.
TEST(JpegBomb, ScansHaveALimit) {
  for (const int count : {2'000, 50'000}) {
    const Bytes bomb = with_repeated_scans(count);
    for (const OnDamage on_damage : {OnDamage::error, OnDamage::best_effort}) {
      DecodeOptions options;
      options.on_damage = on_damage;
      for (const Error& error :
           {decode(bomb, options).error(), decode_planar(bomb, options).error()}) {
        EXPECT_EQ(error.code, ErrorCode::limit_exceeded);
        EXPECT_EQ(error.limit, Limit::scans);
        // It stops at the first scan too many, not at the end of the file.
        EXPECT_EQ(error.asked, 101u);
        EXPECT_EQ(error.allowed, 100u);
      }
    }
  }
  const Bytes few = with_repeated_scans(150);
  DecodeOptions options;
  EXPECT_FALSE(decode(few, options));
  options.limits.scans = 200;
  EXPECT_TRUE(decode(few, options));
}

// BOMBS 12: coefficients of a progressive picture are counted before they are taken.
TEST(JpegBomb, CoefficientsCountAgainstTheMemoryLimit) {
  for (const char* name : {"progressive_420", "separate_scans", "baseline_420"}) {
    for (const JpegFixture& fixture : jpeg_varieties()) {
      if (fixture.name != name) continue;
      Bytes file = file_of(fixture);
      const std::size_t frame = find_segment(file, fixture.is_progressive ? 0xC2 : 0xC0);
      for (const std::size_t at : {5u, 7u}) {  // 7000 x 7000: 49 million pixels
        file[frame + at] = std::byte{0x1B};
        file[frame + at + 1] = std::byte{0x58};
      }
      const auto info = probe(file);
      ASSERT_TRUE(info);
      EXPECT_EQ(info->size, (Size{7000, 7000}));
      DecodeOptions small = best_effort();
      small.at_least = Size{100, 100};
      const auto decoded = decode(file, small);
      if (name[0] == 'b') {
        EXPECT_TRUE(decoded) << "a single scan needs no coefficients";
      } else {
        // 147 MB of coefficients with 4:2:0, whatever the scale.
        small.limits.working_memory = 140'000'000;
        const auto refused = decode(file, small);
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error().limit, Limit::working_memory);
        EXPECT_GT(refused.error().asked, 140'000'000u);
      }
      const auto full = decode(file);
      ASSERT_FALSE(full);
      if (fixture.is_progressive) {
        EXPECT_EQ(full.error().limit, Limit::working_memory);
      }
    }
  }
}

TEST(JpegDecode, HoldsNoMoreThanPredicted) {
  for (const JpegFixture& fixture : jpeg_varieties()) {
    const Bytes file = file_of(fixture);
    const auto info = probe(file);
    ASSERT_TRUE(info);
    std::vector<DecodeOptions> all(3);
    all[1].at_least = Size{30, 30};
    all[2].region = Rect{31, 33, 70, 50};
    for (const DecodeOptions& options : all) {
      const std::uint64_t predicted = predicted_decode_bytes(*info, options);
      Workspace workspace(predicted);
      const Execution execution{.workspace = &workspace};
      const auto decoded = decode(file, options, execution);
      ASSERT_TRUE(decoded) << fixture.name << ": " << decoded.error().message;
      EXPECT_LE(workspace.peak_bytes(), predicted);
      Workspace fresh(predicted);
      const auto planar = decode_planar(file, options, {.workspace = &fresh});
      EXPECT_EQ(planar.has_value(), has_planar_decode(*info)) << fixture.name;
      Workspace less(predicted - 1);
      EXPECT_FALSE(decode(file, options, {.workspace = &less}));
    }
  }
}

TEST(JpegDecode, StopsWhenCancelled) {
  CancelToken cancel;
  cancel.cancel();
  for (const JpegFixture& fixture : jpeg_varieties()) {
    const Bytes file = file_of(fixture);
    Workspace workspace;
    const Execution execution{.workspace = &workspace, .cancel = &cancel};
    const auto info = probe(file);
    ASSERT_TRUE(info);
    // The codec itself: the public function would not even call it.
    const auto decoded = jpeg_codec.decode(file, *info, {}, execution);
    ASSERT_FALSE(decoded) << fixture.name;
    EXPECT_EQ(decoded.error().code, ErrorCode::cancelled);
    if (has_planar_decode(*info)) {
      const auto planar = jpeg_codec.decode_planar(file, *info, {}, execution);
      ASSERT_FALSE(planar);
      EXPECT_EQ(planar.error().code, ErrorCode::cancelled);
    }
    EXPECT_EQ(workspace.bytes_in_use(), 0u);
    EXPECT_EQ(decode(file, {}, execution).error().code, ErrorCode::cancelled);
  }
}

TEST(JpegDecode, CmykIsZeroWhereThereIsNoInk) {
  // libjpeg writes Adobe's marker with CMYK; Adobe means inverted samples.
  const Image ink = make_picture({32, 32}, cmyk8, [](auto, auto, int c) { return c * 0.25; });
  JpegFixture fixture;
  fixture.pixels = fixture.coded = JCS_CMYK;
  fixture.quality = 100;
  const Bytes with_marker = make_jpeg(ink.view(), fixture);
  Bytes without = with_marker;
  const auto marker = without.begin() + static_cast<std::ptrdiff_t>(find_segment(without, 0xEE));
  without.erase(marker, marker + 16);
  const auto inverted = decode(with_marker);
  const auto plain = decode(without);
  ASSERT_TRUE(inverted && plain);
  EXPECT_EQ(plain->image.format(), cmyk8);
  for (int c = 0; c < 4; ++c) {
    EXPECT_NEAR(get_sample(plain->image.view(), 9, 9, c), c * 0.25, 0.01);
    EXPECT_NEAR(get_sample(inverted->image.view(), 9, 9, c), 1 - c * 0.25, 0.01);
  }
}

// The reduced sizes that at_least allows.
TEST(JpegDecode, ScaleFollowsWhatIsNeeded) {
  const Bytes file = file_of({}, {101, 67});
  const auto eighths = [&](Size at_least, ShrinkAccuracy accuracy) {
    DecodeOptions options;
    options.at_least = at_least;
    options.accuracy = accuracy;
    const auto decoded = decode(file, options);
    EXPECT_TRUE(decoded);
    const int scale = decoded->scale_eighths;
    EXPECT_EQ(decoded->image.size(), (Size{(101 * scale + 7) / 8, (67 * scale + 7) / 8}));
    EXPECT_EQ(decoded->region, whole(decoded->image.size()));
    const auto planar = decode_planar(file, options);
    EXPECT_EQ(planar->scale_eighths, scale);
    EXPECT_EQ(planar->image.size(), decoded->image.size());
    // Chroma of 4:2:0 need not be reduced as far: it comes out in luma's size.
    EXPECT_EQ(planar->image.subsampling,
              scale == 8 ? ChromaSubsampling::yuv420 : ChromaSubsampling::yuv444);
    return scale;
  };
  EXPECT_EQ(eighths({13, 9}, ShrinkAccuracy::coarse), 1);
  EXPECT_EQ(eighths({14, 9}, ShrinkAccuracy::coarse), 2);
  EXPECT_EQ(eighths({13, 10}, ShrinkAccuracy::coarse), 2);
  EXPECT_EQ(eighths({26, 17}, ShrinkAccuracy::coarse), 2);
  EXPECT_EQ(eighths({51, 34}, ShrinkAccuracy::coarse), 4);
  EXPECT_EQ(eighths({52, 34}, ShrinkAccuracy::coarse), 8);
  EXPECT_EQ(eighths({6, 4}, ShrinkAccuracy::fine), 1);
  EXPECT_EQ(eighths({7, 4}, ShrinkAccuracy::fine), 2);
  EXPECT_EQ(eighths({13, 9}, ShrinkAccuracy::fine), 4);
  EXPECT_EQ(eighths({26, 17}, ShrinkAccuracy::fine), 8);
  EXPECT_EQ(eighths({1, 1}, ShrinkAccuracy::exact), 8);
  EXPECT_EQ(eighths({1000, 1000}, ShrinkAccuracy::coarse), 8);
  EXPECT_EQ(eighths({2147483647, 2147483647}, ShrinkAccuracy::fine), 8);
}

}  // namespace
}  // namespace limen::test
