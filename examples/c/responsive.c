/* SPDX-License-Identifier: Apache-2.0 */
/* responsive PHOTO MARK FOLDER: five widths with a watermark, nothing lost that can be seen. */
#include <limen/limen.h>
#include <stdio.h>
#define MARK "wat=1&wat_url=mark&wat_gravity=southeast&wat_scale=20p&wat_pad=16&wat_opacity=0.6"

static const int kWidths[5] = {160, 320, 480, 640, 960};
static ptrdiff_t read_file(void* file, uint8_t* into, size_t capacity) {
  return file != NULL ? (ptrdiff_t)fread(into, 1, capacity, file) : -1;
}
static int32_t write_file(void* folder, size_t index, const uint8_t* data, size_t size) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%d.jpg", (const char*)folder, kWidths[index]);
  FILE* file = fopen(path, "wb");
  return file == NULL || fwrite(data, 1, size, file) != size || fclose(file) != 0;
}
int main(int argc, char** argv) {
  if (argc != 4) return 2;
  limen_source photo = {sizeof photo, {NULL, 0}, read_file, fopen(argv[1], "rb"), NULL};
  limen_source logo = {sizeof logo, {NULL, 0}, read_file, fopen(argv[2], "rb"), NULL};
  limen_image* image;
  limen_pixels pixels;
  limen_error* error;
  limen_status status = limen_decode(&logo, NULL, NULL, &image, &error);
  limen_image_pixels(image, &pixels);
  limen_named_picture mark = {"mark", {NULL, 0}, &pixels};
  limen_transform_options options = {sizeof options, NULL, 0, &mark, 1, write_file, argv[3]};
  const limen_recipe* recipes[5];
  for (int i = 0; i < 5 && status == LIMEN_OK; ++i) {
    char query[256];
    snprintf(query, sizeof query, "w=%d&func=bound&org_if_sml=1&force_format=jpeg&" MARK,
             kWidths[i]);
    status = limen_recipe_parse(query, (limen_recipe**)&recipes[i], &error);
  }
  if (status == LIMEN_OK)
    status = limen_transform(&photo, recipes, 5, &options, NULL, NULL, &error);
  if (status != LIMEN_OK) fprintf(stderr, "%s\n", limen_error_message(error));
  return status != LIMEN_OK; /* and all memory ends with the program */
}
