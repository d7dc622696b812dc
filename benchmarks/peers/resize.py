#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lanczos3 of u8 by limen and by its peers, interleaved in one run on one thread.

A table a case: processor time (median and least of the rounds), how many of limen's times it is,
and the deviation from a reference in float64. `make bench` runs it among the rest; by itself it
compares versions of limen too.
"""

import argparse
import dataclasses
import os
import statistics
import time
from collections.abc import Callable, Sequence

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["VIPS_CONCURRENCY"] = "1"

import numpy as np
from lanczos import lanczos3
from resize_peers import Limen, Pixels, Resampler, Size, find_peers

SIZES: list[tuple[Size, Size]] = [
    ((4928, 3279), (852, 567)),
    ((1600, 1200), (400, 300)),
    ((1600, 1200), (1280, 960)),
    ((640, 480), (1920, 1440)),
]


@dataclasses.dataclass(frozen=True)
class Mode:
    title: str
    channels: int
    straight: bool = False
    linear: bool = False


MODES = {
    "rgb": Mode("RGB", 3),
    "rgba-plain": Mode("RGBA without alpha's part", 4),
    "rgba-straight": Mode("RGBA, straight alpha", 4, straight=True),
    "rgb-linear": Mode("RGB in linear light", 3, linear=True),
    "gray": Mode("gray", 1),
}
# Straight colours are compared where they can be seen: from this alpha up.
SEEN = 64 / 255


def linear_from_srgb(v: Pixels) -> Pixels:
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(v: Pixels) -> Pixels:
    v = np.maximum(v, 0)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def reference(picture: Pixels, to: Size, mode: Mode) -> tuple[Pixels, Pixels]:
    """Samples of 0 to 255 before rounding, and which of them count."""
    values = picture.astype(np.float64) / 255
    if mode.linear:
        values = linear_from_srgb(values)
    if mode.straight:
        values[..., :3] *= values[..., 3:]
    height, width, channels = values.shape
    down = lanczos3(height, to[1]) @ values.reshape(height, -1)
    across = down.reshape(to[1], width, channels).transpose(1, 0, 2).reshape(width, -1)
    result = (lanczos3(width, to[0]) @ across).reshape(to[0], to[1], channels).transpose(1, 0, 2)
    counts = np.ones(result.shape, bool)
    if mode.straight:
        alpha = result[..., 3:].copy()
        counts[..., :3] = alpha >= SEEN
        result[..., :3] = result[..., :3].clip(0, np.maximum(alpha, 0)) / np.maximum(alpha, 1e-9)
    if mode.linear:
        result = srgb_from_linear(result)
    return result.clip(0, 1) * 255, counts


def picture_of(size: Size, channels: int) -> Pixels:
    """Noise, hard edges and a smooth part; alpha from nothing to all."""
    width, height = size
    random = np.random.default_rng(1)
    y, x = np.mgrid[0:height, 0:width]
    noise = random.integers(0, 256, (height, width, channels), np.uint8)
    edges = (((x * 0.0371 + y * 0.0817).astype(int) + (x * 0.0613).astype(int)) % 2 * 255)
    smooth = (127.5 + 127.5 * np.sin(x / 37.0) * np.cos(y / 51.0))
    which = ((x // 96 + y // 64) % 3)[..., None]
    picture = np.where(which == 0, noise,
                       np.where(which == 1, edges[..., None], smooth[..., None])).astype(np.uint8)
    if channels == 4:
        picture[..., 3] = np.where(which[..., 0] == 1, edges,
                                   np.clip(smooth * 1.5, 0, 255)).astype(np.uint8)
    return np.ascontiguousarray(picture)


def measure(jobs: Sequence[Callable[[], None]], rounds: int, seconds: float) -> list[list[float]]:
    """Processor time of a call in ms, a list of rounds for each job, taken in turns."""
    repeats = []
    for run in jobs:
        run()
        before = time.process_time()
        run()
        once = max(time.process_time() - before, 1e-6)
        repeats.append(max(1, round(seconds / once)))
    times: list[list[float]] = [[] for _ in jobs]
    for number in range(rounds):
        for step in range(len(jobs)):
            i = (number + step) % len(jobs)
            before = time.process_time()
            for _ in range(repeats[i]):
                jobs[i]()
            times[i].append((time.process_time() - before) / repeats[i] * 1000)
    return times


@dataclasses.dataclass(frozen=True)
class Deviation:
    largest: float  # levels of 0 to 255
    mean: float
    equal: float  # share of the samples that are the rounded reference


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    is_limen: bool
    median: float  # ms
    least: float
    times: float  # how many of the first one's times: the median of the rounds
    deviation: Deviation | None


@dataclasses.dataclass(frozen=True)
class Case:
    mode: Mode
    source: Size
    to: Size
    rows: list[Row]
    linear_to_plain: float | None  # limen's time in linear light over its plain time

    @property
    def title(self) -> str:
        return f"{self.source[0]}x{self.source[1]} to {self.to[0]}x{self.to[1]}"


def deviation_from(exact: Pixels, counts: Pixels, got: Pixels) -> Deviation:
    exact, got = exact[counts], got.astype(np.float64)[counts]
    error = np.abs(got - exact)
    return Deviation(error.max(), error.mean(), (got == np.floor(exact + 0.5)).mean())


def run_case(mode: Mode, source: Size, to: Size, contenders: Sequence[Resampler], rounds: int,
             seconds: float, oracle: bool = True) -> Case:
    picture = picture_of(source, mode.channels)
    jobs = [(one, *prepared) for one in contenders
            if (prepared := one.prepare(picture, to, mode.straight, mode.linear)) is not None]
    runs = [run for _, run, _ in jobs]
    plain = contenders[0].prepare(picture, to, mode.straight, False) if mode.linear else None
    if plain is not None:
        runs.append(plain[0])  # our plain path in the same rounds
    times = measure(runs, rounds, seconds)
    exact, counts = reference(picture, to, mode) if oracle else (None, None)
    rows = [Row(one.name, isinstance(one, Limen), statistics.median(taken), min(taken),
                ratio(taken, times[0]),
                None if exact is None else deviation_from(exact, counts, result()))
            for (one, _, result), taken in zip(jobs, times[:len(jobs)], strict=True)]
    return Case(mode, source, to, rows, ratio(times[0], times[-1]) if mode.linear else None)


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def two_threads(path: str, source: Size, to: Size, rounds: int) -> tuple[float, float]:
    """Least wall time of RGB in ms with one thread and with two."""
    picture = picture_of(source, 3)
    runs = [Limen("limen", path, threads).prepare(picture, to, False, False)[0]
            for threads in (1, 2)]
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        for i, run in enumerate(runs):
            run()
            before = time.perf_counter()
            for _ in range(4):
                run()
            times[i].append((time.perf_counter() - before) / 4 * 1000)
    return min(times[0]), min(times[1])


def table(case: Case) -> str:
    lines = [f"\n### {case.mode.title}, {case.title}\n",
             "| | median ms | least ms | / limen | largest error | mean error | equal, % |",
             "|---|---|---|---|---|---|---|"]
    for row in case.rows:
        errors = "| | |"
        if row.deviation:
            errors = (f"{row.deviation.largest:.2f} | {row.deviation.mean:.3f} | "
                      f"{row.deviation.equal * 100:.2f} |")
        lines.append(f"| {row.name} | {row.median:.3f} | {row.least:.3f} | {row.times:.2f} | "
                     f"{errors}")
    if case.linear_to_plain:
        lines.append(f"\nlinear light / plain: {case.linear_to_plain:.2f}")
    return "\n".join(lines)


def sizes_of(text: str) -> tuple[Size, Size]:
    """Of WxH-WxH, from and to."""
    sides = [int(side) for size in text.split("-") for side in size.split("x")]
    if len(sides) != 4 or min(sides) < 1:
        raise ValueError(text)
    return (sides[0], sides[1]), (sides[2], sides[3])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limen", action="append", required=True, metavar="[NAME=]PATH",
                        help="liblimen_peer_resize.so; more than one compares versions")
    parser.add_argument("--crates", help="liblimen_peer_crates.so")
    parser.add_argument("--zimg", help="liblimen_peer_zimg.so")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.03, help="of each turn, at the least")
    parser.add_argument("--mode", action="append", choices=sorted(MODES))
    parser.add_argument("--case", action="append", type=int, help="0 to 3")
    parser.add_argument("--size", action="append", type=sizes_of, metavar="WxH-WxH",
                        help="from and to, instead of a case")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-oracle", action="store_true")
    parser.add_argument("--threads", action="store_true", help="two threads beside one as well")
    arguments = parser.parse_args()

    versions = [spec.rpartition("=") for spec in arguments.limen]
    contenders: list[Resampler] = [Limen(name or "limen", path) for name, _, path in versions]
    if not arguments.no_peers:
        peers, missing = find_peers(arguments.crates, arguments.zimg)
        contenders += peers
        if missing:
            print("missing:", ", ".join(missing))
    sizes = arguments.size or [SIZES[i] for i in arguments.case or range(len(SIZES))]
    for mode in arguments.mode or list(MODES):
        for source, to in sizes:
            print(table(run_case(MODES[mode], source, to, contenders, arguments.rounds,
                                 arguments.seconds, not arguments.no_oracle)), flush=True)
    if arguments.threads:
        print("\n### two threads, wall time\n\n| case | one, ms | two, ms | one / two |\n"
              "|---|---|---|---|")
        for source, to in sizes:
            one, two = two_threads(versions[0][2], source, to, arguments.rounds)
            print(f"| {source[0]}x{source[1]} to {to[0]}x{to[1]} | {one:.2f} | {two:.2f} | "
                  f"{one / two:.2f} |")


if __name__ == "__main__":
    main()
