"""TIX's listings: cities, films, and a day's showings with the cinemas they are in (facts 2.1)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from pydantic import BaseModel

from scraping.schemas import LEAST_CITIES, CitySchema, MovieSchema, ShowingSchema, TheatreSchema
from scraping.sources.base import Client, Note, Payload, ReadInPart, Record, Rules, Unit
from scraping.tix import requests
from scraping.tix.asking import Purse, ask
from scraping.tix.cities import city_named, differences, reconciled
from scraping.tix.listings import City, parse_cities, parse_dates, parse_movies
from scraping.tix.reading import Parsed, Refused, Rejected
from scraping.tix.records import movie_record, showing_record, theatre_record, unreadable
from scraping.tix.schedules import Programme, SchedulePage, parse_schedule_page

NAME = "tix"


def today(options: Mapping[str, Any]) -> date:
    """Return the day that a run is about, by the site's calendar."""
    return datetime.fromisoformat(options["at"]).astimezone(ZoneInfo(settings.TIX_TIME_ZONE)).date()


class TixListings:
    """Options: ``city`` for one alone; ``schedules`` for the showings of the day, too.

    A film's days are asked for before its showings: it may have none today.
    """

    name = NAME
    version = 1
    schemas: Mapping[str, type[BaseModel]] = {
        "city": CitySchema,
        "listing": MovieSchema,
        "theatre": TheatreSchema,
        "showing": ShowingSchema,
    }

    def __init__(self) -> None:
        self.trusted: Collection[str] = (settings.TIX_BASE_URL,)
        self._purse = Purse()
        least = {"city": LEAST_CITIES, "listing": LEAST_CITIES}
        pace, proxy = settings.TIX_REQUESTS_PER_SECOND, settings.TIX_PROXY
        self.rules = Rules(per_second=pace, threads=8, proxy=proxy, least=least)

    def whole(self, options: Mapping[str, Any]) -> Mapping[str, str]:
        """Return what the ids of what a run over all cities names begin with: of showings, those of its day."""
        if options.get("city"):
            return {}
        return {"city": "", "listing": ""} | ({"showing": f"{today(options)}:"} if options.get("schedules") else {})

    def plan(self, options: Mapping[str, Any]) -> Iterable[Unit]:
        args = {"city": city_named(options["city"]).name} if options.get("city") else {}
        yield Unit("cities", args | ({"day": today(options).isoformat()} if options.get("schedules") else {}))

    def fetch(self, unit: Unit, client: Client) -> Payload:
        return ask(client, _call(unit.key.partition(":")[0], unit.args), self._purse)

    def parse(self, unit: Unit, payload: Payload) -> Iterator[Record | Unit | Note]:
        parsers = {"cities": _cities, "movies": _movies, "dates": _dates, "schedule": _schedule}
        return parsers[unit.key.partition(":")[0]](unit.args, payload.content)


def _call(what: str, args: Mapping[str, Any]) -> requests.Call:
    if what == "cities":
        return requests.cities()
    if what == "movies":
        return requests.movies(city_id=args["city_id"])
    ids = {"schedule_id": args["schedule_id"], "city_id": args["city_id"]}
    if what == "dates":
        return requests.schedule_dates(**ids)
    return requests.schedules(**ids, day=date.fromisoformat(args["day"]), page=args["page"])


def _cities(args: Mapping[str, Any], content: bytes) -> Iterator[Record | Unit | Note]:
    listed = parse_cities(content)
    compared, only = reconciled(listed.items), args.get("city")
    for city in listed.items:
        if only in (None, city.name):
            yield Record("city", city.name, {"id": city.id, "name": city.name})
    yield from (unreadable("city", one, "name") for one in listed.rejected)
    for city in compared.cities:
        if only in (None, city.name):
            yield _movies_unit(city, args)
    if only is None:
        yield from map(Note, differences(compared))


def _movies_unit(city: City, args: Mapping[str, Any]) -> Unit:
    day = {"day": args["day"]} if "day" in args else {}
    return Unit(f"movies:{city.name}", {"city": city.name, "city_id": city.id} | day, order=1)


def _movies(args: Mapping[str, Any], content: bytes) -> Iterator[Record | Unit]:
    city = args["city"]
    films = _or_nothing(partial(parse_movies, content, city=city))
    for film in films.items:
        yield Record("listing", f"{city}:{film.movie_id}", movie_record([film], {}))
        if "day" in args:
            asked = {"schedule_id": film.schedule_id, "movie_id": film.movie_id}
            yield Unit(f"dates:{city}:{film.schedule_id}", {**args, **asked}, order=2)
    yield from (unreadable("listing", one, "movie_id", f"{city}:") for one in films.rejected)


def _or_nothing(parse: Any) -> Parsed[Any]:
    try:
        found: Parsed[Any] = parse()
    except Refused as refused:
        if not refused.nothing_there:
            raise
        return Parsed(())
    return found


def _dates(args: Mapping[str, Any], content: bytes) -> Iterator[Record | Unit]:
    if date.fromisoformat(args["day"]) in parse_dates(content):
        yield _page_unit(args, 1)


def _page_unit(args: Mapping[str, Any], page: int) -> Unit:
    key = f"schedule:{args['city']}:{args['schedule_id']}:{args['day']}:{page}"
    return Unit(key, {**args, "page": page}, order=3)


def _schedule(args: Mapping[str, Any], content: bytes) -> Iterator[Record | Unit]:
    page = _page(args, content)
    if page is None:
        return
    for programme in page.programmes:
        yield Record("theatre", programme.theatre.id, theatre_record(programme.theatre))
        yield from _showings(args, programme)
    yield from (record for one in page.rejected for record in _refused(args, one))
    if page.following:
        yield _page_unit(args, page.following)
    elif page.has_next:
        raise ReadInPart(f"More than {page.number} pages of showings: the rest was not asked for.")


def _page(args: Mapping[str, Any], content: bytes) -> SchedulePage | None:
    """Read a page; ``None`` where there are no showings after all."""
    day = date.fromisoformat(args["day"])
    try:
        return parse_schedule_page(content, city=args["city"], day=day, page=args["page"])
    except Refused as refused:
        if not refused.nothing_there:
            raise
        return None


def _showings(args: Mapping[str, Any], programme: Programme) -> Iterator[Record]:
    for room in programme.rooms:
        for showing in room.showings:
            data = showing_record(showing, room, programme.theatre, movie_id=args["movie_id"], day=args["day"])
            yield Record("showing", f"{args['day']}:{showing.id}", data)


def _refused(args: Mapping[str, Any], one: Rejected) -> Iterator[Record]:
    """Put aside a cinema, room or showing that could not be read; each showing by its id: it is there all the same."""
    ids = list(_showing_ids(one.raw))
    for found in ids:
        yield unreadable("showing", Rejected(one.where, one.why, {"id": found, "in": one.raw}), "id", f"{args['day']}:")
    if not ids:
        yield unreadable("theatre", one, "id")


def _showing_ids(raw: Any) -> Iterator[str]:
    if isinstance(raw, list):
        for each in raw:
            yield from _showing_ids(each)
    elif isinstance(raw, dict) and "display_time" in raw:
        yield str(raw.get("id"))
    elif isinstance(raw, dict):
        yield from _showing_ids(list(raw.values()))
