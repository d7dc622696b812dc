// SPDX-License-Identifier: Apache-2.0

// Turning a JPEG without loss. The oracle is the definition: the planes that the coefficients stand
// for, by an inverse DCT in double, turned as pictures are.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numbers>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/rewrite.h"
#include "limen/compose/orient.h"
#include "tests/codec/jpeg_fixture.h"
#include "tests/pictures.h"

namespace limen {
namespace {

constexpr Orientation kTurns[] = {Orientation::top_right,   Orientation::bottom_right,
                                  Orientation::bottom_left, Orientation::left_top,
                                  Orientation::right_top,   Orientation::right_bottom,
                                  Orientation::left_bottom};

struct Plane {
  int width = 0;
  int height = 0;
  std::vector<double> samples;
  double at(int x, int y) const { return samples[static_cast<std::size_t>(y * width + x)]; }
};

// A quarter of c(u) c(v) cos cos (T.81, A.3.3), as a table of one direction.
double basis(int x, int u) {
  const double scale = u == 0 ? std::numbers::sqrt2 / 4 : 0.5;
  return scale * std::cos((2 * x + 1) * u * std::numbers::pi / 16);
}

// One plane for each component, of the samples that belong to the picture.
std::vector<Plane> exact_planes(const Bytes& file) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct state;
  state.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&state);
  jpeg_mem_src(&state, reinterpret_cast<const unsigned char*>(file.data()),
               static_cast<unsigned long>(file.size()));
  jpeg_read_header(&state, TRUE);
  jvirt_barray_ptr* arrays = jpeg_read_coefficients(&state);
  std::vector<Plane> planes;
  for (int c = 0; c < state.num_components; ++c) {
    const jpeg_component_info& component = state.comp_info[c];
    const auto part = [](JDIMENSION side, int factor, int most) {
      return (static_cast<int>(side) * factor + most - 1) / most;
    };
    Plane plane;
    plane.width = part(state.image_width, component.h_samp_factor, state.max_h_samp_factor);
    plane.height = part(state.image_height, component.v_samp_factor, state.max_v_samp_factor);
    plane.samples.resize(static_cast<std::size_t>(plane.width * plane.height));
    for (JDIMENSION by = 0; by < component.height_in_blocks; ++by) {
      JBLOCKROW row = state.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&state),
                                                    arrays[c], by, 1, FALSE)[0];
      for (JDIMENSION bx = 0; bx < component.width_in_blocks; ++bx) {
        std::array<double, 64> columns{};
        for (int y = 0; y < 8; ++y) {
          for (int u = 0; u < 8; ++u) {
            for (int v = 0; v < 8; ++v) {
              const int k = 8 * v + u;
              columns[static_cast<std::size_t>(8 * y + u)] +=
                  basis(y, v) * row[bx][k] * component.quant_table->quantval[k];
            }
          }
        }
        for (int y = 0; y < 8; ++y) {
          for (int x = 0; x < 8; ++x) {
            const int to_x = static_cast<int>(bx) * 8 + x, to_y = static_cast<int>(by) * 8 + y;
            if (to_x >= plane.width || to_y >= plane.height) continue;
            double sum = 0;
            for (int u = 0; u < 8; ++u) {
              sum += basis(x, u) * columns[static_cast<std::size_t>(8 * y + u)];
            }
            plane.samples[static_cast<std::size_t>(to_y * plane.width + to_x)] = sum;
          }
        }
      }
    }
    planes.push_back(std::move(plane));
  }
  jpeg_destroy_decompress(&state);
  return planes;
}

// Where the stored sample of an upright one lies, in EXIF's words for the eight orientations.
double stored_sample(const Plane& plane, Orientation orientation, int x, int y) {
  const int right = plane.width - 1, bottom = plane.height - 1;
  switch (orientation) {
    case Orientation::top_left:
      return plane.at(x, y);
    case Orientation::top_right:
      return plane.at(right - x, y);
    case Orientation::bottom_right:
      return plane.at(right - x, bottom - y);
    case Orientation::bottom_left:
      return plane.at(x, bottom - y);
    case Orientation::left_top:
      return plane.at(y, x);
    case Orientation::right_top:
      return plane.at(y, bottom - x);
    case Orientation::right_bottom:
      return plane.at(right - y, bottom - x);
    case Orientation::left_bottom:
      return plane.at(right - y, x);
  }
  return 0;
}

void expect_turned(const Bytes& file, const Bytes& turned, Orientation orientation) {
  const std::vector<Plane> before = exact_planes(file);
  const std::vector<Plane> after = exact_planes(turned);
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t c = 0; c < before.size(); ++c) {
    const bool swaps = swaps_sides(orientation);
    ASSERT_EQ(after[c].width, swaps ? before[c].height : before[c].width);
    ASSERT_EQ(after[c].height, swaps ? before[c].width : before[c].height);
    double largest = 0;
    for (int y = 0; y < after[c].height; ++y) {
      for (int x = 0; x < after[c].width; ++x) {
        largest = std::max(
            largest, std::fabs(after[c].at(x, y) - stored_sample(before[c], orientation, x, y)));
      }
    }
    EXPECT_LT(largest, 1e-6) << "component " << c;
  }
}

PixelFormat pixels_of(const test::JpegFixture& fixture) {
  return fixture.pixels == JCS_GRAYSCALE ? gray8 : fixture.pixels == JCS_CMYK ? cmyk8 : rgb8;
}

TEST(RewriteTurn, CoefficientsAreThoseOfTheTurnedPicture) {
  for (const test::JpegFixture& fixture : test::jpeg_varieties()) {
    // 96 and 64: whole MCUs of every sampling.
    const Bytes file = test::make_jpeg(test::scene({96, 64}, pixels_of(fixture)).view(), fixture);
    const auto before = probe(file);
    ASSERT_TRUE(before);
    for (const Orientation orientation : kTurns) {
      SCOPED_TRACE(fixture.name + " " + std::to_string(static_cast<int>(orientation)));
      const auto turned = rewrite(file, {.orientation = orientation});
      ASSERT_TRUE(turned) << turned.error().message;
      expect_turned(file, *turned, orientation);
      const auto after = probe(*turned);
      ASSERT_TRUE(after);
      EXPECT_EQ(after->size, upright_size(before->size, orientation));
      EXPECT_EQ(after->model, before->model);
      EXPECT_EQ(after->is_arithmetic, before->is_arithmetic);
      EXPECT_EQ(after->is_progressive, before->is_progressive);
    }
  }
}

TEST(RewriteTurn, SidesThatAreNotMirroredMayEndAnywhere) {
  test::JpegFixture fixture;
  const auto turned = [&](Size size, Orientation orientation) {
    const Bytes file = test::make_jpeg(test::scene(size, rgb8).view(), fixture);
    auto result = rewrite(file, {.orientation = orientation});
    if (result) expect_turned(file, *result, orientation);
    return result;
  };
  for (const auto& sampling : {std::array<int, 2>{2, 2}, {2, 1}, {1, 1}}) {
    fixture.sampling = {{sampling, {1, 1}, {1, 1}}};
    EXPECT_TRUE(turned({37, 29}, Orientation::left_top));
    EXPECT_TRUE(turned({48, 29}, Orientation::top_right));
    EXPECT_TRUE(turned({48, 29}, Orientation::left_bottom));
    EXPECT_TRUE(turned({37, 32}, Orientation::bottom_left));
    EXPECT_TRUE(turned({37, 32}, Orientation::right_top));
    EXPECT_TRUE(turned({1, 1}, Orientation::left_top));
    for (const Orientation orientation : {Orientation::top_right, Orientation::bottom_right,
                                          Orientation::right_bottom, Orientation::left_bottom}) {
      const auto refused = turned({37, 32}, orientation);
      ASSERT_FALSE(refused);
      EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
      EXPECT_THAT(refused.error().message, testing::HasSubstr("lose pixels"));
    }
  }
  // 24 is three blocks of luma, but one and a half of a halved chroma.
  fixture.sampling = {{{2, 1}, {1, 1}, {1, 1}}};
  EXPECT_FALSE(turned({24, 8}, Orientation::top_right));
  EXPECT_TRUE(turned({24, 8}, Orientation::bottom_left));
  fixture.sampling = {{{1, 1}, {1, 1}, {1, 1}}};
  EXPECT_TRUE(turned({24, 8}, Orientation::top_right));
}

TEST(RewriteTurn, FourQuarterTurnsGiveTheCoefficientsBack) {
  test::JpegFixture fixture;
  fixture.sampling = {{{2, 2}, {1, 1}, {1, 1}}};
  Bytes file = test::make_jpeg(test::scene({64, 48}, rgb8).view(), fixture);
  const Bytes first = file;
  for (int i = 0; i < 4; ++i) {
    auto turned = rewrite(file, {.orientation = Orientation::right_top});
    ASSERT_TRUE(turned) << turned.error().message;
    file = *std::move(turned);
  }
  const auto before = decode(first);
  const auto after = decode(file);
  ASSERT_TRUE(before && after);
  EXPECT_EQ(std::memcmp(before->image.view().row(0), after->image.view().row(0), 64 * 3), 0);
  for (std::int32_t y = 0; y < 48; ++y) {
    ASSERT_EQ(std::memcmp(before->image.view().row(y), after->image.view().row(y), 64 * 3), 0);
  }
}

TEST(RewriteTurn, DamageIsAnError) {
  Bytes file = test::make_jpeg(test::noise({64, 64}, rgb8).view(), {});
  file.resize(file.size() * 2 / 3);
  const auto cut = rewrite(file, {.orientation = Orientation::left_top});
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::truncated);
}

// All there up to a whole scan, and an end: decoders show that, smoothed.
TEST(RewriteTurn, AProgressiveFileThatStopsEarlyIsRefused) {
  test::JpegFixture fixture;
  fixture.is_progressive = true;
  Bytes file = test::make_jpeg(test::scene({64, 64}, rgb8).view(), fixture);
  const std::byte mark[] = {std::byte{0xFF}, std::byte{0xDA}};
  const auto last = std::find_end(file.begin(), file.end(), std::begin(mark), std::end(mark));
  file.erase(last, file.end() - 2);
  ASSERT_TRUE(decode(file));
  EXPECT_TRUE(rewrite(file, {}));
  const auto refused = rewrite(file, {.orientation = Orientation::left_top});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("leave open"));
}

struct Difference {
  int largest = 0;
  double mean = 0;
};

Difference difference_of(const ConstImageView& a, const ConstImageView& b) {
  EXPECT_EQ(a.size, b.size);
  EXPECT_EQ(a.format, b.format);
  Difference difference;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    const auto* left = a.row_as<std::uint8_t>(y);
    const auto* right = b.row_as<std::uint8_t>(y);
    for (std::size_t i = 0; i < row_bytes(a.size, a.format); ++i) {
      const int now = std::abs(left[i] - right[i]);
      difference.largest = std::max(difference.largest, now);
      difference.mean += now;
    }
  }
  difference.mean /=
      static_cast<double>(row_bytes(a.size, a.format)) * static_cast<double>(a.size.height);
  return difference;
}

// Decoders round inside the inverse DCT and where they interpolate chroma, and neither commutes
// with every turn: what rewrite() promises of the pixels.
TEST(RewriteTurn, PixelsDifferByRoundingAlone) {
  for (test::JpegFixture fixture : test::jpeg_varieties()) {
    SCOPED_TRACE(fixture.name);
    fixture.quality = 100;
    const Image image = test::noise({192, 128}, pixels_of(fixture));
    const Bytes file = test::make_jpeg(image.view(), fixture);
    const auto stored = decode(file);
    ASSERT_TRUE(stored);
    const ImageInfo& info = stored->info;
    const bool is_direct = info.model == ColorModel::gray || info.model == ColorModel::rgb ||
                           info.model == ColorModel::cmyk;
    // Interpolated down the columns alone, libjpeg-turbo rounds the two rows in two ways.
    const bool is_lopsided = info.subsampling == ChromaSubsampling::yuv440 ||
                             fixture.name.find("2x2_2x1_1x2") != std::string::npos;
    for (const Orientation orientation : kTurns) {
      SCOPED_TRACE(static_cast<int>(orientation));
      const auto turned = rewrite(file, {.orientation = orientation});
      ASSERT_TRUE(turned) << turned.error().message;
      const auto seen = decode(*turned);
      const auto wanted = orient(stored->image.view(), orientation);
      ASSERT_TRUE(seen && wanted);
      const Difference difference = difference_of(seen->image.view(), wanted->view());
      if (orientation == Orientation::bottom_left && !is_lopsided) {
        EXPECT_EQ(difference.largest, 0);
      }
      EXPECT_LE(difference.largest, is_direct ? 1 : 5);
      EXPECT_LE(difference.mean, 0.5);
    }
  }
}

}  // namespace
}  // namespace limen
