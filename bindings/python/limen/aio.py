# SPDX-License-Identifier: Apache-2.0
"""limen for asyncio: the package's functions as coroutines that leave the event loop alone.

Work is done by the loop's default executor, or by `executor`; the GIL is released meanwhile.
Cancelling the task stops the work itself, within about a strip of rows (AVIF: at the next return
from its library).

    async def handle(request):
        return await limen.aio.transform(await request.body(), "w=800")
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Executor
from functools import partial
from typing import Any, AsyncIterable, AsyncIterator, Callable, Iterable, Sequence, TypeVar

from . import functions
from .image import Image
from .options import CancelToken, Limits
from .recipe import Recipe
from .results import Comparison, Found, ImageInfo, Plan, Variant
from .sources import FileSource, Source

__all__ = [
    "compare",
    "decode",
    "find_smallest",
    "plan",
    "probe",
    "render",
    "transform",
    "transform_many",
    "variants",
]

Value = TypeVar("Value")


async def _run(
    work: Callable[[CancelToken], Value], cancel: CancelToken | None, executor: Executor | None
) -> Value:
    token = cancel if cancel is not None else CancelToken()
    future = asyncio.get_running_loop().run_in_executor(executor, work, token)
    try:
        # Shielded: the future must not be thrown away before the thread has let go of the source.
        return await asyncio.shield(future)
    except asyncio.CancelledError:
        token.cancel()
        # Nobody will ask for what the thread says now; look at it, so that asyncio does not complain.
        future.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise


async def probe(
    source: FileSource, *, limits: Limits | None = None, executor: Executor | None = None
) -> ImageInfo:
    """As `limen.probe`."""
    return await _run(lambda _: functions.probe(source, limits=limits), None, executor)


async def plan(
    source: FileSource,
    recipe: Recipe | str,
    *,
    limits: Limits | None = None,
    executor: Executor | None = None,
) -> Plan:
    """As `limen.plan`."""
    return await _run(lambda _: functions.plan(source, recipe, limits=limits), None, executor)


async def decode(
    source: FileSource,
    *,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> Image:
    """As `limen.decode`, with its options."""
    work = partial(functions.decode, source, **options)
    return await _run(lambda token: work(cancel=token), cancel, executor)


async def transform(
    source: Source,
    recipe: Recipe | str,
    *,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> bytes:
    """As `limen.transform`, with its options."""
    work = partial(functions.transform, source, recipe, **options)
    return await _run(lambda token: work(cancel=token), cancel, executor)


async def variants(
    source: Source,
    recipes: Sequence[Recipe | str],
    *,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> list[Variant]:
    """As `limen.variants`, with its options."""
    work = partial(functions.variants, source, recipes, **options)
    return await _run(lambda token: work(cancel=token), cancel, executor)


async def render(
    source: Source,
    recipe: Recipe | str,
    *,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> Image:
    """As `limen.render`, with its options."""
    work = partial(functions.render, source, recipe, **options)
    return await _run(lambda token: work(cancel=token), cancel, executor)


async def find_smallest(
    image: Source,
    *,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> Found:
    """As `limen.find_smallest`, with its options."""
    work = partial(functions.find_smallest, image, **options)
    return await _run(lambda token: work(cancel=token), cancel, executor)


async def compare(
    original: Source,
    candidate: Source,
    *,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
) -> float:
    """As `limen.compare`."""
    work = partial(functions.compare, original, candidate)
    return await _run(lambda token: work(cancel=token), cancel, executor)


async def transform_many(
    sources: Iterable[Source] | AsyncIterable[Source],
    recipe: Recipe | str,
    *,
    threads: int = 2,
    cancel: CancelToken | None = None,
    executor: Executor | None = None,
    **options: Any,
) -> AsyncIterator[bytes]:
    """`transform` over many sources, `threads` at a time; results in the order of the sources, at
    most twice as many as threads at a time. Leaving the loop early stops what is under way."""
    if threads < 1:
        raise ValueError(f"threads: at least 1 expected, not {threads}")
    prepared = recipe if isinstance(recipe, Recipe) else Recipe.from_query(recipe)
    room = asyncio.Semaphore(threads)

    async def one(source: Source) -> bytes:
        async with room:
            return await transform(source, prepared, cancel=cancel, executor=executor, **options)

    waiting: deque[asyncio.Task[bytes]] = deque()
    try:
        async for source in _each(sources):
            waiting.append(asyncio.create_task(one(source)))
            if len(waiting) >= 2 * threads:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _each(sources: Iterable[Source] | AsyncIterable[Source]) -> AsyncIterator[Source]:
    if isinstance(sources, AsyncIterable):
        async for source in sources:
            yield source
    else:
        for source in sources:
            yield source
