"""Showings read from the schema.org data of a page."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from scraping.schema_org.blocks import Page, read_page
from scraping.schema_org.nodes import Found, Graph, Node, kinds_of
from scraping.schema_org.values import day_of, minutes_of, number_of, price_of, start_of, text_of
from scraping.showings import Programme, Showing

SHOWINGS = ("ScreeningEvent", "Event", "MovieScreening", "TheaterEvent", "VisualArtsEvent")
FILMS = {"Movie", "Film", "CreativeWork", "MovieSeries", "VideoObject"}
PLACES = {"MovieTheater", "Place", "Cinema", "LocalBusiness", "EventVenue", "PerformingArtsTheater", "Organization"}
CALLED_OFF = ("EventCancelled", "EventPostponed", "EventMovedOnline")
SOLD_OUT = ("SoldOut", "OutOfStock", "Discontinued")


def read_programme(text: str, zone: ZoneInfo) -> Programme:
    """Return what an HTML page shows when, by its JSON-LD.

    :param zone: of the cinema, for times without an offset
    """
    return programme_of(read_page(text), zone)


def programme_of(page: Page, zone: ZoneInfo) -> Programme:
    """Return what the data of a page show when, see ``read_programme``."""
    graph, faults = Graph(page.blocks), list(page.faults)
    found: list[Showing] = []
    for one in graph.of_kind(*SHOWINGS):
        showing = _showing(one, graph, zone)
        if isinstance(showing, str):
            faults.append(f"{one.path}: {showing}")
        else:
            found.append(showing)
    mended = [f"Block {block.number}: {', '.join(block.mended)}." for block in page.blocks if block.mended]
    return Programme.of(found, faults, mended)


def _showing(found: Found, graph: Graph, zone: ZoneInfo) -> Showing | str:
    """Return the showing, or why it is none."""
    event = graph.whole(found.node)
    film, doubts = _film(found, event, graph), []
    title = text_of(film.get("name")) or text_of(event.get("name"))
    if not title:
        return "no title"
    if not film:
        doubts.append(("title", "taken from the event, which names no film"))
    said = event.get("startDate")
    start = start_of(said, zone)
    if start is None:
        return f"no moment can be read in {text_of(said)[:60]!r}" if text_of(said) else "no startDate"
    if start.doubt:
        doubts.append(("starts_at", start.doubt))
    end = start_of(event.get("endDate"), zone)
    if end and end.moment <= start.moment:
        doubts.append(("ends_at", "before the start: left out"))
        end = None
    return Showing(
        title=title,
        starts_at=start.moment,
        path=found.path,
        offset=start.offset,
        ends_at=end.moment if end else None,
        doubts=tuple(doubts),
        **_of_film(film, event),
        **_of_place(_place(found, event, graph), graph),
        **_of_offer(event, graph),
        language=text_of(event.get("inLanguage")),
        subtitles=text_of(event.get("subtitleLanguage")),
        format=text_of(event.get("videoFormat")),
        is_called_off=text_of(event.get("eventStatus")).endswith(CALLED_OFF),
    )


def _film(found: Found, event: Node, graph: Graph) -> Node:
    """Return the film that an event shows: the one it names, else the one in which it stands."""
    for name in ("workPresented", "workPerformed", "workFeatured", "about", "superEvent"):
        film = graph.whole(event.get(name))
        if text_of(film.get("name")) and kinds_of(film) & FILMS:
            return film
    return next((node for node in found.around if kinds_of(node) & FILMS - {"CreativeWork"}), {})


def _place(found: Found, event: Node, graph: Graph) -> Node:
    """Return where an event is: the place it names, else the one in which it stands."""
    place = graph.whole(event.get("location"))
    return place or next((node for node in found.around if kinds_of(node) & PLACES), {})


def _of_film(film: Node, event: Node) -> dict[str, Any]:
    released = day_of(film.get("datePublished")) or day_of(film.get("dateCreated"))
    year = text_of(film.get("datePublished")) or text_of(film.get("copyrightYear"))
    return {
        "film_url": text_of(film.get("url")) or text_of(film.get("sameAs")),
        "original_title": text_of(film.get("alternateName")) or text_of(film.get("alternativeHeadline")),
        "year": released.year if released else int(year) if len(year) == 4 and year.isdecimal() else None,
        "minutes": minutes_of(film.get("duration")) or minutes_of(event.get("duration")),
        "directors": tuple(_names(film.get("director"))),
    }


def _of_place(place: Node, graph: Graph) -> dict[str, Any]:
    # A hall may stand for the place, inside of the house.
    house = graph.whole(place.get("containedInPlace"))
    hall, house = (place, house) if house else ({}, place)
    geo = graph.whole(house.get("geo"))
    return {
        "place": text_of(house.get("name")),
        "screen": text_of(hall.get("name")),
        "address": _address(house.get("address")),
        "latitude": _degrees(geo.get("latitude"), 90),
        "longitude": _degrees(geo.get("longitude"), 180),
    }


def _degrees(said: Any, most: int) -> float | None:
    number = number_of(said)
    return number if number is not None and -most <= number <= most else None


def _address(said: Any) -> str:
    if not isinstance(said, dict):
        return text_of(said)
    parts = (text_of(said.get(name)) for name in ("streetAddress", "postalCode", "addressLocality", "addressCountry"))
    return ", ".join(part for part in parts if part)


def _of_offer(event: Node, graph: Graph) -> dict[str, Any]:
    said = event.get("offers")
    offers = [graph.whole(offer) for offer in (said if isinstance(said, list) else [said])]
    prices = [(price, offer) for offer in offers for price in _prices(offer)]
    price, cheapest = min(prices, key=lambda pair: pair[0], default=(None, {}))
    states = [text_of(offer.get("availability")) for offer in offers if offer]
    return {
        "price": price,
        "currency": text_of(cheapest.get("priceCurrency")).upper()[:3],
        "url": next((url for offer in offers if (url := text_of(offer.get("url")))), "") or text_of(event.get("url")),
        "is_sold_out": bool(states) and all(state.endswith(SOLD_OUT) for state in states),
    }


def _prices(offer: Node) -> Iterator[Decimal]:
    said = (price_of(offer.get(name)) for name in ("lowPrice", "price"))
    if (price := next((price for price in said if price is not None), None)) is not None:
        yield price


def _names(said: Any) -> Iterable[str]:
    for person in said if isinstance(said, list) else [said]:
        if name := text_of(person):
            yield name
