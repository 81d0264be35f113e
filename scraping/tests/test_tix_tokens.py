"""Tokens: read, aged, refreshed with patience, and never shown."""

import base64
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cinema_project.common.errors import Invalid
from scraping.fakes.guards import Guard
from scraping.tests.tix_payloads import refusal, said
from scraping.tix import requests
from scraping.tix.reading import Node, Refused, WrongShape
from scraping.tix.tokens import (
    LAG,
    PAUSES,
    Step,
    Tokens,
    after_401,
    encrypted_password,
    expiry_of,
    next_step,
    parse_tokens,
    phone_number,
    token_in,
)

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = "a key of at least thirty-two letters"


def token(minutes: float = 30, **claims) -> str:
    return jwt.encode({"exp": NOW + timedelta(minutes=minutes), **claims}, KEY, "HS256")


def test_login_gives_both_tokens_and_the_access_tokens_own_end_counts():
    access, refresh = token(25), token(60 * 24 * 91)

    read = parse_tokens(said({"token": access, "refresh_token": refresh, "expires_in": 30, "phone": "+62812"}), now=NOW)

    assert (read.access, read.refresh, read.phone) == (access, refresh, "+62812")
    assert read.expires_at == NOW + timedelta(minutes=25)


def test_guests_token_that_is_no_jwt_lasts_as_long_as_the_answer_says():
    assert parse_tokens(said({"token": "opaque-token", "expires_in": "30"}), now=NOW).expires_at == NOW + timedelta(
        minutes=30
    )
    assert parse_tokens(said({"token": "opaque-token"}), now=NOW).expires_at is None


def test_tokens_do_not_show_themselves():
    assert token() not in repr(Tokens(token(), token()))


@pytest.mark.parametrize("wrong", [None, "", "null", "two words are none", 'quo"ted', ["x" * 20], "x\nHeader: y" * 3])
def test_what_is_no_token_is_refused_without_being_repeated(wrong):
    with pytest.raises(WrongShape) as refused:
        parse_tokens(said({"token": wrong}), now=NOW)

    assert refused.value.where == "data.token"
    assert "two words" not in refused.value.detail


def test_refused_login_is_told_as_such():
    with pytest.raises(Refused, match="INVALID_CREDENTIAL"):
        parse_tokens(refusal("INVALID_CREDENTIAL"), now=NOW)


def test_browsers_keep_tokens_in_quotes():
    assert token_in(Node(f' "{token()}" ', "storage")) == token()


@pytest.mark.parametrize("text", ["", "a.b", "a.b.c", f"x.{base64.urlsafe_b64encode(b'[]').decode()}.y", token()[::-1]])
def test_end_of_what_is_no_jwt_is_unknown(text):
    assert expiry_of(text) is None


@pytest.mark.parametrize(
    ("stored", "step"),
    [
        (None, Step.LOG_IN),
        (Tokens("t", "", NOW + timedelta(minutes=5)), Step.USE),
        (Tokens("t", "", NOW + timedelta(minutes=4, seconds=59)), Step.LOG_IN),
        (Tokens("t", token(10), NOW + timedelta(minutes=4)), Step.REFRESH),
        (Tokens("t", token(-1), NOW - timedelta(minutes=4)), Step.LOG_IN),
        (Tokens("t", "opaque", NOW - timedelta(minutes=4)), Step.REFRESH),
        (Tokens("t", token(10), None), Step.REFRESH),
    ],
)
def test_ladder_is_stored_then_refreshed_then_a_new_login(stored, step):
    assert next_step(stored, now=NOW) is step


def test_fresh_token_is_given_time_and_an_old_one_none():
    fresh = [after_401(issued_at=NOW, now=NOW, refusals=count).seconds for count in range(1, len(PAUSES) + 2)]

    assert fresh == [*PAUSES, None]
    assert sum(PAUSES) >= LAG.total_seconds()
    assert after_401(issued_at=NOW - LAG - timedelta(seconds=1), now=NOW, refusals=1).seconds is None


@pytest.mark.parametrize(
    "written", ["+628226200001", "08226200001", "628226200001", "0062 822-6200-001", "(+62) 822.6200.001"]
)
def test_phone_keeps_every_digit(written):
    assert phone_number(written) == "+628226200001"


@pytest.mark.parametrize("wrong", ["", "12", "phone", "+62 81x", "+0812345678"])
def test_what_is_no_phone_number_is_refused(wrong):
    with pytest.raises(Invalid, match="TIX_PHONE_NUMBER"):
        phone_number(wrong)


def test_password_can_be_read_by_the_site_alone():
    site = Guard()
    with_escapes = site.public_key.replace("\n", "\\n")

    sent = [encrypted_password("pâsswörd", key) for key in (site.public_key, with_escapes)]

    assert [site.decrypted(text) for text in sent] == ["pâsswörd", "pâsswörd"]
    assert sent[0] != sent[1]


def test_key_that_is_none_is_named():
    curve = generate_private_key(SECP256R1()).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    for wrong in ("", "nonsense", curve.decode()):
        with pytest.raises(Invalid, match="TIX_RSA_PUBLIC_KEY"):
            encrypted_password("x", wrong)


def test_calls_are_what_the_site_expects():
    layout = requests.layout(chain="CINEPOLIS", showing_id="7")

    assert layout.url("https://api.example/") == "https://api.example/v1/movies/cinepolis/layout?show_time_id=7&tz=7"
    assert layout.headers("abc")["Authorization"] == "Bearer abc"
    assert requests.layout(chain="Other/../Chain", showing_id="7").path == "/v1/movies/other%2F..%2Fchain/layout"
    assert requests.guest_token().headers("abc").get("Authorization") is None
    assert requests.movies(city_id="1").params["timezone"] == "7"
    assert "secret" not in repr(requests.login(phone="+62", encrypted_password="secret"))
