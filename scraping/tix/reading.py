"""JSON that somebody else wrote: read with the place of every value, so that a complaint can say where it is.

Sloppiness that cannot mislead is forgiven (a number as text, ``null`` for an empty list, spaces around a name). What
would have to be guessed is refused.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson

from cinema_project.common.errors import Upstream

T = TypeVar("T")

SHOWN = 60
IDENTIFIER = re.compile(r"[0-9A-Za-z_-]{1,64}")
YES, NO = {"1", "true", "y", "yes"}, {"0", "false", "n", "no", ""}
NOTHING_THERE = "DATA_NOT_FOUND"


class WrongShape(Upstream):
    """The answer lacks something, or has something else in its place.

    ``where`` is the place as a path such as ``data.theaters[3].name``; ``wanted`` what should stand there.
    """

    code = "upstream_shape"

    def __init__(self, where: str, wanted: str, found: Any) -> None:
        super().__init__(f"{where} should be {wanted}, but is {described(found)}.")
        self.where = where
        self.wanted = wanted


class Refused(Upstream):
    """The answer says in so many words that it is none (``success: false``, or a ``code`` that means failure)."""

    code = "upstream_refused"

    def __init__(self, said: str, sentence: str) -> None:
        super().__init__(f"The site refused: {said or 'no code'}{f' ({sentence})' if sentence else ''}.")
        self.said = said

    @property
    def nothing_there(self) -> bool:
        """Whether it means that there is nothing to list, which is an answer and no failure."""
        return self.said == NOTHING_THERE


MISSING = type("Missing", (), {"__repr__": lambda _: "missing"})()


def described(value: Any) -> str:
    """Say shortly what a value is, never more than its beginning."""
    if value is MISSING:
        return "missing"
    if isinstance(value, dict):
        return f"an object with {', '.join(map(str, list(value)[:6])) or 'nothing in it'}"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@dataclass(frozen=True, slots=True)
class Rejected:
    """One item of a list that could not be read: the others were. To be quarantined, never to be dropped silently."""

    where: str
    why: str
    raw: Any


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What a list held: what could be read, and what could not."""

    items: tuple[T, ...]
    rejected: tuple[Rejected, ...] = ()


class Node:
    """A value and its place, which is put into words only when somebody complains: of a page there are thousands.

    :param where: the place; or, with ``above``, the member or number within that
    """

    __slots__ = ("_above", "_name", "value")

    def __init__(self, value: Any, where: str | int, above: "Node | None" = None) -> None:
        self.value, self._name, self._above = value, where, above

    @property
    def where(self) -> str:
        """Return the place as a path, such as ``data.theaters[3].name``."""
        if self._above is None:
            return str(self._name)
        inner = f"[{self._name}]" if isinstance(self._name, int) else f".{self._name}"
        return f"{self._above.where}{inner}"

    def get(self, *names: str) -> "Node":
        """Return the first member of these names that is there and not null, else the first one's absence.

        :raises WrongShape: if this is no object
        """
        members = self._as(dict, "an object")
        for name in names:
            if (found := members.get(name)) is not None:
                return Node(found, name, self)
        return Node(members.get(names[0], MISSING), names[0], self)

    @property
    def there(self) -> bool:
        return self.value is not MISSING and self.value is not None

    def items(self) -> list["Node"]:
        """Return the members of a list; null and nothing are an empty one.

        :raises WrongShape: if this is something else
        """
        values = self._as(list, "a list") if self.there else []
        return [Node(value, number, self) for number, value in enumerate(values)]

    def required_items(self) -> list["Node"]:
        """Return the members of a list that has to be there, if need be empty.

        :raises WrongShape: if it is missing, or something else
        """
        self._as(list, "a list")
        return self.items()

    def text(self) -> str:
        """Return a text that is not empty, without control characters; a number counts as its digits.

        :raises WrongShape: if there is none
        """
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        words = self._as(str, "a text")
        if words.isalnum():
            return words  # as most are
        if not words.isprintable():
            words = "".join(sign for sign in words if sign.isprintable() or sign.isspace())
        kept = " ".join(words.split())
        if not kept:
            raise self.wrong("a text that is not empty")
        return kept

    def identifier(self) -> str:
        """Return an id: it goes into addresses, so it is letters, digits, ``-`` and ``_`` alone.

        :raises WrongShape: if it is something else
        """
        if not IDENTIFIER.fullmatch(found := self.text()):
            raise self.wrong("an id")
        return found

    def optional_text(self) -> str:
        """Return the text, or nothing where there is none: what may be absent is not worth losing the rest for."""
        if self.value == "" or not self.there:
            return ""
        try:
            return self.text()
        except WrongShape:
            return ""

    def whole(self) -> int:
        """Return a whole number, also one written as text or as ``1.0``; true and false are none.

        :raises WrongShape: if it is none
        """
        if type(self.value) is int:
            return self.value
        number = self.number("a whole number")
        if number != int(number):
            raise self.wrong("a whole number")
        digits = str(self.value).strip()
        return int(digits) if digits.isascii() and digits.isdigit() else int(number)  # exact beyond 2^53

    def number(self, wanted: str = "a number") -> float:
        """Return a number, also one written as text.

        :raises WrongShape: if it is none, or not finite
        """
        if isinstance(self.value, bool) or not isinstance(self.value, int | float | str):
            raise self.wrong(wanted)
        try:
            number = float(self.value)
        except (ValueError, OverflowError):
            raise self.wrong(wanted) from None
        if not math.isfinite(number):
            raise self.wrong(wanted)
        return number

    def flag(self) -> bool:
        """Return a yes or no, in any of the ways in which it is written.

        :raises WrongShape: if it is neither, or missing: an absent flag must not be read as a no
        """
        word = str(self.value).strip().lower()
        if not isinstance(self.value, bool | int | str) or word not in YES | NO:
            raise self.wrong("true or false")
        return word in YES

    def wrong(self, wanted: str) -> WrongShape:
        return WrongShape(self.where, wanted, self.value)

    def _as(self, kind: type[T], wanted: str) -> T:
        if not isinstance(self.value, kind):
            raise self.wrong(wanted)
        return self.value


def opened(payload: bytes | str | Any) -> Node:
    """Return the ``data`` of an answer.

    :param payload: the body as it came, or what JSON made of it
    :raises Refused: if the answer says ``success: false``, or a ``code`` that is neither 0, 200 nor 1000
    :raises WrongShape: if it is no JSON, or has no ``data``
    """
    answer = Node(decoded(payload), "answer")
    if answer.get("success").there and not answer.get("success").flag():
        raise refusal(answer)
    if answer.get("code").there and answer.get("code").text() not in ("0", "200", "1000"):
        raise refusal(answer)
    data = answer.get("data")
    if not data.there:
        raise data.wrong("there")
    return Node(data.value, "data")


def decoded(payload: bytes | str | Any) -> Any:
    """Return what JSON makes of a body.

    :raises WrongShape: if it is no JSON, such as the page of a proxy, or nested without end
    """
    if not isinstance(payload, bytes | str):
        return payload
    with suppress(ValueError):
        return orjson.loads(payload)
    try:
        return json.loads(payload)  # takes its time, and takes what is not quite JSON
    except (ValueError, RecursionError):
        beginning = payload[:SHOWN].decode(errors="replace") if isinstance(payload, bytes) else payload[:SHOWN]
        raise WrongShape("answer", "JSON", beginning) from None


def refusal(answer: Node) -> Refused:
    """Return what a refusing answer says: its code and its sentence, as far as it has them."""
    error = answer.get("error") if isinstance(answer.get("error").value, dict) else answer
    return Refused(error.get("code").optional_text(), error.get("message").optional_text()[:200])


def each(nodes: list[Node], read: Callable[[Node], T]) -> Parsed[T]:
    """Read every item; one that cannot be read is put aside, and does not cost the others."""
    items: list[T] = []
    rejected: list[Rejected] = []
    for node in nodes:
        try:
            items.append(read(node))
        except WrongShape as wrong:
            rejected.append(Rejected(wrong.where, wrong.detail, node.value))
    return Parsed(tuple(items), tuple(rejected))


def once(parsed: Parsed[T], key: Callable[[T], Any]) -> Parsed[T]:
    """Drop repetitions; put aside what says something else under the same key.

    :param key: what tells two items apart
    """
    kept: dict[Any, T] = {}
    rejected = list(parsed.rejected)
    for item in parsed.items:
        first = kept.setdefault(key(item), item)
        if first != item:
            rejected.append(Rejected("data", f"{key(item)} is listed twice, and differently.", item))
    return Parsed(tuple(kept.values()), tuple(rejected))


def flattened(many: Iterator[Parsed[T]]) -> Parsed[T]:
    """Put several lists together."""
    lists = list(many)
    return Parsed(
        tuple(item for one in lists for item in one.items), tuple(item for one in lists for item in one.rejected)
    )
