// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "limen/core/abi.h"
#include "limen/core/execution.h"
#include "limen/core/image.h"
#include "limen/core/result.h"
#include "limen/pipeline/recipe.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

/// The pictures that recipes may name, each decoded when it is first asked for and only once,
/// upright and in sRGB. prepare() is for one thread; after it find() is for any.
class MarkShelf {
 public:
  MarkShelf(std::span<const NamedPicture> pictures, const Limits& limits)
      : pictures_(pictures), limits_(limits) {}

  /// Makes sure of every mark that the recipe names. Errors name the mark.
  Result<void> prepare(const Recipe& recipe, const Execution& execution);

  /// Pixels of a mark that has been prepared.
  ConstImageView find(std::string_view name) const;

 private:
  struct Ready {
    std::string_view name;
    Image owned;  // empty where the caller's own pixels serve
    ConstImageView view;
  };

  const Ready* find_ready(std::string_view name) const;
  Result<Ready> make_ready(std::string_view name, const Execution& execution) const;

  std::span<const NamedPicture> pictures_;
  Limits limits_;
  std::vector<Ready> ready_;
};

}  // namespace limen::inline LIMEN_ABI
