// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "limen/core/format.h"
#include "limen/core/geometry.h"
#include "limen/pipeline/placeholder.h"

namespace cli {

/// A file of a responsive set.
struct SetFile {
  std::string url;
  limen::Format format = limen::Format::jpeg;
  limen::Size size;
};

struct PictureElement {
  std::string sizes = "100vw";
  std::string alt;
  std::optional<limen::Placeholder> placeholder;
};

/// A `<picture>` element for HTML, ready to paste: a source for each format, the smallest formats
/// first, and an img for browsers that know none of them. `files` must not be empty; each format's
/// files in ascending width.
std::string picture_element(const std::vector<SetFile>& files, const PictureElement& options);

}  // namespace cli
