# SPDX-License-Identifier: Apache-2.0
"""The functions of the package: a source in; a report, pixels or a file out.

A source is a path, bytes, any buffer or a file opened in binary mode; where pixels will do, also an
`Image`, an array or a PIL image. Every call that works releases the GIL. While one runs, do not
write to a buffer that it reads: nothing breaks, but what comes out is a mixture.
"""

from __future__ import annotations

from typing import Any, Literal, Mapping, Sequence

from . import _limen
from .image import Image
from .options import Call, CancelToken, Limits, Workspace
from .recipe import Chroma, Color, Format, Recipe, native_recipe
from .results import Comparison, Found, ImageInfo, Placeholder, Plan, Variant
from .sources import FileSource, Source, file_or_pixels

__all__ = [
    "Original",
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
    "variants",
]

OnDamage = Literal["error", "best_effort"]
Pictures = Mapping[str, Source]


def probe(source: FileSource, *, limits: Limits | None = None) -> ImageInfo:
    """What a file's headers tell; no pixel is decoded.

    Pixel limits do not apply: it may tell the size of a picture that `decode` refuses. Raises
    `UnsupportedError`, `MalformedError`, `TruncatedError`, `LimitExceededError`, OSError.
    """
    return ImageInfo(**_limen.probe(_file(source, limits), limits))


def decode(
    source: FileSource,
    *,
    box: tuple[int, int, int, int] | None = None,
    at_least: tuple[int, int] | None = None,
    shrink: Literal["exact", "fine", "coarse"] = "fine",
    upright: bool = True,
    srgb: bool = True,
    keep_16_bit: bool = False,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    cancel: CancelToken | None = None,
    workspace: Workspace | None = None,
) -> Image:
    """The (first) picture of a file, as it should be seen.

    box: only this window, (left, top, right, bottom) in pixels of the result's full size.
    at_least: (width, height) that the whole stored picture will be reduced to at least: JPEG is then
    decoded smaller where `shrink` allows it, which is much faster.
    upright: EXIF orientation applied; srgb: colours converted from the file's profile (CMYK becomes
    RGB). False leaves what the file has. keep_16_bit: samples of more than 8 bits as uint16.
    on_damage: "best_effort" gives what can be read of a damaged file, and `Image.damage`.

    Raises `UnsupportedError`, `MalformedError`, `TruncatedError`, `LimitExceededError`,
    `InvalidArgumentError` (box), `CancelledError`, OSError.
    """
    options = {
        "box": box,
        "at_least": at_least,
        "shrink": shrink,
        "upright": upright,
        "srgb": srgb,
        "keep_16_bit": keep_16_bit,
        "on_damage": on_damage,
    }
    pixels, info, damage = _limen.decode(
        _file(source, limits), options, limits, (cancel, 1, workspace)
    )
    image = Image(pixels)
    image.info = ImageInfo(**info)
    image.damage = damage
    return image


def transform(
    source: Source,
    recipe: Recipe | str,
    *,
    pictures: Pictures | None = None,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    threads: int = 1,
    cancel: CancelToken | None = None,
    workspace: Workspace | None = None,
) -> bytes:
    """One file into another: decoded, upright, cropped, resized, in sRGB, watermarked, encoded.

    recipe: what is wanted, or a query string (`Recipe.from_query`). pictures: the marks that it
    names, each a source, decoded under the same limits. Pixels as the source (upright, sRGB, uint8 or
    uint16) give what a PNG of them would.

    The bytes follow from the source, the recipe, its marks and limen's version, not from threads or
    the machine. Raises `UnsupportedError`, `MalformedError`, `TruncatedError`, `LimitExceededError`,
    `InvalidArgumentError`, `CancelledError`, `OutOfMemoryError`, OSError.
    """
    return _limen.transform_one(
        file_or_pixels(source, limits),
        native_recipe(recipe),
        _pictures(pictures, limits),
        on_damage,
        limits,
        (cancel, threads, workspace),
    )


def variants(
    source: Source,
    recipes: Sequence[Recipe | str],
    *,
    pictures: Pictures | None = None,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    threads: int = 1,
    cancel: CancelToken | None = None,
    workspace: Workspace | None = None,
) -> list[Variant]:
    """One source into a file for each recipe, in their order, from one decode; with reports.

    threads: at the most, for different variants. All or nothing: a recipe's error is the call's, and
    its message starts with "recipe N: ". Otherwise as `transform`.
    """
    if isinstance(recipes, (str, Recipe)):
        raise TypeError("a sequence of recipes expected: [recipe]")
    reports = _limen.transform(
        file_or_pixels(source, limits),
        [native_recipe(recipe) for recipe in recipes],
        _pictures(pictures, limits),
        on_damage,
        limits,
        (cancel, threads, workspace),
    )
    return [Variant._of(report) for report in reports]


def render(
    source: Source,
    recipe: Recipe | str,
    *,
    pictures: Pictures | None = None,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    threads: int = 1,
    cancel: CancelToken | None = None,
    workspace: Workspace | None = None,
) -> Image:
    """The finished picture instead of its file: all that `transform` does but the encoding.

    uint8, or uint16 where the source has more than 8 bits; transparency is blended only onto an
    opaque background. What the recipe says of the file has no effect. Otherwise as `transform`.
    """
    return Image(
        _limen.render(
            file_or_pixels(source, limits),
            native_recipe(recipe),
            _pictures(pictures, limits),
            on_damage,
            limits,
            (cancel, threads, workspace),
        )
    )


def plan(source: FileSource, recipe: Recipe | str, *, limits: Limits | None = None) -> Plan:
    """How `transform` will carry a recipe out, from the file's headers alone. Raises what it would
    for them."""
    return Plan(**_limen.plan(_file(source, limits), native_recipe(recipe), limits))


def find_smallest(
    image: Source,
    *,
    target: Literal["invisible", "flicker-proof"] | float | None = None,
    max_bytes: int | None = None,
    formats: Sequence[Format] = ("jpeg",),
    worst_block: float | None = None,
    effort: int = 4,
    chroma: Chroma = "automatic",
    sharp_yuv: bool | None = None,
    progressive: bool = True,
    bit_depth: int = 8,
    matte: Color = "white",
    icc_profile: bytes | None = None,
    lossless_fallback: bool = True,
    time_budget: float = 0,
    threads: int = 1,
    cancel: CancelToken | None = None,
    workspace: Workspace | None = None,
) -> Found:
    """The smallest file of a picture whose loss meets a target; or the finest within `max_bytes`.

    image: pixels, or a file to decode. target: "invisible" (default), "flicker-proof", or a score.
    formats: the smallest file among them wins. worst_block: least score of the worst block.
    time_budget: seconds after which no trial starts, 0 for none. chroma "automatic" and sharp_yuv
    None: part of the search. The others: `Image.encode`.

    A target that no format reaches is no error: ``found.reached`` is False. Raises
    `InvalidArgumentError`, `UnsupportedError`, `LimitExceededError` (some 55 bytes a pixel, 1 GB),
    `CancelledError`.
    """
    names = (formats,) if isinstance(formats, str) else tuple(formats)
    options = {
        "target": target,
        "max_bytes": max_bytes,
        "formats": names,
        "format": names[0] if names else "jpeg",
        "worst_block": worst_block,
        "effort": effort,
        "chroma": chroma,
        "sharp_yuv": sharp_yuv,
        "progressive": progressive,
        "bit_depth": bit_depth,
        "matte": matte,
        "icc_profile": icc_profile,
        "lossless_fallback": lossless_fallback,
        "time_budget": time_budget,
    }
    return Found._of(
        _limen.find_smallest(_pixels(image), options, (cancel, threads, workspace))
    )


def compare(
    original: Source,
    candidate: Source,
    *,
    cancel: CancelToken | None = None,
    workspace: Workspace | None = None,
) -> float:
    """How different the candidate looks, on SSIMULACRA 2's scale: 100 identical, 90 no difference
    when they flicker, 85 none when they are swapped in place, 70 good, 30 poor; may be negative.

    Files or pixels of the same size, files upright and in sRGB. `Original` is faster where there are
    several candidates, and tells the worst block. Raises `InvalidArgumentError` for sizes that
    differ, and what `decode` does.
    """
    report = _limen.compare(_pixels(original), _pixels(candidate), (cancel, 1, workspace))
    return float(report["score"])


class Original:
    """A picture that many candidates are compared with; its side of the metric is computed once.

    Immutable: threads may share one. Takes about 21 bytes a pixel, twice that with alpha.
    """

    def __init__(self, image: Source, *, workspace: Workspace | None = None) -> None:
        pixels = _pixels(image)
        self._prepared = _limen.Prepared(pixels, (None, 1, workspace))
        self.size: tuple[int, int] = pixels.size

    def compare(self, candidate: Source, *, cancel: CancelToken | None = None) -> Comparison:
        """Score and worst block of a picture of the same size."""
        return Comparison(**self._prepared.compare(_pixels(candidate), (cancel, 1, None)))

    def heatmap(self, candidate: Source, *, cancel: CancelToken | None = None) -> Image:
        """Where it differs: the original in pale gray under colour, yellow for a score of 70, red
        for 50, dark red for 30; a blue frame around the worst block."""
        return Image(self._prepared.heatmap(_pixels(candidate), (cancel, 1, None)))

    def __repr__(self) -> str:
        return f"<limen.Original {self.size[0]}x{self.size[1]}>"


def pick_format(
    accept: str, formats: Sequence[Format] = ("avif", "webp", "jpeg")
) -> Format | None:
    """The format to answer a request's Accept header with; among equals the earlier of `formats`.

    AVIF and WebP count only where the header names them. None: none of them is acceptable.
    """
    return _limen.pick_format(accept, formats)


def placeholder(source: FileSource, *, limits: Limits | None = None) -> Placeholder:
    """What a page shows until the picture is there: 16 pixels as a data URI, the mean colour."""
    return Placeholder(**_limen.placeholder(_file(source, limits), limits, (None, 1, None)))


def codecs() -> dict[str, str]:
    """Formats, each with the library that reads and writes it and its version."""
    return _limen.codecs()


def simd_target() -> str:
    """The instruction set that calls use, by Highway's name: "AVX2", "AVX3", "SSE4", "NEON", …"""
    return _limen.simd_target()


def _file(source: object, limits: Limits | None) -> Any:
    """An object whose buffer is a file's bytes."""
    found = file_or_pixels(source, limits)
    if isinstance(found, _limen.Pixels):
        raise TypeError("a file expected, not pixels")
    return found


def _pixels(source: object) -> _limen.Pixels:
    found = file_or_pixels(source)
    return found if isinstance(found, _limen.Pixels) else decode(found)


def _pictures(pictures: Pictures | None, limits: Limits | None) -> list[tuple[str, Any]]:
    return [(name, file_or_pixels(each, limits)) for name, each in (pictures or {}).items()]
