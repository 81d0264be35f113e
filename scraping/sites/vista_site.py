"""Sites that ask Vista's API for what they show: found by the address in their pages, and asked as they ask it."""

import re
import threading
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cinema_project.common.fetching.network import place_of
from scraping.showings import Programme
from scraping.sites.pages import decoded
from scraping.sites.reading import Reading
from scraping.sources.base import Client, Payload, ReadInPart, Unit
from scraping.vista import days_of, read_showtimes

API = re.compile(r"https?:(?://|\\/\\/)[\w.:-]+(?:(?:/|\\/)[\w.-]+){0,6}?(?:/|\\/)ocapi(?:/|\\/)v1\b")
SITE_ID = re.compile(
    r"""site[-_]?ids?["']?\s*[:=]\s*(?:\[([^\]]{0,2000})\]|["']?([\w-]{1,20}(?:,[\w-]{1,20})*))""", re.IGNORECASE
)
NO_IDS = {"null", "undefined", "true", "false"}
TOKEN = re.compile(r"""\b(eyJ[\w-]{5,2000}\.[\w-]{5,4000}\.[\w-]{5,1000})""")
IN_URL = re.compile(r"^(?P<api>https?://[^?#]*/ocapi/v1)(?:[/?#]|$)")
MOST_DAYS, UNAUTHORIZED = 60, 401


def api_in(text: str, url: str) -> tuple[str, tuple[str, ...]]:
    """Return the API that a page asks, or that an address is of, and its houses; empty if there is none."""
    if direct := IN_URL.match(url):
        asked = parse_qs(urlsplit(url).query)
        ids = tuple(one for value in asked.get("siteIds", []) for one in value.split(",") if one)
        return direct["api"], ids
    found = API.search(text)
    if found is None:
        return "", ()
    said = (one for listed in SITE_ID.finditer(text) for one in re.findall(r"[\w-]+", listed[1] or listed[2] or ""))
    return found[0].replace("\\/", "/"), tuple(one for one in dict.fromkeys(said) if one not in NO_IDS)


def without_tokens(text: str) -> str:
    """Return a page as it may be kept: with no token in it."""
    return TOKEN.sub("eyJ.left.out", text)


class VistaSite:
    """Asks which days have showings, then for each of them.

    The token that the site gives to every visitor is read from its page by each worker, and again once it is refused.
    It is kept nowhere, and sent only to the API that the page itself names.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._token: str | None = None
        self._reading_token = threading.Lock()

    def plan(self) -> Iterable[Unit]:
        return [Unit("days")]

    def fetch(self, unit: Unit, client: Client) -> Payload:
        token = self._visitors_token(client)
        answer = self._asked(unit, client, token, expected=(200, UNAUTHORIZED))
        if answer.status != UNAUTHORIZED:
            return answer
        return self._asked(unit, client, self._visitors_token(client, refused=token), expected=(200,))

    def _asked(self, unit: Unit, client: Client, token: str, expected: Iterable[int]) -> Payload:
        path = f"showtimes/by-business-date/{unit.args['day']}" if "day" in unit.args else "film-screening-dates"
        params = {"siteIds": ",".join(self._reading.site_ids)} if self._reading.site_ids else None
        headers = {"accept": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
        return client.get(f"{self._reading.api}/{path}", params=params, headers=headers, expected=expected)

    def _visitors_token(self, client: Client, refused: str | None = None) -> str:
        """Return the token of visitors; another if the one that was used is refused."""
        with self._reading_token:  # one thread reads it for all
            if self._token is None or self._token == refused:
                self._token = self._read_token(client)
            return self._token

    def _read_token(self, client: Client) -> str:
        if IN_URL.match(self._reading.url):
            return ""
        page = client.get(self._reading.url)
        text = decoded(page.content, page.content_type)
        api, _ = api_in(text, self._reading.url)
        is_same = place_of(api) == place_of(self._reading.api)
        found = TOKEN.search(text)
        return found[1] if found and is_same else ""

    def read(self, unit: Unit, payload: Payload) -> Programme:
        if "day" not in unit.args:
            return Programme((), ())
        found = read_showtimes(payload.json())
        here = tuple(replace(one, place=one.place or self._reading.name) for one in found.showings)
        return Programme(here, found.faults, found.mended)

    def follow(self, unit: Unit, payload: Payload) -> Iterator[Unit]:
        if "day" in unit.args:
            return
        days: list[date] = days_of(payload.json())
        for place, day in enumerate(days[:MOST_DAYS]):
            args: dict[str, Any] = {"day": day.isoformat()}
            yield Unit(f"day:{day}", args, order=1 + place)
        if len(days) > MOST_DAYS:
            raise ReadInPart(f"The API names {len(days)} days; the first {MOST_DAYS} are read.")
