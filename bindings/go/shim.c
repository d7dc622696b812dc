/* SPDX-License-Identifier: Apache-2.0 */
#include "shim.h"

#include <stdlib.h>
#include <string.h>

void* limen_go_allocate(size_t bytes) { return calloc(bytes > 0 ? bytes : 1, 1); }

static limen_pixels at(const limen_pixels* form, const void* data) {
  limen_pixels pixels = *form;
  pixels.data = (void*)data;
  return pixels;
}

/* `pixels` is where the source's pixels are described, and lives as long as it. */
static limen_source source_of(const void* data, size_t size, const limen_pixels* form,
                              limen_pixels* pixels) {
  limen_source source;
  limen_source_init(&source, sizeof source);
  if (form != NULL) {
    *pixels = at(form, data);
    source.pixels = pixels;
  } else {
    source.bytes.data = data;
    source.bytes.size = size;
  }
  return source;
}

static limen_execution execution_of(limen_go_run run) {
  limen_execution execution;
  limen_execution_init(&execution, sizeof execution);
  execution.workspace = run.workspace;
  execution.cancel = run.cancel;
  if (run.threads > 0) execution.threads = run.threads;
  return execution;
}

static limen_transform_options options_of(const limen_limits* limits, int32_t best_effort,
                                          const limen_named_picture* pictures,
                                          size_t picture_count) {
  limen_transform_options options;
  limen_transform_options_init(&options, sizeof options);
  options.limits = limits;
  options.best_effort = best_effort;
  options.pictures = pictures;
  options.picture_count = picture_count;
  return options;
}

limen_status limen_go_probe(const void* data, size_t size, const limen_limits* limits,
                            limen_info* info, limen_error** error) {
  const limen_source source = source_of(data, size, NULL, NULL);
  return limen_probe(&source, limits, info, error);
}

limen_status limen_go_plan(const void* data, size_t size, const limen_recipe* recipe,
                           const limen_limits* limits, limen_plan** plan, limen_error** error) {
  const limen_source source = source_of(data, size, NULL, NULL);
  return limen_plan_create(&source, recipe, limits, plan, error);
}

void limen_go_free_made(limen_go_made made) {
  limen_outputs_free(made.outputs);
  free(made.each);
}

static limen_status read_outputs(limen_go_made* made) {
  size_t i;
  limen_status status = LIMEN_OK;
  made->count = limen_outputs_count(made->outputs);
  made->each = calloc(made->count > 0 ? made->count : 1, sizeof *made->each);
  if (made->each == NULL) status = LIMEN_OUT_OF_MEMORY;
  for (i = 0; i < made->count && status == LIMEN_OK; ++i) {
    made->each[i].struct_size = sizeof *made->each;
    status = limen_outputs_read(made->outputs, i, &made->each[i]);
  }
  if (status != LIMEN_OK) limen_go_free_made(*made);
  return status;
}

static void copy_files(limen_go_made* made, uint8_t* room, size_t capacity) {
  size_t i;
  size_t left = capacity;
  for (i = 0; i < made->count; ++i) {
    if (made->each[i].bytes.size > left) return;
    left -= made->each[i].bytes.size;
  }
  for (i = 0; i < made->count; ++i) {
    limen_bytes* file = &made->each[i].bytes;
    if (file->size > 0) memcpy(room, file->data, file->size);
    file->data = room;
    room += file->size;
  }
}

/* All recipes, or none; to be freed with free_recipes. */
static limen_status create_recipes(const limen_recipe_options* options, size_t count,
                                   limen_recipe** recipes, size_t* refused, limen_error** error) {
  limen_status status = LIMEN_OK;
  for (*refused = 0; *refused < count; ++*refused) {
    status = limen_recipe_create(&options[*refused], &recipes[*refused], error);
    if (status != LIMEN_OK) break;
  }
  return status;
}

static void free_recipes(limen_recipe** recipes, size_t count) {
  size_t i;
  for (i = 0; i < count; ++i) limen_recipe_free(recipes[i]);
  free(recipes);
}

limen_status limen_go_transform(const void* data, size_t size, const limen_pixels* form,
                                const limen_recipe_options* recipes, size_t recipe_count,
                                const limen_limits* limits, int32_t best_effort,
                                const limen_named_picture* pictures, size_t picture_count,
                                limen_go_run run, void* room, size_t capacity, limen_go_made* made,
                                limen_error** error) {
  limen_pixels pixels;
  const limen_source source = source_of(data, size, form, &pixels);
  const limen_transform_options options = options_of(limits, best_effort, pictures, picture_count);
  const limen_execution execution = execution_of(run);
  limen_recipe** created = calloc(recipe_count, sizeof *created);
  limen_status status;
  if (created == NULL) return LIMEN_OUT_OF_MEMORY;
  status = create_recipes(recipes, recipe_count, created, &made->refused, error);
  if (status == LIMEN_OK) {
    status = limen_transform(&source, (const limen_recipe* const*)created, recipe_count, &options,
                             &execution, &made->outputs, error);
    if (status == LIMEN_OK) status = read_outputs(made);
    if (status == LIMEN_OK) copy_files(made, room, capacity);
  }
  free_recipes(created, recipe_count);
  return status;
}

limen_status limen_go_render(const void* data, size_t size, const limen_pixels* form,
                             const limen_recipe_options* recipe, const limen_limits* limits,
                             int32_t best_effort, const limen_named_picture* pictures,
                             size_t picture_count, limen_go_run run, limen_image** image,
                             limen_error** error) {
  limen_pixels pixels;
  const limen_source source = source_of(data, size, form, &pixels);
  const limen_transform_options options = options_of(limits, best_effort, pictures, picture_count);
  const limen_execution execution = execution_of(run);
  limen_recipe* created;
  limen_status status = limen_recipe_create(recipe, &created, error);
  if (status != LIMEN_OK) return status;
  status = limen_render(&source, created, &options, &execution, image, error);
  limen_recipe_free(created);
  return status;
}

limen_status limen_go_decode(const void* data, size_t size, const limen_decode_options* options,
                             const limen_limits* limits, limen_go_run run, limen_image** image,
                             limen_error** error) {
  const limen_source source = source_of(data, size, NULL, NULL);
  limen_decode_options limited = *options;
  limited.limits = limits;
  const limen_execution execution = execution_of(run);
  return limen_decode(&source, &limited, &execution, image, error);
}

limen_status limen_go_encode(const void* data, const limen_pixels* form,
                             const limen_encode_options* options, limen_go_run run,
                             limen_go_made* made, limen_error** error) {
  const limen_pixels pixels = at(form, data);
  const limen_execution execution = execution_of(run);
  const limen_status status = limen_encode(&pixels, options, &execution, &made->outputs, error);
  return status == LIMEN_OK ? read_outputs(made) : status;
}

/* What is compared: the caller's pixels, or those of a decoded file, which `decoded` then owns. */
static limen_status pixels_of(const void* data, size_t size, const limen_pixels* form,
                              const limen_limits* limits, limen_go_run run, limen_pixels* pixels,
                              limen_image** decoded, limen_error** error) {
  limen_decode_options options;
  limen_status status;
  if (form != NULL) {
    *pixels = at(form, data);
    return LIMEN_OK;
  }
  limen_decode_options_init(&options, sizeof options);
  options.keep_16_bit = 1;
  status = limen_go_decode(data, size, &options, limits, run, decoded, error);
  if (status == LIMEN_OK) limen_image_pixels(*decoded, pixels);
  return status;
}

limen_status limen_go_compare(const void* original, size_t original_size,
                              const limen_pixels* original_form, const void* candidate,
                              size_t candidate_size, const limen_pixels* candidate_form,
                              const limen_limits* limits, limen_go_run run,
                              limen_comparison* comparison, limen_error** error) {
  limen_image* images[2] = {NULL, NULL};
  limen_pixels first;
  limen_pixels second;
  limen_status status =
      pixels_of(original, original_size, original_form, limits, run, &first, &images[0], error);
  if (status == LIMEN_OK) {
    status = pixels_of(candidate, candidate_size, candidate_form, limits, run, &second, &images[1],
                       error);
  }
  if (status == LIMEN_OK) {
    const limen_execution execution = execution_of(run);
    status = limen_compare(&first, &second, &execution, comparison, error);
  }
  limen_image_free(images[0]);
  limen_image_free(images[1]);
  return status;
}
