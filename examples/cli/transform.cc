// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/transform.h"

#include <unistd.h>

#include <array>
#include <filesystem>

#include "describe.h"
#include "files.h"
#include "recipe_options.h"

namespace cli {

namespace {

struct TransformCommand {
  std::vector<std::string> files;
  std::string output;
  RecipeOptions recipe;
};

// Formats that people name by an extension and that limen does not write.
void refuse_other_formats(const std::filesystem::path& output) {
  constexpr std::array kOthers = {".gif", ".tif", ".tiff", ".bmp", ".heic", ".heif",
                                  ".jxl", ".svg", ".jp2",  ".pdf", ".ppm",  ".tga"};
  for (const char* other : kOthers) {
    if (output.extension() == other) {
      throw UsageError("-o " + output.string() +
                       ": limen writes .jpg, .png, .webp and .avif; --format decides otherwise");
    }
  }
}

limen::Result<Json> transform_file(const std::string& file, const std::string& output,
                                   const limen::Recipe& recipe, const RecipeOptions& options,
                                   const limen::Limits& limits, const limen::Execution& execution,
                                   bool into_folder) {
  LIMEN_ASSIGN(const limen::Bytes bytes, read_input(file, limits));
  const std::vector<limen::NamedPicture> pictures = options.pictures();
  LIMEN_ASSIGN(const limen::Variant variant,
               limen::transform(bytes, recipe,
                                {.limits = limits,
                                 .on_damage = options.best_effort() ? limen::OnDamage::best_effort
                                                                    : limen::OnDamage::error,
                                 .pictures = pictures},
                                execution));
  std::string path = output;
  if (into_folder) {
    const std::string stem = file == "-" ? "stdin" : std::filesystem::path(file).stem().string();
    path = (std::filesystem::path(output) / stem).string() + "." +
           std::string(extension(variant.format));
  }
  auto written = write_output(path, variant.bytes);
  if (!written) {
    limen::Error error = std::move(written).error();
    error.message = path + ": " + error.message;
    return error;
  }
  Json json = {{"file", file}, {"output", path}};
  json.update(describe(variant));
  return json;
}

void run(Session& session, TransformCommand& own) {
  limen::Recipe recipe = own.recipe.recipe();
  std::error_code not_there;
  const bool into_folder =
      own.output.ends_with('/') || std::filesystem::is_directory(own.output, not_there);
  if (own.files.size() > 1 && !into_folder) {
    throw UsageError("-o: several files need an existing folder");
  }
  if (own.output == "-") {
    if (session.json) throw UsageError("--json and -o - both want standard output");
    if (::isatty(STDOUT_FILENO) != 0) throw UsageError("-o -: standard output is a terminal");
  }
  if (!into_folder && !recipe.format && recipe.formats.empty()) {
    const std::filesystem::path output = own.output;
    recipe.format = parse_format(output.extension().string());
    if (!recipe.format) refuse_other_formats(output);
    const auto valid = limen::validate(recipe);
    if (!valid) throw UsageError(valid.error().message);
  }
  if (into_folder) {
    const auto made = make_folder(own.output);
    if (!made) {
      session.report(own.output, made.error());
      return;
    }
  }
  if (!own.recipe.load_pictures(session)) return;
  std::vector<Json> reports(own.files.size());
  session.for_each_file(own.files, [&](std::size_t i, const limen::Execution& execution) {
    auto json = transform_file(own.files[i], own.output, recipe, own.recipe, session.limits,
                               execution, into_folder);
    if (json) {
      reports[i] = *std::move(json);
    } else {
      session.report(own.files[i], json.error());
    }
  });
  const Json joined = join(std::move(reports));
  if (session.json && !joined.is_null()) session.print(joined);
}

}  // namespace

void add_transform(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand("transform", "Makes one picture of another");
  auto own = std::make_shared<TransformCommand>();
  command->add_option("FILE", own->files, "Pictures, - for standard input")->required();
  command
      ->add_option("-o,--output", own->output,
                   "Where to; - for standard output; a folder takes NAME.EXTENSION of each file")
      ->required();
  own->recipe.add_to(*command, true);
  command->callback([&session, own] { run(session, *own); });
}

}  // namespace cli
