# SPDX-License-Identifier: Apache-2.0
"""What one run has measured."""

from __future__ import annotations

import dataclasses
import json
import math
import pathlib
import statistics
from collections.abc import Iterator, Sequence
from typing import Any

from decoders import Decoded
from encoders import Made
from machine import Machine

BASE = "libjpeg-turbo"
LIMEN_EFFORTS = {3: "fast", 4: "default", 8: "best"}


def limen_key(effort: int) -> str:
    return f"limen-{effort}"


TITLES = {BASE: "libjpeg-turbo, the best there is", "mozjpeg": "mozjpeg", "jpegli": "jpegli",
          "webp": "WebP by limen", "avif": "AVIF by limen",
          **{limen_key(effort): f"limen JPEG, {name} (effort {effort})"
             for effort, name in LIMEN_EFFORTS.items()}}
# In the order of the tables.
KEYS = list(TITLES)


@dataclasses.dataclass
class Measured:
    """A picture, and each encoder's smallest file at each target; None where it reaches none."""

    name: str
    is_screen: bool
    pixels: int
    original: str
    files: dict[str, dict[str, Made | None]] = dataclasses.field(default_factory=dict)

    def has(self, key: str, target: float) -> bool:
        return f"{target:g}" in self.files.get(key, {})

    def put(self, key: str, target: float, made: Made | None) -> None:
        self.files.setdefault(key, {})[f"{target:g}"] = made or None

    def get(self, key: str, target: float) -> Made | None:
        return self.files.get(key, {}).get(f"{target:g}")

    def made(self) -> Iterator[tuple[tuple[str, float], Made]]:
        for key, files in self.files.items():
            for target, made in files.items():
                if made is not None:
                    yield (key, float(target)), made

    def line(self, target: float) -> str:
        base = self.get(BASE, target)
        shares = [f"{key} {ratio - 1:+.1%}" for key in self.files if key != BASE
                  and (ratio := self.ratio(key, target)) is not None]
        return f"{self.name}: {base.bytes if base else 'unreached'}; {', '.join(shares)}"

    def ratio(self, key: str, target: float) -> float | None:
        """Bytes in those of libjpeg-turbo."""
        made, base = self.get(key, target), self.get(BASE, target)
        return made.bytes / base.bytes if made and base else None

    def write(self, path: pathlib.Path) -> None:
        path.write_text(json.dumps(dataclasses.asdict(self), default=str))

    @staticmethod
    def read(path: pathlib.Path) -> Measured:
        fields = json.loads(path.read_text())
        fields["files"] = {
            key: {target: file and Made(**{**file, "path": pathlib.Path(file["path"])})
                  for target, file in files.items()}
            for key, files in fields["files"].items()}
        return Measured(**fields)


@dataclasses.dataclass
class Row:
    """One encoder at one target over some pictures."""

    key: str
    ratios: dict[str, float]  # by picture
    unreached: int
    butteraugli: dict[str, float]
    cpu: list[float]  # seconds a megapixel

    @property
    def mean(self) -> float:
        """Geometric."""
        return math.exp(statistics.fmean(math.log(ratio) for ratio in self.ratios.values()))

    @property
    def median(self) -> float:
        return statistics.median(self.ratios.values())

    @property
    def worst(self) -> tuple[str, float]:
        return max(self.ratios.items(), key=lambda item: item[1])


@dataclasses.dataclass
class Results:
    machine: Machine
    targets: list[float]
    pictures: list[Measured] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    left_out: list[str] = dataclasses.field(default_factory=list)
    decoded: list[Decoded] = dataclasses.field(default_factory=list)

    def kinds(self) -> list[tuple[str, list[Measured]]]:
        kinds = [("Photographs", [one for one in self.pictures if not one.is_screen]),
                 ("Screens", [one for one in self.pictures if one.is_screen])]
        return [(title, pictures) for title, pictures in kinds if pictures]

    def summary(self) -> dict[str, Any]:
        return {title: {f"{target:g}": {row.key: dataclasses.asdict(row)
                                        for row in rows_of(pictures, target)}
                        for target in self.targets}
                for title, pictures in self.kinds()}


def rows_of(pictures: Sequence[Measured], target: float) -> list[Row]:
    rows = []
    for key in KEYS:
        made = {one.name: (one, file) for one in pictures if (file := one.get(key, target))}
        asked = sum(one.has(key, target) for one in pictures)
        ratios = {name: ratio for name, (one, _) in made.items()
                  if (ratio := one.ratio(key, target)) is not None}
        if ratios:
            rows.append(Row(
                key, ratios, asked - len(made),
                {name: file.butteraugli for name, (_, file) in made.items()
                 if file.butteraugli is not None},
                [file.cpu / one.pixels * 1e6 for one, file in made.values() if file.cpu]))
    return rows


def bytes_at(picture: Measured, key: str, targets: Sequence[float], three_norm: float
             ) -> float | None:
    """Bytes of an encoder's file of this 3-norm, between its files of the targets: the logarithm is
    taken to run straight over the norm. None outside of them."""
    points = sorted((made.butteraugli, math.log(made.bytes)) for target in targets
                    if (made := picture.get(key, target)) and made.butteraugli is not None)
    for (norm, size), (next_norm, next_size) in zip(points, points[1:], strict=False):
        if norm <= three_norm <= next_norm and next_norm > norm:
            share = (three_norm - norm) / (next_norm - norm)
            return math.exp(size + share * (next_size - size))
    return None
