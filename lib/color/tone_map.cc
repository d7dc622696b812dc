// SPDX-License-Identifier: Apache-2.0
#include "limen/color/tone_map.h"

#include <array>
#include <cstdint>

#include "lib/color/cicp_table.h"
#include "limen/color/transfer.h"

namespace limen::inline LIMEN_ABI {

namespace {

using Vector = std::array<double, 3>;
using Matrix = std::array<Vector, 3>;

constexpr std::int32_t kStrip = 16;
constexpr double kHlgSystemGamma = 1.2;  // BT.2100-2 table 5, note 5f, for 1000 cd/m2

Vector multiply(const Matrix& m, const Vector& v) {
  Vector result{};
  for (std::size_t i = 0; i < 3; ++i) result[i] = m[i][0] * v[0] + m[i][1] * v[1] + m[i][2] * v[2];
  return result;
}

Matrix inverse(const Matrix& m) {
  Matrix result{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      // Cofactors taken cyclically carry their own sign.
      const std::size_t a = (j + 1) % 3, b = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      result[i][j] = m[a][c] * m[b][d] - m[a][d] * m[b][c];
    }
  }
  const double determinant =
      m[0][0] * result[0][0] + m[0][1] * result[1][0] + m[0][2] * result[2][0];
  for (Vector& row : result) {
    for (double& value : row) value /= determinant;
  }
  return result;
}

// Linear RGB to XYZ (SMPTE RP 177-1993).
Matrix xyz_from_rgb(const Chromaticities& p) {
  const auto column = [](double x, double y) { return Vector{x / y, 1, (1 - x - y) / y}; };
  const Vector r = column(p.red_x, p.red_y);
  const Vector g = column(p.green_x, p.green_y);
  const Vector b = column(p.blue_x, p.blue_y);
  const Matrix columns = {Vector{r[0], g[0], b[0]}, {r[1], g[1], b[1]}, {r[2], g[2], b[2]}};
  const Vector scale = multiply(inverse(columns), column(p.white_x, p.white_y));
  Matrix result = columns;
  for (Vector& row : result) {
    for (std::size_t i = 0; i < 3; ++i) row[i] *= scale[i];
  }
  return result;
}

// Linear RGB to linear BT.709. Rows sum to 1, so that white is white even where the whites differ.
Matrix bt709_from_rgb(const Matrix& source_xyz) {
  const Matrix from_xyz = inverse(xyz_from_rgb(*primaries_of(1)));
  Matrix result{};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) {
      for (std::size_t k = 0; k < 3; ++k) result[i][j] += from_xyz[i][k] * source_xyz[k][j];
    }
    const double sum = result[i][0] + result[i][1] + result[i][2];
    for (double& value : result[i]) value /= sum;
  }
  return result;
}

// How much light of `nits` is scaled by on its way to the SDR display, whose white is 1.
double gain(double nits) {
  if (nits <= 0) return 1 / kReferenceWhiteNits;
  return eetf_nits(nits) / (nits * kReferenceWhiteNits);
}

// Mixes with the gray of the same luminance until all three are within 0 and 1.
void fit_gamut(Vector& rgb) {
  const double luminance =
      std::min(1.0, std::max(0.0, 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]));
  double keep = 1;
  for (const double value : rgb) {
    if (value < 0) keep = std::min(keep, luminance / (luminance - value));
    if (value > 1) keep = std::min(keep, (1 - luminance) / (value - luminance));
  }
  if (keep == 1) return;
  for (double& value : rgb) value = luminance + keep * (value - luminance);
}

class ToneMapper {
 public:
  ToneMapper(bool is_hlg, const Chromaticities& primaries)
      : is_hlg_(is_hlg), encode_(srgb_tables_16()) {
    const Matrix xyz = xyz_from_rgb(primaries);
    luminance_ = xyz[1];
    to_bt709_ = bt709_from_rgb(xyz);
  }

  // Light by code, and for PQ, where the largest code is the largest light, also the gain.
  template <class Sample>
  Result<void> prepare(Workspace* workspace) {
    constexpr std::size_t kCodes = std::size_t{1} << (8 * sizeof(Sample));
    const std::size_t bytes = (is_hlg_ ? 1 : 2) * kCodes * sizeof(double);
    LIMEN_ASSIGN(tables_,
                 workspace != nullptr ? workspace->allocate(bytes) : Buffer::create(bytes));
    auto* light = reinterpret_cast<double*>(tables_.data());
    double* gains = is_hlg_ ? nullptr : light + kCodes;
    for (std::size_t i = 0; i < kCodes; ++i) {
      const double code = static_cast<double>(i) / static_cast<double>(kCodes - 1);
      light[i] = is_hlg_ ? scene_from_hlg(code) : nits_from_pq(code);
      if (gains != nullptr) gains[i] = gain(light[i]);
    }
    light_ = light;
    gains_ = gains;
    return {};
  }

  template <class Sample>
  void map_row(const Sample* from, Sample* to, std::int32_t pixels, int channels) const {
    const int colors = channels < 3 ? 1 : 3;
    for (std::int32_t x = 0; x < pixels; ++x, from += channels, to += channels) {
      const Sample r = from[0];
      const Sample g = colors == 3 ? from[1] : r;
      const Sample b = colors == 3 ? from[2] : r;
      Vector rgb = {light_[r], light_[g], light_[b]};
      double factor = 0;
      if (is_hlg_) {
        const double scene =
            luminance_[0] * rgb[0] + luminance_[1] * rgb[1] + luminance_[2] * rgb[2];
        const double ootf = scene > 0 ? kToneMapPeakNits * std::pow(scene, kHlgSystemGamma - 1) : 0;
        factor = ootf * gain(ootf * std::max({rgb[0], rgb[1], rgb[2]}));
      } else {
        factor = gains_[std::max({r, g, b})];
      }
      for (double& value : rgb) value *= factor;
      if (r == g && g == b) {
        to[0] = encode<Sample>(rgb[0]);
        if (colors == 3) to[1] = to[2] = to[0];
      } else {
        rgb = multiply(to_bt709_, rgb);
        fit_gamut(rgb);
        for (std::size_t c = 0; c < 3; ++c) to[c] = encode<Sample>(rgb[c]);
      }
      if (channels > colors) to[colors] = from[colors];
    }
  }

 private:
  template <class Sample>
  Sample encode(double linear) const {
    const std::uint32_t wide = encode_.encode(static_cast<float>(linear));
    if constexpr (sizeof(Sample) == 2) {
      return static_cast<Sample>(wide);
    } else {
      return static_cast<Sample>((wide * 255 + 32767) / 65535);
    }
  }

  bool is_hlg_;
  const SrgbTables16& encode_;
  Vector luminance_{};
  Matrix to_bt709_{};
  Buffer tables_;
  const double* light_ = nullptr;
  const double* gains_ = nullptr;
};

template <class Sample>
Result<Image> map_picture(ToneMapper& mapper, const ConstImageView& source,
                          const Execution& execution) {
  LIMEN_TRY(mapper.prepare<Sample>(execution.workspace));
  LIMEN_ASSIGN(Image result, Image::create(source.size, source.format, execution.workspace));
  const ImageView target = result.view();
  for (std::int32_t y = 0; y < source.size.height; ++y) {
    if (y % kStrip == 0 && execution.is_cancelled()) return cancelled();
    mapper.map_row(source.row_as<Sample>(y), target.row_as<Sample>(y), source.size.width,
                   source.format.channels());
  }
  return result;
}

Result<Image> tone_map_uncontained(const ConstImageView& source, const Cicp& cicp,
                                   const Execution& execution) {
  if (source.data == nullptr || is_empty(source.size)) {
    return invalid_argument("tone_map_to_srgb: a picture without pixels");
  }
  if (source.format.sample == SampleType::f32 || source.format.layout == Layout::cmyk ||
      (source.format.has_alpha() && source.format.alpha == AlphaMode::premultiplied)) {
    return invalid_argument(
        "tone_map_to_srgb: takes u8 or u16, gray or RGB, with straight alpha or none");
  }
  const TransferKind kind = transfer_of(cicp.transfer).kind;
  if (kind != TransferKind::pq && kind != TransferKind::hlg) {
    return unsupported("tone_map_to_srgb: CICP transfer " + std::to_string(cicp.transfer) +
                       " is neither PQ nor HLG");
  }
  const auto primaries = primaries_of(cicp.primaries);
  if (!primaries) {
    return unsupported("tone_map_to_srgb: unknown CICP primaries " +
                       std::to_string(cicp.primaries));
  }
  ToneMapper mapper(kind == TransferKind::hlg, *primaries);
  return source.format.sample == SampleType::u8
             ? map_picture<std::uint8_t>(mapper, source, execution)
             : map_picture<std::uint16_t>(mapper, source, execution);
}

}  // namespace

Result<Image> tone_map_to_srgb(const ConstImageView& source, const Cicp& cicp,
                               const Execution& execution) {
  return contain_exceptions(
      [&]() -> Result<Image> { return tone_map_uncontained(source, cicp, execution); });
}

}  // namespace limen::inline LIMEN_ABI
