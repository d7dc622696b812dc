# SPDX-License-Identifier: Apache-2.0
"""OpenCV: imdecode, INTER_AREA (its advice for shrinking), imencode; one thread."""

import functools
import pathlib

import cv2
import numpy as np
from protocol import Job, Variant, serve

cv2.setNumThreads(1)


@functools.cache
def mark_file(path: str) -> bytes:
    return pathlib.Path(path).read_bytes()


def decoded(data: bytes, flags: int) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), flags)


def cover(image: np.ndarray, width: int, height: int) -> np.ndarray:
    """The middle window of the target's proportions: a view, resized afterwards."""
    rows, columns = image.shape[:2]
    wide = min(columns, round(rows * width / height))
    tall = min(rows, round(columns * height / width))
    left, top = (columns - wide) // 2, (rows - tall) // 2
    return image[top:top + tall, left:left + wide]


def lay_on(image: np.ndarray, mark: np.ndarray, left: int, top: int) -> None:
    rows, columns = mark.shape[:2]
    under = image[top:top + rows, left:left + columns]
    alpha = mark[:, :, 3:].astype(np.float32) / 255
    under[:] = np.rint(mark[:, :, :3] * alpha + under * (1 - alpha)).astype(np.uint8)


def resized(image: np.ndarray, variant: Variant, job: Job) -> np.ndarray:
    width, height = variant["width"], variant["height"]
    if height:
        image = cover(image, width, height)
    else:
        height = round(image.shape[0] * width / image.shape[1])
    image = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    if job["mark"]:
        mark = decoded(mark_file(job["mark"]["path"]), cv2.IMREAD_UNCHANGED)
        lay_on(image, mark, job["mark"]["left"], job["mark"]["top"])
    return image


def encoded(image: np.ndarray, suffix: str, options: list[int]) -> bytes:
    return cv2.imencode(suffix, image, options)[1].tobytes()


class OpenCv:
    def describe(self) -> dict[str, str]:
        return {"name": "OpenCV", "version": cv2.__version__, "details": "INTER_AREA"}

    def files(self, source: bytes, job: Job) -> list[bytes]:
        image = decoded(source, cv2.IMREAD_COLOR)  # one decode serves all
        made = []
        for variant in job["variants"]:
            webp = variant["format"] == "webp"
            knob = cv2.IMWRITE_WEBP_QUALITY if webp else cv2.IMWRITE_JPEG_QUALITY
            made.append(encoded(resized(image, variant, job), ".webp" if webp else ".jpg",
                                [knob, variant["quality"]]))
        return made

    def pixels(self, source: bytes, job: Job) -> list[bytes]:
        image = decoded(source, cv2.IMREAD_COLOR)
        return [encoded(resized(image, variant, job), ".png", [cv2.IMWRITE_PNG_COMPRESSION, 1])
                for variant in job["variants"]]


serve(OpenCv())
