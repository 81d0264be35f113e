"""Programmes read from Vista's API."""

from datetime import UTC, date, datetime

import pytest

from scraping.sites.vista_site import api_in
from scraping.vista import NotVista, days_of, read_showtimes


def document(**changes):
    showtime = {
        "id": "1001-7",
        "filmId": "HO1",
        "siteId": "1001",
        "screenId": "1001-2",
        "schedule": {"businessDate": "2031-06-02", "startsAt": "2031-06-03T00:15:00+01:00"},
        "attributeIds": ["A1", "A2", "A9"],
        "isSoldOut": False,
        "requires3dGlasses": False,
    }
    film = {
        "id": "HO1",
        "title": {"text": " Faust \n", "translations": []},
        "runtimeInMinutes": 106,
        "releaseDate": "1926-10-14",
        "castAndCrew": [
            {"castAndCrewMemberId": "P1", "roles": ["Director"]},
            {"castAndCrewMemberId": "P2", "roles": ["Actor"]},
            {"castAndCrewMemberId": "P9", "roles": ["Director"]},
        ],
    }
    people = [
        {"id": "P1", "name": {"givenName": "F. W.", "middleName": None, "familyName": "Murnau"}},
        {"id": "P2", "name": {"givenName": "Emil", "familyName": "Jannings"}},
        {"id": "P9", "name": {"familyName": "Ophuels"}},
    ]
    return {
        "showtimes": [showtime | changes],
        "relatedData": {
            "films": [film],
            "sites": [{"id": "1001", "name": {"text": "Roxy"}}],
            "screens": [{"id": "1001-2", "name": {"text": "Screen 2"}}],
            "attributes": [{"id": "A1", "name": {"text": "IMAX Laser"}}, {"id": "A2", "name": {"text": "Recliners"}}],
            "castAndCrew": people,
        },
    }


def test_a_showing_with_all_that_belongs_to_it():
    [one] = read_showtimes(document()).showings

    assert (one.title, one.minutes, one.year, one.directors) == ("Faust", 106, 1926, ("F. W. Murnau", "Ophuels"))
    assert one.starts_at == datetime(2031, 6, 2, 23, 15, tzinfo=UTC)  # the night belongs to the business day before it
    assert (one.place, one.screen, one.format, one.is_sold_out) == ("Roxy", "Screen 2", "IMAX", False)
    assert one.path == "$.showtimes[0]"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"requires3dGlasses": True}, "3D IMAX"),
        ({"attributeIds": None}, ""),
        ({"attributeIds": ["A2"], "requires3dGlasses": True}, "3D"),
    ],
)
def test_formats(changes, expected):
    assert read_showtimes(document(**changes)).showings[0].format == expected


def test_what_is_not_told_is_empty():
    said = document(siteId=None, screenId="nowhere", isSoldOut=None)

    [one] = read_showtimes(said).showings

    assert (one.place, one.screen, one.is_sold_out) == ("", "", False)


@pytest.mark.parametrize(
    "changes",
    [
        {"filmId": "HO2"},
        {"schedule": None},
        {"schedule": {"startsAt": "2031-06-03T00:15:00"}},
        {"schedule": {"startsAt": "soon"}},
        {"schedule": {}},
        {"schedule": {"startsAt": 5}},
        {"schedule": {"startsAt": "0001-01-01T00:00:00+14:00"}},
        {"schedule": {"startsAt": "9999-12-31T23:59:59-12:00"}},
    ],
)
def test_a_bad_showing_is_told_and_costs_no_other(changes):
    said = document()
    said["showtimes"].insert(0, said["showtimes"][0] | changes)

    found = read_showtimes(said)

    assert len(found.showings) == 1
    assert len(found.faults) == 1
    assert found.faults[0].startswith("$.showtimes[0]: ")


@pytest.mark.parametrize("related", [None, 5, {"films": 5}, {"films": {"id": 1}}, {"films": [5, {"id": ["HO1"]}]}])
def test_showing_whose_film_is_not_told_is_a_fault(related):
    found = read_showtimes(document() | {"relatedData": related})

    assert (found.showings, len(found.faults)) == ((), 1)


@pytest.mark.parametrize("said", [None, [], {}, {"showtimes": None}, {"error": "unauthorized"}, "x"])
def test_another_document_is_refused(said):
    with pytest.raises(NotVista, match="showtimes"):
        read_showtimes(said)
    with pytest.raises(NotVista, match="filmScreeningDates"):
        days_of(said)


def test_a_day_without_showings_is_none_of_an_error():
    assert read_showtimes({"showtimes": []}).showings == ()


def test_days():
    said = {"filmScreeningDates": [{"businessDate": day} for day in ("2031-06-03", "2031-06-02", "2031-06-03")]}

    assert days_of(said) == [date(2031, 6, 2), date(2031, 6, 3)]
    with pytest.raises(NotVista, match=r"\[0\] has no businessDate"):
        days_of({"filmScreeningDates": [{"date": "2031-06-02"}]})


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('{"api":"https://api.roxy.example/ocapi/v1","siteId":"0042","authToken":"x"}', ("0042",)),
        ('{"api":"https:\\/\\/api.roxy.example\\/ocapi\\/v1\\/","siteIds":["0042", "43"]}', ("0042", "43")),
        ("fetch('https://api.roxy.example/ocapi/v1/showtimes?siteIds=0042,43')", ("0042", "43")),
        ("var url = 'https://api.roxy.example/ocapi/v1'; siteId: null", ()),
    ],
)
def test_api_that_a_page_asks(said, found):
    assert api_in(f"<script>{said}</script>", "https://roxy.example/") == ("https://api.roxy.example/ocapi/v1", found)


def test_address_of_the_api_itself():
    url = "https://api.roxy.example/x/ocapi/v1/film-screening-dates?siteIds=1,2&a=b"

    assert api_in("{}", url) == ("https://api.roxy.example/x/ocapi/v1", ("1", "2"))
    assert api_in("<p>ocapi/v1</p>", "https://roxy.example/") == ("", ())
