/* SPDX-License-Identifier: Apache-2.0 */

/* A C99 program that uses each part of limen.h as a C programmer would, linked to liblimen.so. */

#include <limen/limen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

#define CHECK(condition)                                                      \
  do {                                                                        \
    if (!(condition)) {                                                       \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                             \
    }                                                                         \
  } while (0)

enum { kWidth = 64, kHeight = 48 };
static uint8_t picture[kHeight][kWidth][3];

static limen_pixels draw(void) {
  limen_pixels pixels = {picture,
                         kWidth,
                         kHeight,
                         kWidth * 3,
                         LIMEN_SAMPLE_U8,
                         LIMEN_LAYOUT_RGB,
                         LIMEN_ALPHA_STRAIGHT};
  for (int y = 0; y < kHeight; ++y) {
    for (int x = 0; x < kWidth; ++x) {
      picture[y][x][0] = (uint8_t)(4 * x);
      picture[y][x][1] = (uint8_t)(5 * y);
      picture[y][x][2] = (uint8_t)(x * y / 12);
    }
  }
  return pixels;
}

/* A file in memory that is read a little at a time, and one that grows. */
struct stream {
  uint8_t* data;
  size_t size, at;
};

static ptrdiff_t read_stream(void* opaque, uint8_t* into, size_t capacity) {
  struct stream* stream = opaque;
  size_t count = stream->size - stream->at;
  if (count > capacity) count = capacity;
  if (count > 100) count = 100;
  memcpy(into, stream->data + stream->at, count);
  stream->at += count;
  return (ptrdiff_t)count;
}

static int32_t append(void* opaque, size_t index, const uint8_t* data, size_t size) {
  struct stream* stream = opaque;
  uint8_t* grown = realloc(stream->data, stream->size + size);
  (void)index;
  if (grown == NULL) return 1;
  memcpy(grown + stream->size, data, size);
  stream->data = grown;
  stream->size += size;
  return 0;
}

/* C99 has no aligned_alloc(): where malloc()'s block begins stands in front of what is given. */
static void* allocate(void* opaque, size_t bytes, size_t alignment) {
  char* block = malloc(bytes + alignment + sizeof(void*));
  char* data;
  if (block == NULL) return NULL;
  data = block + sizeof(void*);
  data += alignment - (size_t)data % alignment;
  memcpy(data - sizeof(void*), &block, sizeof block);
  ++*(int*)opaque;
  return data;
}

static void release(void* opaque, void* data) {
  char* block;
  if (data == NULL) return;
  memcpy(&block, (char*)data - sizeof(void*), sizeof block);
  free(block);
  --*(int*)opaque;
}

static limen_buffer* encode_png(const limen_pixels* pixels) {
  limen_encode_options options;
  limen_outputs* outputs = NULL;
  limen_error* error = NULL;
  limen_buffer* file;
  limen_encode_options_init(&options, sizeof options);
  options.format = LIMEN_FORMAT_PNG;
  CHECK(limen_encode(pixels, &options, NULL, &outputs, &error) == LIMEN_OK);
  CHECK(error == NULL);
  file = limen_outputs_take(outputs, 0);
  CHECK(file != NULL && limen_outputs_take(outputs, 0) == NULL);
  limen_outputs_free(outputs);
  return file;
}

static void probe_and_plan(const limen_source* source, const limen_recipe* recipe) {
  limen_info info;
  limen_plan* plan = NULL;
  limen_plan_view view;
  info.struct_size = sizeof info;
  view.struct_size = sizeof view;
  CHECK(limen_probe(source, NULL, &info, NULL) == LIMEN_OK);
  CHECK(info.width == kWidth && info.height == kHeight && info.format == LIMEN_FORMAT_PNG);
  CHECK(limen_plan_create(source, recipe, NULL, &plan, NULL) == LIMEN_OK);
  limen_plan_read(plan, &view);
  CHECK(view.width == 32 && view.step_count > 2 && strcmp(view.steps[0], "decode") == 0);
  limen_plan_free(plan);
}

static void transform_everyhow(const limen_source* file, const limen_pixels* pixels,
                               const limen_recipe* recipe) {
  int live = 0;
  const limen_allocator allocator = {allocate, release, &live};
  limen_workspace* workspace = limen_workspace_create(0, &allocator);
  limen_cancel_token* token = limen_cancel_token_create();
  limen_progress* progress = limen_progress_create();
  struct stream stream = {(uint8_t*)file->bytes.data, file->bytes.size, 0}, sink = {NULL, 0, 0};
  limen_source sources[3];
  limen_execution execution;
  limen_transform_options options;
  uint32_t done = 0, steps = 0;
  int i;

  CHECK(workspace != NULL && token != NULL && progress != NULL);
  limen_execution_init(&execution, sizeof execution);
  execution.workspace = workspace;
  execution.cancel = token;
  execution.progress = progress;
  limen_transform_options_init(&options, sizeof options);
  options.write = append;
  options.write_opaque = &sink;
  sources[0] = *file;
  limen_source_init(&sources[1], sizeof sources[1]);
  sources[1].read = read_stream;
  sources[1].read_opaque = &stream;
  limen_source_init(&sources[2], sizeof sources[2]);
  sources[2].pixels = pixels;

  for (i = 0; i < 3; ++i) {
    const size_t before = sink.size;
    limen_outputs* outputs = NULL;
    limen_error* error = NULL;
    limen_output output;
    output.struct_size = sizeof output;
    CHECK(limen_transform(&sources[i], &recipe, 1, &options, &execution, &outputs, &error) ==
          LIMEN_OK);
    if (error != NULL) fprintf(stderr, "%s\n", limen_error_message(error));
    CHECK(limen_outputs_count(outputs) == 1);
    CHECK(limen_outputs_read(outputs, 0, &output) == LIMEN_OK);
    CHECK(output.width == 32 && output.format == LIMEN_FORMAT_WEBP && output.has_search);
    CHECK(sink.size - before == output.bytes.size);
    CHECK(memcmp(sink.data + before, output.bytes.data, output.bytes.size) == 0);
    CHECK(memcmp(sink.data, output.bytes.data, output.bytes.size) == 0);
    limen_outputs_free(outputs);
    limen_error_free(error);
  }
  limen_progress_read(progress, &done, &steps);
  CHECK(done == steps && steps == 1); /* of pixels nothing is decoded */
  CHECK(limen_workspace_peak_bytes(workspace) > 0);

  limen_cancel_token_cancel(token);
  CHECK(limen_transform(file, &recipe, 1, NULL, &execution, NULL, NULL) == LIMEN_INVALID_ARGUMENT);
  CHECK(limen_transform(file, &recipe, 1, &options, &execution, NULL, NULL) == LIMEN_CANCELLED);

  free(sink.data);
  limen_progress_free(progress);
  limen_cancel_token_free(token);
  limen_workspace_free(workspace);
  CHECK(live == 0);
}

static void decode_resize_compare(const limen_source* file, const limen_pixels* pixels) {
  limen_image* image = NULL;
  limen_pixels decoded;
  limen_comparison seen;
  uint8_t small[24][32][3];
  const limen_pixels target = {small, 32, 24, 32 * 3, LIMEN_SAMPLE_U8, LIMEN_LAYOUT_RGB, 0};
  CHECK(limen_decode(file, NULL, NULL, &image, NULL) == LIMEN_OK);
  limen_image_pixels(image, &decoded);
  CHECK(decoded.width == kWidth && memcmp(decoded.data, picture, kWidth * 3) == 0);
  CHECK(limen_compare(pixels, &decoded, NULL, &seen, NULL) == LIMEN_OK);
  CHECK(seen.score == 100);
  CHECK(limen_resize(&decoded, &target, NULL, NULL, NULL) == LIMEN_OK);
  limen_image_free(image);
}

static void fail(void) {
  const uint8_t gif[] = "GIF89a is no format of limen's";
  limen_source source;
  limen_image* image = NULL;
  limen_error* error = NULL;
  limen_source_init(&source, sizeof source);
  source.bytes.data = gif;
  source.bytes.size = sizeof gif;
  CHECK(limen_decode(&source, NULL, NULL, &image, &error) == LIMEN_UNSUPPORTED);
  CHECK(image == NULL && error != NULL);
  CHECK(limen_error_code(error) == LIMEN_UNSUPPORTED);
  CHECK(strstr(limen_error_message(error), "GIF") != NULL);
  limen_error_free(error);
}

int main(void) {
  const limen_pixels pixels = draw();
  limen_buffer* file;
  limen_source source;
  limen_recipe_options options;
  limen_recipe *recipe = NULL, *same = NULL;

  CHECK(limen_abi_version() == LIMEN_C_ABI_VERSION);
  CHECK(strcmp(limen_format_mime_type(LIMEN_FORMAT_WEBP), "image/webp") == 0);
  file = encode_png(&pixels);
  limen_source_init(&source, sizeof source);
  source.bytes.data = limen_buffer_data(file);
  source.bytes.size = limen_buffer_size(file);

  limen_recipe_options_init(&options, sizeof options);
  options.width = 32;
  options.format = LIMEN_FORMAT_WEBP;
  CHECK(limen_recipe_create(&options, &recipe, NULL) == LIMEN_OK);
  CHECK(limen_recipe_parse("w=32&force_format=webp&func=bound&org_if_sml=1", &same, NULL) ==
        LIMEN_OK);
  CHECK(strcmp(limen_recipe_canonical(recipe), limen_recipe_canonical(same)) == 0);

  probe_and_plan(&source, recipe);
  transform_everyhow(&source, &pixels, recipe);
  decode_resize_compare(&source, &pixels);
  fail();

  limen_recipe_free(same);
  limen_recipe_free(recipe);
  limen_buffer_free(file);
  if (failures == 0) printf("limen %s works from C\n", limen_version());
  return failures == 0 ? 0 : 1;
}
