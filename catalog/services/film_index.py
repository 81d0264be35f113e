"""Keeps what searches look into in step with films and their cast."""

from collections.abc import Collection

from django.apps import apps

from catalog import indexing
from cinema_project.common.database import write


@write
def index_films(ids: Collection[int]) -> None:
    """Let searches find the films as they and their cast now stand. Whoever changes either calls this."""
    indexing.rewrite(apps, ids)


@write
def index_all_films() -> int:
    """Make the whole index anew; return how many films there are."""
    return indexing.rewrite(apps)
