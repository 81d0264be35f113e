"""The token with which seats are looked at: got, looked after, and encrypted anew when keys change."""

from dataclasses import dataclass
from datetime import datetime

from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.sealing import Unreadable, resealed
from scraping.fetching.lone import asking_for
from scraping.models import SiteToken
from scraping.sources.registry import get_source
from scraping.tix.asking import doors
from scraping.tix.keeping import NAMES, hold, stored
from scraping.tix.requests import Bearer
from scraping.tix.tokens import LEAST_LEFT

SEATS = "tix-seats"


@dataclass(frozen=True, slots=True)
class TokenStatus:
    """What is known of the token. ``minutes_left`` is below 0 once it is over, ``None`` if there is none.

    :param refreshable: it can be had anew without a login
    """

    got_by: str
    issued_at: datetime | None
    expires_at: datetime | None
    minutes_left: float | None
    refreshable: bool
    last_error: str

    @property
    def is_usable(self) -> bool:
        return self.minutes_left is not None and self.minutes_left >= LEAST_LEFT.total_seconds() / 60


def token_status() -> TokenStatus:
    """Return what is known of the token; nothing is asked of the site."""
    row = SiteToken.objects.filter(pk=NAMES[Bearer.USER]).first() or SiteToken()
    tokens = stored(row)
    left = (row.expires_at - clock.now()).total_seconds() / 60 if tokens and row.expires_at else None
    return TokenStatus(row.got_by, row.issued_at, row.expires_at, left, bool(tokens and tokens.refresh), row.last_error)


def refresh_token(*, visible: bool = False, again: bool = True) -> TokenStatus:
    """Get a new token: refreshed, else through a login by the API, else with a browser. The old one stays until then.

    :param visible: show the browser, and log in with it in any case
    :param again: try a login even if the last one was refused a short while ago
    :raises NoToken: if none can be had
    :raises NotReached: if the site cannot be asked now
    """
    with asking_for(get_source(SEATS)) as client:
        hold(Bearer.USER, doors(client, browser=True, visible=visible, again=again), anew=True)
    return token_status()


@write
def reseal_all(*, dry_run: bool = False) -> tuple[int, list[str]]:
    """Encrypt all that is kept with the first key of today; return how many there were, and which no key opens."""
    rows, unreadable = list(SiteToken.objects.select_for_update().exclude(sealed="").order_by("pk")), []
    for row in rows:
        try:
            sealed = resealed(row.sealed)
        except Unreadable:
            unreadable.append(row.name)
            continue
        if not dry_run:
            SiteToken.objects.filter(pk=row.pk).update(sealed=sealed)
    return len(rows) - len(unreadable), unreadable
