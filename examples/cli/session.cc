// SPDX-License-Identifier: Apache-2.0
#include "session.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "files.h"

namespace cli {

namespace {

std::string bar(std::size_t done, std::size_t total) {
  constexpr std::size_t kWidth = 40;
  const std::size_t filled = kWidth * done / total;
  return "[" + std::string(filled, '#') + std::string(kWidth - filled, '.') + "] " +
         std::to_string(done) + "/" + std::to_string(total);
}

}  // namespace

std::string on_one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    line += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  return line;
}

void Session::print_line(const std::string& line) {
  // One call a line, so that lines of threads and of other programs do not mix.
  const std::string text =
      (bar_is_shown_ ? "\r\x1b[K" : "") + line + "\n" + (bar_is_shown_ ? bar_ : "");
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Session::report(const std::string& file, const limen::Error& error) {
  std::string line = "limen: " + on_one_line(file) + ": " + std::string(name(error.code));
  // Some messages begin with the format's name themselves.
  const std::string format = error.format ? std::string(display_name(*error.format)) + ": " : "";
  line += ": " + (error.message.starts_with(format) ? "" : format) + on_one_line(error.message);
  const std::lock_guard lock(mutex_);
  has_failed_ = true;
  print_line(line);
}

void Session::remark(const std::string& file, const std::string& note) {
  const std::lock_guard lock(mutex_);
  print_line("limen: " + on_one_line(file) + ": " + on_one_line(note));
}

void Session::print(const Json& json) {
  print(json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

void Session::print(const std::string& text) {
  const auto written = write_output("-", std::as_bytes(std::span(text)));
  if (!written) report("-", written.error());
}

void Session::for_each_file(
    const std::vector<std::string>& files,
    const std::function<void(std::size_t index, const limen::Execution& execution)>& work) {
  const std::size_t count = files.size();
  const unsigned workers = static_cast<unsigned>(std::min<std::size_t>(threads, count));
  if (count > 1 && ::isatty(STDERR_FILENO) != 0) {
    const std::lock_guard lock(mutex_);
    bar_is_shown_ = true;
    bar_ = bar(0, count);
    std::fputs(bar_.c_str(), stderr);
  }
  std::atomic<std::size_t> next{0};
  std::size_t done = 0;
  const auto run = [&] {
    limen::Workspace workspace(limits.working_memory);
    limen::Execution execution;
    execution.workspace = &workspace;
    execution.threads = workers > 1 ? 1 : threads;
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i, execution);
      } catch (const std::exception& error) {
        report(files[i], {.code = limen::ErrorCode::internal, .message = error.what()});
      }
      const std::lock_guard lock(mutex_);
      ++done;
      if (bar_is_shown_) {
        bar_ = bar(done, count);
        std::fprintf(stderr, "\r\x1b[K%s", bar_.c_str());
      }
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; i < workers; ++i) others.emplace_back(run);
  run();
  others.clear();
  if (bar_is_shown_) {
    const std::lock_guard lock(mutex_);
    bar_is_shown_ = false;
    std::fputs("\r\x1b[K", stderr);
  }
}

Json join(std::vector<Json> reports) {
  if (reports.size() == 1) return std::move(reports.front());
  Json array = Json::array();
  for (Json& report : reports) {
    if (!report.is_null()) array.push_back(std::move(report));
  }
  return array;
}

}  // namespace cli
