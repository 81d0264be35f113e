"""Showings: one film, one city, one day, ten cinemas a page."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from scraping.tix.listings import moment
from scraping.tix.places import JAKARTA, chain_named, zone_of
from scraping.tix.reading import SHOWN, Node, Rejected, WrongShape, each, once, opened

MOST_PAGES = 20
ON_SALE, STATUSES = 1, (0, 1, 2)
"""0 over, closed or sold out, 1 on sale, 2 almost sold out; of these only 1 counts as on sale (facts 2.2)."""
NIGHT_ENDS = time(6)
CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)(?::[0-5]\d)?")
NOT_SAID = "not said"
PRICE = re.compile(r"(?:(?:Rp|IDR)\.?\s*)?(\d{1,3}(?:[.,]\d{3})+(?=[.,]00$|$)|\d+$)(?:[.,]00)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Theatre:
    """A cinema. Coordinates in degrees (WGS 84), ``None`` where TIX has none or impossible ones; ``notes`` say why."""

    id: str
    name: str
    chain: str
    city: str
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Showing:
    """A showing. ``price`` in whole rupiah; ``clock`` is the time as shown, in the cinema's zone.

    ``reading`` says how the moment was found: see :func:`start_of`.
    """

    id: str
    starts_at: datetime
    clock: str
    reading: str
    status: int
    studio: str = ""
    studio_type: str = ""
    price: int | None = None

    @property
    def on_sale(self) -> bool:
        return self.status == ON_SALE


@dataclass(frozen=True, slots=True)
class Room:
    """What one price is asked for, such as ``2D`` or ``VELVET``; prices in whole rupiah."""

    category: str
    showings: tuple[Showing, ...]
    low_price: int | None = None
    high_price: int | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """What one cinema shows of the film that day."""

    theatre: Theatre
    rooms: tuple[Room, ...]

    @property
    def showings(self) -> tuple[Showing, ...]:
        return tuple(showing for room in self.rooms for showing in room.showings)


@dataclass(frozen=True, slots=True)
class SchedulePage:
    """One page. ``following`` is the number of the next, ``None`` after the last."""

    number: int
    has_next: bool
    programmes: tuple[Programme, ...]
    rejected: tuple[Rejected, ...] = ()

    @property
    def following(self) -> int | None:
        return self.number + 1 if self.has_next and self.number < MOST_PAGES else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """All pages. Not ``complete`` means that showings are missing, and ``why`` says which pages could not be had."""

    programmes: tuple[Programme, ...]
    rejected: tuple[Rejected, ...] = ()
    complete: bool = True
    why: str = ""


def parse_schedule_page(payload: bytes | Any, *, city: str, day: date, page: int = 1) -> SchedulePage:
    """Read ``/v1/schedules/movies/{schedule_id}``.

    :param page: the number that was asked for
    :raises Refused: if TIX has nothing or refuses
    :raises WrongShape: if this is no page, another page than asked for, or does not say whether more follow
    """
    data = opened(payload)
    number = data.get("page").whole() if data.get("page").there else page
    if number != page:
        raise data.get("page").wrong(f"page {page}, which was asked for")
    rejected: list[Rejected] = []
    theatres = data.get("theaters", "theatres").required_items()
    programmes = each(theatres, lambda node: _programme(node, city, day, rejected))
    return SchedulePage(number, data.get("has_next").flag(), programmes.items, (*programmes.rejected, *rejected))


def whole_schedule(pages: Sequence[SchedulePage]) -> Schedule:
    """Put the pages of one film, city and day together; a cinema that slid to the next page meanwhile counts once."""
    by_theatre: dict[str, Programme] = {}
    for programme in (programme for page in pages for programme in page.programmes):
        known = by_theatre.get(programme.theatre.id)
        by_theatre[programme.theatre.id] = _joined(known, programme) if known else programme
    why = _what_is_missing(sorted(pages, key=lambda page: page.number))
    rejected = tuple(one for page in pages for one in page.rejected)
    return Schedule(tuple(by_theatre.values()), rejected, not why, why)


def _joined(first: Programme, second: Programme) -> Programme:
    known = {showing.id for showing in first.showings}
    added = (replace(room, showings=tuple(s for s in room.showings if s.id not in known)) for room in second.rooms)
    return replace(first, rooms=(*first.rooms, *(room for room in added if room.showings)))


def _what_is_missing(pages: list[SchedulePage]) -> str:
    numbers = [page.number for page in pages]
    if not pages:
        return "No page was read."
    if absent := sorted({*range(1, numbers[-1] + 1)} - {*numbers}):
        return f"Of {numbers[-1]} pages, {', '.join(map(str, absent))} could not be had."
    if pages[-1].has_next:
        end = f"no more than {MOST_PAGES} are asked for" if numbers[-1] >= MOST_PAGES else "it was not read"
        return f"After page {numbers[-1]} there is another, but {end}."
    return ""


def _programme(node: Node, city: str, day: date, rejected: list[Rejected]) -> Programme:
    theatre = _theatre(node, city)
    rooms = each(node.get("price_groups").items(), lambda group: _room(group, zone_of(city), day, rejected))
    rejected.extend(rooms.rejected)
    return Programme(theatre, rooms.items)


def _theatre(node: Node, city: str) -> Theatre:
    latitude, longitude, notes = coordinates(node.get("location"))
    return Theatre(
        id=node.get("id").identifier(),
        name=node.get("name").text(),
        chain=chain_named(_chain(node.get("merchant"))),
        city=city,
        address=node.get("address").optional_text(),
        latitude=latitude,
        longitude=longitude,
        notes=notes,
    )


def _chain(node: Node) -> str:
    return (node.get("merchant_name", "name") if isinstance(node.value, dict) else node).text()


def coordinates(node: Node) -> tuple[float | None, float | None, tuple[str, ...]]:
    """Read latitude and longitude (texts, perhaps with a comma), and say what is wrong with them.

    0, 0 is a place in the Atlantic that stands for not knowing; what lies off the globe is not turned around by guess.
    """
    if not isinstance(node.value, dict):
        return None, None, ("No coordinates.",)
    texts = [
        str(found.value).replace(",", ".") if (found := node.get(name, short)).there else "nothing"
        for name, short in (("latitude", "lat"), ("longitude", "lng"))
    ]
    try:
        latitude, longitude = (Node(text, node.where).number() for text in texts)
    except WrongShape:
        return None, None, (f"No coordinates: {texts[0][:SHOWN]}, {texts[1][:SHOWN]}.",)
    if not latitude and not longitude:
        return None, None, ("No coordinates: 0, 0.",)
    if abs(latitude) > 90 or abs(longitude) > 180:
        return None, None, (f"Impossible coordinates: {latitude:g}, {longitude:g}.",)
    return latitude, longitude, ()


def _room(node: Node, zone: ZoneInfo, day: date, rejected: list[Rejected]) -> Room:
    showings = each(node.get("show_time", "show_times").items(), lambda showing: _showing(showing, zone, day))
    unique = once(showings, lambda showing: showing.id)
    rejected.extend(unique.rejected)
    low, high, shown = (rupiah(node.get(name)) for name in ("low_price", "high_price", "price_string"))
    return Room(
        category=node.get("category").optional_text() or NOT_SAID,
        showings=unique.items,
        low_price=shown if low is None else low,
        high_price=shown if high is None else high,
    )


def _showing(node: Node, zone: ZoneInfo, day: date) -> Showing:
    starts_at, reading = start_of(node, day, zone)
    status = node.get("status").whole()
    if status not in STATUSES:
        raise node.get("status").wrong("0, 1 or 2")
    return Showing(
        id=node.get("id").identifier(),
        starts_at=starts_at,
        clock=starts_at.astimezone(zone).isoformat()[11:16],
        reading=reading,
        status=status,
        studio=node.get("studio").optional_text(),
        studio_type=node.get("studio_type").optional_text(),
        price=rupiah(node.get("price")),
    )


def start_of(node: Node, day: date, zone: ZoneInfo) -> tuple[datetime, str]:
    """Return when a showing starts (UTC), and how that was read.

    TIX gives a stamp and a clock time, and the stamp is not always what it seems: seen were stamps that hold the clock
    time as if it were UTC. So the two must agree in exactly one reading: ``stamp`` (the true moment), ``stamp holds the
    local clock``, or ``stamp, shown in Jakarta's time`` (the zone that every request names). Without a stamp the clock
    alone counts, ``clock``, but for the night, of which nobody can say to which day it belongs.

    :raises WrongShape: if they agree in none, or are days away from the day asked for
    """
    shown, stamp = node.get("display_time"), node.get("time")
    clock = clock_time(shown)
    if not stamp.there:
        if clock < NIGHT_ENDS:
            raise stamp.wrong(f"there, for {clock:%H:%M} may belong to either day")
        return datetime.combine(day, clock, zone).astimezone(UTC), "clock"
    days = (day, day + timedelta(days=1)) if clock < NIGHT_ENDS else (day,)
    for reading, local in _readings(moment(stamp), zone):
        if (local.hour, local.minute) == (clock.hour, clock.minute) and local.date() in days:
            return local.replace(second=0, microsecond=0).astimezone(UTC), reading
    raise stamp.wrong(f"the moment of {clock:%H:%M} on {day} in {zone.key}")


def _readings(stamped: datetime, zone: ZoneInfo) -> Iterator[tuple[str, datetime]]:
    yield "stamp", stamped.astimezone(zone)
    yield "stamp holds the local clock", stamped.replace(tzinfo=zone)
    yield "stamp, shown in Jakarta's time", stamped.astimezone(JAKARTA)


def clock_time(node: Node) -> time:
    """Read ``HH:MM``.

    :raises WrongShape: if it is no time of the day
    """
    if not (found := CLOCK.fullmatch(node.text())):
        raise node.wrong("a time such as 12:45")
    return time(int(found[1]), int(found[2]))


def rupiah(node: Node) -> int | None:
    """Return a price in whole rupiah from 40000 or ``Rp40.000``; ``None`` where there is none that could be read."""
    if isinstance(node.value, str):
        digits = PRICE.fullmatch(node.value.strip())
        return int(re.sub(r"[.,]", "", digits[1])) if digits else None
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        return None
    return int(node.value) if node.value >= 0 and node.value == int(node.value) else None
