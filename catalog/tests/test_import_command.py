import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from catalog.models import Screening

pytestmark = pytest.mark.django_db

SAMPLE = Path(settings.BASE_DIR) / "docs" / "samples" / "programme.json"


def test_it_says_what_it_did(capsys):
    call_command("import_programme", SAMPLE)

    assert "screenings: 2 created, 0 updated, 0 unchanged" in capsys.readouterr().out
    assert Screening.objects.count() == 2


def test_a_dry_run_says_what_it_would_do(capsys):
    call_command("import_programme", SAMPLE, dry_run=True)

    shown = capsys.readouterr()
    assert "screenings: 2 created" in shown.out
    assert "Nothing was written" in shown.err
    assert not Screening.objects.exists()


def test_json_is_one_object_on_stdout(capsys):
    call_command("import_programme", SAMPLE, json=True)

    told = json.loads(capsys.readouterr().out)
    assert (told["result"], told["counts"]["screenings"]["created"], told["errors"]) == ("imported", 2, [])


def test_quiet_says_nothing(capsys):
    call_command("import_programme", SAMPLE, quiet=True)

    assert capsys.readouterr() == ("", "")


def test_wrong_rows_end_with_one_and_are_named(tmp_path, capsys):
    path = tmp_path / "wrong.json"
    path.write_text(SAMPLE.read_text().replace("11.5", '"dear"'))

    with pytest.raises(CommandError) as failed:
        call_command("import_programme", path, json=True)

    shown = capsys.readouterr()
    assert failed.value.returncode == 1
    assert [error["where"] for error in json.loads(shown.out)["errors"]] == [
        "/screenings/0/price",
        "/screenings/1/price",
    ]
    assert "/screenings/1/price: Input should be a valid decimal" in shown.err


@pytest.mark.parametrize("name", ["missing.json", "programme.xlsx"])
def test_a_wrong_call_ends_with_two(tmp_path, name):
    with pytest.raises(CommandError) as failed:
        call_command("import_programme", tmp_path / name)

    assert failed.value.returncode == 2
