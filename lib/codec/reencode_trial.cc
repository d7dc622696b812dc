// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/reencode_trial.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

namespace limen::inline LIMEN_ABI {

namespace {

// The file is our own: only memory is limited.
DecodeOptions own_file(const EncodeOptions& options) {
  DecodeOptions decoding;
  decoding.limits.input_bytes = std::numeric_limits<std::uint64_t>::max();
  decoding.limits.side = std::numeric_limits<std::int32_t>::max();
  decoding.limits.pixels = std::numeric_limits<std::uint64_t>::max();
  decoding.limits.metadata_bytes = std::numeric_limits<std::uint64_t>::max();
  decoding.keep_16_bit = options.bit_depth > 8;
  return decoding;
}

class ReencodeTrials final : public Trials {
 public:
  ReencodeTrials(EncodeAt encode_at, const EncodeOptions& options, std::vector<Quality> qualities,
                 int (*setting_of)(Quality))
      : encode_at_(std::move(encode_at)),
        options_(options),
        qualities_(std::move(qualities)),
        setting_of_(setting_of) {}

  int count() const override { return static_cast<int>(qualities_.size()); }
  Quality quality_of(int setting) const override {
    return qualities_[static_cast<std::size_t>(std::clamp(setting, 0, count() - 1))];
  }
  int setting_of(Quality quality) const override {
    return std::clamp(setting_of_(quality), 0, count() - 1);
  }
  bool shows_files() const override { return true; }

  Result<ConstImageView> show(int setting, const Execution& execution) override {
    return contain_exceptions([&]() -> Result<ConstImageView> {
      if (setting == shown_setting_ && setting != kNone) return shown_.const_view();
      shown_setting_ = kNone;
      shown_ = {};  // its memory serves this one
      LIMEN_ASSIGN(const Bytes* file, file_of(setting, execution));
      LIMEN_ASSIGN(Decoded decoded, decode(*file, own_file(options_), execution));
      shown_ = std::move(decoded.image);
      shown_setting_ = setting;
      return shown_.const_view();
    });
  }

  Result<Bytes> finish(int setting, const Execution& execution) override {
    return contain_exceptions([&]() -> Result<Bytes> {
      LIMEN_ASSIGN(const Bytes* file, file_of(setting, execution));
      return *file;
    });
  }

 private:
  static constexpr int kNone = -1;

  struct File {
    int setting = kNone;
    Bytes bytes;
  };

  // The kept files, the latest first; asking for one makes it the latest.
  Result<const Bytes*> file_of(int setting, const Execution& execution) {
    if (setting < 0 || setting >= count()) {
      return invalid_argument(std::string(display_name(options_.format)) + " has no setting " +
                              std::to_string(setting));
    }
    std::size_t at = 0;
    while (at + 1 < files_.size() && files_[at].setting != setting) ++at;
    if (files_[at].setting != setting) {
      if (execution.is_cancelled()) return cancelled();
      files_[at].setting = kNone;
      EncodeOptions options = options_;
      options.mode = quality_of(setting);
      LIMEN_ASSIGN(files_[at].bytes,
                   with_workspace(Limits{}.working_memory, execution, [&](const Execution& within) {
                     return encode_at_(options, within);
                   }));
      files_[at].setting = setting;
    }
    std::rotate(files_.begin(), files_.begin() + static_cast<std::ptrdiff_t>(at),
                files_.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    return &files_.front().bytes;
  }

  EncodeAt encode_at_;
  EncodeOptions options_;
  std::vector<Quality> qualities_;
  int (*setting_of_)(Quality);
  std::array<File, 3> files_;
  Image shown_;
  int shown_setting_ = kNone;
};

}  // namespace

Result<std::unique_ptr<Trials>> start_reencode_trials(EncodeAt encode_at,
                                                      const EncodeOptions& options,
                                                      std::vector<Quality> qualities,
                                                      int (*setting_of)(Quality)) {
  return std::unique_ptr<Trials>(std::make_unique<ReencodeTrials>(
      std::move(encode_at), options, std::move(qualities), setting_of));
}

}  // namespace limen::inline LIMEN_ABI
