"""The market's figures as charts, tables and sentences."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.urls import reverse

from scraping.models import MarketShowtime, SeatSnapshot
from scraping.selectors.fill import CLOSE, By, Fill, together
from scraping.selectors.market import FilmOfDay
from scraping.tix.layouts import CAVEAT
from scraping.views.charts import Cell, Chart, Row, bounds_by_name, bounds_over_time, numbers_by_name

MOST_BARS = 15
CLOSE_MINUTES = CLOSE // timedelta(minutes=1)
BY_WORDS = {By.MOVIE: ("film", "films"), By.MERCHANT: ("chain", "chains"), By.HOUR: ("hour of the start", "hours")}


def showtimes_by_film(day: date, films: Sequence[FilmOfDay], theatres: int, wanted: Mapping[str, str]) -> Chart:
    """Tell which films are shown most on a day."""
    shown = sum(film.showings for film in films)
    most = films[0]
    finding = (
        f"{_count(len(films), 'film')} with {_count(shown, 'showing')} in {_count(theatres, 'cinema')} on"
        f" {in_words(day)}. {most.title} has the most: {most.showings}, {_share(most.showings, shown)} of them."
    )
    if len(films) > MOST_BARS:
        finding += f" The {MOST_BARS} films shown most are drawn; the table has all."
    bars = [(film.title, film.showings) for film in films[:MOST_BARS]]
    headers = ("Film", "Showings", "Cinemas", "First", "Last", "Price in Rp")
    rows = [
        (
            Cell(film.title, link("market:showtimes", wanted, film=film.film_id)),
            *(Cell(f"{number:,}") for number in (film.showings, film.theatres)),
            *(Cell(clock) for clock in (film.first, film.last)),
            Cell(_prices(film.cheapest, film.dearest)),
        )
        for film in films
    ]
    return numbers_by_name("by-film", "Showings by film", finding, "showings", bars, (headers, rows))


def showtimes_by_day(title: str, days: Sequence[date], numbers: Mapping[date, int], wanted: Mapping[str, str]) -> Chart:
    """Tell how many showings a film has on each of some days."""
    shown = {day: numbers.get(day, 0) for day in days}
    best = max(days, key=lambda day: shown[day])
    finding = (
        f"{title}: {_count(sum(shown.values()), 'showing')} in the {len(days)} days until {in_words(days[-1])}, most on"
        f" {in_words(best)} ({shown[best]}). Days of which nothing was read count as none."
    )
    rows = [(Cell(in_words(day), link("market:showtimes", wanted, day=day)), Cell(f"{shown[day]:,}")) for day in days]
    bars = [(f"{day:%a %d %b}", shown[day]) for day in days]
    return numbers_by_name("by-day", "Showings by day", finding, "showings", bars, (("Day", "Showings"), rows))


def occupancy_over_time(showing: MarketShowtime, looks: Sequence[SeatSnapshot]) -> Chart:
    """Tell how a showing filled up, as far as that can be known."""
    latest = looks[-1]
    finding = (
        f"At {_clock_of(showing, latest)}, {_to_start(showing, latest)}, at most {latest.occupancy_upper_bound} % of"
        f" the {latest.seats_total} seats were sold ({latest.unavailable} are not free), and at least"
        f" {latest.occupancy_lower_bound} %: {_count(latest.taken_since, 'seat')} went since our first look."
    )
    points = [(_minutes(showing, look), look.occupancy_lower_bound, look.occupancy_upper_bound) for look in looks]
    headers = ("Seen at", "Before the start", "Seats", "Not free", "Taken since our first look", "At least", "At most")
    rows: list[Row] = [
        (
            Cell(_clock_of(showing, look)),
            Cell(f"{_minutes(showing, look):.0f} min"),
            *(Cell(str(number)) for number in (look.seats_total, look.unavailable, look.taken_since)),
            Cell(f"{look.occupancy_lower_bound} %"),
            Cell(f"{look.occupancy_upper_bound} %"),
        )
        for look in looks
    ]
    title = "Occupancy until the start"
    return bounds_over_time("over-time", title, finding, points, (headers, rows))


def occupancy_by_row(latest: SeatSnapshot) -> Chart:
    """Tell in which rows the seats that are not free are."""
    rows = [(str(row["row"]) or "–", row["unavailable"], row["seats"]) for row in latest.by_row]
    name, taken, seats = max(rows, key=lambda row: row[1] / max(row[2], 1))
    finding = (
        f"Row {name} is the fullest at the last look: {taken} of {_count(seats, 'seat')} are not free, sold or blocked."
    )
    table = [(Cell(row), Cell(str(all_seats)), Cell(str(gone))) for row, gone, all_seats in rows]
    bars = [(row, gone) for row, gone, _ in rows]
    return numbers_by_name(
        "by-row", "Seats that are not free, by row", finding, "seats", bars, (("Row", "Seats", "Not free"), table)
    )


def how_full(by: By, fills: Sequence[Fill], wanted: Mapping[str, str]) -> Chart:
    """Tell how full showings were, by film, chain or hour."""
    one, several = BY_WORDS[by]
    seen = [fill for fill in fills if fill.observed]
    drawn = seen if by is By.HOUR else seen[:MOST_BARS]
    fullest = max(drawn, key=lambda fill: fill.upper_bound)
    whole = together(list(fills))
    which = f"the {len(drawn)} {several} with the most seats taken" if len(drawn) < len(seen) else f"all {several}"
    finding = (
        f"Of {which}, {fullest.name} was the fullest: at most {fullest.upper_bound} % of its seats were sold, at least"
        f" {fullest.lower_bound} %. All together: at most {whole.upper_bound} %, at least {whole.lower_bound} %, of"
        f" {whole.seats_total:,} seats."
    )
    headers = (one.capitalize(), "Showings", "Seen", "Seats", "Not free", "Taken since", "At least", "At most")
    rows = [_fill_row(by, fill, wanted) for fill in fills]
    bars = [(fill.name, fill.lower_bound, fill.upper_bound) for fill in drawn]
    return bounds_by_name(f"by-{by.value}", f"How full, by {one}", finding, bars, (headers, rows))


def what_counts(whole: Fill) -> str:
    """Say on how many showings the figures rest."""
    return (
        f"Seen at most {CLOSE_MINUTES} minutes before the start: {whole.observed:,} of"
        f" {_count(whole.showings, 'showing')} that began. These count, each with as many seats as it has. {CAVEAT}"
    )


def link(name: str, wanted: Mapping[str, str], **changed: Any) -> str:
    """Return the address of a page with what was asked for, and changes to that."""
    query = {key: str(value) for key, value in {**wanted, **changed}.items() if value not in (None, "")}
    return reverse(name, query=query)


def in_words(day: date) -> str:
    return f"{day:%a %d %b %Y}"


def _fill_row(by: By, fill: Fill, wanted: Mapping[str, str]) -> Row:
    leads = {By.MOVIE: {"film": fill.key}, By.MERCHANT: {"chain": fill.key}}.get(by)
    place = {name: value for name, value in wanted.items() if name in ("city", "chain")}
    day = {"day": wanted["last"]} if "last" in wanted else {}
    first = Cell(fill.name, link("market:showtimes", place, **day, **leads) if leads and fill.key else "")
    numbers = (fill.showings, fill.observed, fill.seats_total, fill.unavailable, fill.taken_since)
    bounds = (f"{fill.lower_bound} %", f"{fill.upper_bound} %") if fill.observed else ("–", "–")
    return (first, *(Cell(f"{number:,}") for number in numbers), *(Cell(bound) for bound in bounds))


def _clock_of(showing: MarketShowtime, look: SeatSnapshot) -> str:
    """Return when a look was on the cinema's clock; Indonesia has three zones."""
    start = datetime.combine(showing.day, time.fromisoformat(showing.clock))
    return f"{start - (showing.starts_at - look.captured_at):%H:%M}"


def _minutes(showing: MarketShowtime, look: SeatSnapshot) -> float:
    """Return how long before the start a look was; below 0 after it."""
    return round((showing.starts_at - look.captured_at) / timedelta(minutes=1), 1)


def _to_start(showing: MarketShowtime, look: SeatSnapshot) -> str:
    minutes = round(_minutes(showing, look))
    return f"{_count(abs(minutes), 'minute')} {'before' if minutes >= 0 else 'after'} the start"


def _prices(cheapest: int | None, dearest: int | None) -> str:
    prices = [f"{price:,}" for price in dict.fromkeys([cheapest, dearest]) if price is not None]
    return " to ".join(prices) or "–"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "0 %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
