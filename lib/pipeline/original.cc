// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/original.h"

#include <algorithm>
#include <utility>

#include "lib/pipeline/samples.h"
#include "lib/pipeline/source.h"
#include "limen/pipeline/plan.h"

namespace limen::inline LIMEN_ABI {

namespace {

bool lists(const std::vector<Format>& formats, Format format) {
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

// plan() prefers the source's own format among several. Of pixels it gets to see one that is not
// listed, so that the first counts, or the one after it where that is JPEG and would lose alpha.
Format unlisted_format(Recipe& recipe) {
  if (searches(recipe.fidelity)) return Format::png;
  std::vector<Format>& formats = recipe.formats;
  if (!formats.empty()) {
    formats.resize(std::min<std::size_t>(formats.size(), formats.front() == Format::jpeg ? 2 : 1));
  }
  if (!lists(formats, Format::png)) return Format::png;
  return lists(formats, Format::webp) ? Format::avif : Format::webp;
}

Result<Task> plan_pixels(ImageInfo info, Recipe recipe, const Limits& limits) {
  if (!recipe.format && recipe.formats.empty()) recipe.format = Format::png;
  recipe.always_encode = true;
  recipe.shrink = ShrinkAccuracy::exact;
  recipe.keep_profile = false;
  Task task;
  LIMEN_ASSIGN(task.recipe, normalized(recipe));
  info.format = unlisted_format(task.recipe);
  LIMEN_ASSIGN(task.plan, plan(info, task.recipe, limits));
  task.plan.may_keep_source = false;
  return task;
}

}  // namespace

Result<void> check_pixels(const ConstImageView& view, const Limits& limits) {
  if (view.data == nullptr) return invalid_argument("there are no pixels");
  LIMEN_TRY(check_size(view.size, limits));
  if (view.format.sample == SampleType::f32 || view.format.layout == Layout::cmyk) {
    return unsupported("pixels must be gray or RGB of 8 or 16 bits");
  }
  if (view.format.has_alpha() && view.format.alpha == AlphaMode::premultiplied) {
    return unsupported("pixels must have straight alpha");
  }
  return {};
}

Result<ImageInfo> describe(const Original& original, const Limits& limits) {
  if (!original.pixels) return probe(original.file, limits);
  const ConstImageView& view = *original.pixels;
  LIMEN_TRY(check_pixels(view, limits));
  ImageInfo info;
  info.format = Format::png;
  info.size = view.size;
  info.bit_depth = view.format.sample == SampleType::u16 ? 16 : 8;
  info.model = is_gray(view.format.layout) ? ColorModel::gray : ColorModel::rgb;
  info.has_alpha = view.format.has_alpha();
  info.is_lossless = true;
  info.color.is_srgb = true;
  return info;
}

Result<Task> plan_task(const Original& original, const ImageInfo& info, const Recipe& recipe,
                       const Limits& limits) {
  if (original.pixels) return plan_pixels(info, recipe, limits);
  Task task;
  LIMEN_ASSIGN(task.recipe, normalized(recipe));
  LIMEN_ASSIGN(task.plan, plan(info, task.recipe, limits));
  return task;
}

}  // namespace limen::inline LIMEN_ABI
