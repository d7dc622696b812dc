// SPDX-License-Identifier: Apache-2.0

// The study behind the default bound on the worst block (docs/quality.md): for each picture, target
// and JPEG chroma mode, the lowest quality whose score reaches the target, its worst block, and the
// quality that each bound would ask for.
//
//   local_bound                       pictures made here, flat but for a small part
//   local_bound FILES…                pictures of one's own
//   local_bound --crops FOLDER        writes PNG sheets: worst blocks of the made pictures as they
//                                     were, where the score alone decides, and where the bound does

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/local_bound/made_pictures.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/codec/trial.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::bench {
namespace {

constexpr std::array<double, 2> kTargets = {85, 90};
// How much more of the scale's hundred the worst block may lose than the whole picture.
constexpr std::array<double, 7> kFactors = {1.33, 1.4, 1.5, 1.6, 1.8, 2, 3};

constexpr double bound_of(double target, double factor) { return 100 - factor * (100 - target); }
constexpr int kLeast = 30, kMost = 100;

template <class T>
T required(Result<T> result, const std::string& what) {
  if (result.has_value()) return *std::move(result);
  std::fprintf(stderr, "%s: %s\n", what.c_str(), result.error().message.c_str());
  std::exit(1);
}

struct Curve {
  std::vector<Comparison> at;  // quality kLeast and up

  // The first quality that reaches both.
  std::optional<int> lowest(double score, double worst_block) const {
    for (int q = kLeast; q <= kMost; ++q) {
      const Comparison& seen = of(q);
      if (seen.score.value >= score && seen.worst_block.value >= worst_block) return q;
    }
    return std::nullopt;
  }
  const Comparison& of(int q) const { return at[static_cast<std::size_t>(q - kLeast)]; }
};

Curve measure(const ConstImageView& picture, ChromaSubsampling chroma) {
  Workspace workspace(8'000'000'000);
  const Execution execution{.workspace = &workspace};
  const auto original = required(Ssimulacra2::prepare(picture, execution), "prepare");
  const auto trials =
      required(start_trials(picture, {.chroma = chroma}, execution), "start_trials");
  Curve curve;
  for (int q = kLeast; q <= kMost; ++q) {
    const ConstImageView shown = required(
        trials->show(trials->setting_of(Quality{static_cast<float>(q)}), execution), "show");
    curve.at.push_back(required(original.compare(shown, execution), "compare"));
  }
  return curve;
}

struct Named {
  std::string name;
  Image image;
};

// What a JPEG can hold, as a search sees it: alpha on white.
Image without_alpha(const ConstImageView& view) {
  if (!view.format.has_alpha()) {
    Image copy = required(Image::create(view.size, view.format), "copy");
    copy_pixels(view, copy.view());
    return copy;
  }
  const int colors = view.format.channels() - 1;
  return test::make_picture(view.size, colors == 1 ? gray8 : rgb8, [&](int x, int y, int c) {
    const double alpha = test::get_sample(view, x, y, colors);
    return alpha * test::get_sample(view, x, y, c) + (1 - alpha);
  });
}

Image read_picture(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  const auto decoded =
      required(decode({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}), path);
  return without_alpha(decoded.image.view());
}

void report(const std::string& name, const ConstImageView& picture) {
  for (const ChromaSubsampling chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    const bool is_gray = picture.format.layout == Layout::gray;
    if (is_gray && chroma == ChromaSubsampling::yuv444) continue;
    const Curve curve = measure(picture, chroma);
    for (const double target : kTargets) {
      const auto first = curve.lowest(target, -1e9);
      std::printf("%s\t%s\t%.0f", name.c_str(), chroma == ChromaSubsampling::yuv420 ? "420" : "444",
                  target);
      if (!first) {
        std::printf("\tunreached\n");
        continue;
      }
      const Comparison& seen = curve.of(*first);
      std::printf("\t%d\t%.2f\t%.2f", *first, seen.score.value, seen.worst_block.value);
      for (const double factor : kFactors) {
        const auto bounded = curve.lowest(target, bound_of(target, factor));
        std::printf("\t%d", bounded.value_or(-1));
      }
      std::printf("\n");
      std::fflush(stdout);
    }
  }
}

void print_header() {
  std::printf("picture\tchroma\ttarget\tquality\tscore\tworst_block");
  for (const double factor : kFactors) std::printf("\tq_if_%.2f", factor);
  std::printf("\n");
}

// A part of a picture, each pixel `times` a side.
void enlarge(const ConstImageView& from, const Rect& part, int times, const ImageView& to) {
  for (int y = 0; y < part.height * times; ++y) {
    for (int x = 0; x < part.width * times; ++x) {
      std::copy_n(from.row_as<std::uint8_t>(part.y + y / times) + 3 * (part.x + x / times), 3,
                  to.row_as<std::uint8_t>(y) + 3 * x);
    }
  }
}

// Side by side, enlarged: the original's worst block, the same where the score alone
// decides, and where the bound does too.
void write_crop(const std::filesystem::path& folder, Detail detail, Ground ground, double share,
                double target, double factor) {
  const Image picture = made_picture(detail, ground, share);
  const auto chroma = ChromaSubsampling::yuv444;
  const Curve curve = measure(picture.view(), chroma);
  const auto first = curve.lowest(target, -1e9);
  const auto bounded = curve.lowest(target, bound_of(target, factor));
  if (!first || !bounded) return;
  Rect part = curve.of(*first).worst_block_at;
  part.width = part.height = 64;
  constexpr int kTimes = 3, kGap = 8;
  const int side = part.width * kTimes;
  Image sheet =
      test::make_picture({3 * side + 2 * kGap, side}, rgb8, [](auto, auto, auto) { return 0.5; });
  const auto cell = [&](int i) {
    return subview(sheet.view(), {i * (side + kGap), 0, side, side});
  };
  enlarge(picture.view(), part, kTimes, cell(0));
  int i = 0;
  for (const int q : {*first, *bounded}) {
    const Bytes file =
        required(encode(picture.view(), {.mode = Quality{static_cast<float>(q)}, .chroma = chroma}),
                 "encode");
    enlarge(required(decode(file), "decode").image.view(), part, kTimes, cell(++i));
  }
  const std::string name = name_of(detail) + "_" + name_of(ground) + "_" +
                           std::to_string(static_cast<int>(share * 100 + 0.5)) + ".png";
  const Bytes png = required(encode(sheet.view(), {.format = Format::png}), "encode");
  std::ofstream(folder / name, std::ios::binary)
      .write(reinterpret_cast<const char*>(png.data()), static_cast<std::streamsize>(png.size()));
  std::printf(
      "%s: quality %d, score %.1f, worst block %.1f; quality %d, score %.1f, worst block "
      "%.1f\n",
      name.c_str(), *first, curve.of(*first).score.value, curve.of(*first).worst_block.value,
      *bounded, curve.of(*bounded).score.value, curve.of(*bounded).worst_block.value);
}

}  // namespace
}  // namespace limen::bench

int main(int argc, char** argv) {
  using namespace limen::bench;  // NOLINT
  if (argc >= 3 && std::string(argv[1]) == "--crops") {
    const double target = argc > 3 ? std::atof(argv[3]) : 85;
    const double factor = argc > 4 ? std::atof(argv[4]) : 1.5;
    for (const Detail detail : kDetails) {
      for (const Ground ground : kGrounds) {
        write_crop(argv[2], detail, ground, 0.02, target, factor);
      }
    }
    return 0;
  }
  print_header();
  for (int i = 1; i < argc; ++i) report(argv[i], read_picture(argv[i]).view());
  if (argc > 1) return 0;
  for (const Detail detail : kDetails) {
    for (const Ground ground : kGrounds) {
      for (const double share : {0.02, 0.05, 0.1}) {
        const std::string name = name_of(detail) + "_" + name_of(ground) + "_" +
                                 std::to_string(static_cast<int>(share * 100 + 0.5));
        report(name, made_picture(detail, ground, share).view());
      }
    }
  }
  return 0;
}
