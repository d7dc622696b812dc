# SPDX-License-Identifier: Apache-2.0
"""decode() and Image: what they give, what they refuse."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any, Callable

import numpy as np
import PIL.Image
import pytest
from pictures import file_of, smooth

import limen
from limen import Image


def image_of(**options: Any) -> Image:
    return Image.from_array(smooth(**options))


def test_decode_and_encode_without_loss() -> None:
    for format in ("png", "webp", "avif"):
        for channels in (3, 4):
            data = image_of(channels=channels).encode(format, lossless=True)
            assert limen.probe(data).format == format
            assert np.array_equal(limen.decode(data).numpy(), smooth(channels=channels))
    wide = image_of(dtype="uint16").encode("png")
    assert limen.decode(wide).dtype == "uint8"
    assert np.array_equal(limen.decode(wide, keep_16_bit=True), smooth(dtype="uint16"))


def test_decode_agrees_with_pillow(jpeg: bytes) -> None:
    ours = limen.decode(jpeg).numpy().astype(int)
    theirs = np.asarray(PIL.Image.open(io.BytesIO(jpeg))).astype(int)
    assert ours.shape == theirs.shape and abs(ours - theirs).max() <= 2


def test_upright_and_as_stored() -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    data = image_of().encode("jpeg", quality=95, exif=exif.tobytes())
    info = limen.probe(data)
    assert (info.orientation, info.size, info.stored_size) == (6, (64, 96), (96, 64))
    assert (info.width, info.height) == (64, 96)
    upright, stored = limen.decode(data), limen.decode(data, upright=False)
    assert upright.size == (64, 96) and stored.size == (96, 64)
    assert np.array_equal(upright.numpy(), np.rot90(stored.numpy(), -1))
    assert stored.orient(6) == upright
    assert upright.info == info
    box = (5, 10, 40, 80)
    assert limen.decode(data, box=box) == upright.crop(box)
    with pytest.raises(limen.InvalidArgumentError, match="box"):
        limen.decode(data, box=(0, 0, 96, 64))


def test_reduction_while_decoding() -> None:
    data = file_of("jpeg", 800, 600)
    assert limen.decode(data, at_least=(100, 75)).size < (800, 600)
    assert limen.decode(data, at_least=(100, 75), shrink="exact").size == (800, 600)


def test_best_effort() -> None:
    data = file_of("png", 200, 200)[:-300]
    with pytest.raises((limen.TruncatedError, limen.MalformedError)):
        limen.decode(data)
    image = limen.decode(data, on_damage="best_effort")
    assert image.size == (200, 200) and image.damage


def test_methods_give_new_pictures_and_leave_this_one() -> None:
    image = image_of(channels=4)
    before = image.tobytes()
    changed = [
        image.resize(48, 32),
        image.crop((1, 2, 30, 40)),
        image.overlay(smooth(20, 20, 4), (5, 5), opacity=0.5),
        image.overlay(smooth(20, 20, 4), (5, 5), tile=True),
        image.extend((200, 100), (10, 10), "navy"),
        image.flatten("#ff8800"),
        image.rotate(30),
        image.flip("horizontal"),
        image.flip("vertical"),
        image.round_corners(10),
        image.blur(2),
        image.sharpen(1.5),
        image.adjust(brightness=0.1, saturation=0),
        image.trim(200),
    ]
    assert image.tobytes() == before
    for other in changed:
        assert type(other) is Image
        assert other != image or other.size == image.size


def test_exact_operations() -> None:
    array = smooth()
    image = Image.from_array(array)
    assert np.array_equal(image.flip("horizontal"), array[:, ::-1])
    assert np.array_equal(image.flip("vertical"), array[::-1])
    assert np.array_equal(image.rotate(90), np.rot90(array))
    assert np.array_equal(image.crop((3, 4, 50, 60)), array[4:60, 3:50])
    assert np.array_equal(image.extend((100, 70), (2, 3), "black").numpy()[3:67, 2:98], array)
    framed = image.extend((120, 90), (10, 12), (7, 7, 7))
    assert framed.trim(0) == image
    mark = Image.from_array(np.full((4, 6, 3), 200, np.uint8))
    over = image.overlay(mark, (90, 62)).numpy()
    assert (over[62:, 90:] == 200).all() and np.array_equal(over[:62], array[:62])
    assert image.flatten() == image
    assert Image.from_array(np.zeros((2, 2, 4), np.uint8)).flatten("red").numpy().tolist() == [
        [[255, 0, 0]] * 2
    ] * 2
    assert Image.from_array(np.full((3, 3, 3), 90, np.uint8)).average_color() == (90, 90, 90, 255)


def test_resize() -> None:
    image = image_of(width=100, height=50)
    assert image.resize(40).size == (40, 20)
    assert image.resize(0, 10).size == (20, 10)
    assert image.resize(40, 40).size == (40, 40)
    assert image.resize(30, box=(10, 10, 70, 40)).size == (30, 15)
    assert image.resize(50, 25, threads=2) == image.resize(50, 25)
    mean = image.resize(1, 1, filter="box").numpy()[0, 0].astype(float)
    assert abs(mean - image.numpy().mean((0, 1))).max() <= 0.6
    linear = image.resize(50, 25, linear_light=True)
    assert linear != image.resize(50, 25)
    assert image_of(dtype="float32").resize(20).dtype == "float32"


@pytest.mark.parametrize(
    "call",
    [
        lambda image: image.resize(0, 0),
        lambda image: image.resize(-5, 5),
        lambda image: image.resize(2**40, 5),
        lambda image: image.resize(10, 10, filter="cubic"),
        lambda image: image.resize(10, 10, box=(0, 0, 1000, 10)),
        lambda image: image.resize(10, 10, box=(float("nan"), 0, 10, 10)),
        lambda image: image.resize(10, 10, threads=0),
        lambda image: image.crop((0, 0, 500, 10)),
        lambda image: image.crop((-1, 0, 5, 5)),
        lambda image: image.crop((5, 5, 5, 5)),
        lambda image: image.crop((0, 0, 2**40, 5)),
        lambda image: image.overlay(smooth(), (0, 0), opacity=2),
        lambda image: image.overlay(smooth(dtype="uint16")),
        lambda image: image.extend((0, 5)),
        lambda image: image.flatten("nothing"),
        lambda image: image.orient(9),
        lambda image: image.orient(0),
        lambda image: image.flip("sideways"),
        lambda image: image.rotate(float("inf")),
        lambda image: image.blur(-1),
        lambda image: image.sharpen(sigma=0),
        lambda image: image.adjust(gamma=0),
        lambda image: image.trim(-1),
        lambda image: image.round_corners(-1),
        lambda image: image.encode("gif"),
        lambda image: image.encode("jpeg", quality=200),
        lambda image: image.encode("jpeg", effort=11),
        lambda image: image.encode("webp", quality=5, lossless=True),
        lambda image: image.encode("webp", chroma="4:3:2"),
    ],
)
def test_values_that_make_no_sense(call: Callable[[Image], object]) -> None:
    with pytest.raises(limen.InvalidArgumentError):
        call(image_of())


@pytest.mark.parametrize(
    "call",
    [
        lambda image: image.resize("10"),
        lambda image: image.resize(10, 10, box=5),
        lambda image: image.resize(10, 10, cancel=5),
        lambda image: image.resize(10, 10, workspace=5),
        lambda image: image.crop(5),
        lambda image: image.crop("abcd"),
        lambda image: image.overlay(None),
        lambda image: image.overlay(b"bytes"),
        lambda image: image.extend(5),
        lambda image: image.encode(5),
        lambda image: image.encode("jpeg", quality="high"),
        lambda image: image.encode("jpeg", exif="text"),
        lambda image: image.blur(None),
        lambda image: Image(5),  # type: ignore[arg-type]
        lambda image: Image(),  # type: ignore[call-arg]
    ],
)
def test_wrong_types(call: Callable[[Image], object]) -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        call(image_of())
    assert caught.type is TypeError or "exif" in str(caught.value) or "removeprefix" in str(caught)


def test_huge_sizes_are_refused_before_memory_is_taken() -> None:
    with pytest.raises(limen.LimitExceededError) as caught:
        image_of().resize(60000, 60000)
    assert (caught.value.limit, caught.value.asked) == ("pixels", 60000 * 60000)
    with pytest.raises(limen.LimitExceededError):
        image_of().extend((60000, 60000))
    with pytest.raises(limen.LimitExceededError):
        image_of().resize(100, 100, workspace=limen.Workspace(1000))


def test_closing() -> None:
    image = image_of()
    with image as same:
        assert same is image and not image.closed
    assert image.closed and repr(image) == "<limen.Image closed>"
    image.close()
    image.close()
    for use in (image.tobytes, image.numpy, lambda: image.size, lambda: image.resize(5),
                lambda: image.encode("png"), lambda: memoryview(image), image.__dlpack__,
                lambda: limen.compare(image, image)):  # fmt: skip
        with pytest.raises((ValueError, BufferError)):
            use()


def test_equality_repr_and_pickles() -> None:
    image = limen.decode(file_of("png"))
    assert repr(image) == "<limen.Image 96x64 rgb uint8>"
    assert image == limen.decode(file_of("png")) and image != image.flip("vertical")
    assert image != 5 and image != image_of(channels=1)
    again = pickle.loads(pickle.dumps(image))
    assert again == image and again.info == image.info
    with pytest.raises(TypeError):
        hash(image)


def test_saving(tmp_path: Path) -> None:
    image = image_of()
    for suffix, format in (("jpg", "jpeg"), ("JPEG", "jpeg"), ("png", "png"), ("webp", "webp")):
        image.save(tmp_path / f"a.{suffix}")
        assert limen.probe(tmp_path / f"a.{suffix}").format == format
    image.save(tmp_path / "without", "webp", quality=50)
    assert limen.probe(tmp_path / "without").format == "webp"
    with pytest.raises(limen.UnsupportedError):
        image.save(tmp_path / "a.gif")
    with pytest.raises(FileNotFoundError):
        image.save(tmp_path / "no folder" / "a.png")
    assert not (tmp_path / "a.gif").exists()


def test_saving_into_an_open_file(tmp_path: Path) -> None:
    image = image_of()
    memory = io.BytesIO()
    image.save(memory, "webp", lossless=True)
    assert limen.decode(memory.getvalue()) == image
    with (tmp_path / "a").open("wb") as file:
        limen.variants(image, [limen.Recipe(format="png")])[0].save(file)
    assert limen.decode(tmp_path / "a") == image
    with pytest.raises(TypeError, match="format"):
        image.save(io.BytesIO())


def test_what_users_of_pillow_try_first_says_what_to_write() -> None:
    image = image_of()
    with pytest.raises(TypeError, match=r"resize\(\*size\)"):
        image.resize((10, 10))  # type: ignore[arg-type]
    for wrong in ("photo.jpg", image.numpy(), image.pillow()):
        with pytest.raises(TypeError, match="from_array"):
            Image(wrong)  # type: ignore[arg-type]


def test_notebooks(jpeg: bytes) -> None:
    for options in ({}, {"width": 3000, "height": 20}, {"dtype": "float32"}, {"dtype": "uint16"}):
        picture = PIL.Image.open(io.BytesIO(image_of(**options)._repr_png_()))
        assert max(picture.size) <= 1024
    (variant,) = limen.variants(jpeg, ["w=50"])
    assert "data:image/jpeg;base64," in variant._repr_html_()
    assert "<table>" in limen.plan(jpeg, "w=50")._repr_html_()
    assert "score" in limen.find_smallest(image_of())._repr_html_()


def test_icc_profiles_travel() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = image_of().encode("png", icc_profile=profile)
    assert limen.probe(data).icc_profile == profile
    assert limen.decode(data, srgb=False).info.icc_profile == profile  # type: ignore[union-attr]
