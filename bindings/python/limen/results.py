# SPDX-License-Identifier: Apache-2.0
"""What limen reports: of a file, of a plan, of an output, of a search.

Sizes are (width, height) in pixels, boxes (left, top, right, bottom), colours (red, green, blue,
alpha).
"""

from __future__ import annotations

import os
from base64 import b64encode
from dataclasses import dataclass, field, fields
from html import escape
from typing import Any, Mapping

from .sources import Writable, write_file

__all__ = [
    "Comparison",
    "Found",
    "ImageInfo",
    "Placeholder",
    "Plan",
    "SearchReport",
    "Trial",
    "Variant",
]

Size = tuple[int, int]
Box = tuple[int, int, int, int]


def _table(pairs: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:left'>{escape(str(value))}</td></tr>"
        for name, value in pairs.items()
    )
    return f"<table>{rows}</table>"


class _Sized:
    """What has a size has its sides."""

    size: Size

    @property
    def width(self) -> int:
        """Pixels."""
        return self.size[0]

    @property
    def height(self) -> int:
        """Pixels."""
        return self.size[1]


@dataclass(frozen=True)
class ImageInfo(_Sized):
    """What a file's headers tell."""

    format: str
    mime_type: str
    #: As it should be seen, upright.
    size: Size
    #: As stored, before orientation.
    stored_size: Size
    #: EXIF's, 1 to 8: how the stored picture is turned and mirrored; 1 is upright.
    orientation: int
    #: Pictures of an animation; limen reads the first.
    frames: int
    #: Bits a sample, as coded.
    bit_depth: int
    #: "gray", "rgb", "ycbcr", "palette", "cmyk" or "ycck".
    model: str
    has_alpha: bool
    #: "4:2:0", …; "4:4:4" where not subsampled.
    chroma: str
    lossless: bool
    #: Progressive JPEG, interlaced PNG.
    progressive: bool
    arithmetic: bool
    multi_scan: bool
    has_gain_map: bool
    icc_profile: bytes | None = field(repr=False)
    #: libjpeg's quality whose tables are nearest to the file's, 1 to 100.
    jpeg_quality: int | None
    has_exif: bool
    has_xmp: bool
    has_iptc: bool


@dataclass(frozen=True)
class Plan:
    """How a recipe will be carried out on one source, known before a pixel is decoded."""

    stored_size: Size
    orientation: int
    upright_size: Size
    crop: Box
    #: Trimming depends on pixels: the rest is as though there were no border.
    trims: bool
    #: Quarter turns and flips after the crop, as an EXIF orientation.
    turn: int
    rotate: float
    turned_size: Size
    #: What of it the fit uses.
    fitted_window: Box
    resized_size: Size
    #: Of the resized picture on the canvas.
    position: tuple[int, int]
    #: Of the output.
    size: Size
    #: What the decoder is asked for, in stored pixels, if not all.
    region: Box | None
    #: JPEG's reduction while decoding; 8 is none.
    scale_eighths: int
    #: "interleaved_8", "interleaved_16", or "planar_8": a JPEG's own planes are resampled.
    path: str
    #: With "planar_8": they never become RGB.
    encodes_planes: bool
    color_action: str
    color_source: str
    converts_before_resize: bool
    keeps_profile: bool
    format: str
    formats: tuple[str, ...]
    #: The quality is looked for, and the format among `formats`.
    searches: bool
    #: The source's own coded picture may come out.
    may_keep_source: bool
    bit_depth: int
    flattens: bool
    matte: tuple[int, int, int, int]
    #: Upper bound of the working memory, without marks and the encoder's own.
    peak_bytes: int
    steps: tuple[str, ...]
    notes: tuple[str, ...]

    def _repr_html_(self) -> str:
        return _table({each.name: getattr(self, each.name) for each in fields(self)})


@dataclass(frozen=True)
class Trial:
    """One setting that a search has looked at."""

    format: str
    chroma: str
    sharp_yuv: bool
    quality: float | None
    lossless: bool
    #: As Found's.
    quantizer: str
    score: float
    worst_block: float
    #: None: never encoded to the end.
    size_bytes: int | None
    passes: bool


@dataclass(frozen=True)
class SearchReport:
    """What a search has to say for its answer."""

    #: Of the file beside the finished picture, on SSIMULACRA 2's scale.
    score: float
    #: Of the worst block of 64 x 64 pixels, and where it is.
    worst_block: float
    worst_block_at: Box
    #: The target and the worst block's bound, or the size.
    reached: bool
    #: The next lower setting was seen to fail.
    certified: bool
    #: What chose a JPEG's levels: as Found's.
    quantizer: str
    evaluations: int
    encodes: int
    trials: tuple[Trial, ...] = field(repr=False)


class _File:
    """A finished file: its bytes, and how a notebook and a folder take them."""

    data: bytes
    mime_type: str

    def __bytes__(self) -> bytes:
        return self.data

    def __len__(self) -> int:
        return len(self.data)

    def save(self, path: str | os.PathLike[str] | Writable) -> None:
        """Writes the file's bytes, to a path or an open binary file. Raises OSError."""
        write_file(path, self.data)

    def _picture(self) -> str:
        text = b64encode(self.data).decode("ascii")
        return f"<img src='data:{self.mime_type};base64,{text}' style='max-width:100%'>"


@dataclass(frozen=True)
class Variant(_File, _Sized):
    """A finished file and what was done for it. ``bytes(variant)`` is the file."""

    data: bytes = field(repr=False)
    format: str
    mime_type: str
    size: Size
    bit_depth: int
    has_alpha: bool
    #: The codec's knob (of a JPEG whose `search` says "limen", libjpeg's of about the same loss);
    #: None with lossless, near_lossless, or where it is not known.
    quality: float | None
    lossless: bool
    chroma: str
    #: WebP whose quality was searched for: its chroma was halved the sharp way.
    sharp_yuv: bool
    #: The file's scans; JPEG.
    progressive: bool
    #: The source's own coded picture, not encoded again.
    kept_source: bool
    #: None where a codec's own knob was named: nobody has looked.
    search: SearchReport | None
    #: "none", "icc", "cicp", "gamma", "tone_map" or "approximate_cmyk".
    color_action: str
    color_source: str
    keeps_profile: bool
    dropped_metadata: tuple[str, ...]
    #: With on_damage="best_effort": what was wrong with the source.
    damage: str
    notes: tuple[str, ...]
    #: Wall time by stage.
    seconds: Mapping[str, float] = field(repr=False)
    peak_bytes: int
    source_decodes: int
    near_lossless: int | None = None

    @staticmethod
    def _of(report: dict[str, Any]) -> Variant:
        if report["search"] is not None:
            report["search"] = _search(report["search"])
        # __init__() of a frozen class sets each field by a call.
        made: Variant = object.__new__(Variant)
        made.__dict__.update(report)
        return made

    def _repr_html_(self) -> str:
        about: dict[str, Any] = {
            "file": f"{self.format}, {self.width} x {self.height}, {len(self.data):,} bytes"
        }
        if self.quality is not None:
            about["quality"] = f"{self.quality:g}, {self.chroma}"
        if self.search is not None:
            about["score"] = f"{self.search.score:.2f}, worst block {self.search.worst_block:.2f}"
        return self._picture() + _table(about)


@dataclass(frozen=True)
class Found(_File):
    """The smallest file that `find_smallest` found. ``bytes(found)`` is the file."""

    data: bytes = field(repr=False)
    format: str
    mime_type: str
    #: What `Image.encode` makes the same file with; None where lossless. Of a JPEG by limen's own
    #: quantiser libjpeg's quality of about the same loss.
    quality: float | None
    lossless: bool
    #: What chose a JPEG's levels: "libjpeg", which `Image.encode` does again, or "limen".
    quantizer: str
    chroma: str
    #: WebP: what `Image.encode` takes.
    sharp_yuv: bool
    #: The file's scans; JPEG.
    progressive: bool
    score: float
    worst_block: float
    worst_block_at: Box
    reached: bool
    certified: bool
    evaluations: int
    encodes: int
    trials: tuple[Trial, ...] = field(repr=False)

    @staticmethod
    def _of(report: dict[str, Any]) -> Found:
        report["trials"] = tuple(Trial(**trial) for trial in report["trials"])
        return Found(**report)

    def _repr_html_(self) -> str:
        return self._picture() + _table(
            {
                "file": f"{self.format}, {len(self.data):,} bytes",
                "quality": "lossless" if self.quality is None else f"{self.quality:g}, {self.chroma}",
                "score": f"{self.score:.2f}, worst block {self.worst_block:.2f}",
            }
        )


def _search(report: dict[str, Any]) -> SearchReport:
    report["trials"] = tuple(Trial(**trial) for trial in report["trials"])
    return SearchReport(**report)


@dataclass(frozen=True)
class Comparison:
    """How different a candidate looks from its original: 100 identical, 90 no difference when they
    flicker, 85 none when they are swapped in place, 70 good, 30 poor; there is no lowest value."""

    score: float
    worst_block: float
    worst_block_at: Box


@dataclass(frozen=True)
class Placeholder:
    """What a page shows until the picture is there."""

    #: "data:image/webp;base64,…", the longer side 16 pixels.
    data_uri: str = field(repr=False)
    size: Size
    #: The whole picture's mean colour.
    average: tuple[int, int, int, int]
    #: What width and height of an <img> need.
    upright_size: Size

    def _repr_html_(self) -> str:
        width, height = self.upright_size
        return (
            f"<img src='{self.data_uri}' style='width:20em;aspect-ratio:{width}/{height}'>"
        )
