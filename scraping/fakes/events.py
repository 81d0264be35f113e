"""Sites that tell what is on in a made-up town, each in its own way: JSON, RSS, iCalendar, a page. With pictures."""

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from io import BytesIO
from random import Random
from uuid import UUID

from PIL import Image, ImageDraw

from scraping.fakes.messages import Reply, Request, json_reply

PER_PAGE = 25
PICTURE_SIZE = (500, 750)
TYPES = (
    *("concert", "stand_up", "exhibition", "theater", "cinema"),
    *("sport", "excursion", "show", "quest", "master_class"),
)
SCHEMA_ORG = {"concert": "MusicEvent", "stand_up": "ComedyEvent", "theater": "TheaterEvent", "sport": "SportsEvent"}
FIRST = ("Night of", "The", "Grand", "Little", "Late", "Open", "Secret", "Old")
SECOND = ("Strings", "Lanterns", "Rivals", "Masks", "Maps", "Waves", "Roofs", "Letters", "Bread", "Keys")
PLACES = ("Harbour Hall", "The Cellar", "Town Theatre", "Gallery Nine", "East Stadium", "Old Brewery")
FEEDS = ("events.json", "events.rss", "events.ics", "events.html")


@dataclass(frozen=True, slots=True)
class Happening:
    """One event of the made-up town. The same number is the same event whenever it is asked for."""

    number: int
    kind: str
    title: str
    place: str
    price: int
    dates: Sequence[datetime]

    @property
    def uuid(self) -> str:
        return str(UUID(int=Random(self.number).getrandbits(128), version=4))


class FakeEvents:
    """A quarter of the events in each of the feeds.

    :param clock: what the site takes for now; its events are of the weeks after that
    """

    def __init__(
        self, *, count: int = 120, seed: int = 1, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        start = clock().astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        self.happenings = [_happening(number, seed, start) for number in range(count)]

    def of(self, feed: str) -> list[Happening]:
        """Return what stands in a feed."""
        return self.happenings[FEEDS.index(feed) :: len(FEEDS)]

    def answer(self, request: Request) -> Reply:
        name = request.path.strip("/")
        if name == "robots.txt":
            return Reply(404)
        if name.startswith("pictures/"):
            return _picture(name.removeprefix("pictures/").removesuffix(".jpg"))
        if name not in FEEDS:
            return json_reply({"detail": "There is nothing here."}, 404)
        site = f"http://{request.headers.get('host', '')}"
        if name == "events.json":
            return self._json(int(request.query.get("page", "1")), site)
        write = {"events.rss": _rss, "events.ics": _ics, "events.html": _page}[name]
        return write(self.of(name), site)

    def _json(self, page: int, site: str) -> Reply:
        listed, first = self.of("events.json"), (page - 1) * PER_PAGE
        told = [_as_scraped(one, site) for one in listed[first : first + PER_PAGE]]
        more = first + PER_PAGE < len(listed)
        return json_reply({"events": told, "next": f"{site}/events.json?page={page + 1}" if more else None})


def _happening(number: int, seed: int, start: datetime) -> Happening:
    dice = Random(f"{seed} {number}")
    first = start + timedelta(days=dice.randrange(1, 21), hours=dice.randrange(24))
    return Happening(
        number=number + seed * 1_000_000,
        kind=TYPES[number % len(TYPES)],
        title=f"{dice.choice(FIRST)} {dice.choice(SECOND)} {number}",
        place=dice.choice(PLACES),
        price=dice.choice((0, 8, 12, 15, 24, 40)),
        dates=[first + timedelta(days=7 * week) for week in range(dice.choice((1, 1, 2, 4)))],
    )


def _as_scraped(one: Happening, site: str) -> dict[str, object]:
    """Write an event as scrapers do, slips of the pen included."""
    slips = one.number % 2
    return {
        "uuid": one.uuid,
        "type" if slips else "event_type": one.kind,
        "id": str(one.number),
        "title": one.title,
        "description": f"{one.title} at {one.place}.",
        "price": one.price,
        "date_prewie" if slips else "date_preview": one.dates[0].isoformat(),
        "date_full" if slips else "date_list": [moment.isoformat() for moment in one.dates],
        "place": one.place,
        "janre" if slips else "genre": one.kind,
        "raiting" if slips else "age": "12+",
        "image_url": f"{site}/pictures/{one.kind}.jpg",
        "url": f"{site}/event/{one.number}",
    }


def _rss(listed: Sequence[Happening], site: str) -> Reply:
    items = "".join(
        f"<item><title>{html.escape(one.title)}</title><link>{site}/event/{one.number}</link>"
        f"<guid isPermaLink='false'>event-{one.number}</guid><category>{one.kind}</category>"
        f"<description>At {html.escape(one.place)}</description><pubDate>{format_datetime(moment)}</pubDate>"
        f"<ev:startdate>{moment.isoformat()}</ev:startdate><ev:location>{html.escape(one.place)}</ev:location>"
        f"<enclosure url='{site}/pictures/{one.kind}.jpg' type='image/jpeg' length='1'/></item>"
        for one in listed
        for moment in one.dates
    )
    text = (
        "<?xml version='1.0'?><rss version='2.0' xmlns:ev='http://purl.org/rss/1.0/modules/event/'>"
        f"<channel><title>Town</title>{items}</channel></rss>"
    )
    return Reply(200, text.encode(), {"Content-Type": "application/rss+xml"})


def _ics(listed: Sequence[Happening], site: str) -> Reply:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Town//EN"]
    for one in listed:
        repeated = [f"RRULE:FREQ=WEEKLY;COUNT={len(one.dates)}"] if len(one.dates) > 1 else []
        lines += [
            "BEGIN:VEVENT",
            f"UID:event-{one.number}@town.example",
            f"DTSTAMP:{one.dates[0]:%Y%m%dT%H%M%SZ}",
            f"DTSTART:{one.dates[0]:%Y%m%dT%H%M%SZ}",
            *repeated,
            f"SUMMARY:{one.title}",
            f"LOCATION:{one.place}",
            f"CATEGORIES:{one.kind}",
            f"ATTACH;FMTTYPE=image/jpeg:{site}/pictures/{one.kind}.jpg",
            f"URL:{site}/event/{one.number}",
            "END:VEVENT",
        ]
    text = "\r\n".join([*lines, "END:VCALENDAR", ""])
    return Reply(200, text.encode(), {"Content-Type": "text/calendar"})


def _page(listed: Sequence[Happening], site: str) -> Reply:
    nodes = [
        {
            "@type": SCHEMA_ORG.get(one.kind, "Event"),
            "name": one.title,
            "startDate": moment.isoformat(),
            "location": {"@type": "Place", "name": one.place},
            "image": [f"{site}/pictures/{one.kind}.jpg"],
            "offers": {"@type": "Offer", "price": str(one.price), "priceCurrency": "EUR"},
            "url": f"/event/{one.number}",
        }
        for one in listed
        for moment in one.dates
    ]
    written = json.dumps({"@context": "https://schema.org", "@graph": nodes})
    text = f"<!doctype html><title>Town</title><script type='application/ld+json'>{written}</script>"
    return Reply(200, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def _picture(kind: str) -> Reply:
    if kind not in TYPES:
        return Reply(404)
    dice = Random(kind)
    image = Image.new("RGB", PICTURE_SIZE, tuple(dice.randrange(256) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    for _ in range(12):
        x, y = dice.randrange(PICTURE_SIZE[0]), dice.randrange(PICTURE_SIZE[1])
        colour = tuple(dice.randrange(256) for _ in range(3))
        pen.ellipse((x, y, x + dice.randrange(40, 300), y + dice.randrange(40, 300)), fill=colour)
    content = BytesIO()
    image.save(content, "JPEG", quality=85)
    return Reply(200, content.getvalue(), {"Content-Type": "image/jpeg"})
