// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "limen/codec/trial.h"

namespace limen::inline LIMEN_ABI {

/// Settings are libjpeg's qualities 1 to 100. Shows pixels without any entropy coding.
Result<std::unique_ptr<Trials>> start_jpeg_trials(const ConstImageView& image,
                                                  const EncodeOptions& options,
                                                  const Execution& execution);

}  // namespace limen::inline LIMEN_ABI
