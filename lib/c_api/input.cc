// SPDX-License-Identifier: Apache-2.0
#include "lib/c_api/input.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "lib/c_api/enums.h"
#include "lib/c_api/structs.h"
#include "limen/core/checked_size.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr limen_source kSource{.struct_size = sizeof(limen_source),
                               .bytes = {nullptr, 0},
                               .read = nullptr,
                               .read_opaque = nullptr,
                               .pixels = nullptr};

constexpr std::size_t kFirstRead = 65'536;

// The whole of what a function gives; one byte more than is allowed is enough to know.
Result<Bytes> read_to_end(const limen_source& source, const Limits& limits,
                          const Execution& execution) {
  const auto most = static_cast<std::size_t>(
      std::min<std::uint64_t>(limits.input_bytes, std::numeric_limits<std::ptrdiff_t>::max() - 1));
  Bytes bytes;
  std::size_t size = 0;
  for (;;) {
    if (execution.is_cancelled()) return cancelled();
    if (size > most) return limit_exceeded(Limit::input_bytes, size, limits.input_bytes);
    if (size == bytes.size()) {
      bytes.resize(std::min(most + 1, std::max(kFirstRead, size < most / 2 ? 2 * size : most + 1)));
    }
    const std::size_t room = bytes.size() - size;
    const std::ptrdiff_t got =
        source.read(source.read_opaque, reinterpret_cast<std::uint8_t*>(bytes.data() + size), room);
    if (got == 0) break;
    if (got < 0 || static_cast<std::size_t>(got) > room) {
      return Error{.code = ErrorCode::io,
                   .message = "the source's read function gave " + std::to_string(got) +
                              " for at most " + std::to_string(room) + " bytes, after " +
                              std::to_string(size),
                   .offset = size};
    }
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Result<ByteView> to_bytes(const limen_bytes& given, const char* name) {
  if (given.data == nullptr && given.size != 0) {
    return invalid_argument(std::string(name) + ": " + std::to_string(given.size) +
                            " bytes at a null pointer");
  }
  if (given.size > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return invalid_argument(std::string(name) + ": " + std::to_string(given.size) +
                            " bytes are more than there can be");
  }
  return ByteView(reinterpret_cast<const std::byte*>(given.data), given.size);
}

Result<ImageView> to_view(const limen_pixels* given, const char* name) {
  const std::string prefix(name);
  if (given == nullptr) return invalid_argument(prefix + " is null");
  ImageView view;
  const std::string of = prefix + ": ";
  LIMEN_ASSIGN(view.format.sample,
               to_enum(given->sample, SampleType::f32, (of + "sample").c_str()));
  LIMEN_ASSIGN(view.format.layout, to_enum(given->layout, Layout::cmyk, (of + "layout").c_str()));
  LIMEN_ASSIGN(const AlphaMode alpha,
               to_enum(given->alpha, AlphaMode::premultiplied, (of + "alpha").c_str()));
  if (view.format.has_alpha()) view.format.alpha = alpha;
  view.size = {given->width, given->height};
  if (given->data == nullptr) return invalid_argument(of + "data is null");
  if (is_empty(view.size)) {
    return invalid_argument(of + "a size of " + std::to_string(given->width) + "x" +
                            std::to_string(given->height) + " has no pixels");
  }
  const auto sample = static_cast<std::ptrdiff_t>(bytes_per_sample(view.format.sample));
  if (reinterpret_cast<std::uintptr_t>(given->data) % static_cast<std::uintptr_t>(sample) != 0) {
    return invalid_argument(of + "data is not aligned to its samples of " + std::to_string(sample) +
                            " bytes");
  }
  const auto row = static_cast<std::uint64_t>(given->width) * view.format.bytes_per_pixel();
  if (given->stride < 0 || static_cast<std::uint64_t>(given->stride) < row ||
      given->stride % sample != 0) {
    return invalid_argument(of + "a stride of " + std::to_string(given->stride) +
                            " bytes: allowed are multiples of " + std::to_string(sample) +
                            " from " + std::to_string(row) + " on");
  }
  const auto bytes = checked_multiply(static_cast<std::uint64_t>(given->stride),
                                      static_cast<std::uint64_t>(given->height));
  if (!bytes || *bytes > static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    return invalid_argument(of + "more bytes than there can be");
  }
  view.data = static_cast<std::byte*>(given->data);
  view.stride = given->stride;
  return view;
}

Result<Input> open_input(const limen_source* given, const Limits& limits,
                         const Execution& execution) {
  if (given == nullptr) return invalid_argument("the source is null");
  LIMEN_ASSIGN(const limen_source known, read_struct(given, kSource, "limen_source"));
  const bool has_bytes = known.bytes.data != nullptr || known.bytes.size != 0;
  const int ways = int{has_bytes} + int{known.read != nullptr} + int{known.pixels != nullptr};
  if (ways != 1) {
    return invalid_argument("limen_source: " + std::to_string(ways) +
                            " of bytes, read and pixels are set: allowed is one");
  }
  Input input;
  if (known.pixels != nullptr) {
    LIMEN_ASSIGN(const ImageView view, to_view(known.pixels, "limen_source: pixels"));
    input.pixels = view;
  } else if (has_bytes) {
    LIMEN_ASSIGN(input.bytes, to_bytes(known.bytes, "limen_source: bytes"));
  } else {
    LIMEN_ASSIGN(input.owned, read_to_end(known, limits, execution));
    input.bytes = input.owned;
  }
  return input;
}

Result<Input> open_file(const limen_source* given, const Limits& limits,
                        const Execution& execution) {
  LIMEN_ASSIGN(Input input, open_input(given, limits, execution));
  if (input.pixels) return invalid_argument("limen_source: pixels, where a file is needed");
  return input;
}

}  // namespace limen::inline LIMEN_ABI

void limen_source_init(limen_source* source, size_t struct_size) {
  limen::init_struct(limen::kSource, source, struct_size);
}
