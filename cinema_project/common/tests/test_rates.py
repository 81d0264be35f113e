"""Token buckets: in Redis, in one process, and in one process because Redis is away."""

import threading

import pytest
from django.conf import settings as the_settings

from cinema_project.common.rates import Buckets, Rate, RateExceeded, SharedBuckets, Standing, buckets, spend

RATE = Rate("tests", 5, 60)


class Time:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_a_bucket_gives_what_is_in_it_and_fills_again():
    time = Time()
    own = Buckets(time)

    assert [own.spend(RATE, "ann").allowed for _ in range(6)] == [True] * 5 + [False]
    assert own.spend(RATE, "bob").allowed
    time.now += 12
    assert [own.spend(RATE, "ann").allowed for _ in range(2)] == [True, False]
    time.now += 3600
    assert [own.spend(RATE, "ann").allowed for _ in range(6)] == [True] * 5 + [False]


def test_a_burst_may_be_larger_than_the_rate():
    own = Buckets(Time())

    assert [own.spend(Rate("jobs", 10, 60, burst=20), "key").allowed for _ in range(21)] == [True] * 20 + [False]


def test_the_headers_tell_what_is_left():
    own = Buckets(Time())
    standings = [own.spend(RATE, "ann") for _ in range(6)]

    assert standings[0].headers() == {"RateLimit": '"tests";r=4;t=12', "RateLimit-Policy": '"tests";q=5;w=60'}
    assert standings[4].headers()["RateLimit"] == '"tests";r=0;t=60'
    assert (standings[5].remaining, standings[5].retry_after) == (0, 12)


def test_the_fullest_buckets_are_forgotten_first(monkeypatch):
    monkeypatch.setattr("cinema_project.common.rates.MOST_BUCKETS", 10)
    own = Buckets(Time())
    for _ in range(5):
        own.spend(RATE, "the one to remember")

    for number in range(100):
        own.spend(RATE, f"passer-by {number}")

    assert not own.spend(RATE, "the one to remember").allowed


def test_refusal_says_when_to_come_back():
    for _ in range(5):
        spend(RATE, "ann")

    with pytest.raises(RateExceeded, match=r"^Too many requests. Please try again in \d+ seconds.$") as refused:
        spend(RATE, "ann")

    assert 1 <= (refused.value.retry_after or 0) <= 12


@pytest.mark.postgresql
def test_processes_count_together():
    one, other = SharedBuckets(the_settings.REDIS_URL), SharedBuckets(the_settings.REDIS_URL)

    assert [each.spend(RATE, "ann").allowed for each in (one, other, one, other, one, other)] == [True] * 5 + [False]
    assert isinstance(buckets(), SharedBuckets)


@pytest.mark.postgresql
def test_redis_tells_the_same_as_one_process():
    shared, own = SharedBuckets(the_settings.REDIS_URL), Buckets()

    for _ in range(6):
        theirs, ours = shared.spend(RATE, "ann"), own.spend(RATE, "ann")
        assert (theirs.allowed, theirs.headers()) == (ours.allowed, ours.headers())
        assert theirs.retry_after == ours.retry_after


@pytest.mark.postgresql
def test_forty_at_once_share_five():
    shared = SharedBuckets(the_settings.REDIS_URL)
    together, answers = threading.Barrier(40), []

    def one():
        together.wait()
        answers.append(shared.spend(RATE, "crowd").allowed)

    threads = [threading.Thread(target=one) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(True) == 5


def test_without_redis_a_process_is_stricter_and_never_off(caplog):
    away = SharedBuckets("redis://127.0.0.1:1/0")

    answers = [away.spend(Rate("tests", 40, 60), "ann").allowed for _ in range(11)]

    assert answers == [True] * 10 + [False]
    assert [record.getMessage()[:31] for record in caplog.records] == ["Counting requests without Redis"]


def test_a_standing_is_never_below_nothing():
    assert Standing(RATE, False, 90).remaining == 0
