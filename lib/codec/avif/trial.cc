// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "lib/codec/avif/encode.h"
#include "lib/codec/reencode_trial.h"

namespace limen::inline LIMEN_ABI {

namespace {

// AV1's quantizer runs the other way.
int avif_setting_of(Quality quality) {
  return kCoarsestAvifQuantizer - avif_quantizer(static_cast<int>(std::lround(quality.value)));
}

}  // namespace

Result<std::unique_ptr<Trials>> start_avif_trials(const ConstImageView& image,
                                                  const EncodeOptions& options,
                                                  const Execution& /*execution*/) {
  LIMEN_TRY(check_avif_side(image.size));
  if (channel_count(image.format.layout) > 2 && options.chroma == ChromaSubsampling::automatic) {
    return unsupported("AVIF is tried at a chroma subsampling that has a name", Format::avif);
  }
  std::vector<Quality> qualities;
  for (int quality = 0; quality <= 100; ++quality) {
    const Quality next{static_cast<float>(quality)};
    if (qualities.empty() || avif_setting_of(next) != avif_setting_of(qualities.back())) {
      qualities.push_back(next);
    }
  }
  return start_reencode_trials(
      [image](const EncodeOptions& at, const Execution& within) {
        return avif_codec.encode(image, at, within);
      },
      options, std::move(qualities), avif_setting_of);
}

}  // namespace limen::inline LIMEN_ABI
