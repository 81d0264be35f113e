"""What hosts ask robots to leave alone (robots.txt, RFC 9309), and how slowly they want to be read (Crawl-delay)."""

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote, unquote_to_bytes, urlsplit

from cinema_project.common import clock
from cinema_project.common.fetching.fetcher import Answer, user_agent
from cinema_project.common.fetching.network import Aborted, FetchFailed, NotReached
from scraping.fetching.retry import BUSY, UnexpectedStatus, retry_after
from scraping.models import Host

MOST_READ = 512 * 1024
"""Characters of a robots.txt that count."""
LASTS = timedelta(hours=24)
"""How long one that was read is good for (RFC 9309, 2.4)."""
LONGEST_DELAY = 60.0
"""Seconds between two requests at most, whatever a host wants: beyond that staff should ask it, or leave it."""
ASKED = ("allow", "disallow", "crawl-delay")
Line = tuple[str, str]


class RobotsRefuse(FetchFailed):
    """The host wants no robots there."""

    code = "robots_refuse"


@dataclass(frozen=True, slots=True)
class Manners:
    """What a robots.txt says to us.

    :param rules: patterns of paths, and whether they may be read
    :param delay: seconds between two requests
    """

    rules: tuple[tuple[str, bool], ...] = ()
    delay: float = 0.0

    def allow(self, url: str) -> bool:
        """Tell whether an address may be read: the longest pattern that fits decides, of equal ones the kinder."""
        if not self.rules:
            return True
        parts = urlsplit(url)
        path = _even((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        if path == "/robots.txt":
            return True
        fitting = [(len(pattern), allowed) for pattern, allowed in self.rules if _fits(pattern, path)]
        return max(fitting, default=(0, True))[1]


def manners_in(text: str, robot: str) -> Manners:
    """Read a robots.txt; what is none of its words counts for nothing.

    :param robot: the name under which we are addressed
    """
    ours: list[Line] = []
    others: list[Line] = []
    is_named = False
    for names, lines in _groups(text):
        if robot.lower() in names:
            is_named = True
            ours += lines
        elif "*" in names:
            others += lines
    return _manners(ours if is_named else others)


def _groups(text: str) -> Iterator[tuple[list[str], list[Line]]]:
    """Yield for whom each group of lines is, and the lines."""
    names: list[str] = []
    lines: list[Line] = []
    for word, value in _lines(text):
        if word == "user-agent":
            if lines:
                yield names, lines
                names, lines = [], []
            names.append(value.partition("/")[0].strip().lower())
        elif word in ASKED and names:
            lines.append((word, value))
    yield names, lines


def _lines(text: str) -> Iterator[Line]:
    for line in text[:MOST_READ].removeprefix("\ufeff").splitlines():
        word, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield word.strip().lower(), value.strip()


def _manners(lines: Iterable[Line]) -> Manners:
    lines = list(lines)
    rules = tuple((_even(value), word == "allow") for word, value in lines if word != "crawl-delay" and value)
    delays = [delay for word, value in lines if word == "crawl-delay" and (delay := _seconds(value)) is not None]
    return Manners(rules, max(delays, default=0.0))


def _seconds(value: str) -> float | None:
    try:
        seconds = float(value)
    except ValueError:
        return None
    return min(seconds, LONGEST_DELAY) if seconds >= 0 else None


def _even(path: str) -> str:
    """Return a path or pattern as all spellings of it are compared."""
    return quote(unquote_to_bytes(path), safe="/?=&*$:@!'(),;+~")


def _fits(pattern: str, path: str) -> bool:
    """Tell whether a path begins as a pattern says; ``*`` is anything, a ``$`` at the end is the end."""
    to_the_end = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for part in parts[:-1]:
        if (found := path.find(part, at)) < 0:
            return False
        at = found + len(part)
    if not parts:
        return at == len(path) or not to_the_end
    last = parts[-1]
    return path.endswith(last) and len(path) - len(last) >= at if to_the_end else path.find(last, at) >= 0


@dataclass
class Robots:
    """What the hosts that one worker asks want of robots; kept in the database, read anew once a day."""

    _known: dict[str, Manners] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def mind(self, url: str, host: str, fetch: Callable[[str], Answer]) -> float:
        """Go on only if the host lets robots read this; return how many seconds it wants between two requests.

        :param fetch: gets its robots.txt, if it is not known
        :raises RobotsRefuse: if it does not
        :raises NotReached: if nobody knows what it wants
        """
        manners = self._known.get(host)
        if manners is None:
            with self._reading:  # one thread reads it for all
                manners = self._known.get(host) or self._learned(url, host, fetch)
                self._known[host] = manners
        if not manners.allow(url):
            raise RobotsRefuse(f"The robots.txt of {host} asks robots not to read this.")
        return manners.delay

    def _learned(self, url: str, host: str, fetch: Callable[[str], Answer]) -> Manners:
        row = Host.objects.filter(pk=host).first()
        now = clock.now()
        if row is None or row.robots_at is None or row.robots_at < now - LASTS:
            try:
                text = _asked(url, fetch)
            except Aborted:
                raise
            except NotReached:
                if row is None or row.robots_at is None:
                    raise
                text = row.robots  # what it said last
            else:
                kept = {"robots": text, "robots_at": now}
                Host.objects.update_or_create(name=host, defaults=kept)
        else:
            text = row.robots
        return manners_in(text, user_agent().partition("/")[0])


def _asked(url: str, fetch: Callable[[str], Answer]) -> str:
    """Return the robots.txt of a host; a host without one minds nothing.

    :raises NotReached: if it has one, perhaps, but cannot say now
    """
    parts = urlsplit(url)
    try:
        answer = fetch(f"{parts.scheme}://{parts.netloc}/robots.txt")
    except NotReached:
        raise
    except FetchFailed:  # of no use, such as one without end
        return ""
    if answer.status >= 500 or answer.status in BUSY:
        raise UnexpectedStatus(answer.status, retry_after(answer.headers.get("retry-after", ""), clock.now()))
    found = answer.content[:MOST_READ].decode("utf-8", "replace") if answer.status < 300 else ""
    return found.replace("\0", "")
