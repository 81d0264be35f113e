"""Which showings to look at now (``tix/planning.py`` has the rules), and what is known of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from cinema_project.common import clock
from scraping.models import MarketShowtime, SeatSnapshot, SourceState
from scraping.sources.base import Unit
from scraping.tix.planning import SOON, Phase, Plan, Watched, phase_of, plan_looks, starting_soon

SEATS, LISTINGS = "tix-seats", "tix"
ROUND = timedelta(minutes=15)
"""How often looks are chosen; a round's budget is what the host's pace gives in that time."""
SHARE = 0.9
"""Of the pace; the rest is for the listings, and for what has to be asked again."""
FARTHEST = timedelta(minutes=30)


@dataclass(slots=True)
class _Looks:
    phases: set[Phase] = field(default_factory=set)
    seen: list[tuple[datetime, int]] = field(default_factory=list)
    """Moment, and seats that were free then."""


def plan_seats(options: Mapping[str, Any]) -> list[Unit]:
    """Return the looks of a run, the most informative first.

    :param options: ``due``: showings in a phase in which nobody looked at them; else all that start within 15 minutes
    """
    now = clock.now()
    watched = watched_showings(now)
    if options.get("due"):
        looks = [(look.showing_id, look.starts_at, str(look.phase)) for look in due_looks(watched, now=now).looks]
    else:
        moment = datetime.fromisoformat(options["at"]).strftime("%Y-%m-%dT%H:%M:%SZ")
        looks = [(one.id, one.starts_at, moment) for one in starting_soon(watched, now=now)]
    chains = _chains(look[0] for look in looks)
    return [
        Unit(
            f"seats:{showing}",
            {"showing": showing, "chain": chains[showing], "starts_at": starts_at.isoformat(), "look": look},
            order=order,
        )
        for order, (showing, starts_at, look) in enumerate(looks)
    ]


def why_nothing(now: datetime, options: Mapping[str, Any]) -> str:
    """Return why there is nothing to look at, in words.

    :param options: of the run, as ``plan_seats`` has them
    """
    within = FARTHEST if options.get("due") else SOON
    soon = _showtimes(now).filter(starts_at__lte=now + within)
    minutes = f"{within.total_seconds() / 60:.0f} minutes"
    if not soon.exists():
        return f"No showing is known that starts within {minutes}; scrape_movies --schedules reads those of today."
    sold = soon.filter(status=MarketShowtime.ON_SALE).count()
    words = f"Of {soon.count()} showings that start within {minutes} {sold} were on sale when they were listed"
    return f"{words}; each was looked at in its phase already." if sold else f"{words}."


def _chains(showings: Iterable[str]) -> dict[str, str]:
    known = MarketShowtime.objects.filter(source=LISTINGS, upstream_id__in=list(showings))
    return dict(known.values_list("upstream_id", "theatre__merchant"))


def due_looks(watched: Iterable[Watched], *, now: datetime) -> Plan:
    """Choose the looks of this round within the host's pace."""
    return plan_looks(watched, now=now, budget=budget())


def budget() -> int:
    """Return how many looks a round may take."""
    state = SourceState.objects.filter(pk=SEATS).first()
    pace = state.per_second if state and state.per_second else settings.TIX_REQUESTS_PER_SECOND
    return int(pace * ROUND.total_seconds() * SHARE)


def watched_showings(now: datetime) -> list[Watched]:
    """Return the showings on sale that start within half an hour, with what earlier looks found."""
    showtimes = list(_showtimes(now).values_list("pk", "upstream_id", "starts_at", "status"))
    starts = {row[0]: row[2] for row in showtimes}
    looks: dict[int, _Looks] = {pk: _Looks() for pk in starts}
    rows = SeatSnapshot.objects.filter(showtime__in=starts).order_by("captured_at", "pk")
    for pk, captured_at, total, unavailable in rows.values_list(
        "showtime", "captured_at", "seats_total", "unavailable"
    ):
        if phase := phase_of(starts[pk], now=captured_at):
            looks[pk].phases.add(phase)
        looks[pk].seen.append((captured_at, total - unavailable))
    return [_watched(name, starts_at, status, looks[pk]) for pk, name, starts_at, status in showtimes]


def _showtimes(now: datetime) -> Any:
    soon = MarketShowtime.objects.filter(source=LISTINGS, starts_at__gt=now, starts_at__lte=now + FARTHEST)
    return soon.filter(vanished_at=None).exclude(theatre__merchant="").order_by("starts_at", "pk")


def _watched(name: str, starts_at: datetime, status: int, looks: _Looks) -> Watched:
    last = looks.seen[-1] if looks.seen else None
    return Watched(
        name,
        starts_at,
        on_sale=status == MarketShowtime.ON_SALE,
        taken=frozenset(looks.phases),
        last_look=last[0] if last else None,
        free=last[1] if last else None,
        pace=_pace(looks.seen),
    )


def _pace(seen: list[tuple[datetime, int]]) -> float | None:
    """Return how many seats a minute were taken between the last two looks."""
    if len(seen) < 2:
        return None
    (before, then), (after, now) = seen[-2:]
    minutes = (after - before).total_seconds() / 60
    return max(0.0, (then - now) / minutes) if minutes > 0 else None
