"""The short cut past the pages' middleware, and statements that outlive a broken connection."""

import psycopg
import pytest
from django.db import connection

from cinema_project.common import clock

MAP = "/api/v1/seat-reservations/screening/999/availability"


@pytest.mark.django_db
@pytest.mark.parametrize("path", [MAP, MAP + "/"])
def test_the_short_cut_keeps_problem_documents_and_safe_headers(client, path):
    answer = client.get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "screening_not_found")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Length"] == str(len(answer.content))
    assert "Set-Cookie" not in answer


@pytest.mark.django_db
def test_the_short_cut_refuses_a_foreign_host(client, settings):
    settings.ALLOWED_HOSTS = ["cinema.test"]

    assert client.get(MAP, headers={"host": "evil.test"}).status_code == 400


@pytest.mark.django_db
def test_the_short_cut_answers_other_origins_as_the_settings_say(client, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://friend.test"]

    friend = client.get(MAP, headers={"origin": "https://friend.test"})
    stranger = client.get(MAP, headers={"origin": "https://evil.test"})

    assert friend["Access-Control-Allow-Origin"] == "https://friend.test"
    assert "Access-Control-Allow-Origin" not in stranger


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_broke_in_idleness_is_replaced():
    clock.now()
    ours = connection.connection.info.backend_pid

    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [ours])

    assert clock.now()
    assert connection.connection.info.backend_pid != ours
