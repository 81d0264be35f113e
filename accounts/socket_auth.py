"""Who opens a socket: read from ``?token=``, an access token of the API or the page token of one of our pages."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import InterfaceError, OperationalError

from accounts.callers import Caller, caller_for, caller_with
from accounts.models import TokenFamily, User
from accounts.signatures import BadToken, read_access, read_page
from cinema_project.common import clock
from cinema_project.common.errors import Unauthenticated, Unavailable

GATHER_SECONDS = 0.25
"""Sockets that ask within this time share one look at the database."""

Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SocketCaller:
    """Who watches, and what ends their watching. ``person`` is ``None`` for a visitor who is not signed in."""

    person: Caller | None
    expires_at: int
    epoch: int = 0

    @property
    def user_id(self) -> int | None:
        return self.person.id if self.person else None

    @property
    def sees_all(self) -> bool:
        return self.person is not None and self.person.is_staff_member


def is_own_origin(scope: Scope) -> bool:
    """Tell whether the page that opened the socket is ours or a trusted one; programs send no ``Origin``."""
    headers = dict(scope.get("headers", []))
    origin = headers.get(b"origin", b"").decode("latin-1")
    if not origin:
        return True
    own_host = headers.get(b"host", b"").decode("latin-1").lower()
    trusted = {settings.SITE_URL, *settings.CSRF_TRUSTED_ORIGINS, *settings.CORS_ALLOWED_ORIGINS}
    return origin in trusted or (own_host != "" and origin.lower().partition("://")[2] == own_host)


async def socket_caller(scope: Scope) -> SocketCaller | None:
    """Return who opens this socket; ``None`` without a token that counts."""
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
    return await database_sync_to_async(caller_with_any)(given)


async def still_valid(caller: SocketCaller) -> bool:
    """Tell whether the caller may go on watching: not expired, not signed out, not suspended.

    :raises Unavailable: if the database does not answer
    """
    loop = asyncio.get_running_loop()
    gathered = _gathering.get(loop)
    if gathered is None:
        gathered = _gathering[loop] = _Gathered(loop.create_task(_answer_together(loop)))
    gathered.callers.add(caller)
    return caller in await asyncio.shield(gathered.valid)


def caller_with_any(raw: str) -> SocketCaller | None:
    """Return the bearer of an access token or a page token that counts."""
    for read in (_with_access, _with_page):
        with suppress(Unauthenticated):
            return read(raw)
    return None


def valid_among(callers: Collection[SocketCaller]) -> set[SocketCaller]:
    """Return those who may go on watching, in at most three queries.

    :raises Unavailable: if the database does not answer
    """
    try:
        return _valid_among(callers)
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("The database does not answer.", retry_after=2) from error


@dataclass(slots=True)
class _Gathered:
    valid: asyncio.Task[set[SocketCaller]]
    callers: set[SocketCaller] = field(default_factory=set)


_gathering: WeakKeyDictionary[asyncio.AbstractEventLoop, _Gathered] = WeakKeyDictionary()


async def _answer_together(loop: asyncio.AbstractEventLoop) -> set[SocketCaller]:
    await asyncio.sleep(GATHER_SECONDS)
    return await database_sync_to_async(valid_among)(_gathering.pop(loop).callers)


def _with_access(raw: str) -> SocketCaller:
    claims = read_access(raw)
    return SocketCaller(caller_with(raw), claims.expires_at)


def _with_page(raw: str) -> SocketCaller:
    claims = read_page(raw)
    if claims.expires_at <= clock.now().timestamp():
        raise BadToken
    if claims.user_id is None:
        return SocketCaller(None, claims.expires_at)
    user = User.objects.filter(pk=claims.user_id, is_active=True, page_epoch=claims.epoch).first()
    if user is None:
        raise BadToken
    return SocketCaller(caller_for(user), claims.expires_at, claims.epoch)


def _valid_among(callers: Collection[SocketCaller]) -> set[SocketCaller]:
    now = clock.now()
    current = [caller for caller in callers if caller.expires_at > now.timestamp()]
    families = {caller.person.family for caller in current if caller.person and caller.person.family}
    users = {caller.person.id for caller in current if caller.person and not caller.person.family}
    living = TokenFamily.objects.filter(pk__in=families, revoked_at=None, user__is_active=True, expires_at__gt=now)
    signed_in: set[object] = {str(family) for family in living.values_list("pk", flat=True)}
    signed_in.update(User.objects.filter(pk__in=users, is_active=True).values_list("pk", "page_epoch"))
    return {caller for caller in current if _mark(caller) is None or _mark(caller) in signed_in}


def _mark(caller: SocketCaller) -> object:
    """Return what must be among the living for this caller to go on; ``None`` for an anonymous watcher."""
    if caller.person is None:
        return None
    return caller.person.family or (caller.person.id, caller.epoch)
