// SPDX-License-Identifier: Apache-2.0
#pragma once

// limen optimize: same pixels, smaller file. What its parts tell each other.

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "limen/core/format.h"
#include "limen/core/result.h"
#include "limen/pipeline/transform.h"
#include "session.h"

namespace cli {

/// A picture to optimise.
struct OptimizeInput {
  std::string path;
  /// Its name below the output folder: the file's own name, or its path below the folder that was
  /// named.
  std::filesystem::path name;
};

/// Files as they are named, and of folders all pictures below them by extension, sorted; hidden
/// files and folders are passed over, links to folders not followed. Errors: io (a folder cannot be
/// read).
limen::Result<std::vector<OptimizeInput>> find_pictures(const std::vector<std::string>& named);

/// Where results go. A result keeps its picture's name; another format changes the extension, or,
/// where several pictures differ in nothing but that, is added to it: a.png and a.jpg become
/// a.png.webp and a.jpg.webp.
class OptimizeNames {
 public:
  /// Throws UsageError where two pictures have the same name, and, unless `may_replace`, where
  /// `folder` is that of a picture.
  OptimizeNames(std::filesystem::path folder, const std::vector<OptimizeInput>& inputs,
                bool may_replace);

  /// The path of a result, which nobody else gets from then on. Errors: io (another picture's
  /// result or, unless those may be replaced, a picture lies there). Thread-safe.
  limen::Result<std::filesystem::path> claim(const OptimizeInput& input, limen::Format source,
                                             limen::Format result);

 private:
  std::filesystem::path stem_of(const OptimizeInput& input) const;

  std::filesystem::path folder_;
  bool may_replace_;
  std::set<std::filesystem::path> sources_;     ///< canonical
  std::multiset<std::filesystem::path> stems_;  ///< of all results, without extension
  std::mutex mutex_;
  std::set<std::filesystem::path> claimed_;
};

/// What became of one picture.
struct Optimized {
  std::string file;
  std::string output;
  limen::Format source_format = limen::Format::jpeg;
  std::uint64_t before = 0;  ///< bytes
  std::uint64_t after = 0;
  limen::Variant variant;  ///< once it is written, without its bytes
  std::string pictures;    ///< report_pictures(), if a report was asked for
};

struct OptimizeTotals {
  std::size_t files = 0;
  std::uint64_t before = 0;
  std::uint64_t after = 0;
  std::size_t missed = 0;  ///< files that do not reach the target
  std::size_t failed = 0;
};

OptimizeTotals totals_of(const std::vector<std::optional<Optimized>>& files);

/// "JPEG 4:2:0 q91", "WebP lossless", and "kept" where it is the source's own coded picture.
std::string coding_of(const limen::Variant& variant);
/// "1.2 MB", "34.5 kB", "678 B".
std::string bytes_for_people(std::uint64_t bytes);
/// Of `before`, in per cent: "12.3 %"; "-" where there was nothing.
std::string saved_for_people(std::uint64_t before, std::uint64_t after);

/// File, before, after, saved, format, quality, score, evaluations; totals below.
std::string optimize_table(const std::vector<std::optional<Optimized>>& files);

}  // namespace cli
