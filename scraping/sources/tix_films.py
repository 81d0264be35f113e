"""TIX's films one by one: director, length and day, which lists do not say. Which is chosen in ``film_pages.py``."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from scraping.schemas import FilmPageSchema
from scraping.sources.base import Client, Payload, Record, Rules, Unit
from scraping.tix import requests
from scraping.tix.asking import Purse, ask
from scraping.tix.listings import parse_movie
from scraping.tix.reading import Refused

NAME = "tix-films"


class TixFilms:
    """One unit a film: ``movie_id``."""

    name = NAME
    version = 1
    schemas: Mapping[str, type[BaseModel]] = {"film": FilmPageSchema}

    def __init__(self) -> None:
        self.trusted: Collection[str] = (settings.TIX_BASE_URL,)
        self._purse = Purse()
        pace, proxy = settings.TIX_REQUESTS_PER_SECOND, settings.TIX_PROXY
        # Only what is new is read: no run is too small.
        self.rules = Rules(per_second=pace, threads=4, proxy=proxy, share_lost=1.0)

    def whole(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

    def plan(self, options: Mapping[str, Any]) -> Iterable[Unit]:
        return ()

    def fetch(self, unit: Unit, client: Client) -> Payload:
        return ask(client, requests.movie(movie_id=unit.args["movie_id"]), self._purse)

    def parse(self, unit: Unit, payload: Payload) -> Iterator[Record | Unit]:
        try:
            film = parse_movie(payload.content)
        except Refused as refused:
            if refused.nothing_there:
                return
            raise
        movie_id = unit.args["movie_id"]
        data = {
            "movie_id": movie_id,
            "director": film.director,
            "minutes": film.minutes,
            "released": film.release_date,
            "synopsis": film.synopsis,
        }
        yield Record("film", movie_id, data)
