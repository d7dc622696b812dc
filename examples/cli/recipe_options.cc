// SPDX-License-Identifier: Apache-2.0
#include "recipe_options.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "files.h"
#include "limen/pipeline/accept.h"
#include "limen/pipeline/cloudimage_query.h"

namespace cli {

namespace {

using limen::Compass;
using limen::Fit;

const std::map<std::string, Fit> kFits = {{"cover", Fit::cover},
                                          {"contain", Fit::contain},
                                          {"fill", Fit::fill},
                                          {"inside", Fit::inside},
                                          {"outside", Fit::outside}};

const std::map<std::string, Compass> kCompass = {
    {"center", Compass::center},       {"north", Compass::north},
    {"northeast", Compass::northeast}, {"east", Compass::east},
    {"southeast", Compass::southeast}, {"south", Compass::south},
    {"southwest", Compass::southwest}, {"west", Compass::west},
    {"northwest", Compass::northwest}};

const std::map<std::string, limen::Filter> kFilters = {
    {"nearest", limen::Filter::nearest},   {"box", limen::Filter::box},
    {"triangle", limen::Filter::triangle}, {"hermite", limen::Filter::hermite},
    {"mitchell", limen::Filter::mitchell}, {"catmull-rom", limen::Filter::catmull_rom},
    {"lanczos2", limen::Filter::lanczos2}, {"lanczos3", limen::Filter::lanczos3}};

const std::map<std::string, limen::ShrinkAccuracy> kShrinks = {
    {"exact", limen::ShrinkAccuracy::exact},
    {"fine", limen::ShrinkAccuracy::fine},
    {"coarse", limen::ShrinkAccuracy::coarse}};

const std::map<std::string, limen::ChromaSubsampling> kChromas = {
    {"auto", limen::ChromaSubsampling::automatic}, {"444", limen::ChromaSubsampling::yuv444},
    {"4:4:4", limen::ChromaSubsampling::yuv444},   {"422", limen::ChromaSubsampling::yuv422},
    {"4:2:2", limen::ChromaSubsampling::yuv422},   {"420", limen::ChromaSubsampling::yuv420},
    {"4:2:0", limen::ChromaSubsampling::yuv420}};

std::pair<double, double> parse_fractions(const std::string& text, const std::string& option) {
  const std::vector<double> numbers = parse_numbers(text, option);
  if (numbers.size() != 2) throw UsageError(option + ": takes a compass point or X,Y in fractions");
  return {numbers[0], numbers[1]};
}

bool looks_like_numbers(const std::string& text) { return text.find(',') != std::string::npos; }

}  // namespace

void RecipeOptions::add_to(CLI::App& command, bool with_size) {
  command_ = &command;
  std::vector<CLI::Option*> own;
  const auto add = [&](const char* group, const char* name, auto& field, const char* about) {
    CLI::Option* option = command.add_option(name, field, about)->group(group);
    own.push_back(option);
    return option;
  };
  const auto flag = [&](const char* group, const char* name, bool& field, const char* about) {
    own.push_back(command.add_flag(name, field, about)->group(group));
  };
  if (with_size) {
    add("Size", "--width", width_, "Pixels; alone, the height follows");
    add("Size", "--height", height_, "Pixels; alone, the width follows");
  }
  add("Size", "--fit", fit_, "cover, contain, fill, inside or outside")->capture_default_str();
  add("Size", "--gravity", gravity_,
      "What a cover keeps, where a contain stands: north ... southeast, center, or X,Y in "
      "fractions")
      ->capture_default_str();
  flag("Size", "--enlarge", enlarge_, "Enlarge smaller pictures");
  add("Size", "--dpr", dpr_, "Device pixel ratio: multiplies sizes")->capture_default_str();
  add("Size", "--filter", filter_, "Resampling filter")->capture_default_str();
  flag("Size", "--linear-light", linear_light_, "Resample in linear light");
  add("Size", "--shrink", shrink_, "How much a JPEG decoder may reduce: exact, fine or coarse")
      ->capture_default_str();
  add("Window and turns", "--crop", crop_, "X,Y,WIDTH,HEIGHT in pixels of the upright picture");
  add("Window and turns", "--trim", trim_,
      "Cut a border of one colour, with this tolerance, 0..255");
  add("Window and turns", "--rotate", rotate_, "Degrees counter-clockwise");
  add("Window and turns", "--flip", flip_, "h, v or hv");
  add("Looks", "--sharpen", sharpen_, "Amount, 0..10");
  add("Looks", "--blur", blur_, "Standard deviation in pixels");
  add("Looks", "--brightness", adjust_.brightness, "-1..1, added");
  add("Looks", "--contrast", adjust_.contrast, "0..10");
  add("Looks", "--gamma", adjust_.gamma, "0.1..10");
  add("Looks", "--saturation", adjust_.saturation, "0..10");
  flag("Looks", "--greyscale", adjust_.greyscale, "No colour");
  add("Looks", "--radius", radius_, "Rounded corners, pixels");
  add("Looks", "--background", background_,
      "Of padding, rotation and transparency: RRGGBB[AA], white, black, transparent");
  add("Overlay", "--overlay", overlay_, "A picture file to lay on");
  add("Overlay", "--overlay-gravity", overlay_gravity_, "Compass point or X,Y in fractions");
  add("Overlay", "--overlay-scale", overlay_scale_, "Times the overlay's own size");
  add("Overlay", "--overlay-width", overlay_width_,
      "Its width in per cent of the output's, as 12%");
  add("Overlay", "--overlay-pad", overlay_pad_, "Kept free: N or N%, or X,Y");
  add("Overlay", "--overlay-offset", overlay_offset_, "Moves it by X,Y pixels");
  add("Overlay", "--overlay-opacity", overlay_opacity_, "0..1");
  flag("Overlay", "--overlay-tile", overlay_tile_, "Repeat it over the whole output");
  if (with_size) {
    add("File", "--format", format_,
        "jpeg, png, webp or avif; default: by the output's name, else the input's; auto: the "
        "smallest of --formats");
    add("File", "--formats", format_names_,
        "With --format auto: those to choose from; default avif,webp,jpeg")
        ->delimiter(',');
    add("File", "--accept", accept_,
        "With --format auto: a request's Accept header, which those must satisfy");
  }
  add("File", "-q,--quality", quality_,
      "invisible (swapped in place, nobody sees a difference; default), flicker-proof, score:N "
      "(SSIMULACRA 2.1), 0..100 (the codec's own) or lossless");
  add("File", "--max-bytes", max_bytes_, "Instead of -q: the finest quality that fits")
      ->check(CLI::PositiveNumber);
  add("File", "--worst-block", worst_block_,
      "Least score of the worst block of 64x64 pixels; default: by -q");
  flag("File", "--always-encode", always_encode_,
       "Even where the source, untouched, is the smaller or no finer");
  flag("File", "--lossless", lossless_, "Every sample as it is (PNG, WebP, AVIF)");
  add("File", "--near-lossless", near_lossless_, "WebP's level, 0..100");
  add("File", "--effort", effort_, "0 (fastest) to 9 (smallest)")->capture_default_str();
  add("File", "--chroma", chroma_, "auto, 420, 422 or 444")->capture_default_str();
  flag("File", "--baseline", baseline_, "JPEG without progressive scans");
  flag("File", "--8-bit", eight_bit_, "No more than 8 bits a sample");
  add("File", "--metadata", metadata_, "none, copyright or keep")->capture_default_str();
  flag("File", "--keep-profile", keep_profile_, "Leave colours as they are, embed their profile");
  // A query says it all, so it stands alone; srcset takes sizes of its own.
  if (with_size) {
    CLI::Option* query =
        command.add_option("--recipe", query_, "All of it as a query: \"w=800&func=crop\"");
    for (CLI::Option* option : own) {
      const std::vector<std::string> kBeside = {"--format",  "--formats",   "--accept",
                                                "--quality", "--max-bytes", "--worst-block"};
      if (std::ranges::find(kBeside, option->get_name()) == kBeside.end()) query->excludes(option);
    }
    command.add_option("--picture", named_pictures_, "NAME=FILE: what wat_url=NAME stands for");
  }
  command.add_flag("--best-effort", best_effort_, "Take what can be read of damaged files");
}

limen::Mark RecipeOptions::mark() const {
  limen::Mark mark;
  mark.name = overlay_;
  if (looks_like_numbers(overlay_gravity_)) {
    const auto [x, y] = parse_fractions(overlay_gravity_, "--overlay-gravity");
    mark.gravity = limen::FocalPoint{x, y};
  } else {
    mark.gravity = look_up(kCompass, overlay_gravity_, "--overlay-gravity");
  }
  mark.scale = overlay_scale_;
  if (!overlay_width_.empty()) {
    const limen::Length width = parse_length(overlay_width_, "--overlay-width");
    if (width.unit != limen::Length::Unit::fraction) {
      throw UsageError("--overlay-width: takes per cent of the output's width, as 12%");
    }
    mark.of_output = width.value;
  }
  const std::size_t comma = overlay_pad_.find(',');
  mark.pad_x = parse_length(std::string_view(overlay_pad_).substr(0, comma), "--overlay-pad");
  mark.pad_y =
      comma == std::string::npos
          ? mark.pad_x
          : parse_length(std::string_view(overlay_pad_).substr(comma + 1), "--overlay-pad");
  if (!overlay_offset_.empty()) {
    const std::vector<double> offset = parse_numbers(overlay_offset_, "--overlay-offset");
    if (offset.size() != 2) throw UsageError("--overlay-offset: takes X,Y");
    mark.offset = {to_int(offset[0], "--overlay-offset"), to_int(offset[1], "--overlay-offset")};
  }
  mark.opacity = overlay_opacity_;
  mark.tile = overlay_tile_;
  return mark;
}

limen::Recipe RecipeOptions::recipe_from_options() const {
  limen::Recipe recipe;
  if (!crop_.empty()) {
    const std::vector<double> box = parse_numbers(crop_, "--crop");
    if (box.size() != 4) throw UsageError("--crop: takes X,Y,WIDTH,HEIGHT");
    const auto side = [&](std::size_t i) { return to_int(box[i], "--crop"); };
    if (side(2) < 1 || side(3) < 1) throw UsageError("--crop: a window without pixels");
    recipe.crop = limen::crop_box(limen::Rect{side(0), side(1), side(2), side(3)});
  }
  recipe.trim = trim_;
  recipe.rotate = rotate_;
  if (!flip_.empty() && flip_ != "h" && flip_ != "v" && flip_ != "hv") {
    throw UsageError("--flip: takes h, v or hv");
  }
  recipe.flip_horizontal = flip_.find('h') != std::string::npos;
  recipe.flip_vertical = flip_.find('v') != std::string::npos;
  recipe.width = width_;
  recipe.height = height_;
  recipe.fit = look_up(kFits, fit_, "--fit");
  recipe.enlarge = enlarge_;
  if (looks_like_numbers(gravity_)) {
    const auto [x, y] = parse_fractions(gravity_, "--gravity");
    recipe.gravity = limen::Focus{x, y, limen::FocusUnit::source_fraction};
  } else {
    recipe.gravity = look_up(kCompass, gravity_, "--gravity");
  }
  recipe.dpr = dpr_;
  recipe.filter = look_up(kFilters, filter_, "--filter");
  recipe.linear_light = linear_light_;
  recipe.shrink = look_up(kShrinks, shrink_, "--shrink");
  if (sharpen_) recipe.sharpen = limen::SharpenOptions{.amount = *sharpen_};
  recipe.blur = blur_;
  recipe.adjust = adjust_;
  if (!overlay_.empty()) recipe.marks.push_back(mark());
  recipe.radius = radius_;
  if (!background_.empty()) recipe.background = parse_color(background_, "--background");
  recipe.fidelity = limen::Invisible{};
  recipe.always_encode = always_encode_;
  recipe.effort = effort_;
  recipe.chroma = look_up(kChromas, chroma_, "--chroma");
  recipe.progressive = !baseline_;
  if (eight_bit_) recipe.depth = limen::OutputDepth::eight;
  recipe.metadata = parse_metadata_policy(metadata_, "--metadata");
  recipe.keep_profile = keep_profile_;
  return recipe;
}

void RecipeOptions::choose_formats(limen::Recipe& recipe) const {
  const bool is_auto = format_ == "auto";
  if (format_ && !is_auto) {
    recipe.format = parse_format(*format_);
    if (!recipe.format) {
      throw UsageError("--format: '" + *format_ + "' is none of jpeg, png, webp, avif, auto");
    }
  }
  if (!is_auto) {
    if (!format_names_.empty()) throw UsageError("--formats: needs --format auto");
    if (accept_) throw UsageError("--accept: needs --format auto");
    return;
  }
  recipe.format = std::nullopt;
  recipe.formats = format_names_.empty()
                       ? std::vector{limen::Format::avif, limen::Format::webp, limen::Format::jpeg}
                       : parse_formats(format_names_, "--formats");
  if (!accept_) return;
  std::erase_if(recipe.formats, [&](limen::Format format) {
    return !limen::pick_format(*accept_, std::span(&format, 1));
  });
  if (recipe.formats.empty()) throw UsageError("--accept: accepts none of the formats");
}

void RecipeOptions::choose_fidelity(limen::Recipe& recipe) const {
  const int named = int{lossless_} + int{near_lossless_.has_value()} + int{quality_.has_value()} +
                    int{max_bytes_.has_value()};
  if (named > 1) {
    throw UsageError("--quality, --max-bytes, --lossless and --near-lossless exclude each other");
  }
  if (worst_block_) recipe.worst_block = limen::Score{*worst_block_};
  if (quality_) recipe.fidelity = parse_fidelity(*quality_, "--quality");
  if (max_bytes_) recipe.fidelity = limen::TargetBytes{*max_bytes_};
  if (lossless_) recipe.fidelity = limen::Lossless{};
  if (near_lossless_) recipe.fidelity = limen::NearLossless{*near_lossless_};
}

limen::Recipe RecipeOptions::recipe() const {
  limen::Recipe recipe;
  const bool has_query =
      command_->get_option_no_throw("--recipe") != nullptr && command_->count("--recipe") > 0;
  if (has_query) {
    auto parsed = limen::parse_cloudimage_query(query_);
    if (!parsed) throw UsageError("--recipe: " + parsed.error().message);
    recipe = *std::move(parsed);
  } else {
    recipe = recipe_from_options();
  }
  choose_formats(recipe);
  choose_fidelity(recipe);
  const auto valid = limen::validate(recipe);
  if (!valid) throw UsageError(valid.error().message);
  return recipe;
}

bool RecipeOptions::load_pictures(Session& session) {
  loaded_.clear();
  if (!overlay_.empty()) loaded_.push_back({overlay_, overlay_, {}});
  for (const std::string& named : named_pictures_) {
    const std::size_t equals = named.find('=');
    if (equals == std::string::npos) throw UsageError("--picture: takes NAME=FILE");
    loaded_.push_back({named.substr(0, equals), named.substr(equals + 1), {}});
  }
  for (Picture& picture : loaded_) {
    auto bytes = read_input(picture.path, session.limits);
    if (!bytes) {
      session.report(picture.path, bytes.error());
      return false;
    }
    picture.bytes = *std::move(bytes);
  }
  return true;
}

std::vector<limen::NamedPicture> RecipeOptions::pictures() const {
  std::vector<limen::NamedPicture> pictures;
  for (const Picture& picture : loaded_) {
    pictures.push_back({picture.name, limen::ByteView(picture.bytes)});
  }
  return pictures;
}

}  // namespace cli
