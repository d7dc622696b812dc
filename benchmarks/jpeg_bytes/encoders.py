# SPDX-License-Identifier: Apache-2.0
"""Encoders that only have a quality: the smallest file that reaches a score is looked for here."""

import dataclasses
import io
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from PIL import Image
from runner import Failed, Runner

CHROMAS = ("4:2:0", "4:4:4")
SLIPS = 2  # settings below the crossing that are tried too, for curves waver


@dataclasses.dataclass
class Made:
    """A file that reaches a target."""

    path: pathlib.Path
    bytes: int
    score: float
    cpu: float  # seconds
    chroma: str = ""
    butteraugli: float | None = None  # the 3-norm


class Encoder(Protocol):
    """Makes a file of the picture that was opened last."""

    key: str
    title: str
    version: str
    settings: Sequence[float]  # from the coarsest

    def open(self, picture: pathlib.Path) -> None: ...

    def encode(self, setting: float, chroma: str, to: pathlib.Path) -> float:
        """Processor time in seconds."""
        ...


class Mozjpeg:
    """sharp's, whole qualities."""

    key, title = "mozjpeg", "mozjpeg"
    settings = [float(quality) for quality in range(20, 101)]

    def __init__(self) -> None:
        self.runner = Runner(("node", str(pathlib.Path(__file__).parent / "mozjpeg.mjs")))
        about = self.runner.about
        self.version = f"{about['version']}, {about['details']}"

    def open(self, picture: pathlib.Path) -> None:
        self.runner.ask({"do": "open", "path": str(picture)})

    def encode(self, setting: float, chroma: str, to: pathlib.Path) -> float:
        answer = self.runner.ask({"do": "encode", "quality": setting, "chroma": chroma,
                                  "path": str(to)})
        return float(answer["cpu"])


class Jpegli:
    """Through imagecodecs, by butteraugli distance: its own real-valued knob."""

    key, title = "jpegli", "jpegli"
    # Distances from 4 down to 0.1, 2.5 % apart.
    settings = [4 * 1.025**-step for step in range(150)]

    def __init__(self) -> None:
        try:
            import imagecodecs
        except ImportError as error:
            raise Failed(str(error)) from error
        if not hasattr(imagecodecs, "jpegli_encode"):
            raise Failed("imagecodecs without jpegli")
        self.codec = imagecodecs
        self.version = f"{imagecodecs.__version__} of imagecodecs, {imagecodecs.jpegli_version()}"
        self.pixels: Any = None

    def open(self, picture: pathlib.Path) -> None:
        with Image.open(picture) as image:
            self.pixels = np.asarray(image)

    def encode(self, setting: float, chroma: str, to: pathlib.Path) -> float:
        begin = time.process_time()
        file = self.codec.jpegli_encode(self.pixels, distance=setting,
                                        subsampling=chroma.replace(":", ""))
        cpu = time.process_time() - begin
        to.write_bytes(file)
        return cpu


class ImagecodecsMozjpeg:
    """mozjpeg without sharp."""

    key, title = "mozjpeg", "mozjpeg"
    settings = Mozjpeg.settings

    def __init__(self) -> None:
        try:
            import imagecodecs
        except ImportError as error:
            raise Failed(str(error)) from error
        self.codec = imagecodecs
        self.version = f"{imagecodecs.__version__} of imagecodecs"
        self.pixels: Any = None

    def open(self, picture: pathlib.Path) -> None:
        with Image.open(picture) as image:
            self.pixels = np.asarray(image)

    def encode(self, setting: float, chroma: str, to: pathlib.Path) -> float:
        begin = time.process_time()
        file = self.codec.mozjpeg_encode(self.pixels, level=int(setting),
                                         subsampling=chroma.replace(":", ""))
        cpu = time.process_time() - begin
        to.write_bytes(file)
        return cpu


def find_lowest(score_at: Callable[[int], float], count: int, target: float) -> int | None:
    """The lowest of `count` settings that reaches the target, by halving."""
    failed, passed = -1, count
    while passed - failed > 1:
        middle = (failed + passed) // 2
        if score_at(middle) >= target:
            passed = middle
        else:
            failed = middle
    if passed == count:
        return None
    for below in range(passed - 2, max(-1, passed - 2 - SLIPS), -1):
        if score_at(below) >= target:
            passed = below
    return passed


class Search:
    """All targets of one picture by one encoder; each file is made and scored once."""

    def __init__(self, encoder: Encoder, judge: Runner, stem: pathlib.Path) -> None:
        self.encoder, self.judge, self.stem = encoder, judge, stem
        self.known: dict[tuple[int, str], Made] = {}

    def look(self, index: int, chroma: str) -> Made:
        key = (index, chroma)
        if key not in self.known:
            path = self.stem.with_name(f"{self.stem.name}-{index}-{chroma.replace(':', '')}.jpg")
            cpu = self.encoder.encode(self.encoder.settings[index], chroma, path)
            told = self.judge.ask({"do": "score", "path": str(path)})
            self.known[key] = Made(path, told["bytes"], told["score"], cpu, chroma)
        return self.known[key]

    def smallest(self, target: float, chromas: Sequence[str]) -> Made | None:
        found = []
        for chroma in chromas:
            index = find_lowest(lambda at, chroma=chroma: self.look(at, chroma).score,
                                len(self.encoder.settings), target)
            if index is not None:
                found.append(self.look(index, chroma))
        return min(found, key=lambda made: made.bytes, default=None)


def chromas_of(channels: int) -> Sequence[str]:
    return CHROMAS if channels == 3 else CHROMAS[:1]


def find_encoders(missing: list[str]) -> list[Encoder]:
    """Those that start; the others' names are told."""
    encoders: list[Encoder] = []
    for ways in ((Mozjpeg, ImagecodecsMozjpeg), (Jpegli,)):
        reasons = []
        for way in ways:
            try:
                encoders.append(way())
                break
            except Failed as reason:
                reasons.append(str(reason))
        else:
            missing.append(f"{ways[0].title} ({'; '.join(reasons)})")
    return encoders


def memory_file(path: pathlib.Path) -> io.BytesIO:
    return io.BytesIO(path.read_bytes())
