// SPDX-License-Identifier: Apache-2.0
#pragma once

// The folder of real image files, where there is one, and its manifests.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "limen/core/bytes.h"

namespace limen::test {

inline std::filesystem::path data_folder() { return LIMEN_TEST_DATA; }
inline bool has_data() { return std::filesystem::is_directory(data_folder()); }

inline Bytes read_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  EXPECT_TRUE(stream.good()) << path;
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return Bytes(begin, begin + text.size());
}

/// A row of a manifest: column name to value, as text.
using Row = std::map<std::string, std::string>;

/// Rows of `folder`/manifest.tsv (or another table), below data_folder().
inline std::vector<Row> read_table(const std::filesystem::path& relative) {
  std::ifstream stream(data_folder() / relative);
  const auto split = [](const std::string& line) {
    std::vector<std::string> cells;
    std::stringstream rest(line);
    for (std::string cell; std::getline(rest, cell, '\t');) cells.push_back(cell);
    return cells;
  };
  std::string line;
  std::getline(stream, line);
  const auto header = split(line);
  std::vector<Row> rows;
  while (std::getline(stream, line)) {
    const auto cells = split(line);
    Row row;
    for (std::size_t i = 0; i < header.size(); ++i) {
      row[header[i]] = i < cells.size() ? cells[i] : std::string();
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace limen::test

/// First line of a test that reads real files.
#define LIMEN_NEEDS_DATA()                                                    \
  do {                                                                        \
    if (!::limen::test::has_data()) {                                         \
      GTEST_SKIP() << "no folder of real image files at " << LIMEN_TEST_DATA; \
    }                                                                         \
  } while (false)
