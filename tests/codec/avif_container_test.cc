// SPDX-License-Identifier: Apache-2.0

// What holds an AVIF's picture: boxes that announce too much, say it otherwise, or are broken.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "lib/codec/avif/container.h"
#include "limen/codec/decode.h"
#include "tests/codec/avif_builder.h"
#include "tests/pictures.h"

namespace limen {
namespace {

using test::BoxBuilder;
using testing::HasSubstr;

test::AvifPlanes gradient(Size size, avifPixelFormat format, bool with_alpha = false) {
  return test::make_planes(size, format, with_alpha, [](int plane, int x, int y) {
    return plane == 3 ? 255 - 3 * x : (plane * 40 + 5 * x + 9 * y) % 256;
  });
}

TEST(AvifContainer, GainMapsAreReported) {
  const auto info_entry = [](std::string_view type) {
    return BoxBuilder().box("infe", BoxBuilder().u32(0x02000000).u16(1).u16(0).text(type).u8(0));
  };
  const auto scanned = [](const BoxBuilder& parts) {
    return *scan_container(test::meta_file(parts));
  };
  const auto items = [&](std::string_view type) {
    return BoxBuilder().box("iinf", BoxBuilder().u32(0).u16(1).append(info_entry(type).bytes()));
  };
  EXPECT_FALSE(scanned(items("av01")).has_gain_map);
  EXPECT_EQ(scanned(items("av01")).coded_items, 1u);
  EXPECT_TRUE(scanned(items("tmap")).has_gain_map);
  EXPECT_TRUE(scanned(items("grid")).has_grid);
  const BoxBuilder auxiliary = BoxBuilder().box(
      "iprp",
      BoxBuilder().box("ipco",
                       BoxBuilder().box("auxC", BoxBuilder().u32(0).text(
                                                    "urn:com:apple:photo:2020:aux:hdrgainmap"))));
  EXPECT_TRUE(scanned(auxiliary).has_gain_map);
}

TEST(AvifContainer, TablesOutOfProportionAreRefused) {
  // 400 items of 65 535 extents that take no bytes in the file: 26 million records in memory.
  BoxBuilder extents;
  extents.u32(0).u16(0).u16(400);
  for (int i = 0; i < 400; ++i) extents.u16(static_cast<std::uint64_t>(i) + 1).u16(0).u16(65'535);

  BoxBuilder infos;
  infos.u32(0).u16(60'000);
  for (int i = 0; i < 20'000; ++i) infos.box("infe", BoxBuilder().u32(0x02000000).u32(0).u32(0));

  BoxBuilder properties;
  for (int i = 0; i < 40'000; ++i) properties.box("free", BoxBuilder());

  BoxBuilder associations;
  associations.u32(0).u32(2'000);
  for (int i = 0; i < 2'000; ++i) {
    associations.u16(static_cast<std::uint64_t>(i) + 1).u8(255).text(std::string(255, '\1'));
  }

  BoxBuilder references;
  references.u32(0).box("dimg", BoxBuilder().u16(1).u16(65'535).text(std::string(131'070, '\1')));

  BoxBuilder tables;
  for (int i = 0; i < 12'000; ++i) {
    tables.box("ipma", BoxBuilder().u32(static_cast<std::uint64_t>(i) << 8).u32(0));
  }

  const Bytes files[] = {
      test::meta_file(BoxBuilder().box("iloc", extents)),
      test::meta_file(BoxBuilder().box("iinf", infos)),
      test::meta_file(BoxBuilder().box("iprp", BoxBuilder().box("ipco", properties))),
      test::meta_file(BoxBuilder().box("iprp", BoxBuilder().box("ipma", associations))),
      test::meta_file(BoxBuilder().box("iref", references)),
      test::meta_file(BoxBuilder().box("iprp", tables)),
  };
  for (const Bytes& file : files) {
    const auto info = probe(file);
    ASSERT_FALSE(info.has_value());
    EXPECT_EQ(info.error().code, ErrorCode::unsupported);
    EXPECT_THAT(info.error().message, HasSubstr("at most"));
  }
  // The same within a track.
  BoxBuilder movie = test::file_type("avis", "avismsf1");
  movie.box(
      "moov",
      BoxBuilder().box("trak", BoxBuilder().box("meta", BoxBuilder().u32(0).box("iloc", extents))));
  EXPECT_EQ(probe(movie.bytes()).error().code, ErrorCode::unsupported);
}

// Real files of early encoders have one `ipma` an item, or a `meta` that runs to the file's end.
TEST(AvifContainer, SplitAssociationsAreJoined) {
  const auto planes = gradient({24, 20}, AVIF_PIXEL_FORMAT_YUV444, true);
  const Bytes file = test::lossless_avif(planes.get());
  const auto expected = decode(file);
  ASSERT_TRUE(expected.has_value());

  // ipma: 8 of header, version and flags, count, then item 1 and item 2.
  const std::size_t position = test::find_box(file, "ipma");
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(file.at(position + i)); };
  ASSERT_EQ(byte(15), 2u);
  const std::size_t size = byte(2) << 8 | byte(3);
  const std::size_t first_end = 16 + 3 + byte(18);
  BoxBuilder split;
  const auto part = [&](std::size_t begin, std::size_t end) {
    return BoxBuilder().u32(0).u32(1).append(
        Bytes(file.begin() + static_cast<std::ptrdiff_t>(position + begin),
              file.begin() + static_cast<std::ptrdiff_t>(position + end)));
  };
  split.box("ipma", part(first_end, size)).box("ipma", part(16, first_end));
  Bytes faulty = file;
  const auto at = faulty.begin() + static_cast<std::ptrdiff_t>(position);
  faulty.erase(at, at + static_cast<std::ptrdiff_t>(size));
  faulty.insert(faulty.begin() + static_cast<std::ptrdiff_t>(position), split.bytes().begin(),
                split.bytes().end());
  // 16 bytes more in iprp, meta, and before every offset in iloc.
  for (const auto type : {"iprp", "meta"}) {
    const std::size_t box = test::find_box(faulty, type);
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned>(faulty[box + i]);
    test::set_u32(faulty, box, value + 16);
  }
  const std::size_t iloc = test::find_box(faulty, "iloc");
  // 8 header, 4 version, 2 sizes, 2 count; items of 2 id, 2 reference, 2 count, 4 offset, 4 length.
  for (int item = 0; item < 2; ++item) {
    const std::size_t offset = iloc + 16 + static_cast<std::size_t>(item) * 14 + 6;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value = value << 8 | static_cast<unsigned>(faulty[offset + i]);
    }
    test::set_u32(faulty, offset, value + 16);
  }

  const auto decoded = decode(faulty);
  ASSERT_TRUE(decoded.has_value()) << decoded.error().message;
  for (int y = 0; y < 20; ++y) {
    EXPECT_TRUE(std::equal(expected->image.view().row(y), expected->image.view().row(y) + 24 * 4,
                           decoded->image.view().row(y)));
  }
}

TEST(AvifHostile, EveryTruncationEndsInATypedError) {
  const Bytes file = test::lossless_avif(gradient({24, 20}, AVIF_PIXEL_FORMAT_YUV420, true).get());
  ASSERT_TRUE(decode(file).has_value());
  for (std::size_t size = 0; size < file.size(); ++size) {
    const Bytes cut(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size));
    const auto decoded = decode(cut);
    ASSERT_FALSE(decoded.has_value()) << size;
    EXPECT_NE(decoded.error().code, ErrorCode::internal) << size;
    EXPECT_FALSE(decoded.error().message.empty()) << size;
    if (size > 100) {
      EXPECT_EQ(decoded.error().code, ErrorCode::truncated) << size << decoded.error().message;
    }
  }
}

TEST(AvifHostile, MutatedContainers) {
  const Bytes files[] = {
      test::lossless_avif(gradient({24, 20}, AVIF_PIXEL_FORMAT_YUV420, true).get()),
      test::animated_avif(gradient({16, 16}, AVIF_PIXEL_FORMAT_YUV420).get(), 3),
  };
  test::Random random(11);
  int opened = 0;
  for (int round = 0; round < 3000; ++round) {
    Bytes mutated = files[round % 2];
    for (std::uint32_t i = random.below(4) + 1; i > 0; --i) {
      mutated[random.below(static_cast<std::uint32_t>(mutated.size()))] =
          static_cast<std::byte>(random.below(3) == 0 ? 255 * random.below(2) : random.below(256));
    }
    const auto decoded = decode(mutated);
    if (decoded) {
      ++opened;
      ASSERT_EQ(decoded->image.size(), size_of(decoded->region));
    } else {
      ASSERT_NE(decoded.error().code, ErrorCode::internal) << decoded.error().message;
    }
  }
  EXPECT_GT(opened, 100);
}

}  // namespace
}  // namespace limen
