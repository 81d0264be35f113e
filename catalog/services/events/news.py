"""Door out: lists of events are to be read anew, once the surrounding transaction commits."""

import uuid
from collections.abc import Iterable

from catalog.services.events import lists
from cinema_project.common import outbox

TOPIC = "events_changed"


def events_changed(types: Iterable[str]) -> None:
    """Let the cached lists of these types, and the list of all, be read anew."""
    outbox.add(TOPIC, key=uuid.uuid4().hex, payload={"types": sorted(set(types))}, at_once=lists.change_at_once)
