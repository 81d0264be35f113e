import json
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from catalog.management.commands.import_tmdb import Command
from catalog.models import Movie
from catalog.tests import fake_tmdb
from catalog.tests.fake_tmdb import TMDB_ID, answer, film, hit, page

pytestmark = pytest.mark.django_db


def failing(*arguments, **options) -> tuple[int, str]:
    with pytest.raises(CommandError) as failed:
        call_command("import_tmdb", *arguments, **options)
    return failed.value.returncode, str(failed.value)


def test_it_says_what_it_did(tmdb, capsys):
    call_command("import_tmdb", TMDB_ID)
    Movie.objects.update(title="Ours")
    tmdb.says(film(vote_count=1))
    call_command("import_tmdb", TMDB_ID)
    call_command("import_tmdb", TMDB_ID)

    first, second, third = capsys.readouterr().out.splitlines()
    assert first.startswith("Nosferatu: created. Changed: duration_minutes, title, ")
    assert second == "Ours: updated. Changed: vote_count. Edited, so kept: title."
    assert third == "Ours: unchanged. Edited, so kept: title."


def test_json_is_one_object_on_stdout(tmdb, capsys):
    call_command("import_tmdb", TMDB_ID)
    capsys.readouterr()
    tmdb.says(film(vote_count=1))
    call_command("import_tmdb", TMDB_ID, json=True)

    assert json.loads(capsys.readouterr().out) == {
        "result": "updated",
        "id": Movie.objects.get().pk,
        "tmdb_id": TMDB_ID,
        "title": "Nosferatu",
        "changes": {"vote_count": {"before": 2100, "after": 1}},
        "kept": [],
        "missing": [],
        "notes": [],
    }


def test_dry_run_says_what_it_would_do(tmdb, capsys):
    call_command("import_tmdb", TMDB_ID, dry_run=True)

    assert capsys.readouterr().out.startswith("Nosferatu: would be created.")
    assert (Movie.objects.exists(), default_storage.exists("posters")) == (False, False)


def test_quiet_says_nothing(tmdb, capsys):
    call_command("import_tmdb", TMDB_ID, quiet=True)

    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "hits", [[hit(title="Nosferatu the Vampyre")], [hit(1, "Nosferatu the Vampyre"), hit(title="NOSFERATU")]]
)
def test_title_of_one_film_will_do(tmdb, hits):
    tmdb.does(answer(page(*hits)), path="search/movie")

    call_command("import_tmdb", query="Nosferatu")

    assert Movie.objects.get().tmdb_id == TMDB_ID


def test_title_of_several_films_lists_them(tmdb):
    tmdb.does(answer(page(hit(), hit(426063, release_date="2024-12-25"), hit(7, "N", ""))), path="search/movie")

    assert failing(query="Nosferatu") == (
        2,
        "Several films match: name one by its number.\n653  Nosferatu (1922)\n426063  Nosferatu (2024)\n7  N",
    )
    assert not Movie.objects.exists()


def test_title_of_no_film_fails(tmdb):
    tmdb.does(answer(page()), path="search/movie")

    assert failing(query="Nosferatu") == (1, "TMDB finds no film named Nosferatu.")


def test_failure_ends_with_one_and_says_why(tmdb, capsys):
    tmdb.does(fake_tmdb.NOT_FOUND)

    assert failing(TMDB_ID, json=True) == (1, "TMDB has no film 653.")
    told = json.loads(capsys.readouterr().out)
    assert told == {"result": "failed", "code": "tmdb_not_found", "detail": "TMDB has no film 653."}


def test_film_without_its_poster_ends_with_three(tmdb, capsys):
    tmdb.does(fake_tmdb.NOT_FOUND, path="/t/p/w500/poster.jpg")

    assert failing(TMDB_ID) == (3, "Not everything could be had.")
    assert Movie.objects.get().title == "Nosferatu"
    assert capsys.readouterr().err == "The poster could not be had. TMDB has no such entry.\n"


@pytest.mark.parametrize("arguments", [[], ["x"], ["1", "--query", "a"]])
def test_wrong_call_ends_with_two(arguments):
    with pytest.raises(SystemExit) as ended:
        Command(stderr=StringIO()).run_from_argv(["manage.py", "import_tmdb", *arguments])

    assert ended.value.code == 2


def test_help_has_two_examples():
    text = Command().create_parser("manage.py", "import_tmdb").format_help()

    assert text.count("manage.py import_tmdb") == 3
