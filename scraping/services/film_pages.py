"""The films' own pages: which to read, and where what they say is kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q

from cinema_project.common.bulk import upsert
from scraping.models import FilmPage, Item, MarketFilm, Run
from scraping.services.market import let_films_be_matched
from scraping.sources.base import Unit

FILMS, LISTINGS = "tix-films", "tix"
PAGE = ("director", "minutes", "released", "synopsis", "changed_at", "item")
LONGEST_NAME = 255


def plan_pages(options: Mapping[str, Any]) -> list[Unit]:
    """Return the films to read: those listed now of which something is not known yet.

    :param options: ``all``: every film that is listed now
    """
    films = MarketFilm.objects.filter(source=LISTINGS, listings__vanished_at=None).exclude(title="")
    if not options.get("all"):
        films = films.filter(Q(page=None) | Q(page__director="") | Q(page__minutes=None) | Q(page__released=None))
    ids = films.order_by("pk").distinct().values_list("upstream_id", flat=True)
    return [Unit(f"film:{movie_id}", {"movie_id": movie_id}) for movie_id in ids]


class FilmPages:
    """What pages say, of films that are known."""

    def changed(self, items: Sequence[Item]) -> None:
        known = MarketFilm.objects.filter(source=LISTINGS, upstream_id__in=[item.external_id for item in items])
        numbers = dict(known.values_list("upstream_id", "pk"))
        rows = [_page(item, numbers[item.external_id]) for item in items if item.external_id in numbers]
        upsert(rows, unique=("film",), changing=PAGE)

    def vanished(self, items: Sequence[Item]) -> None:
        pass

    def ended(self, run: Run) -> None:
        let_films_be_matched(run)


def _page(item: Item, film_id: int) -> FilmPage:
    data = item.data
    return FilmPage(
        film_id=film_id,
        director=data["director"][:LONGEST_NAME],
        minutes=data["minutes"],
        released=date.fromisoformat(data["released"]) if data["released"] else None,
        synopsis=data["synopsis"],
        changed_at=item.changed_at,
        item=item,
    )
