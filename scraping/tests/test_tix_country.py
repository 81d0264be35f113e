"""A whole day of TIX: 83 cities, 600 cinemas, some 2,700 pages, and accidents on the way."""

import pytest

from scraping.fakes.faults import Accidents, no_answer, refused, server_error, slow
from scraping.fakes.world import World
from scraping.models import Attempt
from scraping.tests.tix_market import market, tables, truth

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long, pytest.mark.timeout(300)]


def test_whole_country_is_read_to_the_last_row(settings, monkeypatch, clock):
    monkeypatch.setattr("scraping.fetching.retry.FIRST_BACKOFF", 0.3)
    kinds = (server_error(502), server_error(503), refused("TRY_AGAIN"), no_answer, slow(0.5))
    with market(settings, monkeypatch, clock, World(), attempts=5) as tix:
        tix.served.accidents = Accidents(0.02, kinds=kinds)
        run = tix.run(schedules=True)

        assert (run.state, len(tix.site.world.theatres)) == ("succeeded", 600), run.words
        assert tables() == truth(tix.site)
        assert run.counts["requests"] == len(tix.served.asked)
        assert Attempt.objects.filter(outcome="failed").count() > 20

        tix.served.accidents = Accidents(0.02, seed=2, kinds=kinds)
        tix.site.guard.revoke()
        again = tix.run(schedules=True)

        assert (again.state, again.verdict) == ("succeeded", "unchanged"), again.words
        assert [again.counts[name] for name in ("created", "updated", "vanished", "quarantined")] == [0, 0, 0, 0]
        assert tables() == truth(tix.site)
        assert sum(asked.status == 401 for asked in tix.served.asked) > 0
