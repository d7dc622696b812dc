# SPDX-License-Identifier: Apache-2.0
"""What documents and examples say is so: their lines run."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import PIL
import pytest
from PIL import Image, ImageEnhance, ImageFile, ImageFilter, ImageOps, UnidentifiedImageError
from pictures import file_of, smooth

import limen

ROOT = Path(__file__).resolve().parents[3]
ROW = re.compile(r"^\| `(.+)` \| `(.+)` \|$")


def rows_of(section: str) -> list[tuple[str, str]]:
    """(there, here) of each line of a section's tables."""
    text = (ROOT / "docs" / "coming-from.md").read_text(encoding="utf-8")
    lines = text.split(f"## From {section}\n")[1].split("\n## ")[0].splitlines()
    return [(row[1], row[2]) for line in lines if (row := ROW.match(line))]


def run(code: str, names: dict[str, Any]) -> Any:
    """The value of an expression; of a statement the picture that it leaves behind."""
    try:
        compiled = compile(code, code, "eval")
    except SyntaxError:
        exec(code, names)
        return names["im"]
    value = eval(compiled, names)
    return names["im"] if value is None else value


@pytest.fixture(scope="module")
def photo() -> bytes:
    return file_of("jpeg", 640, 480)


@pytest.fixture
def scene(photo: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", False)
    (tmp_path / "photo.jpg").write_bytes(photo)
    return {"path": "photo.jpg", "data": photo, "array": smooth(640, 480), "limen": limen,
            "numpy": numpy, "io": io}  # fmt: skip


def pixels(value: Any) -> Any:
    if isinstance(value, bytes):
        value = limen.decode(value)
    if isinstance(value, (limen.Image, Image.Image)):
        value = numpy.asarray(value)
    return value.astype(int) if isinstance(value, numpy.ndarray) else value


@pytest.mark.parametrize(("there", "here"), rows_of("Pillow"))
def test_from_pillow(there: str, here: str, scene: dict[str, Any]) -> None:
    logo = smooth(64, 48, 4)
    ours = {**scene, "im": limen.decode("photo.jpg"), "logo": limen.Image.from_array(logo)}
    theirs = {**scene, "im": Image.open("photo.jpg"), "logo": Image.fromarray(logo),
              "Image": Image, "ImageOps": ImageOps, "ImageFilter": ImageFilter,
              "ImageEnhance": ImageEnhance, "ImageFile": ImageFile, "PIL": PIL,
              "UnidentifiedImageError": UnidentifiedImageError}  # fmt: skip
    first = run(there, theirs)
    second = run(here, ours)
    if ".save(" in there and "ImageOps" in there:
        first = Image.open("a.jpg")
    if there.startswith(("Image.MAX", "ImageFile", "Unidentified", "im.draft")):
        return
    first, second = pixels(first), pixels(second)
    if isinstance(first, tuple):
        assert first == second
    else:
        # The same picture, though roundings, borders, codecs and the weights of luma differ; a
        # rotated one may be a pixel wider.
        height, width = (min(sides) for sides in zip(first.shape[:2], second.shape[:2]))
        assert max(first.shape[:2]) - max(second.shape[:2]) in (-1, 0, 1)
        assert first.shape[2:] == second.shape[2:]
        difference = first[:height, :width] - second[:height, :width]
        assert abs(difference).mean() < 6


@pytest.mark.parametrize(("there", "here"), rows_of("pyvips"))
def test_from_pyvips(there: str, here: str, scene: dict[str, Any]) -> None:
    """Only limen's side: libvips is not needed to test limen."""
    compile(there, there, "eval")
    logo = limen.Image.from_array(smooth(64, 48, 4))
    assert run(here, {**scene, "im": limen.decode("photo.jpg"), "logo": logo}) is not None


@pytest.mark.parametrize("document", ["README.md", "bindings/python/README.md"])
def test_readme(document: str, scene: dict[str, Any]) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert blocks
    Path("logo.png").write_bytes(file_of("png", 64, 48, 4))
    Path("photos").mkdir()
    for name in ("a", "b"):
        Path("photos", f"{name}.jpg").write_bytes(scene["data"])
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, document, "exec"), names)


def test_docstrings_examples() -> None:
    """The package's own lines, as help(limen) shows them."""
    assert limen.__doc__ is not None
    code = re.findall(r"^    (.+)$", limen.__doc__, re.MULTILINE)
    assert len(code) >= 4


def test_every_public_name_is_documented() -> None:
    for name in limen.__all__:
        thing = getattr(limen, name)
        assert thing.__doc__, name
        if isinstance(thing, type):
            for method, value in vars(thing).items():
                if callable(value) and not method.startswith("_"):
                    assert value.__doc__, f"{name}.{method}"


def example(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = ROOT / "examples" / "python" / name
    return subprocess.run(
        [sys.executable, str(path), *arguments], capture_output=True, text=True, check=True
    )


def test_the_responsive_set(tmp_path: Path) -> None:
    photo, mark, folder = tmp_path / "photo.jpg", tmp_path / "mark.png", tmp_path / "out"
    photo.write_bytes(file_of("jpeg", 1200, 800))
    mark.write_bytes(file_of("png", 100, 50, 4))
    example("responsive.py", str(photo), str(mark), str(folder))
    sizes = {path.name: limen.probe(path).size for path in folder.iterdir()}
    assert sizes == {f"{w}.jpg": (w, round(w * 800 / 1200)) for w in (160, 320, 480, 640, 960)}
    # The mark is where it should be: 20 % wide, 16 pixels from the corner.
    recipe = limen.Recipe(width=960, fit="inside", format="jpeg")
    plain = limen.decode(limen.transform(photo, recipe)).numpy().astype(int)
    marked = limen.decode(folder / "960.jpg").numpy().astype(int)
    changed = numpy.argwhere(abs(plain - marked).max(axis=2) > 40)
    (top, left), (bottom, right) = changed.min(0), changed.max(0)
    assert 960 - 16 - 192 - 8 <= left and right < 960 - 16 + 8
    assert 640 - 16 - 96 - 8 <= top and bottom < 640 - 16 + 8
    lines = (ROOT / "examples" / "python" / "responsive.py").read_text().splitlines()
    assert len(lines) < 40


def test_thumbnails(tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    (source / "a.png").write_bytes(file_of("png", 400, 500))
    (source / "notes.txt").write_text("no picture")
    done = example("thumbnails.py", str(source), str(target))
    assert "notes.txt" in done.stderr
    assert [path.name for path in target.iterdir()] == ["a.png.webp"]
    assert limen.probe(target / "a.png.webp").size == (320, 320)
