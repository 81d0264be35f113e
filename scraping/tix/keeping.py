"""Keeps tokens: a good one for whoever needs it, and of all who find it over one alone gets another.

What is kept is encrypted, and stays until a better one is there. Nothing here says a token, number or password aloud.
"""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q

from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import DomainError, Upstream
from cinema_project.common.fetching.network import NotReached
from cinema_project.common.sealing import Unreadable, seal, unseal
from scraping.models import SiteToken
from scraping.sources.base import Payload
from scraping.tix import requests
from scraping.tix.browser_login import browser_login, page_of
from scraping.tix.reading import Refused
from scraping.tix.requests import Bearer, Call
from scraping.tix.tokens import LIFE, Step, Tokens, encrypted_password, next_step, parse_tokens, phone_number

NAMES = {Bearer.GUEST: "tix guest", Bearer.USER: "tix user"}
LEASE = timedelta(seconds=100)
"""How long whoever gets a token may take; a login with a browser takes up to 60 seconds."""
LOOK_SECONDS = 0.1
MOST_LOOKS = 1200
REST = timedelta(hours=1)
"""After a refused login none is tried by itself: a wrong password tried again and again closes accounts."""
UNAUTHORIZED = 401
Send = Callable[[Call, str], Payload]
"""Sends a call with a token, and returns the answer, be it a refusal."""


class NoToken(Upstream):
    """There is no token, and none can be had."""

    code = "no_token"


class Resting(NoToken):
    """The last login was refused, and the next is not due yet."""


@dataclass(frozen=True, slots=True)
class Held:
    """A token to be used. ``is_new_to_site``: it came of a login or refresh, which the site's servers learn in time."""

    access: str = field(repr=False)
    issued_at: datetime
    is_new_to_site: bool


@dataclass(frozen=True, slots=True)
class Doors:
    """How tokens are got.

    :param admit: waits for leave to ask for an address that a browser will ask for
    :param browser: log in with a browser where the API cannot be used
    :param visible: show it
    :param again: log in even if the last login was refused a short while ago
    """

    send: Send
    wait: Callable[[float], None]
    admit: Callable[[str], None]
    browser: bool = False
    visible: bool = False
    again: bool = False


def hold(bearer: Bearer, doors: Doors, *, refused: str = "", anew: bool = False) -> Held:
    """Return a token that lasts for some minutes at least; the stored one, or another.

    :param refused: an access token that the site does not take any more
    :param anew: get another in any case
    :raises NoToken: if none can be had
    :raises NotReached: if the site cannot be asked now
    """
    me, since = uuid.uuid4().hex, clock.now()
    for _ in range(MOST_LOOKS):
        row = _row(bearer)
        if not (anew and (row.issued_at is None or row.issued_at <= since)) and (held := _usable(row, refused)):
            return held
        if _claim(row.name, me):
            try:
                return _renewed(bearer, me, doors, refused, anew=anew)
            finally:
                _let_go(row.name, me)
        doors.wait(LOOK_SECONDS)
    raise NoToken("Somebody else is getting a token, and takes too long.")


def stored(row: SiteToken) -> Tokens | None:
    """Return what is kept, ``None`` for nothing, or what cannot be decrypted any more."""
    if not row.sealed:
        return None
    try:
        kept = json.loads(unseal(row.sealed))
    except Unreadable:
        return None
    return Tokens(kept["access"], kept["refresh"], row.expires_at, kept["phone"])


def _row(bearer: Bearer) -> SiteToken:
    name = NAMES[bearer]
    return SiteToken.objects.filter(pk=name).first() or SiteToken.objects.get_or_create(pk=name)[0]


def _usable(row: SiteToken, refused: str) -> Held | None:
    tokens = stored(row)
    if tokens is None or tokens.access == refused or next_step(tokens, now=clock.now()) is not Step.USE:
        return None
    assert row.issued_at is not None
    return Held(tokens.access, row.issued_at, row.got_by != SiteToken.Way.GUEST)


@write
def _claim(name: str, me: str) -> bool:
    """Be the one who gets a token, unless another is about it."""
    now = clock.now()
    free = SiteToken.objects.filter(Q(renewing="") | Q(renewing_until__lt=now), pk=name)
    return bool(free.update(renewing=me, renewing_until=now + LEASE))


@write
def _let_go(name: str, me: str) -> None:
    SiteToken.objects.filter(pk=name, renewing=me).update(renewing="", renewing_until=None)


def _renewed(bearer: Bearer, me: str, doors: Doors, refused: str, *, anew: bool) -> Held:
    row = _row(bearer)
    if not anew and (held := _usable(row, refused)):  # somebody was faster
        return held
    try:
        tokens, way = _guest(doors) if bearer is Bearer.GUEST else _user(row, doors)
    except Resting:
        raise
    except NotReached as error:
        _note(row.name, _quiet(str(error)))
        raise
    except DomainError as error:
        _note(row.name, _quiet(str(error)))
        raise NoToken(_quiet(str(error))) from None
    return _keep(row, me, tokens, way)


def _guest(doors: Doors) -> tuple[Tokens, str]:
    return _read(doors.send(requests.guest_token(), "")), SiteToken.Way.GUEST


def _user(row: SiteToken, doors: Doors) -> tuple[Tokens, str]:
    """Refresh what is stored, or log in."""
    tokens = stored(row)
    can_refresh = tokens is not None and next_step(_over(tokens), now=clock.now()) is Step.REFRESH
    if tokens is not None and can_refresh and not doors.visible:
        answer = doors.send(requests.refresh(), tokens.refresh)
        try:
            fresh = _read(answer)
        except Refused:
            pass  # the refresh token is over: log in
        else:
            return Tokens(fresh.access, fresh.refresh or tokens.refresh, fresh.expires_at, tokens.phone), "refresh"
    return _logged_in(row, doors)


def _over(tokens: Tokens) -> Tokens:
    return Tokens(tokens.access, tokens.refresh, None, tokens.phone)


def _logged_in(row: SiteToken, doors: Doors) -> tuple[Tokens, str]:
    if not (settings.TIX_PHONE_NUMBER and settings.TIX_PASSWORD):
        raise NoToken("TIX_PHONE_NUMBER and TIX_PASSWORD are not set: without an account no seats can be read.")
    if row.rest_until and row.rest_until > clock.now() and not doors.again:
        raise Resting(f"The last login failed: {row.last_error} Mend it, then run manage.py refresh_token.")
    by_api = settings.TIX_RSA_PUBLIC_KEY and not doors.visible
    if not by_api and not doors.browser:
        raise NoToken("The token is over and could not be refreshed: run manage.py refresh_token.")
    if not by_api:
        doors.admit(page_of(settings.TIX_WEB_URL))
    try:
        if by_api:
            return _login_by_api(doors), SiteToken.Way.LOGIN
        return _login_by_browser(visible=doors.visible), SiteToken.Way.BROWSER
    except (NotReached, NoToken):
        raise
    except DomainError:
        SiteToken.objects.filter(pk=row.name).update(rest_until=clock.now() + REST)
        raise


def _login_by_api(doors: Doors) -> Tokens:
    phone = phone_number(settings.TIX_PHONE_NUMBER)
    call = requests.login(
        phone=phone, encrypted_password=encrypted_password(settings.TIX_PASSWORD, settings.TIX_RSA_PUBLIC_KEY)
    )
    guest = hold(Bearer.GUEST, doors)
    answer = doors.send(call, guest.access)
    if answer.status == UNAUTHORIZED:
        answer = doors.send(call, hold(Bearer.GUEST, doors, refused=guest.access).access)
    tokens = _read(answer)
    return Tokens(tokens.access, tokens.refresh, tokens.expires_at, phone)


def _login_by_browser(*, visible: bool) -> Tokens:
    phone, password = settings.TIX_PHONE_NUMBER, settings.TIX_PASSWORD
    return browser_login(settings.TIX_WEB_URL, phone, password, visible=visible, proxy=settings.TIX_PROXY)


def _read(answer: Payload) -> Tokens:
    """Read the answer to a request for tokens.

    :raises Refused: if it is a refusal
    :raises WrongShape: if there is no token in it
    """
    if answer.status == UNAUTHORIZED:
        raise Refused("401", "")
    return parse_tokens(answer.content, now=clock.now())


@write
def _keep(row: SiteToken, me: str, tokens: Tokens, way: str) -> Held:
    """Store a token, if nobody else has taken over meanwhile; it may be used either way."""
    now = clock.now()
    sealed = seal(json.dumps({"access": tokens.access, "refresh": tokens.refresh, "phone": tokens.phone}))
    SiteToken.objects.filter(pk=row.name, renewing=me).update(
        sealed=sealed,
        got_by=way,
        issued_at=now,
        expires_at=tokens.expires_at or now + LIFE,
        failures=0,
        last_error="",
        rest_until=None,
    )
    return Held(tokens.access, now, way != SiteToken.Way.GUEST)


@write
def _note(name: str, error: str) -> None:
    """Remember that no token was to be had; the last good one stays."""
    SiteToken.objects.filter(pk=name).update(
        failures=F("failures") + 1, last_error=error[:300], last_error_at=clock.now()
    )


def _quiet(text: str) -> str:
    """Return a sentence without our number and password, should the site repeat them."""
    for secret in (settings.TIX_PASSWORD, settings.TIX_PHONE_NUMBER, settings.TIX_PHONE_NUMBER.lstrip("+0")):
        text = text.replace(secret, "…") if len(secret) >= 4 else text
    return text
