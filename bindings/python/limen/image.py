# SPDX-License-Identifier: Apache-2.0
"""`Image`: decoded pixels."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Sequence

from . import _limen
from .options import CancelToken, Workspace
from .recipe import Adjust, Chroma, Color, Filter, Format
from .results import ImageInfo
from .sources import PixelSource, Writable, file_or_pixels, pixels_of_bytes, write_file

if TYPE_CHECKING:
    import numpy
    import PIL.Image

__all__ = ["Image"]

_SUFFIXES: dict[str, Format] = {
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".png": "png",
    ".webp": "webp",
    ".avif": "avif",
}
_MODES = {
    ("gray", "uint8"): "L",
    ("gray_alpha", "uint8"): "LA",
    ("rgb", "uint8"): "RGB",
    ("rgba", "uint8"): "RGBA",
    ("cmyk", "uint8"): "CMYK",
    ("gray", "uint16"): "I;16",
    ("gray", "float32"): "F",
}
_NOTEBOOK_SIDE = 1024


class Image(_limen.Pixels):
    """A picture's pixels: height x width (gray) or height x width x 2 to 4 (gray and alpha, RGB,
    RGBA) samples of uint8, uint16 or float32, alpha straight, taken as sRGB. Row 0 is at the top.

    Immutable: methods give a new image, so that threads may share one. ``numpy.asarray(image)``,
    ``memoryview(image)`` and ``numpy.from_dlpack(image)`` see the pixels without a copy, read only.

    Made by `limen.decode`, `Image.from_array` and `Image.from_pillow`. `close()` or a ``with`` block
    frees the memory at a time of your choosing; otherwise it goes with the last reference.
    """

    #: What the file's headers said, where the image comes from `limen.decode`.
    info: ImageInfo | None = None
    #: With on_damage="best_effort": what was wrong with the file.
    damage: str = ""

    def __init__(self, pixels: _limen.Pixels) -> None:
        if not isinstance(pixels, _limen.Pixels):
            raise TypeError(
                f"an Image is not made of {type(pixels).__name__}, but by limen.decode(), "
                "Image.from_array() and Image.from_pillow()"
            )
        super().__init__(pixels)

    @classmethod
    def from_array(cls, array: Any) -> Image:
        """The pixels of a numpy array or another buffer: H x W or H x W x 1 to 4 uint8, uint16 or
        float32 (0 to 1).

        Nothing is copied where the samples of a row lie side by side and rows run downward, at any
        distance (slices of rows and columns, other libraries' padding); the image then shows later
        changes of the array. Other strides, mirrored or thinned out, are copied.

        Raises TypeError for another type or byte order, `InvalidArgumentError` for another shape.
        """
        pixels = file_or_pixels(array)
        if not isinstance(pixels, _limen.Pixels):
            raise TypeError("an array of two or three dimensions expected, not a file")
        return cls(pixels)

    @classmethod
    def from_pillow(cls, image: PIL.Image.Image) -> Image:
        """A PIL image's pixels, copied. Modes that limen does not have are converted as PIL does."""
        return cls(file_or_pixels(image))

    # What it is.

    @property
    def width(self) -> int:
        """Pixels."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels."""
        return self.size[1]

    def __repr__(self) -> str:
        if self.closed:
            return "<limen.Image closed>"
        return f"<limen.Image {self.width}x{self.height} {self.layout} {self.dtype}>"

    def __enter__(self) -> Image:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __eq__(self, other: object) -> bool:
        """Same shape, sample type and pixels."""
        if not isinstance(other, _limen.Pixels):
            return NotImplemented
        if (self.shape, self.dtype, self.layout) != (other.shape, other.dtype, other.layout):
            return False
        return memoryview(self) == memoryview(other)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        return _unpickle, (self.tobytes(), self.shape, self.dtype, self.info, self.damage)

    # Pixels for others.

    def numpy(self) -> numpy.ndarray[Any, Any]:
        """The pixels as a read-only numpy array, not copied; ``.copy()`` it to write."""
        import numpy

        return numpy.asarray(self)

    def tobytes(self) -> bytes:
        """All samples, row by row, without padding, in the machine's byte order."""
        return memoryview(self).tobytes()

    def pillow(self) -> PIL.Image.Image:
        """A PIL image with a copy of the pixels. Raises TypeError for what PIL has no mode for:
        colours of 16 bits, colours in float32."""
        import PIL.Image

        mode = _MODES.get((self.layout, self.dtype))
        if mode is None:
            raise TypeError(f"PIL has no mode for {self.layout} pixels of {self.dtype}")
        data = self.tobytes()
        if mode == "CMYK":
            # PIL too has 0 for no ink.
            return PIL.Image.frombytes("CMYK", self.size, data)
        return PIL.Image.frombytes(mode, self.size, data)

    def __dlpack__(
        self,
        *,
        stream: Any = None,
        max_version: tuple[int, int] | None = None,
        dl_device: tuple[int, int] | None = None,
        copy: bool | None = None,
    ) -> Any:
        """DLPack: shared and read only from version 1.0 on; a consumer of an older one has a copy,
        because it could not be told not to write."""
        if stream is not None or dl_device not in (None, (1, 0)):
            raise BufferError("the pixels are in the CPU's memory")
        versioned = max_version is not None and max_version[0] >= 1
        if copy is False and not versioned:
            raise BufferError("read-only pixels need DLPack 1.0 to be shared")
        return self.dlpack(versioned, bool(copy))

    def __dlpack_device__(self) -> tuple[int, int]:
        return (1, 0)

    def _repr_png_(self) -> bytes:
        image = self
        if max(image.size) > _NOTEBOOK_SIDE:
            scale = _NOTEBOOK_SIDE / max(image.size)
            image = image.resize(
                max(1, round(image.width * scale)), max(1, round(image.height * scale))
            )
        if image.dtype == "float32":
            import numpy

            samples = numpy.clip(image.numpy() * 255 + 0.5, 0, 255).astype(numpy.uint8)
            image = Image.from_array(samples)
        return image.encode("png", effort=1)

    # Pictures from this one. Each releases the GIL.

    def resize(
        self,
        width: int,
        height: int = 0,
        *,
        filter: Filter = "lanczos3",
        box: Sequence[float] | None = None,
        linear_light: bool = False,
        threads: int = 1,
        cancel: CancelToken | None = None,
        workspace: Workspace | None = None,
    ) -> Image:
        """Resampled to width x height pixels; a side that is 0 follows from the proportions.

        box: the window that becomes the whole output, (left, top, right, bottom) in pixels and
        fractions of them. linear_light: filter light, not sRGB's values. threads: at the most.

        Raises `InvalidArgumentError`, `LimitExceededError` (over 50 megapixels), `CancelledError`.
        """
        if isinstance(width, (tuple, list)):
            raise TypeError("width: int expected, not a size: resize(*size)")
        if (width == 0) != (height == 0):
            source = (box[2] - box[0], box[3] - box[1]) if box is not None else self.size
            if min(source) > 0:
                if width == 0:
                    width = max(1, int(height * source[0] / source[1] + 0.5))
                else:
                    height = max(1, int(width * source[1] / source[0] + 0.5))
        options = {"filter": filter, "box": box, "linear_light": linear_light}
        call = (cancel, threads, workspace)
        return Image(_limen.resize(self, (width, height), options, call))

    def crop(self, box: tuple[int, int, int, int]) -> Image:
        """The window (left, top, right, bottom); shares this image's memory. It must lie inside."""
        return Image(_limen.crop(self, box))

    def overlay(
        self,
        mark: PixelSource,
        position: tuple[int, int] = (0, 0),
        *,
        opacity: float = 1.0,
        tile: bool = False,
        cancel: CancelToken | None = None,
    ) -> Image:
        """With `mark` laid over it, its top left corner at `position` (x, y); what sticks out is cut.

        Both of uint8 or both of uint16. opacity: 0 to 1. tile: again and again from the top left
        corner; position is then the spacing between one and the next.
        """
        over = file_or_pixels(mark)
        if not isinstance(over, _limen.Pixels):
            raise TypeError("pixels expected for a mark: limen.decode() the file first")
        return Image(_limen.overlay(self, over, position, opacity, tile, (cancel, 1, None)))

    def extend(
        self,
        size: tuple[int, int],
        position: tuple[int, int] = (0, 0),
        background: Color = "white",
    ) -> Image:
        """On a canvas of `size` (width, height), its corner at `position`; what sticks out is cut."""
        return Image(_limen.extend(self, size, position, background, _PLAIN))

    def flatten(self, matte: Color = "white") -> Image:
        """Without alpha: blended onto an opaque colour."""
        return Image(_limen.flatten(self, matte, _PLAIN))

    def rotate(self, degrees: float, background: Color = (0, 0, 0, 0)) -> Image:
        """Turned counter-clockwise, on a canvas that holds all of it. Quarter turns are exact."""
        return Image(_limen.rotate(self, degrees, background, _PLAIN))

    def flip(self, direction: Literal["horizontal", "vertical"]) -> Image:
        """Mirrored left to right ("horizontal") or top to bottom ("vertical")."""
        if direction not in ("horizontal", "vertical"):
            _limen.raise_error(
                "invalid_argument", f"direction: '{direction}' is neither horizontal nor vertical"
            )
        return self.orient(2 if direction == "horizontal" else 4)

    def orient(self, orientation: int) -> Image:
        """What a picture stored with this EXIF orientation, 1 to 8, looks like upright."""
        return Image(_limen.orient(self, orientation, _PLAIN))

    def trim(self, tolerance: int = 10) -> Image:
        """Without the border of the top left pixel's colour; `tolerance` a channel, 0 to 255."""
        return self.crop(_limen.find_trim(self, tolerance))

    def round_corners(self, radius: float) -> Image:
        """With corners rounded to transparency; `radius` in pixels, infinity for an ellipse's."""
        return Image(_limen.round_corners(self, radius, _PLAIN))

    def blur(self, sigma: float, *, cancel: CancelToken | None = None) -> Image:
        """Gaussian, standard deviation in pixels, 0.3 to 1000."""
        return Image(_limen.blur(self, sigma, (cancel, 1, None)))

    def sharpen(self, amount: float = 1.0, sigma: float = 1.0, threshold: float = 0.0) -> Image:
        """Unsharp mask: see `Sharpen`."""
        return Image(_limen.sharpen(self, sigma, amount, threshold, _PLAIN))

    def adjust(
        self,
        *,
        brightness: float = 0.0,
        contrast: float = 1.0,
        gamma: float = 1.0,
        saturation: float = 1.0,
        greyscale: bool = False,
    ) -> Image:
        """Tone and colour: see `Adjust`."""
        wanted = Adjust(brightness, contrast, gamma, saturation, greyscale)
        return Image(_limen.adjust(self, wanted, _PLAIN))

    def average_color(self) -> tuple[int, int, int, int]:
        """The mean in linear light, weighted by alpha: red, green, blue, alpha."""
        return _limen.average_color(self)

    # Files from this one.

    def encode(
        self,
        format: Format,
        *,
        quality: float | None = None,
        lossless: bool = False,
        near_lossless: int | None = None,
        effort: int = 4,
        chroma: Chroma = "automatic",
        sharp_yuv: bool | None = None,
        progressive: bool = True,
        bit_depth: int = 8,
        matte: Color = "white",
        icc_profile: bytes | None = None,
        exif: bytes | None = None,
        xmp: bytes | None = None,
        cancel: CancelToken | None = None,
    ) -> bytes:
        """The picture as a file; uint8 or uint16 pixels.

        quality: the codec's knob, 0 to 100 (80 where nothing is named; `limen.find_smallest` looks
        for it). lossless: PNG always, WebP, AVIF. near_lossless: WebP, 100 to 0. effort: 0 (fastest)
        to 9 (smallest). chroma: automatic is 4:2:0, from quality 90 up 4:4:4 in JPEG and AVIF.
        sharp_yuv: lossy WebP's way of halving chroma, finer and slower; None: from effort 7 up.
        bit_depth: 8, AVIF also 10. matte: behind alpha in JPEG. icc_profile, exif (a TIFF stream,
        with or without "Exif" in front) and xmp are embedded as they are.

        Raises `InvalidArgumentError`, `UnsupportedError` (a picture that the format cannot hold),
        `CancelledError`.
        """
        options = {
            "format": format,
            "quality": quality,
            "lossless": lossless,
            "near_lossless": near_lossless,
            "effort": effort,
            "chroma": chroma,
            "sharp_yuv": sharp_yuv,
            "progressive": progressive,
            "bit_depth": bit_depth,
            "matte": matte,
            "icc_profile": icc_profile,
            "exif": exif.removeprefix(b"Exif\0\0") if exif is not None else None,
            "xmp": xmp,
        }
        return _limen.encode(self, options, (cancel, 1, None))

    def save(
        self,
        path: str | os.PathLike[str] | Writable,
        format: Format | None = None,
        **options: Any,
    ) -> None:
        """Writes the file that `encode` makes, to a path or an open binary file; the format follows
        from the path's suffix, if need be.

        Raises what `encode` does, and OSError.
        """
        if format is None:
            if isinstance(path, Writable):
                raise TypeError("format: an open file has no suffix to tell it")
            suffix = Path(path).suffix.lower()
            if suffix not in _SUFFIXES:
                _limen.raise_error(
                    "unsupported", f"'{suffix}' is no suffix of a format that limen writes"
                )
            format = _SUFFIXES[suffix]
        write_file(path, self.encode(format, **options))


_PLAIN = (None, 1, None)


def _unpickle(
    data: bytes, shape: tuple[int, ...], dtype: str, info: ImageInfo | None, damage: str
) -> Image:
    letter = {"uint8": "B", "uint16": "H", "float32": "f"}[dtype]
    image = Image(pixels_of_bytes(data, letter, shape))
    image.info = info
    image.damage = damage
    return image
