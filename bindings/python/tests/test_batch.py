# SPDX-License-Identifier: Apache-2.0
"""transform_many and limen.aio: order, bounds, lengths, errors, cancellation."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any, AsyncIterator, Iterator

import pytest
from pictures import file_of, noise
from tqdm import tqdm

import limen


def widths(results: Any) -> list[int]:
    return [limen.probe(each).width for each in results]


def test_order_length_and_tqdm(tmp_path: Path) -> None:
    sizes = [200, 10, 150, 20, 100, 30, 50]
    paths = []
    for size in sizes:
        paths.append(tmp_path / f"{size}.png")
        paths[-1].write_bytes(file_of("png", size, 40))
    results = limen.transform_many(paths, limen.Recipe(format="jpeg", quality=50), threads=3)
    assert len(results) == 7 and results
    bar = tqdm(results, disable=None, mininterval=1000, file=open("/dev/null", "w"))
    assert bar.total == 7
    assert widths(bar) == sizes
    assert list(results) == []
    results.close()
    results.close()


def test_iterators_have_no_length(jpeg: bytes) -> None:
    results = limen.transform_many((jpeg for _ in range(3)), "w=20&q=50", threads=2)
    with pytest.raises(TypeError):
        len(results)
    bar = tqdm(results, disable=None, file=open("/dev/null", "w"))
    assert bar.total is None and widths(bar) == [20] * 3
    assert list(limen.transform_many([], "w=20")) == []


def test_sources_are_taken_as_results_are(jpeg: bytes) -> None:
    taken = 0

    def sources() -> Iterator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield jpeg

    with limen.transform_many(sources(), "w=20&q=50", threads=2) as results:
        for count, _ in enumerate(results, 1):
            assert taken <= count + 3
            if count == 20:
                break
    assert taken <= 23
    assert next(iter(results), None) is None, "closed"


def test_errors_are_raised_in_their_place_or_returned(jpeg: bytes, tmp_path: Path) -> None:
    sources: list[Any] = [jpeg, b"no picture", tmp_path / "nothing", jpeg]
    results = limen.transform_many(sources, "w=20&q=50", threads=2)
    assert next(results)
    with pytest.raises(limen.Error):
        next(results)
    with pytest.raises(StopIteration):
        next(results)
    kinds = [type(each) for each in limen.transform_many(sources, "w=20&q=50", errors="return")]
    assert kinds[0] is kinds[3] is bytes
    assert issubclass(kinds[1], limen.Error) and kinds[2] is FileNotFoundError
    mistakes: list[Any] = [5]
    with pytest.raises(TypeError):  # never a result
        list(limen.transform_many(mistakes, "w=20", errors="return"))


def test_what_makes_no_sense_is_said_at_once(jpeg: bytes) -> None:
    with pytest.raises(limen.InvalidArgumentError):
        limen.transform_many([jpeg], "w=wide")
    with pytest.raises(ValueError):
        limen.transform_many([jpeg], "w=5", threads=0)
    with pytest.raises(ValueError):
        limen.transform_many([jpeg], "w=5", errors="ignore")  # type: ignore[call-overload]


def test_an_error_of_the_sources_own_ends_the_iteration(jpeg: bytes) -> None:
    def sources() -> Iterator[bytes]:
        yield jpeg
        raise KeyError("mine")

    with pytest.raises(KeyError):
        list(limen.transform_many(sources(), "w=20&q=50", threads=2))


def test_a_token_ends_it(jpeg: bytes) -> None:
    token = limen.CancelToken()
    results = limen.transform_many([jpeg] * 50, "w=20&q=50", threads=2, cancel=token)
    assert next(results)
    token.cancel()
    with pytest.raises(limen.CancelledError):
        list(results)


def test_no_thread_stays(jpeg: bytes) -> None:
    before = threading.active_count()
    results = limen.transform_many([jpeg] * 9, "w=20&q=50", threads=4)
    next(results)
    assert threading.active_count() > before
    results.close()
    assert threading.active_count() == before


def test_coroutines(jpeg: bytes) -> None:
    async def work() -> None:
        recipe = limen.Recipe(width=40, quality=60)
        assert (await limen.aio.probe(jpeg)).size == (96, 64)
        assert (await limen.aio.plan(jpeg, recipe)).size == (40, 27)
        image = await limen.aio.decode(jpeg, srgb=False)
        assert image.size == (96, 64)
        result, (variant,), score, found = await asyncio.gather(
            limen.aio.transform(jpeg, recipe),
            limen.aio.variants(jpeg, [recipe]),
            limen.aio.compare(image, image),
            limen.aio.find_smallest(image, target=50),
        )
        assert result == variant.data == limen.transform(jpeg, recipe)
        assert score == 100 and found.reached
        with pytest.raises(limen.Error):
            await limen.aio.decode(b"nothing")

    asyncio.run(work())


def test_cancelling_a_task_stops_the_work() -> None:
    source = limen.Image.from_array(noise(1200, 900)).encode("png", effort=0)

    async def work() -> None:
        token = limen.CancelToken()
        task = asyncio.create_task(
            limen.aio.transform(source, limen.Recipe(format="webp", effort=9), cancel=token)
        )
        await asyncio.sleep(0)
        while not task.done():
            task.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await task
        assert token.cancelled

    asyncio.run(work())


def test_the_event_loop_goes_on() -> None:
    """While a search runs, the loop turns: a coroutine counts its turns. Were the loop blocked, it
    would have counted one at the most."""
    source = limen.Image.from_array(noise(600, 400)).encode("png", effort=0)

    async def work() -> int:
        turns = 0
        task = asyncio.create_task(limen.aio.transform(source, limen.Recipe(format="jpeg")))
        while not task.done():
            turns += 1
            await asyncio.sleep(0)
        assert await task
        return turns

    assert asyncio.run(work()) > 10


def test_many_in_order_asynchronously(jpeg: bytes) -> None:
    async def sources() -> AsyncIterator[bytes]:
        for size in (60, 20, 40):
            yield file_of("png", size, 20)

    async def work() -> None:
        made = [each async for each in limen.aio.transform_many(sources(), "q=50")]
        assert widths(made) == [60, 20, 40]
        made = [each async for each in limen.aio.transform_many([jpeg] * 5, "w=20&q=50", threads=1)]
        assert widths(made) == [20] * 5
        with pytest.raises(limen.Error):
            async for _ in limen.aio.transform_many([jpeg, b"", jpeg], "w=20"):
                pass
        async for _ in limen.aio.transform_many([jpeg] * 100, "w=20&q=50"):
            break

    asyncio.run(work())
