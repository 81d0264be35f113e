"""Asks TIX: with the right token, a new one where that is over, and patience where the site is not up to date."""

import time
from dataclasses import dataclass, field
from http import HTTPStatus

from django.conf import settings

from cinema_project.common import clock
from cinema_project.common.fetching.network import NotReached
from scraping.sources.base import Client, Payload, SourceDown, UnitGone
from scraping.tix.keeping import Doors, Held, NoToken, hold
from scraping.tix.reading import Refused, WrongShape, opened
from scraping.tix.requests import Bearer, Call
from scraping.tix.tokens import after_401

READ = (200, 201, 400, 401, 403)
"""Answers that say something in TIX's own words."""
OVER = "SHOWTIME_EXPIRED"
LOOK_SECONDS = 1.0
"""How long a worker goes by what it knows of the tokens: they last for minutes more when they are handed out."""


class SaidNo(NotReached):
    """The site says that all is not well; another time it may be."""

    code = "upstream_refused"


@dataclass
class Purse:
    """The tokens that the threads of one worker have at hand, so that not each request looks into the database."""

    _held: dict[Bearer, tuple[Held, float]] = field(default_factory=dict)

    def hold(self, bearer: Bearer, client: Client, refused: str = "") -> Held:
        """Return a token. See ``keeping.hold``.

        :param refused: an access token that the site does not take any more
        """
        known = self._held.get(bearer)
        if known and known[0].access != refused and time.monotonic() - known[1] < LOOK_SECONDS:
            return known[0]
        held = hold(bearer, doors(client), refused=refused)
        self._held[bearer] = held, time.monotonic()
        return held


def doors(client: Client, *, browser: bool = False, visible: bool = False, again: bool = False) -> Doors:
    """Return how tokens are got through this client."""
    return Doors(lambda call, token: send(client, call, token), client.wait, client.admit, browser, visible, again)


def send(client: Client, call: Call, token: str) -> Payload:
    """Send a call, and return the answer, be it a refusal."""
    url, headers = call.url(settings.TIX_BASE_URL), call.headers(token)
    if call.method == "POST":
        return client.post(url, json=call.body, headers=headers, expected=READ)
    return client.get(url, headers=headers, expected=READ)


def ask(client: Client, call: Call, purse: Purse) -> Payload:
    """Return TIX's answer to a call; that there is nothing is an answer, too.

    :raises SourceDown: if our account has no token and can get none
    :raises UnitGone: if what is asked for is over
    :raises SaidNo: if TIX refuses for another reason
    """
    try:
        answer = _answered(client, call, purse)
    except NoToken as without:
        if call.bearer is Bearer.GUEST:  # anybody is given one: another time it will be
            raise SaidNo(str(without)) from None
        raise SourceDown(str(without)) from None
    _check(answer)
    return answer


def _answered(client: Client, call: Call, purse: Purse) -> Payload:
    held, refusals, renewed = purse.hold(call.bearer, client), 0, False
    while (answer := send(client, call, held.access)).status == HTTPStatus.UNAUTHORIZED:
        refusals += 1
        seconds = _patience(held, refusals)
        if seconds is not None:
            client.wait(seconds)
            continue
        if renewed:
            raise SaidNo("The site does not take the token that it has just given.")
        before, held = held, purse.hold(call.bearer, client, refused=held.access)
        refusals, renewed = 0, before.access != held.access
    return answer


def _patience(held: Held, refusals: int) -> float | None:
    """Return for how long to wait before asking again with the same token, ``None`` if it is over."""
    if not held.is_new_to_site:
        return None
    return after_401(issued_at=held.issued_at, now=clock.now(), refusals=refusals).seconds


def _check(answer: Payload) -> None:
    try:
        opened(answer.content)
    except Refused as refused:
        if refused.nothing_there:
            return
        if refused.said == OVER:
            raise UnitGone(str(refused)) from None
        raise SaidNo(str(refused)) from None
    except WrongShape:
        if answer.status != HTTPStatus.OK:
            raise SaidNo(f"The site answers with status {answer.status}.") from None
        # the parser will say what is wrong, and the page is kept
