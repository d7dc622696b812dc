// SPDX-License-Identifier: Apache-2.0
#include "limen/codec/metadata.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>

#include "tests/codec/exif_builder.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using namespace std::string_view_literals;
using test::camera_exif;
using test::ExifBuilder;

Orientation orientation_of(bool little_endian, const ExifBuilder::Entry& entry) {
  ExifBuilder builder(little_endian);
  builder.set_first(builder.add_directory({entry}));
  return summarize_exif(builder.bytes()).orientation;
}

class Exif : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(BothByteOrders, Exif, testing::Bool(), [](const auto& info) {
  return info.param ? "LittleEndian" : "BigEndian";
});

TEST_P(Exif, TellsWhatACameraWrote) {
  const ExifSummary summary = summarize_exif(camera_exif(GetParam(), 6).bytes());
  EXPECT_EQ(summary.orientation, Orientation::right_top);
  EXPECT_TRUE(summary.has_gps);
  EXPECT_TRUE(summary.has_thumbnail);
  EXPECT_TRUE(summary.has_serial_number);
  EXPECT_TRUE(summary.has_maker_note);
  EXPECT_EQ(summary.artist, "Jane Photographer");
  EXPECT_EQ(summary.copyright, "(c) 2024 Jane Photographer, all rights reserved");
  EXPECT_EQ(summary.color_space, 1);
}

TEST_P(Exif, PrefixIsTolerated) {
  EXPECT_EQ(summarize_exif(camera_exif(GetParam(), 8).with_prefix()).orientation,
            Orientation::left_bottom);
}

TEST_P(Exif, NothingIsClaimedOfAPlainStream) {
  ExifBuilder builder(GetParam());
  builder.set_first(builder.add_directory({builder.text(0x010F, "Maker")}));
  const ExifSummary summary = summarize_exif(builder.bytes());
  EXPECT_EQ(summary.orientation, Orientation::top_left);
  EXPECT_FALSE(summary.has_gps);
  EXPECT_FALSE(summary.has_thumbnail);
  EXPECT_FALSE(summary.has_serial_number);
  EXPECT_FALSE(summary.has_maker_note);
  EXPECT_EQ(summary.artist, "");
  EXPECT_EQ(summary.copyright, "");
  EXPECT_EQ(summary.color_space, 0);
}

TEST_P(Exif, EveryOrientation) {
  const ExifBuilder b(GetParam());
  for (std::uint16_t value = 1; value <= 8; ++value) {
    EXPECT_EQ(orientation_of(GetParam(), b.shorts(0x0112, {value})),
              static_cast<Orientation>(value));
  }
}

TEST_P(Exif, OrientationOutOfRangeIsUpright) {
  const ExifBuilder b(GetParam());
  for (const std::uint16_t value : {0, 9, 255, 65535}) {
    EXPECT_EQ(orientation_of(GetParam(), b.shorts(0x0112, {value})), Orientation::top_left);
  }
}

// As libexif (hence libvips and sharp) and Pillow read it: any integer type, the first value.
TEST_P(Exif, OrientationOfAnotherTypeOrCount) {
  const ExifBuilder b(GetParam());
  EXPECT_EQ(orientation_of(GetParam(), b.longs(0x0112, {6})), Orientation::right_top);
  EXPECT_EQ(orientation_of(GetParam(), b.shorts(0x0112, {3, 6})), Orientation::bottom_right);
  EXPECT_EQ(orientation_of(GetParam(), b.shorts(0x0112, {3, 6, 7})), Orientation::bottom_right);
  EXPECT_EQ(orientation_of(GetParam(), b.longs(0x0112, {0x00060006})), Orientation::top_left);
  EXPECT_EQ(orientation_of(GetParam(), b.text(0x0112, "6")), Orientation::top_left);
  EXPECT_EQ(orientation_of(GetParam(), {0x0112, 3, 0, {}}), Orientation::top_left);
  EXPECT_EQ(orientation_of(GetParam(), {0x0112, 0x7777, 1, {}}), Orientation::top_left);
}

TEST_P(Exif, OrientationOfTheThumbnailIsNotThePictures) {
  ExifBuilder b(GetParam());
  const auto primary = b.add_directory({b.text(0x010F, "Maker")});
  const auto thumbnail = b.add_directory({b.shorts(0x0112, {6})});
  b.set_first(primary);
  b.link(primary, thumbnail);
  EXPECT_EQ(summarize_exif(b.bytes()).orientation, Orientation::top_left);
}

TEST_P(Exif, LoopsEnd) {
  ExifBuilder b(GetParam());
  const auto primary = b.add_directory({b.shorts(0x0112, {6}), b.longs(0x8769, {8})});
  const auto second = b.add_directory({b.longs(0x8769, {8}), b.longs(0x8825, {8})});
  b.set_first(primary);
  b.link(primary, second);
  b.link(second, primary);
  EXPECT_EQ(summarize_exif(b.bytes()).orientation, Orientation::right_top);
  b.link(primary, primary);
  EXPECT_EQ(summarize_exif(b.bytes()).orientation, Orientation::right_top);
}

TEST_P(Exif, MoreEntriesAnnouncedThanThereAre) {
  ExifBuilder b(GetParam());
  const auto primary = b.add_directory({b.shorts(0x0112, {6})});
  b.set_first(primary);
  b.set(primary, 65535, 2);
  EXPECT_EQ(summarize_exif(b.bytes()).orientation, Orientation::right_top);
}

TEST_P(Exif, SixtyFiveThousandEntriesOnEachOfManyDirectories) {
  ExifBuilder b(GetParam());
  std::vector<ExifBuilder::Entry> entries(65534, b.longs(0x8769, {8}));
  entries.push_back(b.shorts(0x0112, {6}));
  const auto primary = b.add_directory(entries);
  b.set_first(primary);
  // Each pointer leads to an overlapping directory a byte further on.
  for (std::uint32_t i = 0; i < 65534; ++i) b.set(primary + 2 + 12 * i + 8, 8 + i, 4);
  EXPECT_EQ(summarize_exif(b.bytes()).orientation, Orientation::right_top);
}

TEST_P(Exif, OffsetsAtAndBeyondTheLastByte) {
  ExifBuilder b(GetParam());
  const auto primary = b.add_directory({
      b.shorts(0x0112, {5}),
      b.text(0x8298, "a copyright notice"),
      b.longs(0x8769, {0}),
      b.longs(0x8825, {0}),
  });
  b.set_first(primary);
  const auto size = static_cast<std::uint32_t>(b.bytes().size());
  for (const std::uint32_t target :
       {0u, 1u, size - 2, size - 1, size, size + 1, 0x7FFFFFFFu, 0xFFFFFFFEu, 0xFFFFFFFFu}) {
    for (const std::uint32_t entry : {1u, 2u, 3u}) b.set(primary + 2 + 12 * entry + 8, target, 4);
    b.link(primary, target);
    const ExifSummary summary = summarize_exif(b.bytes());
    EXPECT_EQ(summary.orientation, Orientation::left_top) << target;
    EXPECT_TRUE(summary.has_gps) << target;
    for (const std::uint32_t first : {target}) {
      ExifBuilder other = b;
      other.set_first(first);
      summarize_exif(other.bytes());
    }
  }
}

TEST_P(Exif, CountsThatOverflow) {
  ExifBuilder b(GetParam());
  const auto primary = b.add_directory({
      {0x8298, 2, 0xFFFFFFFF, {}},
      {0x013B, 12, 0x20000001, {}},
      b.shorts(0x0112, {4}),
  });
  b.set_first(primary);
  const ExifSummary summary = summarize_exif(b.bytes());
  EXPECT_EQ(summary.orientation, Orientation::bottom_left);
  EXPECT_EQ(summary.copyright, "");
  EXPECT_EQ(summary.artist, "");
}

TEST_P(Exif, TextsAreUtf8AndTrimmed) {
  const auto copyright_of = [](std::string_view raw) {
    ExifBuilder b(GetParam());
    b.set_first(b.add_directory({b.data(0x8298, raw)}));
    return summarize_exif(b.bytes()).copyright;
  };
  EXPECT_EQ(copyright_of("  \xC2\xA9 J\xC3\xA4ne \0"sv), "\xC2\xA9 J\xC3\xA4ne");
  EXPECT_EQ(copyright_of("\xA9 J\xE4ne"sv), "\xC2\xA9 J\xC3\xA4ne");
  EXPECT_EQ(copyright_of("photographer\0editor\0"sv), "photographer; editor");
  EXPECT_EQ(copyright_of(" \0editor\0"sv), "editor");
  EXPECT_EQ(copyright_of("line\r\nline\x1B[2J"sv), "line  line [2J");
  EXPECT_EQ(copyright_of("\xC0\x80\xED\xA0\x80"sv), "\xC3\x80 \xC3\xAD\xC2\xA0");
  EXPECT_EQ(copyright_of(std::string(100'000, 'x')).size(), 8192u);
  EXPECT_EQ(copyright_of("    "sv), "");
}

TEST_P(Exif, EveryTruncationIsRead) {
  const Bytes whole = camera_exif(GetParam(), 6).bytes();
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    // A copy of exactly this size, so that a sanitizer sees a read past its end.
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    summarize_exif(cut);
  }
  EXPECT_EQ(summarize_exif(ByteView()).orientation, Orientation::top_left);
}

TEST(ExifHeader, OtherBytesAreNoExif) {
  for (const auto text : {""sv, "I"sv, "II*"sv, "II*\0\b\0\0"sv, "MM*\0\b\0\0\0\1\0"sv,
                          "JFIF and more text"sv, "Exif\0\0"sv, "Exif\0\0II"sv}) {
    const ExifSummary summary = summarize_exif(ExifBuilder::as_bytes(text));
    EXPECT_EQ(summary.orientation, Orientation::top_left);
    EXPECT_FALSE(summary.has_thumbnail);
  }
}

}  // namespace
}  // namespace limen
