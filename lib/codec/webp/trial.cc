// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "lib/codec/reencode_trial.h"
#include "lib/codec/webp/picture.h"
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
  // Shared, since a function that is kept must be copyable.
  const auto picture = std::make_shared<std::optional<LossyPicture>>();
  return start_reencode_trials(
      [image, picture](const EncodeOptions& at, const Execution& within) -> Result<Bytes> {
        if (!*picture) {
          LIMEN_ASSIGN(*picture,
                       LossyPicture::convert(image, is_sharp(at, image.format.layout), within));
        }
        return encode(**picture, at, within);
      },
      options, std::move(qualities),
      [](Quality quality) { return static_cast<int>(std::lround(quality.value)); });
}

}  // namespace limen::inline LIMEN_ABI::webp
