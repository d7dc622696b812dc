// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <set>

#include "describe.h"
#include "files.h"
#include "limen/pipeline/placeholder.h"
#include "limen/pipeline/plan.h"
#include "limen/pipeline/transform.h"
#include "picture_element.h"
#include "recipe_options.h"

namespace cli {

namespace {

struct SrcsetCommand {
  std::vector<std::string> files;
  std::string folder;
  std::vector<std::int32_t> widths;
  std::vector<std::string> format_names = {"jpeg", "webp"};
  std::string aspect;
  std::string url_prefix;
  std::string name = "picture";
  bool with_placeholder = false;
  PictureElement element;
  RecipeOptions recipe;
};

struct Wanted {
  limen::Recipe recipe;
  std::int32_t width = 0;
};

struct Outcome {  // NOLINT(bugprone-exception-escape): to move Json throws nothing
  std::string html;
  Json report;
};

std::string stem_of(const SrcsetCommand& own, const std::string& file) {
  return file == "-" ? own.name : std::filesystem::path(file).stem().string();
}

limen::Recipe recipe_of(const SrcsetCommand& own, const limen::Recipe& base, std::int32_t width,
                        limen::Format format) {
  limen::Recipe recipe = base;
  recipe.width = width;
  if (!own.aspect.empty()) {
    const std::size_t colon = own.aspect.find(':');
    if (colon == std::string::npos) throw UsageError("--aspect: takes WIDTH:HEIGHT, as 16:9");
    const double across = parse_numbers(own.aspect.substr(0, colon), "--aspect")[0];
    const double down = parse_numbers(own.aspect.substr(colon + 1), "--aspect")[0];
    if (!(across > 0) || !(down > 0) || width * down / across > 65535) {
      throw UsageError("--aspect: takes WIDTH:HEIGHT, as 16:9");
    }
    recipe.height = std::max(1, static_cast<std::int32_t>(width * down / across + 0.5));
  }
  recipe.format = format;
  const auto valid = limen::validate(recipe);
  if (!valid) throw UsageError(valid.error().message);
  return recipe;
}

// What of the widths this picture is large enough for; where it is for none, its own width.
limen::Result<std::vector<std::int32_t>> widths_for(
    const SrcsetCommand& own, const limen::Recipe& base, const limen::ImageInfo& info,
    const limen::Limits& limits, limen::Format format, std::vector<std::int32_t>& skipped) {
  std::vector<std::int32_t> widths;
  std::int32_t largest = 0;
  for (const std::int32_t width : own.widths) {
    LIMEN_ASSIGN(const limen::Plan plan,
                 limen::plan(info, recipe_of(own, base, width, format), limits));
    largest = std::max(largest, plan.output.width);
    const bool is_reached = plan.fitted.resized.width >= width * base.dpr - 0.5;
    (is_reached ? widths : skipped).push_back(width);
  }
  if (widths.empty()) {
    LIMEN_ASSIGN(const limen::Plan plan,
                 limen::plan(info, recipe_of(own, base, own.widths.front(), format), limits));
    widths.push_back(std::max(1, static_cast<std::int32_t>(plan.fitted.resized.width / base.dpr)));
  }
  return widths;
}

limen::Result<Outcome> make_set(const SrcsetCommand& own, Session& session,
                                const limen::Recipe& base,
                                const std::vector<limen::Format>& formats, const std::string& file,
                                const limen::Execution& execution) {
  LIMEN_ASSIGN(const limen::Bytes bytes, read_input(file, session.limits));
  LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(bytes, session.limits));
  std::vector<std::int32_t> skipped;
  LIMEN_ASSIGN(const std::vector<std::int32_t> widths,
               widths_for(own, base, info, session.limits, formats.front(), skipped));
  std::vector<limen::Recipe> recipes;
  for (const limen::Format format : formats) {
    for (const std::int32_t width : widths) recipes.push_back(recipe_of(own, base, width, format));
  }
  const std::vector<limen::NamedPicture> pictures = own.recipe.pictures();
  LIMEN_ASSIGN(
      const std::vector<limen::Variant> variants,
      limen::transform(bytes, recipes,
                       {.limits = session.limits,
                        .on_damage = own.recipe.best_effort() ? limen::OnDamage::best_effort
                                                              : limen::OnDamage::error,
                        .pictures = pictures},
                       execution));
  Outcome outcome;
  PictureElement element = own.element;
  if (own.with_placeholder) {
    LIMEN_ASSIGN(element.placeholder,
                 limen::make_placeholder(limen::ByteView(bytes), session.limits, execution));
  }
  std::vector<SetFile> set;
  Json reports = Json::array();
  const std::string stem = stem_of(own, file);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    const limen::Variant& variant = variants[i];
    const std::string name = stem + "-" + std::to_string(variant.size.width) + "." +
                             std::string(extension(variant.format));
    const std::string path = (std::filesystem::path(own.folder) / name).string();
    auto written = write_output(path, variant.bytes);
    if (!written) {
      limen::Error error = std::move(written).error();
      error.message = path + ": " + error.message;
      return error;
    }
    set.push_back({own.url_prefix + name, variant.format, variant.size});
    Json report = {{"output", path}};
    report.update(describe(variant));
    reports.push_back(std::move(report));
  }
  for (const std::int32_t width : skipped) {
    const std::string own_width = widths.size() == 1 && skipped.size() == own.widths.size()
                                      ? ", its own " + std::to_string(widths[0]) + " made instead"
                                      : "";
    if (!session.json) {
      session.remark(
          file, "width " + std::to_string(width) + " skipped: the picture is smaller" + own_width);
    }
  }
  outcome.html = picture_element(set, element);
  outcome.report = {{"file", file},
                    {"picture", outcome.html},
                    {"skipped_widths", skipped},
                    {"variants", std::move(reports)}};
  return outcome;
}

void run(Session& session, SrcsetCommand& own) {
  const std::vector<limen::Format> formats = parse_formats(own.format_names, "--formats");
  std::ranges::sort(own.widths);
  own.widths.erase(std::unique(own.widths.begin(), own.widths.end()), own.widths.end());
  const limen::Recipe base = own.recipe.recipe();
  // Bad combinations are found before any file is touched.
  for (const limen::Format format : formats) {
    for (const std::int32_t width : own.widths) {
      static_cast<void>(recipe_of(own, base, width, format));
    }
  }
  std::set<std::string> stems;
  for (const std::string& file : own.files) {
    if (!stems.insert(stem_of(own, file)).second) {
      throw UsageError("two files are called " + stem_of(own, file) +
                       ": their sets would overwrite each other");
    }
  }
  const auto made = make_folder(own.folder);
  if (!made) {
    session.report(own.folder, made.error());
    return;
  }
  if (!own.recipe.load_pictures(session)) return;
  std::vector<std::optional<Outcome>> outcomes(own.files.size());
  session.for_each_file(own.files, [&](std::size_t i, const limen::Execution& execution) {
    auto outcome = make_set(own, session, base, formats, own.files[i], execution);
    if (outcome) {
      outcomes[i] = *std::move(outcome);
    } else {
      session.report(own.files[i], outcome.error());
    }
  });
  std::vector<Json> reports;
  std::string html;
  for (std::optional<Outcome>& outcome : outcomes) {
    if (!outcome) continue;
    html += outcome->html;
    reports.push_back(std::move(outcome->report));
  }
  if (!session.json) {
    session.print(html);
  } else if (!reports.empty() || own.files.size() > 1) {
    session.print(own.files.size() == 1 ? reports.front() : Json(std::move(reports)));
  }
}

}  // namespace

void add_srcset(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand(
      "srcset",
      "Makes sets of sizes and formats, each from one decode, and prints <picture> elements");
  auto own = std::make_shared<SrcsetCommand>();
  command->add_option("FILE", own->files, "Pictures, - for standard input")->required();
  command->add_option("-o,--output", own->folder, "Folder, made where missing")->required();
  command->add_option("--widths", own->widths, "Widths in pixels: 320,640,960")
      ->required()
      ->delimiter(',')
      ->check(CLI::Range(1, 65535));
  command->add_option("--formats", own->format_names, "jpeg, png, webp, avif")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--aspect", own->aspect, "WIDTH:HEIGHT of each, as 16:9; default: as it is");
  command->add_option("--name", own->name, "File name's first part for standard input")
      ->capture_default_str();
  command->add_option("--url-prefix", own->url_prefix, "Put before file names in the element");
  command->add_option("--sizes", own->element.sizes, "The element's sizes")->capture_default_str();
  command->add_option("--alt", own->element.alt, "The element's alternative text");
  command->add_flag("--placeholder", own->with_placeholder,
                    "Average colour and a tiny blurred picture behind the element");
  own->recipe.add_to(*command, false);
  command->callback([&session, own] { run(session, *own); });
}

}  // namespace cli
