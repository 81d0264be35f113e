"""Runs from their beginning to their end, over real HTTP."""

import pytest

from scraping.models import Item, RawPayload

pytestmark = pytest.mark.both_databases


def test_run_stores_what_the_site_says(go):
    run = go()

    assert (run.state, run.verdict, run.words) == (
        "succeeded", "changed", "6 created, 0 updated, 0 unchanged; 3 requests.",
    )  # fmt: skip
    assert Item.objects.count() == 6
    item = Item.objects.get(external_id="2-1")
    assert item.data == {"title": "Film 2-1", "year": 2001, "poster": "p.jpg"}
    assert (item.kind, item.path, item.run_id) == ("film", "$.films[1]", run.pk)
    assert RawPayload.objects.filter(pk=item.payload).exists()
    assert run.counts == {
        "units": {"done": 3}, "created": 6, "updated": 0, "unchanged": 0, "quarantined": 0, "vanished": 0,
        "requests": 3, "records": {"film": 6},
    }  # fmt: skip


def test_second_run_changes_nothing(go):
    go()
    before = list(Item.objects.order_by("pk").values())

    run = go()

    assert (run.verdict, run.counts["unchanged"], run.counts["created"], run.counts["updated"]) == (
        "unchanged",
        6,
        0,
        0,
    )
    assert list(Item.objects.order_by("pk").values()) == before
    assert RawPayload.objects.count() == 3
