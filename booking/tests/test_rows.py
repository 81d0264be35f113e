"""The rows of a room: who is left single, what could be chosen instead, which group is best. No database."""

from itertools import combinations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from booking.rows.best import ADJACENCY, GAP, Wish, best_available
from booking.rows.gaps import alternatives, gap_of, price_of, stranded
from booking.rows.picture import away
from booking.tests.halls import all_ids, drawn, ids

plain_rows = st.lists(st.text("sxS_", min_size=1, max_size=9), min_size=1, max_size=3)
small_rooms = st.lists(st.text("sssx_", min_size=1, max_size=6), min_size=1, max_size=2)
mixed_rooms = st.lists(st.text("sspcwkxb_", min_size=1, max_size=8), min_size=1, max_size=4)


def open_ids(hall):
    return [seat.id for seat in hall.seats.values() if seat.is_open]


def free_runs(hall, taken):
    """The lengths of the free stretches, by seat: a second way to see who is single."""
    lengths = {}
    for run in hall.runs:
        stretch = []
        for seat in (*run, None):
            if seat is not None and seat.is_open and seat.id not in taken:
                stretch.append(seat.id)
            else:
                lengths |= dict.fromkeys(stretch, len(stretch))
                stretch = []
    return lengths


def legal_sets(hall, size):
    return [found for found in combinations(open_ids(hall), size) if not stranded(hall, set(found))]


@given(plain_rows, st.data())
def test_a_seat_is_stranded_that_was_beside_a_free_one_and_is_not_any_more(lines, data):
    hall = drawn(*lines)
    chosen = data.draw(st.sets(st.sampled_from(open_ids(hall)))) if open_ids(hall) else set()

    before, after = free_runs(hall, set()), free_runs(hall, chosen)

    assert sorted(ids(stranded(hall, chosen))) == [i for i in sorted(after) if after[i] == 1 and before[i] > 1]


@pytest.mark.parametrize(
    ("rows", "chosen", "left"),
    [
        (["sssss"], [2], [1]),
        (["sssss"], [3], []),
        (["sssss"], [2, 4], [1, 3, 5]),
        (["ss_ss"], [2, 3], [1, 4]),
        (["ssxs"], [1, 2], []),  # the last one was single before
        (["ssb"], [1], [2]),
        (["sSSs"], [1], []),  # what one holds, one may give back
        (["cccc"], [1], [2]),  # half a sofa
        (["cccc"], [2, 3], [1, 4]),
        (["cccc"], [3, 4], []),
        (["scc"], [2, 3], []),  # alone beside a sofa, before and after
        (["wkss"], [4], [3]),  # a companion's seat is no company for strangers
        (["wkss"], [1, 2], []),
        (["ss", "ss"], [1], [2]),
    ],
)
def test_who_is_left_single(rows, chosen, left):
    assert ids(stranded(drawn(*rows), chosen)) == left


@given(plain_rows, st.data())
def test_a_choice_is_refused_only_for_a_better_one(lines, data):
    hall = drawn(*lines)
    assume(open_ids(hall))
    chosen = data.draw(st.sets(st.sampled_from(open_ids(hall)), min_size=1, max_size=4))

    gap = gap_of(hall, chosen)

    if gap is None:
        return
    assert ids(gap.stranded) == ids(stranded(hall, chosen)) != []
    assert 1 <= len(gap.alternatives) <= 3
    assert len({frozenset(found) for found in all_ids(gap.alternatives)}) == len(gap.alternatives)
    for group in gap.alternatives:
        assert len({*ids(group)}) == len(chosen)
        assert {*ids(group)} <= {*open_ids(hall)}
        assert stranded(hall, ids(group)) == ()


@given(small_rooms, st.integers(1, 4), st.data())
def test_the_last_legal_party_is_never_refused_and_any_other_is(lines, size, data):
    hall = drawn(*lines)
    groups = all_ids(hall.windows(size))
    assume(groups)
    chosen = data.draw(st.sampled_from(groups))

    better_beside = [group for group in groups if not stranded(hall, group)]

    assert (gap_of(hall, chosen) is not None) == (bool(stranded(hall, chosen)) and bool(better_beside))


@pytest.mark.parametrize(
    ("rows", "chosen", "found"),
    [
        (["sssss"], [2, 3], [[1, 2], [4, 5]]),  # those beside come first; in the middle, both ends would be left
        (["ssss", "ssss"], [2, 3], [[1, 2], [3, 4], [5, 6]]),
        (["sss", "ss_ss"], [2], [[1], [3]]),  # a pair has no place for one
        (["sss_pp", "ss"], [1, 2], [[6, 7]]),  # not the dearer ones
        (["ppp_ss"], [1, 2], [[4, 5]]),
        (["sss_ppp_ss", "ppp"], [4, 5], [[7, 8]]),  # cheaper ones only where there are no others of that kind
        (["sss_wk"], [1, 2], []),
        (["wkss_ss"], [1, 2, 3], []),  # with a wheelchair, wherever one likes
        (["sssss", "ssss"], [1, 2, 7], [[1, 2, 6], [1, 2, 3], [1, 2, 9]]),  # who sits right stays
    ],
)
def test_alternatives_are_the_nearest_legal_ones(rows, chosen, found):
    assert all_ids(alternatives(drawn(*rows), chosen))[: len(found)] == found


def test_two_parts_that_strand_each_others_neighbour_are_brought_together():
    gap = gap_of(drawn("sssssss"), [3, 5])

    assert ids(gap.stranded) == [4]
    assert [3, 4] in all_ids(gap.alternatives)


def test_alternatives_for_lost_seats_are_as_many_and_near_them():
    assert all_ids(alternatives(drawn("ssxxss", "ssssss"), [3, 4])) == [[9, 10], [1, 2], [5, 6]]


@given(mixed_rooms, st.integers(1, 5))
def test_a_suggestion_is_for_the_whole_party_and_open_to_it(lines, quantity):
    hall = drawn(*lines)
    ordinary = [seat for seat in hall.seats.values() if seat.is_open and seat.is_ordinary]

    found = best_available(hall, Wish(quantity))

    assert (found is not None) == (len(ordinary) >= quantity)
    if found:
        assert len(found.ids) == len({*found.ids}) == quantity
        assert {*found.ids} <= {*ids(ordinary)}
        assert (GAP in found.relaxed) == bool(stranded(hall, found.ids))


@given(small_rooms, st.integers(1, 4))
def test_no_rule_gives_way_that_need_not(lines, quantity):
    hall = drawn(*lines)
    groups = list(hall.windows(quantity))
    clean = [group for group in groups if not stranded(hall, ids(group))]

    found = best_available(hall, Wish(quantity))

    if found is None:
        return
    if clean:
        nearest = min(away(group, hall.sweet_spot) for group in clean)
        assert (found.relaxed, away(found.seats, hall.sweet_spot)) == ((), nearest)
    elif groups:
        assert found.relaxed == (GAP,)
    else:
        assert found.relaxed == ((ADJACENCY,) if legal_sets(hall, quantity) else (GAP, ADJACENCY))


@given(small_rooms, st.integers(1, 4), st.booleans())
def test_suggestions_never_repeat_and_come_to_an_end(lines, quantity, together):
    hall, offered = drawn(*lines), []

    while found := best_available(hall, Wish(quantity, together, avoid=frozenset(offered))):
        assert frozenset(found.ids) not in offered
        offered.append(frozenset(found.ids))
        assert len(offered) <= 200

    if together:
        assert {frozenset(group) for group in all_ids(hall.windows(quantity))} <= {*offered}


@given(mixed_rooms, st.integers(1, 4), st.sampled_from(["standard", "premium", "vip", "couple", "companion"]))
def test_a_kind_that_is_asked_for_is_what_one_gets(lines, quantity, kind):
    hall = drawn(*lines)

    found = best_available(hall, Wish(quantity, seat_type=kind))

    assert found is None or {seat.kind for seat in found.seats} == {kind}
    if kind == "companion":
        assert found is None  # without a wheelchair space of one's own


@given(mixed_rooms, st.integers(1, 4))
def test_a_party_with_a_wheelchair_gets_one_space_while_there_is_one(lines, quantity):
    hall = drawn(*lines)
    spaces = [seat for seat in hall.seats.values() if seat.kind == "wheelchair" and seat.is_open]

    found = best_available(hall, Wish(quantity, seat_type="wheelchair"))

    if found:
        assert len({*found.ids}) == quantity
        assert [seat.kind for seat in found.seats].count("wheelchair") == 1
    elif quantity == 1:
        assert spaces == []


@pytest.mark.parametrize(
    ("rows", "wish", "seats", "relaxed"),
    [
        (["ssssss"] * 7, Wish(2), [27, 28], ()),  # two thirds back, centred
        (["ssssss"] * 4, Wish(1), [15], ()),
        (["sssssss"], Wish(2), [3, 4], ()),
        (["sssxxss"], Wish(2), [6, 7], ()),  # nearer to the middle, somebody would be left
        (["sssxss"], Wish(3), [1, 2, 3], ()),
        (["sss"], Wish(2), [1, 2], (GAP,)),
        (["ss_ss"], Wish(4), [1, 2, 3, 4], (ADJACENCY,)),
        (["sxs", "xsx"], Wish(3), [1, 3, 5], (ADJACENCY,)),
        (["sss_s"], Wish(3), [1, 2, 3], ()),
        (["sss_ss"], Wish(4), [2, 3, 4, 5], (GAP, ADJACENCY)),
        (["sssss_sssss"], Wish(4, together=False), [4, 5, 6, 7], ()),
        (["wk_ssss"], Wish(5), None, ()),
        (["wk_s_sss"], Wish(1, seat_type="wheelchair"), [1], ()),
        (["wwk_w"], Wish(1, seat_type="wheelchair"), [4], ()),  # where nobody else's companion would sit
        (["ssss_wk"], Wish(2, seat_type="wheelchair"), [5, 6], ()),
        (["wwk_s"], Wish(2, seat_type="wheelchair"), [2, 3], ()),
        (["wkss_ss"], Wish(3, seat_type="wheelchair"), [1, 2, 3], (GAP,)),
        (["wk_ss"], Wish(3, seat_type="wheelchair"), [1, 2, 3], (GAP, ADJACENCY)),
        (["wk_s_ss"], Wish(3, seat_type="wheelchair"), [1, 2, 3], (ADJACENCY,)),
        (["xk_ss"], Wish(2, seat_type="wheelchair"), None, ()),
        (["ok_wk"], Wish(1, seat_type="companion"), [2], ()),  # beside the ticket one has
        (["ss_pp_ss"], Wish(2, seat_type="premium"), [3, 4], ()),
    ],
)
def test_best_available(rows, wish, seats, relaxed):
    found = best_available(drawn(*rows), wish)

    assert (found and found.ids, found.relaxed if found else ()) == (seats, relaxed)


def test_next_suggestion_shares_no_seat_with_those_before_if_it_can():
    hall, first = drawn("ssssss", "ssssss"), frozenset({9, 10})

    assert best_available(hall, Wish(2)).ids == [9, 10]
    assert best_available(hall, Wish(2, avoid=frozenset({first}))).ids == [3, 4]


@pytest.mark.parametrize(
    ("rows", "size", "seats"),
    [
        (["ssssssss"], 2, [1, 2]),  # from an end
        (["ssssssss", "sss_ss"], 2, [12, 13]),  # where it fits exactly
        (["xssxsss"], 3, [5, 6, 7]),
        (["sss"], 2, [1, 2]),
        (["ss_s"], 1, [3]),  # without parting a pair
        (["cccc"], 2, [1, 2]),
    ],
)
def test_packed_groups_leave_room_for_others(rows, size, seats):
    assert best_available(drawn(*rows), Wish(size, packed=True)).ids == seats


def test_packed_pairs_fill_a_row():
    row, offers = "ssssssss", 0

    while found := best_available(drawn(row), Wish(2, packed=True)):
        row = "".join("x" if number in found.ids else seat for number, seat in enumerate(row, start=1))
        offers += 1

    assert (row, offers) == ("xxxxxxxx", 4)


def test_price_of_a_group_is_the_sum_of_its_seats():
    assert price_of(drawn("sp").runs[0]) == 22


def test_empty_room_has_nothing_to_offer():
    assert best_available(drawn("___"), Wish(1)) is None
