// SPDX-License-Identifier: Apache-2.0

// limen behind the protocol of runner.py's processes: one JSON object a line in, one a line out.
//
//   {"do": "describe"}                        -> {"name", "version", "details", "threads"}
//   {"do": "open", "path", "png", "most_pixels"}
//                                             -> {"width", "height", "channels"}: the picture of
//                                             all
//                                                that follows, written as a PNG without a profile
//   {"do": "score", "path", "png"}            -> {"bytes", "score"}: of a file, decoded into `png`
//   {"do": "oracle", "targets", "stem"}       -> {"files": [{"bytes", "score", "quality", "chroma",
//                                                "path"} or null, …]}: the smallest that
//                                                libjpeg-turbo makes, one a target
//   {"do": "find", "format", "effort", "target", "path"}
//                                             -> {"bytes", "score", "reached", "cpu", "chroma"}
//
// or {"error": …}. Processor time is the thread's, in seconds.

#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limen/codec/decode.h"
#include "limen/codec/encode.h"
#include "limen/codec/trial.h"
#include "limen/core/simd_target.h"
#include "limen/core/version.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"
#include "limen/resample/resize.h"

namespace {

using nlohmann::json;

struct Failure {
  std::string message;
};

template <class T>
T required(limen::Result<T> result) {
  if (!result.has_value()) throw Failure{result.error().message};
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

limen::Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Failure{path + ": cannot be read"};
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)),
                                std::istreambuf_iterator<char>());
  const auto* data = reinterpret_cast<const std::byte*>(bytes.data());
  return {data, data + bytes.size()};
}

void write(const std::string& path, limen::ByteView bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw Failure{path + ": cannot be written"};
}

void write_png(const std::string& path, const limen::ConstImageView& picture) {
  limen::EncodeOptions options{.format = limen::Format::png, .mode = limen::Lossless{}};
  options.effort = 1;
  write(path, required(limen::encode(picture, options)));
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// A picture, and what libjpeg-turbo makes of it: each setting is scored once at the most.
class Subject {
 public:
  explicit Subject(limen::Image picture)
      : picture_(std::move(picture)),
        metric_(required(limen::Ssimulacra2::prepare(picture_.const_view()))) {}

  limen::ConstImageView picture() const { return picture_.const_view(); }

  limen::Comparison compare(const limen::ConstImageView& candidate) const {
    return required(metric_.compare(candidate));
  }

  json find(const json& request) const {
    limen::SearchOptions options;
    const std::string format = request.at("format");
    options.encode.format = format == "webp"   ? limen::Format::webp
                            : format == "avif" ? limen::Format::avif
                                               : limen::Format::jpeg;
    options.encode.effort = request.at("effort");
    options.target = limen::TargetScore{{request.at("target").get<double>()}};
    // By the score alone, as the other encoders are.
    options.worst_block = limen::Score{std::numeric_limits<double>::lowest()};
    options.lossless_fallback = false;
    const double begin = cpu_seconds();
    const limen::Found found = required(limen::find_smallest(picture(), options));
    const double cpu = cpu_seconds() - begin;
    write(request.at("path"), found.bytes);
    return {{"bytes", found.bytes.size()},
            {"score", found.score.value},
            {"reached", found.reached},
            {"cpu", cpu},
            {"chroma", found.chroma == limen::ChromaSubsampling::yuv444 ? "4:4:4" : "4:2:0"}};
  }

  // Sequential with tables of its own, any quality, either chroma.
  json oracle(double target, const std::string& stem) {
    json best;
    for (const auto chroma : {limen::ChromaSubsampling::yuv420, limen::ChromaSubsampling::yuv444}) {
      const bool is_gray = channel_count(picture_.format().layout) == 1;
      if (is_gray && chroma == limen::ChromaSubsampling::yuv444) continue;
      const json made = lowest(chroma, target, stem);
      if (!made.is_null() && (best.is_null() || made.at("bytes") < best.at("bytes"))) best = made;
    }
    return best;
  }

 private:
  struct Ladder {
    std::unique_ptr<limen::Trials> trials;
    std::map<int, double> scores;
  };

  Ladder& ladder(limen::ChromaSubsampling chroma) {
    Ladder& ladder = ladders_[chroma];
    if (ladder.trials == nullptr) {
      limen::EncodeOptions options{.format = limen::Format::jpeg, .mode = limen::Quality{80}};
      options.chroma = chroma;
      options.effort = 1;
      options.progressive = false;
      ladder.trials = required(limen::start_trials(picture(), options));
    }
    return ladder;
  }

  static constexpr int kSlips = 3;  // below the crossing, where a curve wavers

  json lowest(limen::ChromaSubsampling chroma, double target, const std::string& stem) {
    Ladder& ladder = this->ladder(chroma);
    const auto passes = [&](int setting) {
      const auto [at, is_new] = ladder.scores.try_emplace(setting);
      if (is_new) at->second = compare(required(ladder.trials->show(setting))).score.value;
      return at->second >= target;
    };
    int failed = -1;
    int passed = ladder.trials->count();
    while (passed - failed > 1) {
      const int middle = failed + (passed - failed) / 2;
      (passes(middle) ? passed : failed) = middle;
    }
    if (passed == ladder.trials->count()) return nullptr;
    for (int below = passed - 2; below >= std::max(0, failed - kSlips); --below) {
      if (passes(below)) passed = below;
    }
    const limen::Bytes file = required(ladder.trials->finish(passed));
    const std::string name = chroma == limen::ChromaSubsampling::yuv444 ? "4:4:4" : "4:2:0";
    const std::string path = stem + (name == "4:4:4" ? "-444.jpg" : "-420.jpg");
    write(path, file);
    return {{"bytes", file.size()},
            {"score", ladder.scores.at(passed)},
            {"quality", ladder.trials->quality_of(passed).value},
            {"chroma", name},
            {"path", path}};
  }

  limen::Image picture_;
  limen::Ssimulacra2 metric_;
  std::map<limen::ChromaSubsampling, Ladder> ladders_;
};

// In eighths of neither side: halved, in thirds, … until it is small enough.
limen::Image reduced(limen::Image picture, std::uint64_t most_pixels) {
  const limen::Size size = picture.size();
  int divisor = 1;
  const auto part = [&] {
    return limen::Size{std::max(1, size.width / divisor), std::max(1, size.height / divisor)};
  };
  while (limen::area(part()) > most_pixels) ++divisor;
  if (divisor == 1) return picture;
  limen::Image smaller = required(limen::Image::create(part(), picture.format()));
  required(limen::resize(picture.const_view(), smaller.view(), {}));
  return smaller;
}

json answer(const json& request, std::optional<Subject>& subject) {
  const std::string what = request.at("do");
  if (what == "describe") {
    return {{"name", "limen"},
            {"version", limen::version()},
            {"details", std::string(limen::simd_target())},
            {"threads", false}};
  }
  if (what == "open") {
    limen::Image picture = required(limen::decode(read(request.at("path")))).image;
    if (picture.format().has_alpha()) throw Failure{"has alpha"};
    subject.emplace(reduced(std::move(picture), request.at("most_pixels")));
    const limen::ConstImageView view = subject->picture();
    write_png(request.at("png"), view);
    return {{"width", view.size.width},
            {"height", view.size.height},
            {"channels", view.format.channels()}};
  }
  if (!subject) throw Failure{"nothing is open"};
  if (what == "score") {
    const limen::Bytes file = read(request.at("path"));
    const limen::Image shown = required(limen::decode(file)).image;
    if (request.contains("png")) write_png(request.at("png"), shown.const_view());
    return {{"bytes", file.size()}, {"score", subject->compare(shown.const_view()).score.value}};
  }
  if (what == "oracle") {
    json files = json::array();
    for (const double target : request.at("targets")) {
      const std::string stem = request.at("stem");
      files.push_back(subject->oracle(target, stem + std::to_string(static_cast<int>(target))));
    }
    return {{"files", files}};
  }
  if (what == "find") return subject->find(request);
  throw Failure{"unknown request " + what};
}

}  // namespace

int main() {
  std::optional<Subject> subject;
  for (std::string line; std::getline(std::cin, line);) {
    json reply;
    try {
      reply = answer(json::parse(line), subject);
    } catch (const Failure& failure) {
      reply = {{"error", failure.message}};
    } catch (const std::exception& error) {
      reply = {{"error", error.what()}};
    }
    std::cout << reply.dump() << std::endl;
  }
}
