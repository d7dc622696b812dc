// SPDX-License-Identifier: Apache-2.0
#include "describe.h"
#include "files.h"
#include "limen/codec/decode.h"

namespace cli {

namespace {

limen::Result<Json> info_of(const std::string& file, const limen::Limits& limits) {
  LIMEN_ASSIGN(const limen::Bytes bytes, read_input(file, limits));
  LIMEN_ASSIGN(const limen::ImageInfo info, limen::probe(bytes, limits));
  Json json = {{"file", file}, {"bytes", bytes.size()}};
  json.update(describe(info));
  return json;
}

}  // namespace

void add_info(CLI::App& app, Session& session) {
  CLI::App* command =
      app.add_subcommand("info", "What files' headers tell, as JSON; several files: an array");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("FILE", *files, "Pictures, - for standard input")->required();
  command->callback([&session, files] {
    std::vector<Json> reports(files->size());
    session.for_each_file(*files, [&](std::size_t i, const limen::Execution&) {
      auto json = info_of((*files)[i], session.limits);
      if (json) {
        reports[i] = *std::move(json);
      } else {
        session.report((*files)[i], json.error());
      }
    });
    const Json joined = join(std::move(reports));
    if (!joined.is_null()) session.print(joined);
  });
}

}  // namespace cli
