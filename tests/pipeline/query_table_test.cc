// SPDX-License-Identifier: Apache-2.0

// The query dialect row by row: what a query comes to on a source of a given size.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "limen/pipeline/cloudimage_query.h"
#include "limen/pipeline/plan.h"

namespace limen {
namespace {

constexpr Size kLarge{1600, 1200};
constexpr Size kSmall{400, 300};

struct Row {
  std::string query;
  Size source;
  Rect crop;    // the crop box, in source pixels
  Rect window;  // what of the cropped and turned picture the output shows
  Size output;
  std::string effect;  // the cache key without what every key has
  std::string steps;   // without decode, search and encode
};

Rect all(Size size) { return whole(size); }

std::string joined(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (word == "decode" || word == "search" || word == "encode") continue;
    line += (line.empty() ? "" : " ") + word;
  }
  return line;
}

void check(const Row& row) {
  SCOPED_TRACE(row.query + " on " + std::to_string(row.source.width) + "x" +
               std::to_string(row.source.height));
  const auto recipe = parse_cloudimage_query(row.query);
  ASSERT_TRUE(recipe.has_value()) << recipe.error().message;
  ImageInfo info;
  info.format = Format::jpeg;
  info.model = ColorModel::ycbcr;
  info.size = row.source;
  const auto planned = plan(info, *recipe);
  ASSERT_TRUE(planned.has_value()) << planned.error().message;
  EXPECT_EQ(planned->crop, row.crop);
  EXPECT_EQ(planned->fitted.crop, row.window)
      << planned->fitted.crop.x << "," << planned->fitted.crop.y << " "
      << planned->fitted.crop.width << "x" << planned->fitted.crop.height;
  EXPECT_EQ(planned->output, row.output) << planned->output.width << "x" << planned->output.height;
  EXPECT_EQ(joined(planned->steps), row.steps);
  const auto key = canonical(*recipe);
  ASSERT_TRUE(key.has_value());
  const std::string prefix = row.effect.empty() ? "limen=1" : "limen=1;" + row.effect;
  const bool names_quality = row.effect.find("fidelity=") != std::string::npos;
  const bool is_lossless = row.effect.find("format=png") != std::string::npos;
  const std::string fidelity = is_lossless ? ";fidelity=lossless" : ";fidelity=invisible";
  EXPECT_EQ(*key, names_quality ? prefix : prefix + fidelity);
}

TEST(QueryTable, SizesAndFits) {
  const Rect large = all(kLarge);
  const Rect small = all(kSmall);
  const Rect square{200, 0, 1200, 1200};
  const std::string box = "width=400;height=400;enlarge=1";
  const std::vector<Row> rows = {
      {"", kLarge, large, large, kLarge, "", ""},
      {"?", kLarge, large, large, kLarge, "", ""},
      {"w=800", kLarge, large, large, {800, 600}, "width=800;fit=inside;enlarge=1", "resize"},
      {"width=800", kLarge, large, large, {800, 600}, "width=800;fit=inside;enlarge=1", "resize"},
      {"?h=300", kLarge, large, large, {400, 300}, "height=300;fit=inside;enlarge=1", "resize"},
      {"height=300", kLarge, large, large, kSmall, "height=300;fit=inside;enlarge=1", "resize"},
      // One side: the other from the proportions, half up, at least 1.
      {"w=100",
       {1000, 333},
       all({1000, 333}),
       all({1000, 333}),
       {100, 33},
       "width=100;fit=inside;enlarge=1",
       "resize"},
      {"w=100",
       {1000, 335},
       all({1000, 335}),
       all({1000, 335}),
       {100, 34},
       "width=100;fit=inside;enlarge=1",
       "resize"},
      {"w=10",
       {1000, 1},
       all({1000, 1}),
       all({1000, 1}),
       {10, 1},
       "width=10;fit=inside;enlarge=1",
       "resize"},
      {"w=100&func=fit", kLarge, large, large, {100, 75}, "width=100;fit=inside", "resize"},
      {"func=cover&h=75",
       kLarge,
       large,
       large,
       {100, 75},
       "height=75;fit=inside;enlarge=1",
       "resize"},
      {"func=fit", kLarge, large, large, kLarge, "", ""},
      // crop, the default for two sides.
      {"w=400&h=400", kLarge, large, square, {400, 400}, box, "crop resize"},
      {"w=400&h=400&func=crop", kLarge, large, square, {400, 400}, box, "crop resize"},
      {"func=crop&h=400&w=400", kLarge, large, square, {400, 400}, box, "crop resize"},
      {"w=800&h=600", kLarge, large, large, {800, 600}, "width=800;height=600;enlarge=1", "resize"},
      {"w=800&h=300",
       kLarge,
       large,
       {0, 300, 1600, 600},
       {800, 300},
       "width=800;height=300;enlarge=1",
       "crop resize"},
      {"w=1600&h=600",
       kLarge,
       large,
       {0, 300, 1600, 600},
       {1600, 600},
       "width=1600;height=600;enlarge=1",
       "crop"},
      // fit pads, and enlarges only when told.
      {"w=500&h=500&func=fit",
       kLarge,
       large,
       large,
       {500, 500},
       "width=500;height=500;fit=contain",
       "resize pad"},
      {"w=500&h=500&func=fit",
       kSmall,
       small,
       small,
       {500, 500},
       "width=500;height=500;fit=contain",
       "pad"},
      {"w=500&h=500&func=fit&fit_enlarge=1",
       kSmall,
       small,
       small,
       {500, 500},
       "width=500;height=500;fit=contain;enlarge=1",
       "resize pad"},
      {"w=500&h=500&func=fit&fit_enlarge=1&org_if_sml=1",
       kSmall,
       small,
       small,
       {500, 500},
       "width=500;height=500;fit=contain",
       "pad"},
      {"w=400&h=300&func=fit", kSmall, small, small, kSmall, "width=400;height=300;fit=contain",
       ""},
      // cover distorts.
      {"w=500&h=500&func=cover",
       kLarge,
       large,
       large,
       {500, 500},
       "width=500;height=500;fit=fill;enlarge=1",
       "resize"},
      {"w=800&h=200&func=cover&org_if_sml=1",
       kSmall,
       small,
       small,
       {400, 200},
       "width=800;height=200;fit=fill",
       "resize"},
      // bound and boundmin.
      {"w=500&h=500&func=bound",
       kLarge,
       large,
       large,
       {500, 375},
       "width=500;height=500;fit=inside;enlarge=1",
       "resize"},
      {"w=800&h=800&func=bound",
       kSmall,
       small,
       small,
       {800, 600},
       "width=800;height=800;fit=inside;enlarge=1",
       "resize"},
      {"w=800&h=800&func=bound&org_if_sml=1", kSmall, small, small, kSmall,
       "width=800;height=800;fit=inside", ""},
      {"w=500&h=500&func=boundmin",
       kLarge,
       large,
       large,
       {667, 500},
       "width=500;height=500;fit=outside;enlarge=1",
       "resize"},
      {"w=800&h=800&func=boundmin&org_if_sml=1", kSmall, small, small, kSmall,
       "width=800;height=800;fit=outside", ""},
      // cropfit: crop what is large enough on both sides, fit the rest.
      {"w=400&h=400&func=cropfit",
       kLarge,
       large,
       square,
       {400, 400},
       "width=400;height=400;fit_if_smaller=contain",
       "crop resize"},
      {"w=400&h=300&func=cropfit", kSmall, small, small, kSmall,
       "width=400;height=300;fit_if_smaller=contain", ""},
      {"w=350&h=350&func=cropfit",
       kSmall,
       small,
       small,
       {350, 350},
       "width=350;height=350;fit_if_smaller=contain",
       "resize pad"},
      {"w=500&h=500&func=cropfit",
       kSmall,
       small,
       small,
       {500, 500},
       "width=500;height=500;fit_if_smaller=contain",
       "pad"},
      {"w=500&h=500&func=cropfit&fit_enlarge=1",
       kSmall,
       small,
       small,
       {500, 500},
       "width=500;height=500;fit_if_smaller=contain;enlarge=1",
       "resize pad"},
      // The dialect enlarges unless org_if_sml says no.
      {"w=800", kSmall, small, small, {800, 600}, "width=800;fit=inside;enlarge=1", "resize"},
      {"w=800&org_if_sml=1", kSmall, small, small, kSmall, "width=800;fit=inside", ""},
      {"w=800&org_if_sml=0",
       kSmall,
       small,
       small,
       {800, 600},
       "width=800;fit=inside;enlarge=1",
       "resize"},
      {"w=800&h=800",
       kSmall,
       small,
       {50, 0, 300, 300},
       {800, 800},
       "width=800;height=800;enlarge=1",
       "crop resize"},
      {"w=800&h=800&org_if_sml=1",
       kSmall,
       small,
       {50, 0, 300, 300},
       {300, 300},
       "width=800;height=800",
       "crop"},
      {"w=100&h=100&org_if_sml=1",
       kSmall,
       small,
       {50, 0, 300, 300},
       {100, 100},
       "width=100;height=100",
       "crop resize"},
      {"w=3&h=2", {1, 1}, all({1, 1}), all({1, 1}), {3, 2}, "width=3;height=2;enlarge=1", "resize"},
      {"w=30&org_if_sml=1", {1, 1}, all({1, 1}), all({1, 1}), {1, 1}, "width=30;fit=inside", ""},
      // dpr multiplies before anything is compared.
      {"w=400&dpr=2", kLarge, large, large, {800, 600}, "width=800;fit=inside;enlarge=1", "resize"},
      {"w=333&dpr=1.5",
       kLarge,
       large,
       large,
       {500, 375},
       "width=500;fit=inside;enlarge=1",
       "resize"},
      {"w=400&h=400&dpr=0.5",
       kLarge,
       large,
       square,
       {200, 200},
       "width=200;height=200;enlarge=1",
       "crop resize"},
      {"w=250&h=250&dpr=2&func=cropfit",
       kSmall,
       small,
       small,
       {500, 500},
       "width=500;height=500;fit_if_smaller=contain",
       "pad"},
  };
  for (const Row& row : rows) check(row);
}

TEST(QueryTable, CropBoxAndGravity) {
  const Rect large = all(kLarge);
  const std::string square = "width=400;height=400;enlarge=1";
  const std::string wide = "width=800;height=300;enlarge=1";
  const std::string tall = "crop=400,0,1600,1200;width=300;height=600;enlarge=1;gravity=";
  const auto at = [&](std::int32_t x) { return Rect{x, 0, 1200, 1200}; };
  const auto down = [&](std::int32_t y) { return Rect{0, y, 1600, 600}; };
  const Rect right{400, 0, 1200, 1200};
  const std::vector<Row> rows = {
      {"w=400&h=400&gravity=west",
       kLarge,
       large,
       at(0),
       {400, 400},
       square + ";gravity=west",
       "crop resize"},
      {"w=400&h=400&gravity=east",
       kLarge,
       large,
       at(400),
       {400, 400},
       square + ";gravity=east",
       "crop resize"},
      {"w=400&h=400&gravity=north",
       kLarge,
       large,
       at(200),
       {400, 400},
       square + ";gravity=north",
       "crop resize"},
      {"w=400&h=400&gravity=southeast",
       kLarge,
       large,
       at(400),
       {400, 400},
       square + ";gravity=southeast",
       "crop resize"},
      {"w=400&h=400&gravity=northwest",
       kLarge,
       large,
       at(0),
       {400, 400},
       square + ";gravity=northwest",
       "crop resize"},
      {"w=800&h=300&gravity=north",
       kLarge,
       large,
       down(0),
       {800, 300},
       wide + ";gravity=north",
       "crop resize"},
      {"w=800&h=300&gravity=southwest",
       kLarge,
       large,
       down(600),
       {800, 300},
       wide + ";gravity=southwest",
       "crop resize"},
      {"w=800&h=300&gravity=centre", kLarge, large, down(300), {800, 300}, wide, "crop resize"},
      {"w=800&h=300&gravity=center", kLarge, large, down(300), {800, 300}, wide, "crop resize"},
      // Focal points: in the middle as far as the edges allow.
      {"w=400&h=400&gravity=900,0",
       kLarge,
       large,
       at(300),
       {400, 400},
       square + ";gravity=900,0px",
       "crop resize"},
      {"w=400&h=400&gravity=400,600",
       kLarge,
       large,
       at(0),
       {400, 400},
       square + ";gravity=400,600px",
       "crop resize"},
      {"w=400&h=400&gravity=1600,1200",
       kLarge,
       large,
       at(400),
       {400, 400},
       square + ";gravity=1600,1200px",
       "crop resize"},
      {"w=400&h=400&gravity=55p,50p",
       kLarge,
       large,
       at(280),
       {400, 400},
       square + ";gravity=0.55,0.5c",
       "crop resize"},
      {"w=400&h=400&gravity=.55c,.5c",
       kLarge,
       large,
       at(280),
       {400, 400},
       square + ";gravity=0.55,0.5c",
       "crop resize"},
      {"w=400&h=400&gravity=55s,50s",
       kLarge,
       large,
       at(280),
       {400, 400},
       square + ";gravity=0.55,0.5s",
       "crop resize"},
      {"w=800&h=300&gravity=0p,50.5p",
       kLarge,
       large,
       down(306),
       {800, 300},
       wide + ";gravity=0,0.505c",
       "crop resize"},
      // Beside a crop box, source and resized picture are not the same.
      {"tl_px=400,0&br_px=1600,1200&w=300&h=600&gravity=50p,50p",
       kLarge,
       right,
       {100, 0, 600, 1200},
       {300, 600},
       tall + "0.5,0.5c",
       "crop crop resize"},
      {"tl_px=400,0&br_px=1600,1200&w=300&h=600&gravity=50s,50s",
       kLarge,
       right,
       {300, 0, 600, 1200},
       {300, 600},
       tall + "0.5,0.5s",
       "crop crop resize"},
      {"tl_px=400,0&br_px=1600,1200&w=300&h=600&gravity=800,1",
       kLarge,
       right,
       {100, 0, 600, 1200},
       {300, 600},
       tall + "800,1px",
       "crop crop resize"},
      {"tl_px=400,0&br_px=1600,1200&w=300&h=600&gravity=0,0",
       kLarge,
       right,
       {0, 0, 600, 1200},
       {300, 600},
       tall + "0,0px",
       "crop crop resize"},
      // The crop box alone, one corner alone, with a size.
      {"tl_px=900,0&br_px=1300,600",
       kLarge,
       {900, 0, 400, 600},
       all({400, 600}),
       {400, 600},
       "crop=900,0,1300,600",
       "crop"},
      {"br_px=10,10&tl_px=9,9",
       kLarge,
       {9, 9, 1, 1},
       all({1, 1}),
       {1, 1},
       "crop=9,9,10,10",
       "crop"},
      {"tl_px=100,200",
       kLarge,
       {100, 200, 1500, 1000},
       all({1500, 1000}),
       {1500, 1000},
       "crop=100,200",
       "crop"},
      {"tl_px=0,0", kLarge, large, large, kLarge, "", ""},
      {"w=300&br_px=890,560",
       kLarge,
       {0, 0, 890, 560},
       all({890, 560}),
       {300, 189},
       "crop=0,0,890,560;width=300;fit=inside;enlarge=1",
       "crop resize"},
      {"w=200&tl_px=900,0&br_px=1300,600",
       kLarge,
       {900, 0, 400, 600},
       all({400, 600}),
       {200, 300},
       "crop=900,0,1300,600;width=200;fit=inside;enlarge=1",
       "crop resize"},
      {"w=490&h=170&tl_px=310,70&br_px=1550,580&func=fit",
       kLarge,
       {310, 70, 1240, 510},
       all({1240, 510}),
       {490, 170},
       "crop=310,70,1550,580;width=490;height=170;fit=contain",
       "crop resize pad"},
  };
  for (const Row& row : rows) check(row);
}

TEST(QueryTable, TurnsLooksAndFiles) {
  const Rect large = all(kLarge);
  const Rect turned = all({1200, 1600});
  const std::string mark = "mark=(name=logo.png";
  const std::vector<Row> rows = {
      // Counter-clockwise; the picture is fitted once turned.
      {"r=90", kLarge, large, turned, {1200, 1600}, "rotate=90", "turn"},
      {"r=-90", kLarge, large, turned, {1200, 1600}, "rotate=270", "turn"},
      {"r=180", kLarge, large, large, kLarge, "rotate=180", "turn"},
      {"r=360", kLarge, large, large, kLarge, "", ""},
      {"r=90&w=300",
       kLarge,
       large,
       turned,
       {300, 400},
       "rotate=90;width=300;fit=inside;enlarge=1",
       "turn resize"},
      {"r=90&w=300&h=300&gravity=north",
       kLarge,
       large,
       {0, 0, 1200, 1200},
       {300, 300},
       "rotate=90;width=300;height=300;enlarge=1;gravity=north",
       "turn crop resize"},
      // The source's right edge is at the top after a quarter turn counter-clockwise.
      {"r=90&w=300&h=300&gravity=1600,600",
       kLarge,
       large,
       {0, 0, 1200, 1200},
       {300, 300},
       "rotate=90;width=300;height=300;enlarge=1;gravity=1600,600px",
       "turn crop resize"},
      {"r=-90&w=300&h=300&gravity=1600,600",
       kLarge,
       large,
       {0, 400, 1200, 1200},
       {300, 300},
       "rotate=270;width=300;height=300;enlarge=1;gravity=1600,600px",
       "turn crop resize"},
      {"flip=h&w=300&h=300&gravity=0c,0c",
       kLarge,
       large,
       {400, 0, 1200, 1200},
       {300, 300},
       "flip=1;width=300;height=300;enlarge=1;gravity=0,0c",
       "turn crop resize"},
      {"r=45", kLarge, large, all({1980, 1980}), {1980, 1980}, "rotate=45", "rotate"},
      {"r=45&bg_color=transparent",
       kLarge,
       large,
       all({1980, 1980}),
       {1980, 1980},
       "rotate=45;background=00000000",
       "rotate matte"},
      {"flip=h", kLarge, large, large, kLarge, "flip=1", "turn"},
      {"flip=v", kLarge, large, large, kLarge, "rotate=180;flip=1", "turn"},
      {"flip=hv", kLarge, large, large, kLarge, "rotate=180", "turn"},
      {"flip=hv&r=180", kLarge, large, large, kLarge, "", ""},
      {"trim=10", kLarge, large, large, kLarge, "trim=10", "trim"},
      {"radius=20", kLarge, large, large, kLarge, "radius=20", "round_corners matte"},
      {"radius=20&dpr=2&force_format=png", kLarge, large, large, kLarge, "radius=40;format=png",
       "round_corners"},
      {"radius=20&force_format=png&bg_color=fff", kLarge, large, large, kLarge,
       "radius=20;background=ffffffff;format=png", "round_corners matte"},
      {"sharp=1", kLarge, large, large, kLarge, "sharpen=1,1,0", "sharpen"},
      {"sharp=0.5&w=800",
       kLarge,
       large,
       large,
       {800, 600},
       "width=800;fit=inside;enlarge=1;sharpen=1,0.5,0",
       "resize sharpen"},
      {"sharp=0", kLarge, large, large, kLarge, "", ""},
      {"blur=2.5", kLarge, large, large, kLarge, "blur=2.5", "blur"},
      {"blur=0", kLarge, large, large, kLarge, "", ""},
      {"grey=1", kLarge, large, large, kLarge, "greyscale=1", "adjust"},
      {"gray=1", kLarge, large, large, kLarge, "greyscale=1", "adjust"},
      {"grey=0", kLarge, large, large, kLarge, "", ""},
      {"q=55", kLarge, large, large, kLarge, "fidelity=q55", ""},
      {"q=100", kLarge, large, large, kLarge, "fidelity=q100", ""},
      {"q=invisible", kLarge, large, large, kLarge, "fidelity=invisible", ""},
      {"q=flicker-proof&force_format=avif", kLarge, large, large, kLarge,
       "format=avif;fidelity=flicker-proof", ""},
      {"force_format=webp", kLarge, large, large, kLarge, "format=webp", ""},
      {"force_format=jpg", kLarge, large, large, kLarge, "format=jpeg", ""},
      {"force_format=original", kLarge, large, large, kLarge, "", ""},
      {"bg_color=%23fff", kLarge, large, large, kLarge, "background=ffffffff", ""},
      {"bg_color=%23FA0", kLarge, large, large, kLarge, "background=ffaa00ff", ""},
      {"bg_colour=b6d6f0", kLarge, large, large, kLarge, "background=b6d6f0ff", ""},
      {"bg_color=01020380", kLarge, large, large, kLarge, "background=01020380", ""},
      {"bg_color=Teal", kLarge, large, large, kLarge, "background=008080ff", ""},
      {"wat=1&wat_url=logo.png", kLarge, large, large, kLarge, mark + ")", "overlay"},
      {"wat=0&wat_url=logo.png", kLarge, large, large, kLarge, "", ""},
      {"wat=1&wat_url=my%20logo%2Cb", kLarge, large, large, kLarge, "mark=(name=my%20logo%2Cb)",
       "overlay"},
      {"wat=1&wat_url=logo.png&wat_gravity=southeast&wat_opacity=.5", kLarge, large, large, kLarge,
       mark + ";at=southeast;opacity=0.5)", "overlay"},
      {"wat=1&wat_url=logo.png&wat_gravity=25p,75p", kLarge, large, large, kLarge,
       mark + ";at=0.25,0.75c)", "overlay"},
      {"wat=1&wat_url=logo.png&wat_scale=50", kLarge, large, large, kLarge, mark + ";scale=0.5)",
       "overlay"},
      {"wat=1&wat_url=logo.png&wat_scale=25p", kLarge, large, large, kLarge,
       mark + ";of_output=0.25)", "overlay"},
      {"wat=1&wat_url=logo.png&wat_pad=8", kLarge, large, large, kLarge, mark + ";pad_x=8;pad_y=8)",
       "overlay"},
      {"wat=1&wat_url=logo.png&wat_pad=8,5p&dpr=2", kLarge, large, large, kLarge,
       mark + ";pad_x=16;pad_y=0.05c)", "overlay"},
      {"wat=1&wat_url=logo.png&wat_opacity=0", kLarge, large, large, kLarge, "", ""},
      {"w=200&h=100&func=crop&gravity=south&q=70&force_format=avif&sharp=0.8&dpr=1",
       kLarge,
       large,
       {0, 400, 1600, 800},
       {200, 100},
       "width=200;height=100;enlarge=1;gravity=south;sharpen=1,0.8,0;format=avif;fidelity=q70",
       "crop resize sharpen"},
  };
  for (const Row& row : rows) check(row);
}

TEST(QueryTable, WhereThePictureStandsOnItsCanvas) {
  struct Placed {
    std::string query;
    Size source;
    Size resized;
    Point position;
  };
  const std::vector<Placed> rows = {
      {"w=500&h=500&func=fit", kLarge, {500, 375}, {0, 62}},
      {"w=500&h=500&func=fit&gravity=north", kLarge, {500, 375}, {0, 0}},
      {"w=500&h=500&func=fit&gravity=southeast", kLarge, {500, 375}, {0, 125}},
      {"w=500&h=500&func=fit", kSmall, {400, 300}, {50, 100}},
      {"w=500&h=500&func=fit&gravity=southwest", kSmall, {400, 300}, {0, 200}},
      {"w=500&h=500&func=fit&gravity=east&fit_enlarge=1", kSmall, {500, 375}, {0, 62}},
      {"w=500&h=250&func=cropfit", {600, 200}, {500, 167}, {0, 41}},
  };
  for (const Placed& row : rows) {
    SCOPED_TRACE(row.query);
    const auto recipe = parse_cloudimage_query(row.query);
    ASSERT_TRUE(recipe.has_value()) << recipe.error().message;
    ImageInfo info;
    info.size = row.source;
    const auto planned = plan(info, *recipe);
    ASSERT_TRUE(planned.has_value()) << planned.error().message;
    EXPECT_EQ(planned->fitted.resized, row.resized);
    EXPECT_EQ(planned->fitted.position, row.position)
        << planned->fitted.position.x << "," << planned->fitted.position.y;
  }
}

}  // namespace
}  // namespace limen
