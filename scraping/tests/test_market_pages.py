"""The market's pages in the admin: who sees them, what they say, and where their numbers lead."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.tests import make as accounts
from scraping.tests import make

pytestmark = [pytest.mark.both_databases, pytest.mark.django_db]

PAGES = ("market:showtimes", "market:fill")
CAVEAT = "does not tell sold seats from blocked ones"


@pytest.fixture(autouse=True)
def night(clock):
    clock.at(make.EVENING + timedelta(hours=4))


def enter(client, *groups: str, **fields) -> None:
    client.force_login(accounts.user(groups=groups, is_staff=True, **fields))


@pytest.fixture
def boss(client) -> None:
    enter(client, "manager")


def text_of(client, name: str, *args, **query) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def drawn(page: str) -> dict[str, dict]:
    """Return the data of each chart of a page."""
    found = re.findall(r'<figure[^>]* id="([^"]*)".*?data-value="([^"]*)"', page, re.DOTALL)
    return {name: json.loads(value.replace("&quot;", '"')) for name, value in found}


def tables(page: str) -> list[list[list[str]]]:
    """Return the words of each table's rows."""
    clean = re.sub(r"<(?!/?(?:table|tr|t[hd])\b)[^>]*>", " ", page)
    return [
        [
            [" ".join(cell.split()) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
            for row in re.findall(r"<tr[^>]*>(.*?)</tr>", table, re.DOTALL)
        ]
        for table in re.findall(r"<table[^>]*>(.*?)</table>", clean, re.DOTALL)
    ]


@pytest.mark.parametrize(
    ("groups", "status"), [(("manager",), 200), (("auditor",), 200), (("programmer",), 403), (("box office",), 403)]
)
def test_pages_open_for_those_who_may_see_the_market(client, groups, status):
    one = make.showing()
    enter(client, *groups)

    pages = [reverse(name) for name in PAGES] + [reverse("market:showing", args=[one.pk])]
    assert [client.get(page).status_code for page in pages] == [status] * 3
    menu = client.get("/admin/").content.decode()
    assert (reverse("market:fill") in menu) == (status == 200)


def test_pages_ask_others_to_sign_in(client):
    client.force_login(accounts.user(groups=("manager",)))

    assert [client.get(reverse(name)).status_code for name in PAGES] == [302, 302]
    enter(client, "manager")
    assert client.post(reverse("market:fill")).status_code == 405


def test_empty_market_says_how_to_fill_it(client, boss):
    assert "manage.py scrape_movies --schedules" in text_of(client, "market:showtimes")
    assert "manage.py scrape_seats --due" in text_of(client, "market:fill")
    one = make.showing()
    assert "manage.py scrape_seats" in text_of(client, "market:showing", one.pk)
    assert "that have begun (1) was seen shortly before" in text_of(client, "market:fill")
    assert "Nothing is known of Sun 01 Nov 2026" in text_of(client, "market:showtimes", day="2026-11-01")


def test_what_has_no_name_yet_is_told_as_such(client, boss):
    one = make.showing(film=make.film(""), theatre=make.theatre(""))
    make.look(one, 5, "10")
    words = f"Film without a title ({one.film.upstream_id})"

    assert words in text_of(client, "market:showtimes")
    assert words in text_of(client, "market:fill", by="movie")
    assert f"Cinema without a name ({one.theatre.upstream_id})" in text_of(client, "market:showtimes", film=one.film_id)
    shown = text_of(client, "market:showing", one.pk)
    assert words in shown
    assert f"Cinema without a name ({one.theatre.upstream_id}), XXI, JAKARTA" in shown


def test_showtimes_by_film_and_day(client, boss):
    film, other, here = make.film(), make.film("Metropolis"), make.theatre()
    make.showing(film=film, theatre=here, price=40000)
    make.showing(film=film, theatre=here, starts_at=make.EVENING - timedelta(hours=3), price=60000)
    make.showing(film=film, theatre=make.theatre(city="MEDAN"), starts_at=make.EVENING - timedelta(days=1))
    make.showing(film=other, theatre=here)
    make.showing(film=other, theatre=here, vanished_at=make.EVENING)

    page = text_of(client, "market:showtimes", city="JAKARTA")

    assert "2 films with 3 showings in 1 cinema on Sat 21 Nov 2026. Nosferatu has the most: 2, 67 % of them." in page
    chart = drawn(page)["by-film"]
    assert (chart["labels"], chart["datasets"][0]["data"]) == (["Nosferatu", "Metropolis"], [2, 1])
    by_film, by_day = tables(page)
    assert by_film[1:] == [
        ["Nosferatu", "2", "1", "16:00", "19:00", "40,000 to 60,000"],
        ["Metropolis", "1", "1", "19:00", "19:00", "50,000"],
    ]
    assert by_day[0] == ["Film", *(f"{name} Nov" for name in WEEK)]
    assert by_day[1] == ["Nosferatu", "0", "0", "0", "0", "0", "0", "2"]
    assert tables(text_of(client, "market:showtimes"))[1][1][-2:] == ["1", "2"]
    assert f"?city=JAKARTA&amp;day=2026-11-21&amp;film={film.pk}" in page


def test_of_many_films_those_shown_most_are_drawn(client, boss):
    for number in range(17):
        make.showing(film=make.film(f"Film {number:02}"))

    page = text_of(client, "market:showtimes")

    assert "The 15 films shown most are drawn; the table has all." in page
    assert len(drawn(page)["by-film"]["labels"]) == 15
    assert [len(table) for table in tables(page)] == [1 + 17, 1 + 15]


WEEK = ("Sun 15", "Mon 16", "Tue 17", "Wed 18", "Thu 19", "Fri 20", "Sat 21")


def test_one_film_shows_each_showing_with_its_bound(client, boss):
    film = make.film()
    one = make.showing(film=film, category="2D")
    make.look(one, 5, "0111")
    make.showing(film=film, theatre=one.theatre, starts_at=make.EVENING + timedelta(hours=2))

    page = text_of(client, "market:showtimes", film=film.pk)

    assert "Nosferatu: 2 showings in the 7 days until Sat 21 Nov 2026" in page
    assert drawn(page)["by-day"]["datasets"][0]["data"] == [0, 0, 0, 0, 0, 0, 2]
    assert ["PLAZA XXI XXI, JAKARTA", "19:00 2D, at most 25.0 % 21:00"] in tables(page)[-1]
    assert reverse("market:showing", args=[one.pk]) in page
    assert CAVEAT in page


def test_unknown_film_and_film_of_another_day_say_so(client, boss):
    film = make.showing().film

    assert "There is no such film" in text_of(client, "market:showtimes", film=film.pk + 99)
    assert "It is not shown there" in text_of(client, "market:showtimes", film=film.pk, day="2026-11-24")


def test_showing_draws_a_band_between_its_bounds(client, boss):
    one = make.showing(starts_at=make.EVENING, clock="20:00")  # an hour east of Jakarta
    for minutes, row in ((25, "1111111110"), (15, "1111100010"), (5, "0111100010")):
        make.look(one, minutes, row)

    page = text_of(client, "market:showing", one.pk)

    assert (
        "At 19:55, 5 minutes before the start, at most 50.0 % of the 10 seats were sold (5 are not free), and at least"
        " 40.0 %: 4 seats went since our first look." in page
    )
    most, least = drawn(page)["over-time"]["datasets"]
    assert [(point["x"], point["y"]) for point in most["data"]] == [(25, 10), (15, 40), (5, 50)]
    assert [(point["x"], point["y"]) for point in least["data"]] == [(25, 0), (15, 30), (5, 40)]
    assert tables(page)[0][1] == ["19:35", "25 min", "10", "1", "0", "0.0 %", "10.0 %"]
    assert "Row A is the fullest at the last look: 5 of 10 seats are not free" in page
    assert CAVEAT in page
    assert "Lower bound" in page


def test_short_address_leads_to_the_showtimes(client, boss):
    assert client.get("/admin/market/?city=MEDAN")["Location"] == reverse("market:showtimes") + "?city=MEDAN"


def test_unknown_showing_is_not_there(client, boss):
    assert client.get(reverse("market:showing", args=[999999999999999999])).status_code == 404


def test_fill_by_film_chain_and_hour(client, boss):
    film = make.film()
    for minutes, merchant, row in ((0, "XXI", "0011"), (60, "CGV", "011111")):
        house = make.theatre(merchant=merchant)
        make.look(make.showing(film=film, theatre=house, starts_at=make.EVENING - timedelta(minutes=minutes)), 5, row)
    make.showing(film=film)

    page = text_of(client, "market:fill")

    assert "Seen at most 15 minutes before the start: 2 of 3 showings that began." in page
    assert (
        "Of all chains, XXI was the fullest: at most 50.0 % of its seats were sold, at least 0.0 %. All together: at"
        " most 30.0 %, at least 0.0 %, of 10 seats." in page
    )
    charts = drawn(page)
    assert {name: chart["labels"] for name, chart in charts.items()} == {
        "by-movie": ["Nosferatu"],
        "by-merchant": ["XXI", "CGV"],
        "by-hour": ["18:00 to 18:59", "19:00 to 19:59"],
    }
    assert [dataset["data"] for dataset in charts["by-hour"]["datasets"]] == [[0.0, 0.0], [16.7, 50.0]]
    assert tables(page)[1][1:] == [
        ["XXI", "2", "1", "4", "2", "0", "0.0 %", "50.0 %"],
        ["CGV", "1", "1", "6", "1", "0", "0.0 %", "16.7 %"],
    ]
    assert CAVEAT in page


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"first": "2026-11-21", "last": "2026-11-01"}, "first must not be after last"),
        ({"first": "yesterday"}, "Enter a valid date."),
        ({"city": "ATLANTIS"}, "Select a valid choice."),
        ({"chain": "XXI "}, "Select a valid choice."),
    ],
)
def test_wrong_filter_is_told_and_left_out(client, boss, query, sentence):
    make.look(make.showing(), 5, "0011")

    page = text_of(client, "market:fill", **query)

    assert sentence in page
    assert "1 of 1 showing that began" in page


@pytest.mark.parametrize(
    ("bad", "status"),
    [("abc", 200), ("-1", 200), ("²", 200), ("0", 200), ("9" * 18, 200), ("9" * 30, 400), ("\0", 400)],
)
def test_bad_addresses_never_end_in_a_fault(client, boss, bad, status):
    make.showing()

    for name in PAGES:
        for field in ("city", "chain", "day", "film", "first", "last"):
            assert client.get(reverse(name), {field: bad}).status_code == status


def test_charts_bring_no_script_and_have_words_for_those_who_do_not_see_them(client, boss):
    one = make.showing()
    make.look(one, 5, "0011")

    for name, args in (("market:showtimes", []), ("market:fill", []), ("market:showing", [one.pk])):
        answer = client.get(reverse(name, args=args))
        page = answer.content.decode()
        charts = page.count('<canvas class="chart"')
        assert charts
        assert (
            page.count('role="img" aria-label=') == page.count("<figcaption") == page.count("Show as table") == charts
        )
        assert "'unsafe-inline'" not in answer["Content-Security-Policy"].split("script-src")[1].split(";")[0]


@pytest.mark.parametrize("name", [*PAGES, "film", "market:showing"])
def test_pages_take_as_many_queries_for_much_as_for_little(client, boss, name):
    film = make.film()
    one = make.showing(film=film)
    make.look(one, 25, "0111")

    def asked() -> int:
        page = {"film": "market:showtimes"}.get(name, name)
        args = [one.pk] if name == "market:showing" else []
        with CaptureQueriesContext(connection) as queries:
            text_of(client, page, *args, **({"film": film.pk} if name == "film" else {}))
        return len(queries)

    little = asked()
    make.look(one, 5, "0011")
    for hours in range(1, 6):
        another = make.showing(film=film, starts_at=make.EVENING - timedelta(hours=hours))
        make.look(another, 5, "0011")
        make.look(make.showing(), 3, "01")

    assert asked() == little
