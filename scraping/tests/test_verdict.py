"""How a run is judged."""

import pytest

from scraping.engine.verdict import Before, Tally, drift, judge
from scraping.sources.base import Rules


def coverage(records: int = 100, kind: str = "film", **filled: int) -> dict:
    return {kind: {"records": records, "filled": filled}}


def tally(**changes) -> Tally:
    usual = {"created": 0, "updated": 0, "unchanged": 100, "quarantined": 0, "requests": 10, "units": {"done": 10}}
    return Tally(**{**usual, "records": {"film": 100}, "coverage": {}, **changes})


def verdict(now: Tally, *before: Before, whole=("film",), **rules) -> tuple[str, str, bool]:
    found = judge(now, Rules(**rules), whole, before)
    return found.state, found.name, found.is_complete


LIKE = Before({"film": 100}, {})


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("succeeded", "unchanged", True)),
        ({"created": 1}, ("succeeded", "changed", True)),
        ({"updated": 1}, ("succeeded", "changed", True)),
        ({"units": {"done": 9, "dead": 1}}, ("partial", "partial", False)),
        ({"units": {"done": 9, "quarantined": 1}}, ("partial", "partial", False)),
        ({"units": {"dead": 10}}, ("failed", "failed", False)),
        ({"records": {}, "unchanged": 0}, ("empty_suspect", "empty", False)),
        ({"records": {"film": 49}}, ("empty_suspect", "empty", False)),
        ({"records": {"film": 50}}, ("succeeded", "unchanged", True)),
    ],
)
def test_empty_partial_and_unchanged_are_told_apart(changes, expected):
    assert verdict(tally(**changes), *[LIKE] * 14) == expected


def test_too_few_and_partial_is_suspect_first():
    assert verdict(tally(records={"film": 3}, units={"done": 9, "dead": 1}), LIKE)[0] == "empty_suspect"


def test_floor_of_the_source_counts_for_whole_runs_only():
    few = tally(records={"film": 7})

    assert verdict(few, least={"film": 10})[0] == "empty_suspect"
    assert verdict(few, whole=(), least={"film": 10})[0] == "succeeded"
    assert verdict(tally(records={"film": 10}), least={"film": 10})[0] == "succeeded"


def test_nothing_where_there_never_was_anything_is_no_failure():
    nothing = tally(records={}, unchanged=0)

    assert verdict(nothing, Before({}, {})) == ("succeeded", "empty", True)


def test_one_odd_run_among_many_does_not_move_the_floor():
    assert verdict(tally(), Before({"film": 10_000}, {}), *[LIKE] * 5)[0] == "succeeded"


@pytest.mark.parametrize(
    ("now", "before", "alarm"),
    [
        (coverage(poster=3), coverage(poster=98), "film: poster fell from 98% to 3%; "),
        (coverage(), coverage(poster=98), "film: poster fell from 98% to 0%; "),
        (coverage(poster=69), coverage(poster=100), "film: poster fell from 100% to 69%; "),
        (coverage(poster=71), coverage(poster=100), ""),
        (coverage(), coverage(poster=10), ""),
        (coverage(subtitle=90), coverage(), "film: subtitle is new, 90% have it; "),
        (coverage(subtitle=5), coverage(), ""),
        (coverage(4), coverage(poster=100), ""),
        (coverage(poster=100), {}, ""),
    ],
)
def test_fields_lost_and_new_raise_the_alarm(now, before, alarm):
    said = drift(now, [before] * 3)

    assert [sentence[: len(alarm)] for sentence in said] == ([alarm] if alarm else [])


def test_alarm_compares_with_the_mean_of_the_runs_before():
    assert drift(coverage(poster=50), [coverage(poster=100), *[coverage(poster=60)] * 3]) == []
