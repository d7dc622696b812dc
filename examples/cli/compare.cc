// SPDX-License-Identifier: Apache-2.0

#include "describe.h"
#include "files.h"
#include "limen/codec/encode.h"
#include "limen/quality/heatmap.h"
#include "limen/quality/ssimulacra2.h"
#include "picture.h"
#include "session.h"

namespace cli {

namespace {

struct CompareCommand {
  std::string original;
  std::string candidate;
  std::string heatmap;
};

// An error of one of several files, which says of which.
limen::Error about(const std::string& file, limen::Error error) {
  error.message = file + ": " + error.message;
  return error;
}

limen::Result<limen::Image> read_picture(const std::string& file, const limen::Limits& limits,
                                         const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::Bytes bytes, read_input(file, limits));
  limen::DecodeOptions options;
  options.limits = limits;
  options.keep_16_bit = true;
  return upright_srgb(bytes, options, execution);
}

limen::Result<void> write_heatmap(const std::string& path, const limen::ErrorMap& map,
                                  const limen::ConstImageView& original,
                                  const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::Image picture, limen::heatmap(map, original, execution));
  LIMEN_ASSIGN(const limen::Bytes bytes,
               limen::encode(picture.view(),
                             {.format = limen::Format::png, .mode = limen::Lossless{}}, execution));
  auto written = write_output(path, bytes);
  if (!written) return about(path, std::move(written).error());
  return {};
}

limen::Result<limen::Comparison> compare_files(const CompareCommand& own, const Session& session,
                                               const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::Image original, read_picture(own.original, session.limits, execution));
  auto candidate = read_picture(own.candidate, session.limits, execution);
  if (!candidate) return about(own.candidate, std::move(candidate).error());
  LIMEN_ASSIGN(const limen::Ssimulacra2 prepared,
               limen::Ssimulacra2::prepare(original.view(), execution));
  if (own.heatmap.empty()) return prepared.compare(candidate->view(), execution);
  LIMEN_ASSIGN(const limen::ErrorMap map,
               limen::map_errors(prepared, candidate->view(), execution));
  LIMEN_TRY(write_heatmap(own.heatmap, map, original.view(), execution));
  return map.comparison;
}

std::string as_text(const limen::Comparison& comparison) {
  const limen::Rect& at = comparison.worst_block_at;
  return "score        " + rounded_down(comparison.score) + "\nworst block  " +
         rounded_down(comparison.worst_block) + ", " + std::to_string(at.width) + "x" +
         std::to_string(at.height) + " pixels from " + std::to_string(at.x) + "," +
         std::to_string(at.y) + "\n";
}

void run(Session& session, const CompareCommand& own) {
  if (own.original == "-" && own.candidate == "-") {
    throw UsageError("standard input is one file, not two");
  }
  if (own.heatmap == "-") throw UsageError("--heatmap: takes a file's name, not standard output");
  session.for_each_file({own.original}, [&](std::size_t, const limen::Execution& execution) {
    const auto comparison = compare_files(own, session, execution);
    if (!comparison) {
      session.report(own.original, comparison.error());
      return;
    }
    if (!session.json) {
      session.print(as_text(*comparison));
      return;
    }
    Json json = {{"original", own.original}, {"candidate", own.candidate}};
    json.update(describe(*comparison));
    if (!own.heatmap.empty()) json["heatmap"] = own.heatmap;
    session.print(json);
  });
}

}  // namespace

void add_compare(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand(
      "compare",
      "How much of a difference people see: SSIMULACRA 2.1, as a whole and of the worst block");
  auto own = std::make_shared<CompareCommand>();
  command->add_option("ORIGINAL", own->original, "A picture, - for standard input")->required();
  command->add_option("CANDIDATE", own->candidate, "What became of it, of the same size, or -")
      ->required();
  command->add_option("--heatmap", own->heatmap,
                      "Where to write a PNG of the original that shows where they differ");
  command->footer(
      "100 is identical; from 90 up no difference is seen when both flicker in place, from 85 up\n"
      "none when they are swapped in place; 70 is good, 30 poor.");
  command->callback([&session, own] { run(session, *own); });
}

}  // namespace cli
