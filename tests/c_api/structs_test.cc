// SPDX-License-Identifier: Apache-2.0

// Structs that carry their own size: older and newer programs, and sizes that no version has.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "tests/c_api/fixture.h"

namespace limen::test {
namespace {

// One options struct: how it gets its defaults and a call that reads it.
struct Kind {
  std::string name;
  std::size_t size;
  std::function<void(void*, std::size_t)> init;
  std::function<limen_status(const void*)> use;
  limen_status of_size_alone;  // what `use` says to a struct that is nothing but its size
};

template <class Struct>
std::function<void(void*, std::size_t)> init_of(void (*init)(Struct*, size_t)) {
  return [init](void* into, std::size_t size) { init(static_cast<Struct*>(into), size); };
}

limen_status transform_with(const limen_source* source, const limen_transform_options* options,
                            const limen_execution* execution) {
  static const CRecipe recipe = parsed("w=8&force_format=png");
  const limen_recipe* recipes[] = {recipe.get()};
  limen_outputs* outputs = nullptr;
  const limen_status status =
      limen_transform(source, recipes, 1, options, execution, &outputs, nullptr);
  limen_outputs_free(outputs);
  return status;
}

limen_status create_with(const limen_recipe_options* options) {
  limen_recipe* recipe = nullptr;
  const limen_status status = limen_recipe_create(options, &recipe, nullptr);
  limen_recipe_free(recipe);
  return status;
}

limen_status create_with_mark(const void* mark) {
  limen_recipe_options options = defaults(limen_recipe_options_init);
  options.marks = static_cast<const limen_mark*>(mark);
  options.mark_count = 1;
  return create_with(&options);
}

const Bytes& small_file() {
  static const Bytes file = photo({16, 12});
  return file;
}

// Whether an init has made a whole struct of it.
bool has_room(const void* made, std::size_t size, std::size_t whole) {
  return made != nullptr && size >= whole && std::memcmp(made, &size, sizeof size) == 0;
}

std::vector<Kind> kinds() {
  static const Image picture = scene({16, 12}, rgb8);
  static const limen_pixels pixels = c_pixels(picture.const_view());
  static const limen_source source = source_of(small_file());
  return {
      {"limen_execution", sizeof(limen_execution), init_of(limen_execution_init),
       [](const void* given) {
         return transform_with(&source, nullptr, static_cast<const limen_execution*>(given));
       },
       LIMEN_OK},
      {"limen_limits", sizeof(limen_limits), init_of(limen_limits_init),
       [](const void* given) {
         limen_info info{};
         info.struct_size = sizeof info;
         return limen_probe(&source, static_cast<const limen_limits*>(given), &info, nullptr);
       },
       LIMEN_OK},
      {"limen_source", sizeof(limen_source),
       [](void* into, std::size_t size) {
         limen_source_init(static_cast<limen_source*>(into), size);
         if (!has_room(into, size, sizeof(limen_source))) return;
         static_cast<limen_source*>(into)->bytes = c_bytes(small_file());
       },
       [](const void* given) {
         return transform_with(static_cast<const limen_source*>(given), nullptr, nullptr);
       },
       LIMEN_INVALID_ARGUMENT},
      {"limen_mark", sizeof(limen_mark),
       [](void* into, std::size_t size) {
         limen_mark_init(static_cast<limen_mark*>(into), size);
         if (!has_room(into, size, sizeof(limen_mark))) return;
         static_cast<limen_mark*>(into)->name = "mark";
       },
       create_with_mark, LIMEN_INVALID_ARGUMENT},
      {"limen_recipe_options", sizeof(limen_recipe_options), init_of(limen_recipe_options_init),
       [](const void* given) {
         return create_with(static_cast<const limen_recipe_options*>(given));
       },
       LIMEN_OK},
      {"limen_transform_options", sizeof(limen_transform_options),
       init_of(limen_transform_options_init),
       [](const void* given) {
         return transform_with(&source, static_cast<const limen_transform_options*>(given),
                               nullptr);
       },
       LIMEN_OK},
      {"limen_decode_options", sizeof(limen_decode_options), init_of(limen_decode_options_init),
       [](const void* given) {
         limen_image* image = nullptr;
         const limen_status status = limen_decode(
             &source, static_cast<const limen_decode_options*>(given), nullptr, &image, nullptr);
         limen_image_free(image);
         return status;
       },
       LIMEN_OK},
      {"limen_encode_options", sizeof(limen_encode_options), init_of(limen_encode_options_init),
       [](const void* given) {
         limen_outputs* outputs = nullptr;
         const limen_status status = limen_encode(
             &pixels, static_cast<const limen_encode_options*>(given), nullptr, &outputs, nullptr);
         limen_outputs_free(outputs);
         return status;
       },
       LIMEN_OK},
      {"limen_resize_options", sizeof(limen_resize_options), init_of(limen_resize_options_init),
       [](const void* given) {
         auto target = Image::create({7, 5}, rgb8);
         const limen_pixels to = c_pixels(target->const_view());
         return limen_resize(&pixels, &to, static_cast<const limen_resize_options*>(given), nullptr,
                             nullptr);
       },
       LIMEN_OK},
  };
}

// Room for a struct of any version, aligned as malloc's.
struct alignas(std::max_align_t) Room {
  unsigned char bytes[8192];
  explicit Room(int fill) { std::memset(bytes, fill, sizeof bytes); }
  std::size_t size() const {
    std::size_t size = 0;
    std::memcpy(&size, bytes, sizeof size);
    return size;
  }
  void set_size(std::size_t size) { std::memcpy(bytes, &size, sizeof size); }
  bool are_all(std::size_t from, std::size_t to, int value) const {
    for (std::size_t i = from; i < to; ++i) {
      if (bytes[i] != value) return false;
    }
    return true;
  }
};

constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
const std::vector<std::size_t> kNoSizes = {0, 1, 7, 9, 12, 4104, 8192, kMost - 7, kMost};

TEST(Structs, OfTheSameVersionWork) {
  for (const Kind& kind : kinds()) {
    Room room(0xAA);
    kind.init(room.bytes, kind.size);
    EXPECT_EQ(room.size(), kind.size) << kind.name;
    EXPECT_TRUE(room.are_all(kind.size, sizeof room.bytes, 0xAA)) << kind.name;
    EXPECT_EQ(kind.use(room.bytes), LIMEN_OK) << kind.name;
  }
}

TEST(Structs, OfANewerProgramWorkAsLongAsItAsksNothingNew) {
  for (const Kind& kind : kinds()) {
    for (const std::size_t more : {std::size_t{8}, std::size_t{64}, 4096 - kind.size}) {
      Room room(0xAA);
      const std::size_t size = kind.size + more;
      kind.init(room.bytes, size);
      EXPECT_EQ(room.size(), size) << kind.name;
      EXPECT_TRUE(room.are_all(kind.size, size, 0)) << kind.name;
      EXPECT_TRUE(room.are_all(size, sizeof room.bytes, 0xAA)) << kind.name;
      EXPECT_EQ(kind.use(room.bytes), LIMEN_OK) << kind.name;
      for (const std::size_t at : {kind.size, size - 1}) {
        room.bytes[at] = 1;
        EXPECT_EQ(kind.use(room.bytes), LIMEN_UNSUPPORTED) << kind.name << ", byte " << at;
        room.bytes[at] = 0;
      }
    }
  }
}

TEST(Structs, OfAnOlderProgramAreReadNoFurtherThanTheyGo) {
  for (const Kind& kind : kinds()) {
    // Every size that an earlier version may have had; what is behind it would be nonsense.
    for (std::size_t size = sizeof(std::size_t); size < kind.size; size += 8) {
      Room room(0xAA);
      kind.init(room.bytes, size);
      EXPECT_EQ(room.size(), size) << kind.name;
      EXPECT_TRUE(room.are_all(size, sizeof room.bytes, 0xAA)) << kind.name;
      const limen_status status = kind.use(room.bytes);
      if (kind.of_size_alone == LIMEN_OK) {
        EXPECT_EQ(status, LIMEN_OK) << kind.name << " of " << size;
      } else {
        EXPECT_TRUE(status == LIMEN_OK || status == kind.of_size_alone) << kind.name;
      }
    }
  }
}

TEST(Structs, OfNoVersionAreRefused) {
  for (const Kind& kind : kinds()) {
    for (const std::size_t size : kNoSizes) {
      Room room(0);
      kind.init(room.bytes, kind.size);
      room.set_size(size);
      EXPECT_EQ(kind.use(room.bytes), LIMEN_INVALID_ARGUMENT) << kind.name << " of " << size;
      // Nor does an init do anything with them but make sure of that.
      Room untouched(0xAA);
      kind.init(untouched.bytes, size);
      if (size >= sizeof size) {
        EXPECT_EQ(untouched.size(), 0u) << kind.name << " of " << size;
      }
      EXPECT_TRUE(untouched.are_all(sizeof size, sizeof untouched.bytes, 0xAA)) << kind.name;
    }
    kind.init(nullptr, kind.size);
  }
}

TEST(Structs, OlderProgramsGetTheDefaultsOfFieldsTheyLack) {
  limen_recipe_options options = defaults(limen_recipe_options_init);
  options.width = 77;
  options.effort = 9;
  options.struct_size = offsetof(limen_recipe_options, marks);
  limen_recipe* recipe = nullptr;
  ASSERT_EQ(limen_recipe_create(&options, &recipe, nullptr), LIMEN_OK);
  Recipe same;
  same.width = 77;
  EXPECT_EQ(limen_recipe_canonical(recipe), *canonical(same));
  limen_recipe_free(recipe);
}

TEST(Structs, MarksLieAsFarApartAsTheirSizeSays) {
  struct Newer {
    limen_mark mark;
    double later;
  };
  Newer marks[2];
  const char* names[] = {"one", "two"};
  for (int i = 0; i < 2; ++i) {
    limen_mark_init(&marks[i].mark, sizeof(Newer));
    marks[i].mark.name = names[i];
  }
  limen_recipe_options options = defaults(limen_recipe_options_init);
  options.marks = &marks[0].mark;
  options.mark_count = 2;
  limen_recipe* recipe = nullptr;
  ASSERT_EQ(limen_recipe_create(&options, &recipe, nullptr), LIMEN_OK);
  Recipe same;
  same.marks = {Mark{.name = "one"}, Mark{.name = "two"}};
  EXPECT_EQ(limen_recipe_canonical(recipe), *canonical(same));
  limen_recipe_free(recipe);
  marks[1].later = 1;
  EXPECT_EQ(create_with(&options), LIMEN_UNSUPPORTED);
  marks[1].later = 0;
  marks[1].mark.struct_size = sizeof(limen_mark);
  EXPECT_EQ(create_with(&options), LIMEN_INVALID_ARGUMENT);
}

// Structs that the library fills.
template <class Struct>
void expect_filled(const std::string& name, const std::function<limen_status(Struct*)>& fill,
                   bool tells) {
  Struct whole{};
  whole.struct_size = sizeof whole;
  ASSERT_EQ(fill(&whole), LIMEN_OK) << name;
  for (std::size_t size = sizeof(std::size_t); size <= 4096; size += 8) {
    Room room(0xAA);
    room.set_size(size);
    ASSERT_EQ(fill(reinterpret_cast<Struct*>(room.bytes)), LIMEN_OK) << name << " of " << size;
    EXPECT_EQ(room.size(), size);
    const std::size_t known = std::min(size, sizeof whole);
    EXPECT_EQ(std::memcmp(room.bytes + sizeof size,
                          reinterpret_cast<const unsigned char*>(&whole) + sizeof size,
                          known - sizeof size),
              0)
        << name << " of " << size;
    EXPECT_TRUE(room.are_all(known, size, 0)) << name;
    EXPECT_TRUE(room.are_all(size, sizeof room.bytes, 0xAA)) << name;
  }
  for (const std::size_t size : kNoSizes) {
    Room room(0xAA);
    room.set_size(size);
    const limen_status status = fill(reinterpret_cast<Struct*>(room.bytes));
    if (tells) {
      EXPECT_EQ(status, LIMEN_INVALID_ARGUMENT) << name << " of " << size;
    }
    EXPECT_TRUE(room.are_all(sizeof size, sizeof room.bytes, 0xAA)) << name << " of " << size;
  }
  if (tells) {
    EXPECT_EQ(fill(nullptr), LIMEN_INVALID_ARGUMENT) << name;
  }
}

TEST(Structs, ThatTheLibraryFillsGetWhatTheyHaveRoomFor) {
  const limen_source source = source_of(small_file());
  expect_filled<limen_info>(
      "limen_info", [&](limen_info* info) { return limen_probe(&source, nullptr, info, nullptr); },
      true);

  const CRecipe recipe = parsed("w=8");
  expect_filled<limen_recipe_options>(
      "limen_recipe_options",
      [&](limen_recipe_options* options) {
        limen_recipe_read(recipe.get(), options);
        return LIMEN_OK;
      },
      false);

  limen_plan* plan = nullptr;
  ASSERT_EQ(limen_plan_create(&source, recipe.get(), nullptr, &plan, nullptr), LIMEN_OK);
  expect_filled<limen_plan_view>(
      "limen_plan_view",
      [&](limen_plan_view* view) {
        limen_plan_read(plan, view);
        return LIMEN_OK;
      },
      false);
  limen_plan_read(plan, nullptr);
  limen_plan_free(plan);

  COutputs outputs;
  CError error;
  ASSERT_EQ(transformed(source, recipe.get(), outputs, error), LIMEN_OK);
  expect_filled<limen_output>(
      "limen_output",
      [&](limen_output* output) { return limen_outputs_read(outputs.get(), 0, output); }, true);
}

}  // namespace
}  // namespace limen::test
