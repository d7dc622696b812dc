// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "lib/c_api/execution.h"
#include "lib/c_api/handles.h"
#include "lib/c_api/input.h"
#include "lib/c_api/structs.h"
#include "limen/pipeline/pixels.h"
#include "limen/pipeline/transform.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr limen_transform_options kTransform{.struct_size = sizeof(limen_transform_options),
                                             .limits = nullptr,
                                             .best_effort = 0,
                                             .pictures = nullptr,
                                             .picture_count = 0,
                                             .write = nullptr,
                                             .write_opaque = nullptr};

// A call's arguments in C++'s words.
struct Call {
  Execution execution;
  TransformOptions options;
  std::vector<NamedPicture> pictures;  // what options points to
  limen_write_function write = nullptr;
  void* write_opaque = nullptr;
  Input input;
};

Result<std::vector<NamedPicture>> to_pictures(const limen_transform_options& given) {
  std::vector<NamedPicture> pictures;
  if (given.picture_count > 0 && given.pictures == nullptr) {
    return invalid_argument("limen_transform_options: " + std::to_string(given.picture_count) +
                            " pictures at a null pointer");
  }
  for (std::size_t i = 0; i < given.picture_count; ++i) {
    const limen_named_picture& picture = given.pictures[i];
    const std::string what = "limen_named_picture " + std::to_string(i);
    if (picture.name == nullptr) return invalid_argument(what + ": name is null");
    NamedPicture made{.name = picture.name};
    if (picture.pixels != nullptr) {
      LIMEN_ASSIGN(const ImageView view, to_view(picture.pixels, what.c_str()));
      made.picture = ConstImageView(view);
    } else {
      LIMEN_ASSIGN(made.picture, to_bytes(picture.bytes, what.c_str()));
    }
    pictures.push_back(made);
  }
  return pictures;
}

Result<void> read_call(const limen_source* source, const limen_transform_options* options,
                       const limen_execution* execution, Call& call) {
  LIMEN_ASSIGN(const limen_transform_options known,
               read_struct(options, kTransform, "limen_transform_options"));
  LIMEN_ASSIGN(call.execution, to_execution(execution));
  LIMEN_ASSIGN(call.options.limits, to_limits(known.limits));
  if (known.best_effort != 0) call.options.on_damage = OnDamage::best_effort;
  LIMEN_ASSIGN(call.pictures, to_pictures(known));
  call.options.pictures = call.pictures;
  call.write = known.write;
  call.write_opaque = known.write_opaque;
  LIMEN_ASSIGN(call.input, open_input(source, call.options.limits, call.execution));
  return {};
}

Result<std::vector<Recipe>> to_recipes(const limen_recipe* const* recipes, std::size_t count) {
  std::vector<Recipe> made;
  if (count > 0 && recipes == nullptr) return invalid_argument("the recipes are null");
  for (std::size_t i = 0; i < count; ++i) {
    if (recipes[i] == nullptr) {
      return invalid_argument("recipe " + std::to_string(i) + " is null");
    }
    made.push_back(recipes[i]->recipe);
  }
  return made;
}

Result<void> write_all(const Call& call, const limen_outputs& outputs) {
  if (call.write == nullptr) return {};
  for (std::size_t i = 0; i < outputs.items.size(); ++i) {
    if (call.execution.is_cancelled()) return cancelled();
    const Bytes& bytes = outputs.items[i].buffer->bytes;
    const std::int32_t failed = call.write(
        call.write_opaque, i, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (failed != 0) {
      return Error{.code = ErrorCode::io,
                   .message = "the write function gave " + std::to_string(failed) +
                              " for variant " + std::to_string(i),
                   .format = outputs.items[i].variant.format};
    }
  }
  return {};
}

Result<std::unique_ptr<limen_outputs>> transform_all(
    const limen_source* source, const limen_recipe* const* recipes, std::size_t count,
    const limen_transform_options* options, const limen_execution* execution, bool hands_out) {
  LIMEN_ASSIGN(const std::vector<Recipe> wanted, to_recipes(recipes, count));
  Call call;
  LIMEN_TRY(read_call(source, options, execution, call));
  if (!hands_out && call.write == nullptr) {
    return invalid_argument("outputs is null, and there is no write function");
  }
  const Input& input = call.input;
  LIMEN_ASSIGN(std::vector<Variant> variants,
               input.pixels ? transform(*input.pixels, wanted, call.options, call.execution)
                            : transform(input.bytes, wanted, call.options, call.execution));
  auto made = std::make_unique<limen_outputs>();
  made->items.reserve(variants.size());
  for (Variant& variant : variants) made->items.push_back(make_output(std::move(variant)));
  LIMEN_TRY(write_all(call, *made));
  return made;
}

Result<std::unique_ptr<limen_image>> render_one(const limen_source* source,
                                                const limen_recipe* recipe,
                                                const limen_transform_options* options,
                                                const limen_execution* execution) {
  if (recipe == nullptr) return invalid_argument("the recipe is null");
  Call call;
  LIMEN_TRY(read_call(source, options, execution, call));
  auto made = std::make_unique<limen_image>();
  const Input& input = call.input;
  LIMEN_ASSIGN(made->image,
               input.pixels ? render(*input.pixels, recipe->recipe, call.options, call.execution)
                            : render(input.bytes, recipe->recipe, call.options, call.execution));
  return made;
}

}  // namespace

}  // namespace limen::inline LIMEN_ABI

void limen_transform_options_init(limen_transform_options* options, size_t struct_size) {
  limen::init_struct(limen::kTransform, options, struct_size);
}

limen_status limen_transform(const limen_source* source, const limen_recipe* const* recipes,
                             size_t recipe_count, const limen_transform_options* options,
                             const limen_execution* execution, limen_outputs** outputs,
                             limen_error** error) {
  limen_outputs* unwanted = nullptr;
  const limen_status status =
      limen::guarded_make(outputs != nullptr ? outputs : &unwanted, "outputs", error, [&] {
        return limen::transform_all(source, recipes, recipe_count, options, execution,
                                    outputs != nullptr);
      });
  delete unwanted;
  return status;
}

limen_status limen_render(const limen_source* source, const limen_recipe* recipe,
                          const limen_transform_options* options, const limen_execution* execution,
                          limen_image** image, limen_error** error) {
  return limen::guarded_make(image, "image", error,
                             [&] { return limen::render_one(source, recipe, options, execution); });
}
