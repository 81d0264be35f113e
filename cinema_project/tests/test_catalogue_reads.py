"""Every read of the catalogue: as many queries for 30 rows as for 3, pages, conditional requests, chosen fields."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cinema_project.tests import catalogue
from cinema_project.tests.catalogue import ASKED, House, names_of

pytestmark = pytest.mark.django_db

ONE = None
LIST = ""
QUERIES: dict[str, tuple[str | None, int]] = {
    # Where the rows are: in the answer itself, in an envelope, there is one. How many queries a read takes, one of them
    # for who asks; seat maps, whether a film or cinema is there at all, and what tells whether remembered rows are
    # still right, are read past the ORM.
    "/api/v1/casts": (LIST, 2),
    "/api/v1/casts/{cast_id}": (ONE, 2),
    "/api/v1/casts/movie/{movie_id}": (LIST, 3),
    "/api/v1/cinemas": ("cinemas", 2),
    "/api/v1/cinemas/favorites": (LIST, 2),
    "/api/v1/cinemas/search": ("cinemas", 4),
    "/api/v1/cinemas/{cinema_id}": (ONE, 2),
    "/api/v1/cinemas/{cinema_id}/amenities": (LIST, 2),
    "/api/v1/cinemas/{cinema_id}/favorite/check": (ONE, 3),
    "/api/v1/cinemas/{cinema_id}/movies": ("movies", 3),
    "/api/v1/cinemas/{cinema_id}/movies/{movie_id}/showtimes": (LIST, 2),
    "/api/v1/cinemas/{cinema_id}/rooms": (LIST, 3),
    "/api/v1/cinemas/{cinema_id}/showtimes": (LIST, 2),
    "/api/v1/movies": (LIST, 2),
    "/api/v1/movies/advanced-search": (LIST, 2),
    "/api/v1/movies/coming-soon": (LIST, 2),
    "/api/v1/movies/favorites": (LIST, 2),
    "/api/v1/movies/filter": (LIST, 2),
    "/api/v1/movies/recommended": (LIST, 7),
    "/api/v1/movies/reviews/{review_id}": (ONE, 2),
    "/api/v1/movies/search": (LIST, 7),
    "/api/v1/movies/suggest": (LIST, 7),
    "/api/v1/movies/trending": (LIST, 2),
    "/api/v1/movies/{movie_id}": (ONE, 3),
    "/api/v1/movies/{movie_id}/cast": (LIST, 3),
    "/api/v1/movies/{movie_id}/favorite/check": (ONE, 3),
    "/api/v1/movies/{movie_id}/reviews": ("reviews", 4),
    "/api/v1/movies/{movie_id}/reviews/summary": (ONE, 3),
    "/api/v1/movies/{movie_id}/showtimes": (LIST, 2),
    "/api/v1/rooms/{room_id}": (ONE, 2),
    "/api/v1/rooms/{room_id}/seats": (LIST, 3),
    "/api/v1/screenings": (LIST, 2),
    "/api/v1/screenings/{screening_id}": (ONE, 2),
    "/api/v1/screenings/{screening_id}/available-seats": (LIST, 0),
    "/api/v1/showings": (LIST, 2),
    "/api/v1/showings/now-playing": (LIST, 2),
    "/api/v1/showings/{showing_id}": (ONE, 2),
    "/api/v1/showings/{showing_id}/seats": (LIST, 0),
    "/api/v1/showings/{showing_id}/tickets": (ONE, 1),
    "/api/v1/showtimes": (LIST, 2),
    "/api/v1/showtimes/{showtime_id}": (ONE, 2),
    "/api/v1/showtimes/{showtime_id}/seats": (LIST, 0),
    "/api/v1/tmdb/movies/{tmdb_id}": (ONE, 1),
    "/api/v1/tmdb/now_playing": (ONE, 1),
    "/api/v1/tmdb/popular": (ONE, 1),
    "/api/v1/tmdb/search": (ONE, 1),
    "/api/v1/tmdb/top_rated": (ONE, 1),
    "/api/v1/tmdb/upcoming": (ONE, 1),
}
PAGE_SIZED = {"/api/v1/movies/{movie_id}/reviews"}
LISTS = [path for path, (where, _) in QUERIES.items() if where is not ONE and path not in PAGE_SIZED]


@dataclass
class Reader:
    """Reads as one signed-in person."""

    house: House

    def __post_init__(self) -> None:
        self.client, self.headers = Client(), self.house.headers()

    def get(self, path: str, headers: dict[str, str] | None = None, **query: Any) -> Any:
        return self.client.get(
            self.house.address(path), ASKED.get(path, {}) | query, headers=self.headers | (headers or {})
        )

    def rows(self, path: str, **query: Any) -> list[Any]:
        """Return the rows of an answer; the one that it is."""
        answer, where = self.get(path, **query), QUERIES[path][0]
        assert answer.status_code == 200, (path, answer.content)
        body = answer.json()
        return [body] if where is ONE else body[where] if where else body

    def counted(self, path: str, **query: Any) -> tuple[list[Any], int]:
        """Return the rows, and how many queries they took."""
        with CaptureQueriesContext(connection) as taken:
            rows = self.rows(path, **query)
        return rows, len(taken)

    def queries(self, path: str, **query: Any) -> int:
        """Return how many queries a read takes when everything that is remembered between reads is.

        The whole list is asked for: only of a part the rows have to be counted besides.
        """
        query = {"limit": "500"} | query
        self.rows(path, **query)
        return self.counted(path, **query)[1]


@pytest.fixture
def reader(tmdb) -> Reader:
    house = House()
    house.grow(3)
    return Reader(house)


def described() -> dict[str, Any]:
    return dict(catalogue.reads(catalogue.document()))


def variants() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each read as it is, and whole, with all that it shows on request."""
    for path, operation in described().items():
        yield path, {}
        if extras := names_of(operation, "expand"):
            yield path, {"expand": ",".join(extras), "limit": "500"}


def test_each_read_has_its_line():
    assert set(described()) == set(QUERIES)


def test_reads_take_as_many_queries_for_30_rows_as_for_3(reader):
    three = {path: len(reader.rows(path)) for path in QUERIES}
    for_three = {(path, *query): reader.queries(path, **query) for path, query in variants()}

    reader.house.grow(27)

    assert {(path, *query): reader.queries(path, **query) for path, query in variants()} == for_three
    assert [path for path in QUERIES if (len(reader.rows(path)) > three[path]) != (QUERIES[path][0] is not ONE)] == []
    assert {path: for_three[path,] for path in QUERIES} == {path: queries for path, (_, queries) in QUERIES.items()}


def test_reads_can_be_conditional(reader):
    for path in QUERIES:
        first = reader.get(path)
        again = reader.get(path, headers={"If-None-Match": first["ETag"]})
        other = reader.get(path, headers={"If-None-Match": '"another"'})

        assert (path, again.status_code, again.content) == (path, 304, b"")
        assert again["ETag"] == first["ETag"]
        assert (path, other.status_code, other.content) == (path, 200, first.content)


def test_lists_come_in_pages(reader):
    for path in LISTS:
        everything = reader.rows(path, limit=500)
        for name in ("skip", "offset"):
            page = reader.get(path, **{name: 1, "limit": 1})

            total, links = page["X-Total-Count"], page["Link"].split(", ")
            assert (path, total) == (path, str(len(everything)))
            assert reader.rows(path, **{name: 1, "limit": 1}) == everything[1:2]
            assert [link.rsplit("; ", 1)[1] for link in links] == ['rel="next"', 'rel="prev"']
            assert [f"{name}=2" in links[0], f"{name}=0" in links[1]] == [True, True]
            assert all("limit=1" in link for link in links)


def test_the_link_to_the_next_page_leads_through_all_rows(reader):
    for path in LISTS:
        found, address = [], f"{reader.house.address(path)}?limit=2"
        address += "".join(f"&{name}={value}" for name, value in ASKED.get(path, {}).items())
        while address:
            page = reader.client.get(address, headers=reader.headers)
            where = QUERIES[path][0]
            found += page.json()[where] if where else page.json()
            links = [link for link in page.headers.get("Link", "").split(", ") if link.endswith('rel="next"')]
            address = links[0].partition("<")[2].partition(">")[0] if links else ""

        assert (path, found) == (path, reader.rows(path, limit=500))


@pytest.mark.parametrize("value", ["0", "-1", "501", "abc", "1.5", ""])
def test_a_limit_is_1_to_500(reader, value):
    refused = {path: reader.get(path, limit=value) for path in LISTS}

    assert {path: (answer.status_code, answer["Content-Type"]) for path, answer in refused.items()} == dict.fromkeys(
        LISTS, (400, "application/problem+json")
    )
    assert {error["pointer"] for answer in refused.values() for error in answer.json()["errors"]} == {"/limit"}


@pytest.mark.parametrize("name", ["skip", "offset"])
@pytest.mark.parametrize("value", ["-1", "abc"])
def test_a_skip_is_from_0(reader, name, value):
    assert {path: reader.get(path, **{name: value}).status_code for path in LISTS} == dict.fromkeys(LISTS, 400)


@pytest.mark.parametrize(("name", "value"), [("page", "0"), ("page_size", "0"), ("page_size", "101"), ("page", "abc")])
def test_pages_are_numbered_from_1_and_have_up_to_100_rows(reader, name, value):
    for path in PAGE_SIZED:
        assert reader.get(path, **{name: value}).status_code == 400
        assert reader.get(path, page=2, page_size=1)["X-Total-Count"] == "4"


def choosing() -> dict[str, tuple[list[str], list[str]]]:
    """Return the reads whose fields can be chosen, with the fields, and those that are shown on request only."""
    found = {path: (names_of(read, "fields"), names_of(read, "expand")) for path, read in described().items()}
    return {path: names for path, names in found.items() if names[0]}


def test_fields_can_be_chosen_wherever_there_are_rows():
    without = {
        *("/api/v1/cinemas/{cinema_id}/amenities", "/api/v1/cinemas/{cinema_id}/showtimes", "/api/v1/movies/suggest"),
        *(f"/api/v1/screenings/{{screening_id}}/{part}" for part in ("available-seats",)),
        *("/api/v1/showings/{showing_id}/seats", "/api/v1/showings/{showing_id}/tickets"),
        *("/api/v1/showtimes/{showtime_id}/seats", "/api/v1/movies/{movie_id}/reviews/summary"),
        *("/api/v1/cinemas/{cinema_id}/favorite/check", "/api/v1/movies/{movie_id}/favorite/check"),
        *(path for path in QUERIES if "/tmdb/" in path),
    }

    assert set(choosing()) == set(QUERIES) - without


def test_each_field_can_be_had_alone_and_costs_no_more(reader):
    for path, (fields, extras) in choosing().items():
        everything = {"expand": ",".join(extras)} if extras else {}
        whole, most = reader.counted(path, **everything)

        assert (path, set(whole[0])) == (path, set(fields))
        for name in fields:
            rows, queries = reader.counted(path, fields=name)
            assert (path, rows) == (path, [{name: row[name]} for row in whole])
            assert (path, name, queries <= most) == (path, name, True)


def test_what_is_shown_on_request_comes_with_the_rest(reader):
    for path, (fields, extras) in choosing().items():
        usual = set(fields) - set(extras)
        assert (path, set(reader.rows(path)[0])) == (path, usual)
        for name in extras:
            assert set(reader.rows(path, expand=name)[0]) == {*usual, name}
            assert set(reader.rows(path, expand=name, fields="id")[0]) == {"id", name}


def test_an_unknown_field_is_refused_with_the_known_ones(reader):
    for path, (fields, extras) in choosing().items():
        for name, known in (("fields", fields), ("expand", extras)):
            if known:
                refused = reader.get(path, **{name: f"{known[0]},nonsense"})

                assert (path, refused.status_code, refused.json()["code"]) == (path, 400, "name_unknown")
                assert refused.json()["detail"] == f"{name} knows no 'nonsense'. It knows {', '.join(known)}."
                assert [error["pointer"] for error in refused.json()["errors"]] == [f"/{name}"]


def test_chosen_fields_may_be_written_in_several_ways(reader):
    first = reader.rows("/api/v1/movies", fields="id,title")

    assert reader.rows("/api/v1/movies", fields=["id", "title"]) == first
    assert reader.rows("/api/v1/movies", fields=" title , id,,") == first
    assert reader.rows("/api/v1/movies", fields="") == reader.rows("/api/v1/movies")


def test_what_is_left_out_is_not_read(reader):
    with CaptureQueriesContext(connection) as taken:
        reader.rows("/api/v1/movies", fields="id,title")

    assert [word for query in taken for word in ("description", "castmember") if word in query["sql"]] == []
