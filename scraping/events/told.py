"""What a site tells of an event, whichever way it tells it, as the fields of :class:`ScrapedEvent`."""

import re
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urljoin, urlsplit

from catalog.models import EventType
from catalog.models.events import normalised_type

USUAL = EventType.SHOW
"""What an event is whose kind nobody tells."""
WORDS: dict[str, EventType] = {
    "music": EventType.CONCERT,
    "concert": EventType.CONCERT,
    "gig": EventType.CONCERT,
    "comedy": EventType.STAND_UP,
    "stand_up": EventType.STAND_UP,
    "exhibition": EventType.EXHIBITION,
    "visualarts": EventType.EXHIBITION,
    "museum": EventType.EXHIBITION,
    "theater": EventType.THEATER,
    "theatre": EventType.THEATER,
    "play": EventType.THEATER,
    "screening": EventType.CINEMA,
    "film": EventType.CINEMA,
    "cinema": EventType.CINEMA,
    "sport": EventType.SPORT,
    "match": EventType.SPORT,
    "tour": EventType.EXCURSION,
    "excursion": EventType.EXCURSION,
    "walk": EventType.EXCURSION,
    "quest": EventType.QUEST,
    "escape": EventType.QUEST,
    "workshop": EventType.MASTER_CLASS,
    "course": EventType.MASTER_CLASS,
    "education": EventType.MASTER_CLASS,
    "master_class": EventType.MASTER_CLASS,
}
"""By a word that stands in what a site calls the kind; the first that does counts."""
TAGS = re.compile(r"<[^>]*>")


@dataclass(slots=True)
class Told:
    """One event as a site tells it; ``name`` tells it from the site's others, ``kinds`` are in the site's words."""

    name: str
    title: str
    dates: list[datetime] = field(default_factory=list)
    description: str = ""
    kinds: list[str] = field(default_factory=list)
    place: str = ""
    price: Decimal | None = None
    picture: str = ""
    url: str = ""
    age: str | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def as_scraped(self, site: str, shared: Collection[str] = ()) -> dict[str, Any]:
        """Return the fields; without a date they are refused by the schema.

        :param shared: addresses that several events of the site give as theirs
        """
        dates = sorted(set(self.dates))
        url = address_of(site, self.url) or site
        return {
            "uuid": str(name_of(site, self.name, url if url not in shared else "")),
            "event_type": type_of(self.kinds),
            "id": self.name[:200],
            "title": self.title[:500],
            "description": plain(self.description)[:50_000],
            "price": int(self.price or 0),
            "date_preview": dates[0].isoformat() if dates else None,
            "date_list": [moment.isoformat() for moment in dates],
            "place": self.place[:500],
            "genre": ", ".join(self.kinds)[:200],
            "age": self.age,
            "image_url": address_of(site, self.picture),
            "url": url,
            "details": self.details,
        }


def address_of(site: str, said: str) -> str:
    """Return the whole address that a site gives, empty if it gives none that can be read."""
    try:
        return urljoin(site, said) if said else ""
    except ValueError:
        return ""


def name_of(site: str, name: str, url: str = "") -> uuid.UUID:
    """Return the UUID of an event that its site gave none, each time the same: that of its page, if it has its own.

    :param name: tells it from the site's others
    :param url: of its page; the start page of a site is nobody's own
    """
    parts = urlsplit(url)
    is_own = url != site and (parts.path.strip("/") or parts.query)
    return uuid.uuid5(uuid.NAMESPACE_URL, url if is_own else f"{site}#{name}")


def shared_among(urls: Iterable[str]) -> set[str]:
    """Return the addresses that stand there more than once."""
    return {url for url, times in Counter(urls).items() if times > 1}


def type_of(kinds: Iterable[str]) -> str:
    """Return our type for what a site calls it."""
    for said in kinds:
        kind = normalised_type(said)
        if kind in EventType.values:
            return kind
        for word, meant in WORDS.items():
            if word in kind:
                return meant.value
    return USUAL.value


def plain(text: str) -> str:
    """Return a text without its HTML."""
    return " ".join(TAGS.sub(" ", text).split()) if "<" in text else text.strip()
