from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from catalog.models import Cinema, MovieState, Room, Screening, ScreeningStatus, Seat
from catalog.services import cinemas, movies, screenings
from catalog.services.plans import PlanInvalid, SeatSpec, WrongNumberOfSeats, block, plan_to_seats, row_name
from catalog.tests import make
from catalog.zones import NoSuchMoment
from cinema_project.common import clock
from cinema_project.common.errors import Invalid

pytestmark = pytest.mark.django_db


def put_on(**fields):
    room = fields.pop("room", None) or make.room()
    movie = fields.pop("movie", None) or make.movie()
    fields.setdefault("start_time", clock.now().replace(microsecond=0) + timedelta(days=2))
    return screenings.create_screening(movie_id=movie.pk, room_id=room.pk, price=Decimal("9.90"), **fields)


def test_create_cinema_gives_each_a_slug_of_its_own():
    slugs = [cinemas.create_cinema(name="Roxy", city="Köln", address="1").slug for _ in range(3)]

    assert slugs == ["roxy-koln", "roxy-koln-2", "roxy-koln-3"]


def test_create_cinema_refuses_an_unknown_zone_by_name():
    with pytest.raises(Invalid) as refused:
        cinemas.create_cinema(name="Roxy", city="Bonn", address="1", timezone="Mars/Base")

    assert [error["pointer"] for error in refused.value.errors] == ["/timezone"]
    assert not Cinema.objects.exists()


def test_update_cinema_renews_the_seat_maps():
    cinema = make.cinema()
    before = Cinema.objects.get().version

    cinemas.update_cinema(cinema_id=cinema.pk, name="Lux")

    assert Cinema.objects.values_list("name", "version").get() == ("Lux", before + 1)


def test_create_room_refuses_a_name_twice():
    room = make.room()

    with pytest.raises(cinemas.RoomNameTaken):
        cinemas.create_room(cinema_id=room.cinema_id, name=room.name)

    assert Room.objects.count() == 1


def test_create_seats_makes_a_block_and_renews_the_layout():
    room = make.room(seats=(0, 0))
    before = Room.objects.get().layout_version

    made = cinemas.create_seats(room_id=room.pk, seats=block(2, 2, "vip"))

    assert [(seat.label, seat.seat_type, seat.x, seat.y) for seat in made] == [
        ("A1", "vip", 0, 0),
        ("A2", "vip", 1, 0),
        ("B1", "vip", 0, 1),
        ("B2", "vip", 1, 1),
    ]
    assert Room.objects.get().layout_version > before


def test_create_seats_puts_a_new_row_behind_the_last():
    room = make.room(seats=(2, 2))

    made = cinemas.create_seats(room_id=room.pk, seats=[SeatSpec("A", 3), SeatSpec("M", 1), SeatSpec("N", 1)])

    assert [(seat.label, seat.x, seat.y) for seat in made] == [("A3", 2, 0), ("M1", 0, 2), ("N1", 0, 3)]


@pytest.mark.parametrize("seats", [[SeatSpec("C", 1), SeatSpec("A", 2)], [SeatSpec("C", 1), SeatSpec("C", 1)]])
def test_r50_create_seats_is_all_or_nothing(seats):
    room = make.room(seats=(1, 2))

    with pytest.raises(cinemas.SeatsExist):
        cinemas.create_seats(room_id=room.pk, seats=seats)

    assert sorted(seat.label for seat in Seat.objects.all()) == ["A1", "A2"]


@pytest.mark.parametrize("seats", [[], [SeatSpec("A", number) for number in range(1, 2002)]])
def test_r50_create_seats_refuses_none_and_too_many(seats):
    with pytest.raises(WrongNumberOfSeats):
        cinemas.create_seats(room_id=make.room().pk, seats=seats)


def test_row_names_go_on_after_z():
    assert [row_name(index) for index in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]


def test_plan_reads_kinds_aisles_labels_and_empty_lines():
    seats = plan_to_seats(["wk_ s", "", "E: cc", "pv"])

    assert [(seat.row_label, seat.seat_number, seat.seat_type, seat.x, seat.y) for seat in seats] == [
        ("A", 1, "wheelchair", 0, 0),
        ("A", 2, "companion", 1, 0),
        ("A", 3, "standard", 4, 0),
        ("E", 1, "couple", 0, 2),
        ("E", 2, "couple", 1, 2),
        ("F", 1, "premium", 0, 3),
        ("F", 2, "vip", 1, 3),
    ]


def test_plan_can_number_from_the_right():
    assert [seat.seat_number for seat in plan_to_seats(["ss_s"], numbering="right_to_left")] == [3, 2, 1]


@pytest.mark.parametrize("lines", [["sxs"], ["ccc"], ["A: s", "A: s"], ["1: s", "s"], ["TOOLONG: s"]])
def test_plan_names_the_wrong_line(lines):
    with pytest.raises(PlanInvalid) as refused:
        plan_to_seats(["s", *lines] if lines != ["A: s", "A: s"] else lines)

    assert refused.value.errors[0]["pointer"] == f"/plan/{len(lines) if lines != ['A: s', 'A: s'] else 1}"


def test_plan_without_a_seat_is_refused():
    with pytest.raises(WrongNumberOfSeats):
        plan_to_seats(["___"])


def test_create_movie_keeps_the_cast_in_order():
    movie = movies.create_movie(title="Metropolis", duration_minutes=153, cast=["Helm", "Abel"])

    assert list(movie.cast_members.order_by("order").values_list("actor_name", flat=True)) == ["Helm", "Abel"]


def test_update_movie_keeps_parts_of_those_who_stay():
    movie = make.movie(cast=("Helm", "Abel"))
    helm = movie.cast_members.get(actor_name="Helm").pk

    movies.update_movie(movie_id=movie.pk, cast=["Klein-Rogge", "Helm"])

    assert list(movie.cast_members.order_by("order").values_list("actor_name", "order")) == [
        ("Klein-Rogge", 0),
        ("Helm", 1),
    ]
    assert movie.cast_members.get(actor_name="Helm").pk == helm


@pytest.mark.parametrize(("old", "new"), [("SHOWING", "COMING_SOON"), ("ENDED", "SHOWING"), ("ENDED", "COMING_SOON")])
def test_movie_state_never_goes_back(old, new):
    movie = make.movie(state=old)

    with pytest.raises(movies.StateGoesBack):
        movies.update_movie(movie_id=movie.pk, state=new)

    movie.refresh_from_db()
    assert movie.state == old


def test_create_screening_adds_trailers_film_and_cleaning():
    room = make.room(cinema=make.cinema(trailer_minutes=20, currency="CHF"), cleaning_minutes=10)
    start = clock.now().replace(microsecond=0) + timedelta(days=2)

    made = put_on(room=room, movie=make.movie(duration_minutes=100), start_time=start)

    made.refresh_from_db()
    assert (made.end_time - start, made.room_free_at - start) == (timedelta(minutes=120), timedelta(minutes=130))
    assert (made.currency, made.price) == ("CHF", Decimal("9.90"))


def test_create_screening_reads_a_naive_time_on_the_cinema_s_clock():
    made = put_on(room=make.room(cinema=make.cinema(timezone="Asia/Tokyo")), start_time=datetime(2030, 6, 1, 20))

    assert made.start_time == datetime(2030, 6, 1, 11, tzinfo=UTC)


def test_create_screening_refuses_the_hour_that_is_skipped_or_doubled():
    for start in (datetime(2030, 3, 31, 2, 30), datetime(2030, 10, 27, 2, 30)):
        with pytest.raises(NoSuchMoment):
            put_on(start_time=start)

    assert not Screening.objects.exists()


def test_create_screening_takes_the_doubled_hour_with_its_offset_and_lasts_as_long_as_ever():
    made = put_on(
        start_time=datetime.fromisoformat("2030-10-27T02:30:00+02:00"), movie=make.movie(duration_minutes=105)
    )

    assert made.start_time == datetime(2030, 10, 27, 0, 30, tzinfo=UTC)
    assert made.end_time - made.start_time == timedelta(minutes=120)


def test_create_screening_refuses_the_past_and_this_very_moment():
    now = clock.now()

    for late in (timedelta(0), timedelta(seconds=1)):
        with pytest.raises(screenings.StartsInThePast):
            screenings.check_on_sale(make.screening(start_time=now - late), now)
    with pytest.raises(screenings.StartsInThePast):
        put_on(start_time=now - timedelta(seconds=1))


def test_create_screening_refuses_a_film_to_come_unless_in_presale():
    film = make.movie(state=MovieState.COMING_SOON)

    with pytest.raises(screenings.FilmComingSoon):
        put_on(movie=film)

    assert put_on(movie=film, presale=True).presale


@pytest.mark.parametrize("end", [timedelta(0), timedelta(hours=25)])
def test_create_screening_refuses_an_end_out_of_order(end):
    start = clock.now() + timedelta(days=1)

    with pytest.raises(screenings.EndsOutOfOrder):
        put_on(start_time=start, end_time=start + end)


def test_r48_overlap_names_the_screening_in_the_way():
    first = make.screening(movie=make.movie(title="Metropolis"))

    with pytest.raises(screenings.RoomOverlap, match="by Metropolis") as refused:
        put_on(room=first.room, start_time=first.room_free_at - timedelta(seconds=1))

    assert refused.value.extra == {"conflicting_screening_id": first.pk}
    assert Screening.objects.count() == 1


def test_the_next_screening_may_start_when_the_room_is_clean():
    first = make.screening()

    assert put_on(room=first.room, start_time=first.room_free_at).room == first.room


def test_a_cancelled_screening_is_in_nobody_s_way():
    first = make.screening(status=ScreeningStatus.CANCELLED)

    assert put_on(room=first.room, start_time=first.start_time).room == first.room


def test_r48_the_database_itself_refuses_an_overlap():
    first = make.screening()
    columns = (
        "movie_id, room_id, start_time, end_time, room_free_at, price, currency, is_3d, is_imax, is_dolby, presale,"
        " status, bookings_count, seat_seq, created_at"
    )
    copy = f"INSERT INTO catalog_screening ({columns}) SELECT {columns} FROM catalog_screening"

    with pytest.raises(IntegrityError, match="screening_room_overlap"), transaction.atomic():
        connection.cursor().execute(copy)

    later = make.screening(room=first.room)
    moved = "UPDATE catalog_screening SET start_time = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match="screening_room_overlap"), transaction.atomic():
        connection.cursor().execute(moved, [first.start_time, later.pk])
