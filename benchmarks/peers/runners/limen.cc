// SPDX-License-Identifier: Apache-2.0

// limen behind the protocol of ../runner.py: one JSON object a line in, one a line out.

#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "handed_over.h"
#include "limen/core/simd_target.h"
#include "limen/core/version.h"
#include "limen/pipeline/transform.h"
#include "limen/pipeline/transform_many.h"
#include "limen_tap.h"

namespace {

using nlohmann::json;

struct Failure {
  std::string message;
};

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

limen::Mark mark_of(const json& mark) {
  const auto pad = [](int pixels) {
    return limen::Length{static_cast<double>(pixels), limen::Length::Unit::pixels};
  };
  return {.name = "mark",
          .gravity = limen::Compass::southeast,
          .pad_x = pad(mark.at("pad")),
          .pad_y = pad(mark.at("pad"))};
}

limen::Recipe recipe_of(const json& variant, const json& job, const json& settings) {
  limen::Recipe recipe;
  recipe.width = variant.at("width");
  recipe.height = variant.value("height", 0);
  recipe.fit = limen::Fit::cover;
  recipe.shrink =
      settings.at("shrink") == "fine" ? limen::ShrinkAccuracy::fine : limen::ShrinkAccuracy::exact;
  if (!job.at("mark").is_null()) recipe.marks = {mark_of(job.at("mark"))};
  const bool webp = variant.at("format") == "webp";
  recipe.format = webp ? limen::Format::webp : limen::Format::jpeg;
  recipe.fidelity = limen::Quality{variant.at("quality")};
  // Of WebP, efforts up to 4 are libwebp's methods.
  recipe.effort = webp ? settings.value("method", 4) : settings.at("effort").get<int>();
  recipe.progressive = settings.value("progressive", false);
  return recipe;
}

class Job {
 public:
  explicit Job(const json& job) {
    const json& settings = job.at("settings");
    if (settings.value("handed_over", false)) other_thread_ = std::make_unique<OtherThread>();
    const json qualities = settings.value("qualities", json::array());
    for (const json& path : job.at("sources")) {
      std::vector<limen::Recipe> recipes;
      for (const json& variant : job.at("variants")) {
        recipes.push_back(recipe_of(variant, job, settings));
        if (qualities.empty()) continue;
        recipes.back().fidelity =
            limen::Quality{qualities.at(sources_.size()).at(recipes.size() - 1)};
      }
      recipes_.push_back(std::move(recipes));
      sources_.push_back(read(path));
    }
    if (job.at("mark").is_null()) return;
    mark_ = read(job.at("mark").at("path"));
    pictures_ = {{.name = "mark", .picture = limen::ByteView(mark_)}};
  }

  std::size_t sources() const { return sources_.size(); }

  // One after the other, by a worker that lives longer than a run, as a service's does.
  void run(std::size_t passes, std::size_t in_flight, limen::Workspace& workspace) const {
    const auto one = [&](std::size_t i) { return make(i % sources(), workspace); };
    if (other_thread_) return other_thread_->run(passes * sources(), in_flight, one);
    for (std::size_t i = 0; i < passes * sources(); ++i) one(i);
  }

  void run_by_many(std::size_t passes, unsigned workers) const {
    std::size_t given = 0;
    const auto next = [&]() -> limen::Result<std::optional<limen::TransformRequest>> {
      if (given == passes * sources()) return std::optional<limen::TransformRequest>();
      const std::size_t source = given++ % sources();
      return std::optional(
          limen::TransformRequest{.file = sources_[source], .recipes = recipes_[source]});
    };
    const auto sink = [](std::uint64_t,
                         limen::Result<std::vector<limen::Variant>> made) -> limen::Result<void> {
      if (!made) return made.error();
      return {};
    };
    auto done = limen::transform_many(next, sink,
                                      {.transform = {.pictures = pictures_}, .workers = workers});
    if (!done) throw Failure{done.error().message};
  }

  std::vector<limen::Variant> make(std::size_t source, limen::Workspace& workspace) const {
    auto made = limen::transform(sources_[source], recipes_[source], {.pictures = pictures_},
                                 {.workspace = &workspace});
    if (!made) throw Failure{made.error().message};
    return *std::move(made);
  }

 private:
  using OtherThread = HandedOver<std::vector<limen::Variant>>;

  std::vector<limen::Bytes> sources_;
  std::vector<std::vector<limen::Recipe>> recipes_;
  limen::Bytes mark_;
  std::vector<limen::NamedPicture> pictures_;
  std::unique_ptr<OtherThread> other_thread_;  // where calls are made there
};

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

class Server {
 public:
  json answer(const json& request) {
    const std::string what = request.at("do");
    if (what == "describe") {
      return {{"name", "limen"},
              {"version", std::string(limen::version())},
              {"details", limen::simd_target()},
              {"threads", true}};
    }
    if (what == "prepare") {
      job_.emplace(request.at("job"));
      return json::object();
    }
    if (!job_) throw Failure{"nothing is prepared"};
    if (what == "run") {
      return run(request.at("passes"), request.at("workers"), request.value("in_flight", 1));
    }
    if (what == "save") return save(request.at("folder"));
    throw Failure{"unknown request " + what};
  }

 private:
  json run(std::size_t passes, unsigned workers, std::size_t in_flight) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = cpu_seconds();
    if (workers == 1) {
      job_->run(passes, in_flight, workspace_);
    } else {
      job_->run_by_many(passes, workers);
    }
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    return {{"cpu", cpu_seconds() - cpu}, {"wall", wall.count()}};
  }

  json save(const std::string& folder) {
    json files = json::array(), pixels = json::array();
    for (std::size_t source = 0; source < job_->sources(); ++source) {
      const std::string stem = folder + "/" + std::to_string(source) + "-";
      const EncoderTap tap;
      std::vector<limen::Bytes> made;
      for (limen::Variant& variant : job_->make(source, workspace_)) {
        made.push_back(std::move(variant.bytes));
      }
      if (tap.pictures().size() != made.size()) throw Failure{"not every picture was seen"};
      files.push_back(save(made, stem, ".file"));
      pixels.push_back(save(tap.pictures(), stem, ".png"));
    }
    return {{"files", files}, {"pixels", pixels}};
  }

  static json save(const std::vector<limen::Bytes>& contents, const std::string& stem,
                   const char* suffix) {
    json paths = json::array();
    for (std::size_t i = 0; i < contents.size(); ++i) {
      paths.push_back(stem + std::to_string(i) + suffix);
      write(paths.back(), contents[i]);
    }
    return paths;
  }

  std::optional<Job> job_;
  limen::Workspace workspace_{1'000'000'000};
};

}  // namespace

int main() {
  Server server;
  for (std::string line; std::getline(std::cin, line);) {
    json answer;
    try {
      answer = server.answer(json::parse(line));
    } catch (const Failure& failure) {
      answer = {{"error", failure.message}};
    } catch (const std::exception& failure) {
      answer = {{"error", failure.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}
