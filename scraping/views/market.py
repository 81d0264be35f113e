"""Other cinemas' showings, how they fill up, and how full they are: pages of the admin."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from cinema_project.common.errors import NotFound
from scraping.forms import FillFilter, ShowtimesFilter
from scraping.models import MarketShowtime
from scraping.selectors import market
from scraping.selectors.fill import By, fill_by, together
from scraping.tix.layouts import CAVEAT
from scraping.tix.watching import LOWER_BOUND
from scraping.views import findings
from scraping.views.charts import Cell, Row

DAYS = 7
MOST_FILMS = 15
MOST_SHOWINGS = 500
Page = Callable[..., HttpResponse]


def for_staff(page: Page) -> Page:
    """Let in who may see the market; ask others to sign in, or send them away."""
    allowed = permission_required("scraping.view_marketshowtime", raise_exception=True)(require_safe(page))
    return admin.site.admin_view(allowed)


@for_staff
def showtimes(request: HttpRequest) -> HttpResponse:
    """Show what is on: by film on a day, and by day in the week before; of one film each showing."""
    form = ShowtimesFilter(request.GET, cities=market.cities(), chains=market.chains())
    day = form.cleaned_data.get("day") or market.day_to_show()
    film_id = form.cleaned_data.get("film")
    form.show(day=day)
    shown: dict[str, Any] = {"form": form, "day": day}
    if day is not None:
        shown |= _one_film(form, day, film_id) if film_id else _all_films(form, day)
    return _page(request, "scraping/admin/showtimes.html", "Showtimes of other cinemas", shown)


@for_staff
def showing(request: HttpRequest, showtime_id: int) -> HttpResponse:
    """Show how one showing filled up."""
    try:
        found = market.showtime(showtime_id)
    except NotFound as unknown:
        raise Http404(unknown.detail) from None
    looks = market.looks_at(found.pk)
    charts = [findings.occupancy_over_time(found, looks)] if looks else []
    if looks and looks[-1].by_row:
        charts.append(findings.occupancy_by_row(looks[-1]))
    return _page(request, "scraping/admin/showing.html", str(found.film), {"showing": found, "charts": charts})


@for_staff
def fill(request: HttpRequest) -> HttpResponse:
    """Show how full showings were, by film, chain and hour."""
    form = FillFilter(request.GET, cities=market.cities(), chains=market.chains())
    first, last = form.days
    form.show(first=first, last=last)
    fills = {by: fill_by(by, first, last, **form.place) for by in By}
    whole = together(fills[By.HOUR])
    charts = [findings.how_full(by, found, form.wanted) for by, found in fills.items()] if whole.observed else []
    shown = {"form": form, "first": first, "last": last, "whole": whole, "charts": charts}
    counts = findings.what_counts(whole)
    return _page(request, "scraping/admin/fill.html", "How full other cinemas are", shown | {"counts": counts})


def _page(request: HttpRequest, template: str, title: str, shown: dict[str, Any]) -> HttpResponse:
    always = {**admin.site.each_context(request), "title": title, "caveat": CAVEAT, "lower_bound": LOWER_BOUND}
    return TemplateResponse(request, template, always | shown)


def _all_films(form: ShowtimesFilter, day: date) -> dict[str, Any]:
    films = market.films_of_day(day, **form.place)
    if not films:
        return {"charts": []}
    theatres = market.theatres_on_day(day, **form.place)
    wanted = form.wanted | {"day": str(day)}
    return {
        "charts": [findings.showtimes_by_film(day, films, theatres, wanted)],
        "week": _week(form, day, films[:MOST_FILMS], wanted),
    }


def _week(form: ShowtimesFilter, day: date, films: list[market.FilmOfDay], wanted: dict[str, str]) -> dict[str, Any]:
    days = _days_until(day)
    ids = [film.film_id for film in films]
    numbers = market.showings_by_day(days[0], day, film_ids=ids, **form.place)
    rows: list[Row] = []
    for film in films:
        cells = [_number(numbers.get((each, film.film_id), 0), wanted, each, film.film_id) for each in days]
        rows.append((Cell(film.title, findings.link("market:showtimes", wanted, film=film.film_id)), *cells))
    return {"headers": ("Film", *(f"{each:%a %d %b}" for each in days)), "rows": rows}


def _number(number: int, wanted: dict[str, str], day: date, film_id: int) -> Cell:
    return Cell(f"{number:,}", findings.link("market:showtimes", wanted, day=day, film=film_id) if number else "")


def _one_film(form: ShowtimesFilter, day: date, film_id: int) -> dict[str, Any]:
    film = market.film(film_id)
    if film is None:
        return {"charts": []}
    days = _days_until(day)
    numbers = market.showings_by_day(days[0], day, film_ids=[film_id], **form.place)
    by_day = {each: number for (each, _), number in numbers.items()}
    showings = market.showings_by_theatre(day, film_id, **form.place)
    wanted = form.wanted | {"day": str(day)}
    return {
        "film": film,
        "everything": findings.link("market:showtimes", {k: v for k, v in wanted.items() if k != "film"}),
        "charts": [findings.showtimes_by_day(str(film), days, by_day, wanted)] if by_day else [],
        "houses": _houses(showings[:MOST_SHOWINGS]),
        "more": max(by_day.get(day, 0) - MOST_SHOWINGS, 0),
    }


def _days_until(day: date) -> list[date]:
    start = max(day.toordinal() - DAYS + 1, 1)
    return [date.fromordinal(number) for number in range(start, day.toordinal() + 1)]


@dataclass(frozen=True, slots=True)
class House:
    """A cinema, and its showings of a film on a day."""

    name: str
    where: str
    showings: list[MarketShowtime]


def _houses(showings: Iterable[MarketShowtime]) -> list[House]:
    houses: dict[int, House] = {}
    for one in showings:
        theatre = one.theatre
        where = ", ".join(word for word in (theatre.merchant, theatre.city) if word)
        house = houses.setdefault(theatre.pk, House(theatre.label, where, []))
        house.showings.append(one)
    return list(houses.values())
