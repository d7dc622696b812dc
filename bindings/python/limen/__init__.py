# SPDX-License-Identifier: Apache-2.0
"""limen resizes, crops, watermarks and encodes pictures: JPEG, PNG, WebP and AVIF in and out. Unless
you name a quality it finds it: the smallest file whose loss nobody sees.

    import limen

    card = limen.transform("photo.jpg", limen.Recipe(width=640, height=360, format="webp"))
    image = limen.decode("photo.jpg").resize(800)
    image.save("small.jpg", quality=85)

Files: `probe`, `decode`, `transform`, `variants`, `render`, `transform_many`, `plan`,
`placeholder`.
Pixels: `Image`, `find_smallest`, `compare`, `Original`.
What is wanted: `Recipe`, `Mark`, `Focus`, `Length`, `Sharpen`, `Adjust`.
How: `Limits`, `CancelToken`, `Workspace`; `limen.aio` for asyncio.
What goes wrong: `Error` and its subclasses.
"""

from __future__ import annotations

from . import _limen, aio
from .batch import Results, transform_many
from .errors import (
    CancelledError,
    Error,
    InputOutputError,
    InternalError,
    InvalidArgumentError,
    LimitExceededError,
    MalformedError,
    OutOfMemoryError,
    TruncatedError,
    UnsupportedError,
)
from .functions import (
    Original,
    codecs,
    compare,
    decode,
    find_smallest,
    pick_format,
    placeholder,
    plan,
    probe,
    render,
    simd_target,
    transform,
    variants,
)
from .image import Image
from .options import CancelToken, Limits, Workspace
from .recipe import Adjust, Focus, Length, Mark, Recipe, Sharpen
from .results import (
    Comparison,
    Found,
    ImageInfo,
    Placeholder,
    Plan,
    SearchReport,
    Trial,
    Variant,
)

__version__ = _limen.version()

__all__ = [
    "Adjust",
    "CancelToken",
    "CancelledError",
    "Comparison",
    "Error",
    "Focus",
    "Found",
    "Image",
    "ImageInfo",
    "InputOutputError",
    "InternalError",
    "InvalidArgumentError",
    "Length",
    "LimitExceededError",
    "Limits",
    "MalformedError",
    "Mark",
    "Original",
    "OutOfMemoryError",
    "Placeholder",
    "Plan",
    "Recipe",
    "Results",
    "SearchReport",
    "Sharpen",
    "Trial",
    "TruncatedError",
    "UnsupportedError",
    "Variant",
    "Workspace",
    "aio",
    "codecs",
    "compare",
    "decode",
    "find_smallest",
    "pick_format",
    "placeholder",
    "plan",
    "probe",
    "render",
    "simd_target",
    "transform",
    "transform_many",
    "variants",
]
