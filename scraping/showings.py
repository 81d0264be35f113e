"""What other cinemas show when, as a page or an API of theirs tells it: the same whatever it was read from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self


@dataclass(frozen=True, slots=True)
class Showing:
    """A film at a time in a place, as a page tells it. What it does not tell is ``None`` or empty.

    :param starts_at: in UTC, as ``ends_at``
    :param path: the block and the JSON path where it stands
    :param doubts: what may have been read wrongly, in words, by field
    :param offset: from UTC, on the clock by which the page told the start; ``None`` if it did not say
    """

    title: str
    starts_at: datetime
    path: str
    ends_at: datetime | None = None
    film_url: str = ""
    original_title: str = ""
    year: int | None = None
    minutes: int | None = None
    directors: tuple[str, ...] = ()
    place: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    screen: str = ""
    language: str = ""
    subtitles: str = ""
    format: str = ""
    price: Decimal | None = None
    currency: str = ""
    url: str = ""
    is_sold_out: bool = False
    is_called_off: bool = False
    doubts: tuple[tuple[str, str], ...] = ()
    offset: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """The showings of a page, each once and by time, and in words what of the page could not be read."""

    showings: tuple[Showing, ...]
    faults: tuple[str, ...] = ()
    mended: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: Iterable[Showing], faults: Iterable[str], mended: Iterable[str] = ()) -> Self:
        """Put in order what a page tells; of showings that it tells twice the first counts."""
        once: dict[tuple[str, datetime, str, str], Showing] = {}
        for one in found:
            once.setdefault((one.title, one.starts_at, one.place, one.screen), one)
        by_time = sorted(once.values(), key=lambda one: (one.starts_at, one.title))
        return cls(tuple(by_time), tuple(faults), tuple(mended))
