// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include "lib/codec/reencode_trial.h"
#include "lib/codec/webp/picture.h"
#include "lib/codec/webp/webp_codec.h"

namespace limen::inline LIMEN_ABI::webp {

namespace {

// From this effort on qualities are tried by halves: libwebp's quantizers follow its quality's
// fractions, and from 85 to 95 a whole one is some 5 % of a file.
constexpr int kFineEffort = 7;

int whole_setting_of(Quality quality) { return static_cast<int>(std::lround(quality.value)); }
int half_setting_of(Quality quality) { return static_cast<int>(std::lround(2 * quality.value)); }

}  // namespace

Result<std::unique_ptr<Trials>> start_trials(const ConstImageView& image,
                                             const EncodeOptions& options,
                                             const Execution& /*execution*/) {
  LIMEN_TRY(check_side(image.size));
  const bool is_fine = options.effort >= kFineEffort;
  const int steps = is_fine ? 2 : 1;
  std::vector<Quality> qualities;
  for (int setting = 0; setting <= 100 * steps; ++setting) {
    qualities.push_back(Quality{static_cast<float>(setting) / static_cast<float>(steps)});
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
      options, std::move(qualities), is_fine ? half_setting_of : whole_setting_of);
}

}  // namespace limen::inline LIMEN_ABI::webp
