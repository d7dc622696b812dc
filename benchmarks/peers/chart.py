# SPDX-License-Identifier: Apache-2.0
"""The whole jobs as bars: processor time in units of limen's."""

from collections.abc import Sequence
from html import escape

from measure import JobResult
from verdict import judge

LABEL, BARS, WIDTH = 190, 560, 900
ROW, GAP = 20, 46
OURS, THEIRS, VOID = "#0a7d5c", "#8a93a6", "#d5d9e1"


def text(x: float, y: float, content: str, **attributes: str) -> str:
    extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{extra}>{escape(content)}</text>'


def job_bars(result: JobResult, top: float, unit: float) -> tuple[list[str], float]:
    base = result.outcomes[0]
    parts = [text(0, top, result.job.title, font_weight="bold")]
    y = top + 8
    for outcome in result.outcomes:
        times = outcome.times(base)
        void = "" if outcome.contender.is_limen else judge(base, outcome).void
        color = OURS if outcome.contender.is_limen else VOID if void else THEIRS
        width = max(1.0, times * unit)
        parts.append(text(LABEL - 8, y + 14, outcome.name, text_anchor="end"))
        parts.append(f'<rect x="{LABEL}" y="{y + 2:.1f}" width="{width:.1f}" height="{ROW - 5}" '
                     f'rx="2" fill="{color}"/>')
        parts.append(text(LABEL + width + 6, y + 14, f"{times:.2f}" + (f", {void}" if void else ""),
                          fill="#555"))
        y += ROW
    return parts, y + GAP - ROW


def draw(results: Sequence[JobResult]) -> str:
    shown = [result for result in results if len(result.outcomes) > 1]
    most = max(outcome.times(result.outcomes[0]) for result in shown
               for outcome in result.outcomes)
    parts, y = [text(0, 16, "Processor time of whole jobs, limen exact = 1; shorter is better",
                     font_size="15")], 52.0
    for result in shown:
        bars, y = job_bars(result, y, BARS / most)
        parts += bars
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -8 {WIDTH} {y:.0f}" '
            f'font-family="system-ui, sans-serif" font-size="12" fill="#222">\n'
            f'<rect x="-12" y="-8" width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n')
