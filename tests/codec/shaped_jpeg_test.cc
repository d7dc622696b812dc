// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/shaped.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "lib/codec/jpeg/quant_table.h"
#include "limen/codec/decode.h"
#include "limen/core/simd_target.h"
#include "tests/data.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

constexpr LevelChoice kChoices[] = {LevelChoice::rounded, LevelChoice::weighed};

bool same_pixels(const ConstImageView& a, const ConstImageView& b) {
  if (a.size != b.size || a.format != b.format) return false;
  for (std::int32_t y = 0; y < a.size.height; ++y) {
    if (std::memcmp(a.row(y), b.row(y), row_bytes(a.size, a.format)) != 0) return false;
  }
  return true;
}

Bytes bytes_of(const ConstImageView& view) {
  Bytes bytes;
  for (std::int32_t y = 0; y < view.size.height; ++y) {
    const auto* row = reinterpret_cast<const std::byte*>(view.row(y));
    bytes.insert(bytes.end(), row, row + row_bytes(view.size, view.format));
  }
  return bytes;
}

std::unique_ptr<ShapedTrials> start(const ConstImageView& picture, const EncodeOptions& options,
                                    const Shaping& shaping) {
  auto trials = start_shaped_jpeg_trials(picture, options, shaping, {});
  EXPECT_TRUE(trials.has_value());
  return trials.has_value() ? *std::move(trials) : nullptr;
}

void expect_exact(ShapedTrials& trials, int setting, const std::string& what) {
  const auto shown = trials.show(setting);
  ASSERT_TRUE(shown.has_value()) << what;
  const auto file = trials.finish(setting);
  ASSERT_TRUE(file.has_value()) << what << ": " << file.error().message;
  const auto decoded = decode(*file);
  ASSERT_TRUE(decoded.has_value()) << what;
  EXPECT_TRUE(same_pixels(*shown, decoded->image.view())) << what << " at setting " << setting;
}

std::vector<float> some_weights(const ShapedTrials& trials, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> weights(area(trials.blocks()));
  for (float& weight : weights) weight = static_cast<float>(0.2 + 3 * random.unit());
  return weights;
}

TEST(ShapedJpeg, ShowsWhatADecoderShowsAtEverySmallSize) {
  for (std::int32_t height = 1; height <= 33; ++height) {
    for (std::int32_t width = 1; width <= 33; ++width) {
      const Size size{width, height};
      const auto seed = static_cast<std::uint64_t>(64 * width + height);
      const Image picture =
          (width + height) % 2 == 0 ? noise(size, rgb8, seed) : scene(size, rgb8, seed);
      const std::string what = std::to_string(width) + "x" + std::to_string(height);
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        for (const LevelChoice choice : kChoices) {
          const auto trials =
              start(picture.view(), {.effort = 1, .chroma = chroma}, {.choice = choice});
          ASSERT_NE(trials, nullptr);
          const int setting = (37 * width + 101 * height) % trials->count();
          expect_exact(*trials, setting, what);
          ASSERT_TRUE(trials->weigh(some_weights(*trials, seed)).has_value());
          expect_exact(*trials, setting, what + " weighed");
        }
      }
      const Image gray = noise(size, gray8, seed);
      const auto trials = start(gray.view(), {.effort = 2}, {});
      ASSERT_NE(trials, nullptr);
      expect_exact(*trials, (31 * width + height) % trials->count(), what + " gray");
    }
  }
}

TEST(ShapedJpeg, IsTheSameOnEveryTarget) {
  const Size size{301, 157};
  const Image pictures[] = {
      noise(size, rgb8),      zone_plate(size, rgb8),
      hard_edges(size, rgb8), scene(size, rgb8),
      scene(size, gray8),     make_picture(size, rgb8, [](auto, auto, auto) { return 0.3; })};
  for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    for (const LevelChoice choice : kChoices) {
      for (const bool is_graphic : {false, true}) {
        std::vector<Bytes> first;
        for (const std::string& target : simd_targets()) {
          ASSERT_TRUE(force_simd_target(target).has_value());
          std::vector<Bytes> files;
          for (const Image& picture : pictures) {
            const auto trials = start(picture.view(), {.effort = 4, .chroma = chroma},
                                      {.choice = choice, .is_graphic = is_graphic});
            ASSERT_NE(trials, nullptr);
            for (const int setting : {0, 250, 420, trials->count() - 1}) {
              expect_exact(*trials, setting, target);
              files.push_back(*trials->finish(setting));
            }
          }
          if (first.empty())
            first = std::move(files);
          else
            EXPECT_TRUE(first == files) << target;
        }
      }
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

// What is asked for before changes nothing.
TEST(ShapedJpeg, ChoosesTheSameInAnyOrder) {
  const Image picture = scene({200, 150}, rgb8);
  for (const LevelChoice choice : kChoices) {
    const EncodeOptions options{.chroma = ChromaSubsampling::yuv420};
    const auto once = start(picture.view(), options, {.choice = choice});
    const auto often = start(picture.view(), options, {.choice = choice});
    ASSERT_TRUE(once != nullptr && often != nullptr);
    for (const int setting : {100, 400, 393, 407, 500}) {
      ASSERT_TRUE(often->show(setting).has_value());
      ASSERT_TRUE(often->compare_bytes(setting - 5).has_value());
    }
    const auto weights = some_weights(*once, 3);
    ASSERT_TRUE(once->weigh(weights).has_value() && often->weigh(weights).has_value());
    const auto moved = often->show(410);
    ASSERT_TRUE(moved.has_value());
    const Bytes pixels = bytes_of(*moved);
    EXPECT_TRUE(*once->finish(400) == *often->finish(400));
    EXPECT_TRUE(pixels == bytes_of(*once->show(410)));
    EXPECT_TRUE(*once->finish(410) == *often->finish(410));
  }
}

double squared_error(const ConstImageView& a, const ConstImageView& b, std::int32_t first,
                     std::int32_t end) {
  double sum = 0;
  for (std::int32_t y = first; y < end; ++y) {
    for (std::int32_t x = 0; x < a.size.width; ++x) {
      for (int c = 0; c < a.format.channels(); ++c) {
        const double d = get_sample(a, x, y, c) - get_sample(b, x, y, c);
        sum += d * d;
      }
    }
  }
  return sum;
}

TEST(ShapedJpeg, SparesBlocksThatWeighMore) {
  const Image picture = zone_plate({128, 128}, rgb8);
  const auto trials = start(picture.view(), {.chroma = ChromaSubsampling::yuv444}, {});
  ASSERT_NE(trials, nullptr);
  ASSERT_EQ(trials->blocks(), (Size{16, 16}));
  std::vector<float> weights(256);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = i < 128 ? 5.f : 0.2f;
  ASSERT_TRUE(trials->weigh(weights).has_value());
  const auto shown = trials->show(350);
  ASSERT_TRUE(shown.has_value());
  const double upper = squared_error(*shown, picture.const_view(), 0, 64);
  const double lower = squared_error(*shown, picture.const_view(), 64, 128);
  std::reverse(weights.begin(), weights.end());
  ASSERT_TRUE(trials->weigh(weights).has_value());
  const auto turned = trials->show(350);
  ASSERT_TRUE(turned.has_value());
  EXPECT_LT(1.2 * upper, squared_error(*turned, picture.const_view(), 0, 64));
  EXPECT_GT(lower, 1.2 * squared_error(*turned, picture.const_view(), 64, 128));
}

// An aim that is moved by the difference from another picture is that picture's.
TEST(ShapedJpeg, AimsWhereItIsTold) {
  const Size size{40, 24};
  const Image flat = make_picture(size, gray8, [](auto, auto, auto) { return 0.5; });
  for (const LevelChoice choice : kChoices) {
    const auto trials = start(flat.view(), {}, {.choice = choice});
    ASSERT_NE(trials, nullptr);
    ASSERT_EQ(trials->blocks(), (Size{5, 3}));
    // The third block of the second row 20 brighter.
    std::vector<float> moves(15 * 64);
    moves[(5 + 2) * 64] = 8 * 20;
    ASSERT_TRUE(trials->move_aims({moves, {}, {}}).has_value());
    const int finest = trials->count() - 1;
    const auto shown = trials->show(finest);
    ASSERT_TRUE(shown.has_value());
    for (std::int32_t y = 0; y < size.height; ++y) {
      for (std::int32_t x = 0; x < size.width; ++x) {
        const bool is_moved = x / 8 == 2 && y / 8 == 1;
        ASSERT_NEAR(shown->row_as<std::uint8_t>(y)[x], is_moved ? 148 : 128, 1);
      }
    }
    expect_exact(*trials, finest, "moved");
    ASSERT_TRUE(trials->move_aims({}).has_value());
    EXPECT_NEAR(trials->show(finest)->row_as<std::uint8_t>(12)[20], 128, 1);
  }
}

TEST(ShapedJpeg, TakesWildAims) {
  Random random(4);
  const Image picture = noise({48, 48}, rgb8);
  for (const LevelChoice choice : kChoices) {
    const auto trials =
        start(picture.view(), {.chroma = ChromaSubsampling::yuv444}, {.choice = choice});
    ASSERT_NE(trials, nullptr);
    std::vector<float> moves(36 * 64);
    for (float& move : moves) move = static_cast<float>(200 * random.unit() - 100);
    ASSERT_TRUE(trials->move_aims({moves, moves, moves}).has_value());
    for (const int setting : {0, 300, trials->count() - 1}) expect_exact(*trials, setting, "wild");
    moves[7] = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(trials->move_aims({moves, {}, {}}).error().code, ErrorCode::invalid_argument);
  }
}

// By what is shown, of gray pixels, whose coefficients' errors are the pixels' but for rounding.
TEST(ShapedJpeg, ReadsTheErrorsOfBlocks) {
  const Image picture = scene({64, 40}, gray8);
  const auto trials = start(picture.view(), {}, {});
  ASSERT_NE(trials, nullptr);
  std::vector<float> errors(40);
  EXPECT_EQ(trials->read_errors(errors).error().code, ErrorCode::invalid_argument);
  const auto shown = trials->show(0);
  ASSERT_TRUE(shown.has_value());
  ASSERT_TRUE(trials->read_errors(errors).has_value());
  // Steps are from 50 to 255 here: the pixels' squared error lies between.
  for (std::size_t b = 0; b < errors.size(); ++b) {
    double sum = 0;
    for (std::size_t i = 0; i < 64; ++i) {
      const auto x = static_cast<std::int32_t>(b % 8 * 8 + i % 8);
      const auto y = static_cast<std::int32_t>(b / 8 * 8 + i / 8);
      const double d = 255 * (get_sample(*shown, x, y, 0) - get_sample(picture.view(), x, y, 0));
      sum += d * d;
    }
    EXPECT_GT(errors[b], 0.7 * sum / (255 * 255)) << b;
    EXPECT_LT(errors[b], 1.5 * sum / (20 * 20)) << b;
  }
  // It is the shown setting's, whatever was asked in between.
  std::vector<float> again(40);
  ASSERT_TRUE(trials->estimate_bytes(300).has_value());
  ASSERT_TRUE(trials->finish(500).has_value());
  ASSERT_TRUE(trials->read_errors(again).has_value());
  EXPECT_EQ(errors, again);
  ASSERT_TRUE(trials->show(500).has_value());
  ASSERT_TRUE(trials->read_errors(again).has_value());
  EXPECT_NE(errors, again);
  ASSERT_TRUE(trials->weigh(std::vector<float>(40, 1.f)).has_value());
  EXPECT_EQ(trials->read_errors(again).error().code, ErrorCode::invalid_argument);
}

TEST(ShapedJpeg, SharesChromasErrorsOut) {
  // Luma is 0.5 everywhere but for rounding: what errs is chroma.
  const Image picture = make_picture({32, 32}, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    const double blue = x < 16 && y < 16 && (x + y) % 4 < 2 ? 0.4 : 0.0;
    return c == 2 ? 0.5 + blue : c == 1 ? 0.5 - 0.114 / 0.587 * blue : 0.5;
  });
  const auto trials = start(picture.view(), {.chroma = ChromaSubsampling::yuv420}, {});
  ASSERT_NE(trials, nullptr);
  ASSERT_TRUE(trials->show(100).has_value());
  std::vector<float> errors(16);
  ASSERT_TRUE(trials->read_errors(errors).has_value());
  EXPECT_GT(errors[0], 0.001);
  for (const std::size_t b : {1u, 4u, 5u}) EXPECT_NEAR(errors[b] / errors[0], 1, 0.2);
  for (const std::size_t b : {2u, 10u, 15u}) EXPECT_LT(errors[b], 0.2 * errors[0]);
}

// Bytes of a file without those that only keep bytes of ones in its scans from being markers.
double bytes_without_stuffing(const Bytes& file) {
  std::size_t stuffed = 0;
  for (std::size_t i = 0; i + 1 < file.size(); ++i) {
    stuffed += file[i] == std::byte{0xFF} && file[i + 1] == std::byte{0} ? 1 : 0;
  }
  return static_cast<double>(file.size() - stuffed);
}

TEST(ShapedJpeg, EstimatesTheSizeOfTheFile) {
  Metadata metadata;
  metadata.exif = Bytes(600, std::byte{'e'});
  for (const Size size : {Size{1, 1}, Size{17, 33}, Size{520, 390}}) {
    for (const PixelFormat format : {gray8, rgb8}) {
      const Image picture = scene(size, format);
      for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
        for (const int effort : {0, 1, 4}) {
          for (const LevelChoice choice : kChoices) {
            const auto trials =
                start(picture.view(), {.effort = effort, .chroma = chroma, .metadata = metadata},
                      {.choice = choice});
            ASSERT_NE(trials, nullptr);
            for (const int setting : {0, 300, 500, trials->count() - 1}) {
              const auto estimate = trials->estimate_bytes(setting);
              const auto file = trials->finish(setting);
              ASSERT_TRUE(file.has_value() && estimate.has_value() && estimate->has_value());
              const double unstuffed = bytes_without_stuffing(*file);
              const auto guessed = static_cast<double>(**estimate);
              // What searched scans save is told by some rows.
              const double doubt = effort < 4 ? 0 : 0.02;
              EXPECT_GE(guessed, unstuffed * (1 - doubt) - 2);
              EXPECT_LE(guessed, unstuffed * (1.0035 + doubt) + 16)
                  << size.width << " effort " << effort << " setting " << setting;
            }
          }
        }
      }
    }
  }
}

TEST(ShapedJpeg, EstimatesSearchedScansOfDrawings) {
  // Bars of few colours among flat ones.
  const Image picture = make_picture({500, 700}, rgb8, [](std::int32_t x, std::int32_t y, int c) {
    const bool is_text = x % 160 < 110;
    return is_text && (x * 7 / 3 + y / 9 * 5) % 11 < 4 ? 0.1 + 0.2 * c : 0.95;
  });
  for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    for (const int effort : {1, 4}) {
      const auto trials =
          start(picture.view(), {.effort = effort, .chroma = chroma}, {.is_graphic = true});
      ASSERT_NE(trials, nullptr);
      for (const int setting : {200, 400}) {
        const auto estimate = trials->estimate_bytes(setting);
        const auto file = trials->finish(setting);
        ASSERT_TRUE(file.has_value() && estimate.has_value() && estimate->has_value());
        EXPECT_NEAR(static_cast<double>(**estimate) / static_cast<double>(file->size()), 1, 0.02)
            << effort << " at " << setting;
        expect_exact(*trials, setting, "drawn");
      }
    }
  }
}

TEST(ShapedJpeg, GetsLargerAndBetterUpTheLadder) {
  const Image picture = scene({256, 192}, rgb8);
  for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    for (const LevelChoice choice : kChoices) {
      const auto trials = start(picture.view(), {.chroma = chroma}, {.choice = choice});
      ASSERT_NE(trials, nullptr);
      double bytes = 0;
      double error = 1e30;
      for (int setting = 100; setting < trials->count(); setting += 60) {
        const auto file = trials->finish(setting);
        ASSERT_TRUE(file.has_value());
        EXPECT_GT(static_cast<double>(file->size()), bytes);
        bytes = static_cast<double>(file->size());
        const double now =
            squared_error(*trials->show(setting), picture.const_view(), 0, picture.size().height);
        EXPECT_LT(now, error);
        error = now;
      }
    }
  }
}

// Searched scans are other bytes of the same picture, and not more of them: where one sequential
// scan takes fewer the file has that.
TEST(ShapedJpeg, SearchesScansOfEveryShape) {
  constexpr std::size_t kSmall = 60'000;
  std::size_t sequential = 0, searched = 0;
  int smaller = 0, equal = 0;
  for (const Size size : {Size{1, 1}, Size{7, 30}, Size{33, 17}, Size{150, 600}}) {
    for (const PixelFormat format : {gray8, rgb8}) {
      const Image pictures[] = {scene(size, format), noise(size, format), hard_edges(size, format),
                                make_picture(size, format, [](auto, auto, auto) { return 0.3; })};
      for (const Image& picture : pictures) {
        for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
          const auto once = start(picture.view(), {.chroma = chroma, .progressive = false}, {});
          const auto again = start(picture.view(), {.chroma = chroma}, {});
          ASSERT_TRUE(once != nullptr && again != nullptr);
          for (const int setting : {250, 450}) {
            expect_exact(*again, setting, "searched");
            const auto shown = once->show(setting);
            ASSERT_TRUE(shown.has_value());
            EXPECT_TRUE(same_pixels(*shown, *again->show(setting)));
            const auto a = once->finish(setting), b = again->finish(setting);
            ASSERT_TRUE(a.has_value() && b.has_value());
            EXPECT_FALSE(probe(*a)->is_progressive);
            EXPECT_EQ(probe(*b)->is_progressive, *a != *b);
            if (b->size() < kSmall) {
              EXPECT_LE(b->size(), a->size());
            }
            sequential += a->size();
            searched += b->size();
            ++(*a == *b ? equal : smaller);
          }
        }
      }
    }
  }
  EXPECT_LT(searched, sequential);
  EXPECT_GT(smaller, 20);
  EXPECT_GT(equal, 20);
}

// Those that the file brings, in its own order.
TEST(ShapedJpeg, TellsItsSteps) {
  const Image picture = scene({40, 30}, rgb8);
  const auto trials = start(picture.view(), {.chroma = ChromaSubsampling::yuv444}, {});
  ASSERT_NE(trials, nullptr);
  constexpr int kSetting = 333;
  const auto steps = trials->steps(kSetting);
  const auto file = trials->finish(kSetting);
  ASSERT_TRUE(file.has_value());
  std::size_t found = 0;
  const QuantTable places = zigzag_places();
  for (std::size_t i = 0; i + 69 <= file->size() && found < 3; ++i) {
    // T.81, B.2.4.1: DQT of one table of bytes.
    const auto byte = [&](std::size_t at) { return std::to_integer<int>((*file)[i + at]); };
    if (byte(0) != 0xFF || byte(1) != 0xDB || byte(2) != 0 || byte(3) != 67) continue;
    ASSERT_EQ(byte(4), static_cast<int>(found));
    for (std::size_t z = 0; z < 64; ++z) {
      ASSERT_EQ(steps[found][places[z]], static_cast<float>(byte(5 + z)));
    }
    ++found;
  }
  EXPECT_EQ(found, 3u);
}

TEST(ShapedJpeg, RefusesWhatItCannotShape) {
  const Image picture = scene({40, 30}, rgb8);
  const EncodeOptions options{.chroma = ChromaSubsampling::yuv420};
  const auto trials = start(picture.view(), options, {});
  ASSERT_NE(trials, nullptr);
  EXPECT_EQ(trials->show(-1).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(trials->finish(trials->count()).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(trials->estimate_bytes(-7).error().code, ErrorCode::invalid_argument);
  const std::vector<float> few(3, 1.f);
  std::vector<float> weights(20, 1.f);
  EXPECT_EQ(trials->weigh(few).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(trials->weigh(weights).has_value());
  for (const float weight : {0.f, -1.f, std::numeric_limits<float>::quiet_NaN()}) {
    weights[4] = weight;
    EXPECT_EQ(trials->weigh(weights).error().code, ErrorCode::invalid_argument);
  }
  EXPECT_EQ(trials->move_aims({few, {}, {}}).error().code, ErrorCode::invalid_argument);
  std::vector<float> errors(3);
  EXPECT_EQ(trials->read_errors(errors).error().code, ErrorCode::invalid_argument);
  const auto refuse = [&](const ConstImageView& view, const EncodeOptions& with,
                          const Execution& execution) {
    const auto started = start_shaped_jpeg_trials(view, with, {}, execution);
    return started.has_value() ? ErrorCode::internal : started.error().code;
  };
  EXPECT_EQ(refuse(scene({4, 4}, rgba8).view(), options, {}), ErrorCode::unsupported);
  EXPECT_EQ(refuse(picture.view(), {.chroma = ChromaSubsampling::yuv422}, {}),
            ErrorCode::unsupported);
  EXPECT_EQ(refuse(picture.view(), {}, {}), ErrorCode::unsupported);
  Workspace small(20'000);
  EXPECT_EQ(refuse(scene({400, 300}, rgb8).view(), options, {.workspace = &small}),
            ErrorCode::limit_exceeded);
  CancelToken token;
  token.cancel();
  EXPECT_EQ(refuse(picture.view(), options, {.cancel = &token}), ErrorCode::cancelled);
  EXPECT_EQ(trials->show(50, {.cancel = &token}).error().code, ErrorCode::cancelled);
  EXPECT_EQ(trials->finish(50, {.cancel = &token}).error().code, ErrorCode::cancelled);
  // What was cancelled can be asked for again.
  expect_exact(*trials, 50, "after cancelling");
}

TEST(ShapedJpeg, ShowsWhatADecoderShowsOfRealPictures) {
  LIMEN_NEEDS_DATA();
  int count = 0;
  for (const Row& row : read_table("photos/manifest.tsv")) {
    const auto decoded = decode(read_file(data_folder() / "photos" / row.at("file")));
    ASSERT_TRUE(decoded.has_value()) << row.at("file");
    const ConstImageView picture = decoded->image.const_view();
    if (picture.format != rgb8 || area(picture.size) > 2'000'000) continue;
    const LevelChoice choice = kChoices[count++ % 2];
    for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
      const auto trials = start(picture, {.effort = 2, .chroma = chroma}, {.choice = choice});
      ASSERT_NE(trials, nullptr);
      expect_exact(*trials, 350 + 13 * (count % 20), row.at("file"));
    }
  }
  EXPECT_GT(count, 15);
}

}  // namespace
}  // namespace limen::test
