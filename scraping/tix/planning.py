"""Which showings to look at now: at most once in each phase, at least once before the start, within a budget.

A showing is looked at 30 to 20, 20 to 10 and 10 to 0 minutes before it starts. Requests are few (the host's pace), so
first come the showings that nobody has looked at yet, the next to start first: no order sees more of them (looks are of
equal length, and for these the earliest deadline first is optimal). What is left of the budget goes where most is
likely to have changed since the last look.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

USUAL_PACE = 0.5
"""Seats a minute that change hands shortly before a film, where nothing is known of it: one in two minutes."""
SOON = timedelta(minutes=15)


class Phase(StrEnum):
    """Minutes before the start: more than the first number, at most the second."""

    EARLY = "20-30"
    MIDDLE = "10-20"
    LATE = "0-10"

    @property
    def bounds(self) -> tuple[timedelta, timedelta]:
        after, until = self.value.split("-")
        return timedelta(minutes=int(after)), timedelta(minutes=int(until))


@dataclass(frozen=True, slots=True)
class Watched:
    """A showing, and what is known of it. ``free`` seats and ``pace`` (seats a minute) as of the last look, if any."""

    id: str
    starts_at: datetime
    on_sale: bool = True
    taken: frozenset[Phase] = frozenset()
    last_look: datetime | None = None
    free: int | None = None
    pace: float | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One request worth making. It lapses with its phase: ask ``still_due`` again before it is sent."""

    showing_id: str
    phase: Phase
    starts_at: datetime
    expected_change: float
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """``looks`` in the order to make them; ``put_off`` were due too, but beyond the budget."""

    looks: tuple[Look, ...]
    put_off: tuple[Look, ...]

    @property
    def never_seen(self) -> tuple[Look, ...]:
        """Return the put-off looks that are a showing's last chance: without budget it starts unseen."""
        return tuple(look for look in self.put_off if look.phase is Phase.LATE and look.why.startswith("Not yet"))


def phase_of(starts_at: datetime, *, now: datetime) -> Phase | None:
    """Return the phase a showing is in, ``None`` before the first and from the start on."""
    left = starts_at - now
    return next((phase for phase in Phase if phase.bounds[0] < left <= phase.bounds[1]), None)


def still_due(look: Look, *, now: datetime) -> bool:
    """Say whether a look belongs to its phase still: one that is late would be filed under the wrong one."""
    return phase_of(look.starts_at, now=now) is look.phase


def plan_looks(showings: Iterable[Watched], *, now: datetime, budget: int) -> Plan:
    """Choose the looks of this round.

    :param budget: how many requests may be made, at least 0
    """
    due = [look for showing in showings if (look := due_look(showing, now=now))]
    due.sort(key=_order)
    return Plan(tuple(due[: max(budget, 0)]), tuple(due[max(budget, 0) :]))


def due_look(showing: Watched, *, now: datetime) -> Look | None:
    """Return the look a showing is due for, if any: it is on sale, in a phase, and was not looked at in it."""
    phase = phase_of(showing.starts_at, now=now)
    if phase is None or phase in showing.taken or not showing.on_sale:
        return None
    minutes = round((showing.starts_at - now).total_seconds() / 60)
    if not showing.taken:
        return Look(showing.id, phase, showing.starts_at, float("inf"), f"Not yet looked at, {minutes} min to go.")
    change = expected_change(showing, now=now)
    return Look(showing.id, phase, showing.starts_at, change, f"About {change:.1f} seats may have changed hands since.")


def expected_change(showing: Watched, *, now: datetime) -> float:
    """Return how many seats have likely changed hands since the last look: its pace, but no more than were free."""
    since = (now - showing.last_look).total_seconds() / 60 if showing.last_look else 10
    likely = (USUAL_PACE if showing.pace is None else max(showing.pace, 0)) * max(since, 0)
    return likely if showing.free is None else min(likely, showing.free)


def starting_soon(showings: Iterable[Watched], *, now: datetime, within: timedelta = SOON) -> list[Watched]:
    """Return the showings on sale that start within this time, the next first: ``scrape_seats`` without ``--due``."""
    soon = [one for one in showings if one.on_sale and timedelta(0) < one.starts_at - now <= within]
    return sorted(soon, key=lambda one: (one.starts_at, one.id))


def _order(look: Look) -> tuple[float, datetime, str]:
    return (-look.expected_change, look.starts_at, look.showing_id)
