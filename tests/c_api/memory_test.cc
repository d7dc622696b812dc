// SPDX-License-Identifier: Apache-2.0

// Memory that runs out at every place where it can: by the workspace's allocator, and by operator
// new, which this program replaces. Nothing may leak, nothing may get out but a status.

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "limen/pipeline/placeholder.h"
#include "limen/quality/search.h"
#include "tests/c_api/fixture.h"

#if defined(__GNUC__) && !defined(__clang__)
// GCC inlines the one side of a new and a delete, and then takes them for no pair.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif

namespace {

constexpr long kNever = -1;
// Of this thread: how many allocations still succeed before one fails; kNever: all.
thread_local long left = kNever;

bool fails() {
  if (left == kNever) return false;
  return left-- == 0 ? (left = kNever, true) : false;
}

void* take(std::size_t size, std::size_t alignment) {
  if (fails()) return nullptr;
  if (alignment <= alignof(std::max_align_t)) return std::malloc(size != 0 ? size : 1);
  return std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

void* take_or_throw(std::size_t size, std::size_t alignment) {
  void* data = take(size, alignment);
  if (data == nullptr) throw std::bad_alloc();
  return data;
}

constexpr std::size_t kPlain = alignof(std::max_align_t);

}  // namespace

void* operator new(std::size_t size) { return take_or_throw(size, kPlain); }
void* operator new[](std::size_t size) { return take_or_throw(size, kPlain); }
void* operator new(std::size_t size, std::align_val_t a) {
  return take_or_throw(size, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t size, std::align_val_t a) {
  return take_or_throw(size, static_cast<std::size_t>(a));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take(size, kPlain); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  return take(size, kPlain);
}
void* operator new(std::size_t size, std::align_val_t a, const std::nothrow_t&) noexcept {
  return take(size, static_cast<std::size_t>(a));
}
void operator delete(void* data) noexcept { std::free(data); }
void operator delete[](void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }
void operator delete[](void* data, std::size_t) noexcept { std::free(data); }
void operator delete(void* data, std::align_val_t) noexcept { std::free(data); }
void operator delete[](void* data, std::align_val_t) noexcept { std::free(data); }
void operator delete(void* data, std::size_t, std::align_val_t) noexcept { std::free(data); }
void operator delete(void* data, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(data);
}
void operator delete(void* data, const std::nothrow_t&) noexcept { std::free(data); }

namespace limen::test {
namespace {

// A call that leaves nothing behind but its status; the error is looked at and freed by the caller.
using CCall = std::function<limen_status(limen_error** error)>;

// The n-th allocation fails, for n from 0 until none does. Returns how many there were.
long fail_each(const std::string& name, const CCall& call) {
  for (long n = 0; n < 100'000; ++n) {
    limen_error* error = nullptr;
    left = n;
    const limen_status status = call(&error);
    const bool all_succeeded = left != kNever;
    left = kNever;
    if (all_succeeded) {
      EXPECT_EQ(status, LIMEN_OK) << name << ": " << limen_error_message(error);
      limen_error_free(error);
      return n;
    }
    // A failed attempt may have been one to do without.
    if (status != LIMEN_OK) {
      EXPECT_EQ(status, LIMEN_OUT_OF_MEMORY)
          << name << ", allocation " << n << ": " << limen_error_message(error);
      EXPECT_NE(error, nullptr);
      EXPECT_EQ(limen_error_code(error), status);
      EXPECT_STRNE(limen_error_message(error), "");
    } else {
      EXPECT_EQ(error, nullptr);
    }
    limen_error_free(error);
  }
  ADD_FAILURE() << name << " never succeeds";
  return 0;
}

limen_recipe_options motley_options() {
  static limen_mark mark = defaults(limen_mark_init);
  mark.name = "a name of a mark that is too long for a small string";
  static const std::int32_t formats[] = {LIMEN_FORMAT_PNG, LIMEN_FORMAT_WEBP};
  limen_recipe_options options = defaults(limen_recipe_options_init);
  options.width = 8;
  options.marks = &mark;
  options.mark_count = 1;
  options.formats = formats;
  options.format_count = 2;
  return options;
}

TEST(NewFails, InRecipesAndPlans) {
  const limen_recipe_options options = motley_options();
  EXPECT_GT(fail_each("create",
                      [&](limen_error** error) {
                        limen_recipe* recipe = nullptr;
                        const limen_status status = limen_recipe_create(&options, &recipe, error);
                        EXPECT_EQ(recipe != nullptr, status == LIMEN_OK);
                        limen_recipe_free(recipe);
                        return status;
                      }),
            3);
  EXPECT_GT(fail_each("parse",
                      [](limen_error** error) {
                        limen_recipe* recipe = nullptr;
                        const limen_status status = limen_recipe_parse(
                            "w=100&wat=1&wat_url=a-name-that-is-long-enough", &recipe, error);
                        limen_recipe_free(recipe);
                        return status;
                      }),
            3);
  const Bytes file = photo({16, 12});
  const limen_source source = source_of(file);
  const CRecipe recipe = parsed("w=8&sharp=1");
  EXPECT_GT(fail_each("plan",
                      [&](limen_error** error) {
                        limen_plan* plan = nullptr;
                        const limen_status status =
                            limen_plan_create(&source, recipe.get(), nullptr, &plan, error);
                        limen_plan_free(plan);
                        return status;
                      }),
            3);
}

TEST(NewFails, InErrorsThemselves) {
  // A call that is refused without memory keeps its status, or has none for lack of memory.
  for (long n = 0; n < 20; ++n) {
    limen_error* error = nullptr;
    limen_recipe* recipe = nullptr;
    left = n;
    const limen_status status = limen_recipe_parse("w=no", &recipe, &error);
    left = kNever;
    EXPECT_TRUE(status == LIMEN_INVALID_ARGUMENT || status == LIMEN_OUT_OF_MEMORY);
    ASSERT_NE(error, nullptr);
    EXPECT_EQ(limen_error_code(error), status);
    EXPECT_STRNE(limen_error_message(error), "");
    EXPECT_EQ(limen_error_limit(error), LIMEN_LIMIT_NONE);
    limen_error_free(error);
  }
}

TEST(NewFails, InHandles) {
  left = 0;
  EXPECT_EQ(limen_cancel_token_create(), nullptr);
  left = 0;
  EXPECT_EQ(limen_progress_create(), nullptr);
  for (long n = 0; n < 2; ++n) {
    left = n;
    EXPECT_EQ(limen_workspace_create(0, nullptr), nullptr);
  }
  left = kNever;
}

TEST(NewFails, InTransforms) {
  const Image logo = scene({6, 4}, rgba8);
  const limen_pixels pixels = c_pixels(logo.const_view());
  const limen_named_picture picture{
      "a name of a mark that is too long for a small string", {}, &pixels};
  limen_transform_options options = defaults(limen_transform_options_init);
  options.pictures = &picture;
  options.picture_count = 1;
  limen_recipe_options wanted = motley_options();
  limen_recipe* marked = nullptr;
  ASSERT_EQ(limen_recipe_create(&wanted, &marked, nullptr), LIMEN_OK);
  const CRecipe held(marked);
  const CRecipe plain = parsed("q=60&w=9");
  const limen_recipe* recipes[] = {marked, plain.get()};
  for (const Format format : {Format::jpeg, Format::png, Format::webp}) {
    const Bytes file = photo({24, 20}, format);
    const limen_source source = source_of(file);
    EXPECT_GT(fail_each(std::string(name(format)),
                        [&](limen_error** error) {
                          limen_outputs* outputs = nullptr;
                          const limen_status status = limen_transform(&source, recipes, 2, &options,
                                                                      nullptr, &outputs, error);
                          EXPECT_EQ(outputs != nullptr, status == LIMEN_OK);
                          limen_outputs_free(outputs);
                          return status;
                        }),
              50);
  }
}

TEST(NewFails, InPieces) {
  const Bytes file = photo({24, 20});
  const limen_source source = source_of(file);
  const CRecipe recipe = parsed("w=9&sharp=1");
  fail_each("decode", [&](limen_error** error) {
    limen_image* image = nullptr;
    const limen_status status = limen_decode(&source, nullptr, nullptr, &image, error);
    limen_image_free(image);
    return status;
  });
  fail_each("render", [&](limen_error** error) {
    limen_image* image = nullptr;
    const limen_status status =
        limen_render(&source, recipe.get(), nullptr, nullptr, &image, error);
    limen_image_free(image);
    return status;
  });
  const Image picture = scene({24, 20}, rgba8);
  const limen_pixels pixels = c_pixels(picture.const_view());
  for (const std::int32_t format : {LIMEN_FORMAT_JPEG, LIMEN_FORMAT_PNG, LIMEN_FORMAT_WEBP}) {
    limen_encode_options options = defaults(limen_encode_options_init);
    options.format = format;
    fail_each("encode", [&](limen_error** error) {
      limen_outputs* outputs = nullptr;
      const limen_status status = limen_encode(&pixels, &options, nullptr, &outputs, error);
      limen_outputs_free(outputs);
      return status;
    });
  }
  Image target = scene({9, 7}, rgba8);
  const limen_pixels into = c_pixels(target.const_view());
  fail_each("resize", [&](limen_error** error) {
    return limen_resize(&pixels, &into, nullptr, nullptr, error);
  });
  fail_each("compare", [&](limen_error** error) {
    limen_comparison seen;
    return limen_compare(&pixels, &pixels, nullptr, &seen, error);
  });
  fail_each("read", [&](limen_error** error) {
    limen_source empty = defaults(limen_source_init);
    std::size_t at = 0;
    const std::pair<const Bytes*, std::size_t*> state{&file, &at};
    empty.read = [](void* opaque, uint8_t* to, size_t) -> ptrdiff_t {
      const auto& [bytes, position] = *static_cast<std::pair<const Bytes*, std::size_t*>*>(opaque);
      if (*position == bytes->size()) return 0;
      *to = static_cast<uint8_t>((*bytes)[(*position)++]);
      return 1;
    };
    empty.read_opaque = const_cast<std::pair<const Bytes*, std::size_t*>*>(&state);
    limen_info info{};
    info.struct_size = sizeof info;
    return limen_probe(&empty, nullptr, &info, error);
  });
}

// C++'s own functions, which make a Workspace where the caller has none: its lack is no limit.
TEST(NewFails, InCallsOfCppWithoutAWorkspace) {
  const Image picture = scene({24, 20}, rgb8);
  const Bytes file = photo({24, 20});
  const auto error_of = [](const auto& result) {
    return result ? std::optional<ErrorCode>() : std::optional(result.error().code);
  };
  const std::function<std::optional<ErrorCode>()> calls[] = {
      [&] { return error_of(decode(file)); }, [&] { return error_of(encode(picture.view(), {})); },
      [&] { return error_of(find_smallest(picture.view())); },
      [&] { return error_of(make_placeholder(ByteView(file))); }};
  for (const auto& call : calls) {
    EXPECT_EQ(call(), std::nullopt);
    int failures = 0;
    for (long n = 0; n < 40; ++n) {
      left = n;
      const std::optional<ErrorCode> code = call();
      left = kNever;
      EXPECT_EQ(code.value_or(ErrorCode::out_of_memory), ErrorCode::out_of_memory) << n;
      failures += code.has_value();
    }
    EXPECT_GT(failures, 2);
  }
}

// The hook itself: counted, and failing at the n-th call.
struct Heap {
  long left = kNever;
  long live = 0;
  long calls = 0;
  bool misaligned = false;

  static void* allocate(void* opaque, size_t bytes, size_t alignment) {
    auto* self = static_cast<Heap*>(opaque);
    ++self->calls;
    if (self->left == 0) return nullptr;
    if (self->left > 0) --self->left;
    self->misaligned = self->misaligned || (alignment & (alignment - 1)) != 0;
    void* data = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    self->live += data != nullptr;
    return data;
  }
  static void release(void* opaque, void* data) {
    static_cast<Heap*>(opaque)->live -= data != nullptr;
    std::free(data);
  }
  limen_allocator hooks() { return {allocate, release, this}; }
};

TEST(AllocatorHook, MayFailAtAnyCall) {
  const Bytes file = photo({60, 45});
  const limen_source source = source_of(file);
  const CRecipe searched = parsed("w=40&q=invisible");
  const CRecipe turned = parsed("w=30&r=90&blur=1&force_format=png");
  const limen_recipe* recipes[] = {searched.get(), turned.get()};
  long failures = 0;
  for (long n = 0;; ++n) {
    Heap heap;
    heap.left = n;
    const limen_allocator hooks = heap.hooks();
    limen_workspace* workspace = limen_workspace_create(0, &hooks);
    ASSERT_NE(workspace, nullptr);
    limen_execution execution = defaults(limen_execution_init);
    execution.workspace = workspace;
    limen_outputs* outputs = nullptr;
    limen_error* error = nullptr;
    const limen_status status =
        limen_transform(&source, recipes, 2, nullptr, &execution, &outputs, &error);
    EXPECT_EQ(outputs != nullptr, status == LIMEN_OK);
    EXPECT_EQ(limen_error_code(error), status);
    limen_error_free(error);
    limen_outputs_free(outputs);
    EXPECT_EQ(limen_workspace_bytes_in_use(workspace), 0u);
    limen_workspace_free(workspace);
    EXPECT_EQ(heap.live, 0) << "allocation " << n;
    EXPECT_FALSE(heap.misaligned);
    if (status == LIMEN_OK) {
      EXPECT_EQ(heap.calls, n);
      break;
    }
    ASSERT_EQ(status, LIMEN_OUT_OF_MEMORY) << "allocation " << n;
    ++failures;
    ASSERT_LT(n, 10'000);
  }
  EXPECT_GT(failures, 10);
}

TEST(AllocatorHook, ServesWhatOutlivesItsWorkspace) {
  Heap heap;
  const limen_allocator hooks = heap.hooks();
  limen_workspace* workspace = limen_workspace_create(0, &hooks);
  limen_execution execution = defaults(limen_execution_init);
  execution.workspace = workspace;
  const Bytes file = photo({60, 45});
  const limen_source source = source_of(file);
  limen_image* image = nullptr;
  ASSERT_EQ(limen_decode(&source, nullptr, &execution, &image, nullptr), LIMEN_OK);
  limen_workspace_free(workspace);
  EXPECT_GT(heap.live, 0);
  limen_image_free(image);
  EXPECT_EQ(heap.live, 0);
}

TEST(AllocatorHook, StopsBeingAskedOnceWarm) {
  Heap heap;
  const limen_allocator hooks = heap.hooks();
  const CWorkspace workspace(limen_workspace_create(0, &hooks));
  limen_execution execution = defaults(limen_execution_init);
  execution.workspace = workspace.get();
  const Bytes file = photo({60, 45});
  const CRecipe recipe = parsed("w=40&q=70");
  long after_two = 0;
  for (int i = 0; i < 20; ++i) {
    COutputs outputs;
    CError error;
    ASSERT_EQ(transformed(source_of(file), recipe.get(), outputs, error, nullptr, &execution),
              LIMEN_OK);
    if (i == 1) after_two = heap.calls;
  }
  EXPECT_EQ(heap.calls, after_two);
  limen_workspace_release_unused(workspace.get());
  EXPECT_EQ(heap.live, 0);
}

TEST(AllocatorHook, IsWholeOrAbsent) {
  Heap heap;
  limen_allocator half = heap.hooks();
  half.free = nullptr;
  EXPECT_EQ(limen_workspace_create(0, &half), nullptr);
  half = heap.hooks();
  half.allocate = nullptr;
  EXPECT_EQ(limen_workspace_create(0, &half), nullptr);
  const limen_allocator none{nullptr, nullptr, nullptr};
  const CWorkspace workspace(limen_workspace_create(0, &none));
  EXPECT_NE(workspace, nullptr);
}

}  // namespace
}  // namespace limen::test
