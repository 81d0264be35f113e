"""Who works on the units of sources that are more than something to fetch."""

from functools import cache

from django.utils.module_loading import import_string

from scraping.engine.worker import Handle

HANDLERS = {"media": "scraping.services.job_work.handle"}
"""By source. As words: only workers load what they need, and that takes a second."""


@cache
def handler_of(source: str) -> Handle | None:
    """Return what works on the units of a source; ``None`` where that is its own ``fetch``."""
    handle: Handle | None = import_string(HANDLERS[source]) if source in HANDLERS else None
    return handle
