import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError
from PIL import Image

from catalog.models import CastMember, Cinema, Movie, Room, Screening, ScreeningStatus, Seat
from catalog.services import imports
from catalog.services.checks import check_fields
from catalog.services.imports import ProgrammeRefused, import_file, import_programme
from catalog.services.programme import films, places, showings
from catalog.tests import make
from cinema_project.common import clock

pytestmark = pytest.mark.django_db

SAMPLES = Path(settings.BASE_DIR) / "docs" / "samples"
NOTHING = {"created": 0, "updated": 0, "unchanged": 0}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def programme(**screening):
    return {
        "cinemas": [
            {
                "name": "Roxy",
                "city": "Berlin",
                "address": "Hauptstrasse 1",
                "timezone": "Europe/Berlin",
                "rooms": [{"name": "Blue", "plan": ["ss_s", "wk_cc"]}],
            }
        ],
        "movies": [{"title": "Faust", "duration_minutes": 106, "release_date": "1926-10-14", "cast": ["Jannings"]}],
        "screenings": [
            {"cinema": "Roxy", "room": "Blue", "movie": "Faust", "start": "2030-06-01T20:00", "price": 9.5} | screening
        ],
    }


def bring_in(document, **options):
    return import_programme(document, base=Path(), **options)


def counts(report, outcome):
    return {name: numbers[outcome] for name, numbers in report.counts.items()}


def refused(document, **options):
    before = everything()
    with pytest.raises(ProgrammeRefused) as refusal:
        bring_in(document, **options)
    assert everything() == before
    return {error["pointer"]: error["detail"] for error in refusal.value.errors}


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Cinema, Room, Seat, Movie, CastMember, Screening)]


@pytest.mark.parametrize("name", ["programme.json", "programme.csv"])
def test_the_documented_samples_come_in(name):
    report = import_file(SAMPLES / name)

    assert counts(report, "created") == {"cinemas": 1, "rooms": 1, "movies": 1, "screenings": 2}
    kinds = list(Seat.objects.order_by("y", "x").values_list("row_label", "seat_number", "seat_type", "x", "y"))
    assert kinds[16:18] == [("E", 1, "premium", 0, 3), ("E", 2, "premium", 1, 3)]
    assert kinds[24:] == [
        ("F", 1, "wheelchair", 0, 4),
        ("F", 2, "companion", 1, 4),
        *[("F", number, "couple", number + 3, 4) for number in (3, 4, 5, 6)],
    ]
    first = Screening.objects.earliest("start_time")
    assert (first.start_time, first.price) == (datetime(2030, 6, 1, 18, 15, tzinfo=UTC), Decimal("11.50"))
    assert list(CastMember.objects.order_by("order").values_list("actor_name", "character_name")) == [
        ("Max Schreck", "Count Orlok"),
        ("Greta Schröder", "Ellen"),
    ]


def test_a_second_import_changes_nothing():
    bring_in(programme())
    before = everything()

    report = bring_in(programme())

    assert counts(report, "unchanged") == {"cinemas": 1, "rooms": 1, "movies": 1, "screenings": 1}
    assert everything() == before


def test_a_dry_run_counts_and_writes_nothing():
    report = bring_in(programme(), dry_run=True)

    assert counts(report, "created") == {"cinemas": 1, "rooms": 1, "movies": 1, "screenings": 1}
    assert everything() == [[], [], [], [], [], []]


def test_a_corrected_file_updates_what_differs():
    bring_in(programme())
    changed = programme(subtitles="en")
    changed["cinemas"][0] |= {"address": "Nebenstrasse 2"}
    changed["cinemas"][0]["rooms"][0] |= {"cleaning_minutes": 30}
    changed["movies"][0] |= {"cast": ["Jannings = Mephisto"], "genre": ["drama"]}

    report = bring_in(changed)

    assert counts(report, "updated") == {"cinemas": 1, "rooms": 1, "movies": 1, "screenings": 1}
    assert Movie.objects.get().genre == ["drama"]
    assert CastMember.objects.get().character_name == "Mephisto"
    assert Screening.objects.get().subtitles == "en"


def test_a_screening_that_is_on_keeps_its_price_and_times():
    bring_in(programme())
    before = everything()

    report = bring_in(programme(price=20, end_time="2030-06-01T23:00", is_3d=True))

    assert everything() == before
    assert [note.where for note in report.notes] == [f"/screenings/0/{name}" for name in ("price", "end_time", "is_3d")]


def test_a_screening_that_was_called_off_stays_off():
    bring_in(programme())
    Screening.objects.update(status=ScreeningStatus.CANCELLED)

    report = bring_in(programme())

    assert report.counts["screenings"] == NOTHING | {"unchanged": 1}
    assert Screening.objects.get().status == ScreeningStatus.CANCELLED


def test_seats_of_a_room_in_use_are_not_touched():
    bring_in(programme())
    other = programme()
    other["cinemas"][0]["rooms"][0]["plan"] = ["ssss"]

    assert list(refused(other)) == ["/cinemas/0/rooms/0/plan"]


def test_seats_of_a_room_not_in_use_are_replaced():
    bring_in(programme() | {"screenings": []})
    other = programme() | {"screenings": []}
    other["cinemas"][0]["rooms"][0]["plan"] = ["v"]

    assert counts(bring_in(other), "updated")["rooms"] == 1
    assert Seat.objects.get().seat_type == "vip"


def test_screenings_find_what_is_there_already():
    room, film = make.room(), make.movie(title="Häxan")
    row = {"cinema": room.cinema.name, "room": room.name, "start": "2030-01-01T20:00", "price": 8}

    report = bring_in(
        {"screenings": [row | {"movie": film.slug}, row | {"movie": "häxan", "start": "2030-01-02T20:00"}]}
    )

    assert counts(report, "created")["screenings"] == 2


WRONG_SCREENINGS = [
    {"price": "dear"},
    {"start": "2030-03-31T02:30"},
    {"start": "2030-10-27T02:30"},
    {"start": "tomorrow"},
    {"start": "2001-01-01T20:00"},
    {"room": "Green"},
    {"movie": "Metropolis"},
    {"cinema": "Odeon"},
    {"start": "2030-06-01T21:00"},
    {"price": -1, "start": "2030-06-05T20:00"},
]


def test_every_wrong_row_is_named_and_nothing_is_written():
    document = programme()
    document["cinemas"].append({"name": "Lux", "city": "Bonn", "address": "1", "timezone": "Mars/Base", "rooms": [{}]})
    document["cinemas"][0]["rooms"].append({"name": "Red", "plan": ["ss", "sxs"]})
    document["movies"].append({"title": "", "duration_minutes": "long", "colour": "none"})
    good = document["screenings"][0]
    document["screenings"] += [good | wrong for wrong in WRONG_SCREENINGS] + ["row"]

    errors = refused(document)

    assert set(errors) == {
        "/cinemas/1/timezone",
        "/cinemas/1/rooms/0/name",
        "/cinemas/0/rooms/1/plan/1",
        "/movies/1/title",
        "/movies/1/duration_minutes",
        "/movies/1/colour",
        "/screenings/1/price",
        "/screenings/2/start",
        "/screenings/3/start",
        "/screenings/4/start",
        "/screenings/5/start",
        "/screenings/6/room",
        "/screenings/7/movie",
        "/screenings/8/cinema",
        "/screenings/9/start",
        "/screenings/10/price",
        "/screenings/11",
    }
    assert errors["/screenings/9/start"] == (
        "Blue is in use from 2030-06-01 20:00 to 22:16, cleaning included, by Faust (/screenings/0)."
    )


def test_rows_that_name_a_wrong_row_are_not_told_again():
    document = programme()
    document["cinemas"][0]["timezone"] = "Mars/Base"

    assert list(refused(document)) == ["/cinemas/0/timezone"]


def test_an_overlap_with_what_is_on_names_it():
    there = make.screening(movie=make.movie(title="Häxan"), start_time=datetime(2030, 6, 1, 18, tzinfo=UTC))
    row = {"cinema": there.room.cinema.name, "room": there.room.name, "movie": there.movie.slug, "price": 8}

    errors = refused({"screenings": [row | {"start": "2030-06-01T21:44"}, row | {"start": "2030-06-01T18:30"}]})

    assert list(errors) == ["/screenings/1/start", "/screenings/0/start"]
    assert "by Häxan" in errors["/screenings/0/start"]


def test_the_database_has_the_last_word_on_overlaps(monkeypatch):
    monkeypatch.setattr(showings, "_refuse_overlaps", lambda *_: None)
    document = programme()
    document["screenings"].append(document["screenings"][0] | {"start": "2030-06-01T20:01"})

    with pytest.raises(showings.RoomOverlap):
        bring_in(document)

    assert not Screening.objects.exists()


def test_the_past_comes_in_only_when_allowed():
    old = programme(start="2001-06-01T20:00")

    assert list(refused(old)) == ["/screenings/0/start"]
    assert counts(bring_in(old, allow_past=True), "created")["screenings"] == 1
    assert counts(bring_in(old), "unchanged")["screenings"] == 1


def test_a_film_to_come_is_shown_only_in_presale():
    document = programme()
    document["movies"][0]["state"] = "COMING_SOON"

    assert list(refused(document)) == ["/screenings/0"]
    document["screenings"][0]["presale"] = True
    assert counts(bring_in(document), "created")["screenings"] == 1


def test_films_are_the_same_by_slug_by_number_by_title_and_year():
    bring_in({"movies": [{"title": "Faust", "duration_minutes": 106, "tmdb_id": 10728, "release_date": "1926-10-14"}]})

    report = bring_in(
        {
            "movies": [
                {"title": "Faust", "duration_minutes": 107, "slug": "faust"},
                {"title": "Faust: A German Tale", "duration_minutes": 107, "tmdb_id": 10728},
                {"title": "faust: a german tale", "duration_minutes": 107, "release_date": "1926-10-14"},
                {"title": "Faust: A German Tale", "duration_minutes": 90, "release_date": "1994-09-01"},
            ]
        }
    )

    assert report.counts["movies"] == {"created": 1, "updated": 3, "unchanged": 0}
    assert sorted(Movie.objects.values_list("slug", flat=True)) == ["faust", "faust-a-german-tale"]


def test_cinemas_of_one_name_need_their_city():
    document = programme()
    document["cinemas"].append({"name": "Roxy", "city": "Bonn", "address": "2"})

    assert refused(document) == {"/screenings/0/cinema": "Several cinemas are named Roxy: add the city."}
    document["screenings"][0]["city"] = "Berlin"
    assert counts(bring_in(document), "created")["cinemas"] == 2


def test_posters_are_stored_once_and_only_pictures(tmp_path):
    Image.new("RGB", (20, 30)).save(tmp_path / "faust.webp")
    (tmp_path / "fake.webp").write_bytes(b"<svg>")
    film = {"title": "Faust", "duration_minutes": 106}

    import_programme({"movies": [film | {"poster": "faust.webp"}]}, base=tmp_path)
    again = import_programme({"movies": [film | {"poster": "faust.webp"}]}, base=tmp_path)

    assert again.counts["movies"] == NOTHING | {"unchanged": 1}
    assert len(default_storage.listdir("posters")[1]) == 1
    assert default_storage.exists(Movie.objects.get().poster.name)
    for wrong in ("fake.webp", "missing.webp", "../other.webp", "/etc/hostname"):
        with pytest.raises(ProgrammeRefused):
            import_programme({"movies": [film | {"poster": wrong}]}, base=tmp_path)


@pytest.mark.both_databases
def test_what_staff_change_meanwhile_stays(monkeypatch):
    bring_in(programme())

    def meanwhile(row, check=check_fields, **options):
        """Be somebody who saves the same row after the import has read it."""
        other = {Cinema: {"amenities": ["bar"]}, Room: {"hearing_loop": True}, Movie: {"director": "Murnau"}}
        if row.pk:
            type(row).objects.filter(pk=row.pk).update(**other[type(row)])
        check(row, **options)

    for step in (places, films):
        monkeypatch.setattr(step, "check_fields", meanwhile)
    document = programme()
    document["cinemas"][0] |= {"trailer_minutes": 5}
    document["cinemas"][0]["rooms"][0] |= {"step_free": True}
    document["movies"][0] |= {"rating": "U"}

    bring_in(document)

    cinema, room, movie = Cinema.objects.get(), Room.objects.get(), Movie.objects.get()
    assert (cinema.trailer_minutes, cinema.amenities) == (5, ["bar"])
    assert (room.step_free, room.hearing_loop) == (True, True)
    assert (movie.rating, movie.director) == ("U", "Murnau")


def test_poster_of_a_film_with_a_long_title_has_a_name_that_fits(tmp_path):
    Image.new("RGB", (20, 30)).save(tmp_path / "faust.webp")

    import_programme({"movies": [{"title": "F" * 200, "duration_minutes": 106, "poster": "faust.webp"}]}, base=tmp_path)

    assert default_storage.exists(Movie.objects.get().poster.name)


@pytest.mark.parametrize(
    ("name", "content", "where"),
    [
        ("p.json", b"{", "line 1"),
        ("p.json", b"[]", "/"),
        ("p.json", b"[" * 100_000, "/"),
        ("p.json", b'{"movies": {}}', "/movies"),
        ("p.json", b'{"films": []}', "/films"),
        ("p.json", b'{"movies": [{"title": "a\\u0000", "duration_minutes": 9}]}', "/movies/0/title"),
        ("p.json", b'{"movies": [{"title": "a\\ud800", "duration_minutes": 9}]}', "/movies/0/title"),
        ("p.json", b'{"movies": [{"title": "a", "duration_minutes": 99999999}]}', "/movies/0/duration_minutes"),
        ("p.json", b'{"movies": [{"title": "a", "duration_minutes": 9, "image_url": "/a"}]}', "/movies/0/image_url"),
        ("p.json", b'\n{"movies": "\xff"}', "line 2"),
        ("p.csv", b"", "line 1"),
        ("p.csv", b"name,city\nRoxy,Berlin\n", "line 1"),
        ("p.csv", b"kind,naem\n", "line 1"),
        ("p.csv", b"kind,title\nfilm,Faust\n", "line 2"),
        ("p.csv", b"kind,title\nmovie,Faust,106\n", "line 2"),
        ("p.csv", b"kind,title\nmovie,Faust\n", "line 2, duration_minutes"),
        ("p.csv", b'kind,title\nmovie,"Faust\n', "line 2"),
        ("p.csv", "kind,title\nmovie,Häxan\n".encode("latin-1"), "line 2"),
        ("p.csv", "kind;title;duration_minutes\nmovie;Häxan;long\n".encode(), "line 2, duration_minutes"),
    ],
)
def test_files_that_cannot_be_read_say_where(tmp_path, name, content, where):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(ProgrammeRefused) as refusal:
        import_file(path)

    assert refusal.value.errors[0]["pointer"] == where
    assert everything() == [[], [], [], [], [], []]


def bench_programme():
    rooms = [{"name": f"Room {number}", "plan": ["ssss_ssss"] * 8} for number in range(10)]
    house = {"city": "Berlin", "address": "1", "timezone": "Europe/Berlin", "rooms": rooms}
    first = datetime(2030, 1, 1, 10)
    return {
        "cinemas": [house | {"name": name} for name in ("Roxy", "Lux")],
        "movies": [{"title": f"Film {number}", "duration_minutes": 90} for number in range(100)],
        "screenings": [
            {
                "cinema": name,
                "room": f"Room {room}",
                "movie": f"Film {(number * 7 + room) % 100}",
                "start": (first + timedelta(days=number // 5, minutes=125 * (number % 5))).isoformat(),
                "price": 9.5,
            }
            for name in ("Roxy", "Lux")
            for room in range(10)
            for number in range(250)
        ],
    }


def test_five_thousand_screenings_take_less_than_twenty_seconds(tmp_path):
    document = bench_programme()
    path = tmp_path / "bench.json"
    path.write_text(json.dumps(document))
    began = clock.now()

    report = import_file(path)

    assert report.counts["screenings"] == NOTHING | {"created": 5000}
    assert (clock.now() - began).total_seconds() < 20
    wrong = copy.deepcopy(document)
    wrong["screenings"].append(wrong["screenings"][7] | {"start": "2030-01-01T10:20"})
    assert set(refused(wrong)) == {"/screenings/5000/start"}


def test_an_integrity_error_of_another_kind_is_not_hidden(monkeypatch):
    def broken(*_, **__):
        raise IntegrityError("another")

    monkeypatch.setattr(imports, "import_showings", broken)

    with pytest.raises(IntegrityError):
        bring_in(programme())


def test_r16_prices_of_a_house_are_imported_and_changed(tmp_path):
    document = programme()
    house = {"child_factor": 0.5, "booking_fee": 1.25, "cancel_cutoff_minutes": 90, "hold_seconds": 120}
    document["cinemas"][0] |= house

    bring_in(document)
    again = bring_in(document)
    document["cinemas"][0] |= {"child_factor": "0.55", "wheelchair_factor": 0.9}
    later = bring_in(document)

    house = Cinema.objects.get()
    assert (house.child_factor, house.senior_factor, house.wheelchair_factor) == (
        Decimal("0.55"),
        Decimal("0.80"),
        Decimal("0.90"),
    )
    assert (house.booking_fee, house.cancel_cutoff_minutes, house.hold_seconds) == (Decimal("1.25"), 90, 120)
    assert (again.counts["cinemas"], later.counts["cinemas"]) == (NOTHING | {"unchanged": 1}, NOTHING | {"updated": 1})


@pytest.mark.parametrize(
    ("field", "value"),
    [("child_factor", -0.1), ("child_factor", 0.655), ("booking_fee", "x"), ("hold_seconds", 5), ("vip_factor", 1000)],
)
def test_price_that_cannot_be_is_refused_with_its_place(field, value):
    document = programme()
    document["cinemas"][0][field] = value

    assert f"/cinemas/0/{field}" in refused(document)


def test_prices_come_in_csv_too(tmp_path):
    file = tmp_path / "programme.csv"
    file.write_text("kind,name,city,address,child_factor,booking_fee\ncinema,Roxy,Berlin,Street 1,0.5,1.25\n")

    import_file(file)

    assert Cinema.objects.values_list("child_factor", "booking_fee").get() == (Decimal("0.50"), Decimal("1.25"))
