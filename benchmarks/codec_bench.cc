// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <map>
#include <string>
#include <utility>

#include "benchmarks/measure.h"
#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "tests/codec/libjpeg_file.h"
#include "tests/pictures.h"

namespace limen::bench {
namespace {

const Image& picture() {
  static const Image image = test::scene(kTwoMegapixels, rgb8);
  return image;
}

const Bytes& file(Format format) {
  static std::map<Format, Bytes> files;
  auto& bytes = files[format];
  if (bytes.empty()) {
    auto encoded = encode(picture().view(), {.format = format, .effort = 3});
    if (encoded.has_value()) bytes = *std::move(encoded);
  }
  return bytes;
}

// Sequential, as cameras write them.
const Bytes& plain_jpeg() {
  static const Bytes bytes = [] {
    auto encoded =
        encode(picture().view(), {.format = Format::jpeg, .effort = 2, .progressive = false});
    return encoded.has_value() ? *std::move(encoded) : Bytes();
  }();
  return bytes;
}

void decode_with(benchmark::State& state, const Bytes& bytes, const DecodeOptions& options) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    const auto decoded = decode(bytes, options, execution);
    if (!succeeded(state, decoded)) return;
    benchmark::DoNotOptimize(decoded->image.view().data);
  }
  count_pixels(state, kTwoMegapixels);
}

void decode_to_planes(benchmark::State& state, const Bytes& bytes) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  for (auto _ : state) {
    const auto decoded = decode_planar(bytes, {}, execution);
    if (!succeeded(state, decoded)) return;
    benchmark::DoNotOptimize(decoded->image.planes[0].view().data);
  }
  count_pixels(state, kTwoMegapixels);
}

void encode_with(benchmark::State& state, const EncodeOptions& options) {
  Workspace workspace;
  const Execution execution{.workspace = &workspace};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const auto encoded = encode(picture().view(), options, execution);
    if (!succeeded(state, encoded)) return;
    bytes = encoded->size();
  }
  count_pixels(state, kTwoMegapixels);
  state.counters["bytes"] = static_cast<double>(bytes);
}

// JPEG at 4:2:0 by `write(picture, options, execution)`, which gives the file's size or 0.
template <class Picture, class Write>
void write_jpeg(benchmark::State& state, const Picture& from, int effort, const Write& write) {
  Workspace workspace;
  const EncodeOptions options{.effort = effort, .chroma = ChromaSubsampling::yuv420};
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = write(from, options, Execution{.workspace = &workspace});
    if (bytes == 0) state.SkipWithError("no file");
  }
  count_pixels(state, kTwoMegapixels);
  state.counters["bytes"] = static_cast<double>(bytes);
}

const PlanarImage& planes() {
  static const PlanarImage image = [] {
    const auto coded = encode(
        picture().view(), {.mode = Quality{95}, .effort = 0, .chroma = ChromaSubsampling::yuv420});
    auto decoded = decode_planar(*coded);
    return std::move(decoded->image);
  }();
  return image;
}

void probe_header(benchmark::State& state, Format format) {
  const Bytes& bytes = file(format);
  for (auto _ : state) {
    const auto info = probe(bytes);
    if (!succeeded(state, info)) return;
    benchmark::DoNotOptimize(info->size.width);
  }
}

const DecodeOptions kAnEighth{.at_least = Size{204, 153}, .accuracy = ShrinkAccuracy::coarse};
const DecodeOptions kTheMiddle{.region = Rect{408, 306, 816, 612}};

void add(const std::string& name, auto&& body) {
  benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMicrosecond);
}

const bool kAdded = [] {
  for (const Format format : {Format::jpeg, Format::png, Format::webp, Format::avif}) {
    const std::string of = std::string(name(format));
    add("probe/" + of, [format](auto& state) { probe_header(state, format); });
    add("decode/" + of, [format](auto& state) { decode_with(state, file(format), {}); });
    add("decode_region/" + of,
        [format](auto& state) { decode_with(state, file(format), kTheMiddle); });
    for (const int effort : {0, 4}) {
      const EncodeOptions options{.format = format, .effort = effort};
      add("encode/" + of + "/effort" + std::to_string(effort),
          [options](auto& state) { encode_with(state, options); });
    }
  }
  // limen's own writer beside libjpeg itself: the same bytes.
  for (const int effort : {0, 1, 4}) {
    const std::string of = "/effort" + std::to_string(effort);
    const auto own = [](const auto& file) { return file.has_value() ? file->size() : 0; };
    add("jpeg_of_pixels/limen" + of, [=](auto& state) {
      write_jpeg(state, picture().const_view(), effort,
                 [=](const auto&... of_picture) { return own(encode(of_picture...)); });
    });
    add("jpeg_of_planes/limen" + of, [=](auto& state) {
      write_jpeg(state, planes(), effort,
                 [=](const auto&... of_picture) { return own(encode_planar(of_picture...)); });
    });
    const auto libjpeg = [](const auto& from, const EncodeOptions& options, const Execution&) {
      return test::LibjpegFile::of(from, options).size();
    };
    add("jpeg_of_pixels/libjpeg" + of,
        [=](auto& state) { write_jpeg(state, picture().const_view(), effort, libjpeg); });
    add("jpeg_of_planes/libjpeg" + of,
        [=](auto& state) { write_jpeg(state, planes(), effort, libjpeg); });
  }
  add("decode_eighth/jpeg", [](auto& state) { decode_with(state, file(Format::jpeg), kAnEighth); });
  add("decode/plain_jpeg", [](auto& state) { decode_with(state, plain_jpeg(), {}); });
  add("decode_region/plain_jpeg",
      [](auto& state) { decode_with(state, plain_jpeg(), kTheMiddle); });
  add("decode_eighth/plain_jpeg", [](auto& state) { decode_with(state, plain_jpeg(), kAnEighth); });
  add("decode_planar/plain_jpeg", [](auto& state) { decode_to_planes(state, plain_jpeg()); });
  for (const Format format : {Format::jpeg, Format::webp}) {
    add("decode_planar/" + std::string(name(format)),
        [format](auto& state) { decode_to_planes(state, file(format)); });
  }
  return true;
}();

}  // namespace
}  // namespace limen::bench
