"""What staff correct of an event."""

from typing import Any

from catalog.models import Event
from catalog.selectors.events import EventNotFound
from catalog.services.checks import check_fields
from catalog.services.events.news import events_changed
from catalog.services.events.uploading import searched
from cinema_project.common.database import write


@write
def update_event(*, event_id: int, **changes: Any) -> Event:
    """Change fields of an event.

    :raises EventNotFound: if there is none
    :raises Invalid: if a value is not valid
    """
    event = Event.objects.select_for_update().filter(pk=event_id).first()
    if event is None:
        raise EventNotFound
    before = event.event_type
    for name, value in changes.items():
        setattr(event, name, value)
    event.search_text = searched(event.title, event.place, event.genre, event.description)
    check_fields(event)
    event.save()
    events_changed({before, event.event_type})
    return event
