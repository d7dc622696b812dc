// SPDX-License-Identifier: Apache-2.0
#include "curve.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>
#include <utility>
#include <variant>

#include "describe.h"

namespace cli {

namespace {

constexpr double kWidth = 460, kHeight = 250;
constexpr double kLeft = 38, kRight = 12, kTop = 10, kBottom = 40;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return text;
}

// A range of values laid over a range of the drawing, with round marks.
struct Axis {
  double low, high, from, to;

  double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
  double step() const {
    for (const double step : {1, 2, 5, 10, 20, 50, 100}) {
      if ((high - low) / step <= 8) return step;
    }
    return 200;
  }
};

struct Curve {
  std::string style;  ///< classes that colour it
  std::vector<const limen::Trial*> trials;
};

std::string style_of(const limen::Trial& trial) {
  return std::string(name(trial.format)) +
         (trial.chroma == limen::ChromaSubsampling::yuv444 ? " full-chroma" : "");
}

double quality_of(const limen::Trial& trial) { return std::get<limen::Quality>(trial.mode).value; }

std::map<std::string, Curve> curves_of(const std::vector<limen::Trial>& trials) {
  std::map<std::string, Curve> curves;
  for (const limen::Trial& trial : trials) {
    if (!std::holds_alternative<limen::Quality>(trial.mode)) continue;
    // What limen's own quantiser made comes after what libjpeg's did.
    const bool is_own = trial.quantizer == limen::JpegQuantizer::limen;
    Curve& curve = curves[curve_name(trial.format, trial.chroma) + (is_own ? ", own levels" : "")];
    curve.style = style_of(trial);
    curve.trials.push_back(&trial);
  }
  for (auto& [title, curve] : curves) {
    std::ranges::stable_sort(curve.trials, {},
                             [](const auto* trial) { return quality_of(*trial); });
  }
  return curves;
}

std::string line(double x1, double y1, double x2, double y2, std::string_view style) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
         "\" y2=\"" + number(y2) + "\" class=\"" + std::string(style) + "\"/>\n";
}

std::string text(double x, double y, std::string_view anchor, std::string_view words) {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" +
         std::string(anchor) + "\">" + std::string(words) + "</text>\n";
}

std::string frame(const Axis& across, const Axis& up) {
  std::string svg;
  const auto marks = [](const Axis& axis, const auto& draw) {
    const double step = axis.step();
    const auto last = static_cast<int>(std::floor((axis.high + 1e-9) / step));
    for (auto i = static_cast<int>(std::ceil(axis.low / step)); i <= last; ++i) draw(i * step);
  };
  marks(across, [&](double v) {
    svg += line(across.at(v), up.from, across.at(v), up.to, "grid");
    svg += text(across.at(v), up.from + 15, "middle", number(v));
  });
  marks(up, [&](double v) {
    svg += line(across.from, up.at(v), across.to, up.at(v), "grid");
    svg += text(across.from - 5, up.at(v) + 4, "end", number(v));
  });
  svg += text((across.from + across.to) / 2, kHeight - 6, "middle", "quality");
  svg += "<text transform=\"translate(10 " + number((up.from + up.to) / 2) +
         ") rotate(-90)\" text-anchor=\"middle\">score</text>\n";
  return svg;
}

std::string point(const limen::Trial& trial, const std::string& title, const Axis& across,
                  const Axis& up) {
  std::string tip = title + ", quality " + number(quality_of(trial)) + ": score " +
                    rounded_down(trial.score) + ", worst block " + rounded_down(trial.worst_block);
  if (trial.bytes != 0) tip += ", " + std::to_string(trial.bytes) + " bytes";
  return "<circle cx=\"" + number(across.at(quality_of(trial))) + "\" cy=\"" +
         number(up.at(trial.score.value)) + "\" r=\"4\" class=\"" +
         (trial.passes ? "passes" : "fails") + "\"><title>" + tip + "</title></circle>\n";
}

}  // namespace

std::string curve_name(limen::Format format, limen::ChromaSubsampling chroma) {
  std::string title(display_name(format));
  if (chroma != limen::ChromaSubsampling::automatic) title += " " + std::string(name(chroma));
  return title;
}

std::string quality_text(limen::Quality quality, limen::JpegQuantizer quantizer) {
  char text[32];
  const bool is_own = quantizer == limen::JpegQuantizer::limen;
  std::snprintf(text, sizeof text, is_own ? "~%.1f" : "%g", static_cast<double>(quality.value));
  return text;
}

std::string score_curve(const limen::Variant& chosen, std::optional<limen::Score> target) {
  if (!chosen.search) return {};
  const std::map<std::string, Curve> curves = curves_of(chosen.search->trials);
  if (curves.empty()) return {};
  double coarsest = 100, finest = 0, least = 100, most = -1e9;
  for (const auto& [title, curve] : curves) {
    coarsest = std::min(coarsest, quality_of(*curve.trials.front()));
    finest = std::max(finest, quality_of(*curve.trials.back()));
    for (const limen::Trial* trial : curve.trials) {
      least = std::min(least, trial->score.value);
      most = std::max(most, trial->score.value);
    }
  }
  if (target) {
    least = std::min(least, target->value);
    most = std::max(most, target->value);
  }
  const Axis across = {std::max(0.0, std::floor(coarsest - 2)),
                       std::min(100.0, std::ceil(finest + 2)), kLeft, kWidth - kRight};
  const Axis up = {std::floor(least - 1), std::min(100.0, std::ceil(most + 1)), kHeight - kBottom,
                   kTop};
  std::string svg = "<svg class=\"curve\" viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight) +
                    "\" role=\"img\" aria-label=\"Score over quality\">\n" + frame(across, up);
  if (target) {
    svg += line(across.from, up.at(target->value), across.to, up.at(target->value), "target");
    svg += text(across.to - 3, up.at(target->value) - 4, "end", "target " + number(target->value));
  }
  std::string legend;
  for (const auto& [title, curve] : curves) {
    std::string path;
    for (const limen::Trial* trial : curve.trials) {
      path += (path.empty() ? "" : " ") + number(across.at(quality_of(*trial))) + "," +
              number(up.at(trial->score.value));
    }
    svg += "<g class=\"" + curve.style + "\"><polyline points=\"" + path + "\"/>\n";
    for (const limen::Trial* trial : curve.trials) svg += point(*trial, title, across, up);
    svg += "</g>\n";
    legend += "<li class=\"" + curve.style + "\">" + title + "</li>";
  }
  const auto* quality = chosen.mode ? std::get_if<limen::Quality>(&*chosen.mode) : nullptr;
  if (quality != nullptr && !chosen.kept_source) {
    svg += "<circle cx=\"" + number(across.at(quality->value)) + "\" cy=\"" +
           number(up.at(chosen.search->score.value)) + "\" r=\"8\" class=\"chosen\"/>\n";
  }
  return svg + "</svg>\n<ul class=\"legend\">" + legend + "</ul>\n";
}

}  // namespace cli
