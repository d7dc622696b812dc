# SPDX-License-Identifier: Apache-2.0
"""Pillow or pillow-simd: thumbnail(), which lets the JPEG decoder reduce, as its manual advises."""

import functools
import io
import pathlib

import PIL
from PIL import Image, ImageOps
from protocol import Job, Variant, serve

LANCZOS = Image.Resampling.LANCZOS


@functools.cache
def mark_file(path: str) -> bytes:
    return pathlib.Path(path).read_bytes()


def picture(source: bytes, variant: Variant, job: Job) -> Image.Image:
    image = Image.open(io.BytesIO(source))
    width, height = variant["width"], variant["height"]
    if height:
        if job["settings"]["draft"]:
            # As thumbnail() has it: the decoder leaves at least twice the size.
            image.draft("RGB", (2 * width, 2 * height))
        image = ImageOps.fit(image, (width, height), LANCZOS)
    elif job["settings"]["draft"]:
        image.thumbnail((width, 65535), LANCZOS)
    else:
        image = image.resize((width, round(image.height * width / image.width)), LANCZOS)
    if job["mark"]:
        mark = Image.open(io.BytesIO(mark_file(job["mark"]["path"])))
        image.paste(mark, (job["mark"]["left"], job["mark"]["top"]), mark)
    return image


def encoded(image: Image.Image, kind: str, **options: int) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


class Pillow:
    def describe(self) -> dict[str, str]:
        simd = ".post" in PIL.__version__
        return {"name": "pillow-simd" if simd else "Pillow", "version": PIL.__version__,
                "details": ""}

    def files(self, source: bytes, job: Job) -> list[bytes]:
        return [encoded(picture(source, variant, job), variant["format"],
                        quality=variant["quality"]) for variant in job["variants"]]

    def pixels(self, source: bytes, job: Job) -> list[bytes]:
        return [encoded(picture(source, variant, job), "PNG", compress_level=1)
                for variant in job["variants"]]


serve(Pillow())
