# SPDX-License-Identifier: Apache-2.0
"""Every code of the library has a class, and each that can be caused is caused."""

from __future__ import annotations

import io
import pickle
import subprocess
import sys
import textwrap
from pathlib import Path

import PIL.Image
import pytest
from pictures import file_of, png_header, smooth

import limen
from limen import _limen


@pytest.mark.parametrize("code", _limen.ERROR_CODES)
def test_every_code_has_a_class(code: str) -> None:
    with pytest.raises(limen.Error) as caught:
        _limen.raise_error(code, "what\u00e4 and where")
    error = caught.value
    assert error.code == code == type(error).code and type(error) is not limen.Error
    assert str(error) == error.message == "what\u00e4 and where"
    assert (error.format, error.limit, error.asked, error.allowed, error.offset) == (
        None, None, 0, 0, 0
    )  # fmt: skip
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error)


def test_classes_are_also_what_python_would_raise() -> None:
    assert issubclass(limen.InvalidArgumentError, ValueError)
    assert issubclass(limen.OutOfMemoryError, MemoryError)
    assert issubclass(limen.InputOutputError, OSError)


def test_unsupported() -> None:
    gif = io.BytesIO()
    PIL.Image.new("P", (4, 4)).save(gif, "gif")
    for call in (limen.probe, limen.decode, lambda data: limen.transform(data, "w=5")):
        with pytest.raises(limen.UnsupportedError, match="GIF"):
            call(gif.getvalue())


def test_malformed() -> None:
    data = bytearray(file_of("png"))
    data[40] ^= 0xFF
    with pytest.raises(limen.MalformedError) as caught:
        limen.decode(data)
    assert caught.value.format == "png"


def test_truncated() -> None:
    data = file_of("jpeg", 200, 200)
    with pytest.raises(limen.TruncatedError) as caught:
        limen.decode(data[: len(data) // 2])
    assert caught.value.format == "jpeg"
    with pytest.raises(limen.TruncatedError):
        limen.probe(data[:20])


@pytest.mark.parametrize(
    ("limits", "limit"),
    [
        (limen.Limits(input_bytes=10), "input_bytes"),
        (limen.Limits(side=50), "side"),
        (limen.Limits(pixels=1000), "pixels"),
        (limen.Limits(working_memory=1000), "working_memory"),
        (limen.Limits(scans=0), "scans"),
    ],
)
def test_limits(limits: limen.Limits, limit: str, jpeg: bytes) -> None:
    for call in (
        lambda: limen.decode(jpeg, limits=limits),
        lambda: limen.transform(jpeg, "w=20", limits=limits),
    ):
        with pytest.raises(limen.LimitExceededError) as caught:
            call()
        error = caught.value
        assert error.limit == limit and error.asked > error.allowed
        assert str(error.allowed) in str(error)
        assert pickle.loads(pickle.dumps(error)).limit == limit


def test_limits_of_wrong_types_and_values(jpeg: bytes) -> None:
    with pytest.raises(TypeError, match="limits.pixels"):
        limen.decode(jpeg, limits=limen.Limits(pixels="many"))  # type: ignore[arg-type]
    with pytest.raises(limen.InvalidArgumentError):
        limen.decode(jpeg, limits=limen.Limits(pixels=-1))
    with pytest.raises((TypeError, AttributeError)):
        limen.decode(jpeg, limits=5)  # type: ignore[arg-type]
    for threads in (0, -1, 2000, 2**70):
        with pytest.raises(limen.InvalidArgumentError):
            limen.transform(jpeg, "w=5", threads=threads)


def test_a_bomb_is_refused_from_its_header() -> None:
    bomb = png_header(60000, 60000)
    assert limen.probe(bomb).size == (60000, 60000)
    with pytest.raises(limen.LimitExceededError) as caught:
        limen.decode(bomb)
    assert caught.value.limit == "pixels" and caught.value.asked == 60000 * 60000


def test_cancelled(jpeg: bytes) -> None:
    token = limen.CancelToken()
    assert not token.cancelled and "waiting" in repr(token)
    token.cancel()
    assert token.cancelled and "cancelled" in repr(token)
    image = limen.Image.from_array(smooth())
    for call in (
        lambda: limen.decode(jpeg, cancel=token),
        lambda: limen.transform(jpeg, "w=20", cancel=token),
        lambda: limen.variants(jpeg, ["w=20"], cancel=token),
        lambda: limen.find_smallest(image, cancel=token),
        lambda: limen.compare(image, image, cancel=token),
        lambda: image.resize(20, cancel=token),
        lambda: image.blur(3, cancel=token),
        lambda: image.encode("png", cancel=token),
    ):
        with pytest.raises(limen.CancelledError):
            call()
    token.reset()
    assert limen.transform(jpeg, "w=20", cancel=token)


def test_out_of_memory() -> None:
    """In a process of its own that may not have what the limits allow."""
    program = textwrap.dedent(
        """
        import resource, sys, limen
        data = open(sys.argv[1], "rb").read()
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        limit = used + 60_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        try:
            limen.decode(data, limits=limen.Limits(working_memory=10**9, pixels=10**9))
        except limen.OutOfMemoryError as error:
            assert error.code == "out_of_memory" and isinstance(error, MemoryError)
            print("out of memory, and alive:", error)
        """
    )
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.png"
        path.write_bytes(png_header(8000, 8000))
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)], capture_output=True, text=True
        )
    assert "out of memory, and alive" in done.stdout, done.stderr


def test_hostile_files_end_in_an_error_or_a_picture(data: Path) -> None:
    files = [path for path in sorted((data / "hostile").rglob("*")) if path.is_file()][::6]
    assert len(files) > 50
    outcomes: dict[str, int] = {}
    for path in files:
        try:
            limen.transform(path, limen.Recipe(width=32, format="jpeg", quality=50))
            outcome = "picture"
        except limen.Error as error:
            assert str(error) and "\n" not in str(error), path
            outcome = error.code
        outcomes[outcome] = outcomes.get(outcome, 0) + 1
    assert not outcomes.keys() - {"picture", "malformed", "truncated", "unsupported",
                                  "limit_exceeded"}, outcomes  # fmt: skip
    assert "internal" not in outcomes
