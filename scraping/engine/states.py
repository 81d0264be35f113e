"""The one function that changes the state of a run, a unit or a video: by compare-and-set."""

from typing import Any

from django.db.models import Model

from scraping.models import MediaVideo, Run, Unit
from scraping.state_guards import RUN_ARROWS, UNIT_ARROWS, VIDEO_ARROWS, Arrows

ARROWS: dict[type[Model], Arrows] = {Run: RUN_ARROWS, Unit: UNIT_ARROWS, MediaVideo: VIDEO_ARROWS}


def move(model: type[Model], to: str, changes: dict[str, Any] | None = None, **where: Any) -> int:
    """Change the state of the rows that are ``where``, if an arrow leads there from theirs; return how many did.

    Whoever comes second moves none, and thereby knows. What else changes with the state is written in the same
    statement.

    :param where: as for ``filter``; a ``state`` in it narrows from where
    """
    origins = [old for old, targets in ARROWS[model].items() if to in targets]
    rows = model._default_manager.filter(state__in=origins).filter(**where)
    return rows.update(state=to, **(changes or {}))
