# SPDX-License-Identifier: Apache-2.0
"""What calls take beside their subject: limits, a token to cancel them, memory to reuse."""

from __future__ import annotations

from dataclasses import dataclass

from ._limen import CancelToken, Workspace

__all__ = ["CancelToken", "Limits", "Workspace"]


@dataclass(frozen=True)
class Limits:
    """What one call may take at the most, checked before memory is taken or a pixel is decoded.

    A field that is None has limen's default, given below. 0 allows nothing. Beyond a limit a call
    raises `LimitExceededError`, which names it.
    """

    #: Bytes of one input: 64 MB.
    input_bytes: int | None = None
    #: Pixels, each side of a frame: 65,535.
    side: int | None = None
    #: Pixels of one frame: 50 million.
    pixels: int | None = None
    #: Bytes held at one time, outputs included: 256 MB; `transform` and `plan`: 1 GB, because a
    #: search for the quality takes some 50 bytes a pixel. Where a call has a `Workspace`, its limit
    #: holds instead.
    working_memory: int | None = None
    #: Scans of a progressive JPEG: 100.
    scans: int | None = None
    #: Frames of an animation: 1,000.
    frames: int | None = None
    #: Bytes of ICC, EXIF, XMP and text together: 4 MB.
    metadata_bytes: int | None = None


#: What Limits.input_bytes is where nobody says.
DEFAULT_INPUT_BYTES = 64_000_000

Call = tuple[CancelToken | None, int, Workspace | None]
