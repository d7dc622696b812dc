# SPDX-License-Identifier: Apache-2.0
"""libvips by pyvips: thumbnail_buffer(), which shrinks on load; one thread, no cache."""

import functools
import os
import pathlib

os.environ["VIPS_CONCURRENCY"] = "1"

import pyvips
from protocol import Job, Variant, serve

pyvips.cache_set_max(0)


@functools.cache
def mark_file(path: str) -> bytes:
    return pathlib.Path(path).read_bytes()


def picture(source: bytes, variant: Variant, job: Job) -> pyvips.Image:
    width, height = variant["width"], variant["height"]
    if height:
        image = pyvips.Image.thumbnail_buffer(source, width, height=height, crop="centre")
    else:
        image = pyvips.Image.thumbnail_buffer(source, width, height=10_000_000)
    if job["mark"]:
        mark = pyvips.Image.new_from_buffer(mark_file(job["mark"]["path"]), "")
        image = image.composite2(mark, "over", x=job["mark"]["left"], y=job["mark"]["top"])
        image = image[:3].cast("uchar")
    return image


class Vips:
    def describe(self) -> dict[str, str]:
        version = ".".join(str(pyvips.version(i)) for i in range(3))
        return {"name": "libvips", "version": version, "details": "thumbnail, by pyvips"}

    def files(self, source: bytes, job: Job) -> list[bytes]:
        made = []
        for variant in job["variants"]:
            image = picture(source, variant, job)
            made.append(image.webpsave_buffer(Q=variant["quality"]) if variant["format"] == "webp"
                        else image.jpegsave_buffer(Q=variant["quality"]))
        return made

    def pixels(self, source: bytes, job: Job) -> list[bytes]:
        return [picture(source, variant, job).pngsave_buffer(compression=1)
                for variant in job["variants"]]


serve(Vips())
