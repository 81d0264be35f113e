"""What the environment may ask for. Each case is a start of its own, as people see it."""

import json
import os
import re
import subprocess
import sys

import pytest

from cinema_project import environment
from cinema_project.tests.product import ROOT

PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "cinema.test",
    "CSRF_TRUSTED_ORIGINS": "https://cinema.test",
    "CORS_ALLOWED_ORIGINS": "https://app.cinema.test",
    "PAYMENTS_MODE": "verify",
}
STRIPE = {"PAYMENT_PROVIDER": "stripe", "STRIPE_SECRET_KEY": "sk_test_1", "STRIPE_WEBHOOK_SECRET": "whsec_1"}
SHOW = """
import json, sys
from cinema_project import settings
print(json.dumps([getattr(settings, name) for name in sys.argv[1:]]))
"""


def python(*arguments, **env):
    given = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "cinema_project.settings"} | env
    return subprocess.run(
        [sys.executable, *arguments], env=given, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.fixture
def settings_of(tmp_path):
    """Return the named settings as a start with this environment reads them, or what it said instead of starting."""

    def read(*names, **env):
        done = python("-c", SHOW, *names, VAR_DIR=str(tmp_path), **env)
        if done.returncode:
            assert (done.returncode, done.stdout) == (1, "")
            return done.stderr
        return json.loads(done.stdout)

    return read


def test_production_starts_with_what_it_needs(settings_of):
    names = ("DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS")

    assert settings_of(*names, **PRODUCTION) == [False, ["cinema.test"], True, True, 31_536_000]


@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "CORS_ALLOWED_ORIGINS"])
def test_production_refuses_without_its_secrets(settings_of, name):
    env = {key: value for key, value in PRODUCTION.items() if key != name}

    assert settings_of(**env) == f"{name} is not set: production (DEBUG off) does not start without it.\n"


def test_production_lets_nobody_fetch_from_this_machine(settings_of):
    assert settings_of("FETCH_ALLOW_LOOPBACK", **PRODUCTION) == [False]
    refusal = settings_of("FETCH_ALLOW_LOOPBACK", **PRODUCTION, FETCH_ALLOW_LOOPBACK="1")
    assert "FETCH_ALLOW_LOOPBACK lets strangers' addresses lead into this machine" in refusal


def test_production_refuses_trust_but_for_a_till(settings_of):
    trusting = PRODUCTION | {"PAYMENTS_MODE": "trust"}

    assert settings_of(**trusting) == (
        "PAYMENTS_MODE=trust counts any payment_id as paid: set PAYMENTS_MODE=verify, or BOX_OFFICE=true for a till.\n"
    )
    assert settings_of("BOX_OFFICE", **trusting, BOX_OFFICE="true") == [True]


@pytest.mark.parametrize(
    ("env", "provider"),
    [
        ({}, "fake"),
        (PRODUCTION, ""),
        (PRODUCTION | {"PAYMENT_PROVIDER": "fake"}, ""),
        (PRODUCTION | {"BOX_OFFICE": "true"}, "fake"),
        (PRODUCTION | STRIPE, "stripe"),
    ],
)
def test_the_test_bank_takes_no_payments_in_production(settings_of, env, provider):
    assert settings_of("PAYMENT_PROVIDER", **env) == [provider]


@pytest.mark.parametrize(
    ("env", "origins"),
    [
        ({}, []),
        (STRIPE, []),
        (STRIPE | {"PAYMENTS_MODE": "verify"}, ["https://checkout.stripe.com"]),
        (STRIPE | {"PAYMENTS_MODE": "verify", "STRIPE_API_BASE": "http://127.0.0.1:9/"}, ["http://127.0.0.1:9"]),
    ],
)
def test_forms_may_lead_to_the_page_where_one_pays_and_nowhere_else(settings_of, env, origins):
    [policy] = settings_of("CONTENT_SECURITY_POLICY", **env)

    assert policy["DIRECTIVES"]["form-action"] == ["'self'", *origins]


@pytest.mark.parametrize("name", ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"])
def test_stripe_does_not_start_without_its_secrets(settings_of, name):
    env = {key: value for key, value in STRIPE.items() if key != name}
    sentence = "PAYMENT_PROVIDER=stripe needs STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET: set both.\n"

    assert settings_of(**env, PAYMENTS_MODE="verify") == sentence
    assert settings_of("PAYMENTS_MODE", **env) == ["trust"]


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        (PRODUCTION | {"SECRET_KEY": "k" * 49}, "SECRET_KEY is too short: set at least 50 random characters."),
        (
            {"CORS_ALLOWED_ORIGINS": "*"},
            "CORS_ALLOWED_ORIGINS=* would open the API to every site: list the origins.",
        ),
        ({"DEBUG": "maybe"}, "DEBUG=maybe cannot be used: set it to 1, 0, true or false."),
        ({"PORT": "http"}, "PORT=http cannot be used: set it to a whole number from 1."),
        ({"HOLD_SECONDS": "0"}, "HOLD_SECONDS=0 cannot be used: set it to a whole number from 1."),
        ({"HOLD_SECONDS": "4.5"}, "HOLD_SECONDS=4.5 cannot be used: set it to a whole number from 1."),
        ({"CLEANUP_SECONDS": "nan"}, "CLEANUP_SECONDS=nan cannot be used: set it to a number from 0.1."),
        ({"TRUSTED_PROXIES": "-1"}, "TRUSTED_PROXIES=-1 cannot be used: set it to a whole number from 0."),
        ({"PAYMENTS_MODE": "free"}, "PAYMENTS_MODE=free cannot be used: set it to trust or verify."),
        ({"PAYMENT_PROVIDER": "cash"}, "PAYMENT_PROVIDER=cash cannot be used: set it to fake or stripe."),
        (
            {"STRIPE_API_BASE": "api.stripe.com"},
            "STRIPE_API_BASE cannot be used: set it to an address that starts with https://.",
        ),
        (
            {"DATABASE_URL": "mysql://localhost/cinema"},
            "DATABASE_URL cannot be used: set it to sqlite:///path or postgresql://user:password@host/name.",
        ),
        (
            {"DATABASE_URL": "postgresql://user:secret@[::1/name"},
            "DATABASE_URL cannot be used: set it to sqlite:///path or postgresql://user:password@host/name.",
        ),
        (
            {"DATABASE_URL": "sqlite://:memory:"},
            "DATABASE_URL=sqlite://:memory: cannot be used: threads would each see another database.",
        ),
        (
            {"TIME_ZONE": "Mars/Olympus"},
            "TIME_ZONE=Mars/Olympus cannot be used: set it to a time zone such as Europe/Berlin.",
        ),
        ({"REDIS_URL": "localhost"}, "REDIS_URL cannot be used: set it to an address that starts with redis://."),
        (
            {"CELERY_BROKER_URL": "rabbit:secret@host"},
            "CELERY_BROKER_URL cannot be used: set it to an address that starts with redis://.",
        ),
        ({"MQTT_URL": "host:1883"}, "MQTT_URL cannot be used: set it to an address that starts with mqtt://."),
        (
            {"MQTT_URL": "mqtt://cinema:secret@host:1883/news"},
            "MQTT_URL cannot be used: set it to an address like mqtt://user:password@host:1883.",
        ),
        (
            {"API_KEYS": f"{'k' * 16},{'k' * 15}"},
            "API_KEYS holds a key that is too short: give each at least 16 random characters.",
        ),
        (
            {"TMDB_BASE_URL": "api.themoviedb.org"},
            "TMDB_BASE_URL cannot be used: set it to an address that starts with https://.",
        ),
        ({"SITE_URL": "cinema.test"}, "SITE_URL cannot be used: set it to an address that starts with http://."),
    ],
)
def test_wrong_value_stops_the_start_with_one_sentence(settings_of, env, sentence):
    assert settings_of(**env) == f"{sentence}\n"


@pytest.mark.parametrize(
    ("env", "root", "pictures"),
    [
        ({}, "https://api.themoviedb.org", "https://image.tmdb.org/t/p"),
        ({"TMDB_BASE_URL": "http://127.0.0.1:9/"}, "http://127.0.0.1:9", "http://127.0.0.1:9/t/p"),
        (
            {"TMDB_BASE_URL": "http://127.0.0.1:9", "TMDB_IMAGE_URL": "https://pictures.test/"},
            "http://127.0.0.1:9",
            "https://pictures.test",
        ),
    ],
)
def test_pictures_are_where_tmdb_is(settings_of, env, root, pictures):
    assert settings_of("TMDB_BASE_URL", "TMDB_IMAGE_URL", **env) == [root, pictures]


@pytest.mark.parametrize(
    ("url", "meant"),
    [
        ("", None),
        ("mqtt://broker", environment.Mqtt("broker", 1883)),
        ("mqtts://cinema:p%40ss@broker/", environment.Mqtt("broker", 8883, "cinema", "p@ss", tls=True)),
        ("mqtt://cinema:popcorn@[::1]:1884", environment.Mqtt("::1", 1884, "cinema", "popcorn")),
    ],
)
def test_the_mqtt_broker_is_read_from_its_address(monkeypatch, url, meant):
    monkeypatch.setenv("MQTT_URL", url)

    assert environment.mqtt("MQTT_URL") == meant
    assert "p@ss" not in repr(meant)


@pytest.mark.parametrize("url", ["mqtt://", "mqtt://:1883", "mqtt://host:port", "mqtt://host:99999", "mqtt://host?x=1"])
def test_the_address_of_no_mqtt_broker_stops_the_start(monkeypatch, url):
    monkeypatch.setenv("MQTT_URL", url)

    with pytest.raises(environment.SettingsError, match="set it to an address like mqtt://user:password@host:1883"):
        environment.mqtt("MQTT_URL")


def test_keys_are_a_comma_list(settings_of):
    assert settings_of("API_KEYS", API_KEYS=f" {'k' * 16} ,{'l' * 40},") == [["k" * 16, "l" * 40]]


def test_commands_say_the_same_sentence():
    done = python("manage.py", "check", DEBUG="maybe")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "DEBUG=maybe cannot be used: set it to 1, 0, true or false.\n"


@pytest.mark.parametrize(("word", "meant"), [("1", True), ("TRUE", True), ("0", False), ("false", False), ("", True)])
def test_booleans_are_read(settings_of, word, meant):
    env = PRODUCTION | {"COOKIE_SECURE": word}

    assert settings_of("SESSION_COOKIE_SECURE", **env) == [meant]


def test_embedded_start_needs_nothing_and_keeps_its_secret(settings_of, tmp_path):
    names = ("DEBUG", "CELERY_BROKER_URL", "EMBEDDED_WORKER", "SITE_URL", "SECRET_KEY")

    first, second = settings_of(*names), settings_of(*names)

    assert first[:4] == [True, "memory://", True, "http://127.0.0.1:8000"]
    assert first == second
    assert len(first[4]) >= 50
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_every_variable_is_documented():
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "cinema_project/settings.py").read_text()))
    product, _tests = (ROOT / "docs/settings.md").read_text().split("## Tests")
    rows = [line.split("|")[1] for line in product.splitlines() if line.startswith("| `")]

    assert set(re.findall(r"`([A-Z_]+)`", " ".join(rows))) == read


def test_keys_that_encrypt_follow_from_the_secret_or_are_given(settings_of):
    key = "A" * 43 + "="
    made = settings_of("FIELD_KEYS", SECRET_KEY="k" * 50)

    assert len(made[0]) == 1
    assert settings_of("FIELD_KEYS", SECRET_KEY="l" * 50) != made
    assert settings_of("FIELD_KEYS", FIELD_KEYS=f"{key}, {made[0][0]}") == [[key, made[0][0]]]


@pytest.mark.parametrize(
    "wrong", ["proxy.example:3128", "socks5://a:1", "http://ann:hunter2@proxy.example", "http://a:x"]
)
def test_proxy_that_cannot_be_is_refused_and_not_repeated(settings_of, wrong):
    said = settings_of("TIX_PROXY", TIX_PROXY=wrong)

    assert "TIX_PROXY cannot be used" in said
    assert "hunter2" not in said


def test_key_that_is_none_is_refused_and_not_repeated(settings_of):
    said = settings_of("FIELD_KEYS", FIELD_KEYS=f"{'A' * 43}=,hunter2")

    assert "FIELD_KEYS cannot be used, entry 2 is no key: set it to a comma list of Fernet keys" in said
    assert "hunter2" not in said


def test_events_are_read_as_often_as_is_set_but_not_too_often(settings_of):
    names = ("SCRAPE_INTERVAL_SECONDS", "INTERVALS", "EVENTS_SOURCE_URL")

    assert settings_of(*names) == [600, {}, []]
    fast = settings_of(*names, SCRAPE_INTERVAL_SECONDS="1", EVENTS_SOURCE_URL="https://a.test/x, http://b.test")
    assert fast == [5, {"Read what else is on in town": 5}, ["https://a.test/x", "http://b.test"]]


def test_files_lie_in_a_folder_or_a_bucket(settings_of, tmp_path):
    names = ("MEDIA_ROOT", "STORAGES", "CONTENT_SECURITY_POLICY")
    show = SHOW.replace("getattr(settings, name)", "repr(getattr(settings, name))")

    def read(url):
        done = python("-c", show, *names, VAR_DIR=str(tmp_path), STORAGE_URL=url)
        return json.loads(done.stdout)

    assert "/srv/files" in read("file:///srv/files")[0]
    bucket = read("s3://key:se%2Fcret@Box?endpoint=http://s3.test:9000&region=eu-1&public=https://cdn.test/box")
    for told in ("'Box'", "'key'", "'se/cret'", "'http://s3.test:9000'", "'eu-1'"):
        assert told in bucket[1]
    assert "https://cdn.test/box/" in bucket[2]


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            "ftp://x",
            "file://",
            "s3://",
            "s3://key:hunter2@",
            "s3://key:hunter2@box/deep",
            "s3://k:hunter2@box?acl=all",
        ),
        "s3://k:hunter2@box?endpoint=s3.test",
    ],
)
def test_storage_that_cannot_be_is_refused_and_not_repeated(settings_of, wrong):
    said = settings_of("STORAGES", STORAGE_URL=wrong)

    assert "STORAGE_URL cannot be used: set it to an address" in said
    assert "hunter2" not in said


def test_source_that_is_no_address_is_refused(settings_of):
    said = settings_of("EVENTS_SOURCE_URL", EVENTS_SOURCE_URL="https://a.test,hunter2")

    assert said == "EVENTS_SOURCE_URL cannot be used, entry 2 does not start with http:// or https://.\n"
