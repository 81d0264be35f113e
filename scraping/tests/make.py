"""Other cinemas for tests: valid and distinct unless told otherwise."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from scraping.models import MarketFilm, MarketListing, MarketShowtime, MarketTheatre, Run, SeatSnapshot
from scraping.services.bounds import note_bounds
from scraping.tix.layouts import category_of, percent

JAKARTA = ZoneInfo("Asia/Jakarta")
EVENING = datetime(2026, 11, 21, 12, tzinfo=UTC)
"""Seven in the evening in Jakarta."""
_numbers = count(1)


def film(title: str = "Nosferatu", *, cities: Sequence[str] = (), **fields: Any) -> MarketFilm:
    made = MarketFilm.objects.create(**_seen() | {"title": title} | fields)
    for city in cities:
        MarketListing.objects.create(film=made, city=city, merchants=["XXI"], changed_at=EVENING)
    return made


def theatre(name: str = "PLAZA XXI", **fields: Any) -> MarketTheatre:
    return MarketTheatre.objects.create(**_seen() | {"name": name, "merchant": "XXI", "city": "JAKARTA"} | fields)


def showing(*, starts_at: datetime = EVENING, **fields: Any) -> MarketShowtime:
    local = starts_at.astimezone(JAKARTA)
    given = {"starts_at": starts_at, "day": local.date(), "clock": f"{local:%H:%M}", "status": 1, "price": 50000}
    for name, make in (("film", film), ("theatre", theatre)):
        given[name] = fields.pop(name, None) or make()
    return MarketShowtime.objects.create(**_seen() | given | fields)


def look(one: MarketShowtime, minutes: float, *rows: str, **fields: Any) -> SeatSnapshot:
    """Look at a showing so many minutes before it starts; ``"110"`` is a row with two free seats."""
    made = look_alone(one, minutes, *rows, **fields)
    note_bounds({one.pk})
    one.refresh_from_db()
    made.refresh_from_db()
    return made


def look_alone(one: MarketShowtime, minutes: float, *rows: str, **fields: Any) -> SeatSnapshot:
    """Keep such a look, and nothing else."""
    named = [(chr(65 + number), row) for number, row in enumerate(rows)]
    total, taken = len("".join(rows)), "".join(rows).count("0")
    given = {
        "look": f"{minutes} minutes before",
        "captured_at": one.starts_at - timedelta(minutes=minutes),
        "shape": "nested",
        "seats_total": total,
        "unavailable": taken,
        "occupancy_upper_bound": percent(taken, total),
        "category": category_of(taken, total),
        "by_row": [{"row": name, "seats": len(row), "unavailable": row.count("0")} for name, row in named],
        "layout": named,
        "payload": "0" * 64,
    }
    return SeatSnapshot.objects.create(showtime=one, **given | fields)


def run(key: object, **fields: Any) -> Run:
    """A run over TIX that succeeded."""
    given = {"source": "tix", "run_key": f"run {key}", "state": "succeeded", "verdict": "changed", "words": "Read."}
    moments = dict.fromkeys(("created_at", "due_at", "started_at", "finished_at"), EVENING)
    counts = {"units": {"done": 3, "dead": 1}, "created": 5, "updated": 2, "unchanged": 9, "requests": 7}
    return Run.objects.create(**given | moments | {"counts": counts, "options": {"schedules": True}} | fields)


def _seen() -> dict[str, Any]:
    return {
        "source": "tix",
        "upstream_id": f"18{next(_numbers):017}",
        "first_seen_at": EVENING - timedelta(hours=13),
        "changed_at": EVENING - timedelta(hours=13),
    }
