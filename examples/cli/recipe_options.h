// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that make a Recipe, shared by transform, srcset and plan.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "limen/codec/encode.h"
#include "limen/core/bytes.h"
#include "limen/pipeline/recipe.h"
#include "limen/pipeline/transform.h"
#include "option_values.h"
#include "session.h"

namespace cli {

class RecipeOptions {
 public:
  /// Adds the options to `command`. srcset names sizes and formats itself (`with_size` false).
  void add_to(CLI::App& command, bool with_size);

  /// The recipe asked for. Throws UsageError for what cannot be read or does not validate.
  limen::Recipe recipe() const;

  /// Reads the marks' files. Where one cannot be read it is reported, and the answer is false.
  bool load_pictures(Session& session);
  /// Those, borrowed from this object.
  std::vector<limen::NamedPicture> pictures() const;

  bool best_effort() const { return best_effort_; }

 private:
  struct Picture {
    std::string name;
    std::string path;
    limen::Bytes bytes;
  };

  limen::Recipe recipe_from_options() const;
  void choose_formats(limen::Recipe& recipe) const;
  void choose_fidelity(limen::Recipe& recipe) const;
  limen::Mark mark() const;

  std::string query_;
  std::vector<std::string> named_pictures_;
  std::vector<Picture> loaded_;
  CLI::App* command_ = nullptr;

  std::int32_t width_ = 0, height_ = 0;
  std::string fit_ = "cover", gravity_ = "center", crop_, flip_, filter_ = "lanczos3";
  std::string shrink_ = "exact";
  bool enlarge_ = false, linear_light_ = false, best_effort_ = false;
  double dpr_ = 1, rotate_ = 0;
  std::optional<int> trim_;
  std::optional<double> sharpen_;
  double blur_ = 0, radius_ = 0;
  limen::Adjustments adjust_;
  std::string background_;
  std::string overlay_, overlay_gravity_ = "center", overlay_pad_ = "0", overlay_offset_;
  std::string overlay_width_;
  double overlay_scale_ = 1, overlay_opacity_ = 1;
  bool overlay_tile_ = false;
  std::optional<std::string> format_, accept_;
  std::vector<std::string> format_names_;
  std::optional<std::string> quality_;
  std::optional<std::uint64_t> max_bytes_;
  std::optional<double> worst_block_;
  bool always_encode_ = false;
  bool lossless_ = false;
  std::optional<int> near_lossless_;
  int effort_ = 4;
  std::string chroma_ = "auto", metadata_ = "copyright";
  bool baseline_ = false, eight_bit_ = false, keep_profile_ = false;
};

}  // namespace cli
