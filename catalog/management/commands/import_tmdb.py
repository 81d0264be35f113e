"""``manage.py import_tmdb ID | --query TEXT``: one film from The Movie Database."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.services.tmdb_import import Import, import_movie, preview_movie
from catalog.tmdb.client import search
from catalog.tmdb.shapes import Hit
from cinema_project.common.errors import DomainError

FAILED, USAGE, PARTLY = 1, 2, 3
MOST_HITS = 20
EXAMPLES = """examples:
  manage.py import_tmdb 653
  manage.py import_tmdb --query "Nosferatu, eine Symphonie" --dry-run --json

exit codes: 0 imported, 1 failed (nothing was written), 2 wrong call or several films of this title,
3 imported but for a picture"""


class Command(BaseCommand):
    help = "Import a film from TMDB, or bring it up to date but for what staff edited; repeatable."
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        formatted = {"epilog": EXAMPLES, "formatter_class": argparse.RawDescriptionHelpFormatter}
        return super().create_parser(prog_name, subcommand, **kwargs | formatted)

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("id", type=int, nargs="?", help="The film's number at TMDB.")
        which.add_argument("--query", help="A title, if TMDB knows one film of it.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done, and do nothing.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")
        parser.add_argument("--quiet", action="store_true", help="Say nothing when all is well.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tmdb_id = self._only_one(options["query"]) if options["id"] is None else options["id"]
            done = preview_movie(tmdb_id=tmdb_id) if options["dry_run"] else import_movie(tmdb_id=tmdb_id, by=None)
        except DomainError as refused:
            if options["json"]:
                self.stdout.write(json.dumps({"result": "failed", "code": refused.code, "detail": refused.detail}))
            raise CommandError(refused.detail, returncode=FAILED) from None
        self._tell(done, options)

    def _only_one(self, title: str) -> int:
        hits = search(title)
        if not hits:
            raise CommandError(f"TMDB finds no film named {title}.", returncode=FAILED)
        same = [hit for hit in hits if hit.title.casefold() == title.casefold()]
        if len(hits) > 1 and len(same) != 1:
            raise CommandError(f"Several films match: name one by its number.\n{_listed(hits)}", returncode=USAGE)
        return (same or hits)[0].id

    def _tell(self, done: Import, options: dict[str, Any]) -> None:
        result = _result(done, dry_run=options["dry_run"])
        if options["json"]:
            self.stdout.write(json.dumps(_whole(done, result)))
        if not options["quiet"]:
            line = (
                f"{done.movie}: {result}. {_sentence('Changed', done.changes)}{_sentence('Edited, so kept', done.kept)}"
            )
            (self.stderr if options["json"] else self.stdout).write(line.strip())
        for note in (*done.missing, *done.notes):
            self.stderr.write(note)
        if done.missing:
            raise CommandError("Not everything could be had.", returncode=PARTLY)


def _result(done: Import, *, dry_run: bool) -> str:
    if dry_run:
        return "would be created" if done.created else "would be updated" if done.changes else "would stay as it is"
    return "created" if done.created else "updated" if done.changes else "unchanged"


def _whole(done: Import, result: str) -> dict[str, Any]:
    changes = {name: {"before": change.before, "after": change.after} for name, change in done.changes.items()}
    film = {"id": done.movie.pk, "tmdb_id": done.movie.tmdb_id, "title": done.movie.title}
    return {
        "result": result,
        **film,
        "changes": changes,
        "kept": done.kept,
        "missing": done.missing,
        "notes": done.notes,
    }


def _sentence(words: str, names: Any) -> str:
    return f"{words}: {', '.join(names)}. " if names else ""


def _listed(hits: list[Hit]) -> str:
    return "\n".join(f"{hit.id}  {hit}" for hit in hits[:MOST_HITS])
