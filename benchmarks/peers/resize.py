#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lanczos3 of u8 by limen and by its peers, interleaved in one run on one thread.

Prints a table a case: processor time (median and least of the rounds), the ratio of the medians to
limen's, and the deviation from a reference in float64. A peer that is not installed is named as
missing. `make peers` installs them and runs this.

Each contender keeps what its interface lets a caller keep between pictures of one size: memory
where it can be reused, and pic-scale its weights. Pillow and libvips make a new picture each time,
as their interfaces have it.
"""

import argparse
import ctypes
import os
import statistics
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["VIPS_CONCURRENCY"] = "1"

import numpy as np  # noqa: E402

SIZES = [
    ((4928, 3279), (852, 567)),
    ((1600, 1200), (400, 300)),
    ((1600, 1200), (1280, 960)),
    ((640, 480), (1920, 1440)),
]
# name: channels, straight alpha, linear light
MODES = {
    "rgb": (3, False, False),
    "rgba-plain": (4, False, False),
    "rgba-straight": (4, True, False),
    "rgb-linear": (3, False, True),
    "gray": (1, False, False),
}
# Straight colours are compared where they can be seen: from this alpha up.
SEEN = 64 / 255


def lanczos3(source, outputs):
    """The weights of one axis as a matrix of outputs x source."""
    step = source / outputs
    wide = max(step, 1.0)
    center = (np.arange(outputs) + 0.5) * step
    x = (np.arange(source)[None, :] + 0.5 - center[:, None]) / wide
    weights = np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0.0)
    return weights / weights.sum(axis=1, keepdims=True)


def linear_from_srgb(v):
    return np.where(v <= 0.04045, v / 12.92, ((v + 0.055) / 1.055) ** 2.4)


def srgb_from_linear(v):
    v = np.maximum(v, 0)
    return np.where(v <= 0.0031308, v * 12.92, 1.055 * v ** (1 / 2.4) - 0.055)


def reference(picture, to, straight, linear):
    """Samples of 0 to 255 before rounding, and which of them count."""
    values = picture.astype(np.float64) / 255
    if linear:
        values = linear_from_srgb(values)
    if straight:
        values[..., :3] *= values[..., 3:]
    height, width, channels = values.shape
    down = lanczos3(height, to[1]) @ values.reshape(height, -1)
    across = down.reshape(to[1], width, channels).transpose(1, 0, 2).reshape(width, -1)
    result = (lanczos3(width, to[0]) @ across).reshape(to[0], to[1], channels).transpose(1, 0, 2)
    counts = np.ones(result.shape, bool)
    if straight:
        alpha = result[..., 3:].copy()
        counts[..., :3] = alpha >= SEEN
        result[..., :3] = result[..., :3].clip(0, np.maximum(alpha, 0)) / np.maximum(alpha, 1e-9)
    if linear:
        result = srgb_from_linear(result)
    return result.clip(0, 1) * 255, counts


def picture_of(size, channels):
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


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


class Limen:
    def __init__(self, name, path, threads=1):
        self.name = name
        self.threads = threads
        # Own symbols only, so that two versions can be compared.
        self.call = ctypes.CDLL(os.path.abspath(path), mode=os.RTLD_LOCAL).limen_peer_resize

    def prepare(self, picture, to, straight, linear):
        height, width, channels = picture.shape
        target = np.zeros((to[1], to[0], channels), np.uint8)
        arguments = (channels, int(straight), int(linear), self.threads, width, height,
                     pointer(picture), to[0], to[1], pointer(target))

        def run():
            if self.call(*arguments) != 0:
                raise RuntimeError("limen: failed")

        return run, lambda: target


class Crate:
    def __init__(self, name, library, which):
        self.name = name
        self.library = library
        self.which = which

    def prepare(self, picture, to, straight, linear):
        height, width, channels = picture.shape
        if linear or channels == 1:
            return None
        target = np.zeros((to[1], to[0], channels), np.uint8)
        prepared = self.library.peer_prepare(self.which, channels, int(straight), width, height,
                                             to[0], to[1])
        if not prepared:
            return None
        job = ctypes.c_void_p(prepared)
        arguments = (job, pointer(picture), pointer(target))

        def run():
            if self.library.peer_run(*arguments) != 0:
                raise RuntimeError(self.name + ": failed")

        return run, lambda: target


class Pillow:
    def __init__(self):
        import PIL
        from PIL import Image

        self.image = Image
        simd = ".post" in PIL.__version__
        self.name = ("pillow-simd " if simd else "Pillow ") + PIL.__version__

    def prepare(self, picture, to, straight, linear):
        if linear:
            return None
        channels = picture.shape[2]
        mode = {1: "L", 3: "RGB", 4: "RGBA" if straight else "CMYK"}[channels]
        source = self.image.frombytes(mode, picture.shape[1::-1], picture.tobytes())
        made = []

        def run():
            made[:] = [source.resize(to, self.image.Resampling.LANCZOS)]

        return run, lambda: np.asarray(made[0]).reshape(to[1], to[0], channels)


class Vips:
    def __init__(self):
        import pyvips

        self.vips = pyvips
        pyvips.cache_set_max(0)
        self.name = "libvips " + ".".join(str(pyvips.version(i)) for i in range(3))

    def prepare(self, picture, to, straight, linear):
        if linear:
            return None
        height, width, channels = picture.shape
        kept = picture.tobytes()
        made = []

        def run():
            image = self.vips.Image.new_from_memory(kept, width, height, channels, "uchar")
            if straight:
                image = image.copy(interpretation="srgb").premultiply()
            image = image.resize(to[0] / width, vscale=to[1] / height, kernel="lanczos3", gap=0)
            if straight:
                image = image.unpremultiply().cast("uchar")
            made[:] = [image.write_to_memory()]

        return run, lambda: np.frombuffer(made[0], np.uint8).reshape(to[1], to[0], channels)


def contenders(arguments):
    found = []
    for spec in arguments.limen:
        name, _, path = spec.rpartition("=")
        found.append(Limen(name or "limen", path))
    missing = []
    if arguments.crates and os.path.exists(arguments.crates):
        library = ctypes.CDLL(os.path.abspath(arguments.crates))
        library.peer_prepare.restype = ctypes.c_void_p
        for which, name in enumerate(["fast_image_resize 6", "pic-scale 0.7 (speed)",
                                      "pic-scale 0.7 (quality)"]):
            found.append(Crate(name, library, which))
    else:
        missing += ["fast_image_resize", "pic-scale"]
    for name, make in (("Pillow", Pillow), ("libvips", Vips)):
        try:
            found.append(make())
        except (ImportError, OSError):
            missing.append(name)
    return found, missing


def measure(jobs, rounds, seconds):
    """Processor time of a call in ms, a list of rounds for each job, taken in turns."""
    repeats = []
    for run in jobs:
        run()
        before = time.process_time()
        run()
        once = max(time.process_time() - before, 1e-6)
        repeats.append(max(1, round(seconds / once)))
    times = [[] for _ in jobs]
    for _ in range(rounds):
        for i, run in enumerate(jobs):
            before = time.process_time()
            for _ in range(repeats[i]):
                run()
            times[i].append((time.process_time() - before) / repeats[i] * 1000)
    return times


def threads_table(arguments, sizes):
    """Wall time with two threads beside one."""
    print("\n### two threads, wall time\n")
    print("| case | one, ms | two, ms | one / two |")
    print("|---|---|---|---|")
    name, _, path = arguments.limen[0].rpartition("=")
    for source, to in sizes:
        picture = picture_of(source, 3)
        runs = [Limen(name, path, threads).prepare(picture, to, False, False)[0]
                for threads in (1, 2)]
        times = [[], []]
        for _ in range(arguments.rounds):
            for i, run in enumerate(runs):
                run()
                before = time.perf_counter()
                for _ in range(4):
                    run()
                times[i].append((time.perf_counter() - before) / 4 * 1000)
        one, two = (min(t) for t in times)
        print(f"| {source[0]}x{source[1]} to {to[0]}x{to[1]} | {one:.2f} | {two:.2f} | {one / two:.2f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limen", action="append", required=True, metavar="[NAME=]PATH",
                        help="liblimen_peer_resize.so; more than one compares versions")
    parser.add_argument("--crates", help="liblimen_peer_crates.so")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.03, help="of each turn, at the least")
    parser.add_argument("--mode", action="append", choices=sorted(MODES))
    parser.add_argument("--case", action="append", type=int, help="0 to 3")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--no-oracle", action="store_true")
    parser.add_argument("--threads", action="store_true", help="two threads beside one as well")
    arguments = parser.parse_args()

    found, missing = contenders(arguments)
    if arguments.no_peers:
        found, missing = [one for one in found if isinstance(one, Limen)], []
    if missing:
        print("missing:", ", ".join(missing))
    sizes = [SIZES[i] for i in arguments.case or range(len(SIZES))]
    plain = {}
    for mode in arguments.mode or list(MODES):
        channels, straight, linear = MODES[mode]
        for source, to in sizes:
            picture = picture_of(source, channels)
            jobs = []
            for one in found:
                prepared = one.prepare(picture, to, straight, linear)
                if prepared is not None:
                    jobs.append((one, *prepared))
            runs = [job[1] for job in jobs]
            if linear:
                # Our plain path in the same rounds.
                runs.append(found[0].prepare(picture, to, straight, False)[0])
            times = measure(runs, arguments.rounds, arguments.seconds)
            if linear:
                plain[source, to] = statistics.median(times.pop())
            base = statistics.median(times[0])
            print(f"\n### {mode}, {source[0]}x{source[1]} to {to[0]}x{to[1]}\n")
            print("| | median ms | least ms | / limen | largest error | mean error | equal, % |")
            print("|---|---|---|---|---|---|---|")
            if not arguments.no_oracle:
                exact, counts = reference(picture, to, straight, linear)
                exact, rounded = exact[counts], np.floor(exact[counts] + 0.5)
            for (one, _, result), taken in zip(jobs, times):
                median = statistics.median(taken)
                errors = "| | |"
                if not arguments.no_oracle:
                    got = result().astype(np.float64)[counts]
                    error = np.abs(got - exact)
                    errors = f"{error.max():.2f} | {error.mean():.3f} | {(got == rounded).mean() * 100:.2f} |"
                print(f"| {one.name} | {median:.3f} | {min(taken):.3f} | {median / base:.2f} | {errors}")
            if linear:
                print(f"\nlinear light / plain: {base / plain[source, to]:.2f}")
            sys.stdout.flush()
    if arguments.threads:
        threads_table(arguments, sizes)


if __name__ == "__main__":
    main()
