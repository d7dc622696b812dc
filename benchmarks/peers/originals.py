# SPDX-License-Identifier: Apache-2.0
"""The originals of the whole jobs: JPEGs of quality 92, 4:2:0, made from photographs once."""

import pathlib
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageOps

# Of the photographs of a Debian package (PHOTO_PACKAGE in the Makefile).
PACKAGED = pathlib.Path("/usr/share/backgrounds")
PACKAGED_NAMES = [
    "picosdeeuropa_by_Aitzol_Berasategi",
    "friends_by_Aitzol_Berasategi",
    "Dragonfly_by_Bolly",
    "seeding_by_Clements_Engelhardt",
    "sunset_by_Aitzol_Berasategi",
]
# 5:4, so that each width of the jobs and the cover crop come out without a fraction of a pixel:
# every library then shows the same window, and one reference judges all.
SIZES = {"1 MP": (1120, 896), "2 MP": (1600, 1280), "12 MP": (3840, 3072)}
A_SIZE = 3  # photographs
# A photograph may be enlarged by so much. It would be blurred by more, and cheap to decode.
ENLARGE = 1.1
MARK_SIZE = (120, 40)


def photographs(folder: str | None) -> list[pathlib.Path]:
    if folder is None:
        return [PACKAGED / f"{name}.jpg" for name in PACKAGED_NAMES]
    return sorted(path for path in pathlib.Path(folder).rglob("*")
                  if path.suffix.lower() in (".jpg", ".jpeg"))


def make_originals(folder: str | None, out: pathlib.Path) -> dict[str, list[pathlib.Path]]:
    """The files of each size of SIZES; fewer where the photographs are too small."""
    photos = photographs(folder)
    out.mkdir(parents=True, exist_ok=True)
    return {name: make_size(photos, name, size, out) for name, size in SIZES.items()}


def make_size(photos: Sequence[pathlib.Path], name: str, size: tuple[int, int],
              out: pathlib.Path) -> list[pathlib.Path]:
    made: list[pathlib.Path] = []
    for photo in photos:
        if len(made) == A_SIZE:
            break
        with Image.open(photo) as image:
            if min(image.width / size[0], image.height / size[1]) * ENLARGE < 1:
                continue
            path = out / f"{name.replace(' ', '')}-{photo.stem}.jpg"
            made.append(path)
            if path.exists():
                continue
            upright = ImageOps.exif_transpose(image).convert("RGB")
        picture = ImageOps.fit(upright, size, Image.Resampling.LANCZOS)
        picture.save(path, "JPEG", quality=92, subsampling="4:2:0")
    return made


def make_mark(out: pathlib.Path) -> pathlib.Path:
    """A watermark: a PNG with hard and soft edges of alpha."""
    path = out / "mark.png"
    width, height = MARK_SIZE
    mark = Image.new("RGBA", MARK_SIZE, (255, 255, 255, 0))
    draw = ImageDraw.Draw(mark)
    draw.rounded_rectangle((0, 0, width - 1, height - 1), 12, fill=(20, 24, 40, 150))
    for x in range(16, width - 16):
        draw.line((x, 12, x, height - 12), fill=(255, 255, 255, 255 * (x - 16) // (width - 32)))
    mark.save(path)
    return path
