# SPDX-License-Identifier: Apache-2.0
"""Whatever may stand for a file."""

from __future__ import annotations

import io
import mmap
import os
import tempfile
from array import array
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pictures import file_of, smooth

import limen


def test_every_kind_of_source_says_the_same(jpeg: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ä picture.jpg"
    path.write_bytes(jpeg)
    expected = limen.probe(jpeg)
    assert expected.size == (96, 64)
    with open(path, "rb") as file, open(path, "rb", buffering=0) as raw:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            sources: list[Any] = [
                path,
                str(path),
                bytearray(jpeg),
                memoryview(jpeg),
                mapped,
                array("B", jpeg),
                np.frombuffer(jpeg, np.uint8),
                io.BytesIO(jpeg),
                file,
                raw,
            ]
            for source in sources:
                assert limen.probe(source) == expected, type(source)
    file_like = tempfile.SpooledTemporaryFile()
    file_like.write(b"what stands before" + jpeg)
    file_like.seek(len(b"what stands before"))
    assert limen.probe(file_like) == expected, "read from where it stands"
    assert not file_like.closed


@pytest.mark.parametrize("source", [None, 5, 1.5, object(), [1, 2], {"a": 1}])
def test_what_is_no_source_is_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError, match="expected"):
        limen.probe(source)


def test_text_files_and_short_reads(jpeg: bytes, tmp_path: Path) -> None:
    with pytest.raises(TypeError, match="binary mode"):
        limen.probe(io.StringIO("text"))  # type: ignore[arg-type]
    (tmp_path / "a.jpg").write_bytes(jpeg)
    with (tmp_path / "a.jpg").open() as text, pytest.raises(TypeError, match="binary mode"):
        limen.probe(text)  # type: ignore[arg-type]

    class Trickle:
        """Gives seven bytes at a time, as a socket may."""

        def __init__(self) -> None:
            self.rest = jpeg

        def read(self, size: int, /) -> bytes:
            part, self.rest = self.rest[: min(7, size)], self.rest[min(7, size) :]
            return part

    assert limen.probe(Trickle()).size == (96, 64)


def test_errors_of_files_are_pythons_own(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        limen.probe(tmp_path / "nothing.jpg")
    with pytest.raises(IsADirectoryError):
        limen.probe(tmp_path)

    class Broken:
        def read(self, size: int, /) -> bytes:
            raise ConnectionResetError("gone")

    with pytest.raises(ConnectionResetError):
        limen.probe(Broken())


def test_no_more_is_read_than_is_allowed(jpeg: bytes, tmp_path: Path) -> None:
    limits = limen.Limits(input_bytes=100)
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg)

    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            self.given += size
            return bytes(size)

    endless = Endless()
    for source in (jpeg, path, io.BytesIO(jpeg), endless):
        with pytest.raises(limen.LimitExceededError) as caught:
            limen.probe(source, limits=limits)
        assert caught.value.limit == "input_bytes"
        assert caught.value.allowed == 100
        assert caught.value.asked > 100
    assert endless.given == 101
    with pytest.raises(limen.LimitExceededError):
        limen.probe("/dev/zero", limits=limits)


def test_a_buffer_cannot_be_freed_under_a_call(jpeg: bytes) -> None:
    """While limen holds a bytearray's buffer, Python itself refuses to resize it: so pixels made of
    one keep it as it is, and let go of it with them."""
    pixels = bytearray(smooth().tobytes())
    image = limen.Image.from_array(memoryview(pixels).cast("B", (64, 96, 3)))
    with pytest.raises(BufferError):
        pixels.clear()
    image.close()
    pixels.clear()


def test_pixels_are_no_file_but_transform_takes_them() -> None:
    array = smooth()
    with pytest.raises(TypeError, match="not pixels"):
        limen.probe(array)
    png = limen.Image.from_array(array).encode("png")
    recipe = limen.Recipe(width=48, format="webp")
    for pixels in (array, limen.Image.from_array(array), PIL.Image.fromarray(array)):
        assert limen.transform(pixels, recipe) == limen.transform(png, recipe)
    with pytest.raises(limen.UnsupportedError):
        limen.transform(smooth(dtype="float32"), recipe)


def test_empty_and_tiny_inputs() -> None:
    for source in (b"", b"\xff", b"\xff\xd8"):
        with pytest.raises((limen.TruncatedError, limen.MalformedError)) as caught:
            limen.decode(source)
        assert str(caught.value)
    with pytest.raises(limen.Error):
        limen.transform(b"", "w=10")


def test_a_pipe_is_read_to_its_end() -> None:
    data = file_of("png", 20, 10)
    reader, writer = os.pipe()
    os.write(writer, data)  # smaller than a pipe's buffer
    os.close(writer)
    with open(reader, "rb") as file:
        assert limen.probe(file).size == (20, 10)
