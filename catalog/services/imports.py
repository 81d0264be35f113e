"""Bringing a whole programme in: cinemas, rooms, films and screenings of one file, all or nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from catalog.services.programme.files import rows_in
from catalog.services.programme.films import import_films
from catalog.services.programme.places import import_places
from catalog.services.programme.rows import Raw, Row, RowError, read, rows_of
from catalog.services.programme.run import OUTCOMES, Run
from catalog.services.programme.showings import import_showings
from cinema_project.common import clock
from cinema_project.common.database import write
from cinema_project.common.errors import Invalid

KINDS = {"cinemas": "cinema", "rooms": "room", "movies": "movie", "screenings": "screening"}


class ProgrammeRefused(Invalid):
    """Rows of the programme are wrong; ``errors`` names them all, and nothing was written."""

    code = "programme_refused"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or with ``dry_run`` would do.

    :param counts: ``created``, ``updated``, ``unchanged`` for each of cinemas, rooms, movies, screenings
    :param notes: what was left as it is although the file says otherwise
    """

    counts: dict[str, dict[str, int]]
    notes: list[RowError]
    dry_run: bool


def import_file(path: Path, *, dry_run: bool = False, allow_past: bool = False) -> Report:
    """Import a ``.csv`` or ``.json`` file as docs/programme-import.md describes it; else like ``import_programme``.

    :raises OSError: if the file cannot be read
    """
    return _import(rows_in(path), path.parent, dry_run, allow_past)


def import_programme(
    document: dict[str, Any], *, base: Path, dry_run: bool = False, allow_past: bool = False
) -> Report:
    """Import the JSON document of docs/programme-import.md. Repeating it changes nothing.

    :param base: the folder that posters are named from
    :param dry_run: do everything but keep nothing
    :param allow_past: also put on what has started already
    :raises ProgrammeRefused: with an error for each wrong row; nothing is written
    """
    return _import(rows_of(document), base, dry_run, allow_past)


def _import(found: Iterable[Raw | RowError], base: Path, dry_run: bool, allow_past: bool) -> Report:
    raws = list(found)
    rows = [(raw, read(raw)) for raw in raws if isinstance(raw, Raw)]
    unreadable = [raw for raw in raws if isinstance(raw, RowError)]
    return _write(rows, unreadable, base, dry_run=dry_run, allow_past=allow_past)


@write
def _write(
    rows: list[tuple[Raw, Row | list[RowError]]],
    unreadable: list[RowError],
    base: Path,
    *,
    dry_run: bool,
    allow_past: bool,
) -> Report:
    run = Run(base, None if allow_past else clock.now(), errors=list(unreadable))
    run.take(rows)
    with transaction.atomic():
        import_places(run)
        import_films(run)
        import_showings(run)
        if run.errors:
            raise _refused(run.errors)
        if dry_run:
            transaction.set_rollback(True)
        else:
            _store(run.posters)
    counts = {name: {str(outcome): run.counts[kind, outcome] for outcome in OUTCOMES} for name, kind in KINDS.items()}
    return Report(counts, run.notes, dry_run)


def _refused(errors: list[RowError]) -> ProgrammeRefused:
    number = "1 row is" if len(errors) == 1 else f"{len(errors)} rows are"
    return ProgrammeRefused(
        f"{number} wrong. Nothing was imported.",
        errors=[{"pointer": error.where, "detail": error.detail} for error in errors],
    )


def _store(posters: dict[str, bytes]) -> None:
    for name, content in posters.items():
        if not default_storage.exists(name):
            default_storage.save(name, ContentFile(content))
