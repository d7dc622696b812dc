# SPDX-License-Identifier: Apache-2.0
"""Pixels from numpy and others, and back: without a copy, by address."""

from __future__ import annotations

import gc
import socket
import weakref
import zlib
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pictures import Array, smooth

import limen


def address(array: Any) -> int:
    return int(np.asarray(array).__array_interface__["data"][0])


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_in_and_out_without_a_copy(dtype: str, channels: int) -> None:
    array = smooth(channels=channels, dtype=dtype)
    image = limen.Image.from_array(array)
    layouts = ("gray", "gray_alpha", "rgb", "rgba")
    assert (image.size, image.dtype, image.layout) == ((96, 64), dtype, layouts[channels - 1])
    seen = image.numpy()
    assert address(seen) == address(array)
    assert seen.shape == array.shape and seen.dtype == array.dtype
    assert not seen.flags.writeable
    assert np.array_equal(seen, array)
    assert image.__array_interface__["data"] == (address(array), True)
    via_interface = np.asarray(type("Only", (), {"__array_interface__": image.__array_interface__}))
    assert address(via_interface) == address(array)


def test_height_width_one_is_gray() -> None:
    array = smooth(channels=1)[:, :, np.newaxis]
    image = limen.Image.from_array(array)
    assert image.layout == "gray" and image.shape == (64, 96)
    assert address(image.numpy()) == address(array)


def test_decoded_pixels_are_limens_own(jpeg: bytes) -> None:
    image = limen.decode(jpeg)
    first, second = image.numpy(), np.asarray(image)
    assert address(first) == address(second) == image.__array_interface__["data"][0]
    assert first.strides[0] % 64 == 0, "limen's rows are padded, and numpy sees past that"
    assert first.flags.owndata is False


def test_slices_are_borrowed_other_strides_copied() -> None:
    array = smooth(120, 80, 4)
    borrowed = [array[10:50], array[:, 20:60], array[::2], array[5:6], array[3:40:3, 7:9]]
    copied = [array[::-1], array[:, ::-1], array[:, ::2], array[:, :, :3], array[..., 0],
              array.transpose(1, 0, 2), array[:, :, ::-1]]  # fmt: skip
    for view in borrowed:
        assert address(limen.Image.from_array(view).numpy()) == address(view), view.strides
    for view in copied:
        image = limen.Image.from_array(view)
        assert address(image.numpy()) != address(view), view.strides
        assert np.array_equal(image.numpy(), view)
    for view in borrowed + copied:
        contiguous = np.ascontiguousarray(view)
        expected = limen.Image.from_array(contiguous).resize(30, 20)
        assert limen.Image.from_array(view).resize(30, 20) == expected


def test_unaligned_samples_are_copied() -> None:
    raw = np.zeros(64 * 96 * 2 + 1, np.uint8)
    view = raw[1:].view(np.uint16).reshape(64, 96)
    view[:] = smooth(channels=1, dtype="uint16")
    image = limen.Image.from_array(view)
    assert address(image.numpy()) != address(view) and np.array_equal(image.numpy(), view)


def test_broadcast_rows_are_copied() -> None:
    view = np.broadcast_to(smooth()[:1], (64, 96, 3))
    image = limen.Image.from_array(view)
    assert np.array_equal(image.numpy(), view)


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.int32),
        np.zeros((4, 4, 3), np.float64),
        np.zeros((4, 4), bool),
        np.zeros((4, 4), np.int8),
        np.zeros((4, 4), ">u2"),
        np.zeros((4, 4), object),
        np.zeros((4, 4), "U3"),
    ],
)
def test_other_sample_types_are_type_errors(array: Array) -> None:
    with pytest.raises((TypeError, ValueError)):
        limen.Image.from_array(array)


@pytest.mark.parametrize(
    "shape", [(0, 4), (4, 0), (4, 0, 3), (4, 4, 0), (4, 4, 5), (2, 2, 2, 2), (1, 2, 3, 4, 5)]
)
def test_other_shapes_are_invalid(shape: tuple[int, ...]) -> None:
    with pytest.raises(limen.InvalidArgumentError):
        limen.Image.from_array(np.zeros(shape, np.uint8))


def test_bytes_are_no_pixels(jpeg: bytes) -> None:
    with pytest.raises(TypeError):
        limen.Image.from_array(jpeg)


def test_an_array_keeps_what_it_shows_alive() -> None:
    image = limen.decode(limen.Image.from_array(smooth()).encode("png"))
    array = image.numpy()
    view = memoryview(image)
    expected = smooth()
    image.close()
    del image
    gc.collect()
    assert np.array_equal(array, expected)
    assert view.tobytes() == expected.tobytes()


def test_an_image_keeps_what_it_borrowed_alive() -> None:
    class Owner(np.ndarray[Any, Any]):
        pass

    array = smooth().view(Owner)
    gone = weakref.ref(array)
    image = limen.Image.from_array(array)
    cropped = image.crop((10, 10, 20, 20))
    del array, image
    gc.collect()
    assert gone() is not None
    del cropped
    gc.collect()
    assert gone() is None


def test_buffers_are_read_only_and_padded_ones_want_strides(jpeg: bytes) -> None:
    image = limen.decode(jpeg).crop((1, 1, 50, 50))
    view = memoryview(image)
    assert view.readonly and view.shape == (49, 49, 3) and view.format == "B"
    assert view.strides is not None and view.strides[0] > 49 * 3
    with pytest.raises(ValueError):
        image.numpy()[0, 0] = 0
    with pytest.raises(BufferError, match="padding"):
        zlib.crc32(image)  # wants its bytes in one piece
    with pytest.raises((BufferError, TypeError), match="read"):
        socket.socketpair()[0].recv_into(image)
    assert image.tobytes() == image.numpy().tobytes()


def test_dlpack() -> None:
    array = smooth(dtype="float32")
    image = limen.Image.from_array(array)
    assert image.__dlpack_device__() == (1, 0)
    shared = np.from_dlpack(image)
    assert np.array_equal(shared, array)
    if tuple(int(part) for part in np.__version__.split(".")[:2]) >= (2, 1):
        assert address(shared) == address(array), "DLPack 1.0 shares"
        assert not shared.flags.writeable
    copy = image.__dlpack__(max_version=(1, 0), copy=True)
    assert "dltensor_versioned" in repr(copy)
    old = image.__dlpack__()
    assert '"dltensor"' in repr(old)
    with pytest.raises(BufferError):
        image.__dlpack__(copy=False)
    with pytest.raises(BufferError):
        image.__dlpack__(dl_device=(2, 0), max_version=(1, 0))
    del copy, old
    gc.collect()  # capsules that nobody took free what they have


def test_dlpack_outlives_the_image() -> None:
    array = np.from_dlpack(limen.Image.from_array(smooth()))
    gc.collect()
    assert np.array_equal(array, smooth())


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA", "I;16", "F", "P", "1", "CMYK", "YCbCr"])
def test_pillow_in_and_out(mode: str) -> None:
    if mode == "I;16":
        picture = PIL.Image.fromarray(smooth(channels=1, dtype="uint16"))
    else:
        picture = PIL.Image.fromarray(smooth(channels=3)).convert(mode)
    image = limen.Image.from_pillow(picture)
    assert image.size == picture.size
    again = image.pillow()
    if mode in ("L", "LA", "RGB", "RGBA", "I;16", "F"):
        assert again.mode == mode and again.tobytes() == picture.tobytes()
    else:
        assert again.tobytes() == picture.convert(again.mode).tobytes()


def test_what_pillow_cannot_hold() -> None:
    with pytest.raises(TypeError, match="no mode"):
        limen.Image.from_array(smooth(dtype="uint16")).pillow()
    with pytest.raises(limen.InvalidArgumentError):
        limen.Image.from_pillow(PIL.Image.new("RGB", (0, 5)))
    with pytest.raises(TypeError, match="mode I"):
        limen.Image.from_pillow(PIL.Image.new("I", (4, 4)))


def test_transparent_palettes_keep_their_transparency() -> None:
    picture = PIL.Image.new("P", (4, 4))
    picture.putpalette([255, 0, 0, 0, 255, 0])
    picture.info["transparency"] = 0
    image = limen.Image.from_pillow(picture)
    assert image.layout == "rgba" and image.numpy()[0, 0].tolist() == [255, 0, 0, 0]
