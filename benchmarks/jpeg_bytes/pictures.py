# SPDX-License-Identifier: Apache-2.0
"""The pictures of a folder, photographs and screens apart."""

import dataclasses
import pathlib

SUFFIXES = {".png", ".jpg", ".jpeg", ".webp"}
# Folders and names of what nobody photographed.
SCREENS = ("screen", "page", "diagram", "text")
MOST_PIXELS = 3_000_000  # larger ones are reduced by a whole number


@dataclasses.dataclass(frozen=True)
class Picture:
    path: pathlib.Path
    name: str

    @property
    def is_screen(self) -> bool:
        return any(word in self.name for word in SCREENS)

    @property
    def key(self) -> str:
        return self.name.replace("/", "-")


def list_pictures(folder: pathlib.Path) -> list[Picture]:
    """By name, those of one folder below it after those of another in turn, so that the first few
    are of every kind."""
    by_folder: dict[pathlib.Path, list[Picture]] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in SUFFIXES:
            name = path.relative_to(folder).with_suffix("").as_posix()
            by_folder.setdefault(path.parent, []).append(Picture(path, name))
    most = max((len(group) for group in by_folder.values()), default=0)
    return [group[turn] for turn in range(most) for group in by_folder.values()
            if turn < len(group)]
