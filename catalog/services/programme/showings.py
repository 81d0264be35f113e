"""Screenings of a programme: thousands at once, and none that overlap."""

from collections.abc import Iterable
from datetime import timedelta
from itertools import groupby

from django.db import IntegrityError, transaction

from catalog.models import Movie, Screening, ScreeningStatus
from catalog.services.locks import lock_rooms
from catalog.services.programme.films import films_named
from catalog.services.programme.rows import Raw, Row, RowError, ScreeningRow
from catalog.services.programme.run import Run, refusal
from catalog.services.screenings import LONGEST, RoomOverlap, check_on_sale, clash_sentence, is_overlap, planned

CHUNK = 500
HARMLESS = ("language", "subtitles")
"""What may change of a screening that people may have tickets for."""
FIXED = ("price", "end_time", "is_3d", "is_imax", "is_dolby")
Asked = tuple[Raw, ScreeningRow, Screening]


def import_showings(run: Run) -> None:
    """Put the screenings of the run on. What is there already stays as it was sold."""
    asked: list[Asked] = []
    films: dict[str, list[Movie]] = {}

    def step(run: Run, raw: Raw, row: Row) -> None:
        assert isinstance(row, ScreeningRow)
        if row.movie not in films:
            films[row.movie] = films_named(row.movie, run.movies)
        asked.append((raw, row, _planned(run, row, films[row.movie])))

    run.each("screening", step)
    new, standing = _sorted(run, asked)
    _refuse_overlaps(run, new, standing)
    if not run.errors:
        _insert(run, new)


def _sorted(run: Run, asked: list[Asked]) -> tuple[list[tuple[Raw, Screening]], list[Screening]]:
    """Return the screenings to put on, and those that are on in the same rooms; keep what is asked for again."""
    there = _there([screening for _, _, screening in asked])
    standing = {(one.room_id, one.start_time): one for one in there if one.status == ScreeningStatus.SCHEDULED}
    called_off = {
        (one.room_id, one.start_time, one.movie_id) for one in there if one.status != ScreeningStatus.SCHEDULED
    }
    new: list[tuple[Raw, Screening]] = []
    for raw, row, screening in asked:
        with run.row(raw):
            old = standing.get((screening.room_id, screening.start_time))
            if old is not None and old.movie_id == screening.movie_id:
                _keep(run, raw, old, screening, row.model_fields_set)
            elif old is None and (screening.room_id, screening.start_time, screening.movie_id) in called_off:
                run.count(raw, "unchanged")
            else:
                check_on_sale(screening, run.now)
                new.append((raw, screening))
    return new, list(standing.values())


def _planned(run: Run, row: ScreeningRow, films: list[Movie]) -> Screening:
    cinema = run.cinema(row.cinema, row.city)
    room = run.rooms.get((cinema.pk, row.room.casefold()))
    if room is None:
        raise run.missing("/room", row.room, f"{cinema.name} has no room {row.room}.")
    if len(films) > 1:
        raise refusal("/movie", f"Several films are named {row.movie}: use the slug.")
    if not films:
        raise run.missing("/movie", row.movie, f"There is no film {row.movie}.")
    details = row.model_dump(include={"is_3d", "is_imax", "is_dolby", "language", "subtitles", "presale"})
    return planned(movie=films[0], room=room, start_time=row.start, price=row.price, end_time=row.end_time, **details)


def _there(asked: list[Screening]) -> list[Screening]:
    """Return the screenings of the same rooms and days, all in one query."""
    if not asked:
        return []
    rooms = {screening.room_id for screening in asked}
    first = min(screening.start_time for screening in asked) - LONGEST - timedelta(days=1)
    last = max(screening.room_free_at for screening in asked)
    return list(
        Screening.objects.filter(room__in=rooms, start_time__gte=first, start_time__lt=last).select_related("movie")
    )


def _keep(run: Run, raw: Raw, old: Screening, asked: Screening, given: set[str]) -> None:
    for name in FIXED:
        if name in given and getattr(old, name) != getattr(asked, name):
            kept = f"This screening is on already: its {name} stays {getattr(old, name)}."
            run.notes.append(RowError(raw.place(f"/{name}"), kept))
    changes = {name: getattr(asked, name) for name in HARMLESS if name in given}
    if any(getattr(old, name) != value for name, value in changes.items()):
        Screening.objects.filter(pk=old.pk).update(**changes)
        run.count(raw, "updated")
    else:
        run.count(raw, "unchanged")


def _refuse_overlaps(run: Run, new: list[tuple[Raw, Screening]], standing: Iterable[Screening]) -> None:
    """Name the rows that overlap. Only for the names: the database refuses them too."""
    places: list[tuple[Raw | None, Screening]] = [*new, *((None, screening) for screening in standing)]
    places.sort(key=lambda place: (place[1].room_id, place[1].start_time, place[0] is not None))
    for _, in_room in groupby(places, key=lambda place: place[1].room_id):
        last: tuple[Raw | None, Screening] | None = None
        for raw, screening in in_room:
            if last and screening.start_time < last[1].room_free_at:
                _refuse(run, last, (raw, screening))
            if last is None or screening.room_free_at > last[1].room_free_at:
                last = raw, screening


def _refuse(run: Run, earlier: tuple[Raw | None, Screening], later: tuple[Raw | None, Screening]) -> None:
    raw, screening = later if later[0] is not None else earlier
    other_raw, other = earlier if later[0] is not None else later
    if raw is not None:
        where = f" ({other_raw.at})" if other_raw else ""
        sentence = clash_sentence(other, screening.room).removesuffix(".")
        run.refuse(raw, f"{sentence}{where}.", "/start")


def _insert(run: Run, new: list[tuple[Raw, Screening]]) -> None:
    lock_rooms(*{screening.room_id for _, screening in new})
    try:
        with transaction.atomic():
            Screening.objects.bulk_create([screening for _, screening in new], batch_size=CHUNK)
    except IntegrityError as refused:
        if not is_overlap(refused):
            raise
        raise RoomOverlap("Somebody put another screening on in the meantime: run the import again.") from refused
    for raw, _ in new:
        run.count(raw, "created")
