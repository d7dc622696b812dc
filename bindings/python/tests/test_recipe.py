# SPDX-License-Identifier: Apache-2.0
"""Recipes: fields, words, their errors, and the way from query strings and back."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

import limen
from limen import Adjust, Focus, Length, Mark, Recipe, Sharpen

# Each field with a value that is not its default.
FIELDS: dict[str, Any] = {
    "crop": (1, 2, 30, 40),
    "trim": 12,
    "rotate": 30.5,
    "flip_horizontal": True,
    "flip_vertical": True,
    "width": 320,
    "height": 200,
    "fit": "contain",
    "fit_if_smaller": "inside",
    "enlarge": True,
    "gravity": "northwest",
    "dpr": 2.0,
    "filter": "catmull-rom",
    "linear_light": True,
    "shrink": "fine",
    "sharpen": Sharpen(0.8, 0.5, 0.01),
    "blur": 1.5,
    "adjust": Adjust(brightness=0.1, contrast=1.2, gamma=1.1, saturation=0.9, greyscale=True),
    "marks": (Mark("logo", "southeast", 1.0, 0.2, 16, Length(0.1, "fraction"), (1, 2), 0.6, True),),
    "radius": 8.0,
    "background": (1, 2, 3, 4),
    "format": "webp",
    "formats": ("jpeg", "avif"),
    "target": "flicker-proof",
    "max_bytes": 20000,
    "quality": 70.0,
    "lossless": True,
    "near_lossless": 40,
    "worst_block": 60.0,
    "always_encode": True,
    "effort": 7,
    "chroma": "4:4:4",
    "progressive": False,
    "depth": "eight",
    "metadata": "keep",
    "keep_profile": True,
}


def alone(name: str) -> Recipe:
    """A recipe of one field, and what has to be with it."""
    needed: dict[str, dict[str, Any]] = {"near_lossless": {"format": "webp"}, "lossless": {"format": "png"}}
    return Recipe(**{name: FIELDS[name], **needed.get(name, {})})


def test_every_field_is_tested() -> None:
    assert set(FIELDS) == {each.name for each in dataclasses.fields(Recipe) if each.init}


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_reaches_the_library_and_comes_back(name: str) -> None:
    recipe = alone(name)
    native = recipe._native.fields()
    assert name in native, "the library has a value that is not its default"
    plain = copy.deepcopy(native)
    classes: dict[str, Any] = {"gravity": Focus, "sharpen": Sharpen, "adjust": Adjust}
    for key, cls in classes.items():
        if isinstance(plain.get(key), dict):
            plain[key] = cls(**plain[key])
    if "marks" in plain:
        for key in ("pad_x", "pad_y"):
            plain["marks"][0][key] = Length(**plain["marks"][0][key])
        plain["marks"] = (Mark(**plain["marks"][0]),)
    again = Recipe(**plain)
    assert again._native.fields() == native
    assert again.canonical() == recipe.canonical()
    if name != "marks":  # pads that were given as numbers come back as lengths
        assert again == recipe
    assert pickle.loads(pickle.dumps(recipe)) == copy.deepcopy(recipe) == recipe
    assert name in repr(recipe)


@pytest.mark.parametrize("name", ["width", "rotate", "blur", "trim", "effort", "quality", "dpr"])
def test_wrong_types_are_named(name: str) -> None:
    mistakes: list[Any] = ["5", [1], object(), True]
    for wrong in mistakes:
        with pytest.raises(TypeError, match=name):
            Recipe(**{name: wrong})


@pytest.mark.parametrize(
    "fields",
    [
        {"width": "wide"},
        {"width": 1.5},
        {"enlarge": 1},
        {"fit": 3},
        {"crop": 7},
        {"crop": "abcd"},
        {"gravity": 4},
        {"sharpen": "very"},
        {"adjust": 1.0},
        {"marks": "logo"},
        {"marks": [3]},
        {"background": 7},
        {"formats": 7},
        {"formats": [1]},
        {"target": [1]},
        {"max_bytes": 1.5},
        {"progressive": None, "effort": "low"},
    ],
)
def test_wrong_types(fields: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        Recipe(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"width": -5},
        {"width": 2**40},
        {"height": -(2**80)},
        {"rotate": float("nan")},
        {"rotate": 10**400},
        {"fit": "stretch"},
        {"filter": "bicubic"},
        {"format": "gif"},
        {"formats": ["jpeg", "jpeg"]},
        {"quality": 101},
        {"target": "unseen"},
        {"target": 0},
        {"target": 101},
        {"max_bytes": 0},
        {"max_bytes": -1},
        {"effort": 10},
        {"crop": (1, 2, 3)},
        {"crop": (5, 5, 5, 9)},
        {"gravity": (0.5,)},
        {"gravity": (2.0, 0.5)},
        {"background": "no such colour"},
        {"background": "red&w=5"},
        {"background": (1, 2)},
        {"background": (1, 2, 300)},
        {"trim": 256},
        {"dpr": 0},
        {"marks": [Mark("a", opacity=2)]},
        {"quality": 80, "lossless": True},
        {"quality": 80, "target": "invisible"},
        {"max_bytes": 100, "target": 80.0},
    ],
)
def test_values_that_make_no_sense(fields: dict[str, Any]) -> None:
    with pytest.raises(limen.InvalidArgumentError) as caught:
        Recipe(**fields)
    assert "\n" not in str(caught.value) and str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_a_fidelity_that_the_format_lacks() -> None:
    with pytest.raises(limen.UnsupportedError):
        Recipe(format="jpeg", lossless=True)


def test_unknown_fields() -> None:
    with pytest.raises(TypeError, match="heigth"):
        Recipe(heigth=5)  # type: ignore[call-arg]


def test_immutable_hashable_and_replaceable() -> None:
    recipe = Recipe(width=100, formats=["jpeg", "webp"])
    assert recipe.formats == ("jpeg", "webp") and hash(recipe) == hash(copy.copy(recipe))
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.width = 5  # type: ignore[misc]
    assert recipe.replace(width=50) == Recipe(width=50, formats=("jpeg", "webp"))
    assert repr(Recipe()) == "Recipe()"
    assert eval(repr(recipe)) == recipe


def test_queries() -> None:
    recipe = Recipe.from_query(
        "?w=800&h=600&func=bound&gravity=10p,20p&wat=1&wat_url=logo&wat_gravity=southeast"
        "&wat_scale=20p&wat_pad=5p,8&wat_opacity=0.6&q=invisible&force_format=jpeg&sharp=1"
        "&bg_color=navy&org_if_sml=1"
    )
    assert recipe == Recipe(
        width=800,
        height=600,
        fit="inside",
        gravity=Focus(0.1, 0.2),
        marks=(Mark("logo", "southeast", of_output=0.2, pad_x=Length(0.05, "fraction"),
                    pad_y=Length(8), opacity=0.6),),
        format="jpeg",
        sharpen=Sharpen(amount=1.0),
        background=(0, 0, 128, 255),
    )  # fmt: skip
    assert Recipe.from_query("") == Recipe(enlarge=True)
    with pytest.raises(limen.InvalidArgumentError, match="colour|color|unknown|nonsense"):
        Recipe.from_query("nonsense=1")
    with pytest.raises(limen.UnsupportedError):
        Recipe.from_query("gravity=face")
    with pytest.raises(TypeError):
        limen.transform(b"", 5)  # type: ignore[arg-type]


def test_canonical_forms() -> None:
    assert Recipe(width=100, dpr=2).canonical() == Recipe(width=200).canonical()
    assert Recipe(width=100).canonical() != Recipe(width=101).canonical()
    assert Recipe(rotate=360).canonical() == Recipe().canonical()


def test_colours_in_every_notation() -> None:
    expected = Recipe(background=(255, 136, 0)).canonical()
    for text in ("#f80", "#ff8800", "#ff8800ff", "f80"):
        assert Recipe(background=text).canonical() == expected
    assert Recipe(background="white").canonical() == Recipe(background=(255,) * 4).canonical()


def test_numpy_numbers_are_numbers() -> None:
    import numpy as np

    assert Recipe(width=np.int64(50)).canonical() == Recipe(width=50).canonical()
    assert Recipe(rotate=np.float32(1.5)).canonical() == Recipe(rotate=1.5).canonical()
