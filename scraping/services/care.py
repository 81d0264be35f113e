"""What staff do about sources and hosts by hand."""

from typing import Any

from cinema_project.common.database import write
from scraping.models import Host, Run
from scraping.services.runs import start_run

USUAL: dict[str, dict[str, Any]] = {"tix": {"schedules": True}, "tix-seats": {"due": True}}
"""With which options a source runs when somebody just wants it to run; as the clock does it."""


def run_now(*, source: str) -> Run:
    """Begin a run of a source, also of one that is off.

    :raises UnknownSource: if there is no such source
    :raises AlreadyRunning: if it is running
    """
    run, _ = start_run(source=source, options=USUAL.get(source, {}), trigger=Run.Trigger.STAFF)
    return run


@write
def ask_again(*, host: str) -> bool:
    """Forget that a host failed, so that it is asked at once; tell whether there was anything to forget."""
    rested = Host.objects.filter(pk=host, failures__gt=0)
    return bool(rested.update(circuit=Host.Circuit.CLOSED, failures=0, times_opened=0, open_until=None))
