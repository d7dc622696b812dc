// SPDX-License-Identifier: Apache-2.0
#include "limen/compose/orient.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "lib/compose/arguments.h"
#include "lib/compose/placing.h"

namespace limen::inline LIMEN_ABI {

namespace {

// An orientation taken apart: upright (x, y) shows stored (a, b), where (a, b) is (y, x) if `swap`,
// else (x, y), and then each coordinate counts from the other end if its flip is set.
struct Turn {
  bool swap = false;
  bool flip_x = false;
  bool flip_y = false;
  friend constexpr bool operator==(Turn, Turn) = default;
};

constexpr Turn kTurns[8] = {
    {false, false, false},  // top_left
    {false, true, false},   // top_right
    {false, true, true},    // bottom_right
    {false, false, true},   // bottom_left
    {true, false, false},   // left_top
    {true, false, true},    // right_top
    {true, true, true},     // right_bottom
    {true, true, false},    // left_bottom
};

bool is_valid(Orientation orientation) {
  const auto value = static_cast<unsigned>(orientation);
  return value >= 1 && value <= 8;
}

Turn turn_of(Orientation orientation) {
  return is_valid(orientation) ? kTurns[static_cast<unsigned>(orientation) - 1] : kTurns[0];
}

Orientation orientation_of(Turn turn) {
  const auto* found = std::find(std::begin(kTurns), std::end(kTurns), turn);
  return static_cast<Orientation>(found - std::begin(kTurns) + 1);
}

// A square of pixels of which rows and columns both stay in the first-level cache.
constexpr std::int32_t kBlock = 32;

template <std::size_t Bytes>
void mirror_row(const std::byte* from, std::byte* to, std::int32_t width) {
  for (std::int32_t x = 0; x < width; ++x) {
    std::memcpy(to + static_cast<std::size_t>(x) * Bytes,
                from + static_cast<std::size_t>(width - 1 - x) * Bytes, Bytes);
  }
}

// Rows y to y + rows of the upright picture, block by block.
template <std::size_t Bytes>
void swap_rows(const ConstImageView& source, const ImageView& target, Turn turn, std::int32_t y,
               std::int32_t rows) {
  const std::ptrdiff_t down = turn.flip_y ? -source.stride : source.stride;
  for (std::int32_t x = 0; x < target.size.width; x += kBlock) {
    const std::int32_t columns = std::min(kBlock, target.size.width - x);
    for (std::int32_t j = 0; j < rows; ++j) {
      const std::int32_t stored_x = turn.flip_x ? source.size.width - 1 - (y + j) : y + j;
      const std::int32_t stored_y = turn.flip_y ? source.size.height - 1 - x : x;
      const std::byte* from = source.row(stored_y) + static_cast<std::size_t>(stored_x) * Bytes;
      std::byte* to = target.row(y + j) + static_cast<std::size_t>(x) * Bytes;
      for (std::int32_t i = 0; i < columns; ++i) {
        std::memcpy(to + static_cast<std::size_t>(i) * Bytes, from + i * down, Bytes);
      }
    }
  }
}

template <std::size_t Bytes>
Result<void> turn_pixels(const ConstImageView& source, const ImageView& target, Turn turn,
                         const Execution& execution) {
  const Size size = target.size;
  for (std::int32_t y = 0; y < size.height; y += kBlock) {
    if (execution.is_cancelled()) return cancelled();
    const std::int32_t rows = std::min(kBlock, size.height - y);
    if (turn.swap) {
      swap_rows<Bytes>(source, target, turn, y, rows);
      continue;
    }
    for (std::int32_t j = y; j < y + rows; ++j) {
      const std::byte* from = source.row(turn.flip_y ? size.height - 1 - j : j);
      if (turn.flip_x) {
        mirror_row<Bytes>(from, target.row(j), size.width);
      } else {
        std::memcpy(target.row(j), from, row_bytes(size, target.format));
      }
    }
  }
  return {};
}

Result<void> turn_any(const ConstImageView& source, const ImageView& target, Turn turn,
                      const Execution& execution) {
  switch (source.format.bytes_per_pixel()) {
    case 1:
      return turn_pixels<1>(source, target, turn, execution);
    case 2:
      return turn_pixels<2>(source, target, turn, execution);
    case 3:
      return turn_pixels<3>(source, target, turn, execution);
    case 4:
      return turn_pixels<4>(source, target, turn, execution);
    case 6:
      return turn_pixels<6>(source, target, turn, execution);
    case 8:
      return turn_pixels<8>(source, target, turn, execution);
    case 12:
      return turn_pixels<12>(source, target, turn, execution);
    case 16:
      return turn_pixels<16>(source, target, turn, execution);
    default:
      return Error{.message = "orient: pixels of " +
                              std::to_string(source.format.bytes_per_pixel()) + " bytes"};
  }
}

std::int32_t from_other_end(std::int32_t start, std::int32_t length, std::int32_t side) {
  return compose::saturate(std::int64_t{side} - start - length);
}

}  // namespace

Result<Image> orient(const ConstImageView& source, Orientation orientation,
                     const Execution& execution) {
  return contain_exceptions([&]() -> Result<Image> {
    LIMEN_TRY(compose::check_view(source, "orient", "the picture",
                                  {.cmyk = true, .premultiplied = true, .f32 = true}));
    if (!is_valid(orientation)) {
      return compose::refuse("orient", "an orientation is 1 to 8, not " +
                                           std::to_string(static_cast<unsigned>(orientation)));
    }
    const compose::AnyWorkspace workspace(execution);
    LIMEN_ASSIGN(Image upright, Image::create(upright_size(source.size, orientation), source.format,
                                              workspace.get()));
    LIMEN_TRY(turn_any(source, upright.view(), turn_of(orientation), execution));
    return upright;
  });
}

Rect orient_rect(const Rect& stored, Size stored_size, Orientation orientation) {
  const Turn turn = turn_of(orientation);
  Rect rect = stored;
  if (turn.flip_x) rect.x = from_other_end(stored.x, stored.width, stored_size.width);
  if (turn.flip_y) rect.y = from_other_end(stored.y, stored.height, stored_size.height);
  if (turn.swap) rect = {rect.y, rect.x, rect.height, rect.width};
  return rect;
}

Rect unorient_rect(const Rect& upright, Size stored_size, Orientation orientation) {
  const Turn turn = turn_of(orientation);
  Rect rect = upright;
  if (turn.swap) rect = {rect.y, rect.x, rect.height, rect.width};
  if (turn.flip_x) rect.x = from_other_end(rect.x, rect.width, stored_size.width);
  if (turn.flip_y) rect.y = from_other_end(rect.y, rect.height, stored_size.height);
  return rect;
}

Orientation combine(Orientation first, Orientation second) {
  const Turn a = turn_of(first);
  const Turn b = turn_of(second);
  // A swap before the second's flips exchanges which side they turn.
  const bool flip_x = a.swap ? b.flip_y : b.flip_x;
  const bool flip_y = a.swap ? b.flip_x : b.flip_y;
  return orientation_of({a.swap != b.swap, a.flip_x != flip_x, a.flip_y != flip_y});
}

}  // namespace limen::inline LIMEN_ABI
