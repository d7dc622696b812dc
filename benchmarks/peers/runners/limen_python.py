# SPDX-License-Identifier: Apache-2.0
"""limen by its Python package."""

import functools
import pathlib

import limen
from protocol import Job, Variant, serve


@functools.cache
def mark_file(path: str) -> bytes:
    return pathlib.Path(path).read_bytes()


def recipe_of(variant: Variant, job: Job) -> limen.Recipe:
    settings = job["settings"]
    webp = variant["format"] == "webp"
    pad = limen.Length(job["mark"]["pad"]) if job["mark"] else None
    return limen.Recipe(
        width=variant["width"], height=variant["height"], fit="cover", shrink=settings["shrink"],
        marks=[limen.Mark(name="mark", gravity="southeast", pad_x=pad, pad_y=pad)] if pad else [],
        format=variant["format"], quality=variant["quality"],
        effort=settings["method"] if webp else settings["effort"],
        progressive=settings["progressive"])


class LimenPython:
    def __init__(self) -> None:
        self.workspace = limen.Workspace()
        self.prepared: tuple[Job | None, list[limen.Recipe]] = (None, [])

    def describe(self) -> dict[str, str]:
        return {"name": "limen, Python", "version": limen.__version__,
                "details": limen.simd_target()}

    def files(self, source: bytes, job: Job) -> list[bytes]:
        pictures = {"mark": mark_file(job["mark"]["path"])} if job["mark"] else None
        if self.prepared[0] is not job:  # once a job, as the C++ runner has it
            self.prepared = (job, [recipe_of(variant, job) for variant in job["variants"]])
        recipes = self.prepared[1]
        made = limen.variants(source, recipes, pictures=pictures, workspace=self.workspace)
        return [variant.data for variant in made]

    def pixels(self, source: bytes, job: Job) -> list[bytes]:
        return []


serve(LimenPython())
