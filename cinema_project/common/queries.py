"""What stands in the query string of an address."""

from collections.abc import Collection
from typing import Any

from cinema_project.common.errors import Invalid

LONGEST = 9
LARGEST = 10**LONGEST - 1
TRUE, FALSE = ("true", "1"), ("false", "0")


class NameUnknown(Invalid):
    code = "name_unknown"


def whole(query: Any, name: str, default: int, *, least: int) -> int:
    """Read a whole number.

    :raises Invalid: if it is something else, or below ``least``
    """
    raw = query.get(name)
    if raw is None:
        return default
    if not raw.isascii() or not raw.isdigit() or len(raw) > LONGEST or int(raw) < least:
        raise _wrong(Invalid, name, f"{name} must be a whole number from {least} to {LARGEST}.")
    return int(raw)


def flag(query: Any, name: str, default: bool = False) -> bool:
    """Read ``true`` or ``false``.

    :raises Invalid: if it is something else
    """
    raw = query.get(name)
    if raw is None:
        return default
    if raw.lower() not in TRUE + FALSE:
        raise _wrong(Invalid, name, f"{name} must be true or false.")
    return raw.lower() in TRUE


def words_of(query: Any, name: str, known: Collection[str]) -> list[str]:
    """Read a list of names, ``a,b``; none where there are no ``known`` ones.

    :raises NameUnknown: if one is not known
    """
    if not known:
        return []
    asked = [word.strip() for part in query.getlist(name) for word in part.split(",")]
    found = [word for word in asked if word]
    for word in found:
        if word not in known:
            raise _wrong(NameUnknown, name, f"{name} knows no {word[:50]!r}. It knows {', '.join(known)}.")
    return found


def _wrong(kind: type[Invalid], name: str, sentence: str) -> Invalid:
    return kind(sentence, errors=[{"pointer": f"/{name}", "detail": sentence}])
