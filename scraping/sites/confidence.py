"""How far a preview of a site may be believed, in percent, with the reasons in plain words. No database, no network."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from scraping.showings import Showing
from scraping.sites.reading import Reading

GOOD, FAIR = 75, 50
OUT_OF_DATE = 40
"""Percent at most, of a page on which everything is over."""
NIGHT = range(2, 8)
"""Hours of the day at which hardly any film begins."""
TURNAROUND = timedelta(minutes=30)
"""So soon after another film no screen shows the next."""
COVERED: dict[str, tuple[str, Callable[[Showing], object]]] = {
    "place": ("house", lambda one: one.place),
    "price": ("price", lambda one: one.price),
    "screen": ("screen", lambda one: one.screen),
    "minutes": ("length", lambda one: one.minutes),
    "year": ("year of the film", lambda one: one.year),
    "directors": ("director", lambda one: one.directors),
    "url": ("address for booking", lambda one: one.url),
    "language": ("language", lambda one: one.language),
    "address": ("address of the house", lambda one: one.address),
    "position": ("position on the map", lambda one: one.latitude is not None and one.longitude is not None),
}
WEIGHED = ("place", "price", "screen", "minutes", "url")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a preview saw.

    :param repeated: how many showings were told once more
    :param faults: what could not be read
    :param zone_matters: times without an offset were read, so that the zone decides when they are
    :param zone_given: somebody said the zone; else it was assumed
    """

    showings: Sequence[Showing]
    repeated: int = 0
    faults: int = 0
    zone_matters: bool = False
    zone_given: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that was looked at. ``points`` of ``weight`` were given."""

    words: str
    points: float
    weight: int

    @property
    def is_well(self) -> bool:
        return self.points >= self.weight


@dataclass(frozen=True, slots=True)
class Judged:
    """The judgement.

    :param coverage: by field, the share of showings that tell it, from 0 to 1
    :param missing: what no showing tells, in words
    """

    percent: int
    reasons: tuple[Reason, ...]
    coverage: dict[str, float]
    missing: tuple[str, ...]

    @property
    def level(self) -> str:
        return "good" if self.percent >= GOOD else "fair" if self.percent >= FAIR else "poor"

    @property
    def words(self) -> str:
        """Say it all in a few sentences."""
        told = " ".join(reason.words for reason in self.reasons)
        missing = f" Missing: {', '.join(self.missing)}." if self.missing else ""
        return f"Confidence {self.percent} % ({self.level}). {told}{missing}"


def judge(seen: Seen, reading: Reading, now: datetime) -> Judged:
    """Judge a preview with at least one showing."""
    coverage = {name: _share(seen.showings, told) for name, (_, told) in COVERED.items()}
    reasons = (
        _to_come(seen.showings, now),
        _films(seen.showings),
        _fields(coverage),
        _zone(seen, reading),
        _hours(seen.showings, reading),
        _repeated(seen),
        _readable(seen),
        _overlaps(seen.showings),
    )
    percent = round(100 * sum(one.points for one in reasons) / sum(one.weight for one in reasons))
    if not reasons[0].points:
        percent = min(percent, OUT_OF_DATE)
    missing = tuple(words for name, (words, _) in COVERED.items() if not coverage[name])
    return Judged(percent, reasons, coverage, missing)


def _share(showings: Sequence[Showing], told: Callable[[Showing], object]) -> float:
    return sum(_is_told(told(one)) for one in showings) / len(showings)


def _is_told(value: object) -> bool:
    """Tell whether a page says this; a price of 0 is said."""
    return value is not None and value is not False and value not in ("", ())


def _to_come(showings: Sequence[Showing], now: datetime) -> Reason:
    share = _share(showings, lambda one: one.starts_at > now)
    if not share:
        return Reason("All of it is over: the page may be out of date.", 0, 25)
    return Reason(f"{_of(showings, share)} are still to come.", 25 * min(1.0, share * 1.5), 25)


def _films(showings: Sequence[Showing]) -> Reason:
    share = _share(showings, lambda one: "title" not in dict(one.doubts))
    if share == 1:
        return Reason("Every showing names its film.", 15, 15)
    return Reason(
        f"Only {_of(showings, share)} name a film; of the others the event's title was taken.", 15 * share, 15
    )


def _fields(coverage: dict[str, float]) -> Reason:
    told = [f"{COVERED[name][0]} {coverage[name]:.0%}" for name in WEIGHED]
    return Reason(f"Told: {', '.join(told)}.", 20 * sum(coverage[name] for name in WEIGHED) / len(WEIGHED), 20)


def _zone(seen: Seen, reading: Reading) -> Reason:
    strange = {one.offset for one in seen.showings if one.offset not in (None, _offset(one, reading))}
    if strange:
        hours = ", ".join(f"{offset / timedelta(hours=1):+g} h" for offset in sorted(strange) if offset is not None)
        words = f"Times are told {hours} from UTC, as no clock in {reading.zone} is: say the zone of the cinema."
        return Reason(words, 3, 15)
    if not seen.zone_matters:
        return Reason("Times say which moment they mean.", 15, 15)
    if seen.zone_given:
        return Reason(f"Times say no offset; they are read on the clock of {reading.zone}, as you say.", 15, 15)
    return Reason(f"Times say no offset; {reading.zone} was assumed: say the zone of the cinema.", 3, 15)


def _offset(one: Showing, reading: Reading) -> timedelta | None:
    return one.starts_at.astimezone(reading.clock).utcoffset()


def _hours(showings: Sequence[Showing], reading: Reading) -> Reason:
    share = _share(showings, lambda one: one.starts_at.astimezone(reading.clock).hour not in NIGHT)
    if share == 1:
        return Reason("They begin at usual hours.", 15, 15)
    odd = _of(showings, 1 - share)
    words = f"{odd} begin between 2 and 8 in the morning: the zone may be wrong, or am and pm mixed up."
    return Reason(words, 15 * share**2, 15)


def _repeated(seen: Seen) -> Reason:
    if not seen.repeated:
        return Reason("None is told twice.", 5, 5)
    share = seen.repeated / (seen.repeated + len(seen.showings))
    return Reason(f"{seen.repeated} were told once more, and are kept once.", 5 * (1 - share), 5)


def _readable(seen: Seen) -> Reason:
    if not seen.faults:
        return Reason("All of it could be read.", 10, 10)
    share = len(seen.showings) / (len(seen.showings) + seen.faults)
    return Reason(f"{seen.faults} {'part' if seen.faults == 1 else 'parts'} could not be read.", 10 * share, 10)


def _overlaps(showings: Sequence[Showing]) -> Reason:
    crowded = sum(_crowded(halls) for halls in _by_hall(showings))
    if not crowded:
        return Reason("No screen shows two films at once.", 5, 5)
    share = min(1.0, crowded / len(showings))
    return Reason(f"{crowded} times a screen would show two films at once.", 5 * (1 - share), 5)


def _by_hall(showings: Iterable[Showing]) -> Iterable[list[Showing]]:
    halls: dict[tuple[str, str], list[Showing]] = {}
    for one in showings:
        if one.screen:
            halls.setdefault((one.place, one.screen), []).append(one)
    return halls.values()


def _crowded(showings: Sequence[Showing]) -> int:
    by_time = sorted(showings, key=lambda one: one.starts_at)
    return sum(second.starts_at - first.starts_at < TURNAROUND for first, second in pairwise(by_time))


def _of(showings: Sequence[Showing], share: float) -> str:
    return f"{round(share * len(showings))} of {len(showings)} showings"


def films_of(showings: Iterable[Showing]) -> Counter[str]:
    """Count the showings of each film."""
    return Counter(one.title for one in showings)
