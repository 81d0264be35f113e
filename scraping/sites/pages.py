"""Sites whose pages tell their showings as schema.org data: the pasted page, what follows it, and its films' pages."""

import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin

from cinema_project.common.fetching.fetcher import origin_of
from cinema_project.common.public_urls import UrlRefused
from scraping.schema_org.blocks import Page
from scraping.schema_org.nodes import Graph
from scraping.schema_org.programme import read_programme
from scraping.schema_org.values import text_of
from scraping.showings import Programme
from scraping.sites.reading import Reading
from scraping.sources.base import Client, Payload, Unit

MOST_PAGES, MOST_FILMS = 30, 200
"""So many pages may follow each other, and so many films may have a page of their own."""
LONGEST_KEY = 200
CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
FILMS, EVENTS = ("Movie", "ListItem"), ("ScreeningEvent", "Event", "MovieScreening", "TheaterEvent")
Reader = Callable[[str], Page]


class Pages:
    """Reads pages one after the other.

    A film's own page is read only if the page that names it tells no showing of it, and counts for that film alone: so
    no showing is told by two pages in two ways.
    """

    def __init__(self, reading: Reading, reader: Reader) -> None:
        self._reading, self._reader = reading, reader

    def plan(self) -> Iterable[Unit]:
        return [_unit(self._reading.url, page=1)]

    def fetch(self, unit: Unit, client: Client) -> Payload:
        return client.get(unit.args["url"])

    def read(self, unit: Unit, payload: Payload) -> Programme:
        found = read_programme(decoded(payload.content), self._reading.clock, self._reader)
        film = unit.args.get("film")
        own = tuple(one for one in found.showings if one.title == film)
        return Programme(own, found.faults, found.mended) if own else found

    def follow(self, unit: Unit, payload: Payload) -> Iterator[Unit]:
        if "page" not in unit.args:
            return
        text, url, number = decoded(payload.content), unit.args["url"], unit.args["page"]
        films = dict(self._films(text, url))
        if len(films) > MOST_FILMS:
            raise ValueError(f"The page names {len(films)} films with pages of their own; {MOST_FILMS} are read.")
        for address, title in films.items():
            yield _unit(address, order=1, film=title)
        if following := next_page(text, url):
            if number >= MOST_PAGES:
                raise ValueError(f"More than {MOST_PAGES} pages follow each other: paste one that shows less.")
            yield _unit(following, page=number + 1)

    def _films(self, text: str, url: str) -> Iterator[tuple[str, str]]:
        """Yield the pages of films that have no showing here, and the films' titles as far as they are known."""
        graph = Graph(self._reader(text).blocks)
        shown = {one.title for one in read_programme(text, self._reading.clock, self._reader).showings}
        shown |= {text_of(one.node.get("name")) for one in graph.of_kind(*EVENTS)}
        for one in graph.of_kind(*FILMS):
            film = graph.whole(one.node.get("item")) or one.node
            title, said = text_of(film.get("name")), film.get("url") or film.get("@id") or one.node.get("url")
            address = beside(url, text_of(said))
            if address and title not in shown:
                yield address, title


def _unit(url: str, order: int = 0, **args: str | int) -> Unit:
    return Unit(f"page:{url}"[:LONGEST_KEY], {"url": url, **args}, order)


def beside(url: str, said: str) -> str:
    """Return an address that a page names if it is another page of the same host, empty if not."""
    if not said or said.startswith(("#", "_:")):
        return ""
    try:
        address = urldefrag(urljoin(url, said)).url
        same = origin_of(address) == origin_of(url)
    except (UrlRefused, ValueError):
        return ""
    return address if same and address != urldefrag(url).url and len(address) <= LONGEST_KEY - len("page:") else ""


def decoded(content: bytes) -> str:
    """Return a page as text: UTF-8 if it can be that, else what the page says, else Western European."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = CHARSET.search(content[:4096])
    try:
        return content.decode(said[1].decode("ascii") if said else "cp1252", "replace")
    except LookupError:
        return content.decode("cp1252", "replace")


def next_page(text: str, url: str) -> str:
    """Return the page that follows this one, empty if it names none."""
    links = _Links()
    links.feed(text)
    return next((address for said in links.following if (address := beside(url, said))), "")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.following: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag in ("a", "link") and "next" in (said.get("rel") or "").lower().split() and said.get("href"):
            self.following.append(str(said["href"]).strip())
