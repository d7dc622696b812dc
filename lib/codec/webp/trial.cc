// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <utility>

#include "lib/codec/reencode_trial.h"
#include "lib/codec/webp/webp_codec.h"

namespace limen::inline LIMEN_ABI::webp {

Result<std::unique_ptr<Trials>> start_trials(const ConstImageView& image,
                                             const EncodeOptions& options,
                                             const Execution& /*execution*/) {
  LIMEN_TRY(check_side(image.size));
  std::vector<Quality> qualities;
  for (int quality = 0; quality <= 100; ++quality) {
    qualities.push_back(Quality{static_cast<float>(quality)});
  }
  return start_reencode_trials(
      webp_codec, image, options, std::move(qualities),
      [](Quality quality) { return static_cast<int>(std::lround(quality.value)); });
}

}  // namespace limen::inline LIMEN_ABI::webp
