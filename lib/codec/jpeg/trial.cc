// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/trial.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "lib/codec/codec.h"
#include "lib/codec/jpeg/coefficient_rows.h"
#include "lib/codec/jpeg/estimate.h"
#include "lib/codec/jpeg/shown_picture.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Of Y, Cb and Cr at one of libjpeg's qualities.
std::array<QuantTable, 3> tables_of(int setting) {
  const QuantTable chrominance = scaled_table(chrominance_table(), setting + 1);
  return {scaled_table(luminance_table(), setting + 1), chrominance, chrominance};
}

class JpegTrials final : public Trials {
 public:
  JpegTrials(const ConstImageView& image, const EncodeOptions& options)
      : image_(image), options_(options) {}

  Result<void> prepare(const Execution& execution) {
    LIMEN_ASSIGN(picture_, transform_picture(image_, options_.chroma, execution));
    return shown_.prepare(picture_, execution);
  }

  int count() const override { return 100; }
  Quality quality_of(int setting) const override {
    return Quality{static_cast<float>(std::clamp(setting, 0, 99) + 1)};
  }
  int setting_of(Quality quality) const override {
    return std::clamp(static_cast<int>(std::floor(quality.value + 0.5f)), 1, 100) - 1;
  }

  Result<ConstImageView> show(int setting, const Execution& execution) override {
    return contain_exceptions([&]() -> Result<ConstImageView> {
      LIMEN_TRY(check(setting));
      TransformedRows rows(picture_);
      return shown_.show(rows, quantizers_of(tables_of(setting)), execution);
    });
  }

  void allow_sequential() override { scans_ = ScanChoice::usual_or_one; }

  Result<std::optional<std::uint64_t>> estimate_bytes(int setting,
                                                      const Execution& execution) override {
    return estimate(setting, EstimatePart::whole, execution);
  }
  Result<std::optional<std::uint64_t>> compare_bytes(int setting,
                                                     const Execution& execution) override {
    return estimate(setting, EstimatePart::quarter, execution);
  }

  Result<Bytes> finish(int setting, const Execution& execution) override {
    return contain_exceptions([&]() -> Result<Bytes> {
      LIMEN_TRY(check(setting));
      QuantizedPicture quantized;
      quantized.size = picture_.size;
      quantized.subsampling = picture_.subsampling;
      quantized.tables = tables_of(setting);
      const Quantizers quantizers = quantizers_of(quantized.tables);
      TransformedRows rows(picture_);
      QuantizedRows levels(picture_, rows, quantizers);
      quantized.source = &levels;
      quantized.scans = scans_;
      EncodeOptions options = options_;
      options.mode = quality_of(setting);
      return with_workspace(Limits{}.working_memory, execution, [&](const Execution& within) {
        return encode_coefficients(quantized, options, within);
      });
    });
  }

 private:
  Result<void> check(int setting) const {
    if (setting >= 0 && setting < count()) return {};
    return invalid_argument("a JPEG has no setting " + std::to_string(setting));
  }

  Result<std::optional<std::uint64_t>> estimate(int setting, EstimatePart part,
                                                const Execution& execution) const {
    return contain_exceptions([&]() -> Result<std::optional<std::uint64_t>> {
      LIMEN_TRY(check(setting));
      TransformedRows rows(picture_);
      LIMEN_ASSIGN(const std::uint64_t bytes,
                   estimate_jpeg_bytes(picture_, rows, quantizers_of(tables_of(setting)), options_,
                                       scans_, part, execution));
      return std::optional<std::uint64_t>(bytes);
    });
  }

  ConstImageView image_;
  EncodeOptions options_;
  ScanChoice scans_ = ScanChoice::usual;
  TransformedPicture picture_;
  ShownPicture shown_;
};

}  // namespace

Result<std::unique_ptr<Trials>> start_jpeg_trials(const ConstImageView& image,
                                                  const EncodeOptions& options,
                                                  const Execution& execution) {
  const bool is_gray = image.format.layout == Layout::gray;
  if (image.format.sample != SampleType::u8 || image.format.has_alpha()) {
    return unsupported("JPEG is tried on opaque gray or RGB of 8 bits", Format::jpeg);
  }
  if (!is_gray && options.chroma != ChromaSubsampling::yuv420 &&
      options.chroma != ChromaSubsampling::yuv444) {
    return unsupported("JPEG is tried at 4:2:0 and 4:4:4", Format::jpeg);
  }
  auto trials = std::make_unique<JpegTrials>(image, options);
  LIMEN_TRY(trials->prepare(execution));
  return std::unique_ptr<Trials>(std::move(trials));
}

}  // namespace limen::inline LIMEN_ABI
