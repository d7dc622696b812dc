// SPDX-License-Identifier: Apache-2.0

// Scores every setting of a format for every picture of a folder, into a table: what the search is
// judged against and its model fitted to. Goes on where it was stopped.
//
//   search_sweep FOLDER TABLE.tsv [--ladders jpeg-420,webp,webp-sharp,webp-0,avif-420,…]
//                [--sources original,q92-420,…] [--from QUALITY] [--least-pixels N] [--max-pixels
//                N]
//                [--files FOLDER] [--features TABLE.tsv]
//
// A ladder is format[-chroma][-effort], WebP's chroma "sharp" where it is halved so. --files keeps
// encoded files, so that a table can be made again without encoding. --features takes what the
// search measures of each picture beforehand.

#include <cmath>
#include <set>

#include "benchmarks/search/pictures.h"
#include "lib/quality/search_features.h"
#include "limen/codec/trial.h"
#include "limen/compose/extend.h"
#include "limen/quality/ssimulacra2.h"

namespace limen::bench {
namespace {

struct Ladder {
  std::string name;
  EncodeOptions options;
};

Ladder ladder_named(const std::string& name) {
  Ladder ladder{name, {}};
  for (const std::string& part : split(name, '-')) {
    if (part == "jpeg") ladder.options.format = Format::jpeg;
    if (part == "webp") ladder.options.format = Format::webp;
    if (part == "avif") ladder.options.format = Format::avif;
    if (part == "420") ladder.options.chroma = ChromaSubsampling::yuv420;
    if (part == "444") ladder.options.chroma = ChromaSubsampling::yuv444;
    if (part == "sharp") ladder.options.sharp_yuv = true;
    if (part.size() == 1) ladder.options.effort = part[0] - '0';
  }
  return ladder;
}

struct Arguments {
  std::filesystem::path folder;
  std::string table;
  std::vector<std::string> ladders{"jpeg-420", "jpeg-444", "webp"};
  std::vector<std::string> sources{"original"};
  double from = 30;
  std::uint64_t max_pixels = ~std::uint64_t{0};
  std::uint64_t least_pixels = 0;
  std::filesystem::path files;
  std::string features;
};

void write_file(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

class Sweep {
 public:
  explicit Sweep(const Arguments& arguments) : arguments_(arguments) {
    std::ifstream known(arguments.table);
    for (std::string line; std::getline(known, line);) {
      const auto cells = split(line, '\t');
      if (cells.size() == 8) done_.insert(key(cells[0], cells[1], cells[2], cells[3]));
    }
    table_ = std::fopen(arguments.table.c_str(), "a");
    if (done_.empty()) {
      std::fprintf(table_,
                   "picture\tsource\tladder\tsetting\tquality\tbytes\tscore\tworst_block\n");
    }
  }
  ~Sweep() { std::fclose(table_); }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  void picture(const Listed& listed, const Source& source) {
    Image picture = load(listed, source);
    if (!arguments_.features.empty()) features(picture.const_view(), listed, source);
    for (const std::string& name : arguments_.ladders) {
      climb(picture.const_view(), listed, source, ladder_named(name));
    }
  }

 private:
  static std::string key(const std::string& picture, const std::string& source,
                         const std::string& ladder, const std::string& setting) {
    return picture + '\t' + source + '\t' + ladder + '\t' + setting;
  }

  void features(ConstImageView picture, const Listed& listed, const Source& source) const {
    std::FILE* table = std::fopen(arguments_.features.c_str(), "a");
    std::fprintf(table, "%s\t%s", listed.name.c_str(), source.name.c_str());
    for (const double value : search::measure(picture)) std::fprintf(table, "\t%.5f", value);
    std::fprintf(table, "\n");
    std::fclose(table);
  }

  void climb(ConstImageView picture, const Listed& listed, const Source& source, Ladder ladder) {
    Image flat;
    if (ladder.options.format == Format::jpeg && picture.format.has_alpha()) {
      flat = required(flatten(picture, ladder.options.matte), listed.name);
      picture = flat.const_view();
    }
    const bool is_gray = channel_count(picture.format.layout) <= 2;
    if (is_gray && ladder.options.chroma == ChromaSubsampling::yuv444) return;
    auto trials = required(start_trials(picture, ladder.options, execution_), listed.name);
    std::optional<Ssimulacra2> metric;
    for (int setting = trials->count() - 1; setting >= 0; --setting) {
      const double quality = trials->quality_of(setting).value;
      if (quality < arguments_.from) break;
      const std::string row = key(listed.name, source.name, ladder.name, std::to_string(setting));
      if (done_.contains(row)) continue;
      if (!metric) metric = required(Ssimulacra2::prepare(picture, execution_), listed.name);
      std::uint64_t bytes = 0;
      Comparison seen;
      const std::filesystem::path kept = arguments_.files / listed.name / source.name /
                                         (ladder.name + "-" + std::to_string(setting));
      if (!arguments_.files.empty() && std::filesystem::exists(kept)) {
        const Bytes file = read_file(kept);
        bytes = file.size();
        const Decoded shown = required(decode(file, {}, execution_), listed.name);
        seen = required(metric->compare(shown.image.view(), execution_), listed.name);
      } else {
        const ConstImageView shown = required(trials->show(setting, execution_), listed.name);
        seen = required(metric->compare(shown, execution_), listed.name);
        if (trials->shows_files()) {
          const Bytes file = required(trials->finish(setting, execution_), listed.name);
          bytes = file.size();
          if (!arguments_.files.empty()) write_file(kept, file);
        }
      }
      std::fprintf(table_, "%s\t%g\t%llu\t%.4f\t%.4f\n", row.c_str(), quality,
                   static_cast<unsigned long long>(bytes), seen.score.value,
                   seen.worst_block.value);
    }
    std::fflush(table_);
  }

  Arguments arguments_;
  std::set<std::string> done_;
  std::FILE* table_ = nullptr;
  Workspace workspace_{~std::uint64_t{0}};
  Execution execution_{.workspace = &workspace_};
};

int run(int count, char** values) {
  Arguments arguments;
  const auto option = [&](const std::string& name, const std::string& value) {
    if (name == "--ladders") arguments.ladders = split(value, ',');
    if (name == "--sources") arguments.sources = split(value, ',');
    if (name == "--from") arguments.from = std::stod(value);
    if (name == "--max-pixels") arguments.max_pixels = std::stoull(value);
    if (name == "--least-pixels") arguments.least_pixels = std::stoull(value);
    if (name == "--files") arguments.files = value;
    if (name == "--features") arguments.features = value;
  };
  const std::vector<std::string> plain = parse_arguments(count, values, option);
  if (plain.size() != 2) {
    std::fprintf(stderr, "usage: search_sweep FOLDER TABLE.tsv [options]\n");
    return 2;
  }
  arguments.folder = plain[0];
  arguments.table = plain[1];
  Sweep sweep(arguments);
  for (const Listed& listed : list_pictures(arguments.folder, arguments.max_pixels)) {
    if (listed.pixels < arguments.least_pixels) continue;
    for (const std::string& name : arguments.sources) sweep.picture(listed, source_named(name));
    std::fprintf(stderr, "%s\n", listed.name.c_str());
  }
  return 0;
}

}  // namespace
}  // namespace limen::bench

int main(int count, char** values) { return limen::bench::run(count, values); }
