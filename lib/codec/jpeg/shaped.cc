// SPDX-License-Identifier: Apache-2.0
#include "lib/codec/jpeg/shaped.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/codec/codec.h"
#include "lib/codec/jpeg/estimate.h"
#include "lib/codec/jpeg/level_chooser.h"
#include "lib/codec/jpeg/scan_script.h"
#include "lib/codec/jpeg/settings.h"
#include "lib/codec/jpeg/shown_picture.h"

namespace limen::inline LIMEN_ABI {

namespace {

class ShapedJpegTrials final : public ShapedTrials {
 public:
  ShapedJpegTrials(const EncodeOptions& options, FloatPicture picture, const Shaping& shaping)
      : options_(options), picture_(std::move(picture)), chooser_(picture_, shaping) {}

  Result<void> prepare(const Execution& execution) {
    LIMEN_TRY(chooser_.prepare(execution.workspace));
    for (ChosenPicture& chosen : kept_) LIMEN_TRY(chosen.prepare(picture_, execution));
    return shown_.prepare(kept_[0].shape(), execution);
  }

  int count() const override { return ladder().count(); }
  Quality quality_of(int setting) const override { return ladder().quality_of(setting); }
  int setting_of(Quality quality) const override { return ladder().setting_of(quality); }

  Result<ConstImageView> show(int setting, const Execution& execution) override {
    return contain_exceptions([&]() -> Result<ConstImageView> {
      LIMEN_ASSIGN(ChosenPicture * chosen, chosen_at(setting, execution));
      last_shown_ = -1;
      LIMEN_ASSIGN(const ConstImageView view,
                   shown_.show(*chosen, quantizers_of(chosen->plan().tables), execution));
      last_shown_ = setting;
      return view;
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
      LIMEN_ASSIGN(ChosenPicture * chosen, chosen_at(setting, execution));
      const Quantizers quantizers = quantizers_of(chosen->plan().tables);
      QuantizedRows levels(chosen->shape(), *chosen, quantizers);
      return with_workspace(Limits{}.working_memory, execution, [&](const Execution& within) {
        return encode_coefficients(quantized(*chosen, levels), options_, within);
      });
    });
  }

  Size blocks() const override {
    return {picture_.planes[0].block_columns, picture_.planes[0].block_rows};
  }

  std::array<std::array<float, 64>, 3> steps(int setting) const override {
    const auto tables = ladder().tables(std::clamp(setting, 0, count() - 1));
    std::array<std::array<float, 64>, 3> steps{};
    for (std::size_t p = 0; p < 3; ++p) {
      std::copy(tables[p].begin(), tables[p].end(), steps[p].begin());
    }
    return steps;
  }

  Result<void> weigh(std::span<const float> weights) override {
    return contain_exceptions([&]() -> Result<void> {
      LIMEN_TRY(chooser_.weigh(weights));
      forget();
      return {};
    });
  }

  Result<void> move_aims(const std::array<std::span<const float>, 3>& moves) override {
    return contain_exceptions([&]() -> Result<void> {
      forget();
      return chooser_.move_aims(moves);
    });
  }

  Result<void> read_errors(std::span<float> errors) const override {
    return contain_exceptions([&]() -> Result<void> {
      const auto columns = static_cast<std::size_t>(picture_.planes[0].block_columns);
      const auto rows = static_cast<std::size_t>(picture_.planes[0].block_rows);
      if (errors.size() != columns * rows) {
        return invalid_argument("there are " + std::to_string(columns * rows) +
                                " blocks with errors, not " + std::to_string(errors.size()));
      }
      const ChosenPicture* shown = kept(last_shown_);
      if (shown == nullptr) return invalid_argument("nothing has been shown that has errors");
      std::fill(errors.begin(), errors.end(), 0.f);
      for (std::size_t p = 0; p < picture_.plane_count; ++p) add_errors(*shown, p, errors);
      return {};
    });
  }

 private:
  const TableLadder& ladder() const { return chooser_.ladder(); }

  void forget() {
    for (ChosenPicture& chosen : kept_) chosen.forget();
    last_shown_ = -1;
  }

  QuantizedPicture quantized(const ChosenPicture& chosen, QuantizedRows& levels) const {
    QuantizedPicture picture;
    picture.size = picture_.size;
    picture.subsampling = picture_.subsampling;
    picture.tables = chosen.plan().tables;
    picture.source = &levels;
    picture.scans = ScanChoice::fewest_bytes;
    return picture;
  }

  const ChosenPicture* kept(int setting) const {
    for (const ChosenPicture& chosen : kept_) {
      if (setting >= 0 && chosen.setting() == setting) return &chosen;
    }
    return nullptr;
  }

  // The levels of a setting: those that are kept, or new ones in the place of the older.
  Result<ChosenPicture*> chosen_at(int setting, const Execution& execution) {
    if (setting < 0 || setting >= count()) {
      return invalid_argument("a shaped JPEG has no setting " + std::to_string(setting));
    }
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (kept_[i].setting() != setting) continue;
      newest_ = i;
      return &kept_[i];
    }
    LIMEN_ASSIGN(const ChoicePlan plan, chooser_.plan(setting, execution));
    // What was shown last has errors that may be asked for.
    if (last_shown_ >= 0) {
      newest_ = kept_[0].setting() == last_shown_ ? 1 : 0;
    } else {
      newest_ = 1 - newest_;
    }
    kept_[newest_].start(chooser_, setting, plan);
    return &kept_[newest_];
  }

  Result<std::optional<std::uint64_t>> estimate(int setting, EstimatePart part,
                                                const Execution& execution) {
    return contain_exceptions([&]() -> Result<std::optional<std::uint64_t>> {
      LIMEN_ASSIGN(ChosenPicture * chosen, chosen_at(setting, execution));
      LIMEN_ASSIGN(
          const std::uint64_t bytes,
          estimate_jpeg_bytes(chosen->shape(), *chosen, quantizers_of(chosen->plan().tables),
                              options_, ScanChoice::fewest_bytes, part, execution));
      return std::optional<std::uint64_t>(bytes);
    });
  }

  // Of one plane; luma's blocks that one of chroma covers have equal parts of its error.
  void add_errors(const ChosenPicture& shown, std::size_t p, std::span<float> errors) const {
    const FloatPlane& plane = picture_.planes[p];
    const FloatPlane& luma = picture_.planes[0];
    const bool is_halved = p > 0 && picture_.subsampling == ChromaSubsampling::yuv420;
    const std::int32_t side = is_halved ? 2 : 1;
    const float part = is_halved ? 0.25f : 1.f;
    std::vector<float> row(plane.groups * kBlockGroup);
    for (std::int32_t y = 0; y < luma.block_rows; ++y) {
      if (y % side == 0) {
        sum_errors(plane.row(y / side), shown.plan().quantizers[p],
                   shown.shape().planes[p].row(y / side), plane.groups, row.data());
      }
      float* const to = errors.data() +
                        static_cast<std::size_t>(y) * static_cast<std::size_t>(luma.block_columns);
      for (std::int32_t x = 0; x < luma.block_columns; ++x) {
        to[x] += part * row[static_cast<std::size_t>(x / side)];
      }
    }
  }

  EncodeOptions options_;
  FloatPicture picture_;
  LevelChooser chooser_;
  std::array<ChosenPicture, 2> kept_;
  std::size_t newest_ = 0;
  int last_shown_ = -1;
  ShownPicture shown_;
};

}  // namespace

Result<std::unique_ptr<ShapedTrials>> start_shaped_jpeg_trials(const ConstImageView& image,
                                                               const EncodeOptions& options,
                                                               const Shaping& shaping,
                                                               const Execution& execution) {
  return contain_exceptions([&]() -> Result<std::unique_ptr<ShapedTrials>> {
    if (image.format != gray8 && image.format != rgb8) {
      return unsupported("a JPEG is shaped from opaque gray or RGB of 8 bits", Format::jpeg);
    }
    if (image.format == rgb8 && options.chroma != ChromaSubsampling::yuv420 &&
        options.chroma != ChromaSubsampling::yuv444) {
      return unsupported("a JPEG is shaped at 4:2:0 and 4:4:4", Format::jpeg);
    }
    EncodeOptions own = options;
    own.mode = Quality{};
    LIMEN_TRY(jpeg_settings(image.size, own));
    LIMEN_ASSIGN(FloatPicture picture, transform_to_floats(image, options.chroma, execution));
    auto trials = std::make_unique<ShapedJpegTrials>(own, std::move(picture), shaping);
    LIMEN_TRY(trials->prepare(execution));
    return std::unique_ptr<ShapedTrials>(std::move(trials));
  });
}

}  // namespace limen::inline LIMEN_ABI
