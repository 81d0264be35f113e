"""Seats: three shapes, one meaning, and a bound that never says less than is true."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from scraping.tests.tix_payloads import refusal, said
from scraping.tix.layouts import CAVEAT, Shape, category_of, occupancy_of, parse_layout, percent
from scraping.tix.reading import Refused, WrongShape


def nested(*rows, label="seat_code"):
    members = [
        {label: row, "seat_rows": [{"seat_row": f"{row}{n}", "status": code} for n, code in enumerate(codes, 1)]}
        for row, codes in rows
    ]
    return said({"price": 40000, "seat_map": members})


def flat(*rows):
    return said(
        {
            "seat_map": [
                {"row_name": row, "seat_yn": mark, "seat_status": code} for row, seats in rows for mark, code in seats
            ]
        }
    )


def site_codes(*seats):
    entries = [{"row": row, "column": column, "status": {"code": code}} for row, column, code in seats]
    return {"code": 1000, "data": {"site_codes": entries}}


SAME_HALL = {
    Shape.NESTED: nested(("A", [1, 5, 0, 1]), ("B", [6, 1])),
    Shape.FLAT: flat(("A", [("1", 1), ("1", 0), ("0", 0), ("1", 1)]), ("B", [("1", 6), ("1", 1)])),
    Shape.SITE_CODES: site_codes(
        ("A", "1", "1"), ("A", "2", "5"), ("A", "3", "0"), ("A", "4", 1), ("B", 1, "6"), ("B", 2, "1")
    ),
}


@pytest.mark.parametrize("shape", Shape)
def test_every_shape_of_one_hall_says_the_same(shape):
    layout = parse_layout(SAME_HALL[shape])

    assert layout.shape is shape
    assert layout.rows == [("A", [1, 0, 1]), ("B", [0, 1])]
    occupancy = occupancy_of(layout)
    assert (occupancy.seats_total, occupancy.unavailable, occupancy.available) == (5, 2, 3)
    assert (occupancy.upper_bound, occupancy.category, occupancy.perhaps_no_seat) == (40.0, "moderate", 1)
    assert [(row.row, row.seats, row.unavailable) for row in occupancy.by_row] == [("A", 3, 1), ("B", 2, 1)]


def test_bound_says_that_it_is_one():
    assert occupancy_of(parse_layout(SAME_HALL[Shape.NESTED])).caveat == CAVEAT
    assert "blocked" in CAVEAT
    assert "Upper bound" in CAVEAT


def test_row_label_is_found_under_either_name_or_in_its_seats():
    unnamed = said({"seat_map": [{"seat_rows": [{"seat_row": "AA1", "status": "1"}]}]})

    assert parse_layout(nested(("A", [1]), label="row_name")).rows == [("A", [1])]
    assert parse_layout(unnamed).rows == [("AA", [1])]


def test_unknown_codes_are_not_counted_but_told():
    layout = parse_layout(nested(("A", [1, 0, 0, 9])))

    assert (len(layout.seats), layout.uncounted) == (1, {"0": 2, "9": 1})


def test_seat_listed_twice_counts_once_and_as_taken():
    layout = parse_layout(site_codes(("A", "1", "5"), ("A", "1", "1"), ("A", "2", "1"), ("A", "2", "6")))

    assert layout.rows == [("A", [0, 0])]


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (said({"seat_map": []}), "at least one seat"),
        (said({"seat_map": [{"seat_code": "A", "seat_rows": []}]}), "seat"),
        (flat(("A", [("0", 0)])), "at least one seat"),
        (nested(("A", [0, 0])), "at least one seat"),
        (said({"seats": []}), r"data\.seat_map should be a list, but is missing"),
        (said({"seat_map": [{"row_name": "A", "seat_status": 0}]}), r"seat_yn should be true or false"),
        (said({"seat_map": [{"row_name": "A", "seat_yn": "1"}]}), r"seat_status should be a text, but is missing"),
        (said({"seat_map": [{"seat_rows": [{"status": 1}]}, {"seat_yn": "1", "seat_status": 1}]}), "of one shape"),
    ],
)
def test_layout_that_would_be_empty_or_full_at_will_is_refused(answer, complaint):
    with pytest.raises(WrongShape, match=complaint):
        parse_layout(answer)


@pytest.mark.parametrize("answer", [refusal("SHOWTIME_EXPIRED"), {"code": 4004, "message": "gone", "data": None}])
def test_refusal_is_no_layout(answer):
    with pytest.raises(Refused):
        parse_layout(answer)


@given(codes=some.lists(some.sampled_from([0, 1, 5, 6, 9]), min_size=1, max_size=60).filter(lambda c: {1, 5, 6} & {*c}))
def test_no_shape_ever_reads_less_than_is_taken(codes):
    taken, total = sum(code in (5, 6) for code in codes), sum(code in (1, 5, 6) for code in codes)

    for answer in (nested(("A", codes)), site_codes(*(("A", str(n), code) for n, code in enumerate(codes)))):
        occupancy = occupancy_of(parse_layout(answer))
        assert (occupancy.unavailable, occupancy.seats_total) == (taken, total)
        assert occupancy.upper_bound == pytest.approx(100 * taken / total, abs=0.0501)


@pytest.mark.parametrize(
    ("taken", "total", "shown", "word"),
    [
        (0, 0, 0.0, "low"),
        (29, 100, 29.0, "low"),
        (299, 1000, 29.9, "low"),
        (2999, 10000, 30.0, "low"),
        (3, 10, 30.0, "moderate"),
        (7, 10, 70.0, "nearly_full"),
        (9, 10, 90.0, "sold_out"),
        (1, 3, 33.3, "moderate"),
        (1, 16, 6.3, "low"),
        (10, 10, 100.0, "sold_out"),
    ],
)
def test_percent_has_one_decimal_and_the_word_follows_the_exact_share(taken, total, shown, word):
    assert (percent(taken, total), category_of(taken, total)) == (shown, word)
