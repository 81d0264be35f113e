"""Nothing that is scraped, matched or taken over can change what we sell: the database itself keeps watch.

Every table of bookings, and those of screenings, seats, rooms and cinemas, refuses each statement that would write,
while a whole day goes by: films, showings and seats are read, matched, decided of, and facts are taken over.
"""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from booking.services.reservations import hold_seats
from booking.services.tickets import book_seats
from booking.tests import make
from catalog.models import Cinema, Movie, Room, Screening, Seat
from catalog.tests import make as catalog
from cinema_project.common import outbox
from cinema_project.common.database import query
from cinema_project.tests.product import ROOT
from scraping.fakes.world import World
from scraping.models import FilmMatch, FilmPage, SeatSnapshot, TakenFact, TitleLesson
from scraping.services.decisions import confirm, reject, reopen, revoke_lesson
from scraping.services.publishing import make_film, publish
from scraping.services.staging import stage, staging_rows
from scraping.services.upkeep import forget_old
from scraping.tests.tix_market import MORNING, market

OURS = [Cinema, Room, Seat, Screening, *apps.get_app_config("booking").get_models(include_auto_created=True)]
TABLES = sorted({model._meta.db_table for model in OURS})


@contextmanager
def refusing_writes() -> Iterator[None]:
    """Let the database refuse whatever would write to the tables of what we sell."""
    run(*(_watch(table) for table in TABLES))
    try:
        yield
    finally:
        run(*(_unwatch(table) for table in TABLES))


def run(*scripts: str) -> None:
    with connection.cursor() as cursor:
        for script in scripts:
            for statement in script.split(";;"):
                cursor.execute(statement)


def _watch(table: str) -> str:
    if connection.vendor == "postgresql":
        return (
            "CREATE OR REPLACE FUNCTION sales_are_watched() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'a scrape wrote to %', TG_TABLE_NAME; END $$;;"
            f"CREATE TRIGGER sales_watched BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION sales_are_watched()"
        )
    return ";;".join(
        f"CREATE TRIGGER sales_watched_{table}_{act} BEFORE {act} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, 'a scrape wrote to {table}'); END"
        for act in ("INSERT", "UPDATE", "DELETE")
    )


def _unwatch(table: str) -> str:
    if connection.vendor == "postgresql":
        return f"DROP TRIGGER sales_watched ON {table}"
    return ";;".join(f"DROP TRIGGER sales_watched_{table}_{act}" for act in ("INSERT", "UPDATE", "DELETE"))


def rows() -> dict[str, list]:
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in OURS}


@pytest.fixture
def sold():
    """Faust, which the site lists too, with a ticket and a hold."""
    film = catalog.movie(title="Faust", director="F. W. Murnau", duration_minutes=106)
    screening, buyer = make.screening(movie=film), make.user(is_staff=True)
    first, second, *_ = make.seats_of(screening)
    book_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[first], payment_id="pay 1")
    hold_seats(buyer=buyer, screening_id=screening.pk, seat_ids=[second])
    return screening


@pytest.fixture
def tix(settings, monkeypatch, clock):
    with market(settings, monkeypatch, clock, World(theatres=40, cities=4)) as tix:
        yield tix


def a_day(tix, sold: Screening) -> None:
    """Read everything, match it, decide of it and take over all there is."""
    by = User.objects.get(is_staff=True)
    assert tix.run(schedules=True).state == "succeeded"
    assert tix.run("tix-films").state == "succeeded"
    tix.clocks.go_to(MORNING + timedelta(hours=12))
    assert tix.run("tix-seats", due=True).state == "succeeded"
    outbox.deliver_due()
    call_command("match_films", "--again", stdout=StringIO())
    faust = FilmMatch.objects.get(film__title="FAUST")
    assert (faust.state, faust.movie_id) == ("accepted", sold.movie_id)
    confirm(match_id=faust.pk, movie_id=sold.movie_id, by=by)
    [staged] = stage(staging_rows([faust.pk]))
    chosen = {change.field: change.token for change in staged.changes}
    taken = publish(chosen={faust.pk: chosen}, by=by)
    assert "rating" in taken.taken["Faust"]
    new = FilmMatch.objects.get(film__title="LAUT YANG PULANG")
    make_film(match_id=new.pk, title="Laut Yang Pulang", duration_minutes=108, fields=["genre"], by=by)
    other = FilmMatch.objects.get(film__title="CHARADE")
    reject(match_id=other.pk, by=by)
    reopen(match_id=other.pk, by=by)
    revoke_lesson(lesson_id=TitleLesson.objects.filter(revoked_at=None).first().pk, by=by)
    tix.clocks.travel(timedelta(days=400))
    forget_old()


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_whole_day_writes_nothing_to_what_we_sell(tix, sold):
    before = rows()

    with refusing_writes():
        a_day(tix, sold)

    assert rows() == before
    assert FilmPage.objects.exclude(director="").count() > 10
    assert (SeatSnapshot.objects.count() > 0, TakenFact.objects.count() > 1) == (True, True)
    assert Movie.objects.get(pk=sold.movie_id).rating == "R13"


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", TABLES)
def test_the_watch_would_notice(sold, table):
    [(column, *_), *_] = connection.introspection.get_table_description(connection.cursor(), table)
    statements = [f"DELETE FROM {table}", f"UPDATE {table} SET {column} = {column}"]

    with refusing_writes():
        filled = connection.vendor == "postgresql" or query(f"SELECT 1 FROM {table} LIMIT 1")
        for statement in statements if filled else ():
            with pytest.raises(DatabaseError, match=f"a scrape wrote to {table}"), transaction.atomic():
                run(statement)


def test_no_module_of_scraping_knows_how_screenings_are_written():
    """Of the catalogue scraping uses films and events alone; of bookings nothing (``test_layers`` says so, too)."""
    allowed = {"EventType", "Movie", "MovieNotFound", "film_search", "create_movie", "update_movie"}
    used = set()
    for path in (ROOT / "scraping").rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("catalog", "booking"):
                if "events" in str(node.module).split("."):
                    continue
                used |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Import):
                used |= {alias.name for alias in node.names if alias.name.split(".")[0] in ("catalog", "booking")}

    assert used <= allowed
    assert used
