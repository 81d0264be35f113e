"""TIX's seats: looks at showings that are about to start. Which ones is chosen in ``services/seats.py``."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from pydantic import BaseModel

from cinema_project.common import clock
from scraping.schemas import SeatsSchema
from scraping.sources.base import Client, Payload, Record, Rules, Unit, UnitGone
from scraping.tix import requests
from scraping.tix.asking import Purse, ask
from scraping.tix.layouts import parse_layout
from scraping.tix.planning import Phase, phase_of
from scraping.tix.records import seats_record

NAME = "tix-seats"


class TixSeats:
    """One unit a showing: ``showing``, ``chain``, ``starts_at`` and ``look``.

    A look belongs to the phase in which the site answered, however long it had to wait for its turn.
    """

    name = NAME
    version = 1
    schemas: Mapping[str, type[BaseModel]] = {"seats": SeatsSchema}

    def __init__(self) -> None:
        self.trusted: Collection[str] = (settings.TIX_BASE_URL, settings.TIX_WEB_URL)
        self._purse = Purse()
        pace, proxy = settings.TIX_REQUESTS_PER_SECOND, settings.TIX_PROXY
        # What starts soon is much in the evening and nothing at night: no run is too small.
        self.rules = Rules(per_second=pace, threads=8, attempts=4, proxy=proxy, conditional=False, share_lost=1.0)

    def whole(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        return ()

    def plan(self, options: Mapping[str, Any]) -> Iterable[Unit]:
        return ()

    def fetch(self, unit: Unit, client: Client) -> Payload:
        if datetime.fromisoformat(unit.args["starts_at"]) <= clock.now():
            raise UnitGone("It began before its turn came.")
        call = requests.layout(chain=unit.args["chain"], showing_id=unit.args["showing"])
        return ask(client, call, self._purse)

    def parse(self, unit: Unit, payload: Payload) -> Iterator[Record | Unit]:
        look, showing = unit.args["look"], unit.args["showing"]
        if look in set(Phase) and payload.fetched_at is not None:
            starts_at = datetime.fromisoformat(unit.args["starts_at"])
            look = phase_of(starts_at, now=payload.fetched_at) or Phase.LATE
        data = seats_record(parse_layout(payload.content), showing_id=showing, look=look)
        yield Record("seats", f"{showing}:{look}", data)
