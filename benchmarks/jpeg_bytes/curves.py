# SPDX-License-Identifier: Apache-2.0
"""Bytes over score as curves: one panel a kind of picture, a line an encoder."""

import math
import statistics
from collections.abc import Sequence

from chart import text
from results import BASE, KEYS, TITLES, Measured, Results

WIDTH, HEIGHT, GAP = 420, 320, 64
LEFT, TOP = 52, 44
COLORS = {BASE: "#8a93a6", "mozjpeg": "#c2842a", "jpegli": "#b0413e", "webp": "#7a5ea8",
          "avif": "#3b6ea8", "limen-3": "#58b394", "limen-4": "#0a7d5c", "limen-8": "#04402f"}
SHORT = {BASE: "libjpeg-turbo"} | {key: title.replace(" JPEG,", "").split(" (")[0]
                                    for key, title in TITLES.items() if key.startswith("limen")}
STEP = 5  # per cent between the lines of the grid


def means(pictures: Sequence[Measured], targets: Sequence[float]
          ) -> dict[str, list[tuple[float, float]]]:
    """Per cent of bytes more than libjpeg-turbo's, by encoder and target: the geometric mean over the
    pictures of which it reaches every target."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for key in KEYS:
        whole = [ratios for one in pictures
                 if None not in (ratios := [one.ratio(key, target) for target in targets])]
        if whole:
            means = [statistics.fmean(math.log(one[i]) for one in whole)
                     for i in range(len(targets))]
            lines[key] = [(target, (math.exp(mean) - 1) * 100)
                          for target, mean in zip(targets, means, strict=True)]
    return lines


def spread(heights: list[float], least: float) -> list[float]:
    """Labels pushed apart, downwards."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + least) if placed else height)
    return placed


def panel(title: str, pictures: Sequence[Measured], targets: Sequence[float],
          left: float) -> list[str]:
    lines = means(pictures, targets)
    values = [value for line in lines.values() for _, value in line] or [0.0]
    top = math.ceil(max(0.0, *values) / STEP) * STEP
    bottom = min(math.floor(min(values) / STEP) * STEP, -STEP)
    first, last = min(targets), max(targets)

    def x(score: float) -> float:
        share = (score - first) / (last - first) if last > first else 0.5
        return left + LEFT + 12 + share * (WIDTH - LEFT - 190)

    def y(value: float) -> float:
        return TOP + (top - value) / (top - bottom) * HEIGHT

    parts = [text(left, 16, f"{title} ({len(pictures)})", font_weight="bold")]
    value = bottom
    while value <= top:
        parts.append(f'<line x1="{left + LEFT:.0f}" x2="{x(last) + 12:.0f}" y1="{y(value):.1f}" '
                     f'y2="{y(value):.1f}" stroke="{"#888" if value == 0 else "#e3e6ec"}"/>')
        parts.append(text(left + LEFT - 6, y(value) + 4, f"{value:+d} %".replace("+0", "0"),
                          text_anchor="end", fill="#555"))
        value += STEP
    for target in targets:
        parts.append(text(x(target), TOP + HEIGHT + 18, f"{target:g}", text_anchor="middle",
                          fill="#555"))
    ends = sorted(lines, key=lambda key: -lines[key][-1][1])
    labels = spread([y(lines[key][-1][1]) for key in ends], 14)
    for key, height in zip(ends, labels, strict=True):
        color = COLORS[key]
        points = " ".join(f"{x(score):.1f},{y(value):.1f}" for score, value in lines[key])
        width = 2.5 if key.startswith("limen") else 1.5
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" '
                     f'stroke-width="{width}"/>')
        parts += [f'<circle cx="{x(score):.1f}" cy="{y(value):.1f}" r="3" fill="{color}"/>'
                  for score, value in lines[key]]
        parts.append(text(x(lines[key][-1][0]) + 18, height + 4, SHORT.get(key, TITLES[key]), fill=color))
    return parts


def draw(results: Results) -> str:
    kinds = results.kinds()
    parts = []
    for index, (title, pictures) in enumerate(kinds):
        parts += panel(title, pictures, results.targets, index * (WIDTH + GAP))
    width = len(kinds) * (WIDTH + GAP)
    height = TOP + HEIGHT + 60
    parts.append(text(0, height - 18, "Bytes beside libjpeg-turbo's best over SSIMULACRA 2.1, "
                      "geometric mean", fill="#555"))
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {width + 24} {height + 8}" '
            f'font-family="system-ui, sans-serif" font-size="12" fill="#222">\n'
            f'<rect x="-12" y="-8" width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n')
