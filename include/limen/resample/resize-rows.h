// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "limen/core/abi.h"

// What the kernels are given. In the 16-bit kernels a sample between the passes ("mid") is
// (v - 128) * 128 for v of 0 to 255: seven bits of fraction and, because weights sum to exactly
// one, room for overshoot to both sides without a clamp.

namespace limen::inline LIMEN_ABI {

namespace resample {

inline constexpr int kMidBits = 7;
inline constexpr int kMidZero = 128 << kMidBits;
/// Rows that are worked on at a time: as many as the widest vector has lanes of 16 bits.
inline constexpr int kStripRows = 32;
/// Samples that a pixel takes in the wide kernels: 3 channels travel as 4.
constexpr int lanes_of(int channels) { return channels == 3 ? 4 : channels; }

/// Samples across that are filtered down at a time, and how far apart pairs of them lie: not a
/// power of two, for then they would compete for the same lines of the cache.
inline constexpr std::size_t kDownSamples = 512;
inline constexpr std::size_t kDownPair = 2 * kDownSamples + 32;
/// Rows behind those that outputs take that FixedDown::rows has too, and that may be read.
inline constexpr std::int32_t kRowsBehind = 2;
/// Samples that FixedDown::under_way has room for beyond those that are filtered down.
inline constexpr std::int32_t kSpareUnderWay = 4 * kStripRows;
/// Pairs that may be read, times a weight of 0, behind the last one.
inline constexpr std::int32_t kSparePairs = 4;
/// Pixels that are turned from rows to columns at a time.
inline constexpr int kColumnPixels = 8;
/// Output pixels that are filtered along at a time, where they become bytes.
constexpr int along_pixels(int channels) { return channels == 4 ? 4 : 16; }

struct FixedColumns;

/// How many of every `step`-th of some outputs are under way at once, at the most. `shared`: pairs
/// that the last of them may have in common with the first, 0 or 1. `first`, `pairs`: FixedAxis.
inline std::int32_t outputs_together(const std::int32_t* first, const std::int32_t* pairs,
                                     std::int32_t outputs, std::int32_t step, std::int32_t shared) {
  std::int32_t most = 1;
  for (std::int32_t i = 0; i < outputs; i += step) {
    const std::int32_t end = first[i] + 2 * (pairs[i] - shared);
    while (i + most * step < outputs && first[i + most * step] < end) ++most;
  }
  return most;
}

/// Outputs whose sums can be under way at once from row to row.
inline constexpr std::int32_t kMostUnderWay = 8;

/// Up to kStripRows output rows, filtered down from the input rows `rows[0]`, `rows[1]`, …
struct FixedDown {
  /// rows[k] is the input's row first[0] + k; kRowsBehind more than outputs take.
  const void* const* rows = nullptr;
  std::int32_t outputs = 0;
  const std::int32_t* first = nullptr;  ///< this and the next three: FixedAxis, of output 0 onwards
  const std::int32_t* pairs = nullptr;
  const std::int32_t* bits = nullptr;
  const std::int16_t* weights = nullptr;
  std::int32_t pair_stride = 0;
  std::int32_t most_pairs = 0;  ///< this and the next two: FixedAxis, of all its outputs
  std::int32_t most_together = 0;
  std::int32_t most_sharing = 0;
  void* const* out = nullptr;  ///< a row for each output, of end - begin samples
  /// Of four channels, instead of `out`: mids are appended here. `begin` is an even pixel then.
  const FixedColumns* columns = nullptr;
  std::size_t begin = 0;  ///< samples of the input rows that are taken
  std::size_t end = 0;
  /// kDownPair samples for each pair of rows, and kSparePairs more.
  std::int16_t* scratch = nullptr;
  bool is_new = true;  ///< false: the same outputs as at the call before, with the same scratch
  /// kMostUnderWay sums for each sample of end - begin and for kSpareUnderWay more, which kernels
  /// that have outputs under way leave to the next strip's call of the same samples.
  std::int32_t* under_way = nullptr;
  std::int32_t had_pairs = 0;  ///< that are in sums under way; 0: there are none
  std::int32_t followers = 0;  ///< outputs behind these, in the next strip; 0: sums are not left
  /// What is needed next lies as many bytes from what is used, and is fetched; 0: no need.
  std::ptrdiff_t ahead = 0;
};

/// A window of up to kStripRows rows turned into columns, so that filtering along is what filtering
/// down is to rows: one weight for a whole vector. How they lie in `columns` is the kernels'
/// affair. Where rows are filtered down to four channels, that appends them itself.
struct FixedColumns {
  /// kStripRows * capacity * channels samples; as many as a kSparePairs need more.
  std::int16_t* columns = nullptr;
  std::int32_t capacity = 0;  ///< pixels; a multiple of kColumnPixels
  std::int32_t held = 0;      ///< pixels in the window; even
  std::int32_t drop = 0;      ///< forget as many at its beginning first; even
  int channels = 0;
  std::int32_t rows = 0;
  const std::int16_t* in = nullptr;  ///< rows of mids to append; null where `pixels` is 0
  std::size_t in_stride = 0;         ///< samples
  std::int32_t pixels = 0;           ///< to append; read up to the next multiple of kColumnPixels
};

/// Outputs `begin` to `end` - 1 of each row, filtered along from a window of columns.
struct FixedAlong {
  const std::int16_t* columns = nullptr;  ///< as FixedColumns left it
  std::int32_t capacity = 0;
  std::int32_t base = 0;  ///< the first pixel in the window
  int channels = 0;
  std::int32_t rows = 0;
  std::int32_t begin = 0;
  std::int32_t end = 0;
  std::int32_t most_pairs = 0;          ///< of any output
  const std::int32_t* first = nullptr;  ///< this and the next four: FixedAxis, of output 0 onwards
  const std::int32_t* pairs = nullptr;
  const std::int32_t* bits = nullptr;
  const std::int16_t* weights = nullptr;
  std::int32_t pair_stride = 0;
  /// Where pixel `out_begin` of each row goes: kStripRows rows, those without an input row too.
  /// Mids are written up to kColumnPixels further. Of pairs: kStripRows / 2 pairs of rows, each as
  /// FixedPairs takes it; out_begin is 0.
  void* const* out = nullptr;
  std::int32_t out_begin = 0;
};

/// What becomes of what was filtered along.
enum class AlongOut : std::uint8_t { mids, pairs, levels, light, straight };

/// Outputs filtered along from rows of mids, without columns: sixteen samples in the lanes of a
/// vector, each with weights of its own, and what they take looked up from 64 samples of a row.
/// Tables (LanesTables) say which and by how much, for kLaneSamples outputs each.
struct FixedLanes {
  const std::int16_t* in = nullptr;  ///< sample `in_begin` of each row; 128 more may be read
  std::size_t in_stride = 0;
  std::int32_t in_begin = 0;
  std::int32_t rows = 0;
  int channels = 0;
  std::int32_t pairs = 0;                  ///< of any output
  std::int32_t pairs_together = 0;         ///< that 64 samples have
  const std::int16_t* tables = nullptr;    ///< all that there are, table_stride samples each
  std::size_t table_stride = 0;            ///< samples
  const std::int32_t* table_of = nullptr;  ///< which table, for each kLaneSamples outputs
  const std::int32_t* bases = nullptr;     ///< the first of the 64 samples, for each kLanes outputs
  std::int32_t begin = 0;                  ///< outputs, in units of kLaneSamples
  std::int32_t end = 0;
  std::size_t samples = 0;     ///< in an output row
  void* const* out = nullptr;  ///< kStripRows rows, those without an input row too
};
inline constexpr std::size_t kLanes = 16;
inline constexpr std::size_t kLaneSamples = 2 * kLanes;
/// Samples of a row that are looked up from.
inline constexpr std::size_t kLaneWindow = 64;
/// A table, in vectors of kLaneSamples int16: for each kLanes outputs where their first pairs are,
/// what is added before and how much is shifted, then the pairs of weights.
inline constexpr std::size_t kLaneIndex = 0;
inline constexpr std::size_t kLaneBefore = 2;
inline constexpr std::size_t kLaneShift = 4;
inline constexpr std::size_t kLaneWeights = 6;

/// Filters rows along so.
using LanesKernel = void (*)(const FixedLanes&);

/// Some neighbouring samples of an output row, one in each 32-bit lane of a vector.
struct BytesGroup {
  const std::int16_t* table = nullptr;
  std::int32_t base = 0;  ///< where in the row what they take begins, in bytes
  std::int32_t out = 0;   ///< where they go, in samples
};

/// Rows of bytes, or of mids, filtered along to pairs of rows of mids. Groups (BytesTables) say
/// what their lanes look up in a row and by how much they multiply it; those with one table lie
/// side by side.
struct FixedBytes {
  const std::uint8_t* const* rows = nullptr;  ///< kBytesRows of them
  int channels = 0;
  const BytesGroup* groups = nullptr;
  const BytesGroup* end = nullptr;
  /// kBytesRows / 2 pairs of rows as FixedPairs has them, whose samples lie in order.
  std::int16_t* const* out = nullptr;
  std::ptrdiff_t ahead = 0;  ///< what is needed next lies as many bytes further on
  /// Pairs that the same 16 bytes have, or of mids the same window.
  std::int32_t together = 1;
};
inline constexpr int kBytesRows = 4;
/// With a window, a lane looks up samples of as many bytes from its group's first one on.
inline constexpr std::size_t kBytesWindow = 64;
/// A table, in vectors of two int16 a lane: the samples that a lane's first pair takes, what is
/// added before, how much is shifted, how many bytes further on blocks of 128 bits find theirs, the
/// pairs of weights.
inline constexpr std::size_t kBytesIndex = 0;
inline constexpr std::size_t kBytesBefore = 1;
inline constexpr std::size_t kBytesShift = 2;
inline constexpr std::size_t kBytesBlocks = 3;
inline constexpr std::size_t kBytesWeights = 4;

/// Filters rows along so.
struct BytesKernel {
  void (*run)(const FixedBytes&) = nullptr;  ///< null: there is none
  std::int32_t lanes = 0;                    ///< 32-bit lanes of its vectors
  std::int32_t sample = 1;                   ///< bytes of what it looks up: 1, or 2 of mids
  /// Any lane looks up any sample of kBytesWindow bytes; false: each four of them have 16 bytes.
  /// The next pairs are looked up in as many bytes further on, but for bytes with a window, which
  /// has all of them.
  bool has_window = false;
};
/// Pairs of samples that an output takes, where there are kernels for it.
inline constexpr std::int32_t kBytesMostPairs = 6;

/// Up to kStripRows output rows, filtered down from pairs of rows of mids as fixed_along_pairs()
/// left them: twice as many samples as a row, up to the next multiple of 2 * kStripRows.
struct FixedPairs {
  const std::int16_t* const* pairs = nullptr;  ///< pairs[k]: rows first[0] + 2 k and 2 k + 1
  std::int32_t outputs = 0;
  const std::int32_t* first = nullptr;  ///< this and the next three: FixedAxis, of output 0 onwards
  const std::int32_t* count = nullptr;
  const std::int32_t* bits = nullptr;
  const std::int16_t* weights = nullptr;
  std::int32_t pair_stride = 0;
  void* const* out = nullptr;  ///< a row for each output, of which samples begin to end - 1
  std::size_t begin = 0;       ///< a multiple of 2 * kStripRows
  std::size_t end = 0;
};

}  // namespace resample

}  // namespace limen::inline LIMEN_ABI
