// SPDX-License-Identifier: Apache-2.0
#include "limen/pipeline/pixels.h"

#include <utility>

#include "lib/pipeline/marks.h"
#include "lib/pipeline/original.h"
#include "lib/pipeline/source.h"
#include "lib/pipeline/variant.h"

namespace limen::inline LIMEN_ABI {

namespace {

// The same picture for a file that holds whatever there is.
Recipe for_any_format(Recipe recipe) {
  recipe.format = Format::png;
  recipe.formats.clear();
  recipe.fidelity = Lossless{};
  recipe.worst_block.reset();
  recipe.always_encode = true;
  recipe.keep_profile = false;
  return recipe;
}

Result<Image> render_original(const Original& original, const Recipe& recipe,
                              const TransformOptions& options, const Execution& execution) {
  Workspace own(options.limits.working_memory);
  // Without memory for its books a Workspace allows nothing, which is no limit of the caller's.
  if (own.limit() != options.limits.working_memory) return out_of_memory();
  Execution within = execution;
  if (within.workspace == nullptr) within.workspace = &own;
  Progress unseen;
  Progress& progress = execution.progress != nullptr ? *execution.progress : unseen;
  progress.start(0);

  LIMEN_TRY(validate(recipe));
  LIMEN_ASSIGN(const ImageInfo info, describe(original, options.limits));
  LIMEN_ASSIGN(const Task task, plan_task(original, info, for_any_format(recipe), options.limits));
  MarkShelf marks(options.pictures, options.limits);
  LIMEN_TRY(marks.prepare(task.recipe, within));
  progress.start(original.pixels ? 1 : 2);
  within.workspace->reset_peak();
  std::uint32_t decodes = 0;
  LIMEN_ASSIGN(const Source source, open_source(original, {&task}, options, within, decodes));
  if (!original.pixels) progress.step();
  StageTimes times;
  LIMEN_ASSIGN(Canvas canvas, make_canvas(source, task, marks, options.limits, times, within));
  LIMEN_ASSIGN(Image image, std::move(canvas).take(within));
  progress.step();
  return image;
}

}  // namespace

Result<std::vector<Variant>> transform(const ConstImageView& picture,
                                       std::span<const Recipe> recipes,
                                       const TransformOptions& options,
                                       const Execution& execution) {
  return contain_exceptions(
      [&] { return transform_original({.pixels = picture}, recipes, options, execution); });
}

Result<Variant> transform(const ConstImageView& picture, const Recipe& recipe,
                          const TransformOptions& options, const Execution& execution) {
  return contain_exceptions([&]() -> Result<Variant> {
    LIMEN_ASSIGN(
        std::vector<Variant> variants,
        transform_original({.pixels = picture}, std::span(&recipe, 1), options, execution));
    return std::move(variants.front());
  });
}

Result<Image> render(ByteView source, const Recipe& recipe, const TransformOptions& options,
                     const Execution& execution) {
  return contain_exceptions(
      [&] { return render_original({.file = source}, recipe, options, execution); });
}

Result<Image> render(const ConstImageView& picture, const Recipe& recipe,
                     const TransformOptions& options, const Execution& execution) {
  return contain_exceptions(
      [&] { return render_original({.pixels = picture}, recipe, options, execution); });
}

}  // namespace limen::inline LIMEN_ABI
