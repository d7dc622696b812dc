// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "limen/pipeline/recipe.h"

namespace limen::inline LIMEN_ABI {

namespace {

// Writes `key=value` for everything that is not as in the default recipe, in a fixed order, numbers
// in the shortest form that reads back as the same value.
class Writer {
 public:
  template <class Value>
  void field(std::string_view key, const Value& value) {
    line_ += line_.empty() ? "" : ";";
    line_ += key;
    line_ += '=';
    write(value);
  }
  template <class Value>
  void field_unless(std::string_view key, const Value& value, const Value& plain) {
    if (!(value == plain)) field(key, value);
  }

  std::string take() { return std::move(line_); }

 private:
  void write(std::string_view text) { line_ += text; }
  void write(bool value) { line_ += value ? '1' : '0'; }
  void write(std::int32_t value) { line_ += std::to_string(value); }
  void write(double value) {
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    line_.append(digits.data(), end.ptr);
  }
  void write(const Point& point) {
    write(point.x);
    line_ += ',';
    write(point.y);
  }
  void write(Compass compass) {
    constexpr std::array<std::string_view, 9> kNames = {"center",    "north",     "northeast",
                                                        "east",      "southeast", "south",
                                                        "southwest", "west",      "northwest"};
    line_ += kNames[static_cast<std::size_t>(compass)];
  }
  void write(Fit fit) {
    constexpr std::array<std::string_view, 5> kNames = {"cover", "contain", "fill", "inside",
                                                        "outside"};
    line_ += kNames[static_cast<std::size_t>(fit)];
  }
  void write(Filter filter) { line_ += name(filter); }
  void write(Format format) { line_ += name(format); }
  void write(ChromaSubsampling chroma) { line_ += name(chroma); }
  void write(ShrinkAccuracy accuracy) {
    line_ += accuracy == ShrinkAccuracy::exact  ? "exact"
             : accuracy == ShrinkAccuracy::fine ? "fine"
                                                : "coarse";
  }
  void write(MetadataPolicy policy) {
    line_ += policy == MetadataPolicy::none        ? "none"
             : policy == MetadataPolicy::copyright ? "copyright"
                                                   : "keep";
  }
  void write(const Focus& focus) {
    pair(focus.x, focus.y);
    line_ += focus.unit == FocusUnit::source_pixels     ? "px"
             : focus.unit == FocusUnit::source_fraction ? "c"
                                                        : "s";
  }
  void write(const FocalPoint& point) {
    pair(point.x, point.y);
    line_ += 'c';
  }
  template <class... Kinds>
  void write(const std::variant<Kinds...>& value) {
    std::visit([this](const auto& kind) { this->write(kind); }, value);
  }
  void write(const Length& length) {
    write(length.value);
    if (length.unit == Length::Unit::fraction) line_ += 'c';
  }
  void write(const std::vector<Format>& formats) {
    std::string_view separator;
    for (const Format format : formats) {
      line_ += separator;
      write(format);
      separator = ",";
    }
  }
  void write(Score score) { write(score.value); }
  void write(Invisible) { line_ += "invisible"; }
  void write(FlickerProof) { line_ += "flicker-proof"; }
  void write(TargetScore target) {
    line_ += "score";
    write(target.score);
  }
  void write(TargetBytes target) {
    line_ += "bytes";
    line_ += std::to_string(target.bytes);
  }
  void write(Quality quality) {
    line_ += 'q';
    // As a float: shortest digits of the double would tell 79.9 apart from itself.
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), quality.value);
    line_.append(digits.data(), end.ptr);
  }
  void write(Lossless) { line_ += "lossless"; }
  void write(NearLossless near) {
    line_ += "near";
    write(near.level);
  }
  void write(const SharpenOptions& options) {
    pair(options.sigma, options.amount);
    line_ += ',';
    write(options.threshold);
  }
  void write(Color color) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const std::uint8_t channel : {color.red, color.green, color.blue, color.alpha}) {
      line_ += kDigits[channel / 16];
      line_ += kDigits[channel % 16];
    }
  }
  void write(const CropBox& crop) {
    write(crop.top_left);
    if (crop.bottom_right) {
      line_ += ',';
      write(*crop.bottom_right);
    }
  }
  void write(const Mark& mark) {
    const Mark plain;
    Writer inner;
    inner.field("name", std::string_view(escaped(mark.name)));
    inner.field_unless("at", mark.gravity, plain.gravity);
    if (mark.of_output) inner.field("of_output", *mark.of_output);
    inner.field_unless("scale", mark.scale, plain.scale);
    inner.field_unless("pad_x", mark.pad_x, plain.pad_x);
    inner.field_unless("pad_y", mark.pad_y, plain.pad_y);
    inner.field_unless("offset", mark.offset, plain.offset);
    inner.field_unless("opacity", mark.opacity, plain.opacity);
    inner.field_unless("tile", mark.tile, plain.tile);
    line_ += '(' + inner.take() + ')';
  }

  void pair(double x, double y) {
    write(x);
    line_ += ',';
    write(y);
  }

  // A caller's name in characters that mean nothing here.
  static std::string escaped(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string safe;
    for (const char c : text) {
      const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                         (c >= 'a' && c <= 'z') || c == '-' || c == '.' || c == '_' || c == '/';
      if (plain) {
        safe += c;
      } else {
        const auto byte = static_cast<unsigned char>(c);
        safe += '%';
        safe += kDigits[byte / 16];
        safe += kDigits[byte % 16];
      }
    }
    return safe;
  }

  std::string line_;
};

std::string write_recipe(const Recipe& recipe) {
  const Recipe plain;
  Writer writer;
  writer.field("limen", std::int32_t{1});  // of this notation, not of the library
  if (recipe.crop) writer.field("crop", *recipe.crop);
  if (recipe.trim) writer.field("trim", std::int32_t{*recipe.trim});
  writer.field_unless("rotate", recipe.rotate, plain.rotate);
  writer.field_unless("flip", recipe.flip_horizontal, plain.flip_horizontal);
  writer.field_unless("width", recipe.width, plain.width);
  writer.field_unless("height", recipe.height, plain.height);
  writer.field_unless("fit", recipe.fit, plain.fit);
  if (recipe.fit_if_smaller) writer.field("fit_if_smaller", *recipe.fit_if_smaller);
  writer.field_unless("enlarge", recipe.enlarge, plain.enlarge);
  writer.field_unless("gravity", recipe.gravity, plain.gravity);
  writer.field_unless("filter", recipe.filter, plain.filter);
  writer.field_unless("linear_light", recipe.linear_light, plain.linear_light);
  writer.field_unless("shrink", recipe.shrink, plain.shrink);
  if (recipe.sharpen) writer.field("sharpen", *recipe.sharpen);
  writer.field_unless("blur", recipe.blur, plain.blur);
  writer.field_unless("brightness", recipe.adjust.brightness, plain.adjust.brightness);
  writer.field_unless("contrast", recipe.adjust.contrast, plain.adjust.contrast);
  writer.field_unless("gamma", recipe.adjust.gamma, plain.adjust.gamma);
  writer.field_unless("saturation", recipe.adjust.saturation, plain.adjust.saturation);
  writer.field_unless("greyscale", recipe.adjust.greyscale, plain.adjust.greyscale);
  for (const Mark& mark : recipe.marks) writer.field("mark", mark);
  writer.field_unless("radius", recipe.radius, plain.radius);
  if (recipe.background) writer.field("background", *recipe.background);
  if (recipe.format) writer.field("format", *recipe.format);
  if (!recipe.formats.empty()) writer.field("formats", recipe.formats);
  // Written even where it is the default: a default may change, cached files will not.
  writer.field("fidelity", recipe.fidelity);
  if (recipe.worst_block) writer.field("worst_block", *recipe.worst_block);
  writer.field_unless("always_encode", recipe.always_encode, plain.always_encode);
  writer.field_unless("effort", std::int32_t{recipe.effort}, std::int32_t{plain.effort});
  writer.field_unless("chroma", recipe.chroma, plain.chroma);
  writer.field_unless("progressive", recipe.progressive, plain.progressive);
  if (recipe.depth != plain.depth) writer.field("depth", std::int32_t{8});
  writer.field_unless("metadata", recipe.metadata, plain.metadata);
  writer.field_unless("keep_profile", recipe.keep_profile, plain.keep_profile);
  return writer.take();
}

}  // namespace

Result<std::string> canonical(const Recipe& recipe) {
  return contain_exceptions([&]() -> Result<std::string> {
    LIMEN_ASSIGN(const Recipe normal, normalized(recipe));
    return write_recipe(normal);
  });
}

}  // namespace limen::inline LIMEN_ABI
