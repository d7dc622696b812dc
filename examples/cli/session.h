// SPDX-License-Identifier: Apache-2.0
#pragma once

// What all subcommands share: options of the whole tool, errors on their one line, JSON.

#include <CLI/CLI.hpp>
#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "limen/core/error.h"
#include "limen/core/execution.h"
#include "limen/core/limits.h"

namespace cli {

using Json = nlohmann::ordered_json;

enum ExitCode { kDone = 0, kFileFailed = 1, kUsage = 2 };

/// A wrong command line: the message goes to standard error and the tool ends with kUsage.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Session {
 public:
  /// The library's, but for memory: its default is for a service that makes small pictures of large
  /// ones, while a search for the quality of a whole photograph takes up to 50 bytes a pixel.
  limen::Limits limits = {.working_memory = 2'500'000'000};
  bool json = false;
  unsigned threads = 1;  ///< 0 on the command line: as many as the machine has

  /// Prints `limen: FILE: malformed: JPEG: …` and makes the tool end with kFileFailed. Thread-safe.
  void report(const std::string& file, const limen::Error& error);
  /// Prints `limen: FILE: note` without being an error. Thread-safe.
  void remark(const std::string& file, const std::string& note);

  /// Prints to standard output; JSON indented, with bytes that are no UTF-8 replaced.
  void print(const Json& json);
  void print(const std::string& text);

  /// Calls work(index, execution) for each of `files`, by up to `threads` threads with a Workspace
  /// each; a single file gets all threads itself. Shows a progress bar where there are several
  /// files and standard error is a terminal.
  void for_each_file(
      const std::vector<std::string>& files,
      const std::function<void(std::size_t index, const limen::Execution& execution)>& work);

  bool has_failed() const { return has_failed_; }

 private:
  void print_line(const std::string& line);

  std::mutex mutex_;
  bool has_failed_ = false;
  bool bar_is_shown_ = false;
  std::string bar_;
};

/// File names may hold anything; this shows them on one line, control characters as '?'.
std::string on_one_line(std::string_view text);

/// What a subcommand found out about one file, or that it failed. Several files give an array of
/// those that did not fail, one file the object itself.
Json join(std::vector<Json> reports);

/// Each registers a subcommand whose callback does the work.
void add_info(CLI::App& app, Session& session);
void add_transform(CLI::App& app, Session& session);
void add_srcset(CLI::App& app, Session& session);
void add_plan(CLI::App& app, Session& session);
void add_decode(CLI::App& app, Session& session);
void add_compare(CLI::App& app, Session& session);
void add_optimize(CLI::App& app, Session& session);

/// --version, with or without --json.
void print_version(Session& session);

}  // namespace cli
