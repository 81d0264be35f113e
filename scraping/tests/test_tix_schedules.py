"""Showings: when they start, what is told of their cinemas, and whether all pages are there."""

import pytest

from scraping.tests.tix_payloads import DAY, DAY_STAMP, local, price_group, refusal, schedule, show_time, theatre
from scraping.tix.reading import Node, Refused, WrongShape
from scraping.tix.schedules import MOST_PAGES, coordinates, parse_schedule_page, rupiah, whole_schedule


def page(payload, number=1, city="MALANG"):
    return parse_schedule_page(payload, city=city, day=DAY, page=number)


def only_showing(payload, city="MALANG"):
    read = page(payload, city=city)
    assert read.rejected == ()
    return read.programmes[0].showings[0]


def test_page_is_read_whole():
    read = page(schedule())

    (programme,) = read.programmes
    assert (programme.theatre.name, programme.theatre.chain, programme.theatre.city) == ("SAMPLE XXI", "XXI", "MALANG")
    assert (programme.theatre.latitude, programme.theatre.longitude) == (-7.93, 112.65)
    assert (programme.rooms[0].category, programme.rooms[0].low_price, programme.rooms[0].high_price) == (
        "2D",
        40000,
        45000,
    )
    (showing,) = programme.showings
    assert (showing.id, showing.clock, showing.on_sale, showing.price) == ("2057538032336191488", "12:45", True, 40000)
    assert (read.number, read.following, read.rejected) == (1, None, ())


@pytest.mark.parametrize(("city", "offset"), [("MALANG", 7), ("MAKASSAR", 8), ("JAYAPURA", 9), ("A NEW CITY", 7)])
def test_stamp_that_holds_the_local_clock_is_read_in_the_citys_zone(city, offset):
    showing = only_showing(schedule(), city)

    assert showing.starts_at == local(12, 45, offset)
    assert (showing.reading, showing.clock) == ("stamp holds the local clock", "12:45")


@pytest.mark.parametrize(("city", "offset"), [("MALANG", 7), ("MAKASSAR", 8), ("JAYAPURA", 9)])
def test_true_stamp_is_recognised_by_the_clock_beside_it(city, offset):
    true = int(local(12, 45, offset).timestamp())

    for stamp in (true, true * 1000, str(true * 1000)):
        showing = only_showing(schedule(theatre(price_group(show_time(time=stamp)))), city)
        assert (showing.starts_at, showing.reading) == (local(12, 45, offset), "stamp")


def test_true_stamp_with_jakartas_clock_is_recognised_too():
    stamp = int(local(12, 45, 7).timestamp()) * 1000

    showing = only_showing(schedule(theatre(price_group(show_time("12:45", time=stamp)))), "JAYAPURA")

    assert (showing.starts_at, showing.reading) == (local(12, 45, 7), "stamp, shown in Jakarta's time")
    assert showing.clock == "14:45"


def test_clock_alone_is_enough_by_day_but_not_at_night():
    read = page(schedule(theatre(price_group(show_time("23:50", time=None), show_time("00:15", id="2", time=None)))))

    assert [showing.starts_at for showing in read.programmes[0].showings] == [local(23, 50, 7)]
    assert [one.where for one in read.rejected] == ["data.theaters[0].price_groups[0].show_time[1].time"]


def test_showing_after_midnight_belongs_to_the_night_before():
    late = show_time("00:15", time=DAY_STAMP + (24 * 60 + 15) * 60_000)

    assert only_showing(schedule(theatre(price_group(late)))).starts_at == local(0, 15, 7, DAY.replace(day=23))


@pytest.mark.parametrize(
    "wrong",
    [
        {"time": DAY_STAMP + 3 * 3_600_000 + 60_000},  # disagrees with the clock in every reading
        {"time": DAY_STAMP + 45 * 60_000 + 36 * 3_600_000},  # agrees, but on the following day
        {"time": 10**30},
        {"time": "soon"},
        {"display_time": "24:10"},
        {"display_time": None},
        {"status": 7},
        {"status": None},
        {"status": True},
        {"id": None},
    ],
)
def test_showing_that_would_be_a_guess_is_put_aside_and_the_others_stay(wrong):
    read = page(schedule(theatre(price_group(show_time(**wrong), show_time("14:30", id="2")))))

    assert [showing.clock for showing in read.programmes[0].showings] == ["14:30"]
    assert len(read.rejected) == 1
    assert read.rejected[0].where.startswith("data.theaters[0].price_groups[0].show_time[0].")


def test_missing_flag_is_not_read_as_the_last_page():
    answer = schedule()
    del answer["data"]["has_next"]

    with pytest.raises(WrongShape, match=r"data\.has_next should be true or false, but is missing"):
        page(answer)


def test_page_that_is_not_the_one_asked_for_is_refused():
    with pytest.raises(WrongShape, match="page 2, which was asked for"):
        page(schedule(), number=2)


def test_refusal_is_no_page():
    with pytest.raises(Refused) as refused:
        page(refusal("DATA_NOT_FOUND"))

    assert refused.value.nothing_there


def test_bad_theatre_costs_no_other_and_null_lists_are_empty():
    read = page(
        schedule(theatre(name=""), theatre(id="2", price_groups=None), theatre(price_group(show_time=None), id="3"))
    )

    assert [(programme.theatre.id, programme.showings) for programme in read.programmes] == [("2", ()), ("3", ())]
    assert [one.where for one in read.rejected] == ["data.theaters[0].name"]


@pytest.mark.parametrize(
    ("location", "found"),
    [
        ({"latitude": "-7,93", "longitude": " 112.65 "}, (-7.93, 112.65)),
        ({"latitude": -7.93, "longitude": 112.65}, (-7.93, 112.65)),
        ({"latitude": "112.65", "longitude": "-7.93"}, (None, None)),
        ({"latitude": "0", "longitude": "0.0"}, (None, None)),
        ({"latitude": "", "longitude": "112.65"}, (None, None)),
        ({"latitude": "nan", "longitude": "1"}, (None, None)),
        (None, (None, None)),
    ],
)
def test_coordinates_are_true_or_absent_with_a_note(location, found):
    latitude, longitude, notes = coordinates(Node(location, "location"))

    assert (latitude, longitude) == found
    assert bool(notes) is (latitude is None)


@pytest.mark.parametrize(
    ("price", "found"),
    [(40000, 40000), ("40000", 40000), ("Rp40.000", 40000), ("Rp 1.250.000,00", 1250000), ("IDR 35,000", 35000)]
    + [(wrong, None) for wrong in (None, "", "free", -1, True, 40000.5, "Rp40.00")],
)
def test_price_is_whole_rupiah_or_unknown(price, found):
    assert rupiah(Node(price, "price")) == found


def test_pages_are_put_together_and_a_cinema_that_slid_counts_once():
    first = page(schedule(theatre(id="1"), theatre(id="2"), has_next=True))
    second = page(schedule(theatre(price_group(show_time(), show_time("20:00", id="9")), id="2"), page=2), number=2)

    whole = whole_schedule([second, first])

    assert [programme.theatre.id for programme in whole.programmes] == ["2", "1"]
    assert [showing.clock for showing in whole.programmes[0].showings] == ["12:45", "20:00"]
    assert (whole.complete, whole.why) == (True, "")


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ([], "No page was read."),
        ([1], "After page 1 there is another, but it was not read."),
        ([1, 3], "Of 3 pages, 2 could not be had."),
        ([*range(1, MOST_PAGES + 1)], "After page 20 there is another, but no more than 20 are asked for."),
    ],
)
def test_schedule_with_a_gap_says_so(numbers, why):
    pages = [page(schedule(has_next=number != 3, page=number), number=number) for number in numbers]

    assert (whole_schedule(pages).complete, whole_schedule(pages).why) == (False, why)


def test_paging_ends_after_twenty_pages():
    assert page(schedule(has_next=True)).following == 2
    assert page(schedule(has_next=True, page=MOST_PAGES), number=MOST_PAGES).following is None
