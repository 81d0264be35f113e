"""Sites whose pages tell their showings as schema.org data: the pasted page, what follows it, and its films' pages."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from html.parser import HTMLParser
from itertools import islice
from urllib.parse import urldefrag, urljoin

from cinema_project.common.fetching.fetcher import origin_of
from cinema_project.common.public_urls import UrlRefused
from scraping.schema_org.blocks import Page
from scraping.schema_org.nodes import Graph
from scraping.schema_org.programme import programme_of
from scraping.schema_org.values import text_of
from scraping.showings import Programme
from scraping.sites.reading import Reading
from scraping.sources.base import Client, Payload, ReadInPart, Unit

MOST_PAGES, MOST_FILMS = 30, 200
"""So many pages may follow each other, and so many films may have a page of their own."""
LONGEST_KEY = 200
CHARSET = re.compile(r"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
WESTERN = "cp1252"
NEXT = re.compile(r"""\brel\s*=\s*["']?[^"'>]{0,100}\bnext\b""", re.IGNORECASE)
FILMS, EVENTS = ("Movie", "ListItem"), ("ScreeningEvent", "Event", "MovieScreening", "TheaterEvent")
Reader = Callable[[str], Page]


class Pages:
    """Reads pages one after the other.

    A film's own page is read only if the page that names it tells no showing of it, and counts for that film alone: so
    no showing is told by two pages in two ways.
    """

    def __init__(self, reading: Reading, reader: Reader) -> None:
        self._reading, self._reader = reading, reader
        self._last: tuple[Payload | None, Page] = None, Page()

    def plan(self) -> Iterable[Unit]:
        return [_unit(self._reading.url, page=1)]

    def fetch(self, unit: Unit, client: Client) -> Payload:
        return client.get(unit.args["url"])

    def read(self, unit: Unit, payload: Payload) -> Programme:
        found = programme_of(self._data(payload), self._reading.clock)
        film = unit.args.get("film")
        own = tuple(one for one in found.showings if one.title == film)
        return Programme(own, found.faults, found.mended) if own else found

    def _data(self, payload: Payload) -> Page:
        """Return the data of a page; it is asked for twice, and read once."""
        last, page = self._last
        if last is not payload:
            page = self._reader(decoded(payload.content, payload.content_type))
            self._last = payload, page
        return page

    def follow(self, unit: Unit, payload: Payload) -> Iterator[Unit]:
        if "page" not in unit.args:
            return
        url, number = unit.args["url"], unit.args["page"]
        films = dict(self._films(self._data(payload), url))
        for address, title in islice(films.items(), MOST_FILMS):
            yield _unit(address, order=1, film=title)
        following = next_page(decoded(payload.content, payload.content_type), url)
        if following and number < MOST_PAGES:
            yield _unit(following, page=number + 1)
        unread = []
        if len(films) > MOST_FILMS:
            unread.append(
                f"The page names {len(films)} films with pages of their own; the first {MOST_FILMS} are read."
            )
        if following and number >= MOST_PAGES:
            unread.append(f"More than {MOST_PAGES} pages follow each other; the first {MOST_PAGES} are read.")
        if unread:
            raise ReadInPart(" ".join([*unread, "Add a page that shows less, too."]))

    def _films(self, page: Page, url: str) -> Iterator[tuple[str, str]]:
        """Yield the pages of films that have no showing here, and the films' titles as far as they are known."""
        graph = Graph(page.blocks)
        shown = {one.title for one in programme_of(page, self._reading.clock).showings}
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


def decoded(content: bytes, content_type: str = "") -> str:
    """Return a page as text: UTF-8 if it can be that, else what header or page say, else Western European.

    :param content_type: the header; it counts before what the page says of itself
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        said = (content_type.partition("charset=")[2], *CHARSET.findall(content[:4096].decode("ascii", "replace"))[:1])
    names = [name for one in said if (name := _codec(one))]
    # It is not UTF-8 all through: another charset that is named is the likelier one.
    name = next((name for name in names if name != "utf-8"), names[0] if names else WESTERN)
    try:
        text = content.decode(name, "replace")
    except (LookupError, ValueError):  # no charset of texts
        text = content.decode(WESTERN, "replace")
    return text.encode("utf-8", "replace").decode("utf-8")


def _codec(charset: str) -> str:
    """Return the codec of a charset, empty if there is none; Latin 1 is read as browsers read it."""
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
    return WESTERN if name in ("iso8859-1", "ascii") else name


def next_page(text: str, url: str) -> str:
    """Return the page that follows this one, empty if it names none."""
    if not NEXT.search(text):
        return ""
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
