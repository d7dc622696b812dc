// SPDX-License-Identifier: Apache-2.0

// What headers tell, and what follows from them.

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "lib/c_api/enums.h"
#include "lib/c_api/execution.h"
#include "lib/c_api/handles.h"
#include "lib/c_api/input.h"
#include "lib/c_api/recipe.h"
#include "lib/c_api/structs.h"
#include "limen/codec/decode.h"
#include "limen/pipeline/accept.h"
#include "limen/pipeline/plan.h"

namespace limen::inline LIMEN_ABI {

namespace {

limen_info from_info(const ImageInfo& info) {
  const Size upright = info.upright();
  limen_info filled{};
  filled.format = from_enum(info.format);
  filled.width = info.size.width;
  filled.height = info.size.height;
  filled.upright_width = upright.width;
  filled.upright_height = upright.height;
  filled.orientation = from_enum(info.orientation);
  filled.frames = info.frames;
  filled.bit_depth = info.bit_depth;
  filled.model = from_enum(info.model);
  filled.chroma = from_enum(info.subsampling);
  filled.has_alpha = info.has_alpha;
  filled.is_lossless = info.is_lossless;
  filled.is_progressive = info.is_progressive;
  filled.is_arithmetic = info.is_arithmetic;
  filled.has_gain_map = info.has_gain_map;
  filled.has_icc_profile = !info.color.icc.empty();
  filled.jpeg_quality = info.jpeg_quality.value_or(0);
  filled.has_exif = info.has_exif;
  filled.has_xmp = info.has_xmp;
  filled.has_iptc = info.has_iptc;
  return filled;
}

Result<void> probe_into(const limen_source* source, const limen_limits* limits, limen_info* into) {
  LIMEN_ASSIGN(const Limits allowed, to_limits(limits));
  LIMEN_ASSIGN(const Input input, open_file(source, allowed, {}));
  LIMEN_ASSIGN(const ImageInfo info, probe(input.bytes, allowed));
  return write_struct(from_info(info), into, "limen_info");
}

Result<std::unique_ptr<limen_plan>> make_plan(const limen_source* source,
                                              const limen_recipe* recipe,
                                              const limen_limits* limits) {
  if (recipe == nullptr) return invalid_argument("the recipe is null");
  LIMEN_ASSIGN(const Limits allowed, to_limits(limits));
  LIMEN_ASSIGN(const Input input, open_file(source, allowed, {}));
  LIMEN_ASSIGN(const ImageInfo info, probe(input.bytes, allowed));
  auto made = std::make_unique<limen_plan>();
  LIMEN_ASSIGN(made->plan, plan(info, recipe->recipe, allowed));
  made->steps = TextList(made->plan.steps);
  made->notes = TextList(made->plan.notes);
  return made;
}

limen_plan_view view_of(const limen_plan& held) {
  const Plan& plan = held.plan;
  limen_plan_view view{};
  view.width = plan.output.width;
  view.height = plan.output.height;
  view.format = from_enum(plan.format);
  view.crop = from_rect(plan.crop);
  view.scale_eighths = plan.scale_eighths;
  view.searches = plan.searches;
  view.may_keep_source = plan.may_keep_source;
  view.flattens = plan.flattens;
  view.bit_depth = plan.bit_depth;
  view.peak_bytes = plan.peak_bytes;
  view.color = name(plan.color.action).data();
  view.source = plan.color.source.c_str();
  view.path = name(plan.path).data();
  view.steps = held.steps.data();
  view.step_count = held.steps.size();
  view.notes = held.notes.data();
  view.note_count = held.notes.size();
  return view;
}

}  // namespace

}  // namespace limen::inline LIMEN_ABI

limen_status limen_probe(const limen_source* source, const limen_limits* limits, limen_info* info,
                         limen_error** error) {
  return limen::guarded(error, [&] { return limen::probe_into(source, limits, info); });
}

int32_t limen_pick_format(const char* accept, const int32_t* allowed, size_t count) {
  std::array<limen::Format, LIMEN_FORMAT_AVIF + 1> formats{};
  std::array<bool, LIMEN_FORMAT_AVIF + 1> is_listed{};
  std::size_t listed = 0;
  for (size_t i = 0; allowed != nullptr && i < count && listed < formats.size(); ++i) {
    const int32_t format = allowed[i];
    if (format < 0 || format > LIMEN_FORMAT_AVIF || is_listed[format]) continue;
    is_listed[format] = true;
    formats[listed++] = static_cast<limen::Format>(format);
  }
  const auto picked =
      limen::pick_format(accept != nullptr ? accept : "", std::span(formats).first(listed));
  return picked ? limen::from_enum(*picked) : LIMEN_FORMAT_NONE;
}

limen_status limen_plan_create(const limen_source* source, const limen_recipe* recipe,
                               const limen_limits* limits, limen_plan** plan, limen_error** error) {
  return limen::guarded_make(plan, "plan", error,
                             [&] { return limen::make_plan(source, recipe, limits); });
}

void limen_plan_read(const limen_plan* plan, limen_plan_view* view) {
  if (plan == nullptr) return;
  limen::guarded(
      nullptr, [&] { return limen::write_struct(limen::view_of(*plan), view, "limen_plan_view"); });
}

void limen_plan_free(limen_plan* plan) { delete plan; }
