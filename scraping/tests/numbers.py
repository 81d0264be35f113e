"""A source of films by the page, and a site that serves it: each page has films of its own."""

import re
from collections.abc import Iterable
from typing import Any

import orjson
from pydantic import BaseModel, Field

from cinema_project.tests.sites import Site, answer
from scraping.sources.base import Client, Payload, Record, Rules, Unit

FILMS_ON_A_PAGE = 2


class Film(BaseModel):
    """What the source says of a film."""

    title: str = Field(min_length=1)
    year: int | None = None
    poster: str | None = None


class Numbers:
    """Reads ``/page/1`` to ``/page/N``; a page may name another that follows."""

    name = "numbers"
    version = 1
    trusted: tuple[str, ...] = ()
    schemas = {"film": Film}

    def __init__(self, url: str, pages: int = 3, **rules: Any) -> None:
        self.url, self.pages = url, pages
        self.rules = Rules(
            **{"per_second": None, "robots": False, "threads": 4, "attempts": 3, "seconds": 5.0, **rules}
        )

    def whole(self, options: dict[str, Any]) -> Iterable[str]:
        return () if options.keys() - {"at"} else {"film"}

    def plan(self, options: Any) -> Iterable[Unit]:
        pages = options.get("pages", self.pages)
        return [Unit(f"page:{number}", {"page": number}) for number in range(1, pages + 1)]

    def fetch(self, unit: Unit, client: Client) -> Payload:
        return client.get(f"{self.url}/page/{unit.args['page']}")

    def parse(self, unit: Unit, payload: Payload) -> Iterable[Record | Unit]:
        document = payload.json()
        for place, film in enumerate(document["films"]):
            yield Record("film", film["id"], film, f"$.films[{place}]")
        if following := document.get("next"):
            yield Unit(f"page:{following}", {"page": following})


def films(page: int, number: int = FILMS_ON_A_PAGE, **changes: Any) -> dict[str, Any]:
    """Return what a page says."""
    listed = [
        {"id": f"{page}-{place}", "title": f"Film {page}-{place}", "year": 2000 + place, "poster": "p.jpg", **changes}
        for place in range(number)
    ]
    return {"films": listed}


def any_page(to: Any) -> None:
    """Serve whichever page is asked for."""
    number = int(re.search(r"/page/(\d+)", to.path)[1])
    answer(orjson.dumps(films(number)))(to)


def serve(site: Site, pages: int = 3) -> None:
    """Let a site serve so many pages."""
    for number in range(1, pages + 1):
        site.does(f"/page/{number}", answer(films(number)))
