"""Works out of the looks at a showing how full it was at least, and notes the last one with the showing."""

from collections.abc import Collection, Iterable
from itertools import groupby

from scraping.models import MarketShowtime, SeatSnapshot
from scraping.tix.watching import taken_since

LAST_LOOK = ("looked_at", "seats_total", "unavailable", "taken_since")


def note_bounds(showtime_ids: Collection[int]) -> None:
    """Bring the lower bounds of all looks at these showings, and the showings' last looks, up to date.

    It takes a transaction, in which whoever comes second waits: two looks at one showing that end at the same time
    would otherwise not know of each other.
    """
    showtimes = MarketShowtime.objects.filter(pk__in=showtime_ids).order_by("pk").select_for_update(no_key=True)
    known = {showtime.pk: showtime for showtime in showtimes}
    looks = SeatSnapshot.objects.filter(showtime__in=known).order_by("showtime", "captured_at", "pk")
    columns = looks.only("showtime_id", "captured_at", "seats_total", "unavailable", "taken_since", "layout")
    changed: list[SeatSnapshot] = []
    for pk, group in groupby(columns, lambda look: look.showtime_id):
        of_one = list(group)
        changed += _with_bounds(of_one)
        _note_last(known[pk], of_one)
    SeatSnapshot.objects.bulk_update(changed, ["taken_since"], batch_size=500)
    MarketShowtime.objects.bulk_update(known.values(), LAST_LOOK, batch_size=500)


def _with_bounds(looks: Collection[SeatSnapshot]) -> Iterable[SeatSnapshot]:
    """Set the lower bounds, and return the looks whose bound was another."""
    for look, taken in zip(looks, taken_since([look.layout for look in looks]), strict=True):
        if look.taken_since != taken:
            look.taken_since = taken
            yield look


def _note_last(showtime: MarketShowtime, looks: Collection[SeatSnapshot]) -> None:
    before = [look for look in looks if look.captured_at <= showtime.starts_at]
    last = before[-1] if before else None
    showtime.looked_at = last.captured_at if last else None
    showtime.seats_total = last.seats_total if last else None
    showtime.unavailable = last.unavailable if last else None
    showtime.taken_since = last.taken_since if last else None
