// SPDX-License-Identifier: Apache-2.0

// limen's metric beside its authors' program, on the same pixels in the same process, decoding not
// counted: built and run by ssimulacra2.sh, which says where the other comes from.
//
//   ssimulacra2_peers [FILES…]       pictures; without any, a made one

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "lib/extras/codec.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/core/simd_target.h"
#include "limen/quality/ssimulacra2.h"
#include "src/ssimulacra2.h"
#include "tests/pictures.h"

namespace {

constexpr int kRounds = 9, kInARow = 4;

template <class T>
T required(limen::Result<T> result, const std::string& what) {
  if (result.has_value()) return *std::move(result);
  std::fprintf(stderr, "%s: %s\n", what.c_str(), result.error().message.c_str());
  std::exit(1);
}

// Processor time: both work on one thread, and a neighbour's load is not theirs.
double milliseconds(const std::function<void()>& work) {
  const std::clock_t begin = std::clock();
  work();
  return 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

double median(std::vector<double> times) {
  std::nth_element(times.begin(), times.begin() + times.size() / 2, times.end());
  return times[times.size() / 2];
}

limen::Image picture_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  return required(limen::decode({reinterpret_cast<const std::byte*>(bytes.data()), bytes.size()}),
                  path)
      .image;
}

// The picture as the other program holds it once decoded.
void hand_over(const limen::ConstImageView& view, jxl::CodecInOut* io) {
  const limen::Bytes png =
      required(limen::encode(view, {.format = limen::Format::png, .effort = 0}), "encode PNG");
  const jxl::Span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(png.data()), png.size());
  if (jxl::SetFromBytes(bytes, jxl::extras::ColorHints(), io)) return;
  std::fprintf(stderr, "the other program cannot read what limen wrote\n");
  std::exit(1);
}

void measure(const std::string& name, const limen::ConstImageView& original) {
  const limen::Bytes jpeg =
      required(limen::encode(original, {.mode = limen::Quality{80}}), "encode JPEG");
  const limen::Image candidate = required(limen::decode(jpeg), "decode JPEG").image;
  jxl::CodecInOut original_io, candidate_io;
  hand_over(original, &original_io);
  hand_over(candidate.view(), &candidate_io);

  limen::Workspace workspace(8'000'000'000);
  const limen::Execution execution{.workspace = &workspace};
  const auto prepared = required(limen::Ssimulacra2::prepare(original, execution), "prepare");
  std::vector<double> prepares, compares, theirs;
  double score = 0, their_score = 0;
  for (int round = 0; round < kRounds; ++round) {
    prepares.push_back(milliseconds(
        [&] { required(limen::Ssimulacra2::prepare(original, execution), "prepare"); }));
    // A search compares several candidates, one after the other.
    compares.push_back(
        milliseconds([&] {
          for (int i = 0; i < kInARow; ++i) {
            score = required(prepared.compare(candidate.view(), execution), "compare").score.value;
          }
        }) /
        kInARow);
    theirs.push_back(milliseconds([&] {
      their_score = ComputeSSIMULACRA2(original_io.Main(), candidate_io.Main()).Score();
    }));
  }
  const double megapixels = static_cast<double>(area(original.size)) * 1e-6;
  std::printf("| %s, %dx%d | %.1f | %.1f | %.0f | %.0f | %.3f | %.3f |\n", name.c_str(),
              original.size.width, original.size.height, median(prepares) / megapixels,
              median(compares) / megapixels, median(theirs) / megapixels,
              median(theirs) / median(compares), score, their_score);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::printf("limen on %s; processor time, median of %d, taken in turn\n\n",
              limen::simd_target().c_str(), kRounds);
  std::printf(
      "| picture | prepare, ms/MP | compare, ms/MP | theirs, ms/MP | ratio | score | theirs |\n"
      "|---|---|---|---|---|---|---|\n");
  for (int i = 1; i < argc; ++i) {
    const std::string path = argv[i];
    measure(path.substr(path.find_last_of('/') + 1), picture_of(path).view());
  }
  if (argc == 1) {
    for (const limen::Size size : {limen::Size{768, 512}, limen::Size{1600, 1200}}) {
      measure("made", limen::test::scene(size, limen::rgb8).view());
    }
  }
  return 0;
}
