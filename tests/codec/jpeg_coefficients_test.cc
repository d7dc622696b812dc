// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/coefficients.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <jpeglib.h>

#include "limen/core/simd_target.h"
#include "limen/core/workspace.h"
#include "tests/pictures.h"

namespace limen::test {
namespace {

// Levels of a whole picture, and libjpeg's own way from them to a file.
class Levels final : public LevelSource {
 public:
  // `level(component, block, zigzag index)`.
  Levels(Size size, ChromaSubsampling subsampling,
         const std::function<int(std::size_t, std::size_t, std::size_t)>& level)
      : size_(size), subsampling_(subsampling) {
    for (std::size_t c = 0; c < count(); ++c) {
      const std::size_t blocks = columns(c) * rows(c);
      for (std::size_t b = 0; b < blocks; ++b) {
        for (std::size_t k = 0; k < 64; ++k) {
          levels_[c].push_back(static_cast<std::int16_t>(level(c, b, k)));
        }
      }
    }
  }

  QuantizedPicture picture() {
    QuantizedPicture picture;
    picture.size = size_;
    picture.subsampling = subsampling_;
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t k = 0; k < 64; ++k) picture.tables[c][k] = table_step(c, k);
    }
    picture.source = this;
    return picture;
  }

  void read_row(std::size_t component, std::int32_t row, LevelBits, LevelGroup* groups) override {
    const std::size_t first = static_cast<std::size_t>(row) * columns(component);
    for (std::size_t b = 0; b < columns(component); ++b) {
      LevelGroup& group = groups[b / kBlockGroup];
      const std::size_t at = b % kBlockGroup;
      if (at == 0) group.largest = 0;
      for (std::uint64_t t = 0; t < 3; ++t) group.at_least[t][at] = 0;
      for (std::size_t k = 0; k < 64; ++k) {
        const std::int16_t level = levels_[component][64 * (first + b) + k];
        group.levels[k * kBlockGroup + at] = level;
        if (k == 0) continue;
        const int magnitude = std::abs(level);
        group.largest = std::max(group.largest, static_cast<std::int16_t>(magnitude));
        for (int t = 0; t < 3; ++t) {
          group.at_least[static_cast<std::size_t>(t)][at] |= std::uint64_t{magnitude >= 1 << t}
                                                             << k;
        }
      }
    }
  }

  Bytes by_libjpeg(bool is_progressive) const {
    jpeg_error_mgr errors;
    jpeg_compress_struct state;
    state.err = jpeg_std_error(&errors);  // exits the test program on a mistake
    jpeg_create_compress(&state);
    unsigned char* data = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&state, &data, &size);
    state.image_width = static_cast<JDIMENSION>(size_.width);
    state.image_height = static_cast<JDIMENSION>(size_.height);
    state.input_components = static_cast<int>(count());
    state.in_color_space = count() == 1 ? JCS_GRAYSCALE : JCS_YCbCr;
    jpeg_set_defaults(&state);
    jpeg_set_colorspace(&state, state.in_color_space);
    state.optimize_coding = TRUE;
    jvirt_barray_ptr arrays[3];
    for (std::size_t c = 0; c < count(); ++c) {
      jpeg_component_info& component = state.comp_info[c];
      component.h_samp_factor = static_cast<int>(across(c));
      component.v_samp_factor = static_cast<int>(down(c));
      component.quant_tbl_no = static_cast<int>(c);
      unsigned table[64];
      for (std::size_t k = 0; k < 64; ++k) table[k] = table_step(c, k);
      jpeg_add_quant_table(&state, component.quant_tbl_no, table, 100, TRUE);
      const auto filled = [](std::size_t blocks, std::size_t side) {
        return static_cast<JDIMENSION>((blocks + side - 1) / side * side);
      };
      arrays[c] = state.mem->request_virt_barray(
          reinterpret_cast<j_common_ptr>(&state), JPOOL_IMAGE, TRUE, filled(columns(c), across(c)),
          filled(rows(c), down(c)), static_cast<JDIMENSION>(down(c)));
    }
    if (is_progressive) jpeg_simple_progression(&state);
    jpeg_write_coefficients(&state, arrays);
    constexpr QuantTable kPlaces = zigzag_places();
    for (std::size_t c = 0; c < count(); ++c) {
      const std::int16_t* level = levels_[c].data();
      for (std::size_t y = 0; y < rows(c); ++y) {
        JBLOCKROW to =
            state.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&state), arrays[c],
                                          static_cast<JDIMENSION>(y), 1, TRUE)[0];
        for (std::size_t x = 0; x < columns(c); ++x) {
          for (std::size_t k = 0; k < 64; ++k) to[x][kPlaces[k]] = *level++;
        }
      }
    }
    jpeg_finish_compress(&state);
    jpeg_destroy_compress(&state);
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    Bytes file(bytes, bytes + size);
    std::free(data);
    return file;
  }

  void expect_same_files(const std::string& what) {
    Workspace workspace;
    for (const bool is_progressive : {false, true}) {
      const auto file = encode_coefficients(picture(), {.effort = 3, .progressive = is_progressive},
                                            {.workspace = &workspace});
      ASSERT_TRUE(file.has_value()) << what << ": " << file.error().message;
      EXPECT_TRUE(*file == by_libjpeg(is_progressive))
          << what << (is_progressive ? ", progressive, " : ", sequential, ") << size_.width << "x"
          << size_.height << " " << name(subsampling_);
    }
    EXPECT_EQ(workspace.bytes_in_use(), 0u);
  }

 private:
  std::size_t count() const { return subsampling_ == ChromaSubsampling::gray ? 1 : 3; }
  // Blocks of an MCU.
  std::size_t across(std::size_t c) const {
    return c > 0 || count() == 1
               ? 1
               : static_cast<std::size_t>(4 / chroma_size({4, 4}, subsampling_).width);
  }
  std::size_t down(std::size_t c) const {
    return c > 0 || count() == 1
               ? 1
               : static_cast<std::size_t>(4 / chroma_size({4, 4}, subsampling_).height);
  }
  Size samples(std::size_t c) const { return c == 0 ? size_ : chroma_size(size_, subsampling_); }
  std::size_t columns(std::size_t c) const {
    return (static_cast<std::size_t>(samples(c).width) + 7) / 8;
  }
  std::size_t rows(std::size_t c) const {
    return (static_cast<std::size_t>(samples(c).height) + 7) / 8;
  }
  static std::uint16_t table_step(std::size_t c, std::size_t k) {
    return static_cast<std::uint16_t>(1 + (7 * k + 50 * c) % 255);
  }

  Size size_;
  ChromaSubsampling subsampling_;
  std::vector<std::int16_t> levels_[3];
};

constexpr ChromaSubsampling kAll[] = {ChromaSubsampling::yuv420, ChromaSubsampling::yuv444,
                                      ChromaSubsampling::yuv410, ChromaSubsampling::gray};

// Each coefficient apart: zero but for a share, magnitudes that double as often as a coin says.
int random_level(Random& random, double share, int most_bits) {
  if (random.unit() >= share) return 0;
  int bits = 1;
  while (bits < most_bits && random.unit() < 0.5) ++bits;
  const int least = 1 << (bits - 1);
  const int magnitude = least + static_cast<int>(random.unit() * least);
  return random.unit() < 0.5 ? -magnitude : magnitude;
}

TEST(JpegCoefficients, AreWrittenAsLibjpegDoesOnEveryTarget) {
  for (const std::string& target : simd_targets()) {
    ASSERT_TRUE(force_simd_target(target).has_value());
    for (const auto subsampling : kAll) {
      for (const double share : {0.0, 0.001, 0.03, 0.3, 1.0}) {
        for (const int most_bits : {1, 2, 3, 10}) {
          for (const Size size : {Size{1, 1}, Size{24, 40}, Size{129, 17}, Size{200, 233}}) {
            Random random(static_cast<std::uint64_t>(size.width + most_bits));
            Levels levels(size, subsampling, [&](std::size_t, std::size_t, std::size_t k) {
              return random_level(random, k == 0 ? 0.8 : share, most_bits);
            });
            levels.expect_same_files("share " + std::to_string(share) + " bits " +
                                     std::to_string(most_bits) + " on " + target);
          }
        }
      }
    }
  }
  ASSERT_TRUE(force_simd_target("").has_value());
}

TEST(JpegCoefficients, LongRunsOfEmptyBlocksAreBroken) {
  // 33280 blocks: a run ends after 32767.
  const Size size{2048, 1040};
  Levels empty(size, ChromaSubsampling::gray,
               [](std::size_t, std::size_t, std::size_t) { return 0; });
  empty.expect_same_files("empty");
  Levels one(size, ChromaSubsampling::gray,
             [](std::size_t, std::size_t b, std::size_t k) { return b == 33000 && k == 9; });
  one.expect_same_files("one coefficient");
}

TEST(JpegCoefficients, CorrectionsAreHeldBackNoFurtherThanLibjpegDoes) {
  // Nothing is new in the last scan, and each block has many corrections.
  for (const std::size_t many : {1, 7, 31, 62, 63}) {
    Levels levels({512, 512}, ChromaSubsampling::yuv420,
                  [&](std::size_t, std::size_t b, std::size_t k) {
                    return k > 0 && k <= many ? static_cast<int>(2 + (b * k) % 5) : 0;
                  });
    levels.expect_same_files(std::to_string(many) + " corrections a block");
  }
}

TEST(JpegCoefficients, CodesHaveAtMostSixteenBits) {
  // Each run is half as frequent as the one before: without the limit, rare ones had longer codes.
  Levels levels({2000, 1600}, ChromaSubsampling::gray,
                [&](std::size_t, std::size_t b, std::size_t k) {
                  const auto run = static_cast<std::size_t>(std::countr_one(b)) * 3;
                  return k == run % 60 + 1 ? 1 : 0;
                });
  levels.expect_same_files("skewed");
}

TEST(JpegCoefficients, RefuseLevelsWithoutACode) {
  Workspace workspace;
  for (const std::size_t at : {0, 1, 63}) {
    Levels levels(
        {16, 16}, ChromaSubsampling::yuv420,
        [&](std::size_t, std::size_t b, std::size_t k) { return k == at && b == 0 ? 9000 : 0; });
    for (const bool is_progressive : {false, true}) {
      const auto file =
          encode_coefficients(levels.picture(), {.effort = 3, .progressive = is_progressive},
                              {.workspace = &workspace});
      ASSERT_FALSE(file.has_value());
      EXPECT_EQ(file.error().code, ErrorCode::internal);
    }
  }
}

}  // namespace
}  // namespace limen::test
