# SPDX-License-Identifier: Apache-2.0
"""Luma PSNR against a reference: the original decoded in full, resampled by Lanczos3 in float64.

Judged is luma as the encoder codes it, in its 8 bits, so that libraries that hand it RGB and those
that hand it planes are seen at the same point. A full decode has two lumas that differ by rounding
and clamping: the file's own plane, and that of the RGB which becomes of it. Whichever is nearer
counts.
"""

import functools
import math
import pathlib

import numpy as np
from lanczos import lanczos3
from PIL import Image
from work import Job

WEIGHTS = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as in JFIF
LIMITED_STEPS = 219  # of WebP's luma, from 16 to 235

Floats = np.ndarray


def luma(path: str | pathlib.Path) -> Floats:
    """Of a PNG, 0 to 255."""
    with Image.open(path) as image:
        if image.mode.startswith("I"):  # gray of 16 bits
            return np.asarray(image, np.float64) / 257
        if image.mode == "L":
            return np.asarray(image, np.float64)
        return np.asarray(image.convert("RGB"), np.float64) @ WEIGHTS


def as_coded(picture: Floats, kind: str) -> Floats:
    if kind == "webp":
        return np.rint(picture * LIMITED_STEPS / 255) * 255 / LIMITED_STEPS
    return np.rint(picture)


@functools.lru_cache(maxsize=4)
def full_decodes(path: pathlib.Path) -> list[Floats]:
    """Luma of RGB, and the file's own."""
    with Image.open(path) as image:
        rgb = np.asarray(image.convert("RGB"), np.float64) @ WEIGHTS
    with Image.open(path) as image:
        image.draft("YCbCr", image.size)  # libjpeg's planes, chroma at full size
        return [rgb, np.asarray(image, np.float64)[..., 0]]


def reference(whole: Floats, job: Job, width: int, mark: dict | None) -> Floats:
    rows, columns = whole.shape
    height = job.height or round(rows * width / columns)
    if job.height:  # the middle of it, whole pixels by originals.SIZES
        left = (columns - rows * width // height) // 2
        whole = whole[:, left:columns - left]
    result = lanczos3(whole.shape[0], height) @ whole @ lanczos3(whole.shape[1], width).T
    return lay_on(result.clip(0, 255), mark) if mark else result.clip(0, 255)


def lay_on(picture: Floats, mark: dict) -> Floats:
    with Image.open(mark["path"]) as image:
        pixels = np.asarray(image.convert("RGBA"), np.float64)
    alpha = pixels[..., 3] / 255
    rows, columns = alpha.shape
    under = picture[mark["top"]:mark["top"] + rows, mark["left"]:mark["left"] + columns]
    under[:] = under * (1 - alpha) + pixels[..., :3] @ WEIGHTS * alpha
    return picture


def psnr(picture: Floats, exact: Floats) -> float:
    error = float(np.mean((picture - exact) ** 2))
    return 10 * math.log10(255 ** 2 / error) if error else math.inf


class Judge:
    """The references of one job, made once."""

    def __init__(self, job: Job, sources: list[pathlib.Path], mark: dict | None) -> None:
        self.kind = job.format
        self.references = [[[reference(whole, job, width, mark) for whole in full_decodes(source)]
                            for width in job.widths] for source in sources]

    def least(self, pixels: list[list[str]]) -> float:
        """Of all files, the least PSNR in dB."""
        return min(self.nearest(as_coded(luma(path), self.kind), exacts)
                   for pair in zip(pixels, self.references, strict=True)
                   for path, exacts in zip(*pair, strict=True))

    @staticmethod
    def nearest(picture: Floats, exacts: list[Floats]) -> float:
        return max(psnr(picture, exact) for exact in exacts)
