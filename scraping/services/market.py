"""What sources say of other cinemas becomes tables: films, their cities, houses, showings and looks at seats.

Each sink takes what is new, changed, or gone; whatever it takes twice is the same after the second time.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from cinema_project.common import clock, outbox
from cinema_project.common.bulk import insert, upsert
from scraping.models import Item, MarketFilm, MarketListing, MarketShowtime, MarketTheatre, Run, SeatSnapshot
from scraping.services.bounds import note_bounds

SeenModel = TypeVar("SeenModel", MarketFilm, MarketTheatre)
FILMS_TO_MATCH = "films_to_match"
KEY = ("source", "upstream_id")
FILM = ("title", "genres", "poster", "age_category", "country", "changed_at")
LISTING = ("merchants", "is_presale", "changed_at", "vanished_at", "item")
THEATRE = ("name", "merchant", "city", "address", "latitude", "longitude", "changed_at", "item")
SHOWTIME = (
    *("film", "theatre", "day", "starts_at", "clock", "status", "category", "studio", "price"),
    *("vanished_at", "changed_at", "item"),
)
SNAPSHOT = (
    *("captured_at", "shape", "seats_total", "unavailable", "occupancy_upper_bound", "category", "by_row", "layout"),
    *("perhaps_no_seat", "payload", "run", "item", "taken_since"),
)


class Listings:
    """Films as the lists of cities have them."""

    def changed(self, items: Sequence[Item]) -> None:
        films = {(item.source, item.data["id"]): _film(item) for item in items}
        written = upsert(films.values(), unique=KEY, changing=FILM)
        numbers = {(film.source, film.upstream_id): film.pk for film in written}
        rows = [_listing(item, numbers[item.source, item.data["id"]]) for item in items]
        upsert(rows, unique=("film", "city"), changing=LISTING)

    def vanished(self, items: Sequence[Item]) -> None:
        gone = MarketListing.objects.filter(item__in=items)
        gone.update(vanished_at=clock.now(), changed_at=clock.now())

    def ended(self, run: Run) -> None:
        let_films_be_matched(run)


class Theatres:
    """Cinemas. One that shows nothing today is there all the same: none vanishes."""

    def changed(self, items: Sequence[Item]) -> None:
        # Pages of a site may describe one house in two ways: the one with most in it counts.
        fullest = sorted(items, key=lambda item: sum(value is not None for value in item.data.values()))
        rows = {(item.source, item.data["theatre_id"]): _theatre(item) for item in fullest}
        upsert(rows.values(), unique=KEY, changing=THEATRE)

    def vanished(self, items: Sequence[Item]) -> None:
        pass


class Showings:
    """Showings. Films and cinemas that are not known yet are made, with nothing but their ids."""

    def changed(self, items: Sequence[Item]) -> None:
        films = _numbers(MarketFilm, items, "movie_id")
        theatres = _numbers(MarketTheatre, items, "theatre_id")
        rows = [_showtime(item, films, theatres) for item in items]
        upsert(rows, unique=KEY, changing=SHOWTIME)
        _note_room_types(rows)

    def vanished(self, items: Sequence[Item]) -> None:
        """A showing that has begun is over, which is no reason to say that it never was."""
        now = clock.now()
        gone = MarketShowtime.objects.filter(item__in=items, starts_at__gt=now)
        gone.update(vanished_at=now, changed_at=now)


class Seats:
    """Looks at seats, of showings that are known."""

    def changed(self, items: Sequence[Item]) -> None:
        ids = {item.data["showtime_id"] for item in items}
        known = MarketShowtime.objects.filter(source=LISTINGS_OF[items[0].source], upstream_id__one_of=ids)
        numbers = dict(known.values_list("upstream_id", "pk"))
        rows = [
            _snapshot(item, numbers[item.data["showtime_id"]]) for item in items if item.data["showtime_id"] in numbers
        ]
        upsert(rows, unique=("showtime", "look"), changing=SNAPSHOT)
        note_bounds({row.showtime_id for row in rows})

    def vanished(self, items: Sequence[Item]) -> None:
        pass


def let_films_be_matched(run: Run) -> None:
    """Promise, in the transaction that ends a run, that its films are matched with ours."""
    outbox.add(FILMS_TO_MATCH, key=f"run:{run.pk}", payload={"run_id": run.pk})


LISTINGS_OF = {"tix-seats": "tix"}
"""Whose showings a source of seats looks at."""


def _film(item: Item) -> MarketFilm:
    data = item.data
    return MarketFilm(
        source=item.source,
        upstream_id=data["id"],
        title=data["title"][:300],
        genres=data["genres"],
        poster=(data["poster"] or "")[:1000],
        age_category=(data["age_category"] or "")[:60],
        country=(data["country"] or "")[:100],
        first_seen_at=item.changed_at,
        changed_at=item.changed_at,
    )


def _listing(item: Item, film_id: int) -> MarketListing:
    return MarketListing(
        film_id=film_id,
        city=item.data["cities"][0],
        merchants=item.data["merchants"],
        is_presale=item.data["is_presale"],
        changed_at=item.changed_at,
        item=item,
    )


def _theatre(item: Item) -> MarketTheatre:
    data = item.data
    return MarketTheatre(
        source=item.source,
        upstream_id=data["theatre_id"],
        name=data["name"][:200],
        merchant=data["merchant"],
        city=data["city"],
        address=(data["address"] or "")[:500],
        latitude=data["lat"],
        longitude=data["lng"],
        first_seen_at=item.changed_at,
        changed_at=item.changed_at,
        item=item,
    )


def _showtime(item: Item, films: dict[str, int], theatres: dict[str, int]) -> MarketShowtime:
    data = item.data
    return MarketShowtime(
        source=item.source,
        upstream_id=data["showtime_id"],
        film_id=films[data["movie_id"]],
        theatre_id=theatres[data["theatre_id"]],
        day=date.fromisoformat(data["day"]),
        starts_at=datetime.fromisoformat(data["starts_at"]),
        clock=data["time"],
        status=data["status"],
        category=data["category"][:100],
        studio=data["studio"][:60],
        price=data["price"],
        first_seen_at=item.changed_at,
        changed_at=item.changed_at,
        item=item,
    )


def _snapshot(item: Item, showtime_id: int) -> SeatSnapshot:
    data = item.data
    same = ("look", "shape", "seats_total", "unavailable", "occupancy_upper_bound", "category", "by_row", "layout")
    return SeatSnapshot(
        showtime_id=showtime_id,
        captured_at=item.observed_at,
        perhaps_no_seat=data["perhaps_no_seat"],
        payload=item.payload,
        run_id=item.run_id,
        item=item,
        **{name: data[name] for name in same},
    )


def _numbers(model: type[SeenModel], items: Iterable[Item], name: str) -> dict[str, int]:
    """Return the numbers of films or cinemas by their ids at the site; those not known yet are made."""
    wanted = {item.data[name]: item for item in items}
    source = next(iter(wanted.values())).source
    known = model._default_manager.filter(source=source, upstream_id__one_of=wanted)
    numbers: dict[str, int] = dict(known.values_list("upstream_id", "pk"))
    if len(numbers) < len(wanted):
        stubs = [_stub(model, item, upstream_id) for upstream_id, item in wanted.items() if upstream_id not in numbers]
        insert(stubs, may_be_there=True)
        numbers = dict(known.all().values_list("upstream_id", "pk"))
    return numbers


def _stub(model: type[SeenModel], item: Item, upstream_id: str) -> SeenModel:
    moments: dict[str, Any] = {"first_seen_at": item.changed_at, "changed_at": item.changed_at}
    return model(source=item.source, upstream_id=upstream_id, **moments)


def _note_room_types(showtimes: Iterable[MarketShowtime]) -> None:
    found: dict[int, set[str]] = {}
    for showtime in showtimes:
        found.setdefault(showtime.theatre_id, set()).add(showtime.category)
    changed = []
    for theatre in MarketTheatre.objects.filter(pk__one_of=found).order_by("pk"):
        types = sorted({*theatre.room_types, *found[theatre.pk]} - {""})
        if types != theatre.room_types:
            theatre.room_types = types
            changed.append(theatre)
    MarketTheatre.objects.bulk_update(changed, ["room_types"], batch_size=500)
