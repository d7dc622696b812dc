#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a folder of photographs into responsive sets with a watermark, prints what that saved, and
writes a page that shows before and after side by side. All the work is done by the limen tool."""
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
    done = subprocess.run([limen, "--json", *arguments], check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def make_set(limen, photo, mark, out):
    """One responsive set by one call of the tool, from one decode. Returns a row of the table."""
    info = ask(limen, "info", photo)
    started = time.monotonic()
    report = ask(limen, "srcset", photo, "-o", out / "sets", "--widths", ",".join(map(str, WIDTHS)),
                 "--formats", ",".join(FORMATS), "--url-prefix", "sets/", "--sizes", "48vw",
                 "--alt", f"{photo.stem}, from the set", "--overlay", mark,
                 "--overlay-gravity", "southeast", "--overlay-width", "12%",
                 "--overlay-pad", "3%", "--overlay-opacity", "0.7")
    seconds = time.monotonic() - started
    variants = report["variants"]
    shown = {}
    for name in FORMATS:
        sizes = {variant["width"]: variant["bytes"] for variant in variants
                 if variant["format"] == name}
        width = max((width for width in sizes if width <= SHOWN), default=min(sizes))
        shown[name] = (width, sizes[width])
    return {"photo": photo, "width": info["upright_width"], "height": info["upright_height"],
            "before": photo.stat().st_size, "shown": shown, "seconds": seconds,
            "variants": variants, "picture": report["picture"]}


def kilobytes(size):
    return f"{size / 1000:.0f} kB"


def print_table(rows):
    head = ("photo", "pixels", "before", *(f"{name} {SHOWN}" for name in FORMATS), "ratio", "time")
    lines = [head]
    for row in rows:
        after = [kilobytes(size) + ("" if width == SHOWN else f" ({width})")
                 for width, size in (row["shown"][name] for name in FORMATS)]
        lines.append((row["photo"].stem[:32], f"{row['width']}x{row['height']}",
                      kilobytes(row["before"]), *after,
                      f"{row['before'] / row['shown']['webp'][1]:.1f}", f"{row['seconds']:.2f} s"))
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    for line in lines:
        print("  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                        for i, (cell, width) in enumerate(zip(line, widths))))
    files = sum(len(row["variants"]) for row in rows)
    print(f"\n{files} files from {len(rows)} photographs in {sum(r['seconds'] for r in rows):.1f} s;"
          f" ratio: the photograph's bytes to those of its {SHOWN}-pixel WebP")


PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>limen: before and after</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 1200px; padding: 0 1rem }}
figure {{ display: inline-block; width: 48%; margin: 0 1% 0 0; vertical-align: top }}
img {{ width: 100%; height: auto }}
table {{ border-collapse: collapse; margin: .5rem 0 3rem }}
td, th {{ border: 1px solid #bbb; padding: .2rem .6rem; text-align: right }}
</style>
<h1>limen: before and after</h1>
<p>Left: the photograph as it came. Right: the responsive set that limen made of it, with a
watermark, in the format and width that your browser chose.</p>
{sections}
</html>
"""


def write_page(rows, out):
    sections = []
    for row in rows:
        original = out / "originals" / row["photo"].name
        original.parent.mkdir(exist_ok=True)
        shutil.copyfile(row["photo"], original)
        name = html.escape(row["photo"].stem)
        cells = "".join(
            f"<tr><td>{variant['format']}</td><td>{variant['width']}x{variant['height']}</td>"
            f"<td>{kilobytes(variant['bytes'])}</td></tr>\n" for variant in row["variants"])
        sections.append(f"""<h2>{name}</h2>
<figure><img loading="lazy" src="originals/{html.escape(original.name)}" alt="{name}, original">
<figcaption>before: {row['width']}x{row['height']}, {kilobytes(row['before'])}</figcaption></figure>
<figure>{row['picture']}
<figcaption>after: {len(row['variants'])} files in {row['seconds']:.2f} s</figcaption></figure>
<details><summary>all files</summary>
<table><tr><th>format</th><th>pixels</th><th>size</th></tr>
{cells}</table></details>""")
    page = out / "index.html"
    page.write_text(PAGE.format(sections="\n".join(sections)), encoding="utf-8")
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
    arguments.out.mkdir(parents=True)
    mark = arguments.out / "mark.png"
    write_mark(mark)

    progress = Progress(len(photos))
    rows = []
    for done, photo in enumerate(photos):
        progress.update(done, photo.stem)
        try:
            rows.append(make_set(limen, photo, mark, arguments.out))
        except subprocess.CalledProcessError as error:
            progress.finish()
            sys.exit(f"{error.stderr.strip()}")
    progress.finish()
    print_table(rows)
    print(f"side by side: {write_page(rows, arguments.out).resolve()}")


if __name__ == "__main__":
    main()
