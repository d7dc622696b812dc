// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/encode.h"

#include <array>
#include <string>
#include <utility>

#include "lib/codec/jpeg/coefficients.h"
#include "lib/codec/jpeg/sample_rows.h"
#include "lib/codec/jpeg/settings.h"

namespace limen::inline LIMEN_ABI {

namespace {

Result<void> check_planes(const PlanarImage& image, const EncodeOptions& options) {
  const auto refuse = [](std::string why) { return unsupported(std::move(why), Format::jpeg); };
  if (image.matrix != YcbcrMatrix::bt601 || image.range != YcbcrRange::full) {
    return refuse("planes must be full-range BT.601");
  }
  if (image.has_alpha()) return refuse("JPEG has no alpha: planes with it cannot be encoded");
  const ChromaSubsampling own = image.subsampling;
  if (own == ChromaSubsampling::automatic || own == ChromaSubsampling::other) {
    return refuse("planes must name their subsampling");
  }
  if (options.chroma != ChromaSubsampling::automatic && options.chroma != own) {
    return refuse("planes of " + std::string(name(own)) + " are not resampled to " +
                  std::string(name(options.chroma)));
  }
  const Size step = chroma_size({4, 4}, own);
  if (own != ChromaSubsampling::gray &&
      ((step.width < 4 && image.horizontal_siting != Siting::centered) ||
       (step.height < 4 && image.vertical_siting != Siting::centered))) {
    return refuse("JPEG's chroma samples are centered");
  }
  const Size chroma = chroma_size(image.size(), own);
  for (std::size_t c = 0; c < 3; ++c) {
    const Size wanted = c == 0 ? image.size() : chroma;
    if (image.planes[c].size() != wanted) {
      return invalid_argument("plane " + std::to_string(c) + " has not the size of its " +
                              std::string(name(own)));
    }
    if (!is_empty(wanted) && image.planes[c].format() != gray8) {
      return refuse("planes must have one channel of 8 bits");
    }
  }
  return {};
}

// Transformed and quantised as they are asked for, nothing held but a row of MCUs.
class Samples final : public LevelSource {
 public:
  Samples(SampleRows rows, const QuantizedPicture& picture)
      : rows_(std::move(rows)),
        quantizers_{Quantizer(picture.tables[0]), Quantizer(picture.tables[1])} {}

  void read_row(std::size_t component, std::int32_t block_row, LevelBits bits,
                LevelGroup* groups) override {
    const GridComponent& of = rows_.grid().components[component];
    const std::int32_t mcu_row = block_row / of.down;
    if (mcu_row != loaded_) rows_.load(mcu_row);
    loaded_ = mcu_row;
    quantized_dct(rows_.block_row(component, block_row - of.first_row(mcu_row)), of.groups,
                  quantizers_[component == 0 ? 0 : 1], bits, groups);
  }

 private:
  SampleRows rows_;
  std::array<Quantizer, 2> quantizers_;
  std::int32_t loaded_ = -1;
};

Result<Bytes> encode_rows(SampleRows rows, Size size, ChromaSubsampling subsampling, int quality,
                          const EncodeOptions& options, const Execution& execution) {
  QuantizedPicture picture;
  picture.size = size;
  picture.subsampling = subsampling;
  const QuantTable chrominance = scaled_table(chrominance_table(), quality);
  picture.tables = {scaled_table(luminance_table(), quality), chrominance, chrominance};
  Samples samples(std::move(rows), picture);
  picture.source = &samples;
  return encode_coefficients(picture, options, execution);
}

}  // namespace

Result<Bytes> encode_jpeg(const ConstImageView& image, const EncodeOptions& options,
                          const Execution& execution) {
  LIMEN_ASSIGN(JpegSettings settings, jpeg_settings(image.size, options));
  if (has_gray_pixels(image.format, options.matte)) settings.subsampling = ChromaSubsampling::gray;
  LIMEN_ASSIGN(SampleRows rows,
               SampleRows::of_image(image, settings.subsampling, options.matte, execution));
  return encode_rows(std::move(rows), image.size, settings.subsampling, settings.quality, options,
                     execution);
}

Result<Bytes> encode_jpeg_planar(const PlanarImage& image, const EncodeOptions& options,
                                 const Execution& execution) {
  LIMEN_TRY(check_planes(image, options));
  LIMEN_ASSIGN(const JpegSettings settings, jpeg_settings(image.size(), options));
  LIMEN_ASSIGN(SampleRows rows, SampleRows::of_planes(image, execution));
  return encode_rows(std::move(rows), image.size(), image.subsampling, settings.quality, options,
                     execution);
}

}  // namespace limen::inline LIMEN_ABI
