"""The one clock of the product: the database's, read from the view ``cinema_clock`` (common migration 0002).

Tests move time by replacing that view; see ``cinema_project/tests/clock.py``.
"""

from datetime import datetime

from cinema_project.common.database import as_moment, query

NOW_SQL = "(SELECT now FROM cinema_clock)"
"""The clock inside a statement of one's own: read once, when the statement first needs it."""


def now() -> datetime:
    """Return the present moment in UTC. Read it after the lock is held: waiting takes time (R5)."""
    moment = as_moment(query("SELECT now FROM cinema_clock")[0][0])
    assert moment is not None
    return moment
