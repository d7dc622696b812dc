# SPDX-License-Identifier: Apache-2.0
"""The page."""

import math
import pathlib
import statistics
from collections.abc import Sequence

from results import BASE, LIMEN_EFFORTS, TITLES, Measured, Results, Row, bytes_at, limen_key, rows_of

INTRODUCTION = """# JPEG: bytes at equal score

Written by `make bench-bytes`; [docs/jpeg-quantiser.md](../docs/jpeg-quantiser.md) says what is compared
and how to read it. Every file is the smallest of its encoder whose SSIMULACRA 2.1, of the pixels that
a decoder shows, reaches the target; the bound on the worst block, which limen's search has by
default, is off for all. libjpeg-turbo is given everything: each quality, 4:2:0 and 4:4:4, Huffman tables of
its own, sequential. mozjpeg and jpegli have both chroma modes too. Ratios are of bytes, a picture's file over
libjpeg-turbo's; their mean is geometric. Butteraugli's 3-norm is lower where less is seen. Processor time
is that of one thread in seconds a megapixel: of limen the whole search, of mozjpeg and jpegli the one
file that was taken, found by some fifteen others.
"""


def percent(ratio: float) -> str:
    return f"{(ratio - 1) * 100:+.1f} %"


def norms(row: Row) -> str:
    if not row.butteraugli:
        return "|"
    worst = max(row.butteraugli, key=lambda name: row.butteraugli[name])
    return (f"{statistics.fmean(row.butteraugli.values()):.3f} | "
            f"{row.butteraugli[worst]:.3f} ({worst})")


def line(row: Row, base: dict[str, float]) -> str:
    cpu = f"{statistics.median(row.cpu):.2f}" if row.cpu else ""
    name, ratio = row.worst
    larger = sum(one > 1 for one in row.ratios.values())
    return (f"| {TITLES[row.key]} | {percent(row.mean)} | {percent(row.median)} | "
            f"{percent(ratio)} ({name}) | {larger} | {row.unreached} | {norms(row)} | {cpu} |")


def target_text(pictures: Sequence[Measured], target: float) -> str:
    rows = rows_of(pictures, target)
    if not rows:
        return ""
    lines = [f"### At {target:g}\n",
             "| | mean | median | worst | larger | short | 3-norm, mean | 3-norm, worst | CPU |",
             "|---|---|---|---|---|---|---|---|---|"]
    lines += [line(row, {}) for row in rows]
    return "\n".join(lines) + "\n"


def checks_text(results: Results) -> str:
    """Files of limen that are larger than libjpeg-turbo's, by name."""
    lines = []
    for effort in LIMEN_EFFORTS:
        key = limen_key(effort)
        larger = [f"{one.name} at {target:g} ({percent(ratio)})" for one in results.pictures
                  for target in results.targets
                  if (ratio := one.ratio(key, target)) is not None and ratio > 1]
        if any(one.ratio(key, target) is not None for one in results.pictures
               for target in results.targets):
            lines.append(f"- {TITLES[key]}: " + (", ".join(larger) or "none"))
    return "## Files larger than libjpeg-turbo's own best\n\n" + "\n".join(lines) + "\n"


def twin_text(results: Results) -> str:
    """Bytes at the 3-norm that a rival's file of the middle target has."""
    target = sorted(results.targets)[len(results.targets) // 2]
    parts = []
    for rival in ("jpegli", BASE):
        lines = []
        for title, pictures in results.kinds():
            for key in (BASE, "jpegli", *map(limen_key, LIMEN_EFFORTS)):
                ratios = [made / file.bytes for one in pictures
                          if key != rival and (file := one.get(rival, target)) is not None
                          and file.butteraugli is not None
                          and (made := bytes_at(one, key, results.targets, file.butteraugli))]
                if ratios:
                    mean = math.exp(statistics.fmean(map(math.log, ratios)))
                    lines.append(f"| {title} | {TITLES[key]} | {percent(mean)} | "
                                 f"{percent(statistics.median(ratios))} | {len(ratios)} |")
        if lines:
            parts += [f"### Against {TITLES[rival]}, its files of {target:g}\n",
                      "| | | mean | median | pictures |", "|---|---|---|---|---|", *lines, ""]
    if not parts:
        return ""
    return ("## Bytes at equal Butteraugli 3-norm\n\nThe honest twin: the search aims at SSIMULACRA 2.1, so "
            "the same files are compared by a metric that it does not know. Between an encoder's files of "
            "the targets the logarithm of bytes is taken to run straight over the 3-norm; pictures whose "
            "norm lies outside are not counted.\n\n" + "\n".join(parts))


def decoders_text(results: Results) -> str:
    if not results.decoded:
        return ""
    lines = ["## Read by every decoder\n", "| | files of limen | complaints |", "|---|---|---|"]
    for one in results.decoded:
        said = "; ".join(one.complaints[:3]) or "none"
        lines.append(f"| {one.name} | {one.files} | {said} |")
    return "\n".join(lines) + "\n"


def write(results: Results, out: pathlib.Path, drawing: str) -> None:
    parts = [INTRODUCTION, results.machine.text()]
    if results.missing:
        parts.append("Missing here: " + "; ".join(results.missing) + ".\n")
    if results.left_out:
        parts.append("Left out, since JPEG has no alpha or they could not be read: "
                     + ", ".join(results.left_out) + ".\n")
    parts.append(f"![Bytes over score]({drawing})\n")
    for title, pictures in results.kinds():
        parts.append(f"## {title}: {len(pictures)}\n\n\"Larger\": pictures whose file is larger than "
                     "libjpeg-turbo's; \"short\": those whose target no setting reaches.\n")
        parts += [target_text(pictures, target) for target in results.targets]
    parts += [checks_text(results), twin_text(results), decoders_text(results)]
    out.write_text("\n".join(part for part in parts if part))
