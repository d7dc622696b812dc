// SPDX-License-Identifier: Apache-2.0
#include "lib/pipeline/source.h"

#include <algorithm>
#include <utility>

#include "lib/codec/decode_scales.h"
#include "lib/pipeline/planning.h"
#include "lib/pipeline/stopwatch.h"
#include "limen/color/icc.h"
#include "limen/compose/orient.h"

namespace limen::inline LIMEN_ABI {

namespace {

Rect united(const Rect& a, const Rect& b) {
  const std::int32_t x = std::min(a.x, b.x);
  const std::int32_t y = std::min(a.y, b.y);
  return {x, y, std::max(a.x + a.width, b.x + b.width) - x,
          std::max(a.y + a.height, b.y + b.height) - y};
}

// The window of the stored picture that covers what every task reads.
std::optional<Rect> common_region(const std::vector<const Task*>& tasks) {
  std::optional<Rect> region;
  for (const Task* task : tasks) {
    if (!task->plan.region) return std::nullopt;
    region = region ? united(*region, *task->plan.region) : *task->plan.region;
  }
  return region;
}

// Nothing to decode, nothing to turn.
Result<Source> borrow(const Original& original, const Limits& limits) {
  Source source;
  LIMEN_ASSIGN(source.info, describe(original, limits));
  source.borrowed = *original.pixels;
  source.window = source.stored_region = whole(source.borrowed.size);
  return source;
}

// What both decoders tell beside the pixels.
template <class Decoding>
void take(Decoding&& decoded, Source& source) {
  source.info = std::move(decoded.info);
  source.metadata = std::move(decoded.metadata);
  source.damage = std::move(decoded.damage);
  source.scale_eighths = decoded.scale_eighths;
  source.stored_region = decoded.region;
}

DecodeOptions options_for(const std::vector<const Task*>& tasks, const TransformOptions& options) {
  const Task& first = *tasks.front();
  DecodeOptions decode_as = decode_options(first.plan, first.recipe, options.limits);
  decode_as.on_damage = options.on_damage;
  decode_as.region = common_region(tasks);
  return decode_as;
}

}  // namespace

Result<std::vector<Source>> open_scales(const Original& original,
                                        const std::vector<std::vector<const Task*>>& groups,
                                        const TransformOptions& options, const Execution& execution,
                                        std::uint32_t& decodes) {
  std::vector<Source> sources;
  std::vector<DecodeOptions> each;
  each.reserve(groups.size());
  for (const auto& tasks : groups) each.push_back(options_for(tasks, options));
  StageTimes times;
  std::vector<DecodedPlanar> decoded;
  {
    const Stopwatch watch(times.decode);
    LIMEN_ASSIGN(decoded, decode_planar_scales(original.file, each, execution));
  }
  if (decoded.empty()) return sources;
  ++decodes;
  for (DecodedPlanar& planes : decoded) {
    Source& source = sources.emplace_back();
    source.file = original.file;
    source.times = times;
    source.planes = std::move(planes.image);
    take(std::move(planes), source);
    source.peak_bytes = execution.workspace->peak_bytes();
  }
  return sources;
}

Result<Source> open_source(const Original& original, const std::vector<const Task*>& tasks,
                           const TransformOptions& options, const Execution& execution,
                           std::uint32_t& decodes) {
  if (original.pixels) return borrow(original, options.limits);
  const Task& first = *tasks.front();
  const DecodeOptions decode_as = options_for(tasks, options);
  Source source;
  source.file = original.file;
  ++decodes;
  const bool is_planar = first.plan.path == PixelPath::planar_8;
  if (is_planar) {
    const Stopwatch watch(source.times.decode);
    LIMEN_ASSIGN(DecodedPlanar decoded, decode_planar(original.file, decode_as, execution));
    source.planes = std::move(decoded.image);
    take(std::move(decoded), source);
  } else {
    const Stopwatch watch(source.times.decode);
    LIMEN_ASSIGN(Decoded decoded, decode(original.file, decode_as, execution));
    source.native = std::move(decoded.image);
    take(std::move(decoded), source);
  }
  if (is_planar) {
    source.peak_bytes = execution.workspace->peak_bytes();
    return source;
  }
  const auto scaled = [&](std::int32_t side) {
    return static_cast<std::int32_t>((std::int64_t{side} * source.scale_eighths + 7) / 8);
  };
  const Size grid{scaled(source.info.size.width), scaled(source.info.size.height)};
  source.window = orient_rect(source.stored_region, grid, source.info.orientation);
  if (source.info.orientation != Orientation::top_left) {
    const Stopwatch watch(source.times.orient);
    LIMEN_ASSIGN(source.native,
                 orient(source.native.const_view(), source.info.orientation, execution));
  }
  const auto converts = [](const Task* task) { return task->plan.converts_before_resize; };
  if (std::any_of(tasks.begin(), tasks.end(), converts)) {
    const Stopwatch watch(source.times.color);
    LIMEN_ASSIGN(source.srgb, to_srgb(source.native.const_view(), source.info.color, execution));
    if (std::all_of(tasks.begin(), tasks.end(), converts)) source.native = Image();
  }
  source.peak_bytes = execution.workspace->peak_bytes();
  return source;
}

}  // namespace limen::inline LIMEN_ABI
