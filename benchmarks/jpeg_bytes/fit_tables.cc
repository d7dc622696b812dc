// SPDX-License-Identifier: Apache-2.0

// Fits the tables' shapes to pictures, from flat ones, and measures on others what they are worth
// beside those that the library has: docs/jpeg-quantiser.md.
//
//   fit_tables FIT_FOLDER TEST_FOLDER [--target 85]
//   fit_tables FOLDER --folds 2 [--target 85]

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "benchmarks/search/pictures.h"
#include "lib/codec/jpeg/shaped.h"
#include "lib/codec/jpeg/shaped_tables.h"
#include "lib/quality/error_share.h"
#include "lib/quality/search_graphic.h"
#include "limen/compose/extend.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::bench {
namespace {

// What is looked at of a picture: enough for its statistics.
constexpr Size kMost{512, 384};
// About how much the logarithm of the loss falls from a setting to the next.
constexpr double kFall = 0.007;

struct Kind {
  ChromaSubsampling chroma;
  LevelChoice choice;
  const char* name;
};
constexpr std::array<Kind, 4> kKinds{{
    {ChromaSubsampling::yuv420, LevelChoice::rounded, "4:2:0, rounded"},
    {ChromaSubsampling::yuv444, LevelChoice::rounded, "4:4:4, rounded"},
    {ChromaSubsampling::yuv420, LevelChoice::weighed, "4:2:0, weighed"},
    {ChromaSubsampling::yuv444, LevelChoice::weighed, "4:4:4, weighed"},
}};

double log_loss(double score) { return std::log(std::max(100 - score, 0.01)); }

// A part of a photograph, and what is known of it at one kind of file.
class Subject {
 public:
  Subject(std::string name, Image picture) : name_(std::move(name)), picture_(std::move(picture)) {
    metric_ = required(Ssimulacra2::prepare(picture_.const_view()), name_);
  }

  // Blocks are weighed by a look at rounded levels, as the search does.
  void weigh(const Kind& kind) {
    weights_.clear();
    setting_ = 350;
    if (kind.choice == LevelChoice::rounded) return;
    const TableShape flat{.dead_zone = 0.55};
    const auto trials = start({kind.chroma, LevelChoice::rounded, ""}, flat);
    const ConstImageView shown = at_target(*trials, 85).second;
    const auto shares = required(share_loss(picture_.const_view(), shown, {}), name_);
    std::vector<float> errors(area(trials->blocks()));
    required(trials->read_errors(errors), name_);
    weights_ = block_weights(shares, errors);
  }

  // The logarithm of the bytes at the target: they go up about as the loss goes down.
  double log_bytes(const Kind& kind, const TableShape& shape, double target) {
    const auto trials = start(kind, shape);
    if (!weights_.empty()) required(trials->weigh(weights_), name_);
    const int near = at_target(*trials, target).first;
    return log_size(*trials, near) + last_loss_ - log_loss(target);
  }

 private:
  std::unique_ptr<ShapedTrials> start(const Kind& kind, const TableShape& shape) const {
    EncodeOptions options;
    options.chroma = kind.chroma;
    options.progressive = false;  // as quick to count as may be
    return required(start_shaped_jpeg_trials(picture_.const_view(), options,
                                             {.choice = kind.choice, .shape = &shape}, {}),
                    name_);
  }

  double loss_at(Trials& trials, int setting) {
    const ConstImageView shown = required(trials.show(setting), name_);
    return log_loss(required(metric_.compare(shown, {}), name_).score.value);
  }

  double log_size(Trials& trials, int setting) const {
    return std::log(static_cast<double>(required(trials.estimate_bytes(setting), name_).value()));
  }

  // A setting whose score is about the target's, and what it shows.
  std::pair<int, ConstImageView> at_target(Trials& trials, double target) {
    for (int round = 0; round < 8; ++round) {
      last_loss_ = loss_at(trials, setting_);
      const int step = static_cast<int>(std::lround((last_loss_ - log_loss(target)) / kFall));
      const int next = std::clamp(setting_ + step, 0, trials.count() - 1);
      if (std::abs(next - setting_) <= 2) break;
      setting_ = next;
    }
    return {setting_, required(trials.show(setting_), name_)};
  }

  std::string name_;
  Image picture_;
  Ssimulacra2 metric_;
  std::vector<float> weights_;
  int setting_ = 350;
  double last_loss_ = 0;
};

using Subjects = std::vector<std::unique_ptr<Subject>>;

Subjects subjects_of(const std::string& folder) {
  Subjects subjects;
  for (const Listed& listed : list_pictures(folder, 24'000'000)) {
    const Image picture = load(listed, {});
    if (picture.format() != rgb8 || search::drawn_share(picture.const_view()) >= 0.5) continue;
    const Size size{std::min(picture.size().width, kMost.width),
                    std::min(picture.size().height, kMost.height)};
    Image part = required(Image::create(size, rgb8), listed.name);
    const Rect middle{(picture.size().width - size.width) / 2,
                      (picture.size().height - size.height) / 2, size.width, size.height};
    copy_pixels(subview(picture.view(), middle), part.view());
    subjects.push_back(std::make_unique<Subject>(listed.name, std::move(part)));
  }
  return subjects;
}

double mean_log_bytes(const std::vector<Subject*>& subjects, const Kind& kind,
                      const TableShape& shape, double target) {
  double sum = 0;
  for (Subject* subject : subjects) sum += subject->log_bytes(kind, shape, target);
  return sum / static_cast<double>(subjects.size());
}

std::vector<double*> parameters(TableShape& shape, LevelChoice choice) {
  std::vector<double*> found{&shape.cb,          &shape.cr,           &shape.luma_mean,
                             &shape.luma[0],     &shape.luma[1],      &shape.luma[3],
                             &shape.chroma_mean, &shape.chroma_detail};
  if (choice == LevelChoice::rounded) {
    found.push_back(&shape.dead_zone);
  } else {
    found.push_back(&shape.rate);
    found.push_back(&shape.chroma_rate);
  }
  return found;
}

// One parameter after another, as far as that helps, by shorter and shorter strides.
TableShape fit(const std::vector<Subject*>& subjects, const Kind& kind, double target) {
  TableShape best{.dead_zone = 0.55, .rate = -3};
  double least = mean_log_bytes(subjects, kind, best, target);
  const std::size_t count = parameters(best, kind.choice).size();
  const auto improves = [&](std::size_t i, double way) {
    TableShape tried = best;
    double& parameter = *parameters(tried, kind.choice)[i];
    parameter += &parameter == &tried.dead_zone ? way / 8 : way;
    const double bytes = mean_log_bytes(subjects, kind, tried, target);
    if (bytes >= least) return false;
    least = bytes;
    best = tried;
    return true;
  };
  for (const double stride : {0.4, 0.4, 0.2, 0.2, 0.1}) {
    for (std::size_t i = 0; i < count; ++i) {
      const double way = improves(i, stride) ? stride : -stride;
      while (improves(i, way)) {
      }
    }
  }
  return best;
}

void print(const TableShape& shape) {
  std::printf(
      "  cb %.2f cr %.2f luma_mean %.2f luma %.2f %.2f %.2f %.2f chroma_mean %.2f "
      "chroma_detail %.2f dead_zone %.3f rate %.2f chroma_rate %.2f\n",
      shape.cb, shape.cr, shape.luma_mean, shape.luma[0], shape.luma[1], shape.luma[2],
      shape.luma[3], shape.chroma_mean, shape.chroma_detail, shape.dead_zone, shape.rate,
      shape.chroma_rate);
}

// What a fit is worth on pictures that it has not seen, as a logarithm.
double validate(const std::vector<Subject*>& seen, const std::vector<Subject*>& unseen,
                const Kind& kind, double target) {
  for (Subject* subject : seen) subject->weigh(kind);
  for (Subject* subject : unseen) subject->weigh(kind);
  const TableShape own = fit(seen, kind, target);
  print(own);
  const TableLadder library(kind.chroma, {.choice = kind.choice});
  const TableShape flat{.dead_zone = 0.55, .rate = -3};
  const double fitted = mean_log_bytes(seen, kind, own, target);
  std::printf("  on the pictures it was fitted to, beside the library's shapes %+.2f %%\n",
              100 * std::expm1(fitted - mean_log_bytes(seen, kind, library.shape(), target)));
  const double held = mean_log_bytes(unseen, kind, own, target);
  std::printf("  beside flat shapes %+.2f %%\n",
              100 * std::expm1(held - mean_log_bytes(unseen, kind, flat, target)));
  return held - mean_log_bytes(unseen, kind, library.shape(), target);
}

std::vector<Subject*> pointers(const Subjects& subjects, int fold, int folds, bool is_in) {
  std::vector<Subject*> found;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const bool is_of_fold = static_cast<int>(i % static_cast<std::size_t>(folds)) == fold;
    if (is_of_fold == is_in) found.push_back(subjects[i].get());
  }
  return found;
}

int run(int count, char** values) {
  double target = 85;
  int folds = 0;
  const auto option = [&](const std::string& name, const std::string& value) {
    if (name == "--target") target = std::stod(value);
    if (name == "--folds") folds = std::stoi(value);
  };
  const std::vector<std::string> folders = parse_arguments(count, values, option);
  if (folders.empty() || (folds < 2 && folders.size() < 2)) {
    std::fprintf(stderr, "usage: fit_tables FIT_FOLDER TEST_FOLDER | FOLDER --folds N\n");
    return 2;
  }
  const Subjects first = subjects_of(folders[0]);
  const Subjects second = folders.size() > 1 ? subjects_of(folders[1]) : Subjects{};
  for (const Kind& kind : kKinds) {
    std::printf("%s\n", kind.name);
    double sum = 0;
    const int rounds = std::max(folds, 1);
    for (int fold = 0; fold < rounds; ++fold) {
      const auto seen =
          folds > 1 ? pointers(first, fold, folds, false) : pointers(first, 0, 1, true);
      const auto unseen =
          folds > 1 ? pointers(first, fold, folds, true) : pointers(second, 0, 1, true);
      sum += validate(seen, unseen, kind, target);
    }
    std::printf("  bytes on unseen pictures beside the library's shapes: %+.2f %%\n",
                100 * std::expm1(sum / rounds));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace limen::bench

int main(int count, char** values) { return limen::bench::run(count, values); }
