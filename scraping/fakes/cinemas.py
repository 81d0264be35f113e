"""Sites of cinemas, each telling its showings in another way: the truth is the made-up market's.

``/roxy/`` JSON-LD in order, on pages that follow each other; ``/capitol/`` JSON-LD as broken as pages have it;
``/palace/`` a list of films, each with a page; ``/lux/`` microdata without offsets; ``/star/`` a page that asks Vista's
API; ``/plain/`` nothing for machines; ``/private/`` not for robots.
"""

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

from scraping.fakes.guards import Clock, real_clock
from scraping.fakes.messages import Reply, Request, json_reply
from scraping.fakes.world import Film, Showing, World, zone_of

SITES = ("roxy", "capitol", "palace", "lux", "star")
DAYS = 3
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJraW5kIjoidmlzaXRvciJ9.c2lnbmF0dXJlLW9mLWEtZmFrZQ"
VISTA_SITE = "0042"
ROBOTS = "User-agent: *\nDisallow: /private/\n"
SOLD_OUT, CALLED_OFF = 7, 11
"""Which showings of a site are sold out, or called off: each of so many."""
BREAKS: tuple[Callable[[str], str], ...] = (
    lambda block: f"{block};",
    lambda block: f"<!-- {block} -->",
    lambda block: f"//<![CDATA[\n{block}\n//]]>",
    lambda block: block.replace("&", "&amp;").replace('"', "&quot;"),
    lambda block: block[:-1] + ",}",
    lambda block: f"{block}\n{block}",
    lambda block: block[:-1] + ', "description": "They call it the "best" of all", "image": 1}',
)
NOT_FOUND = Reply(HTTPStatus.NOT_FOUND, b"<h1>Not found</h1>", {"Content-Type": "text/html"})


@dataclass(frozen=True, slots=True)
class Shown:
    """A showing as a site tells it."""

    showing: Showing
    is_sold_out: bool
    is_called_off: bool

    @property
    def film(self) -> Film:
        return self.showing.film

    @property
    def screen(self) -> str:
        return f"Studio {self.showing.studio}"

    @property
    def local(self) -> datetime:
        return self.showing.starts_at.astimezone(self.showing.zone)


class FakeCinemas:
    """Sites of the first cinemas of a market, with what they show today and the days after."""

    def __init__(self, world: World, *, clock: Clock = real_clock) -> None:
        self.world = world
        self.clock = clock
        self.changed: dict[str, list[Shown]] = {}
        """By site, what it shows instead of the truth, for tests."""

    @property
    def today(self) -> date:
        return self.clock().astimezone(zone_of("JAKARTA")).date()

    def shown(self, site: str) -> list[Shown]:
        """Return what a site tells, by time."""
        if site in self.changed:
            return self.changed[site]
        theatre = self.world.theatres[SITES.index(site)]
        days = [self.today + timedelta(days=ahead) for ahead in range(DAYS)]
        showings = sorted((one for day in days for one in self.world.programme(theatre, day)), key=_by_time)
        has_states = site in ("roxy", "capitol")
        return [
            Shown(one, has_states and not place % SOLD_OUT, has_states and not (place + 1) % CALLED_OFF)
            for place, one in enumerate(showings)
        ]

    def truth(self, site: str) -> list[dict[str, Any]]:
        """Return what a right run keeps of a site."""
        return [
            {
                "title": one.film.title,
                "starts_at": one.showing.starts_at.isoformat(),
                "place": one.showing.theatre.name,
                "screen": one.screen,
                "price": None if site == "star" else one.showing.price,
                "is_sold_out": one.is_sold_out,
            }
            for one in self.shown(site)
            if not one.is_called_off
        ]

    @cached_property
    def _pages(self) -> dict[str, Callable[[Request], Reply]]:
        return {
            "/robots.txt": lambda _: Reply(body=ROBOTS.encode(), headers={"Content-Type": "text/plain"}),
            "/roxy/": self.roxy,
            "/private/": self.roxy,
            "/capitol/": self.capitol,
            "/palace/": self.palace,
            "/lux/": self.lux,
            "/star/": self.star,
            "/plain/": lambda _: page("<h1>Plain Pictures</h1><p>Tonight at eight: something silent.</p>"),
            "/star-api/ocapi/v1/film-screening-dates": self.vista_days,
        }

    def answer(self, request: Request) -> Reply:
        if found := self._pages.get(request.path):
            return found(request)
        if request.path.startswith("/palace/films/"):
            return self.palace_film(request.path.rsplit("/", maxsplit=1)[1])
        if request.path.startswith("/star-api/ocapi/v1/showtimes/by-business-date/"):
            return self.vista_day(request, request.path.rsplit("/", maxsplit=1)[1])
        return NOT_FOUND

    def roxy(self, request: Request) -> Reply:
        """Tell a day a page, all of it in one graph."""
        number = int(request.query.get("page", "1")) - 1
        days = [self.today + timedelta(days=ahead) for ahead in range(DAYS)]
        told = [one for one in self.shown("roxy") if one.showing.day == days[min(number, DAYS - 1)]]
        graph = json.dumps({"@context": "https://schema.org", "@graph": [screening(one) for one in told]})
        more = f'<a rel="next" href="?page={number + 2}">Tomorrow</a>' if number + 1 < DAYS else ""
        return page(f"<h1>Roxy</h1>{more}", [graph])

    def capitol(self, _: Request) -> Reply:
        """Tell each showing in a block of its own, each broken in another way, among blocks that are hopeless."""
        blocks = []
        for place, one in enumerate(self.shown("capitol")):
            told = screening(one)
            if not place % 5:
                told["startDate"] = f"{one.local:%Y-%m-%dT%H:%M:%S}.000Z{one.local:%z}"
            blocks.append(BREAKS[place % len(BREAKS)](json.dumps(told, ensure_ascii=False)))
        return page("<h1>Capitol</h1>", ['{"@type": "Organization", "name": "Capitol', *blocks])

    def palace(self, _: Request) -> Reply:
        """List films; when they are shown stands on a page of each."""
        films = {one.film.movie_id: one.film for one in self.shown("palace")}
        listed = [
            {"@type": "ListItem", "position": place, "item": movie(film) | {"url": f"/palace/films/{film.movie_id}"}}
            for place, film in enumerate(films.values(), 1)
        ]
        return page("<h1>Palace</h1>", [json.dumps({"@type": "ItemList", "itemListElement": listed})])

    def palace_film(self, movie_id: str) -> Reply:
        told = [one for one in self.shown("palace") if one.film.movie_id == movie_id]
        return page("<h1>Palace</h1>", [json.dumps([screening(one) for one in told])]) if told else NOT_FOUND

    def lux(self, _: Request) -> Reply:
        return page("<h1>Lux</h1>" + "\n".join(map(microdata, self.shown("lux"))))

    def star(self, request: Request) -> Reply:
        """Tell nothing but which API the page's own script asks, and with which token."""
        api = "/star-api/ocapi/v1"
        settings = {"apiUrl": f"http://{request.headers['host']}{api}", "siteId": VISTA_SITE, "authToken": TOKEN}
        return page(f"<h1>Star</h1><div id=app></div><script>window.app = {json.dumps(settings)}</script>")

    def vista_days(self, request: Request) -> Reply:
        if (refused := _refused(request)) is not None:
            return refused
        days = sorted({one.showing.day for one in self.shown("star")})
        return json_reply({"filmScreeningDates": [{"businessDate": day.isoformat()} for day in days]})

    def vista_day(self, request: Request, day: str) -> Reply:
        if (refused := _refused(request)) is not None:
            return refused
        return json_reply(vista([one for one in self.shown("star") if one.showing.day.isoformat() == day]))


def _by_time(showing: Showing) -> tuple[datetime, int]:
    return showing.starts_at, showing.studio


def _refused(request: Request) -> Reply | None:
    if request.bearer != TOKEN:
        return json_reply({"error": "unauthorized"}, HTTPStatus.UNAUTHORIZED)
    return None if request.query.get("siteIds") == VISTA_SITE else json_reply({"error": "no site"}, 400)


def page(body: str, blocks: Sequence[str] = ()) -> Reply:
    scripts = "\n".join(f'<script type="application/ld+json">{block}</script>' for block in blocks)
    text = f"<!doctype html>\n<html><head><title>Cinema</title>\n{scripts}\n</head><body>\n{body}\n</body></html>"
    return Reply(body=text.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def movie(film: Film) -> dict[str, Any]:
    told: dict[str, Any] = {"@type": "Movie", "name": film.title, "duration": f"PT{film.minutes}M"}
    if film.director:
        told["director"] = {"@type": "Person", "name": film.director}
    return told | ({"datePublished": film.released.isoformat()} if film.released else {})


def screening(one: Shown) -> dict[str, Any]:
    """Write a showing as schema.org has it."""
    theatre = one.showing.theatre
    house = {
        "@type": "MovieTheater",
        "name": theatre.name,
        "address": {"@type": "PostalAddress", "streetAddress": theatre.address},
        "geo": {"@type": "GeoCoordinates", "latitude": str(theatre.latitude), "longitude": theatre.longitude},
    }
    state = "SoldOut" if one.is_sold_out else "InStock"
    told = {
        "@type": "ScreeningEvent",
        "startDate": one.local.isoformat(),
        "workPresented": movie(one.film),
        "location": {"@type": "Place", "name": one.screen, "containedInPlace": house},
        "offers": {
            "@type": "Offer",
            "price": f"{one.showing.price}.00",
            "priceCurrency": "IDR",
            "availability": f"https://schema.org/{state}",
            "url": f"https://tickets.example/{one.showing.id}",
        },
    }
    return told | ({"eventStatus": "https://schema.org/EventCancelled"} if one.is_called_off else {})


def microdata(one: Shown) -> str:
    """Write a showing into the page's own HTML; its time is the clock's on the wall."""
    theatre, film = one.showing.theatre, one.film
    return f"""<div itemscope itemtype="https://schema.org/ScreeningEvent">
<div itemprop="workPresented" itemscope itemtype="https://schema.org/Movie"><b itemprop="name">{_html(film.title)}</b>
<meta itemprop="duration" content="PT{film.minutes}M"></div>
<time itemprop="startDate" datetime="{one.local:%Y-%m-%dT%H:%M}">{one.local:%H.%M}</time>
<div itemprop="location" itemscope itemtype="https://schema.org/Place"><span itemprop="name">{one.screen}</span>
<div itemprop="containedInPlace" itemscope itemtype="https://schema.org/MovieTheater">
<span itemprop="name">{_html(theatre.name)}</span> <span itemprop="address">{_html(theatre.address)}</span></div></div>
<div itemprop="offers" itemscope itemtype="https://schema.org/Offer"><span itemprop="price">{one.showing.price}</span>
<meta itemprop="priceCurrency" content="IDR"></div></div>"""


def _html(text: str) -> str:
    return html.escape(text)


def vista(shown: Sequence[Shown]) -> dict[str, Any]:
    """Write a business day as Vista's API does."""
    films = {one.film.movie_id: one.film for one in shown}
    theatres = {one.showing.theatre.id: one.showing.theatre for one in shown}
    screens = {one.showing.studio: one.screen for one in shown}
    people = {film.director: f"P-{film.movie_id}" for film in films.values() if film.director}
    return {
        "showtimes": [_vista_showtime(one) for one in shown],
        "relatedData": {
            "films": [_vista_film(film, people) for film in films.values()],
            "sites": [{"id": VISTA_SITE, "name": {"text": one.name}} for one in theatres.values()],
            "screens": [{"id": f"{VISTA_SITE}-{number}", "name": {"text": name}} for number, name in screens.items()],
            "attributes": [{"id": "A1", "name": {"text": "IMAX Laser"}}],
            "castAndCrew": [{"id": id_, "name": {"familyName": name}} for name, id_ in people.items()],
        },
    }


def _vista_showtime(one: Shown) -> dict[str, Any]:
    return {
        "id": one.showing.id,
        "filmId": one.film.movie_id,
        "siteId": VISTA_SITE,
        "screenId": f"{VISTA_SITE}-{one.showing.studio}",
        "schedule": {"businessDate": one.showing.day.isoformat(), "startsAt": one.local.isoformat()},
        "attributeIds": ["A1"] if "IMAX" in one.showing.category else [],
        "isSoldOut": one.is_sold_out,
        "requires3dGlasses": False,
    }


def _vista_film(film: Film, people: dict[str, str]) -> dict[str, Any]:
    crew = [{"castAndCrewMemberId": people[film.director], "roles": ["Director"]}] if film.director else []
    return {
        "id": film.movie_id,
        "title": {"text": film.title},
        "runtimeInMinutes": film.minutes,
        "releaseDate": film.released.isoformat() if film.released else None,
        "castAndCrew": crew,
    }
