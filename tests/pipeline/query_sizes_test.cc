// SPDX-License-Identifier: Apache-2.0

// The query dialect row by row: sizes and fits.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/pipeline/query_row.h"

namespace limen {
namespace {

using test::all;
using test::check;
using test::kLarge;
using test::kSmall;
using test::QueryRow;

TEST(QueryTable, SizesAndFits) {
  const Rect large = all(kLarge);
  const Rect small = all(kSmall);
  const Rect square{200, 0, 1200, 1200};
  const std::string box = "width=400;height=400;enlarge=1";
  const std::vector<QueryRow> rows = {
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
  for (const QueryRow& row : rows) check(row);
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
