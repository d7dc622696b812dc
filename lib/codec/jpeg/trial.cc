// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/trial.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "lib/codec/codec.h"
#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/coefficients.h"
#include "lib/codec/jpeg/estimate.h"
#include "lib/codec/jpeg/quant_table.h"
#include "lib/codec/jpeg/transformed.h"
#include "limen/core/image.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Quantised coefficients, as they are asked for.
struct Levels final : LevelSource {
  Levels(const TransformedPicture& from, const QuantTable& luminance, const QuantTable& chrominance)
      : picture(from), quantizers{Quantizer(luminance), Quantizer(chrominance)} {}

  void read_row(std::size_t component, std::int32_t block_row, LevelBits bits,
                LevelGroup* groups) override {
    const TransformedPlane& plane = picture.planes[component];
    quantize(plane.row(block_row), quantizers[component == 0 ? 0 : 1], plane.groups, bits, groups);
  }

  const TransformedPicture& picture;
  std::array<Quantizer, 2> quantizers;
};

class JpegTrials final : public Trials {
 public:
  JpegTrials(const ConstImageView& image, const EncodeOptions& options)
      : image_(image), options_(options) {}

  Result<void> prepare(const Execution& execution) {
    LIMEN_ASSIGN(picture_, transform_picture(image_, options_.chroma, execution));
    LIMEN_ASSIGN(shown_, Image::create(image_.size, is_gray() ? gray8 : rgb8, execution.workspace));
    luma_stride_ = padded_width(image_.size.width);
    LIMEN_ASSIGN(luma_, take_buffer(8 * luma_stride_, execution));
    if (is_gray()) return {};
    // 4:4:4 needs a row of blocks at a time; 4:2:0 interpolates between them.
    const TransformedPlane& chroma = picture_.planes[1];
    chroma_stride_ = padded_width(chroma.size.width);
    const auto rows = static_cast<std::uint64_t>(is_halved() ? chroma.block_rows * 8 : 8);
    for (Buffer& plane : chroma_) {
      LIMEN_ASSIGN(plane, take_buffer(rows * chroma_stride_, execution));
    }
    // One row of each, with a column to spare.
    LIMEN_ASSIGN(upsampled_, take_buffer(2 * (luma_stride_ + 1), execution));
    return {};
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
      const Quantizer luminance(scaled_table(luminance_table(), setting + 1));
      const Quantizer chrominance(scaled_table(chrominance_table(), setting + 1));
      std::int32_t chroma_row = 0;
      for (std::int32_t row = 0; row < picture_.planes[0].block_rows; ++row) {
        if (execution.is_cancelled()) return cancelled();
        rebuild(0, row, luminance, luma(), luma_stride_);
        if (!is_gray()) {
          // Chroma's rows up to the one below luma's, that they may be interpolated.
          const std::int32_t until = is_halved() ? (row + 1) / 2 + 1 : row + 1;
          for (; chroma_row < std::min(until, picture_.planes[1].block_rows); ++chroma_row) {
            for (std::size_t p = 1; p < 3; ++p) {
              rebuild(p, chroma_row, chrominance, chroma(p, is_halved() ? 8 * chroma_row : 0),
                      chroma_stride_);
            }
          }
        }
        const std::int32_t end = std::min(8 * (row + 1), image_.size.height);
        for (std::int32_t y = 8 * row; y < end; ++y) show_row(y);
      }
      return shown_.const_view();
    });
  }

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
      const QuantTable chrominance = scaled_table(chrominance_table(), setting + 1);
      quantized.tables = {scaled_table(luminance_table(), setting + 1), chrominance, chrominance};
      Levels levels(picture_, quantized.tables[0], chrominance);
      quantized.source = &levels;
      EncodeOptions options = options_;
      options.mode = quality_of(setting);
      return with_workspace(Limits{}.working_memory, execution, [&](const Execution& within) {
        return encode_coefficients(quantized, options, within);
      });
    });
  }

 private:
  bool is_gray() const { return picture_.subsampling == ChromaSubsampling::gray; }
  bool is_halved() const { return picture_.subsampling == ChromaSubsampling::yuv420; }
  std::uint8_t* luma() { return reinterpret_cast<std::uint8_t*>(luma_.data()); }
  std::uint8_t* chroma(std::size_t plane, std::int32_t y) {
    return reinterpret_cast<std::uint8_t*>(chroma_[plane - 1].data()) +
           static_cast<std::size_t>(y) * chroma_stride_;
  }

  Result<void> check(int setting) const {
    if (setting >= 0 && setting < count()) return {};
    return invalid_argument("a JPEG has no setting " + std::to_string(setting));
  }

  Result<std::optional<std::uint64_t>> estimate(int setting, EstimatePart part,
                                                const Execution& execution) const {
    return contain_exceptions([&]() -> Result<std::optional<std::uint64_t>> {
      LIMEN_TRY(check(setting));
      LIMEN_ASSIGN(
          const std::uint64_t bytes,
          estimate_jpeg_bytes(picture_, Quantizer(scaled_table(luminance_table(), setting + 1)),
                              Quantizer(scaled_table(chrominance_table(), setting + 1)), options_,
                              part, execution));
      return std::optional<std::uint64_t>(bytes);
    });
  }

  void rebuild(std::size_t plane, std::int32_t block_row, const Quantizer& quantizer,
               std::uint8_t* to, std::size_t stride) {
    reconstruct(picture_.planes[plane].row(block_row), quantizer, picture_.planes[plane].groups, to,
                stride);
  }

  // The chroma of one row: as it is, or interpolated between the rows that luma's lies between, the
  // nearer one first.
  const std::uint8_t* chroma_row(std::size_t plane, std::int32_t y) {
    if (!is_halved()) return chroma(plane, y % 8);
    const std::int32_t near = y / 2;
    const std::int32_t far =
        std::clamp(near + (y % 2 == 0 ? -1 : 1), 0, picture_.planes[plane].size.height - 1);
    auto* const out =
        reinterpret_cast<std::uint8_t*>(upsampled_.data()) + (plane - 1) * (luma_stride_ + 1);
    upsample_row(chroma(plane, near), chroma(plane, far), image_.size.width, out);
    return out;
  }

  void show_row(std::int32_t y) {
    const std::uint8_t* const from = luma() + static_cast<std::size_t>(y % 8) * luma_stride_;
    auto* const to = shown_.view().row_as<std::uint8_t>(y);
    if (is_gray()) {
      std::memcpy(to, from, static_cast<std::size_t>(image_.size.width));
    } else {
      rgb_row(from, chroma_row(1, y), chroma_row(2, y), image_.size.width, to);
    }
  }

  ConstImageView image_;
  EncodeOptions options_;
  TransformedPicture picture_;
  std::size_t luma_stride_ = 0;
  std::size_t chroma_stride_ = 0;
  Buffer luma_;
  std::array<Buffer, 2> chroma_;
  Buffer upsampled_;
  Image shown_;
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
