"""Many rows at once: those that are there stay as they are."""

from uuid import uuid4

import pytest

from catalog.models import Event
from catalog.tests import make
from cinema_project.common import bulk, clock
from cinema_project.common.bulk import insert_new

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


def row(uuid, **fields):
    now = clock.now()
    usual = {"uuid": uuid, "event_type": "quest", "title": "New", "price": 1, "date_preview": now, "last_date": now}
    return usual | {"created_at": now, "details": {"players": "2"}} | fields


def test_rows_that_are_new_are_inserted_and_named(monkeypatch):
    monkeypatch.setattr(bulk, "CHUNK", 2)
    known = make.event(title="Old")
    names = [uuid4() for _ in range(4)]

    keys = insert_new(Event, (row(uuid) for uuid in [*names[:2], known.uuid, *names[2:]]), unique="uuid")

    assert keys == dict(Event.objects.exclude(pk=known.pk).values_list("uuid", "pk"))
    assert set(keys) == set(names)
    known.refresh_from_db()
    assert known.title == "Old"
    stored = Event.objects.get(uuid=names[0])
    assert (stored.details, stored.description, stored.archived_at) == ({"players": "2"}, "", None)


def test_no_rows_are_no_keys():
    assert insert_new(Event, [], unique="uuid") == {}
