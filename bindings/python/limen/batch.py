# SPDX-License-Identifier: Apache-2.0
"""`transform_many`: a recipe over many pictures, by several threads, in order."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from threading import local
from typing import Generic, Iterable, Iterator, Literal, TypeVar, overload

from .errors import Error
from .functions import OnDamage, Pictures, transform
from .options import CancelToken, Limits, Workspace
from .recipe import Recipe
from .sources import Source, file_or_pixels

__all__ = ["Results", "transform_many"]

Result = TypeVar("Result", covariant=True)


class Results(Generic[Result]):
    """An iterator over results in the order of their sources; has a length where those have one.

    At most twice as many results as threads exist at a time. Leaving a loop early, an error, or
    `close()` stops what is under way; so does the end of a ``with`` block.
    """

    def __init__(self, iterator: Iterator[Result], length: int | None) -> None:
        self._iterator = iterator
        self._length = length

    def __iter__(self) -> Iterator[Result]:
        return self

    def __next__(self) -> Result:
        return next(self._iterator)

    def __len__(self) -> int:
        """Of the whole, not of what remains. Raises TypeError where the sources have no length."""
        if self._length is None:
            raise TypeError("these sources have no length")
        return self._length

    def __bool__(self) -> bool:
        return True

    def __enter__(self) -> Results[Result]:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stops what is under way and waits for its threads. May be repeated."""
        close = getattr(self._iterator, "close", None)
        if close is not None:
            close()


@overload
def transform_many(
    sources: Iterable[Source],
    recipe: Recipe | str,
    *,
    threads: int | None = None,
    errors: Literal["raise"] = "raise",
    pictures: Pictures | None = None,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    cancel: CancelToken | None = None,
) -> Results[bytes]: ...


@overload
def transform_many(
    sources: Iterable[Source],
    recipe: Recipe | str,
    *,
    threads: int | None = None,
    errors: Literal["return"],
    pictures: Pictures | None = None,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    cancel: CancelToken | None = None,
) -> Results[bytes | Error | OSError]: ...


def transform_many(
    sources: Iterable[Source],
    recipe: Recipe | str,
    *,
    threads: int | None = None,
    errors: Literal["raise", "return"] = "raise",
    pictures: Pictures | None = None,
    on_damage: OnDamage = "error",
    limits: Limits | None = None,
    cancel: CancelToken | None = None,
) -> Results[bytes | Error | OSError]:
    """`transform` over many sources by `threads` threads (None: one a processor), lazily.

    Results come in the order of the sources, whichever is ready first; sources are taken as results
    are, so that memory does not grow with their number. Paths are read by the threads. Each thread
    keeps a `Workspace` for as long as the iteration lasts. ``tqdm(transform_many(paths, recipe))``
    shows a bar with a length where `sources` has one.

    errors: "return" gives the exception (limen's, or OSError) in the place of the result and goes
    on; "raise" ends there. cancel: ends the iteration with `CancelledError`.
    """
    if errors not in ("raise", "return"):
        raise ValueError(f"errors: 'raise' or 'return' expected, not {errors!r}")
    count = threads if threads is not None else os.cpu_count() or 1
    if count < 1:
        raise ValueError(f"threads: at least 1 expected, not {count}")
    prepared = recipe if isinstance(recipe, Recipe) else Recipe.from_query(recipe)
    # Read once; pixels and bytes are shared by the threads.
    marks: Pictures = {
        name: file_or_pixels(each, limits) for name, each in (pictures or {}).items()
    }
    token = cancel if cancel is not None else CancelToken()
    own_token = cancel is None
    per_thread = local()
    memory = 1_000_000_000
    if limits is not None and limits.working_memory is not None:
        memory = limits.working_memory

    def one(source: Source) -> bytes:
        if not hasattr(per_thread, "workspace"):
            per_thread.workspace = Workspace(memory)
        return transform(
            source,
            prepared,
            pictures=marks,
            on_damage=on_damage,
            limits=limits,
            cancel=token,
            workspace=per_thread.workspace,
        )

    def iterate() -> Iterator[bytes | Error | OSError]:
        pool = ThreadPoolExecutor(count, thread_name_prefix="limen")
        waiting: deque[Future[bytes]] = deque()
        try:
            for source in sources:
                waiting.append(pool.submit(one, source))
                del source
                if len(waiting) >= 2 * count:
                    yield outcome(waiting.popleft())
            while waiting:
                yield outcome(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()
            # What runs on would be for nobody; a token of the caller's is the caller's to set.
            if own_token:
                token.cancel()
            pool.shutdown(wait=True, cancel_futures=True)

    def outcome(future: Future[bytes]) -> bytes | Error | OSError:
        try:
            return future.result()
        except (Error, OSError) as error:
            if errors == "raise" or token.cancelled:
                raise
            return error

    try:
        length: int | None = len(sources)  # type: ignore[arg-type]
    except TypeError:
        length = None
    return Results(iterate(), length)
