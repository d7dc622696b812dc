// SPDX-License-Identifier: Apache-2.0

// What libjpeg-turbo's files of a score do to their blocks, by the guard: where its bound comes
// from (docs/jpeg-quantiser.md). A row a picture, chroma mode and target to standard output.
//
//   guard_study FOLDER [--targets 80,85,90] [--max-pixels N]

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "benchmarks/search/pictures.h"
#include "lib/quality/guard.h"
#include "limen/codec/trial.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::bench {
namespace {

constexpr std::array<double, 5> kShares{0.5, 0.9, 0.99, 0.999, 1};

// The lowest quality that reaches the target, by halving.
int lowest_passing(Trials& trials, const Ssimulacra2& metric, double target) {
  int failed = -1;
  int passed = trials.count();
  while (passed - failed > 1) {
    const int middle = failed + (passed - failed) / 2;
    const ConstImageView shown = required(trials.show(middle), "show");
    const bool passes = required(metric.compare(shown), "compare").score.value >= target;
    (passes ? passed : failed) = middle;
  }
  return passed;
}

void study(const Listed& listed, const std::vector<double>& targets) {
  const Image picture = load(listed, {});
  const ConstImageView view = picture.const_view();
  if (view.format.has_alpha()) return;
  const Ssimulacra2 metric = required(Ssimulacra2::prepare(view), listed.name);
  const Guard guard = required(Guard::prepare(view, {}), listed.name);
  for (const auto chroma : {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444}) {
    EncodeOptions options{.format = Format::jpeg, .mode = Quality{80}};
    options.chroma = chroma;
    const auto trials = required(start_trials(view, options), listed.name);
    for (const double target : targets) {
      const int setting = lowest_passing(*trials, metric, target);
      if (setting == trials->count()) continue;
      const ConstImageView shown = required(trials->show(setting), listed.name);
      Damage damage = required(guard.damage(shown, {}), listed.name);
      std::sort(damage.blocks.begin(), damage.blocks.end());
      std::printf("%s\t%d\t%g\t%d\t%.4f", listed.name.c_str(),
                  chroma == ChromaSubsampling::yuv420 ? 420 : 444, target, setting + 1,
                  damage.whole);
      for (const double share : kShares) {
        const auto at =
            static_cast<std::size_t>(share * static_cast<double>(damage.blocks.size() - 1));
        std::printf("\t%.4f", damage.blocks[at]);
      }
      std::printf("\n");
    }
  }
}

int run(int count, char** values) {
  std::vector<double> targets{80, 85, 90};
  std::uint64_t max_pixels = ~std::uint64_t{0};
  const auto option = [&](const std::string& name, const std::string& value) {
    if (name == "--max-pixels") max_pixels = std::stoull(value);
    if (name == "--targets") {
      targets.clear();
      for (const std::string& target : split(value, ',')) targets.push_back(std::stod(target));
    }
  };
  const std::vector<std::string> plain = parse_arguments(count, values, option);
  if (plain.empty()) {
    std::fprintf(stderr, "usage: guard_study FOLDER [--targets 80,85,90] [--max-pixels N]\n");
    return 2;
  }
  std::printf("picture\tchroma\ttarget\tquality\twhole\tmedian\t90 %%\t99 %%\t99.9 %%\tmost\n");
  for (const Listed& listed : list_pictures(plain[0], max_pixels)) study(listed, targets);
  return 0;
}

}  // namespace
}  // namespace limen::bench

int main(int count, char** values) { return limen::bench::run(count, values); }
