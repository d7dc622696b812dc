// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/webp/sharp_chroma.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lib/codec/webp/samples.h"
#include "lib/codec/webp/sharp_rows.h"
#include "limen/core/workspace.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

constexpr int kMostRounds = 4;
// By how much a pixel's luma may differ in the mean, of 1023: then it is near enough.
constexpr std::uint64_t kNearEnough = 3;

// Rec. ITU-R BT.2020, table 4, with libwebp's digits.
constexpr double kLinearPart = 0.018053968510807;
constexpr double kOffset = 0.09929682680944;
constexpr double kExponent = 0.45;

double linear_light(double value) {
  if (value <= 4.5 * kLinearPart) return value / 4.5;
  return std::pow((value + kOffset) / (1 + kOffset), 1 / kExponent);
}

double shown_light(double linear) {
  if (linear <= kLinearPart) return 4.5 * linear;
  return (1 + kOffset) * std::pow(linear, kExponent) - kOffset;
}

// No entry is nearer than 4e-5 to the next whole number: how exactly a machine's pow() rounds does
// not matter.
SharpTables make_tables() {
  SharpTables tables;
  constexpr double kOne = 65536;
  for (std::size_t i = 0; i < tables.linear.size(); ++i) {
    const double value = static_cast<double>(i) / static_cast<double>(tables.linear.size());
    tables.linear[i] = static_cast<std::uint16_t>(linear_light(value) * kOne + 0.5);
  }
  // Cut to 10 bits.
  const auto start = [&](std::size_t i) {
    const double value = static_cast<double>(i) / static_cast<double>(tables.pieces.size());
    return static_cast<std::uint32_t>(shown_light(value) * kOne + 0.5) >> 6;
  };
  for (std::size_t i = 0; i < tables.pieces.size(); ++i) {
    const std::uint32_t rise = start(i + 1) - start(i);
    tables.pieces[i] = static_cast<std::uint16_t>(rise << 10 | start(i));
  }
  return tables;
}

const SharpTables& sharp_tables() {
  static const SharpTables kTables = make_tables();
  return kTables;
}

// Samples of any kind, for which no kernel is.
template <class Sample>
void split_row(const ConstImageView& image, std::int32_t y, bool is_lower, const SharpRows& rows) {
  const auto width = static_cast<std::size_t>(image.size.width);
  const auto channels = static_cast<std::size_t>(image.format.channels());
  const auto* const samples = image.row_as<Sample>(y);
  for (std::size_t color = 0; color < kColors; ++color) {
    const std::size_t channel = channels < kColors ? 0 : color;
    for (std::size_t side = 0; side < 2; ++side) {
      std::uint16_t* const to =
          rows.colors + ((is_lower ? 2 : 0) + side) * kColors * rows.stride + color * rows.stride;
      std::fill(to + rows.columns, to + rows.stride, std::uint16_t{0});
      for (std::size_t column = 0; column < rows.columns; ++column) {
        const std::size_t x = std::min(2 * column + side, width - 1);
        to[column] = static_cast<std::uint16_t>(4 * to_8_bits(samples[x * channels + channel]));
      }
    }
  }
}

void split(const ConstImageView& image, std::int32_t y, bool is_lower, const SharpRows& rows) {
  if (image.format.sample == SampleType::u16)
    return split_row<std::uint16_t>(image, y, is_lower, rows);
  const int channels = image.format.channels();
  if (channels < 3) return split_row<std::uint8_t>(image, y, is_lower, rows);
  split_sharp_row(image.row_as<std::uint8_t>(y), static_cast<std::size_t>(image.size.width),
                  static_cast<std::size_t>(channels), is_lower, rows);
}

class Halving {
 public:
  Halving(const ConstImageView& image, const std::function<bool()>& is_cancelled)
      : image_(image), is_cancelled_(is_cancelled), pairs_((image.size.height + 1) / 2) {
    rows_.tables = &sharp_tables();
    rows_.columns = (static_cast<std::size_t>(image.size.width) + 1) / 2;
    rows_.stride = (rows_.columns + kSharpGroup - 1) / kSharpGroup * kSharpGroup;
  }

  Result<void> run(const HalvedPlanes& planes, Workspace* workspace) {
    LIMEN_TRY(prepare(workspace));
    LIMEN_TRY(start());
    // Of whole squares, as many as there are.
    const std::uint64_t near_enough =
        kNearEnough * kCorners * rows_.columns * static_cast<std::uint64_t>(pairs_);
    std::uint64_t before = 0;
    for (int round = 0; round < kMostRounds; ++round) {
      LIMEN_ASSIGN(const std::uint64_t difference, refine());
      if (round > 0 && (difference < near_enough || difference > before)) break;
      before = difference;
    }
    return store(planes);
  }

 private:
  Result<void> prepare(Workspace* workspace) {
    const std::uint64_t stride = rows_.stride;
    const std::uint64_t kept = kSharpPairRows * stride * static_cast<std::uint64_t>(pairs_);
    const std::uint64_t colors = kCorners * kColors * stride;
    const std::uint64_t pieces = (kCorners + kColors) * stride;
    const std::uint64_t blend = 2 * (stride + 2 * kSharpMargin);
    const std::uint64_t bytes = sizeof(std::uint16_t) * (kept + colors + 2 * pieces + blend);
    LIMEN_ASSIGN(memory_,
                 workspace != nullptr ? workspace->allocate(bytes) : Buffer::create(bytes));
    samples_ = reinterpret_cast<std::uint16_t*>(memory_.data());
    rows_.colors = samples_ + kept;
    rows_.pieces = rows_.colors + colors;
    rows_.fractions = rows_.pieces + pieces;
    rows_.blend = reinterpret_cast<std::int32_t*>(rows_.fractions + pieces) + kSharpMargin;
    return {};
  }

  SharpPair pair(std::int32_t index) const {
    const std::size_t stride = rows_.stride;
    std::uint16_t* const first =
        samples_ + kSharpPairRows * stride * static_cast<std::size_t>(index);
    const auto chroma = [&](std::size_t row) {
      return reinterpret_cast<std::int16_t*>(first + row * stride);
    };
    return {.wanted_luma = first,
            .wanted_chroma = chroma(kCorners),
            .luma = first + (kCorners + kColors) * stride,
            .chroma = chroma(2 * kCorners + kColors)};
  }

  Result<void> start() {
    for (std::int32_t i = 0; i < pairs_; ++i) {
      if (is_cancelled_()) return cancelled();
      split(image_, 2 * i, false, rows_);
      split(image_, std::min(2 * i + 1, image_.size.height - 1), true, rows_);
      start_sharp_pair(rows_, pair(i));
    }
    return {};
  }

  // Pairs above are those of this round already.
  Result<std::uint64_t> refine() {
    std::uint64_t difference = 0;
    for (std::int32_t i = 0; i < pairs_; ++i) {
      if (is_cancelled_()) return cancelled();
      const std::int16_t* const above = pair(std::max(i - 1, 0)).chroma;
      const std::int16_t* const below = pair(std::min(i + 1, pairs_ - 1)).chroma;
      difference += refine_sharp_pair(rows_, above, below, pair(i));
    }
    return difference;
  }

  Result<void> store(const HalvedPlanes& planes) {
    const auto width = static_cast<std::size_t>(image_.size.width);
    // Colours are not needed any more.
    auto* const bytes = reinterpret_cast<std::uint8_t*>(rows_.colors);
    const SharpSamples samples = {.upper = bytes,
                                  .lower = bytes + 2 * rows_.stride,
                                  .cb = bytes + 4 * rows_.stride,
                                  .cr = bytes + 5 * rows_.stride};
    for (std::ptrdiff_t i = 0; i < pairs_; ++i) {
      if (is_cancelled_()) return cancelled();
      store_sharp_pair(rows_, pair(static_cast<std::int32_t>(i)), samples);
      std::memcpy(planes.y + 2 * i * planes.y_stride, samples.upper, width);
      if (2 * i + 1 < image_.size.height) {
        std::memcpy(planes.y + (2 * i + 1) * planes.y_stride, samples.lower, width);
      }
      std::memcpy(planes.cb + i * planes.chroma_stride, samples.cb, rows_.columns);
      std::memcpy(planes.cr + i * planes.chroma_stride, samples.cr, rows_.columns);
    }
    return {};
  }

  const ConstImageView& image_;
  const std::function<bool()>& is_cancelled_;
  std::int32_t pairs_;
  SharpRows rows_;
  Buffer memory_;
  std::uint16_t* samples_ = nullptr;
};

}  // namespace

Result<void> halve_chroma_sharply(const ConstImageView& image, const HalvedPlanes& planes,
                                  Workspace* workspace, const std::function<bool()>& is_cancelled) {
  return Halving(image, is_cancelled).run(planes, workspace);
}

}  // namespace limen::inline LIMEN_ABI::webp
