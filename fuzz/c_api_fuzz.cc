// SPDX-License-Identifier: Apache-2.0
// The C ABI's structs filled with whatever the input says, sizes included; pointers alone are ours.
// Every call ends in a status, with an error where that is none of success, and what it made is
// what it says.

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "fuzz/input.h"
#include "limen/limen.h"

namespace limen::fuzz {
namespace {

// A struct with room for the largest size that is read. Its size is its own, or any.
template <class Struct>
struct Room {
  alignas(16) unsigned char bytes[8192] = {};
  Struct& get() { return *reinterpret_cast<Struct*>(bytes); }

  Room(Input& input, void (*init)(Struct*, std::size_t)) {
    const std::uint8_t kind = input.byte();
    if (kind % 4 == 0) {
      init(&get(), sizeof(Struct));  // the defaults
      return;
    }
    input.take(bytes, sizeof(Struct));
    if (kind % 4 != 3) {
      get().struct_size = sizeof(Struct);
    } else if (kind > 128) {
      get().struct_size %= 5000;
    }
  }
};

// By reference: the call that sets it is an argument too.
void check(limen_status status, limen_error*& error) {
  expect(status >= LIMEN_OK && status < LIMEN_INTERNAL, "no status that a call may end in");
  expect((status == LIMEN_OK) == (error == nullptr), "an error without a failure, or the reverse");
  expect(limen_error_code(error) == status, "an error of another status");
  expect(*limen_error_message(error) != 0, "an error without words");
  limen_error_free(error);
}

void check(limen_outputs* outputs) {
  for (std::size_t i = 0; i < limen_outputs_count(outputs); ++i) {
    limen_output output{};
    output.struct_size = sizeof output;
    expect(limen_outputs_read(outputs, i, &output) == LIMEN_OK, "an output that cannot be read");
    limen_source source{};
    source.struct_size = sizeof source;
    source.bytes = output.bytes;
    limen_info info{};
    info.struct_size = sizeof info;
    expect(limen_probe(&source, nullptr, &info, nullptr) == LIMEN_OK, "an output that is no file");
    expect(info.format == output.format && info.upright_width == output.width &&
               info.upright_height == output.height,
           "an output is not what its report says");
  }
  limen_outputs_free(outputs);
}

limen_recipe* make_recipe(Input& input, bool& searches) {
  Room<limen_recipe_options> options(input, limen_recipe_options_init);
  limen_recipe_options& o = options.get();
  limen_mark marks[2];
  std::int32_t formats[6];
  for (limen_mark& mark : marks) {
    if (input.byte() % 2 == 0) {
      limen_mark_init(&mark, sizeof mark);
    } else {
      input.take(&mark, sizeof mark);
      mark.struct_size = sizeof mark;
    }
    mark.name = "mark";
  }
  for (std::int32_t& format : formats) format = input.byte() % 6 - 1;
  o.marks = marks;
  o.mark_count = input.byte() % 3;
  o.formats = formats;
  o.format_count = input.byte() % 7;
  o.effort = std::min(o.effort, 1);  // the slow ones are the encoders' own affair
  limen_recipe* recipe = nullptr;
  limen_error* error = nullptr;
  const limen_status status = limen_recipe_create(&o, &recipe, &error);
  expect((status == LIMEN_OK) == (recipe != nullptr), "a recipe without success, or the reverse");
  check(status, error);
  if (recipe != nullptr) {
    limen_recipe_options read{};
    read.struct_size = sizeof read;
    limen_recipe_read(recipe, &read);
    limen_recipe* again = nullptr;
    expect(limen_recipe_create(&read, &again, nullptr) == LIMEN_OK,
           "a recipe that cannot be remade");
    expect(std::string_view(limen_recipe_canonical(again)) == limen_recipe_canonical(recipe),
           "a recipe that comes back as another");
    limen_recipe_free(again);
    searches = read.fidelity <= LIMEN_FIDELITY_BYTES;
  }
  return recipe;
}

void run(Input& input) {
  alignas(16) static std::uint8_t samples[64 * 64 * 4];
  for (std::size_t i = 0; i < sizeof samples; ++i)
    samples[i] = static_cast<std::uint8_t>(i * i / 7);
  limen_pixels pixels{samples, 16, 12, 64, LIMEN_SAMPLE_U8, LIMEN_LAYOUT_RGBA, 0};
  if (input.byte() % 2 != 0) {
    // Any that fits in the samples, and many that do not make sense.
    input.take(&pixels, sizeof pixels);
    pixels.data = samples + static_cast<std::uint32_t>(pixels.width) % 3;
    pixels.stride %= 1024;
    pixels.height %= 16;
  }
  bool searches = false;
  limen_recipe* recipe = make_recipe(input, searches);
  Room<limen_limits> limits(input, limen_limits_init);
  limits.get().pixels =
      std::min<std::uint64_t>(limits.get().pixels, searches ? 1u << 12 : 1u << 15);
  limits.get().working_memory = std::min<std::uint64_t>(limits.get().working_memory, 64'000'000);
  limits.get().scans = std::min<std::uint64_t>(limits.get().scans, 20);
  limits.get().frames = std::min<std::uint64_t>(limits.get().frames, 100);
  if (limits.get().struct_size < sizeof(limen_limits))
    limits.get().struct_size = sizeof(limen_limits);
  Room<limen_execution> execution(input, limen_execution_init);
  execution.get().workspace = nullptr;
  execution.get().cancel = nullptr;
  execution.get().progress = nullptr;
  execution.get().threads %= 3;
  Room<limen_transform_options> options(input, limen_transform_options_init);
  const limen_named_picture picture{"mark", {}, &pixels};
  options.get().limits = &limits.get();
  options.get().pictures = &picture;
  options.get().picture_count = 1;
  options.get().write = nullptr;
  if (options.get().struct_size < sizeof(limen_transform_options)) {
    options.get().struct_size = sizeof(limen_transform_options);  // or the limits would not hold
  }
  Room<limen_encode_options> encode(input, limen_encode_options_init);
  encode.get().formats = nullptr;
  encode.get().format_count = 0;
  encode.get().icc = encode.get().exif = encode.get().xmp = {samples, 40};
  encode.get().effort = std::min(encode.get().effort, 1);
  Room<limen_resize_options> resize(input, limen_resize_options_init);
  Room<limen_decode_options> decode(input, limen_decode_options_init);
  decode.get().limits = &limits.get();
  if (decode.get().struct_size < sizeof(limen_decode_options)) {
    decode.get().struct_size = sizeof(limen_decode_options);
  }
  const std::uint8_t kind = input.byte();
  limen_source source{};
  source.struct_size = sizeof source;
  if (kind % 2 == 0) {
    source.pixels = &pixels;
  } else {
    source.bytes = {input.data(), input.size()};
  }

  limen_error* error = nullptr;
  limen_outputs* outputs = nullptr;
  limen_image* image = nullptr;
  check(limen_transform(&source, &recipe, 1, &options.get(), &execution.get(), &outputs, &error),
        error);
  check(outputs);
  check(limen_render(&source, recipe, &options.get(), &execution.get(), &image, &error), error);
  limen_image_free(image);
  check(limen_decode(&source, &decode.get(), &execution.get(), &image, &error), error);
  limen_image_free(image);
  check(limen_encode(&pixels, &encode.get(), &execution.get(), &outputs, &error), error);
  limen_outputs_free(outputs);
  alignas(16) std::uint8_t small[9 * 16 * 5];
  limen_pixels target = pixels;
  target.data = small;
  target.width = 9;
  target.height = 5;
  target.stride = 9 * 16;
  check(limen_resize(&pixels, &target, &resize.get(), &execution.get(), &error), error);
  limen_comparison seen;
  check(limen_compare(&pixels, &pixels, &execution.get(), &seen, &error), error);
  limen_recipe_free(recipe);
}

}  // namespace
}  // namespace limen::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  limen::fuzz::Input input(data, size);
  limen::fuzz::run(input);
  return 0;
}
