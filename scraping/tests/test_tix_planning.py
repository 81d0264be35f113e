"""Which showings are looked at, and when: whatever the day is like, by its rules."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from scraping.tix.planning import Phase, Watched, due_look, phase_of, plan_looks, starting_soon, still_due

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def watched(name: str = "a", starts_in: float = 25, **facts) -> Watched:
    return Watched(name, NOON + minutes(starts_in), **facts)


@pytest.mark.parametrize(
    ("left", "phase"),
    [
        *[(30.01, None), (30, Phase.EARLY), (20.01, Phase.EARLY), (20, Phase.MIDDLE), (10.01, Phase.MIDDLE)],
        *[(10, Phase.LATE), (0.01, Phase.LATE), (0, None), (-1, None)],
    ],
)
def test_phases_are_open_below_and_closed_above(left, phase):
    assert phase_of(NOON + minutes(left), now=NOON) is phase


def test_unseen_showings_come_first_and_the_next_to_start_before_all():
    showings = [
        watched("seen and selling", 5, taken={Phase.EARLY}, last_look=NOON - minutes(20), free=100, pace=9),
        watched("later", 25),
        watched("next", 5),
        watched("seen and slow", 6, taken={Phase.EARLY}, last_look=NOON - minutes(20), free=100, pace=0.1),
    ]

    plan = plan_looks(showings, now=NOON, budget=3)

    assert [look.showing_id for look in plan.looks] == ["next", "later", "seen and selling"]
    assert [look.showing_id for look in plan.put_off] == ["seen and slow"]
    assert plan.looks[0].why == "Not yet looked at, 5 min to go."


def test_second_look_goes_where_most_has_changed_and_a_full_house_waits():
    seen = {"taken": {Phase.EARLY}, "last_look": NOON - minutes(10)}
    showings = [
        watched("full", 15, free=0, pace=5, **seen),
        watched("slow", 15, free=80, pace=0.2, **seen),
        watched("fast", 15, free=80, pace=3, **seen),
        watched("nearly full", 15, free=4, pace=3, **seen),
        watched("unknown pace", 15, free=80, **seen),
    ]

    plan = plan_looks(showings, now=NOON, budget=5)

    assert [look.showing_id for look in plan.looks] == ["fast", "unknown pace", "nearly full", "slow", "full"]


def test_last_chances_beyond_the_budget_are_told():
    plan = plan_looks([watched("lost", 3), watched("not yet", 25)], now=NOON, budget=0)

    assert [look.showing_id for look in plan.never_seen] == ["lost"]


def test_look_lapses_with_its_phase():
    look = due_look(watched(starts_in=21), now=NOON)

    assert still_due(look, now=NOON)
    assert not still_due(look, now=NOON + minutes(1))


def test_what_is_not_on_sale_is_not_looked_at():
    assert plan_looks([watched(on_sale=False)], now=NOON, budget=9).looks == ()


def test_starting_soon_is_within_fifteen_minutes_and_before_the_start():
    showings = [watched("b", 15), watched("a", 15), watched("next", 1), watched("started", 0), watched("far", 15.1)]

    assert [one.id for one in starting_soon(showings, now=NOON)] == ["next", "a", "b"]


starts = some.lists(some.integers(0, 120), min_size=1, max_size=25)


def run_through(starts_at: list[int], every: int, budget: int) -> dict[int, list[tuple[Phase, float]]]:
    """Live through a day: plan every few minutes, and make each look at once."""
    looks: dict[int, list[tuple[Phase, float]]] = {number: [] for number in range(len(starts_at))}
    for tick in range(-30, 121, every):
        now = NOON + minutes(tick)
        showings = [
            Watched(
                str(number),
                NOON + minutes(start),
                taken=frozenset(phase for phase, _ in looks[number]),
                last_look=NOON + minutes(looks[number][-1][1]) if looks[number] else None,
            )
            for number, start in enumerate(starts_at)
        ]
        plan = plan_looks(showings, now=now, budget=budget)
        assert len(plan.looks) <= budget
        for look in plan.looks:
            looks[int(look.showing_id)].append((look.phase, tick))
    return looks


@settings(max_examples=60, deadline=None)
@given(starts, some.sampled_from([1, 3, 5, 10, 15]), some.integers(0, 30))
def test_each_look_is_in_its_phase_and_no_phase_has_two(starts_at, every, budget):
    for number, made in run_through(starts_at, every, budget).items():
        phases = [phase for phase, _ in made]
        assert len(phases) == len({*phases})
        for phase, tick in made:
            least, most = phase.bounds
            assert least < minutes(starts_at[number] - tick) <= most


@settings(max_examples=60, deadline=None)
@given(starts, some.sampled_from([1, 3, 5, 10, 15, 29]))
def test_with_budget_enough_none_starts_unseen(starts_at, every):
    looks = run_through(starts_at, every, budget=len(starts_at))

    assert all(looks.values())
    if every <= 10:
        assert all(len(made) == 3 for made in looks.values())


@settings(max_examples=60, deadline=None)
@given(starts, some.sampled_from([5, 10, 15]), some.integers(0, 3))
def test_no_other_order_sees_more_showings(starts_at, every, budget):
    """Compare with the best there is: a matching of showings to the looks there is budget for."""
    seen = sum(bool(made) for made in run_through(starts_at, every, budget).values())

    slots = [tick for tick in range(-30, 121, every) for _ in range(budget)]
    fits = [[place for place, tick in enumerate(slots) if 0 < start - tick <= 30] for start in starts_at]
    assert seen == largest_matching(fits)


def largest_matching(fits: list[list[int]]) -> int:
    owner: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for slot in fits[number]:
            if slot not in tried:
                tried.add(slot)
                if slot not in owner or place(owner[slot], tried):
                    owner[slot] = number
                    return True
        return False

    return sum(place(number, set()) for number in range(len(fits)))
