// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/plan.h"

#include "describe.h"
#include "files.h"
#include "recipe_options.h"

namespace cli {

namespace {

struct PlanCommand {
  std::vector<std::string> files;
  RecipeOptions recipe;
};

limen::Result<Json> plan_of(const std::string& file, const limen::Recipe& recipe,
                            const limen::Limits& limits) {
  LIMEN_ASSIGN(const limen::Bytes bytes, read_input(file, limits));
  LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(bytes, limits));
  LIMEN_ASSIGN(const limen::Plan plan, limen::plan(info, recipe, limits));
  LIMEN_ASSIGN(const std::string key, limen::canonical(recipe));
  Json json = {{"file", file}, {"recipe", key}};
  json.update(describe(plan));
  return json;
}

}  // namespace

void add_plan(CLI::App& app, Session& session) {
  CLI::App* command = app.add_subcommand(
      "plan", "What transform would do, as JSON, without decoding; several files: an array");
  auto own = std::make_shared<PlanCommand>();
  command->add_option("FILE", own->files, "Pictures, - for standard input")->required();
  own->recipe.add_to(*command, true);
  command->callback([&session, own] {
    const limen::Recipe recipe = own->recipe.recipe();
    std::vector<Json> reports(own->files.size());
    session.for_each_file(own->files, [&](std::size_t i, const limen::Execution&) {
      auto json = plan_of(own->files[i], recipe, session.limits);
      if (json) {
        reports[i] = *std::move(json);
      } else {
        session.report(own->files[i], json.error());
      }
    });
    const Json joined = join(std::move(reports));
    if (!joined.is_null()) session.print(joined);
  });
}

}  // namespace cli
