"""How PostgreSQL goes about what the catalogue asks: screenings are many, and never read one after the other."""

import itertools
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.tests import make as people
from bench import programme
from bench.programme import REVIEWERS, Size
from bench.scenarios.catalogue import RECOMMENDED, goals, more
from catalog.models import Screening

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db, pytest.mark.breaks_invariants]
SIZE = Size(films=200, cinemas=10, days=50)
EACH = 4  # addresses of each list
READ_THROUGH = "Seq Scan on catalog_screening"


@pytest.fixture
def caller():
    """Somebody with reviews, marks and bookings, in a cinema with a past and a future."""
    User.objects.bulk_create(User(pk=number, email=f"user{number}@bench.test") for number in range(1, REVIEWERS + 1))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")  # the constraints are checked in one go at the end
        programme.fill(connection.connection, SIZE)
        call_command("index_films", stdout=StringIO())
        cursor.execute("ANALYZE")
    return people.bearer(User.objects.get(pk=1))


def test_no_list_reads_through_the_screenings(client, caller):
    assert Screening.objects.count() == SIZE.screenings
    assert READ_THROUGH in plan(str(Screening.objects.filter(seat_seq=7).values("pk").query)), "the test sees nothing"
    lists = [paths[:: max(1, len(paths) // EACH)] for paths in (goals(SIZE) | more(SIZE)).values()]

    about_screenings = 0
    for path in (*itertools.chain.from_iterable(lists), RECOMMENDED):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(path, headers=caller).status_code == 200
        for query in asked:
            about_screenings += "catalog_screening" in query["sql"]
            assert READ_THROUGH not in plan(query["sql"]), (path, query["sql"])
    assert about_screenings > EACH * 3


def plan(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(row[0] for row in cursor.fetchall())
