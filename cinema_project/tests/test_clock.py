from datetime import UTC, datetime, timedelta

import pytest

from cinema_project.common import clock as product_clock
from cinema_project.tests import clock as clocks

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PREMIERE = datetime(2027, 3, 1, 20, 15, 30, 250_000, tzinfo=UTC)


def real_time_left(moment: datetime) -> float:
    return abs((moment - datetime.now(UTC)).total_seconds())


def test_clock_tells_the_real_time():
    assert real_time_left(product_clock.now()) < 1


def test_clock_runs_on_after_travelling(clock):
    clock.travel(600)
    clock.travel(-60)

    assert real_time_left(product_clock.now() - timedelta(minutes=9)) < 1


def test_clock_stands_still_at_a_moment(clock):
    clock.at(PREMIERE)
    clock.travel(1.5)

    assert [product_clock.now(), product_clock.now()] == [PREMIERE + timedelta(seconds=1.5)] * 2


def test_clock_is_restored_after_a_block():
    with clocks.at(PREMIERE):
        assert product_clock.now() == PREMIERE
    with clocks.travel(-86_400):
        assert real_time_left(product_clock.now()) > 86_000

    assert real_time_left(product_clock.now()) < 1


def test_clock_that_somebody_left_elsewhere_is_put_right():
    clocks.here().at(PREMIERE)

    clocks.restore_here()

    assert real_time_left(product_clock.now()) < 1
