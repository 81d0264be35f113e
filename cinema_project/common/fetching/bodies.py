"""Bodies of answers, unpacked no further than is wanted."""

import zlib
from collections.abc import Iterator

from cinema_project.common.fetching.network import FetchFailed

STEP = 256 * 1024
HIGHEST_RATIO = 100
"""Bytes that one byte may unpack to; a page with much repetition comes to some 30."""
FREE = 1024 * 1024
"""Bytes that may come out of any body, however small: a list of the same thing packs well."""
GZIP_OR_ZLIB, RAW = zlib.MAX_WBITS | 32, -zlib.MAX_WBITS


class AnswerTooLarge(FetchFailed):
    code = "answer_too_large"


class AnswerBroken(FetchFailed):
    """The answer cannot be read."""

    code = "answer_broken"


def unpacked(chunks: Iterator[bytes], encoding: str, largest: int) -> Iterator[bytes]:
    """Yield a body piece by piece, each of at most 256 KiB.

    :param encoding: of its header ``Content-Encoding``
    :param largest: bytes, unpacked
    :raises AnswerTooLarge: once there are more, or if it unpacks to a hundred times its size
    :raises AnswerBroken: if it cannot be unpacked
    """
    taken = given = 0
    pieces = _Unpacking(encoding)
    for chunk in chunks:
        taken += len(chunk)
        for piece in pieces.of(chunk):
            given += len(piece)
            if given > largest:
                raise AnswerTooLarge(f"The answer is larger than {_readable(largest)}.")
            if given > max(FREE, HIGHEST_RATIO * taken):
                raise AnswerTooLarge(f"The answer unpacks to over {HIGHEST_RATIO} times its size.")
            yield piece
    pieces.check_end(taken)


def _readable(size: int) -> str:
    return f"{size // 1024**2} MB" if size >= 1024**2 else f"{size} bytes"


class _Unpacking:
    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise AnswerBroken("The answer is packed in a way that was not asked for.")
        self._plain = name in ("", "identity")
        self._machine = zlib.decompressobj(GZIP_OR_ZLIB)
        self._started = False

    def of(self, chunk: bytes) -> Iterator[bytes]:
        """Yield what a piece of the body unpacks to."""
        if self._plain:
            for at in range(0, len(chunk), STEP):
                yield chunk[at : at + STEP]
            return
        while chunk:
            piece = self._step(chunk)
            if piece:
                yield piece
            chunk = self._machine.unconsumed_tail
            if self._machine.eof and self._machine.unused_data:
                chunk = self._machine.unused_data  # gzip files may follow each other
                self._machine, self._started = zlib.decompressobj(GZIP_OR_ZLIB), False
                if not chunk.startswith(b"\x1f\x8b"):
                    return

    def check_end(self, taken: int) -> None:
        """Refuse a body that was cut off.

        :raises AnswerBroken: if it was
        """
        if not self._plain and taken and self._started and not self._machine.eof:
            raise AnswerBroken("The answer is cut off.")

    def _step(self, chunk: bytes) -> bytes:
        try:
            piece = self._machine.decompress(chunk, STEP)
        except zlib.error:
            piece = self._raw(chunk)
        self._started = True
        return piece

    def _raw(self, chunk: bytes) -> bytes:
        """Try again without a header, which some servers leave out of ``deflate``."""
        if not self._started:
            self._machine = zlib.decompressobj(RAW)
            try:
                return self._machine.decompress(chunk, STEP)
            except zlib.error:
                pass
        raise AnswerBroken("The answer cannot be unpacked.")
