# SPDX-License-Identifier: Apache-2.0
"""What is wanted of an output: `Recipe`, and what it is made of."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, Sequence, Union

from . import _limen

__all__ = [
    "Adjust",
    "Color",
    "Compass",
    "Filter",
    "Fit",
    "Focus",
    "Format",
    "Length",
    "Mark",
    "Recipe",
    "Sharpen",
]

Format = Literal["jpeg", "png", "webp", "avif"]
Fit = Literal["cover", "contain", "fill", "inside", "outside"]
Compass = Literal[
    "center",
    "north",
    "northeast",
    "east",
    "southeast",
    "south",
    "southwest",
    "west",
    "northwest",
]
Filter = Literal[
    "nearest",
    "box",
    "triangle",
    "hermite",
    "mitchell",
    "catmull-rom",
    "lanczos2",
    "lanczos3",
]
Chroma = Literal["automatic", "4:4:4", "4:2:2", "4:2:0", "4:4:0", "4:1:1", "4:1:0"]
#: Red, green, blue and perhaps alpha, 0 to 255; or '#rgb', '#rrggbb', '#rrggbbaa', a CSS name.
Color = Union[str, tuple[int, int, int], tuple[int, int, int, int]]


@dataclass(frozen=True)
class Focus:
    """A point that stays in the middle of a crop as far as the edges allow.

    unit: ``"source_fraction"``, 0 to 1 of the upright source's sides; ``"source_pixels"``, its
    pixels; ``"resized_fraction"``, 0 to 1 of what is being fitted, cropped and turned.
    """

    x: float = 0.5
    y: float = 0.5
    unit: Literal["source_pixels", "source_fraction", "resized_fraction"] = "source_fraction"


@dataclass(frozen=True)
class Length:
    """A length on the output: pixels (times the recipe's dpr), or a fraction, 0 to 1, of its side."""

    value: float = 0
    unit: Literal["pixels", "fraction"] = "pixels"


@dataclass(frozen=True)
class Sharpen:
    """Unsharp mask: `sigma` of the Gaussian in pixels, 0.3 to 100; `amount` of the difference that
    is added, 0 to 10; differences below `threshold`, a fraction of the range, are left alone."""

    sigma: float = 1.0
    amount: float = 1.0
    threshold: float = 0.0


@dataclass(frozen=True)
class Adjust:
    """Tone and colour, in this order; the defaults change nothing.

    brightness: added, a fraction of the range, -1 to 1. contrast: multiplied about the middle, 0 to
    10. gamma: above 1 brightens the middle, 0.1 to 10. saturation: 0 gray, 1 as it is, up to 10.
    greyscale: BT.709 luma in every channel.
    """

    brightness: float = 0.0
    contrast: float = 1.0
    gamma: float = 1.0
    saturation: float = 1.0
    greyscale: bool = False


@dataclass(frozen=True)
class Mark:
    """A picture laid over the output, by the name under which `transform(pictures=…)` has it.

    gravity: a compass point, or (x, y) in fractions of the output.
    scale: of the mark's own size, above 0 to 100; or of_output: its width as a fraction of the
    output's, above 0 to 1.
    pad_x, pad_y: kept free at the sides, above and below; between marks that tile. A number means
    pixels (times dpr).
    offset: moves it, in pixels (times dpr). opacity: 0 to 1.
    tile: repeated from the top left corner; gravity and offset then have no say.
    """

    name: str
    gravity: Compass | tuple[float, float] = "center"
    scale: float = 1.0
    of_output: float | None = None
    pad_x: float | Length = 0
    pad_y: float | Length = 0
    offset: tuple[int, int] = (0, 0)
    opacity: float = 1.0
    tile: bool = False


@dataclass(frozen=True, repr=False)
class Recipe:
    """What is wanted of an output, not how. Each default leaves the picture alone, but for the lossy
    encoding. Immutable, comparable, hashable where its values are, and safe to share by threads.

    Steps happen in this order: upright (EXIF orientation applied), crop, trim, rotate and flip,
    resize, sharpen, blur, adjust, padding, marks, rounded corners, matte, encode.

    Raises `InvalidArgumentError` for values that no picture could make sense of, `UnsupportedError`
    for a fidelity that the format does not have, TypeError for values of a wrong type.
    """

    #: (left, top, right, bottom) of the upright source in its pixels, Pillow's box; (left, top) goes
    #: on to the source's corner.
    crop: tuple[int, int] | tuple[int, int, int, int] | None = None
    #: Cuts a border of one colour away, with this tolerance a channel, 0 to 255.
    trim: int | None = None
    #: Degrees counter-clockwise. Corners that open up are in `background`.
    rotate: float = 0
    #: Mirrored left to right, after the rotation.
    flip_horizontal: bool = False
    #: Mirrored top to bottom, after the rotation.
    flip_vertical: bool = False
    #: Pixels; 0 follows from the other side and the proportions, both 0: as it is.
    width: int = 0
    #: Likewise.
    height: int = 0
    #: How the picture is made to suit width x height.
    fit: Fit = "cover"
    #: Instead of `fit`, where the picture is smaller than the box on either side.
    fit_if_smaller: Fit | None = None
    #: May pixels be invented?
    enlarge: bool = False
    #: What a cover keeps in the middle, where a contain stands: a compass point, a `Focus`, or (x, y)
    #: in fractions of the source.
    gravity: Compass | Focus | tuple[float, float] = "center"
    #: Device pixel ratio, above 0 to 10: multiplies width, height, radius, pads and offsets.
    dpr: float = 1
    filter: Filter = "lanczos3"
    #: Resample in linear light.
    linear_light: bool = False
    #: How much of a reduction a JPEG decoder may do: "fine" and "coarse" are faster, less exact.
    shrink: Literal["exact", "fine", "coarse"] = "exact"
    #: A `Sharpen`, or its amount, 0 to 10.
    sharpen: Sharpen | float | None = None
    #: Standard deviation in output pixels: 0, or 0.3 to 1000.
    blur: float = 0
    adjust: Adjust | None = None
    #: Laid on in this order; a str is a mark of that name in the centre.
    marks: Sequence[Mark | str] = ()
    #: Of rounded corners, pixels.
    radius: float = 0
    #: Behind padding, corners of a rotation and transparency. None: white padding, transparency
    #: stays where the format has it, white behind it in JPEG. Opaque: no transparency.
    background: Color | None = None
    #: None: the source's, unless `formats` has any.
    format: Format | None = None
    #: Instead of `format`: all that are accepted; the smallest file that reaches the target wins.
    formats: Sequence[Format] = ()
    #: "invisible" (the default: nobody sees a difference when the pictures are swapped in place, a
    #: score of 85), "flicker-proof" (90), or a score of SSIMULACRA 2, above 0 to 100.
    target: Literal["invisible", "flicker-proof"] | float | None = None
    #: Instead of `target`: the finest quality whose file is no larger.
    max_bytes: int | None = None
    #: Instead of `target`: the codec's own knob, 0 to 100.
    quality: float | None = None
    #: Instead of `target`: every sample as it was (PNG, WebP, AVIF).
    lossless: bool = False
    #: Instead of `target`: WebP's preprocessing, 100 (nothing) to 0 (the most).
    near_lossless: int | None = None
    #: Least score of the worst block of 64 x 64 pixels, up to 100. None: the target's default.
    worst_block: float | None = None
    #: Encode even where the source's own coded picture would do as well.
    always_encode: bool = False
    #: 0 (fastest) to 9 (smallest).
    effort: int = 4
    chroma: Chroma = "automatic"
    #: JPEG.
    progressive: bool = True
    #: "eight": 8 bits a sample in any case.
    depth: Literal["automatic", "eight"] = "automatic"
    #: "copyright" keeps copyright and credit and drops personal data.
    metadata: Literal["none", "copyright", "keep"] = "copyright"
    #: Leave colours as they are and embed the source's ICC profile, instead of sRGB.
    keep_profile: bool = False

    _native: _limen.Recipe = field(init=False, compare=False)

    def __post_init__(self) -> None:
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(self) if each.init}
        for name in ("marks", "formats"):
            if isinstance(values[name], list):
                values[name] = tuple(values[name])
                object.__setattr__(self, name, values[name])
        object.__setattr__(self, "_native", _limen.Recipe(values))

    @staticmethod
    def from_query(query: str) -> Recipe:
        """Reads the URL query dialect of Cloudimage, e.g. ``"w=800&h=600&func=crop&q=75"``.

        Values are percent-decoded; a leading ``?`` is allowed. The dialect enlarges pictures unless
        ``org_if_sml=1``. Raises `InvalidArgumentError` for an unknown, repeated or malformed key,
        `UnsupportedError` for those of the dialect that limen does not do.
        """
        fields = _limen.Recipe.from_query(query).fields()
        for name, cls in (("gravity", Focus), ("sharpen", Sharpen), ("adjust", Adjust)):
            if isinstance(fields.get(name), dict):
                fields[name] = cls(**fields[name])
        fields["marks"] = tuple(_mark(mark) for mark in fields.get("marks", ()))
        return Recipe(**fields)

    def canonical(self) -> str:
        """A cache key: one line of printable ASCII, equal for recipes that mean the same.

        An output follows from the source's bytes, this, the bytes of the marks that it names, and
        limen's version.
        """
        return self._native.canonical()

    def replace(self, **changes: Any) -> Recipe:
        """The same recipe with some fields changed."""
        return dataclasses.replace(self, **changes)

    def __repr__(self) -> str:
        return f"Recipe({', '.join(f'{k}={v!r}' for k, v in self._changed().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Recipe, **self._changed()), ()

    def _changed(self) -> dict[str, Any]:
        return {
            each.name: value
            for each in dataclasses.fields(self)
            if each.init and (value := getattr(self, each.name)) != each.default
        }


def _mark(fields: dict[str, Any]) -> Mark:
    for name in ("pad_x", "pad_y"):
        if name in fields:
            fields[name] = Length(**fields[name])
    return Mark(**fields)


def native_recipe(recipe: Recipe | str) -> _limen.Recipe:
    """Of a `Recipe` or a query string."""
    if isinstance(recipe, Recipe):
        return recipe._native
    if isinstance(recipe, str):
        return _limen.Recipe.from_query(recipe)
    raise TypeError(f"a Recipe or a query string expected, not {type(recipe).__name__}")
