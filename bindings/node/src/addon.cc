// SPDX-License-Identifier: Apache-2.0

// The C ABI (limen/limen.h) as a module of Node's: its functions, and what their pointers lead to.
// Pointers are addresses everywhere; whoever calls sees to it that what they point to is there.

#include <limen/limen.h>

#include "calls.h"
#include "outputs.h"
#include "transform.h"

namespace {

void add(napi_env env, napi_value to, const char* name, napi_callback callback) {
  napi_value made = nullptr;
  napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &made);
  napi_set_named_property(env, to, name, made);
}

template <std::size_t count>
std::array<napi_value, count> arguments_of(napi_env env, napi_callback_info info) {
  std::array<napi_value, count> values{};
  std::size_t given = count;
  napi_get_cb_info(env, info, &given, values.data(), nullptr, nullptr);
  return values;
}

// address(typed array) -> where its bytes begin
napi_value address(napi_env env, napi_callback_info info) {
  const auto [view] = arguments_of<1>(env, info);
  void* data = nullptr;
  napi_get_typedarray_info(env, view, nullptr, nullptr, &data, nullptr, nullptr);
  return to_js(env, data);
}

// text(address) -> string, empty for null
napi_value text(napi_env env, napi_callback_info info) {
  const auto [at] = arguments_of<1>(env, info);
  return text_to_js(env, from_js<const char*>(env, at));
}

// texts(address, count) -> strings
napi_value texts(napi_env env, napi_callback_info info) {
  const auto [at, count] = arguments_of<2>(env, info);
  return texts_to_js(env, from_js<const char* const*>(env, at), from_js<std::size_t>(env, count));
}

// bytes(address, size) -> Buffer, a copy
napi_value bytes(napi_env env, napi_callback_info info) {
  const auto [at, size] = arguments_of<2>(env, info);
  return bytes_to_js(env, from_js<const std::uint8_t*>(env, at), from_js<std::size_t>(env, size));
}

// take_outputs(address) -> an array of fields for each, freed
napi_value take_outputs(napi_env env, napi_callback_info info) {
  const auto [at] = arguments_of<1>(env, info);
  auto* outputs = from_js<limen_outputs*>(env, at);
  const napi_value made = outputs_to_js(env, outputs);
  limen_outputs_free(outputs);
  return made;
}

// recipe_owner(address) -> what frees the recipe with itself
napi_value recipe_owner(napi_env env, napi_callback_info info) {
  const auto [at] = arguments_of<1>(env, info);
  const auto free = [](napi_env, void* recipe, void*) {
    limen_recipe_free(static_cast<limen_recipe*>(recipe));
  };
  napi_value made = nullptr;
  napi_create_external(env, from_js<void*>(env, at), free, nullptr, &made);
  return made;
}

void free_workspace(void* workspace) {
  limen_workspace_free(static_cast<limen_workspace*>(workspace));
}

// workspace_create(limit) -> address, or null; it ends with its environment, such as a worker
// thread's.
napi_value workspace_create(napi_env env, napi_callback_info info) {
  const auto [limit] = arguments_of<1>(env, info);
  limen_workspace* made = limen_workspace_create(from_js<std::uint64_t>(env, limit), nullptr);
  if (made != nullptr) napi_add_env_cleanup_hook(env, free_workspace, made);
  return to_js(env, made);
}

// workspace_free(address)
napi_value workspace_free(napi_env env, napi_callback_info info) {
  const auto [at] = arguments_of<1>(env, info);
  auto* workspace = from_js<limen_workspace*>(env, at);
  napi_remove_env_cleanup_hook(env, free_workspace, workspace);
  free_workspace(workspace);
  return nullptr;
}

}  // namespace

#define LIMEN_NOW(name) add(env, exports, #name, call<&name>)
#define LIMEN_LATER(name) add(env, exports, #name, Later<Plain<&name>>::begin)
#define LIMEN_LATER_AND_NOW(name) \
  LIMEN_LATER(name);              \
  add(env, exports, #name "_now", call_now<Plain<&name>>)

NAPI_MODULE_INIT() {
  add(env, exports, "address", address);
  add(env, exports, "text", text);
  add(env, exports, "texts", texts);
  add(env, exports, "bytes", bytes);
  add(env, exports, "take_outputs", take_outputs);
  add(env, exports, "recipe_owner", recipe_owner);
  add(env, exports, "workspace_create", workspace_create);
  add(env, exports, "workspace_free", workspace_free);
  add(env, exports, "transform", Later<Transform>::begin);
  add(env, exports, "transform_now", call_now<Transform>);

  LIMEN_NOW(limen_abi_version);
  LIMEN_NOW(limen_version);
  LIMEN_NOW(limen_status_name);
  LIMEN_NOW(limen_error_message);
  LIMEN_NOW(limen_error_format);
  LIMEN_NOW(limen_error_limit);
  LIMEN_NOW(limen_error_asked);
  LIMEN_NOW(limen_error_allowed);
  LIMEN_NOW(limen_error_offset);
  LIMEN_NOW(limen_error_free);
  LIMEN_NOW(limen_image_pixels);
  LIMEN_NOW(limen_image_free);
  LIMEN_NOW(limen_cancel_token_create);
  LIMEN_NOW(limen_cancel_token_cancel);
  LIMEN_NOW(limen_cancel_token_free);
  LIMEN_NOW(limen_pick_format);
  LIMEN_NOW(limen_recipe_create);
  LIMEN_NOW(limen_recipe_parse);
  LIMEN_NOW(limen_recipe_canonical);
  LIMEN_NOW(limen_recipe_free);
  LIMEN_NOW(limen_plan_read);
  LIMEN_NOW(limen_plan_free);
  LIMEN_NOW(limen_execution_init);
  LIMEN_NOW(limen_limits_init);
  LIMEN_NOW(limen_source_init);
  LIMEN_NOW(limen_recipe_options_init);
  LIMEN_NOW(limen_mark_init);
  LIMEN_NOW(limen_transform_options_init);
  LIMEN_NOW(limen_decode_options_init);
  LIMEN_NOW(limen_encode_options_init);
  LIMEN_NOW(limen_resize_options_init);

  LIMEN_LATER_AND_NOW(limen_probe);
  LIMEN_LATER(limen_plan_create);
  LIMEN_LATER_AND_NOW(limen_render);
  LIMEN_LATER(limen_decode);
  LIMEN_LATER(limen_encode);
  LIMEN_LATER(limen_resize);
  LIMEN_LATER(limen_compare);
  return exports;
}
