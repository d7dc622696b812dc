// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "lib/codec/codec.h"
#include "limen/codec/trial.h"

namespace limen::inline LIMEN_ABI {

/// A picture's file under these options, whose mode is a Quality. The workspace is not null.
using EncodeAt =
    std::function<Result<Bytes>(const EncodeOptions& options, const Execution& execution)>;

/// Trials for codecs whose pixels cannot be had without their file: each setting shown is encoded
/// and decoded. The files shown last are kept, so that finishing one of them costs a copy.
/// `qualities` are what the settings stand for, ascending; `options.bit_depth` above 8 is shown in
/// u16. What `encode_at` refers to must outlive the trials.
Result<std::unique_ptr<Trials>> start_reencode_trials(EncodeAt encode_at,
                                                      const EncodeOptions& options,
                                                      std::vector<Quality> qualities,
                                                      int (*setting_of)(Quality));

}  // namespace limen::inline LIMEN_ABI
