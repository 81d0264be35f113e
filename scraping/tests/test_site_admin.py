"""Sites in the admin: added by their address after a preview, run, checked and removed."""

import pytest
from django.urls import reverse

from accounts.tests import make
from scraping.models import Run, Site

pytestmark = pytest.mark.django_db(transaction=True)
ADD, LIST = (f"admin:scraping_site_{page}" for page in ("add", "changelist"))


@pytest.fixture(autouse=True)
def staff(client):
    client.force_login(make.user(is_staff=True, is_superuser=True))


def typed(cinemas, site: str, **more: str) -> dict[str, str]:
    return {"url": f"{cinemas.url}/{site}/", "zone": "Asia/Jakarta", "name": "", "city": "Jakarta", **more}


def answer(client, page: str, data: dict[str, str]) -> str:
    return client.post(reverse(page), data, follow=True).content.decode()


def test_preview_is_shown_and_nothing_is_added(client, cinemas):
    shown = answer(client, ADD, typed(cinemas, "lux"))

    first = cinemas.upstream.truth("lux")[0]
    assert "confidence" in shown
    assert "schema.org data in its pages (microdata)" in shown
    assert first["title"].replace("&", "&amp;").replace("'", "&#x27;") in shown
    assert "Add this site" in shown
    assert not Site.objects.exists()


def test_site_is_added_run_checked_and_removed(client, cinemas):
    shown = answer(client, ADD, typed(cinemas, "lux", save="yes", name="Lux & Co"))
    site = Site.objects.get()
    ticked = {"_selected_action": str(site.pk)}

    assert (site.name, site.city, site.adapter) == ("Lux & Co", "JAKARTA", "microdata")
    assert "was added. It is off" in shown
    assert "begun" in answer(client, LIST, {"action": "run", **ticked})
    run = Run.objects.get()
    assert (run.source, run.state) == (site.source, "queued")
    assert run.get_state_display() in client.get(reverse(LIST)).content.decode()
    assert "all is read as it was" in answer(client, LIST, {"action": "compare", **ticked})
    assert "Remove these sites?" in answer(client, LIST, {"action": "remove", **ticked})
    assert Site.objects.exists()
    assert "removed" in answer(client, LIST, {"action": "remove", "sure": "yes", **ticked})
    assert not Site.objects.exists()


@pytest.mark.parametrize(
    ("site", "words"),
    [("plain", "This page cannot be read"), ("private", "asks robots not to read this"), ("gone", "status 404")],
)
def test_what_cannot_be_read_is_told(client, cinemas, site, words):
    shown = answer(client, ADD, typed(cinemas, site, save="yes"))

    assert words in shown
    assert not Site.objects.exists()


def test_address_is_asked_for_and_must_be_public(client, cinemas):
    assert "This field is required." in answer(client, ADD, {"url": ""})
    assert "must lead to a public host" in answer(client, ADD, {"url": "http://10.0.0.7/"})


def test_site_is_added_once(client, cinemas):
    answer(client, ADD, typed(cinemas, "lux", save="yes"))

    assert "This page is read already: source" in answer(client, ADD, typed(cinemas, "lux", save="yes"))
