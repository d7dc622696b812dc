# SPDX-License-Identifier: Apache-2.0
"""What may stand where a function takes a file or pixels, and how it becomes what limen reads."""

from __future__ import annotations

import io
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Union, runtime_checkable

from . import _limen
from .errors import LimitExceededError
from .options import DEFAULT_INPUT_BYTES, Limits

if TYPE_CHECKING:
    import mmap
    from array import array

    import numpy
    import PIL.Image

    #: Objects with the buffer protocol. Any other that has it will do as well.
    Buffer = Union[
        bytes, bytearray, memoryview, mmap.mmap, "array[int]", "numpy.ndarray[Any, Any]"
    ]


@runtime_checkable
class Readable(Protocol):
    """A file that was opened for reading bytes. It is read from where it stands, and not closed."""

    def read(self, size: int, /) -> bytes: ...


@runtime_checkable
class Writable(Protocol):
    """A file that was opened for writing bytes. It is written where it stands, and not closed."""

    def write(self, data: bytes, /) -> object: ...


#: A picture's file: a path, its bytes, or an open file.
FileSource = Union[str, "os.PathLike[str]", "Buffer", Readable]
#: Pixels: a limen.Image, a numpy array or any buffer of H x W or H x W x 1..4 uint8, uint16 or
#: float32, a PIL image.
PixelSource = Union["_limen.Pixels", "Buffer", "PIL.Image.Image"]
#: Either.
Source = Union[FileSource, PixelSource]


#: Of each PIL mode that limen reads: the sample's letter in struct's notation, and the channels.
_PILLOW_MODES = {
    "L": ("B", 1),
    "LA": ("B", 2),
    "RGB": ("B", 3),
    "RGBA": ("B", 4),
    "I;16": ("H", 1),
    "I;16L": ("H", 1),
    "F": ("f", 1),
}


def is_pillow(source: object) -> bool:
    """True for a PIL image, without importing PIL for those who do not use it."""
    module = sys.modules.get("PIL.Image")
    return module is not None and isinstance(source, module.Image)


def file_or_pixels(source: object, limits: Limits | None = None) -> Any:
    """`_limen.Pixels` where `source` has pixels, else an object whose buffer is a file's bytes."""
    if isinstance(source, (bytes, _limen.Pixels)):
        return source
    if isinstance(source, (str, os.PathLike)):
        return _read_path(source, _most_bytes(limits))
    if is_pillow(source):
        return pixels_of_pillow(source)
    try:
        view = memoryview(source)  # type: ignore[arg-type]
    except TypeError:
        pass
    else:
        return _limen.pixels_of_buffer(source) if view.ndim > 1 else source
    if isinstance(source, io.TextIOBase):
        raise TypeError("a file in text mode: open it in binary mode")
    if isinstance(source, Readable):
        return _read_file(source, _most_bytes(limits))
    if hasattr(source, "__array_interface__") or hasattr(source, "__array__"):
        return file_or_pixels(_as_array(source), limits)
    raise TypeError(
        f"a path, bytes, a buffer, a binary file, an array or a PIL image expected, "
        f"not {type(source).__name__}"
    )


def write_file(to: str | os.PathLike[str] | Writable, data: bytes) -> None:
    """A finished file, to a path or an open file."""
    if isinstance(to, Writable):
        to.write(data)
    else:
        Path(to).write_bytes(data)


def pixels_of_pillow(source: Any) -> _limen.Pixels:
    """A PIL image's pixels. PIL stores them in a way of its own, so this copies."""
    mode = source.mode
    if mode == "P":
        mode = "RGBA" if "transparency" in source.info else "RGB"
        source = source.convert(mode)
    elif mode in ("1", "I;16B", "La", "RGBa", "CMYK", "YCbCr", "LAB", "HSV", "RGBX", "PA"):
        mode = {"1": "L", "I;16B": "I;16", "La": "LA", "RGBa": "RGBA", "PA": "RGBA"}.get(mode, "RGB")
        source = source.convert(mode)
    if mode not in _PILLOW_MODES:
        raise TypeError(f"a PIL image of mode {mode} has no counterpart: convert() it first")
    letter, channels = _PILLOW_MODES[mode]
    width, height = source.size
    if width == 0 or height == 0:
        # What an array without elements raises.
        _limen.raise_error("invalid_argument", "pixels: an image without pixels is no picture")
    shape = (height, width) if channels == 1 else (height, width, channels)
    return pixels_of_bytes(source.tobytes(), letter, shape)


def pixels_of_bytes(data: bytes, letter: str, shape: tuple[int, ...]) -> _limen.Pixels:
    """Packed samples of struct's format `letter`, borrowed."""
    cast: Any = memoryview(data).cast  # typeshed has an overload for each letter
    return _limen.pixels_of_buffer(cast(letter, shape))


def _as_array(source: Any) -> Any:
    try:
        import numpy
    except ImportError:
        raise TypeError(
            f"{type(source).__name__} needs numpy to be read as an array, which is not installed"
        ) from None
    return numpy.asarray(source)


def _most_bytes(limits: Limits | None) -> int:
    if limits is None or limits.input_bytes is None:
        return DEFAULT_INPUT_BYTES
    return limits.input_bytes


def _refuse(asked: int, allowed: int) -> LimitExceededError:
    return LimitExceededError(
        f"{asked} input bytes asked, {allowed} allowed",
        limit="input_bytes",
        asked=asked,
        allowed=allowed,
    )


def _read_path(path: str | os.PathLike[str], most: int) -> bytes:
    with open(path, "rb", buffering=0) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            return _read_file(file, most)
        if status.st_size > most:
            raise _refuse(status.st_size, most)
        # One read takes all of it; a second sees the end, or that the file is growing.
        return _read_file(file, most, first=status.st_size + 1)


def _read_file(file: Any, most: int, first: int = 1 << 20) -> bytes:
    """Reads to the end, and no more than one byte beyond what is allowed."""
    parts: list[bytes] = []
    total = 0
    step = first
    while True:
        part = file.read(max(1, min(step, most + 1 - total)))
        if part is None:
            raise BlockingIOError("the file has nothing to read yet: limen needs a blocking one")
        if not isinstance(part, (bytes, bytearray, memoryview)):
            raise TypeError(
                f"the file's read() gave {type(part).__name__}, not bytes: open it in binary mode"
            )
        if not part:
            break
        parts.append(bytes(part))
        total += len(part)
        if total > most:
            raise _refuse(total, most)
        step = 1 << 20
    return parts[0] if len(parts) == 1 else b"".join(parts)
