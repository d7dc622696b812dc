// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/plain_pixels.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/decode.h"
#include "lib/codec/jpeg/plain_scan.h"

namespace limen::inline LIMEN_ABI {

namespace {

constexpr auto kGroup = static_cast<std::int32_t>(kGroupWidth);

// Upsampling looks at one sample more on either side, and takes rows of fewer than three samples
// for pictures that small.
constexpr std::int32_t kMargin = 3;

// Columns of a component, whole groups of them.
struct Columns {
  std::int32_t first = 0;
  std::int32_t count = 0;
};

// Those from `first` to `end`.
Columns whole_groups(std::int32_t first, std::int32_t end) {
  const std::int32_t start = first / kGroup * kGroup;
  return {start, (end - start + kGroup - 1) / kGroup * kGroup};
}

// One component's samples in a row of MCUs, below the last row of the one before.
class Strip {
 public:
  // `bytes`: room for (rows + 1) * columns.count.
  Strip(Columns columns, std::int32_t rows, std::byte* bytes)
      : columns_(columns), rows_(rows), bytes_(bytes) {}
  Strip() = default;

  SampleWindow window(std::int32_t mcu_row) const {
    return {{bytes_ + columns_.count, {columns_.count, rows_}, columns_.count, gray8},
            columns_.first,
            mcu_row * rows_};
  }
  // Sample x of row y, while it is there.
  const std::uint8_t* at(std::int32_t x, std::int32_t y, std::int32_t mcu_row) const {
    const std::ptrdiff_t row = y - mcu_row * rows_ + 1;
    return reinterpret_cast<const std::uint8_t*>(bytes_) + row * columns_.count + x -
           columns_.first;
  }
  void keep_last() {
    std::memcpy(bytes_, bytes_ + static_cast<std::ptrdiff_t>(rows_) * columns_.count,
                static_cast<std::size_t>(columns_.count));
  }

 private:
  Columns columns_;
  std::int32_t rows_ = 0;
  std::byte* bytes_ = nullptr;
};

// Y, Cb and Cr to RGB, a row of MCUs at a time.
class RgbWindow {
 public:
  RgbWindow(PlainScan& scan, const jpeg_decompress_struct& state, const Rect& window,
            const ImageView& view)
      : scan_(scan),
        window_(window),
        view_(view),
        picture_{static_cast<std::int32_t>(state.output_width),
                 static_cast<std::int32_t>(state.output_height)} {
    const Size step = chroma_step(state);
    across_ = step.width;
    down_ = step.height;
    chroma_ = {(picture_.width + across_ - 1) / across_, (picture_.height + down_ - 1) / down_};
  }

  // Whether chroma is related to luma in a way that is known here.
  static bool suits(const jpeg_decompress_struct& state) {
    const jpeg_component_info* const components = state.comp_info;
    const auto across = [&](int c) {
      return components[c].h_samp_factor * block_size(components[c]);
    };
    const auto down = [&](int c) {
      return components[c].v_samp_factor * block_size(components[c]);
    };
    const int least = least_block_size(state);
    if (components[0].h_samp_factor != state.max_h_samp_factor ||
        components[0].v_samp_factor != state.max_v_samp_factor ||
        block_size(components[0]) != least || across(1) != across(2) || down(1) != down(2)) {
      return false;
    }
    const bool is_half = across(0) == 2 * across(1) && least > 1;
    return (across(0) == across(1) && down(0) == down(1)) ||
           (is_half && (down(0) == down(1) || down(0) == 2 * down(1)));
  }

  Result<bool> decode(const Execution& execution);

 private:
  Result<bool> prepare(Workspace& workspace);
  void emit(std::int32_t y);
  const std::uint8_t* chroma_row(std::size_t component, std::int32_t y);

  PlainScan& scan_;
  Rect window_;
  ImageView view_;
  Size picture_;
  Size chroma_;
  int across_ = 1;  // pixels of a chroma sample
  int down_ = 1;
  Columns used_;  // of chroma, what the window and upsampling look at
  std::int32_t mcu_row_ = 0;
  std::array<Strip, 3> strips_;
  std::array<std::uint8_t*, 2> upsampled_{};
  Buffer buffer_;
};

Result<bool> RgbWindow::prepare(Workspace& workspace) {
  const std::int32_t right = window_.x + window_.width;
  used_.first = std::max(0, window_.x / across_ - kMargin);
  const std::int32_t used_end = std::min(chroma_.width, (right - 1) / across_ + 1 + kMargin);
  used_.count = used_end - used_.first;
  const Columns luma = whole_groups(window_.x, right);
  const Columns chroma = whole_groups(used_.first, used_end);
  const std::int32_t rows = scan_.mcu_height();
  const auto room = [](std::int32_t count, std::int32_t columns) {
    return static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(columns);
  };
  const std::uint64_t luma_bytes = room(rows + 1, luma.count);
  const std::uint64_t chroma_bytes = room(rows / down_ + 1, chroma.count);
  const std::uint64_t upsampled_bytes = room(2, chroma.count);
  auto buffer = workspace.allocate(luma_bytes + 2 * chroma_bytes + 2 * upsampled_bytes);
  if (!buffer) return false;
  buffer_ = *std::move(buffer);
  std::byte* next = buffer_.data();
  strips_[0] = Strip(luma, rows, next);
  next += luma_bytes;
  for (std::size_t c = 0; c < 2; ++c) {
    strips_[c + 1] = Strip(chroma, rows / down_, next);
    next += chroma_bytes;
    upsampled_[c] = reinterpret_cast<std::uint8_t*>(next);
    next += upsampled_bytes;
  }
  return true;
}

// A row of chroma for row y of luma, from the window's first column on. The rows that it needs are
// there.
const std::uint8_t* RgbWindow::chroma_row(std::size_t component, std::int32_t y) {
  const Strip& strip = strips_[component];
  const auto at = [&](std::int32_t x, std::int32_t row) { return strip.at(x, row, mcu_row_); };
  if (across_ == 1) return at(window_.x, y);
  std::uint8_t* const out = upsampled_[component - 1];
  const std::int32_t near = y / down_;
  if (down_ == 1) {
    widen_row(at(used_.first, near), 2 * used_.count, out);
  } else {
    const std::int32_t far = std::clamp(y % 2 == 0 ? near - 1 : near + 1, 0, chroma_.height - 1);
    upsample_row(at(used_.first, near), at(used_.first, far), 2 * used_.count, out);
  }
  return out + (window_.x - 2 * used_.first);
}

void RgbWindow::emit(std::int32_t y) {
  rgb_row(strips_[0].at(window_.x, y, mcu_row_), chroma_row(1, y), chroma_row(2, y), window_.width,
          view_.row_as<std::uint8_t>(y - window_.y));
}

Result<bool> RgbWindow::decode(const Execution& execution) {
  LIMEN_ASSIGN(const bool has_room, prepare(*execution.workspace));
  if (!has_room) return false;
  const std::int32_t height = scan_.mcu_height();
  // A row of pixels may need the chroma of the row of MCUs above or below.
  const std::int32_t reach = down_ - 1;
  const std::int32_t bottom = window_.y + window_.height;
  const std::int32_t first = std::max(0, window_.y - reach) / height;
  const std::int32_t last = (std::min(picture_.height, bottom + reach) - 1) / height;
  std::int32_t y = window_.y;
  for (mcu_row_ = 0; mcu_row_ <= last; ++mcu_row_) {
    if (execution.is_cancelled()) return cancelled();
    if (mcu_row_ < first) {
      if (!scan_.skip_row()) return false;
      continue;
    }
    SampleWindows windows;
    for (std::size_t c = 0; c < 3; ++c) windows[c] = strips_[c].window(mcu_row_);
    if (!scan_.decode_row(windows)) return false;
    const std::int32_t below = (mcu_row_ + 1) * height;
    const std::int32_t end = below >= picture_.height ? bottom : std::min(bottom, below - reach);
    for (; y < end; ++y) emit(y);
    for (Strip& strip : strips_) strip.keep_last();
  }
  return true;
}

Result<bool> decode_gray(PlainScan& scan, const Rect& window, const ImageView& view,
                         const Execution& execution) {
  const SampleWindows windows = {{{view, window.x, window.y}}};
  const std::int32_t height = scan.mcu_height();
  for (std::int32_t row = 0; row * height < window.y + window.height; ++row) {
    if (execution.is_cancelled()) return cancelled();
    const bool is_above = (row + 1) * height <= window.y;
    if (is_above ? !scan.skip_row() : !scan.decode_row(windows)) return false;
  }
  return true;
}

}  // namespace

std::uint64_t plain_pixels_bytes(Size size) {
  // At 4:2:0, which has the highest strips: 17 rows of luma, 9 of each chroma and two upsampled, of
  // half the columns each. Each row may have two groups more than are used.
  const auto width = static_cast<std::uint64_t>(size.width) + 4 * kGroupWidth;
  return PlainScan::memory_bytes() + 17 * width + 2 * width * 13 + memory::kAlignment;
}

Result<bool> decode_plain_pixels(const JpegDecompressor& jpeg, const ImageInfo& info,
                                 const Rect& window, const ImageView& view,
                                 const Execution& execution) {
  const jpeg_decompress_struct& state = jpeg.state();
  const bool is_gray = info.model == ColorModel::gray && state.num_components == 1;
  const bool is_color = info.model == ColorModel::ycbcr && state.num_components == 3;
  if (!is_gray && !(is_color && RgbWindow::suits(state))) return false;
  auto scan = PlainScan::open(jpeg, *execution.workspace);
  if (!scan) return false;
  if (is_gray) return decode_gray(*scan, window, view, execution);
  return RgbWindow(*scan, state, window, view).decode(execution);
}

}  // namespace limen::inline LIMEN_ABI
