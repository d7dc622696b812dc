// SPDX-License-Identifier: Apache-2.0

// EXIF: what is read of it, and what a policy leaves.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "limen/codec/metadata.h"
#include "tests/codec/exif_builder.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using namespace std::string_view_literals;
using test::camera_exif;
using test::ExifBuilder;

using testing::ElementsAre;
using testing::IsEmpty;

// What camera_exif() has besides copyright.
constexpr std::string_view kPersonalTexts[] = {
    "GPS", "1SPG", "SERIAL", "OWNER", "MAKER", "USER-COMMENT", "THUMBNAIL", "Camera maker",
};

std::string_view text_of(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

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

class FilteredExif : public testing::TestWithParam<bool> {
 protected:
  FilteredMetadata filter(const Bytes& exif, MetadataPolicy policy) {
    Metadata metadata;
    metadata.exif = exif;
    return filter_metadata(metadata, policy);
  }
};
INSTANTIATE_TEST_SUITE_P(BothByteOrders, FilteredExif, testing::Bool(), [](const auto& info) {
  return info.param ? "LittleEndian" : "BigEndian";
});

TEST_P(FilteredExif, NoneKeepsNothing) {
  const auto filtered = filter(camera_exif(GetParam(), 6).bytes(), MetadataPolicy::none);
  EXPECT_TRUE(filtered.kept.is_empty());
  EXPECT_THAT(filtered.dropped,
              ElementsAre("gps", "serial_number", "maker_note", "thumbnail", "exif"));
}

TEST_P(FilteredExif, CopyrightKeepsTwoFieldsAlone) {
  for (const bool prefixed : {false, true}) {
    const ExifBuilder camera = camera_exif(GetParam(), 6);
    const auto filtered =
        filter(prefixed ? camera.with_prefix() : camera.bytes(), MetadataPolicy::copyright);
    EXPECT_THAT(filtered.dropped,
                ElementsAre("gps", "serial_number", "maker_note", "thumbnail", "exif"));
    const ExifSummary summary = summarize_exif(filtered.kept.exif);
    EXPECT_EQ(summary.artist, "Jane Photographer");
    EXPECT_EQ(summary.copyright, "(c) 2024 Jane Photographer, all rights reserved");
    EXPECT_EQ(summary.orientation, Orientation::top_left);
    EXPECT_FALSE(summary.has_gps || summary.has_thumbnail || summary.has_serial_number ||
                 summary.has_maker_note);
    for (const auto personal : kPersonalTexts) {
      EXPECT_EQ(text_of(filtered.kept.exif).find(personal), std::string_view::npos) << personal;
    }
    // 8 of header, 2 + 2 * 12 + 4 of directory, two texts with their NUL on even offsets.
    EXPECT_EQ(filtered.kept.exif.size(), 8u + 30u + 18u + 48u);
  }
}

TEST_P(FilteredExif, CopyrightOfAFileWithNone) {
  ExifBuilder b(GetParam());
  b.set_first(b.add_directory({b.text(0x010F, "Maker")}));
  const auto filtered = filter(b.bytes(), MetadataPolicy::copyright);
  EXPECT_TRUE(filtered.kept.is_empty());
  EXPECT_THAT(filtered.dropped, ElementsAre("exif"));
}

TEST_P(FilteredExif, WhatCopyrightWroteItLeavesAlone) {
  const auto once = filter(camera_exif(GetParam(), 6).bytes(), MetadataPolicy::copyright);
  const auto twice = filter(once.kept.exif, MetadataPolicy::copyright);
  EXPECT_EQ(once.kept.exif, twice.kept.exif);
  EXPECT_THAT(twice.dropped, IsEmpty());
}

TEST_P(FilteredExif, ShortTextsLieInTheEntry) {
  ExifBuilder b(GetParam());
  b.set_first(b.add_directory({b.text(0x013B, "J"), b.text(0x8298, "abc")}));
  const auto filtered = filter(b.bytes(), MetadataPolicy::copyright);
  EXPECT_EQ(filtered.kept.exif.size(), 8u + 30u);
  EXPECT_EQ(summarize_exif(filtered.kept.exif).artist, "J");
  EXPECT_EQ(summarize_exif(filtered.kept.exif).copyright, "abc");
}

TEST_P(FilteredExif, KeepIsUprightAndWithoutThumbnail) {
  const ExifBuilder camera = camera_exif(GetParam(), 6);
  const auto filtered = filter(camera.with_prefix(), MetadataPolicy::keep);
  EXPECT_THAT(filtered.dropped, ElementsAre("thumbnail"));
  const ExifSummary before = summarize_exif(camera.bytes());
  const ExifSummary summary = summarize_exif(filtered.kept.exif);
  EXPECT_EQ(summary.orientation, Orientation::top_left);
  EXPECT_FALSE(summary.has_thumbnail);
  EXPECT_TRUE(summary.has_gps && summary.has_serial_number && summary.has_maker_note);
  EXPECT_EQ(summary.copyright, before.copyright);
  EXPECT_EQ(text_of(filtered.kept.exif).find("THUMBNAIL-PIXELS"), std::string_view::npos);
  // The thumbnail was the last: its bytes are gone, and everything else is where it was.
  EXPECT_LT(filtered.kept.exif.size(), camera.bytes().size());
  EXPECT_EQ(text_of(filtered.kept.exif).find("MAKER-NOTE"),
            text_of(camera.bytes()).find("MAKER-NOTE"));
}

TEST_P(FilteredExif, KeepMendsOrientationOfAnyType) {
  const ExifBuilder made(GetParam());
  for (const auto& entry : {made.longs(0x0112, {6}), made.shorts(0x0112, {6}),
                            made.shorts(0x0112, {6, 6, 6}), made.shorts(0x0112, {65535})}) {
    ExifBuilder b(GetParam());
    b.set_first(b.add_directory({entry, b.text(0x010F, "Maker")}));
    const auto filtered = filter(b.bytes(), MetadataPolicy::keep);
    EXPECT_THAT(filtered.dropped, IsEmpty());
    EXPECT_EQ(summarize_exif(filtered.kept.exif).orientation, Orientation::top_left);
    EXPECT_NE(text_of(filtered.kept.exif).find("Maker"), std::string_view::npos);
  }
}

TEST_P(FilteredExif, KeepErasesAThumbnailInTheMiddleButNothingThatOthersUse) {
  ExifBuilder b(GetParam());
  const auto pixels = b.add_bytes("THUMBNAIL-PIXELS");
  const auto primary =
      b.add_directory({b.shorts(0x0112, {6}), b.text(0x8298, "the copyright notice")});
  const auto thumbnail = b.add_directory({b.longs(0x0201, {pixels}), b.longs(0x0202, {16})});
  b.add_bytes("TAIL");
  b.set_first(primary);
  b.link(primary, thumbnail);
  auto filtered = filter(b.bytes(), MetadataPolicy::keep);
  EXPECT_EQ(filtered.kept.exif.size(), b.bytes().size());
  EXPECT_EQ(text_of(filtered.kept.exif).find("THUMBNAIL"), std::string_view::npos);
  EXPECT_TRUE(text_of(filtered.kept.exif).ends_with("TAIL"));

  b.set(thumbnail + 2 + 12 + 8, 0x7FFFFFFF, 4);  // a thumbnail that claims all there is
  filtered = filter(b.bytes(), MetadataPolicy::keep);
  EXPECT_EQ(summarize_exif(filtered.kept.exif).copyright, "the copyright notice");
}

TEST_P(FilteredExif, BrokenExifIsDroppedAndNamed) {
  for (const auto policy : {MetadataPolicy::keep, MetadataPolicy::copyright}) {
    const auto filtered = filter(ExifBuilder::as_bytes("no TIFF header here"), policy);
    EXPECT_TRUE(filtered.kept.is_empty());
    EXPECT_THAT(filtered.dropped, ElementsAre("exif"));
  }
}

// Whatever bytes come, what is kept is upright, has no thumbnail and, with `copyright`, no personal
// data; filtering it again changes nothing.
TEST_P(FilteredExif, MutatedStreams) {
  test::Random random(GetParam() ? 1 : 2);
  const Bytes whole = camera_exif(GetParam(), 6).bytes();
  for (int round = 0; round < 5000; ++round) {
    Bytes mutated = whole;
    for (std::uint32_t i = random.below(6) + 1; i > 0; --i) {
      mutated[random.below(static_cast<std::uint32_t>(mutated.size()))] =
          static_cast<std::byte>(random.below(4) == 0 ? 255 * random.below(2) : random.below(256));
    }
    if (random.below(4) == 0) {
      mutated.resize(random.below(static_cast<std::uint32_t>(mutated.size())));
      mutated.shrink_to_fit();
    }
    for (const auto policy : {MetadataPolicy::keep, MetadataPolicy::copyright}) {
      const auto filtered = filter(mutated, policy);
      const ExifSummary summary = summarize_exif(filtered.kept.exif);
      ASSERT_EQ(summary.orientation, Orientation::top_left);
      ASSERT_FALSE(summary.has_thumbnail);
      if (policy == MetadataPolicy::copyright) {
        ASSERT_FALSE(summary.has_gps || summary.has_serial_number || summary.has_maker_note);
      }
      ASSERT_EQ(filter(filtered.kept.exif, policy).kept.exif, filtered.kept.exif);
    }
  }
}

}  // namespace
}  // namespace limen
