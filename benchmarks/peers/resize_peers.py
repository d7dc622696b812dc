# SPDX-License-Identifier: Apache-2.0
"""The contenders of resize.py. Each has a name and prepare(), which gives a call that is timed and
one that shows its result, or nothing where it cannot do the work.

Each keeps what its interface lets a caller keep between pictures of one size: memory where it can
be reused, and pic-scale its weights. Pillow and libvips make a new picture each time, as their
interfaces have it. stb_image_resize is not among them: as Debian 12 packages it, it has no Lanczos.
"""

import ctypes
import os
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

Pixels = np.ndarray
Size = tuple[int, int]
Prepared = tuple[Callable[[], None], Callable[[], Pixels]]


class Resampler(Protocol):
    name: str

    def prepare(self, picture: Pixels, to: Size, straight: bool, linear: bool) -> Prepared | None:
        """`straight`: the fourth channel is straight alpha; `linear`: in linear light."""


def pointer(array: Pixels) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


class Limen:
    def __init__(self, name: str, path: str, threads: int = 1) -> None:
        self.name = name
        self.threads = threads
        # Own symbols only, so that two versions can be compared.
        self.call = ctypes.CDLL(os.path.abspath(path), mode=os.RTLD_LOCAL).limen_peer_resize

    def prepare(self, picture: Pixels, to: Size, straight: bool, linear: bool) -> Prepared:
        height, width, channels = picture.shape
        target = np.zeros((to[1], to[0], channels), np.uint8)
        arguments = (channels, int(straight), int(linear), self.threads, width, height,
                     pointer(picture), to[0], to[1], pointer(target))

        def run() -> None:
            if self.call(*arguments) != 0:
                raise RuntimeError("limen: failed")

        return run, lambda: target


class Crate:
    def __init__(self, name: str, library: ctypes.CDLL, which: int) -> None:
        self.name = name
        self.library = library
        self.which = which

    def prepare(self, picture: Pixels, to: Size, straight: bool, linear: bool) -> Prepared | None:
        height, width, channels = picture.shape
        if linear or channels == 1:
            return None
        target = np.zeros((to[1], to[0], channels), np.uint8)
        prepared = self.library.peer_prepare(self.which, channels, int(straight), width, height,
                                             to[0], to[1])
        if not prepared:
            return None
        arguments = (ctypes.c_void_p(prepared), pointer(picture), pointer(target))

        def run() -> None:
            if self.library.peer_run(*arguments) != 0:
                raise RuntimeError(self.name + ": failed")

        return run, lambda: target


class Zimg:
    """Works on planes, so that it does the same work in gray only."""

    def __init__(self, path: str) -> None:
        self.library = ctypes.CDLL(os.path.abspath(path))
        self.library.peer_zimg_prepare.restype = ctypes.c_void_p
        self.library.peer_zimg_version.restype = ctypes.c_char_p
        self.name = "zimg " + self.library.peer_zimg_version().decode()

    def prepare(self, picture: Pixels, to: Size, straight: bool, linear: bool) -> Prepared | None:
        height, width, channels = picture.shape
        if linear or channels != 1:
            return None
        source, target = padded(height, width), padded(to[1], to[0])
        source[:, :width] = picture[:, :, 0]
        prepared = self.library.peer_zimg_prepare(width, height, to[0], to[1])
        if not prepared:
            return None
        arguments = (ctypes.c_void_p(prepared), pointer(source), pointer(target))

        def run() -> None:
            if self.library.peer_zimg_run(*arguments) != 0:
                raise RuntimeError(self.name + ": failed")

        return run, lambda: target[:, :to[0], None]


def padded(height: int, width: int) -> Pixels:
    """Rows of a multiple of 64 bytes on a 64-byte boundary, as zimg asks for."""
    stride = (width + 63) // 64 * 64
    memory = np.zeros(height * stride + 64, np.uint8)
    begin = -memory.ctypes.data % 64
    return memory[begin:begin + height * stride].reshape(height, stride)


class Pillow:
    def __init__(self) -> None:
        import PIL
        from PIL import Image

        self.image = Image
        simd = ".post" in PIL.__version__
        self.name = ("pillow-simd " if simd else "Pillow ") + PIL.__version__

    def prepare(self, picture: Pixels, to: Size, straight: bool, linear: bool) -> Prepared | None:
        if linear:
            return None
        channels = picture.shape[2]
        mode = {1: "L", 3: "RGB", 4: "RGBA" if straight else "CMYK"}[channels]
        source = self.image.frombytes(mode, picture.shape[1::-1], picture.tobytes())
        made: list[Any] = []

        def run() -> None:
            made[:] = [source.resize(to, self.image.Resampling.LANCZOS)]

        return run, lambda: np.asarray(made[0]).reshape(to[1], to[0], channels)


class Vips:
    def __init__(self) -> None:
        import pyvips

        self.vips = pyvips
        pyvips.cache_set_max(0)
        self.name = "libvips " + ".".join(str(pyvips.version(i)) for i in range(3))

    def prepare(self, picture: Pixels, to: Size, straight: bool, linear: bool) -> Prepared | None:
        height, width, channels = picture.shape
        if linear or to[0] > width:  # it enlarges by interpolation, which is other work
            return None
        kept = picture.tobytes()
        made: list[bytes] = []

        def run() -> None:
            image = self.vips.Image.new_from_memory(kept, width, height, channels, "uchar")
            if straight:
                image = image.copy(interpretation="srgb").premultiply()
            image = image.resize(to[0] / width, vscale=to[1] / height, kernel="lanczos3", gap=0)
            if straight:
                image = image.unpremultiply().cast("uchar")
            made[:] = [image.write_to_memory()]

        return run, lambda: np.frombuffer(made[0], np.uint8).reshape(to[1], to[0], channels)


CRATES = ["fast_image_resize 6", "pic-scale 0.7 (speed)", "pic-scale 0.7 (quality)"]


def find_peers(crates: str | None, zimg: str | None) -> tuple[list[Resampler], list[str]]:
    """Those that are installed, and the names of those that are not."""
    found: list[Resampler] = []
    missing = []
    if crates and os.path.exists(crates):
        library = ctypes.CDLL(os.path.abspath(crates))
        library.peer_prepare.restype = ctypes.c_void_p
        found += [Crate(name, library, which) for which, name in enumerate(CRATES)]
    else:
        missing += ["fast_image_resize", "pic-scale"]
    if zimg and os.path.exists(zimg):
        found.append(Zimg(zimg))
    else:
        missing.append("zimg")
    for name, make in (("Pillow", Pillow), ("libvips", Vips)):
        try:
            found.append(make())
        except (ImportError, OSError):
            missing.append(name)
    return found, missing
