// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/marks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "lib/pipeline/original.h"
#include "lib/pipeline/printable.h"
#include "limen/codec/decode.h"
#include "limen/color/icc.h"
#include "limen/compose/orient.h"

namespace limen::inline LIMEN_ABI {

namespace {

Result<Image> decode_mark(ByteView bytes, const Limits& limits, const Execution& execution) {
  DecodeOptions options;
  options.limits = limits;
  options.keep_16_bit = true;
  LIMEN_ASSIGN(Decoded decoded, decode(bytes, options, execution));
  Image image = std::move(decoded.image);
  if (decoded.info.orientation != Orientation::top_left) {
    LIMEN_ASSIGN(image, orient(image.const_view(), decoded.info.orientation, execution));
  }
  LIMEN_ASSIGN(const ColorPlan colors, plan_srgb(decoded.info.color, image.format().layout));
  if (colors.action == ColorAction::none) return image;
  return to_srgb(image.const_view(), decoded.info.color, execution);
}

}  // namespace

const MarkShelf::Ready* MarkShelf::find_ready(std::string_view name) const {
  const auto found = std::find_if(ready_.begin(), ready_.end(),
                                  [&](const Ready& ready) { return ready.name == name; });
  return found != ready_.end() ? &*found : nullptr;
}

Result<MarkShelf::Ready> MarkShelf::make_ready(std::string_view name,
                                               const Execution& execution) const {
  const auto is_named = [&](const NamedPicture& picture) { return picture.name == name; };
  const auto found = std::find_if(pictures_.begin(), pictures_.end(), is_named);
  if (found == pictures_.end()) return invalid_argument("no picture of that name was given");
  if (std::find_if(found + 1, pictures_.end(), is_named) != pictures_.end()) {
    return invalid_argument("two pictures of that name were given");
  }
  Ready ready;
  ready.name = found->name;
  if (const auto* view = std::get_if<ConstImageView>(&found->picture)) {
    LIMEN_TRY(check_pixels(*view, limits_));
    ready.view = *view;
  } else {
    LIMEN_ASSIGN(ready.owned, decode_mark(std::get<ByteView>(found->picture), limits_, execution));
    ready.view = ready.owned.const_view();
  }
  return ready;
}

Result<void> MarkShelf::prepare(const Recipe& recipe, const Execution& execution) {
  for (const Mark& mark : recipe.marks) {
    if (find_ready(mark.name) != nullptr) continue;
    auto ready = make_ready(mark.name, execution);
    if (!ready) {
      Error error = std::move(ready).error();
      error.message = "mark '" + printable(mark.name) + "': " +
                      (error.message.empty() ? std::string(name(error.code)) : error.message);
      return error;
    }
    ready_.push_back(*std::move(ready));
  }
  return {};
}

ConstImageView MarkShelf::find(std::string_view name) const {
  const Ready* ready = find_ready(name);
  return ready != nullptr ? ready->view : ConstImageView();
}

}  // namespace limen::inline LIMEN_ABI
