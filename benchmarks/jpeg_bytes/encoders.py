# SPDX-License-Identifier: Apache-2.0
"""Encoders that only have a quality: the smallest file that reaches a score is looked for here."""

import ctypes
import dataclasses
import pathlib
import time
from collections.abc import Callable, Sequence
from typing import Protocol

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
    """As its tool uses it: progressive, adaptive quantisation, a Butteraugli distance."""

    key, title = "jpegli", "jpegli"
    # Distances from 4 down to 0.1, 2.5 % apart.
    settings = [4 * 1.025**-step for step in range(150)]

    def __init__(self, peers: pathlib.Path) -> None:
        try:
            library = ctypes.CDLL(str((peers / "jpegli/release/liblimen_bytes_jpegli.so").resolve()))
        except OSError as error:
            raise Failed("not built") from error
        self.make = library.limen_jpegli_encode
        self.make.argtypes = [ctypes.c_char_p, *[ctypes.c_uint32] * 3, ctypes.c_float, ctypes.c_int,
                              ctypes.POINTER(ctypes.c_size_t)]
        self.make.restype = ctypes.c_void_p
        self.free = library.limen_jpegli_free
        self.free.argtypes = [ctypes.c_void_p]
        self.version = "of the crate jpegli-sys 0.1.0 (libjxl 0.10.2)"
        self.pixels, self.shape = b"", (0, 0, 0)

    def open(self, picture: pathlib.Path) -> None:
        with Image.open(picture) as image:
            self.pixels = image.tobytes()
            self.shape = (image.width, image.height, len(image.getbands()))

    def encode(self, setting: float, chroma: str, to: pathlib.Path) -> float:
        size = ctypes.c_size_t()
        begin = time.process_time()
        file = self.make(self.pixels, *self.shape, setting, 2 if chroma == "4:2:0" else 1,
                         ctypes.byref(size))
        cpu = time.process_time() - begin
        to.write_bytes(ctypes.string_at(file, size.value))
        self.free(file)
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


def find_encoders(peers: pathlib.Path, missing: list[str]) -> list[Encoder]:
    """Those that start; the others' names are told."""
    encoders: list[Encoder] = []
    ways: dict[str, Callable[[], Encoder]] = {Mozjpeg.title: Mozjpeg,
                                              Jpegli.title: lambda: Jpegli(peers)}
    for title, way in ways.items():
        try:
            encoders.append(way())
        except Failed as reason:
            missing.append(f"{title} ({reason})")
    return encoders
