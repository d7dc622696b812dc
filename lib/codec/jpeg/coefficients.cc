// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/coefficients.h"

#include <cstring>

#include "lib/codec/jpeg/compress.h"
#include "lib/codec/jpeg/progressive.h"

namespace limen::inline LIMEN_ABI {

namespace {

JDIMENSION divide_up(JDIMENSION value, int divisor) {
  const auto by = static_cast<JDIMENSION>(divisor);
  return (value + by - 1) / by;
}

constexpr QuantTable kZigzagPlaces = zigzag_places();

// libjpeg has its blocks row by row in memory.
void row_major(JCOEF* block) {
  JCOEF zigzag[DCTSIZE2];
  std::memcpy(zigzag, block, sizeof(zigzag));
  for (std::size_t z = 0; z < DCTSIZE2; ++z) block[kZigzagPlaces[z]] = zigzag[z];
}

struct Arrays {
  jvirt_barray_ptr of[3] = {};
};

// Calls libjpeg and the picture's row() alone: runs inside JpegCompressor::run().
class CoefficientWriter {
 public:
  // `arrays` outlives the run.
  CoefficientWriter(const QuantizedPicture& picture, const CancelToken* cancel, Arrays& arrays)
      : picture_(&picture), cancel_(cancel), arrays_(&arrays) {}

  void begin(jpeg_compress_struct& state) const {
    set_tables(state);
    const auto common = reinterpret_cast<j_common_ptr>(&state);
    int largest[2] = {1, 1};
    for (int i = 0; i < state.num_components; ++i) {
      if (state.comp_info[i].h_samp_factor > largest[0]) {
        largest[0] = state.comp_info[i].h_samp_factor;
      }
      if (state.comp_info[i].v_samp_factor > largest[1]) {
        largest[1] = state.comp_info[i].v_samp_factor;
      }
    }
    for (int i = 0; i < state.num_components; ++i) {
      // Whole MCUs. Zeroed, since libjpeg passes over the rows that only fill the last ones.
      const jpeg_component_info& component = state.comp_info[i];
      const auto columns = static_cast<JDIMENSION>(component.h_samp_factor);
      const auto rows = static_cast<JDIMENSION>(component.v_samp_factor);
      arrays_->of[i] = state.mem->request_virt_barray(
          common, JPOOL_IMAGE, TRUE, columns * divide_up(state.image_width, largest[0] * DCTSIZE),
          rows * divide_up(state.image_height, largest[1] * DCTSIZE), rows);
    }
    jpeg_write_coefficients(&state, arrays_->of);
  }

  void rows(jpeg_compress_struct& state) const {
    const auto common = reinterpret_cast<j_common_ptr>(&state);
    for (int i = 0; i < state.num_components; ++i) {
      for (JDIMENSION y = 0; y < state.comp_info[i].height_in_blocks; ++y) {
        if (cancel_ != nullptr && cancel_->is_cancelled()) end_run(common, JpegStop::cancelled);
        JBLOCKROW to = state.mem->access_virt_barray(common, arrays_->of[i], y, 1, TRUE)[0];
        static_assert(sizeof(JCOEF) == sizeof(std::int16_t));
        const JDIMENSION blocks = state.comp_info[i].width_in_blocks;
        picture_->row(picture_->source, static_cast<std::size_t>(i), static_cast<std::int32_t>(y),
                      to[0]);
        for (JDIMENSION b = 0; b < blocks; ++b) row_major(to[b]);
      }
    }
  }

 private:
  void set_tables(jpeg_compress_struct& state) const {
    int slot = 0;
    for (int i = 0; i < state.num_components; ++i) {
      const auto at = static_cast<std::size_t>(i);
      // Cb has its own even where it is luma's: encode() has it so.
      if (i == 1 || (i == 2 && picture_->tables[at] != picture_->tables[at - 1])) ++slot;
      unsigned steps[DCTSIZE2];
      for (std::size_t k = 0; k < DCTSIZE2; ++k) steps[k] = picture_->tables[at][k];
      jpeg_add_quant_table(&state, slot, steps, 100, TRUE);
      state.comp_info[i].quant_tbl_no = slot;
    }
  }

  const QuantizedPicture* picture_;
  const CancelToken* cancel_;
  Arrays* arrays_;
};

}  // namespace

Result<Bytes> encode_coefficients(const QuantizedPicture& picture, const EncodeOptions& options,
                                  const Execution& execution) {
  LIMEN_ASSIGN(JpegSettings settings, jpeg_settings(picture.size, options));
  if (settings.is_progressive) return encode_progressive(picture, options.metadata, execution);
  settings.subsampling = picture.subsampling;
  settings.input = picture.subsampling == ChromaSubsampling::gray ? JCS_GRAYSCALE : JCS_YCbCr;
  Arrays arrays;
  const CoefficientWriter writer(picture, execution.cancel, arrays);
  return compress_with(settings, options, execution, writer, true);
}

}  // namespace limen::inline LIMEN_ABI
