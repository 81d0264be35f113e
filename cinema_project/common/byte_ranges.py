"""Parts of files over HTTP (RFC 9110, section 14): which one is asked for, and its bytes piece by piece."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

from asgiref.sync import sync_to_async

STEP = 256 * 1024
"""Bytes of a file that are in memory at once."""
ONE_PART = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class OutOfReach(Exception):
    """The file has no such bytes."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some bytes of a file.

    :param last: the number of the last one
    """

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


def part_of(header: str, size: int) -> Part | None:
    """Return the part that ``Range`` asks for; ``None`` for the whole file, also where several parts are asked for.

    :param size: of the file, in bytes
    :raises OutOfReach: if the part begins behind the end
    """
    asked = ONE_PART.fullmatch(header.strip())
    if asked is None or not any(asked.groups()):
        return None
    if not asked[1]:
        first, last = max(0, size - int(asked[2])), size - 1
    else:
        first, last = int(asked[1]), min(int(asked[2] or size), size - 1)
        if asked[2] and int(asked[2]) < first:
            return None
    if first >= size:
        raise OutOfReach
    return Part(first, last)


class Pieces:
    """The next bytes of an open file, each read when it is sent. Closed with the answer, whoever ends it.

    :param number: of bytes
    """

    def __init__(self, file: Any, number: int) -> None:
        self._file = file
        self._left = number

    def following(self) -> bytes:
        """Return the next piece; none at the end."""
        piece: bytes = self._file.read(min(STEP, self._left))
        self._left -= len(piece)
        return piece

    def close(self) -> None:
        self._file.close()


class InTurn(Pieces):
    """For WSGI."""

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.following():
            yield piece


class Awaited(Pieces):
    """For ASGI, where Django would gather a plain iterator in memory."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while piece := await sync_to_async(self.following)():
            yield piece
