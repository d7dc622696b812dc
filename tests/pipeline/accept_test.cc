// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/accept.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace limen {
namespace {

constexpr Format kJpeg = Format::jpeg;
constexpr Format kPng = Format::png;
constexpr Format kWebp = Format::webp;
constexpr Format kAvif = Format::avif;
constexpr std::optional<Format> kNone = std::nullopt;

struct Case {
  std::string_view header;
  std::vector<Format> allowed;
  std::optional<Format> picked;
};

TEST(PickFormat, Table) {
  const std::vector<Format> best_first = {kAvif, kWebp, kJpeg, kPng};
  const std::vector<Case> cases = {
      // What browsers send for an <img>.
      {"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8", best_first, kAvif},
      {"image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5", best_first, kAvif},
      {"image/webp,image/apng,image/*,*/*;q=0.8", best_first, kWebp},
      {"image/webp,*/*", best_first, kWebp},
      {"image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5", best_first, kPng},
      // A wildcard is no promise of a modern format.
      {"*/*", best_first, kJpeg},
      {"image/*", best_first, kJpeg},
      {"*/*", {kAvif, kWebp}, kNone},
      {"", best_first, kJpeg},
      {"   ", {kPng, kJpeg}, kPng},
      {"", {kAvif}, kNone},
      // Quality values decide before the caller's order.
      {"image/avif;q=0.5,image/webp;q=0.9", best_first, kWebp},
      {"image/avif;q=0.5, image/webp;q=0.5", best_first, kAvif},
      {"image/avif;q=0.500, image/webp;q=0.501", best_first, kWebp},
      {"image/jpeg;q=0.2,image/*;q=0.1", {kPng, kJpeg}, kJpeg},
      {"image/webp;q=1.000", best_first, kWebp},
      // The caller's order decides among equals.
      {"image/jpeg,image/png", {kPng, kJpeg}, kPng},
      {"image/jpeg,image/png", {kJpeg, kPng}, kJpeg},
      // The most specific range holds, wherever it stands.
      {"image/png;q=0,*/*", {kPng, kJpeg}, kJpeg},
      {"*/*,image/png;q=0", {kPng}, kNone},
      {"image/*;q=0,*/*", {kJpeg, kPng}, kNone},
      {"image/jpeg;q=0.1,image/*;q=0.9", {kJpeg, kPng}, kPng},
      {"image/avif;q=0,image/webp", best_first, kWebp},
      // Case, blanks, parameters, and a misspelling that is common.
      {"IMAGE/WebP ; Q=0.7 , image/jpeg;q=0.6", best_first, kWebp},
      {"image/avif;level=\"1,2;q=0\";q=0.4,image/jpeg;q=0.3", best_first, kAvif},
      {"image/jpg", {kPng, kJpeg}, kJpeg},
      // What cannot be read never wins and never harms the rest.
      {"image/avif;q=fast,image/webp", best_first, kWebp},
      {"image/avif;q=2,image/webp;q=0.1", best_first, kWebp},
      {"image/avif;q=-1,image/webp;q=0.1", best_first, kWebp},
      {"image/avif;q=0.1234,image/webp;q=0.1", best_first, kWebp},
      {"image/avif;q=1.001,image/webp;q=0.1", best_first, kWebp},
      {",,;;=,image/webp,", best_first, kWebp},
      {"\"unclosed,image/webp", best_first, kNone},
      {"text/html", best_first, kNone},
      {"image/avif", {kJpeg, kPng}, kNone},
      {"image/jpeg", {}, kNone},
      {"image/web", best_first, kNone},
      {"image/webpp", best_first, kNone},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(pick_format(each.header, each.allowed), each.picked) << '"' << each.header << '"';
  }
}

TEST(PickFormat, NamesTheTypeOfEachFormat) {
  for (const Format format : {kJpeg, kPng, kWebp, kAvif}) {
    const std::array<Format, 1> only = {format};
    EXPECT_EQ(pick_format(mime_type(format), only), format);
  }
}

}  // namespace
}  // namespace limen
