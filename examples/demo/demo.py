#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a folder of photographs into responsive sets with a watermark whose loss nobody sees, prints
what that took beside fixed qualities, and writes a page on which original and result can be swapped
in place. All the work is done by the limen tool."""
import argparse
import html
import json
import math
import pathlib
import shutil
import struct
import subprocess
import sys
import time
import urllib.parse
import zlib

# Where the Debian package lomiri-wallpapers-16.04 puts its photographs, and which it has.
PACKAGED = pathlib.Path("/usr/share/backgrounds")
PACKAGED_PHOTOS = (
    "Bridge_by_Sander_Klootwijk", "Dragonfly_by_Bolly", "Wine_by_Jakkub_Mede",
    "free_by_Peter_Nerlich", "life_by_Aitzol_Berasategi", "picosdeeuropa_by_Aitzol_Berasategi",
    "seeding_by_Clements_Engelhardt", "sunset_by_Aitzol_Berasategi")
PHOTO_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".avif"}
WIDTHS = (320, 640, 960, 1280)
FORMATS = ("jpeg", "webp", "avif")
SHOWN = 960  # the width that the table and the page compare
FIXED = (95, 80)  # the qualities that others would have set
INVISIBLE = 85


def write_mark(path, side=256):
    """A watermark of our own: a ring with a threshold across it, white with a dark edge."""
    def distance(x, y):
        """To the nearest stroke's middle line, in units of half the side."""
        ring = abs(math.hypot(x, y) - 0.72)
        bar = math.hypot(max(abs(x) - 0.42, 0), y)
        return min(ring, bar)

    rows = bytearray()
    for row in range(side):
        rows.append(0)  # PNG's filter: none
        for column in range(side):
            d = distance((column + 0.5) * 2 / side - 1, (row + 0.5) * 2 / side - 1)
            stroke = min(1, max(0, (0.11 - d) * side / 2 + 0.5))
            halo = min(1, max(0, (0.17 - d) * side / 2 + 0.5))
            value = round(255 * stroke / halo) if halo else 0
            rows += bytes((value, value, value, round(255 * halo)))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    path.write_bytes(b"\x89PNG\r\n\x1a\n"
                     + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 6, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(bytes(rows), 9)) + chunk(b"IEND", b""))


def find_photos(folder):
    if folder is None:
        return [PACKAGED / f"{name}.jpg" for name in PACKAGED_PHOTOS]
    return sorted(path for path in pathlib.Path(folder).iterdir()
                  if path.suffix.lower() in PHOTO_SUFFIXES)


class Progress:
    """A bar at a terminal, nothing in a pipe."""

    def __init__(self, total):
        self.total = total
        self.shown = sys.stderr.isatty()

    def update(self, done, name):
        if self.shown:
            filled = 30 * done // self.total
            print(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done}/{self.total} {name[:40]:40}",
                  end="", file=sys.stderr, flush=True)

    def finish(self):
        if self.shown:
            print("\r" + " " * 90 + "\r", end="", file=sys.stderr, flush=True)


def ask(limen, *arguments):
    """What the tool reports, from its JSON."""
    done = subprocess.run([limen, "--json", "--threads", "0", *map(str, arguments)], check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def mark_options(mark):
    return ("--overlay", mark, "--overlay-gravity", "southeast", "--overlay-width", "12%",
            "--overlay-pad", "3%", "--overlay-opacity", "0.7")


def make_set(limen, photo, mark, out):
    """One responsive set by one call of the tool, from one decode."""
    return ask(limen, "srcset", photo, "-o", out / "sets", "--widths", ",".join(map(str, WIDTHS)),
               "--formats", ",".join(FORMATS), "--url-prefix", "sets/", "--sizes", "48vw", "--alt",
               f"{photo.stem}, from the set", *mark_options(mark))


def compare(limen, photo, mark, variants, out):
    """The JPEG that the page shows beside the same picture without loss and at fixed qualities."""
    jpegs = [variant for variant in variants if variant["format"] == "jpeg"]
    chosen = max((v for v in jpegs if v["width"] <= SHOWN), default=jpegs[0],
                 key=lambda v: v["width"])
    recipe = ("--width", chosen["width"], *mark_options(mark))
    original = out / "swap" / f"{photo.stem}.webp"
    ask(limen, "transform", photo, "-o", original, "-q", "lossless", *recipe)
    heatmap = original.with_suffix(".png")
    ask(limen, "compare", original, chosen["output"], "--heatmap", heatmap)
    fixed = {}
    for quality in FIXED:
        path = out / "swap" / f"{photo.stem}-q{quality}.jpg"
        made = ask(limen, "transform", photo, "-o", path, "-q", quality, *recipe)
        fixed[quality] = (made["bytes"], ask(limen, "compare", original, path)["score"])
    return {"chosen": chosen, "original": original.name, "heatmap": heatmap.name, "fixed": fixed}


def make_row(limen, photo, mark, out):
    """What table and page tell of a photograph."""
    info = ask(limen, "info", photo)
    started = time.monotonic()
    report = make_set(limen, photo, mark, out)
    seconds = time.monotonic() - started
    row = {"photo": photo, "width": info["upright_width"], "height": info["upright_height"],
           "before": photo.stat().st_size, "seconds": seconds, "variants": report["variants"],
           "picture": report["picture"]}
    return row | compare(limen, photo, mark, report["variants"], out)


def kilobytes(size):
    return f"{size / 1000:.0f} kB"


def rounded_down(score):
    return f"{math.floor(score * 100) / 100:.2f}"


def coding(variant):
    if variant["quality"] is None:
        return "lossless"
    return f"{variant['quality']:g} {variant['chroma'] or ''}".strip()


def as_wide_as(row, name):
    """The bytes of another format at the width that is compared."""
    return next(v["bytes"] for v in row["variants"]
                if v["format"] == name and v["width"] == row["chosen"]["width"])


def print_table(rows):
    others = [name for name in FORMATS if name != "jpeg"]
    lines = [("photo", "pixels", f"jpeg {SHOWN}", "quality", "score", "evaluations",
              *(f"q{quality}" for quality in FIXED), *(f"score q{quality}" for quality in FIXED),
              *others, "time")]
    for row in rows:
        chosen, fixed = row["chosen"], row["fixed"]
        lines.append((row["photo"].stem[:26], f"{row['width']}x{row['height']}",
                      kilobytes(chosen["bytes"]), coding(chosen), rounded_down(chosen["score"]),
                      str(chosen["evaluations"]), *(kilobytes(fixed[q][0]) for q in FIXED),
                      *(rounded_down(fixed[q][1]) for q in FIXED),
                      *(kilobytes(as_wide_as(row, name)) for name in others),
                      f"{row['seconds']:.2f} s"))
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))))
    print()
    print(summary(rows))


def summary(rows):
    files = sum(len(row["variants"]) for row in rows)
    invisible = sum(row["chosen"]["bytes"] for row in rows)
    text = (f"{files} files from {len(rows)} photographs in {sum(r['seconds'] for r in rows):.1f} s."
            f" JPEGs up to {SHOWN} pixels wide whose loss nobody sees: {kilobytes(invisible)}")
    for quality in FIXED:
        total = sum(row["fixed"][quality][0] for row in rows)
        seen = sum(row["fixed"][quality][1] < INVISIBLE for row in rows)
        text += (f"; at quality {quality}: {kilobytes(total)} ({invisible / total - 1:+.0%}), "
                 f"{seen} of {len(rows)} score below {INVISIBLE}")
    return text + "."


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>limen: swap original and result</title>
<meta name="viewport" content="width=device-width">
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1000px; padding: 0 1rem }
h2 { margin: 2.5rem 0 .3rem; overflow-wrap: anywhere }
table { border-collapse: collapse; margin: .5rem 0; font-variant-numeric: tabular-nums }
td, th { border-bottom: 1px solid #ccc; padding: .15rem .8rem .15rem 0; text-align: right }
td:first-child, th:first-child { text-align: left }
button { font: inherit; border: 1px solid #bbb; background: #f4f4f4; border-radius: 4px;
  padding: .1rem .7rem; cursor: pointer } button[aria-pressed=true] { background: #222; color: #fff }
.controls { display: flex; gap: .4rem; margin: .5rem 0; flex-wrap: wrap }
.frame { overflow: auto } .stage { position: relative; cursor: pointer; user-select: none }
.stage img { position: absolute; inset: 0; width: 100%; height: 100%; visibility: hidden }
[data-shown=before] .before, [data-shown=after] .after, [data-shown=map] .map,
[data-shown=split] :is(.before, .after) { visibility: visible }
[data-shown=split] .after { clip-path: inset(0 0 0 var(--split)) }
details picture img { max-width: 100%; height: auto }
</style>
<h1>limen: swap original and result</h1>
<p>Click a picture to swap it with its original in place, hold to see the other for a moment, or
press the space bar while pointing at it. The original is the photograph reduced, with its
watermark, without loss; the result is the smallest JPEG whose loss nobody should see (SSIMULACRA
2.1 of at least 85). SUMMARY</p>
SECTIONS
<script>
'use strict';
let active = null;
for (const swap of document.querySelectorAll('.swap')) {
  const stage = swap.querySelector('.stage'), buttons = swap.querySelectorAll('button');
  const range = swap.querySelector('input');
  let pressed = 0;
  const show = (name) => {
    swap.dataset.shown = name;
    for (const b of buttons) b.setAttribute('aria-pressed', b.dataset.show === name);
  };
  const other = () => swap.dataset.shown === 'before' ? 'after' : 'before';
  const release = (event) => {
    if (pressed && event.timeStamp - pressed > 350) show(other());
    pressed = 0;
  };
  for (const b of buttons) b.addEventListener('click', () => show(b.dataset.show));
  stage.addEventListener('pointerdown', (event) => { show(other()); pressed = event.timeStamp; });
  stage.addEventListener('pointerup', release);
  stage.addEventListener('pointerleave', release);
  swap.addEventListener('pointerenter', () => { active = swap; });
  range.addEventListener('input', () => {
    stage.style.setProperty('--split', range.value + '%');
    show('split');
  });
  // A pixel of the picture is one of the screen's.
  stage.style.width = stage.dataset.width / devicePixelRatio + 'px';
  stage.style.height = stage.dataset.height / devicePixelRatio + 'px';
  swap.toggle = () => show(other());
  show('after');
}
addEventListener('keydown', (event) => {
  if (event.key !== ' ' || !active || event.target.closest('button, input, summary')) return;
  event.preventDefault();
  active.toggle();
});
</script>
</html>
"""


def swap_of(row):
    chosen = row["chosen"]

    def image(kind, path):
        return f'<img class="{kind}" src="{html.escape(path)}" alt="{kind}" draggable="false">'
    pictures = "\n".join((image("before", url("swap", row["original"])),
                          image("after", url("sets", pathlib.Path(chosen["output"]).name)),
                          image("map", url("swap", row["heatmap"]))))
    return f"""<div class="swap" data-shown="after">
<div class="controls"><button data-show="before">Original</button>
<button data-show="after">Result</button><button data-show="map">Heat map</button>
<label>Split <input type="range" value="0"></label></div>
<div class="frame"><div class="stage" data-width="{chosen['width']}" data-height="{chosen['height']}">
{pictures}</div></div></div>"""


def url(folder, name):
    return f"{folder}/{urllib.parse.quote(name)}"


def table_of(row):
    lines = ["<tr><th>file</th><th>bytes</th><th>quality</th><th>score</th>"
             "<th>evaluations</th></tr>"]
    for variant in row["variants"]:
        lines.append(f"<tr><td>{variant['format']} {variant['width']}x{variant['height']}</td>"
                     f"<td>{kilobytes(variant['bytes'])}</td><td>{coding(variant)}</td>"
                     f"<td>{rounded_down(variant['score'])}</td>"
                     f"<td>{variant['evaluations']}</td></tr>")
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def section(row):
    chosen, fixed = row["chosen"], row["fixed"]
    beside = "; ".join(f"at quality {q} {kilobytes(size)}, score {rounded_down(score)}"
                       for q, (size, score) in fixed.items())
    return f"""<h2>{html.escape(row['photo'].stem)}</h2>
<p>{row['width']}x{row['height']}, {kilobytes(row['before'])} became {kilobytes(chosen['bytes'])} at
{chosen['width']}x{chosen['height']}: quality {coding(chosen)}, score {rounded_down(chosen['score'])},
worst block {rounded_down(chosen['worst_block'])}, {chosen['evaluations']} evaluations; {beside}</p>
{swap_of(row)}
<details><summary>The whole set: {len(row['variants'])} files in {row['seconds']:.2f} s; below, the
one that your browser chose</summary>
{table_of(row)}
{row['picture']}</details>"""


def write_page(rows, out):
    page = out / "index.html"
    text = PAGE.replace("SUMMARY", html.escape(summary(rows)))
    page.write_text(text.replace("SECTIONS", "\n".join(map(section, rows))), encoding="utf-8")
    return page


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limen", type=pathlib.Path, required=True, help="the tool")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder, made anew")
    parser.add_argument("--photos", help="folder of photographs; default: those of the package")
    arguments = parser.parse_args()
    photos = find_photos(arguments.photos)
    if not photos:
        sys.exit(f"no photographs in {arguments.photos}")
    limen = arguments.limen.resolve()
    shutil.rmtree(arguments.out, ignore_errors=True)
    (arguments.out / "swap").mkdir(parents=True)
    mark = arguments.out / "mark.png"
    write_mark(mark)

    progress = Progress(len(photos))
    rows = []
    for done, photo in enumerate(photos):
        progress.update(done, photo.stem)
        try:
            rows.append(make_row(limen, photo, mark, arguments.out))
        except subprocess.CalledProcessError as error:
            progress.finish()
            sys.exit(f"{error.stderr.strip()}")
    progress.finish()
    print_table(rows)
    print(f"swap them in place: {write_page(rows, arguments.out).resolve()}")


if __name__ == "__main__":
    main()
