#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Bytes at equal score: limen's JPEGs beside other encoders'. `make bench-bytes` runs it.

Writes a page of Markdown and, beside it, curves as SVG; sheets of crops go below the work folder.
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
from collections.abc import Iterator

os.environ["OPENBLAS_NUM_THREADS"] = "1"
# What it shares with the other benchmark against peers.
sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "peers"))

import butteraugli
import crops
import curves
import machine
import page
from decoders import decode_all
from encoders import Encoder, Made, Search, chromas_of, find_encoders
from pictures import MOST_PIXELS, Picture, list_pictures
from results import LIMEN_EFFORTS, Measured, Results, limen_key
from runner import Failed, Runner

TARGETS = (80.0, 85.0, 90.0)
# Of these the 3-norm is wanted at every target, of the others at the middle one.
COMPARED = ("libjpeg-turbo", "jpegli", *map(limen_key, LIMEN_EFFORTS))
WEBP_EFFORT, AVIF_EFFORT = 9, 4
QUICK = 4


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def reading() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True, help="build/release")
    parser.add_argument("--peers", type=pathlib.Path, required=True, help="build/peers")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="build/jpeg_bytes")
    parser.add_argument("--photos", type=pathlib.Path, required=True, help="folder of pictures")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="the page to write")
    parser.add_argument("--limit", type=int, help="that many pictures, of every folder some")
    parser.add_argument("--only", action="append", help="encoders, by key; all without any")
    parser.add_argument("--targets", default=",".join(f"{one:g}" for one in TARGETS))
    parser.add_argument("--jobs", type=int, default=1, help="pictures at a time")
    parser.add_argument("--keep", action="store_true",
                        help="go on with what an earlier run has measured")
    parser.add_argument("--again", action="append", default=[],
                        help="encoders, by key, to be measured anew with --keep")
    parser.add_argument("--page", action="store_true",
                        help="only write the page of what earlier runs have measured")
    parser.add_argument("--quick", action="store_true",
                        help=f"{QUICK} pictures at 85 without WebP and AVIF")
    return parser.parse_args()


class Bench:
    """A process's runners, and what they measure of a picture."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.work: pathlib.Path = arguments.work
        self.keeps: bool = arguments.keep
        self.targets = [float(one) for one in arguments.targets.split(",")]
        self.only = arguments.only
        self.again: list[str] = arguments.again
        self.limen = Runner((str((arguments.build / "bin/limen_bytes_runner").resolve()),))
        self.missing: list[str] = []
        self.encoders = [one for one in find_encoders(arguments.peers, self.missing) if self.wants(one.key)]
        for folder in ("pictures", "files", "shown", "measured"):
            (self.work / folder).mkdir(parents=True, exist_ok=True)

    def wants(self, key: str) -> bool:
        return self.only is None or key in self.only

    def measure(self, picture: Picture) -> Measured | None:
        kept = self.work / "measured" / f"{picture.key}.json"
        measured = Measured.read(kept) if self.keeps and kept.exists() else None
        for key in self.again if measured else ():
            measured.files.pop(key, None)
        original = self.work / "pictures" / f"{picture.key}.png"
        try:
            about = self.limen.ask({"do": "open", "path": str(picture.path), "png": str(original),
                                    "most_pixels": MOST_PIXELS})
        except Failed as reason:
            say(f"{picture.name}: left out, {reason}")
            return None
        if measured is None:
            measured = Measured(picture.name, picture.is_screen,
                                about["width"] * about["height"], str(original))
        self.fill(measured, picture, about["channels"])
        measured.write(kept)
        return measured

    def fill(self, measured: Measured, picture: Picture, channels: int) -> None:
        stem = self.work / "files" / picture.key
        wanted = [target for target in self.targets if not measured.has("libjpeg-turbo", target)]
        if wanted:
            answer = self.limen.ask({"do": "oracle", "targets": wanted,
                                     "stem": f"{stem}-libjpeg-"})
            for target, file in zip(wanted, answer["files"], strict=True):
                measured.put("libjpeg-turbo", target, file and Made(
                    pathlib.Path(file["path"]), file["bytes"], file["score"], 0, file["chroma"]))
        for encoder in self.encoders:
            self.search(measured, encoder, picture, channels, stem)
        for effort in LIMEN_EFFORTS:
            self.find(measured, limen_key(effort), "jpeg", effort, stem)
        self.find(measured, "webp", "webp", WEBP_EFFORT, stem)
        self.find(measured, "avif", "avif", AVIF_EFFORT, stem)
        if butteraugli.is_here():
            self.look_again(measured, picture)

    def search(self, measured: Measured, encoder: Encoder, picture: Picture, channels: int,
               stem: pathlib.Path) -> None:
        wanted = [target for target in self.targets if not measured.has(encoder.key, target)]
        if not wanted:
            return
        encoder.open(pathlib.Path(measured.original))
        search = Search(encoder, self.limen, stem.with_name(f"{stem.name}-{encoder.key}"))
        for target in wanted:
            measured.put(encoder.key, target, search.smallest(target, chromas_of(channels)))

    def find(self, measured: Measured, key: str, format: str, effort: int,
             stem: pathlib.Path) -> None:
        for target in self.targets:
            if not self.wants(key) or measured.has(key, target):
                continue
            path = stem.with_name(f"{stem.name}-{key}-{target:g}.{format}")
            told = self.limen.ask({"do": "find", "format": format, "effort": effort,
                                   "target": target, "path": str(path)})
            measured.put(key, target, Made(path, told["bytes"], told["score"], told["cpu"],
                                           told["chroma"]) if told["reached"] else None)

    def look_again(self, measured: Measured, picture: Picture) -> None:
        """Every file that was taken is decoded, scored and seen by the other metric."""
        for (key, target), made in measured.made():
            if made.butteraugli is not None:
                continue
            shown = self.work / "shown" / f"{picture.key}-{key}-{target:g}.png"
            told = self.limen.ask({"do": "score", "path": str(made.path), "png": str(shown)})
            made.score = told["score"]
            if key in COMPARED or target == middle(self.targets):
                made.butteraugli = butteraugli.three_norm(pathlib.Path(measured.original), shown)


def middle(targets: list[float]) -> float:
    return sorted(targets)[len(targets) // 2]


bench: Bench | None = None


def begin(arguments: argparse.Namespace) -> None:
    global bench  # one a worker process
    bench = Bench(arguments)


def measure(picture: Picture) -> Measured | None:
    assert bench is not None
    return bench.measure(picture)


def measure_all(pictures: list[Picture],
                arguments: argparse.Namespace) -> Iterator[Measured | None]:
    if arguments.page:
        for picture in pictures:
            kept = arguments.work / "measured" / f"{picture.key}.json"
            yield Measured.read(kept) if kept.exists() else None
        return
    with concurrent.futures.ProcessPoolExecutor(arguments.jobs, initializer=begin,
                                                initargs=(arguments,)) as pool:
        yield from pool.map(measure, pictures)


def main() -> None:
    arguments = reading()
    if arguments.quick:
        arguments.limit = arguments.limit or QUICK
        arguments.targets = "85"
        arguments.only = arguments.only or ["mozjpeg", "jpegli", *map(limen_key, LIMEN_EFFORTS)]
    os.environ["PEER_MODULES"] = f"{(arguments.peers / 'node').resolve()}/"
    pictures = list_pictures(arguments.photos)[:arguments.limit]
    begin(arguments)
    assert bench is not None
    results = Results(machine.describe(), bench.targets, missing=bench.missing)
    results.machine.versions |= {one.title: one.version for one in bench.encoders}
    if not butteraugli.is_here():
        results.missing.append(f"Butteraugli ({butteraugli.PROGRAM}, of libjxl-devtools)")
    for picture, measured in zip(pictures, measure_all(pictures, arguments), strict=True):
        if measured is None:
            results.left_out.append(picture.name)
            continue
        results.pictures.append(measured)
        say(measured.line(middle(bench.targets)))
    ours = [made.path for measured in results.pictures for (key, _), made in measured.made()
            if key.startswith("limen")]
    results.decoded = decode_all(ours, arguments.work, results.missing)
    results.machine.busy_after = machine.busy_cores()
    crops.write(results, arguments.work)
    drawing = arguments.out.with_suffix(".svg")
    drawing.write_text(curves.draw(results))
    page.write(results, arguments.out, drawing.name)
    (arguments.work / "results.json").write_text(json.dumps(results.summary(), indent=1))
    say(f"written: {arguments.out}")


if __name__ == "__main__":
    main()
