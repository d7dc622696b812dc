#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A responsive set with a watermark, each file as small as it can be without a visible loss.

    responsive.py photo.jpg watermark.png folder
"""

import sys
from pathlib import Path

import limen

MARK = limen.Mark("mark", "southeast", of_output=0.2, pad_x=16, pad_y=16, opacity=0.6)


def main(photo: str, watermark: str, folder: str) -> None:
    recipes = [
        limen.Recipe(width=width, fit="inside", marks=[MARK], format="jpeg", target="invisible")
        for width in (160, 320, 480, 640, 960)
    ]
    files = limen.variants(photo, recipes, pictures={"mark": watermark}, threads=2)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for recipe, file in zip(recipes, files):
        file.save(Path(folder, f"{recipe.width}.jpg"))


if __name__ == "__main__":
    main(*sys.argv[1:])
