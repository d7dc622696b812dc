# SPDX-License-Identifier: Apache-2.0
"""Sheets to look at: of each picture the part that limen's file shows worst, enlarged, as it was and by
several encoders at the same score."""

import html
import pathlib

import numpy as np
from PIL import Image
from results import BASE, TITLES, Measured, Results, limen_key

SIDE = 96  # pixels
TIMES = 4
KEYS = (BASE, "jpegli", "mozjpeg", limen_key(4), limen_key(8))


def worst_part(original: Image.Image, shown: Image.Image) -> tuple[int, int, int, int]:
    """The window with the largest squared error, on a grid of half windows."""
    error = np.square(np.asarray(original.convert("RGB"), np.float32)
                      - np.asarray(shown.convert("RGB"), np.float32)).sum(axis=2)
    step = SIDE // 2
    best, at = -1.0, (0, 0)
    for y in range(0, max(1, error.shape[0] - SIDE), step):
        for x in range(0, max(1, error.shape[1] - SIDE), step):
            total = float(error[y:y + SIDE, x:x + SIDE].sum())
            if total > best:
                best, at = total, (x, y)
    return (*at, min(at[0] + SIDE, error.shape[1]), min(at[1] + SIDE, error.shape[0]))


def enlarged(picture: Image.Image, part: tuple[int, int, int, int]) -> Image.Image:
    cut = picture.convert("RGB").crop(part)
    return cut.resize((cut.width * TIMES, cut.height * TIMES), Image.Resampling.NEAREST)


def figures(measured: Measured, target: float, out: pathlib.Path) -> list[str]:
    suspect = next((made for key in reversed(KEYS) if (made := measured.get(key, target))), None)
    if suspect is None:
        return []
    original = Image.open(measured.original)
    part = worst_part(original, Image.open(suspect.path))
    stem = measured.name.replace("/", "-")
    enlarged(original, part).save(out / f"{stem}-original.png")
    parts = [f'<figure><img src="{html.escape(stem)}-original.png"><figcaption>original'
             f"</figcaption></figure>"]
    for key in KEYS:
        made = measured.get(key, target)
        if made is None:
            continue
        name = f"{stem}-{key}.png"
        enlarged(Image.open(made.path), part).save(out / name)
        norm = f", 3-norm {made.butteraugli:.2f}" if made.butteraugli is not None else ""
        parts.append(f'<figure><img src="{html.escape(name)}"><figcaption>{html.escape(TITLES[key])}: '
                     f"{made.bytes} bytes, score {made.score:.2f}{norm}</figcaption></figure>")
    return parts


def write(results: Results, work: pathlib.Path) -> None:
    out = work / "crops"
    out.mkdir(parents=True, exist_ok=True)
    target = sorted(results.targets)[len(results.targets) // 2]
    rows = []
    for measured in results.pictures:
        rows.append(f"<h2>{html.escape(measured.name)}</h2><div>"
                    + "".join(figures(measured, target, out)) + "</div>")
    (out / "index.html").write_text(
        "<!doctype html><meta charset=utf-8><title>JPEGs of equal score, their worst parts</title>"
        "<style>body{font:14px system-ui;margin:2em}div{display:flex;flex-wrap:wrap;gap:1em}"
        "figure{margin:0}img{image-rendering:pixelated}</style>"
        f"<h1>At {target:g}, {SIDE} pixels {TIMES} times enlarged</h1>" + "".join(rows))
