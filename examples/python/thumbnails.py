#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A thumbnail of every picture in a folder, by all processors; what is no picture is named.

    thumbnails.py pictures thumbnails
"""

import sys
from pathlib import Path

import limen


def main(source: str, target: str) -> None:
    paths = sorted(path for path in Path(source).iterdir() if path.is_file())
    recipe = limen.Recipe(width=320, height=320, fit="cover", format="webp")
    Path(target).mkdir(parents=True, exist_ok=True)
    # tqdm(…) around it shows a bar.
    results = limen.transform_many(paths, recipe, errors="return")
    for path, result in zip(paths, results):
        if isinstance(result, bytes):
            Path(target, path.name + ".webp").write_bytes(result)
        else:
            print(f"{path}: {result}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
