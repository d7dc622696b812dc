// SPDX-License-Identifier: Apache-2.0

// The planar path: when it is taken, that its planes are what they should be, and how far it is
// from the way by RGB.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "limen/color/ycbcr.h"
#include "tests/color/profiles.h"
#include "tests/data.h"
#include "tests/pipeline/planar_fixture.h"
#include "tests/reference/resize_reference.h"

namespace limen::test {
namespace {

// ---- when

TEST(PlanarPath, IsTakenByReductionsToANamedQuality) {
  const Bytes source = jpeg_of(scene({120, 90}, rgb8).const_view(), kSamplings[0]);
  struct Wish {
    std::string query;
    float quality;
    Format format;
    bool is_planar;
    bool encodes_planes;
    ChromaSubsampling planes;
  };
  using enum ChromaSubsampling;
  const std::vector<Wish> wishes = {
      {"w=60", 80, Format::jpeg, true, true, yuv420},
      {"w=60", 90, Format::jpeg, true, true, yuv444},
      {"w=60", 95, Format::webp, true, true, yuv420},
      {"w=60&h=60", 80, Format::jpeg, true, true, yuv420},
      {"tl_px=11,7&br_px=80,70&w=30&r=90&flip=h", 80, Format::jpeg, true, true, yuv420},
      {"", 80, Format::jpeg, true, true, yuv420},
      {"w=60&sharp=1", 80, Format::jpeg, true, false, yuv444},
      {"w=60&radius=9", 80, Format::jpeg, true, false, yuv444},
      {"w=60&h=60&func=fit&bg_color=red", 80, Format::jpeg, true, false, yuv444},
      {"w=60", 80, Format::avif, true, false, yuv444},
      {"sharp=1", 80, Format::jpeg, false, false, automatic},  // full-size RGB is needed anyway
      {"w=60", 80, Format::png, false, false, automatic},
      {"w=60&trim=2", 80, Format::jpeg, false, false, automatic},
      {"w=60&r=8", 80, Format::jpeg, false, false, automatic},
  };
  for (const Wish& wish : wishes) {
    Recipe recipe = lossy(wish.query, wish.quality);
    recipe.format = wish.format;
    const Plan plan = planned(source, recipe);
    EXPECT_EQ(plan.path == PixelPath::planar_8, wish.is_planar) << wish.query;
    EXPECT_EQ(plan.encodes_planes, wish.encodes_planes) << wish.query;
    EXPECT_EQ(plan.planes, wish.planes) << wish.query;
  }
  const auto is_planar = [](const Bytes& file, const Recipe& recipe) {
    return planned(file, recipe).path == PixelPath::planar_8;
  };
  Recipe searching = lossy("w=60");
  searching.fidelity = Invisible{};
  EXPECT_FALSE(is_planar(source, searching));
  Recipe enlarging = lossy("w=130");
  enlarging.enlarge = true;
  EXPECT_FALSE(is_planar(source, enlarging));
  Recipe linear = lossy("w=60");
  linear.linear_light = true;
  EXPECT_FALSE(is_planar(source, linear));
  Recipe nearest = lossy("w=60");
  nearest.filter = Filter::nearest;
  EXPECT_FALSE(is_planar(source, nearest));
  Recipe lossless = lossy("w=60");
  lossless.format = Format::webp;
  lossless.fidelity = Lossless{};
  EXPECT_FALSE(is_planar(source, lossless));
  EXPECT_FALSE(is_planar(file_of(scene({120, 90}, rgb8).const_view(), Format::png), lossy("w=60")));
  EXPECT_FALSE(
      is_planar(file_of(scene({120, 90}, gray8).const_view(), Format::jpeg), lossy("w=60")));
}

TEST(PlanarPath, ColoursAreConvertedOnTheFewPixelsThatRemain) {
  Metadata metadata;
  metadata.icc = rgb_profile(kDisplayP3, 0, L"Display P3");
  const Bytes source = file_of(scene({120, 90}, rgb8).const_view(), Format::jpeg, metadata);
  Plan plan = planned(source, lossy("w=60"));
  EXPECT_EQ(plan.path, PixelPath::planar_8);
  EXPECT_FALSE(plan.encodes_planes);
  Recipe keeps = lossy("w=60");
  keeps.keep_profile = true;
  plan = planned(source, keeps);
  EXPECT_TRUE(plan.encodes_planes);
  EXPECT_TRUE(plan.keeps_profile);
}

TEST(PlanarPath, CodesChromaAsAnEncoderOfPixelsDoes) {
  const Image picture = scene({64, 48}, rgb8);
  const Bytes source = jpeg_of(picture.const_view(), kSamplings[2]);
  for (const Format format : {Format::jpeg, Format::webp}) {
    for (const float quality : {30.0f, 89.9f, 90.0f, 100.0f}) {
      for (const ChromaSubsampling chroma :
           {ChromaSubsampling::automatic, ChromaSubsampling::yuv444, ChromaSubsampling::yuv422,
            ChromaSubsampling::yuv420}) {
        if (format == Format::webp && chroma != ChromaSubsampling::automatic) continue;
        Recipe recipe = lossy("w=31", quality);
        recipe.format = format;
        recipe.chroma = chroma;
        ASSERT_TRUE(planned(source, recipe).encodes_planes);
        EncodeOptions options;
        options.format = format;
        options.mode = Quality{quality};
        options.chroma = chroma;
        const auto by_pixels = encode(picture.const_view(), options);
        ASSERT_TRUE(by_pixels.has_value());
        EXPECT_EQ(made(source, recipe).chroma, probe(*by_pixels)->subsampling) << quality;
      }
    }
  }
}

// ---- what

struct Point2 {
  double x = 0;
  double y = 0;
};

// Where a point of the upright picture lies in the stored one, whose sides these are. EXIF 2.32
// says where stored rows and columns go.
Point2 stored_point(Point2 at, double width, double height, Orientation orientation) {
  switch (orientation) {
    case Orientation::top_left:
      return at;
    case Orientation::top_right:
      return {width - at.x, at.y};
    case Orientation::bottom_right:
      return {width - at.x, height - at.y};
    case Orientation::bottom_left:
      return {at.x, height - at.y};
    case Orientation::left_top:
      return {at.y, at.x};
    case Orientation::right_top:
      return {at.y, height - at.x};
    case Orientation::right_bottom:
      return {width - at.y, height - at.x};
    case Orientation::left_bottom:
      return {width - at.y, at.x};
  }
  return at;
}

// Samples `first` to `end` - 1 of an axis, weighted about a point of it, their sum 1.
std::vector<double> weights_about(double center, double step, int first, int end, Filter filter) {
  std::vector<double> weights;
  double sum = 0;
  for (int k = first; k < end; ++k) {
    weights.push_back(reference_kernel(filter, (k + 0.5 - center) / std::max(step, 1.0)));
    sum += weights.back();
  }
  for (double& weight : weights) weight /= sum;
  return weights;
}

// One sample of a plane of the output, by the definition: the filter about the point of the stored
// plane under its centre, over the samples that the crop box touches. 0 to 255.
double expected_sample(const Plan& plan, const DecodedPlanar& whole, std::size_t plane, Point2 at,
                       Filter filter) {
  const Size size = whole.image.size();
  const Size full_chroma = chroma_size({8, 8}, whole.image.subsampling);
  const bool is_chroma = plane > 0;
  const double per_x = is_chroma ? 8.0 / full_chroma.width : 1;
  const double per_y = is_chroma ? 8.0 / full_chroma.height : 1;
  const double scale = whole.scale_eighths / 8.0;
  // The turned picture is the crop once turned: its stored sides are the crop's.
  Point2 point = stored_point(at, plan.crop.width, plan.crop.height, plan.turn);
  point = stored_point({point.x + plan.crop.x, point.y + plan.crop.y}, plan.stored.width,
                       plan.stored.height, plan.orientation);
  const Point2 a = stored_point({plan.crop.x * 1.0, plan.crop.y * 1.0}, plan.stored.width,
                                plan.stored.height, plan.orientation);
  const Point2 b =
      stored_point({plan.crop.x + plan.crop.width * 1.0, plan.crop.y + plan.crop.height * 1.0},
                   plan.stored.width, plan.stored.height, plan.orientation);
  const auto touched = [&](double from, double to, double per, int count) {
    const int first = static_cast<int>(std::floor(std::floor(std::min(from, to) * scale) / per));
    const int end = static_cast<int>(std::ceil(std::ceil(std::max(from, to) * scale) / per));
    return std::pair{first, std::min(end, count)};
  };
  const ConstImageView view = whole.image.planes[plane].const_view();
  const auto [left, right] = touched(a.x, b.x, per_x, view.size.width);
  const auto [top, bottom] = touched(a.y, b.y, per_y, view.size.height);
  double step_x = plan.fitted.source.width / plan.fitted.resized.width;
  double step_y = plan.fitted.source.height / plan.fitted.resized.height;
  if (swaps_sides(plan.orientation) != swaps_sides(plan.turn)) std::swap(step_x, step_y);
  const Size out = chroma_size({8, 8}, plan.planes);
  double out_x = is_chroma ? 8.0 / out.width : 1;
  double out_y = is_chroma ? 8.0 / out.height : 1;
  if (swaps_sides(plan.orientation) != swaps_sides(plan.turn)) std::swap(out_x, out_y);
  const auto across =
      weights_about(point.x * scale / per_x, step_x * out_x * scale / per_x, left, right, filter);
  const auto down =
      weights_about(point.y * scale / per_y, step_y * out_y * scale / per_y, top, bottom, filter);
  double sum = 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) {
      sum += across[static_cast<std::size_t>(x - left)] * down[static_cast<std::size_t>(y - top)] *
             view.row_as<std::uint8_t>(y)[x];
    }
  }
  EXPECT_LE(point.x * scale, size.width + 1e-6);
  return std::clamp(sum, 0.0, 255.0);
}

// Every plane within rounding of its definition.
void expect_exact(const Bytes& file, const Recipe& recipe) {
  const Reduced result = reduced(file, recipe);
  const Plan& plan = result.task.plan;
  DecodeOptions options;
  options.at_least = plan.at_least;
  options.accuracy = plan.at_least ? recipe.shrink : ShrinkAccuracy::exact;
  const auto whole = decode_planar(file, options);
  ASSERT_TRUE(whole.has_value());
  ASSERT_EQ(result.planes.size(), plan.output);
  const Fitted& fitted = plan.fitted;
  for (std::size_t p = 0; p < 3; ++p) {
    const Size size = p == 0 ? plan.output : chroma_size(plan.output, plan.planes);
    const ConstImageView view = result.planes.planes[p].const_view();
    ASSERT_EQ(view.size, size);
    const Size step = p == 0 ? Size{8, 8} : chroma_size({8, 8}, plan.planes);
    double largest = 0, mean = 0;
    for (std::int32_t y = 0; y < size.height; ++y) {
      for (std::int32_t x = 0; x < size.width; ++x) {
        const Point2 at{fitted.source.x +
                            (x + 0.5) * 8 / step.width * fitted.source.width / fitted.resized.width,
                        fitted.source.y + (y + 0.5) * 8 / step.height * fitted.source.height /
                                              fitted.resized.height};
        const double off = std::abs(expected_sample(plan, *whole, p, at, recipe.filter) -
                                    view.row_as<std::uint8_t>(y)[x]);
        largest = std::max(largest, off);
        mean += off / static_cast<double>(area(size));
      }
    }
    EXPECT_LT(largest, 0.7) << "plane " << p;
    EXPECT_LT(mean, area(size) > 100 ? 0.3 : 0.51) << "plane " << p;
  }
}

TEST(PlanarPath, EachPlaneIsTheFilterAboutTheRightPoint) {
  const Image picture = noise({53, 41}, rgb8);
  for (const Sampling& sampling : kSamplings) {
    for (std::uint16_t orientation = 1; orientation <= 8; ++orientation) {
      const Bytes file = jpeg_of(picture.const_view(), sampling, orientation);
      for (const std::string query :
           {"w=19", "w=24&h=17", "tl_px=7,5&br_px=38,40&w=15", "r=90&w=13", "flip=v&w=21"}) {
        for (const float quality : {80.0f, 95.0f}) {
          SCOPED_TRACE(std::string(sampling.name) + " " + query + ", orientation " +
                       std::to_string(orientation) + ", quality " + std::to_string(quality));
          expect_exact(file, lossy(query, quality));
        }
      }
    }
  }
}

TEST(PlanarPath, SoItIsBehindADecoderThatReduces) {
  const Image picture = noise({203, 171}, rgb8);
  for (const Sampling& sampling : kSamplings) {
    for (const std::uint16_t orientation : {1, 3, 6, 7}) {
      const Bytes file = jpeg_of(picture.const_view(), sampling, orientation);
      for (const std::string query :
           {"w=25", "tl_px=27,31&br_px=160,168&w=21&h=22", "r=270&w=19"}) {
        for (const ShrinkAccuracy shrink : {ShrinkAccuracy::fine, ShrinkAccuracy::coarse}) {
          SCOPED_TRACE(std::string(sampling.name) + " " + query + ", orientation " +
                       std::to_string(orientation));
          Recipe recipe = lossy(query);
          recipe.shrink = shrink;
          ASSERT_LT(planned(file, recipe).scale_eighths, 8);
          expect_exact(file, recipe);
        }
      }
    }
  }
}

// A decoder is asked for what a cover crop needs, and for nothing less.
TEST(PlanarPath, WhatLiesBesideACoverCropIsNotDecoded) {
  int narrowed = 0;
  for (const Size size : {Size{303, 83}, Size{83, 303}}) {
    const Image picture = noise(size, rgb8);
    for (const Sampling& sampling : kSamplings) {
      for (const std::uint16_t orientation : {1, 6}) {
        const Bytes file = jpeg_of(picture.const_view(), sampling, orientation);
        for (const std::string query :
             {"w=20&h=20", "w=31&h=29&gravity=southeast", "w=15&h=16&gravity=northwest",
              "tl_px=11,7&br_px=80,76&w=9&h=20&r=90"}) {
          for (const ShrinkAccuracy shrink : {ShrinkAccuracy::exact, ShrinkAccuracy::coarse}) {
            SCOPED_TRACE(std::string(sampling.name) + " " + query + ", orientation " +
                         std::to_string(orientation));
            Recipe recipe = lossy(query, 95);
            recipe.shrink = shrink;
            expect_exact(file, recipe);
            const Plan plan = planned(file, recipe);
            const Rect crop = unorient_rect(plan.crop, plan.stored, plan.orientation);
            if (plan.region.value_or(whole(plan.stored)) != crop) ++narrowed;
          }
        }
      }
    }
  }
  EXPECT_GT(narrowed, 80);
}

TEST(PlanarPath, RowsBelowACoverCropAreStillExamined) {
  const Bytes file = jpeg_of(noise({83, 403}, rgb8).const_view(), kSamplings[0]);
  const Recipe recipe = lossy("w=20&h=20");
  ASSERT_GT(planned(file, recipe).region->y, 0);
  EXPECT_TRUE(transform(file, recipe).has_value());
  const auto cut = transform(ByteView(file).first(file.size() * 9 / 10), recipe);
  ASSERT_FALSE(cut.has_value());
  EXPECT_EQ(cut.error().code, ErrorCode::truncated);
}

// Mitchell's filter aside, which is passed over where a side stays as it is.
TEST(PlanarPath, AnySizeAndFilterWorks) {
  for (const Size size : {Size{1, 1}, Size{2, 1}, Size{3, 5}, Size{17, 2}, Size{16, 16}}) {
    for (const Sampling& sampling : kSamplings) {
      const Bytes file = jpeg_of(noise(size, rgb8).const_view(), sampling);
      for (const Filter filter : {Filter::triangle, Filter::hermite, Filter::catmull_rom,
                                  Filter::lanczos2, Filter::lanczos3}) {
        for (std::int32_t width = 1; width <= size.width; width += 1 + width / 3) {
          SCOPED_TRACE(std::to_string(size.width) + " to " + std::to_string(width) + " " +
                       std::string(name(filter)) + " " + sampling.name);
          Recipe recipe = lossy("");
          recipe.width = width;
          recipe.filter = filter;
          expect_exact(file, recipe);
        }
      }
    }
  }
}

// ---- how far from RGB

// In dB, of luma and of colour.
struct Likeness {
  double luma = 0;
  double color = 0;
};

Likeness likeness(const ConstImageView& a, const Reference& b) {
  EXPECT_EQ(a.size, b.size);
  double of_luma = 0, of_color = 0;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      std::array<double, 3> off{};
      for (int c = 0; c < 3; ++c) {
        off[static_cast<std::size_t>(c)] = 255 * (get_sample(a, x, y, c) - b.at(x, y, c));
      }
      const double y_off = 0.299 * off[0] + 0.587 * off[1] + 0.114 * off[2];
      of_luma += y_off * y_off;
      of_color +=
          (std::pow((off[2] - y_off) / 1.772, 2) + std::pow((off[0] - y_off) / 1.402, 2)) / 2;
    }
  }
  const auto decibels = [&](double sum) {
    return 10 * std::log10(255.0 * 255 * static_cast<double>(area(a.size)) / std::max(sum, 1e-9));
  };
  return {decibels(of_luma), decibels(of_color)};
}

// The planar path's picture as RGB, and the float64 reference of the way by RGB.
Likeness beside_rgb(const Bytes& file, std::int32_t width) {
  Recipe recipe = lossy("sharp=1");  // so that planes become RGB
  recipe.width = width;
  const Reduced result = reduced(file, recipe);
  const auto rgb = rgb_of_planes(result.planes, {});
  EXPECT_TRUE(rgb.has_value());
  return likeness(rgb->const_view(),
                  resize_reference(pixels_of(file).const_view(), result.planes.size()));
}

TEST(PlanarPath, IsAsGoodAsTheWayByRgb) {
  for (const Sampling& sampling : kSamplings) {
    if (sampling.luma[0] == 4) continue;  // libjpeg repeats its chroma, which is no reference
    const Bytes file = jpeg_of(scene({641, 427}, rgb8).const_view(), sampling);
    for (const std::int32_t width : {583, 427, 320, 213, 101}) {
      const Likeness found = beside_rgb(file, width);
      EXPECT_GT(found.luma, 55) << sampling.name << " " << width;
      EXPECT_GT(found.color, 55) << sampling.name << " " << width;
    }
  }
}

TEST(PlanarPath, IsAsGoodOnPhotographs) {
  LIMEN_NEEDS_DATA();
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const std::string& name = row.at("file");
    if (name.find("kodak/") != 0) continue;
    const Image photo = pixels_of(read_file(data_folder() / "photos" / name));
    for (const Sampling& sampling : {kSamplings[0], kSamplings[1], kSamplings[2]}) {
      const Bytes file = jpeg_of(photo.const_view(), sampling);
      for (const std::int32_t width : {photo.size().width * 2 / 3, photo.size().width / 4}) {
        const Likeness found = beside_rgb(file, width);
        EXPECT_GT(found.luma, 55) << name << " " << sampling.name << " " << width;
        // What is left is how libjpeg interpolates chroma before anything is resampled.
        EXPECT_GT(found.color, 51) << name << " " << sampling.name << " " << width;
      }
    }
  }
}

TEST(PlanarPath, FilesShowWhatTheWayByRgbShows) {
  // A picture of plain colours at the ends of the range: wrong ranges and shifts show at once.
  const Image picture = make_picture({96, 64}, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    return ((x / 32 + 2 * (y / 32)) >> c) % 2 == 0 ? 0.0 : 1.0;
  });
  for (const Sampling& sampling : {kSamplings[0], kSamplings[2]}) {
    const Bytes jpeg = jpeg_of(picture.const_view(), sampling);
    EncodeOptions options;
    options.format = Format::webp;
    options.mode = Quality{95};
    const auto webp = encode(picture.const_view(), options);
    ASSERT_TRUE(webp.has_value());
    for (const Bytes& source : {jpeg, *webp}) {
      for (const Format format : {Format::jpeg, Format::webp}) {
        Recipe recipe = lossy("w=48", 95);
        recipe.format = format;
        ASSERT_TRUE(planned(source, recipe).encodes_planes);
        const Image shown = pixels_of(made(source, recipe).bytes);
        ASSERT_EQ(shown.size(), (Size{48, 32}));
        for (std::int32_t y = 8; y < 32; y += 16) {
          for (std::int32_t x = 8; x < 48; x += 16) {
            for (int c = 0; c < 3; ++c) {
              EXPECT_NEAR(255 * get_sample(shown.const_view(), x, y, c),
                          255 * get_sample(picture.const_view(), 2 * x, 2 * y, c), 6)
                  << name(format) << " " << x << "," << y << "," << c;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace limen::test
