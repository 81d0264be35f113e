"""Events that pages publish as schema.org data (JSON-LD)."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from scraping.events.told import Told
from scraping.schema_org.blocks import read_page
from scraping.schema_org.nodes import Graph, Node, kinds_of
from scraping.schema_org.values import minutes_of, price_of, start_of, text_of

KINDS = {
    "MusicEvent": "concert",
    "ComedyEvent": "stand-up",
    "ExhibitionEvent": "exhibition",
    "VisualArtsEvent": "exhibition",
    "TheaterEvent": "theater",
    "ScreeningEvent": "cinema",
    "SportsEvent": "sport",
    "EducationEvent": "master class",
    "CourseInstance": "master class",
    "DanceEvent": "show",
    "ChildrensEvent": "show",
    "Festival": "show",
    "LiteraryEvent": "show",
    "SocialEvent": "show",
    "FoodEvent": "show",
    "BusinessEvent": "show",
    "Event": "show",
}
CALLED_OFF = ("EventCancelled", "EventPostponed", "EventMovedOnline")
AGES = ("typicalAgeRange", "contentRating")


def read_events_page(text: str, zone: ZoneInfo) -> Iterator[Told]:
    """Yield the events of an HTML page; one that it names for each of its dates is one with several dates."""
    graph = Graph(read_page(text).blocks)
    by_name: dict[str, Told] = {}
    for found in graph.of_kind(*KINDS):
        node = graph.whole(found.node)
        if text_of(node.get("eventStatus")).endswith(CALLED_OFF) or not text_of(node.get("name")):
            continue
        told = _told(node, graph, zone)
        known = by_name.setdefault(told.name, told)
        if known is not told:
            known.dates += told.dates
    yield from by_name.values()


def _told(node: Node, graph: Graph, zone: ZoneInfo) -> Told:
    title, place = text_of(node.get("name")), graph.whole(node.get("location"))
    where = text_of(place.get("name")) or text_of(node.get("location"))
    return Told(
        name=f"{title} @ {where}",
        title=title,
        dates=_dates(node, graph, zone),
        description=text_of(node.get("description")),
        kinds=[KINDS[kind] for kind in sorted(kinds_of(node) & KINDS.keys(), key=lambda kind: kind == "Event")],
        place=where,
        price=_price(node, graph),
        picture=_picture(node.get("image")),
        url=text_of(node.get("url")),
        details=_details(node, graph),
        age=next((said for name in AGES if (said := text_of(node.get(name)))), None),
    )


def _details(node: Node, graph: Graph) -> dict[str, Any]:
    """Return who is on, who invites, and how long it takes; what a type cannot have is left out later."""
    performers = node.get("performer") or node.get("performers")
    listed = performers if isinstance(performers, list) else [performers]
    names = [name for one in listed if one and (name := text_of(graph.whole(one).get("name")) or text_of(one))]
    told = {"performers": names, "artists": names, "organizer": text_of(graph.whole(node.get("organizer")).get("name"))}
    return {name: value for name, value in {**told, "minutes": minutes_of(node.get("duration"))}.items() if value}


def _dates(node: Node, graph: Graph, zone: ZoneInfo) -> list[datetime]:
    parts = node.get("subEvent")
    nodes = [node, *(graph.whole(part) for part in (parts if isinstance(parts, list) else [parts]) if part)]
    found = (start_of(one.get("startDate"), zone) for one in nodes)
    return [start.moment for start in found if start]


def _price(node: Node, graph: Graph) -> Decimal | None:
    offers = node.get("offers")
    listed = [graph.whole(offer) for offer in (offers if isinstance(offers, list) else [offers])]
    prices = [price for offer in listed for name in ("lowPrice", "price") if (price := price_of(offer.get(name)))]
    return min(prices, default=None)


def _picture(said: Any) -> str:
    """Read an address, an ImageObject, or the first of a list of either."""
    if isinstance(said, list):
        return next((found for one in said if (found := _picture(one))), "")
    if isinstance(said, dict):
        return text_of(said.get("url")) or text_of(said.get("contentUrl"))
    return text_of(said)
