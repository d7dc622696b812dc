# SPDX-License-Identifier: Apache-2.0
"""limen's exceptions: one class for each thing that a caller can do about an error.

``str(error)`` is one line that says what and where; programs read the fields.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "CancelledError",
    "Error",
    "InputOutputError",
    "InternalError",
    "InvalidArgumentError",
    "LimitExceededError",
    "MalformedError",
    "OutOfMemoryError",
    "TruncatedError",
    "UnsupportedError",
]


class Error(Exception):
    """Whatever limen refuses or fails at. The base of all that follow.

    code: the subclass's word, e.g. ``"limit_exceeded"``.
    message: one line for people.
    format: ``"jpeg"``, ``"png"``, ``"webp"`` or ``"avif"``, where one was being read or written.
    limit: the field of `Limits` that forbids it (``limit_exceeded``).
    asked, allowed: what the work would have needed, and what the limit allows, in its unit.
    offset: byte offset in the input, 0 where unknown.
    """

    code = "internal"

    def __init__(
        self,
        message: str,
        *,
        format: str | None = None,
        limit: str | None = None,
        asked: int = 0,
        allowed: int = 0,
        offset: int = 0,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.format = format
        self.limit = limit
        self.asked = asked
        self.allowed = allowed
        self.offset = offset

    def __str__(self) -> str:
        return self.message

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions cross process pools; the fields have to come along.
        fields = {
            name: getattr(self, name) for name in ("format", "limit", "asked", "allowed", "offset")
        }
        return _rebuild, (type(self), self.message, fields)


def _rebuild(cls: type[Error], message: str, fields: dict[str, Any]) -> Error:
    return cls(message, **fields)


class InvalidArgumentError(Error, ValueError):
    """The call asks for something that makes no sense: mend the call."""

    code = "invalid_argument"


class UnsupportedError(Error):
    """Understood, but limen does not do it."""

    code = "unsupported"


class MalformedError(Error):
    """The input breaks its format's rules."""

    code = "malformed"


class TruncatedError(Error):
    """The input ends before its data does."""

    code = "truncated"


class LimitExceededError(Error):
    """A limit of the caller's forbids it: `limit`, `asked` and `allowed` say which."""

    code = "limit_exceeded"


class CancelledError(Error):
    """The call's `CancelToken` was set."""

    code = "cancelled"


class OutOfMemoryError(Error, MemoryError):
    """The system had no memory, though the limits allowed it."""

    code = "out_of_memory"


class InputOutputError(Error, OSError):
    """A source or a sink of limen's failed. Files that Python opens raise its own OSError."""

    code = "io"


class InternalError(Error):
    """A defect in limen or a library below it: please report."""

    code = "internal"


_CLASSES: dict[str, type[Error]] = {
    cls.code: cls
    for cls in (
        InvalidArgumentError,
        UnsupportedError,
        MalformedError,
        TruncatedError,
        LimitExceededError,
        CancelledError,
        OutOfMemoryError,
        InputOutputError,
        InternalError,
    )
}


def class_of(code: str) -> type[Error]:
    """The class that stands for a code; a code that a newer library may have is an `Error`."""
    return _CLASSES.get(code, Error)
