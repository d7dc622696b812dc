# SPDX-License-Identifier: Apache-2.0
"""transform() and what stands around it; the search and the metric."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pictures import file_of, smooth

import limen
from limen import Mark, Recipe


def test_recipes_and_queries_mean_the_same(jpeg: bytes) -> None:
    recipe = Recipe(width=48, height=48, quality=80, enlarge=True, format="webp")
    assert limen.transform(jpeg, recipe) == limen.transform(
        jpeg, "w=48&h=48&func=crop&q=80&force_format=webp"
    )
    assert limen.probe(limen.transform(jpeg, recipe)).size == (48, 48)


def test_variants_share_a_decode_and_equal_single_calls() -> None:
    source = file_of("png", 300, 200)
    recipes = [Recipe(width=w, format="jpeg") for w in (40, 80, 160)] + ["w=50&force_format=webp"]
    made = limen.variants(source, recipes, threads=2)
    assert [each.width for each in made[:3]] == [40, 80, 160]
    assert made[0].source_decodes == 1
    for recipe, variant in zip(recipes, made):
        assert bytes(variant) == variant.data == limen.transform(source, recipe)
        assert len(variant) == len(variant.data)
        assert variant.search is not None and variant.search.reached
        assert variant.search.trials and variant.search.score >= 85
    assert made[3].format == "webp" and made[3].mime_type == "image/webp"
    assert set(made[0].seconds) == {
        "decode", "orient", "color", "resize", "compose", "search", "encode"
    }  # fmt: skip
    with pytest.raises(TypeError):
        limen.variants(source, "w=5")
    with pytest.raises(limen.InvalidArgumentError, match="recipe 1: "):
        limen.variants(source, [Recipe(), Recipe(crop=(0, 0, 999, 999))])
    with pytest.raises(limen.InvalidArgumentError):
        limen.variants(source, [])


def test_files_say_how_their_scans_are(jpeg: bytes) -> None:
    for progressive in (False, True):
        variant = limen.variants(
            jpeg, [Recipe(width=160, height=160, enlarge=True, quality=80, progressive=progressive)]
        )[0]
        assert variant.progressive is progressive
        assert limen.probe(variant.data).progressive is progressive
        found = limen.find_smallest(limen.decode(jpeg), effort=1, progressive=progressive)
        assert limen.probe(found.data).progressive is found.progressive
        assert progressive or not found.progressive


def test_marks_from_files_images_and_arrays(jpeg: bytes) -> None:
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :, 0] = 255
    pixels[:, :, 3] = 255
    recipe = Recipe(format="png", marks=[Mark("dot", "northwest")])
    expected = None
    image = limen.Image.from_array(pixels)
    for picture in (pixels, image, image.encode("png")):
        result = limen.decode(limen.transform(jpeg, recipe, pictures={"dot": picture})).numpy()
        assert (result[:8, :8] == [255, 0, 0]).all()
        expected = result if expected is None else expected
        assert np.array_equal(result, expected)
    with pytest.raises(limen.InvalidArgumentError, match="dot"):
        limen.transform(jpeg, recipe)
    with pytest.raises(limen.Error, match="dot"):
        limen.transform(jpeg, recipe, pictures={"dot": b"not a picture"})
    with pytest.raises(TypeError):
        limen.transform(jpeg, recipe, pictures={"dot": 5})  # type: ignore[dict-item]


def test_rendering_is_all_but_the_file(jpeg: bytes) -> None:
    recipe = Recipe(width=40, height=40, rotate=10, background="navy")
    image = limen.render(jpeg, recipe)
    assert image.size == (40, 40) and image.layout == "rgb"
    file = limen.transform(jpeg, recipe.replace(format="png"))
    assert limen.decode(file) == image
    assert limen.render(limen.decode(jpeg), recipe) == image


def test_plans_come_true(jpeg: bytes) -> None:
    recipe = Recipe(width=40, height=40, format="webp")
    plan = limen.plan(jpeg, recipe)
    assert plan.size == (40, 40) == limen.probe(limen.transform(jpeg, recipe)).size
    assert plan.format == "webp" and plan.searches and plan.steps[0] == "decode"
    assert plan.peak_bytes > 0 and plan.stored_size == (96, 64)
    with pytest.raises(limen.InvalidArgumentError):
        limen.plan(jpeg, Recipe(crop=(0, 0, 999, 999)))


def test_a_mode_is_reported(jpeg: bytes) -> None:
    (lossy,) = limen.variants(jpeg, [Recipe(width=40, quality=55, format="webp")])
    assert (lossy.quality, lossy.lossless, lossy.search) == (55, False, None)
    (near,) = limen.variants(jpeg, [Recipe(width=40, near_lossless=40, format="webp")])
    assert (near.quality, near.near_lossless) == (None, 40)
    (lossless,) = limen.variants(jpeg, [Recipe(width=40, format="png")])
    assert lossless.lossless


def test_webp_halves_chroma_as_asked() -> None:
    image = limen.Image.from_array(smooth(96, 64))
    plain, sharp = (image.encode("webp", quality=70, sharp_yuv=way) for way in (False, True))
    assert sharp != plain
    assert image.encode("webp", quality=70) == plain
    for way in (False, True):
        found = limen.find_smallest(image, formats=["webp"], sharp_yuv=way)
        assert {trial.sharp_yuv for trial in found.trials if not trial.lossless} == {way}
        if not found.lossless:
            assert found.sharp_yuv is way
            again = image.encode("webp", quality=found.quality, sharp_yuv=found.sharp_yuv)
            assert again == found.data
    with pytest.raises(TypeError):
        image.encode("webp", sharp_yuv=1)  # type: ignore[arg-type]


def test_the_smallest_file_reaches_its_target() -> None:
    image = limen.Image.from_array(smooth(200, 150))
    plain = limen.find_smallest(image, effort=1)
    assert plain.quality is not None and plain.quantizer == "libjpeg"
    assert image.encode("jpeg", quality=plain.quality, chroma=plain.chroma, effort=1) == bytes(plain)  # type: ignore[arg-type]
    larger = limen.find_smallest(smooth(400, 320))
    assert larger.quantizer == "limen"
    assert "limen" in {trial.quantizer for trial in larger.trials}
    found = limen.find_smallest(image)
    assert found.reached and found.certified and found.score >= 85
    assert limen.compare(image, found.data) == pytest.approx(found.score, abs=0.001)
    assert len(limen.find_smallest(image, target="flicker-proof")) > len(found)
    assert limen.find_smallest(image, target=60).score >= 60
    bounded = limen.find_smallest(image, max_bytes=3000)
    assert len(bounded) <= 3000 and bounded.reached
    best = limen.find_smallest(smooth(200, 150), formats=["jpeg", "webp"])
    assert len(best) <= len(found)
    assert limen.find_smallest(file_of("png", 200, 150)).data == found.data
    assert not limen.find_smallest(image, target=99.9, lossless_fallback=False).certified
    mistakes: list[dict[str, Any]] = [
        {"target": "good"},
        {"formats": ["gif"]},
        {"target": 5, "max_bytes": 5},
        {"time_budget": -1},
        {"worst_block": 101},
    ]
    for wrong in mistakes:
        with pytest.raises(limen.InvalidArgumentError):
            limen.find_smallest(image, **wrong)
    with pytest.raises(TypeError):
        limen.find_smallest(5)  # type: ignore[arg-type]


def test_comparisons() -> None:
    image = limen.Image.from_array(smooth(200, 150))
    assert limen.compare(image, image) == 100
    worse = [image.encode("jpeg", quality=q) for q in (90, 50, 10)]
    scores = [limen.compare(image, each) for each in worse]
    assert scores == sorted(scores, reverse=True) and isinstance(scores[0], float)
    original = limen.Original(image)
    for data, score in zip(worse, scores):
        comparison = original.compare(data)
        assert comparison.score == score and comparison.worst_block <= 100
    assert original.heatmap(worse[2]).size == image.size
    assert repr(original) == "<limen.Original 200x150>"
    with pytest.raises(limen.InvalidArgumentError):
        limen.compare(image, image.crop((0, 0, 10, 10)))


def test_accept_headers() -> None:
    assert limen.pick_format("image/avif,image/webp,*/*") == "avif"
    assert limen.pick_format("image/webp,*/*") == "webp"
    assert limen.pick_format("*/*") == "jpeg"
    assert limen.pick_format("text/html", ["png"]) is None
    with pytest.raises(limen.InvalidArgumentError):
        limen.pick_format("*/*", ["gif"])  # type: ignore[list-item]


def test_placeholders(jpeg: bytes) -> None:
    placeholder = limen.placeholder(jpeg)
    assert placeholder.data_uri.startswith("data:image/webp;base64,")
    assert max(placeholder.size) == 16 and placeholder.upright_size == (96, 64)
    assert placeholder.average[3] == 255


def test_what_the_build_is() -> None:
    assert set(limen.codecs()) == {"jpeg", "png", "webp", "avif"}
    assert limen.simd_target()
    assert limen.__version__.count(".") == 2


def test_workspaces_are_reused(jpeg: bytes) -> None:
    workspace = limen.Workspace(100_000_000)
    first = limen.transform(jpeg, "w=50", workspace=workspace)
    assert workspace.bytes_in_use == 0 and workspace.peak_bytes > 0
    assert limen.transform(jpeg, "w=50", workspace=workspace) == first
    workspace.release_unused()
    assert "of 100000000 bytes" in repr(workspace)
    image = limen.decode(jpeg, workspace=workspace)
    del workspace
    assert image.resize(5).size[0] == 5, "a picture outlives its workspace"


def test_real_photographs(data: Path) -> None:
    folder = data / "photos"
    photos = sorted(folder.rglob("*.jpg"))[:6] + sorted(folder.rglob("*.png"))[:6]
    assert photos
    for photo in photos:
        info = limen.probe(photo)
        result = limen.transform(photo, Recipe(width=200, height=200, fit="inside", format="jpeg"))
        assert max(limen.probe(result).size) == min(200, max(info.size)), photo


