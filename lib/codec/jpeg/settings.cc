// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/settings.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace limen::inline LIMEN_ABI {

namespace {

constexpr int kLargestSide = 65500;     // as libjpeg has it
constexpr int kLowestFineQuality = 90;  // from here up, automatic chroma is not subsampled

// The efforts from which on tables are made for the picture, scans may be progressive, and these
// put bits off.
constexpr int kOwnTables = 1;
constexpr int kProgressive = 2;
constexpr int kLongProgression = 3;

}  // namespace

Result<JpegSettings> jpeg_settings(Size size, const EncodeOptions& options) {
  if (size.width > kLargestSide || size.height > kLargestSide) {
    return unsupported("JPEG holds at most " + std::to_string(kLargestSide) +
                           " pixels a side, asked: " + std::to_string(size.width) + "x" +
                           std::to_string(size.height),
                       Format::jpeg);
  }
  const auto* quality = std::get_if<Quality>(&options.mode);
  if (quality == nullptr) return unsupported("JPEG is coded by a quality alone", Format::jpeg);
  JpegSettings settings;
  settings.quality = std::clamp(static_cast<int>(std::floor(quality->value + 0.5f)), 1, 100);
  settings.is_progressive = options.progressive && options.effort >= kProgressive;
  settings.is_brief = options.effort < kLongProgression;
  settings.has_own_tables = options.effort >= kOwnTables;
  settings.subsampling = options.chroma;
  if (options.chroma == ChromaSubsampling::automatic) {
    settings.subsampling = quality->value >= kLowestFineQuality ? ChromaSubsampling::yuv444
                                                                : ChromaSubsampling::yuv420;
  }
  return settings;
}

}  // namespace limen::inline LIMEN_ABI
