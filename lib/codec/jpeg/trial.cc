// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/trial.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <utility>

#include "lib/codec/jpeg/block_transform.h"
#include "lib/codec/jpeg/encode.h"
#include "lib/codec/jpeg/quant_table.h"
#include "limen/color/ycbcr.h"

namespace limen::inline LIMEN_ABI {

namespace {

class JpegTrials final : public Trials {
 public:
  JpegTrials(const ConstImageView& image, const EncodeOptions& options)
      : image_(image), options_(options) {}

  Result<void> prepare(const Execution& execution) {
    const bool is_gray = image_.format.layout == Layout::gray;
    if (is_gray) {
      LIMEN_TRY(add_plane(image_, image_.size, execution));
    } else {
      // libjpeg reduces chroma to whole blocks, the picture's last column repeated: not the same as
      // repeating the last column of chroma, since its rounding alternates.
      ConstImageView source = image_;
      Image widened;
      if (options_.chroma == ChromaSubsampling::yuv420 && image_.size.width % 16 != 0) {
        LIMEN_ASSIGN(widened, repeat_last_column(execution));
        source = widened.const_view();
      }
      LIMEN_ASSIGN(const PlanarImage planes,
                   planes_from_rgb(source, {.subsampling = options_.chroma}, execution));
      LIMEN_TRY(
          add_plane(subview(planes.planes[0].view(), whole(image_.size)), image_.size, execution));
      const Size chroma = chroma_size(image_.size, options_.chroma);
      for (std::size_t p = 1; p < 3; ++p) {
        LIMEN_TRY(add_plane(planes.planes[p].view(), chroma, execution));
      }
      LIMEN_ASSIGN(shown_, Image::create(image_.size, rgb8, execution.workspace));
      // Two rows of upsampled chroma, each with a column to spare.
      chroma_stride_ = static_cast<std::size_t>(image_.size.width) + 1;
      LIMEN_ASSIGN(chroma_rows_, take(2 * chroma_stride_, execution));
    }
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
      if (setting < 0 || setting >= count()) {
        return invalid_argument("a JPEG has no setting " + std::to_string(setting));
      }
      for (std::size_t p = 0; p < plane_count_; ++p) {
        if (execution.is_cancelled()) return cancelled();
        reconstruct(reinterpret_cast<const std::int16_t*>(coefficients_[p].data()),
                    scaled_table(p == 0 ? luminance_table() : chrominance_table(), setting + 1),
                    planes_[p].view());
      }
      if (plane_count_ == 1) return planes_[0].const_view();
      if (execution.is_cancelled()) return cancelled();
      convert();
      return shown_.const_view();
    });
  }

  Result<Bytes> finish(int setting, const Execution& execution) override {
    EncodeOptions options = options_;
    options.mode = quality_of(setting);
    return encode(image_, options, execution);
  }

 private:
  static Result<Buffer> take(std::uint64_t bytes, const Execution& execution) {
    return execution.workspace != nullptr ? execution.workspace->allocate(bytes)
                                          : Buffer::create(bytes);
  }

  Result<Image> repeat_last_column(const Execution& execution) const {
    const Size size{(image_.size.width + 15) / 16 * 16, image_.size.height};
    LIMEN_ASSIGN(Image widened, Image::create(size, rgb8, execution.workspace));
    const std::size_t bytes = row_bytes(image_.size, rgb8);
    for (std::int32_t y = 0; y < size.height; ++y) {
      std::byte* const row = widened.view().row(y);
      std::memcpy(row, image_.row(y), bytes);
      for (std::size_t at = bytes; at < row_bytes(size, rgb8); ++at) row[at] = row[at - 3];
    }
    return widened;
  }

  // `plane` may be wider than what is shown of it, up to whole blocks.
  Result<void> add_plane(const ConstImageView& plane, Size shown, const Execution& execution) {
    if (execution.is_cancelled()) return cancelled();
    const auto block_rows = static_cast<std::uint64_t>((plane.size.height + 7) / 8);
    const std::uint64_t bytes =
        block_rows * group_count(plane.size.width) * kGroupCoefficients * sizeof(std::int16_t);
    LIMEN_ASSIGN(coefficients_[plane_count_], take(bytes, execution));
    LIMEN_ASSIGN(planes_[plane_count_], Image::create(shown, gray8, execution.workspace));
    forward_dct(plane, reinterpret_cast<std::int16_t*>(coefficients_[plane_count_].data()));
    ++plane_count_;
    return {};
  }

  // The rows of a subsampled chroma plane that luma's row y lies between, the nearer one first.
  std::pair<const std::uint8_t*, const std::uint8_t*> chroma_rows(std::size_t plane,
                                                                  std::int32_t y) const {
    const ConstImageView view = planes_[plane].const_view();
    const std::int32_t near = y / 2;
    const std::int32_t far = std::clamp(near + (y % 2 == 0 ? -1 : 1), 0, view.size.height - 1);
    return {view.row_as<std::uint8_t>(near), view.row_as<std::uint8_t>(far)};
  }

  void convert() {
    const bool is_subsampled = options_.chroma == ChromaSubsampling::yuv420;
    auto* const upsampled = reinterpret_cast<std::uint8_t*>(chroma_rows_.data());
    for (std::int32_t y = 0; y < image_.size.height; ++y) {
      std::array<const std::uint8_t*, 2> chroma{};
      for (std::size_t p = 0; p < 2; ++p) {
        if (is_subsampled) {
          std::uint8_t* const out = upsampled + p * chroma_stride_;
          const auto [near, far] = chroma_rows(p + 1, y);
          upsample_row(near, far, image_.size.width, out);
          chroma[p] = out;
        } else {
          chroma[p] = planes_[p + 1].const_view().row_as<std::uint8_t>(y);
        }
      }
      rgb_row(planes_[0].const_view().row_as<std::uint8_t>(y), chroma[0], chroma[1],
              image_.size.width, shown_.view().row_as<std::uint8_t>(y));
    }
  }

  ConstImageView image_;
  EncodeOptions options_;
  std::size_t plane_count_ = 0;
  std::array<Buffer, 3> coefficients_;
  std::array<Image, 3> planes_;
  Buffer chroma_rows_;
  std::size_t chroma_stride_ = 0;
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
