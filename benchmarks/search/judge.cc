// SPDX-License-Identifier: Apache-2.0

// Runs find_smallest() on every picture of a folder and judges what it finds by tables that
// search_sweep made: a row a picture and target to standard output, a summary behind them.
//
//   search_judge FOLDER [TABLE.tsv…] [--format jpeg|webp|avif] [--chroma 420|444] [--effort N]
//                [--targets 85,90] [--sources original,q92-420,…] [--max-pixels N] [--repeat N]
//                [--least-pixels N] [--fixed QUALITY,…] [--sharp 0|1] [--beside EFFORT]
//
// --sharp names how WebP's chroma is halved, which is else part of the search. --fixed compares
// bytes with those of fixed qualities, chroma automatic; --beside with what the search finds at
// another effort (1: libjpeg's quantiser, one scan, the best of both chroma modes), and times
// besides. What ended in a lossless file is counted apart. Times are this thread's processor time,
// the least of --repeat runs, in units of one encode of the answer in the same minute: of a JPEG by
// libjpeg's encoder, and apart from that ("cost in limen's encodes") by limen's. Of sequential
// files by libjpeg's quantiser it also tells "cost in progressive encodes": what the search would
// cost if it ended with a progressive file of the same levels, in units of libjpeg's encode of
// that.

#include <ctime>

#include <cmath>
#include <map>

#include "benchmarks/search/libjpeg.h"
#include "benchmarks/search/pictures.h"
#include "limen/codec/trial.h"
#include "limen/compose/extend.h"
#include "limen/quality/search.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::bench {
namespace {

struct Arguments {
  std::filesystem::path folder;
  std::vector<std::string> tables;
  SearchOptions options;
  std::vector<double> targets{85, 90};
  std::vector<std::string> sources{"original"};
  std::uint64_t max_pixels = ~std::uint64_t{0};
  std::uint64_t least_pixels = 0;
  int repeat = 1;
  std::vector<int> fixed;
  std::optional<int> beside;
};

struct Swept {
  double quality = 0;
  std::uint64_t bytes = 0;
  double score = 0;
  double worst_block = 0;
};
using Table = std::map<int, Swept>;

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <class Work>
double least_seconds(int repeat, const Work& work) {
  double least = 1e30;
  for (int i = 0; i < repeat; ++i) {
    const double before = processor_seconds();
    work();
    least = std::min(least, processor_seconds() - before);
  }
  return least;
}

double quantile(std::vector<double> values, double part) {
  if (values.empty()) return std::nan("");
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
}

std::string short_name(ChromaSubsampling chroma) {
  return chroma == ChromaSubsampling::yuv420   ? "420"
         : chroma == ChromaSubsampling::yuv444 ? "444"
                                               : "gray";
}

std::string mode_name(const Found& found) {
  return found.sharp_yuv ? "sharp" : short_name(found.chroma);
}

// The smallest file among the lowest settings that pass, one of each ladder.
struct Oracle {
  bool is_known = false;
  bool reached = false;
  std::string chroma;
  double quality = 0;
  std::uint64_t bytes = 0;
  std::map<std::string, std::uint64_t> bytes_of;  ///< the lowest that passes of each ladder
};

struct Totals {
  int pictures = 0, reached = 0, known = 0, same = 0, missed = 0, false_claims = 0, lossless = 0;
  int same_of_mode = 0, uncertified = 0;
  std::vector<double> evaluations, encodes, cost, own_cost, progressive_cost, ratio, per_megapixel;
  std::vector<double> beside_bytes, beside_time;
  std::map<int, std::vector<double>> beside_fixed;  ///< by quality: the answer's bytes over its
  std::vector<std::string> misses;
};

class Judge {
 public:
  explicit Judge(const Arguments& arguments) : arguments_(arguments) {
    for (const std::string& path : arguments.tables) {
      std::ifstream table(path);
      for (std::string line; std::getline(table, line);) {
        const auto cells = split(line, '\t');
        if (cells.size() != 8 || cells[0] == "picture") continue;
        swept_[cells[0] + '\t' + cells[1]][cells[2]][std::stoi(cells[3])] = {
            std::stod(cells[4]), std::stoull(cells[5]), std::stod(cells[6]), std::stod(cells[7])};
      }
    }
    std::printf(
        "picture\tsource\ttarget\treached\tformat\tchroma\tquality\tbytes\tscore\tworst_block\t"
        "certified\tindependent\tevaluations\tencodes\tcost\toracle\toracle_"
        "bytes\tquantizer\tseconds_a_megapixel\tbeside\ttrials\n");
  }

  void picture(const Listed& listed, const Source& source) {
    const Image picture = load(listed, source);
    for (const double target : arguments_.targets) {
      judge(picture.view(), listed.name, source.name, target);
    }
  }

  void summary() const {
    for (const auto& [target, t] : totals_) {
      std::printf("# target %g: %d pictures, %d reached, %d lossless; oracle known %d, same %d\n",
                  target, t.pictures, t.reached, t.lossless, t.known, t.same);
      std::printf(
          "#   below target when scored again: %d; reached and not certified: %d; "
          "the lowest crossing of its own chroma: %d of %d\n",
          t.false_claims, t.uncertified, t.same_of_mode, t.known);
      for (const std::string& miss : t.misses) std::printf("#   miss: %s\n", miss.c_str());
      print("evaluations", t.evaluations);
      print("encodes", t.encodes);
      print("cost", t.cost);
      print("cost in limen's encodes", t.own_cost);
      if (!t.progressive_cost.empty()) print("cost in progressive encodes", t.progressive_cost);
      print("bytes / oracle", t.ratio);
      print("seconds a megapixel", t.per_megapixel);
      if (arguments_.beside) {
        print("bytes / those of the other effort", t.beside_bytes);
        print("time / that of the other effort", t.beside_time);
      }
      for (const auto& [quality, ratios] : t.beside_fixed) {
        print(("bytes / those of quality " + std::to_string(quality)).c_str(), ratios);
      }
    }
  }

 private:
  static void print(const char* name, const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value;
    std::printf("#   %s: median %.3f mean %.3f 10%% %.3f 90%% %.3f most %.3f\n", name,
                quantile(values, 0.5), sum / static_cast<double>(values.size()),
                quantile(values, 0.1), quantile(values, 0.9), quantile(values, 1));
  }

  Oracle oracle_of(const std::string& key, const ConstImageView& picture, double target,
                   double block) const {
    Oracle oracle;
    const auto at = swept_.find(key);
    if (at == swept_.end()) return oracle;
    const EncodeOptions& encoding = arguments_.options.encode;
    for (const auto& [name, table] : at->second) {
      const auto parts = split(name, '-');
      if (parts[0] != limen::name(encoding.format)) continue;
      const std::string chroma = parts.size() > 1 ? parts[1] : "420";
      if (parts.back().size() == 1) continue;  // of another effort
      if (encoding.chroma != ChromaSubsampling::automatic &&
          chroma != short_name(encoding.chroma)) {
        continue;
      }
      if (encoding.sharp_yuv && *encoding.sharp_yuv != (chroma == "sharp")) continue;
      oracle.is_known = true;
      for (const auto& [setting, row] : table) {
        if (row.score < target || row.worst_block < block) continue;
        std::uint64_t bytes = row.bytes;
        if (bytes == 0) {
          EncodeOptions options = encoding;
          options.mode = Quality{static_cast<float>(row.quality)};
          options.chroma = chroma == "444" ? ChromaSubsampling::yuv444 : ChromaSubsampling::yuv420;
          bytes = required(encode(picture, options), key).size();
        }
        oracle.bytes_of[chroma] = bytes;
        if (!oracle.reached || bytes < oracle.bytes) {
          oracle.reached = true;
          oracle.bytes = bytes;
          oracle.chroma = chroma;
          oracle.quality = row.quality;
        }
        break;
      }
    }
    return oracle;
  }

  void judge(const ConstImageView& picture, const std::string& name, const std::string& source,
             double target) {
    SearchOptions options = arguments_.options;
    options.target = TargetScore{Score{target}};
    const Score block = *default_worst_block(options.target);
    std::optional<Found> found;
    double search_seconds = least_seconds(arguments_.repeat, [&] {
      found = required(find_smallest(picture, options, execution_), name);
    });
    EncodeOptions same = options.encode;
    same.format = found->format;
    same.chroma = found->chroma;
    same.sharp_yuv = found->sharp_yuv;
    if (found->format == Format::jpeg) same.progressive = found->progressive;
    std::visit([&](auto mode) { same.mode = mode; }, found->mode);
    Bytes again;
    const double encode_seconds = least_seconds(
        arguments_.repeat, [&] { again = required(encode(picture, same, execution_), name); });
    Totals& totals = totals_[target];
    ++totals.pictures;

    // Scored again by a metric of its own.
    Image flat;
    ConstImageView original = picture;
    if (found->format == Format::jpeg && picture.format.has_alpha()) {
      flat = required(flatten(picture, same.matte), name);
      original = flat.const_view();
    }
    const double own_cost = search_seconds / encode_seconds;
    double cost = own_cost;
    if (found->format == Format::jpeg) {
      cost = search_seconds /
             least_seconds(arguments_.repeat, [&] { encode_by_libjpeg(original, same); });
    }
    constexpr int kLeastProgressive = 3;  // of efforts, as libjpeg has it
    if (found->format == Format::jpeg && same.effort < kLeastProgressive) {
      EncodeOptions progressive = same;
      progressive.effort = kLeastProgressive;
      progressive.progressive = true;
      const double own_seconds = least_seconds(
          arguments_.repeat, [&] { required(encode(picture, progressive, execution_), name); });
      totals.progressive_cost.push_back(
          (search_seconds - encode_seconds + own_seconds) /
          least_seconds(arguments_.repeat, [&] { encode_by_libjpeg(original, progressive); }));
    }
    const Image decoded = required(decode(found->bytes, {}, execution_), name).image;
    const Ssimulacra2 metric = required(Ssimulacra2::prepare(original, execution_), name);
    const Comparison seen = required(metric.compare(decoded.view(), execution_), name);
    const bool is_lossless = std::holds_alternative<Lossless>(found->mode);
    const bool is_own = found->quantizer == JpegQuantizer::limen;
    bool is_honest = is_own || again == found->bytes;
    if (found->reached)
      is_honest = is_honest && seen.score.value >= target && seen.worst_block >= block;
    if (!is_honest) ++totals.false_claims;

    const Oracle oracle = oracle_of(name + '\t' + source, original, target, block.value);
    const double quality =
        is_lossless ? std::nan("") : static_cast<double>(std::get<Quality>(found->mode).value);
    std::string verdict = "unknown";
    if (is_lossless) {
      verdict = "lossless";
      ++totals.lossless;
    } else if (oracle.is_known) {
      ++totals.known;
      const bool same_answer = oracle.reached == found->reached &&
                               (!oracle.reached || oracle.bytes == found->bytes.size());
      verdict = same_answer ? "same" : "miss";
      const auto own =
          oracle.bytes_of.find(mode_name(*found) == "gray" ? "420" : mode_name(*found));
      const bool is_lowest = own != oracle.bytes_of.end() && found->reached
                                 ? own->second == found->bytes.size()
                                 : (own == oracle.bytes_of.end()) == !found->reached;
      if (is_lowest) ++totals.same_of_mode;
      if (same_answer) {
        ++totals.same;
      } else {
        char text[400];
        std::snprintf(
            text, sizeof text, "%s %s: %s q%g %zu, oracle %s q%g %llu (%+.2f %%)", name.c_str(),
            source.c_str(), mode_name(*found).c_str(), quality, found->bytes.size(),
            oracle.chroma.c_str(), oracle.quality, static_cast<unsigned long long>(oracle.bytes),
            100 *
                (static_cast<double>(found->bytes.size()) / static_cast<double>(oracle.bytes) - 1));
        totals.misses.emplace_back(text);
      }
      if (oracle.reached && found->reached) {
        totals.ratio.push_back(static_cast<double>(found->bytes.size()) /
                               static_cast<double>(oracle.bytes));
      }
    }
    totals.per_megapixel.push_back(1e6 * search_seconds / static_cast<double>(area(picture.size)));
    double beside = std::nan("");
    if (arguments_.beside) {
      SearchOptions other = options;
      other.encode.effort = *arguments_.beside;
      std::optional<Found> other_found;
      const double other_seconds = least_seconds(arguments_.repeat, [&] {
        other_found = required(find_smallest(picture, other, execution_), name);
      });
      beside =
          static_cast<double>(found->bytes.size()) / static_cast<double>(other_found->bytes.size());
      totals.beside_bytes.push_back(beside);
      totals.beside_time.push_back(search_seconds / other_seconds);
    }
    for (const int quality : arguments_.fixed) {
      EncodeOptions fixed = options.encode;
      fixed.mode = Quality{static_cast<float>(quality)};
      const Bytes file = required(encode(picture, fixed, execution_), name);
      totals.beside_fixed[quality].push_back(static_cast<double>(found->bytes.size()) /
                                             static_cast<double>(file.size()));
    }
    if (found->reached) {
      ++totals.reached;
      if (!found->certified) ++totals.uncertified;
    }
    if (!is_lossless) {
      totals.evaluations.push_back(found->evaluations);
      totals.encodes.push_back(found->encodes);
      totals.cost.push_back(cost);
      totals.own_cost.push_back(own_cost);
    }
    std::string trials;  // quality and score of each, in order
    for (const Trial& trial : found->trials) {
      const auto* knob = std::get_if<Quality>(&trial.mode);
      char text[60];
      std::snprintf(text, sizeof text, " %s:%g=%.2f", short_name(trial.chroma).c_str(),
                    knob != nullptr ? static_cast<double>(knob->value) : -1, trial.score.value);
      trials += text;
    }
    std::printf(
        "%s\t%s\t%g\t%d\t%s\t%s\t%g\t%zu\t%.3f\t%.3f\t%d\t%.3f\t%d\t%d\t%.3f\t%s\t%llu\t%s\t%.3f\t%"
        ".4f"
        "\t%s\n",
        name.c_str(), source.c_str(), target, found->reached,
        std::string(limen::name(found->format)).c_str(), mode_name(*found).c_str(), quality,
        found->bytes.size(), found->score.value, found->worst_block.value, found->certified,
        seen.score.value, found->evaluations, found->encodes, cost, verdict.c_str(),
        static_cast<unsigned long long>(oracle.bytes),
        std::string(limen::name(found->quantizer)).c_str(), totals.per_megapixel.back(), beside,
        trials.c_str());
    std::fflush(stdout);
  }

  Arguments arguments_;
  std::map<std::string, std::map<std::string, Table>> swept_;
  std::map<double, Totals> totals_;
  Workspace workspace_{~std::uint64_t{0}};
  Execution execution_{.workspace = &workspace_};
};

int run(int count, char** values) {
  Arguments arguments;
  const auto option = [&](const std::string& name, const std::string& value) {
    EncodeOptions& encoding = arguments.options.encode;
    if (name == "--format") {
      encoding.format = value == "webp"   ? Format::webp
                        : value == "avif" ? Format::avif
                                          : Format::jpeg;
    }
    if (name == "--chroma") {
      encoding.chroma = value == "444" ? ChromaSubsampling::yuv444 : ChromaSubsampling::yuv420;
    }
    if (name == "--sharp") encoding.sharp_yuv = value == "1";
    if (name == "--effort") encoding.effort = std::stoi(value);
    if (name == "--sources") arguments.sources = split(value, ',');
    if (name == "--max-pixels") arguments.max_pixels = std::stoull(value);
    if (name == "--least-pixels") arguments.least_pixels = std::stoull(value);
    if (name == "--fixed") {
      for (const std::string& quality : split(value, ',')) {
        arguments.fixed.push_back(std::stoi(quality));
      }
    }
    if (name == "--beside") arguments.beside = std::stoi(value);
    if (name == "--repeat") arguments.repeat = std::stoi(value);
    if (name == "--targets") {
      arguments.targets.clear();
      for (const std::string& target : split(value, ',')) {
        arguments.targets.push_back(std::stod(target));
      }
    }
  };
  const std::vector<std::string> plain = parse_arguments(count, values, option);
  if (plain.empty()) {
    std::fprintf(stderr, "usage: search_judge FOLDER [TABLE.tsv...] [options]\n");
    return 2;
  }
  arguments.folder = plain[0];
  arguments.tables.assign(plain.begin() + 1, plain.end());
  Judge judge(arguments);
  for (const Listed& listed : list_pictures(arguments.folder, arguments.max_pixels)) {
    if (listed.pixels < arguments.least_pixels) continue;
    for (const std::string& name : arguments.sources) judge.picture(listed, source_named(name));
  }
  judge.summary();
  return 0;
}

}  // namespace
}  // namespace limen::bench

int main(int count, char** values) { return limen::bench::run(count, values); }
