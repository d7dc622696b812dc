// SPDX-License-Identifier: Apache-2.0

// What the query dialect refuses, and how. What it means is in query_table_test.cc.

#include "limen/pipeline/cloudimage_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace limen {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct Refusal {
  std::string query;
  std::string says;
};

TEST(CloudimageQuery, NamesWhatItCannotRead) {
  const std::vector<Refusal> refusals = {
      {"foo=1", "unknown key 'foo'"},
      {"W=1", "unknown key 'W'"},
      {"w=100&resize=1", "allowed: w h func"},
      {"w", "w=: the value is missing"},
      {"w=", "w=: the value is missing"},
      {"=5", "a key is missing"},
      {"&", "a key is missing"},
      {"w=1&", "ends with '&'"},
      {"w=1&&h=1", "a key is missing"},
      {"%zz=1", "cannot be percent-decoded"},
      {"w=1&w=2", "w=2: the key is given twice"},
      {"w=1&width=1", "given twice"},
      {"bg_color=red&bg_colour=red", "given twice"},
      {"grey=1&gray=1", "given twice"},
      {"w=0", "w=0: allowed: a whole number from 1 to 65535"},
      {"w=-5", "w=-5"},
      {"w=65536", "w=65536"},
      {"w=2147483648", "w=2147483648"},
      {"w=99999999999999999999999", "whole number"},
      {"w=NaN", "w=NaN"},
      {"w=1e3", "w=1e3"},
      {"w=1.5", "w=1.5"},
      {"w=+5", "w= 5"},
      {"w=0x10", "w=0x10"},
      {"w= 5", "w= 5"},
      {"h=-1", "h=-1"},
      {"func=stretch", "func=stretch: allowed: crop, fit, cover"},
      {"func=CROP", "func=CROP"},
      {"fit_enlarge=yes", "fit_enlarge=yes: allowed: 0 or 1"},
      {"org_if_sml=2", "org_if_sml=2"},
      {"gravity=up", "gravity=up: allowed: north"},
      {"gravity=10", "gravity=10"},
      {"gravity=10,", "gravity=10,"},
      {"gravity=1,2,3", "gravity=1,2,3"},
      {"gravity=101p,0p", "gravity=101p,0p"},
      {"gravity=10p,10", "gravity=10p,10"},
      {"gravity=1.1c,0c", "gravity=1.1c,0c"},
      {"gravity=-1,5", "gravity=-1,5"},
      {"gravity=nan,nan", "gravity=nan,nan"},
      {"gravity=p,p", "gravity=p,p"},
      {"tl_px=1", "tl_px=1"},
      {"tl_px=-1,0", "tl_px=-1,0"},
      {"tl_px=1.5,0", "tl_px=1.5,0"},
      {"br_px=a,b", "br_px=a,b"},
      {"tl_px=10,10&br_px=10,20", "br_px=10,20: must lie right of and below tl_px"},
      {"br_px=0,0", "br_px=0,0"},
      {"trim=256", "trim=256"},
      {"trim=1.5", "trim=1.5"},
      {"wat=yes", "wat=yes"},
      {"wat=1", "wat=1: needs wat_url"},
      {"wat_url=x", "wat_url: needs wat=1"},
      {"wat_opacity=0.5", "wat_opacity: needs wat=1"},
      {"wat=1&wat_url=", "wat_url=: the value is missing"},
      {"wat=1&wat_url=x&wat_gravity=10,10", "wat_gravity=10,10"},
      {"wat=1&wat_url=x&wat_scale=0", "wat_scale=0"},
      {"wat=1&wat_url=x&wat_scale=101", "wat_scale=101"},
      {"wat=1&wat_url=x&wat_scale=p", "wat_scale=p"},
      {"wat=1&wat_url=x&wat_pad=-4", "wat_pad=-4"},
      {"wat=1&wat_url=x&wat_pad=1,2,3", "wat_pad=1,2,3"},
      {"wat=1&wat_url=x&wat_pad=101p", "wat_pad=101p"},
      {"wat=1&wat_url=x&wat_opacity=1.1", "wat_opacity=1.1"},
      {"wat=1&wat_url=x&wat_opacity=nan", "wat_opacity=nan"},
      {"r=361", "r=361"},
      {"r=ninety", "r=ninety"},
      {"r=1e2", "r=1e2"},
      {"r=.", "r=."},
      {"r=1.2.3", "r=1.2.3"},
      {"r=--1", "r=--1"},
      {"flip=x", "flip=x: allowed: h, v or hv"},
      {"flip=hh", "flip=hh"},
      {"radius=-1", "radius=-1"},
      {"radius=max", "radius=max"},
      {"sharp=11", "sharp=11"},
      {"blur=0.1", "blur=0.1"},
      {"blur=101", "blur=101"},
      {"blur=inf", "blur=inf"},
      {"grey=true", "grey=true"},
      {"q=0", "q=0: allowed: a whole number from 1 to 100"},
      {"q=101", "q=101"},
      {"q=80.5", "q=80.5"},
      {"q=high", "q=high: allowed: a whole number from 1 to 100, invisible or flicker-proof"},
      {"q=Invisible", "q=Invisible"},
      {"force_format=gif", "force_format=gif: allowed: jpeg, png, webp, avif or original"},
      {"force_format=JPEG", "force_format=JPEG"},
      {"dpr=0", "dpr=0"},
      {"dpr=11", "dpr=11"},
      {"dpr=-1", "dpr=-1"},
      {"dpr=nan", "dpr=nan"},
      {"bg_color=%", "'%' must be followed"},
      {"bg_color=%2", "'%' must be followed"},
      {"bg_color=%gg", "'%' must be followed"},
      {"bg_color=12345", "bg_color=12345"},
      {"bg_color=#ffff", "bg_color=#ffff"},
      {"bg_color=ggg", "bg_color=ggg"},
      {"bg_color=chartreuse-ish", "bg_color=chartreuse-ish"},
      {"bg_color=#", "bg_color=#"},
  };
  for (const Refusal& refusal : refusals) {
    const auto recipe = parse_cloudimage_query(refusal.query);
    ASSERT_FALSE(recipe.has_value()) << refusal.query;
    EXPECT_EQ(recipe.error().code, ErrorCode::invalid_argument) << refusal.query;
    EXPECT_THAT(recipe.error().message, HasSubstr(refusal.says)) << refusal.query;
  }
}

TEST(CloudimageQuery, WhatIsUnderstoodButNotDoneIsUnsupportedByName) {
  for (const std::string query : {"gravity=auto", "gravity=smart", "gravity=face", "func=face",
                                  "force_format=auto", "bg_color=auto"}) {
    const auto recipe = parse_cloudimage_query("w=10&" + query);
    ASSERT_FALSE(recipe.has_value()) << query;
    EXPECT_EQ(recipe.error().code, ErrorCode::unsupported) << query;
    EXPECT_THAT(recipe.error().message, HasSubstr(query));
  }
}

TEST(CloudimageQuery, MessagesStayOneShortLine) {
  const std::string nasty = "w=" + std::string(100'000, 'x') + "\n\x1b[31m";
  const std::vector<std::string> queries = {nasty, "\n\r\x01=1", std::string(100'000, 'k') + "=1",
                                            "w=1%0A%00\x80"};
  for (const std::string& query : queries) {
    const auto recipe = parse_cloudimage_query(query);
    ASSERT_FALSE(recipe.has_value());
    EXPECT_LT(recipe.error().message.size(), 400u);
    for (const char c : recipe.error().message) EXPECT_TRUE(c >= ' ' && c <= '~');
  }
}

TEST(CloudimageQuery, EveryPrefixOfAQueryEndsInARecipeOrAnError) {
  const std::string query =
      "?w=800&h=600&func=cropfit&gravity=12.5p,50p&tl_px=1,2&br_px=300,400&trim=10&wat=1&"
      "wat_url=a%20b&wat_gravity=southeast&wat_scale=20p&wat_pad=3,4p&wat_opacity=.5&r=-12.5&"
      "flip=hv&radius=9&sharp=1&blur=2&grey=1&q=70&force_format=webp&dpr=1.5&bg_color=%23fff8ee";
  for (std::size_t length = 0; length <= query.size(); ++length) {
    const auto recipe = parse_cloudimage_query(query.substr(0, length));
    if (recipe) {
      EXPECT_TRUE(validate(*recipe).has_value()) << query.substr(0, length);
    } else {
      EXPECT_EQ(recipe.error().code, ErrorCode::invalid_argument);
      EXPECT_THAT(recipe.error().message, Not(HasSubstr("\n")));
    }
  }
  EXPECT_TRUE(parse_cloudimage_query(query).has_value());
}

}  // namespace
}  // namespace limen
