// SPDX-License-Identifier: Apache-2.0
#pragma once

// The conformance folder's manifest, one format at a time.

#include <string_view>
#include <utility>
#include <vector>

#include "limen/core/bytes.h"
#include "tests/data.h"

namespace limen::test {

/// Rows whose file lies in `folder`: "png/", "webp/", …
inline std::vector<Row> conformance_rows(std::string_view folder) {
  std::vector<Row> rows;
  for (Row& row : read_table("conformance/manifest.tsv")) {
    if (row.at("file").starts_with(folder)) rows.push_back(std::move(row));
  }
  return rows;
}

/// The file of a row.
inline Bytes read_conformance_file(const Row& row) {
  return read_file(data_folder() / "conformance" / row.at("file"));
}

}  // namespace limen::test
