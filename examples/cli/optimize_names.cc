// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "optimize.h"
#include "option_values.h"

namespace cli {

namespace {

namespace fs = std::filesystem;

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

bool is_called_a_picture(const fs::path& path) {
  return parse_format(path.extension().string()).has_value();
}

limen::Result<void> add_folder(const fs::path& folder, std::vector<OptimizeInput>& inputs) {
  std::error_code error;
  std::vector<OptimizeInput> found;
  auto entry = fs::recursive_directory_iterator(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code gone;
    if (is_hidden(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->is_regular_file(gone) && is_called_a_picture(entry->path())) {
      found.push_back({entry->path().string(), entry->path().lexically_relative(folder)});
    }
  }
  if (error) {
    return limen::Error{.code = limen::ErrorCode::io,
                        .message = folder.string() + ": cannot be read: " + error.message()};
  }
  std::ranges::sort(found, {}, &OptimizeInput::name);
  std::ranges::move(found, std::back_inserter(inputs));
  return {};
}

// For comparing: two ways to write one path are one path, even of what does not exist yet.
fs::path canonical_path(const fs::path& path) {
  std::error_code error;
  fs::path result = fs::weakly_canonical(path, error);
  return error ? path.lexically_normal() : result;
}

}  // namespace

limen::Result<std::vector<OptimizeInput>> find_pictures(const std::vector<std::string>& named) {
  std::vector<OptimizeInput> inputs;
  for (const std::string& path : named) {
    std::error_code not_there;
    if (fs::is_directory(path, not_there)) {
      LIMEN_TRY(add_folder(path, inputs));
    } else {
      inputs.push_back({path, fs::path(path).filename()});
    }
  }
  return inputs;
}

OptimizeNames::OptimizeNames(fs::path folder, const std::vector<OptimizeInput>& inputs,
                             bool may_replace)
    : folder_(std::move(folder)), may_replace_(may_replace) {
  std::set<fs::path> names;
  for (const OptimizeInput& input : inputs) {
    if (!names.insert(input.name).second) {
      throw UsageError("two pictures are called " + input.name.string() +
                       ": their results would overwrite each other");
    }
    sources_.insert(canonical_path(input.path));
    stems_.insert(stem_of(input));
  }
  if (may_replace_) return;
  for (const OptimizeInput& input : inputs) {
    if (sources_.contains(canonical_path(folder_ / input.name))) {
      throw UsageError("-o " + folder_.string() + " would overwrite " + input.path +
                       ": name another folder, or allow it by --replace");
    }
  }
}

fs::path OptimizeNames::stem_of(const OptimizeInput& input) const {
  return input.name.parent_path() / input.name.stem();
}

limen::Result<fs::path> OptimizeNames::claim(const OptimizeInput& input, limen::Format source,
                                             limen::Format result) {
  fs::path name = input.name;
  // What is called .jpg but is a PNG gets a name that fits.
  const bool fits = parse_format(name.extension().string()) == result;
  if (!fits && (source != result || is_called_a_picture(name))) {
    const bool is_alone = stems_.count(stem_of(input)) == 1;
    name = (is_alone ? stem_of(input) : input.name).string() + "." + std::string(extension(result));
  }
  const fs::path path = folder_ / name;
  const fs::path target = canonical_path(path);
  const std::lock_guard lock(mutex_);
  if (!may_replace_ && sources_.contains(target)) {
    return limen::Error{.code = limen::ErrorCode::io,
                        .message = path.string() + " is another picture's file"};
  }
  if (!claimed_.insert(target).second) {
    return limen::Error{.code = limen::ErrorCode::io,
                        .message = path.string() + " is another picture's result"};
  }
  return path;
}

}  // namespace cli
