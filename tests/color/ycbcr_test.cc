// SPDX-License-Identifier: Apache-2.0
#include "limen/color/ycbcr.h"

#include <gtest/gtest.h>
// jpeglib.h needs these before it.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
// After them.
#include <jpeglib.h>

#include <array>
#include <cmath>
#include <vector>

#include "tests/pictures.h"

namespace limen {
namespace {

constexpr YcbcrMatrix kMatrices[] = {YcbcrMatrix::bt601, YcbcrMatrix::bt709, YcbcrMatrix::bt2020};
constexpr YcbcrRange kRanges[] = {YcbcrRange::full, YcbcrRange::limited};

struct Exact {
  double kr, kb;
  double luma, chroma, offset;
};

Exact exact_of(YcbcrMatrix matrix, YcbcrRange range) {
  const bool full = range == YcbcrRange::full;
  const double kr = matrix == YcbcrMatrix::bt709    ? 0.2126
                    : matrix == YcbcrMatrix::bt2020 ? 0.2627
                                                    : 0.299;
  const double kb = matrix == YcbcrMatrix::bt709    ? 0.0722
                    : matrix == YcbcrMatrix::bt2020 ? 0.0593
                                                    : 0.114;
  return {kr, kb, full ? 1 : 219.0 / 255, full ? 1 : 224.0 / 255, full ? 0.0 : 16};
}

TEST(Ycbcr, FromRgbIsNearest) {
  for (const YcbcrMatrix matrix : kMatrices) {
    for (const YcbcrRange range : kRanges) {
      const auto k = ycbcr::coefficients(matrix, range);
      const Exact e = exact_of(matrix, range);
      double worst = 0;
      for (int r = 0; r < 256; r += 3) {
        for (int g = 0; g < 256; g += 5) {
          for (int b = 0; b < 256; b += 3) {
            const double y = e.kr * r + (1 - e.kr - e.kb) * g + e.kb * b;
            const double cb = std::min(255.0, (b - y) / (2 * (1 - e.kb)) * e.chroma + 128);
            const double cr = std::min(255.0, (r - y) / (2 * (1 - e.kr)) * e.chroma + 128);
            const auto got =
                ycbcr::from_rgb(k, static_cast<std::uint8_t>(r), static_cast<std::uint8_t>(g),
                                static_cast<std::uint8_t>(b));
            worst = std::max({worst, std::fabs(got[0] - (y * e.luma + e.offset)),
                              std::fabs(got[1] - cb), std::fabs(got[2] - cr)});
          }
        }
      }
      EXPECT_LT(worst, 0.51);
    }
  }
}

TEST(Ycbcr, ToRgbIsNearestAndInverse) {
  for (const YcbcrMatrix matrix : kMatrices) {
    for (const YcbcrRange range : kRanges) {
      const auto k = ycbcr::coefficients(matrix, range);
      const Exact e = exact_of(matrix, range);
      const auto clamped = [](double v) { return std::min(255.0, std::max(0.0, v)); };
      double worst = 0;
      for (int y = 0; y < 256; y += 3) {
        for (int cb = 0; cb < 256; cb += 5) {
          for (int cr = 0; cr < 256; cr += 3) {
            const double luma = (y - e.offset) / e.luma;
            const double b = luma + 2 * (1 - e.kb) * (cb - 128) / e.chroma;
            const double r = luma + 2 * (1 - e.kr) * (cr - 128) / e.chroma;
            const double g = (luma - e.kr * r - e.kb * b) / (1 - e.kr - e.kb);
            const auto got =
                ycbcr::to_rgb(k, static_cast<std::uint8_t>(y), static_cast<std::uint8_t>(cb),
                              static_cast<std::uint8_t>(cr));
            worst = std::max({worst, std::fabs(got[0] - clamped(r)), std::fabs(got[1] - clamped(g)),
                              std::fabs(got[2] - clamped(b))});
          }
        }
      }
      EXPECT_LT(worst, 0.51);
    }
  }
}

TEST(Ycbcr, NeutralHasNoChromaAndKeepsBlackAndWhite) {
  for (const YcbcrMatrix matrix : kMatrices) {
    for (const YcbcrRange range : kRanges) {
      const auto k = ycbcr::coefficients(matrix, range);
      for (int v = 0; v < 256; ++v) {
        const auto gray = static_cast<std::uint8_t>(v);
        const auto got = ycbcr::from_rgb(k, gray, gray, gray);
        EXPECT_EQ(got[1], 128);
        EXPECT_EQ(got[2], 128);
        const auto back = ycbcr::to_rgb(k, got[0], 128, 128);
        EXPECT_EQ(back[0], back[1]);
        EXPECT_EQ(back[1], back[2]);
        EXPECT_NEAR(back[0], v, range == YcbcrRange::full ? 0 : 1);
      }
      const bool full = range == YcbcrRange::full;
      EXPECT_EQ(ycbcr::from_rgb(k, 0, 0, 0)[0], full ? 0 : 16);
      EXPECT_EQ(ycbcr::from_rgb(k, 255, 255, 255)[0], full ? 255 : 235);
      EXPECT_EQ(ycbcr::to_rgb(k, full ? 255 : 235, 128, 128)[1], 255);
    }
  }
}

TEST(Ycbcr, ChangeOfRangeIsNearestAndComesBack) {
  using enum YcbcrRange;
  for (int v = 0; v < 256; ++v) {
    const auto sample = static_cast<std::uint8_t>(v);
    EXPECT_NEAR(ycbcr::change_range(sample, false, full, limited), v * 219 / 255.0 + 16, 0.5);
    EXPECT_NEAR(ycbcr::change_range(sample, true, full, limited), (v - 128) * 224 / 255.0 + 128,
                0.5);
    if (v >= 16 && v <= 235) {
      const auto wide = ycbcr::change_range(sample, false, limited, full);
      EXPECT_NEAR(wide, (v - 16) * 255 / 219.0, 0.5);
      EXPECT_EQ(ycbcr::change_range(wide, false, full, limited), v);
    }
  }
}

TEST(Ycbcr, RowsToLimitedRangeAreTheNearestToo) {
  using enum YcbcrRange;
  for (const bool is_chroma : {false, true}) {
    std::array<std::uint8_t, 257> row{};
    for (std::size_t v = 0; v < 256; ++v) row[v] = static_cast<std::uint8_t>(v);
    row[256] = 7;
    ycbcr::row_to_limited(row.data(), 256, is_chroma);
    for (std::size_t v = 0; v < 256; ++v) {
      const auto sample = static_cast<std::uint8_t>(v);
      EXPECT_EQ(row[v], ycbcr::change_range(sample, is_chroma, full, limited));
    }
    EXPECT_EQ(row[256], 7);  // behind the row
  }
}

struct JpegPicture {
  PlanarImage planes;
  Image rgb;
};

void write_jpeg(const ConstImageView& rgb, int h, int v, unsigned char** bytes,
                unsigned long* size) {
  jpeg_compress_struct jpeg;
  jpeg_error_mgr errors;
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, bytes, size);
  jpeg.image_width = static_cast<JDIMENSION>(rgb.size.width);
  jpeg.image_height = static_cast<JDIMENSION>(rgb.size.height);
  jpeg.input_components = 3;
  jpeg.in_color_space = JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  jpeg.comp_info[0].h_samp_factor = h;
  jpeg.comp_info[0].v_samp_factor = v;
  jpeg_start_compress(&jpeg, TRUE);
  for (std::int32_t y = 0; y < rgb.size.height; ++y) {
    JSAMPROW row = const_cast<JSAMPROW>(rgb.row_as<JSAMPLE>(y));
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
}

// The same file decoded by libjpeg to its planes, and to RGB.
JpegPicture read_jpeg(unsigned char* bytes, unsigned long size, ChromaSubsampling subsampling) {
  JpegPicture picture;
  for (const bool raw : {true, false}) {
    jpeg_decompress_struct jpeg;
    jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, bytes, size);
    jpeg_read_header(&jpeg, TRUE);
    jpeg.dct_method = JDCT_ISLOW;
    jpeg.raw_data_out = raw ? TRUE : FALSE;
    jpeg_start_decompress(&jpeg);
    const Size luma{static_cast<std::int32_t>(jpeg.output_width),
                    static_cast<std::int32_t>(jpeg.output_height)};
    if (raw) {
      picture.planes.subsampling = subsampling;
      // Room for whole blocks.
      std::array<std::vector<std::vector<JSAMPLE>>, 3> rows;
      std::array<std::vector<JSAMPROW>, 3> pointers;
      const int lines = jpeg.max_v_samp_factor * DCTSIZE;
      for (std::size_t c = 0; c < 3; ++c) {
        rows[c].assign(static_cast<std::size_t>(luma.height + 2 * lines),
                       std::vector<JSAMPLE>(static_cast<std::size_t>(luma.width) + 64));
      }
      for (int top = 0; top < luma.height; top += lines) {
        std::array<JSAMPARRAY, 3> arrays;
        for (std::size_t c = 0; c < 3; ++c) {
          const int factor = jpeg.comp_info[c].v_samp_factor;
          pointers[c].clear();
          for (int i = 0; i < factor * DCTSIZE; ++i) {
            pointers[c].push_back(
                rows[c][static_cast<std::size_t>(top * factor / jpeg.max_v_samp_factor + i)]
                    .data());
          }
          arrays[c] = pointers[c].data();
        }
        jpeg_read_raw_data(&jpeg, arrays.data(), static_cast<JDIMENSION>(lines));
      }
      for (std::size_t c = 0; c < 3; ++c) {
        const Size plane = c == 0 ? luma : chroma_size(luma, subsampling);
        picture.planes.planes[c] = test::make_picture(plane, gray8, [&](auto x, auto y, auto) {
          return rows[c][static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] / 255.0;
        });
      }
    } else {
      picture.rgb = test::make_picture(luma, rgb8, [](auto, auto, auto) { return 0; });
      while (jpeg.output_scanline < jpeg.output_height) {
        JSAMPROW row =
            picture.rgb.view().row_as<JSAMPLE>(static_cast<std::int32_t>(jpeg.output_scanline));
        jpeg_read_scanlines(&jpeg, &row, 1);
      }
    }
    jpeg_finish_decompress(&jpeg);
    jpeg_destroy_decompress(&jpeg);
  }
  return picture;
}

TEST(Ycbcr, PlanesToRgbEqualLibjpeg) {
  struct Case {
    ChromaSubsampling subsampling;
    int h, v;
  };
  for (const Case& c :
       {Case{ChromaSubsampling::yuv444, 1, 1}, Case{ChromaSubsampling::yuv422, 2, 1},
        Case{ChromaSubsampling::yuv420, 2, 2}}) {
    for (const Size size : {Size{64, 48}, Size{61, 37}, Size{7, 3}}) {
      const Image picture = test::noise(size, rgb8, 9);
      unsigned char* bytes = nullptr;
      unsigned long length = 0;
      write_jpeg(picture.view(), c.h, c.v, &bytes, &length);
      const JpegPicture jpeg = read_jpeg(bytes, length, c.subsampling);
      std::free(bytes);
      const auto rgb = rgb_from_planes(jpeg.planes);
      ASSERT_TRUE(rgb.has_value()) << rgb.error().message;
      for (std::int32_t y = 0; y < size.height; ++y) {
        for (std::int32_t x = 0; x < size.width * 3; ++x) {
          ASSERT_EQ(rgb->view().row_as<std::uint8_t>(y)[x],
                    jpeg.rgb.view().row_as<std::uint8_t>(y)[x])
              << name(c.subsampling) << " " << size.width << "x" << size.height << " at " << x
              << "," << y;
        }
      }
    }
  }
}

// Where a chroma sample of index i lies, in luma samples.
double position(std::int32_t i, int step, Siting siting) {
  return step == 1 ? i : 2 * i + (siting == Siting::centered ? 0.5 : 0);
}

// A chroma ramp has its own value at each sample's place, whatever the siting: getting the siting
// wrong shifts it by half a sample.
TEST(Ycbcr, SitingIsKept) {
  for (const ChromaSubsampling subsampling :
       {ChromaSubsampling::yuv420, ChromaSubsampling::yuv422, ChromaSubsampling::yuv440}) {
    for (const Siting h : {Siting::centered, Siting::cosited}) {
      for (const Siting v : {Siting::centered, Siting::cosited}) {
        const auto [columns, rows] = ycbcr::steps(subsampling);
        // Neutral luma and a blue that rises by 6 a column and 4 a row.
        const auto blue = [](double x, double y) { return 40 + 6 * x + 4 * y; };
        const Image picture = test::make_picture({20, 16}, rgb8, [&](auto x, auto y, int c) {
          return (c == 2 ? blue(x, y) : 128) / 255.0;
        });
        const auto planes = planes_from_rgb(
            picture.view(), {subsampling, h, v, YcbcrMatrix::bt601, YcbcrRange::full});
        ASSERT_TRUE(planes.has_value());
        const ConstImageView cb = planes->planes[1].view();
        for (std::int32_t y = 1; y + 1 < cb.size.height; ++y) {
          for (std::int32_t x = 1; x + 1 < cb.size.width; ++x) {
            const double b = blue(position(x, columns, h), position(y, rows, v));
            const double luma = 0.886 * 128 + 0.114 * b;
            EXPECT_NEAR(cb.row_as<std::uint8_t>(y)[x], (b - luma) / 1.772 + 128, 1.0);
          }
        }
        const auto back = rgb_from_planes(*planes);
        ASSERT_TRUE(back.has_value());
        for (std::int32_t y = 2; y + 2 < 16; ++y) {
          for (std::int32_t x = 2; x + 2 < 20; ++x) {
            for (int c = 0; c < 3; ++c) {
              EXPECT_NEAR(test::get_sample(back->view(), x, y, c) * 255,
                          test::get_sample(picture.view(), x, y, c) * 255, 3)
                  << name(subsampling) << " " << x << "," << y << " " << c;
            }
          }
        }
      }
    }
  }
}

TEST(Ycbcr, AlphaGrayAndOddSizes) {
  for (const Size size : {Size{1, 1}, Size{1, 5}, Size{5, 1}, Size{3, 3}, Size{16, 9}}) {
    const Image picture = test::noise(size, rgba8);
    for (const ChromaSubsampling subsampling :
         {ChromaSubsampling::yuv444, ChromaSubsampling::yuv422, ChromaSubsampling::yuv420,
          ChromaSubsampling::yuv440, ChromaSubsampling::gray}) {
      for (const Siting siting : {Siting::centered, Siting::cosited}) {
        YcbcrFormat format{subsampling, siting, siting};
        format.range = YcbcrRange::limited;
        const auto planes = planes_from_rgb(picture.view(), format);
        ASSERT_TRUE(planes.has_value());
        EXPECT_EQ(planes->has_chroma(), subsampling != ChromaSubsampling::gray);
        if (planes->has_chroma()) {
          EXPECT_EQ(planes->planes[1].size(), chroma_size(size, subsampling));
        }
        const auto back = rgb_from_planes(*planes);
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(back->size(), size);
        for (std::int32_t y = 0; y < size.height; ++y) {
          for (std::int32_t x = 0; x < size.width; ++x) {
            ASSERT_EQ(test::get_sample(back->view(), x, y, 3),
                      test::get_sample(picture.view(), x, y, 3));
            if (subsampling == ChromaSubsampling::yuv444) {
              for (int c = 0; c < 3; ++c) {
                ASSERT_NEAR(test::get_sample(back->view(), x, y, c) * 255,
                            test::get_sample(picture.view(), x, y, c) * 255, 2.5);
              }
            }
          }
        }
      }
    }
  }
}

TEST(Ycbcr, RangeOfAPicture) {
  const Image picture = test::scene({31, 17}, rgb8);
  auto planes = planes_from_rgb(picture.view(), {});
  const auto limited =
      planes_from_rgb(picture.view(), {.matrix = YcbcrMatrix::bt601, .range = YcbcrRange::limited});
  ASSERT_TRUE(planes.has_value() && limited.has_value());
  change_range(*planes, YcbcrRange::limited);
  EXPECT_EQ(planes->range, YcbcrRange::limited);
  for (std::size_t p = 0; p < 3; ++p) {
    const ConstImageView a = planes->planes[p].view();
    const ConstImageView b = limited->planes[p].view();
    for (std::int32_t y = 0; y < a.size.height; ++y) {
      for (std::int32_t x = 0; x < a.size.width; ++x) {
        ASSERT_NEAR(a.row_as<std::uint8_t>(y)[x], b.row_as<std::uint8_t>(y)[x], 1);
      }
    }
  }
}

TEST(Ycbcr, Refusals) {
  const Image gray = test::noise({4, 4}, gray8);
  EXPECT_FALSE(planes_from_rgb(gray.view(), {}).has_value());
  const Image deep = test::noise({4, 4}, rgb16);
  EXPECT_FALSE(planes_from_rgb(deep.view(), {}).has_value());
  const Image rgb = test::noise({4, 4}, rgb8);
  EXPECT_FALSE(planes_from_rgb(rgb.view(), {ChromaSubsampling::yuv411}).has_value());
  auto planes = planes_from_rgb(rgb.view(), {});
  ASSERT_TRUE(planes.has_value());
  planes->planes[2] = test::noise({4, 4}, gray8);
  const auto refused = rgb_from_planes(*planes);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(rgb_from_planes(PlanarImage{}).has_value());
}

}  // namespace
}  // namespace limen
