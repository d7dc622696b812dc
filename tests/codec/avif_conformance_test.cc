// SPDX-License-Identifier: Apache-2.0

// AVIF decoding against real files and against libavif's own decoder program.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

#include "lib/codec/avif/container.h"
#include "limen/codec/decode.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen {
namespace {

namespace fs = std::filesystem;

struct ConformanceFile {
  std::string name;
  Bytes bytes;
  test::Row row;
  bool is_opened_by_peers = false;
};

std::vector<ConformanceFile> conformance_files() {
  std::vector<ConformanceFile> files;
  for (const test::Row& row : test::read_table("conformance/manifest.tsv")) {
    const std::string name = row.at("file");
    if (!name.starts_with("avif/")) continue;
    files.push_back({name, test::read_file(test::data_folder() / "conformance" / name), row,
                     row.at("dims_agreed_by") != "none_opens"});
  }
  return files;
}

// What a file cannot be opened for by the libavif that is linked.
bool is_beyond_libavif(const std::string& name) {
  // Two of the grid's tiles are one item, which libavif before 1.0 counts once.
  return name.find("tile_shared_in_dimg") != std::string::npos;
}

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("limen-avif-" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~Folder() { fs::remove_all(path_); }
  fs::path operator/(const std::string& name) const { return path_ / name; }

 private:
  fs::path path_;
};

// Runs avifdec; nothing if it refuses the file.
std::optional<Image> avifdec(const Folder& folder, const Bytes& bytes, int depth) {
  const fs::path in = folder / "in.avif";
  const fs::path out = folder / "out.png";
  {
    std::ofstream stream(in, std::ios::binary);
    stream.write(reinterpret_cast<const char*>(bytes.data()),
                 static_cast<std::streamsize>(bytes.size()));
  }
  fs::remove(out);
  const std::string command = "avifdec --no-strict --ignore-icc --png-compress 0 -d " +
                              std::to_string(depth) + " '" + in.string() + "' '" + out.string() +
                              "' >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) return std::nullopt;
  DecodeOptions options;
  options.keep_16_bit = true;
  options.limits.input_bytes = 1'000'000'000;
  auto decoded = decode(test::read_file(out), options);
  EXPECT_TRUE(decoded.has_value()) << (decoded ? "" : decoded.error().message);
  if (!decoded) return std::nullopt;
  return std::move(decoded->image);
}

// The largest difference in 8-bit steps, gray against RGB allowed; `window` is of `reference`.
int largest_difference(const Image& image, const Image& reference, const Rect& window) {
  const PixelFormat a = image.format();
  const PixelFormat b = reference.format();
  const int colors_a = a.channels() - (a.has_alpha() ? 1 : 0);
  const int colors_b = b.channels() - (b.has_alpha() ? 1 : 0);
  double largest = a.has_alpha() == b.has_alpha() ? 0 : 1;
  for (std::int32_t y = 0; y < image.size().height; ++y) {
    for (std::int32_t x = 0; x < image.size().width; ++x) {
      const auto compare = [&](int channel_a, int channel_b) {
        const double ours = test::get_sample(image.const_view(), x, y, channel_a);
        const double theirs =
            test::get_sample(reference.const_view(), window.x + x, window.y + y, channel_b);
        largest = std::max(largest, std::abs(ours - std::lround(theirs * 255) / 255.0));
      };
      for (int c = 0; c < 3; ++c) compare(std::min(c, colors_a - 1), std::min(c, colors_b - 1));
      if (a.has_alpha() && b.has_alpha()) compare(colors_a, colors_b);
    }
  }
  return static_cast<int>(std::lround(largest * 255));
}

TEST(AvifConformance, SizesAreAsListed) {
  LIMEN_NEEDS_DATA();
  int opened = 0;
  for (const ConformanceFile& file : conformance_files()) {
    SCOPED_TRACE(file.name);
    const auto info = probe(file.bytes);
    if (!file.is_opened_by_peers) continue;
    if (is_beyond_libavif(file.name) && !info) continue;
    ASSERT_TRUE(info.has_value()) << info.error().message;
    ++opened;
    EXPECT_EQ(info->format, Format::avif);
    EXPECT_EQ(std::to_string(info->upright().width), file.row.at("width"));
    EXPECT_EQ(std::to_string(info->upright().height), file.row.at("height"));
    EXPECT_EQ(info->has_alpha ? "1" : "0", file.row.at("has_alpha"));
    if (file.row.at("has_icc") != "") {
      EXPECT_EQ(info->color.icc.empty() ? "0" : "1", file.row.at("has_icc"));
    }
  }
  EXPECT_GE(opened, 89);
}

TEST(AvifConformance, PixelsAreWhatAvifdecGives) {
  LIMEN_NEEDS_DATA();
  ASSERT_EQ(std::system("command -v avifdec >/dev/null"), 0)
      << "avifdec is not installed: package libavif-bin";
  const Folder folder;
  int compared = 0;
  for (const ConformanceFile& file : conformance_files()) {
    SCOPED_TRACE(file.name);
    const auto info = probe(file.bytes);
    const auto container = scan_container(file.bytes);
    ASSERT_TRUE(container.has_value());
    const Bytes bytes = container->needs_mending ? mend_container(file.bytes) : file.bytes;
    // avifdec writes limited-range luma of 8 bits as it is, as if it were full-range.
    const bool is_gray8 = info && info->model == ColorModel::gray && info->bit_depth == 8;
    const auto reference = avifdec(folder, bytes, is_gray8 ? 16 : 8);
    const auto decoded = decode(file.bytes);
    ASSERT_EQ(decoded.has_value(), reference.has_value())
        << (decoded ? "" : decoded.error().message);
    if (!reference) continue;
    ++compared;
    Rect window = whole(reference->size());
    if (file.name.find("clap-basic-1_3x3-to-1x1") != std::string::npos) window = {1, 1, 1, 1};
    ASSERT_EQ(decoded->image.size(), size_of(window));
    EXPECT_EQ(decoded->image.size(), decoded->info.size);
    const int allowed = is_gray8 || decoded->info.bit_depth > 8 ? 1 : 0;
    EXPECT_LE(largest_difference(decoded->image, *reference, window), allowed);
  }
  EXPECT_GE(compared, 95);
}

TEST(AvifConformance, RegionsEqualTheWhole) {
  LIMEN_NEEDS_DATA();
  test::Random random(5);
  int compared = 0;
  for (const ConformanceFile& file : conformance_files()) {
    const auto info = probe(file.bytes);
    // Larger files add time and nothing new.
    if (!info || area(info->size) > 600'000) continue;
    SCOPED_TRACE(file.name);
    DecodeOptions options;
    options.keep_16_bit = random.below(2) == 0;
    const auto all = decode(file.bytes, options);
    if (!all) continue;
    ++compared;
    for (int i = 0; i < 3; ++i) {
      const auto below = [&](std::int32_t bound) {
        return static_cast<std::int32_t>(random.below(static_cast<std::uint32_t>(bound)));
      };
      Rect region;
      region.x = below(info->size.width);
      region.y = below(info->size.height);
      region.width = 1 + below(info->size.width - region.x);
      region.height = 1 + below(info->size.height - region.y);
      options.region = region;
      const auto part = decode(file.bytes, options);
      ASSERT_TRUE(part.has_value()) << part.error().message;
      ASSERT_EQ(part->image.size(), size_of(region));
      const ConstImageView expected = subview(all->image.view(), region);
      for (std::int32_t y = 0; y < region.height; ++y) {
        ASSERT_EQ(std::memcmp(part->image.view().row(y), expected.row(y),
                              row_bytes(expected.size, expected.format)),
                  0)
            << "row " << y << " of " << region.width << "x" << region.height << " at " << region.x
            << "," << region.y;
      }
    }
  }
  EXPECT_GT(compared, 40);
}

}  // namespace
}  // namespace limen
