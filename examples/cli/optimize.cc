// SPDX-License-Identifier: Apache-2.0
#include "optimize.h"

#include <utility>
#include <variant>

#include "describe.h"
#include "files.h"
#include "limen/quality/search.h"
#include "option_values.h"
#include "report.h"

namespace cli {

namespace {

struct OptimizeCommand {
  std::vector<std::string> files;
  std::string folder;
  std::string target = "invisible";
  std::optional<std::uint64_t> max_bytes;
  std::vector<std::string> format_names = {"same"};
  std::optional<double> worst_block;
  int effort = 4;
  std::string metadata = "copyright";
  bool may_replace = false;
  std::string report;
};

limen::Recipe recipe_of(const OptimizeCommand& own) {
  limen::Recipe recipe;
  const bool is_named = own.target == "invisible" || own.target == "flicker-proof";
  recipe.fidelity = parse_fidelity(is_named ? own.target : "score:" + own.target, "--target");
  if (own.format_names != std::vector<std::string>{"same"}) {
    recipe.formats = parse_formats(own.format_names, "--formats");
  }
  if (own.worst_block) recipe.worst_block = limen::Score{*own.worst_block};
  recipe.effort = own.effort;
  recipe.metadata = parse_metadata_policy(own.metadata, "--metadata");
  const auto valid = limen::validate(recipe);
  if (!valid) throw UsageError(valid.error().message);
  return recipe;
}

std::optional<limen::Score> score_wanted(const limen::Recipe& recipe) {
  if (const auto* target = std::get_if<limen::TargetScore>(&recipe.fidelity)) return target->score;
  if (std::holds_alternative<limen::FlickerProof>(recipe.fidelity)) {
    return limen::target_score(limen::FlickerProof{});
  }
  return limen::target_score(limen::Invisible{});
}

// What the first search cost is part of what the second one did.
void add_cost(const std::optional<limen::SearchReport>& first,
              std::optional<limen::SearchReport>& total) {
  if (!first || !total) return;
  total->evaluations += first->evaluations;
  total->encodes += first->encodes;
  total->trials.insert(total->trials.begin(), first->trials.begin(), first->trials.end());
}

// As the target asks, or, where that would be too large, the finest that is not.
limen::Result<limen::Variant> optimized(limen::ByteView bytes, limen::Recipe recipe,
                                        std::optional<std::uint64_t> max_bytes,
                                        const limen::Limits& limits,
                                        const limen::Execution& execution) {
  const limen::TransformOptions options = {.limits = limits};
  LIMEN_ASSIGN(limen::Variant variant, limen::transform(bytes, recipe, options, execution));
  if (!max_bytes || variant.bytes.size() <= *max_bytes) return variant;
  recipe.fidelity = limen::TargetBytes{*max_bytes};
  LIMEN_ASSIGN(limen::Variant smaller, limen::transform(bytes, recipe, options, execution));
  add_cost(variant.search, smaller.search);
  return smaller;
}

limen::Result<void> write_below(const std::filesystem::path& path, limen::ByteView bytes) {
  auto written = make_folder(path.parent_path().string());
  if (written) written = write_output(path.string(), bytes);
  if (written) return {};
  limen::Error error = std::move(written).error();
  error.message = path.string() + ": " + error.message;
  return error;
}

Json report_of(const Optimized& file) {
  Json json = {
      {"file", file.file},
      {"output", file.output},
      {"source_format", name(file.source_format)},
      {"before", file.before},
      {"after", file.after},
      {"saved", static_cast<std::int64_t>(file.before) - static_cast<std::int64_t>(file.after)}};
  json.update(describe(file.variant));
  json["bytes"] = file.after;
  if (file.variant.search) {
    json["trials"] = Json::array();
    for (const limen::Trial& trial : file.variant.search->trials) {
      json["trials"].push_back(describe(trial));
    }
  }
  return json;
}

Json report_of(const std::vector<std::optional<Optimized>>& files) {
  Json list = Json::array();
  for (const auto& file : files) {
    if (file) list.push_back(report_of(*file));
  }
  const OptimizeTotals totals = totals_of(files);
  return {{"files", std::move(list)},
          {"failed", totals.failed},
          {"missed", totals.missed},
          {"before", totals.before},
          {"after", totals.after}};
}

// One call of the command.
class Optimizer {
 public:
  Optimizer(Session& session, const OptimizeCommand& own, std::vector<OptimizeInput> inputs)
      : session_(session),
        own_(own),
        recipe_(recipe_of(own)),
        inputs_(std::move(inputs)),
        names_(own.folder, inputs_, own.may_replace) {}

  void run() {
    std::vector<std::string> paths;
    for (const OptimizeInput& input : inputs_) paths.push_back(input.path);
    std::vector<std::optional<Optimized>> files(inputs_.size());
    session_.for_each_file(paths, [&](std::size_t i, const limen::Execution& execution) {
      auto file = optimize(inputs_[i], execution);
      if (file) {
        files[i] = *std::move(file);
      } else {
        session_.report(paths[i], file.error());
      }
    });
    if (!own_.report.empty()) write_report(files);
    if (session_.json) {
      session_.print(report_of(files));
    } else {
      session_.print(optimize_table(files));
    }
  }

 private:
  limen::Result<Optimized> optimize(const OptimizeInput& input, const limen::Execution& execution) {
    LIMEN_ASSIGN(const limen::Bytes bytes, read_input(input.path, session_.limits));
    LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(bytes, session_.limits));
    Optimized file;
    file.file = input.path;
    file.source_format = info.format;
    file.before = bytes.size();
    LIMEN_ASSIGN(file.variant,
                 optimized(bytes, recipe_, own_.max_bytes, session_.limits, execution));
    file.after = file.variant.bytes.size();
    LIMEN_ASSIGN(const std::filesystem::path path,
                 names_.claim(input, info.format, file.variant.format));
    LIMEN_TRY(write_below(path, file.variant.bytes));
    file.output = path.string();
    if (!own_.report.empty()) {
      auto pictures = report_pictures(bytes, file.variant.bytes, session_.limits, execution);
      if (pictures) {
        file.pictures = *std::move(pictures);
      } else {
        // The file itself is well.
        session_.remark(input.path, "no pictures in the report: " + pictures.error().message);
      }
    }
    file.variant.bytes = {};
    return file;
  }

  void write_report(const std::vector<std::optional<Optimized>>& files) {
    const std::string page = report_page(files, score_wanted(recipe_));
    const auto written = write_output(own_.report, std::as_bytes(std::span(page)));
    if (!written) session_.report(own_.report, written.error());
  }

  Session& session_;
  const OptimizeCommand& own_;
  const limen::Recipe recipe_;
  const std::vector<OptimizeInput> inputs_;
  OptimizeNames names_;
};

void run(Session& session, const OptimizeCommand& own) {
  for (const std::string& file : own.files) {
    if (file == "-") throw UsageError("optimize takes files and folders, not standard input");
  }
  if (own.folder == "-") throw UsageError("-o: takes a folder");
  if (own.report == "-") throw UsageError("--report: takes a file's name");
  auto inputs = find_pictures(own.files);
  if (!inputs) {
    session.report(own.files.front(), inputs.error());
    return;
  }
  Optimizer optimizer(session, own, *std::move(inputs));
  const auto made = make_folder(own.folder);
  if (!made) {
    session.report(own.folder, made.error());
    return;
  }
  optimizer.run();
}

}  // namespace

void add_optimize(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand(
      "optimize", "Same pixels, smaller files: the smallest whose loss nobody sees");
  auto own = std::make_shared<OptimizeCommand>();
  command
      ->add_option("FILE", own->files,
                   "Pictures, and folders, whose pictures keep their place below -o")
      ->required();
  command->add_option("-o,--output", own->folder, "Folder, made where missing")->required();
  command
      ->add_option("--target", own->target,
                   "invisible (swapped in place, nobody sees a difference), flicker-proof, or a "
                   "score of SSIMULACRA 2.1")
      ->capture_default_str();
  command
      ->add_option("--max-bytes", own->max_bytes,
                   "What would be larger becomes the finest that is not, whatever its score")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--formats", own->format_names,
                   "Those to choose from, as jpeg,webp,avif; same: each file's own")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--worst-block", own->worst_block,
                      "Least score of the worst block of 64x64 pixels; default: by --target");
  command->add_option("--effort", own->effort, "0 (fastest) to 9 (smallest)")
      ->capture_default_str();
  command->add_option("--metadata", own->metadata, "none, copyright or keep")
      ->capture_default_str();
  command->add_flag("--replace", own->may_replace, "Results may take the place of the pictures");
  command->add_option("--report", own->report,
                      "Where to write a page that shows before and after, HTML in one file");
  command->add_option("-j,--jobs", session.threads, "Files at a time; 0: one a processor")
      ->check(CLI::Range(0u, 1024u))
      ->capture_default_str();
  command->callback([&session, own] { run(session, *own); });
}

}  // namespace cli
