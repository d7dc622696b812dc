# SPDX-License-Identifier: Apache-2.0
"""Pictures that the tests make for themselves."""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np

import limen

Array = np.ndarray[Any, np.dtype[Any]]


def smooth(width: int = 96, height: int = 64, channels: int = 3, dtype: str = "uint8") -> Array:
    """Waves: compresses like a photograph, and no two rows or columns are alike."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [
        0.5 + 0.3 * np.sin(x / (7 + c) + c) * np.cos(y / (11 - c)) + 0.1 * np.sin((x + y) / 3)
        for c in range(channels)
    ]
    values = np.stack(planes, axis=-1) if channels > 1 else planes[0]
    if dtype == "float32":
        return values.astype(np.float32)
    top = 255 if dtype == "uint8" else 65535
    return (values * top + 0.5).astype(dtype)


def noise(width: int, height: int, seed: int = 1) -> Array:
    """Costs as much as a picture of its size can."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def file_of(
    format: limen.recipe.Format, width: int = 96, height: int = 64, channels: int = 3
) -> bytes:
    """A file with smooth(), as `format`."""
    return limen.Image.from_array(smooth(width, height, channels)).encode(format, effort=2)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has next to no data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )
